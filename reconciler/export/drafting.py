"""Drafts: a live record as manifest data, less what the platform is to keep for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from reconciler.domain.actions import ActionRecord, ActionSpec, normalised_action
from reconciler.domain.address import Address
from reconciler.domain.live import LiveRecord, address_of
from reconciler.domain.secrets import Secret, is_reference
from reconciler.domain.triggers import TriggerSpec, normalised_trigger
from reconciler.export.model import Selection, Unsaid
from reconciler.manifests.desired import Lifecycle, Resource
from reconciler.manifests.models import API_VERSION
from reconciler.manifests.problems import Step, pointer_of, segments
from reconciler.plan.kinds import action, trigger
from reconciler.plan.masking import concealed
from reconciler.plan.shapes import Shape

_PARAMETERS: Final = "/spec/parameters"


@dataclass(frozen=True, slots=True)
class Draft:
    """A manifest in the making: its data, what is withheld and unsaid, and whether a secret is written out."""

    record: LiveRecord
    manifest: Mapping[str, Any]
    withheld: tuple[str, ...] = ()
    unsaid: tuple[Unsaid, ...] = ()
    reveals: bool = False

    @property
    def address(self) -> Address:
        """Whose manifest it is."""
        return address_of(self.record)

    def leaving(self, pointer: str) -> Draft:
        """Return the draft with one field, or all that a pattern names, left to the platform."""
        manifest = dict(_without(self.manifest, segments(pointer)))
        if pointer.startswith(f"{_PARAMETERS}/") and "parameters" not in manifest.get("spec", {}):
            # Where no parameter is declared, those that are ignored have nothing to come back into.
            pointer = _PARAMETERS
        lifecycle = dict(manifest.get("lifecycle", {}))
        narrower = f"{pointer}/"
        kept = [each for each in lifecycle.get("ignore", []) if each != pointer and not each.startswith(narrower)]
        lifecycle["ignore"] = sorted([*kept, pointer])
        return replace(self, manifest={**manifest, "spec": manifest.get("spec", {}), "lifecycle": lifecycle})

    def withholding(self, pointer: str) -> Draft:
        """Return the draft without a secret value."""
        return replace(self.leaving(pointer), withheld=(*self.withheld, pointer))

    def unable(self, pointer: str, reason: str) -> Draft:
        """Return the draft without what no manifest can say."""
        return replace(self.leaving(pointer), unsaid=(*self.unsaid, Unsaid(pointer, reason)))


def drafted(record: LiveRecord, selection: Selection, *, org_id: str, local: Resource | None = None) -> Draft:
    """Return the draft of a record; ``local`` is its manifest so far, whose local parts are kept."""
    lifecycle = Lifecycle() if local is None else local.lifecycle
    shape = _shape(record, org_id=org_id)
    manifest: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": address_of(record).kind.value,
        "metadata": _metadata(record.name, selection, local),
        "spec": shape,
    }
    if settings := _settings(lifecycle, shape):
        manifest["lifecycle"] = settings
    draft = Draft(record, manifest)
    for pointer in lifecycle.ignore:
        draft = draft.leaving(pointer)
    if not isinstance(record, ActionRecord) and record.causes == []:
        draft = draft.unable("/spec/causes", "it has none, and manifests without causes leave them to the platform")
    secrets = [pointer_of(path) for path in _secrets(concealed(draft.manifest["spec"], sensitive=lifecycle.sensitive))]
    if selection.reveal:
        return replace(draft, reveals=bool(secrets))
    for pointer in secrets:
        draft = draft.withholding(pointer)
    return draft


def _shape(record: LiveRecord, *, org_id: str) -> Shape:
    if isinstance(record, ActionRecord):
        return action.shape(normalised_action(ActionSpec.of(record), org_id=org_id), org_id=org_id)
    # The service user is the platform's choice; a manifest that leaves it out plans nothing, and works elsewhere, too.
    spec = replace(TriggerSpec.of(record), service_user_id=None)
    return trigger.shape(normalised_trigger(spec, org_id=org_id), org_id=org_id)


def _metadata(name: str, selection: Selection, local: Resource | None) -> dict[str, Any]:
    labels = {**(local.labels if local else {}), **selection.labels}
    annotations = dict(local.annotations) if local else {}
    members: dict[str, Any] = {"labels": dict(sorted(labels.items())), "annotations": annotations}
    return {"name": name, **{key: member for key, member in members.items() if member}}


def _settings(lifecycle: Lifecycle, shape: Shape) -> dict[str, Any]:
    """Return what is not the default of a manifest's ``lifecycle``; what it ignores comes with each field."""
    usual, sensitive = Lifecycle(), lifecycle.sensitive
    if "action_name" in shape:
        # A trigger knows what its action calls sensitive; only what it mentions itself is its own to say.
        variables = shape.get("container_parameter_overrides", {}).get("env_vars", {})
        sensitive &= {*shape.get("parameter_values", {}), *variables}
    members = {
        "protect": lifecycle.protect,
        "ignore": [],
        "sensitive": sorted(sensitive),
        "adopt": lifecycle.adopt,
        "renamed_from": lifecycle.renamed_from,
        "on_remove": lifecycle.on_remove,
    }
    return {key: member for key, member in members.items() if member and member != getattr(usual, key)}


def _secrets(value: Any, path: tuple[Step, ...] = ("spec",)) -> Iterator[tuple[Step, ...]]:
    if isinstance(value, Secret):
        if not is_reference(value.value):
            yield path
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _secrets(member, (*path, key))


def _without(place: Mapping[str, Any], steps: Sequence[str], *, keeps_empty: bool = False) -> Mapping[str, Any]:
    """Return an object without what the steps lead to, ``*`` to all; what is left empty goes, but no parameter."""
    head, *rest = steps
    kept: dict[str, Any] = {}
    for key, member in place.items():
        if head not in ("*", key) or (rest and not isinstance(member, Mapping)):
            kept[key] = member
        elif rest:
            below = _without(member, rest, keeps_empty=key == "parameters")
            if below or keeps_empty or key == "spec":
                kept[key] = below
    return kept

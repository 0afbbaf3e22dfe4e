"""References that lead nowhere or in a circle: what takes both the manifests and live state to find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.diagnostics import Diagnostic
from reconciler.domain.actions import ActionRecord, ActionSpec, normalised_reference
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live
from reconciler.domain.triggers import TriggerSpec
from reconciler.domain.values import ActionReference
from reconciler.manifests.desired import Desired, Resource
from reconciler.manifests.problems import Problem
from reconciler.manifests.references import effective_parameters, trigger_problems
from reconciler.plan.graph import cycles
from reconciler.plan.references import needed, needs, reference
from reconciler.plan.suggestion import suggester


def reference_problems(chosen: Mapping[Address, Resource], desired: Desired, live: Live) -> list[Diagnostic]:
    """Return every problem with the actions that the chosen resources rest on."""
    search = ReferenceSearch(chosen, desired, live)
    found = [
        problem.at(desired.locate(resource, problem.pointer))
        for resource in chosen.values()
        for problem in search.problems(resource)
    ]
    return found + _circles(chosen, desired, live)


class ReferenceSearch:
    """Looks references up among the chosen resources and what is live."""

    def __init__(self, chosen: Mapping[Address, Resource], desired: Desired, live: Live) -> None:
        self._chosen = chosen
        self._desired = desired
        self._live = live
        self._org_id = live.identity.org_id
        names = {address.name for address in (*desired.resources, *live.records) if address.kind is Kind.ACTION}
        self._suggest = suggester(names)

    def problems(self, resource: Resource) -> Iterator[Problem]:
        """Yield what is wrong with the action this resource rests on; nothing where it rests on none."""
        found = reference(resource.spec)
        if found is None:
            return
        at = needed(resource.spec, org_id=self._org_id)
        fault = self._foreign_fault(found) if at is None else self._own_fault(found, at)
        if fault is not None:
            rule, summary, hint = fault
            pointer = "/spec/action_name" if isinstance(resource.spec, TriggerSpec) else "/spec/inherits"
            yield Problem(rule, summary, pointer, hint)
        elif isinstance(resource.spec, TriggerSpec):
            yield from self._parameter_problems(resource, found)

    def _own_fault(self, found: ActionReference, at: Address) -> tuple[str, str, str] | None:
        if at in self._live.records:
            return None
        if at not in self._desired.resources:
            hint = self._suggest(found.name) or "declare it in a manifest, or name its owner with an organization id"
            return "unknown-action", f'there is no action "{found.name}" in the manifests or on the platform', hint
        if at not in self._chosen:
            summary = f'the action "{found.name}" is not on the platform and left out of this plan'
            return "action-left-out", summary, f"plan it too: --target {at}"
        if found.digest is not None:
            summary = f'the action "{found.name}" has no version to pin before it is created'
            return "unknown-version", summary, "leave the digest out, apply, then pin the digest it got"
        return None

    def _foreign_fault(self, found: ActionReference) -> tuple[str, str, str] | None:
        # A reference that was not looked up is not judged.
        if found not in self._live.foreign or self._live.foreign[found] is not None:
            return None
        version = f" version {found.digest}" if found.digest else ""
        summary = f'organization {found.owner} has no action "{found.name}"{version} that you may see'
        return "unknown-action", summary, "check name, owner and digest; foreign actions must be in the Action Hub"

    def _parameter_problems(self, resource: Resource, found: ActionReference) -> list[Problem]:
        """Return where a trigger does not fit its action, unless the manifests alone could tell and did."""
        resources = self._desired.resources
        if _says_all(resources.get(Address(Kind.ACTION, found.name)), found):
            return []
        if effective_parameters(found, resources) is not None:
            return []
        parameters = effective_parameters(found, resources, live=self._look_up, org_id=self._org_id)
        return trigger_problems(resource, parameters)

    def _look_up(self, reference: ActionReference) -> ActionRecord | None:
        if reference.owner not in {None, self._org_id}:
            record = self._live.foreign.get(reference)
        else:
            record = self._live.action(reference.name)
            if record is not None and reference.digest not in {None, record.digest}:
                return None
        if record is None or record.inherits is None:
            return record
        # A parent without owner is in the organization of its child, which need not be the own one.
        parent = normalised_reference(record.inherits, org_id=record.org_id)
        return record.model_copy(update={"inherits": parent})


def _says_all(resource: Resource | None, found: ActionReference) -> bool:
    """Return True for a plain reference to an action whose manifest holds every parameter: the common case."""
    if resource is None or found.owner is not None or found.digest is not None:
        return False
    return reference(resource.spec) is None


def _circles(chosen: Mapping[Address, Resource], desired: Desired, live: Live) -> list[Diagnostic]:
    """Return the circles of inheritance that the chosen actions are part of, live parents counted."""
    if not any(isinstance(each.spec, ActionSpec) and each.spec.inherits for each in chosen.values()):
        return []
    inherits = {at: below for at, below in needs(desired, live).items() if at.kind is Kind.ACTION}
    return [
        Diagnostic(
            rule="inheritance-cycle",
            summary=f"actions inherit from each other in a circle: {' -> '.join(map(str, path))}",
            span=desired.locate(chosen[here], "/spec/inherits"),
            hint="take inherits out of one of them",
        )
        for path in cycles(inherits)
        if (here := next((address for address in path if address in chosen), None)) is not None
    ]

"""Merge patches: what an environment's overlays change in the documents they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.manifests.overlays import by_name

if TYPE_CHECKING:
    from reconciler.domain.values import Json
    from reconciler.manifests.origins import Origin

#: What a patch changes of a document.
_PATCHED = ("metadata", "spec", "lifecycle")


class Patch(NamedTuple):
    """One patch; it stands in the document of ``origin``, at ``pointer``."""

    body: dict[str, Any]
    origin: Origin
    pointer: str

    @property
    def target(self) -> tuple[str, str]:
        """The kind and the name of what it changes."""
        return self.body["kind"], self.body["metadata"]["name"]


def merged(base: Json, patch: Json) -> Json:
    """Return a value with a merge patch applied (RFC 7386): mappings merge, null deletes, all else is replaced."""
    if not isinstance(patch, dict):
        return patch
    result = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def patched(document: dict[str, Any], patch: Patch) -> dict[str, Any]:
    """Return a document of the patch's kind and name with the patch applied; parameters merge by name."""
    changes = {key: value for key, value in patch.body.items() if key in _PATCHED}
    spec, own = document["spec"], changes.get("spec")
    if own is not None and isinstance(own.get("parameters"), dict) and isinstance(spec.get("parameters"), list):
        document = {**document, "spec": {**spec, "parameters": by_name(spec["parameters"])}}
    whole = merged(document, changes)
    assert isinstance(whole, dict)
    return whole

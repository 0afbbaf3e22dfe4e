"""One whole document of each kind for its schema, put together from the examples of the models' fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reconciler.manifests.models import API_VERSION

if TYPE_CHECKING:
    from pydantic import BaseModel

#: What is shown of each part, in the order it is written in; everything else is optional.
_SHOWN: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "Action": {
        "metadata": ("name", "labels"),
        "spec": ("uri", "short_description", "compute_requirements", "parameters", "tags", "timeout"),
    },
    "Trigger": {
        "metadata": ("name",),
        "spec": ("action_name", "required_inputs", "for_each", "causes", "condition"),
    },
    "ParameterSet": {"metadata": ("name",), "spec": ("parameters",)},
    # The id of an inventory is nobody's to copy.
    "Project": {"spec": ("platform", "manifests")},
}

#: A patch is no document of its own kind but of the one that it changes.
_PATCHED: Final = "Trigger"


def example_of(kind: str, model: type[BaseModel]) -> dict[str, Any]:
    """Return an example of a kind of document, or of a "Patch"."""
    if kind == "Patch":
        fields = model.model_fields
        metadata = _parts(fields["metadata"].annotation, ("name",))
        return {"kind": _PATCHED, "metadata": metadata, "spec": _first(fields["spec"])}
    parts = {name: _parts(model.model_fields[name].annotation, shown) for name, shown in _SHOWN[kind].items()}
    return {"apiVersion": API_VERSION, "kind": kind, **parts}


def _parts(model: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _first(model.model_fields[name]) for name in names}


def _first(field: Any) -> Any:
    return field.examples[0]

"""The index of the domain page, and what is missing or different in a module that should carry it.

``domain_page.json`` holds facts of the platform's public documentation: for each class its bases, enum values,
constructor and members. A default is the text of the Python expression; ``...`` stands for one the page does not
spell out, and no default for a required field or parameter.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Any, Final, Literal, NotRequired, TypedDict, Union, get_args, get_origin

from pydantic import BaseModel


class Member(TypedDict):
    """What the page says about one member of a class."""

    kind: Literal["attribute", "class", "classmethod", "field", "method", "property", "staticmethod"]
    type: NotRequired[str]
    default: NotRequired[str]
    parameters: NotRequired[dict[str, str | None]]
    members: NotRequired[dict[str, Member]]


class PageClass(TypedDict):
    """What the page says about one class."""

    bases: NotRequired[list[str]]
    constructor: NotRequired[dict[str, str | None]]
    values: NotRequired[dict[str, int | str]]
    members: NotRequired[dict[str, Member]]


#: What the page lost in rendering, or what ours does on purpose otherwise; merged over the page's facts.
CORRECTIONS: Final[Mapping[tuple[str, str], dict[str, str]]] = {
    ("ActionRecord", "accessibility"): {"default": "Accessibility.Organization"},
    ("InvocationUploadDestination", "destination_type"): {"default": "UploadDestinationType.Dataset"},
    ("TriggerRecord", "for_each"): {"default": "TriggerForEachPrimitive.Dataset"},
    # A frozen value cannot hold an iterable that is used up by the first look at it.
    ("EvaluateTriggersRequest", "trigger_evaluation_ids"): {"type": "tuple[int, ...]"},
}


def read_page() -> dict[str, PageClass]:
    """Return the index, corrected."""
    page: dict[str, PageClass] = json.loads(Path(__file__).with_name("domain_page.json").read_text(encoding="utf-8"))
    for (class_name, member_name), facts in CORRECTIONS.items():
        page[class_name]["members"][member_name].update(facts)  # type: ignore[typeddict-item]  # both are strings
    # The page shows the constraints of this field as if they were a default; the field is required.
    del page["CreateTriggerRequest"]["members"]["name"]["default"]
    for documented in page.values():
        for member in documented.get("members", {}).values():
            if "NotSetType" in member.get("type", ""):
                member["default"] = "NotSet"
    return page


def missing(page: Mapping[str, PageClass], module: ModuleType) -> set[str]:
    """Return what the page has and the module has not: ``Class`` or ``Class.member``."""
    return {name for class_name, documented in page.items() for name in _missing(class_name, documented, module)}


def _missing(class_name: str, documented: PageClass, module: ModuleType) -> Iterator[str]:
    ours = getattr(module, class_name, None)
    if ours is None:
        yield class_name
        return
    for name in [*documented.get("members", {}), *documented.get("values", {})]:
        if not _has(ours, name):
            yield f"{class_name}.{name}"


def _has(ours: type, name: str) -> bool:
    # Pydantic keeps fields without a default out of the class's namespace.
    return hasattr(ours, name) or (issubclass(ours, BaseModel) and name in ours.model_fields)


def differences(documented: PageClass, ours: type) -> list[str]:
    """Return every sentence in which ``ours`` is not what the page says; members that are missing say nothing."""
    return [
        *_in_bases(documented, ours),
        *_in_values(documented, ours),
        *_in_parameters(ours.__name__, documented.get("constructor"), ours),
        *_in_members(documented.get("members", {}), ours),
    ]


def _in_bases(documented: PageClass, ours: type) -> Iterator[str]:
    names = {base.__name__ for base in ours.__mro__}
    for base in documented.get("bases", []):
        if base not in names:
            yield f"{ours.__name__} is no {base}"


def _in_values(documented: PageClass, ours: type) -> Iterator[str]:
    if "values" not in documented:
        return
    values = {member.name: member.value for member in ours} if issubclass(ours, Enum) else {}
    if values != documented["values"]:
        yield f"{ours.__name__} has the values {values}, not {documented['values']}"


def _in_members(members: Mapping[str, Member], ours: type) -> Iterator[str]:
    for name, member in members.items():
        if not _has(ours, name):
            continue
        label = f"{ours.__qualname__}.{name}"
        match member["kind"]:
            case "field":
                yield from _in_field(label, member, ours, name)
            case "class":
                yield from _in_members(member["members"], getattr(ours, name))
            case "property":
                if not isinstance(inspect.getattr_static(ours, name, None), property):
                    yield f"{label} is no property"
            case "method":
                yield from _in_parameters(label, member["parameters"], getattr(ours, name), of_instance=True)
            case "classmethod" | "staticmethod":
                yield from _in_parameters(label, member["parameters"], getattr(ours, name))
            case "attribute":
                pass


def _in_field(label: str, member: Member, ours: type, name: str) -> Iterator[str]:
    if not issubclass(ours, BaseModel) or name not in ours.model_fields:
        yield f"{label} is no field"
        return
    field = ours.model_fields[name]
    if set(_rendered(field.annotation).split(" | ")) != set(member["type"].split(" | ")):
        yield f"{label} is {_rendered(field.annotation)}, not {member['type']}"
    default = None if field.is_required() else _expression(field.default)
    if not _same_default(documented=member.get("default"), ours=default):
        yield f"{label} has the default {default}, not {member.get('default')}"


def _in_parameters(
    label: str, documented: Mapping[str, str | None] | None, ours: Any, *, of_instance: bool = False
) -> Iterator[str]:
    if documented is None:
        return
    parameters = {
        name: None if parameter.default is parameter.empty else _expression(parameter.default)
        for name, parameter in inspect.signature(ours).parameters.items()
        if not (of_instance and name == "self")
    }
    if list(parameters) != list(documented):
        yield f"{label} takes ({', '.join(parameters)}), not ({', '.join(documented)})"
        return
    for name, default in parameters.items():
        if not _same_default(documented=documented[name], ours=default):
            yield f"{label} takes {name}={default}, not {name}={documented[name]}"


def _same_default(*, documented: str | None, ours: str | None) -> bool:
    return ours is not None if documented == "..." else ours == documented


def _expression(value: object) -> str:
    return f"{type(value).__name__}.{value.name}" if isinstance(value, Enum) else repr(value)


def _rendered(annotation: Any) -> str:
    if annotation is NoneType:
        return "None"
    if annotation is ...:
        return "..."
    origin, members = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        return " | ".join(map(_rendered, members))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, members))}]"
    if origin is not None:
        return f"{origin.__name__}[{', '.join(map(_rendered, members))}]"
    return str(annotation.__name__)

"""Placeholders: ``{{dataset.name}}`` in a target's texts, which the event that fires the trigger fills in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pydantic_core import to_jsonable_python

from reconciler.domain.conditions import field_value
from reconciler.domain.trigger_shapes import InvokeActionTarget, SendSlackMessageTarget, StartAgentTarget, TriggerTarget
from reconciler.domain.values import WireModel

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\}\}")

#: Fields of a target whose texts, however deep, may hold placeholders, by type of target.
_FILLED: Final[Mapping[type[WireModel], tuple[str, ...]]] = {
    InvokeActionTarget: ("parameter_values", "required_inputs", "additional_inputs", "invocation_input"),
    StartAgentTarget: ("values",),
    SendSlackMessageTarget: ("text",),
}


def paths_in(target: TriggerTarget) -> list[str]:
    """Return the path of every placeholder of a target, each once, in order."""
    found = (path for text in _filled_texts(target) for path in _PLACEHOLDER.findall(text))
    return list(dict.fromkeys(found))


def unquoted_queries(target: TriggerTarget) -> list[str]:
    """Return the paths of placeholders that stand in a query outside of quotes, where a value would become syntax."""
    if not isinstance(target, InvokeActionTarget) or target.invocation_input is None:
        return []
    selectors = [*target.invocation_input.safe_files, *target.invocation_input.safe_topics]
    queries = [selector.query for selector in selectors if selector.query]
    return [path for query in queries for path in _PLACEHOLDER.findall(_without_quoted(query))]


def filled(target: InvokeActionTarget, namespace: Mapping[str, Any]) -> InvokeActionTarget:
    """Return the target with its placeholders filled in from the event's records; what is not there becomes empty."""
    changed = {name: _mapped(value, lambda text: _filled_text(text, namespace)) for name, value in _values(target)}
    if target.invocation_input is not None:
        changed["invocation_input"] = _filled_input(target, namespace)
    return InvokeActionTarget.model_validate(target.model_dump() | changed)


#: A quoted text, or the rest of a query from a quote on that nothing closes; the group is the closing quote.
_QUOTED: Final = re.compile(r"""(["'])(?:(?!\1)[^\\]|\\.)*+(\1?)""", re.DOTALL)


def _without_quoted(query: str) -> str:
    return _QUOTED.sub(lambda found: "" if found[2] else found[0], query)


def _values(target: TriggerTarget) -> Iterator[tuple[str, Any]]:
    for name in _FILLED[type(target)]:
        value = getattr(target, name)
        yield name, value.model_dump(exclude_none=True) if isinstance(value, WireModel) else value


def _filled_texts(target: TriggerTarget) -> Iterator[str]:
    for _, value in _values(target):
        yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _mapped(member, change) for name, member in value.items()}
    return [_mapped(member, change) for member in value] if isinstance(value, list) else value


def _filled_text(text: str, namespace: Mapping[str, Any]) -> str:
    return _PLACEHOLDER.sub(lambda match: _as_text(field_value(namespace, match[1])), text)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    plain = to_jsonable_python(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _filled_input(target: InvokeActionTarget, namespace: Mapping[str, Any]) -> Any:
    """Fill in selectors; within a query the value cannot end the quotes it stands in."""
    assert target.invocation_input is not None

    def fill_selector(selector: Mapping[str, Any]) -> dict[str, Any]:
        plain = {name: _mapped(value, lambda text: _filled_text(text, namespace)) for name, value in selector.items()}
        if selector.get("query"):
            plain["query"] = _filled_query(selector["query"], namespace)
        return plain

    members = target.invocation_input.model_dump(exclude_none=True)
    return {
        name: [fill_selector(each) for each in selectors] if isinstance(selectors, list) else fill_selector(selectors)
        for name, selectors in members.items()
    }


def _filled_query(query: str, namespace: Mapping[str, Any]) -> str:
    def fill(match: re.Match[str]) -> str:
        return re.sub(r"[\\\"']", r"\\\g<0>", _as_text(field_value(namespace, match[1])))

    return _PLACEHOLDER.sub(fill, query)

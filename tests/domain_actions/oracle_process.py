"""Runs under an interpreter that has the official package: answers questions about its classes, one line each.

A question is ``["dump", class, members]``, ``["statuses"]`` or ``["from_value", value]``, as JSON.
"""

import json
import sys
from typing import Any

import roboto.domain.actions as official  # type: ignore[import-not-found]  # only the oracle's interpreter has it


def answer(question: list[Any]) -> Any:
    """Return what the official package says; null where it refuses."""
    match question:
        case ["dump", class_name, members]:
            return dump(class_name, members)
        case ["statuses"]:
            return {status.name: facts_of(status) for status in official.InvocationStatus}
        case ["from_value", value]:
            return named(value)
    raise ValueError(question)


def dump(class_name: str, members: dict[str, Any]) -> Any:
    """Return the value as JSON, once with what was set and once with everything; null when it is refused."""
    try:
        # Read twice: one of the classes holds an iterator, which the first look uses up.
        was_set, everything = (getattr(official, class_name).model_validate(members) for _ in range(2))
        return [was_set.model_dump(mode="json", exclude_unset=True), everything.model_dump(mode="json")]
    except ValueError:
        return None


def facts_of(status: Any) -> dict[str, Any]:
    """Return everything one status says about itself."""
    following = status.next()
    return {
        "value": int(status),
        "text": str(status),
        "running": status.is_running(),
        "terminal": status.is_terminal(),
        "next": following and following.name,
        "to": [other.name for other in official.InvocationStatus if status.can_transition_to(other)],
    }


def named(value: Any) -> Any:
    """Return the name of the status this value means; null when it means none."""
    try:
        return official.InvocationStatus.from_value(value).name
    except ValueError:
        return None


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()

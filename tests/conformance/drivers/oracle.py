"""Answers questions about the official classes, one line of JSON each: a function below, and its arguments.

``null`` stands for what the official package refuses, whichever exception it raises.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import roboto.domain.actions as official  # type: ignore[import-not-found]  # only the environments of the tests have it
from roboto.paths import path_matches  # type: ignore[import-not-found]
from roboto.query import Condition, ConditionGroup  # type: ignore[import-not-found]
from roboto.updates import MetadataChangeset  # type: ignore[import-not-found]


def dump(class_name: str, members: dict[str, Any]) -> Any:
    """Return the value as JSON, once with what was set and once with everything."""
    # Read twice: one of the classes holds an iterator, which the first look uses up.
    was_set, everything = (getattr(official, class_name).model_validate(members) for _ in range(2))
    return [was_set.model_dump(mode="json", exclude_unset=True), everything.model_dump(mode="json")]


def statuses() -> dict[str, Any]:
    """Return everything the statuses say about themselves, by name."""
    return {status.name: _facts_of(status) for status in official.InvocationStatus}


def status_of(value: int | str) -> str:
    """Return the name of the status this value means."""
    return str(official.InvocationStatus.from_value(value).name)


def matched(condition: dict[str, Any], record: dict[str, Any]) -> bool:
    """Return whether a record fulfils a condition."""
    kind = ConditionGroup if "operator" in condition else Condition
    return bool(kind.model_validate(condition).matches(record))


def applied(changeset: dict[str, Any], metadata: dict[str, Any], tags: list[str]) -> Any:
    """Return metadata and tags after a changeset."""
    read = MetadataChangeset.model_validate(changeset)
    return [read.apply_field_updates(metadata), list(read.apply_tag_updates(tags))]


def chosen(paths: list[str], include: list[str] | None, exclude: list[str] | None) -> list[str]:
    """Return the paths that patterns choose."""
    return [path for path in paths if path_matches(path, include_patterns=include, exclude_patterns=exclude)]


def _facts_of(status: Any) -> dict[str, Any]:
    following = status.next()
    return {
        "value": int(status),
        "text": str(status),
        "running": status.is_running(),
        "terminal": status.is_terminal(),
        "next": following and following.name,
        "to": [other.name for other in official.InvocationStatus if status.can_transition_to(other)],
    }


ANSWERS = {answer.__name__: answer for answer in (dump, statuses, status_of, matched, applied, chosen)}


def answered(question: str, *arguments: Any) -> Any:
    """Return the answer."""
    try:
        return ANSWERS[question](*arguments)
    except Exception:  # noqa: BLE001  it refuses in many ways
        return None


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answered(*json.loads(line))), flush=True)  # noqa: T201  its answer

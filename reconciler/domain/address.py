"""Addresses: a kind and a name, written ``action.ros_ingest``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The kinds a plan can change, by the word a manifest uses."""

    ACTION = "Action"
    TRIGGER = "Trigger"


#: Names travel in URL paths unescaped, so only URL-safe characters are legal.
NAME_PATTERN: Final = r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,255}$"
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,255}")

#: Names that collide with the platform's own routes below ``v1/actions`` and ``v1/triggers``.
RESERVED_NAMES: Final[dict[Kind, frozenset[str]]] = {
    Kind.ACTION: frozenset({"query", "invocations"}),
    Kind.TRIGGER: frozenset({"id", "query", "scheduled", "dataset", "events"}),
}


def name_problem(kind: Kind, name: str) -> str | None:
    """Say why ``name`` cannot name a resource of this kind; None when it can."""
    if not _NAME.fullmatch(name):
        return (
            f'"{name}" is not a legal name: letters, digits, "_", "-" and "." only, '
            "not starting with a dot or a hyphen, at most 256 characters"
        )
    if name in RESERVED_NAMES[kind]:
        return f'"{name}" cannot name {kind.value.lower()}s: the platform has a route of that name'
    return None


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One resource of the own organization."""

    kind: Kind
    name: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``action.NAME`` or ``trigger.NAME``.

        Raises:
            ValueError: The text has no kind we know, or no name.
        """
        kind, dot, name = text.partition(".")
        for known in Kind:
            if known.value.lower() == kind.lower() and dot and name:
                return cls(known, name)
        raise ValueError(f'"{text}" is not an address; write action.NAME or trigger.NAME')

    def __str__(self) -> str:
        return f"{self.kind.value.lower()}.{self.name}"

"""Parts of a comment joined within a budget of characters.

What does not fit is left out from the end: first the details, then the picture, then rows of the table, then the
table, and the counts stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.render.words import counted

#: Room kept for the sentences that say what was left out.
_RESERVE: Final = 200


@dataclass(frozen=True, slots=True)
class Table:
    """The two lines of a table's head, and its rows."""

    head: str
    rows: Sequence[str]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a comment is made of, in the order it is read in.

    ``head`` always stays; ``first`` are callouts, ``notes`` sentences below the table, ``picture`` and ``details``
    come only where every row of the table fits.
    """

    head: Sequence[str]
    first: Sequence[str]
    table: Table
    notes: Sequence[str]
    picture: str = ""
    details: Sequence[str] = ()


def fitted(parts: Parts, *, limit: int) -> str:
    """Return the comment, at most ``limit`` characters of it."""
    text = "\n\n".join(parts.head)
    if len(text) + 1 > limit:
        return f"{text[: max(0, limit - 1)]}\n"[: max(0, limit)]
    text = _with_each(text, parts.first, limit=limit)
    shown = 0
    if parts.table.rows:
        room = limit - len(text) - _RESERVE
        shown = _fitting(parts.table.rows, room=room - len(parts.table.head) - 2, separator=1)
    if shown:
        text += "\n\n" + "\n".join([parts.table.head, *parts.table.rows[:shown]])
    left = len(parts.table.rows) - shown
    if left and len(text) + _RESERVE <= limit:
        text += f"\n\n{counted(left, 'further change')} left out of this table."
    text = _with_each(text, parts.notes, limit=limit)
    if not left:
        text = _with_each(text, [parts.picture] if parts.picture else [], limit=limit)
        text = _with_details(text, parts.details, limit=limit)
    return text + "\n"


def _with_each(text: str, sections: Sequence[str], *, limit: int) -> str:
    for section in sections:
        if len(text) + len(section) + _RESERVE <= limit:
            text += f"\n\n{section}"
    return text


def _with_details(text: str, unfolded: Sequence[str], *, limit: int) -> str:
    fits = _fitting(unfolded, room=limit - len(text) - _RESERVE, separator=2)
    if fits:
        text += "\n\n" + "\n\n".join(unfolded[:fits])
    left = len(unfolded) - fits
    if left and len(text) + _RESERVE <= limit:
        text += f"\n\nThe details of {counted(left, 'further change')} do not fit here: see the output of the command."
    return text


def _fitting(parts: Sequence[str], *, room: int, separator: int) -> int:
    """Return how many of the first parts fit."""
    for number, part in enumerate(parts):
        room -= len(part) + separator
        if room < 0:
            return number
    return len(parts)

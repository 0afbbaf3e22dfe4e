"""One issue about drift: opened when there is some, kept up to date, closed when there is none, opened again.

=============  ====================  =====================================
the issue      drift                 no drift
=============  ====================  =====================================
none           opened                nothing
open           updated               closed, with the report that says so
closed         opened again          nothing
several open   the oldest stays      all closed
=============  ====================  =====================================
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import ForgeError, ForgeUnavailable
from reconciler.forge.bodies import is_marked
from reconciler.forge.port import Forge, Issue


class Done(StrEnum):
    """What became of the issue."""

    OPENED = "opened"
    UPDATED = "updated"
    REOPENED = "reopened"
    CLOSED = "closed"
    UNCHANGED = "unchanged"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was done, and the issue as it is now; None where there is none."""

    done: Done
    issue: Issue | None = None


def keep(forge: Forge, *, title: str, body: str, marker: str, is_drifted: bool) -> Kept:
    """Bring the one issue with this marker in line with what was found; ``body`` begins with the marker.

    Raises:
        ForgeError: The issue could not be written.
    """
    mine = _mine(forge, marker)
    if not is_drifted:
        return _closed(forge, [each for each in mine if each.is_open], body=body)
    if not mine:
        return _opened(forge, title=title, body=body, marker=marker)
    return _told(forge, mine, title=title, body=body)


def _closed(forge: Forge, still_open: list[Issue], *, body: str) -> Kept:
    closed = [forge.edit_issue(each.number, title=each.title, body=body, is_open=False) for each in still_open]
    return Kept(Done.CLOSED, closed[0]) if closed else Kept(Done.NOTHING)


def _opened(forge: Forge, *, title: str, body: str, marker: str) -> Kept:
    lost: ForgeUnavailable | None = None
    try:
        forge.open_issue(title, body)
    except ForgeUnavailable as error:
        lost = error
    # Another run may have opened one at the same time, and an answer that was lost may have done its work.
    mine = _mine(forge, marker)
    if not mine:
        raise lost or ForgeError("the issue that was just opened is not there", hint="run the job again")
    return Kept(Done.OPENED, _told(forge, mine, title=title, body=body).issue)


def _told(forge: Forge, mine: list[Issue], *, title: str, body: str) -> Kept:
    """Let one issue tell it: the oldest that is open, else the last that was closed."""
    still_open = [each for each in mine if each.is_open]
    chosen = still_open[0] if still_open else mine[-1]
    for double in still_open[1:]:
        forge.edit_issue(double.number, title=double.title, body=double.body, is_open=False)
    if chosen.is_open and chosen.title == title and chosen.body.replace("\r\n", "\n").strip() == body.strip():
        return Kept(Done.UNCHANGED, chosen)
    done = Done.UPDATED if chosen.is_open else Done.REOPENED
    return Kept(done, forge.edit_issue(chosen.number, title=title, body=body, is_open=True))


def _mine(forge: Forge, marker: str) -> list[Issue]:
    """Return the issues with this marker that this token opened, by number."""
    me = forge.me()
    found = (each for each in forge.issues(me) if each.author == me and is_marked(each.body, marker))
    return sorted(found, key=lambda each: each.number)

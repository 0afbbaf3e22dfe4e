"""One comment on a pull request that is kept up to date, however many runs write it at once.

No forge has a "create unless there is one". So whoever has created a comment looks again: of several the oldest stays,
and everybody who finds more than one leaves only that one. A creation that had no answer is settled by the same look.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import ForgeError, ForgeUnavailable
from reconciler.forge.bodies import is_marked
from reconciler.forge.port import Comment, Forge


class Done(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Stuck:
    """The comment, as it is now."""

    done: Done
    comment: Comment


def stick(forge: Forge, *, pull: int, marker: str, body: str) -> Stuck:
    """Write the one comment with this marker; ``body`` begins with it.

    Raises:
        ForgeError: The comment could not be written.
    """
    mine = _mine(forge, pull=pull, marker=marker)
    if not mine:
        return _created(forge, pull=pull, marker=marker, body=body)
    _remove(forge, mine[1:], pull=pull)
    return _updated(forge, mine[0], pull=pull, body=body)


def _created(forge: Forge, *, pull: int, marker: str, body: str) -> Stuck:
    lost: ForgeUnavailable | None = None
    try:
        forge.add_comment(pull, body)
    except ForgeUnavailable as error:
        lost = error
    mine = _mine(forge, pull=pull, marker=marker)
    if not mine:
        raise lost or ForgeError("the comment that was just written is not there", hint="run the job again")
    _remove(forge, mine[1:], pull=pull)
    return Stuck(Done.CREATED, _updated(forge, mine[0], pull=pull, body=body).comment)


def _updated(forge: Forge, oldest: Comment, *, pull: int, body: str) -> Stuck:
    if _alike(oldest.body, body):
        return Stuck(Done.UNCHANGED, oldest)
    try:
        return Stuck(Done.UPDATED, forge.edit_comment(pull, oldest.id, body))
    except ForgeError as error:
        if error.status != 404:
            raise
    # Somebody removed it between our look and our word.
    return Stuck(Done.CREATED, forge.add_comment(pull, body))


def _mine(forge: Forge, *, pull: int, marker: str) -> list[Comment]:
    """Return the comments with this marker that this token wrote, the oldest first."""
    me = forge.me()
    found = (each for each in forge.comments(pull) if each.author == me and is_marked(each.body, marker))
    return sorted(found, key=lambda each: each.id)


def _remove(forge: Forge, comments: list[Comment], *, pull: int) -> None:
    for comment in comments:
        forge.remove_comment(pull, comment.id)


def _alike(there: str, body: str) -> bool:
    return there.replace("\r\n", "\n").strip() == body.strip()

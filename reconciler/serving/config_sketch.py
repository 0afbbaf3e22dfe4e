"""The configuration file as far as it can be read, whatever is wrong with the rest of it.

A mistake in one place is no reason to keep quiet about another: what entries say of each other is checked on this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from reconciler.serving.config_models import TokenEntry

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A name that stands at a place."""

    name: str
    place: Steps


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A token that stands at a place, and the number of the user it belongs to."""

    entry: TokenEntry
    place: Steps
    user: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """What can be read.

    Attributes:
        organizations: Those that have an id.
        complete: Whether all of them do, so that any other name is of none.
        users: Those that have an id.
        memberships: The organizations that users name.
        tokens: Those that can be made out, of all users.
    """

    organizations: tuple[Named, ...]
    complete: bool
    users: tuple[Named, ...]
    memberships: tuple[Named, ...]
    tokens: tuple[GivenToken, ...]


def sketched(document: object) -> Sketch:
    """Read what can be read of a document."""
    organizations = tuple(_entries(document, ("organizations",)))
    users = tuple(_entries(document, ("users",)))
    named = tuple(_ids(organizations))
    return Sketch(
        organizations=named,
        complete=bool(named) and len(named) == len(organizations),
        users=tuple(_ids(users)),
        memberships=tuple(
            Named(name, at)
            for place, user in users
            for at, name in _entries(user, (*place, "organizations"))
            if isinstance(name, str)
        ),
        tokens=tuple(
            given
            for number, (place, user) in enumerate(users)
            for at, entry in _entries(user, (*place, "tokens"))
            for given in _tokens(entry, at, user=number)
        ),
    )


def _entries(mapping: object, place: Steps) -> Iterator[tuple[Steps, object]]:
    """Give the entries of the list at this place, whose last step is its key in the mapping."""
    found = mapping.get(place[-1]) if isinstance(mapping, dict) else None
    if isinstance(found, list):
        yield from (((*place, number), entry) for number, entry in enumerate(found))


def _ids(entries: tuple[tuple[Steps, object], ...]) -> Iterator[Named]:
    for place, entry in entries:
        name = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(name, str):
            yield Named(name, (*place, "id"))


def _tokens(entry: object, place: Steps, *, user: int) -> Iterator[GivenToken]:
    try:
        yield GivenToken(TokenEntry.model_validate(entry), place, user)
    except ValidationError:
        # What is wrong with it, the model of the whole file says.
        return

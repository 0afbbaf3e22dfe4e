"""What looks like a rename is suggested as one, however much comes and goes at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.domain.address import Address, Kind
from reconciler.inventory.document import Inventory
from reconciler.plan.model import Change, Op
from reconciler.plan.ownership import Ownership
from reconciler.plan.renames import likely_renames

OWNERSHIP = Ownership(Inventory.new("11111111-1111-4111-8111-111111111111"), {})
SHAPE = {"uri": "img:1", "description": "finds", "timeout": 5}


def made(name: str, shape: dict[str, Any], kind: Kind = Kind.ACTION) -> Change:
    """Return a creation."""
    return Change(Address(kind, name), Op.CREATE, (), after=shape)


def gone(name: str, shape: dict[str, Any]) -> Change:
    """Return a deletion of an action."""
    return Change(Address(Kind.ACTION, name), Op.DELETE, (), before=shape)


@pytest.mark.parametrize(
    ("shape", "is_alike"),
    [
        (SHAPE, True),
        ({**SHAPE, "timeout": 6}, True),
        ({**SHAPE, "tags": ["a"]}, True),
        ({"uri": "img:1", "description": "finds"}, True),
        ({**SHAPE, "timeout": 6, "description": "looks"}, False),
        ({"uri": "img:1"}, False),
        ({"uri": "img:1", "description": "finds", "tags": ["a"]}, False),
    ],
)
def test_at_most_one_field_of_several_may_differ(shape: dict[str, Any], *, is_alike: bool) -> None:
    """Or the suggestion would be a guess."""
    found = likely_renames([gone("old", SHAPE), made("new", shape)], ownership=OWNERSHIP)

    assert [each.hint for each in found] == (
        ["if it is a new name, write lifecycle: { renamed_from: old }"] if is_alike else []
    )


def test_neither_another_kind_nor_one_of_several_is_suggested() -> None:
    """Nobody could say which."""
    changes = [gone("one", SHAPE), gone("two", SHAPE), made("new", SHAPE), made("new", SHAPE, Kind.TRIGGER)]

    assert likely_renames(changes, ownership=OWNERSHIP) == []


def test_each_shape_is_hashed_once() -> None:
    """Once for every pair, a thousand that come while a thousand go took a quarter of a minute."""
    seen: list[object] = []

    class Counting(Ownership):
        def hashed(self, shape: Mapping[str, Any]) -> dict[str, Any]:
            seen.append(shape)
            return Ownership.hashed(self, shape)

    changes = [gone(f"old{n}", {**SHAPE, "uri": f"old:{n}", "timeout": n}) for n in range(20)]
    changes += [made(f"new{n}", {**SHAPE, "uri": f"new:{n}", "timeout": -1 - n}) for n in range(20)]

    assert likely_renames(changes, ownership=Counting(OWNERSHIP.inventory, {})) == []
    assert len(seen) == 40

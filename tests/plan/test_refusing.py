"""What stops a plan says all ways past it at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.domain.address import Address, Kind
from reconciler.errors import GuardRefused
from reconciler.plan.model import Guard, Refusal
from reconciler.plan.refusing import refuse_refused
from tests.plan.builders import planned

A, B = (Address(Kind.ACTION, name) for name in "ab")
PRUNED = (Refusal(Guard.PRUNE, "deleting a", "--prune", (A,)), Refusal(Guard.PRUNE, "deleting b", "--prune", (B,)))
DRIFTED = Refusal(Guard.DRIFTED, "a was changed", "--delete-drifted", (A,))
TAKEN = Refusal(Guard.NOT_OURS, "a is bob's", "reconciler adopt action.a", (A,))


@pytest.mark.parametrize(
    ("refusals", "hint"),
    [
        (PRUNED, "if that is meant: --prune"),
        ((*PRUNED, DRIFTED), "if that is meant: --prune --delete-drifted"),
        ((DRIFTED, TAKEN), "reconciler adopt action.a; if that is meant: --delete-drifted"),
    ],
)
def test_the_flags_that_it_takes_can_be_typed_as_they_are_told(refusals: tuple[Refusal, ...], hint: str) -> None:
    """Each once, beside whatever else is to be done."""
    with pytest.raises(GuardRefused) as refused:
        refuse_refused(replace(planned([], []), refusals=refusals))

    assert refused.value.hint == hint

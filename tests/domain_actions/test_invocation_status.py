"""The status machine of invocations."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.actions import InvocationStatus
from tests.domain_actions.facts import FROM_VALUE, NEXT, RUNNING, TERMINAL, TRANSITIONS

statuses = st.sampled_from(InvocationStatus)


@pytest.mark.parametrize("status", InvocationStatus, ids=str)
def test_a_status_goes_where_the_platform_lets_it(status: InvocationStatus) -> None:
    """Each status may become itself and exactly what the platform's table lists."""
    allowed = {other.name for other in InvocationStatus if status.can_transition_to(other)}
    assert allowed == {status.name, *TRANSITIONS[status.name]}


@pytest.mark.parametrize("status", InvocationStatus, ids=str)
def test_a_status_knows_its_place(status: InvocationStatus) -> None:
    """Running, terminal and the stage that follows are the platform's."""
    following = status.next()
    assert status.is_running() == (status.name in RUNNING)
    assert status.is_terminal() == (status.name in TERMINAL)
    assert (following and following.name) == NEXT[status.name]


@pytest.mark.parametrize(("value", "name"), FROM_VALUE)
def test_a_status_is_read_from_its_number_or_name(value: Any, name: str | None) -> None:
    """Numbers and exact names are statuses, everything else is refused."""
    if name is None:
        with pytest.raises(ValueError, match="is not the status of an invocation"):
            InvocationStatus.from_value(value)
        return
    assert InvocationStatus.from_value(value).name == name


@pytest.mark.parametrize("value", [[], {}, [0]])
def test_values_without_a_hash_are_refused_like_others(value: Any) -> None:
    """No kind of value makes reading break in another way."""
    with pytest.raises(ValueError, match="is not the status of an invocation"):
        InvocationStatus.from_value(value)


def test_an_unknown_status_is_answered_with_the_known_ones() -> None:
    """The message lists names and numbers."""
    with pytest.raises(ValueError, match=r"6 is not .* Queued \(0\), .* Deadly \(999\)"):
        InvocationStatus.from_value(6)


def test_a_status_prints_as_its_name_and_counts_as_its_number() -> None:
    """Texts show the word, comparisons use the number."""
    assert f"{InvocationStatus.Failed}" == str(InvocationStatus.Failed) == "Failed"
    assert InvocationStatus.Uploading < InvocationStatus.Completed < 997


@given(statuses)
def test_the_next_stage_is_always_allowed(status: InvocationStatus) -> None:
    """Going on is a legal transition."""
    following = status.next()
    assert following is None or status.can_transition_to(following)


@given(st.lists(statuses, min_size=2, max_size=8))
def test_only_a_failure_leads_back(history: list[InvocationStatus]) -> None:
    """In a legal history the number never falls, except from a failure to a new try."""
    if all(before.can_transition_to(after) for before, after in pairwise(history)):
        falls = [(before, after) for before, after in pairwise(history) if after < before]
        assert all(fall == (InvocationStatus.Failed, InvocationStatus.Queued) for fall in falls)

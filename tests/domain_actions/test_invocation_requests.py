"""Requests about invocations beyond what they read and send."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from reconciler.actions import CancelActiveInvocationsResponse, EvaluateTriggersRequest


@pytest.mark.parametrize(("remaining", "more"), [(0, False), (1, True)])
def test_a_bulk_cancellation_answers_clients_of_every_age(remaining: int, more: bool) -> None:
    """The count and the flag both travel, and agree."""
    answer = CancelActiveInvocationsResponse(count_remaining=remaining, failure_count=0, success_count=2)
    assert answer.has_more is more
    assert answer.to_wire() == {
        "count_remaining": remaining,
        "failure_count": 0,
        "success_count": 2,
        "has_more": more,
    }


@pytest.mark.parametrize("ids", [[1, 2], (1, 2), range(1, 3), (number for number in (1, 2))])
def test_evaluation_ids_may_come_from_any_iterable(ids: Iterable[int]) -> None:
    """They are read once and kept, so that looking at them uses nothing up."""
    request = EvaluateTriggersRequest(trigger_evaluation_ids=ids)
    assert [request.to_wire(), request.to_wire()] == [{"trigger_evaluation_ids": [1, 2]}] * 2

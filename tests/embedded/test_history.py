"""The history of an invocation, as a law: whatever is asked for, what is recorded is legal."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.invocations import (
    ActionProvenance,
    ExecutableProvenance,
    InvocationDataSource,
    InvocationProvenance,
    InvocationRecord,
    InvocationSource,
    InvocationStatus,
    InvocationStatusRecord,
    SourceProvenance,
)
from reconciler.domain.values import ComputeRequirements, ContainerParameters
from reconciler.embedded.history import MOST_FAILURES, advanced
from reconciler.errors import InvalidTransition

START = datetime(2026, 1, 2, tzinfo=UTC)
STEPS = st.lists(st.tuples(st.sampled_from(InvocationStatus), st.integers(-5, 5)), max_size=30)


def fresh() -> InvocationRecord:
    """An invocation that waits."""
    return InvocationRecord(
        invocation_id="iv_1",
        org_id="og_ours",
        created=START,
        data_source=InvocationDataSource.unspecified(),
        input_data=[],
        provenance=InvocationProvenance(
            action=ActionProvenance(name="a", org_id="og_ours"),
            executable=ExecutableProvenance(),
            source=SourceProvenance(source_type=InvocationSource.Manual, source_id="ann"),
        ),
        compute_requirements=ComputeRequirements(),
        container_parameters=ContainerParameters(),
        timeout=30,
        last_status=InvocationStatus.Queued,
        status=[InvocationStatusRecord(status=InvocationStatus.Queued, timestamp=START)],
    )


@settings(deadline=None)
@given(STEPS)
def test_every_history_is_legal(steps: list[tuple[InvocationStatus, int]]) -> None:
    """Each entry may follow the one before, times increase though clocks go back, and nothing fails a fourth time."""
    record, now = fresh(), START
    for status, seconds in steps:
        now += timedelta(seconds=seconds)
        with suppress(InvalidTransition):
            record = advanced(record, status, detail=None, now=now)

    entries = record.status
    assert all(one.status.can_transition_to(other.status) for one, other in pairwise(entries))
    assert all(one.timestamp < other.timestamp for one, other in pairwise(entries))
    assert sum(entry.status is InvocationStatus.Failed for entry in entries) <= MOST_FAILURES
    assert record.last_status is entries[-1].status
    assert timedelta() <= record.duration <= entries[-1].timestamp - entries[0].timestamp
    assert record.created == START

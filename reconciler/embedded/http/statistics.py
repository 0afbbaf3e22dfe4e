"""How an organization's invocations went, action by action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator
from reconciler.domain.invocations import InvocationRecord, InvocationStatus
from reconciler.domain.queries import PAGE_LIMIT, QuerySpecification, each_of_pages
from reconciler.domain.values import WireModel
from reconciler.domain.whole_platform import InvocationPlatform


class ActionStatistics(WireModel):
    """How many invocations of one action completed, failed, and wait."""

    action_name: str
    action_org_id: str
    completed_count: int
    fail_count: int
    queued_count: int


_FAILED = (InvocationStatus.Failed, InvocationStatus.Deadly)


def counted(
    platform: InvocationPlatform, *, start: datetime | None, end: datetime | None
) -> Iterator[ActionStatistics]:
    """Count the invocations created from ``start`` on and before ``end``, by action in order."""
    counts: Counter[tuple[str, str, InvocationStatus]] = Counter()
    for record in _created(platform, start=start, end=end):
        action = record.provenance.action
        counts[action.name, action.org_id, record.last_status] += 1
    for name, org_id in sorted({(name, org_id) for name, org_id, _ in counts}):
        yield ActionStatistics(
            action_name=name,
            action_org_id=org_id,
            completed_count=counts[name, org_id, InvocationStatus.Completed],
            fail_count=sum(counts[name, org_id, status] for status in _FAILED),
            queued_count=counts[name, org_id, InvocationStatus.Queued],
        )


def _created(
    platform: InvocationPlatform, *, start: datetime | None, end: datetime | None
) -> Iterator[InvocationRecord]:
    bounds = [(Comparator.GreaterThanOrEqual, start), (Comparator.LessThan, end)]
    conditions: list[Condition | ConditionGroup] = [
        Condition(field="created", comparator=comparator, value=_zoned(moment))
        for comparator, moment in bounds
        if moment is not None
    ]
    condition = ConditionGroup(operator=ConditionOperator.And, conditions=conditions) if conditions else None
    return each_of_pages(
        lambda token: platform.query_invocations(QuerySpecification(condition=condition, limit=PAGE_LIMIT, after=token))
    )


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

"""A trigger's evaluations: who is asked for its name, and which of them are still to be completed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from reconciler.domain.evaluations import TriggerEvaluationRecord, TriggerEvaluationStatus, TriggerNames
from reconciler.domain.queries import PAGE_LIMIT, QuerySpecification
from reconciler.handles.paging import each_found

if TYPE_CHECKING:
    from reconciler.domain.whole_platform import WholePlatform


def names_of_triggers(platform: WholePlatform, *, org_id: str | None) -> TriggerNames:
    """Return what knows the names of an organization's triggers; they are listed once, when the first is asked for."""

    @cache
    def names() -> dict[str, str]:
        everything = QuerySpecification(limit=PAGE_LIMIT)
        triggers = each_found(lambda query: platform.query_triggers(query, owner=org_id), everything)
        return {trigger.trigger_id: trigger.name for trigger in triggers}

    return TriggerNames(lambda trigger_id: names().get(trigger_id))


class PendingEvaluations:
    """The evaluations of one trigger that are pending, followed from look to look."""

    def __init__(self, newest_first: Callable[[], Iterable[TriggerEvaluationRecord]]) -> None:
        self._newest_first = newest_first
        self._pending: frozenset[int] | None = None

    def completed(self) -> bool:
        """Look, and return True when none is pending.

        The first look is at the whole history, a later one no further back than at what was pending before.
        """
        pending: set[int] = set()
        awaited = set(self._pending or ())
        for evaluation in self._newest_first():
            if evaluation.status is TriggerEvaluationStatus.Pending:
                pending.add(evaluation.trigger_evaluation_id)
            awaited.discard(evaluation.trigger_evaluation_id)
            if self._pending and not awaited:
                break
        self._pending = frozenset(pending)
        return not pending

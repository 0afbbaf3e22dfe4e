"""Runs whose queueing was not answered: found again by the idempotency id they were queued with.

=============================  ============================================================================
after a lost answer            what follows
=============================  ============================================================================
no idempotency id              nothing: a second request could be a second run, so the outcome is unknown
sent again, and answered       that answer
sent again, and a conflict     the run of this id is looked up and returned, for the first request made it
no attempt is answered         the same look-up; when it finds nothing, the outcome is unknown
=============================  ============================================================================

A conflict without a lost answer before it stays a conflict: the id was used by an earlier call. What cannot be told
apart is an earlier call's run from our own when the lost answer was that very conflict; then the earlier run is
returned. That is what an idempotency id asks for: one run, whoever queued it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.errors import PlatformError

if TYPE_CHECKING:
    from reconciler.domain.invocations import InvocationRecord


def queued_as(
    idempotency_id: str, *, action: str, query: Callable[[QuerySpecification], Page[InvocationRecord]]
) -> InvocationRecord | None:
    """Return the run of an action that was queued with this id; None when there is none, or nobody can say."""
    condition = Condition(field="idempotency_id", comparator=Comparator.Equals, value=idempotency_id)
    try:
        page = query(QuerySpecification(condition=condition))
    except PlatformError:
        return None
    # Compared again: a platform that cannot query by this field may answer with others.
    return next(
        (run for run in page.items if run.idempotency_id == idempotency_id and run.provenance.action.name == action),
        None,
    )

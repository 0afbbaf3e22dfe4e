"""Trigger evaluations: each time the platform asks whether a trigger fires, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Self

from pydantic import PrivateAttr

from reconciler.domain.invocations import InvocationDataSource
from reconciler.domain.triggers import TriggerEvaluationCause
from reconciler.domain.values import WireModel


class TriggerEvaluationStatus(Enum):
    """How far an evaluation has come; ``Failed`` means that it broke, not that the trigger did not fire."""

    Pending = "pending"
    Evaluated = "evaluated"
    Failed = "failed"
    # The domain page's examples call it so. A second name of the same member is no member of its own.
    Succeeded = Evaluated


class TriggerEvaluationOutcome(Enum):
    """What an evaluation led to."""

    InvokedAction = "invoked_action"
    Skipped = "skipped"


class TriggerEvaluationOutcomeReason(Enum):
    """Why an evaluation led to nothing."""

    AlreadyRun = "already_run"
    ConditionNotMet = "condition_not_met"
    NoMatchingFiles = "no_matching_files"
    TriggerDisabled = "trigger_disabled"


class TriggerEvaluationDataConstraint(WireModel):
    """Narrows an evaluation to part of its data source: to the files of the upload ``transaction_id``."""

    transaction_id: str | None = None


def _nobody_knows(trigger_id: str) -> str | None:
    """Stand in where nobody can be asked: a record read from JSON knows its trigger by id alone."""
    return None


@dataclass(frozen=True, slots=True)
class TriggerNames:
    """Finds triggers' names by their ids. Any two are equal, so that evaluations compare by what they say."""

    find: Callable[[str], str | None] = field(default=_nobody_knows, compare=False)


class TriggerEvaluationRecord(WireModel):
    """One evaluation of one trigger over one data source; ``status_detail`` says what broke it, if anything did."""

    trigger_evaluation_id: int
    trigger_id: str
    data_source: InvocationDataSource
    data_constraint: TriggerEvaluationDataConstraint | None = None
    evaluation_start: datetime
    evaluation_end: datetime | None = None
    status: TriggerEvaluationStatus
    status_detail: str | None = None
    outcome: TriggerEvaluationOutcome | None = None
    outcome_reason: TriggerEvaluationOutcomeReason | None = None
    cause: TriggerEvaluationCause | None = None

    _names: TriggerNames = PrivateAttr(default_factory=TriggerNames)

    def named_by(self, names: TriggerNames) -> Self:
        """Return the record with somebody to ask for its trigger's name."""
        named = self.model_copy()
        named._names = names  # noqa: SLF001  the copy is of this very class
        return named

    @property
    def trigger_name(self) -> str | None:
        """The trigger's name, looked up when it is asked for; None for a deleted trigger, and where nobody knows.

        The platform sends the id alone.
        """
        return self._names.find(self.trigger_id)


class TriggerEvaluationsSummaryResponse(WireModel):
    """How many evaluations still wait, and when the latest began; null when there was none."""

    count_pending: int
    last_evaluation_start: datetime | None

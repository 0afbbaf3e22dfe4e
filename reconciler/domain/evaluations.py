"""Trigger evaluations: each time the platform asks whether a trigger fires, and what came of it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from reconciler.domain.invocations import InvocationDataSource
from reconciler.domain.triggers import TriggerEvaluationCause
from reconciler.domain.values import WireModel


class TriggerEvaluationStatus(Enum):
    """How far an evaluation has come; ``Failed`` means that it broke, not that the trigger did not fire."""

    Pending = "pending"
    Evaluated = "evaluated"
    Failed = "failed"


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


class TriggerEvaluationsSummaryResponse(WireModel):
    """How many evaluations still wait, and when the latest began; null when there was none."""

    count_pending: int
    last_evaluation_start: datetime | None

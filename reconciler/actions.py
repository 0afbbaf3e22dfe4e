"""Actions, invocations and triggers: the domain as one module, under the platform's own names."""

from reconciler.domain.actions import ActionRecord
from reconciler.domain.changesets import ActionParameterChangeset
from reconciler.domain.evaluations import (
    TriggerEvaluationDataConstraint,
    TriggerEvaluationOutcome,
    TriggerEvaluationOutcomeReason,
    TriggerEvaluationRecord,
    TriggerEvaluationsSummaryResponse,
    TriggerEvaluationStatus,
)
from reconciler.domain.inputs import DataSelector, FileSelector, InvocationInput
from reconciler.domain.invocation_requests import (
    CancelActiveInvocationsRequest,
    CancelActiveInvocationsResponse,
    CreateInvocationRequest,
    EvaluateTriggersRequest,
    QueryTriggersRequest,
    SetContainerInfoRequest,
    SetLogsLocationRequest,
    UpdateInvocationStatus,
)
from reconciler.domain.invocations import (
    ActionProvenance,
    ExecutableProvenance,
    ExecutorContainer,
    InvocationDataSource,
    InvocationDataSourceType,
    InvocationProvenance,
    InvocationRecord,
    InvocationSource,
    InvocationStatus,
    InvocationStatusRecord,
    InvocationUploadDestination,
    LogRecord,
    LogsLocation,
    SourceProvenance,
    UploadDestinationType,
)
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive, TriggerRecord
from reconciler.domain.values import (
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)
from reconciler.handles.action import Action
from reconciler.handles.invocation import Invocation
from reconciler.handles.trigger import Trigger

__all__ = [
    "Accessibility",
    "Action",
    "ActionParameter",
    "ActionParameterChangeset",
    "ActionProvenance",
    "ActionRecord",
    "ActionReference",
    "CancelActiveInvocationsRequest",
    "CancelActiveInvocationsResponse",
    "ComputeRequirements",
    "ContainerParameters",
    "CreateActionRequest",
    "CreateInvocationRequest",
    "CreateTriggerRequest",
    "DataSelector",
    "EvaluateTriggersRequest",
    "ExecutableProvenance",
    "ExecutorContainer",
    "FileSelector",
    "Invocation",
    "InvocationDataSource",
    "InvocationDataSourceType",
    "InvocationInput",
    "InvocationProvenance",
    "InvocationRecord",
    "InvocationSource",
    "InvocationStatus",
    "InvocationStatusRecord",
    "InvocationUploadDestination",
    "LogRecord",
    "LogsLocation",
    "QueryTriggersRequest",
    "SetActionAccessibilityRequest",
    "SetContainerInfoRequest",
    "SetLogsLocationRequest",
    "SourceProvenance",
    "Trigger",
    "TriggerEvaluationCause",
    "TriggerEvaluationDataConstraint",
    "TriggerEvaluationOutcome",
    "TriggerEvaluationOutcomeReason",
    "TriggerEvaluationRecord",
    "TriggerEvaluationStatus",
    "TriggerEvaluationsSummaryResponse",
    "TriggerForEachPrimitive",
    "TriggerRecord",
    "UpdateActionRequest",
    "UpdateInvocationStatus",
    "UpdateTriggerRequest",
    "UploadDestinationType",
]

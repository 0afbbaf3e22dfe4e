"""The bodies of requests about invocations and trigger evaluations, and the answer to the one that has its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field, computed_field, model_validator

from reconciler.domain.inputs import InvocationInput
from reconciler.domain.invocations import (
    InvocationDataSourceType,
    InvocationSource,
    InvocationStatus,
    InvocationUploadDestination,
)
from reconciler.domain.values import ComputeRequirements, ContainerParameters, WireModel


class CreateInvocationRequest(WireModel):
    """Request payload to invoke an action; every field is sent, null where not given. ``timeout`` in minutes.

    ``rich_input_data`` supersedes the patterns of ``input_data``. A second use of an ``idempotency_id`` is a conflict.
    """

    data_source_id: str
    data_source_type: InvocationDataSourceType
    input_data: list[str]
    invocation_source: InvocationSource
    compute_requirement_overrides: ComputeRequirements | None = None
    container_parameter_overrides: ContainerParameters | None = None
    idempotency_id: str | None = None
    invocation_source_id: str | None = None
    parameter_values: dict[str, Any] | None = None
    rich_input_data: InvocationInput | None = None
    timeout: int | None = None
    upload_destination: InvocationUploadDestination | None = None


class CancelActiveInvocationsRequest(WireModel):
    """Request payload to cancel an organization's active invocations, or those older than ``created_before``.

    One call cancels a bounded number: repeat it until nothing remains.
    """

    created_before: datetime | None = None


class CancelActiveInvocationsResponse(WireModel):
    """What one call of the bulk cancellation did, and how many invocations are still active."""

    count_remaining: int
    failure_count: int
    success_count: int

    @model_validator(mode="before")
    @classmethod
    def count_by_flag(cls, answer: Any) -> Any:
        """Read a newer platform's answer, which may say no more than that something remains: at least one does."""
        if isinstance(answer, dict) and "count_remaining" not in answer and isinstance(answer.get("has_more"), bool):
            return {**answer, "count_remaining": int(answer["has_more"])}
        return answer

    # Clients of the newer platform read this flag where older ones read the count, so it always travels along.
    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property; pydantic documents this form
    @property
    def has_more(self) -> bool:
        """True when another call has something left to cancel."""
        return self.count_remaining > 0


class UpdateInvocationStatus(WireModel):
    """Request payload to record an invocation's next status; ``detail`` says in words why."""

    status: InvocationStatus
    detail: str


class SetContainerInfoRequest(WireModel):
    """Request payload to record the digest of the image that was pulled for an invocation."""

    image_digest: str


class SetLogsLocationRequest(WireModel):
    """Request payload to record where an invocation's logs are stored."""

    bucket: str
    prefix: str


class EvaluateTriggersRequest(WireModel):
    """Request payload to run these evaluations now. Any iterable is taken, and read once."""

    trigger_evaluation_ids: tuple[int, ...]


class QueryTriggersRequest(WireModel):
    """Request payload to search triggers by the values of their members."""

    filters: dict[str, Any] = Field(default_factory=dict)

"""Invocations over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from reconciler.domain.invocation_requests import (
    CancelActiveInvocationsRequest,
    CancelActiveInvocationsResponse,
    SetContainerInfoRequest,
    SetLogsLocationRequest,
    UpdateInvocationStatus,
)
from reconciler.domain.invocations import InvocationRecord, LogRecord
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.whole_platform import Stream
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.http.statistics import ActionStatistics, counted


def get_invocation(call: Call, invocation_id: str) -> InvocationRecord:
    """Read an invocation."""
    return call.platform.get_invocation(invocation_id)


def query_invocations(call: Call, body: QuerySpecification) -> Page[InvocationRecord]:
    """List invocations of an organization."""
    return call.platform.query_invocations(body, owner=call.owner)


def cancel_invocation(call: Call, invocation_id: str) -> None:
    """Cancel an invocation; one that has ended stays as it is."""
    call.platform.cancel_invocation(invocation_id, owner=call.owner)


def cancel_active_invocations(call: Call, body: CancelActiveInvocationsRequest) -> CancelActiveInvocationsResponse:
    """Cancel active invocations, a bounded number in one call."""
    return call.platform.cancel_active_invocations(body, owner=call.owner)


def update_invocation_status(call: Call, invocation_id: str, body: UpdateInvocationStatus) -> InvocationRecord:
    """Move an invocation to another status."""
    return call.platform.update_invocation_status(invocation_id, body, owner=call.owner)


def set_container_info(call: Call, invocation_id: str, body: SetContainerInfoRequest) -> InvocationRecord:
    """Record the digest of the image that runs."""
    return call.platform.set_container_info(invocation_id, body, owner=call.owner)


def set_logs_location(call: Call, invocation_id: str, body: SetLogsLocationRequest) -> InvocationRecord:
    """Record where logs are stored."""
    return call.platform.set_logs_location(invocation_id, body, owner=call.owner)


def invocation_logs(call: Call, invocation_id: str, *, page_token: str | None = None) -> Page[LogRecord]:
    """Read the logs of an invocation, oldest first."""
    return call.platform.invocation_logs(invocation_id, page_token=page_token, owner=call.owner)


def stream_invocation_logs(call: Call, invocation_id: str, *, last_read: str | None = None) -> Stream[LogRecord]:
    """Read what was logged after ``last_read``."""
    return call.platform.stream_invocation_logs(invocation_id, last_read=last_read, owner=call.owner)


def org_statistics(
    call: Call, *, start_time: datetime | None = None, end_time: datetime | None = None
) -> Page[ActionStatistics]:
    """Count the invocations of the caller's organization by action, those created from ``start_time`` on."""
    return Page(tuple(counted(call.platform, start=start_time, end=end_time)), None)


OPERATIONS: Final = (
    Operation("GET", "/v1/actions/invocations/org-stats", org_statistics),
    Operation("POST", "/v1/actions/invocations/query", query_invocations),
    Operation("POST", "/v1/actions/invocations/cancel/all", cancel_active_invocations, Access.INVOKE),
    Operation("GET", "/v1/actions/invocations/{invocation_id}", get_invocation),
    Operation("POST", "/v1/actions/invocations/{invocation_id}/cancel", cancel_invocation, Access.INVOKE),
    Operation("POST", "/v1/actions/invocations/{invocation_id}/status", update_invocation_status, Access.WRITE),
    Operation("PUT", "/v1/actions/invocations/{invocation_id}/container-info", set_container_info, Access.WRITE),
    Operation("PUT", "/v1/actions/invocations/{invocation_id}/logs", set_logs_location, Access.WRITE),
    Operation("GET", "/v1/actions/invocations/{invocation_id}/logs", invocation_logs),
    Operation("GET", "/v1/actions/invocations/{invocation_id}/logs/stream", stream_invocation_logs),
)

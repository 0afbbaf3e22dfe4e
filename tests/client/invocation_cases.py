"""What the client sends for invocations and trigger evaluations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.inputs import DataSelector, FileSelector, InvocationInput
from reconciler.domain.invocation_requests import (
    CancelActiveInvocationsRequest,
    SetContainerInfoRequest,
    SetLogsLocationRequest,
    UpdateInvocationStatus,
)
from reconciler.domain.invocations import InvocationSource, InvocationStatus, InvocationUploadDestination
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.values import ComputeRequirements, ContainerParameters
from tests.client.builders import (
    ORGANIZATION,
    create_invocation,
    evaluation_data,
    invocation_data,
    log_data,
    page_data,
    stream_data,
)
from tests.client.case import CALLER, OWNER, Case

_OWN: Final = {OWNER: ORGANIZATION}
_BOTH: Final = {OWNER: ORGANIZATION, CALLER: ORGANIZATION}

#: What a run is asked for when nothing but its source is said.
_PLAIN: Final[dict[str, Any]] = {
    "data_source_id": "ds_1", "data_source_type": "Dataset", "input_data": ["**/*.bag"], "invocation_source": "Manual",
    "compute_requirement_overrides": None, "container_parameter_overrides": None, "idempotency_id": None,
    "invocation_source_id": None, "parameter_values": None, "rich_input_data": None, "timeout": None,
    "upload_destination": None,
}  # fmt: skip
_CANCELLED: Final = {"success_count": 2, "failure_count": 0, "count_remaining": 0, "has_more": False}

INVOCATION_CASES: Final[list[Case]] = [
    Case("invoke", lambda p: p.invoke_action("ros_ingest", create_invocation()), "POST",
     "/v1/actions/ros_ingest/invoke", _BOTH, _PLAIN, invocation_data()),
    Case("invoke a version", lambda p: p.invoke_action("ros_ingest", create_invocation(), digest="d/1"), "POST",
     "/v1/actions/ros_ingest/invoke?digest=d%2F1", _BOTH, _PLAIN, invocation_data()),
    Case("invoke without inputs", lambda p: p.invoke_action("ros_ingest", create_invocation(
        data_source_id="__UNSPECIFIED_DATA_SOURCE__", input_data=[]), digest="d1"), "POST",
     "/v1/actions/ros_ingest/invoke?digest=d1", _BOTH,
     {**_PLAIN, "data_source_id": "__UNSPECIFIED_DATA_SOURCE__", "input_data": []}, invocation_data()),
    Case("invoke a foreign action", lambda p: p.invoke_action(
        "ros_ingest", create_invocation(), owner="og_hub", caller_org="og_lab"), "POST",
     "/v1/actions/ros_ingest/invoke", {OWNER: "og_hub", CALLER: "og_lab"}, _PLAIN, invocation_data()),
    Case("invoke with everything", lambda p: p.invoke_action("ros_ingest", create_invocation(
        compute_requirement_overrides=ComputeRequirements(vCPU=1024, memory=2048),
        container_parameter_overrides=ContainerParameters(command=["go"]), idempotency_id="once",
        invocation_source_id="ann", parameter_values={"a": 1, "b": None}, timeout=5,
        rich_input_data=InvocationInput.from_dataset_file_paths("ds_1", ["**/*.bag"]),
        upload_destination=InvocationUploadDestination.dataset("ds_9")), digest="d1", caller_org="og_lab"), "POST",
     "/v1/actions/ros_ingest/invoke?digest=d1", {OWNER: ORGANIZATION, CALLER: "og_lab"},
     {**_PLAIN, "compute_requirement_overrides": {"vCPU": 1024, "memory": 2048},
      "container_parameter_overrides": {"command": ["go"]}, "idempotency_id": "once", "invocation_source_id": "ann",
      "parameter_values": {"a": 1, "b": None}, "timeout": 5,
      "rich_input_data": {"files": {"dataset_id": "ds_1", "paths": ["**/*.bag"]}},
      "upload_destination": {"destination_type": "Dataset", "destination_id": "ds_9"}}, invocation_data()),
    Case("invoke on selected inputs", lambda p: p.invoke_action("ros_ingest", create_invocation(
        data_source_id="__UNSPECIFIED_DATA_SOURCE__", input_data=[], rich_input_data=InvocationInput(
            files=FileSelector(query="size < 3"), topics=[DataSelector(names=["t"])])), digest="d1"), "POST",
     "/v1/actions/ros_ingest/invoke?digest=d1", _BOTH,
     {**_PLAIN, "data_source_id": "__UNSPECIFIED_DATA_SOURCE__", "input_data": [],
      "rich_input_data": {"files": {"query": "size < 3"}, "topics": [{"names": ["t"]}]}}, invocation_data()),
    Case("invoke for a trigger", lambda p: p.invoke_action("ros_ingest", create_invocation(
        invocation_source=InvocationSource.Trigger, invocation_source_id="on_upload", parameter_values={},
        idempotency_id="once", rich_input_data=InvocationInput.from_dataset_file_paths("ds_1", ["**/*.bag"])),
        digest="d1"), "POST", "/v1/actions/ros_ingest/invoke?digest=d1", _BOTH,
     {**_PLAIN, "invocation_source": "Trigger", "invocation_source_id": "on_upload", "parameter_values": {},
      "idempotency_id": "once", "rich_input_data": {"files": {"dataset_id": "ds_1", "paths": ["**/*.bag"]}}},
     invocation_data()),
    Case("get invocation", lambda p: p.get_invocation("iv_1"), "GET", "/v1/actions/invocations/iv_1", {}, None,
     invocation_data()),
    Case("list invocations", lambda p: p.query_invocations(QuerySpecification()), "POST",
     "/v1/actions/invocations/query", _OWN, {}, page_data()),
    Case("next page of invocations", lambda p: p.query_invocations(QuerySpecification(
        condition=Condition(field="idempotency_id", comparator=Comparator.Equals, value="once"), limit=2,
        after="t1")), "POST", "/v1/actions/invocations/query", _OWN,
     {"condition": {"field": "idempotency_id", "comparator": "EQUALS", "value": "once"}, "limit": 2, "after": "t1"},
     page_data()),
    Case("cancel", lambda p: p.cancel_invocation("iv_1"), "POST", "/v1/actions/invocations/iv_1/cancel", _OWN, None,
     None),
    Case("cancel for another organization", lambda p: p.cancel_invocation("iv_1", owner="og_lab"), "POST",
     "/v1/actions/invocations/iv_1/cancel", {OWNER: "og_lab"}, None, {}),
    Case("cancel all", lambda p: p.cancel_active_invocations(CancelActiveInvocationsRequest()), "POST",
     "/v1/actions/invocations/cancel/all", _OWN, {}, _CANCELLED),
    Case("cancel older ones", lambda p: p.cancel_active_invocations(CancelActiveInvocationsRequest(
        created_before=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))), "POST", "/v1/actions/invocations/cancel/all", _OWN,
     {"created_before": "2026-01-02T03:04:05Z"}, _CANCELLED),
    Case("update status", lambda p: p.update_invocation_status(
        "iv_1", UpdateInvocationStatus(status=InvocationStatus.Failed, detail="why")), "POST",
     "/v1/actions/invocations/iv_1/status", _OWN, {"status": 998, "detail": "why"}, invocation_data()),
    Case("set container info", lambda p: p.set_container_info(
        "iv_1", SetContainerInfoRequest(image_digest="sha256:1")), "PUT",
     "/v1/actions/invocations/iv_1/container-info", _OWN, {"image_digest": "sha256:1"}, invocation_data()),
    Case("set logs location", lambda p: p.set_logs_location(
        "iv_1", SetLogsLocationRequest(bucket="b", prefix="p")), "PUT", "/v1/actions/invocations/iv_1/logs", _OWN,
     {"bucket": "b", "prefix": "p"}, invocation_data()),
    Case("logs", lambda p: p.invocation_logs("iv_1"), "GET", "/v1/actions/invocations/iv_1/logs", _OWN, None,
     page_data(log_data())),
    Case("next page of logs", lambda p: p.invocation_logs("iv_1", page_token="a b/+="), "GET",
     "/v1/actions/invocations/iv_1/logs?page_token=a+b%2F%2B%3D", _OWN, None, page_data()),
    Case("stream logs", lambda p: p.stream_invocation_logs("iv_1"), "GET", "/v1/actions/invocations/iv_1/logs/stream",
     _OWN, None, stream_data(log_data())),
    Case("stream logs further", lambda p: p.stream_invocation_logs("iv_1", last_read="r/1 +"), "GET",
     "/v1/actions/invocations/iv_1/logs/stream?last_read=r%2F1+%2B", _OWN, None, stream_data()),
    Case("evaluations", lambda p: p.trigger_evaluations("on_upload"), "GET", "/v1/triggers/on_upload/evaluations",
     _OWN, None, page_data(evaluation_data())),
    Case("next page of evaluations", lambda p: p.trigger_evaluations("on_upload", limit=5, page_token="t/0"), "GET",
     "/v1/triggers/on_upload/evaluations?limit=5&page_token=t%2F0", _OWN, None, page_data()),
    Case("evaluations for a dataset", lambda p: p.dataset_evaluations("ds_1"), "GET",
     "/v1/triggers/dataset/id/ds_1/evaluations", _OWN, None, page_data(evaluation_data())),
    Case("next page of evaluations for a dataset", lambda p: p.dataset_evaluations("ds_1", page_token="t1"), "GET",
     "/v1/triggers/dataset/id/ds_1/evaluations?page_token=t1", _OWN, None, page_data()),
]  # fmt: skip

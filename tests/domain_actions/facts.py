"""Facts about the platform's own client: what its classes read, send back and refuse.

Each was observed by running the official package, and ``tests/conformance/test_values.py`` holds them against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tests.domain_actions.builders import (
    INSTANT,
    evaluation_json,
    invocation_json,
    invocation_request_json,
    without,
)


@dataclass(frozen=True)
class Fact:
    """What a class sends for what it was given; ``sent`` None means that it refuses."""

    class_name: str
    given: dict[str, Any]
    sent: dict[str, Any] | None

    def __str__(self) -> str:
        return f"{self.class_name}({self.given})"[:120]


def _same(class_name: str, *given: dict[str, Any]) -> list[Fact]:
    return [Fact(class_name, members, members) for members in given]


def _refused(class_name: str, *given: dict[str, Any]) -> list[Fact]:
    return [Fact(class_name, members, None) for members in given]


PATHS: Final = {"dataset_id": "ds_1", "paths": ["**/*.bag"]}

SELECTORS: Final = [
    *_refused("DataSelector", {}, {"query": ""}, {"ids": []}, {"names": []}, {"ids": "a"}, {"ids": [1]}),
    *_refused("DataSelector", {"dataset_id": "ds_1"}, {"paths": ["a"]}),
    *_same("DataSelector", {"query": "size < 1"}, {"query": " "}, {"ids": [""]}, {"names": ["a", "a"]}),
    *_same("DataSelector", {"ids": [], "query": None, "names": ["x"]}),
    Fact("DataSelector", {"ids": ["a"], "later": 1}, {"ids": ["a"]}),
    *_refused("FileSelector", {}, {"dataset_id": "ds_1"}, {"paths": []}),
    *_same("FileSelector", PATHS, {"paths": [""]}, {"query": "x"}, {"ids": ["a"]}),
    *_refused("InvocationInput", {}, {"files": []}, {"topics": []}, {"files": {}}, {"files": None, "topics": None}),
    *_refused("InvocationInput", {"sessions": {"ids": ["x"]}}),
    *_same("InvocationInput", {"files": PATHS}, {"files": [PATHS, {"ids": ["fl_1"]}]}),
    *_same("InvocationInput", {"topics": {"names": ["/imu"]}}, {"topics": [{"query": "q"}]}),
    *_same("InvocationInput", {"files": [], "topics": [{"ids": ["tp_1"]}]}),
]

DESTINATIONS: Final = [
    *_same("InvocationUploadDestination", {}, {"destination_id": ""}, {"destination_id": None}),
    *_same("InvocationUploadDestination", {"destination_type": "Dataset", "destination_id": "ds_1"}),
    *(
        Fact("InvocationUploadDestination", {"destination_type": text}, {"destination_type": "Unknown"})
        for text in ("Unknown", "Bucket", "dataset", "")
    ),
    *_refused("InvocationUploadDestination", {"destination_type": None}, {"destination_type": 3}),
    *_refused("InvocationUploadDestination", {"destination_type": []}, {"destination_type": True}),
]

STATUS_RECORDS: Final = [
    *_same("InvocationStatusRecord", {"status": 0, "timestamp": INSTANT, "detail": None}),
    Fact("InvocationStatusRecord", {"status": "998", "timestamp": INSTANT}, {"status": 998, "timestamp": INSTANT}),
    *_refused("InvocationStatusRecord", {"status": 0}, {"status": 6, "timestamp": INSTANT}),
    *_refused("InvocationStatusRecord", {"status": "Queued", "timestamp": INSTANT}),
]

LOGS: Final = [
    fact
    for process in ("firelens_log_router", "monitor", "setup", "action", "output_handler")
    for fact in _same("LogRecord", {"log": "line", "process": process, "timestamp": INSTANT})
] + [
    *_refused("LogRecord", {"log": "line", "timestamp": INSTANT}),
    *_refused("LogRecord", {"log": "line", "process": "sidecar", "timestamp": INSTANT}),
    *_same("LogsLocation", {"bucket": "b", "prefix": "p"}),
    *_refused("LogsLocation", {"bucket": "b"}),
]

_OPTIONAL: Final = ("rich_input_data", "upload_destination", "idempotency_id", "last_heartbeat")
_NOT_NULL: Final = ("compute_requirements", "container_parameters", "parameter_values", "status", "duration", "timeout")

INVOCATIONS: Final = [
    *_same("InvocationRecord", invocation_json(), *(invocation_json(**{name: None}) for name in _OPTIONAL)),
    *_refused("InvocationRecord", *(without(invocation_json(), name) for name in invocation_json())),
    *_refused("InvocationRecord", *(invocation_json(**{name: None}) for name in _NOT_NULL)),
    *(
        Fact("InvocationRecord", invocation_json(duration=given), invocation_json(duration=sent))
        for given, sent in ((0, "PT0S"), (1.5, "PT1.5S"), ("P1DT2H", "P1DT2H"), ("00:00:05", "PT5S"), (-3, "-PT3S"))
    ),
    *_refused("InvocationRecord", invocation_json(duration="soon"), invocation_json(duration="12.5")),
    *_same("InvocationRecord", invocation_json(status=[{"status": 0, "timestamp": INSTANT}])),
    *_same("InvocationRecord", invocation_json(parameter_values={"a": [1, {"b": None}]})),
    *_same("InvocationRecord", invocation_json(rich_input_data={"files": PATHS})),
    *_refused("InvocationRecord", invocation_json(rich_input_data={})),
    Fact(
        "InvocationRecord",
        invocation_json(upload_destination={"destination_type": "Bucket"}),
        invocation_json(upload_destination={"destination_type": "Unknown"}),
    ),
    Fact("InvocationRecord", invocation_json(later=1), invocation_json()),
    *_refused("InvocationRecord", invocation_json(last_status=7), invocation_json(last_status="Completed")),
    *_refused("InvocationRecord", invocation_json(last_status=None), invocation_json(timeout=30.5)),
    *_refused("SourceProvenance", {"source_type": "manual", "source_id": "u"}),
    *_same("SourceProvenance", {"source_type": "Trigger", "source_id": "tr_1"}),
    *_refused("InvocationDataSource", {"data_source_type": "Topic", "data_source_id": "tp_1"}),
]

EVALUATIONS: Final = [
    *_same("TriggerEvaluationRecord", evaluation_json()),
    *_refused("TriggerEvaluationRecord", *(without(evaluation_json(), name) for name in evaluation_json())),
    *_same("TriggerEvaluationRecord", evaluation_json(cause="file_upload", evaluation_end=INSTANT, status="evaluated")),
    *_same("TriggerEvaluationRecord", evaluation_json(outcome="skipped", outcome_reason="already_run")),
    *_same("TriggerEvaluationRecord", evaluation_json(data_constraint={"transaction_id": "tx_1"})),
    *_same("TriggerEvaluationRecord", evaluation_json(status="failed", status_detail="boom")),
    *_refused("TriggerEvaluationRecord", evaluation_json(cause="recurring_schedule")),
    *_refused("TriggerEvaluationRecord", evaluation_json(status="Pending")),
    *_refused("TriggerEvaluationsSummaryResponse", {"count_pending": 1}),
    *_same("TriggerEvaluationsSummaryResponse", {"count_pending": 1, "last_evaluation_start": None}),
]

_INVOKE_REQUIRES: Final = ("data_source_id", "data_source_type", "input_data", "invocation_source")

REQUESTS: Final = [
    *_same("CreateInvocationRequest", invocation_request_json()),
    *_refused("CreateInvocationRequest", *(without(invocation_request_json(), name) for name in _INVOKE_REQUIRES)),
    *_same("CreateInvocationRequest", invocation_request_json(parameter_values=None, timeout=5, input_data=[])),
    *_same("CreateInvocationRequest", invocation_request_json(rich_input_data={"files": PATHS})),
    *_refused("CreateInvocationRequest", invocation_request_json(compute_requirement_overrides={"vCPU": 3})),
    *_same("CancelActiveInvocationsRequest", {}, {"created_before": INSTANT}),
    *_refused("CancelActiveInvocationsResponse", {"success_count": 1, "failure_count": 0}),
    *_same("UpdateInvocationStatus", {"status": 5, "detail": "None"}),
    *_refused("UpdateInvocationStatus", {"status": 5}, {"status": 5, "detail": None}),
    *_same("SetContainerInfoRequest", {"image_digest": "sha256:0"}),
    *_refused("SetContainerInfoRequest", {}),
    *_same("SetLogsLocationRequest", {"bucket": "b", "prefix": "p"}),
    *_same("EvaluateTriggersRequest", {"trigger_evaluation_ids": [1, 2]}),
    *_refused("EvaluateTriggersRequest", {"trigger_evaluation_ids": None}),
    *_same("QueryTriggersRequest", {}, {"filters": {"name": "a"}}),
]

FACTS: Final = [*SELECTORS, *DESTINATIONS, *STATUS_RECORDS, *LOGS, *INVOCATIONS, *EVALUATIONS, *REQUESTS]

#: Where each status may go, itself apart.
TRANSITIONS: Final[dict[str, set[str]]] = {
    "Queued": {"Scheduled", "Downloading", "Processing", "Uploading", "Completed", "Cancelled", "Failed", "Deadly"},
    "Scheduled": {"Downloading", "Processing", "Uploading", "Completed", "Cancelled", "Failed"},
    "Downloading": {"Processing", "Uploading", "Completed", "Cancelled", "Failed"},
    "Processing": {"Uploading", "Completed", "Cancelled", "Failed"},
    "Uploading": {"Completed", "Cancelled", "Failed"},
    "Completed": set(),
    "Cancelled": set(),
    "Failed": {"Queued", "Deadly"},
    "Deadly": set(),
}

RUNNING: Final = {"Downloading", "Processing", "Uploading"}
TERMINAL: Final = {"Completed", "Cancelled", "Failed", "Deadly"}
NEXT: Final[dict[str, str | None]] = {
    "Queued": "Scheduled",
    "Scheduled": "Downloading",
    "Downloading": "Processing",
    "Processing": "Uploading",
    "Uploading": "Completed",
    **dict.fromkeys(("Completed", "Cancelled", "Failed", "Deadly")),
}

#: What ``InvocationStatus.from_value`` makes of a value; None means that it refuses.
FROM_VALUE: Final[list[tuple[Any, str | None]]] = [
    (0, "Queued"),
    (5.0, "Completed"),
    (True, "Scheduled"),
    ("Queued", "Queued"),
    ("Deadly", "Deadly"),
    *((junk, None) for junk in ("queued", "QUEUED", "0", " 5", "", 6, -1, None)),
]

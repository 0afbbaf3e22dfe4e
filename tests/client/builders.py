"""Records as the platform sends them, requests, and the client, with valid defaults."""

from __future__ import annotations

from typing import Any, Final

from reconciler.client.http import HttpPlatform
from reconciler.domain.invocation_requests import CreateInvocationRequest
from reconciler.domain.invocations import InvocationDataSourceType, InvocationSource
from reconciler.domain.requests import CreateActionRequest, CreateTriggerRequest
from reconciler.domain.triggers import TriggerForEachPrimitive

TOKEN: Final = "tok_7f3a9c5e1b2d4f6081"
ORGANIZATION: Final = "og_own"
ORIGIN: Final = "the variable ROBOTO_API_KEY"

_AUDIT: Final = {
    "created": "2026-01-02T03:04:05Z",
    "created_by": "ann@example.com",
    "modified": "2026-01-02T03:04:05Z",
    "modified_by": "ann@example.com",
}


class Pauses(list[float]):
    """Stands in for sleeping: remembers the seconds."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def connected(endpoint: str, pauses: Pauses | None = None, **given: Any) -> HttpPlatform:
    """Return a client with short time-outs, without real pauses, whose jitter is always half of what it may be."""
    defaults: dict[str, Any] = {
        "token": TOKEN,
        "timeout": 5.0,
        "origin": ORIGIN,
        "sleep": Pauses() if pauses is None else pauses,
        "random": lambda: 0.5,
    }
    return HttpPlatform.connect(endpoint=endpoint, **{**defaults, **given})


def action_data(name: str = "ros_ingest", **given: Any) -> dict[str, Any]:
    """Return an action as the platform sends it."""
    return {**_AUDIT, "name": name, "org_id": ORGANIZATION, "digest": "d1", "uri": "img:1", **given}


def trigger_data(name: str = "on_upload", **given: Any) -> dict[str, Any]:
    """Return a trigger as the platform sends it."""
    defaults = {
        "trigger_id": "tr_1",
        "name": name,
        "org_id": ORGANIZATION,
        "action": {"name": "ros_ingest", "digest": None, "owner": ORGANIZATION},
        "required_inputs": ["**/*.bag"],
        "service_user_id": "su_1",
    }
    return {**_AUDIT, **defaults, **given}


def invocation_data(invocation_id: str = "iv_1", **given: Any) -> dict[str, Any]:
    """Return an invocation as the platform sends it."""
    defaults: dict[str, Any] = {
        "invocation_id": invocation_id,
        "org_id": ORGANIZATION,
        "created": "2026-01-02T03:04:05Z",
        "data_source": {"data_source_type": "Dataset", "data_source_id": "ds_1"},
        "input_data": ["**/*.bag"],
        "provenance": {
            "action": {"name": "ros_ingest", "org_id": ORGANIZATION, "digest": "d1"},
            "executable": {"container_image_uri": "img:1"},
            "source": {"source_type": "Manual", "source_id": "ann@example.com"},
        },
        "status": [{"status": 0, "detail": None, "timestamp": "2026-01-02T03:04:05Z"}],
        "last_status": 0,
        "compute_requirements": {"vCPU": 512, "memory": 1024, "gpu": False, "storage": 21},
        "container_parameters": {},
        "timeout": 30,
    }
    return {**defaults, **given}


def log_data(log: str = "hello", **given: Any) -> dict[str, Any]:
    """Return a log record as the platform sends it."""
    return {"log": log, "process": "action", "timestamp": "2026-01-02T03:04:05Z", **given}


def evaluation_data(trigger_evaluation_id: int = 1, **given: Any) -> dict[str, Any]:
    """Return a trigger evaluation as the platform sends it."""
    defaults: dict[str, Any] = {
        "trigger_evaluation_id": trigger_evaluation_id,
        "trigger_id": "tr_1",
        "data_source": {"data_source_type": "Dataset", "data_source_id": "ds_1"},
        "data_constraint": None,
        "evaluation_start": "2026-01-02T03:04:05Z",
        "status": "evaluated",
        "outcome": "skipped",
        "outcome_reason": "no_matching_files",
        "cause": "file_upload",
    }
    return {**defaults, **given}


def dataset_data(dataset_id: str = "ds_1", **given: Any) -> dict[str, Any]:
    """Return a dataset as the platform sends it."""
    return {**_AUDIT, "dataset_id": dataset_id, "org_id": ORGANIZATION, **given}


def file_data(file_id: str = "fl_1", **given: Any) -> dict[str, Any]:
    """Return a file as the platform sends it."""
    defaults: dict[str, Any] = {
        "file_id": file_id,
        "association_id": "ds_1",
        "org_id": ORGANIZATION,
        "relative_path": "logs/a.bag",
        "name": "a.bag",
        "uri": "s3://bucket/a.bag",
        "size": 3,
        "version": 1,
    }
    return {**_AUDIT, **defaults, **given}


def page_data(*items: dict[str, Any], next_token: str | None = None) -> dict[str, Any]:
    """Return a page as the platform sends it."""
    return {"items": list(items), "next_token": next_token}


def stream_data(*items: dict[str, Any], last_read: str | None = None, has_next: bool = False) -> dict[str, Any]:
    """Return a stretch of a stream as the platform sends it."""
    return {"items": list(items), "last_read": last_read, "has_next": has_next}


def create_action(name: str = "ros_ingest", **given: Any) -> CreateActionRequest:
    """Return a request to create an action."""
    return CreateActionRequest(name=name, **given)


def create_trigger(name: str = "on_upload", **given: Any) -> CreateTriggerRequest:
    """Return a request to create a trigger."""
    defaults: dict[str, Any] = {
        "action_name": "ros_ingest",
        "required_inputs": ["**/*.bag"],
        "for_each": TriggerForEachPrimitive.Dataset,
    }
    return CreateTriggerRequest(name=name, **{**defaults, **given})


def create_invocation(**given: Any) -> CreateInvocationRequest:
    """Return a request to invoke an action."""
    defaults: dict[str, Any] = {
        "data_source_id": "ds_1",
        "data_source_type": InvocationDataSourceType.Dataset,
        "input_data": ["**/*.bag"],
        "invocation_source": InvocationSource.Manual,
    }
    return CreateInvocationRequest(**{**defaults, **given})

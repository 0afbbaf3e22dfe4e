"""Records as the platform sends them, as plain data: for handles to begin with, and for answers."""

from __future__ import annotations

from typing import Any, Final

ORGANIZATION: Final = "og_own"

_MOMENT: Final = "2026-01-02T03:04:05Z"
_AUDIT: Final = {
    "created": _MOMENT,
    "created_by": "ann@example.com",
    "modified": _MOMENT,
    "modified_by": "ann@example.com",
}

ACTION: Final[dict[str, Any]] = {
    **_AUDIT,
    "name": "ingest",
    "org_id": ORGANIZATION,
    "digest": "d1",
    "uri": "img:1",
    "timeout": 9,
}

TRIGGER: Final[dict[str, Any]] = {
    **_AUDIT,
    "trigger_id": "tr_1",
    "name": "on_upload",
    "org_id": ORGANIZATION,
    "action": {"name": "ingest", "digest": "d1", "owner": "og_hub"},
    "required_inputs": ["**/*.bag"],
    "additional_inputs": ["**/*.yaml"],
    "service_user_id": "su_1",
    "parameter_values": {"speed": "3"},
    "compute_requirement_overrides": {"vCPU": 1024, "memory": 2048},
    "timeout": 4,
}

INVOCATION: Final[dict[str, Any]] = {
    "invocation_id": "iv_1",
    "org_id": ORGANIZATION,
    "created": _MOMENT,
    "data_source": {"data_source_type": "Dataset", "data_source_id": "ds_1"},
    "input_data": ["**/*.bag"],
    "provenance": {
        "action": {"name": "ingest", "org_id": ORGANIZATION, "digest": "d1"},
        "executable": {"container_image_uri": "img:1"},
        "source": {"source_type": "Manual", "source_id": "ann@example.com"},
    },
    "status": [{"status": 0, "detail": None, "timestamp": _MOMENT}],
    "last_status": 0,
    "compute_requirements": {"vCPU": 512, "memory": 1024, "gpu": False, "storage": 21},
    "container_parameters": {},
    "timeout": 30,
}

#: One that failed twice, so that a third time is its last.
FAILING: Final[dict[str, Any]] = {
    **INVOCATION,
    "status": [{"status": 998, "detail": None, "timestamp": f"2026-01-02T03:04:0{second}Z"} for second in (6, 7)],
    "last_status": 998,
}

COMPLETED: Final[dict[str, Any]] = {
    **INVOCATION,
    "status": [{"status": 5, "detail": None, "timestamp": _MOMENT}],
    "last_status": 5,
}

EVALUATION: Final[dict[str, Any]] = {
    "trigger_evaluation_id": 1,
    "trigger_id": "tr_1",
    "data_source": {"data_source_type": "Dataset", "data_source_id": "ds_1"},
    "data_constraint": None,
    "evaluation_start": _MOMENT,
    "status": "evaluated",
}

LOG: Final[dict[str, Any]] = {"log": "hello", "process": "action", "timestamp": _MOMENT}


def page(*items: dict[str, Any], next_token: str | None = None) -> dict[str, Any]:
    """Return a page."""
    return {"items": list(items), "next_token": next_token}


def stretch(*items: dict[str, Any], last_read: str | None = None, has_next: bool = False) -> dict[str, Any]:
    """Return a stretch of a stream."""
    return {"items": list(items), "last_read": last_read, "has_next": has_next}

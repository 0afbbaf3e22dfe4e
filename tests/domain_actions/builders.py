"""Values with valid defaults, as the platform sends them."""

from __future__ import annotations

from typing import Any

from reconciler.actions import InvocationRecord

INSTANT = "2025-01-01T00:00:00Z"
DATASET = {"data_source_type": "Dataset", "data_source_id": "ds_1"}


def invocation_json(**members: Any) -> dict[str, Any]:
    """Return an invocation as the platform sends it; ``members`` replace or add some."""
    return {
        "invocation_id": "iv_1",
        "org_id": "og_1",
        "created": INSTANT,
        "data_source": DATASET,
        "input_data": ["**/*.bag"],
        "compute_requirements": {},
        "container_parameters": {},
        "last_status": 0,
        "timeout": 30,
        "provenance": {
            "action": {"name": "ingest", "org_id": "og_1"},
            "executable": {},
            "source": {"source_type": "Manual", "source_id": "user@example.com"},
        },
        **members,
    }


def invocation(**members: Any) -> InvocationRecord:
    """Return an invocation's record; ``members`` are as the platform sends them."""
    return InvocationRecord.model_validate(invocation_json(**members))


def evaluation_json(**members: Any) -> dict[str, Any]:
    """Return a trigger evaluation as the platform sends it; ``members`` replace or add some."""
    return {
        "trigger_evaluation_id": 1,
        "trigger_id": "tr_1",
        "data_source": DATASET,
        "evaluation_start": INSTANT,
        "status": "pending",
        **members,
    }


def invocation_request_json(**members: Any) -> dict[str, Any]:
    """Return a request to invoke an action; ``members`` replace or add some."""
    return {
        "data_source_id": "ds_1",
        "data_source_type": "Dataset",
        "input_data": ["**/*.bag"],
        "invocation_source": "Manual",
        **members,
    }


def without(members: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the members without one of them."""
    return {key: member for key, member in members.items() if key != name}

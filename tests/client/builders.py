"""Records as the platform sends them, requests, and the client, with valid defaults."""

from __future__ import annotations

from typing import Any, Final

from reconciler.client.http import HttpPlatform
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


def page_data(*items: dict[str, Any], next_token: str | None = None) -> dict[str, Any]:
    """Return a page as the platform sends it."""
    return {"items": list(items), "next_token": next_token}


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

"""Requests in one line each: method, path and what the body holds."""

from __future__ import annotations

from typing import Any

from reconciler.plan.model import Change
from reconciler.plan.requests import request_json


def request_lines(change: Change) -> tuple[str, ...]:
    """Return the requests of a change as ``PUT v1/actions/ros_ingest {description, timeout: null}``."""
    return tuple(_line(request_json(each, sensitive=change.sensitive, reveal=False)) for each in change.requests)


def _line(request: dict[str, Any]) -> str:
    sent = f"{request['method']} {request['path']}"
    body = request["body"]
    return sent if body is None else f"{sent} {{{', '.join(_members(body, creates=request['method'] == 'POST'))}}}"


def _members(body: dict[str, Any], *, creates: bool) -> list[str]:
    """Return what a body sets; null is worth a word in an update, where it clears, and none in a create."""
    if creates:
        return [name for name, value in body.items() if value is not None and value not in ([], {})]
    return [f"{name}: null" if value is None else name for name, value in body.items()]

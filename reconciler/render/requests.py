"""Requests in one line each: method, path and what the body holds."""

from __future__ import annotations

from typing import Any

from reconciler.plan.model import Change, Request
from reconciler.plan.requests import endpoint_of, members_of


def request_lines(change: Change) -> tuple[str, ...]:
    """Return the requests of a change as ``PUT v1/actions/ros_ingest {description, timeout: null}``."""
    return tuple(map(_line, change.requests))


def _line(request: Request) -> str:
    _, method, path = endpoint_of(request)
    members = members_of(request)
    if members is None:
        return f"{method} {path}"
    return f"{method} {path} {{{', '.join(_said(members, creates=method == 'POST'))}}}"


def _said(members: dict[str, Any], *, creates: bool) -> list[str]:
    """Return what a body sets; null is worth a word in an update, where it clears, and none in a create."""
    if creates:
        return [name for name, value in members.items() if value is not None and value not in ([], {})]
    return [f"{name}: null" if value is None else name for name, value in members.items()]

"""Requests with valid defaults."""

from __future__ import annotations

from typing import Any

from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import CreateActionRequest, CreateTriggerRequest
from reconciler.domain.triggers import TriggerForEachPrimitive


def new_action(name: str = "ros_ingest", **given: Any) -> CreateActionRequest:
    """A request for an action that runs an image."""
    return CreateActionRequest(**{"name": name, "uri": "registry.example.com/ros:1", **given})


def new_trigger(name: str = "on_bag", **given: Any) -> CreateTriggerRequest:
    """A request for a trigger on the default action."""
    defaults: dict[str, Any] = {
        "name": name,
        "action_name": "ros_ingest",
        "required_inputs": ["**/*.bag"],
        "for_each": TriggerForEachPrimitive.Dataset,
    }
    return CreateTriggerRequest(**{**defaults, **given})


def where(field: str, comparator: Comparator, value: Any = None, **given: Any) -> QuerySpecification:
    """A query with one condition."""
    return QuerySpecification(condition=Condition(field=field, comparator=comparator, value=value), **given)

"""Handles with valid defaults, on the platform in use."""

from __future__ import annotations

from typing import Any

from reconciler.actions import (
    Action,
    Invocation,
    InvocationDataSource,
    InvocationDataSourceType,
    InvocationSource,
    Trigger,
    TriggerForEachPrimitive,
)
from reconciler.domain.datasets import CreateDatasetRequest, ImportFileRequest
from reconciler.domain.whole_platform import WholePlatform


def new_action(name: str = "ros_ingestion", **given: Any) -> Action:
    """An action that runs an image."""
    return Action.create(**{"name": name, "uri": "registry.example.com/ros:1", **given})


def new_trigger(name: str = "on_bag", action_name: str = "ros_ingestion", **given: Any) -> Trigger:
    """A trigger on the default action, once for each dataset with a bag."""
    defaults: dict[str, Any] = {"required_inputs": ["**/*.bag"], "for_each": TriggerForEachPrimitive.Dataset}
    return Trigger.create(name=name, action_name=action_name, **{**defaults, **given})


def new_invocation(action: Action, **given: Any) -> Invocation:
    """A run by hand, without inputs."""
    return action.invoke(**{"invocation_source": InvocationSource.Manual, **given})


def new_dataset(platform: WholePlatform, *paths: str) -> str:
    """Return the id of a dataset with these files; their import is evaluated."""
    dataset_id = platform.create_dataset(CreateDatasetRequest(name="run-42")).dataset_id
    platform.import_files(
        [ImportFileRequest(dataset_id=dataset_id, relative_path=path, uri=f"s3://bag/{path}", size=1) for path in paths]
    )
    return dataset_id


def in_dataset(dataset_id: str) -> InvocationDataSource:
    """The dataset as where inputs come from."""
    return InvocationDataSource(data_source_type=InvocationDataSourceType.Dataset, data_source_id=dataset_id)

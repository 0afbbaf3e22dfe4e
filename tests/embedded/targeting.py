"""Triggers in the newer shape for the tests that fire them."""

from __future__ import annotations

from typing import Any

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import UpdateDatasetRequest
from reconciler.domain.dispatches import TriggerDispatchRecord
from reconciler.domain.invocations import InvocationRecord
from reconciler.domain.platform_events import OncePer, PlatformEventType
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.trigger_shapes import (
    CreateTargetedTriggerRequest,
    EventSubscription,
    InvokeActionTarget,
    TargetedTriggerRecord,
)
from reconciler.domain.values import ActionReference
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.builders import new_action
from tests.contract.run_builders import new_import


def target(**members: Any) -> InvokeActionTarget:
    """Return a target that invokes the action."""
    defaults: dict[str, Any] = {"target_id": "t", "action": ActionReference(name=new_action().name)}
    return InvokeActionTarget(**(defaults | members))


def on(*kinds: str, once_per: str) -> EventSubscription:
    """Return a subscription."""
    return EventSubscription(events=[PlatformEventType(kind) for kind in kinds], once_per=OncePer(once_per))


def create(
    platform: EmbeddedPlatform, fires_on: EventSubscription, *targets: InvokeActionTarget, **members: Any
) -> TargetedTriggerRecord:
    """Create a trigger."""
    request = CreateTargetedTriggerRequest(
        **({"name": "on_it"} | members), fires_on=fires_on, targets=list(targets) or [target()]
    )
    return platform.targeted_triggers.create(request)


def touch(platform: EmbeddedPlatform, dataset_id: str, tag: str) -> None:
    """Change a dataset's tags."""
    changeset = MetadataChangeset(put_tags=[tag])
    platform.update_dataset(dataset_id, UpdateDatasetRequest(metadata_changeset=changeset))


def imported(platform: EmbeddedPlatform, dataset_id: str, *paths: str) -> list[str]:
    """Import files, and return their ids."""
    return [record.file_id for record in platform.import_files([new_import(dataset_id, path) for path in paths])]


def made(platform: EmbeddedPlatform) -> list[InvocationRecord]:
    """Return what was invoked, oldest first."""
    return list(reversed(platform.query_invocations(QuerySpecification()).items))


def dispatches(platform: EmbeddedPlatform, trigger: TargetedTriggerRecord) -> list[TriggerDispatchRecord]:
    """Return what a trigger did, oldest first."""
    return list(reversed(platform.targeted_triggers.dispatches(trigger.trigger_id).items))

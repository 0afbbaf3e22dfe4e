"""Builders: valid resources, records and live state, of which a test names only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from reconciler.domain.actions import ActionRecord, ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live, LiveRecord
from reconciler.domain.platform import PlatformIdentity
from reconciler.domain.triggers import TriggerRecord, TriggerSpec
from reconciler.domain.values import ActionParameter, ActionReference
from reconciler.manifests.desired import Desired, Lifecycle, Resource
from reconciler.plan.diff import plan
from reconciler.plan.model import Plan, Scope, Source

ORG = "og_acme"
IDENTITY = PlatformIdentity(kind="embedded", endpoint="/tmp/platform.db", org_id=ORG)
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 2, 12, 0, tzinfo=UTC)
PLAIN = Lifecycle()
SOURCE = Source(manifests_digest="sha256:manifests", paths=("manifests",))


def action_address(name: str = "ros_ingest") -> Address:
    """Return the address of an action."""
    return Address(Kind.ACTION, name)


def trigger_address(name: str = "on_bags") -> Address:
    """Return the address of a trigger."""
    return Address(Kind.TRIGGER, name)


def action_spec(**fields: Any) -> ActionSpec:
    """Return what a manifest says about an action."""
    return ActionSpec(**{"uri": "ghcr.io/acme/ros-ingest:1", **fields})


def trigger_spec(**fields: Any) -> TriggerSpec:
    """Return what a manifest says about a trigger."""
    return TriggerSpec(**{"action": ActionReference(name="ros_ingest"), "required_inputs": ("*.bag",), **fields})


def parameter(name: str = "threshold", **fields: Any) -> ActionParameter:
    """Return a parameter."""
    return ActionParameter(name=name, **fields)


def action(
    name: str = "ros_ingest",
    *,
    lifecycle: Lifecycle = PLAIN,
    labels: dict[str, str] | None = None,
    document: int = 0,
    **fields: Any,
) -> Resource:
    """Return an action as a manifest declares it."""
    return Resource(
        action_address(name),
        action_spec(**fields),
        file=f"actions/{name}.yaml",
        document=document,
        lifecycle=lifecycle,
        labels=labels or {},
    )


def trigger(
    name: str = "on_bags", *, lifecycle: Lifecycle = PLAIN, labels: dict[str, str] | None = None, **fields: Any
) -> Resource:
    """Return a trigger as a manifest declares it."""
    return Resource(
        trigger_address(name),
        trigger_spec(**fields),
        file=f"triggers/{name}.yaml",
        lifecycle=lifecycle,
        labels=labels or {},
    )


def action_record(name: str = "ros_ingest", **fields: Any) -> ActionRecord:
    """Return a live action; by default what :func:`action` declares."""
    return ActionRecord(
        **{
            "name": name,
            "org_id": ORG,
            "created": NOON,
            "created_by": "ada@example.com",
            "modified": NOON,
            "modified_by": "ada@example.com",
            "digest": f"digest-of-{name}",
            "uri": "ghcr.io/acme/ros-ingest:1",
            **fields,
        }
    )


def trigger_record(name: str = "on_bags", **fields: Any) -> TriggerRecord:
    """Return a live trigger; by default what :func:`trigger` declares."""
    return TriggerRecord(
        **{
            "trigger_id": f"tr_{name}",
            "name": name,
            "org_id": ORG,
            "created": NOON,
            "created_by": "ada@example.com",
            "modified": NOON,
            "modified_by": "ada@example.com",
            "action": ActionReference(name="ros_ingest", owner=ORG),
            "required_inputs": ["*.bag"],
            "service_user_id": "su_default",
            **fields,
        }
    )


def desired(*resources: Resource, **fields: Any) -> Desired:
    """Return what the manifests ask for, by address in order."""
    return Desired({each.address: each for each in sorted(resources, key=lambda each: each.address)}, **fields)


def live(*records: LiveRecord, **fields: Any) -> Live:
    """Return live state with these records."""
    return Live(IDENTITY, {_address(record): record for record in records}, **fields)


def planned(
    resources: Iterable[Resource] | Desired, records: Iterable[LiveRecord] | Live = (), *, scope: Scope = Scope()
) -> Plan:
    """Plan these resources over these records."""
    wanted = resources if isinstance(resources, Desired) else desired(*resources)
    observed = records if isinstance(records, Live) else live(*records)
    return plan(wanted, observed, source=SOURCE, scope=scope, created=NOON)


def _address(record: LiveRecord) -> Address:
    return action_address(record.name) if isinstance(record, ActionRecord) else trigger_address(record.name)

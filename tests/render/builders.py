"""Plans as the differ makes them, from specs and records with valid defaults."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from reconciler.domain.actions import ActionRecord, ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live
from reconciler.domain.platform import PlatformIdentity
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.diff import plan as decide
from reconciler.plan.model import Plan, Source

ORG = "og_test"
IDENTITY = PlatformIdentity("embedded", ".reconciler/platform.db", ORG)
SOURCE = Source("sha256:0000", ("manifests",))
MODIFIED = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def wanted(name: str = "ingest", **members: Any) -> Resource:
    """Return an action as the manifests want it."""
    spec = ActionSpec(**({"uri": "registry/ingest:1"} | members))
    return Resource(Address(Kind.ACTION, name), spec, f"actions/{name}.yaml")


def live(name: str = "ingest", **members: Any) -> ActionRecord:
    """Return an action as the platform has it."""
    stamp = {"created": MODIFIED, "modified": MODIFIED, "created_by": "ci@example.com", "digest": "d1", "org_id": ORG}
    return ActionRecord(
        **({"name": name, "uri": "registry/ingest:1", "modified_by": "ana@example.com"} | stamp | members)
    )


def plan_of(resources: Sequence[Resource], records: Sequence[ActionRecord] = ()) -> Plan:
    """Return the plan that makes the records what the resources say."""
    desired = Desired({resource.address: resource for resource in resources})
    found = {Address(Kind.ACTION, record.name): record for record in records}
    return decide(desired, Live(IDENTITY, found), source=SOURCE)


def text_console(*, colour: bool = False, width: int = 80) -> tuple[Console, io.StringIO]:
    """Return a console set up as the command line's, and what it writes to."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=True,
        width=width,
        color_system="truecolor" if colour else None,
    )
    return console, buffer

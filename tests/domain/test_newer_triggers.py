"""Triggers that no manifest can say: each told with what keeps it from the older shape."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.domain.newer_triggers import NewerTrigger, TriggerAsItCame, newer_triggers_in

PLAIN: dict[str, Any] = {
    "trigger_id": "tr_1",
    "org_id": "og_acme",
    "name": "on_it",
    "fires_on": {"type": "events", "events": ["file.uploaded"], "once_per": "dataset"},
    "targets": [
        {"type": "invoke_action", "target_id": "t", "action": {"name": "ingest"}, "required_inputs": ["*.bag"]}
    ],
    "created": "2026-05-01T12:00:00Z",
    "created_by": "ada@example.com",
    "modified": "2026-05-01T12:00:00Z",
    "modified_by": "ada@example.com",
}
TARGET = PLAIN["targets"][0]
SLACK = {"type": "send_slack_message", "target_id": "s", "channel_id": "C1", "text": "done"}


def told(**members: Any) -> tuple[NewerTrigger, ...]:
    """Return what is told of one trigger."""
    return newer_triggers_in([TriggerAsItCame(**{**PLAIN, **members})])


@pytest.mark.parametrize("managed_by", [None, {"kind": "ingestion_rule", "id": "ir_1"}])
def test_a_trigger_with_an_older_form_is_not_told(managed_by: dict[str, str] | None) -> None:
    """It is in the listing of the older shape, whoever looks after it."""
    assert told(managed_by=managed_by) == ()


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"fires_on": {"type": "schedule", "cron": "0 6 * * *"}}, "it fires on a schedule (0 6 * * *)"),
        (
            {"fires_on": {"type": "events", "events": ["dataset.created"], "once_per": "dataset"}},
            "it fires on dataset.created",
        ),
        (
            {"fires_on": {"type": "events", "events": ["file.uploaded"], "once_per": "occurrence"}},
            "it fires once per occurrence",
        ),
        ({"targets": [TARGET, {**TARGET, "target_id": "u"}]}, "it has 2 targets"),
        ({"targets": [SLACK]}, "its target is of type send_slack_message"),
        ({"targets": [{**TARGET, "required_inputs": []}]}, "it has no required inputs"),
        (
            {"targets": [{**TARGET, "parameter_values": {"a": "{{dataset.name}}"}}]},
            "it has placeholders that the event fills in",
        ),
        (
            {"condition": {"field": "envelope.id", "comparator": "EXISTS"}},
            "its condition looks at envelope",
        ),
        ({"targets": [{"type": "telepathy", "target_id": "t"}]}, "it has a shape that this version does not know"),
    ],
)
def test_a_trigger_without_an_older_form_is_told_with_the_reason(members: dict[str, Any], reason: str) -> None:
    """Shapes from later versions of the platform included: one of them hides no other trigger."""
    assert told(**members) == (NewerTrigger("on_it", reason),)


@pytest.mark.parametrize(
    ("members", "actions"),
    [
        ({"targets": [TARGET, {**TARGET, "target_id": "u", "action": {"name": "report"}}]}, ["ingest", "report"]),
        ({"targets": [SLACK]}, []),
        ({"targets": [{**TARGET, "type": "telepathy"}]}, ["ingest"]),
        ({"targets": [{"type": "chain", "steps": [{"do": {"action": {"name": "report"}}}]}]}, ["report"]),
        ({"targets": "none of ours"}, []),
    ],
)
def test_the_actions_of_a_newer_trigger_are_known(members: dict[str, Any], actions: list[str]) -> None:
    """In shapes from later versions wherever they stand: what they rest on must not be deleted."""
    (found,) = told(**members)
    assert [action.name for action in found.actions] == actions

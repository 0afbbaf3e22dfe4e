"""Requests: what is said about them is what is sent."""

from __future__ import annotations

from reconciler.plan.requests import body_of, members_of
from tests.plan.builders import action, action_record, planned, trigger


def test_the_members_named_are_the_members_sent() -> None:
    """A request is named by its members without being written out; they are those of its body."""
    created = planned([action(), trigger()], [])
    updated = planned([action(description="new", metadata={"a": 1}, timeout=None)], [action_record(timeout=5)])
    for change in (*created.changes, *updated.changes):
        for request in change.requests:
            sent = body_of(request, sensitive=change.sensitive)
            named = members_of(request)
            assert sent is not None
            assert named is not None
            assert list(named) == sorted(sent)
            assert [name for name in named if named[name] is None] == [
                name for name in sorted(sent) if sent[name] is None
            ]

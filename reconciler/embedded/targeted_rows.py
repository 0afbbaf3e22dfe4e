"""The rows of triggers that only the newer shape can say, and of what it says beside the older: SQL, and no rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from reconciler.domain.platform_events import PlatformEventType
from reconciler.domain.trigger_shapes import TargetedTriggerRecord
from reconciler.embedded.columns import SqlValue, microseconds, time_of


class TargetedRow(NamedTuple):
    """A trigger without an older form.

    Attributes:
        record: The trigger.
        service_user_id: Who its invocations are made by.
        next_occurrence: When its schedule fires next; None where it does not.
    """

    record: TargetedTriggerRecord
    service_user_id: str
    next_occurrence: datetime | None


class TargetedRows:
    """The statements about targeted triggers, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def named(self, org_id: str, name: str) -> TargetedRow | None:
        """Return the trigger of this name."""
        return self._one("org_id = :org_id AND name = :name", {"org_id": org_id, "name": name})

    def of_id(self, org_id: str, trigger_id: str) -> TargetedRow | None:
        """Return the trigger of this id."""
        return self._one("org_id = :org_id AND trigger_id = :id", {"org_id": org_id, "id": trigger_id})

    def of_org(self, org_id: str) -> list[TargetedRow]:
        """Return an organization's triggers, the newest first."""
        return self._all("org_id = :org_id ORDER BY created DESC, name DESC", {"org_id": org_id})

    def subscribed(self, org_id: str, event: PlatformEventType) -> list[TargetedRow]:
        """Return the organization's triggers that an event is for, the oldest first."""
        return self._all(
            "org_id = :org_id AND EXISTS (SELECT 1 FROM json_each(document, '$.fires_on.events') WHERE value = :event)"
            " ORDER BY created, name",
            {"org_id": org_id, "event": event.value},
        )

    def due(self, now: datetime) -> TargetedRow | None:
        """Return the trigger of any organization whose schedule has waited longest for its time, which has come."""
        return self._one("next_occurrence <= :now ORDER BY next_occurrence LIMIT 1", {"now": microseconds(now)})

    def soonest(self) -> datetime | None:
        """Return when the next schedule of any organization fires."""
        statement = "SELECT min(next_occurrence) FROM targeted_triggers WHERE next_occurrence IS NOT NULL"
        return _moment(self._connection.execute(statement).fetchone()[0])

    def invoking(self, org_id: str, action_org_id: str, action_name: str) -> list[str]:
        """Return the names of an organization's triggers that invoke this action, in order."""
        found = self._connection.execute(
            "SELECT DISTINCT name FROM targeted_triggers, json_each(document, '$.targets') AS target"
            " WHERE org_id = ? AND json_extract(target.value, '$.action.owner') = ?"
            " AND json_extract(target.value, '$.action.name') = ? ORDER BY name",
            (org_id, action_org_id, action_name),
        )
        return [str(name) for (name,) in found]

    def put(self, row: TargetedRow) -> None:
        """Add a trigger, or put it in the place of the one of the same id."""
        record = row.record
        self._connection.execute(
            "INSERT INTO targeted_triggers VALUES (:id, :org_id, :name, :created, :next, :service_user_id, :document)"
            " ON CONFLICT (trigger_id) DO UPDATE SET name = :name, next_occurrence = :next, document = :document",
            {
                "id": record.trigger_id,
                "org_id": record.org_id,
                "name": record.name,
                "created": microseconds(record.created),
                "next": None if row.next_occurrence is None else microseconds(row.next_occurrence),
                "service_user_id": row.service_user_id,
                "document": record.model_dump_json(),
            },
        )

    def set_next(self, trigger_id: str, next_occurrence: datetime | None) -> None:
        """Record when a schedule fires next; None: never again."""
        moment = None if next_occurrence is None else microseconds(next_occurrence)
        self._connection.execute(
            "UPDATE targeted_triggers SET next_occurrence = ? WHERE trigger_id = ?", (moment, trigger_id)
        )

    def delete(self, trigger_id: str) -> None:
        """Delete a trigger."""
        self._connection.execute("DELETE FROM targeted_triggers WHERE trigger_id = ?", (trigger_id,))

    def target_id(self, org_id: str, name: str) -> str | None:
        """Return what the newer shape calls the target of a trigger that has an older form."""
        statement = "SELECT target_id FROM trigger_target_ids WHERE org_id = ? AND name = ?"
        row = self._connection.execute(statement, (org_id, name)).fetchone()
        return None if row is None else str(row[0])

    def set_target_id(self, org_id: str, name: str, target_id: str) -> None:
        """Keep what the newer shape calls the target of a trigger that has an older form; it goes with the trigger."""
        self._connection.execute(
            "INSERT INTO trigger_target_ids VALUES (?, ?, ?)"
            " ON CONFLICT (org_id, name) DO UPDATE SET target_id = excluded.target_id",
            (org_id, name, target_id),
        )

    def _one(self, where: str, values: Mapping[str, SqlValue]) -> TargetedRow | None:
        found = self._all(where, values)
        return found[0] if found else None

    def _all(self, where: str, values: Mapping[str, SqlValue]) -> list[TargetedRow]:
        statement = f"SELECT document, service_user_id, next_occurrence FROM targeted_triggers WHERE {where}"  # noqa: S608
        return [
            TargetedRow(TargetedTriggerRecord.model_validate_json(document), service_user_id, _moment(next_occurrence))
            for document, service_user_id, next_occurrence in self._connection.execute(statement, dict(values))
        ]


def _moment(microseconds_since: int | None) -> datetime | None:
    return None if microseconds_since is None else time_of(microseconds_since)

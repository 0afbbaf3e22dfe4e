"""The database file: how it comes to be, what is refused, how it grows."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.domain.queries import QuerySpecification, SortDirection
from reconciler.domain.requests import SetActionAccessibilityRequest, UpdateActionRequest
from reconciler.domain.values import Accessibility, ContainerParameters
from reconciler.embedded import schema
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import ConfigurationError, InvalidRequest, NotFound, PlatformUnavailable
from tests.contract.builders import new_action, new_trigger


def pragma(path: Path, name: str) -> object:
    """Ask the file itself."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_file_is_made_with_its_directories(tmp_path: Path) -> None:
    """Opening makes what is missing, for the owner alone: definitions may hold secrets."""
    path = tmp_path / "new" / "deep" / "platform.db"

    EmbeddedPlatform.open(path).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert pragma(path, "journal_mode") == "wal"
    assert pragma(path, "user_version") == len(schema.MIGRATIONS)


def test_a_path_may_be_text(tmp_path: Path) -> None:
    """A path is a path or a text."""
    platform = EmbeddedPlatform.open(str(tmp_path / "platform.db"))

    assert platform.identity().endpoint == str(tmp_path / "platform.db")
    platform.close()


def test_what_was_written_is_there_when_opened_again(path: Path) -> None:
    """The platform outlives the process that fed it."""
    first = EmbeddedPlatform.open(path)
    written = first.create_action(new_action()), first.create_trigger(new_trigger())
    first.close()

    second = EmbeddedPlatform.open(path)

    assert (second.get_action("ros_ingest"), second.get_trigger("on_bag")) == written
    second.close()


def test_a_file_that_is_no_database_is_refused_and_kept(path: Path) -> None:
    """A slip in the path costs nobody a file."""
    path.write_text("apiVersion: reconciler/v1\n" * 100)

    with pytest.raises(ConfigurationError, match="not an SQLite database"):
        EmbeddedPlatform.open(path)
    assert path.read_text() == "apiVersion: reconciler/v1\n" * 100


def test_the_database_of_another_program_is_refused_and_kept(path: Path) -> None:
    """Tables are not put among somebody else's."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.execute("PRAGMA user_version = 7")
    connection.close()

    with pytest.raises(ConfigurationError, match="another program"):
        EmbeddedPlatform.open(path)
    assert pragma(path, "user_version") == 7


def test_a_newer_database_is_refused(path: Path) -> None:
    """A database that a newer version wrote is left to it."""
    EmbeddedPlatform.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")

    with pytest.raises(ConfigurationError, match="newer version") as refusal:
        EmbeddedPlatform.open(path)
    assert "upgrade" in refusal.value.hint


def test_an_older_database_is_migrated_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails half-way leaves the version and the tables of before."""
    platform = EmbeddedPlatform.open(path)
    written = platform.create_action(new_action())
    platform.close()
    broken = (*schema.MIGRATIONS, ("CREATE TABLE runs (id TEXT)", "CREATE TABLE runs (id TEXT)"))
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    with pytest.raises(ConfigurationError):
        EmbeddedPlatform.open(path)
    assert pragma(path, "user_version") == len(broken) - 1

    monkeypatch.setattr(schema, "MIGRATIONS", (*broken[:-1], ("CREATE TABLE runs (id TEXT)",)))
    migrated = EmbeddedPlatform.open(path)

    assert migrated.get_action("ros_ingest") == written
    assert pragma(path, "user_version") == len(broken)
    migrated.close()


def test_a_directory_is_refused(tmp_path: Path) -> None:
    """A directory is no database, and the message says which path."""
    with pytest.raises(ConfigurationError, match=str(tmp_path)):
        EmbeddedPlatform.open(tmp_path)


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    """A directory that cannot be made is the user's to mend."""
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError) as refusal:
        EmbeddedPlatform.open(tmp_path / "file" / "platform.db")
    assert refusal.value.hint


def test_a_directory_that_forbids_writing_is_refused() -> None:
    """No permission is the user's to mend; the kernel's own file system forbids it to everybody."""
    with pytest.raises(ConfigurationError) as refusal:
        EmbeddedPlatform.open("/proc/reconciler/platform.db")
    assert refusal.value.hint


def test_a_closed_platform_says_so(path: Path) -> None:
    """Work after close fails as the port allows."""
    platform = EmbeddedPlatform.open(path)
    other = platform.as_caller(platform.caller)
    platform.close()

    with pytest.raises(PlatformUnavailable, match="closed"):
        other.get_action("ros_ingest")


def test_a_database_that_loses_its_tables_is_unavailable(platform: EmbeddedPlatform, path: Path) -> None:
    """What SQLite says is translated; its exceptions do not leave the room."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE actions")

    with pytest.raises(PlatformUnavailable, match="no such table") as refusal:
        platform.create_action(new_action())
    assert refusal.value.operation == 'create action "ros_ingest"'


def test_a_failed_write_leaves_nothing_and_the_next_works(platform: EmbeddedPlatform) -> None:
    """A transaction that an exception leaves is undone, and its connection is usable."""
    record = platform.create_action(new_action())

    def write_and_stop() -> None:
        with platform._store.atomic() as rows:
            rows.add_action_version(record.model_copy(update={"name": "another"}))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_and_stop()
    assert platform.query_actions(QuerySpecification()).items == (record,)
    platform.create_action(new_action("another"))


def test_times_grow_when_the_clock_stands_still(path: Path) -> None:
    """``modified`` and the digest differ for every version even within one tick of the clock."""
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    platform = EmbeddedPlatform.open(path, clock=lambda: moment)
    versions = [platform.create_action(new_action())]
    versions += [platform.update_action("ros_ingest", UpdateActionRequest()) for _ in range(5)]

    assert [version.modified.microsecond for version in versions] == list(range(678901, 678907))
    assert len({version.digest for version in versions}) == 6
    platform.close()


def test_the_digest_is_what_the_platforms_client_computes(path: Path) -> None:
    """BLAKE2b over the sorted JSON of the record: pinned, since old digests are kept in pins."""
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    platform = EmbeddedPlatform.open(path, clock=lambda: moment)

    assert platform.create_action(new_action()).digest == "cbf0de4c4f9d0da8c77585ea6c5b3257"
    platform.close()


@pytest.mark.parametrize("owner", ["\ud800", "a\x00b", "ü", "'"])
def test_odd_owners_own_nothing(platform: EmbeddedPlatform, owner: str) -> None:
    """Text of any kind can be asked for."""
    with pytest.raises(NotFound):
        platform.get_action("ros_ingest", owner=owner)
    assert platform.query_actions(QuerySpecification(), owner=owner).items == ()


@pytest.mark.parametrize("direction", list(SortDirection))
@pytest.mark.parametrize("listing", ["own actions", "hub", "triggers"])
def test_listings_walk_an_index(platform: EmbeddedPlatform, listing: str, direction: SortDirection) -> None:
    """A page in the order of creation costs the same wherever it starts: nothing is scanned or sorted."""
    for name in ("a", "b"):
        platform.create_action(new_action(name))
        platform.create_trigger(new_trigger(name, action_name=name))
        platform.set_action_accessibility(name, SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub))

    def page(token: str | None) -> str | None:
        query = QuerySpecification(limit=1, after=token, sort_direction=direction)
        if listing == "triggers":
            return platform.query_triggers(query).next_token
        hub = Accessibility.ActionHub if listing == "hub" else Accessibility.Organization
        return platform.query_actions(query, accessibility=hub).next_token

    token = page(None)
    connection, statements = platform._store._connections._to_file[-1], list[str]()
    connection.set_trace_callback(statements.append)
    page(token)
    connection.set_trace_callback(None)

    (statement,) = [each for each in statements if each.startswith("SELECT")]
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert len(steps) == 1
    assert "USING INDEX newest" in steps[0]


@pytest.mark.parametrize(
    "given",
    [
        {"description": "\ud800"},
        {"tags": ["\udfff"]},
        {"metadata": {"a": "\ud800"}},
        {"metadata": {"\ud800": 1}},
        {"container_parameters": ContainerParameters(env_vars={"\ud800": "x"})},
        {"metadata": {"a": float("nan")}},
        {"metadata": {"a": float("inf")}},
        {"metadata": {"a": 10**5000}},
    ],
)
def test_what_json_cannot_carry_is_refused(platform: EmbeddedPlatform, given: dict[str, Any]) -> None:
    """A caller in this process may hand over what no wire would bring; nothing of it is kept in another shape."""
    with pytest.raises(InvalidRequest):
        platform.create_action(new_action(**given))
    assert platform.query_actions(QuerySpecification()).items == ()


@pytest.mark.parametrize("value", [float("nan"), (1, 2), {1: 2}, {"a": {"\ud800": 1}}, ["\ud800"], object()])
def test_parameter_values_are_json(platform: EmbeddedPlatform, value: Any) -> None:
    """Nor is anything of a trigger."""
    platform.create_action(new_action())

    with pytest.raises(InvalidRequest):
        platform.create_trigger(new_trigger(parameter_values={"a": value}))


def test_what_is_not_there_yet_reads_as_empty_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A look at a path that was mistyped makes no platform there."""
    platform = EmbeddedPlatform.at(tmp_path / "new" / "platform.db")

    assert list(platform.query_actions(QuerySpecification()).items) == []
    assert list(platform.query_datasets(QuerySpecification()).items) == []
    with pytest.raises(NotFound):
        platform.get_trigger("on_bag")
    assert list(tmp_path.iterdir()) == []
    platform.close()


def test_the_first_write_makes_what_was_not_there(tmp_path: Path) -> None:
    """Whoever looked before sees it, as does everybody else."""
    path = tmp_path / "new" / "platform.db"
    platform, other = EmbeddedPlatform.at(path), EmbeddedPlatform.at(path)
    platform.query_actions(QuerySpecification())
    other.query_actions(QuerySpecification())

    written = platform.create_action(new_action())

    assert platform.get_action("ros_ingest") == other.get_action("ros_ingest") == written
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    platform.close()
    other.close()


def test_a_path_that_can_never_hold_a_database_is_refused_at_once(tmp_path: Path) -> None:
    """What is in the way will not go by itself."""
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match="file is not a directory"):
        EmbeddedPlatform.at(tmp_path / "file" / "deep" / "platform.db")


def test_a_file_that_is_there_is_judged_at_once(path: Path) -> None:
    """What is no database of ours is not taken for an empty platform."""
    path.write_text("apiVersion: reconciler/v1\n" * 100)

    with pytest.raises(ConfigurationError, match="not an SQLite database"):
        EmbeddedPlatform.at(path)

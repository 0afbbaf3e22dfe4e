"""Ownership on the command line: what is ours, what is not, and the way from one to the other."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from reconciler.config import Flags
from reconciler.domain.actions import ActionRecord
from reconciler.domain.changesets import ActionParameterChangeset
from reconciler.domain.requests import CreateActionRequest, UpdateActionRequest
from reconciler.domain.values import ActionParameter
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.inventory.document import loads
from reconciler.inventory.lease import Lease
from reconciler.inventory.lock import Held, Lock
from reconciler.project import Project
from tests.scenarios.conftest import Folder

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
spec:
  platform: embedded
  inventory: {id: 6f0c2f4e-8d0a-4f6e-9b3b-0e6c1f7a2d11}
"""


@pytest.fixture
def owned(folder: Folder) -> Folder:
    """A project with an inventory, two actions and a trigger, applied."""
    folder.write("reconciler.yaml", PROJECT)
    folder.action("ingest")
    folder.action("report")
    folder.trigger("on_bag", action="ingest")
    assert folder.run("apply", "--auto-approve").code == 0
    return folder


def live(folder: Folder) -> EmbeddedPlatform:
    """Open the project's platform beside the command."""
    return EmbeddedPlatform.open(folder.path / ".reconciler" / "platform.sqlite3")


def latest(folder: Folder) -> str:
    """Return the id of the latest apply."""
    applies = json.loads(folder.run("history", "--output", "json").out)["applies"]
    apply_id: str = applies[0]["apply_id"]
    return apply_id


def test_a_removed_manifest_is_a_deletion_that_needs_its_flag(owned: Folder) -> None:
    """The plan shows it and is refused with the way past; with that it is applied."""
    (owned.path / "report.yaml").unlink()
    refused = owned.run("plan")
    assert refused.code == 3
    assert "- delete action.report" in refused.out
    assert "--prune" in refused.err
    assert owned.run("apply", "--auto-approve").code == 3
    assert owned.run("apply", "--auto-approve", "--prune").code == 0
    assert "No changes." in owned.run("plan").out


def test_a_refused_plan_is_not_saved(owned: Folder) -> None:
    """What cannot be applied does not lie about as if it could."""
    (owned.path / "report.yaml").unlink()
    assert owned.run("plan", "--out", "plan.json").code == 3
    assert not (owned.path / "plan.json").exists()


def test_what_is_not_ours_is_refused_until_it_is_adopted(owned: Folder) -> None:
    """By name, or all at once; doing it again does no harm."""
    live(owned).create_action(CreateActionRequest(name="theirs", uri="img:7"))
    owned.action("theirs", uri="img:8")
    refused = owned.run("plan")
    assert refused.code == 3
    assert "local@localhost created it" in refused.err
    assert "reconciler adopt action.theirs" in refused.err
    adopted = owned.run("adopt", "action.theirs")
    assert adopted.code == 0
    assert "<= adopted action.theirs" in adopted.out
    assert "Adopted 0 resources; 4 resources were ours already." in owned.run("adopt", "--all").out
    assert '"img:7" -> "img:8"' in owned.run("plan").out


def test_many_that_are_not_ours_have_one_way_past(owned: Folder) -> None:
    """Nobody types a line for each of eighty."""
    for name in ("their_a", "their_b"):
        live(owned).create_action(CreateActionRequest(name=name, uri="img:7"))
        owned.action(name)
    refused = owned.run("plan")
    assert refused.code == 3
    assert refused.err.count("lifecycle: { adopt: true }") == 1
    assert "reconciler adopt --all" in refused.err


def test_a_manifest_can_adopt(owned: Folder) -> None:
    """As a line of its own in the plan, together with what differs."""
    live(owned).create_action(CreateActionRequest(name="theirs", uri="img:7"))
    owned.action("theirs", uri="img:8", more="lifecycle: {adopt: true}\n")
    planned = owned.run("plan")
    assert "<= adopt action.theirs" in planned.out
    assert "1 to adopt" in planned.out
    assert owned.run("apply", "--auto-approve").code == 0
    assert "No changes." in owned.run("plan").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("adopt",), 64, "--all"),
        (("adopt", "action.nobody"), 1, "in no manifest"),
        (("adopt", "nobody"), 64, "nobody"),
        (("history", "nothing"), 1, "there is no apply"),
        (("rollback", "nothing"), 1, "there is no apply"),
        (("unlock", "--id", "nothing"), 1, "Nobody has one"),
        (("rename", "action.ingest", "report"), 1, "declared already"),
        (("rename", "action.nobody", "x"), 1, "in no manifest"),
        (("rename", "action.ingest", "a/b"), 1, "cannot be a name"),
        (("drift", "--write-baseline"), 64, "--baseline"),
        (("drift", "--baseline", "none.json"), 1, "cannot read none.json"),
    ],
)
def test_mistakes_are_told(owned: Folder, arguments: tuple[str, ...], code: int, said: str) -> None:
    """With what to do, and the exit code of conventions."""
    ended = owned.run(*arguments)
    assert ended.code == code
    assert said in ended.said


@pytest.mark.parametrize("command", [("adopt", "--all"), ("history",), ("inventory", "show"), ("unlock", "--id", "x")])
def test_without_an_inventory_the_way_to_one_is_told(folder: Folder, command: tuple[str, ...]) -> None:
    """Every command that needs one."""
    folder.action("ingest")
    ended = folder.run(*command)
    assert ended.code == 1
    assert "reconciler.yaml" in ended.err


def test_a_store_of_none_is_told_apart_from_no_inventory(owned: Folder) -> None:
    """What has to change is the store."""
    owned.write("reconciler.yaml", PROJECT.replace("inventory: {", "inventory: {store: none, "))
    ended = owned.run("history")
    assert ended.code == 1
    assert "its store is none" in ended.err


def test_renaming_rewrites_the_manifests_and_keeps_the_rest(owned: Folder) -> None:
    """Names in their quotes, comments, and the trigger that names it; then one apply does it all."""
    owned.write(
        "ingest.yaml",
        'apiVersion: reconciler/v1\nkind: Action\nmetadata:\n  name: "ingest" # the first step\nspec:\n  uri: img:1\n'
        "lifecycle:\n  # keep it\n  protect: false\n",
    )
    ended = owned.run("rename", "action.ingest", "ros_ingest")
    assert ended.code == 0
    text = (owned.path / "ingest.yaml").read_text()
    assert '  name: "ros_ingest" # the first step\n' in text
    assert "  renamed_from: ingest\n" in text
    assert "  # keep it\n" in text
    assert "action_name: ros_ingest" in (owned.path / "on_bag.yaml").read_text()
    planned = owned.run("plan", "--prune")
    assert "> rename" in planned.out
    assert "1 to rename, 1 to update, 1 to delete" in planned.out
    assert owned.run("apply", "--prune", "--auto-approve").code == 0
    assert "No changes." in owned.run("plan").out
    assert {record.name for record in _actions(owned)} == {"ros_ingest", "report"}


def _actions(folder: Folder) -> list[ActionRecord]:
    from reconciler.domain.queries import QuerySpecification

    return list(live(folder).query_actions(QuerySpecification()).items)


def test_rolling_back_brings_back_what_was(owned: Folder) -> None:
    """What was updated has its old content, what was created is gone, what was deleted is there again."""
    owned.action("ingest", uri="img:2")
    owned.action("fresh")
    (owned.path / "report.yaml").unlink()
    assert owned.run("apply", "--prune", "--auto-approve").code == 0
    apply_id = latest(owned)
    refused = owned.run("rollback", apply_id, "--auto-approve")
    assert refused.code == 3
    saved = owned.run("rollback", apply_id, "--prune", "--out", "back.json")
    assert saved.code == 0
    assert '"img:2" -> "img:1"' in saved.out
    assert owned.run("apply", "back.json").code == 0
    names = {record.name: record.uri for record in _actions(owned)}
    assert names == {"ingest": "img:1", "report": "img:1"}
    assert owned.run("history").out.count("\n") == 3


def test_rolling_back_what_changed_nothing_changes_nothing(owned: Folder) -> None:
    """An apply that only forgot, or only told the inventory something, has no content to bring back."""
    owned.action("report", more="lifecycle: {on_remove: forget}\n")
    assert owned.run("apply", "--auto-approve").code == 0
    told = latest(owned)
    (owned.path / "report.yaml").unlink()
    assert owned.run("apply", "--auto-approve").code == 0
    for apply_id in (told, latest(owned)):
        ended = owned.run("rollback", apply_id, "--prune", "--allow-many-deletions", "--auto-approve")
        assert (ended.code, "No changes." in ended.out) == (0, True)
    assert {record.name for record in _actions(owned)} == {"ingest", "report"}


def test_a_rollback_says_why_something_goes(owned: Folder) -> None:
    """Not that its manifest is gone, for that may be there."""
    owned.action("fresh")
    assert owned.run("apply", "--auto-approve").code == 0
    apply_id = latest(owned)
    planned = owned.run("rollback", apply_id, "--prune", "--out", "back.json")
    assert planned.code == 0
    assert f"made by apply {apply_id}" in planned.out
    assert "no longer in the manifests" not in planned.out


def test_drift_tells_pending_from_changed_outside(owned: Folder) -> None:
    """Git moving on is no drift; a change by hand is, until it is undone, accepted, or known."""
    owned.action("report", uri="img:2")
    assert owned.run("drift").code == 0
    live(owned).update_action("ingest", UpdateActionRequest(uri="img:by-hand"))
    drifted = owned.run("drift")
    assert drifted.code == 2
    assert "action.ingest" in drifted.out
    assert owned.run("drift", "--baseline", "known.json", "--write-baseline").code == 0
    assert owned.run("drift", "--baseline", "known.json").code == 0
    live(owned).update_action("ingest", UpdateActionRequest(uri="img:by-hand-again"))
    assert owned.run("drift", "--baseline", "known.json").code == 2
    assert owned.run("apply", "--auto-approve").code == 0
    assert owned.run("drift").code == 0


def test_a_known_change_of_a_secret_is_told_again_when_it_is_another(owned: Folder) -> None:
    """A baseline tells secrets apart, and holds none."""
    owned.action("ingest", more="  parameters: {api_token: {default: mine}}\n")
    assert owned.run("apply", "--auto-approve").code == 0
    platform = live(owned)
    for secret, code in (("hunter2", 0), ("hunter3", 2)):
        parameter = ActionParameter(name="api_token", default=secret)
        changes = ActionParameterChangeset(put_parameters=[parameter])
        platform.update_action("ingest", UpdateActionRequest(parameter_changeset=changes))
        if code == 0:
            assert owned.run("drift", "--baseline", "known.json", "--write-baseline").code == 0
        ended = owned.run("drift", "--baseline", "known.json")
        assert ended.code == code
        assert "hunter" not in ended.said + (owned.path / "known.json").read_text()
    for output in ("text", "json", "markdown", "html"):
        assert "hunter" not in owned.run("plan", "--output", output).said
    platform.close()


def test_accepting_drift_in_git_ends_it(owned: Folder) -> None:
    """Once the manifest says what is live, nothing is left to tell; the inventory learns it with the next apply."""
    live(owned).update_action("ingest", UpdateActionRequest(uri="img:by-hand"))
    assert owned.run("drift").code == 2
    owned.action("ingest", uri="img:by-hand")
    assert owned.run("drift").code == 0
    ended = owned.run("apply", "--auto-approve")
    assert ended.code == 0
    assert "brought up to date for 1 resource" in ended.err
    assert "brought up to date" not in owned.run("apply", "--auto-approve").err


def test_two_applies_at_once_are_one_after_the_other(owned: Folder) -> None:
    """The second is refused with who holds the lock and how to end that; unlocking lets it in."""
    from reconciler.owner import ledger_of

    project = Project.open(Flags(), cwd=owned.path)
    owned.action("report", uri="img:2")
    with ledger_of(project).locked("apply"):
        refused = owned.run("apply", "--auto-approve")
        assert refused.code == 6
        assert "is locked by" in refused.err
        lease_id = refused.err.rpartition("--id ")[2].strip()
        assert "Locked by" in owned.run("inventory", "show").out
        assert owned.run("unlock", "--id", lease_id).code == 0
        assert owned.run("apply", "--auto-approve").code == 0


def test_waiting_for_the_lock(owned: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --lock-timeout the second comes after the first, which goes on until the second found it there."""
    from reconciler.owner import ledger_of

    project = Project.open(Flags(), cwd=owned.path)
    owned.action("report", uri="img:2")
    found_locked, has_lock = threading.Event(), threading.Event()
    tried = Lock._try

    def noticing(lock: Lock, what: str, *, who: str, run_url: str, silent: Lease | None) -> Held | Lease:
        got = tried(lock, what, who=who, run_url=run_url, silent=silent)
        if isinstance(got, Lease):
            found_locked.set()
        return got

    def hold() -> None:
        with ledger_of(project).locked("apply"):
            has_lock.set()
            found_locked.wait(60)

    monkeypatch.setattr(Lock, "_try", noticing)
    holder = threading.Thread(target=hold)
    holder.start()
    assert has_lock.wait(60)
    ended = owned.run("apply", "--auto-approve", "--lock-timeout", "5m")
    found_it_locked = found_locked.is_set()
    found_locked.set()
    holder.join()
    assert ended.code == 0
    assert found_it_locked


def test_a_rebuild_with_nobody_to_ask_is_wrong_usage(owned: Folder) -> None:
    """As an apply is, and not an interruption; and the sentence fits one as it fits many."""
    refused = owned.run("inventory", "rebuild")
    assert refused.code == 64
    assert "add --auto-approve" in refused.err
    told = owned.run("adopt", "action.report").out
    assert told == "Adopted 0 resources; 1 resource was ours already.\n"


def test_an_inventory_is_shown_without_another_word(owned: Folder) -> None:
    """With the options of ``show``."""
    shown = owned.run("inventory", "show")
    assert shown.code == 0
    assert "2 actions and 1 trigger owned." in shown.out
    assert owned.run("inventory") == shown
    assert owned.run("inventory", "--output", "json") == owned.run("inventory", "show", "--output", "json")
    assert "rebuild" in owned.run("inventory", "--help").out
    assert owned.run("inventory", "-h") == owned.run("inventory", "--help")


def test_what_is_shown_to_programs_says_who_holds_the_lock_and_keeps_the_key(owned: Folder) -> None:
    """A log that has the hashes of secrets must not have the key that guesses are tried with."""
    from reconciler.owner import ledger_of

    (file,) = (owned.path / ".reconciler").rglob("inventory.json")
    key = json.loads(file.read_bytes())["hash_key"]
    with ledger_of(Project.open(Flags(), cwd=owned.path)).locked("apply"):
        ended = owned.run("inventory", "--output", "json")
    told = json.loads(ended.out)
    assert (told["format_version"], len(told["resources"])) == ("1.0", 3)
    assert told["lock"]["what"] == "apply"
    assert key not in ended.out
    assert json.loads(owned.run("inventory", "--output", "json").out)["lock"] is None


def test_a_lost_inventory_is_rebuilt(owned: Folder) -> None:
    """From what is declared and live; a damaged one is told and rebuilt as well. Nothing is sent."""
    (file,) = (owned.path / ".reconciler").rglob("inventory.json")
    before = loads(file.read_bytes(), name="before")
    file.unlink()
    assert owned.run("plan").code == 3
    assert owned.run("inventory", "rebuild", "--auto-approve").code == 0
    assert "No changes." in owned.run("plan").out
    file.write_text("{")
    damaged = owned.run("plan")
    assert damaged.code == 1
    assert "inventory rebuild" in damaged.err
    assert owned.run("inventory", "rebuild", "--auto-approve").code == 0
    after = loads(file.read_bytes(), name="after")
    assert {at: entry.server_id for at, entry in after.entries.items()} == {
        at: entry.server_id for at, entry in before.entries.items()
    }


def test_a_thousand_unchanged_runs_are_silent(owned: Folder) -> None:
    """Drift is told of nothing that nobody changed, however often it is asked."""
    project = Project.open(Flags(), cwd=owned.path)
    for _ in range(1_000):
        drift = project.drift()
        assert not drift.is_drifted
        assert (drift.differences, drift.deviations) == ((), ())


def test_two_projects_leave_each_other_alone(owned: Folder, tmp_path: Path) -> None:
    """In one organization: what the other one owns is neither changed nor deleted, and not even listed as ours."""
    other = PROJECT.replace("6f0c2f4e", "7f0c2f4e").replace(
        "platform: embedded", f"platform: embedded\n  embedded_path: {owned.path}/.reconciler/platform.sqlite3"
    )
    mine = tmp_path / "other"
    mine.mkdir()
    (mine / "reconciler.yaml").write_text(other)
    folder = Folder(mine, owned.capture, owned.monkeypatch)
    folder.action("second")
    assert folder.run("apply", "--auto-approve").code == 0
    planned = folder.run("plan")
    assert "No changes." in planned.out
    folder.action("ingest", uri="img:stolen")
    assert folder.run("apply", "--auto-approve").code == 3
    assert "No changes." in owned.run("plan").out

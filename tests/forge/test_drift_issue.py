"""One issue about drift that opens, changes and closes by itself."""

from __future__ import annotations

import pytest

from reconciler.errors import ForgeUnavailable
from reconciler.forge.drift_issue import Done, keep
from reconciler.forge.port import Forge
from tests.forge.conftest import Fake
from tests.forge.fake import Answer

MARKER = "<!-- reconciler:drift -->"
TITLE = "Drift"
OLD, NEW = f"{MARKER}\nold\n", f"{MARKER}\nnew\n"


def found(forge: Forge, *, drift: bool, body: str = NEW) -> Done:
    """Return what became of the issue."""
    return keep(forge, title=TITLE, body=body, marker=MARKER, is_drifted=drift).done


def issues(fake: Fake) -> list[tuple[str, bool]]:
    """Return the text of each issue, and whether it is open."""
    return [
        (str(each.get("body", each.get("description"))), each["state"] in ("open", "opened")) for each in fake.issues
    ]


def test_drift_opens_it(forge: Forge, fake: Fake) -> None:
    """The first drift is told."""
    assert found(forge, drift=True) is Done.OPENED
    assert issues(fake) == [(NEW, True)]


def test_no_drift_and_no_issue_ask_for_nothing(forge: Forge, fake: Fake) -> None:
    """A quiet morning writes nothing."""
    assert found(forge, drift=False) is Done.NOTHING
    assert fake.issues == []


def test_more_drift_updates_it(forge: Forge, fake: Fake) -> None:
    """There is one issue, not one a day."""
    fake.issues = [fake.issue(TITLE, OLD)]
    assert found(forge, drift=True) is Done.UPDATED
    assert issues(fake) == [(NEW, True)]


def test_the_same_drift_writes_nothing(forge: Forge, fake: Fake) -> None:
    """Nobody is told twice of the same."""
    fake.issues = [fake.issue(TITLE, NEW)]
    assert found(forge, drift=True) is Done.UNCHANGED
    assert fake.sent("PATCH", "PUT") == []


def test_it_closes_itself(forge: Forge, fake: Fake) -> None:
    """When all is well again the issue says so and is closed."""
    fake.issues = [fake.issue(TITLE, OLD)]
    assert found(forge, drift=False) is Done.CLOSED
    assert issues(fake) == [(NEW, False)]


def test_a_closed_one_stays_closed_without_drift(forge: Forge, fake: Fake) -> None:
    """What is over is not written to."""
    fake.issues = [fake.issue(TITLE, OLD, is_open=False)]
    assert found(forge, drift=False) is Done.NOTHING
    assert issues(fake) == [(OLD, False)]


def test_new_drift_opens_the_old_one_again(forge: Forge, fake: Fake) -> None:
    """The history of drift stays in one place: the issue that was closed last."""
    fake.issues = [fake.issue(TITLE, OLD, is_open=False), fake.issue(TITLE, OLD, is_open=False)]
    assert found(forge, drift=True) is Done.REOPENED
    assert issues(fake) == [(OLD, False), (NEW, True)]


def test_issues_of_others_are_left_alone(forge: Forge, fake: Fake) -> None:
    """Somebody else's issue with our marker, and our own without it, are not ours to write to."""
    fake.issues = [fake.issue(TITLE, OLD, author="mallory"), fake.issue(TITLE, "no marker"), fake.issue(TITLE, OLD)]
    assert found(forge, drift=True) is Done.UPDATED
    assert issues(fake) == [(OLD, True), ("no marker", True), (NEW, True)]


def test_a_run_at_the_same_time_leaves_one_open(forge: Forge, fake: Fake) -> None:
    """Both look, both find nothing, both open one: the older one stays open."""
    fake.meanwhile = lambda: fake.issues.append(fake.issue(TITLE, OLD))
    assert found(forge, drift=True) is Done.OPENED
    assert [is_open for _, is_open in issues(fake)] == [True, False]
    assert issues(fake)[0] == (NEW, True)


def test_doubles_all_close(forge: Forge, fake: Fake) -> None:
    """No double stays open after the drift is gone."""
    fake.issues = [fake.issue(TITLE, OLD), fake.issue(TITLE, OLD)]
    assert found(forge, drift=False) is Done.CLOSED
    assert issues(fake) == [(NEW, False), (NEW, False)]


def test_an_answer_that_was_lost_opens_no_second_one(forge: Forge, fake: Fake) -> None:
    """The issue was opened and the answer never came: it is found by looking."""
    forge.me()
    fake.answers = [Answer(200, []), Answer(lost=True)]
    assert found(forge, drift=True) is Done.OPENED
    assert issues(fake) == [(NEW, True)]


def test_a_forge_in_trouble_is_said_to_be(forge: Forge, fake: Fake) -> None:
    """An issue that could not be opened is no success."""
    forge.me()
    fake.answers = [Answer(200, []), Answer(503, {})]
    with pytest.raises(ForgeUnavailable):
        found(forge, drift=True)

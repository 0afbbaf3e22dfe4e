"""One comment, however often and by however many it is written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.errors import ForgeError, ForgeUnavailable
from reconciler.forge.opening import opened
from reconciler.forge.port import Forge
from reconciler.forge.sticky import Done, stick
from reconciler.forge.surroundings import surroundings_of
from tests.client.builders import Pauses
from tests.forge.conftest import Fake
from tests.forge.fake import Answer

MARKER = "<!-- reconciler:plan -->"
OLD, NEW = f"{MARKER}\nold\n", f"{MARKER}\nnew\n"


def write(forge: Forge, body: str = NEW) -> Done:
    """Return what became of the comment."""
    return stick(forge, pull=7, marker=MARKER, body=body).done


def bodies(fake: Fake) -> list[str]:
    """Return the text of each comment."""
    return [each["body"] for each in fake.comments]


def test_the_first_run_creates_it(forge: Forge, fake: Fake) -> None:
    """Where there is none there is one afterwards."""
    assert write(forge) is Done.CREATED
    assert bodies(fake) == [NEW]


def test_a_later_run_updates_it_in_place(forge: Forge, fake: Fake) -> None:
    """The comment keeps its id, and so its place in the talk."""
    fake.comments = [fake.note(OLD)]
    before = fake.comments[0]["id"]
    assert write(forge) is Done.UPDATED
    assert [(each["id"], each["body"]) for each in fake.comments] == [(before, NEW)]


def test_it_is_found_on_a_later_page(forge: Forge, fake: Fake) -> None:
    """A long talk does not hide it."""
    fake.comments = [*(fake.note(f"word {number}") for number in range(5)), fake.note(OLD)]
    assert write(forge) is Done.UPDATED
    assert bodies(fake)[-1] == NEW
    assert len(fake.comments) == 6


def test_what_is_as_it_should_be_is_not_written(forge: Forge, fake: Fake) -> None:
    """Nobody is told of a change that is none; forges end lines and texts in their own way."""
    fake.comments = [fake.note(NEW.replace("\n", "\r\n").strip())]
    assert write(forge) is Done.UNCHANGED
    assert fake.sent("PATCH", "PUT", "DELETE") == []


@pytest.mark.parametrize(
    ("body", "author"),
    [(OLD, "mallory"), ("<!-- reconciler:plan-staging -->\nold\n", "robot[bot]"), (f"see {MARKER}\n", "robot[bot]")],
    ids=["somebody else's", "another marker", "a quotation"],
)
def test_no_other_comment_is_touched(forge: Forge, fake: Fake, body: str, author: str) -> None:
    """Neither by somebody else who writes our marker, nor of another environment, nor one that quotes the marker."""
    fake.comments = [fake.note(body, author=author)]
    assert write(forge) is Done.CREATED
    assert bodies(fake) == [body, NEW]


def test_a_run_at_the_same_time_makes_no_second_one(forge: Forge, fake: Fake) -> None:
    """Both look, both find nothing, both create: the older one stays, with the text of whoever looked last."""
    fake.meanwhile = lambda: fake.comments.append(fake.note(OLD))
    write(forge)
    assert bodies(fake) == [NEW]


def test_many_runs_at_once_leave_one(fake: Fake) -> None:
    """However their steps fall together."""
    here = surroundings_of(fake.environ())

    def run(number: int) -> None:
        with opened(here, sleep=Pauses()) as forge:
            write(forge, f"{MARKER}\n{number}\n")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))
    assert len(fake.comments) == 1


def test_doubles_of_earlier_days_are_cleared(forge: Forge, fake: Fake) -> None:
    """Runs that were killed between their look and their word leave doubles; the next run clears them."""
    fake.comments = [fake.note(OLD), fake.note("word", author="ann"), fake.note(OLD)]
    assert write(forge) is Done.UPDATED
    assert bodies(fake) == [NEW, "word"]


def test_a_double_that_is_gone_already_is_no_error(forge: Forge, fake: Fake) -> None:
    """Two runs clear the same double; the slower one finds nothing."""
    kept, gone = fake.note(OLD), fake.note(OLD)
    forge.me()
    fake.comments = [kept]
    fake.answers = [Answer(200, [kept, gone])]
    assert write(forge) is Done.UPDATED
    assert bodies(fake) == [NEW]
    assert len(fake.sent("DELETE")) == 1


def test_an_answer_that_was_lost_is_settled_by_looking(forge: Forge, fake: Fake) -> None:
    """The comment was written and the answer never came: it is found, and not written again."""
    forge.me()
    fake.answers = [Answer(200, []), Answer(lost=True)]
    assert write(forge) is Done.CREATED
    assert bodies(fake) == [NEW]
    assert len([path for _, path in fake.sent("POST") if path != "/graphql"]) == 1


def test_a_comment_that_never_arrived_is_an_error(forge: Forge, fake: Fake) -> None:
    """A forge in trouble is said to be, and nothing is tried a second time that may have landed."""
    forge.me()
    fake.answers = [Answer(200, []), Answer(502, {"message": "Bad gateway"})]
    with pytest.raises(ForgeUnavailable):
        write(forge)
    assert fake.comments == []


def test_a_comment_removed_in_between_is_written_anew(forge: Forge, fake: Fake) -> None:
    """Somebody deletes it between our look and our word."""
    fake.comments = [fake.note(OLD)]
    listing = list(fake.comments)
    forge.me()
    fake.answers = [Answer(200, listing), Answer(404, {"message": "Not Found"})]
    fake.comments = []
    assert write(forge) is Done.CREATED
    assert bodies(fake) == [NEW]


def test_a_forge_that_forgets_is_found_out(forge: Forge, fake: Fake) -> None:
    """A comment that was acknowledged and is not there is no success."""
    forge.me()
    fake.answers = [Answer(200, []), Answer(201, fake.note(NEW)), Answer(200, [])]
    with pytest.raises(ForgeError, match="not there"):
        write(forge)

"""The journal, on every backend: a page for each apply, the latest first, found by the beginning of its id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import MemoryStore

from reconciler.domain.address import Address, Kind
from reconciler.errors import ConfigurationError, InventoryDamaged, InventoryMoved
from reconciler.inventory.backend import Backend
from reconciler.inventory.buckets import Bucket
from reconciler.inventory.journal import Applied, Journal, Record, new_apply_id
from reconciler.inventory.object_store import ObjectStore
from tests.inventory.builders import NOON
from tests.inventory.shapes import ADDRESSES, MOMENTS, SHAPES, TEXTS

PREFIX = "6f0c2a54/default"


def applied(minutes: int = 0, token: str = "1a2b3c") -> Applied:
    """Return an apply that began so many minutes after noon."""
    started = NOON + timedelta(minutes=minutes)
    record = Record(address=Address(Kind.ACTION, "detect"), op="update", outcome="applied", before={"uri": "img:1"})
    return Applied(apply_id=new_apply_id(started, token), started=started, seconds=1.5, actor="ann", records=(record,))


@pytest.fixture
def journal(backend: Backend) -> Journal:
    """Return a journal without pages."""
    return Journal(backend, PREFIX)


def test_an_empty_journal_has_no_pages(journal: Journal) -> None:
    """Before the first apply there is nothing to list."""
    assert list(journal.ids()) == []
    assert journal.latest(10) == []


def test_the_latest_apply_comes_first(journal: Journal) -> None:
    """Ids sort by time, whatever the order they were written in."""
    for minutes in (5, 90, 0):
        journal.begin(applied(minutes))
    assert [page.started.minute + 60 * page.started.hour for page in journal.latest(2)] == [13 * 60 + 30, 12 * 60 + 5]
    assert len(journal.ids()) == 3


def test_what_else_lies_there_is_no_page(backend: Backend) -> None:
    """An editor's copy hides no apply."""
    journal = Journal(backend, PREFIX)
    journal.begin(applied())
    backend.write(f"{PREFIX}/applies/notes.txt", b"mine", expected=None)
    assert [page.apply_id for page in journal.latest(5)] == [applied().apply_id]


def test_a_page_is_finished_in_its_place(journal: Journal) -> None:
    """An apply leaves one page, first as it began and then as it ended."""
    page = applied()
    version = journal.begin(page)
    ended = replace(page, seconds=7.25, commit="c0ffee")
    journal.finish(ended, expected=version)
    assert journal.latest(10) == [ended]
    with pytest.raises(InventoryMoved):
        journal.finish(page, expected=version)


def test_a_page_is_found_by_what_no_other_begins_with(journal: Journal) -> None:
    """A unique beginning is enough; one that several have is refused, and so is one that none has."""
    first, second = applied(0, "aaaaaa"), applied(1, "bbbbbb")
    for page in (first, second):
        journal.begin(page)
    assert journal.read(first.apply_id) == first
    assert journal.read("20261123T120100") == second
    with pytest.raises(ConfigurationError, match='2 applies begin with "2026"') as several:
        journal.read("2026")
    assert "reconciler history" in several.value.hint
    with pytest.raises(ConfigurationError, match='there is no apply "x"'):
        journal.read("x")


def test_an_id_that_another_begins_with_is_found(journal: Journal) -> None:
    """The whole id of an apply is never ambiguous."""
    short, long = applied(0, "a"), applied(0, "ab")
    for page in (short, long):
        journal.begin(page)
    assert journal.read(short.apply_id) == short


def test_journals_of_environments_do_not_meet(backend: Backend) -> None:
    """A journal lists its own pages alone."""
    Journal(backend, "6f0c2a54/staging").begin(applied())
    assert list(Journal(backend, PREFIX).ids()) == []


@pytest.mark.parametrize("content", [b"{", b'{"schema_version": 1}', b"[]"])
def test_a_damaged_page_is_refused(backend: Backend, content: bytes) -> None:
    """A page that is none is an error with its place, and no traceback."""
    backend.write(f"{PREFIX}/applies/x.json", content, expected=None)
    with pytest.raises(InventoryDamaged, match=r"applies/x\.json is damaged"):
        Journal(backend, PREFIX).read("x")


def test_a_page_of_a_later_tool_is_refused_as_such(backend: Backend) -> None:
    """What a later version wrote is not half read."""
    content = b'{"schema_version": 2, "tool_version": "9.1.0"}'
    backend.write(f"{PREFIX}/applies/x.json", content, expected=None)
    with pytest.raises(InventoryDamaged, match="a later version of this tool"):
        Journal(backend, PREFIX).read("x")


MAYBE = st.none() | TEXTS
RECORDS = st.builds(
    Record,
    address=ADDRESSES,
    op=TEXTS,
    outcome=TEXTS,
    reason=TEXTS,
    digest_before=MAYBE,
    digest_after=MAYBE,
    before=st.none() | SHAPES,
    after=st.none() | SHAPES,
)
PAGES = st.builds(
    Applied,
    apply_id=st.just("ap_1"),
    started=MOMENTS,
    seconds=st.integers(0, 10**6).map(lambda thousandths: thousandths / 1000),
    plan_id=TEXTS,
    commit=MAYBE,
    actor=TEXTS,
    run_url=TEXTS,
    command=TEXTS,
    records=st.lists(RECORDS, max_size=3).map(tuple),
)


@given(PAGES)
def test_what_is_written_is_read(page: Applied) -> None:
    """Reading gives the page that was written."""
    store = MemoryStore()
    journal = Journal(ObjectStore(Bucket.parse("s3://memory"), reader=store, writer=store), PREFIX)
    journal.begin(page)
    assert journal.read("ap_1") == page

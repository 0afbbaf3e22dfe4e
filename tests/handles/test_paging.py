"""Walking over pages: everything once, nothing more than asked for, and no page before it is needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.queries import PAGE_LIMIT, Page, QuerySpecification, each_of_pages
from reconciler.errors import MalformedAnswer
from reconciler.handles.paging import each_found
from tests.handles.numbered_pages import NumberedPages


@given(total=st.integers(0, 40), size=st.integers(1, 50))
def test_every_record_of_every_page_is_found(total: int, size: int) -> None:
    """The member ``limit`` is a page size: the walk still gives everything."""
    assert list(each_found(NumberedPages(total), QuerySpecification(limit=size))) == list(range(total))


@given(total=st.integers(0, 40), limit=st.integers(1, 50))
def test_a_limit_bounds_all_pages_together(total: int, limit: int) -> None:
    """The step ``limit`` gives so many records at most."""
    assert list(each_found(NumberedPages(total), QuerySpecification().limit(limit))) == list(range(min(total, limit)))


def test_no_page_is_asked_for_before_it_is_needed() -> None:
    """A walk that stops early costs what it has used, the full page at the limit included."""
    pages = NumberedPages(10)

    first = next(each_found(pages, QuerySpecification(limit=2)))
    limited = list(each_found(pages, QuerySpecification().limit(5)))

    assert (first, limited) == (0, [0, 1, 2, 3, 4])
    assert [query.after for query in pages.asked] == [None, None]


def test_a_limit_above_the_largest_page_takes_several() -> None:
    """No page is asked to be larger than the platform gives."""
    pages = NumberedPages(PAGE_LIMIT + 5)

    assert len(list(each_found(pages, QuerySpecification().limit(PAGE_LIMIT + 2)))) == PAGE_LIMIT + 2
    assert [query.page_size for query in pages.asked] == [PAGE_LIMIT, PAGE_LIMIT]


def test_a_walk_goes_on_where_the_query_says() -> None:
    """A query that has a token begins there."""
    assert list(each_found(NumberedPages(5), QuerySpecification(after="3"))) == [3, 4]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_is_refused(limit: int) -> None:
    """A query for no record is a mistake."""
    with pytest.raises(ValueError, match="from 1 on"):
        QuerySpecification().limit(limit)


def test_a_token_that_comes_again_ends_the_walk() -> None:
    """A platform that repeats itself would keep us for ever."""
    pages = {None: Page((1,), "a"), "a": Page((2,), "b"), "b": Page((3,), "a")}

    with pytest.raises(MalformedAnswer, match="repeats"):
        list(each_of_pages(pages.__getitem__))

"""``reconciler.actions`` has every class, member, default and value of the platform's domain page."""

from __future__ import annotations

from typing import Final

import pytest

import reconciler.actions
from tests.completeness.page import PageClass, differences, missing, read_page

PAGE: Final = read_page()


def test_the_index_covers_the_page() -> None:
    """The index holds the page's 50 classes with their 352 members and enum values."""
    assert len(PAGE) == 50
    assert sum(map(count_members, PAGE.values())) == 352


def count_members(documented: PageClass) -> int:
    """Count members and enum values, those of nested classes included."""
    members = documented.get("members", {})
    nested = sum(len(member.get("members", {})) for member in members.values())
    return len(members) + nested + len(documented.get("values", {}))


def test_nothing_of_the_page_is_missing() -> None:
    """Every class of the page exists, with every member: 50 of 50."""
    assert missing(PAGE, reconciler.actions) == set()


@pytest.mark.parametrize("name", sorted(PAGE))
def test_a_class_is_what_the_page_says(name: str) -> None:
    """Bases, enum values, field types and defaults, kinds of members and their parameters are the page's."""
    assert differences(PAGE[name], getattr(reconciler.actions, name)) == []


def test_the_module_exports_the_page_and_nothing_else() -> None:
    """``__all__`` is sorted and names the classes of the page."""
    assert reconciler.actions.__all__ == sorted(PAGE)


@pytest.mark.parametrize(
    ("class_name", "member"), [("TriggerEvaluationRecord", "data_source"), ("LogRecord", "process")]
)
def test_members_that_the_page_forgot_are_required(class_name: str, member: str) -> None:
    """Two members are not on the page, though its own client refuses records without them."""
    assert getattr(reconciler.actions, class_name).model_fields[member].is_required()

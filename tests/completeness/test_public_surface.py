"""The names that users import from the package: pinned, sorted, and every one of them there."""

from __future__ import annotations

from typing import Final

import pytest

import reconciler

SURFACE: Final = [
    "Address",
    "Change",
    "Condition",
    "ConditionGroup",
    "Diagnostic",
    "Drift",
    "FieldChange",
    "Flags",
    "Kind",
    "MetadataChangeset",
    "NotSet",
    "Op",
    "Plan",
    "Project",
    "QuerySpecification",
    "ReconcilerError",
    "Scope",
    "Settings",
    "Severity",
    "Span",
    "__version__",
]


def test_the_surface_is_what_it_was() -> None:
    """Adding a name is a decision, and removing one breaks somebody's program."""
    assert sorted(reconciler.__all__) == SURFACE
    assert dir(reconciler) == SURFACE


@pytest.mark.parametrize("name", SURFACE)
def test_each_name_is_there(name: str) -> None:
    """Names are looked up when they are first used."""
    assert getattr(reconciler, name) is not None


def test_another_name_is_no_attribute() -> None:
    """A slip is told as for any other module."""
    with pytest.raises(AttributeError, match="Projekt"):
        _ = reconciler.Projekt

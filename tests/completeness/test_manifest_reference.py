"""The reference of manifests is current, and has every field that a manifest may have."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from reconciler.manifests.models import MODELS
from tests.completeness.manifest_reference import ABOUT, reference, rows_of

REFERENCE: Final = Path(__file__).parents[2] / "docs" / "manifests.md"


def test_the_reference_of_manifests_is_current() -> None:
    """``UPDATE_GOLDEN=1`` writes it again."""
    text = reference()
    if os.environ.get("UPDATE_GOLDEN"):
        REFERENCE.write_text(text)
    assert REFERENCE.read_text() == text, "docs/manifests.md: UPDATE_GOLDEN=1 writes it again"


def test_every_kind_is_told_of() -> None:
    """A new kind needs words of its own."""
    assert set(ABOUT) == {*MODELS, "Patch"}


@pytest.mark.parametrize("kind", ABOUT)
def test_every_field_says_what_it_is_for(kind: str) -> None:
    """No field is left without a sentence."""
    assert [row.path for row in rows_of(kind) if not row.what] == []

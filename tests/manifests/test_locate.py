"""Places: where locate says a value was written, it was."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Span
from reconciler.manifests.source import locate
from tests.manifests.texts import FILE, JSON, MANIFEST


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        ([], False, (1, 1, 13, 1)),
        (["kind"], False, (2, 7, 2, 13)),
        (["kind"], True, (2, 1, 2, 5)),
        (["spec"], True, (3, 1, 3, 5)),
        (["spec", "tags"], False, (4, 9, 4, 24)),
        (["spec", "tags", 1], False, (4, 15, 4, 23)),
        (["spec", "parameters", 0, "default"], False, (7, 16, 7, 23)),
        (["spec", "parameters", 0, "default"], True, (7, 7, 7, 14)),
        (["spec", "parameters", 1], False, (8, 7, 9, 18)),
        (["spec", "parameters", 1, "default"], False, (9, 16, 9, 18)),
        (["spec", "parameters", 1, "default", "below"], False, (9, 16, 9, 18)),
        (["spec", "parameters", 7, "name"], True, (5, 3, 5, 13)),
        (["spec", "unwritten", "deeper"], True, (3, 1, 3, 5)),
        (["unwritten"], True, (1, 1, 13, 1)),
    ],
)
def test_locate_finds_a_value_its_key_or_its_nearest_ancestor(
    path: list[str | int], key: bool, place: tuple[int, int, int, int]
) -> None:
    """Places count from 1; that of a block text ends with its last line break."""
    assert locate(MANIFEST, file=FILE, document=0, path=path, key=key) == Span(FILE, *place)


def test_locate_counts_documents_from_zero() -> None:
    """A document that is not there is placed at the file's start."""
    assert locate(MANIFEST, file=FILE, document=1, path=["kind"]) == Span(FILE, 14, 7, 14, 14)
    assert locate(MANIFEST, file=FILE, document=2, path=["kind"]) == Span.at(FILE)
    assert locate("a: [", file=FILE, document=0, path=["a"]) == Span.at(FILE)


def test_locate_works_in_json() -> None:
    """Keys and values of JSON have places too."""
    text = '{\n  "a": [1, {"b": "x"}]\n}\n'
    assert locate(text, file=JSON, document=0, path=["a", 1, "b"]) == Span(JSON, 2, 18, 2, 21)
    assert locate(text, file=JSON, document=0, path=["a"], key=True) == Span(JSON, 2, 3, 2, 6)

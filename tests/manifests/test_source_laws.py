"""Laws of reading: what was dumped is read back, nothing raises, and both passes agree."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Span
from reconciler.manifests.examine import examine
from reconciler.manifests.source import locate, parse
from tests.manifests.texts import FILE, JSON, LAW, MANIFEST, data_of, problems

if TYPE_CHECKING:
    from reconciler.domain.values import Json


NUMBERS_OF_YAML_1_2_ALONE = re.compile(r"[-+]?\d+[eE][-+]?\d+|0o\d+")  # PyYAML writes them without quotes

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(
    lambda text: not NUMBERS_OF_YAML_1_2_ALONE.fullmatch(text)
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
json_data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
mappings = st.dictionaries(texts, json_data, max_size=4)


@LAW
@given(data=mappings, flow=st.booleans(), unicode=st.booleans())
def test_dumped_yaml_is_read_back(data: dict[str, Json], flow: bool, unicode: bool) -> None:
    """What PyYAML writes for JSON data means that data."""
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=unicode)
    assert data_of(text) == [data]


@LAW
@given(data=json_data, indent=st.none() | st.integers(0, 4), ascii_only=st.booleans())
def test_dumped_json_is_read_back(data: Json, indent: int | None, ascii_only: bool) -> None:
    """What the standard library writes means the same, by either pass."""
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    assert data_of(text, file=JSON) == [data]
    examined = examine(text, file=JSON)
    assert ([document.data for document in examined.documents], examined.diagnostics) == ([data], ())


@LAW
@given(data=mappings, flow=st.booleans())
def test_both_passes_read_the_same(data: dict[str, Json], flow: bool) -> None:
    """The careful pass gives the data and the starts that the fast one gives."""
    text = yaml.safe_dump_all([data, data], default_flow_style=flow)
    fast = parse(text, file=FILE)
    careful = examine(text, file=FILE)
    assert [(each.data, each.index, each.line, each.column) for each in fast.documents] == [
        (each.data, each.index, each.start.line, each.start.column) for each in careful.documents
    ]


def paths_of(data: Json, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Json]]:
    """Return every path of the data with its value."""
    found = [(path, data)]
    if isinstance(data, dict):
        return found + [each for key, value in data.items() for each in paths_of(value, (*path, key))]
    if isinstance(data, list):
        return found + [each for index, value in enumerate(data) for each in paths_of(value, (*path, index))]
    return found


def between(text: str, span: Span) -> str:
    """Cut the text of a place out of its file."""
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


@LAW
@given(data=mappings)
def test_every_value_is_where_locate_says(data: dict[str, Json]) -> None:
    """Cut out of a JSON file, the text of each place is the value's own."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    for path, value in paths_of(data):
        assert json.loads(between(text, locate(text, file=JSON, document=0, path=path))) == value


@LAW
@given(names=st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=8, unique=True))
def test_the_line_of_a_key_is_its_own(names: list[str]) -> None:
    """In a block mapping with a line for each key, the n-th key is on the n-th line below its parent."""
    text = "".join(["# heading\n", "spec:\n", *(f"  {name}: {name}\n" for name in names)])
    lines = [locate(text, file=FILE, document=0, path=["spec", name], key=True).line for name in names]
    assert lines == list(range(3, 3 + len(names)))


@LAW
@given(text=st.text() | st.text("ab:- \n\t[]{}'\"#&*!|>%@,?\r\x00\\u0041\ufeff\ud800"))
@pytest.mark.parametrize("file", ["a.yaml", "a.json"])
def test_no_text_makes_parse_raise(file: str, text: str) -> None:
    """Whatever is wrong is a diagnostic with a place, a summary and a hint."""
    for found in problems(text, file=file):
        assert found.span is not None
        assert found.span.line >= 1
        assert found.span.column >= 1
        assert found.summary
        assert found.hint
        assert "\n" not in found.summary + found.hint


@LAW
@given(
    at=st.integers(0, len(MANIFEST)), insert=st.sampled_from(list("\t:-[]{}'\"#&*!|>%@,? \n")), cut=st.integers(0, 9)
)
def test_no_mutation_of_a_manifest_makes_parse_raise(at: int, insert: str, cut: int) -> None:
    """A slip of the keyboard gives data or diagnostics, from either pass without a contradiction."""
    text = MANIFEST[:at] + insert + MANIFEST[at + cut :]
    parsed = parse(text, file=FILE)
    careful = examine(text, file=FILE)
    assert bool(parsed.diagnostics) == bool(careful.diagnostics)
    assert [each.data for each in parsed.documents] == [each.data for each in careful.documents]

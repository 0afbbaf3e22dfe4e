"""The canonical form: what changes, what never does, and that it settles at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.formatting import FIELD_ORDER, formatted
from reconciler.manifests.models import ActionFields, ParameterSetFields, TriggerFields
from reconciler.manifests.project_models import ProjectSpec
from reconciler.manifests.source import parse
from tests.manifests.texts import FILE, JSON, LAW, data_of

if TYPE_CHECKING:
    from pydantic import BaseModel

    from reconciler.domain.values import Json


def formatted_text(text: str) -> str:
    """Return the canonical form of a text that has one."""
    result = formatted(text, file=FILE)
    assert isinstance(result, str)
    return result


# -- order


def test_keys_come_in_the_order_of_the_envelope_and_of_the_kind() -> None:
    """Keys that no order names keep theirs, behind."""
    text = """\
spec:
  timeout: 30
  mine: 1
  uri: x
  also: 2
kind: Action
metadata:
  labels: {a: b}
  name: x
lifecycle: {}
apiVersion: reconciler/v1
"""
    assert (
        formatted_text(text)
        == """\
apiVersion: reconciler/v1
kind: Action
metadata:
  name: x
  labels: {a: b}
spec:
  uri: x
  timeout: 30
  mine: 1
  also: 2
lifecycle: {}
"""
    )


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("Action", ActionFields),
        ("Trigger", TriggerFields),
        ("ParameterSet", ParameterSetFields),
        ("Project", ProjectSpec),
    ],
)
def test_the_order_is_that_of_the_models(kind: str, model: type[BaseModel]) -> None:
    """So that the schema, the documentation and the files read alike."""
    fields = [field.alias or name for name, field in model.model_fields.items()]
    assert list(FIELD_ORDER[kind]) == fields


def test_what_is_in_a_list_keeps_its_order() -> None:
    """Keys in a list are no envelope, even if they are called like one."""
    text = "kind: Action\nspec:\n  tags:\n    - zone: a\n      kind: b\n"
    assert formatted_text(text) == text


def test_the_order_of_spec_can_be_given() -> None:
    """By kind."""
    text = "kind: X\nspec:\n  a: 1\n  b: 2\n"
    assert formatted(text, file=FILE, order={"X": ["b", "a"]}) == "kind: X\nspec:\n  b: 2\n  a: 1\n"


def test_a_heading_stays_on_top() -> None:
    """The editor's schema line above all."""
    text = "# yaml-language-server: $schema=../schema.json\n\n# Ours.\nkind: Action\napiVersion: reconciler/v1\n"
    assert formatted_text(text).startswith(
        "# yaml-language-server: $schema=../schema.json\n\n# Ours.\napiVersion: reconciler/v1\nkind: Action\n"
    )


def test_comments_move_with_the_entry_below_them() -> None:
    """One at the end of a line stays there, and one that is indented deeper stays at the end above."""
    text = """\
kind: Action
# about spec
spec:  # right of spec
  # about tags
  tags: []  # right of tags
  # uri: commented out
# about metadata

# more about metadata
metadata: {}
# the end
"""
    assert (
        formatted_text(text)
        == """\
kind: Action
# about metadata

# more about metadata
metadata: {}
# about spec
spec:  # right of spec
  # about tags
  tags: []  # right of tags
  # uri: commented out
# the end
"""
    )


def test_an_order_that_would_part_an_alias_from_its_anchor_is_left() -> None:
    """Indentation is all that changes then."""
    text = "spec:\n    a: &x 1\nkind: Action\nmetadata:\n    labels: {b: *x}\n"
    assert formatted_text(text) == "spec:\n  a: &x 1\nkind: Action\nmetadata:\n  labels: {b: *x}\n"


# -- layout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n      b:\n         c: 1\n", "a:\n  b:\n    c: 1\n"),
        ("a:   1\nb: 2   # x\n", "a: 1\nb: 2   # x\n"),
        ("a:\n- 1\n-   2\n", "a:\n  - 1\n  - 2\n"),
        ("a:\n    -   b: 1\n        c: 2\n", "a:\n  - b: 1\n    c: 2\n"),
        ("a:\n  -\n    b: 1\n", "a:\n  - b: 1\n"),
        ("a:\n  - # x\n    b: 1\n", "a:\n  - # x\n    b: 1\n"),
        ("a:\n- - 1\n  - 2\n- 3\n", "a:\n  - - 1\n    - 2\n  - 3\n"),
        ("a: |\n        x\n          y\n\n\nb: 1\n", "a: |\n  x\n    y\n\nb: 1\n"),
        ("a:\n    b: >-\n     x\n     y\n", "a:\n  b: >-\n    x\n    y\n"),
        ("a:\n    b: |2\n       x\n      y\n", "a:\n  b: |2\n     x\n    y\n"),
        ("a: |+\n  x\n\n\nb: |+\n   y\n\n", "a: |+\n  x\n\n\nb: |+\n  y\n\n"),
        ("a: [1,\n    2]\n", "a: [1,\n    2]\n"),
        ("a:\n    b: [\n      1\n    ]\n", "a:\n  b: [\n    1\n  ]\n"),
        ("a:\n    b: 'x\n      y'\n", "a:\n  b: 'x\n    y'\n"),
        ("a:\n    b:\n        long text\n        and more\n", "a:\n  b:\n      long text\n      and more\n"),
        ("a: &x\n    b: 1\nc: *x\n", "a: &x\n  b: 1\nc: *x\n"),
        ("a: &x\n- b\n", "a: &x\n  - b\n"),
        ("  a: 1\n  b: 2\n", "a: 1\nb: 2\n"),
        ("\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
        ("a:\n\n  b: 1\n\n\n  # c\n\n  d:\n", "a:\n  b: 1\n\n  # c\n\n  d:\n"),
        ("a: 1", "a: 1\n"),
        ("a: 1\r\nb:\r\n    c: 2\r\n", "a: 1\nb:\n  c: 2\n"),
        ("a:  \nb: \n", "a:\nb:\n"),
        ("'a' :  1\n\"b\"   : 2\n", "'a': 1\n\"b\": 2\n"),
    ],
)
def test_layout_is_two_spaces_a_level(text: str, expected: str) -> None:
    """Lists are indented below their key, and values move with their key."""
    assert formatted_text(text) == expected
    assert formatted_text(expected) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("010", "0x1F", "1e3", "1_000", "~", "null", "Null", "TRUE", "on", "12:30:45", "2024-01-01", "1.50"),
        *('"10"', "'10'", '"a\\tb"', "'it''s'", '"😀"', '"\\U0001F600"', "[a,  b]", "{a:  1,b: 2}", "[]", "{}"),
        "a text that is longer than any terminal is wide " * 20 + "end",
    ],
)
def test_values_are_spelt_as_they_were(value: str) -> None:
    """Numbers keep their form, texts their quotes, and nothing is wrapped."""
    text = f"kind: Action\nspec:\n  a: {value}\n  b:\n    - {value}\n"
    assert formatted_text(text) == text


def test_documents_and_their_markers_stay() -> None:
    """Each document is formatted for itself; one that is no mapping stays as it is."""
    text = "%YAML 1.2\n---\nkind: Action\napiVersion: x\n...\n---\n-   1\n--- # last\nb:\n    c: 1\n# end\n"
    assert (
        formatted_text(text)
        == "%YAML 1.2\n---\napiVersion: x\nkind: Action\n...\n---\n-   1\n--- # last\nb:\n  c: 1\n# end\n"
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n---\n"])
def test_a_file_without_documents_stays_as_it_is(text: str) -> None:
    """There is nothing to put in order."""
    assert formatted(text, file=FILE) == text


def test_a_json_file_stays_as_it_is() -> None:
    """Other tools own its form."""
    assert formatted('{"kind":1}', file=JSON) == '{"kind":1}'


@pytest.mark.parametrize("text", ["a: [\n", "a: 1\na: 2\n", "a: !x 1\n"])
def test_a_text_with_problems_gives_them(text: str) -> None:
    """And is not touched."""
    assert formatted(text, file=FILE) == parse(text, file=FILE).diagnostics != ()


def test_a_document_in_an_unusual_form_stays_as_it_is() -> None:
    """Explicit keys are legal YAML that nobody writes."""
    text = "? a\n: 1\n"
    assert formatted_text(text) == text


# -- parameters


def test_a_list_of_parameters_becomes_a_map_by_name() -> None:
    """Comments stay with their parameter and its fields."""
    text = """\
kind: Action
spec:
  parameters:  # ours
    # the topics
    - name: TOPICS  # as ROS has them
      required: true
      # all of them
      default: "*"

    - description: |
        How fast.
      # not first
      name: 'RATE'
    - {name: FORMAT, required: false, default: "jpg"}  # short
    - name: BARE  # nothing else
    # the last
"""
    assert (
        formatted_text(text)
        == """\
kind: Action
spec:
  parameters:  # ours
    # the topics
    TOPICS:  # as ROS has them
      required: true
      # all of them
      default: "*"

    # not first
    'RATE':
      description: |
        How fast.
    FORMAT: {required: false, default: "jpg"}  # short
    BARE: {}  # nothing else
    # the last
"""
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[]", " {}"),
        ("[]  # none", " {}  # none"),
        (
            "[{name: A, required: true}, {default: 'x', name: \"B\"}]",
            "\n    A: {required: true}\n    \"B\": {default: 'x'}",
        ),
        ("[{name: A}]  # one", "  # one\n    A: {}"),
        ("\n  -\n    name: A\n    required: true", "\n    A:\n      required: true"),
        ("\n  - # x\n    name: A\n    required: true", "\n    # x\n    A:\n      required: true"),
    ],
)
def test_every_form_of_the_list_is_rewritten(written: str, expected: str) -> None:
    """With brackets or dashes."""
    text = f"kind: ParameterSet\nspec:\n  parameters: {written}\n"
    assert formatted_text(text) == f"kind: ParameterSet\nspec:\n  parameters:{expected}\n"


@pytest.mark.parametrize(
    "parameters",
    [
        "\n    - name: A\n    - name: A",
        "\n    - name: 5\n    - name: A",
        "\n    - required: true",
        "\n    - text",
        "\n    - name: [A]",
        "\n    - &x\n      name: A\n    - *x",
        " [{name: A}, # one\n    {name: B}]",
        " [{name: A,\n    default: x}]",
        " &x\n    - name: A\n  other: *x",
    ],
)
def test_a_list_that_would_lose_something_stays_a_list(parameters: str) -> None:
    """Whatever is wrong with it is for the schema to say."""
    text = f"kind: Action\nspec:\n  parameters:{parameters}\n"
    assert formatted_text(text) == text


@pytest.mark.parametrize(
    ("header", "kept"), [("|", "|-"), (">", ">-"), ("|+", "|-"), ("|-", "|-"), ("&x |2 # y", "&x |2- # y")]
)
def test_a_block_text_without_a_line_end_at_the_end_of_the_file_keeps_its_text(header: str, kept: str) -> None:
    """The file gets its line end, the text gets none, wherever it is moved to."""
    text = f"kind: Action\nspec:\n  tags: [a]\n  description: {header}\n    one\n    two"
    expected = f"kind: Action\nspec:\n  description: {kept}\n    one\n    two\n  tags: [a]\n"
    assert formatted_text(text) == expected


def test_white_space_beyond_the_indentation_ends_a_block_text() -> None:
    """It is text, not a blank line behind it."""
    text = "kind: Action\nspec:\n  tags: [a]\n  description: |\n    one\n      \n"
    expected = "kind: Action\nspec:\n  description: |\n    one\n      \n  tags: [a]\n"
    assert formatted_text(text) == expected


def test_what_is_ready_to_be_put_in_order_only_when_formatted_settles_in_one_run() -> None:
    """Keys cannot be moved as long as a kept blank line would be moved with them; then a second run would go on."""
    text = "spec:\n   \n  timeout: 5\n  tags: \n   metadata: >+\nkind: Action\n"
    once = formatted_text(text)
    assert formatted_text(once) == once
    assert once.startswith("kind: Action")


# -- laws

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
json_data = st.recursive(
    scalars | st.from_regex(r"([ a-z]{0,5}\n){1,3}[a-z]{0,3}", fullmatch=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)
fields = st.fixed_dictionaries({}, optional={"default": texts, "required": st.booleans(), "x": json_data})
parameter_lists = st.lists(
    st.builds(lambda name, rest: {"name": name, **rest}, st.from_regex(r"[A-Z]{1,3}", fullmatch=True), fields),
    max_size=3,
    unique_by=lambda parameter: str(parameter["name"]),
)
specs = st.dictionaries(st.sampled_from([*FIELD_ORDER["Action"], "mine"]), json_data, max_size=4)
manifests = st.builds(
    lambda keys, spec, parameters: {**keys, "spec": {**spec, "parameters": parameters}},
    st.dictionaries(st.sampled_from(["metadata", "lifecycle", "apiVersion", "mine"]), json_data, max_size=3),
    specs,
    parameter_lists,
)


def by_name(manifest: dict[str, Json]) -> dict[str, Json]:
    """Return the manifest with its parameters as a map, as ``fmt`` writes them."""
    spec = manifest["spec"]
    assert isinstance(spec, dict)
    parameters = spec["parameters"]
    assert isinstance(parameters, list)
    named: dict[str, Json] = {
        str(each["name"]): {key: value for key, value in each.items() if key != "name"}
        for each in parameters
        if isinstance(each, dict)
    }
    return {**manifest, "spec": {**spec, "parameters": named}}


class Dumper(yaml.SafeDumper):
    """Writes what people write: lists below their key, several lines as a block text."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    """Choose the style of a text by its lines; numbers of YAML 1.2 alone are put in quotes."""
    style = "|" if "\n" in text else '"' if any(character.isdigit() for character in text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, represent_text)


@LAW
@given(
    manifest=manifests,
    indent=st.integers(2, 6),
    dumper=st.sampled_from([Dumper, yaml.SafeDumper]),
    flow=st.sampled_from([False, None]),
)
def test_formatting_keeps_the_meaning_and_settles(
    manifest: dict[str, Json], indent: int, dumper: type[Dumper], flow: bool | None
) -> None:
    """Parameters apart, the data stays; formatting a second time changes nothing."""
    text = yaml.dump(manifest, Dumper=dumper, indent=indent, sort_keys=False, default_flow_style=flow, width=40)
    if parse(text, file=FILE).diagnostics:
        return  # PyYAML writes YAML 1.1, in which 1e5 is no number
    once = formatted_text(text)
    assert data_of(once)[0] in (manifest, by_name(manifest))
    assert formatted_text(once) == once


@LAW
@given(
    manifest=manifests,
    remarks=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), min_size=1, max_size=6),
)
def test_formatting_loses_no_comment(manifest: dict[str, Json], remarks: list[tuple[int, int]]) -> None:
    """Wherever comments and blank lines stand, each is there once afterwards."""
    lines = yaml.dump(manifest, Dumper=Dumper, sort_keys=False, default_flow_style=False, width=1000).split("\n")
    for number, (line, column) in enumerate(remarks):
        lines[line % len(lines) : line % len(lines)] = [" " * column + f"# remark {number}", ""][: 1 + line % 2]
    text = "\n".join(lines)
    parsed = parse(text, file=FILE)
    if parsed.diagnostics or not parsed.documents:
        return  # a comment in the middle of a text in quotes, for one
    once = formatted_text(text)
    assert [once.count(f"# remark {number}") for number in range(len(remarks))] == [1] * len(remarks)
    assert formatted_text(once) == once

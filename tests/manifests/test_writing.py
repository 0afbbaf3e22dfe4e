"""Manifests as text: read back they are the same, whoever reads them, and ``fmt`` has nothing to add."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.changesets import same_json
from reconciler.manifests.formatting import formatted
from reconciler.manifests.scalar_text import scalar
from reconciler.manifests.variables import Variables, substituted
from reconciler.manifests.writing import written
from tests.manifests.texts import FILE, LAW, data_of

if TYPE_CHECKING:
    from reconciler.domain.values import Json

#: What one reader of YAML or another takes for something else than text.
LOOKALIKES = [
    "y",
    "n",
    "on",
    "Off",
    "12:30",
    "1_000",
    "0b1",
    "0x1F",
    "010",
    "1e3",
    "2024-01-01",
    "null",
    "~",
    ".inf",
    "=",
    "<<",
    "-",
    "?",
    "---",
    "...",
    "TRUE",
    "0.5",
    "1.",
]

texts = st.one_of(
    st.text(max_size=12),
    st.text("ab \n\t\r:#-'\"|>{}[],&*!%@`?~=<01e.yn\u200b\u2028\x85é\x7f\ufeff\U0001f916", max_size=10),
    st.sampled_from(LOOKALIKES),
)
scalars = texts | st.booleans() | st.none() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, width=64)
values = st.recursive(
    scalars.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def manifest(spec: dict[str, Json]) -> dict[str, Json]:
    """Return a manifest around a spec."""
    return {"apiVersion": "reconciler/v1", "kind": "Action", "metadata": {"name": "x"}, "spec": spec}


@LAW
@given(spec=st.dictionaries(texts, values, max_size=4))
def test_what_is_written_reads_the_same_and_is_canonical(spec: dict[str, Json]) -> None:
    """For the reader of manifests, for a reader of YAML 1.1, and for ``fmt``."""
    text = written(manifest(spec))

    assert same_json(data_of(text)[0], manifest(spec))
    assert same_json(yaml.safe_load(text), manifest(spec))
    assert formatted(text, file=FILE) == text


@pytest.mark.parametrize("text", ["${var.tag}", "a $${var.tag}", "${ var.x", "${HOME}"])
def test_a_text_that_looks_like_a_reference_is_that_text(text: str) -> None:
    """No variable gets into what is live already."""
    [read] = data_of(written(manifest({"description": text, "tags": [text]})))
    assert substituted(read, Variables()) == (manifest({"description": text, "tags": [text]}), [])


def test_a_manifest_is_laid_out_as_people_do() -> None:
    """Keys in the order of the schema, a line for each entry, texts of several lines as blocks."""
    spec: dict[str, Json] = {
        "timeout": 30,
        "tags": ["ros", "12:30"],
        "description": "Counts:\n\n  - topics\n",
        "parameters": {"rate": {"default": "10", "description": "Hz, at most."}, "bare": {}},
        "uri": "ghcr.io/acme/x:1@sha256:ab",
        "metadata": {"scale": 1e22, "note": "two\nlines", "hidden": "a\u200bb "},
    }
    assert (
        written(manifest(spec))
        == """\
apiVersion: reconciler/v1
kind: Action
metadata:
  name: x
spec:
  uri: ghcr.io/acme/x:1@sha256:ab
  description: |
    Counts:

      - topics
  parameters:
    rate:
      default: "10"
      description: Hz, at most.
    bare: {}
  metadata:
    scale: 1.0e+22
    note: |-
      two
      lines
    hidden: "a\\u200Bb "
  tags:
    - ros
    - "12:30"
  timeout: 30
"""
    )


@pytest.mark.parametrize("text", LOOKALIKES)
def test_what_looks_like_something_else_is_quoted(text: str) -> None:
    """No reader has to guess."""
    assert scalar(text) == f'"{text}"'


@pytest.mark.parametrize(
    "text", ["trailing \nspace", "carriage\r\nreturn", "\ttab\nfirst", " indented\nfirst", "end\n\n"]
)
def test_text_that_an_editor_would_change_is_no_block(text: str) -> None:
    """White space that counts and cannot be seen is written as escapes, on one line."""
    line = written(manifest({"description": text})).splitlines()[-1]
    assert line.startswith('  description: "')
    assert data_of(f"{line.strip()}\n") == [{"description": text}]

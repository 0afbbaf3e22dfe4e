"""What the tests of reading share: parse a text, and expect no problem or exactly one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings

from reconciler.diagnostics import Diagnostic
from reconciler.manifests.source import parse

if TYPE_CHECKING:
    from reconciler.domain.values import Json

#: How laws are checked: a busy machine is no failure.
LAW = settings(deadline=None)

FILE = "actions/etl.yaml"
JSON = "actions/etl.action.json"

MANIFEST = """\
apiVersion: reconciler/v1
kind: Action
spec:
  tags: [ros, "ingest"]
  parameters:
    - name: rate
      default: &d "10"
    - name: other
      default: *d
  description: |
    Two
    lines
---
kind: Trigger
"""


def data_of(text: str, *, file: str = FILE) -> list[Json]:
    """Return the data of every document of a text that has no problems."""
    parsed = parse(text, file=file)
    assert parsed.diagnostics == ()
    return [document.data for document in parsed.documents]


def problems(text: str, *, file: str = FILE) -> list[Diagnostic]:
    """Return every problem of a text."""
    return list(parse(text, file=file).diagnostics)


def problem(text: str, *, file: str = FILE) -> Diagnostic:
    """Return the one problem of a text."""
    (only,) = problems(text, file=file)
    return only

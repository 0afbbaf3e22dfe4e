"""What GitHub Actions reads: annotations as workflow commands, step outputs, and a step summary.

Everything here is text. Whoever runs in a workflow prints the annotations, and appends outputs and summary to the files
that ``GITHUB_OUTPUT`` and ``GITHUB_STEP_SUMMARY`` name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from reconciler.diagnostics import Span
from reconciler.plan.model import Op, Plan
from reconciler.plan.planfile import plan_id
from reconciler.render.annotations import Annotation, Level
from reconciler.render.sources import in_repository
from reconciler.render.visible import shortened, visible

#: GitHub shows this many annotations of a level and a step, and silently drops the others.
MOST_ANNOTATIONS: Final = 10

#: Bytes that the step summary of one step may hold.
SUMMARY_LIMIT: Final = 1024 * 1024

#: Characters of an annotation's message: nobody reads more in the margin of a file.
_MESSAGE_LIMIT: Final = 4_000


def workflow_commands(annotations: Iterable[Annotation], *, folder: str = "") -> str:
    """Return annotations as lines for standard output, at most ten of a level: the last then says how many more.

    ``folder`` is the path of the working directory in its repository.
    """
    found = list(annotations)
    lines: list[str] = []
    for level in Level:
        lines += _of_level(level, [each for each in found if each.level is level], folder=folder)
    return "".join(f"{line}\n" for line in lines)


def step_outputs(plan: Plan, *, plan_path: str = "") -> dict[str, str]:
    """Return what later steps decide by; ``changes`` is ``true`` or ``false``."""
    counts = plan.counts()
    return {
        "changes": "false" if plan.is_empty else "true",
        "to_create": str(counts[Op.CREATE]),
        "to_update": str(counts[Op.UPDATE]),
        "to_delete": str(counts[Op.DELETE]),
        "to_adopt": str(counts[Op.ADOPT]),
        "plan_id": plan_id(plan),
        "plan_path": plan_path,
    }


def output_file(outputs: Mapping[str, str]) -> str:
    """Return outputs in the form of ``GITHUB_OUTPUT``; values may have several lines."""
    return "".join(f"{_output(name, value)}\n" for name, value in outputs.items())


def step_summary(render: Callable[[int], str], *, limit: int = SUMMARY_LIMIT) -> str:
    """Return the text that ``render`` makes for a number of characters, in at most ``limit`` bytes of UTF-8."""
    text = ""
    for bytes_each in (1, 2, 4):
        text = render(limit // bytes_each)
        if len(text.encode("utf-8", "backslashreplace")) <= limit:
            break
    return text


def _of_level(level: Level, annotations: Sequence[Annotation], *, folder: str) -> Iterator[str]:
    shown = annotations if len(annotations) <= MOST_ANNOTATIONS else annotations[: MOST_ANNOTATIONS - 1]
    for annotation in shown:
        yield _command(annotation, folder=folder)
    if more := len(annotations) - len(shown):
        yield _command(Annotation(level, "reconciler", f"+{more:,} more: see the output of this step"), folder=folder)


def _command(annotation: Annotation, *, folder: str) -> str:
    properties = {**_place(annotation.span, folder), "title": visible(annotation.title)}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    lines = map(visible, annotation.message.splitlines())
    message = shortened("\n".join(lines), limit=_MESSAGE_LIMIT)
    return f"::{annotation.level.value} {listed}::{_message(message)}"


def _place(span: Span | None, folder: str) -> dict[str, str]:
    """Return where an annotation stands; columns only on one line, as GitHub takes no others."""
    file = span and in_repository(span.file, folder=folder)
    if span is None or not file:
        return {}
    # Our ends are exclusive: one at the first column belongs to the line before.
    last = max(span.line, span.end_line - (1 if span.end_column == 1 else 0))
    place = {"file": visible(file), "line": str(span.line), "endLine": str(last)}
    if last == span.line == span.end_line:
        place |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column - 1))}
    return place


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _output(name: str, value: str) -> str:
    if not set(value) & {"\n", "\r"}:
        return f"{name}={value}"
    delimiter = f"end_{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}"

"""Values as short text: one line where it fits, a bounded block of lines or of line differences where not."""

from __future__ import annotations

import difflib
import json
from collections import deque
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any, Final

from reconciler.domain.secrets import MASK
from reconciler.plan.masking import plain
from reconciler.plan.model import Absent
from reconciler.render.visible import shortened, visible

#: Characters of a value that are shown on one line, lines that a block shows, lines of context around a difference.
LINE_LIMIT: Final = 100
BLOCK_LIMIT: Final = 40
CONTEXT: Final = 2

#: Lines beyond which two texts are not compared line by line: that costs the square of their number.
COMPARE_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block: ``mark`` is ``+`` (only after), ``-`` (only before) or a space (both, or a remark)."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides of a difference: each on one line, None where a side has no value, or together as ``block``."""

    before: str | None
    after: str | None
    block: tuple[Line, ...] = ()


def pair(before: Any, after: Any, *, reveal: bool) -> Pair:
    """Return both values of a difference as text, masked unless ``reveal``."""
    if isinstance(before, Absent):
        line, block = _alone(plain(after, reveal=reveal), is_new=True)
        return Pair(None, line, block)
    if isinstance(after, Absent):
        line, block = _alone(plain(before, reveal=reveal), is_new=False)
        return Pair(line, None, block)
    return _both(plain(before, reveal=reveal), plain(after, reveal=reveal))


def _alone(value: Any, *, is_new: bool) -> tuple[str | None, tuple[Line, ...]]:
    line = compact(value)
    if not _needs_block(value, line):
        return _shortened(value, line, start=0), ()
    lines = _lines(value)
    return None, _block([], lines) if is_new else _block(lines, [])


def _both(old: Any, new: Any) -> Pair:
    old_line, new_line = compact(old), compact(new)
    needs_block = _needs_block(old, old_line) or _needs_block(new, new_line)
    block = _block(_lines(old), _lines(new)) if needs_block else ()
    # Texts that differ in how their lines end have no line that differs.
    if block:
        return Pair(None, None, block)
    start = _first_difference(old, new)
    return Pair(_shortened(old, old_line, start=start), _shortened(new, new_line, start=start))


def compact(value: Any) -> str:
    """Return JSON on one line, in the form people write: ``{vCPU: 512}``, ``["a", "b"]``, ``size GREATER_THAN 5``."""
    if isinstance(value, str):
        return MASK if value == MASK else visible(encode_basestring(value))
    if isinstance(value, dict):
        if _is_condition(value):
            return _expression(value)
        return f"{{{', '.join(f'{visible(str(key))}: {compact(member)}' for key, member in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(compact, value))}]"
    # What json.dumps would say, without the encoder it makes for each value it is given.
    return _WORDS[value] if value is None or isinstance(value, bool) else repr(value)


_WORDS: Final = {None: "null", True: "true", False: "false"}


def _is_condition(value: dict[str, Any]) -> bool:
    return value.keys() >= {"field", "comparator"} or value.keys() == {"operator", "conditions"}


def _expression(condition: dict[str, Any]) -> str:
    """Return a condition as people say it: ``metadata.sensor EQUALS "lidar" AND metadata.ready EXISTS``."""
    if "field" in condition:
        operand = [compact(condition["value"])] if "value" in condition else []
        return " ".join([visible(condition["field"]), visible(condition["comparator"]), *operand])
    members = [_member(member) for member in condition["conditions"]]
    if condition["operator"] == "NOT":
        return f"NOT ({' OR '.join(members)})"
    return f" {visible(condition['operator'])} ".join(members)


def _member(condition: dict[str, Any]) -> str:
    text = compact(condition)
    is_joined = len(condition.get("conditions", [])) > 1 and condition["operator"] != "NOT"
    return f"({text})" if is_joined else text


def _needs_block(value: Any, line: str) -> bool:
    if isinstance(value, str):
        return "\n" in value.rstrip("\n")
    return len(line) > LINE_LIMIT and isinstance(value, dict | list)


def _shortened(value: Any, line: str, *, start: int) -> str:
    if not isinstance(value, str) or len(value) <= LINE_LIMIT:
        return line
    return f"{compact(shortened(value, limit=LINE_LIMIT, start=start))} ({len(value):,} characters)"


def _first_difference(old: Any, new: Any) -> int:
    """Return where two long texts are worth showing from: the start, or shortly before they part."""
    if not isinstance(old, str) or not isinstance(new, str) or max(len(old), len(new)) <= LINE_LIMIT:
        return 0
    pairs = enumerate(zip(old, new, strict=False))
    common = next((at for at, (mine, yours) in pairs if mine != yours), min(len(old), len(new)))
    return max(0, common - LINE_LIMIT // 4) if common > LINE_LIMIT // 2 else 0


def _lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.splitlines() or [""]
    return json.dumps(value, ensure_ascii=False, indent=2).splitlines()


def _block(old: list[str], new: list[str]) -> tuple[Line, ...]:
    if max(len(old), len(new)) > COMPARE_LIMIT:
        return (Line(" ", f"... {len(old):,} lines before, {len(new):,} lines after"),)
    marked = _marked(old, new)
    lines = [
        Line(mark, _shown(text, mark=mark, start=start))
        for (mark, text), start in zip(marked, _starts(marked), strict=True)
    ]
    if len(lines) <= BLOCK_LIMIT:
        return tuple(lines)
    return (*lines[:BLOCK_LIMIT], Line(" ", f"... {len(lines) - BLOCK_LIMIT:,} more lines"))


def _marked(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """Return the lines of a unified difference without its headers; skipped stretches as ``...``."""
    if not old or not new:
        return [("-", line) for line in old] + [("+", line) for line in new]
    marked: list[tuple[str, str]] = []
    for number, line in enumerate(difflib.unified_diff(old, new, lineterm="", n=CONTEXT)):
        if number < 2:
            continue
        if line.startswith("@@"):
            marked += [(" ", "...")] if marked else []
        else:
            marked.append((line[0], line[1:]))
    return marked


def _starts(marked: list[tuple[str, str]]) -> list[int]:
    """Return where each line is shown from: of two that stand for each other, from shortly before they part."""
    starts = [0] * len(marked)
    removed: deque[int] = deque()
    for number, (mark, text) in enumerate(marked):
        if mark == " ":
            removed.clear()
        elif mark == "-":
            removed.append(number)
        elif removed:
            before = removed.popleft()
            starts[before] = starts[number] = _first_difference(marked[before][1], text)
    return starts


def _shown(text: str, *, mark: str, start: int) -> str:
    """Return a line of a block; white space that ends a changed line is made visible, as it may be all that changed."""
    cut = shortened(text, limit=LINE_LIMIT, start=start)
    shown = visible(cut) if cut == text else f"{visible(cut)} ({len(text):,} characters)"
    if mark == " " or shown == shown.rstrip(" "):
        return shown
    return shown.rstrip(" ") + "·" * (len(shown) - len(shown.rstrip(" ")))

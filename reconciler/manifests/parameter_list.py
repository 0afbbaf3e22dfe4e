"""``spec.parameters`` as ``action.json`` writes it, a list of mappings with a name, turned into a map by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reconciler.manifests.layout import Entry, Node
from reconciler.manifests.rows import Row, indented, remarks, rows_of, start_line

_KEY = "name"


def as_map(row: Row, lines: Sequence[str], *, write: Callable[[Row], list[str]]) -> list[str] | None:
    """Return the lines of the entry ``parameters`` with its list as a map.

    None where it is no list, or one that cannot be rewritten without loss. ``write`` gives the lines of one row.
    """
    value = row.entry.value
    if value.shape == "flow list":
        return _flow_list(row, value, lines)
    if value.shape != "list" or not all(_name(item.value) for item in value.entries):
        return None
    lead = list(lines[row.line + 1 : start_line(value, lines)])
    found = rows_of(value, lines, lead=lead, tail=row.tail)
    out: list[str] = []
    for item in found.rows:
        parameter = _block_parameter(item, lines, write) if item.entry.value.is_block else _flow_item(item, lines)
        if parameter is None:
            return None
        above, body = parameter
        out += remarks([*item.lead, *above], is_first=not out)
        out += body
    return [lines[row.line][row.column :].rstrip(), *indented([*out, *remarks(found.tail)])]


def _name(parameter: Node) -> Entry | None:
    """Return the entry that names a parameter; None where it is missing or not plainly written on its line."""
    named = parameter.entry(_KEY) if "mapping" in parameter.shape else None
    if named is None or named.key is None or named.value.shape != "inline" or not named.value.content:
        return None
    return named if named.value.line == named.value.last_line == named.key.line else None


def _block_parameter(
    item: Row, lines: Sequence[str], write: Callable[[Row], list[str]]
) -> tuple[list[str], list[str]] | None:
    """Return the comments to stand above a parameter, and its lines."""
    value = item.entry.value
    start = start_line(value, lines)
    remark = lines[item.line][item.column + 1 :].strip() if start > item.line else ""
    if remark and not remark.startswith("#"):  # an anchor: its alias means the list's form
        return None
    found = rows_of(value, lines, lead=list(lines[item.line + 1 : start]), tail=item.tail)
    above, head, body = [remark] if remark else [], "", list[str]()
    for row in found.rows:
        if row.key == _KEY and not head:
            above += row.lead
            head = _text(row.entry.value, lines) + ":"
            comment = lines[row.line][row.entry.value.end_column :].rstrip()
        else:
            body += [*remarks(row.lead, is_first=not body), *write(row)]
    body += remarks(found.tail)
    if len(value.entries) == 1:
        return above, [f"{head} {{}}{comment}", *indented(body)]
    return above, [head + comment, *indented(body)]


def _flow_item(item: Row, lines: Sequence[str]) -> tuple[list[str], list[str]] | None:
    value = item.entry.value
    if value.line != value.last_line or value.line != item.line or not lines[value.line].startswith("{", value.column):
        return None
    comment = lines[value.line][value.end_column :].rstrip()
    parameter = _flow_parameter(value, lines)
    return None if parameter is None else ([], [parameter + comment])


def _flow_list(row: Row, value: Node, lines: Sequence[str]) -> list[str] | None:
    if value.line != row.line or not lines[value.line].startswith("[", value.column):
        return None
    last = lines[value.last_line]
    if any("#" in line for line in (*lines[value.line : value.last_line], last[: value.end_column])):
        return None  # perhaps a comment, which would be lost
    after = last[value.end_column :].rstrip()
    head = lines[row.line][row.column : value.column].rstrip()
    if not value.entries:
        return [f"{head} {{}}{after}"]
    parameters = [_flow_parameter(item.value, lines) for item in value.entries]
    if None in parameters:
        return None
    return [head + after, *indented([parameter for parameter in parameters if parameter is not None])]


def _flow_parameter(parameter: Node, lines: Sequence[str]) -> str | None:
    named = _name(parameter)
    if named is None or parameter.line != parameter.last_line or parameter.shape != "flow mapping":
        return None
    line = lines[parameter.line]
    pairs = [
        line[entry.key.column : entry.value.end_column]
        for entry in parameter.entries
        if entry is not named and entry.key is not None
    ]
    return f"{_text(named.value, lines)}: {{{', '.join(pairs)}}}"


def _text(scalar: Node, lines: Sequence[str]) -> str:
    return lines[scalar.line][scalar.column : scalar.end_column]

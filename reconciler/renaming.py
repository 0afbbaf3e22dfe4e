"""Renaming in the manifests: the name, every reference to it, and ``renamed_from``, all else as it was written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from reconciler.diagnostics import Span
from reconciler.domain.actions import ActionSpec
from reconciler.domain.address import Address, Kind, name_problem
from reconciler.domain.triggers import TriggerSpec
from reconciler.errors import ConfigurationError
from reconciler.manifests.desired import Desired, Resource

#: Written as a manifest's last lines where it has no lifecycle yet.
_LIFECYCLE = "lifecycle:\n  renamed_from: {name}\n"


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a file; lines and columns count from 1, and an empty span inserts."""

    span: Span
    text: str


def edits(desired: Desired, old: Address, new_name: str) -> list[Edit]:
    """Return what to write where, for a resource to have another name.

    Raises:
        ConfigurationError: There is no such resource, or the new name cannot be.
    """
    resource = desired.resources.get(old)
    new = Address(old.kind, new_name)
    if resource is None:
        raise ConfigurationError(f"{old} is in no manifest", hint="write its address as plan shows it")
    if new in desired.resources:
        raise ConfigurationError(f"{new} is declared already", hint="choose another name")
    if problem := name_problem(old.kind, new_name):
        raise ConfigurationError(f'"{new_name}" cannot be a name: {problem}')
    if resource.lifecycle.renamed_from is not None:
        raise ConfigurationError(
            f"{old} was renamed from {resource.lifecycle.renamed_from} before",
            hint="where that is applied, take renamed_from out and run this again; else change the name alone",
        )
    written = [Edit(desired.locate(resource, "/metadata/name"), new_name)]
    if old.kind is Kind.ACTION:
        references = (_reference(each, old.name) for each in desired.resources.values())
        found = zip(desired.resources.values(), references, strict=True)
        written += [Edit(desired.locate(each, pointer), new_name) for each, pointer in found if pointer is not None]
    return written


def edited(text: str, changes: Iterable[Edit]) -> str:
    """Return a text with replacements, the last first so that places still hold."""
    lines = text.splitlines(keepends=True)
    for edit in sorted(changes, key=lambda each: (each.span.line, each.span.column), reverse=True):
        line = lines[edit.span.line - 1]
        start, end = edit.span.column - 1, edit.span.end_column - 1
        lines[edit.span.line - 1] = line[:start] + _as_written(line[start:end], edit.text) + line[end:]
    return "".join(lines)


def with_lifecycle(text: str, resource: Resource, *, place: Span, is_written: bool) -> str:
    """Return a manifest's text with ``renamed_from``.

    ``place`` is where the value of its lifecycle stands; where none is written, where its document begins.
    """
    name = resource.address.name
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    at = place.line - 1
    if is_written and lines[at][place.column - 1 :].startswith("{"):
        start, end = lines[at][: place.column], lines[at][place.column :]
        comma = "" if end.lstrip().startswith("}") else ","
        lines[at] = f"{start} renamed_from: {name}{comma}{end}"
    elif is_written:
        lines.insert(at, f"{' ' * (place.column - 1)}renamed_from: {name}\n")
    else:
        lines.insert(_end_of_document(lines, at), _LIFECYCLE.format(name=name))
    return "".join(lines)


def _end_of_document(lines: list[str], start: int) -> int:
    """Return the index after the last line of a document that says something."""
    end = next((at for at in range(start + 1, len(lines)) if lines[at].rstrip() in {"---", "..."}), len(lines))
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return end


def by_file(changes: Iterable[Edit]) -> Mapping[str, list[Edit]]:
    """Return edits by the file they are in."""
    found: defaultdict[str, list[Edit]] = defaultdict(list)
    for edit in changes:
        found[edit.span.file].append(edit)
    return found


def read_text(path: Path) -> str:
    """Return a manifest's text with the line ends it was written with."""
    return path.read_bytes().decode()


def _reference(resource: Resource, name: str) -> str | None:
    """Return the pointer at which a resource names an own action; None where it names another or none."""
    match resource.spec:
        case TriggerSpec(action=found):
            pointer = "/spec/action_name"
        case ActionSpec(inherits=found):
            pointer = "/spec/inherits/name"
        case _:
            assert_never(resource.spec)
    return pointer if found is not None and found.name == name and found.owner is None else None


def _as_written(old: str, new: str) -> str:
    """Return a name in the quotes the old one had."""
    quote = old[:1] if old[:1] in {'"', "'"} and old[:1] == old[-1:] else ""
    return f"{quote}{new}{quote}"

"""Renaming in the manifests: the name, every reference to it, and ``renamed_from``, all else as it was written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, assert_never

from reconciler.config import Settings
from reconciler.diagnostics import Span
from reconciler.domain.actions import ActionSpec
from reconciler.domain.address import Address, Kind, name_problem
from reconciler.domain.triggers import TriggerSpec
from reconciler.domain.values import ActionReference
from reconciler.errors import ConfigurationError
from reconciler.manifests.desired import Desired, Resource
from reconciler.manifests.environment_layer import Layer, read_overlay
from reconciler.manifests.scalar_text import scalar
from reconciler.manifests.source import locate, parse
from reconciler.project_paths import PROJECT_FILE

#: Files that are edited; in JSON no comment could be lost, but no ``lifecycle`` is written by lines either.
_EDITABLE: Final = (".yaml", ".yml")


def renamed_texts(
    desired: Desired, settings: Settings, old: Address, new_name: str, *, read: Callable[[str], str]
) -> Mapping[str, str]:
    """Return the new text of every file that names a resource, by the file's name: manifests and all overlays.

    ``read`` gives the text of a file, with the line ends it was written with.

    Raises:
        ConfigurationError: There is no such resource, the new name cannot be, or a file cannot be edited.
    """
    resource = _renameable(desired, old, new_name)
    own = desired.locate(resource, "").file
    texts: dict[str, str] = {}
    edits = [*_edits(desired, resource, new_name), *_edits_of_patches(desired, settings, old, new_name)]
    for file, changes in _by_file(edits).items():
        if not file.endswith(_EDITABLE):
            raise ConfigurationError(f"{file} is no YAML file, and only those are edited", hint="rename it by hand")
        before = read(file)
        if file == own:
            changes.append(_lifecycle_edit(before, desired, resource))
        texts[file] = _edited(before, changes)
        if file == own:
            _check(before, texts[file], resource, new_name, file=file)
    return texts


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a file, of ``was``; lines and columns count from 1, and an empty span inserts."""

    span: Span
    text: str
    was: str = ""


def _renameable(desired: Desired, old: Address, new_name: str) -> Resource:
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
    return resource


def _edits(desired: Desired, resource: Resource, new_name: str) -> list[Edit]:
    """Return the edits of the name and of every reference to it."""
    old_name = resource.address.name
    written = [Edit(desired.locate(resource, "/metadata/name"), new_name, old_name)]
    if resource.address.kind is Kind.ACTION:
        references = (_reference(each, old_name) for each in desired.resources.values())
        found = zip(desired.resources.values(), references, strict=True)
        written += [
            Edit(desired.locate(each, pointer), new_name, old_name) for each, pointer in found if pointer is not None
        ]
    return written


def _edits_of_patches(desired: Desired, settings: Settings, old: Address, new_name: str) -> Iterator[Edit]:
    """Yield the edits of the patches of all environments: those of the resource, and those that refer to it."""
    for name, environment in settings.environment.project.environments.items():
        for file in read_overlay(Layer(overlays=environment.overlays), root=settings.root).found.files:
            for document in parse(file.text, file=file.name).documents:
                for path in _names_in(document.data, desired, old):
                    span = locate(file.text, file=file.name, document=document.index, path=path)
                    yield Edit(settings.as_seen(span), new_name, old.name)
        for place, patch in enumerate(environment.overlays):
            for path in () if isinstance(patch, str) else _names_in(patch, desired, old):
                inside: tuple[str | int, ...] = ("spec", "environments", name, "overlays", place, *path)
                text = (settings.root / PROJECT_FILE).read_text(encoding="utf-8")
                span = locate(text, file=PROJECT_FILE, document=0, path=inside)
                yield Edit(settings.as_seen(span), new_name, old.name)


def _names_in(patch: Any, desired: Desired, old: Address) -> Iterator[tuple[str, ...]]:
    """Yield the paths at which a patch names a resource, or says that a resource of ours refers to it."""
    match patch:
        case {"kind": "Action" | "Trigger" as kind, "metadata": {"name": str(name)}}:
            target = Address(Kind(kind), name)
        case _:
            return
    if target == old:
        yield ("metadata", "name")
    resource = desired.resources.get(target)
    if old.kind is not Kind.ACTION or resource is None or (referred := _referred(resource)) is None:
        return
    pointer, reference = referred
    path = tuple(pointer.split("/")[1:])
    written: Any = patch
    for step in path:
        written = written.get(step) if isinstance(written, Mapping) else None
    if written == old.name and reference.owner is None:
        yield path


def _by_file(edits: Iterable[Edit]) -> Mapping[str, list[Edit]]:
    found: defaultdict[str, list[Edit]] = defaultdict(list)
    # Two environments may share a patch.
    for edit in dict.fromkeys(edits):
        found[edit.span.file].append(edit)
    return found


def _lifecycle_edit(text: str, desired: Desired, resource: Resource) -> Edit:
    """Return what inserts ``renamed_from``: into the lifecycle that is written, or with one of its own."""
    place, start = desired.locate(resource, "/lifecycle"), desired.locate(resource, "")
    is_written = (place.line, place.column) != (start.line, start.column)
    said = f"renamed_from: {scalar(resource.address.name)}"
    lines = text.splitlines(keepends=True)
    line = lines[place.line - 1]
    rest, end = line[place.column - 1 :], "\r\n" if line.endswith("\r\n") else "\n"
    if rest.startswith("{"):
        inside = said if is_written else f"lifecycle: {{ {said} }}"
        comma = "" if rest[1:].lstrip().startswith("}") else "," if rest[1:2].isspace() else ", "
        return Edit(Span.at(place.file, place.line, place.column + 1), f" {inside}{comma}")
    if is_written:
        return Edit(Span.at(place.file, place.line, place.column), f"{said}{end}{' ' * (place.column - 1)}")
    at = _end_of_document(lines, place.line - 1)
    gap = "" if lines[at - 1].endswith("\n") else end
    return Edit(Span.at(place.file, at + 1), f"{gap}lifecycle:{end}  {said}{end}")


def _end_of_document(lines: list[str], start: int) -> int:
    """Return the index after the last line of a document that says something."""
    end = next((at for at in range(start + 1, len(lines)) if lines[at].rstrip() in {"---", "..."}), len(lines))
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return end


def _edited(text: str, changes: Iterable[Edit]) -> str:
    """Return a text with replacements, the last first so that places still hold.

    Raises:
        ConfigurationError: What is to be replaced is not written there in so many letters.
    """
    # The line behind the last one is where an insertion at the end goes.
    lines = [*text.splitlines(keepends=True), ""]
    for edit in sorted(changes, key=lambda each: (each.span.line, each.span.column), reverse=True):
        line = lines[edit.span.line - 1]
        start, end = edit.span.column - 1, edit.span.end_column - 1
        if _unquoted(line[start:end]) != edit.was:
            raise ConfigurationError(
                f'{edit.span}: "{edit.was}" is not written out here; nothing was changed',
                hint=f"write it out, without a variable or an anchor; or {_by_hand(edit.was)}",
            )
        lines[edit.span.line - 1] = line[:start] + _as_written(line[start:end], edit.text) + line[end:]
    return "".join(lines)


def _check(before: str, after: str, resource: Resource, new_name: str, *, file: str) -> None:
    """Read what was edited: YAML has more ways to be written than are edited here, and none is to be broken.

    Raises:
        ConfigurationError: It does not say what it said before, but for the names.
    """
    was, read = parse(before, file=file), parse(after, file=file)
    document: Any = next((each.data for each in was.documents if each.index == resource.document), None)
    wanted = None
    if isinstance(document, dict):
        wanted = {
            **document,
            "metadata": {**document["metadata"], "name": new_name},
            "lifecycle": {**document.get("lifecycle", {}), "renamed_from": resource.address.name},
        }
    found = next((each.data for each in read.documents if each.index == resource.document), None)
    if found != wanted or len(was.documents) != len(read.documents) or any(each.is_error for each in read.diagnostics):
        raise ConfigurationError(
            f"{file} is written in a way that cannot be edited here; nothing was changed",
            hint=_by_hand(resource.address.name),
        )


def _reference(resource: Resource, name: str) -> str | None:
    """Return the pointer at which a resource names an own action; None where it names another or none."""
    referred = _referred(resource)
    if referred is None:
        return None
    pointer, found = referred
    return pointer if found.name == name and found.owner is None else None


def _referred(resource: Resource) -> tuple[str, ActionReference] | None:
    """Return the action that a resource refers to, and the pointer to its name; None where it refers to none."""
    match resource.spec:
        case TriggerSpec(action=found):
            return "/spec/action_name", found
        case ActionSpec(inherits=found):
            return None if found is None else ("/spec/inherits/name", found)
        case _:
            assert_never(resource.spec)


def _by_hand(old_name: str) -> str:
    return f"rename it by hand, and write lifecycle: {{ renamed_from: {scalar(old_name)} }}"


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] in {'"', "'"} and text[0] == text[-1]
    return text[1:-1] if is_quoted else text


def _as_written(old: str, new: str) -> str:
    """Return a name in the quotes the old one had, or in those that it needs; what is inserted stays as it is."""
    if not old:
        return new
    return f"{old[0]}{new}{old[0]}" if _unquoted(old) != old else scalar(new)

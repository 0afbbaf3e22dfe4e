"""Exports for people and programs: what became of which file, what was left out and why."""

from __future__ import annotations

from typing import Any, Final

from reconciler.export.model import Export, Outcome, Placed
from reconciler.manifests.variables import escaped
from reconciler.render.lines import Pieces
from reconciler.render.palette import QUIET
from reconciler.render.visible import visible
from reconciler.render.words import counted, place

#: How each outcome is told, and its colour.
_WORDS: Final = {
    Outcome.WRITTEN: ("wrote", "green"),
    Outcome.REPLACED: ("replaced", "yellow"),
    Outcome.KEPT: ("kept", "red"),
}

_REVEAL: Final = "--show-sensitive writes them out; keep such files out of git"


def file_lines(export: Export) -> list[Pieces]:
    """Return a line for each file that is not as it should have been, and the counts."""
    lines = [_file_line(each) for each in export.placed if each.outcome in _WORDS]
    counts = [(export.count(outcome), outcome.value) for outcome in Outcome]
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    resources = counted(len(export.placed), "resource")
    return [*lines, [(f"{resources} of {place(export.identity)}: {told or 'nothing to write'}.", "bold")]]


def remark_lines(export: Export) -> list[Pieces]:
    """Return what the manifests leave to the platform, what is in none, and what else is worth knowing."""
    return [*_withheld_lines(export), *_unsaid_lines(export), *_left_out_lines(export), *_notes(export)]


def export_document(export: Export, *, with_manifests: bool = False) -> dict[str, Any]:
    """Return an export as JSON for programs."""
    return {
        "platform": {
            "kind": export.identity.kind,
            "endpoint": export.identity.endpoint,
            "org_id": export.identity.org_id,
        },
        "summary": {
            **{outcome.value: export.count(outcome) for outcome in Outcome},
            "left_out": len(export.left_out),
            "withheld": sum(len(each.exported.withheld) for each in export.placed),
        },
        "resources": [_resource(each, with_manifest=with_manifests) for each in export.placed],
        "left_out": [
            {"address": str(each.address), "reason": each.reason, "hint": each.hint} for each in export.left_out
        ],
        "notes": list(export.notes),
    }


def _resource(each: Placed, *, with_manifest: bool) -> dict[str, Any]:
    exported = each.exported
    return {
        "address": str(exported.address),
        "type": exported.address.kind.value.lower(),
        "name": exported.address.name,
        **(
            {"manifest": escaped(dict(exported.manifest))}
            if with_manifest
            else {"file": each.path, "outcome": each.outcome.value}
        ),
        **({"reason": each.reason} if each.reason else {}),
        "withheld": list(exported.withheld),
        "unsaid": [{"pointer": unsaid.pointer, "reason": unsaid.reason} for unsaid in exported.unsaid],
    }


def _file(each: Placed) -> dict[str, str]:
    return {"file": each.path, "outcome": each.outcome.value}


def _file_line(each: Placed) -> Pieces:
    word, colour = _WORDS[each.outcome]
    line: Pieces = [(f"{word} ", colour), (visible(each.path), "")]
    if each.reason:
        line.append((f"  {each.exported.address}: {visible(each.reason)}", QUIET))
    return line


def _withheld_lines(export: Export) -> list[Pieces]:
    found = [(each.exported.address, pointer) for each in export.placed for pointer in each.exported.withheld]
    if not found:
        return []
    heading = f"{counted(len(found), 'secret value')} left to the platform, under lifecycle.ignore:"
    return [
        [(heading, "yellow")],
        *([(f"    {address}  {visible(pointer)}", "")] for address, pointer in found),
        [("  hint: ", "cyan"), (_REVEAL, "")],
    ]


def _unsaid_lines(export: Export) -> list[Pieces]:
    found = [(each.exported.address, unsaid) for each in export.placed for unsaid in each.exported.unsaid]
    if not found:
        return []
    heading = f"{counted(len(found), 'field')} that no manifest can say, left to the platform under lifecycle.ignore:"
    return [
        [(heading, "yellow")],
        *([(f"    {address}  {visible(each.pointer)}: {visible(each.reason)}", "")] for address, each in found),
    ]


def _left_out_lines(export: Export) -> list[Pieces]:
    if not export.left_out:
        return []
    lines: list[Pieces] = [[(f"{counted(len(export.left_out), 'resource')} left out:", "yellow")]]
    for each in export.left_out:
        lines.append([(f"    {visible(str(each.address))}: {visible(each.reason)}", "")])
        if each.hint:
            lines.append([("      hint: ", "cyan"), (visible(each.hint), "")])
    return lines


def _notes(export: Export) -> list[Pieces]:
    return [[("note: ", "cyan"), (visible(note), "")] for note in export.notes]

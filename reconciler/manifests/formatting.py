"""The canonical form of a manifest: keys in order, two spaces a level, parameters as a map by name.

Works on lines, not on values: what is written between a key and the end of its value is moved and indented as it
stands, so comments, quotes, block texts and the form of numbers survive. The result is read again before it is
returned: it means what the original meant, or the file is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reconciler.diagnostics import Diagnostic, Span
from reconciler.manifests.canonical import Canon, rewritten
from reconciler.manifests.examine import is_json
from reconciler.manifests.layout import ended
from reconciler.manifests.source import Parsed, parse

if TYPE_CHECKING:
    from reconciler.domain.values import Json

#: The order of the keys of ``spec``, by kind; the models declare their fields in the same one.
FIELD_ORDER: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "Action": (
            "from",
            "uri",
            "description",
            "short_description",
            "inherits",
            "compute_requirements",
            "container_parameters",
            "parameters",
            "parameter_sets",
            "metadata",
            "tags",
            "requires_downloaded_inputs",
            "timeout",
            "accessibility",
        ),
        "Trigger": (
            "action_name",
            "action_owner_id",
            "action_digest",
            "required_inputs",
            "additional_inputs",
            "for_each",
            "enabled",
            "causes",
            "condition",
            "parameter_values",
            "compute_requirement_overrides",
            "container_parameter_overrides",
            "service_user_id",
            "timeout",
        ),
        "ParameterSet": ("parameters",),
        "Project": (
            "platform",
            "embedded_path",
            "profile",
            "org_id",
            "manifests",
            "exclude",
            "parallelism",
            "inventory",
            "guards",
            "variables",
            "default_environment",
            "environments",
        ),
    }
)

#: Rewriting settles at the first or second pass; comments in odd places may need one more.
_MOST_PASSES: Final = 5


def formatted(
    text: str, *, file: str, order: Mapping[str, Sequence[str]] = FIELD_ORDER
) -> str | tuple[Diagnostic, ...]:
    """Return the text in canonical form, or what keeps it from being read.

    A JSON file stays as it is. ``order`` gives the keys of ``spec`` by kind; other keys keep their order behind.
    """
    if is_json(file):
        return text
    parsed = parse(text, file=file)
    if any(diagnostic.is_error for diagnostic in parsed.diagnostics):
        return parsed.diagnostics
    if not parsed.documents:
        return text
    lines_only = ended(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    whole, *lesser = Canon(order), Canon(order, is_reordering=False), Canon({}, is_reordering=False, is_renaming=False)
    for canon in (whole, *lesser):
        settled = _settled(lines_only, canon)
        if settled is not None and _means_the_same(parsed, parse(settled, file=file)):
            # What a lesser form has put in lines may be ready for the whole one: it is to settle in one run.
            return settled if canon is whole or settled == text else formatted(settled, file=file, order=order)
    return (_unformattable(file),)


def _settled(text: str, canon: Canon) -> str | None:
    for _ in range(_MOST_PASSES):
        following = rewritten(text, canon)
        if following == text:
            return text
        if parse(following, file="").diagnostics:
            return None
        text = following
    return None


def _means_the_same(before: Parsed, after: Parsed) -> bool:
    if after.diagnostics or len(before.documents) != len(after.documents):
        return False
    pairs = zip(before.documents, after.documents, strict=True)
    return all(_by_name(old.data) == _by_name(new.data) for old, new in pairs)


def _by_name(manifest: Json) -> Json:
    """Return the manifest with its parameters as a map by name, whichever way they are written."""
    spec = manifest.get("spec") if isinstance(manifest, dict) else None
    parameters = spec.get("parameters") if isinstance(spec, dict) else None
    if not isinstance(manifest, dict) or not isinstance(spec, dict) or not isinstance(parameters, list):
        return manifest
    named = [entry for entry in parameters if isinstance(entry, dict) and isinstance(entry.get("name"), str)]
    if len(named) < len(parameters):
        return manifest
    by_name: dict[str, Json] = {
        str(entry["name"]): {key: value for key, value in entry.items() if key != "name"} for entry in named
    }
    if len(by_name) < len(named):
        return manifest
    return {**manifest, "spec": {**spec, "parameters": by_name}}


def _unformattable(file: str) -> Diagnostic:
    return Diagnostic(
        rule="unformattable",
        summary="this file cannot be formatted without changing what it means",
        span=Span.at(file),
        hint="write it in a plainer way: no keys marked with ?, each key on a line of its own",
    )

"""Judging drafts: a manifest must be valid and plan nothing, or the field or the resource at fault is left out.

Every draft is written, read as any manifest is and planned against the very record it came from. So whatever a later
version of the platform keeps in a record, nothing is exported that a plan would change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Final

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.domain.actions import ActionRecord, ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live, LiveRecord
from reconciler.domain.triggers import TriggerRecord, TriggerSpec
from reconciler.errors import InvalidManifests
from reconciler.export.drafting import Draft
from reconciler.export.model import Exported, LeftOut
from reconciler.manifests.checks import project_problems, resource_problems
from reconciler.manifests.conversion import lifecycle_of, spec_of
from reconciler.manifests.desired import Desired, Resource
from reconciler.manifests.documents import schema_problems
from reconciler.manifests.files import Found, SourceFile
from reconciler.manifests.ignoring import ignore_problems
from reconciler.manifests.loader import Sources, load_found
from reconciler.manifests.problems import Problem, pointer_of, segments
from reconciler.manifests.writing import written
from reconciler.plan.dangling import ReferenceSearch, reference_problems
from reconciler.plan.kinds import action, trigger
from reconciler.plan.model import Change

#: Fields that no manifest can do without, so that they cannot be left to the platform.
_NEEDED: Final = frozenset({"/spec/action_name", "/spec/required_inputs"})

Verdicts = dict[Address, list[Problem]]


def judged(drafts: Iterable[Draft], live: Live) -> tuple[list[Exported], list[LeftOut]]:
    """Return the manifests that plan nothing, and the resources that have none."""
    good = {draft.address: draft for draft in drafts}
    left_out: list[LeftOut] = []
    # Each round leaves something out, or is the last.
    while verdicts := _verdicts(good, live):
        for address, problems in verdicts.items():
            fitted = _fitted(good.pop(address), problems)
            if isinstance(fitted, LeftOut):
                left_out.append(fitted)
            else:
                good[address] = fitted
    exported = [_exported(good[address]) for address in sorted(good)]
    return exported, sorted(left_out)


def change_of(resource: Resource, record: LiveRecord, live: Live) -> Change | None:
    """Return what a plan would change about one resource; None when it is as declared.

    Raises:
        InvalidManifests: What it ignores and what it declares do not go together.
    """
    desired, org_id = Desired({resource.address: resource}), live.identity.org_id
    if isinstance(resource.spec, ActionSpec) and isinstance(record, ActionRecord):
        return action.update(resource, resource.spec, record, desired=desired, org_id=org_id)
    assert isinstance(resource.spec, TriggerSpec)
    assert isinstance(record, TriggerRecord)
    return trigger.update(resource, resource.spec, record, desired=desired, org_id=org_id)


def _verdicts(drafts: Mapping[Address, Draft], live: Live) -> Verdicts:
    """Return what is wrong, from the most certain kind of problem on: each kind is looked for when none is before."""
    if not drafts:
        return {}
    by_schema = _gathered((at, schema_problems(dict(draft.manifest), kind=at.kind)) for at, draft in drafts.items())
    if by_schema:
        return by_schema
    resources = {at: _resource(draft) for at, draft in drafts.items()}
    return (
        _gathered((at, _own_problems(resources[at], draft)) for at, draft in drafts.items())
        or _gathered((resource.address, [problem]) for resource, problem in project_problems(resources))
        or _of_actions(resources, live)
        or _as_read(drafts, live)
    )


def _resource(draft: Draft) -> Resource:
    """Return a valid draft as a resource."""
    fields, lifecycle = draft.manifest["spec"], lifecycle_of(draft.manifest.get("lifecycle"))
    return Resource(draft.address, spec_of(draft.address.kind, fields), file=str(draft.address), lifecycle=lifecycle)


def _own_problems(resource: Resource, draft: Draft) -> list[Problem]:
    """Return what no schema tells about one manifest by itself."""
    return resource_problems(resource, declared=draft.manifest["spec"])


def _of_actions(resources: Mapping[Address, Resource], live: Live) -> Verdicts:
    """Return what is wrong with the actions that the resources rest on."""
    desired = Desired(resources)
    search = ReferenceSearch(resources, desired, live)
    return _gathered((at, list(search.problems(resource))) for at, resource in resources.items()) or _placeless(
        reference_problems(resources, desired, live), {resource.file: at for at, resource in resources.items()}
    )


def _as_read(drafts: Mapping[Address, Draft], live: Live) -> Verdicts:
    """Write the drafts, read them as any manifests are, and plan them."""
    texts = {f"{at}.yaml": _exported(draft).text for at, draft in drafts.items()}
    files = [
        SourceFile(name, None, text, blake2b(text.encode(), digest_size=20).hexdigest(), explicit=True)
        for name, text in texts.items()
    ]
    loading = load_found(Sources(Found(tuple(files))), root=Path())
    verdicts = _placeless(loading.diagnostics, dict(zip(texts, drafts, strict=True)))
    return verdicts or _gathered(
        (at, _differences(resource, drafts[at].record, live)) for at, resource in loading.desired.resources.items()
    )


def _placeless(diagnostics: Iterable[Diagnostic], files: Mapping[str, Address]) -> Verdicts:
    """Return diagnostics by the resource in whose file they are."""
    return _gathered(
        (files[each.span.file], [Problem(each.rule, each.summary, hint=each.hint, severity=each.severity)])
        for each in diagnostics
        if each.span is not None
    )


def _differences(resource: Resource, record: LiveRecord, live: Live) -> list[Problem]:
    try:
        change = change_of(resource, record, live)
    except InvalidManifests as invalid:
        return [Problem(each.rule, each.summary, hint=each.hint) for each in invalid.diagnostics]
    if change is None:
        return []
    fields = ", ".join(dict.fromkeys(segments(each.pointer)[1] for each in change.fields))
    return [Problem("differs", f"no manifest can say its {fields}")]


def _gathered(found: Iterable[tuple[Address, list[Problem]]]) -> Verdicts:
    verdicts: Verdicts = {}
    for address, problems in found:
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        if errors:
            verdicts.setdefault(address, []).extend(errors)
    return verdicts


def _fitted(draft: Draft, problems: list[Problem]) -> Draft | LeftOut:
    """Return the draft without the fields at fault; why there is none where it cannot do without them."""
    already = draft.manifest.get("lifecycle", {}).get("ignore", ())
    reasons: dict[str, str] = {}
    for problem in problems:
        pointer = _ignorable(draft.address.kind, problem.pointer)
        if pointer is None or pointer in already:
            return LeftOut(draft.address, problem.summary, problem.hint)
        reasons.setdefault(pointer, problem.summary)
    for pointer, reason in reasons.items():
        draft = draft.unable(pointer, reason)
    return draft


def _ignorable(kind: Kind, pointer: str) -> str | None:
    """Return the pointer, or the nearest above it, that ``lifecycle.ignore`` can name."""
    steps = segments(pointer)
    for end in range(len(steps), 1, -1):
        candidate = pointer_of(steps[:end])
        if candidate not in _NEEDED and not ignore_problems(kind, (candidate,), declared={}):
            return candidate
    return None


def _exported(draft: Draft) -> Exported:
    text = written(draft.manifest)
    return Exported(draft.address, draft.manifest, text, draft.withheld, draft.unsaid, draft.reveals)

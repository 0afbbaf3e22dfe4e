"""The plan file: a plan as a versioned JSON document, shaped like ``terraform show -json``.

Secrets are never in it: a mask stands for them, and a request that holds one says ``masked``. Whoever applies such a
plan takes the real requests from the manifests again.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.diagnostics import Diagnostic, Span
from reconciler.domain.secrets import MASK
from reconciler.errors import PlanFileError
from reconciler.plan.masking import marks, plain, secrets_in
from reconciler.plan.model import (
    ABSENT,
    Change,
    Deviation,
    DriftState,
    FieldChange,
    InventoryRef,
    Observed,
    Plan,
    Refresh,
    Refusal,
    Scope,
    Unmanaged,
)
from reconciler.plan.requests import body_of, request_json

FORMAT_VERSION: Final = "1.0"

#: The members that say what will be done and why; the plan id covers them and nothing else. When the plan was
#: made, by which version, and what else was seen on the way makes no other plan of it.
_DECISION: Final = ("format_version", "platform", "scope", "resource_changes")

_PLAN_AGAIN: Final = "make a new plan: reconciler plan --out plan.json"


def document(plan: Plan, *, reveal: bool = False) -> dict[str, Any]:
    """Return the plan as JSON; ``reveal`` puts secrets in, which is for showing only."""
    from reconciler import __version__

    hidden = _decision(plan, reveal=False)
    decision = _decision(plan, reveal=True) if reveal else hidden
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "plan_id": _digest(hidden, plan.source.manifests_digest),
        "timestamp": None if plan.created is None else _timestamp(plan.created),
        "platform": decision["platform"],
        "source": {
            "commit": plan.source.commit,
            "dirty": plan.source.dirty,
            "manifests_digest": plan.source.manifests_digest,
            "paths": list(plan.source.paths),
        },
        "scope": decision["scope"],
        "resource_changes": decision["resource_changes"],
        # What is only pending in git is no drift, and resource_changes have it.
        "resource_drift": [deviation_json(each) for each in plan.drift if each.state is not DriftState.PENDING],
        "inventory": _inventory_json(plan.inventory),
        "inventory_refreshes": [_refresh_json(refresh) for refresh in plan.refreshes],
        "refusals": [_refusal_json(refusal) for refusal in plan.refusals],
        "left_alone": [str(address) for address in plan.left_alone],
        "unmanaged": [_unmanaged_json(unmanaged) for unmanaged in plan.unmanaged],
        "diagnostics": [_diagnostic_json(diagnostic) for diagnostic in plan.warnings],
        "summary": {
            **{op.value: count for op, count in plan.counts().items()},
            "unchanged": plan.unchanged,
            "unmanaged": len(plan.unmanaged),
            "drifted": sum(1 for each in plan.drift if each.state is not DriftState.PENDING),
            "refused": len(plan.refusals),
            "left_alone": len(plan.left_alone),
        },
    }


def dumps(plan: Plan) -> str:
    """Return the text of a plan file, the same for the same plan; secrets are masked."""
    members = (f"  {_compact(name)}: {_lines(member)}" for name, member in document(plan).items())
    return "{\n" + ",\n".join(members) + "\n}\n"


def loads(text: str, *, file: str) -> Plan:
    """Read a plan file.

    Raises:
        PlanFileError: The text is no plan, was changed by hand, or is of a later major version.
    """
    from reconciler.plan.reading import plan_of

    content = _parsed(text, file)
    _refuse_other_versions(content, file)
    try:
        plan, written = plan_of(content), content["plan_id"]
        expected = _digest({name: content[name] for name in _DECISION}, plan.source.manifests_digest)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise PlanFileError(f"{file} is damaged: it lacks what a plan has", hint=_PLAN_AGAIN) from error
    if written != expected:
        raise PlanFileError(f"{file} was changed after it was written: its plan id does not fit", hint=_PLAN_AGAIN)
    return plan


def plan_id(plan: Plan) -> str:
    """Return what names this decision: a hash over platform, manifests, scope and changes, secrets masked."""
    return _digest(_decision(plan, reveal=False), plan.source.manifests_digest)


def needs_manifests(plan: Plan) -> bool:
    """Return True for a plan read from a file whose requests have masks where secrets belong."""
    bodies = (body_of(request, sensitive=change.sensitive) for change in plan.changes for request in change.requests)
    return any(secret.value == MASK for body in bodies for secret in secrets_in(body))


def _lines(member: Any) -> str:
    """Return JSON with one line per change, resource or diagnostic: indenting all of it is ten times as slow."""
    if not member or not isinstance(member, list):
        return _compact(member)
    return "[\n    " + ",\n    ".join(map(_compact, member)) + "\n  ]"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _decision(plan: Plan, *, reveal: bool) -> dict[str, Any]:
    identity = plan.identity
    return {
        "format_version": FORMAT_VERSION,
        "platform": {"kind": identity.kind, "endpoint": identity.endpoint, "org_id": identity.org_id},
        "scope": _scope_json(plan.scope),
        "resource_changes": [_change_json(change, reveal=reveal) for change in plan.changes],
    }


def _digest(decision: dict[str, Any], manifests_digest: str) -> str:
    named = {**decision, "manifests_digest": manifests_digest}
    canonical = json.dumps(named, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _change_json(change: Change, *, reveal: bool) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "type": change.address.kind.value.lower(),
        "name": change.address.name,
        "previous_name": None if change.previous is None else change.previous.name,
        "change": {
            "actions": [change.op.value],
            "before": plain(change.before, reveal=reveal),
            "after": plain(change.after, reveal=reveal),
            "before_sensitive": marks(change.before),
            "after_sensitive": marks(change.after),
        },
        "requests": [request_json(each, sensitive=change.sensitive, reveal=reveal) for each in change.requests],
        "fields": [_field_json(field, reveal=reveal) for field in change.fields],
        "reason": change.reason,
        "origin": None if change.origin is None else change.origin.file,
        "observed": None if change.observed is None else _observed_json(change.observed),
        "source_range": _range_json(change.origin),
        "depends_on": [str(address) for address in change.depends_on],
        "sensitive_names": sorted(change.sensitive),
        "renamed_to": None if change.renamed_to is None else change.renamed_to.name,
        "protect": change.protect,
        "on_remove": change.on_remove,
    }


def _field_json(field: FieldChange, *, reveal: bool) -> dict[str, Any]:
    """Return a difference; a side without the field has no member, a side with a secret has a mark."""
    result: dict[str, Any] = {"pointer": field.pointer}
    for side, value in (("before", field.before), ("after", field.after)):
        if value is ABSENT:
            continue
        result[side] = plain(value, reveal=reveal)
        if mark := marks(value):
            result[f"{side}_sensitive"] = mark
    return result


def _observed_json(observed: Observed) -> dict[str, Any]:
    return {
        "digest": observed.digest,
        "modified": _timestamp(observed.modified),
        "modified_by": observed.modified_by,
        "server_id": observed.server_id,
        "created": None if observed.created is None else _timestamp(observed.created),
        "created_by": observed.created_by,
    }


def deviation_json(deviation: Deviation) -> dict[str, Any]:
    """Return one difference between what was applied and what is live."""
    return _drift_json(deviation, state=deviation.state, by=deviation.modified_by, at=deviation.modified)


def difference_json(change: Change, *, state: str) -> dict[str, Any]:
    """Return one difference between live and manifest in the same members, for where nobody knows what was applied."""
    if change.observed is None:
        return _drift_json(change, state=state, by="", at=None)
    return _drift_json(change, state=state, by=change.observed.modified_by, at=change.observed.modified)


def _drift_json(found: Deviation | Change, *, state: str, by: str, at: datetime | None) -> dict[str, Any]:
    return {
        "address": str(found.address),
        "type": found.address.kind.value.lower(),
        "name": found.address.name,
        "state": str(state),
        "modified": None if at is None else _timestamp(at),
        "modified_by": by,
        "fields": [_field_json(field, reveal=False) for field in found.fields],
        "source_range": _range_json(found.origin),
    }


def _refusal_json(refusal: Refusal) -> dict[str, Any]:
    return {
        "rule": refusal.rule,
        "summary": refusal.summary,
        "way": refusal.way,
        "addresses": [str(address) for address in refusal.addresses],
    }


def _refresh_json(refresh: Refresh) -> dict[str, Any]:
    return {
        "address": str(refresh.address),
        "after": plain(refresh.after, reveal=False),
        "after_sensitive": marks(refresh.after),
        "observed": _observed_json(refresh.observed),
        "protect": refresh.protect,
        "on_remove": refresh.on_remove,
        "sensitive_names": list(refresh.sensitive),
    }


def _inventory_json(inventory: InventoryRef | None) -> dict[str, Any] | None:
    return None if inventory is None else {"id": inventory.id, "serial": inventory.serial}


def _unmanaged_json(unmanaged: Unmanaged) -> dict[str, Any]:
    return {
        "address": str(unmanaged.address),
        "modified": _timestamp(unmanaged.modified),
        "modified_by": unmanaged.modified_by,
    }


def _scope_json(scope: Scope) -> dict[str, Any]:
    return {
        "targets": None if scope.targets is None else [str(address) for address in scope.targets],
        "excludes": [str(address) for address in scope.excludes],
        "labels": [f"{key}={value}" for key, value in scope.labels],
    }


def _diagnostic_json(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "severity": diagnostic.severity.value,
        "rule": diagnostic.rule,
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
        "hint": diagnostic.hint,
        "range": _range_json(diagnostic.span),
    }


def _range_json(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {
        "filename": span.file,
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }


def _timestamp(moment: datetime) -> str:
    """Return the moment in UTC, in the same words however its zone was written."""
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).isoformat().replace("+00:00", "Z")


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise PlanFileError(f"{file} is not a plan: it stops being JSON at {at}", hint=_PLAN_AGAIN) from error
    except (RecursionError, ValueError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else "a number in it is too long"
        raise PlanFileError(f"{file} is not a plan: {reason}", hint=_PLAN_AGAIN) from error
    if not isinstance(content, dict) or "format_version" not in content:
        raise PlanFileError(f"{file} is not a plan: it has no format_version", hint=_PLAN_AGAIN)
    return content


def _refuse_other_versions(content: dict[str, Any], file: str) -> None:
    version = str(content["format_version"])
    if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise PlanFileError(
            f"{file} is a plan of format {version}, this version reads {FORMAT_VERSION}",
            hint="apply it with the version of reconciler that made it, or make a new plan",
        )

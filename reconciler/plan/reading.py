"""Reading: a plan file's document back to the plan it was written from.

Nothing is checked twice here: what is missing or of another form raises the KeyError, TypeError or ValueError that
comes up, and the caller says that the file is damaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.domain.address import Address
from reconciler.domain.platform import PlatformIdentity
from reconciler.plan.masking import marked
from reconciler.plan.model import (
    ABSENT,
    Change,
    Deviation,
    DriftState,
    FieldChange,
    Guard,
    InventoryRef,
    Observed,
    Op,
    Plan,
    Refresh,
    Refusal,
    Scope,
    Source,
    Unmanaged,
)
from reconciler.plan.requests import request_of

Document = Mapping[str, Any]


def plan_of(document: Document) -> Plan:
    """Return the plan; its secrets are masks, wrapped like the secrets they stand for."""
    platform, source, created = document["platform"], document["source"], document["timestamp"]
    return Plan(
        identity=PlatformIdentity(platform["kind"], platform["endpoint"], platform["org_id"]),
        source=Source(source["manifests_digest"], tuple(source["paths"]), source["commit"], source["dirty"]),
        changes=tuple(_change(change) for change in document["resource_changes"]),
        unchanged=document["summary"]["unchanged"],
        unmanaged=tuple(_unmanaged(unmanaged) for unmanaged in document["unmanaged"]),
        scope=_scope(document["scope"]),
        warnings=tuple(_diagnostic(diagnostic) for diagnostic in document["diagnostics"]),
        created=None if created is None else datetime.fromisoformat(created),
        inventory=_inventory(document["inventory"]),
        refusals=tuple(_refusal(refusal) for refusal in document["refusals"]),
        drift=tuple(_deviation(deviation) for deviation in document["resource_drift"]),
        refreshes=tuple(_refresh(refresh) for refresh in document["inventory_refreshes"]),
        left_alone=tuple(Address.parse(text) for text in document["left_alone"]),
    )


def _change(document: Document) -> Change:
    address, values = Address.parse(document["address"]), document["change"]
    (action,) = values["actions"]
    return Change(
        address=address,
        op=Op(action),
        requests=tuple(request_of(request, name=address.name) for request in document["requests"]),
        fields=tuple(_field(field) for field in document["fields"]),
        before=marked(values["before"], values["before_sensitive"]),
        after=marked(values["after"], values["after_sensitive"]),
        observed=_observed(document["observed"]),
        depends_on=tuple(Address.parse(text) for text in document["depends_on"]),
        sensitive=frozenset(document["sensitive_names"]),
        origin=_span(document["source_range"]),
        reason=document["reason"],
        previous=None if document["previous_name"] is None else Address(address.kind, document["previous_name"]),
        renamed_to=None if document["renamed_to"] is None else Address(address.kind, document["renamed_to"]),
        protect=document["protect"],
        on_remove=document["on_remove"],
    )


def _deviation(document: Document) -> Deviation:
    return Deviation(
        address=Address.parse(document["address"]),
        state=DriftState(document["state"]),
        fields=tuple(_field(field) for field in document["fields"]),
        modified=_moment(document["modified"]),
        modified_by=document["modified_by"],
        origin=_span(document["source_range"]),
    )


def _refusal(document: Document) -> Refusal:
    addresses = tuple(Address.parse(text) for text in document["addresses"])
    return Refusal(Guard(document["rule"]), document["summary"], document["way"], addresses)


def _refresh(document: Document) -> Refresh:
    observed = _observed(document["observed"])
    if observed is None:
        raise ValueError("a refresh is of something that was seen")
    after = marked(document["after"], document["after_sensitive"])
    address = Address.parse(document["address"])
    names = tuple(document["sensitive_names"])
    return Refresh(address, after, observed, document["protect"], document["on_remove"], names)


def _inventory(document: Document | None) -> InventoryRef | None:
    return None if document is None else InventoryRef(document["id"], document["serial"])


def _field(document: Document) -> FieldChange:
    before, after = (
        marked(document[side], document.get(f"{side}_sensitive", False)) if side in document else ABSENT
        for side in ("before", "after")
    )
    return FieldChange(document["pointer"], before, after)


def _observed(document: Document | None) -> Observed | None:
    if document is None:
        return None
    return Observed(
        document["digest"],
        datetime.fromisoformat(document["modified"]),
        document["modified_by"],
        document["server_id"],
        _moment(document["created"]),
        document["created_by"],
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _unmanaged(document: Document) -> Unmanaged:
    modified = datetime.fromisoformat(document["modified"])
    return Unmanaged(Address.parse(document["address"]), modified, document["modified_by"])


def _scope(document: Document) -> Scope:
    targets, labels = document["targets"], (label.partition("=") for label in document["labels"])
    return Scope(
        targets=None if targets is None else tuple(Address.parse(text) for text in targets),
        excludes=tuple(Address.parse(text) for text in document["excludes"]),
        labels=tuple((key, value) for key, _, value in labels),
    )


def _diagnostic(document: Document) -> Diagnostic:
    return Diagnostic(
        rule=document["rule"],
        summary=document["summary"],
        span=_span(document["range"]),
        hint=document["hint"],
        detail=document["detail"],
        severity=Severity(document["severity"]),
    )


def _span(document: Document | None) -> Span | None:
    if document is None:
        return None
    start, end = document["start"], document["end"]
    return Span(document["filename"], start["line"], start["column"], end["line"], end["column"])

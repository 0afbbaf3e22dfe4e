"""Assembly: a change put together from the shapes of both sides, the same way for every kind."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.domain.address import Address
from reconciler.domain.live import LiveRecord
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.explain import additions, changed_names, differences, removals, sharing
from reconciler.plan.masking import concealed, sensitive_names
from reconciler.plan.model import Change, Observed, Op, Request
from reconciler.plan.shapes import Shape


def creation(
    resource: Resource, after: Shape, requests: tuple[Request, ...], *, desired: Desired, org_id: str
) -> Change:
    """Return the change that creates a resource."""
    sensitive = sensitive_names(resource, desired, org_id=org_id)
    hidden = concealed(after, sensitive=sensitive)
    return Change(
        address=resource.address,
        op=Op.CREATE,
        requests=requests,
        fields=additions(hidden),
        after=hidden,
        sensitive=sensitive,
        origin=desired.locate(resource, ""),
        reason="not on the platform",
    )


def comparison(
    resource: Resource,
    record: LiveRecord,
    before: Shape,
    after: Shape,
    *,
    requests: Callable[[frozenset[str]], tuple[Request, ...]],
    desired: Desired,
    org_id: str,
) -> Change | None:
    """Return the change that updates a resource; None when nothing differs.

    ``requests`` makes what is sent from the names of the fields that differ.
    """
    sensitive = sensitive_names(resource, desired, org_id=org_id)
    old = concealed(before, sensitive=sensitive)
    new = sharing(old, concealed(after, sensitive=sensitive))
    fields = differences(old, new)
    if not fields:
        return None
    return Change(
        address=resource.address,
        op=Op.UPDATE,
        requests=requests(changed_names(fields)),
        fields=fields,
        before=old,
        after=new,
        observed=Observed.of(record),
        sensitive=sensitive,
        origin=desired.locate(resource, ""),
        reason="differs",
    )


def deletion(
    address: Address, record: LiveRecord, before: Shape, request: Request, *, reason: str, sensitive: frozenset[str]
) -> Change:
    """Return the change that deletes what is live."""
    hidden = concealed(before, sensitive=sensitive)
    return Change(
        address=address,
        op=Op.DELETE,
        requests=(request,),
        fields=removals(hidden),
        before=hidden,
        observed=Observed.of(record),
        sensitive=sensitive,
        reason=reason,
    )

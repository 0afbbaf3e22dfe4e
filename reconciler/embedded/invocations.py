"""The platform's rules for invocations: what is made of a request, who may see a run, and how it moves on.

=================  =================================================================================
invoke             whoever may read the action; the invocation belongs to the caller's organization
read, cancel, ...  members of that organization; nobody else knows of it
parameters         checked against the action with its ancestors; the record keeps what the request
                   gives, and the run is given that over the defaults as they are now
overrides          replace the action's whole object; variables alone are added to the action's own
idempotency id     unique within the organization; a second use is a conflict, never the first answer
=================  =================================================================================
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from reconciler.domain.actions import ActionRecord
from reconciler.domain.invocation_requests import (
    CancelActiveInvocationsRequest,
    CancelActiveInvocationsResponse,
    CreateInvocationRequest,
    SetContainerInfoRequest,
    SetLogsLocationRequest,
    UpdateInvocationStatus,
)
from reconciler.domain.invocations import (
    ActionProvenance,
    ExecutableProvenance,
    InvocationDataSource,
    InvocationProvenance,
    InvocationRecord,
    InvocationSource,
    InvocationStatus,
    InvocationStatusRecord,
    LogsLocation,
    SourceProvenance,
)
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.embedded.access import Caller, sees_action
from reconciler.embedded.actions import is_printable, line_of, read_action
from reconciler.embedded.checks import check_invocation
from reconciler.embedded.datasets import read_dataset
from reconciler.embedded.effective import EffectiveAction
from reconciler.embedded.identifiers import new_invocation_id
from reconciler.embedded.invocation_rows import Run
from reconciler.embedded.moving import moved
from reconciler.embedded.paging import read_page
from reconciler.embedded.run_inputs import input_problems
from reconciler.embedded.store import Rows
from reconciler.errors import Conflict, InvalidRequest, NotAllowed, NotFound

#: Invocations one call of the bulk cancellation ends at most.
CANCEL_LIMIT: Final = 100


def invoke_action(
    rows: Rows,
    name: str,
    request: CreateInvocationRequest,
    *,
    caller: Caller,
    digest: str | None,
    owner: str | None,
    now: datetime,
) -> InvocationRecord:
    """Queue a run of an action for the caller's organization."""
    action = read_action(rows, name, caller=caller, digest=digest, owner=owner)
    effective = EffectiveAction.of(_with_ancestors(rows, action))
    record = _queued(action, effective, request, caller=caller, source=_source(rows, request, caller), now=now)
    values = record.parameter_values
    check_invocation(record, [*effective.parameter_problems(values), *input_problems(record)])
    _check_datasets(rows, record, caller)
    if record.idempotency_id is not None and rows.invocations.uses(record.org_id, record.idempotency_id):
        raise Conflict(f'the idempotency id "{record.idempotency_id}" was used before in {record.org_id}')
    run = Run(record, effective.run_parameters(values), effective.requires_downloaded_inputs)
    rows.invocations.add(run, lineage=_lineage(rows, record, caller))
    return record


def read_invocation(rows: Rows, invocation_id: str, *, caller: Caller, owner: str | None = None) -> InvocationRecord:
    """Return one invocation of an organization the caller is a member of."""
    record = rows.invocations.find(invocation_id) if is_printable(invocation_id) else None
    if record is None or record.org_id not in caller.organizations or owner not in (None, record.org_id):
        raise NotFound(
            f'there is no invocation "{invocation_id}", or none you may see',
            hint="see those there are: reconciler invocations list",
        )
    return record


def action_of(rows: Rows, record: InvocationRecord) -> ActionRecord | None:
    """Return the version of an action that an invocation runs; None where it is gone, or hidden from the runner's."""
    source = record.provenance.action
    action = rows.action(source.org_id, source.name, source.digest)
    return action if action is not None and sees_action(action, {record.org_id}) else None


def query_invocations(
    rows: Rows, query: QuerySpecification, *, caller: Caller, owner: str | None
) -> Page[InvocationRecord]:
    """Return one page of an organization's invocations."""
    org_id = _own_org(caller, owner)
    found = read_page(lambda search: rows.invocations.of_org(search, org_id=org_id), query, model=InvocationRecord)
    return found.read()


def update_status(
    rows: Rows,
    invocation_id: str,
    request: UpdateInvocationStatus,
    *,
    caller: Caller,
    owner: str | None,
    now: datetime,
) -> InvocationRecord:
    """Move an invocation to another status."""
    record = read_invocation(rows, invocation_id, caller=caller, owner=owner)
    # The official client writes "None" where it has no detail.
    detail = None if request.detail == "None" else request.detail
    return moved(rows, record, request.status, detail=detail, now=now)


def cancel_invocation(rows: Rows, invocation_id: str, *, caller: Caller, owner: str | None, now: datetime) -> None:
    """Cancel an invocation; one that has ended stays as it is."""
    record = read_invocation(rows, invocation_id, caller=caller, owner=owner)
    if not record.last_status.is_terminal():
        _cancel(rows, record, caller, now)


def cancel_active(
    rows: Rows, request: CancelActiveInvocationsRequest, *, caller: Caller, owner: str | None, now: datetime
) -> CancelActiveInvocationsResponse:
    """Cancel an organization's active invocations, the oldest first, as many as one call may."""
    org_id = _own_org(caller, owner)
    before = request.created_before
    if before is not None and before.tzinfo is None:
        before = before.replace(tzinfo=UTC)
    active = rows.invocations.active(org_id, created_before=before, limit=CANCEL_LIMIT)
    for record in active:
        _cancel(rows, record, caller, now)
    remaining = rows.invocations.count_active(org_id, created_before=before)
    return CancelActiveInvocationsResponse(success_count=len(active), failure_count=0, count_remaining=remaining)


def set_container_info(
    rows: Rows, invocation_id: str, request: SetContainerInfoRequest, *, caller: Caller, owner: str | None
) -> InvocationRecord:
    """Record the digest of the image that runs."""
    record = read_invocation(rows, invocation_id, caller=caller, owner=owner)
    executable = record.provenance.executable.model_copy(update={"container_image_digest": request.image_digest})
    provenance = record.provenance.model_copy(update={"executable": executable})
    changed = record.model_copy(update={"provenance": provenance})
    check_invocation(changed)
    return _replaced(rows, changed)


def set_logs_location(
    rows: Rows, invocation_id: str, request: SetLogsLocationRequest, *, caller: Caller, owner: str | None
) -> InvocationRecord:
    """Record where logs are stored."""
    record = read_invocation(rows, invocation_id, caller=caller, owner=owner)
    if not is_printable(request.bucket + request.prefix):
        raise InvalidRequest("bucket and prefix: only printable characters are allowed")
    rows.invocations.set_logs_location(invocation_id, LogsLocation(bucket=request.bucket, prefix=request.prefix))
    return record


def _lineage(rows: Rows, record: InvocationRecord, caller: Caller) -> frozenset[str]:
    """Return the triggers that led to a new invocation: its own, and those of the run that made it."""
    source = record.provenance.source
    own = frozenset({source.source_id}) if source.source_type is InvocationSource.Trigger else frozenset[str]()
    return own | rows.invocations.lineage(caller.invocation_id)


def _with_ancestors(rows: Rows, action: ActionRecord) -> list[ActionRecord]:
    """Return the action and its ancestors.

    Raises:
        InvalidRequest: An ancestor is gone, or no longer there for the action's owner.
    """
    line = list(line_of(rows, action))
    for child, parent in zip(line, [*line[1:], None], strict=True):
        if child.inherits is not None and (parent is None or not sees_action(parent, {child.org_id})):
            raise InvalidRequest(
                f'action "{action.name}" cannot run: "{child.inherits.name}", which it inherits from, is not there'
            )
    return line


def _queued(
    action: ActionRecord,
    effective: EffectiveAction,
    request: CreateInvocationRequest,
    *,
    caller: Caller,
    source: SourceProvenance,
    now: datetime,
) -> InvocationRecord:
    timeout = effective.timeout if request.timeout is None else request.timeout
    return InvocationRecord(
        invocation_id=new_invocation_id(),
        org_id=caller.org_id,
        created=now,
        data_source=InvocationDataSource(
            data_source_type=request.data_source_type, data_source_id=request.data_source_id
        ),
        input_data=request.input_data,
        rich_input_data=request.rich_input_data,
        upload_destination=request.upload_destination,
        idempotency_id=request.idempotency_id,
        parameter_values=request.parameter_values or {},
        provenance=InvocationProvenance(
            action=ActionProvenance(name=action.name, org_id=action.org_id, digest=action.digest),
            executable=ExecutableProvenance(container_image_uri=effective.uri),
            source=source,
        ),
        compute_requirements=request.compute_requirement_overrides or effective.compute_requirements,
        container_parameters=effective.run_container(request.container_parameter_overrides),
        timeout=timeout,
        last_status=InvocationStatus.Queued,
        status=[InvocationStatusRecord(status=InvocationStatus.Queued, timestamp=now)],
    )


def _source(rows: Rows, request: CreateInvocationRequest, caller: Caller) -> SourceProvenance:
    """Return who invokes; triggers are named by clients and recorded by id."""
    source_id = request.invocation_source_id
    if request.invocation_source is InvocationSource.Manual:
        return SourceProvenance(source_type=request.invocation_source, source_id=source_id or caller.user_id)
    if not source_id:
        raise InvalidRequest("invocation_source_id: name the trigger that invokes")
    trigger_id = _trigger_id(rows, caller.org_id, source_id) if is_printable(source_id) else None
    if trigger_id is None:
        raise NotFound(f'there is no trigger "{source_id}" in {caller.org_id} to invoke an action')
    return SourceProvenance(source_type=request.invocation_source, source_id=trigger_id)


def _trigger_id(rows: Rows, org_id: str, name_or_id: str) -> str | None:
    """Return the id of a trigger of either shape; names come first."""
    older = rows.trigger(org_id, name_or_id) or rows.trigger_by_id(org_id, name_or_id)
    if older is not None:
        return older.trigger_id
    row = rows.targeted.named(org_id, name_or_id) or rows.targeted.of_id(org_id, name_or_id)
    return None if row is None else row.record.trigger_id


def _check_datasets(rows: Rows, record: InvocationRecord, caller: Caller) -> None:
    """Refuse a source or a destination that the caller does not have: a run would find out much later."""
    if not record.data_source.is_unspecified():
        read_dataset(rows, record.data_source.data_source_id, caller=caller)
    destination = record.upload_destination
    if destination is None:
        return
    if not destination.is_dataset or destination.destination_id is None:
        raise InvalidRequest("upload_destination: name a dataset by its id; there is no other kind of destination")
    read_dataset(rows, destination.destination_id, caller=caller)


def _cancel(rows: Rows, record: InvocationRecord, caller: Caller, now: datetime) -> None:
    moved(rows, record, InvocationStatus.Cancelled, detail=f"cancelled by {caller.user_id}", now=now)


def _replaced(rows: Rows, record: InvocationRecord) -> InvocationRecord:
    rows.invocations.replace(record)
    return record


def _own_org(caller: Caller, owner: str | None) -> str:
    org_id = owner or caller.org_id
    if org_id not in caller.organizations:
        raise NotAllowed(f"invocations of {org_id} are its members' own")
    return org_id

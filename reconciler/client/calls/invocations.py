"""Runs of actions: queueing them, following them, ending them.

==============  ====================================================  =============  ==================  =========
call            method, path                                          organization   body                repeated
==============  ====================================================  =============  ==================  =========
invoke          POST ``v1/actions/{name}/invoke?digest=``             owner, caller  every field         see below
read            GET ``v1/actions/invocations/{id}``                   none           none                a read
list            POST ``v1/actions/invocations/query``                 owner          the query           a read
cancel          POST ``v1/actions/invocations/{id}/cancel``           owner          none                yes
cancel many     POST ``v1/actions/invocations/cancel/all``            owner          what is set         no
status          POST ``v1/actions/invocations/{id}/status``           owner          status and detail   no
container       PUT ``v1/actions/invocations/{id}/container-info``    owner          the image's digest  yes
place of logs   PUT ``v1/actions/invocations/{id}/logs``              owner          bucket and prefix   yes
logs            GET ``v1/actions/invocations/{id}/logs?page_token=``  owner          none                a read
logs, followed  GET ``.../logs/stream?last_read=``                    owner          none                a read
==============  ====================================================  =============  ==================  =========

"Repeated" says whether a request is sent again when its answer was lost. To invoke is repeated when the request has an
idempotency id, for the platform refuses its second use; see :mod:`reconciler.client.settling` for what follows. A
status is not: each one is an entry of the history, and three failures are deadly. Cancelling many is not either: the
counts of the lost answer would be missing, and callers repeat it anyway until nothing remains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.client.calls.call import (
    Call,
    Effect,
    acting_for,
    every_field,
    listing,
    owned_by,
    query_string,
    segment,
    set_fields,
)

# Planning sends none of these: their models are not loaded for it.
if TYPE_CHECKING:
    from reconciler.domain.invocation_requests import (
        CancelActiveInvocationsRequest,
        CreateInvocationRequest,
        SetContainerInfoRequest,
        SetLogsLocationRequest,
        UpdateInvocationStatus,
    )
    from reconciler.domain.queries import QuerySpecification

_ROOT: Final = "v1/actions/invocations"
_LOOK: Final = "list the invocations to see where they stand"


def invoke(
    name: str, request: CreateInvocationRequest, *, digest: str | None, owner: str | None, caller: str | None
) -> Call:
    """Queue a run of an action, of its latest version unless ``digest`` names another."""
    operation = f'invoke action "{name}"'
    return Call(
        operation,
        "POST",
        f"v1/actions/{segment(name, operation)}/invoke{query_string(digest=digest)}",
        Effect.EACH_TIME if request.idempotency_id is None else Effect.ONCE,
        owned_by(owner, operation) + acting_for(caller, operation),
        every_field(request, operation),
        look=_LOOK,
    )


def read(invocation_id: str) -> Call:
    """Read one invocation."""
    operation = _operation("read", invocation_id)
    return Call(operation, "GET", _path(invocation_id, operation))


def query(specification: QuerySpecification, *, owner: str | None) -> Call:
    """List one page of an organization's invocations."""
    return listing("list invocations", f"{_ROOT}/query", specification, owner=owner)


def cancel(invocation_id: str, *, owner: str | None) -> Call:
    """Cancel an invocation."""
    operation = _operation("cancel", invocation_id)
    path = f"{_path(invocation_id, operation)}/cancel"
    return Call(operation, "POST", path, Effect.ONCE, owned_by(owner, operation), look=_LOOK)


def cancel_active(request: CancelActiveInvocationsRequest, *, owner: str | None) -> Call:
    """Cancel a bounded number of an organization's active invocations."""
    operation = "cancel active invocations"
    headers = owned_by(owner, operation)
    return Call(
        operation, "POST", f"{_ROOT}/cancel/all", Effect.EACH_TIME, headers, set_fields(request, operation), look=_LOOK
    )


def update_status(invocation_id: str, request: UpdateInvocationStatus, *, owner: str | None) -> Call:
    """Record an invocation's next status."""
    operation = _operation("change the status of", invocation_id)
    path, headers = f"{_path(invocation_id, operation)}/status", owned_by(owner, operation)
    return Call(operation, "POST", path, Effect.EACH_TIME, headers, every_field(request, operation), look=_LOOK)


def set_container_info(invocation_id: str, request: SetContainerInfoRequest, *, owner: str | None) -> Call:
    """Record the digest of the image that runs."""
    operation = _operation("record the image of", invocation_id)
    path, headers = f"{_path(invocation_id, operation)}/container-info", owned_by(owner, operation)
    return Call(operation, "PUT", path, Effect.ONCE, headers, every_field(request, operation), look=_LOOK)


def set_logs_location(invocation_id: str, request: SetLogsLocationRequest, *, owner: str | None) -> Call:
    """Record where logs are stored."""
    operation = _operation("record the place of logs of", invocation_id)
    path, headers = f"{_path(invocation_id, operation)}/logs", owned_by(owner, operation)
    return Call(operation, "PUT", path, Effect.ONCE, headers, every_field(request, operation), look=_LOOK)


def logs(invocation_id: str, *, page_token: str | None, owner: str | None) -> Call:
    """Read one page of an invocation's logs."""
    operation = _operation("read the logs of", invocation_id)
    path = f"{_path(invocation_id, operation)}/logs{query_string(page_token=page_token)}"
    return Call(operation, "GET", path, headers=owned_by(owner, operation))


def stream_logs(invocation_id: str, *, last_read: str | None, owner: str | None) -> Call:
    """Read what was logged after ``last_read``."""
    operation = _operation("follow the logs of", invocation_id)
    path = f"{_path(invocation_id, operation)}/logs/stream{query_string(last_read=last_read)}"
    return Call(operation, "GET", path, headers=owned_by(owner, operation))


def _operation(verb: str, invocation_id: str) -> str:
    return f'{verb} invocation "{invocation_id}"'


def _path(invocation_id: str, operation: str) -> str:
    return f"{_ROOT}/{segment(invocation_id, operation, called='the id of an invocation')}"

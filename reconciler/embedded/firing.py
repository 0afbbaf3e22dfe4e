"""What a trigger that fires does: one invocation for the dataset, or one for each file, each at most once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reconciler.domain.inputs import InvocationInput
from reconciler.domain.invocation_requests import CreateInvocationRequest
from reconciler.domain.invocations import InvocationDataSourceType, InvocationSource
from reconciler.domain.triggers import TriggerRecord
from reconciler.embedded.access import Caller
from reconciler.embedded.evaluation import dataset_key, file_key
from reconciler.embedded.evaluation_rows import Candidate
from reconciler.embedded.input_patterns import literal
from reconciler.embedded.invocations import invoke_action
from reconciler.embedded.store import Rows
from reconciler.errors import Conflict


def fire_for_dataset(
    rows: Rows, trigger: TriggerRecord, dataset_id: str, *, caused_by: str | None, now: datetime
) -> bool:
    """Invoke the trigger's action for a dataset; False when that was done before.

    ``caused_by`` is the invocation whose run woke the trigger, if it was one.
    """
    key = dataset_key(trigger.trigger_id, dataset_id)
    caller = Caller(trigger.service_user_id, trigger.org_id, invocation_id=caused_by)
    return _fire(rows, trigger, dataset_id, trigger.required_inputs, key=key, caller=caller, now=now)


def fire_for_file(
    rows: Rows, trigger: TriggerRecord, dataset_id: str, file: Candidate, *, caused_by: str | None, now: datetime
) -> bool:
    """Invoke the trigger's action for one version of a file; False when that was done before."""
    key = file_key(trigger.trigger_id, file.file_id, file.version)
    caller = Caller(trigger.service_user_id, trigger.org_id, invocation_id=caused_by)
    return _fire(rows, trigger, dataset_id, [literal(file.path)], key=key, caller=caller, now=now)


def _fire(
    rows: Rows,
    trigger: TriggerRecord,
    dataset_id: str,
    inputs: Sequence[str],
    *,
    key: str,
    caller: Caller,
    now: datetime,
) -> bool:
    patterns = [*inputs, *(trigger.additional_inputs or ())]
    request = CreateInvocationRequest(
        data_source_id=dataset_id,
        data_source_type=InvocationDataSourceType.Dataset,
        input_data=patterns,
        rich_input_data=InvocationInput.from_dataset_file_paths(dataset_id, patterns),
        invocation_source=InvocationSource.Trigger,
        # By name, as clients say it; a trigger might be called what another's id is.
        invocation_source_id=trigger.name,
        idempotency_id=key,
        parameter_values=trigger.parameter_values,
        compute_requirement_overrides=trigger.compute_requirement_overrides,
        container_parameter_overrides=trigger.container_parameter_overrides,
        timeout=trigger.timeout,
    )
    try:
        invoke_action(
            rows,
            trigger.action.name,
            request,
            caller=caller,
            digest=trigger.action.digest,
            owner=trigger.action.owner,
            now=now,
        )
    except Conflict:
        return False
    return True

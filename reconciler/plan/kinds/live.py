"""What is live, as its manifest would say it."""

from __future__ import annotations

from typing import Any

from reconciler.domain.actions import ActionRecord, ActionSpec, normalised_action
from reconciler.domain.live import LiveRecord
from reconciler.domain.triggers import TriggerSpec, normalised_trigger
from reconciler.plan.kinds import action, trigger
from reconciler.plan.masking import concealed


def live_shape(record: LiveRecord, *, sensitive: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the spec of a live resource as a JSON object, secrets wrapped; the same for the same state."""
    org_id = record.org_id
    if isinstance(record, ActionRecord):
        shape = action.shape(normalised_action(ActionSpec.of(record), org_id=org_id), org_id=org_id)
    else:
        shape = trigger.shape(normalised_trigger(TriggerSpec.of(record), org_id=org_id), org_id=org_id)
    return concealed(shape, sensitive=sensitive)

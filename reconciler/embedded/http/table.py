"""Every operation there is. The order makes no difference: fixed paths win over those with a name in their place."""

from __future__ import annotations

from typing import Final

from reconciler.embedded.http import (
    actions,
    datasets,
    downloads,
    files,
    invocations,
    object_uploads,
    people,
    query_service,
    scheduled_triggers,
    targeted_triggers,
    triggers,
    unsupported,
    uploads,
)
from reconciler.embedded.http.operations import Operation

#: What is served, and documented in the OpenAPI document.
OPERATIONS: Final[tuple[Operation, ...]] = (
    *actions.OPERATIONS,
    *invocations.OPERATIONS,
    *triggers.OPERATIONS,
    *targeted_triggers.OPERATIONS,
    *scheduled_triggers.OPERATIONS,
    *datasets.OPERATIONS,
    *files.OPERATIONS,
    *uploads.OPERATIONS,
    *object_uploads.OPERATIONS,
    *downloads.OPERATIONS,
    *people.OPERATIONS,
    *query_service.OPERATIONS,
)

#: What clients may ask for and this platform does not have.
REFUSED: Final[tuple[Operation, ...]] = unsupported.OPERATIONS

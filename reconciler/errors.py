"""The exception tree: what stops the work, and the exit code it ends with.

::

    ReconcilerError                 1
    ├── InvalidManifests            1    .diagnostics, all of them
    ├── ConfigurationError          1    no platform named, unreadable config file, ...
    ├── PlanFileError               1    not a plan file, or one of a newer major version
    ├── GuardRefused                3
    ├── StalePlan                   4    live state or manifests moved since the plan was saved
    ├── PartlyApplied               5
    ├── InventoryDamaged            1    the inventory cannot be read
    │   └── InventoryTooNew         1    a later version of this tool wrote it
    ├── InventoryUnavailable        1    where it is kept cannot be asked
    │   └── InventoryNotAllowed     7    it does not know the credentials, or they may not do this
    ├── InventoryMoved              6    somebody else wrote the inventory since it was read
    ├── Locked                      6    somebody else holds the lock
    ├── ForgeError                  1    GitHub or GitLab refuses; .status is what it answered with
    │   ├── ForgeNotAllowed         7    it does not know the token, or the token lacks a permission
    │   └── ForgeUnavailable        1    5xx, no answer, or a rate limit that lasts too long
    ├── RunFailed                   1    one run of an action cannot go on; recorded with its invocation
    └── PlatformError               1    .operation says what was asked
        ├── NotAuthenticated        7
        ├── NotAllowed              7
        ├── NotFound                1
        ├── Conflict                1
        ├── InvalidRequest          1
        │   └── InvalidTransition   1    an invocation cannot go from its status to the one asked for
        ├── TooManyRequests         1    .retry_after in seconds
        ├── PlatformUnavailable     1    5xx, or no connection: nothing was changed
        ├── MalformedAnswer         1    the answer is not what the platform's contract says
        └── OutcomeUnknown          1    a write was sent and its answer never came

What a user fixes by editing a file is no exception but a :class:`reconciler.diagnostics.Diagnostic`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from reconciler.diagnostics import Diagnostic, with_short_quotes


class ReconcilerError(Exception):
    """The root of everything this package raises on purpose.

    Attributes:
        message: One sentence, without secrets; of a long value it quotes the beginning.
        hint: What to do about it; empty when there is nothing to add.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        message = with_short_quotes(message)
        super().__init__(message)
        self.message = message
        self.hint = with_short_quotes(hint)


class InvalidManifests(ReconcilerError):
    """Manifests hold errors; ``diagnostics`` has every one of them, warnings included."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        errors = sum(1 for diagnostic in diagnostics if diagnostic.is_error)
        super().__init__(f"{errors} {'problem' if errors == 1 else 'problems'} in the manifests")
        self.diagnostics = tuple(diagnostics)


class ConfigurationError(ReconcilerError):
    """The tool cannot tell what to work on: no platform, an unreadable config file, an unknown profile."""


class PlanFileError(ReconcilerError):
    """The file is not a plan this version can apply."""


class GuardRefused(ReconcilerError):
    """A guard or a protection refuses the plan; nothing was sent."""

    exit_code = 3


class StalePlan(ReconcilerError):
    """What the plan was made from has moved since; nothing was sent."""

    exit_code = 4


class PartlyApplied(ReconcilerError):
    """Some changes were applied and some were not; the events said which."""

    exit_code = 5


class InventoryDamaged(ReconcilerError):
    """The inventory cannot be read: it is no inventory, or one of a later version of this tool."""


class InventoryTooNew(InventoryDamaged):
    """A later version of this tool wrote it; nothing is wrong with it, and nothing may be written in its place."""


class InventoryUnavailable(ReconcilerError):
    """Where the inventory is kept cannot be asked: no permission, no connection, no such bucket."""


class InventoryNotAllowed(InventoryUnavailable):
    """Where the inventory is kept does not know the credentials, or they lack the right to do this."""

    exit_code = 7


class InventoryMoved(ReconcilerError):
    """Somebody else wrote the inventory since it was read: the lock was lost, or never asked for."""

    exit_code = 6


class Locked(ReconcilerError):
    """Somebody else holds the lock; the message says who, since when and from where."""

    exit_code = 6


class ForgeError(ReconcilerError):
    """GitHub or GitLab refuses, or answers what its API does not promise.

    Attributes:
        status: The HTTP status of the answer; None where there was none.
    """

    def __init__(self, message: str, *, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class ForgeNotAllowed(ForgeError):
    """The forge does not know the token, or the token lacks a permission; the hint says which."""

    exit_code = 7


class ForgeUnavailable(ForgeError):
    """The forge did not answer, or asks for more patience than a job has; a write may have landed."""


class RunFailed(ReconcilerError):
    """A run of an action cannot begin or go on; the message becomes the detail of its invocation's status."""


class PlatformError(ReconcilerError):
    """The platform refused or could not be asked.

    Attributes:
        operation: What was asked, such as ``create action "ros_ingest"``; empty where unknown.
    """

    def __init__(self, message: str, *, operation: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.operation = with_short_quotes(operation)


class NotAuthenticated(PlatformError):
    """The platform does not know the caller (401)."""

    exit_code = 7


class NotAllowed(PlatformError):
    """The platform knows the caller and refuses (403)."""

    exit_code = 7


class NotFound(PlatformError):
    """There is no such resource (404)."""


class Conflict(PlatformError):
    """The resource exists already, or is in a state that forbids the request (409)."""


class InvalidRequest(PlatformError):
    """The platform finds the request wrong (400)."""


class InvalidTransition(InvalidRequest):
    """An invocation cannot go from the status it has to the one asked for (400); it stays as it is."""


class TooManyRequests(PlatformError):
    """The platform asks to slow down (429) and went on asking after every retry.

    Attributes:
        retry_after: Seconds the platform asked to wait; None when it did not say.
    """

    def __init__(self, message: str, *, operation: str = "", hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, operation=operation, hint=hint)
        self.retry_after = retry_after


class PlatformUnavailable(PlatformError):
    """The platform could not be reached, or answered 5xx; the request changed nothing."""


class MalformedAnswer(PlatformError):
    """The platform's answer is not JSON or lacks what its contract promises."""


class OutcomeUnknown(PlatformError):
    """A write was sent and no answer came back that says what became of it: it may or may not have landed.

    Attributes:
        reason: What came instead of an answer; the message where nobody said more.
    """

    def __init__(self, message: str, *, operation: str = "", hint: str = "", reason: str = "") -> None:
        super().__init__(message, operation=operation, hint=hint)
        self.reason = with_short_quotes(reason) or self.message

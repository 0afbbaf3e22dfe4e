"""The platform port: everything the reconciler asks of a platform, and nothing more.

Two adapters implement it, the HTTP client and the embedded platform; one contract suite holds both to this text.

Every method raises the leaves of :class:`reconciler.errors.PlatformError` and nothing else, is safe to call from
several threads at once, and either has its full effect or none. A write whose answer was lost raises
``OutcomeUnknown``; a read is repeated by the adapter where that helps. ``owner`` is the organization that owns the
resource; None means the caller's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reconciler.domain.actions import ActionRecord
from reconciler.domain.queries import Page, QuerySpecification, UnreadPage
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerRecord
from reconciler.domain.values import Accessibility

# Only an export asks for them: planning does without the shapes they are judged by.
if TYPE_CHECKING:
    from reconciler.domain.newer_triggers import NewerTrigger


@dataclass(frozen=True, slots=True)
class PlatformIdentity:
    """Which platform this is: ``kind`` is ``roboto`` or ``embedded``, ``endpoint`` a URL or a path."""

    kind: str
    endpoint: str
    org_id: str


class PlatformReader(Protocol):
    """What a command that only looks is given."""

    def identity(self) -> PlatformIdentity:
        """Return which platform and which organization the caller works on."""
        ...

    def get_action(self, name: str, *, digest: str | None = None, owner: str | None = None) -> ActionRecord:
        """Return one action, its latest version unless ``digest`` names another.

        Raises:
            NotFound: No such action or version, or none the caller may see.
        """
        ...

    def query_actions(
        self,
        query: QuerySpecification,
        *,
        owner: str | None = None,
        accessibility: Accessibility = Accessibility.Organization,
    ) -> Page[ActionRecord]:
        """Return one page of actions of an organization, or of the Action Hub; newest first by default."""
        ...

    def unread_actions(self, query: QuerySpecification) -> UnreadPage[ActionRecord]:
        """Return one page of actions of the own organization, not yet read."""
        ...

    def get_trigger(self, name: str, *, owner: str | None = None) -> TriggerRecord:
        """Return one trigger.

        Raises:
            NotFound: No such trigger.
        """
        ...

    def query_triggers(self, query: QuerySpecification, *, owner: str | None = None) -> Page[TriggerRecord]:
        """Return one page of triggers of an organization, newest first by default."""
        ...

    def unread_triggers(self, query: QuerySpecification) -> UnreadPage[TriggerRecord]:
        """Return one page of triggers of the own organization, not yet read."""
        ...

    def newer_triggers(self) -> tuple[NewerTrigger, ...]:
        """Return the own organization's triggers that no listing shows: those without an older form, by name."""
        ...

    def close(self) -> None:
        """Let go of connections and files; calling it twice is harmless."""
        ...


class Platform(PlatformReader, Protocol):
    """What a command that writes is given."""

    def create_action(self, request: CreateActionRequest) -> ActionRecord:
        """Create an action in the caller's organization.

        Raises:
            Conflict: The name is taken.
            InvalidRequest: The platform finds a field wrong.
        """
        ...

    def update_action(self, name: str, request: UpdateActionRequest, *, owner: str | None = None) -> ActionRecord:
        """Make a new version of an action; its old versions stay readable by digest."""
        ...

    def set_action_accessibility(
        self, name: str, request: SetActionAccessibilityRequest, *, owner: str | None = None
    ) -> ActionRecord:
        """Publish an action to the Action Hub or take it back."""
        ...

    def delete_action(self, name: str, *, owner: str | None = None) -> None:
        """Delete an action with all its versions."""
        ...

    def create_trigger(self, request: CreateTriggerRequest) -> TriggerRecord:
        """Create a trigger in the caller's organization.

        Raises:
            Conflict: The name is taken.
            NotFound: The action does not exist.
            InvalidRequest: The platform finds a field wrong.
        """
        ...

    def update_trigger(self, name: str, request: UpdateTriggerRequest, *, owner: str | None = None) -> TriggerRecord:
        """Change a trigger in place."""
        ...

    def delete_trigger(self, name: str, *, owner: str | None = None) -> None:
        """Delete a trigger."""
        ...

"""Who calls the embedded platform, and what they may see and change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from reconciler.domain.actions import ActionRecord
from reconciler.domain.values import Accessibility
from reconciler.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Caller:
    """A user at work for one organization.

    Attributes:
        user_id: Who is recorded as creator and modifier.
        org_id: The organization the caller works for where a request names none.
        other_orgs: Further organizations the caller is a member of.
        invocation_id: The invocation whose run calls; None where it is no run. Triggers are deaf to their own runs.
        knows_later_causes: Whether the caller's API version has causes of triggers that came later than the others:
            triggers that have them are not there for whoever does not.
        attempt: For which attempt at it an executor writes; None where the caller is no executor.
    """

    user_id: str
    org_id: str
    other_orgs: frozenset[str] = frozenset()
    invocation_id: str | None = None
    attempt: int | None = None
    knows_later_causes: bool = False

    @property
    def organizations(self) -> frozenset[str]:
        """Every organization the caller is a member of."""
        return self.other_orgs | {self.org_id}

    def acting_for(self, org_id: str) -> Caller:
        """Return the same user, working for another of their organizations.

        Raises:
            NotAllowed: The user is no member of it.
        """
        if org_id not in self.organizations:
            raise NotAllowed(f'{self.user_id} is no member of the organization "{org_id}"')
        return replace(self, org_id=org_id, other_orgs=self.organizations - {org_id})


#: Whoever runs the tool on this machine.
LOCAL_CALLER: Final = Caller(user_id="local@localhost", org_id="og_local")


def sees_action(record: ActionRecord, organizations: Collection[str]) -> bool:
    """Return True when members of these organizations may read this version of an action."""
    return record.org_id in organizations or record.accessibility is Accessibility.ActionHub

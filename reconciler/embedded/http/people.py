"""Users and organizations over HTTP: read only, for the server's configuration says who there is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import Field

from reconciler.domain.values import WireModel
from reconciler.embedded.http.accounts import Access, Account
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.operations import Operation
from reconciler.errors import NotFound


class UserRecord(WireModel):
    """A wire-transmissible representation of a user."""

    user_id: str
    name: str | None = None
    picture_url: str | None = None
    is_service_user: bool = False
    is_system_user: bool = False
    notification_channels_enabled: dict[str, bool] = Field(default_factory=dict)
    notification_types_enabled: dict[str, bool] = Field(default_factory=dict)


class OrgRecord(WireModel):
    """A wire-transmissible representation of an organization."""

    org_id: str
    name: str
    # An embedded organization is no more than its name; the rest is what older clients insist on.
    tier: Literal["free"] = "free"
    status: Literal["active"] = "active"
    created: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    created_by: str | None = None


class OrgUserRecord(WireModel):
    """A wire-transmissible representation of a user's place in an organization."""

    user: UserRecord
    org: OrgRecord
    roles: list[Literal["user", "admin", "owner"]]


def whoami(call: Call) -> UserRecord:
    """Say who the caller is."""
    return _user(call.account)


def get_user(call: Call, user_id: str) -> UserRecord:
    """Read a user who shares an organization with the caller."""
    return _user(_visible(call, user_id))


def my_organizations(call: Call) -> list[OrgRecord]:
    """List the organizations the caller is a member of."""
    return _organizations(call, call.account)


def organizations_of_user(call: Call, user_id: str) -> list[OrgRecord]:
    """List the organizations that a user is a member of and the caller too."""
    return _organizations(call, _visible(call, user_id))


def get_organization(call: Call, org_id: str) -> OrgRecord:
    """Read an organization the caller is a member of."""
    if org_id not in call.account.caller.organizations:
        raise NotFound(f'there is no organization "{org_id}", or none you may see')
    return _organization(call, org_id)


def users_of_organization(call: Call, org_id: str) -> list[OrgUserRecord]:
    """List the members of an organization."""
    org = get_organization(call, org_id)
    members = [each for each in call.site.accounts.seen_by(call.account) if org_id in each.caller.organizations]
    return [
        OrgUserRecord(user=_user(each), org=org, roles=["admin" if each.access is Access.WRITE else "user"])
        for each in members
    ]


def _visible(call: Call, user_id: str) -> Account:
    for account in call.site.accounts.seen_by(call.account):
        if account.user_id == user_id:
            return account
    raise NotFound(f'there is no user "{user_id}", or none you may see')


def _user(account: Account) -> UserRecord:
    return UserRecord(user_id=account.user_id, name=account.name)


def _organizations(call: Call, account: Account) -> list[OrgRecord]:
    shared = account.caller.organizations & call.account.caller.organizations
    return [_organization(call, org_id) for org_id in sorted(shared)]


def _organization(call: Call, org_id: str) -> OrgRecord:
    return OrgRecord(org_id=org_id, name=call.site.accounts.name_of(org_id))


OPERATIONS: Final = (
    Operation("GET", "/v1/users", whoami),
    Operation("GET", "/v1/users/whoami", whoami),
    Operation("GET", "/v1/users/id/{user_id}", get_user),
    Operation("GET", "/v1/users/id/{user_id}/orgs", organizations_of_user),
    Operation("GET", "/v1/orgs/caller", my_organizations),
    Operation("GET", "/v1/orgs/id/{org_id}", get_organization),
    Operation("GET", "/v1/orgs/id/{org_id}/users", users_of_organization),
)

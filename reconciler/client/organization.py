"""The organizations of a caller: the only one where none was named, and whether it belongs to the one that was."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from reconciler.client.answers import list_reader
from reconciler.client.calls.resources import OWN_ORGANIZATIONS
from reconciler.client.transport import Transport
from reconciler.errors import ConfigurationError, GuardRefused


class _Organization(BaseModel):
    org_id: str
    name: str = ""


_ORGANIZATIONS = list_reader(_Organization)


def only_organization(transport: Transport) -> str:
    """Return the id of the one organization the caller belongs to, as the platform knows it.

    Raises:
        ConfigurationError: The caller belongs to none or to several.
    """
    organizations = transport.exchange(OWN_ORGANIZATIONS, _ORGANIZATIONS)
    if len(organizations) == 1:
        return organizations[0].org_id
    target = transport.target
    if not organizations:
        raise ConfigurationError(
            f"{target.token_in_words} belongs to no organization at {target.endpoint}",
            hint="ask an administrator to invite its user, or use another token",
        )
    raise ConfigurationError(
        f"{target.token_in_words} belongs to {len(organizations)} organizations, and none was chosen",
        hint=f"set ROBOTO_ORG_ID, or org_id in the profile, to one of {target.quoted(_listed(organizations))}",
    )


def require_organization(transport: Transport, org_id: str, *, wanted_by: str) -> None:
    """Refuse to work in an organization that the caller does not belong to, before anything else is asked.

    Raises:
        GuardRefused: With the organization that is wanted and those that the token is of.
    """
    organizations = transport.exchange(OWN_ORGANIZATIONS, _ORGANIZATIONS)
    if any(each.org_id == org_id for each in organizations):
        return
    target = transport.target
    own = target.quoted(_listed(organizations)) if organizations else "no organization"
    raise GuardRefused(
        f"{wanted_by} is organization {org_id}, {target.token_in_words} belongs to {own}",
        hint="use a token of that organization; nothing was read or written",
    )


def _listed(organizations: Sequence[_Organization]) -> str:
    return ", ".join(f"{each.org_id} ({each.name})" if each.name else each.org_id for each in organizations)

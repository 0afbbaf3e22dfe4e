"""The organization of a caller that named none: its only one, or an error that lists the choices."""

from __future__ import annotations

from pydantic import BaseModel

from reconciler.client.answers import list_reader
from reconciler.client.calls.resources import OWN_ORGANIZATIONS
from reconciler.client.transport import Transport
from reconciler.errors import ConfigurationError


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
    listed = ", ".join(f"{each.org_id} ({each.name})" if each.name else each.org_id for each in organizations)
    raise ConfigurationError(
        f"{target.token_in_words} belongs to {len(organizations)} organizations, and none was chosen",
        hint=f"set ROBOTO_ORG_ID, or org_id in the profile, to one of {target.quoted(listed)}",
    )

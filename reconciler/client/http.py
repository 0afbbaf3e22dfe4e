"""The remote platform: the port over HTTP."""

from __future__ import annotations

import random as _random
import threading
import time
from collections.abc import Callable
from typing import Final

from pydantic import BaseModel

from reconciler import __version__
from reconciler.client import calls
from reconciler.client.answers import list_reader, page_reader, read_nothing, record_reader
from reconciler.client.dialing import dialled
from reconciler.client.endpoint import normalised_endpoint
from reconciler.client.retry import RetryPolicy
from reconciler.client.target import Target
from reconciler.client.token import checked_token
from reconciler.client.transport import Transport
from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Kind
from reconciler.domain.platform import PlatformIdentity
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerRecord
from reconciler.domain.values import Accessibility
from reconciler.errors import ConfigurationError

USER_AGENT: Final = f"roboto-reconciler/{__version__}"

#: Bytes: a page of 1,000 records is about 2 MB, and may be a good deal larger.
LARGEST_BODY: Final = 256 * 1024 * 1024


class _Organization(BaseModel):
    org_id: str
    name: str = ""


_ACTION = record_reader(ActionRecord)
_ACTIONS = page_reader(ActionRecord)
_TRIGGER = record_reader(TriggerRecord)
_TRIGGERS = page_reader(TriggerRecord)
_ORGANIZATIONS = list_reader(_Organization)


class HttpPlatform:
    """The platform port over HTTP; several threads may use it at once."""

    def __init__(self, transport: Transport, *, org_id: str | None) -> None:
        self._transport = transport
        self._org_id = org_id
        self._looking_up = threading.Lock()

    @classmethod
    def connect(
        cls,
        *,
        endpoint: str,
        token: str,
        org_id: str | None = None,
        timeout: float = 30.0,
        retries: int = 4,
        max_connections: int = 16,
        origin: str = "",
        user_agent: str = USER_AGENT,
        largest_body: int = LARGEST_BODY,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = _random.random,
        clock: Callable[[], float] = time.time,
    ) -> HttpPlatform:
        """Return the platform at an endpoint; nothing is sent yet.

        Args:
            endpoint: An http or https URL; a slash at its end makes no difference.
            token: The caller's token.
            org_id: The organization to work in; None for the caller's only one.
            timeout: Seconds to wait for the next byte of an answer.
            retries: Attempts after the first, where another one is safe.
            max_connections: Threads that will use this at once.
            origin: Where the token came from, in words, for messages.
            user_agent: The tool and its version, as ``NAME/VERSION``.
            largest_body: Bytes of an answer from which on it is refused.
            sleep: Waits for a number of seconds.
            random: Returns a number from 0 up to 1.
            clock: Returns the seconds since the epoch.

        Raises:
            ConfigurationError: The endpoint, the token, a proxy or a certificate file cannot be used.
        """
        target = Target(normalised_endpoint(endpoint), checked_token(token, origin=origin), origin)
        lanes = dialled(target, timeout=timeout, count=max_connections, user_agent=user_agent)
        policy = RetryPolicy(retries, random)
        return cls(Transport(lanes, target, policy, largest_body, sleep, clock), org_id=org_id or None)

    def identity(self) -> PlatformIdentity:
        """Return the endpoint and the organization, asking the platform for it once where none was named.

        Raises:
            ConfigurationError: None was named, and the caller belongs to none or to several.
        """
        with self._looking_up:
            if self._org_id is None:
                self._org_id = self._only_organization()
            return PlatformIdentity("roboto", self._transport.target.endpoint, self._org_id)

    def get_action(self, name: str, *, digest: str | None = None, owner: str | None = None) -> ActionRecord:
        """Return one action, its latest version unless ``digest`` names another."""
        call = calls.read(Kind.ACTION, name, owner=owner or self._org_id, digest=digest)
        return self._transport.exchange(call, _ACTION)

    def query_actions(
        self,
        query: QuerySpecification,
        *,
        owner: str | None = None,
        accessibility: Accessibility = Accessibility.Organization,
    ) -> Page[ActionRecord]:
        """Return one page of actions of an organization, or of the Action Hub."""
        if accessibility is Accessibility.Organization:
            owner = owner or self._org_id
        call = calls.query_actions(query, owner=owner, accessibility=accessibility)
        return self._transport.exchange(call, _ACTIONS)

    def get_trigger(self, name: str, *, owner: str | None = None) -> TriggerRecord:
        """Return one trigger."""
        return self._transport.exchange(calls.read(Kind.TRIGGER, name, owner=owner or self._org_id), _TRIGGER)

    def query_triggers(self, query: QuerySpecification, *, owner: str | None = None) -> Page[TriggerRecord]:
        """Return one page of triggers of an organization."""
        return self._transport.exchange(calls.query_triggers(query, owner=owner or self._org_id), _TRIGGERS)

    def create_action(self, request: CreateActionRequest) -> ActionRecord:
        """Create an action in the caller's organization."""
        return self._transport.exchange(calls.create(request, caller=self._org_id), _ACTION)

    def update_action(self, name: str, request: UpdateActionRequest, *, owner: str | None = None) -> ActionRecord:
        """Make a new version of an action."""
        call = calls.update(Kind.ACTION, name, request, owner=owner or self._org_id)
        return self._transport.exchange(call, _ACTION)

    def set_action_accessibility(
        self, name: str, request: SetActionAccessibilityRequest, *, owner: str | None = None
    ) -> ActionRecord:
        """Publish an action to the Action Hub or take it back."""
        return self._transport.exchange(calls.set_accessibility(name, request, owner=owner or self._org_id), _ACTION)

    def delete_action(self, name: str, *, owner: str | None = None) -> None:
        """Delete an action with all its versions."""
        self._transport.exchange(calls.delete(Kind.ACTION, name, owner=owner or self._org_id), read_nothing)

    def create_trigger(self, request: CreateTriggerRequest) -> TriggerRecord:
        """Create a trigger in the caller's organization."""
        return self._transport.exchange(calls.create(request, caller=self._org_id), _TRIGGER)

    def update_trigger(self, name: str, request: UpdateTriggerRequest, *, owner: str | None = None) -> TriggerRecord:
        """Change a trigger in place."""
        call = calls.update(Kind.TRIGGER, name, request, owner=owner or self._org_id)
        return self._transport.exchange(call, _TRIGGER)

    def delete_trigger(self, name: str, *, owner: str | None = None) -> None:
        """Delete a trigger."""
        self._transport.exchange(calls.delete(Kind.TRIGGER, name, owner=owner or self._org_id), read_nothing)

    def close(self) -> None:
        """Let go of the connections; calling it twice is harmless."""
        self._transport.lanes.close()

    def _only_organization(self) -> str:
        organizations = self._transport.exchange(calls.OWN_ORGANIZATIONS, _ORGANIZATIONS)
        if len(organizations) == 1:
            return organizations[0].org_id
        target = self._transport.target
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

"""The door: who calls, for which organization, and whether the account may do what the operation needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request

from reconciler.domain.wire import HEADER_API_VERSION, HEADER_CALLER_ORG, HEADER_OWNER_ORG, LATER_CAUSES
from reconciler.embedded.http.accounts import Access, Account
from reconciler.embedded.http.calls import Call, Site, checked_version, given
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.http.refusals import NO_ORG_PROVIDED, Refused
from reconciler.embedded.platform import Caller, EmbeddedPlatform
from reconciler.errors import NotAllowed, NotAuthenticated

#: Organizations may also be named in the query string.
TWIN_CALLER_ORG: Final = "robotoOrgId"
TWIN_OWNER_ORG: Final = "robotoResourceOwnerId"

_MAY: Final = {Access.READ: "read", Access.INVOKE: "read and invoke", Access.WRITE: "read, invoke and write"}


@dataclass(frozen=True, slots=True)
class Door:
    """Lets callers in."""

    platform: EmbeddedPlatform
    site: Site

    def know(self, request: Request, *, linkable: bool) -> Account:
        """Return whose token the request carries, or whose link it is where links let in.

        Raises:
            NotAuthenticated: It carries none that is known.
        """
        accounts = self.site.accounts
        if accounts.everybody is not None:
            return accounts.everybody
        if linkable and "token" in request.query_params:
            return self._linked(request)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        account = accounts.holder_of(token.strip()) or self._run(token.strip())
        if scheme.lower() != "bearer" or account is None:
            raise NotAuthenticated("send Authorization: Bearer with a token this platform knows")
        return account

    def admit(self, request: Request, operation: Operation, account: Account) -> Call:
        """Return the call of an account that may make it.

        Raises:
            NotAllowed: The account may not do this, or not for that organization.
            Refused: The organization is in doubt.
        """
        if account.access < operation.access:
            raise NotAllowed(f"{account.user_id} may only {_MAY[account.access]} here")
        version = version_of(request)
        caller = replace(self._caller(request, operation, account), knows_later_causes=version >= LATER_CAUSES)
        working = replace(account, caller=caller)
        return Call(
            platform=self.platform.as_caller(working.caller),
            account=working,
            site=self.site,
            owner=_header(request, HEADER_OWNER_ORG, TWIN_OWNER_ORG),
            version=version,
            url=str(request.base_url).rstrip("/"),
        )

    def _linked(self, request: Request) -> Account:
        user_id = self.site.seals.user_of_link(request.query_params["token"], request.path_params["file_id"])
        account = None if user_id is None else self.site.accounts.user(user_id)
        if account is None:
            raise NotAuthenticated("this link is none of this server's, or too old: ask for another one")
        return account

    def _run(self, token: str) -> Account | None:
        """Return the account of a run, which works for the organization it belongs to and for no other.

        It may do what whoever started it may; what a trigger started was written by those who may write.
        """
        run = self.site.seals.run_of(token)
        if run is None:
            return None
        user = self.site.accounts.user(run.user_id)
        return Account(run) if user is None else Account(run, user.access)

    def _caller(self, request: Request, operation: Operation, account: Account) -> Caller:
        org_id = _header(request, HEADER_CALLER_ORG, TWIN_CALLER_ORG)
        if org_id is not None:
            return account.caller.acting_for(org_id)
        if operation.creates and account.caller.other_orgs:
            message = f"did not provide a org for single-org operation: name one in {HEADER_CALLER_ORG}"
            raise Refused(400, message, code=NO_ORG_PROVIDED)
        return account.caller


def version_of(request: Request) -> str:
    """Return the API version a request is written in.

    Raises:
        InvalidRequest: It is no date.
    """
    return checked_version(given(request.headers.get(HEADER_API_VERSION)))


def _header(request: Request, name: str, twin: str) -> str | None:
    return given(request.headers.get(name) or request.query_params.get(twin))

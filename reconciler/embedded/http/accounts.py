"""Who may come in: accounts by their tokens, of which only hashes are kept, and what each may do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from reconciler.embedded.access import Caller


class Access(IntEnum):
    """What an account may do in its organizations; each one includes those before it."""

    READ = 1
    INVOKE = 2
    WRITE = 3


@dataclass(frozen=True, slots=True)
class Account:
    """A user that a token lets in.

    Attributes:
        caller: The user and its organizations.
        access: What it may do there.
        name: The user's name for people; None where there is only the id.
    """

    caller: Caller
    access: Access = Access.WRITE
    name: str | None = None

    @property
    def user_id(self) -> str:
        """The user's id."""
        return self.caller.user_id


@dataclass(frozen=True, slots=True)
class Accounts:
    """Everybody who may come in.

    Attributes:
        by_token_hash: Accounts by the hash of each of their tokens, see :func:`token_hash`.
        organizations: Names for people, by the id of an organization; ids stand in for those that are not here.
        everybody: Who all requests come from; None where a token must say so.
    """

    by_token_hash: Mapping[bytes, Account] = field(default_factory=dict, repr=False)
    organizations: Mapping[str, str] = field(default_factory=dict)
    everybody: Account | None = None

    @classmethod
    def of_tokens(cls, tokens: Mapping[str, Caller]) -> Accounts:
        """Return the accounts of callers that may do everything in their organizations."""
        return cls({token_hash(token): Account(caller) for token, caller in tokens.items()})

    @classmethod
    def open_to_all(cls, caller: Caller) -> Accounts:
        """Let everybody in as this caller: for a platform that only its owner can reach."""
        return cls(everybody=Account(caller))

    def holder_of(self, token: str) -> Account | None:
        """Return whose token this is."""
        return self.by_token_hash.get(token_hash(token))

    def user(self, user_id: str) -> Account | None:
        """Return the account of a user."""
        return next((each for each in self._all() if each.user_id == user_id), None)

    def seen_by(self, account: Account) -> list[Account]:
        """Return the accounts that share an organization with this one, itself included, by user id."""
        users = {each.user_id: each for each in self._all() if each.caller.organizations & account.caller.organizations}
        return [users[user_id] for user_id in sorted(users)]

    def name_of(self, org_id: str) -> str:
        """Return the name of an organization."""
        return self.organizations.get(org_id, org_id)

    def _all(self) -> Iterable[Account]:
        if self.everybody is not None:
            yield self.everybody
        yield from self.by_token_hash.values()


def token_hash(token: str) -> bytes:
    """Return the hash a token is known by: neither what is kept nor the time a look-up takes gives the token away."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()

"""The server's configuration file as models: organizations, users, and the tokens that let them in.

::

    organizations:
      - id: og_fleet
        name: Fleet operations
        secrets_file: fleet.secrets.json   # what --secrets has is then for the others only
    users:
      - id: ann@example.com
        organizations: [og_fleet]
        access: write                      # read, invoke or write; write where it is left out
        tokens:
          - token_file: ann.token          # or  sha256: <64 hexadecimal digits>,  or  token: <the token itself>
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+\-]{0,127}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

#: Characters; fewer can be guessed.
SHORTEST_TOKEN: Final = 16


def checked_id(text: str) -> str:
    """Return an id.

    Raises:
        ValueError: It cannot stand in a URL and a header as it is.
    """
    if not _ID.fullmatch(text):
        raise ValueError('an id has letters, digits, "_", "-", "+", "." and "@" only, at most 128')
    return text


def checked_token(text: str) -> str:
    """Return a token.

    Raises:
        ValueError: It cannot travel in a header, can be guessed, or is one that clients refuse to send.
    """
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("a token has printable ASCII characters without spaces only")
    if len(text) < SHORTEST_TOKEN:
        raise ValueError(f"a token of fewer than {SHORTEST_TOKEN} characters can be guessed: openssl rand -hex 32")
    if text.startswith("robo_pat"):
        raise ValueError('the official client refuses to send tokens that start with "robo_pat"')
    return text


def _checked_hash(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise ValueError("a SHA-256 has 64 hexadecimal digits in small letters: printf %s TOKEN | sha256sum")
    return text


Id = Annotated[str, AfterValidator(checked_id)]


class Entry(BaseModel):
    """A frozen piece of the file: exactly the keys it lists, exactly the types it names."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class TokenEntry(Entry):
    """One token: given itself, in a file of its own, or by its hash."""

    token: Annotated[str, AfterValidator(checked_token)] | None = Field(None, repr=False)
    token_file: str | None = Field(None, min_length=1)
    sha256: Annotated[str, AfterValidator(_checked_hash)] | None = None

    @model_validator(mode="after")
    def only_one(self) -> Self:
        """Refuse an entry that says nothing, or several things."""
        if len(self.model_fields_set) != 1 or None in (getattr(self, name) for name in self.model_fields_set):
            raise ValueError("write one of token, token_file and sha256")
        return self


class OrganizationEntry(Entry):
    """One organization."""

    id: Id
    name: str | None = Field(None, min_length=1, max_length=256)
    secrets_file: str | None = Field(None, min_length=1)


class UserEntry(Entry):
    """One user; the first organization is the one it works for where a request names none."""

    id: Id
    name: str | None = Field(None, min_length=1, max_length=256)
    organizations: list[Id] = Field(min_length=1)
    access: Literal["read", "invoke", "write"] = "write"
    tokens: list[TokenEntry] = Field(min_length=1)


class ServerFile(Entry):
    """The whole file."""

    organizations: list[OrganizationEntry] = Field(min_length=1)
    users: list[UserEntry] = Field(min_length=1)

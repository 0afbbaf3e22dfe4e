"""One request as the functions behind the routes see it: its caller is found and its headers are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from reconciler.domain.queries import Page
from reconciler.domain.whole_platform import Stream
from reconciler.embedded.http.accounts import Account, Accounts
from reconciler.embedded.http.seals import Seals
from reconciler.embedded.http.staging import Staging
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.stored_page import StoredPage
from reconciler.errors import InvalidRequest

#: From this API version on null in an update of a dataset clears a field; before, it leaves the field alone.
NULL_CLEARS: Final = "2026-01-02"

_VERSION: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Site:
    """What requests share: everybody who may come in, uploads under way, and the key of its seals."""

    accounts: Accounts
    staging: Staging
    seals: Seals


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        platform: The platform, working for the caller.
        account: Who calls; ``account.caller`` works for the organization the request names.
        site: What it shares with other requests.
        owner: The organization whose resource is meant; None where the request does not say.
        version: The API version the client speaks, a date; empty for the oldest clients, which send none.
        url: Where this platform is reached, without a slash at its end.
    """

    platform: EmbeddedPlatform
    account: Account
    site: Site
    owner: str | None
    version: str
    url: str


@dataclass(frozen=True, slots=True)
class SentFile:
    """An answer that is the content of a file."""

    path: Path
    name: str


Answer = BaseModel | Page[Any] | StoredPage[Any] | Stream[Any] | SentFile | Mapping[str, Any] | list[Any] | None


def checked_version(text: str | None) -> str:
    """Return an API version, a date; empty where there is none.

    Raises:
        InvalidRequest: It is no date; as versions are compared as texts, it could mean anything.
    """
    if text is None:
        return ""
    if not _VERSION.fullmatch(text):
        raise InvalidRequest(f"X-Roboto-Api-Version is a date such as 2025-07-14, not {text[:20]!r}")
    return text


def given(text: str | None) -> str | None:
    """Return what a client says; the official one writes the text None for "nothing"."""
    return None if text in (None, "", "None") else text

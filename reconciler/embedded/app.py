"""The door of the embedded platform's HTTP side, for whoever has a platform and tokens at hand."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette

from reconciler.embedded.access import Caller
from reconciler.embedded.http.accounts import Accounts
from reconciler.embedded.http.application import application
from reconciler.embedded.http.decoding import BODY_LIMIT
from reconciler.embedded.platform import EmbeddedPlatform

__all__ = ["BODY_LIMIT", "build_app"]


def build_app(platform: EmbeddedPlatform, *, tokens: Mapping[str, Caller] | None) -> Starlette:
    """Return the application that serves this platform.

    ``tokens`` says who each bearer token is; None lets everybody in as the platform's own caller.
    """
    accounts = Accounts.open_to_all(platform.caller) if tokens is None else Accounts.of_tokens(tokens)
    return application(platform, accounts=accounts)

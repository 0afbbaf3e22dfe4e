"""The one place that knows which forge is real."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from reconciler.client.library import httpx
from reconciler.client.target import Target
from reconciler.forge import github, gitlab
from reconciler.forge.exchange import Exchange
from reconciler.forge.port import Forge
from reconciler.forge.surroundings import Kind, Surroundings

#: Seconds that one request may take.
TIMEOUT: Final = 30.0


@contextmanager
def opened(surroundings: Surroundings, *, sleep: Callable[[float], None] = time.sleep) -> Iterator[Forge]:
    """Give the forge that a job runs for, its connections open as long."""
    target = Target(surroundings.api, surroundings.token, surroundings.token_origin)
    is_github = surroundings.kind is Kind.GITHUB
    with (
        httpx.Client(headers=_headers(surroundings), timeout=TIMEOUT) as client,
        httpx.Client(headers={"User-Agent": _agent()}, timeout=TIMEOUT) as bare,
    ):
        exchange = Exchange(
            client,
            bare,
            target,
            github.TERMS if is_github else gitlab.TERMS,
            sleep=sleep,
            random=random.random,
            clock=time.time,
        )
        if is_github:
            yield github.GitHub(exchange, surroundings.repository)
        else:
            yield gitlab.GitLab(exchange, surroundings.repository)


def _headers(surroundings: Surroundings) -> dict[str, str]:
    token = surroundings.token.value
    if surroundings.kind is Kind.GITLAB:
        return {"User-Agent": _agent(), "PRIVATE-TOKEN": token}
    return {
        "User-Agent": _agent(),
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }


def _agent() -> str:
    from reconciler import __version__

    return f"roboto-reconciler/{__version__}"

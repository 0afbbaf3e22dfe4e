"""What every test shares, so that no run fails by chance: the examples of property tests, and what a signal does."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

#: RECONCILER_EXPLORE=1 looks for new examples, and is how new laws are tried before they are committed.
#: How long an example takes says how busy the machine is, and no law is about that.
settings.register_profile(
    "the same everywhere",
    derandomize=not os.environ.get("RECONCILER_EXPLORE"),
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("the same everywhere")

# A shell has what it runs in the background ignore Ctrl-C, and every program that a test starts would, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put modules first that say ``BEFORE_ANY_THREAD``: the servers of other tests run in threads until the end."""
    items.sort(key=lambda item: not getattr(getattr(item, "module", None), "BEFORE_ANY_THREAD", False))

"""What every test shares: property tests try the same examples everywhere, so that no run fails by chance."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

#: RECONCILER_EXPLORE=1 looks for new examples, and is how new laws are tried before they are committed.
settings.register_profile("the same everywhere", derandomize=not os.environ.get("RECONCILER_EXPLORE"), database=None)
settings.load_profile("the same everywhere")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put modules first that say ``BEFORE_ANY_THREAD``: the servers of other tests run in threads until the end."""
    items.sort(key=lambda item: not getattr(getattr(item, "module", None), "BEFORE_ANY_THREAD", False))

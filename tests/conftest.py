"""What every test shares: property tests try the same examples everywhere, so that no run fails by chance."""

from __future__ import annotations

import os

from hypothesis import settings

#: RECONCILER_EXPLORE=1 looks for new examples, and is how new laws are tried before they are committed.
settings.register_profile("the same everywhere", derandomize=not os.environ.get("RECONCILER_EXPLORE"), database=None)
settings.load_profile("the same everywhere")

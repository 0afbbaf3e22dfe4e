"""When Python looks for cyclic garbage: seldom while a command reads and plans, as usual where it goes on for long.

Nearly everything a plan is made of is needed until the end and no part of a cycle, and there is a lot of it: 800,000
objects for 10,000 changes. Going over them again and again took a sixth of such a plan's time and found 250 kB.
"""

from __future__ import annotations

import gc
from typing import Final

#: So many new objects, about 80 MB, are worth a look: some libraries do leave cycles behind.
SELDOM: Final = 1_000_000

_USUAL: Final = gc.get_threshold()


def relax() -> None:
    """Look for cycles seldom from here on."""
    gc.set_threshold(SELDOM)


def resume() -> None:
    """Look for cycles as usual again, but never among what is there already."""
    gc.freeze()
    gc.set_threshold(*_USUAL)

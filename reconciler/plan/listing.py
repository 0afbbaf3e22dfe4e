"""Addresses in a sentence: the first few by name, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconciler.domain.address import Address

#: How many names a sentence lists.
SHOWN: Final = 5


def listed(addresses: Iterable[Address]) -> str:
    """Return the names of addresses, in order."""
    named = sorted(map(str, addresses))
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more

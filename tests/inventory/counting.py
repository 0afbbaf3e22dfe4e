"""Counts up an object: ``python -m tests.inventory.counting PLACE NAME TIMES``."""

from __future__ import annotations

import sys

from tests.inventory.backends import backend_at, one_more, replace


def main(place: str, name: str, times: str) -> None:
    """Add one so many times."""
    backend = backend_at(place)
    for _ in range(int(times)):
        replace(backend, name, one_more)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Operations by name: every error that leaves one says what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.errors import PlatformError


@contextmanager
def doing(operation: str) -> Iterator[None]:
    """Say in every error what was asked."""
    try:
        yield
    except PlatformError as error:
        error.operation = error.operation or operation
        raise

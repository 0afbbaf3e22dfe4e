"""Patterns that choose files of a listing: written as in ``.gitignore``, a later one overruling those before."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence

from reconciler.errors import InvalidRequest

Matches = Callable[[str], bool]


def chosen(include: Sequence[str] | None, exclude: Sequence[str] | None) -> Matches:
    """Return what tells whether a path is included and not excluded; without patterns to include, all are.

    Raises:
        InvalidRequest: A pattern is not legal.
    """
    included = _matching(include) if include else None
    excluded = _matching(exclude) if exclude else None
    return lambda path: (included is None or included(path)) and not (excluded is not None and excluded(path))


def _matching(patterns: Sequence[str]) -> Matches:
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            # What "[[a]" may mean to a later Python does not concern whoever looks for such a file.
            warnings.simplefilter("ignore", FutureWarning)
            return GitIgnoreSpec.from_lines(patterns).match_file
    except (ValueError, re.error) as error:
        raise InvalidRequest(f"a file pattern is not legal: {error}", hint="write it as in .gitignore") from error

"""Patterns that choose files, written as in ``.gitignore``: in listings, and as the inputs of triggers and invocations.

All places read them alike, so that what starts a trigger is what its run is given:

=================  ===============================================================================================
lists              the last pattern that matches a path decides: it takes the file in, or, written ``!pattern``, takes
                   it out again, from within a folder as well, and with a whole folder (``!old/``). That is how the
                   official package's own filter reads them; git would not look into folders
classes            ``[!a]`` and ``[+-9]`` take in one character that is no slash, as in git; the official filter lets
                   them take a slash, so that ``a[!b]c`` means ``a/c``, too
cost               grows with the path's length, not with a power of it
=================  ===============================================================================================
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

from reconciler.embedded.pattern_cost import bounded
from reconciler.errors import InvalidRequest

Matches = Callable[[str], bool]


class PathPattern(NamedTuple):
    """One pattern of a list: which paths it is about, and whether it takes them in or out."""

    regex: re.Pattern[str]
    takes_in: bool


def read_patterns(lines: Sequence[str]) -> list[PathPattern]:
    """Return the patterns of a list; comments and blanks are none.

    Raises:
        ValueError: A pattern is not legal.
    """
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        with warnings.catch_warnings():
            # What "[[a]" may mean to a later Python does not concern whoever looks for such a file.
            warnings.simplefilter("ignore", FutureWarning)
            found = [GitIgnoreSpecPattern(line) for line in lines]
            return [
                PathPattern(re.compile(bounded(pattern.regex.pattern)), bool(pattern.include))
                for pattern in found
                if pattern.regex is not None
            ]
    except re.error as error:
        raise ValueError(str(error)) from error


def last_word(patterns: Sequence[PathPattern]) -> Matches:
    """Return what tells whether a list takes a path in."""
    latest_first = [(pattern.regex.search, pattern.takes_in) for pattern in reversed(patterns)]

    def takes(path: str) -> bool:
        return next((takes_in for search, takes_in in latest_first if search(path)), False)

    return takes


def chosen(include: Sequence[str] | None, exclude: Sequence[str] | None) -> Matches:
    """Return what tells whether a path is included and not excluded; without patterns to include, all are.

    Raises:
        InvalidRequest: A pattern is not legal.
    """
    included = _matching(include) if include else None
    excluded = _matching(exclude) if exclude else None
    return lambda path: (included is None or included(path)) and not (excluded is not None and excluded(path))


def _matching(patterns: Sequence[str]) -> Matches:
    try:
        return last_word(read_patterns(patterns))
    except ValueError as error:
        raise InvalidRequest(f"a file pattern is not legal: {error}", hint="write it as in .gitignore") from error

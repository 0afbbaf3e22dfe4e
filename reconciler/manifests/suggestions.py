"""Did you mean: the known word nearest to one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

#: More known words than this are no help.
MOST_LISTED: Final = 40


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``word`` was probably meant to be; None when none is near.

    Case, hyphens and underscores do not count: ``forEach`` is near ``for_each``.
    """
    by_letters = {_letters(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(_letters(word), by_letters, n=1, cutoff=0.6)
    return by_letters[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the hint that names the closest known word, or lists what is known when none is near."""
    candidates = list(known)
    near = closest(word, candidates)
    if near is not None:
        return f'did you mean "{near}"?'
    more = len(candidates) - MOST_LISTED
    listed = f"{', '.join(candidates[:MOST_LISTED])}{f' and {more:,} more' if more > 0 else ''}"
    return f"known here: {listed}" if candidates else ""


def _letters(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")

"""Suggestions: the known name somebody may have meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def suggester(known: Iterable[str], *, most: int = 20) -> Callable[[str], str]:
    """Return a function that asks "did you mean ...?", or says nothing where no known name is near.

    Looking through thousands of names is slow, so only the first ``most`` different words are looked up.
    """
    names = sorted(set(known))
    asked: dict[str, str] = {}

    def suggest(word: str) -> str:
        if word not in asked:
            asked[word] = _nearest(word, names) if len(asked) < most else ""
        return asked[word]

    return suggest


def _nearest(word: str, names: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, names, n=1)
    return f'did you mean "{near[0]}"?' if near else ""

"""Suggestions among thousands of names: looking through all of them is slow, so few words are looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def suggester(known: Iterable[str], *, most: int = 20) -> Callable[[str], str]:
    """Return a function that asks "did you mean ...?", or says nothing where no known name is near.

    Only the first ``most`` different words are looked up.
    """
    asked: dict[str, str] = {}

    def suggest(word: str) -> str:
        if word not in asked:
            asked[word] = _nearest(word, known) if len(asked) < most else ""
        return asked[word]

    return suggest


def _nearest(word: str, known: Iterable[str]) -> str:
    # Only a plan that is refused gets here, and difflib is not free to import.
    from reconciler.manifests.suggestions import closest

    near = closest(word, known)
    return f'did you mean "{near}"?' if near else ""

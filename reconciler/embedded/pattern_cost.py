r"""What matching a pattern may cost: time that grows with the path's length, not with a power of it.

The pattern library writes ``*a*b`` as ``[^/]*a[^/]*b`` and tries every way to share a name out among the stars: with
six of them and a name of a hundred letters that takes half a minute. It need not try: if another ``*`` follows, the
first place where ``a`` fits is as good as any, for that ``*`` takes in whatever a later place would have skipped. The
same holds for ``**`` and whole folders. An atomic group, ``(?>...)``, says so. An expression of another make than
this knows is left as it is.
"""

from __future__ import annotations

import re
from typing import Final

_STAR: Final = "[^/]*"
_LEADING_STARS: Final = "^(?:.+/)?"
_INNER_STARS: Final = "(?:/.+)?"

#: What stands between two stars when it is plain: letters, escaped ones, "?" and classes; no folder, no group.
_WITHIN_NAME: Final = re.compile(r"(?:\\.|\[\^/\]|\[\^?\]?(?:\\.|[^\]\\/])*\]|[^/()\[\]*+?{}|\\])+", re.DOTALL)

#: A class of characters, or an escaped character, which is none.
_CLASS: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


def bounded(expression: str) -> str:
    """Return an expression that matches the same paths without trying every way to do so.

    But for one thing: a class such as ``[!a]`` takes no slash, which is what makes the first place as good as any.
    """
    return _CLASS.sub(_without_slash, _without_folder_tries(_without_name_tries(expression)))


def _without_slash(found: re.Match[str]) -> str:
    return f"(?!/){found[0]}" if found[0].startswith("[") and found[0] != "[^/]" else found[0]


def _without_name_tries(expression: str) -> str:
    head, *pieces = expression.split(_STAR)
    if len(pieces) < 2:
        return expression
    bounds = [_first_fit(piece) for piece in pieces[:-1]]
    return "".join([head, *bounds, _STAR, pieces[-1]])


def _first_fit(piece: str) -> str:
    """Return a star and what follows it; another star follows in turn, and two stars are one."""
    if not piece:
        return ""
    return f"(?>[^/]*?{piece})" if _WITHIN_NAME.fullmatch(piece) else f"{_STAR}{piece}"


def _without_folder_tries(expression: str) -> str:
    head, *pieces = expression.split(_INNER_STARS)
    if not pieces:
        return expression
    if head.startswith(_LEADING_STARS):
        head = f"^(?>(?:.+?/)??{head.removeprefix(_LEADING_STARS)}(?=/))"
    # Folders end where the next one begins.
    bounds = [f"(?>(?:/.+?)??{piece}(?=/))" for piece in pieces[:-1]]
    return "".join([head, *bounds, _INNER_STARS, pieces[-1]])

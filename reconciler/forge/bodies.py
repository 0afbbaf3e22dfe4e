"""Bodies of comments and issues: a hidden marker first, and no longer than the forge takes. Pure."""

from __future__ import annotations

import re
from typing import Final

from reconciler.errors import ConfigurationError

#: Characters; a longer address is no address of a run.
_LONGEST_LINK: Final = 500

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_OWN_MARKER: Final = re.compile(r"\A\ufeff?(?:\s*<!-- reconciler:[A-Za-z0-9._-]+ -->\s*\n)+", re.ASCII)
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_OPENED: Final = re.compile(r"<details\b", re.IGNORECASE)
_CLOSED: Final = re.compile(r"</details\s*>", re.IGNORECASE)


def marker_of(name: str) -> str:
    """Return the hidden line by which a comment or an issue is found again.

    Raises:
        ConfigurationError: The name could end the line it is hidden in.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f'"{name[:80]}" is no name for a marker', hint="use letters, digits, dots, dashes and underscores"
        )
    return f"<!-- reconciler:{name} -->"


def is_marked(body: str, marker: str) -> bool:
    """Return True for a body that begins with this marker, however the forge ends its lines."""
    return body.split("\n", 1)[0].strip() == marker


def body_of(text: str, *, marker: str, limit: int, run: str = "") -> str:
    """Return a body of at most ``limit`` characters: the marker, then as much of the text as fits.

    Text is left out from the end, where no list of details and no block of code is cut in two; ``run`` is the page
    that has all of it.
    """
    plain = _OWN_MARKER.sub("", _lines(text))
    whole = f"{marker}\n{plain.strip(chr(10))}\n"
    if len(whole) <= limit:
        return whole
    place = f": see [the run]({run})" if 0 < len(run) <= _LONGEST_LINK else ": see the output of the job"
    note = f"\n\nThe rest does not fit here{place}.\n"
    return whole[: _end_of_a_part(whole, limit - len(note))].rstrip("\n") + note


def _lines(text: str) -> str:
    """Return text with one kind of line end, and without the one letter that forges refuse."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _end_of_a_part(text: str, limit: int) -> int:
    """Return the last place up to ``limit`` where no fence and no list of details is open; ``limit`` without one."""
    place, offset, fence, depth = 0, 0, "", 0
    for line in text[:limit].splitlines(keepends=True):
        offset += len(line)
        found = _FENCE.match(line)
        if fence:
            closes = found and found[1].startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if closes else fence
        elif found:
            fence = found[1]
        else:
            depth += len(_OPENED.findall(line)) - len(_CLOSED.findall(line))
        if not fence and depth <= 0 and line.endswith("\n"):
            place = offset
    first = text.index("\n") + 1
    return place if place > first else max(first, limit)

"""The file patterns of a trigger: which files of a dataset each of them takes in.

Patterns are read as in listings (:mod:`.path_patterns`). What the platform leaves open, and what this one does:

=================  ===============================================================================================
``!pattern``       takes out again what patterns before it took in; it asks for no file itself, and alone
                   takes in nothing
comment, garbage   ``#x``, ``/``, a lone ``!``, ``[z-a]``: can never match, so a dataset never fulfils it
blank              counts for nothing, as if it were not there
hidden folders     files in a top-level folder whose name begins with a dot are no inputs: whoever resolves the
                   inputs of an invocation by pattern leaves them out (``.*/**/*``), so they must not start one
=================  ===============================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from reconciler.embedded.path_patterns import Matches, PathPattern, last_word, read_patterns


@dataclass(frozen=True, slots=True)
class InputPattern:
    """One pattern that asks for files, compiled; ``regex`` None means that it can never match."""

    text: str
    regex: re.Pattern[str] | None

    def matched(self, paths: Sequence[str]) -> list[str]:
        """Return the paths the pattern alone takes in, in order."""
        if self.regex is None:
            return []
        search = self.regex.search
        return [path for path in paths if search(path)]


@dataclass(frozen=True, slots=True)
class InputPatterns:
    """The patterns of one list, compiled once: those that ask for files, and the list as a whole.

    ``whole`` is there only where exceptions (``!pattern``) make the order of the list count.
    """

    asking: tuple[InputPattern, ...]
    whole: Matches | None

    def matched(self, paths: Sequence[str]) -> list[list[str]]:
        """Return, for each pattern that asks for files, those it takes in and no exception takes out, in order."""
        within = paths if self.whole is None else list(filter(self.whole, paths))
        return [pattern.matched(within) for pattern in self.asking]


@lru_cache(maxsize=4096)
def compiled(patterns: tuple[str, ...]) -> InputPatterns:
    """Return the patterns, ready to match; never raises, what cannot be read never matches."""
    read = [(text, _read(text)) for text in patterns if text.strip()]
    asking = tuple(
        InputPattern(text, None if pattern is None else pattern.regex)
        for text, pattern in read
        if not text.startswith("!")
    )
    if len(asking) == len(read):
        return InputPatterns(asking, None)
    return InputPatterns(asking, last_word([pattern for _, pattern in read if pattern is not None]))


def without_hidden(paths: Iterable[str]) -> list[str]:
    """Return the paths that are not in a hidden top-level folder, in order."""
    return [path for path in paths if not (path.startswith(".") and "/" in path)]


def literal(path: str) -> str:
    r"""Return the pattern that takes in this file and no other: ``[a] b.bag`` is ``/\[a\] b.bag``."""
    escaped = _SPECIAL.sub(r"\\\g<0>", path)
    # White space at the end would be cut off; of it, only a space can be kept by a backslash.
    escaped = _TRAILING.sub(lambda match: "\\ " if match[0] == " " else f"[{match[0]}]", escaped)
    # Without a slash inside, a pattern matches in every folder.
    return escaped if "/" in path and not path.startswith(("!", "#")) else f"/{escaped}"


_SPECIAL: Final = re.compile(r"[\\*?\[\]]")
_TRAILING: Final = re.compile(r"\s(?=\s*\Z)")


def _read(text: str) -> PathPattern | None:
    """Return a pattern; None when it can never match."""
    try:
        found = read_patterns([text])
    except ValueError:
        return None
    return found[0] if found else None

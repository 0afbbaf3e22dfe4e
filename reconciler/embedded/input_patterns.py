"""The file patterns of a trigger: which files of a dataset each of them takes in.

Patterns are written as in ``.gitignore``. What the platform leaves open, and what this one does:

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
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconciler.embedded.pattern_cost import bounded

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern


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
    whole: GitIgnoreSpec | None

    def matched(self, paths: Sequence[str]) -> list[list[str]]:
        """Return, for each pattern that asks for files, those it takes in and no exception takes out, in order."""
        whole = self.whole
        within = paths if whole is None else [path for path in paths if whole.match_file(path)]
        return [pattern.matched(within) for pattern in self.asking]


@lru_cache(maxsize=4096)
def compiled(patterns: tuple[str, ...]) -> InputPatterns:
    """Return the patterns, ready to match; never raises, what cannot be read never matches."""
    specs = [(text, _spec(text)) for text in patterns if text.strip()]
    asking = tuple(InputPattern(text, _regex(spec)) for text, spec in specs if not text.startswith("!"))
    if len(asking) == len(specs):
        return InputPatterns(asking, None)
    return InputPatterns(asking, _spec(*(text for text, spec in specs if spec is not None)))


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


def _spec(*patterns: str) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            # What ``[[a]`` may mean to a later Python is no concern of whoever waits for a file called "[".
            warnings.simplefilter("ignore", FutureWarning)
            read = GitIgnoreSpec.from_lines(patterns).patterns
            matching = [_bounded(pattern, pattern.regex) for pattern in read if pattern.regex is not None]
    except (ValueError, re.error):
        return None
    return GitIgnoreSpec(matching) if matching else None


def _bounded(pattern: GitIgnoreSpecPattern, regex: re.Pattern[str]) -> GitIgnoreSpecPattern:
    """Return the pattern with an expression that no file name makes slow."""
    return type(pattern)(re.compile(bounded(regex.pattern)), include=pattern.include)


def _regex(spec: GitIgnoreSpec | None) -> re.Pattern[str] | None:
    return None if spec is None else spec.patterns[0].regex

"""File patterns, gitignore-style: which can never match, which match everything, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from reconciler.diagnostics import Severity

#: Nothing in such a pattern can be wrong: no character here has a second meaning.
_ORDINARY: Final = re.compile(r"(?:\*\*/)?[\w*.-][\w*./ -]*[\w*-]|\*", re.ASCII)
_CATCH_ALL: Final = re.compile(r"/?(?:\*+/)*\*+/?")
_BRACES: Final = re.compile(r"\{([^{}]*,[^{}]*)\}")
_MOST_ALTERNATIVES: Final = 8


@dataclass(frozen=True, slots=True)
class PatternProblem:
    """What is wrong with one pattern, and what to write instead."""

    summary: str
    hint: str
    severity: Severity = Severity.ERROR


def is_catch_all(pattern: str) -> bool:
    """Return True when the pattern matches every file: ``**``, ``**/*``, ``*``."""
    return _CATCH_ALL.fullmatch(pattern.strip()) is not None


def pattern_problem(pattern: str) -> PatternProblem | None:
    """Say why a pattern can never match, or probably does not match what it was written for; None when it is fine.

    Errors are certain; what depends on how files are called is a warning.
    """
    if _ORDINARY.fullmatch(pattern) and "//" not in pattern and "./" not in pattern:
        return None
    return _never(pattern) or _doubtful(pattern)


def negation_problem(patterns: Sequence[str]) -> tuple[int, PatternProblem] | None:
    """Say which pattern takes files out before any was taken in; None when there is none."""
    if not patterns or not patterns[0].startswith("!"):
        return None
    if all(pattern.startswith("!") for pattern in patterns):
        return 0, PatternProblem(
            f'"{patterns[0]}" only takes files out: without a pattern that takes some in, nothing matches',
            f"add the files to take in first; a name that begins with ! is written \\{patterns[0]}",
        )
    return 0, PatternProblem(
        f'"{patterns[0]}" takes files out before any pattern took them in',
        "put it behind the patterns it is an exception to",
        Severity.WARNING,
    )


def _never(pattern: str) -> PatternProblem | None:
    if pattern.startswith("#"):
        return PatternProblem(
            f'"{pattern}" can never match: a pattern that begins with # is a comment', f"write \\{pattern}"
        )
    if alternatives := _alternatives(pattern):
        return PatternProblem(
            f'"{pattern}" can never match: these patterns have no braces',
            _one_each(alternatives),
        )
    if _trailing_backslashes(pattern) % 2:
        return PatternProblem(f'"{pattern}" can never match: it ends in a lone backslash', "remove the backslash")
    bare = pattern.removeprefix("!")
    if bare in ("", "/"):
        return PatternProblem(f'"{pattern}" can never match', "write which files are meant, such as **/*.bag")
    if bare.startswith(("./", "../")) or "/../" in bare or "/./" in bare:
        return PatternProblem(
            f'"{pattern}" can never match: paths inside a dataset have no "." or ".." steps',
            f'write "{re.sub(r"(?:^|(?<=/))[.]{1,2}/", "", bare)}"',
        )
    if "//" in bare:
        return PatternProblem(
            f'"{pattern}" can never match: no path has two slashes in a row',
            "patterns are paths inside the dataset, with single slashes",
        )
    return None


def _doubtful(pattern: str) -> PatternProblem | None:
    if pattern != pattern.rstrip(" ") and not pattern.rstrip(" ").endswith("\\"):
        return PatternProblem(
            f'the space at the end of "{pattern}" does not count',
            "remove it, or write a backslash before it",
            Severity.WARNING,
        )
    if pattern != pattern.lstrip():
        return PatternProblem(
            f'"{pattern}" matches only names that begin with white space', "remove the white space", Severity.WARNING
        )
    if _has_open_bracket(pattern):
        return PatternProblem(
            f'"{pattern}" has a "[" that is never closed',
            'close it, or write "\\[" for the character',
            Severity.WARNING,
        )
    if pattern.endswith("$") or pattern.startswith("^") or "\\." in pattern:
        return PatternProblem(
            f'"{pattern}" looks like a regular expression', "patterns are written as in .gitignore", Severity.WARNING
        )
    if re.search(r"\\[A-Za-z0-9*]", pattern):
        return PatternProblem(
            f'"{pattern}" has a backslash that does not part folders', 'write "/" between folders', Severity.WARNING
        )
    return None


def _one_each(alternatives: Sequence[str]) -> str:
    if len(alternatives) > _MOST_ALTERNATIVES:
        return "write one pattern for each alternative"
    quoted = [f'"{each}"' for each in alternatives]
    return f"write one pattern each: {', '.join(quoted)}"


def _alternatives(pattern: str) -> list[str]:
    """Write out braces; empty when there are none."""
    pieces = _BRACES.split(pattern)
    if len(pieces) == 1:
        return []
    choices = [piece.split(",") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    return ["".join(choice) for choice in product(*choices)]


def _trailing_backslashes(pattern: str) -> int:
    return len(pattern) - len(pattern.rstrip("\\"))


def _has_open_bracket(pattern: str) -> bool:
    plain = re.sub(r"\\.", "", pattern)
    # "]" right behind the opening bracket stands for itself.
    return re.search(r"\[(?![!^]?\]?[^\]]*\])", plain) is not None

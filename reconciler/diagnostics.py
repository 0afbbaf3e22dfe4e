"""What a user can fix in a file: where it is, what is wrong, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconciler.encodable import encodable

#: Quotations up to this many characters are shown whole, as every legal name is; of longer ones, the beginning.
_QUOTE_LIMIT: Final = 256
_SHOWN: Final = 100
# The closing mark is only looked at: where a value has such marks in it, it opens the next stretch.
_LONG_QUOTE: Final = re.compile(f'"[^"]{{{_QUOTE_LIMIT + 1},}}(?=")')


def with_short_quotes(message: str) -> str:
    """Return a message that quotes no more than the beginning of a long value: it may be a file's worth of text."""
    return message if len(message) <= _QUOTE_LIMIT else _LONG_QUOTE.sub(_cut, message)


def _cut(quote: re.Match[str]) -> str:
    text = quote.group()
    return f"{text[: _SHOWN + 1]}... ({len(text) - 1:,} characters)"


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the command, a warning does not, a note is only advice."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file. Lines and columns count from 1; the end is exclusive and may equal the start."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def at(cls, file: str, line: int = 1, column: int = 1) -> Span:
        """Return the empty span at one place; what is no text in the name of a file is shown as its bytes."""
        return cls(encodable(file), line, column, line, column)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem in the user's files.

    Attributes:
        rule: Stable identifier such as ``unknown-key``; machine outputs key on it.
        summary: What is wrong, one line, no full stop.
        span: Where; None for a problem of the whole project.
        hint: What to do, one line; may be empty.
        detail: Anything longer, such as a table of legal values; may be empty.
        severity: Error unless said otherwise.
    """

    rule: str
    summary: str
    span: Span | None = None
    hint: str = ""
    detail: str = ""
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        """Bound what is quoted, here for whoever finds a problem and whoever shows it."""
        for part in ("summary", "hint", "detail"):
            object.__setattr__(self, part, with_short_quotes(getattr(self, part)))

    @property
    def is_error(self) -> bool:
        """True when this diagnostic stops the command."""
        return self.severity is Severity.ERROR

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order by place, then by rule and text, so that output never depends on the order of discovery."""
        if self.span is None:
            return ("", 0, 0, self.rule, self.summary)
        return (self.span.file, self.span.line, self.span.column, self.rule, self.summary)


def in_order(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics without repetitions, ordered by place."""
    return tuple(sorted(dict.fromkeys(diagnostics), key=Diagnostic.sort_key))

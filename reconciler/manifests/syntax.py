"""What is wrong with text that is not YAML, in words a user can act on.

The parser says what it did not find; the user wants to know what was written wrongly. Each explanation looks at the
parser's complaint and at the line it complains about. The complaints are those of libyaml 0.2 and of PyYAML, which
agree in the parts that are looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from yaml.error import Mark, MarkedYAMLError

from reconciler.diagnostics import Diagnostic, Span
from reconciler.manifests import nesting

#: What YAML allows in a text; everything else is a control character or half a surrogate pair.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_INDENTATION: Final = re.compile(r"[ \t]*")


class BrokenText(Exception):
    """The text cannot be read past this place. ``line`` and ``column`` count from 0 within the text."""

    def __init__(self, rule: str, summary: str, *, hint: str, line: int, column: int) -> None:
        super().__init__(summary)
        self.rule = rule
        self.summary = summary
        self.hint = hint
        self.line = line
        self.column = column

    def diagnostic(self, *, file: str, first_line: int) -> Diagnostic:
        """Return the problem as a diagnostic of the file in which the text begins at ``first_line``."""
        span = Span.at(file, self.line + first_line, self.column + 1)
        return Diagnostic(rule=self.rule, summary=self.summary, span=span, hint=self.hint)


@dataclass(frozen=True, slots=True)
class _Complaint:
    """What the parser said, and the lines it said it about."""

    problem: str
    context: str
    line: int
    column: int
    opened_line: int
    opened_column: int
    lines: tuple[str, ...]

    @property
    def row(self) -> str:
        return self._row(self.line)

    @property
    def character(self) -> str:
        """The character complained about; empty at the end of a line."""
        return self.row[self.column : self.column + 1]

    @property
    def opener(self) -> str:
        """The character that begins what the parser was reading."""
        return self._row(self.opened_line)[self.opened_column : self.opened_column + 1]

    @property
    def begins_line(self) -> bool:
        """True when nothing but indentation stands before the place."""
        return not self.row[: self.column].strip()

    def previous(self, *, or_same: bool = False) -> tuple[int, str]:
        """Return the last line above that is not blank, with its number from 0; ``(-1, "")`` where there is none."""
        for number in range(min(self.line + or_same, len(self.lines)) - 1, -1, -1):
            if self.lines[number].strip():
                return number, self.lines[number]
        return -1, ""

    def _row(self, line: int) -> str:
        return self.lines[line] if line < len(self.lines) else ""

    def broken(self, summary: str, hint: str, *, rule: str = "yaml-syntax") -> BrokenText:
        """Report at the place of the complaint."""
        return BrokenText(rule, summary, hint=hint, line=self.line, column=self.column)

    def broken_where_opened(self, summary: str, hint: str) -> BrokenText:
        """Report where the thing that is broken begins."""
        return BrokenText("yaml-syntax", summary, hint=hint, line=self.opened_line, column=self.opened_column)


def explained(error: Exception, *, text: str) -> BrokenText:
    """Return what the parser's error means."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return _forbidden_character(text)
    complaint = _complaint(error, error.problem_mark, text)
    if _is_about_tab(complaint):
        return _tab(complaint)
    for words, explanation in _EXPLANATIONS:
        if words in complaint.problem or words in complaint.context:
            return explanation(complaint)
    return complaint.broken(f"not YAML: {complaint.problem or complaint.context}", "check this line and the one above")


def _complaint(error: MarkedYAMLError, mark: Mark, text: str) -> _Complaint:
    opened = error.context_mark or mark
    return _Complaint(
        problem=error.problem or "",
        context=error.context or "",
        line=mark.line,
        column=mark.column,
        opened_line=opened.line,
        opened_column=opened.column,
        # YAML's own line breaks, which the marks count; nothing below the complaint is looked at.
        lines=tuple(re.split("\r\n|[\n\r\x85\u2028\u2029]", text, maxsplit=mark.line + 1)[: mark.line + 1]),
    )


def _forbidden_character(text: str) -> BrokenText:
    found = _FORBIDDEN.search(text)
    at = found.start() if found else 0
    character = f"U+{ord(text[at]):04X}" if found else "a character"
    line_start = text.rfind("\n", 0, at) + 1
    return BrokenText(
        "forbidden-character",
        f"the character {character} is not allowed in YAML",
        hint=r'remove it, or write it as an escape in double quotes such as "\x1b"',
        line=text.count("\n", 0, at),
        column=at - line_start,
    )


def _is_about_tab(complaint: _Complaint) -> bool:
    in_brackets = "flow" in complaint.context  # where a tab is a space like any other
    in_text = "quoted scalar" in complaint.context
    return not in_brackets and not in_text and _tab_column(complaint) is not None


def _tab_column(complaint: _Complaint) -> int | None:
    indentation = _INDENTATION.match(complaint.row)
    column = complaint.row.find("\t", 0, indentation.end() if indentation else 0)
    if column >= 0:
        return column
    return complaint.column if complaint.character == "\t" else None


def _tab(complaint: _Complaint) -> BrokenText:
    return BrokenText(
        "tab-indentation",
        "a tab indents this line, and YAML indents with spaces only",
        hint="replace each tab by two spaces",
        line=complaint.line,
        column=_tab_column(complaint) or 0,
    )


def _alias(complaint: _Complaint) -> BrokenText:
    value = complaint.row[complaint.opened_column :].split(" #", 1)[0].strip()
    mark, means = ("*", "an alias") if "alias" in complaint.context else ("&", "an anchor")
    return complaint.broken_where_opened(
        f'a value that starts with "{mark}" is {means}, and this is not one',
        f"put it in quotes: {_quoted(value)}",
    )


def _strange_start(complaint: _Complaint) -> BrokenText:
    value = complaint.row[complaint.column :].split(" #", 1)[0].strip()
    return complaint.broken(
        f'a value cannot start with "{complaint.character}"',
        f"put it in quotes: {_quoted(value)}",
    )


def _quoted(value: str) -> str:
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def _unclosed_quote(complaint: _Complaint) -> BrokenText:
    quote = complaint.opener or "quote"
    return complaint.broken_where_opened(
        f"the quote {quote} opened here is never closed", f"add {quote} at the end of the value"
    )


def _unclosed_bracket(complaint: _Complaint) -> BrokenText:
    opener = "[" if "sequence" in complaint.context else "{"
    closer = "]" if opener == "[" else "}"
    if complaint.line == complaint.opened_line:
        return complaint.broken(
            f'expected "," or "{closer}" here', f'separate the items with commas and close the "{opener}"'
        )
    return complaint.broken_where_opened(
        f'the "{opener}" opened here is not closed before line {complaint.line + 1}',
        f'add "{closer}" after the last item',
    )


def _no_content(complaint: _Complaint) -> BrokenText:
    if complaint.character == "":
        line, row = complaint.previous(or_same=True)
        hint = 'close every "[" and "{"'
        column = len(row.rstrip())
        return BrokenText("yaml-syntax", "the text ends inside brackets", hint=hint, line=line, column=column)
    if complaint.row.startswith(("---", "...")):
        return complaint.broken("the document ends inside brackets", 'close every "[" and "{" above this line')
    hint = "remove it" if complaint.character in "]},:" else "write a value here"
    return complaint.broken(f'unexpected "{complaint.character}"', hint)


def _misplaced_colon(complaint: _Complaint) -> BrokenText:
    if re.search(r":\s", complaint.row[: complaint.column]):
        return complaint.broken(
            'a second ": " on one line', 'put the value in quotes if the colon belongs to it: key: "one: two"'
        )
    number, previous = complaint.previous()
    if number >= 0 and not re.search(r":(\s|$)", previous):
        column = len(previous) - len(previous.lstrip())
        glued = re.match(r"\s*(?:- )?[\w.-]+:\S", previous)
        hint = 'put a space after the colon: "key: value"' if glued else 'write it as "key: value"'
        summary = "no space after the colon of this key" if glued else 'this line has no ":" after its key'
        return BrokenText("yaml-syntax", summary, hint=hint, line=number, column=column)
    return _indentation(complaint, "this key is indented deeper than the one above it, which has a value already")


def _no_key(complaint: _Complaint) -> BrokenText:
    if not complaint.begins_line:
        return complaint.broken(
            f'unexpected text after the value: "{complaint.row[complaint.column :].strip()}"',
            "put the whole value in one pair of quotes; within single quotes write '' for '",
        )
    if re.match(r"-(\s|$)", complaint.row[complaint.column :]):
        return complaint.broken(
            "a list item where a key is expected", "put the list below a key of its own, or remove the dash"
        )
    return _indentation(complaint, f"the indentation does not match the mapping that begins on line {_from(complaint)}")


def _no_dash(complaint: _Complaint) -> BrokenText:
    return _indentation(
        complaint, f'expected another "- " of the list that begins on line {_from(complaint)}, or less indentation'
    )


def _from(complaint: _Complaint) -> int:
    return complaint.opened_line + 1


def _indentation(complaint: _Complaint, summary: str) -> BrokenText:
    column = len(complaint.row) - len(complaint.row.lstrip())
    return BrokenText(
        "yaml-syntax",
        summary,
        hint="indent keys of one mapping, and items of one list, by the same number of spaces",
        line=complaint.line,
        column=min(column, complaint.column),
    )


def _said(summary: str, hint: str) -> Callable[[_Complaint], BrokenText]:
    return lambda complaint: complaint.broken(summary, hint)


#: The first whose words are in the complaint or its context explains it.
_EXPLANATIONS: Final[tuple[tuple[str, Callable[[_Complaint], BrokenText]], ...]] = (
    ("while scanning an alias", _alias),
    ("while scanning an anchor", _alias),
    ("cannot start any token", _strange_start),
    ("found unexpected end of stream", _unclosed_quote),
    ("found unexpected document indicator", _unclosed_quote),
    ("found unexpected document separator", _unclosed_quote),
    ("expected ',' or ']'", _unclosed_bracket),
    ("expected ',' or '}'", _unclosed_bracket),
    ("node content", _no_content),
    ("mapping values are not allowed", _misplaced_colon),
    ("could not find expected ':'", _misplaced_colon),
    ("did not find expected key", _no_key),
    ("expected <block end>", _no_key),
    ("expected '-' indicator", _no_dash),
    (
        "sequence entries are not allowed",
        _said(
            "a list cannot start on the line of its key", 'start the list on the next line, or write it in "[" and "]"'
        ),
    ),
    (
        "expected comment or line break",
        _said('text on the line of "|" or ">"', "start the text on the next line, indented"),
    ),
    (
        "unknown escape character",
        _said("an escape that YAML does not have", r"write \\ for a backslash, or use single quotes"),
    ),
    (
        "escape code",
        _said("an escape that is not a character", r"write the character itself, or one escape such as \U0001F600"),
    ),
    ("undefined tag handle", _said("tags are not allowed", "remove the tag; quotes make any value text")),
    (
        "expected <document start>",
        _said("more content after the end of the document", 'begin another document with a line "---"'),
    ),
    # libyaml from 0.2.6 on, at a depth of its own that is greater than ours.
    (
        "exceeded maximum nesting depth",
        lambda complaint: complaint.broken(nesting.SUMMARY, nesting.HINT, rule=nesting.RULE),
    ),
    ("directive", _said("an unknown directive", 'remove the line that starts with "%"')),
    ("incompatible YAML document", _said("this version of YAML is not supported", 'remove the line "%YAML"')),
)

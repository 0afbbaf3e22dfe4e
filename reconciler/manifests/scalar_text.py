r"""Text as YAML that every reader takes for the very same text.

Readers of YAML 1.1 take more words for something else than those of 1.2 do (``on``, ``12:30``, ``1_000``), so what
either of them might mistake is quoted; so is whatever nobody would see (``\u200B``) or an editor would remove, such as
white space at the end of a line.
"""

from __future__ import annotations

from typing import Final

#: What a reader of YAML 1.1 or 1.2 takes for a boolean or for null, however it is capitalized.
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})

#: Characters that mean something at some places; text with one of them is quoted at every place.
_MEANINGFUL: Final = frozenset('"#`{}[]|>\\')

_ESCAPES: Final = {'"': r"\"", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}

#: Keys and values longer than this are quoted, and keys of YAML cannot be: readers look no further for the colon.
_LONGEST_PLAIN: Final = 500


def scalar(text: str) -> str:
    """Return text on one line, in quotes where a reader might take it for something else without."""
    return text if _is_plain(text) else quoted(text)


def quoted(text: str) -> str:
    """Return text in double quotes, with escapes for what cannot be seen."""
    return f'"{"".join(map(_escaped, text))}"'


def block(text: str) -> list[str] | None:
    """Return text of several lines as a literal block, its header first; None where that would not keep it safely."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if len(lines) < 2 or not all(map(_is_block_line, lines)) or not lines[-1] or lines[0][:1] in ("", " "):
        return None
    return ["|" if body != text else "|-", *lines]


def _is_plain(text: str) -> bool:
    first = text[:1]
    return (
        (first.isalpha() or first in ("_", "/"))
        and len(text) <= _LONGEST_PLAIN
        and text.isprintable()
        and text[-1] not in " :"
        and ": " not in text
        and not _MEANINGFUL.intersection(text)
        and text.lower() not in _WORDS
    )


def _is_block_line(line: str) -> bool:
    return line == line.rstrip() and not line.startswith("\t") and line.replace("\t", "").isprintable()


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"

"""Text made safe inside GitHub's Markdown: it neither breaks the layout, nor pings anybody, nor links anything."""

from __future__ import annotations

import re
from typing import Final

from reconciler.render.visible import visible

#: What a code span in a table cannot hold as it is: it would end the span or the cell, or lose its outer spaces.
_NOT_IN_BACKTICKS: Final = re.compile(r"[`|\\]|^\s|\s$|^$")
#: An underscore within a word means nothing to GitHub's Markdown; everything else that is no letter might.
_SPECIAL: Final = re.compile(r"[^\w\s.,+/-]|(?<![^\W_])_|_(?![^\W_])")


def code(text: str) -> str:
    """Return the text as code for a table or a paragraph; mentions and references inside code do not act."""
    shown = visible(text)
    return html_code(shown) if _NOT_IN_BACKTICKS.search(shown) else f"`{shown}`"


def html_code(text: str) -> str:
    """Return the text as an HTML code element, inert in Markdown and in raw HTML alike."""
    return f"<code>{_SPECIAL.sub(_entity, visible(text))}</code>"


def prose(text: str) -> str:
    """Return the text as a paragraph shows it, nothing in it meaning anything to Markdown."""
    # A word joiner after @ and # keeps "@team" and "#12" from becoming a mention or a reference.
    escaped = re.sub(r"([@#])", "\\1\u2060", visible(text))
    return _SPECIAL.sub(lambda match: match.group() if match.group() in ";:'()\u2060" else _entity(match), escaped)


def fenced(lines: list[str], *, language: str) -> str:
    """Return the lines as a code block whose fence is longer than any run of backticks in them."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def details(summary: str, *body: str) -> str:
    """Return a block that opens with a click; ``summary`` is HTML."""
    return "\n".join([f"<details><summary>{summary}</summary>", "", *body, "", "</details>"])


def callout(kind: str, *lines: str) -> str:
    """Return lines in a box of GitHub's and GitLab's: ``CAUTION``, ``WARNING`` or ``NOTE``."""
    return "\n".join([f"> [!{kind}]", *(f"> {line}".rstrip() for line in lines)])


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match.group())};"

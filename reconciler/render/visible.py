"""Text from outside made safe to show: what would steer a terminal or hide from the reader is written out."""

from __future__ import annotations

import re
from typing import Final

# C0 and C1 controls, invisible spaces and joiners that hide, line and paragraph separators, everything that changes
# the direction of text ("Trojan Source"), interlinear and tag characters, and lone surrogates, which cannot be encoded.
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Return the text on one line, with every character that does not show as itself written as ``\u001b``."""
    # Whatever is printable to Python shows as itself. Nearly every text is, and this is quicker than searching it.
    return text if text.isprintable() else _UNSEEN.sub(_escape, text)


def shortened(text: str, *, limit: int, start: int = 0) -> str:
    """Return at most ``limit`` characters from ``start`` on, and how long the whole is where some were cut."""
    if len(text) <= limit and start == 0:
        return text
    tail = "..." if start + limit < len(text) else ""
    return f"{'...' if start else ''}{text[start : start + limit]}{tail}"


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")

"""HTML by construction: text is escaped because it is text, so that nobody has to remember to."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

#: Elements without content, which have no end tag.
_VOID: Final = frozenset({"br", "input", "link", "meta"})


@dataclass(frozen=True, slots=True)
class Html:
    """HTML that may stand as it is."""

    text: str


Child = Html | str
Attribute = str | int | float | bool


def element(tag: str, *children: Child, **attributes: Attribute) -> Html:
    """Return an element; children that are text are escaped, ``data_op`` is ``data-op`` and ``class_`` is ``class``.

    An attribute that is True stands alone, one that is False is left out.
    """
    parts = [_attribute(name, value) for name, value in attributes.items() if value is not False]
    start = f"<{tag}{''.join(parts)}>"
    return Html(start if tag in _VOID else f"{start}{joined(*children).text}</{tag}>")


def joined(*children: Child) -> Html:
    """Return what stands one after the other."""
    return Html("".join([child.text if isinstance(child, Html) else escape(child) for child in children]))


def _attribute(name: str, value: Attribute) -> str:
    said = name.rstrip("_").replace("_", "-")
    return f" {said}" if value is True else f' {said}="{escape(str(value))}"'

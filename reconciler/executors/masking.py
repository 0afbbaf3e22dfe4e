"""Secrets do not reach a log: what an action or an error says is masked before anybody keeps it.

A secret is masked as it is, as JSON writes it and as URLs do; one of several lines, line by line, for that is how they
are printed. Lines of fewer than four characters are left alone: every log is full of them, and a mask on each would
tell what they are. What an action encodes in ways of its own, nobody can find.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from reconciler.domain.secrets import MASK

#: Characters that a line of a secret has at least, to be masked.
SHORTEST: Final = 4


class Mask:
    """What is to be masked, for as long as one run lasts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._longest = max(map(len, forms), default=0)
        # Ahead of where it stands, so that secrets that overlap are all found.
        self._found = re.compile(f"(?=({'|'.join(map(re.escape, longest_first))}))") if forms else None

    def text(self, text: str) -> str:
        """Return a text that is whole, masked."""
        return self.stream().feed(text, last=True)

    def stream(self) -> MaskedStream:
        """Return what masks a text that comes in pieces."""
        return MaskedStream(self)

    def decided(self, text: str) -> int:
        """Return up to where nothing that may follow can change what is secret in a text: none spans lines."""
        return max(len(text) - self._longest + 1, text.rfind("\n") + 1, 0) if self._found else len(text)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Give where secrets stand, by their beginnings; they may overlap."""
        for found in self._found.finditer(text) if self._found else ():
            yield found.start(1), found.end(1)


class MaskedStream:
    """A text that comes in pieces: what may be the beginning of a secret is kept back until more is known."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._kept = ""
        #: So many characters of what is kept are of a secret that has been masked already.
        self._masked = 0

    def feed(self, piece: str, *, last: bool = False) -> str:
        """Take a piece and return what is decided by now, masked; all that is left with the ``last``."""
        text = self._kept + piece
        until = len(text) if last else self._mask.decided(text)
        told: list[str] = []
        at = self._masked
        for start, end in self._mask.spans(text):
            if start >= until:
                break
            if start > at or (start == at and not self._masked and not told):
                told += [text[at:start], MASK]
            at = max(at, end)
        told.append(text[at:until])
        self._kept, self._masked = text[until:], max(at - until, 0)
        return "".join(told)


def is_maskable(secret: str) -> bool:
    """Return True unless every line of a secret is too short."""
    return any(len(line) >= SHORTEST for line in _lines(secret))


def _forms(secret: str) -> Iterator[str]:
    for line in _lines(secret):
        if len(line) >= SHORTEST:
            yield line
            yield json.dumps(line)[1:-1]
            yield json.dumps(line, ensure_ascii=False)[1:-1]
            yield quote(line, safe="")
            yield quote(line)
            yield quote_plus(line)


def _lines(secret: str) -> list[str]:
    return [line.strip() for line in secret.splitlines()]

"""Names: which document declares which, and what is wrong where two declare the same or nearly the same."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.diagnostics import Severity
from reconciler.domain.address import Address, Kind
from reconciler.manifests.origins import Origin, Origins
from reconciler.manifests.problems import Problem

_NAME = "/metadata/name"


@dataclass(slots=True)
class Claims:
    """The resources that were declared so far, and the document that declares each."""

    origins: Origins
    _first: dict[Address, Origin] = field(default_factory=dict)
    _by_letters: dict[tuple[Kind, str], Address] = field(default_factory=dict)

    def claim(self, address: Address, origin: Origin) -> Problem | None:
        """Note that a document declares a resource and return what is wrong with its name; an error means: not kept."""
        first = self._first.setdefault(address, origin)
        if first is not origin:
            return declared_twice(f'{_words(address)} "{address.name}"', self.origins.find(first, _NAME))
        twin = self._by_letters.setdefault((address.kind, address.name.lower()), address)
        return None if twin == address else self._nearly_the_same(address, twin)

    def _nearly_the_same(self, address: Address, twin: Address) -> Problem:
        place = self.origins.find(self._first[twin], _NAME)
        return Problem(
            "similar-name",
            f'{_words(address)} "{address.name}" and "{twin.name}" at {place} differ in letter case only',
            _NAME,
            f"to the platform they are two {_words(address)}s; rename one, or remove it if one was meant",
            severity=Severity.WARNING,
        )


def declared_twice(what: str, first: object) -> Problem:
    """Return the problem of a name that an earlier document has; ``first`` is the place of that."""
    return Problem("duplicate-name", f"{what} is declared twice; the first is at {first}", _NAME, "keep one of the two")


def _words(address: Address) -> str:
    return address.kind.value.lower()

"""Where the documents of a file come from when it is without fault: the cache, a second process, or its own text.

The second process begins at the last file and this one at the first, until they meet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from reconciler.manifests.files import SourceFile

if TYPE_CHECKING:
    from reconciler.manifests.cache import ValidationCache
    from reconciler.manifests.judging import Row

#: Fewer unknown files than this are judged sooner than a second process is under way.
WORTH_A_PROCESS: Final = 400


class Shared(Protocol):
    """Work on numbered pieces, shared with a second process that begins at the last one."""

    def claim(self, place: int) -> bool:
        """Return True when the caller is to do this piece, in their order; False from where the other one got to."""
        ...

    def results(self) -> Mapping[int, bytes]:
        """Return what the other one has made of its pieces, once it has ended; a piece may be missing."""
        ...

    def close(self) -> None:
        """End the other one, whatever it is doing."""
        ...


#: Shares so many pieces of work, each making bytes of its number or None; None where this machine cannot.
Share = Callable[[int, Callable[[int], bytes | None]], Shared | None]


class Known:
    """The documents of files that are without fault."""

    def __init__(self, files: Sequence[SourceFile], *, cache: ValidationCache | None, share: Share | None) -> None:
        self._cache = cache
        unknown = [file for file in files if cache is None or not cache.has_documents(file.digest)]
        self._places = {file.name: place for place, file in enumerate(unknown)}
        self._shared = share(len(unknown), _judging(unknown)) if share and len(unknown) >= WORTH_A_PROCESS else None
        self._others: Mapping[int, bytes] | None = None

    def rows(self, file: SourceFile) -> list[Row] | None:
        """Return the documents of a file; None when it is not without fault."""
        known = None if self._cache is None else self._cache.documents(file.digest)
        if known is not None:
            return known
        rows = self._from_the_other(file)
        if rows is None:
            from reconciler.manifests.judging import flawless

            rows = flawless(file)
        if rows is not None and self._cache is not None:
            self._cache.remember(file.digest, rows)
        return rows

    def close(self) -> None:
        """End the second process."""
        if self._shared is not None:
            self._shared.close()

    def _from_the_other(self, file: SourceFile) -> list[Row] | None:
        place = self._places.get(file.name)
        if self._shared is None or place is None:
            return None
        if self._others is None:
            if self._shared.claim(place):
                return None
            self._others = self._shared.results()
        line = self._others.get(place)
        if line is None:
            return None
        from pydantic_core import from_json

        rows: list[Row] = from_json(line)
        return rows


def _judging(files: Sequence[SourceFile]) -> Callable[[int], bytes | None]:
    from pydantic_core import to_json

    from reconciler.manifests.judging import flawless

    def judge(place: int) -> bytes | None:
        rows = flawless(files[place])
        return None if rows is None else to_json(rows)

    return judge

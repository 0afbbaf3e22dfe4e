"""A document without what is wrong with it, so that the rest can be judged in the same run."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reconciler.manifests.problems import Problem, Step, path_in, pointer_of, segments

if TYPE_CHECKING:
    from reconciler.domain.values import Json

Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Pruned:
    """What is left of a document.

    Attributes:
        rest: The document without what was taken out.
        removed: The paths of what was taken out, as they were in the whole document.
    """

    rest: Json
    removed: frozenset[Path]

    def in_whole(self, problem: Problem) -> Problem:
        """Return a problem of the rest with its pointer into the whole document: entries of lists have moved up."""
        steps, _ = path_in(self.rest, problem.pointer)
        whole: Path = ()
        for step in steps:
            whole = (*whole, self._index_in_whole(whole, step) if isinstance(step, int) else step)
        if whole == steps:
            return problem
        return replace(problem, pointer=pointer_of((*whole, *segments(problem.pointer)[len(steps) :])))

    def _index_in_whole(self, entries: Path, index: int) -> int:
        for position in sorted(path[-1] for path in self.removed if path[:-1] == entries and isinstance(path[-1], int)):
            if position <= index:
                index += 1
        return index


def pruned(document: Json, problems: Iterable[Problem]) -> Pruned:
    """Return what is left of a document without what the problems are about."""
    found = (path_in(document, problem.pointer) for problem in problems)
    removed = frozenset(path for path, is_written in found if is_written and path)
    rest = copy.deepcopy(document) if removed else document
    # Backwards, so that positions in lists still hold, and what is below goes before what holds it.
    for path in sorted(removed, key=lambda steps: [str(step).zfill(9) for step in steps], reverse=True):
        place: Any = rest
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
    return Pruned(rest, removed)

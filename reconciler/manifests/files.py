"""The files a run works on: those the user named, and the manifests in the folders the user named."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from reconciler.diagnostics import Diagnostic, in_order
from reconciler.manifests.reading import LARGEST_STDIN, SourceFile, from_bytes, read_source, shown_name
from reconciler.manifests.walking import Candidate, Excluded, is_below, outside, walk

__all__ = ["Found", "SourceFile", "find", "project_digest", "read_file"]

#: More files than this are a mistake in the path.
MOST_FILES: Final = 100_000

STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"


@dataclass(frozen=True, slots=True)
class Found:
    """The files that could be read, by name in order, and what is wrong with the others."""

    files: tuple[SourceFile, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each file by its name."""
        return {file.name: file.digest for file in self.files}


def project_digest(digests: Mapping[str, str]) -> str:
    """Hash the names and contents of files; their order does not matter."""
    hashed = blake2b(digest_size=20)
    for name in sorted(digests):
        hashed.update(f"{name}\0{digests[name]}\0".encode())
    return hashed.hexdigest()


def find(
    paths: Sequence[str],
    *,
    root: Path,
    exclude: Sequence[str] = (),
    stdin: Callable[[], bytes] | None = None,
) -> Found:
    """Read every file in ``paths`` and every manifest below the folders in it; ``-`` is standard input.

    Relative paths start at ``root``, which is also where symbolic links must stay. ``exclude`` holds patterns as in
    ``.gitignore``, relative to ``root``; a file that is named itself is read whatever they say. Nothing is raised for
    what is wrong with a file, and each file is read once however often it is named.
    """
    named = dict.fromkeys(paths)
    sources: list[SourceFile | Diagnostic] = []
    try:
        candidates = _each_once(_candidates(named, root=root, is_excluded=_exclusion(exclude)), problems=sources)
    except _Refused as refused:
        return Found((), (refused.diagnostic,))
    sources += [read_source(each.path, name=each.name, explicit=each.explicit) for each in candidates]
    if STDIN in named:
        content = (stdin or sys.stdin.buffer.read)()
        sources.append(from_bytes(content, name=STDIN_NAME, explicit=True, limit=LARGEST_STDIN))
    files = sorted((source for source in sources if isinstance(source, SourceFile)), key=_name)
    return Found(tuple(files), in_order([source for source in sources if isinstance(source, Diagnostic)]))


def read_file(path: Path, *, root: Path, name: str | None = None) -> SourceFile | Diagnostic:
    """Read one file that another file names; ``name`` is how users see it, else its path relative to ``root``."""
    place = _place(os.fspath(path), root=root)
    shown = name if name is not None else place.name
    if not is_below(place.real, place.boundary):
        return outside(shown)
    return read_source(place.path, name=shown, explicit=True)


class _Refused(Exception):
    """The whole search is refused."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.summary)
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    real: str
    name: str
    boundary: str  # what a link may not leave: the project, or outside of it the named path itself


def _place(path: str, *, root: Path) -> _Place:
    base = os.path.normpath(root.absolute())
    full = os.path.normpath(Path(base) / path)
    real, real_base = os.path.realpath(full), os.path.realpath(base)
    if is_below(full, base):
        return _Place(full, real, _shown(full, base), real_base)
    if is_below(real, real_base):
        return _Place(full, real, _shown(real, real_base), real_base)
    return _Place(full, real, shown_name(full.replace(os.sep, "/")), real)


def _shown(path: str, base: str) -> str:
    return shown_name(path[len(base) :].strip(os.sep).replace(os.sep, "/"))


def _candidates(paths: Iterable[str], *, root: Path, is_excluded: Excluded) -> Iterator[Candidate | Diagnostic]:
    for path in paths:
        if path == STDIN:
            continue
        place = _place(path, root=root)
        if not is_below(place.real, place.boundary):
            yield outside(place.name)
        elif Path(place.path).is_dir():
            yield from walk(place.path, name=place.name, boundary=place.boundary, is_excluded=is_excluded)
        else:
            yield Candidate(place.name, place.path, place.real, explicit=True)


def _each_once(found: Iterable[Candidate | Diagnostic], *, problems: list[SourceFile | Diagnostic]) -> list[Candidate]:
    """Return one candidate a file: one that the user named, else one that no link leads to."""
    best: dict[str, Candidate] = {}
    for each in found:
        if isinstance(each, Diagnostic):
            problems.append(each)
            continue
        other = best.get(each.real)
        if other is None or each.rank < other.rank:
            best[each.real] = each
        if len(best) > MOST_FILES:
            raise _Refused(_too_many())
    return list(best.values())


def _exclusion(patterns: Sequence[str]) -> Excluded:
    if not patterns:
        return lambda _: False
    from pathspec import GitIgnoreSpec  # most projects exclude nothing

    try:
        return GitIgnoreSpec.from_lines(patterns).match_file
    except ValueError as error:
        raise _Refused(
            Diagnostic(
                rule="exclude-pattern",
                summary=f"an exclude pattern is not legal: {error}",
                hint="patterns are written as in .gitignore",
            )
        ) from error


def _too_many() -> Diagnostic:
    return Diagnostic(
        rule="too-many-files",
        summary=f"there are more than {MOST_FILES:,} manifests here",
        hint="name the folder that holds your manifests, or exclude the others",
    )


def _name(file: SourceFile) -> str:
    return file.name

"""Files to ``Desired``, or every diagnostic at once: the door of this room."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.diagnostics import Diagnostic, in_order
from reconciler.manifests import files
from reconciler.manifests.environment_layer import Layer, Overlay, read_overlay
from reconciler.manifests.project_file import read_project
from reconciler.manifests.project_settings import ProjectSettings
from reconciler.manifests.sources import Sources

# The models and what they are built on take 0.2 s to load: too long for files that are known to be without fault.
if TYPE_CHECKING:
    from reconciler.manifests.cache import ValidationCache
    from reconciler.manifests.desired import Desired, ParameterSet
    from reconciler.manifests.known import Share
    from reconciler.manifests.origins import Origins

__all__ = [
    "Layer",
    "Loading",
    "ProjectSettings",
    "Sources",
    "Verdict",
    "find",
    "is_all",
    "load",
    "load_found",
    "open_cache",
    "read_project",
    "validate",
]


@dataclass(frozen=True, slots=True)
class Loading:
    """What the manifests ask for and everything there is to say about them.

    Attributes:
        desired: What they ask for; with errors among the diagnostics, as far as it was understood.
        diagnostics: Errors and warnings, by place in order.
        counts: Valid documents by kind, zeros included.
        files: Names of the files that were read, action files included, in order.
        sets: The parameter sets, by name in order.
        origins: Where everything was written.
    """

    desired: Desired
    diagnostics: tuple[Diagnostic, ...]
    counts: Mapping[str, int]
    files: tuple[str, ...]
    sets: tuple[ParameterSet, ...]
    origins: Origins


@dataclass(frozen=True, slots=True)
class Verdict:
    """What ``validate`` says; fields as in :class:`Loading`."""

    counts: Mapping[str, int]
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]


def load(
    paths: Sequence[str],
    *,
    root: Path,
    exclude: Sequence[str] = (),
    cache: ValidationCache | None = None,
    stdin: Callable[[], bytes] | None = None,
    layer: Layer | None = None,
) -> Loading:
    """Find the manifests in ``paths``, read them and check them; see :func:`load_found`."""
    sources = find(paths, root=root, exclude=exclude, stdin=stdin, layer=layer)
    return load_found(sources, root=root, cache=cache)


def find(
    paths: Sequence[str],
    *,
    root: Path,
    exclude: Sequence[str] = (),
    stdin: Callable[[], bytes] | None = None,
    layer: Layer | None = None,
) -> Sources:
    """Read the files in ``paths``, as :func:`reconciler.manifests.files.find` does, and ``layer``'s own."""
    found = files.find(paths, root=root, exclude=exclude, stdin=stdin)
    return Sources(found, Overlay() if layer is None else read_overlay(layer, root=root))


def load_found(
    sources: Sources,
    *,
    root: Path,
    cache: ValidationCache | None = None,
    share: Share | None = None,
    underway: Callable[[], None] = lambda: None,
) -> Loading:
    """Read what was found and check it; what is wrong is never raised, all of it is returned.

    ``root`` is the project's folder: names are relative to it, and action files must lie in it. ``share`` begins a
    second process when there is work for two; after that, ``underway`` is called once, which may start threads.
    """
    with _uncollected():
        return _load(sources, root=root, cache=cache, share=share, underway=underway)


def validate(
    paths: Sequence[str],
    *,
    root: Path,
    exclude: Sequence[str] = (),
    cache: ValidationCache | None = None,
    stdin: Callable[[], bytes] | None = None,
    share: Share | None = None,
    layer: Layer | None = None,
) -> Verdict:
    """Say what is wrong with the manifests; at once where the cache knows the very same files to be without fault."""
    sources = find(paths, root=root, exclude=exclude, stdin=stdin, layer=layer)
    known = _known_verdict(sources, cache=cache)
    if known is not None:
        return known
    with _uncollected():
        loading = _load(sources, root=root, cache=cache, share=share, underway=lambda: None)
    if cache is not None and not loading.diagnostics:
        _remember_verdict(cache, sources, loading)
    return Verdict(loading.counts, loading.diagnostics, loading.files)


def open_cache(directory: Path, *, project: str) -> ValidationCache:
    """Return the cache of a project's validated documents; what another version of this room wrote does not count."""
    from reconciler.manifests.cache import ValidationCache

    return ValidationCache.open(directory, project=project, version=_version())


def _known_verdict(sources: Sources, *, cache: ValidationCache | None) -> Verdict | None:
    """Return the verdict on these very files, if it was without a diagnostic; None when it is not known."""
    if cache is None or sources.diagnostics or not sources.found.files:
        return None
    counts = cache.verdict(sources.digest)
    return None if counts is None else Verdict(counts, (), tuple(sorted(sources.names)))


def _remember_verdict(cache: ValidationCache, sources: Sources, loading: Loading) -> None:
    if is_all(sources, loading):
        cache.remember_verdict(loading.desired.digest, dict(loading.counts))


def is_all(sources: Sources, loading: Loading) -> bool:
    """Return True when nothing was loaded but what was found.

    An action file outside of what was searched would not be looked at the next time.
    """
    return sources.names == set(loading.files)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the cyclic garbage collector from going over everything that was loaded again and again.

    Nothing built here is cyclic. Measured on 10,000 documents: without this, reading them takes twice as long.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _load(
    sources: Sources,
    *,
    root: Path,
    cache: ValidationCache | None,
    share: Share | None,
    underway: Callable[[], None],
) -> Loading:
    from reconciler.manifests.checks import project_problems, with_inherited_secrets
    from reconciler.manifests.desired import KINDS, Desired
    from reconciler.manifests.gathering import Gathering
    from reconciler.manifests.known import Known
    from reconciler.manifests.origins import Origin, Origins

    with closing(Known(sources.found.files, cache=cache, share=share)) as known:
        underway()
        gathering = Gathering(root, known, Origins(root), sources.overlay)
        gathering.diagnostics += sources.found.diagnostics
        for file in sources.found.files:
            gathering.take(file)
    gathering.finish()
    resources = dict(sorted(gathering.resources.items()))
    diagnostics = gathering.diagnostics
    diagnostics += [
        gathering.origins.diagnose(Origin(resource.file, resource.document), problem)
        for resource, problem in project_problems(resources)
    ]
    counts = {kind: gathering.counts[kind] for kind in KINDS}
    if not any(each.is_error for each in diagnostics) and not any(counts[kind] for kind in KINDS if kind != "Project"):
        diagnostics.append(_nothing_found())
    ordered = in_order(diagnostics)
    desired = Desired(
        resources=with_inherited_secrets(resources),
        digest=sources.overlay.digest_with(gathering.digests),
        warnings=tuple(each for each in ordered if not each.is_error),
        locate=gathering.origins,
    )
    files = tuple(sorted(gathering.digests | sources.overlay.digests))
    return Loading(desired, ordered, counts, files, gathering.parameter_sets(), gathering.origins)


def _nothing_found() -> Diagnostic:
    return Diagnostic(
        "no-manifests",
        "there are no manifests here",
        hint='write some, or begin with an example: "reconciler init"',
    )


def _version() -> str:
    """Name the state of the code that decides what is valid and what differs: with a change it may judge otherwise."""
    hashed = blake2b(str(sys.hexversion).encode(), digest_size=20)
    package = importlib.util.find_spec("pydantic")
    if package is not None and package.origin is not None:
        # Loading pydantic to ask for its version would take longer than all else a warm run does.
        hashed.update((Path(package.origin).parent / "version.py").read_bytes())
    here = Path(__file__).parent
    for folder in (here, here.parent / "domain", here.parent / "plan"):
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.name.endswith(".py"):
                    state = entry.stat()
                    hashed.update(f"{entry.name}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return hashed.hexdigest()

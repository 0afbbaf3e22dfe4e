"""What an environment lays over the manifests: values of variables, and patches in files or in the project file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from reconciler.manifests.files import Found, SourceFile, find, project_digest
from reconciler.manifests.problems import pointer_of
from reconciler.manifests.variables import Variables, has_reference, substituted

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic
    from reconciler.manifests.origins import Origin, Origins
    from reconciler.manifests.patching import Patch

_MEANS_MORE: Final = re.compile(r"([\\*?\[\]!# ])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What is chosen before any manifest is read.

    Attributes:
        environment: Name of the environment; None in a project without environments.
        variables: The values of variables there.
        overlays: Files and folders of patches, relative to the project, and patches themselves.
        project_file: Name of the file that holds the latter.
        is_whole: Whether all manifests are read, so that a patch that names none of them is a mistake.
    """

    environment: str | None = None
    variables: Variables = field(default_factory=Variables)
    overlays: tuple[str | Mapping[str, Any], ...] = ()
    project_file: str = "reconciler.yaml"
    is_whole: bool = True

    @property
    def digest(self) -> str:
        """A hash over everything but the files of patches; empty where the manifests stand for themselves."""
        variables = self.variables
        if self.environment is None and not variables.values and not variables.unset:
            return ""
        parts = [self.environment, dict(variables.values), sorted(variables.unset), self.overlays, self.is_whole]
        return blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=20).hexdigest()


@dataclass(frozen=True, slots=True)
class Overlay:
    """A layer, and the files of its patches."""

    layer: Layer = field(default_factory=Layer)
    found: Found = field(default_factory=lambda: Found(()))

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each file by its name."""
        return self.found.digests

    def digest_with(self, digests: Mapping[str, str]) -> str:
        """Hash this with manifests: the same files are another thing in another environment."""
        digest = project_digest({**digests, **self.digests})
        own = self.layer.digest
        return project_digest({"": own, "manifests": digest}) if own else digest


def read_overlay(layer: Layer, *, root: Path) -> Overlay:
    """Read the files of a layer's patches, in the order they are named in."""
    paths = [overlay for overlay in layer.overlays if isinstance(overlay, str)]
    return Overlay(layer, find(paths, root=root)) if paths else Overlay(layer)


def exclusions(overlays: Sequence[str | Mapping[str, Any]]) -> tuple[str, ...]:
    """Return gitignore-style patterns for files of patches: they are no manifests."""
    paths = (overlay.removeprefix("./").strip("/") for overlay in overlays if isinstance(overlay, str))
    return tuple("/" + _MEANS_MORE.sub(r"\\\1", path) for path in paths)


def patches_of(overlay: Overlay, origins: Origins, *, root: Path) -> tuple[list[Patch], list[Diagnostic]]:
    """Return the patches of an overlay in the order they apply, and what is wrong with the others."""
    reading = _Reading(overlay.layer, origins)
    reading.diagnostics += overlay.found.diagnostics
    files = list(overlay.found.files)
    for place, each in enumerate(overlay.layer.overlays):
        if isinstance(each, str):
            chosen = [file for file in files if _is_in(file.name, each)]
            files = [file for file in files if file not in chosen]
            for file in chosen:
                reading.take_file(file)
        else:
            reading.take_inline(each, place=place, root=root)
    for file in files:
        reading.take_file(file)
    return reading.patches, reading.diagnostics


def _is_in(name: str, path: str) -> bool:
    path = path.removeprefix("./").rstrip("/")
    return name == path or name.startswith(f"{path}/")


@dataclass(slots=True)
class _Reading:
    layer: Layer
    origins: Origins
    patches: list[Patch] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def take_file(self, file: SourceFile) -> None:
        from reconciler.manifests.origins import Origin
        from reconciler.manifests.source import parse

        if file.location is not None:
            self.origins.locations[file.name] = file.location
        parsed = parse(file.text, file=file.name)
        self.diagnostics += parsed.diagnostics
        for document in parsed.documents:
            if document.data is not None:
                self._take(document.data, Origin(file.name, document.index), "")

    def take_inline(self, body: Mapping[str, Any], *, place: int, root: Path) -> None:
        from reconciler.manifests.origins import Origin

        name = self.layer.project_file
        self.origins.locations.setdefault(name, str(root / name))
        pointer = pointer_of(("spec", "environments", self.layer.environment or "", "overlays", place))
        self._take(dict(body), Origin(name), pointer)

    def _take(self, body: Any, origin: Origin, pointer: str) -> None:
        from dataclasses import replace

        from reconciler.manifests.documents import schema_problems
        from reconciler.manifests.patching import Patch

        problems = schema_problems(body, kind="Patch")
        if not problems and has_reference(body):
            body, problems = substituted(body, self.layer.variables)
            problems = problems or schema_problems(body, kind="Patch")
        self.diagnostics += [
            self.origins.diagnose(origin, replace(problem, pointer=pointer + problem.pointer)) for problem in problems
        ]
        if not problems:
            self.patches.append(Patch(body, origin, pointer))

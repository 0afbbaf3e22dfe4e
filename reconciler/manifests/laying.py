"""What becomes of a document in an environment: variables get their values, patches are laid over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.diagnostics import Diagnostic
from reconciler.manifests.environment_layer import Overlay, patches_of
from reconciler.manifests.files import SourceFile
from reconciler.manifests.origins import Origin, Origins
from reconciler.manifests.patching import Patch, patched
from reconciler.manifests.problems import Problem
from reconciler.manifests.suggestions import did_you_mean
from reconciler.manifests.variables import HINT, has_reference, substituted

if TYPE_CHECKING:
    from reconciler.domain.values import Json

Target = tuple[str, str]


@dataclass(slots=True)
class Laying:
    """The layer of an environment, while documents come by: who is patched, and which patches name nothing."""

    overlay: Overlay
    origins: Origins
    patches: dict[Target, list[Patch]] = field(default_factory=dict)
    seen: set[Target] = field(default_factory=set)
    is_patching: bool = False

    def begin(self, root: Path) -> list[Diagnostic]:
        """Read the patches, and return what is wrong with them."""
        patches, diagnostics = patches_of(self.overlay, self.origins, root=root)
        for patch in patches:
            self.patches.setdefault(patch.target, []).append(patch)
        self.is_patching = bool(patches)
        return diagnostics

    def changes(self, file: SourceFile) -> bool:
        """Return False when nothing in a file can be another thing in this environment."""
        return self.is_patching or HINT.search(file.text) is not None

    def substituted(self, document: Json) -> tuple[Json, list[Problem]]:
        """Return a document with the values of variables, and what is wrong with its references."""
        if not has_reference(document):
            return document, []
        return substituted(document, self.overlay.layer.variables)

    def patched(self, origin: Origin, document: dict[str, Any]) -> dict[str, Any]:
        """Return a document under its patches; the very same one where it has none."""
        target = target_of(document)
        self.seen.add(target)
        for patch in self.patches.get(target, ()):
            document = patched(document, patch)
            self.origins.patches.setdefault(origin, []).append((patch.origin, patch.pointer))
        return document

    def stray(self) -> Iterator[tuple[Origin, Problem]]:
        """Yield the patches that named no document; some may lie in files that were not asked for."""
        if not self.overlay.layer.is_whole:
            return
        for (kind, name), patches in self.patches.items():
            if (kind, name) in self.seen:
                continue
            known = [other for of_kind, other in sorted(self.seen) if of_kind == kind]
            problem = Problem(
                "patch-of-nothing",
                f'the overlay changes {kind} "{name}", which no manifest declares',
                "/metadata/name",
                did_you_mean(name, known) or "correct the name, or remove the patch",
            )
            for patch in patches:
                yield patch.origin, replace(problem, pointer=patch.pointer + problem.pointer)


def target_of(document: Json) -> Target:
    """Return the kind and the name of a document, as far as it has them."""
    metadata = document.get("metadata") if isinstance(document, dict) else None
    name = metadata.get("name", "") if isinstance(metadata, dict) else ""
    kind = document.get("kind", "") if isinstance(document, dict) else ""
    return str(kind), str(name)

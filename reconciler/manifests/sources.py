"""All that a run reads: the files of manifests, and what the chosen environment lays over them."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.diagnostics import Diagnostic
from reconciler.manifests.environment_layer import Overlay
from reconciler.manifests.files import Found


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that were found, and what is laid over them."""

    found: Found
    overlay: Overlay = field(default_factory=Overlay)

    @property
    def names(self) -> frozenset[str]:
        """The names of all files."""
        return frozenset(self.found.digests) | frozenset(self.overlay.digests)

    @property
    def digest(self) -> str:
        """A hash over the names and contents of all files, and over the environment's own values."""
        return self.overlay.digest_with(self.found.digests)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with files that could not be read."""
        return self.found.diagnostics + self.overlay.found.diagnostics

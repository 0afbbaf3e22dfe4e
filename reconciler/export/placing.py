"""Placing: which file each manifest goes to, and what becomes of what is there.

==============================================  =====================================================================
the resource is declared, and a plan is empty   its file is left alone, however it is written
it is declared in another file, and differs     left alone, and told; replaced with ``force`` if nothing else is in it
its own file says something else                left alone, and told; replaced with ``force``
its own file holds other resources, too         left alone, and told
it is nowhere                                   a new file is written
==============================================  =====================================================================
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live
from reconciler.errors import InvalidManifests
from reconciler.export.file_names import file_names
from reconciler.export.judging import change_of
from reconciler.export.model import Exported, Outcome, Placed
from reconciler.manifests.desired import Resource
from reconciler.manifests.schema_line import SCHEMA, schema_line

#: The folder of each kind, as ``init`` makes them.
FOLDERS: Final = {Kind.ACTION: "actions", Kind.TRIGGER: "triggers"}


@dataclass(frozen=True, slots=True)
class Folder:
    """Where manifests go, and what is there.

    Attributes:
        out: The folder that the folders of each kind are in.
        root: The project's folder, where the schema is and file names of ``declared`` begin.
        declared: The manifests so far.
        read: Returns what a file holds; None where there is none.
    """

    out: Path
    root: Path
    declared: Mapping[Address, Resource]
    read: Callable[[Path], str | None]

    def file_of(self, resource: Resource) -> Path:
        """Return the file that declares a resource."""
        return Path(os.path.normpath(self.root / resource.file))


def placed(
    exported: list[Exported], folder: Folder, live: Live, *, labels: Mapping[str, str], force: bool
) -> tuple[Placed, ...]:
    """Decide about the file of each manifest."""
    names = {kind: file_names(at.name for at in live.records if at.kind is kind) for kind in FOLDERS}
    return tuple(
        _Place(
            each, folder.out / FOLDERS[each.address.kind] / names[each.address.kind][each.address.name], folder
        ).judged(live, labels=labels, force=force)
        for each in exported
    )


@dataclass(frozen=True, slots=True)
class _Place:
    exported: Exported
    path: Path
    folder: Folder

    def judged(self, live: Live, *, labels: Mapping[str, str], force: bool) -> Placed:
        local = self.folder.declared.get(self.exported.address)
        if local is not None and self._is_as_declared(local, live, labels):
            return self._with(Outcome.UNCHANGED, path=self.folder.file_of(local))
        if local is not None and not self._is_here(local):
            return self._elsewhere(local, force=force)
        there = self.folder.read(self.path)
        if there is None:
            return self._with(Outcome.WRITTEN)
        if there == self._text(self.path):
            return self._with(Outcome.UNCHANGED)
        others = sorted(at for at, each in self.folder.declared.items() if self._is_here(each))
        others = [at for at in others if at != self.exported.address]
        if others:
            return self._with(Outcome.KEPT, f"it holds {', '.join(map(str, others[:3]))} as well: edit it")
        return self._with(Outcome.REPLACED) if force else self._with(Outcome.KEPT, "it differs: --force replaces it")

    def _elsewhere(self, local: Resource, *, force: bool) -> Placed:
        """Decide about a file that somebody named."""
        path = self.folder.file_of(local)
        if not self._is_alone(local, path):
            reason = "it is declared here and differs: edit it, or remove it and export again"
            return self._with(Outcome.KEPT, reason, path=path)
        if not force:
            return self._with(Outcome.KEPT, "it is declared here and differs: --force replaces it", path=path)
        return self._with(Outcome.REPLACED, path=path)

    def _is_alone(self, local: Resource, path: Path) -> bool:
        """Return True for a YAML file that holds this one document, in the folder that is written to."""
        text = self.folder.read(path) if path.is_relative_to(self.folder.out) else None
        if text is None or path.suffix not in {".yaml", ".yml"} or local.document != 0:
            return False
        said = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        return not any(line.startswith(("---", "...")) for line in said[1:])

    def _is_as_declared(self, local: Resource, live: Live, labels: Mapping[str, str]) -> bool:
        if not labels.items() <= local.labels.items():
            return False
        try:
            return change_of(local, live.records[local.address], live) is None
        except InvalidManifests:
            return False

    def _is_here(self, local: Resource) -> bool:
        file = self.folder.file_of(local)
        if file == self.path or str(file).casefold() != str(self.path).casefold():
            return file == self.path
        # On some systems a file has several names, which differ in capitals.
        return file.exists() and self.path.exists() and file.samefile(self.path)

    def _text(self, path: Path) -> str:
        way = os.path.relpath(self.folder.root / SCHEMA, path.parent).replace(os.sep, "/")
        return schema_line(way) + self.exported.text

    def _with(self, outcome: Outcome, reason: str = "", *, path: Path | None = None) -> Placed:
        at = path or self.path
        return Placed(self.exported, str(at), outcome, self._text(at), reason)

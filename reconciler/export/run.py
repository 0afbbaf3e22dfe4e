"""Exporting: read what is live and what is declared, and decide about every manifest; nothing is written here."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from reconciler.config import Settings
from reconciler.diagnostics import Diagnostic
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live
from reconciler.domain.platform import PlatformReader
from reconciler.domain.triggers import TriggerRecord
from reconciler.errors import InvalidManifests
from reconciler.export.drafting import drafted
from reconciler.export.judging import judged
from reconciler.export.model import Export, Exported, LeftOut, Outcome, Placed, Selection
from reconciler.export.placing import FOLDERS, Folder, placed
from reconciler.manifests.desired import Resource
from reconciler.manifests.loader import find, load_found
from reconciler.observe import newer_triggers, observe, with_references
from reconciler.opening import ignore, open_reader
from reconciler.plan.references import reference


def export(
    settings: Settings,
    selection: Selection,
    *,
    out: Path | None,
    force: bool = False,
    warn: Callable[[str], None] = ignore,
) -> Export:
    """Return the manifests of what is live and what is to become of their files; without ``out`` they have none.

    Raises:
        ConfigurationError: No platform was named.
        InvalidManifests: The manifests that are there already have errors.
        PlatformError: Live state could not be read.
    """
    root = out if out is not None and not _is_below(out, settings.root) else settings.root
    declared = {} if out is None else _declared(settings, out, root=root)
    with closing(open_reader(settings, warn=warn)) as platform:
        live = _observed(platform, selection, parallelism=settings.parallelism)
        left_out, notes = _newer(platform, selection)
    drafts = [
        drafted(record, selection, org_id=live.identity.org_id, local=declared.get(at))
        for at, record in sorted(live.records.items())
        if selection.takes(at.kind, at.name)
    ]
    exported, refused = judged(drafts, live)
    if out is None:
        files = tuple(Placed(each, "", Outcome.WRITTEN, each.text) for each in exported)
    else:
        folder = Folder(out, root, declared, read_text)
        files = placed(exported, folder, live, labels=selection.labels, force=force)
        notes = [*notes, *_unread_notes(settings, out, files), *_adoption_notes(settings, files)]
    return Export(live.identity, files, tuple(sorted([*left_out, *refused])), (*notes, *_service_users(exported, live)))


def read_text(path: Path) -> str | None:
    """Return what a file holds, line ends as they are; None where there is no file. What is no text differs from all.

    Raises:
        OSError: It is there and cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _observed(platform: PlatformReader, selection: Selection, *, parallelism: int) -> Live:
    live = observe(platform, parallelism=parallelism)
    chosen = [record for at, record in live.records.items() if selection.takes(at.kind, at.name)]
    foreign = {found for record in chosen if (found := reference(record)) is not None and found.owner is not None}
    return with_references(live, platform, foreign, parallelism=parallelism)


def _newer(platform: PlatformReader, selection: Selection) -> tuple[list[LeftOut], list[str]]:
    """Return the triggers that no manifest can say; older platforms have none and no way to ask for them."""
    if selection.kinds and Kind.TRIGGER not in selection.kinds:
        return [], []
    found = newer_triggers(platform)
    if found is None:
        return [], ["this platform does not list triggers of the newer shape; if it has any, they are not here"]
    hint = "manage it where it was made; manifests speak of triggers that one action and its files have"
    listed = [LeftOut(Address(Kind.TRIGGER, each.name), each.reason, hint) for each in found]
    return [each for each in listed if selection.takes_name(each.address.name)], []


def _declared(settings: Settings, out: Path, *, root: Path) -> Mapping[Address, Resource]:
    """Return what the project declares already, and what is in the folders that will be written to.

    Raises:
        InvalidManifests: There are errors; writing more manifests beside them would only hide them.
    """
    folders = [os.path.relpath(out / folder, root) for folder in FOLDERS.values()]
    paths = folders if root != settings.root else [*settings.paths, *folders]
    there = [path for path in dict.fromkeys(paths) if path != "-" and (root / path).exists()]
    found = find(there, root=root, exclude=settings.exclude, layer=settings.layer if root == settings.root else None)
    loading = load_found(found, root=root)
    errors = [each for each in loading.diagnostics if each.is_error and each.rule != "no-manifests"]
    if errors:
        raise InvalidManifests(_as_seen(errors, settings, root=root))
    return loading.desired.resources


def _as_seen(errors: list[Diagnostic], settings: Settings, *, root: Path) -> tuple[Diagnostic, ...]:
    return replace(settings, root=root).each_as_seen(errors)


def _unread_notes(settings: Settings, out: Path, files: tuple[Placed, ...]) -> list[str]:
    """Say when the project does not read the folders that are written to."""
    if not _is_below(out, settings.root):
        return []
    read = [Path(os.path.normpath(settings.root / path)) for path in settings.paths]
    wanted = {Path(each.path).parent for each in files if each.outcome is Outcome.WRITTEN}
    unread = sorted(folder for folder in wanted if not any(_is_below(folder, path) for path in read))
    names = [os.path.relpath(folder, settings.root).replace(os.sep, "/") for folder in unread]
    return [f"the project does not read {name}: add it to spec.manifests of reconciler.yaml" for name in names]


def _adoption_notes(settings: Settings, files: tuple[Placed, ...]) -> list[str]:
    if settings.inventory_id is None or not any(each.outcome is Outcome.WRITTEN for each in files):
        return []
    return ["a plan refuses what is not in the inventory yet; reconciler adopt --all takes it in, and changes nothing"]


def _service_users(exported: list[Exported], live: Live) -> list[str]:
    records = [live.records[each.address] for each in exported]
    users = sorted({record.service_user_id for record in records if isinstance(record, TriggerRecord)})
    if len(users) < 2:
        return []
    some = ", ".join(users[:3]) + (", ..." if len(users) > 3 else "")
    way = "write spec.service_user_id where a trigger made anew must have the same"
    return [f"triggers run as {len(users)} service users ({some}), which manifests leave to the platform; {way}"]


def _is_below(path: Path, folder: Path) -> bool:
    return Path(os.path.normpath(path)).is_relative_to(os.path.normpath(folder))

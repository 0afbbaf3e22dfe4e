"""What was valid before and has not changed: documents by the hash of their file, verdicts by that of the project.

A file for each sort of thing, so that settings, a verdict or a plan are read without the documents. Each begins with a
line that names the format, the version of whatever decided "valid", and a checksum of the rest; when any of it is not
as expected the cache is empty. Nothing here ever fails: a cache that cannot be read is cold, one that cannot be written
stays as it was.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from reconciler.manifests.private_files import read_private, write_private

if TYPE_CHECKING:
    from reconciler.domain.values import Json

DIRECTORY_VARIABLE: Final = "RECONCILER_CACHE_DIR"

#: Verdicts a project keeps, the latest used: one for each way its files are selected.
MOST_VERDICTS: Final = 16

#: Platforms a project's plans are remembered for, the latest used.
MOST_PLANS: Final = 8

_FORMAT: Final = b"1"


def cache_directory(environment: Mapping[str, str]) -> Path:
    """Return where caches live: ``RECONCILER_CACHE_DIR``, else the user's own cache folder."""
    chosen = environment.get(DIRECTORY_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_dir  # not needed where the variable is set

    return Path(user_cache_dir("reconciler", appauthor=False))


class ValidationCache:
    """Remembers for one project what a version of this tool found valid; not safe for use by several threads."""

    def __init__(self, stem: Path, *, version: str) -> None:
        self._documents = _Lines(stem.with_suffix(".documents"), version=version)
        self._verdicts = _Lines(stem.with_suffix(".verdicts"), version=version)
        self._settings = _Lines(stem.with_suffix(".settings"), version=version)
        self._plans = _Lines(stem.with_suffix(".plans"), version=version)

    @classmethod
    def open(cls, directory: Path, *, project: str, version: str) -> Self:
        """Return the cache of a project; nothing is read before it is asked for.

        ``project`` tells projects apart (its absolute path), ``version`` is anything that names tool, schemas and
        Python together: what another version remembered does not count.
        """
        return cls(directory / _short_hash(project), version=version)

    def has_documents(self, digest: str) -> bool:
        """Return True when something was remembered of the file with this digest."""
        return self._documents.has(digest)

    def documents(self, digest: str) -> list[Any] | None:
        """Return what was remembered of the file with this digest, as new objects; None when it is not known."""
        from pydantic_core import from_json  # three times as fast as json, for a run that has it anyway

        line = self._documents.get(digest)
        known = None if line is None else _read(line, from_json)
        return known if isinstance(known, list) else None

    def remember(self, digest: str, documents: list[Any]) -> None:
        """Remember that a file with this digest holds these documents, all valid; each may be any JSON."""
        from pydantic_core import to_json  # as above

        self._documents.set(digest, to_json(documents))

    def verdict(self, project_digest: str) -> dict[str, int] | None:
        """Return the counts by kind of a whole project that was valid without a diagnostic; None when not known."""
        line = self._verdicts.get(project_digest)
        known = None if line is None else _read(line, json.loads)
        if not isinstance(known, dict):
            return None
        counts = {kind: count for kind, count in known.items() if isinstance(count, int)}
        return counts if len(counts) == len(known) else None

    def remember_verdict(self, project_digest: str, counts: dict[str, int]) -> None:
        """Remember that a project with this digest was valid without a diagnostic."""
        self._verdicts.set(project_digest, json.dumps(counts).encode())

    def settings(self, digest: str) -> dict[str, Any] | None:
        """Return the settings in the project file with this digest; None when it is not known."""
        line = self._settings.get(digest)
        known = None if line is None else _read(line, json.loads)
        return known if isinstance(known, dict) else None

    def remember_settings(self, digest: str, settings: dict[str, Any]) -> None:
        """Remember that a project file with this digest is valid and says this."""
        self._settings.set(digest, json.dumps(settings).encode())

    def plans(self, project_digest: str) -> dict[str, Any]:
        """Return what was remembered of plans of a whole project, by the platform each was for."""
        line = self._plans.get(project_digest)
        known = None if line is None else _read(line, json.loads)
        return known if isinstance(known, dict) else {}

    def remember_plan(self, project_digest: str, platform: str, plan: dict[str, Any]) -> None:
        """Remember something of the plan of a whole project for a platform: any JSON object."""
        others = {name: each for name, each in self.plans(project_digest).items() if name != platform}
        latest = dict(list(others.items())[1 - MOST_PLANS :])
        self._plans.set(project_digest, json.dumps({**latest, platform: plan}).encode())

    def save(self) -> None:
        """Write what is new, without the documents that this run did not use."""
        self._settings.save(keep_unused=0)
        self._documents.save(keep_unused=0)
        self._verdicts.save(keep_unused=MOST_VERDICTS - 1)
        self._plans.save(keep_unused=MOST_VERDICTS - 1)


class _Lines:
    """A file of ``key<TAB>JSON`` lines, read when first asked; values stay text until somebody wants one."""

    def __init__(self, path: Path, *, version: str) -> None:
        self._path = path
        self._version = _short_hash(version)
        self._stored: dict[bytes, bytes] | None = None
        self._used: dict[bytes, bytes] = {}
        self._is_changed = False

    def get(self, key: str) -> bytes | None:
        name = key.encode()
        value = self._loaded().get(name)
        if value is not None:
            self._used[name] = value
        return value

    def has(self, key: str) -> bool:
        return key.encode() in self._loaded()

    def set(self, key: str, value: bytes) -> None:
        name = key.encode()
        self._is_changed |= self._loaded().get(name) != value
        self._loaded()[name] = self._used[name] = value

    def save(self, *, keep_unused: int) -> None:
        """Write the entries used in this run and the latest ``keep_unused`` of the others, if that is a change."""
        if self._stored is None or not self._used:
            return
        unused = [name for name in self._stored if name not in self._used]
        kept = unused[max(len(unused) - keep_unused, 0) :]
        if not self._is_changed and kept == unused:
            return
        lines = {name: self._stored[name] for name in kept} | self._used
        body = b"".join(b"%b\t%b\n" % line for line in lines.items())
        if write_private(self._path, self._header(body) + body):
            self._stored, self._is_changed = lines, False

    def _loaded(self) -> dict[bytes, bytes]:
        if self._stored is None:
            header, _, body = (read_private(self._path) or b"").partition(b"\n")
            is_ours = header + b"\n" == self._header(body)
            lines = (line.partition(b"\t") for line in body.split(b"\n") if line) if is_ours else ()
            self._stored = {name: value for name, _, value in lines}
        return self._stored

    def _header(self, body: bytes) -> bytes:
        return b"reconciler cache %b %b %08x\n" % (_FORMAT, self._version.encode(), zlib.crc32(body))


def _read(line: bytes, decoder: Callable[[bytes], Any]) -> Json:
    try:
        return decoder(line)  # type: ignore[no-any-return]  # JSON is what it returns
    except ValueError:
        return None


def _short_hash(text: str) -> str:
    # A path need not be UTF-8.
    return blake2b(text.encode(errors="surrogateescape"), digest_size=16).hexdigest()

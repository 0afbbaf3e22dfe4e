"""The environment an action finds itself in: a folder of its own, files that tell it what to do, and variables.

======================================  ==============================================================
``input/``, ``output/``                 what it is given, what it leaves behind
``output/.metadata/``                   the changesets it writes; nothing in there is an output file
``.roboto/``                            parameters, secrets and the manifest of its inputs
``tmp/``                                for temporary files
======================================  ==============================================================

Nothing of the environment of whoever runs the runner is in it.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconciler.domain.datasets import FileRecord
from reconciler.domain.invocations import InvocationRecord
from reconciler.errors import RunFailed

#: What holds unless the action says otherwise. The platform's own library does not start without an account, although
#: most actions never use it: they get one that leads nowhere unless the run has credentials.
_DEFAULTS: Final = {
    "LANG": "C.UTF-8",
    "ROBOTO_LOG_LEVEL": "INFO",
    "ROBOTO_API_KEY": "offline",
    "ROBOTO_SERVICE_ENDPOINT": "http://127.0.0.1:9",
}


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run, with the places in it."""

    root: Path

    @property
    def input(self) -> Path:
        """Where input files are."""
        return self.root / "input"

    @property
    def output(self) -> Path:
        """Where output files are left."""
        return self.root / "output"

    @property
    def metadata(self) -> Path:
        """Where changesets are left."""
        return self.output / ".metadata"

    @property
    def dataset_changeset(self) -> Path:
        """The changeset for the dataset: one JSON object."""
        return self.metadata / "dataset_metadata_changeset.json"

    @property
    def file_changesets(self) -> Path:
        """The changesets for output files: a JSON object a line."""
        return self.metadata / "file_metadata_changesets.jsonl"

    @property
    def config(self) -> Path:
        """Where the action reads what it is to do."""
        return self.root / ".roboto"

    @property
    def parameters(self) -> Path:
        """Every parameter that has a value: one JSON object."""
        return self.config / "action_parameters.json"

    @property
    def secrets(self) -> Path:
        """The values of parameters that name a secret: one JSON object."""
        return self.config / "secrets.json"

    @property
    def inputs_manifest(self) -> Path:
        """The inputs with their records; empty without inputs."""
        return self.config / "action_inputs_manifest.json"

    @property
    def temporary(self) -> Path:
        """Where temporary files go."""
        return self.root / "tmp"


@contextmanager
def run_folder(parent: Path | None, *, invocation_id: str) -> Iterator[RunFolder]:
    """Make the folder of a run below ``parent`` (None: where temporary files go), and remove it afterwards.

    What a runner that was killed left behind of an earlier attempt goes, too.

    Raises:
        RunFailed: The folder cannot be made.
    """
    prefix = f"reconciler-{invocation_id}-"
    try:
        for left in (parent or Path(tempfile.gettempdir())).glob(f"{prefix}*"):
            if _is_ours(left):
                _remove(left)
        root = Path(tempfile.mkdtemp(prefix=prefix, dir=parent)).resolve()
    except OSError as error:
        raise RunFailed(f"cannot make a folder for the run: {error.strerror}: {error.filename}") from error
    folder = RunFolder(root)
    try:
        for place in (folder.input, folder.output, folder.metadata, folder.config, folder.temporary):
            place.mkdir(mode=0o700)
        yield folder
    finally:
        _remove(root)


def _is_ours(path: Path) -> bool:
    """Return True for a folder of our own user's that is no link: others may make some here under any name."""
    status = path.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _remove(root: Path) -> None:
    """Remove a folder an action had in its hands: closed to reading, or nested deeper than functions can be."""
    folders = [str(root)]
    for folder in folders:
        with suppress(OSError):
            Path(folder).chmod(0o700)
            folders += _emptied(folder)
    for folder in reversed(folders):
        # What cannot be removed stays behind: the run is over, and its outcome known.
        with suppress(OSError):
            Path(folder).rmdir()


def _emptied(folder: str) -> list[str]:
    """Remove everything in a folder but folders, which are returned."""
    with os.scandir(folder) as entries:
        inside = list(entries)
    for entry in inside:
        if not entry.is_dir(follow_symlinks=False):
            Path(entry.path).unlink(missing_ok=True)
    return [entry.path for entry in inside if entry.is_dir(follow_symlinks=False)]


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """An input file: its record, and where it is; None when the action does not want inputs downloaded."""

    record: FileRecord
    path: Path | None


def write_files(
    folder: RunFolder,
    *,
    parameters: Mapping[str, Any],
    secrets: Mapping[str, str],
    inputs: Sequence[PlacedFile] | None,
) -> None:
    """Write what the action reads; ``inputs`` None means that the invocation has none."""
    folder.parameters.write_text(json.dumps(parameters), encoding="utf-8")
    folder.secrets.write_text(json.dumps(secrets), encoding="utf-8")
    folder.inputs_manifest.write_text("" if inputs is None else _manifest(inputs), encoding="utf-8")


def variables(
    record: InvocationRecord,
    folder: RunFolder,
    *,
    parameters: Mapping[str, Any],
    dataset_id: str,
    credentials: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the complete environment: the action's own variables, and over them the platform's.

    ``credentials`` are the variables by which the action reaches the platform that runs it.

    Raises:
        RunFailed: The name of a parameter or variable cannot be one of the environment.
    """
    named = dict(record.container_parameters.env_vars or {})
    of_parameters = {f"ROBOTO_PARAM_{name}": _text(value) for name, value in parameters.items()}
    complete = {
        "HOME": str(folder.root),
        "TMPDIR": str(folder.temporary),
        **_DEFAULTS,
        **named,
        **of_parameters,
        **(credentials or {}),
        **_of_platform(record, folder, dataset_id=dataset_id),
    }
    problems = [f'"{name}"' for name, value in complete.items() if not name or "=" in name or "\0" in name + value]
    if problems:
        raise RunFailed(f"no variable of an environment can be {', '.join(problems)}: rename the parameter or variable")
    return complete


def _of_platform(record: InvocationRecord, folder: RunFolder, *, dataset_id: str) -> dict[str, str]:
    return {
        "ROBOTO_INPUT_DIR": str(folder.input),
        "ROBOTO_OUTPUT_DIR": str(folder.output),
        "ROBOTO_INVOCATION_ID": record.invocation_id,
        "ROBOTO_DATASET_ID": dataset_id,
        "ROBOTO_ORG_ID": record.org_id,
        "ROBOTO_ACTION_PARAMETERS_FILE": str(folder.parameters),
        "ROBOTO_ACTION_RUNTIME_CONFIG_DIR": str(folder.config),
        "ROBOTO_ACTION_INPUTS_MANIFEST": str(folder.inputs_manifest),
        "ROBOTO_DATASET_METADATA_CHANGESET_FILE": str(folder.dataset_changeset),
        "ROBOTO_FILE_METADATA_CHANGESET_FILE": str(folder.file_changesets),
        "ROBOTO_ACTION_TIMEOUT": str(record.timeout),
        "ROBOTO_ENV": "local",
        "ROBOTO_DRY_RUN": "false",
    }


def _manifest(inputs: Sequence[PlacedFile]) -> str:
    files = [[each.record.model_dump(mode="json"), each.path and str(each.path)] for each in inputs]
    return json.dumps({"files": files, "topics": [], "sessions": []})


def _text(value: object) -> str:
    """Write a parameter as defaults are kept: ``str``, and JSON for what is made of parts."""
    return json.dumps(value) if isinstance(value, list | dict) else str(value)

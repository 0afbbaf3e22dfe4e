"""Saved plans on disk: written whole or not at all, readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.replacing import replace_file
from reconciler.errors import ConfigurationError, PlanFileError

if TYPE_CHECKING:
    from reconciler.plan.model import Plan


def save_plan(plan: Plan, path: Path) -> None:
    """Write a plan beside its place and move it there.

    Raises:
        ConfigurationError: The folder cannot be written to.
    """
    from reconciler.plan.planfile import dumps

    try:
        replace_file(path, dumps(plan), mode=0o600)
    except OSError as error:
        raise ConfigurationError(
            f"cannot save the plan to {path}: {error.strerror}", hint="name a file in a folder you can write to"
        ) from error


def read_plan(path: Path) -> Plan:
    """Read a saved plan.

    Raises:
        PlanFileError: There is no such file, or it holds no plan.
    """
    from reconciler.plan.planfile import loads

    if path.is_dir() or path.suffix in (".yaml", ".yml"):
        raise PlanFileError(f"{path} is no saved plan", hint=f"manifests are named with --file: --file {path}")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PlanFileError(
            f"cannot read {path}: {error.strerror}", hint="make a plan with: reconciler plan --out plan.json"
        ) from error
    except UnicodeDecodeError as error:
        raise PlanFileError(
            f"{path} is not a plan: it is not text", hint="make a plan with: reconciler plan --out plan.json"
        ) from error
    return loads(text, file=str(path))


def refuse_elsewhere(plan: Plan, *, path: Path) -> None:
    """Refuse a plan that needs its manifests where these are not; no manifest of another project is even looked at.

    Raises:
        ConfigurationError: With the folder to go to where the manifests lie beside the plan.
    """
    from reconciler.plan.planfile import needs_manifests

    if not needs_manifests(plan):
        return
    files = sorted({change.origin.file for change in plan.changes if change.origin is not None})
    missing = next((file for file in files if not file.startswith("<") and not Path(file).is_file()), None)
    if missing is None:
        return
    beside = path.parent
    is_beside = (beside / missing).is_file()
    raise ConfigurationError(
        f"the plan holds secrets, which are read from its manifests, and there is no {missing} here",
        hint=f"apply it in the folder it was made in{f': cd {os.path.relpath(beside)}' if is_beside else ''}",
    )

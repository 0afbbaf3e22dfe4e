"""Saved plans on disk: written whole or not at all, readable by their owner only."""

from __future__ import annotations

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

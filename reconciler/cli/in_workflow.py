"""``--output github``: annotations on standard output, and what a step leaves behind in the files that GitHub names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.diagnostics import Diagnostic
    from reconciler.errors import ReconcilerError
    from reconciler.plan.drift import Drift
    from reconciler.plan.model import Plan
    from reconciler.render.annotations import Annotation


def tell_plan(plan: Plan, *, saved_to: Path | None) -> None:
    """Annotate a plan, put it into the step's summary, and set the step's outputs."""
    from reconciler.render.annotations import plan_annotations
    from reconciler.render.github import output_file, step_outputs, step_summary
    from reconciler.render.markdown import plan_markdown

    _annotate(plan_annotations(plan))
    outputs = step_outputs(plan, plan_path="" if saved_to is None else str(saved_to))
    _append("GITHUB_OUTPUT", output_file(outputs))
    _append("GITHUB_STEP_SUMMARY", step_summary(lambda limit: plan_markdown(plan, limit=limit)))


def tell_drift(drift: Drift, *, now: datetime) -> None:
    """Annotate what drifted, and put the report into the step's summary."""
    from reconciler.render.annotations import drift_annotations
    from reconciler.render.github import step_summary
    from reconciler.render.markdown import drift_markdown

    _annotate(drift_annotations(drift, now=now))
    _append("GITHUB_STEP_SUMMARY", step_summary(lambda limit: drift_markdown(drift, now=now, limit=limit)))


def tell_diagnostics(diagnostics: Sequence[Diagnostic]) -> None:
    """Annotate what is wrong with manifests."""
    from reconciler.render.annotations import diagnostic_annotations

    _annotate(diagnostic_annotations(diagnostics))


def tell_failure(error: ReconcilerError) -> None:
    """Annotate what stopped the command: every problem of invalid manifests at its place."""
    from reconciler.errors import InvalidManifests
    from reconciler.render.annotations import error_annotation

    if isinstance(error, InvalidManifests):
        tell_diagnostics(error.diagnostics)
        return
    _annotate([error_annotation(error)])


def _annotate(annotations: Sequence[Annotation]) -> None:
    from reconciler.checkout import folder_in_repository
    from reconciler.render.github import workflow_commands

    click.echo(workflow_commands(annotations, folder=folder_in_repository(Path.cwd())), nl=False)


def _append(variable: str, text: str) -> None:
    """Append to the file that a variable names; outside of a workflow there is none."""
    from reconciler.errors import ConfigurationError

    name = os.environ.get(variable)
    if not name:
        return
    try:
        with Path(name).open("a", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
    except OSError as error:
        raise ConfigurationError(f"cannot write to the file that {variable} names: {error.strerror}") from error

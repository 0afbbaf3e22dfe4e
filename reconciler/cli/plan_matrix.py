"""``reconciler plan --env all``: every environment of a project in one table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.noting import note
from reconciler.cli.options import flags_of, read_stdin, scope_of
from reconciler.cli.permits import permits_of

if TYPE_CHECKING:
    from reconciler.matrix import Row
    from reconciler.plan.model import Plan


def show_all(arguments: dict[str, Any], *, output: str, detailed: bool) -> int:
    """Plan every environment, print one row each, and return the worst of their exit codes.

    Raises:
        ConfigurationError: The project has no environments.
        InvalidManifests: The project file has errors.
    """
    from reconciler.config import environments_of
    from reconciler.matrix import plan_each, worst
    from reconciler.project import Project

    flags, scope, permits = flags_of(arguments), scope_of(arguments), permits_of(arguments)
    stdin = cache(read_stdin)

    def plan(name: str) -> Plan:
        project = Project.open(replace(flags, environment=name, beside_others=True), stdin=stdin, warn=note)
        return project.plan(scope, permits=permits)

    rows = plan_each(environments_of(flags, environ=os.environ, cwd=Path.cwd()), plan)
    _show(rows, output)
    return worst(rows, detailed=detailed)


def _show(rows: Sequence[Row], output: str) -> None:
    from reconciler.render.matrix import matrix_json, matrix_lines, matrix_markdown

    if output == "json":
        click.echo(matrix_json(rows), nl=False)
    elif output == "markdown":
        click.echo(matrix_markdown(rows), nl=False)
    else:
        from reconciler.cli.console import stdout
        from reconciler.render.lines import show_lines

        show_lines(stdout(), matrix_lines(rows))

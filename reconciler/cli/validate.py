"""``reconciler validate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconciler.cli import collection
from reconciler.cli.options import flags_of, manifest_options, output_option, read_stdin


@click.command(
    "validate",
    epilog="Example: reconciler validate -f actions/   or   kustomize build . | reconciler validate -f -",
)
@manifest_options
@click.option("--warnings-as-errors", is_flag=True, help="Leave with 1 when there are only warnings.")
@output_option("text", "json", "github", "sarif", "junit")
def command(*, output: str, warnings_as_errors: bool, **arguments: Any) -> None:
    """Check the manifests: syntax, schema, and what they say about each other.

    Every problem of every file is shown in one run. No platform is asked, nothing is written.
    """
    from reconciler.project import Project

    collection.relax()
    verdict = Project.open(flags_of(arguments), stdin=read_stdin).validate()
    if output == "json":
        from reconciler.render.machine import diagnostics_json

        click.echo(diagnostics_json(verdict.diagnostics, verdict.counts))
    elif output == "github":
        from reconciler.cli.in_workflow import tell_diagnostics

        tell_diagnostics(verdict.diagnostics)
    elif output == "sarif":
        from reconciler.checkout import folder_in_repository
        from reconciler.render.sarif import diagnostics_sarif

        click.echo(diagnostics_sarif(verdict.diagnostics, folder=folder_in_repository(Path.cwd())), nl=False)
    elif output == "junit":
        from reconciler.render.junit import diagnostics_junit

        click.echo(diagnostics_junit(verdict.diagnostics, verdict.files), nl=False)
    else:
        _show(verdict.counts, verdict.diagnostics)
    failed = any(diagnostic.is_error or warnings_as_errors for diagnostic in verdict.diagnostics)
    raise click.exceptions.Exit(1 if failed else 0)


def _show(counts: Any, diagnostics: Any) -> None:
    if diagnostics:
        from reconciler.cli.console import stderr
        from reconciler.render.terminal import show_diagnostics

        show_diagnostics(diagnostics, stderr())
    if not any(diagnostic.is_error for diagnostic in diagnostics):
        from reconciler.render.words import counted_documents

        click.echo(f"{counted_documents(counts)} valid.")

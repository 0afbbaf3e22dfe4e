"""``reconciler lint``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli import collection, completing
from reconciler.cli.filled import FILLED
from reconciler.cli.options import flags_of, manifest_options, output_option, read_stdin

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic
    from reconciler.manifests.loader import Verdict

#: What ``--warnings-as-errors`` is when no rules follow it.
_EVERY_WARNING: Final = "every warning"


@click.command(
    "lint",
    epilog="Example: reconciler lint --warnings-as-errors   or   reconciler lint --explain own-output-loop",
)
@manifest_options
@click.option(
    "--select",
    type=FILLED,
    metavar="RULE,...",
    multiple=True,
    shell_complete=completing.rules,
    help="Check these rules only; also all, or default.",
)
@click.option(
    "--ignore",
    type=FILLED,
    metavar="RULE,...",
    multiple=True,
    shell_complete=completing.rules,
    help="Do not check these rules.",
)
@click.option(
    "--warnings-as-errors",
    type=FILLED,
    is_flag=False,
    flag_value=_EVERY_WARNING,
    metavar="[RULE,...]",
    shell_complete=completing.rules,
    help="Leave with 1 when there are warnings; with rules, when these find anything.",
)
@click.option("--list", "is_list", is_flag=True, help="List the rules and leave.")
@click.option(
    "--explain",
    type=FILLED,
    metavar="RULE",
    shell_complete=completing.rule,
    help="Say what a rule finds and why, with examples, and leave.",
)
@output_option("text", "json", "github", "sarif", "junit")
def command(
    *,
    output: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    warnings_as_errors: str | None,
    is_list: bool,
    explain: str | None,
    **arguments: Any,
) -> None:
    """Find what is legal in the manifests and yet probably not meant; --list shows the rules.

    A comment on the line, on the line above, or above a document's first line ignores what a rule finds there:
    "# reconciler: ignore[RULE] reason". No platform is asked, nothing is written.
    """
    if is_list or explain:
        _tell_rules(explain, as_json=output == "json")
        return
    rules = _chosen(_names(select), ignore=_names(ignore))
    strict = () if warnings_as_errors in (None, _EVERY_WARNING) else _chosen(_names((warnings_as_errors or "",)))
    from reconciler.manifests.lint.check import strictly
    from reconciler.project import Project

    collection.relax()
    verdict = Project.open(flags_of(arguments), stdin=read_stdin).lint(rules)
    diagnostics = verdict.diagnostics
    if warnings_as_errors is not None:
        diagnostics = strictly(diagnostics, rules=strict)
    _FORMATS[output](diagnostics, verdict)
    raise click.exceptions.Exit(1 if any(each.is_error for each in diagnostics) else 0)


def _chosen(select: Sequence[str], *, ignore: Sequence[str] = ()) -> Collection[str]:
    from reconciler.manifests.lint.catalogue import UnknownRule, selected

    try:
        return selected(select, ignore=ignore)
    except UnknownRule as unknown:
        raise click.UsageError(f"{unknown}; {unknown.hint}") from None


def _names(values: Sequence[str]) -> list[str]:
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


def _tell_rules(name: str | None, *, as_json: bool) -> None:
    from reconciler.manifests.lint.catalogue import UnknownRule, every_rule, rule_named
    from reconciler.render.rules import rule_text, rules_json, rules_text

    try:
        rules = every_rule() if name is None else (rule_named(name),)
    except UnknownRule as unknown:
        raise click.UsageError(f"{unknown}; {unknown.hint}") from None
    if as_json:
        click.echo(rules_json(rules), nl=False)
    else:
        click.echo(rules_text(rules) if name is None else rule_text(rules[0]), nl=False)


def _text(diagnostics: Sequence[Diagnostic], verdict: Verdict) -> None:
    from reconciler.cli.console import stdout
    from reconciler.render.terminal import show_diagnostics
    from reconciler.render.words import counted_documents

    if diagnostics:
        show_diagnostics(diagnostics, stdout(), with_rules=True)
    else:
        click.echo(f"{counted_documents(verdict.counts)}, nothing to find fault with.")


def _json(diagnostics: Sequence[Diagnostic], verdict: Verdict) -> None:
    from reconciler.render.machine import diagnostics_json

    click.echo(diagnostics_json(diagnostics, verdict.counts))


def _github(diagnostics: Sequence[Diagnostic], verdict: Verdict) -> None:
    from reconciler.cli.in_workflow import tell_diagnostics

    tell_diagnostics(diagnostics)


def _sarif(diagnostics: Sequence[Diagnostic], verdict: Verdict) -> None:
    from reconciler.checkout import folder_in_repository
    from reconciler.manifests.lint.catalogue import documentation
    from reconciler.render.sarif import diagnostics_sarif

    folder = folder_in_repository(Path.cwd())
    click.echo(diagnostics_sarif(diagnostics, folder=folder, rules=documentation()), nl=False)


def _junit(diagnostics: Sequence[Diagnostic], verdict: Verdict) -> None:
    from reconciler.render.junit import diagnostics_junit

    click.echo(diagnostics_junit(diagnostics, verdict.files, name="reconciler lint"), nl=False)


#: How findings are told, by ``--output``: each gets them and what they were found in.
_FORMATS: Final[dict[str, Callable[[Sequence[Diagnostic], Verdict], None]]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "sarif": _sarif,
    "junit": _junit,
}

"""The plans of several environments: one row each, with counts or with what went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidManifests, ReconcilerError
from reconciler.plan.listing import listed
from reconciler.render.lines import Pieces
from reconciler.render.machine import FORMAT_VERSION, error_json
from reconciler.render.markup import code, prose
from reconciler.render.words import counted, plan_counts

if TYPE_CHECKING:
    from reconciler.matrix import Row
    from reconciler.plan.model import Plan


def matrix_lines(rows: Sequence[Row]) -> list[Pieces]:
    """Return a line an environment, and below it what a guard or an error says."""
    width = max((len(row.environment) for row in rows), default=0)
    lines: list[Pieces] = []
    for row in rows:
        style = "green" if row.exit_code in (0, 2) else "red"
        lines.append([(f"{row.environment:{width}}  ", "bold"), (_summary(row), style)])
        lines += [[(" " * (width + 2), ""), (detail, "")] for detail in _details(row)]
    return lines


def matrix_markdown(rows: Sequence[Row]) -> str:
    """Return a table for a pull request, ended by a line end."""
    table = ["| environment | organization | plan |", "|---|---|---|"]
    for row in rows:
        organization = "" if isinstance(row.outcome, ReconcilerError) else code(row.outcome.identity.org_id)
        told = "<br>".join(prose(text) for text in (_summary(row), *_details(row)))
        table.append(f"| {code(row.environment)} | {organization} | {told} |")
    return "\n".join(["<!-- reconciler:matrix -->", "", *table, ""])


def matrix_json(rows: Sequence[Row]) -> str:
    """Return one document with all environments, ended by a line end."""
    from reconciler import __version__

    told = {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "environments": [{"environment": row.environment, "exit_code": row.exit_code, **_facts(row)} for row in rows],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _summary(row: Row) -> str:
    outcome = row.outcome
    if isinstance(outcome, InvalidManifests):
        return counted(sum(each.is_error for each in outcome.diagnostics), "error") + " in the manifests"
    if isinstance(outcome, ReconcilerError):
        return f"error: {outcome.message}"
    if outcome.refusals:
        return f"refused: {plan_counts(outcome.counts())}"
    told = "no changes" if outcome.is_empty else plan_counts(outcome.counts())
    return f"{told}, {len(outcome.left_alone)} left alone" if outcome.left_alone else told


def _details(row: Row) -> Iterator[str]:
    outcome = row.outcome
    if isinstance(outcome, InvalidManifests):
        for diagnostic in outcome.diagnostics:
            if diagnostic.is_error:
                yield f"{diagnostic.span or 'reconciler.yaml'}: {diagnostic.summary}"
    elif isinstance(outcome, ReconcilerError):
        if outcome.hint:
            yield f"hint: {outcome.hint}"
    else:
        for refusal in outcome.refusals:
            yield f"{refusal.summary}; {refusal.way}"
        if outcome.left_alone:
            yield f"left alone: {listed(outcome.left_alone)}; plan this environment to see why"


def _facts(row: Row) -> dict[str, Any]:
    if isinstance(row.outcome, ReconcilerError):
        told = json.loads(error_json(row.outcome))
        return {"error": told["error"], "diagnostics": told["diagnostics"]}
    return _of_plan(row.outcome)


def _of_plan(plan: Plan) -> dict[str, Any]:
    from reconciler.plan.planfile import document

    told = document(plan)
    return {name: told[name] for name in ("plan_id", "platform", "summary", "refusals", "diagnostics")}

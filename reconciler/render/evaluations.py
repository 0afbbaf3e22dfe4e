"""What a trigger would do for a dataset, and why, for people and programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from reconciler.domain.datasets import DatasetRecord
from reconciler.domain.evaluations import TriggerEvaluationOutcomeReason
from reconciler.render.lines import Pieces
from reconciler.render.palette import QUIET
from reconciler.render.visible import shortened, visible
from reconciler.render.words import bounded, counted

if TYPE_CHECKING:
    from reconciler.embedded.evaluation import ConditionFinding, Evaluation, PatternFinding

_WHY: Final = {
    TriggerEvaluationOutcomeReason.TriggerDisabled: "the trigger is disabled",
    TriggerEvaluationOutcomeReason.AlreadyRun: "it ran before",
    TriggerEvaluationOutcomeReason.NoMatchingFiles: "a required pattern has no file",
    TriggerEvaluationOutcomeReason.ConditionNotMet: "the condition does not hold",
}

#: Characters of a value that a condition saw, and files that are named.
_VALUE_LIMIT: Final = 60
_FILES_LIMIT: Final = 5


def evaluation_document(dataset: DatasetRecord, evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation as JSON has it."""
    return {
        "dataset_id": dataset.dataset_id,
        "dataset_name": dataset.name,
        "would_fire": evaluation.fires,
        "outcome_reason": evaluation.reason and evaluation.reason.value,
        "fires_for": list(evaluation.fires_for),
        "considered": evaluation.considered,
        "hidden": evaluation.hidden,
        "matched": evaluation.matched,
        "ran_for": evaluation.ran_for,
        "required_inputs": [_pattern_document(finding) for finding in evaluation.required],
        "additional_inputs": [_pattern_document(finding) for finding in evaluation.additional],
        "conditions": [_condition_document(finding) for finding in evaluation.conditions],
    }


def evaluation_lines(dataset: DatasetRecord, evaluation: Evaluation) -> list[Pieces]:
    """Return an evaluation: what would happen, then each pattern and each condition with what it met."""
    heading: Pieces = [
        (f"{dataset.dataset_id}  {visible(dataset.name or '(no name)')}  ", "bold"),
        _verdict(evaluation),
    ]
    lines = [heading, *(_pattern_line(finding, "required") for finding in evaluation.required)]
    lines += [_pattern_line(finding, "additional") for finding in evaluation.additional]
    lines += [_condition_line(finding) for finding in evaluation.conditions]
    if evaluation.ran_for:
        lines.append([(f"  ran before for {counted(evaluation.ran_for, 'file')}", QUIET)])
    if evaluation.hidden:
        lines.append([(f"  {counted(evaluation.hidden, 'file')} in hidden folders left out", QUIET)])
    return lines


def refusal_line(reason: str) -> Pieces:
    """Return why nothing would be run, even where the trigger fires."""
    return [("its action would not run: ", "bold red"), (visible(reason), "")]


def _verdict(evaluation: Evaluation) -> tuple[str, str]:
    if evaluation.reason is not None:
        return f"would not fire: {_WHY[evaluation.reason]} ({evaluation.reason.value})", "yellow"
    if not evaluation.fires_for:
        return "would fire once, for the dataset", "green"
    names = bounded([visible(path) for path in evaluation.fires_for], limit=_FILES_LIMIT)
    return f"would fire for {counted(len(evaluation.fires_for), 'file')}: {names}", "green"


def _pattern_line(finding: PatternFinding, kind: str) -> Pieces:
    if finding.inert:
        return [(f"  {kind} {visible(finding.pattern)}  ", ""), ("can never match", "bold red")]
    files = bounded([visible(path) for path in finding.examples], limit=_FILES_LIMIT)
    more = finding.count - len(finding.examples)
    told = f"{counted(finding.count, 'file')}{f': {files}' if files else ''}{f' and {more:,} more' if more else ''}"
    return [(f"  {kind} {visible(finding.pattern)}  ", ""), (told, QUIET if finding.count else "yellow")]


def _condition_line(finding: ConditionFinding) -> Pieces:
    condition = finding.condition
    value = "" if condition.value is None else f" {_literal(condition.value)}"
    asked = visible(f"  condition {condition.field} {condition.comparator.value}{value}  ")
    if not finding.asked:
        return [(asked, ""), ("was not asked: no file is left", QUIET)]
    seen = f"saw {shortened(_literal(finding.seen), limit=_VALUE_LIMIT)}"
    where = f" in {finding.seen_in}" if finding.seen_in else ""
    share = f" for {finding.held_for} of {finding.asked}" if finding.asked > 1 else ""
    told = f"{'holds' if finding.held else 'does not hold'}{share}, {seen}{where}"
    return [(asked, ""), (visible(told), QUIET if finding.held else "yellow")]


def _literal(value: object) -> str:
    """Write a value as plans and manifests do; times of a record are no JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _pattern_document(finding: PatternFinding) -> dict[str, Any]:
    return {
        "pattern": finding.pattern,
        "count": finding.count,
        "examples": list(finding.examples),
        "never_matches": finding.inert,
    }


def _condition_document(finding: ConditionFinding) -> dict[str, Any]:
    return {
        "condition": finding.condition.model_dump(mode="json"),
        "asked": finding.asked,
        "held_for": finding.held_for,
        # Times of a record are no JSON.
        "seen": json.loads(json.dumps(finding.seen, default=str)),
        "seen_in": finding.seen_in,
    }

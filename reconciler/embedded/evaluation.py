"""Whether a trigger fires, and why not: a pure function of the trigger and the facts.

Decision table of :func:`evaluate`, read downwards; the first line that fits gives the reason:

==================  ==============================================  ============================================
reason              for each dataset                                for each dataset file
==================  ==============================================  ============================================
trigger_disabled    the trigger is disabled                         the trigger is disabled
already_run         it ran for this dataset
no_matching_files   some required pattern takes in no file, or      no required pattern takes in any file
                    none asks for one
already_run                                                         it ran for every file they take in
condition_not_met   the condition does not hold                     it holds for none of the files left
none: it fires      once, for the dataset                           once for every file left that it holds for
==================  ==============================================  ============================================

Conditions see the dataset's record, under ``dataset.`` or without a prefix, and for each dataset file that file's
record under ``file.``. Where a condition asks for something that is not there, such as a file of a dataset trigger,
it sees null. Additional inputs are found and shown, but decide nothing.

Time and memory grow linearly with the number of files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.domain.conditions import Condition, ConditionGroup, ConditionType, field_value, fields_of, matches
from reconciler.domain.evaluations import TriggerEvaluationOutcome, TriggerEvaluationOutcomeReason
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.embedded.input_patterns import InputPatterns, compiled, without_hidden

#: How many files a finding names.
EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about a dataset when a trigger is evaluated for it.

    Attributes:
        dataset: The dataset's record.
        paths: The files the evaluation is about: all of the dataset, or those of one upload. Each once.
        files: The files' records by path; only conditions on ``file.`` look at them.
        ran: The trigger ran for this dataset before.
        ran_for: The files it ran for before.
    """

    dataset: Mapping[str, Any]
    paths: Iterable[str]
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ran: bool = False
    ran_for: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PatternFinding:
    """Which files one pattern takes in: how many, and the first of them; ``inert``: none, whatever they are called."""

    pattern: str
    count: int
    examples: tuple[str, ...]
    inert: bool = False


@dataclass(frozen=True, slots=True)
class ConditionFinding:
    """Whether one comparison held, and the value it saw.

    Attributes:
        condition: The comparison, as written.
        asked: Against how many records it was held: the dataset's, or those of so many files.
        held_for: For how many of them it held.
        seen: The value in the first record for which it did not hold, else in the first; None where there is none.
        seen_in: The file whose value that is; None for the dataset's.
    """

    condition: Condition
    asked: int
    held_for: int
    seen: Any
    seen_in: str | None = None

    @property
    def held(self) -> bool:
        """True when the comparison held wherever it was asked."""
        return self.held_for == self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What came of evaluating a trigger, with everything that bears on it.

    Attributes:
        reason: Why the trigger does not fire; None when it does.
        fires_for: The files that get an invocation each, in order; empty for a dataset trigger, which gets one for all.
        considered: How many files were looked at, those in hidden folders not counted.
        hidden: How many files are in hidden folders.
        matched: How many files some required pattern takes in.
        ran_for: For how many of them the trigger ran before.
        required: One finding for each required pattern that asks for files, in order.
        additional: The same for the additional inputs.
        conditions: One finding for each comparison, in order.
    """

    reason: TriggerEvaluationOutcomeReason | None
    fires_for: tuple[str, ...]
    considered: int
    hidden: int
    matched: int
    ran_for: int
    required: tuple[PatternFinding, ...]
    additional: tuple[PatternFinding, ...]
    conditions: tuple[ConditionFinding, ...]

    @property
    def fires(self) -> bool:
        """True when the trigger invokes its action."""
        return self.reason is None

    @property
    def outcome(self) -> TriggerEvaluationOutcome:
        """The same in the platform's words."""
        return TriggerEvaluationOutcome.InvokedAction if self.fires else TriggerEvaluationOutcome.Skipped


def evaluate(trigger: TriggerSpec, facts: Facts) -> Evaluation:
    """Decide whether the trigger fires, and find out all that bears on it, also when the first reason settles it."""
    listed = list(facts.paths)
    paths = without_hidden(listed)
    required, additional = compiled(trigger.required_inputs), compiled(trigger.additional_inputs)
    found = required.matched(paths)
    taken = _in_order(paths, found)
    left = [path for path in taken if path not in facts.ran_for]
    if trigger.for_each is TriggerForEachPrimitive.Dataset:
        passing: list[str] = []
        reason = _dataset_reason(trigger, facts, found)
    else:
        passing = _passing(trigger, facts, left)
        reason = _file_reason(trigger, taken=taken, left=left, passing=passing)
    return Evaluation(
        reason=reason,
        fires_for=() if reason else tuple(passing),
        considered=len(paths),
        hidden=len(listed) - len(paths),
        matched=len(taken),
        ran_for=len(taken) - len(left),
        required=_pattern_findings(required, found),
        additional=_pattern_findings(additional, additional.matched(paths)),
        conditions=_condition_findings(trigger, facts, left),
    )


def taken_in(trigger: TriggerSpec, paths: Sequence[str]) -> list[str]:
    """Return the paths that any required pattern takes in, in order: no other file makes a trigger fire."""
    visible = without_hidden(paths)
    return _in_order(visible, compiled(trigger.required_inputs).matched(visible))


def dataset_key(trigger_id: str, dataset_id: str) -> str:
    """Return the idempotency id of a trigger's invocation for a dataset."""
    return f"{trigger_id}/{dataset_id}"


def file_key(trigger_id: str, file_id: str, version: int) -> str:
    """Return the idempotency id of a trigger's invocation for one version of a file."""
    return f"{trigger_id}/{file_id}/{version}"


def looks_at_files(trigger: TriggerSpec) -> bool:
    """Return True when the trigger's condition asks for something of a file's record."""
    return trigger.condition is not None and any(path.startswith(_FILE_ROOT) for path in fields_of(trigger.condition))


def settled_without_files(trigger: TriggerSpec, *, ran: bool) -> bool:
    """Return True when no file can change the outcome, so that nobody needs to list them."""
    return not trigger.enabled or (ran and trigger.for_each is TriggerForEachPrimitive.Dataset)


def _in_order(paths: Sequence[str], found: Sequence[Sequence[str]]) -> list[str]:
    """Return what any pattern takes in, each once, in the order of ``paths``."""
    taken = set[str]().union(*found)
    return [path for path in paths if path in taken]


def _dataset_reason(
    trigger: TriggerSpec, facts: Facts, found: Sequence[Sequence[str]]
) -> TriggerEvaluationOutcomeReason | None:
    if not trigger.enabled:
        return TriggerEvaluationOutcomeReason.TriggerDisabled
    if facts.ran:
        return TriggerEvaluationOutcomeReason.AlreadyRun
    if not found or not all(found):
        return TriggerEvaluationOutcomeReason.NoMatchingFiles
    if trigger.condition is not None and not matches(_routed(trigger.condition), _view(facts)):
        return TriggerEvaluationOutcomeReason.ConditionNotMet
    return None


def _file_reason(
    trigger: TriggerSpec, *, taken: Sequence[str], left: Sequence[str], passing: Sequence[str]
) -> TriggerEvaluationOutcomeReason | None:
    if not trigger.enabled:
        return TriggerEvaluationOutcomeReason.TriggerDisabled
    if not taken:
        return TriggerEvaluationOutcomeReason.NoMatchingFiles
    if not left:
        return TriggerEvaluationOutcomeReason.AlreadyRun
    if not passing:
        return TriggerEvaluationOutcomeReason.ConditionNotMet
    return None


def _passing(trigger: TriggerSpec, facts: Facts, left: list[str]) -> list[str]:
    """Return the files for which the condition holds."""
    if trigger.condition is None:
        return left
    condition = _routed(trigger.condition)
    if not looks_at_files(trigger):
        return left if matches(condition, _view(facts)) else []
    return [path for path in left if matches(condition, _view(facts, path))]


_DATASET_ROOT: Final = "dataset."
_FILE_ROOT: Final = "file."
#: Roots of records that exist on the platform, but not here.
_OTHER_ROOTS: Final = ("topic.", "msgpath.")


def _routed(condition: ConditionType) -> ConditionType:
    """Return the condition with fields that lead into :func:`_view`, whichever record they are about."""
    if isinstance(condition, ConditionGroup):
        return condition.model_copy(update={"conditions": [_routed(member) for member in condition.conditions]})
    return condition.model_copy(update={"field": _route(condition.field)})


def _route(path: str) -> str:
    if path.startswith(_FILE_ROOT + _DATASET_ROOT):
        path = path.removeprefix(_FILE_ROOT)
    if path.startswith(_FILE_ROOT):
        return f"the_file.{path.removeprefix(_FILE_ROOT)}"
    if path.startswith(_OTHER_ROOTS):
        return f"nothing.{path}"
    return f"the_dataset.{path.removeprefix(_DATASET_ROOT)}"


def _view(facts: Facts, path: str | None = None) -> Mapping[str, Any]:
    """Return what a condition sees: the dataset's record and, where there is one, the file's."""
    return {"the_dataset": facts.dataset, "the_file": {} if path is None else facts.files.get(path, {})}


def _pattern_findings(patterns: InputPatterns, found: Sequence[Sequence[str]]) -> tuple[PatternFinding, ...]:
    return tuple(
        PatternFinding(pattern.text, len(paths), tuple(paths[:EXAMPLES]), inert=pattern.regex is None)
        for pattern, paths in zip(patterns.asking, found, strict=True)
    )


def _condition_findings(trigger: TriggerSpec, facts: Facts, left: Sequence[str]) -> tuple[ConditionFinding, ...]:
    if trigger.condition is None:
        return ()
    files = left if trigger.for_each is TriggerForEachPrimitive.DatasetFile else [None]
    return tuple(
        _condition_finding(leaf, facts, files if leaf.field.startswith(_FILE_ROOT) else [None])
        for leaf in _comparisons(trigger.condition)
    )


def _comparisons(condition: ConditionType) -> list[Condition]:
    if isinstance(condition, Condition):
        return [condition]
    return [leaf for member in condition.conditions for leaf in _comparisons(member)]


def _condition_finding(leaf: Condition, facts: Facts, files: Sequence[str | None]) -> ConditionFinding:
    """Hold a comparison against the record of each file, or, where the file is None, against the dataset's."""
    routed = leaf.model_copy(update={"field": _route(leaf.field)})
    held = [matches(routed, _view(facts, path)) for path in files]
    if not held:
        return ConditionFinding(leaf, asked=0, held_for=0, seen=None)
    shown = files[held.index(False)] if False in held else files[0]
    seen = field_value(_view(facts, shown), routed.field)
    return ConditionFinding(leaf, asked=len(held), held_for=sum(held), seen=seen, seen_in=shown)

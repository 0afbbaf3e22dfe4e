"""Whether a trigger fires, and why not: a pure function of the trigger and the facts.

Decision table of :func:`evaluate`; the first line that fits gives the reason:

==================  ==============================================  ============================================
                    for each dataset                                for each dataset file
==================  ==============================================  ============================================
trigger_disabled    the trigger is disabled                         the trigger is disabled
already_run         it ran for this dataset                         it ran for every file that a pattern takes in
no_matching_files   some required pattern takes in no file, or      no required pattern takes in any file
                    none asks for one
condition_not_met   the condition does not hold                     it holds for no file that it has yet to run for
fires               once, for the dataset                           once for every file that is left
==================  ==============================================  ============================================

Conditions see the dataset's record, under ``dataset.`` or without a prefix, and for each dataset file that file's
record under ``file.``. Where a condition asks for something that is not there, such as a file of a dataset trigger,
it finds null. Additional inputs are found and shown, but decide nothing.

Time and memory grow linearly with the number of files, and with that of patterns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.domain.conditions import Condition, ConditionGroup, ConditionType, field_value, fields_of, matches
from reconciler.domain.evaluations import TriggerEvaluationOutcome, TriggerEvaluationOutcomeReason
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.embedded.input_patterns import compiled, without_hidden

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
    """Which files one pattern takes in: how many, and the first of them; ``inert`` says that it never can."""

    pattern: str
    count: int
    examples: tuple[str, ...]
    inert: bool = False


@dataclass(frozen=True, slots=True)
class ConditionFinding:
    """Whether one comparison held, and the value it saw.

    Attributes:
        condition: The comparison, as written.
        asked: How many records it was held against: the dataset's, or those of that many files.
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
    """What came of evaluating a trigger, with everything that led to it.

    Attributes:
        reason: Why the trigger does not fire; None when it does.
        fires_for: For each dataset file: the files that get an invocation each, in order. Empty for a dataset trigger.
        considered: How many files were looked at, those in hidden folders left out.
        hidden: How many files in hidden folders were left out.
        matched: How many files some required pattern takes in.
        ran_for: How many of them the trigger ran for before.
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
    """Decide whether the trigger fires, and find out everything that has to do with it even when it does not."""
    listed = list(facts.paths)
    paths = without_hidden(listed)
    required = compiled(trigger.required_inputs).matched(paths)
    taken = _in_order(paths, required)
    asked_for = _new_files(trigger, taken, facts)
    condition = _Routed.of(trigger.condition, trigger.for_each)
    passing = condition.passing(facts, asked_for)
    reason = _reason(trigger, facts, required=required, left=asked_for, passing=passing)
    per_file = trigger.for_each is TriggerForEachPrimitive.DatasetFile
    return Evaluation(
        reason=reason,
        fires_for=tuple(passing) if per_file and reason is None else (),
        considered=len(paths),
        hidden=len(listed) - len(paths),
        matched=len(taken),
        ran_for=len(taken) - len(asked_for) if per_file else 0,
        required=_pattern_findings(trigger.required_inputs, required),
        additional=_pattern_findings(
            trigger.additional_inputs, compiled(trigger.additional_inputs).matched(paths)
        ),
        conditions=condition.findings(facts, asked_for),
    )

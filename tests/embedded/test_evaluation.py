"""Whether a trigger fires: reasons, granularity, conditions, memory, and what the evaluation tells about itself."""

from __future__ import annotations

import time
from typing import Any

import pytest

from reconciler.domain.conditions import ConditionType
from reconciler.domain.evaluations import TriggerEvaluationOutcome, TriggerEvaluationOutcomeReason
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.embedded.evaluation import EXAMPLES, Facts, evaluate, settled_without_files
from tests.embedded.evaluations import (
    DATASET,
    FILE,
    counts,
    equals,
    evaluated,
    every,
    exists,
    none_of,
    on_files,
    trigger,
)

Reason = TriggerEvaluationOutcomeReason


def test_a_dataset_trigger_fires_when_files_together_match_every_pattern() -> None:
    """One file per pattern is enough, whichever files they are."""
    evaluation = evaluated(trigger("**/*.bag", "*.yaml"), "run/a.bag", "calib/left.yaml", "notes.txt")

    assert (evaluation.fires, evaluation.reason, evaluation.fires_for) == (True, None, ())
    assert evaluation.outcome is TriggerEvaluationOutcome.InvokedAction


def test_one_file_may_serve_several_patterns() -> None:
    """Patterns do not use files up."""
    assert evaluated(trigger("**/*.bag", "run/*"), "run/a.bag").fires


def test_a_dataset_trigger_waits_for_the_pattern_without_a_file() -> None:
    """The findings name what is there and what is missing."""
    evaluation = evaluated(trigger("**/*.bag", "*.yaml"), "run/a.bag")

    assert evaluation.reason is Reason.NoMatchingFiles
    assert evaluation.outcome is TriggerEvaluationOutcome.Skipped
    assert counts(evaluation) == {"**/*.bag": 1, "*.yaml": 0}


def test_a_file_trigger_fires_for_each_file_that_any_pattern_takes_in() -> None:
    """Each file once, in the order in which they were given."""
    evaluation = evaluated(on_files("*.png", "**/*.jpg", "cam/*"), "b.jpg", "cam/a.png", "a.png", "x.txt")

    assert evaluation.fires_for == ("b.jpg", "cam/a.png", "a.png")
    assert (evaluation.considered, evaluation.matched) == (4, 3)


@pytest.mark.parametrize("for_each", [DATASET, FILE])
def test_a_dataset_without_files_fires_nothing(for_each: TriggerForEachPrimitive) -> None:
    """There is nothing to work on."""
    assert evaluated(trigger(for_each=for_each)).reason is Reason.NoMatchingFiles


@pytest.mark.parametrize("for_each", [DATASET, FILE])
def test_a_disabled_trigger_is_skipped_and_still_tells_what_would_match(for_each: TriggerForEachPrimitive) -> None:
    """Who wonders why nothing happens sees that it is only this."""
    evaluation = evaluated(trigger(for_each=for_each, enabled=False), "a.bag")

    assert (evaluation.reason, evaluation.fires_for) == (Reason.TriggerDisabled, ())
    assert counts(evaluation) == {"**/*.bag": 1}


def test_a_dataset_trigger_runs_once_for_a_dataset() -> None:
    """New files do not change that."""
    assert evaluated(trigger(), "a.bag", "b.bag", ran=True).reason is Reason.AlreadyRun


def test_a_file_trigger_runs_once_for_a_file() -> None:
    """Files it ran for are left out; when no other is left, that is the reason."""
    some = evaluated(on_files(), "a.bag", "b.bag", ran_for={"a.bag"})
    rest = evaluated(on_files(), "a.bag", "b.bag", "c.txt", ran_for={"a.bag", "b.bag", "c.txt"})

    assert (some.fires_for, some.ran_for) == (("b.bag",), 1)
    assert (rest.reason, rest.ran_for) == (Reason.AlreadyRun, 2)


def test_each_granularity_has_a_memory_of_its_own() -> None:
    """That it ran for the dataset does not keep it from files, nor the other way round."""
    assert evaluated(on_files(), "a.bag", ran=True).fires
    assert evaluated(trigger(), "a.bag", ran_for={"a.bag"}).fires


def test_a_condition_sees_the_datasets_record() -> None:
    """Metadata and tags, with and without the prefix."""
    spec = trigger(condition=every(equals("metadata.sensor", "lidar"), equals("dataset.name", "run-42")))

    assert evaluated(spec, "a.bag", dataset={"metadata": {"sensor": "lidar"}, "name": "run-42"}).fires
    unmet = evaluated(spec, "a.bag", dataset={"metadata": {"sensor": "radar"}, "name": "run-42"})
    assert unmet.reason is Reason.ConditionNotMet
    assert [(each.condition.field, each.held, each.seen) for each in unmet.conditions] == [
        ("metadata.sensor", False, "radar"),
        ("dataset.name", True, "run-42"),
    ]


def test_a_condition_of_a_file_trigger_sees_each_file() -> None:
    """The file's record stands under ``file.``, the dataset's under its own names."""
    spec = on_files(condition=every(equals("file.tags", "x"), equals("tags", "y")))
    files = {"a.bag": {"tags": "x"}, "b.bag": {"tags": "z"}}

    evaluation = evaluated(spec, "a.bag", "b.bag", "c.bag", dataset={"tags": "y"}, files=files)

    assert evaluation.fires_for == ("a.bag",)
    on_file, on_dataset = evaluation.conditions
    assert (on_file.held_for, on_file.asked, on_file.seen, on_file.seen_in) == (1, 3, "z", "b.bag")
    assert (on_dataset.held_for, on_dataset.asked, on_dataset.seen, on_dataset.seen_in) == (1, 1, "y", None)


def test_a_file_trigger_whose_condition_holds_for_no_file_says_so() -> None:
    """The reason is the condition, not the patterns."""
    by_file = evaluated(on_files(condition=equals("file.size", 1)), "a.bag", files={"a.bag": {"size": 2}})
    by_dataset = evaluated(on_files(condition=equals("name", "x")), "a.bag", dataset={"name": "y"})

    assert (by_file.reason, by_dataset.reason) == (Reason.ConditionNotMet, Reason.ConditionNotMet)


@pytest.mark.parametrize("field", ["file.name", "topic.name", "msgpath.name", "dataset.nothing", "nothing", "", "."])
def test_what_is_not_there_is_null(field: str) -> None:
    """A dataset trigger has no file to ask, and nobody here has topics; the dataset's own name is none of them."""
    dataset = {"name": "run-42", "file": {"name": "x"}}

    assert evaluated(trigger(condition=exists(field)), "a.bag", dataset=dataset).reason is Reason.ConditionNotMet
    assert evaluated(trigger(condition=none_of(exists(field))), "a.bag", dataset=dataset).fires


@pytest.mark.parametrize(
    ("spec", "given", "reason"),
    [
        (trigger(enabled=False), {"ran": True, "paths": ()}, Reason.TriggerDisabled),
        (trigger(), {"ran": True, "paths": ()}, Reason.AlreadyRun),
        (trigger(condition=exists("x")), {"paths": ()}, Reason.NoMatchingFiles),
        (trigger(condition=exists("x")), {"paths": ("a.bag",)}, Reason.ConditionNotMet),
        (on_files(enabled=False), {"paths": ()}, Reason.TriggerDisabled),
        (on_files(condition=exists("x")), {"paths": ("a.txt",), "ran_for": {"a.txt"}}, Reason.NoMatchingFiles),
        (on_files(condition=exists("x")), {"paths": ("a.bag",), "ran_for": {"a.bag"}}, Reason.AlreadyRun),
        (on_files(condition=exists("x")), {"paths": ("a.bag",)}, Reason.ConditionNotMet),
    ],
)
def test_the_first_reason_of_the_table_is_given(spec: TriggerSpec, given: dict[str, Any], reason: Reason) -> None:
    """Where several reasons fit, the order is fixed."""
    assert evaluate(spec, Facts(dataset={}, **given)).reason is reason


@pytest.mark.parametrize(
    ("spec", "ran", "settled"),
    [
        (trigger(), False, False),
        (trigger(), True, True),
        (on_files(), True, False),
        (trigger(enabled=False), False, True),
        (on_files(enabled=False), False, True),
    ],
)
def test_what_no_file_can_change_needs_no_files(spec: TriggerSpec, ran: bool, settled: bool) -> None:
    """The outcome is the same with and without them."""
    assert settled_without_files(spec, ran=ran) is settled
    if settled:
        assert evaluated(spec, ran=ran).reason is evaluated(spec, "a.bag", ran=ran).reason


def test_additional_inputs_are_told_and_decide_nothing() -> None:
    """Without them the trigger fires, and they alone do not make it fire."""
    spec = trigger(additional_inputs=("*.yaml", "!old.yaml"))

    without = evaluated(spec, "a.bag")
    alone = evaluated(spec, "b.yaml", "old.yaml")

    assert without.fires
    assert alone.reason is Reason.NoMatchingFiles
    assert [(each.pattern, each.count, each.examples) for each in alone.additional] == [("*.yaml", 1, ("b.yaml",))]


def test_findings_name_a_few_files_and_count_the_rest() -> None:
    """An explanation stays readable however large the dataset."""
    names = [f"{number:03}.bag" for number in range(100)]

    (finding,) = evaluated(trigger(), *names).required

    assert (finding.count, finding.examples) == (100, tuple(names[:EXAMPLES]))


def test_comparisons_are_told_in_the_order_of_the_condition() -> None:
    """Nested groups included, each with what it saw."""
    nested: ConditionType = every(exists("a"), none_of(exists("b"), every(exists("c"))))

    findings = evaluated(trigger(condition=nested), "a.bag", dataset={"a": 1, "c": [1]}).conditions

    assert [(each.condition.field, each.held, each.seen) for each in findings] == [
        ("a", True, 1),
        ("b", False, None),
        ("c", True, [1]),
    ]


def test_a_comparison_that_no_file_was_held_against_saw_nothing() -> None:
    """No file, no value."""
    (finding,) = evaluated(on_files(condition=exists("file.name"))).conditions

    assert (finding.asked, finding.held_for, finding.seen, finding.seen_in) == (0, 0, None, None)


def test_twenty_thousand_files_and_ten_triggers_take_well_under_a_second() -> None:
    """Work grows with the files, not with their square; the bound is ten times what is measured."""
    names = [f"robot-{n % 50:02}/run_{n}/{n:06}.{('bag', 'yaml', 'png')[n % 3]}" for n in range(20_000)]
    specs = [trigger("**/*.bag", "robot-0*/**/*.yaml", condition=equals("name", str(n))) for n in range(5)]
    specs += [on_files("**/*.png", f"robot-{n}*/**/*.bag", condition=exists("name")) for n in range(5)]
    began = time.process_time()

    reasons = {evaluated(spec, *names, dataset={"name": "x"}).reason for spec in specs}

    assert reasons == {Reason.ConditionNotMet, None}
    assert time.process_time() - began < 5

"""Evaluations against a reference: one file and one pattern at a time, nothing compiled ahead, nothing shared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec, PathSpec

from reconciler.domain.conditions import (
    Comparator,
    Condition,
    ConditionGroup,
    ConditionOperator,
    ConditionType,
    matches,
)
from reconciler.domain.evaluations import TriggerEvaluationOutcomeReason as Reason
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.domain.values import ActionReference
from reconciler.embedded.evaluation import EXAMPLES, Facts, evaluate

SEGMENTS = st.sampled_from(["a", "b", "log", ".cache", "a.bag", "b.bag", "c.yaml", "x y"])
PATHS = st.lists(st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join), max_size=12, unique=True)
PATTERNS = st.sampled_from(
    [
        "*.bag",
        "**/*.yaml",
        "a",
        "/a",
        "log/*",
        "log/**",
        "?.bag",
        "[ab].bag",
        "",
        " ",
        "#x",
        "!a.bag",
        "!log/*",
        "!*",
        "/",
    ]
)
RECORDS = st.fixed_dictionaries({}, optional={"size": st.integers(0, 2), "name": st.sampled_from(["a", "b"])})
FIELDS = st.sampled_from(["size", "name", "dataset.size", "dataset.name", "file.size", "file.name"])
COMPARISONS = st.builds(
    Condition,
    field=FIELDS,
    comparator=st.sampled_from([Comparator.Equals, Comparator.NotEquals, Comparator.Exists, Comparator.NotExists]),
    value=st.sampled_from([1, "a"]),
)
CONDITIONS: st.SearchStrategy[ConditionType] = st.recursive(
    COMPARISONS,
    lambda inner: st.builds(
        ConditionGroup,
        operator=st.sampled_from(ConditionOperator),
        conditions=st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
TRIGGERS = st.builds(
    TriggerSpec,
    action=st.just(ActionReference(name="a")),
    required_inputs=st.lists(PATTERNS, min_size=1, max_size=4).map(tuple),
    additional_inputs=st.lists(PATTERNS, max_size=2).map(tuple),
    for_each=st.sampled_from(TriggerForEachPrimitive),
    enabled=st.sampled_from([True, True, True, False]),
    condition=st.none() | CONDITIONS,
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """A dataset of some files, of which the trigger knows some."""
    paths = draw(PATHS)
    records = {path: draw(RECORDS) for path in paths}
    ran_for = frozenset(path for path in paths if draw(st.integers(0, 3)) == 0)
    return Facts(dataset=draw(RECORDS), paths=paths, files=records, ran=draw(st.booleans()), ran_for=ran_for)


@given(trigger=TRIGGERS, known=facts())
def test_the_evaluation_is_what_the_reference_says(trigger: TriggerSpec, known: Facts) -> None:
    """Reason, files, and counts."""
    evaluation = evaluate(trigger, known)

    assert (evaluation.reason, list(evaluation.fires_for)) == reference(trigger, known)
    visible = shown(known)
    for finding in evaluation.required:
        taken = [path for path in visible if takes(finding.pattern, trigger.required_inputs, path)]
        assert (finding.count, list(finding.examples)) == (len(taken), taken[:EXAMPLES])


@given(trigger=TRIGGERS, known=facts())
def test_every_evaluation_explains_itself(trigger: TriggerSpec, known: Facts) -> None:
    """Fires, or says why not; never both, and never for a file it ran for."""
    evaluation = evaluate(trigger, known)

    assert evaluation.fires == (evaluation.reason is None)
    assert not set(evaluation.fires_for) & set(known.ran_for)
    assert len(evaluation.conditions) == comparisons(trigger.condition)
    if evaluation.fires and trigger.for_each is TriggerForEachPrimitive.Dataset:
        assert evaluation.required
        assert all(finding.count for finding in evaluation.required)


@given(trigger=TRIGGERS, known=facts(), data=st.data())
def test_the_order_of_files_decides_nothing(trigger: TriggerSpec, known: Facts, data: st.DataObject) -> None:
    """The same files in another order give the same reason and the same set of files."""
    shuffled = data.draw(st.permutations(list(known.paths)))
    other = Facts(dataset=known.dataset, paths=shuffled, files=known.files, ran=known.ran, ran_for=known.ran_for)

    one, another = evaluate(trigger, known), evaluate(trigger, other)

    assert one.reason is another.reason
    assert set(one.fires_for) == set(another.fires_for)


def reference(trigger: TriggerSpec, known: Facts) -> tuple[Reason | None, list[str]]:
    """Decide as the table of the module says, line by line."""
    asking = [pattern for pattern in trigger.required_inputs if pattern.strip() and not pattern.startswith("!")]
    hits = {p: [path for path in shown(known) if takes(p, trigger.required_inputs, path)] for p in asking}
    if not trigger.enabled:
        return Reason.TriggerDisabled, []
    if trigger.for_each is TriggerForEachPrimitive.Dataset:
        return dataset_reference(trigger, known, hits), []
    taken = [path for path in shown(known) if any(path in files for files in hits.values())]
    left = [path for path in taken if path not in known.ran_for]
    passing = [path for path in left if holds(trigger.condition, known.dataset, known.files[path])]
    if not taken:
        return Reason.NoMatchingFiles, []
    if not left:
        return Reason.AlreadyRun, []
    return (None, passing) if passing else (Reason.ConditionNotMet, [])


def dataset_reference(trigger: TriggerSpec, known: Facts, hits: dict[str, list[str]]) -> Reason | None:
    """The column for datasets, from its second line on."""
    if known.ran:
        return Reason.AlreadyRun
    if not hits or any(not files for files in hits.values()):
        return Reason.NoMatchingFiles
    return None if holds(trigger.condition, known.dataset, {}) else Reason.ConditionNotMet


def shown(known: Facts) -> list[str]:
    """The files outside of hidden folders, by the pattern that whoever resolves inputs uses."""
    hidden = GitIgnoreSpec.from_lines([".*/**/*"])
    return [path for path in known.paths if not hidden.match_file(path)]


def takes(pattern: str, patterns: Sequence[str], path: str) -> bool:
    """Whether a pattern takes a file in, and the list it stands in does not take it out again."""
    # The last pattern that matches decides, as in the official package's own filter.
    whole = PathSpec.from_lines("gitignore", patterns)
    return GitIgnoreSpec.from_lines([pattern]).match_file(path) and whole.match_file(path)


def holds(condition: ConditionType | None, dataset: Any, file: Any) -> bool:
    """Whether a condition holds, comparison by comparison."""
    if condition is None:
        return True
    if isinstance(condition, Condition):
        return matches(condition, file if condition.field.startswith("file.") else dataset)
    met = [holds(member, dataset, file) for member in condition.conditions]
    return {
        ConditionOperator.And: all(met),
        ConditionOperator.Or: any(met),
        ConditionOperator.Not: not any(met),
    }[condition.operator]


def comparisons(condition: ConditionType | None) -> int:
    """How many comparisons a condition has."""
    if condition is None:
        return 0
    if isinstance(condition, Condition):
        return 1
    return sum(map(comparisons, condition.conditions))

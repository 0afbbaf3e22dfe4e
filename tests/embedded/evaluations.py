"""Triggers and facts with valid defaults."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator, ConditionType
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.domain.values import ActionReference
from reconciler.embedded.evaluation import Evaluation, Facts, evaluate

DATASET, FILE = TriggerForEachPrimitive.Dataset, TriggerForEachPrimitive.DatasetFile


def trigger(*required: str, **given: Any) -> TriggerSpec:
    """A trigger for each dataset, on bags unless patterns are given."""
    return TriggerSpec(action=ActionReference(name="ros_ingest"), required_inputs=required or ("**/*.bag",), **given)


def on_files(*required: str, **given: Any) -> TriggerSpec:
    """The same for each dataset file."""
    return trigger(*required, for_each=FILE, **given)


def evaluated(spec: TriggerSpec, *paths: str, dataset: dict[str, Any] | None = None, **given: Any) -> Evaluation:
    """What comes of a trigger on a dataset of these files."""
    return evaluate(spec, Facts(dataset=dataset or {}, paths=paths, **given))


def equals(field: str, value: Any) -> Condition:
    """A comparison."""
    return Condition(field=field, comparator=Comparator.Equals, value=value)


def exists(field: str) -> Condition:
    """A comparison that looks at no value."""
    return Condition(field=field, comparator=Comparator.Exists)


def every(*members: ConditionType) -> ConditionGroup:
    """All of these."""
    return ConditionGroup(operator=ConditionOperator.And, conditions=list(members))


def none_of(*members: ConditionType) -> ConditionGroup:
    """Not one of these."""
    return ConditionGroup(operator=ConditionOperator.Not, conditions=list(members))


def counts(evaluation: Evaluation) -> dict[str, int]:
    """How many files each required pattern takes in."""
    return {finding.pattern: finding.count for finding in evaluation.required}


def taken(patterns: Iterable[str], *paths: str) -> list[str]:
    """The files that a trigger for each file with these patterns fires for."""
    return list(evaluated(on_files(*patterns), *paths).fires_for)

"""Rules about conditions that can hold of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.domain.comparisons import Comparator
from reconciler.domain.conditions import Condition, ConditionGroup, ConditionOperator, ConditionType
from reconciler.domain.datasets import DatasetRecord, FileRecord
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.manifests.lint.rule import Finding
from reconciler.manifests.lint.subject import Manifests
from reconciler.manifests.suggestions import did_you_mean

#: What a field's path may begin with, and the fields of the record it then leads to.
_RECORDS: Final = {"dataset.": frozenset(DatasetRecord.model_fields), "file.": frozenset(FileRecord.model_fields)}

#: Paths into records that nothing here knows the fields of.
_ELSEWHERE: Final = ("msgpath.", "topic.")

#: Fields whose members users name themselves.
_OPEN: Final = frozenset({"metadata", "storage_ctx"})

#: A condition with the JSON Pointer to it.
_Placed = tuple[str, ConditionType]


def unknown_condition_field(manifests: Manifests) -> Iterator[Finding]:
    """A condition asks for a field that the record it looks at does not have.

    What is missing is null, and null fulfils no comparison: the trigger never fires, and nothing says why. A trigger
    for each dataset sees no file, so there `file.` fields are null as well.

    Bad:

    ```yaml
    condition: { field: metdata.site, comparator: EQUALS, value: hamburg }
    ```

    Good:

    ```yaml
    condition: { field: metadata.site, comparator: EQUALS, value: hamburg }
    ```
    """
    for trigger, spec in manifests.triggers():
        for pointer, condition in _comparisons(spec.condition):
            problem = _field_problem(condition.field, sees_files=spec.for_each is TriggerForEachPrimitive.DatasetFile)
            if problem is not None:
                summary, hint = problem
                yield Finding(summary, manifests.at(trigger, f"{pointer}/field"), hint)


def impossible_condition(manifests: Manifests) -> Iterator[Finding]:
    """A condition asks one field to be two different things at once, so the trigger never fires.

    Members of an `AND` must all hold; alternatives go into an `OR`.

    Bad:

    ```yaml
    condition:
      operator: AND
      conditions:
        - { field: metadata.site, comparator: EQUALS, value: hamburg }
        - { field: metadata.site, comparator: EQUALS, value: bremen }
    ```

    Good:

    ```yaml
    condition:
      operator: OR
      conditions:
        - { field: metadata.site, comparator: EQUALS, value: hamburg }
        - { field: metadata.site, comparator: EQUALS, value: bremen }
    ```
    """
    for trigger, spec in manifests.triggers():
        for group in _conjunctions(spec.condition):
            wanted: dict[str, Condition] = {}
            for pointer, condition in group:
                other = wanted.setdefault(condition.field, condition)
                if _contradict(other, condition):
                    summary = f'"{condition.field}" cannot be two different values at once'
                    yield Finding(summary, manifests.at(trigger, pointer), "join alternatives by OR, or remove one")


def _field_problem(path: str, *, sees_files: bool) -> tuple[str, str] | None:
    if path.startswith(_ELSEWHERE):
        return None
    root = next((root for root in _RECORDS if path.startswith(root)), "dataset.")
    if root == "file." and path.startswith("file.dataset."):
        root, path = "dataset.", path.removeprefix("file.")
    if root == "file." and not sees_files:
        return (
            f'"{path}" is of a file, and this trigger sees datasets',
            "write for_each: dataset_file, or ask the dataset",
        )
    first, _, rest = path.removeprefix(root).partition(".")
    known = _RECORDS[root]
    if first not in known:
        return f'a {root.removesuffix(".")} has no field "{first}"', did_you_mean(first, sorted(known))
    if rest and first not in _OPEN:
        return f'"{first}" of a {root.removesuffix(".")} has no parts, so "{path}" is never there', f'write "{first}"'
    return None


def _comparisons(condition: ConditionType | None, pointer: str = "/spec/condition") -> Iterator[tuple[str, Condition]]:
    if isinstance(condition, Condition):
        yield pointer, condition
    elif condition is not None:
        for place, member in _members(condition, pointer):
            yield from _comparisons(member, place)


def _conjunctions(condition: ConditionType | None) -> Iterator[list[tuple[str, Condition]]]:
    """Yield each set of comparisons that must hold together."""
    pending: list[_Placed] = [] if condition is None else [("/spec/condition", condition)]
    while pending:
        pointer, place = pending.pop()
        if not isinstance(place, ConditionGroup):
            continue
        if place.operator is ConditionOperator.And:
            group, others = _flattened(place, pointer)
            yield group
            pending += others
        else:
            pending += _members(place, pointer)


def _flattened(group: ConditionGroup, pointer: str) -> tuple[list[tuple[str, Condition]], list[_Placed]]:
    """Return the comparisons of an AND, those of ANDs within it included, and the other groups in it."""
    together: list[tuple[str, Condition]] = []
    others: list[_Placed] = []
    for place, member in _members(group, pointer):
        if isinstance(member, Condition):
            together.append((place, member))
        elif member.operator is ConditionOperator.And:
            inner, further = _flattened(member, place)
            together += inner
            others += further
        else:
            others.append((place, member))
    return together, others


def _members(group: ConditionGroup, pointer: str) -> Iterator[_Placed]:
    for index, member in enumerate(group.conditions):
        yield f"{pointer}/conditions/{index}", member


def _contradict(one: Condition, other: Condition) -> bool:
    """Return True for two values of one type; a text may equal a number, so other pairs are left alone."""
    if one.comparator is not Comparator.Equals or other.comparator is not Comparator.Equals:
        return False
    return type(one.value) is type(other.value) and isinstance(one.value, str | bool) and one.value != other.value

"""Rules about when triggers fire."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.manifests.lint.coverage import pattern_covers
from reconciler.manifests.lint.rule import Finding
from reconciler.manifests.lint.subject import Manifests
from reconciler.manifests.problems import pointer_of


def trigger_created_enabled(manifests: Manifests) -> Iterator[Finding]:
    """A trigger does not say whether it is enabled, so it fires from the moment it is created.

    The first apply then invokes the action for whatever arrives next, tried or not. `enabled: false` lets you try it
    with `reconciler triggers evaluate` first; `enabled: true` tells reviewers that it is meant.

    Bad:

    ```yaml
    spec:
      action_name: ros_ingest
      required_inputs: ["**/*.bag"]
    ```

    Good:

    ```yaml
    spec:
      action_name: ros_ingest
      required_inputs: ["**/*.bag"]
      enabled: true
    ```
    """
    for trigger, spec in manifests.triggers():
        if spec.enabled and not manifests.writes(trigger, "/spec/enabled"):
            place = manifests.at(trigger, "/metadata/name")
            yield Finding("the trigger will be created enabled", place, "write enabled: true if that is meant")


def trigger_without_condition(manifests: Manifests) -> Iterator[Finding]:
    """A trigger has no condition: it fires for every dataset of the organization with such files.

    Test data, other fleets and old recordings that somebody uploads again are datasets, too. A condition on tags or
    metadata keeps the runs, and what they cost, to the data they are for.

    Bad:

    ```yaml
    spec:
      required_inputs: ["**/*.bag"]
    ```

    Good:

    ```yaml
    spec:
      required_inputs: ["**/*.bag"]
      condition: { field: metadata.sensor_type, comparator: EQUALS, value: lidar }
    ```
    """
    for trigger, spec in manifests.triggers():
        if spec.condition is None:
            place = manifests.at(trigger, "/metadata/name")
            summary = "the trigger has no condition, so it fires for every dataset with such files"
            yield Finding(summary, place, "add a condition on tags or metadata")


def redundant_pattern(manifests: Manifests) -> Iterator[Finding]:
    """A file pattern takes in nothing that another one of the same list does not.

    Either it can go, or the other one takes in more than was meant.

    Bad:

    ```yaml
    spec:
      for_each: dataset_file
      required_inputs: ["**/*.bag", "**/lidar/*.bag"]
    ```

    Good:

    ```yaml
    spec:
      for_each: dataset_file
      required_inputs: ["**/lidar/*.bag"]
    ```
    """
    for trigger, spec in manifests.triggers():
        for field, patterns in _lists(spec):
            for index, other in _redundant(patterns, is_any=_is_any(field, spec)):
                place = manifests.at(trigger, pointer_of(("spec", field, index)))
                summary = f'"{patterns[index]}" takes in nothing that "{other}" does not'
                yield Finding(summary, place, "remove one of the two")


def _lists(spec: TriggerSpec) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("required_inputs", spec.required_inputs), ("additional_inputs", spec.additional_inputs)


def _is_any(field: str, spec: TriggerSpec) -> bool:
    """Return True where one matching pattern of a list is enough; a dataset needs a file for each required one."""
    return field == "additional_inputs" or spec.for_each is TriggerForEachPrimitive.DatasetFile


def _redundant(patterns: tuple[str, ...], *, is_any: bool) -> Iterator[tuple[int, str]]:
    """Yield the position of each pattern that an other one covers, and that one; of two equal ones the second."""
    if any(pattern.startswith("!") for pattern in patterns):
        return  # what is taken out in between makes the order count
    for index, pattern in enumerate(patterns):
        for position, other in enumerate(patterns):
            is_same = pattern == other and position < index
            is_wider = is_any and pattern != other and pattern_covers(other, pattern)
            if is_same or (is_wider and not (position > index and pattern_covers(pattern, other))):
                yield index, other
                break

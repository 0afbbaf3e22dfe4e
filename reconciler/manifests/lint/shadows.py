"""The rule about triggers that another one makes superfluous."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.manifests.desired import Resource
from reconciler.manifests.lint.candidates import Candidates
from reconciler.manifests.lint.coverage import condition_covers, pattern_covers
from reconciler.manifests.lint.rule import Finding
from reconciler.manifests.lint.subject import Manifests

_Trigger = tuple[Resource, TriggerSpec]


def shadowed_trigger(manifests: Manifests) -> Iterator[Finding]:
    """Whenever a trigger fires, another one runs the same action with the same values for the same data.

    Every run is then done, and paid for, twice. Nothing is said where what is run differs, or where it cannot be told
    that one takes in all that the other does.

    Bad:

    ```yaml
    # trigger ingest_all
    spec: { action_name: ingest, required_inputs: ["**/*.bag"] }
    # trigger ingest_lidar
    spec: { action_name: ingest, required_inputs: ["**/lidar/*.bag"] }
    ```

    Good:

    ```yaml
    # trigger ingest_all
    spec: { action_name: ingest, required_inputs: ["**/*.bag"] }
    ```
    """
    alike: defaultdict[str, list[_Trigger]] = defaultdict(list)
    for trigger, spec in manifests.triggers():
        if spec.enabled:
            alike[_what_is_run(spec)].append((trigger, spec))
    for group in alike.values():
        for trigger, other in _shadowed(group):
            place = manifests.at(trigger, "/spec/required_inputs")
            summary = f'trigger "{other.address.name}" runs the same action for everything this one fires for'
            yield Finding(summary, place, "remove this one, or take its data out of the other")


def _what_is_run(spec: TriggerSpec) -> str:
    parts = (spec.action, spec.for_each, sorted(spec.parameter_values.items()), spec.container_parameter_overrides)
    return repr((*parts, spec.additional_inputs))


def _shadowed(group: Sequence[_Trigger]) -> Iterator[tuple[Resource, Resource]]:
    """Yield each trigger that another one covers, and that one; of two that cover each other the second."""
    candidates = Candidates.of([spec for _, spec in group])
    for index, (trigger, spec) in enumerate(group):
        for position in candidates.for_(spec):
            other, wider = group[position]
            if other is trigger or not _covers(wider, spec):
                continue
            if position < index or not _covers(spec, wider):
                yield trigger, other
                break


def _covers(wider: TriggerSpec, narrower: TriggerSpec) -> bool:
    return (
        _covers_causes(wider, narrower)
        and condition_covers(wider.condition, narrower.condition)
        and _covers_inputs(wider, narrower)
    )


def _covers_causes(wider: TriggerSpec, narrower: TriggerSpec) -> bool:
    """Causes that are left out are the platform's choice, which only equals itself."""
    if wider.causes is None or narrower.causes is None:
        return wider.causes is narrower.causes
    return set(narrower.causes) <= set(wider.causes)


def _covers_inputs(wider: TriggerSpec, narrower: TriggerSpec) -> bool:
    """For each dataset every pattern needs a file, so fewer are wider; for each file any pattern will do."""
    if wider.required_inputs == narrower.required_inputs:
        return True
    wide, wide_less = _parted(wider.required_inputs)
    narrow, narrow_less = _parted(narrower.required_inputs)
    if not wide_less <= narrow_less or (wide_less and _puts_back(narrower.required_inputs)):
        return False
    if narrower.for_each is TriggerForEachPrimitive.Dataset:
        return all(any(pattern_covers(each, pattern) for pattern in narrow) for each in wide)
    return all(any(pattern_covers(each, pattern) for each in wide) for pattern in narrow)


def _parted(patterns: Sequence[str]) -> tuple[list[str], set[str]]:
    """Return the patterns that take files in and those that take them out."""
    return [each for each in patterns if not each.startswith("!")], {each for each in patterns if each.startswith("!")}


def _puts_back(patterns: Sequence[str]) -> bool:
    """Return True where files are taken in after others were taken out: then the order counts."""
    taken_out = [each.startswith("!") for each in patterns]
    return taken_out != sorted(taken_out)

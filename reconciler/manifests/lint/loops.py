"""The rule about triggers that fire for what they themselves made."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.domain.conditions import fields_of
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive, TriggerSpec
from reconciler.manifests.desired import Resource
from reconciler.manifests.lint.coverage import takes_in
from reconciler.manifests.lint.outputs import ANY_NAME, Output, outputs_of
from reconciler.manifests.lint.rule import Finding
from reconciler.manifests.lint.subject import Manifests

#: Files that only a pattern for any file takes in.
_ANY_FILE: Final = (f"{ANY_NAME}.{ANY_NAME}", f"{ANY_NAME}/{ANY_NAME}.{ANY_NAME}")

_NEW_FILES: Final = frozenset({TriggerEvaluationCause.FileUpload, TriggerEvaluationCause.FileIngest})


def own_output_loop(manifests: Manifests) -> Iterator[Finding]:
    """A trigger takes in what its own action writes, or what other triggers make of it, and so fires for ever.

    Outputs are uploaded to the dataset the run was for. A trigger for each file then sees new files. (One for each
    dataset runs once for a dataset and cannot loop.) What an action writes is known where a setting says so: a
    parameter, variable or option with "output" in its name, or a path below `$ROBOTO_OUTPUT_DIR` in the command.
    Patterns that take in any file loop whatever the action writes. A condition on `file.` fields counts as the way out.

    Bad:

    ```yaml
    spec:
      action_name: compress          # has the parameter output_format: mcap
      for_each: dataset_file
      required_inputs: ["**/*.mcap"]
    ```

    Good:

    ```yaml
    spec:
      action_name: compress          # writes to compressed/
      for_each: dataset_file
      required_inputs: ["**/*.mcap", "!compressed/"]
    ```
    """
    triggers = {each.address.name: (each, spec) for each, spec in manifests.triggers() if _can_loop(spec)}
    written = {name: outputs_of(spec, manifests) for name, (_, spec) in triggers.items()}
    hint = 'take the outputs out again, such as "!compressed/", or narrow the patterns'
    for name, (trigger, spec) in triggers.items():
        summary = _own(spec, written[name]) or _through_others(name, triggers, written)
        if summary:
            yield Finding(summary, manifests.at(trigger, "/spec/required_inputs"), hint)


def _can_loop(spec: TriggerSpec) -> bool:
    """Return True for an enabled trigger that hears of every new file and fires for each."""
    if not spec.enabled or spec.for_each is not TriggerForEachPrimitive.DatasetFile:
        return False
    if spec.causes is not None and _NEW_FILES.isdisjoint(spec.causes):
        return False
    return spec.condition is None or not any(path.startswith("file.") for path in fields_of(spec.condition))


def _own(spec: TriggerSpec, outputs: list[Output]) -> str | None:
    if all(takes_in(spec.required_inputs, path) for path in _ANY_FILE):
        return "the trigger takes in whatever its own action writes"
    for output in outputs:
        if takes_in(spec.required_inputs, output.path):
            return f"the trigger takes in what its own action writes, as {output.source} says"
    return None


def _through_others(
    name: str, triggers: Mapping[str, tuple[Resource, TriggerSpec]], written: Mapping[str, list[Output]]
) -> str | None:
    """Say by which other triggers a trigger feeds itself; told once a circle, at the first of its names."""
    ways = deque([[name]])
    seen: set[str] = set()
    while ways:
        way = ways.popleft()
        for following in _fed_by(written[way[-1]], triggers):
            if following == name and len(way) > 1:
                return f"triggers fire for what each other's actions write: {' -> '.join([*way, name])}"
            if following > name and following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return None


def _fed_by(outputs: list[Output], triggers: Mapping[str, tuple[Resource, TriggerSpec]]) -> Iterator[str]:
    if not outputs:
        return
    for name, (_, spec) in triggers.items():
        if any(takes_in(spec.required_inputs, output.path) for output in outputs):
            yield name

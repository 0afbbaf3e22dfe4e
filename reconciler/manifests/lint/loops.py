"""The rule about triggers that fire for what they themselves made."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
    feeding = _Feeding.of(manifests)
    hint = 'take the outputs out again, such as "!compressed/", or narrow the patterns'
    for name, (trigger, spec) in feeding.triggers.items():
        summary = _own(spec, feeding.written[name]) or _through_others(name, feeding)
        if summary:
            yield Finding(summary, manifests.at(trigger, "/spec/required_inputs"), hint)


@dataclass(frozen=True, slots=True)
class _Feeding:
    """The triggers that can loop, by name in order, what their actions write, and who takes in which path."""

    triggers: Mapping[str, tuple[Resource, TriggerSpec]]
    written: Mapping[str, list[Output]]
    _takers: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, manifests: Manifests) -> _Feeding:
        triggers = {each.address.name: (each, spec) for each, spec in manifests.triggers() if _can_loop(spec)}
        return cls(triggers, {name: outputs_of(spec, manifests) for name, (_, spec) in triggers.items()})

    def takers(self, path: str) -> list[str]:
        """Return the triggers that take in a path; found once, since many actions write alike."""
        if path not in self._takers:
            found = [name for name, (_, spec) in self.triggers.items() if takes_in(spec.required_inputs, path)]
            self._takers[path] = found
        return self._takers[path]


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


def _through_others(name: str, feeding: _Feeding) -> str | None:
    """Say by which other triggers a trigger feeds itself; told once a circle, at the first of its names."""
    ways = deque([[name]])
    seen: set[str] = set()
    followed: set[str] = set()
    while ways:
        way = ways.popleft()
        paths = {output.path for output in feeding.written[way[-1]]}
        following = {taker for path in sorted(paths - followed) for taker in feeding.takers(path)}
        followed |= paths
        if name in following and len(way) > 1:
            return f"triggers fire for what each other's actions write: {' -> '.join([*way, name])}"
        ways += [[*way, each] for each in sorted(following - seen) if each > name]
        seen |= following
    return None

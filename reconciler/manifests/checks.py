"""Checks that no schema can express: of one resource by itself, and of resources against each other. All pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.diagnostics import Severity
from reconciler.domain.actions import ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.conditions import UNARY, ConditionGroup, ConditionType
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.domain.values import ActionReference
from reconciler.manifests.desired import Resource, Spec
from reconciler.manifests.patterns import PatternProblem, is_catch_all, negation_problem, pattern_problem
from reconciler.manifests.problems import Problem, pointer_of
from reconciler.manifests.references import effective_parameters, inheritance_cycles, trigger_problems
from reconciler.manifests.suggestions import closest

Found = tuple[Resource, Problem]


def resource_problems(resource: Resource, *, declared: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with one resource by itself; ``declared`` is the spec as its manifest writes it."""
    lifecycle, spec = resource.lifecycle, resource.spec
    problems = list(_of_spec(spec, resource))
    if lifecycle.ignore:
        from reconciler.manifests.ignoring import ignore_problems  # it asks the models, which few runs need otherwise

        problems += ignore_problems(resource.address.kind, lifecycle.ignore, declared=declared)
    if lifecycle.sensitive:
        problems += _unknown_secrets(resource)
    return problems


def project_problems(resources: Mapping[Address, Resource]) -> Iterator[Found]:
    """Yield what is wrong between resources, each with the resource at which to show it."""
    for cycle in inheritance_cycles(resources):
        resource = resources[Address(Kind.ACTION, cycle[0])]
        way = " -> ".join([*cycle, cycle[0]])
        hint = "an action cannot inherit from itself, directly or through others"
        yield resource, Problem("inheritance-cycle", f"actions inherit in a cycle: {way}", "/spec/inherits/name", hint)
    for resource in resources.values():
        if isinstance(resource.spec, TriggerSpec):
            parameters = effective_parameters(resource.spec.action, resources)
            for problem in trigger_problems(resource, parameters):
                yield resource, problem


def repeated_parameters(parameters: Any, *, pointer: str) -> list[Problem]:
    """Return every name that a list of parameters has twice."""
    if not isinstance(parameters, list):
        return []
    seen: set[str] = set()
    problems: list[Problem] = []
    for index, entry in enumerate(parameters):
        name = entry["name"]
        if name in seen:
            problems.append(
                Problem(
                    "duplicate-parameter",
                    f'parameter "{name}" is declared twice',
                    f"{pointer}/{index}/name",
                    "keep one of the two",
                )
            )
        seen.add(name)
    return problems


def with_inherited_secrets(resources: Mapping[Address, Resource]) -> dict[Address, Resource]:
    """Return the resources, each knowing the sensitive names of the actions it invokes or inherits from."""
    if not any(resource.lifecycle.sensitive for resource in resources.values()):
        return dict(resources)
    return {address: _with_secrets(resource, resources) for address, resource in resources.items()}


def _with_secrets(resource: Resource, resources: Mapping[Address, Resource]) -> Resource:
    sensitive = set(resource.lifecycle.sensitive)
    seen: set[Address] = set()
    step = _refers_to(resource.spec)
    while step is not None and step.owner is None:
        action = resources.get(Address(Kind.ACTION, step.name))
        if action is None or action.address in seen:
            break
        seen.add(action.address)
        sensitive |= action.lifecycle.sensitive
        step = _refers_to(action.spec)
    if sensitive == resource.lifecycle.sensitive:
        return resource
    return replace(resource, lifecycle=replace(resource.lifecycle, sensitive=frozenset(sensitive)))


def _refers_to(spec: Spec) -> ActionReference | None:
    return spec.inherits if isinstance(spec, ActionSpec) else spec.action


def _inherits(spec: Spec) -> bool:
    return isinstance(spec, ActionSpec) and spec.inherits is not None


def _of_spec(spec: Spec, resource: Resource) -> Iterable[Problem]:
    if isinstance(spec, ActionSpec):
        return _of_action(spec, resource)
    return _of_trigger(spec)


def _of_action(spec: ActionSpec, resource: Resource) -> Iterator[Problem]:
    if spec.uri is None and spec.inherits is None and "/spec/uri" not in resource.lifecycle.ignore:
        yield Problem(
            "no-image",
            f'action "{resource.address.name}" has no image: neither uri nor inherits',
            "/spec",
            "add uri; where something else deploys the image, list /spec/uri under lifecycle.ignore",
            severity=Severity.WARNING,
            at_key=True,
        )


def _of_trigger(spec: TriggerSpec) -> Iterator[Problem]:
    yield from _of_patterns(spec.required_inputs, "required_inputs")
    if spec.additional_inputs:
        yield from _of_patterns(spec.additional_inputs, "additional_inputs")
    if spec.for_each is TriggerForEachPrimitive.DatasetFile:
        yield from _catch_alls(spec.required_inputs)
    if spec.condition is not None:
        yield from _of_condition(spec.condition, "/spec/condition")


def _of_patterns(patterns: Sequence[str], field: str) -> Iterator[Problem]:
    for index, pattern in enumerate(patterns):
        found = pattern_problem(pattern)
        if found is not None:
            yield _placed(found, field, index)
    negation = negation_problem(patterns)
    if negation is not None:
        yield _placed(negation[1], field, negation[0])


def _placed(found: PatternProblem, field: str, index: int) -> Problem:
    rule = "pattern-never-matches" if found.severity is Severity.ERROR else "doubtful-pattern"
    pointer = pointer_of(("spec", field, index))
    return Problem(rule, found.summary, pointer, found.hint, severity=found.severity)


def _catch_alls(patterns: Sequence[str]) -> Iterator[Problem]:
    for index, pattern in enumerate(patterns):
        if is_catch_all(pattern):
            yield Problem(
                "catch-all-pattern",
                f'"{pattern}" matches every file, which the platform refuses with for_each dataset_file',
                pointer_of(("spec", "required_inputs", index)),
                "name the files, such as **/*.bag, or write for_each: dataset",
            )


def _of_condition(condition: ConditionType, pointer: str) -> Iterator[Problem]:
    if isinstance(condition, ConditionGroup):
        for index, member in enumerate(condition.conditions):
            yield from _of_condition(member, f"{pointer}/conditions/{index}")
        return
    if condition.value is None and condition.comparator not in UNARY:
        yield Problem(
            "condition-never-holds",
            f"{condition.comparator.value} needs a value: without one it never holds",
            pointer,
            "add value, or compare with EXISTS or NOT_EXISTS",
            severity=Severity.WARNING,
        )


def _unknown_secrets(resource: Resource) -> Iterator[Problem]:
    spec = resource.spec
    if _inherits(spec):
        return
    known = _secret_candidates(spec)
    for name in sorted(resource.lifecycle.sensitive - known):
        near = closest(name, known)
        yield Problem(
            "unknown-sensitive",
            f'there is no parameter or variable "{name}" to keep secret',
            "/lifecycle/sensitive",
            f'did you mean "{near}"?' if near else "remove it, or check the name",
            severity=Severity.WARNING,
        )


def _secret_candidates(spec: Spec) -> set[str]:
    if isinstance(spec, ActionSpec):
        container, names = spec.container_parameters, {parameter.name for parameter in spec.parameters}
    else:
        container, names = spec.container_parameter_overrides, set(spec.parameter_values)
    return names | set((container and container.env_vars) or ())

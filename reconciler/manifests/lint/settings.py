"""Settings: every value a manifest gives a name to, wherever it may stand, with the pointer to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from reconciler.domain.actions import ActionSpec
from reconciler.domain.triggers import TriggerSpec
from reconciler.domain.values import ActionParameter, ContainerParameters
from reconciler.manifests.desired import ParameterSet, Resource
from reconciler.manifests.problems import pointer_of

_FLAG: Final = re.compile(r"--?([A-Za-z][\w.-]*)(?:=(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Setting:
    """A named value as text; ``what`` it is in words, such as ``variable``. The value may be secret."""

    what: str
    name: str
    value: str
    pointer: str


def settings_of(resource: Resource) -> Iterator[Setting]:
    """Yield everything a resource names a value of: parameters, variables, options of commands, metadata, notes."""
    spec = resource.spec
    if isinstance(spec, ActionSpec):
        yield from defaults_of(spec.parameters)
        yield from container_settings(spec.container_parameters, "container_parameters")
        yield from _named("metadata", spec.metadata, ("spec", "metadata"))
    else:
        yield from values_of(spec)
        yield from container_settings(spec.container_parameter_overrides, "container_parameter_overrides")
    yield from _named("label", resource.labels, ("metadata", "labels"))
    yield from _named("annotation", resource.annotations, ("metadata", "annotations"))


def set_settings(each: ParameterSet) -> Iterator[Setting]:
    """Yield the defaults of a parameter set."""
    for name, parameter in each.parameters.items():
        default = parameter.get("default")
        if default is not None:
            yield Setting("parameter", name, str(default), pointer_of(("spec", "parameters", name, "default")))


def defaults_of(parameters: Sequence[ActionParameter]) -> Iterator[Setting]:
    """Yield the defaults of an action's parameters."""
    for parameter in parameters:
        if parameter.default is not None:
            pointer = pointer_of(("spec", "parameters", parameter.name, "default"))
            yield Setting("parameter", parameter.name, str(parameter.default), pointer)


def values_of(spec: TriggerSpec) -> Iterator[Setting]:
    """Yield the values a trigger gives its action's parameters."""
    yield from _named("parameter", spec.parameter_values, ("spec", "parameter_values"))


def container_settings(container: ContainerParameters | None, field: str) -> Iterator[Setting]:
    """Yield the variables of a container and the options of its command; ``field`` is where the spec has it."""
    if container is None:
        return
    yield from _named("variable", container.env_vars or {}, ("spec", field, "env_vars"))
    for part, words in (("entry_point", container.entry_point), ("command", container.command)):
        yield from _options(words or [], ("spec", field, part))


def _named(what: str, values: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Setting]:
    for name, value in values.items():
        yield Setting(what, name, str(value), pointer_of((*path, name)))


def _options(words: Sequence[str], path: tuple[str, ...]) -> Iterator[Setting]:
    """Yield ``--name=value`` and ``--name value``, in words of their own or within one line for a shell."""
    placed = [(word, index) for index, text in enumerate(words) for word in _split(text)]
    for (word, index), (following, place) in pairwise([*placed, ("-", 0)]):
        option = _FLAG.fullmatch(word)
        if option is None:
            continue
        if option[2] is not None:
            yield Setting("option", option[1], option[2].strip("\"'"), pointer_of((*path, index)))
        elif not following.startswith("-"):
            yield Setting("option", option[1], following.strip("\"'"), pointer_of((*path, place)))


def _split(text: str) -> list[str]:
    return text.split() or [text]

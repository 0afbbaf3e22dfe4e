"""What an action comes down to once inheritance is resolved: pure.

==================================================  =====================================================
image, container parameters, parameters, whether    the last ancestor's: whoever inherits may not have
inputs are downloaded                               their own
compute requirements, timeout                       the first that says something, from the action upwards
==================================================  =====================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from reconciler.domain.actions import DEFAULT_COMPUTE, ActionRecord
from reconciler.domain.values import ActionParameter, ComputeRequirements, ContainerParameters

#: Minutes a run may take when nobody says otherwise.
DEFAULT_TIMEOUT: Final = 30


@dataclass(frozen=True, slots=True)
class EffectiveAction:
    """What a run of an action gets unless its request says otherwise; ``timeout`` is in minutes."""

    uri: str | None
    compute_requirements: ComputeRequirements
    container_parameters: ContainerParameters
    parameters: tuple[ActionParameter, ...]
    requires_downloaded_inputs: bool
    timeout: int

    @classmethod
    def of(cls, line: Sequence[ActionRecord]) -> EffectiveAction:
        """Return what an action, the first of ``line``, comes down to; its ancestors follow it, nearest first."""
        root = line[-1]
        return cls(
            uri=root.uri,
            compute_requirements=_first((each.compute_requirements for each in line), DEFAULT_COMPUTE),
            container_parameters=root.container_parameters or ContainerParameters(),
            parameters=tuple(root.parameters),
            requires_downloaded_inputs=root.requires_downloaded_inputs is not False,
            timeout=_first((each.timeout for each in line), DEFAULT_TIMEOUT),
        )

    def run_container(self, overrides: ContainerParameters | None) -> ContainerParameters:
        """Return how the image of a run is run: overrides replace the whole object, but variables alone are added.

        The newest official command-line program sends a log level with every invocation, and means the rest to stay.
        """
        own = self.container_parameters
        if overrides is None:
            return own
        if overrides.env_vars is None or overrides != ContainerParameters(env_vars=overrides.env_vars):
            return overrides
        return own.model_copy(update={"env_vars": {**(own.env_vars or {}), **overrides.env_vars}})

    def parameter_problems(self, values: Mapping[str, Any]) -> list[str]:
        """Say which values are missing, and which have no parameter; null is no value."""
        declared = {parameter.name for parameter in self.parameters}
        missing = [
            f'parameter "{parameter.name}" is required and has neither a value nor a default'
            for parameter in self.parameters
            if parameter.required and parameter.default is None and values.get(parameter.name) is None
        ]
        known = ", ".join(sorted(declared)) or "none"
        return missing + [
            f'parameter "{name}" is not declared by the action; known are: {known}'
            for name in values
            if name not in declared
        ]

    def run_parameters(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a run is given: defaults, and over them the values that are not null."""
        defaults = {each.name: each.default for each in self.parameters if each.default is not None}
        return defaults | {name: value for name, value in values.items() if value is not None}


Said = TypeVar("Said")


def _first(values: Iterable[Said | None], otherwise: Said) -> Said:
    return next((value for value in values if value is not None), otherwise)

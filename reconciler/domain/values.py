"""The small values an action is made of, with the platform's rules for them.

Wire values ignore members they do not know (the platform adds some over time); manifests are strict elsewhere.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from reconciler.domain.notset import NotSetType

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Primitive = bool | int | float | str


class WireModel(BaseModel):  # noqa: PLW1641  pydantic adds the hash of frozen models
    """A frozen value that travels: fields never assigned stay absent, an explicit None is null."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    def __eq__(self, other: object) -> bool:
        # A plan compares 50,000 values that are equal, and pydantic's own comparison takes three times as long: it
        # allows for private and extra members, of which there are none here.
        return self.__dict__ == other.__dict__ if type(self) is type(other) else NotImplemented

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object sent for this value: only what was assigned, and never ``NotSet``."""
        absent = {name for name in self.model_fields_set if isinstance(getattr(self, name), NotSetType)}
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=absent)


class Accessibility(StrEnum):
    """Who may query for and invoke an action."""

    Organization = "organization"
    ActionHub = "action_hub"


def _memory_steps(lowest: int, highest: int, step: int) -> tuple[int, ...]:
    return tuple(range(lowest, highest + 1, step))


#: Legal memory in MiB by vCPU in CPU units (1024 units are one core). Source: the platform's compute table.
LEGAL_MEMORY: Final[dict[int, tuple[int, ...]]] = {
    256: (512, 1024, 2048),
    512: _memory_steps(1024, 4096, 1024),
    1024: _memory_steps(2048, 8192, 1024),
    2048: _memory_steps(4096, 16384, 1024),
    4096: _memory_steps(8192, 30720, 1024),
    8192: _memory_steps(16384, 61440, 4096),
    16384: _memory_steps(32768, 122880, 8192),
}
MINIMUM_STORAGE: Final = 21


def compute_problem(vcpu: int, memory: int) -> str | None:
    """Say what is wrong with a pair of vCPU (CPU units) and memory (MiB), listing what is legal; None if nothing."""
    if vcpu not in LEGAL_MEMORY:
        return f"vCPU {vcpu} is not offered; choose one of {', '.join(map(str, LEGAL_MEMORY))}"
    if memory not in LEGAL_MEMORY[vcpu]:
        legal = ", ".join(map(str, LEGAL_MEMORY[vcpu]))
        return f"memory {memory} MiB does not go with vCPU {vcpu}; choose one of {legal}"
    return None


class ComputeRequirements(WireModel):
    """What a run gets: vCPU in CPU units, memory in MiB, storage in GiB."""

    vCPU: int = 512  # noqa: N815  the platform's own name
    memory: int = 1024
    gpu: Literal[False] = False
    storage: int = MINIMUM_STORAGE

    @model_validator(mode="after")
    def validate_vcpu_mem_combination(self) -> Self:
        """Refuse pairs of vCPU and memory that the platform does not offer."""
        problem = compute_problem(self.vCPU, self.memory)
        if problem is not None:
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def validate_storage_limit(self) -> Self:
        """Refuse storage under the platform's minimum of 21 GiB."""
        if self.storage < MINIMUM_STORAGE:
            raise ValueError(f"storage {self.storage} GiB is under the minimum of {MINIMUM_STORAGE} GiB")
        return self


class ContainerParameters(WireModel):
    """How the image is run: command, entry point, environment and working directory."""

    command: list[str] | None = None
    entry_point: list[str] | None = None
    env_vars: dict[str, str] | None = None
    workdir: str | None = None


class ActionReference(WireModel):
    """An action by name, pinned to a version by ``digest``; ``owner`` None means the own organization."""

    name: str
    digest: str | None = None
    owner: str | None = None


class ActionParameter(WireModel):
    """A parameter of an action. A default is stored as text, whatever it was given as."""

    name: str
    required: bool = False
    description: str | None = None
    default: Any | None = None

    @field_validator("default", mode="before")
    @classmethod
    def validate_default(cls, v: Any | None) -> str | None:
        """Turn a default into text the way the platform does: ``str(value)``, null kept."""
        return None if v is None else str(v)

"""The parts of a spec: parameters, references, compute, container, conditions."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Strict,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from reconciler.domain.conditions import Comparator, ConditionOperator
from reconciler.domain.values import LEGAL_MEMORY, MINIMUM_STORAGE, ComputeRequirements, compute_problem
from reconciler.manifests.texts import ActionName, Maybe, NonBlank, VariableName, WholeNumber, Word

DEFAULT_VCPU: Final[int] = ComputeRequirements.model_fields["vCPU"].default
DEFAULT_MEMORY: Final[int] = ComputeRequirements.model_fields["memory"].default

#: A value the platform keeps as it is: text, a number or a boolean, never null, never nested.
Primitive = Annotated[bool | int | float | str, WithJsonSchema({"type": ["string", "number", "boolean"]})]

#: What a condition compares with.
ConditionValue = Annotated[
    bool | int | float | str | None, WithJsonSchema({"type": ["string", "number", "boolean", "null"]})
]

#: Text in order; YAML has only lists, so a list is what the tuple is read from.
Texts = Annotated[tuple[str, ...], Strict(strict=False)]
Patterns = Annotated[tuple[NonBlank, ...], Strict(strict=False)]


class Part(BaseModel):
    """A frozen piece of a manifest: exactly the keys it lists, exactly the types it names."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        regex_engine="python-re",
        # Kinds that a project does not use are never built: start-up is a target.
        defer_build=True,
    )


class Choice:
    """Writes a two-armed tagged union as if/then/else, so that a validator reports the errors of one arm only."""

    def __init__(self, when: JsonSchemaValue) -> None:
        self._when = when

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        then, otherwise = handler(schema)["oneOf"]
        return {"if": self._when, "then": then, "else": otherwise}


class Parameter(Part):
    """One parameter of an action."""

    required: bool = Field(False, description="Whether an invocation must give a value.")
    description: Maybe[str] = Field(
        None, description="What the parameter is for.", examples=["Comma-separated list of topics."]
    )
    default: Maybe[str] = Field(
        None,
        description="Value used when an invocation gives none. The platform stores text: quote numbers and booleans.",
        examples=["0.5", "true", "/camera/front"],
    )


class NamedParameter(Parameter):
    """One parameter of an action in the list form of action.json."""

    name: VariableName = Field(description="Name of the parameter.", examples=["confidence_threshold"])


def _list_or_map(parameters: object) -> str:
    return "list" if isinstance(parameters, list) else "map"


#: Parameters by name, or the list form of action.json.
Parameters = Annotated[
    Annotated[tuple[NamedParameter, ...], Strict(strict=False), Tag("list")]
    | Annotated[dict[VariableName, Parameter], Tag("map")],
    Discriminator(_list_or_map),
    Choice({"type": "array"}),
]


class Reference(Part):
    """An action to inherit from."""

    name: ActionName = Field(description="Name of the parent action.", examples=["ros_base"])
    digest: Maybe[Word] = Field(None, description="Version to pin; the latest one when left out.")
    owner: Maybe[Word] = Field(
        None, description="Organization that owns the parent; the own one when left out.", examples=["og_roboto"]
    )


def _memory_by_vcpu(schema: JsonSchemaValue) -> None:
    """Add the compute table: which memory goes with which vCPU, where both are written."""
    schema["allOf"] = [
        {
            "if": {"properties": {"vCPU": {"const": vcpu}}, "required": ["vCPU"]},
            "then": {"properties": {"memory": {"enum": list(memory)}}},
        }
        for vcpu, memory in LEGAL_MEMORY.items()
    ]


#: What the platform's defaults add to the table: which vCPU needs memory to be written, and the other way round.
DEFAULTS_COUNT: Final[list[JsonSchemaValue]] = [
    {
        "if": {
            "properties": {"vCPU": {"enum": [v for v, legal in LEGAL_MEMORY.items() if DEFAULT_MEMORY not in legal]}},
            "required": ["vCPU"],
        },
        "then": {"required": ["memory"]},
    },
    {
        "if": {"not": {"required": ["vCPU"]}},
        "then": {"properties": {"memory": {"enum": list(LEGAL_MEMORY[DEFAULT_VCPU])}}},
    },
]


def _with_defaults(schema: JsonSchemaValue) -> None:
    _memory_by_vcpu(schema)
    schema["allOf"] += DEFAULTS_COUNT


class Compute(Part):
    """What a run gets; members may come from elsewhere."""

    model_config = ConfigDict(json_schema_extra=_memory_by_vcpu)

    vCPU: Maybe[WholeNumber] = Field(  # noqa: N815  the platform's own name
        None,
        title="vCPU",
        description=f"CPU units; 1024 are one core. {DEFAULT_VCPU} when left out.",
        examples=[512, 4096],
        json_schema_extra={"enum": list(LEGAL_MEMORY)},
    )
    memory: Maybe[WholeNumber] = Field(
        None,
        description=f"Memory in MiB; what is legal depends on vCPU. {DEFAULT_MEMORY} when left out.",
        examples=[1024, 8192],
    )
    storage: Maybe[WholeNumber] = Field(
        None,
        ge=MINIMUM_STORAGE,
        description=f"Disk in GiB. {MINIMUM_STORAGE}, the minimum, when left out.",
        examples=[21, 200],
    )
    gpu: Maybe[Literal[False]] = Field(None, description="The platform offers no GPU yet: only false is legal.")

    @model_validator(mode="after")
    def _pair_is_offered(self) -> Self:
        if self.vCPU is None:
            return self
        memory = self.memory
        if memory is None:
            memory = LEGAL_MEMORY.get(self.vCPU, (0,))[0]
        return self._unless(compute_problem(self.vCPU, memory))

    def _unless(self, problem: str | None) -> Self:
        if problem is not None:
            raise ValueError(problem)
        return self

    def completed_problem(self) -> str | None:
        """Say what is wrong once the platform's defaults stand in for what is left out; None if nothing."""
        vcpu = DEFAULT_VCPU if self.vCPU is None else self.vCPU
        return compute_problem(vcpu, DEFAULT_MEMORY if self.memory is None else self.memory)


class CompleteCompute(Compute):
    """What a run gets."""

    model_config = ConfigDict(json_schema_extra=_with_defaults)

    @model_validator(mode="after")
    def _defaults_are_offered(self) -> Self:
        return self._unless(self.completed_problem())


class Container(Part):
    """How the image is run."""

    command: Maybe[Texts] = Field(
        None, description="Command handed to the entry point.", examples=[["python", "-m", "detector"]]
    )
    entry_point: Maybe[Texts] = Field(
        None, description="Entry point instead of the image's own.", examples=[["/bin/bash", "-c"]]
    )
    env_vars: Maybe[dict[VariableName, str]] = Field(
        None,
        description="Environment variables. Values are text: quote numbers and booleans.",
        examples=[{"LOG_LEVEL": "debug"}],
    )
    workdir: Maybe[str] = Field(None, description="Working directory in the container.", examples=["/app"])


class Comparison(Part):
    """One comparison of a field of the dataset's record."""

    field: NonBlank = Field(description="Dotted path into the record.", examples=["metadata.sensor_type"])
    comparator: Annotated[Comparator, Strict(strict=False)] = Field(
        description="How the stored value is held against the value."
    )
    value: ConditionValue = Field(
        None,
        description="What to compare with; none for EXISTS, NOT_EXISTS, IS_NULL and IS_NOT_NULL.",
        examples=["lidar", 0.9],
    )


class Group(Part):
    """Comparisons joined by one operator; NOT means that none of them holds."""

    operator: Annotated[ConditionOperator, Strict(strict=False)] = Field(description="How the members are joined.")
    conditions: Annotated[tuple[Condition, ...], Strict(strict=False)] = Field(
        min_length=1, description="Members: comparisons or further groups."
    )


def _comparison_or_group(condition: object) -> str:
    if isinstance(condition, dict) and not condition.keys() & {"operator", "conditions"}:
        return "comparison"
    return "group"


#: One comparison or a group of them.
Condition = Annotated[
    Annotated[Group, Tag("group")] | Annotated[Comparison, Tag("comparison")],
    Discriminator(_comparison_or_group),
    Choice({"anyOf": [{"required": ["operator"]}, {"required": ["conditions"]}]}),
]

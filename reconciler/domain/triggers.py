"""Triggers: the record the platform keeps, and the spec a manifest declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Final

from pydantic import Field, GetJsonSchemaHandler, field_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from reconciler.domain.actions import normalised_container, normalised_reference
from reconciler.domain.conditions import ConditionType
from reconciler.domain.values import ActionReference, ComputeRequirements, ContainerParameters, WireModel


class TriggerForEachPrimitive(StrEnum):
    """The granularity of a trigger: one invocation per dataset, or per matching file."""

    Dataset = "dataset"
    DatasetFile = "dataset_file"


class TriggerEvaluationCause(Enum):
    """The event that made a trigger be evaluated: what every client knows, and by its value also what came later."""

    DatasetMetadataUpdate = "dataset_metadata_update"
    FileIngest = "file_ingest"
    FileUpload = "file_upload"

    @classmethod
    def _missing_(cls, value: object) -> TriggerEvaluationCause | None:
        return FILE_METADATA_UPDATE if value == FILE_METADATA_UPDATE.value else None

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        schema["enum"] = [*schema["enum"], FILE_METADATA_UPDATE.value]
        return schema


def _later(name: str, value: str) -> TriggerEvaluationCause:
    """Return a cause that is not among the others: who takes all of them means those that every client knows."""
    cause = object.__new__(TriggerEvaluationCause)
    cause._name_, cause._value_ = name, value
    return cause


#: A cause that came later; clients of before cannot read a listing that has it.
FILE_METADATA_UPDATE: Final = _later("FileMetadataUpdate", "file_metadata_update")

#: Causes that every client knows; a trigger that names none has these.
FIRST_CAUSES: Final = (
    TriggerEvaluationCause.FileUpload,
    TriggerEvaluationCause.FileIngest,
    TriggerEvaluationCause.DatasetMetadataUpdate,
)


def has_later_cause(causes: Iterable[TriggerEvaluationCause] | None) -> bool:
    """Return True for causes of which one is not known to every client."""
    return causes is not None and not set(causes) <= set(FIRST_CAUSES)


def patterns_problem(patterns: Iterable[str]) -> str | None:
    """Say what is wrong with a list of file patterns: none at all, or only blank ones. None when it is fine."""
    listed = list(patterns)
    if not listed:
        return "at least one file pattern is needed"
    if not any(pattern.strip() for pattern in listed):
        return "at least one file pattern must not be blank"
    return None


def checked_patterns(patterns: list[str]) -> list[str]:
    """Return the patterns as they are.

    Raises:
        ValueError: The list is empty or all of it is blank.
    """
    problem = patterns_problem(patterns)
    if problem is not None:
        raise ValueError(problem)
    return patterns


def is_catch_all(pattern: str) -> bool:
    """Return True for a file pattern that takes every file, such as ``**/*``: the platform has none per file."""
    stripped = pattern.strip()
    return "*" in stripped and not stripped.strip("*/")


class TriggerRecord(WireModel):
    """A wire-transmissible representation of a trigger; ``timeout`` is in minutes."""

    trigger_id: str
    name: str
    org_id: str
    created: datetime
    created_by: str
    modified: datetime
    modified_by: str
    action: ActionReference
    required_inputs: list[str]
    service_user_id: str
    for_each: TriggerForEachPrimitive = TriggerForEachPrimitive.Dataset
    enabled: bool = True
    parameter_values: dict[str, Any] = Field(default_factory=dict)
    additional_inputs: list[str] | None = None
    causes: list[TriggerEvaluationCause] | None = None
    compute_requirement_overrides: ComputeRequirements | None = None
    condition: ConditionType | None = None
    container_parameter_overrides: ContainerParameters | None = None
    timeout: int | None = None

    @field_validator("required_inputs")
    @classmethod
    def validate_required_inputs(cls, value: list[str]) -> list[str]:
        """Refuse a list without a pattern."""
        return checked_patterns(value)

    @field_validator("additional_inputs")
    @classmethod
    def validate_additional_inputs(cls, value: list[str] | None) -> list[str] | None:
        """Read null as it is and refuse a list of blanks; an empty list stays legal on read."""
        return checked_patterns(value) if value else value


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerSpec:
    """Everything that can be configured about a trigger; None means the platform's default.

    ``timeout`` is in minutes. ``causes`` None leaves the choice to the platform, which has no request to restore it:
    what it chose is then not compared. ``service_user_id`` can only be given at creation.
    """

    action: ActionReference
    required_inputs: tuple[str, ...]
    for_each: TriggerForEachPrimitive = TriggerForEachPrimitive.Dataset
    enabled: bool = True
    parameter_values: Mapping[str, Any] = field(default_factory=dict)
    additional_inputs: tuple[str, ...] = ()
    causes: tuple[TriggerEvaluationCause, ...] | None = None
    compute_requirement_overrides: ComputeRequirements | None = None
    condition: ConditionType | None = None
    container_parameter_overrides: ContainerParameters | None = None
    service_user_id: str | None = None
    timeout: int | None = None

    @classmethod
    def of(cls, record: TriggerRecord) -> TriggerSpec:
        """Return what is configurable in a record."""
        return cls(
            action=record.action,
            required_inputs=tuple(record.required_inputs),
            for_each=record.for_each,
            enabled=record.enabled,
            parameter_values=record.parameter_values,
            additional_inputs=tuple(record.additional_inputs or ()),
            causes=None if record.causes is None else tuple(record.causes),
            compute_requirement_overrides=record.compute_requirement_overrides,
            condition=record.condition,
            container_parameter_overrides=record.container_parameter_overrides,
            service_user_id=record.service_user_id,
            timeout=record.timeout,
        )


def normalised_trigger(spec: TriggerSpec, *, org_id: str) -> TriggerSpec:
    """Return the spec in the one form in which equal means "the platform makes no difference".

    Order of causes does not count, order of patterns does (a later ``!pattern`` takes files out again).
    """
    causes = spec.causes
    if causes is not None:
        causes = tuple(sorted(set(causes), key=_by_value))
    return replace(
        spec,
        action=normalised_reference(spec.action, org_id=org_id),
        causes=causes,
        container_parameter_overrides=normalised_container(spec.container_parameter_overrides),
    )


def _by_value(cause: TriggerEvaluationCause) -> str:
    return str(cause.value)

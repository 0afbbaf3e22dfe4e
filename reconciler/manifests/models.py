"""The kinds of manifest, one model each: what may be written, and what an editor says about it.

``spec`` uses the platform's own field names. The JSON Schemas are generated from these models; the two agree on
every document, which a property test shows.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, Strict, model_validator
from pydantic.json_schema import JsonSchemaValue

from reconciler.domain.actions import EXCLUDED_BY_INHERITS
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.domain.values import Accessibility
from reconciler.manifests.parts import (
    DEFAULTS_COUNT,
    CompleteCompute,
    Compute,
    Condition,
    Container,
    Parameters,
    Part,
    Patterns,
    Primitive,
    Reference,
)
from reconciler.manifests.project_models import ProjectSpec
from reconciler.manifests.texts import (
    ActionName,
    Maybe,
    MetadataKey,
    Name,
    NonBlank,
    ShortText,
    TriggerName,
    VariableName,
    WholeNumber,
    Word,
)

API_VERSION: Final = "reconciler/v1"

#: What an inheriting action may not write: what it takes from its parent, and the sets that would add to it.
NOT_WITH_INHERITS: Final = (*EXCLUDED_BY_INHERITS, "parameter_sets")


class Metadata(Part):
    """What the resource is called, and local notes; never sent."""

    name: Name = Field(description="Name, verbatim.", examples=["detection_defaults"])
    labels: dict[NonBlank, str] = Field(
        default_factory=dict, description="Local labels to select by.", examples=[{"team": "perception"}]
    )
    annotations: dict[NonBlank, str] = Field(
        default_factory=dict, description="Local notes.", examples=[{"owner": "ada@example.com"}]
    )


class ActionMetadata(Metadata):
    """What the action is called, and local notes; never sent."""

    name: ActionName = Field(description="The action's name on the platform, verbatim.", examples=["ros_ingest"])


class TriggerMetadata(Metadata):
    """What the trigger is called, and local notes; never sent."""

    name: TriggerName = Field(description="The trigger's name on the platform, verbatim.", examples=["ingest_bags"])


class LifecycleSettings(Part):
    """How this tool treats the resource; never sent."""

    protect: bool = Field(False, description="Refuse any plan that would delete or replace the resource.")
    ignore: Patterns = Field(
        (),
        description="JSON Pointers of fields left to the platform; * stands for one segment.",
        examples=[["/spec/enabled"], ["/spec/metadata/last_run", "/spec/parameters/*/description"]],
    )
    sensitive: Patterns = Field(
        (),
        description="Names of parameters and environment variables whose values are secret.",
        examples=[["MAPBOX_PK"]],
    )
    adopt: bool = Field(False, description="Take the resource into the inventory when it exists already.")
    renamed_from: Maybe[Word] = Field(
        None, description="Name the resource had before; it is created anew and the old one deleted last."
    )
    on_remove: Literal["delete", "forget"] = Field(
        "delete", description="What happens when this manifest is gone: delete the resource, or leave it as it is."
    )


def _action_rules(schema: JsonSchemaValue) -> None:
    """Add what depends on other keys: the excluded ones, and defaults unless ``from`` may give the rest."""
    schema["allOf"] = [
        {"if": {"required": ["inherits"]}, "then": {"properties": {name: {"not": {}} for name in NOT_WITH_INHERITS}}},
        {
            "if": {"not": {"required": ["from"]}},
            "then": {"properties": {"compute_requirements": {"allOf": DEFAULTS_COUNT}}},
        },
    ]


class ActionFields(Part):
    """Everything that can be configured about an action."""

    model_config = ConfigDict(json_schema_extra=_action_rules)

    from_: Maybe[NonBlank] = Field(
        None,
        alias="from",
        description="Existing action.json to start from, relative to this file; the other keys overlay it.",
        examples=["./action.json"],
    )
    uri: Maybe[Word] = Field(None, description="Container image to run.", examples=["ghcr.io/acme/ros-ingest:1.4.0"])
    description: Maybe[str] = Field(
        None, description="What the action does; Markdown.", examples=["Reads ROS bags and indexes their topics."]
    )
    short_description: Maybe[ShortText] = Field(
        None, description="One line, at most 140 characters.", examples=["Index ROS bags."]
    )
    inherits: Maybe[Reference] = Field(
        None,
        description=f"Parent action; excludes {', '.join(NOT_WITH_INHERITS)}.",
        examples=[{"name": "ros_base"}],
    )
    compute_requirements: Maybe[Compute] = Field(
        None,
        description="vCPU in CPU units, memory in MiB, storage in GiB.",
        examples=[{"vCPU": 2048, "memory": 8192, "storage": 50}],
    )
    container_parameters: Maybe[Container] = Field(
        None, description="How the image is run.", examples=[{"command": ["ingest"], "workdir": "/app"}]
    )
    parameters: Maybe[Parameters] = Field(
        None,
        description="Parameters by name (or a list, as in action.json).",
        examples=[{"topics": {"required": True, "description": "Topics to index."}}],
    )
    parameter_sets: Maybe[Patterns] = Field(
        None,
        description="Names of ParameterSets to merge in; later sets win over earlier ones, own parameters over all.",
        examples=[["detection_defaults"]],
    )
    metadata: Maybe[dict[MetadataKey, Primitive]] = Field(
        None,
        description="Metadata by key, without dots; text, numbers or booleans.",
        examples=[{"github_url": "https://github.com/acme/actions", "tier": 2}],
    )
    tags: Maybe[Patterns] = Field(None, description="Tags.", examples=[["ros", "ingest"]])
    requires_downloaded_inputs: Maybe[bool] = Field(
        None, description="Whether input files are downloaded before the action runs; true when left out."
    )
    timeout: Maybe[WholeNumber] = Field(None, ge=1, description="Longest run, in minutes.", examples=[60])
    accessibility: Maybe[Annotated[Accessibility, Strict(strict=False)]] = Field(
        None, description="Who may find and invoke the action; organization when left out.", examples=["organization"]
    )

    @model_validator(mode="after")
    def _parent_gives_the_rest(self) -> Self:
        if self.inherits is not None:
            for name in NOT_WITH_INHERITS:
                if name in self.model_fields_set:
                    raise ValueError(f"{name} comes from the parent of an action that inherits")
        return self

    @model_validator(mode="after")
    def _compute_is_complete(self) -> Self:
        if self.from_ is None and self.compute_requirements is not None:
            problem = self.compute_requirements.completed_problem()
            if problem is not None:
                raise ValueError(problem)
        return self


class TriggerFields(Part):
    """Everything that can be configured about a trigger."""

    action_name: ActionName = Field(description="Action to invoke.", examples=["ros_ingest"])
    action_owner_id: Maybe[Word] = Field(
        None, description="Organization that owns the action; the own one when left out.", examples=["og_roboto"]
    )
    action_digest: Maybe[Word] = Field(None, description="Version of the action to pin; the latest when left out.")
    required_inputs: Patterns = Field(
        min_length=1,
        description="File patterns, gitignore-style, that must match; no braces.",
        examples=[["**/*.bag", "**/*.mcap"]],
    )
    additional_inputs: Maybe[Patterns] = Field(
        None, description="File patterns handed over besides, without having to match.", examples=[["**/*.yaml"]]
    )
    for_each: Maybe[Annotated[TriggerForEachPrimitive, Strict(strict=False)]] = Field(
        None,
        description="One invocation per dataset or per matching file; dataset when left out.",
        examples=["dataset"],
    )
    enabled: Maybe[bool] = Field(None, description="Whether the trigger fires; true when left out.")
    causes: Maybe[Annotated[tuple[Cause, ...], Strict(strict=False)]] = Field(
        None,
        min_length=1,
        description="Events that make the trigger be evaluated; the platform chooses when left out.",
        examples=[["file_upload", "file_ingest"]],
    )
    condition: Maybe[Condition] = Field(
        None,
        description="Condition on the dataset's record that must hold as well.",
        examples=[{"field": "metadata.sensor_type", "comparator": "EQUALS", "value": "lidar"}],
    )
    parameter_values: Maybe[dict[VariableName, Primitive]] = Field(
        None, description="Values for the action's parameters.", examples=[{"confidence_threshold": "0.6"}]
    )
    compute_requirement_overrides: Maybe[CompleteCompute] = Field(
        None,
        description="Instead of the action's whole compute_requirements: CPU units, MiB, GiB.",
        examples=[{"vCPU": 8192, "memory": 16384}],
    )
    container_parameter_overrides: Maybe[Container] = Field(
        None,
        description="Instead of the action's whole container_parameters.",
        examples=[{"command": ["detect", "--fast"]}],
    )
    service_user_id: Maybe[Word] = Field(
        None, description="Service user the invocations run as; can only be set at creation."
    )
    timeout: Maybe[WholeNumber] = Field(
        None, ge=1, description="Longest run, in minutes, instead of the action's.", examples=[30]
    )


#: Causes that the API version of manifests has.
Cause = Literal["dataset_metadata_update", "file_ingest", "file_upload"]


class ParameterSetFields(Part):
    """Parameters shared by several actions."""

    parameters: Parameters = Field(
        description="Parameters by name (or a list, as in action.json).",
        examples=[{"confidence_threshold": {"default": "0.5", "description": "Lowest score kept."}}],
    )


class Manifest(Part):
    """What every kind has in common."""

    api_version: Literal["reconciler/v1"] = Field(alias="apiVersion", description="Version of the manifest format.")


class ActionManifest(Manifest):
    """An action of the platform."""

    kind: Literal["Action"] = Field(description="What this document describes.")
    metadata: ActionMetadata
    spec: ActionFields
    lifecycle: Maybe[LifecycleSettings] = Field(None)


class TriggerManifest(Manifest):
    """A trigger of the platform: what invokes an action when files arrive."""

    kind: Literal["Trigger"] = Field(description="What this document describes.")
    metadata: TriggerMetadata
    spec: TriggerFields
    lifecycle: Maybe[LifecycleSettings] = Field(None)


class ParameterSetManifest(Manifest):
    """Parameters shared by several actions; local, never on the platform by itself."""

    kind: Literal["ParameterSet"] = Field(description="What this document describes.")
    metadata: Metadata
    spec: ParameterSetFields


class ProjectManifest(Manifest):
    """A project: reconciler.yaml."""

    kind: Literal["Project"] = Field(description="What this document describes.")
    metadata: Maybe[Metadata] = Field(None)
    spec: ProjectSpec


#: The model of each kind, by the word a manifest uses.
MODELS: Final[dict[str, type[ActionManifest | TriggerManifest | ParameterSetManifest | ProjectManifest]]] = {
    "Action": ActionManifest,
    "Trigger": TriggerManifest,
    "ParameterSet": ParameterSetManifest,
    "Project": ProjectManifest,
}

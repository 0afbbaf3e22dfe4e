"""The ``spec`` of a project file, as it may be written."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Strict, Tag

from reconciler.manifests.parts import Choice, Part, Patterns, Primitive
from reconciler.manifests.texts import (
    EnvironmentName,
    Maybe,
    Name,
    NonBlank,
    ProjectVariableName,
    Uuid,
    VariableName,
    WholeNumber,
    Word,
)

#: The most requests that may be under way at once.
PARALLELISM_LIMIT: Final = 128


class InventoryFields(Part):
    """Where it is recorded which resources are the project's own."""

    id: Uuid = Field(
        description="What tells this project's inventory from all others; init writes one, and it is never changed.",
        examples=["6f0c2a54-1f5e-4c7b-9a0e-3c9e0f6d2b18"],
    )
    store: Maybe[NonBlank] = Field(
        None,
        description="A folder relative to this file, or s3://, gs:// or az:// with a bucket, or none.",
        examples=[".reconciler/inventory", "s3://acme-ci/robots", "none"],
    )


class EnvironmentInventoryFields(Part):
    """Where it is recorded which resources are the project's own in this environment."""

    id: Maybe[Uuid] = Field(
        None, description="An id of the environment's own; else one is made of the project's and the name."
    )
    store: Maybe[NonBlank] = Field(
        None, description="As the project's own store, which it replaces.", examples=["s3://acme-ci/robots"]
    )


class GuardFields(Part):
    """From where on a plan is refused."""

    most_deletions: Maybe[WholeNumber] = Field(
        None, ge=0, description="Deletions of a kind that are never too many; 3 when left out.", examples=[3]
    )
    most_deletions_percent: Maybe[WholeNumber] = Field(
        None,
        ge=0,
        le=100,
        description="Deletions of a kind that are not too many, in percent of what is owned; 20 when left out.",
        examples=[20],
    )


class VariableFields(Part):
    """A variable, which manifests write as ``${var.name}``."""

    type: Literal["string", "number", "boolean"] = Field("string", description="What its values are.")
    default: Maybe[Primitive] = Field(
        None, description="Value where the environment gives none.", examples=["1.4.0", 8192, True]
    )
    from_environment: Maybe[VariableName] = Field(
        None,
        description="Variable of the process that gives the value, where the environment here gives none.",
        examples=["IMAGE_TAG"],
    )
    description: Maybe[str] = Field(None, description="What the variable is for.", examples=["Tag of our images."])


class PatchMetadata(Part):
    """Which resource is patched, and patches of its local notes."""

    name: Name = Field(description="Name of the resource.", examples=["ingest_bags"])
    labels: Maybe[dict[str, Any]] = Field(None, description="Patch of the labels.")
    annotations: Maybe[dict[str, Any]] = Field(None, description="Patch of the annotations.")


class PatchFields(Part):
    """A merge patch of one resource: mappings merge, everything else is replaced, null takes a key away."""

    api_version: Maybe[Literal["reconciler/v1"]] = Field(
        None, alias="apiVersion", description="Version of the manifest format."
    )
    kind: Literal["Action", "Trigger", "ParameterSet"] = Field(description="Kind of the resource.")
    metadata: PatchMetadata
    spec: Maybe[dict[str, Any]] = Field(
        None, description="Patch of the spec.", examples=[{"enabled": False, "timeout": None}]
    )
    lifecycle: Maybe[dict[str, Any]] = Field(None, description="Patch of the lifecycle.", examples=[{"protect": True}])


def _path_or_patch(overlay: object) -> str:
    return "path" if isinstance(overlay, str) else "patch"


#: A file or folder of patches, or one patch.
OverlayField = Annotated[
    Annotated[NonBlank, Tag("path")] | Annotated[PatchFields, Tag("patch")],
    Discriminator(_path_or_patch),
    Choice({"type": "string"}),
]


class EnvironmentFields(Part):
    """One place where the manifests are applied, and what is different there."""

    platform: Maybe[Literal["roboto", "embedded"]] = Field(
        None, description="Platform to work on, instead of the project's.", examples=["roboto"]
    )
    embedded_path: Maybe[NonBlank] = Field(
        None,
        description="Database of the embedded platform, relative to this file.",
        examples=[".reconciler/staging.sqlite3"],
    )
    profile: Maybe[NonBlank] = Field(
        None, description="Profile of the platform's own config file.", examples=["staging"]
    )
    token_variable: Maybe[VariableName] = Field(
        None, description="NAME of the process's variable that holds the token.", examples=["ROBOTO_STAGING_TOKEN"]
    )
    org_id: Maybe[Word] = Field(
        None, description="Organization of the environment; a token of another one is refused.", examples=["og_acme"]
    )
    endpoint: Maybe[NonBlank] = Field(
        None,
        description="Address of the service. A token is only sent there when something outside of this file names the "
        "address too: the profile, ROBOTO_SERVICE_ENDPOINT or RECONCILER_ALLOWED_ENDPOINTS.",
        examples=["https://api.roboto.ai"],
    )
    inventory: Maybe[EnvironmentInventoryFields] = Field(
        None, description="Inventory of the environment.", examples=[{"store": "s3://acme-ci/robots"}]
    )
    guards: Maybe[GuardFields] = Field(
        None, description="From where on a plan is refused here.", examples=[{"most_deletions": 0}]
    )
    variables: dict[ProjectVariableName, Primitive] = Field(
        default_factory=dict, description="Values of variables here.", examples=[{"image_tag": "1.5.0-rc1"}]
    )
    overlays: Annotated[tuple[OverlayField, ...], Strict(strict=False)] = Field(
        (),
        description="Merge patches, in order: files and folders of them relative to this file, or written here.",
        examples=[["overlays/staging"], [{"kind": "Trigger", "metadata": {"name": "a"}, "spec": {"enabled": False}}]],
    )


class ProjectSpec(Part):
    """Where a project's manifests are and which platform they are for."""

    # No address of a service that counts by itself: a pull request that changed it would have the token sent there.
    platform: Maybe[Literal["roboto", "embedded"]] = Field(
        None, description="Platform to work on.", examples=["roboto", "embedded"]
    )
    embedded_path: Maybe[NonBlank] = Field(
        None,
        description="Database of the embedded platform, relative to this file.",
        examples=[".reconciler/platform.db"],
    )
    profile: Maybe[NonBlank] = Field(
        None, description="Profile of the platform's own config file.", examples=["staging"]
    )
    org_id: Maybe[Word] = Field(None, description="Organization to work in.", examples=["og_acme"])
    manifests: Patterns = Field(
        (".",),
        min_length=1,
        description="Files and folders that hold manifests, relative to this file.",
        examples=[["actions", "triggers"]],
    )
    exclude: Patterns = Field(
        (), description="Files that are no manifests, gitignore-style.", examples=[["**/testdata/**", "*.draft.yaml"]]
    )
    parallelism: Maybe[WholeNumber] = Field(
        None, ge=1, le=PARALLELISM_LIMIT, description="Most requests under way at once.", examples=[16]
    )
    inventory: Maybe[InventoryFields] = Field(
        None,
        description="Which resources are this project's own; without it nothing is ever deleted.",
        examples=[{"id": "6f0c2a54-1f5e-4c7b-9a0e-3c9e0f6d2b18", "store": ".reconciler/inventory"}],
    )
    guards: Maybe[GuardFields] = Field(
        None, description="From where on a plan is refused, in every environment.", examples=[{"most_deletions": 5}]
    )
    variables: dict[ProjectVariableName, VariableFields] = Field(
        default_factory=dict,
        description="Variables that manifests may refer to as ${var.name}.",
        examples=[{"image_tag": {"default": "1.4.0"}, "memory": {"type": "number", "default": 8192}}],
    )
    default_environment: Maybe[EnvironmentName] = Field(
        None, description="Environment where --env names none.", examples=["staging"]
    )
    environments: dict[EnvironmentName, EnvironmentFields] = Field(
        default_factory=dict,
        description="Places where the manifests are applied, by the name that --env picks.",
        examples=[{"staging": {"org_id": "og_staging", "profile": "staging"}}],
    )

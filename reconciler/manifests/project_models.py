"""The ``spec`` of a project file, as it may be written."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from reconciler.manifests.parts import Part, Patterns
from reconciler.manifests.texts import Maybe, NonBlank, Uuid, WholeNumber, Word

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


class ProjectSpec(Part):
    """Where a project's manifests are and which platform they are for."""

    # No address of a service: a pull request that changed it would have the token sent there.
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

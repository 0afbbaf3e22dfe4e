"""Actions: the record the platform keeps, and the spec a manifest declares.

``ActionSpec`` is what can be configured; ``ActionRecord`` adds the platform's own bookkeeping. Both sides of a
comparison go through :func:`normalised`, so that what the platform treats as equal is equal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from pydantic import Field, field_serializer

from reconciler.domain.values import (
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
    Primitive,
    WireModel,
)

SHORT_DESCRIPTION_LIMIT: Final = 140

#: What an inheriting action takes from its parent and so may not declare itself.
EXCLUDED_BY_INHERITS: Final = ("uri", "container_parameters", "parameters", "requires_downloaded_inputs")


class ActionRecord(WireModel):
    """A wire-transmissible representation of one version of an action; ``timeout`` is in minutes."""

    name: str
    org_id: str
    created: datetime
    created_by: str
    modified: datetime
    modified_by: str
    accessibility: Accessibility = Accessibility.Organization
    compute_requirements: ComputeRequirements | None = None
    container_parameters: ContainerParameters | None = None
    description: str | None = None
    digest: str | None = None
    inherits: ActionReference | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    parameters: list[ActionParameter] = Field(default_factory=list)
    published: datetime | None = None
    requires_downloaded_inputs: bool | None = None
    short_description: str | None = None
    tags: list[str] = Field(default_factory=list)
    timeout: int | None = None
    uri: str | None = None

    @field_serializer("metadata")
    def serialize_metadata(self, metadata: dict[str, Any]) -> dict[str, Primitive]:
        """Refuse to send metadata that the platform's own client could not read back."""
        nested = sorted(key for key, value in metadata.items() if not isinstance(value, Primitive))
        if nested:
            raise ValueError(f"metadata holds texts, numbers and booleans only; not so: {', '.join(nested)}")
        return metadata

    def compute_digest(self) -> str:
        """Return a digest of every member that was set, ``digest`` included: 32 hexadecimal digits."""
        content = json.dumps(self.to_wire(), sort_keys=True)
        return hashlib.blake2b(content.encode(), digest_size=16, person=b"ActionRecord").hexdigest()

    @property
    def reference(self) -> ActionReference:
        """The reference that pins this very version."""
        return ActionReference(name=self.name, digest=self.digest or self.compute_digest(), owner=self.org_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """Everything that can be configured about an action; None means the platform's default.

    ``timeout`` is in minutes. Parameters and tags keep the order they were written in.
    """

    uri: str | None = None
    description: str | None = None
    short_description: str | None = None
    inherits: ActionReference | None = None
    compute_requirements: ComputeRequirements | None = None
    container_parameters: ContainerParameters | None = None
    parameters: tuple[ActionParameter, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    requires_downloaded_inputs: bool | None = None
    timeout: int | None = None
    accessibility: Accessibility = Accessibility.Organization

    @classmethod
    def of(cls, record: ActionRecord) -> ActionSpec:
        """Return what is configurable in a record."""
        return cls(
            uri=record.uri,
            description=record.description,
            short_description=record.short_description,
            inherits=record.inherits,
            compute_requirements=record.compute_requirements,
            container_parameters=record.container_parameters,
            parameters=tuple(record.parameters),
            metadata=record.metadata,
            tags=tuple(record.tags),
            requires_downloaded_inputs=record.requires_downloaded_inputs,
            timeout=record.timeout,
            accessibility=record.accessibility,
        )


def normalised_action(spec: ActionSpec, *, org_id: str) -> ActionSpec:
    """Return the spec in the one form in which equal means "the platform makes no difference".

    Order of tags and parameters does not count; repeated tags neither. Empty container members are as absent. A
    missing ``requires_downloaded_inputs`` is True. A reference without owner means the own organization. Compute
    that is left out equals the platform's default, unless a parent's would be inherited.
    """
    inherits = spec.inherits
    compute = spec.compute_requirements
    if inherits is None and compute is None:
        compute = DEFAULT_COMPUTE
    return replace(
        spec,
        inherits=inherits and normalised_reference(inherits, org_id=org_id),
        compute_requirements=compute,
        container_parameters=normalised_container(spec.container_parameters),
        parameters=tuple(sorted(spec.parameters, key=_by_name)),
        tags=tuple(sorted(set(spec.tags))),
        requires_downloaded_inputs=spec.requires_downloaded_inputs is not False,
    )


#: What the platform runs an action with that neither says nor inherits anything.
DEFAULT_COMPUTE: Final = ComputeRequirements()


def normalised_reference(reference: ActionReference, *, org_id: str) -> ActionReference:
    """Return the reference with its owner spelt out."""
    if reference.owner is not None:
        return reference
    return ActionReference(name=reference.name, digest=reference.digest, owner=org_id)


def normalised_container(parameters: ContainerParameters | None) -> ContainerParameters | None:
    """Return container parameters without empty members; None when nothing is left."""
    if parameters is None:
        return None
    members = {
        "command": parameters.command or None,
        "entry_point": parameters.entry_point or None,
        "env_vars": parameters.env_vars or None,
        "workdir": parameters.workdir or None,
    }
    if not any(members.values()):
        return None
    # Most have every member set and none of them empty, and stay what they are.
    is_normal = len(parameters.model_fields_set) == len(members) and members == parameters.__dict__
    return parameters if is_normal else ContainerParameters(**members)


_by_name = attrgetter("name")

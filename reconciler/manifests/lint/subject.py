"""What rules look at: the manifests of a project as they were understood, and as they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.diagnostics import Span
from reconciler.domain.actions import ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.triggers import TriggerSpec
from reconciler.domain.values import ActionReference
from reconciler.manifests.desired import ParameterSet, Resource
from reconciler.manifests.origins import Origin, Origins


@dataclass(frozen=True, slots=True)
class Manifests:
    """Manifests without errors.

    Attributes:
        resources: Actions and triggers by address in order, layers merged.
        sets: Parameter sets by name in order.
        origins: Where everything was written.
        texts: The text of each file that was loaded, by its name in order.
    """

    resources: Mapping[Address, Resource] = field(default_factory=dict)
    sets: Sequence[ParameterSet] = ()
    origins: Origins | None = None
    texts: Mapping[str, str] = field(default_factory=dict)

    def actions(self) -> Iterator[tuple[Resource, ActionSpec]]:
        """Yield every action."""
        for resource in self.resources.values():
            if isinstance(resource.spec, ActionSpec):
                yield resource, resource.spec

    def triggers(self) -> Iterator[tuple[Resource, TriggerSpec]]:
        """Yield every trigger."""
        for resource in self.resources.values():
            if isinstance(resource.spec, TriggerSpec):
                yield resource, resource.spec

    def lineage(self, reference: ActionReference) -> list[ActionSpec]:
        """Return an action's spec and those it inherits from, nearest first, as far as they are in the manifests."""
        found: list[ActionSpec] = []
        step: ActionReference | None = reference
        while step is not None and step.owner is None and step.digest is None:
            resource = self.resources.get(Address(Kind.ACTION, step.name))
            if resource is None or not isinstance(resource.spec, ActionSpec) or resource.spec in found:
                break
            found.append(resource.spec)
            step = resource.spec.inherits
        return found

    def at(self, written: Resource | ParameterSet, pointer: str) -> Span:
        """Return the place of a JSON Pointer in what was written."""
        if self.origins is None:
            return Span.at(written.file)
        return self.origins.find(Origin(written.file, written.document), pointer)

    def written_at(self, span: Span) -> str:
        """Return what stands at a place, as far as it is on one line, variables not filled in."""
        lines = self.texts.get(span.file, "").splitlines()[span.line - 1 : span.line]
        end = span.end_column - 1 if span.end_line == span.line else None
        return "".join(lines)[span.column - 1 : end]

    def writes(self, resource: Resource, pointer: str) -> bool:
        """Return True when the manifest or a layer of it says what the pointer leads to."""
        return self.origins is not None and self.origins.is_written(Origin(resource.file, resource.document), pointer)

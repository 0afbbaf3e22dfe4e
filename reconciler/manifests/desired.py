"""``Desired``: what the manifests ask for, typed, merged and checked, with the way back to file and line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.diagnostics import Diagnostic, Span
from reconciler.domain.actions import ActionSpec
from reconciler.domain.address import Address
from reconciler.domain.triggers import TriggerSpec

#: The kinds of manifest, by the word each uses.
KINDS: Final = ("Action", "Trigger", "ParameterSet", "Project")

Spec = ActionSpec | TriggerSpec


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How this tool treats a resource; never sent to the platform.

    Attributes:
        protect: Refuse any plan that would delete or replace the resource.
        ignore: JSON Pointers into the manifest such as ``/spec/enabled`` (``*`` for one segment) left to the
            platform: neither compared nor sent after creation.
        sensitive: Names of parameters and environment variables whose values are secret, besides those whose
            name says so.
        adopt: Take the resource into the inventory when it exists already.
        renamed_from: The name it had before; None for one that keeps its name.
        on_remove: ``delete`` or ``forget``: what happens when the manifest is gone.
    """

    protect: bool = False
    ignore: tuple[str, ...] = ()
    sensitive: frozenset[str] = frozenset()
    adopt: bool = False
    renamed_from: str | None = None
    on_remove: str = "delete"


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as the manifests want it.

    ``file`` and ``document`` (from 0) say where it was written; ``labels`` and ``annotations`` are local.
    """

    address: Address
    spec: Spec
    file: str
    document: int = 0
    lifecycle: Lifecycle = Lifecycle()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """Parameters by name that actions share, as the manifest writes them.

    ``file`` and ``document`` (from 0) say where it was written; ``is_used`` is True when some action takes it in.
    """

    name: str
    parameters: Mapping[str, Mapping[str, Any]]
    file: str
    document: int = 0
    is_used: bool = False


#: Finds the place of a JSON Pointer (``""``: the whole document) in a resource's manifest; the nearest written
#: ancestor where the pointer itself was not written. Reads the file again: only diagnostics and plans that
#: are shown pay for places.
Locator = Callable[[Resource, str], Span]


def _nowhere(resource: Resource, pointer: str) -> Span:
    return Span.at(resource.file)


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything the manifests ask for, by address in order.

    ``digest`` is a hash over every file that was read; ``warnings`` are diagnostics that do not stop anything.
    """

    resources: Mapping[Address, Resource]
    digest: str = ""
    warnings: tuple[Diagnostic, ...] = ()
    locate: Locator = _nowhere

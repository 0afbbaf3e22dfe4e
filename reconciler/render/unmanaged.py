"""What is live and in no manifest, in text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reconciler.plan.model import Unmanaged
from reconciler.render.visible import visible


@dataclass(frozen=True, slots=True)
class UnmanagedView:
    """A resource that is live and in no manifest."""

    address: str
    modified_by: str
    modified: datetime


def unmanaged_views(unmanaged: Iterable[Unmanaged]) -> tuple[UnmanagedView, ...]:
    """Return the names of what no manifest has, and who modified it last."""
    return tuple(
        UnmanagedView(visible(str(each.address)), visible(each.modified_by), each.modified) for each in unmanaged
    )

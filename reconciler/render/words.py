"""Phrases that every output shares, so that they say the same thing in the same words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # Words alone need no models: validate counts its documents without loading the plan.
    from reconciler.apply.events import ApplyEnded
    from reconciler.domain.platform import PlatformIdentity
    from reconciler.plan.model import DriftState, Op, Scope

_NAMES: Final = {"embedded": "embedded platform", "roboto": "Roboto"}

#: Why nothing is done about what no manifest has.
LEFT_ALONE: Final = "left alone"
NEVER_DELETED: Final = "left alone (no inventory: nothing is ever deleted)"

#: The command that undoes drift.
RESTORE: Final = "reconciler apply"

#: How git follows where nothing is live any more: there is nothing to export.
ACCEPT_GONE: Final = "remove its manifest"

#: What is said of so many resources in a state of drift, one and several.
_DRIFT_WORDS: Final = (
    ("drift", "was changed outside", "were changed outside"),
    ("both", "was changed outside and in git", "were changed outside and in git"),
    ("update", "differs", "differ"),
    ("missing", "is missing", "are missing"),
    ("create", "is missing", "are missing"),
    ("delete", "is no longer wanted", "are no longer wanted"),
    ("forget", "is no longer wanted", "are no longer wanted"),
    ("adopt", "is not adopted yet", "are not adopted yet"),
    ("rename", "is not renamed yet", "are not renamed yet"),
)

#: Units of an age: seconds in one, and its name. Weeks are left out: people count days.
_AGES: Final = ((365 * 86400, "year"), (30 * 86400, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))


def counted(count: int, singular: str, plural: str = "") -> str:
    """Return ``1 change``, ``2 changes``, ``1,234 changes``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def counted_documents(counts: Mapping[str, int]) -> str:
    """Return ``3 actions and 1 trigger`` for counts by kind, in the order given; kinds without any are left out."""
    parts = [counted(count, _kind_words(kind)) for kind, count in counts.items() if count]
    return joined(parts) or "No documents"


def joined(parts: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def bounded(parts: Sequence[str], *, limit: int) -> str:
    """Return the first parts after commas and how many more there are."""
    if len(parts) <= limit:
        return ", ".join(parts)
    return f"{', '.join(parts[:limit])} and {len(parts) - limit:,} more"


def plan_counts(counts: Mapping[Op, int]) -> str:
    """Return ``2 to create, 3 to update, 0 to delete``, in the order given; of other operations only what occurs."""
    always = {"create", "update", "delete"}
    return ", ".join(f"{count:,} to {op.value}" for op, count in counts.items() if count or op.value in always)


def drift_counts(counts: Mapping[Op, int] | Mapping[DriftState | Op, int]) -> str:
    """Return ``3 differ, 1 is missing``; what does not occur is left out."""
    # Both are enumerations of text, and so is what is looked up here.
    found = {str(state): count for state, count in counts.items()}
    parts = [(found.get(state, 0), one, many) for state, one, many in _DRIFT_WORDS]
    return ", ".join(f"{count:,} {one if count == 1 else many}" for count, one, many in parts if count)


def known_words(known: int) -> str:
    """Return what a baseline leaves out of a drift report; empty for nothing."""
    return f"{known:,} known by the baseline, left out." if known else ""


def pending_words(pending: int) -> str:
    """Return what of a comparison is no drift, as only git moved on; empty for nothing."""
    return f"{counted(pending, 'change')} pending in git: see reconciler plan." if pending else ""


def outside_words(left_alone: Sequence[object]) -> str:
    """Return what goes on after "Changed outside"."""
    but = ", but for what is left alone" if left_alone else ""
    return f" since the last apply: applying this makes it what the manifests say{but}"


def left_alone_words(count: int) -> str:
    """Return how much a plan does not touch; the warnings say why."""
    return f"{counted(count, 'resource')} left alone: see above."


def apply_summary(ended: ApplyEnded) -> str:
    """Return ``Applied 3 changes in 1.2 s.``, or every count where not all went well."""
    wrong = [
        f"{count:,} {word}"
        for count, word in (
            (ended.failed, "failed"),
            (ended.skipped, "skipped"),
            (ended.unknown, "of unknown outcome"),
            (ended.left_alone, "left alone"),
        )
        if count
    ]
    if not wrong and not ended.interrupted:
        return f"Applied {counted(ended.applied, 'change')} in {duration(ended.seconds)}."
    word = "Interrupted" if ended.interrupted else "Applied in part" if ended.applied else "Not applied"
    return f"{word}: {', '.join([f'{ended.applied:,} applied', *wrong])} in {duration(ended.seconds)}."


def duration(seconds: float) -> str:
    """Return ``40 ms``, ``1.2 s`` or ``3 min 05 s``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02} s"


def moment(then: datetime) -> str:
    """Return a time as ``2026-11-20 09:12 UTC``."""
    return f"{then.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def ago(then: datetime, *, now: datetime) -> str:
    """Return ``3 days ago``; ``just now`` under a minute and for clocks that disagree."""
    seconds = (now - then).total_seconds()
    for length, unit in _AGES:
        if seconds >= length:
            return f"{counted(int(seconds // length), unit)} ago"
    return "just now"


def place(identity: PlatformIdentity) -> str:
    """Return which platform and organization is meant."""
    return f"{_NAMES.get(identity.kind, identity.kind)} at {identity.endpoint}, organization {identity.org_id}"


def part(scope: Scope) -> str:
    """Return the flags that left something out; empty when everything was planned."""
    flags = [f"--target {address}" for address in scope.targets or ()]
    flags += [f"--exclude {address}" for address in scope.excludes]
    flags += [f"--label {name}={value}" for name, value in scope.labels]
    return " ".join(flags)


def _kind_words(kind: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()

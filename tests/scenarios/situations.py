"""Every situation that a plan can find, by closed sets: how it comes about, and how each command then leaves.

===================  ====  ==================  =====  =====
situation            plan  detailed exit code  drift  apply
===================  ====  ==================  =====  =====
a kind of change     0     2                   0      0
a kind of drift      0     2                   2      0
what is pending      0     2                   0      0
nothing              0     0                   0      0
what a guard refuses 3     3                   0      3
what is left alone   0     2                   2      5
===================  ====  ==================  =====  =====

Drift that a guard refuses to delete is drift, and 2. Beside what is left alone there is another change here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from reconciler.domain.requests import CreateActionRequest, UpdateActionRequest
from reconciler.plan.model import DriftState, Guard, Op
from tests.scenarios.conftest import Folder
from tests.scenarios.test_ownership import PROJECT, live


class Nothing(StrEnum):
    """The situation in which there is nothing to do."""

    NOTHING = "nothing"


class LeftAlone(StrEnum):
    """The situation in which somebody made anew what was ours."""

    MADE_ANEW = "made-anew"


Kind = Op | DriftState | Guard | LeftAlone | Nothing

#: Every situation there is: a new operation, state of drift or guard is one more.
KINDS: Final[tuple[Kind, ...]] = (*Op, *DriftState, *Guard, *LeftAlone, *Nothing)


@dataclass(frozen=True)
class Situation:
    """How it comes about in a project that was applied.

    ``changes`` are the operations that a plan then shows, and ``drifted`` the states that drift tells, by address;
    ``flags`` are what a plan needs so that no guard refuses it, unless that is what the situation is about; ``back`` is
    what rolling back shows after it was applied.
    """

    make: Callable[[Folder], None]
    changes: Mapping[str, Op] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    drifted: Mapping[str, DriftState] = field(default_factory=dict)
    back: Mapping[str, Op] = field(default_factory=dict)


def prepare(folder: Folder, kind: Kind) -> None:
    """Make a project with an inventory, two actions and a trigger, apply it, and bring the situation about."""
    folder.write("reconciler.yaml", PROJECT)
    folder.action("ingest")
    folder.action("report")
    folder.trigger("on_bag", action="ingest")
    _apply(folder)
    SITUATIONS[kind].make(folder)


def plan_code(kind: Kind, *, is_detailed: bool = False) -> int:
    """Return what ``plan`` leaves with."""
    match kind:
        case Guard():
            return 3
        case Nothing():
            return 0
        case Op() | DriftState() | LeftAlone():
            return 2 if is_detailed else 0


def drift_code(kind: Kind) -> int:
    """Return what ``drift`` leaves with."""
    return 2 if SITUATIONS[kind].drifted else 0


def apply_code(kind: Kind) -> int:
    """Return what ``apply`` leaves with."""
    match kind:
        case Guard():
            return 3
        case LeftAlone():
            return 5
        case Op() | DriftState() | Nothing():
            return 0


def _apply(folder: Folder, *flags: str) -> None:
    ended = folder.run("apply", "--auto-approve", *flags)
    assert ended.code == 0, ended.said


def _remove(folder: Folder, *names: str) -> None:
    for name in names:
        (folder.path / f"{name}.yaml").unlink()


def _nothing(folder: Folder) -> None:
    """Leave everything as it is."""


def _create(folder: Folder) -> None:
    folder.action("fresh")


def _update(folder: Folder) -> None:
    folder.action("ingest", uri="img:2")


def _delete(folder: Folder) -> None:
    _remove(folder, "report")


def _adopt(folder: Folder) -> None:
    live(folder).create_action(CreateActionRequest(name="theirs", uri="img:1"))
    folder.action("theirs", more="lifecycle: {adopt: true}\n")


def _rename(folder: Folder) -> None:
    _remove(folder, "report")
    folder.action("summary", more="lifecycle: {renamed_from: report}\n")


def _forget(folder: Folder) -> None:
    folder.action("report", more="lifecycle: {on_remove: forget}\n")
    _apply(folder)
    _remove(folder, "report")


def _by_hand(folder: Folder) -> None:
    live(folder).update_action("ingest", UpdateActionRequest(uri="img:by-hand"))


def _both(folder: Folder) -> None:
    _by_hand(folder)
    _update(folder)


def _missing(folder: Folder) -> None:
    live(folder).delete_action("report")


def _made_anew(folder: Folder) -> None:
    _missing(folder)
    live(folder).create_action(CreateActionRequest(name="report", uri="img:theirs"))
    _update(folder)


def _not_ours(folder: Folder) -> None:
    live(folder).create_action(CreateActionRequest(name="theirs", uri="img:1"))
    folder.action("theirs")


def _protected(folder: Folder) -> None:
    folder.action("report", more="lifecycle: {protect: true}\n")
    _apply(folder)
    _remove(folder, "report")


def _in_use(folder: Folder) -> None:
    live(folder).create_action(CreateActionRequest(name="child", inherits={"name": "report"}))
    _remove(folder, "report")


def _drifted(folder: Folder) -> None:
    live(folder).update_action("report", UpdateActionRequest(uri="img:by-hand"))
    _remove(folder, "report")


def _many(folder: Folder) -> None:
    names = [f"more_{number}" for number in range(4)]
    for name in names:
        folder.action(name)
    _apply(folder)
    _remove(folder, *names)


def _empty(folder: Folder) -> None:
    _remove(folder, "ingest", "report", "on_bag")
    folder.write(
        "shared.yaml",
        "apiVersion: reconciler/v1\nkind: ParameterSet\nmetadata: {name: topics}\nspec: {parameters: {topics: {}}}\n",
    )


_INGEST, _REPORT, _THEIRS = "action.ingest", "action.report", "action.theirs"
_GONE: Final = {_REPORT: Op.DELETE}
_BACK: Final = {_INGEST: Op.UPDATE}
_ALL_GONE: Final = {_INGEST: Op.DELETE, "trigger.on_bag": Op.DELETE, **_GONE}
_MORE_GONE: Final = {f"action.more_{number}": Op.DELETE for number in range(4)}

SITUATIONS: Final[Mapping[Kind, Situation]] = {
    Op.ADOPT: Situation(_adopt, {_THEIRS: Op.ADOPT}),
    Op.CREATE: Situation(_create, {"action.fresh": Op.CREATE}, back={"action.fresh": Op.DELETE}),
    Op.RENAME: Situation(
        _rename,
        {"action.summary": Op.RENAME, **_GONE},
        ("--prune",),
        back={_REPORT: Op.CREATE, "action.summary": Op.DELETE},
    ),
    Op.UPDATE: Situation(_update, {_INGEST: Op.UPDATE}, back=_BACK),
    Op.DELETE: Situation(_delete, _GONE, ("--prune",), back={_REPORT: Op.CREATE}),
    Op.FORGET: Situation(_forget, {_REPORT: Op.FORGET}),
    DriftState.PENDING: Situation(_update, {_INGEST: Op.UPDATE}, back=_BACK),
    DriftState.DRIFT: Situation(_by_hand, {_INGEST: Op.UPDATE}, drifted={_INGEST: DriftState.DRIFT}, back=_BACK),
    DriftState.BOTH: Situation(_both, {_INGEST: Op.UPDATE}, drifted={_INGEST: DriftState.BOTH}, back=_BACK),
    DriftState.MISSING: Situation(_missing, {_REPORT: Op.CREATE}, drifted={_REPORT: DriftState.MISSING}, back=_GONE),
    LeftAlone.MADE_ANEW: Situation(_made_anew, {_INGEST: Op.UPDATE}, drifted={_REPORT: DriftState.MISSING}, back=_BACK),
    Guard.NOT_OURS: Situation(_not_ours),
    Guard.PROTECTED: Situation(_protected, _GONE, ("--prune",)),
    Guard.IN_USE: Situation(_in_use, _GONE, ("--prune",)),
    Guard.DRIFTED: Situation(_drifted, _GONE, ("--prune",), {_REPORT: DriftState.BOTH}),
    Guard.PRUNE: Situation(_delete, _GONE),
    Guard.MANY_DELETIONS: Situation(_many, _MORE_GONE, ("--prune",)),
    Guard.EMPTY: Situation(_empty, _ALL_GONE, ("--prune", "--allow-many-deletions")),
    # The latest apply is then the one that made everything.
    Nothing.NOTHING: Situation(_nothing, back=_ALL_GONE),
}

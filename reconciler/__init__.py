"""Declarative actions and triggers for the Roboto platform: validate, plan, apply, drift.

The names below are the public surface; each is loaded when it is first used, so that importing this package costs
nothing. The platform's domain is :mod:`reconciler.actions`; what queries and updates of it are written with is here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reconciler.config import Flags, Settings
    from reconciler.diagnostics import Diagnostic, Severity, Span
    from reconciler.domain.address import Address, Kind
    from reconciler.domain.changesets import MetadataChangeset
    from reconciler.domain.conditions import Condition, ConditionGroup
    from reconciler.domain.notset import NotSet
    from reconciler.domain.queries import QuerySpecification
    from reconciler.errors import ReconcilerError
    from reconciler.plan.drift import Drift
    from reconciler.plan.model import Change, FieldChange, Op, Plan, Scope
    from reconciler.project import Project

__version__ = "0.1.0"

__all__ = [
    "Address",
    "Change",
    "Condition",
    "ConditionGroup",
    "Diagnostic",
    "Drift",
    "FieldChange",
    "Flags",
    "Kind",
    "MetadataChangeset",
    "NotSet",
    "Op",
    "Plan",
    "Project",
    "QuerySpecification",
    "ReconcilerError",
    "Scope",
    "Settings",
    "Severity",
    "Span",
    "__version__",
]

_HOMES: Final = {
    "Address": "reconciler.domain.address",
    "Change": "reconciler.plan.model",
    "Condition": "reconciler.domain.conditions",
    "ConditionGroup": "reconciler.domain.conditions",
    "Diagnostic": "reconciler.diagnostics",
    "Drift": "reconciler.plan.drift",
    "FieldChange": "reconciler.plan.model",
    "Flags": "reconciler.config",
    "Kind": "reconciler.domain.address",
    "MetadataChangeset": "reconciler.domain.changesets",
    "NotSet": "reconciler.domain.notset",
    "Op": "reconciler.plan.model",
    "Plan": "reconciler.plan.model",
    "Project": "reconciler.project",
    "QuerySpecification": "reconciler.domain.queries",
    "ReconcilerError": "reconciler.errors",
    "Scope": "reconciler.plan.model",
    "Settings": "reconciler.config",
    "Severity": "reconciler.diagnostics",
    "Span": "reconciler.diagnostics",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

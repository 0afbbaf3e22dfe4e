"""``Rule``: a named check with its documentation, and ``Finding``: what a check says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reconciler.diagnostics import Diagnostic, Severity, Span

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found.

    Attributes:
        summary: What is doubtful, one line, no full stop; never holds a value that may be secret.
        span: Where.
        hint: What to do, one line.
        severity: The rule's own where it is None.
    """

    summary: str
    span: Span
    hint: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Rule(Generic[Subject]):
    """A check of lint; its name and its documentation are those of the function.

    Attributes:
        check: Returns what it finds in a subject. Its docstring says in the first line what is found, then why that
            matters, with a bad and a good example.
        severity: Of what it finds, unless a finding says otherwise.
        is_default: Whether it runs when nobody selects rules.
    """

    check: Callable[[Subject], Iterable[Finding]]
    severity: Severity = Severity.WARNING
    is_default: bool = True

    @property
    def name(self) -> str:
        """The name users write, such as ``unpinned-image``."""
        return self.check.__name__.replace("_", "-")

    @property
    def documentation(self) -> str:
        """What is found, why that matters, and examples; Markdown."""
        return inspect.getdoc(self.check) or ""

    @property
    def summary(self) -> str:
        """What is found, in one line."""
        return self.documentation.partition("\n")[0]

    def diagnostics(self, subject: Subject) -> list[Diagnostic]:
        """Return what the rule finds."""
        return [
            Diagnostic(self.name, each.summary, each.span, each.hint, severity=each.severity or self.severity)
            for each in self.check(subject)
        ]

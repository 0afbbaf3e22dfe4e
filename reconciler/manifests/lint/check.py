"""``lint``: loaded manifests to everything the rules find in them, less what comments ignore with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, Severity, in_order
from reconciler.manifests.files import Found
from reconciler.manifests.lint.catalogue import COMMENT_RULES, RULES, names, selected
from reconciler.manifests.lint.comments import ignore_comments
from reconciler.manifests.lint.ignores import judged
from reconciler.manifests.lint.subject import Manifests
from reconciler.manifests.loader import Loading


def manifests_of(loading: Loading, found: Found) -> Manifests:
    """Return what was loaded as rules look at it; ``found`` saves reading its files again."""
    read = {file.name: file.text for file in found.files}
    texts = {name: read.get(name) or loading.origins.text(name) or "" for name in loading.files}
    return Manifests(loading.desired.resources, loading.sets, loading.origins, texts)


def lint(manifests: Manifests, *, rules: Collection[str] | None = None) -> tuple[Diagnostic, ...]:
    """Return what the rules of these names find, by place in order; the default rules where none are given."""
    checked = selected() if rules is None else rules
    found = [each for rule in RULES if rule.name in checked for each in rule.diagnostics(manifests)]
    comments = [each for file, text in manifests.texts.items() for each in ignore_comments(text, file=file)]
    result = judged(found, comments, checked=[rule.name for rule in RULES if rule.name in checked], known=names())
    about = [each for rule in COMMENT_RULES if rule.name in checked for each in rule.diagnostics(result)]
    return in_order([*result.kept, *about])


def strictly(diagnostics: Iterable[Diagnostic], *, rules: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return the diagnostics with whatever these rules found as errors; every warning where no rules are given."""
    return tuple(replace(each, severity=Severity.ERROR) if _is_meant(each, rules) else each for each in diagnostics)


def _is_meant(diagnostic: Diagnostic, rules: Collection[str]) -> bool:
    return diagnostic.rule in rules if rules else diagnostic.severity is Severity.WARNING

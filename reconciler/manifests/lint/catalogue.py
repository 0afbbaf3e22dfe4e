"""Every rule there is, and how rules are chosen by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from reconciler.diagnostics import Severity
from reconciler.manifests.lint.conditions import impossible_condition, unknown_condition_field
from reconciler.manifests.lint.descriptions import missing_description, missing_timeout
from reconciler.manifests.lint.ignores import Judged, illegal_ignore, unused_ignore
from reconciler.manifests.lint.images import image_without_digest, unpinned_image
from reconciler.manifests.lint.loops import own_output_loop
from reconciler.manifests.lint.rule import Rule
from reconciler.manifests.lint.secrets import literal_secret
from reconciler.manifests.lint.sets import unused_parameter_set
from reconciler.manifests.lint.shadows import shadowed_trigger
from reconciler.manifests.lint.subject import Manifests
from reconciler.manifests.lint.triggers import redundant_pattern, trigger_created_enabled, trigger_without_condition
from reconciler.manifests.suggestions import did_you_mean

#: Rules about manifests.
RULES: Final[tuple[Rule[Manifests], ...]] = (
    Rule(literal_secret, Severity.WARNING),
    Rule(unpinned_image, Severity.WARNING),
    Rule(own_output_loop, Severity.WARNING),
    Rule(shadowed_trigger, Severity.WARNING),
    Rule(unknown_condition_field, Severity.WARNING),
    Rule(impossible_condition, Severity.WARNING),
    Rule(redundant_pattern, Severity.WARNING),
    Rule(unused_parameter_set, Severity.WARNING),
    Rule(trigger_created_enabled, Severity.NOTE),
    Rule(trigger_without_condition, Severity.NOTE),
    Rule(missing_description, Severity.NOTE),
    Rule(missing_timeout, Severity.NOTE, is_default=False),
    Rule(image_without_digest, Severity.NOTE, is_default=False),
)

#: Rules about the comments that ignore others.
COMMENT_RULES: Final[tuple[Rule[Judged], ...]] = (
    Rule(illegal_ignore, Severity.WARNING),
    Rule(unused_ignore, Severity.WARNING),
)

#: Words that select several rules.
ALL: Final = "all"
DEFAULT: Final = "default"

AnyRule = Rule[Manifests] | Rule[Judged]


class UnknownRule(ValueError):
    """A name that no rule has; ``hint`` says which one was probably meant."""

    def __init__(self, name: str) -> None:
        super().__init__(f'there is no rule "{name}"')
        self.hint = did_you_mean(name, names())


def every_rule() -> tuple[AnyRule, ...]:
    """Return all rules, in the order of the documentation."""
    return (*RULES, *COMMENT_RULES)


def names() -> tuple[str, ...]:
    """Return the names of all rules."""
    return tuple(rule.name for rule in every_rule())


def documentation() -> dict[str, str]:
    """Return what each rule finds and why that matters, by its name; Markdown."""
    return {rule.name: rule.documentation for rule in every_rule()}


def rule_named(name: str) -> AnyRule:
    """Return the rule of a name.

    Raises:
        UnknownRule: There is none.
    """
    for rule in every_rule():
        if rule.name == name:
            return rule
    raise UnknownRule(name)


def selected(select: Sequence[str] = (), *, ignore: Iterable[str] = ()) -> frozenset[str]:
    """Return the names of the rules to check: those selected, else the default ones, less those to ignore.

    Raises:
        UnknownRule: A name is of no rule, and neither ``all`` nor ``default``.
    """
    chosen = {name for word in select or (DEFAULT,) for name in _meant(word)}
    return frozenset(chosen - {rule_named(name).name for name in ignore})


def _meant(word: str) -> Iterable[str]:
    if word == ALL:
        return names()
    if word == DEFAULT:
        return [rule.name for rule in every_rule() if rule.is_default]
    return [rule_named(word).name]

"""Variables: ``${var.name}`` in the values of a manifest becomes the variable's value.

=================================  =================================================================
``${var.memory}`` as whole value   the value, a number stays a number and a boolean a boolean
``image:${var.tag}``               the value as text, in its place
``$${var.tag}``                    the text ``${var.tag}``; anything else with ``$`` is text as well
=================================  =================================================================

There is no code in a reference, and a value is never looked at for references again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconciler.manifests.core_schema import NotJson, resolved
from reconciler.manifests.problems import Problem, Step, pointer_of

if TYPE_CHECKING:
    from reconciler.domain.values import Json
    from reconciler.manifests.project_settings import Scalar, VariableType

#: What a text holds that refers to a variable, legally or not; quick to look for in a whole file.
HINT: Final = re.compile(r"\$\{\s*var\.")

_REFERENCE: Final = re.compile(r"(\$?)\$\{(\s*var\.[^{}]*)(\}?)")
_NAME: Final = re.compile(r"var\.([a-z0-9_]+)")


@dataclass(frozen=True, slots=True)
class Variables:
    """The values of variables by name; ``unset`` has those without a value, and what would give them one."""

    values: Mapping[str, Scalar] = field(default_factory=dict)
    unset: Mapping[str, str] = field(default_factory=dict)


def is_of(type_: VariableType, value: Scalar) -> bool:
    """Return True for a value that a variable of this type can have."""
    match type_:
        case "string":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)


def value_of(text: str, type_: VariableType) -> Scalar | None:
    """Return the value that a text means to a variable of this type, as YAML would; None when it means none."""
    if type_ == "string":
        return text
    try:
        value = resolved(text.strip())
    except NotJson:
        return None
    return value if value is not None and is_of(type_, value) else None


def has_reference(document: Json) -> bool:
    """Return True when a value or a key of a document holds what looks like a reference, escaped or not."""
    if isinstance(document, str):
        return HINT.search(document) is not None
    if isinstance(document, dict):
        return any(has_reference(key) or has_reference(value) for key, value in document.items())
    return isinstance(document, list) and any(map(has_reference, document))


def escaped(value: Json) -> Json:
    """Return what to write so that :func:`substituted` gives this very value, whatever texts are in it."""
    if isinstance(value, str):
        return HINT.sub(lambda found: f"${found[0]}", value) if "${" in value else value
    if isinstance(value, dict):
        return {key: escaped(member) for key, member in value.items()}
    return [escaped(member) for member in value] if isinstance(value, list) else value


def substituted(document: Json, variables: Variables) -> tuple[Json, list[Problem]]:
    """Return a document with the values of variables in it, and what is wrong with its references."""
    substitution = _Substitution(variables)
    return substitution.of(document, ()), substitution.problems


@dataclass(slots=True)
class _Substitution:
    variables: Variables
    problems: list[Problem] = field(default_factory=list)

    def of(self, value: Json, path: tuple[Step, ...]) -> Json:
        if isinstance(value, str):
            return self._text(value, path) if "${" in value else value
        if isinstance(value, dict):
            for key in value:
                self._refuse_key(key, (*path, key))
            return {key: self.of(member, (*path, key)) for key, member in value.items()}
        if isinstance(value, list):
            return [self.of(member, (*path, index)) for index, member in enumerate(value)]
        return value

    def _text(self, text: str, path: tuple[Step, ...]) -> Scalar:
        whole = _REFERENCE.fullmatch(text)
        if whole is not None and not whole[1]:
            return self._value(whole, path)
        return _REFERENCE.sub(lambda found: self._as_text(found, path), text)

    def _as_text(self, found: re.Match[str], path: tuple[Step, ...]) -> str:
        if found[1]:
            return found[0][1:]
        value = self._value(found, path)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _value(self, found: re.Match[str], path: tuple[Step, ...]) -> Scalar:
        """Return the value that is referred to; the reference itself where it has none, which is a problem."""
        name = _NAME.fullmatch(found[2])
        if name is None or not found[3]:
            self._report("illegal-reference", f"{found[0]} is no legal reference", path, "write ${var.name}")
            return found[0]
        variables = self.variables
        if name[1] in variables.values:
            return variables.values[name[1]]
        if name[1] in variables.unset:
            hint = variables.unset[name[1]]
            self._report("variable-without-value", f'the variable "{name[1]}" has no value here', path, hint)
            return found[0]
        from reconciler.manifests.suggestions import did_you_mean

        hint = did_you_mean(name[1], [*variables.values, *variables.unset])
        hint = hint or "declare it under spec.variables of reconciler.yaml, or write $${var. for the text"
        self._report("undefined-variable", f'there is no variable "{name[1]}"', path, hint)
        return found[0]

    def _refuse_key(self, key: str, path: tuple[Step, ...]) -> None:
        if "${" not in key or not any(not found[1] for found in _REFERENCE.finditer(key)):
            return
        problem = Problem(
            "illegal-reference",
            f'the key "{key}" refers to a variable',
            pointer_of(path),
            "only values can; write the key itself, or an overlay for each environment",
            at_key=True,
        )
        self.problems.append(problem)

    def _report(self, rule: str, summary: str, path: tuple[Step, ...], hint: str) -> None:
        self.problems.append(Problem(rule, summary, pointer_of(path), hint))

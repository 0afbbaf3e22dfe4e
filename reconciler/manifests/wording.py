"""What a schema finds wrong, in our words: one problem for each thing to fix, with what to write instead.

========================  =======================================================
keyword of the schema     rule of the problem
========================  =======================================================
additionalProperties      unknown-key
required                  missing-key (illegal-compute for memory)
type                      wrong-type
enum, const               illegal-value (illegal-compute for vCPU and memory)
pattern                   illegal-name, blank-text, illegal-text
not                       excluded-by-inherits
others                    illegal-value
========================  =======================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reconciler.domain.address import Kind, name_problem
from reconciler.domain.secrets import names_a_secret
from reconciler.domain.values import LEGAL_MEMORY, compute_problem
from reconciler.manifests.models import API_VERSION
from reconciler.manifests.parts import DEFAULT_MEMORY, DEFAULT_VCPU
from reconciler.manifests.problems import Problem, Step, path_in, pointer_of
from reconciler.manifests.suggestions import closest, did_you_mean
from reconciler.manifests.texts import NAME_PATTERNS, PATTERN_WORDS

if TYPE_CHECKING:
    from jsonschema import ValidationError

    from reconciler.domain.values import Json

#: Keys people bring from elsewhere, by what they are called here.
_CALLED_HERE: Final = {
    "image": "uri",
    "image_uri": "uri",
    "env": "env_vars",
    "environment": "env_vars",
    "inputs": "required_inputs",
    "action": "action_name",
    "values": "parameter_values",
    "entrypoint": "entry_point",
    "cpu": "vCPU",
}
_TYPE_WORDS: Final = {
    "string": "a string",
    "object": "a mapping",
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "nothing",
}
#: Which problem of a value is told when the schema finds several: the first of these.
_RANK: Final = ("type", "const", "enum", "pattern")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one keyword of the schema found: which keyword, what it wants, what is there instead, and where.

    ``is_key`` when the value is a key of a mapping; ``known`` are the keys that are legal there.
    """

    keyword: str
    expected: Any
    value: Any
    path: tuple[Step, ...]
    message: str
    is_key: bool
    known: tuple[str, ...]

    @classmethod
    def of(cls, error: ValidationError) -> Finding:
        """Take from an error of jsonschema what the words need."""
        schema = error.schema if isinstance(error.schema, Mapping) else {}
        keyword: Any = error.validator
        return cls(
            keyword=keyword,
            expected=error.validator_value,
            value=error.instance,
            path=tuple(error.absolute_path),
            message=error.message,
            is_key="propertyNames" in error.absolute_schema_path,
            known=tuple(schema.get("properties", ())),
        )


def worded(errors: Iterable[ValidationError], *, document: Json, kind: str) -> list[Problem]:
    """Return one problem for each thing to fix in a document."""
    by_place: dict[tuple[str, bool], tuple[int, Problem]] = {}
    for found in map(Finding.of, errors):
        for problem in _problems(found, document, kind):
            place = (problem.pointer, problem.at_key)
            rank = _RANK.index(found.keyword) if found.keyword in _RANK else len(_RANK)
            if place not in by_place or rank < by_place[place][0]:
                by_place[place] = (rank, problem)
    return _without_misspelt([problem for _, problem in by_place.values()])


def _without_misspelt(problems: list[Problem]) -> list[Problem]:
    """Drop a missing key where an unknown one beside it was meant to be that key."""
    meant = {
        (problem.pointer.rpartition("/")[0], problem.hint) for problem in problems if problem.rule == "unknown-key"
    }
    return [problem for problem in problems if problem.rule != "missing-key" or not _is_meant(problem.pointer, meant)]


def _is_meant(pointer: str, meant: set[tuple[str, str]]) -> bool:
    parent, _, key = pointer.rpartition("/")
    return (parent, f'did you mean "{key}"?') in meant


def _problems(found: Finding, document: Json, kind: str) -> Iterator[Problem]:
    if found.is_key:
        yield _illegal_key(found)
        return
    match found.keyword:
        case "additionalProperties":
            yield from _unknown_keys(found, kind)
        case "required":
            yield from _missing_keys(found, kind)
        case "type":
            yield _wrong_type(found)
        case "enum" | "const":
            yield _illegal_choice(found, document)
        case "pattern":
            yield _illegal_text(found, kind)
        case "not":
            yield _excluded(found)
        case _:
            yield _out_of_bounds(found)


def _unknown_keys(found: Finding, kind: str) -> Iterator[Problem]:
    known = found.known
    for key in found.value:
        if key in known:
            continue
        renamed = _CALLED_HERE.get(key)
        hint = f'did you mean "{renamed}"?' if renamed in known else did_you_mean(key, known)
        if key == "name" and found.path == ("spec",):
            hint = "the name stands under metadata"
        yield Problem(
            "unknown-key",
            f'unknown key "{key}" in {_place(found.path, kind)}',
            pointer_of((*found.path, key)),
            hint,
            at_key=True,
        )


def _missing_keys(found: Finding, kind: str) -> Iterator[Problem]:
    for key in found.expected:
        if key in found.value:
            continue
        if key == "memory":
            yield _missing_memory(found.value["vCPU"], found.path)
            continue
        yield Problem(
            "missing-key",
            f'{_place(found.path, kind)} lacks "{key}"',
            pointer_of((*found.path, key)),
            _missing_hint(key),
        )


#: What to write for a key that everybody has to, where its name alone does not say it.
_MISSING_HINTS: Final = {
    "apiVersion": f"write apiVersion: {API_VERSION}",
    "metadata": "write metadata: { name: ... }",
}


def _missing_hint(key: str) -> str:
    return _MISSING_HINTS.get(key, f'add "{key}"')


def _missing_memory(vcpu: int, path: tuple[Step, ...]) -> Problem:
    return Problem(
        "illegal-compute",
        f"memory must be given with vCPU {vcpu}: the default of {DEFAULT_MEMORY} MiB does not go with it",
        pointer_of((*path, "vCPU")),
        f"choose one of {', '.join(map(str, LEGAL_MEMORY[int(vcpu)]))}",
    )


def _wrong_type(found: Finding) -> Problem:
    wanted = found.expected if isinstance(found.expected, list) else [found.expected]
    # A text where a map belongs may be one of the map's entries, written as NAME=VALUE.
    secret = "object" in wanted or any(isinstance(step, str) and names_a_secret(step) for step in found.path)
    summary = (
        f"expected {_either([_TYPE_WORDS[name] for name in wanted])}, got {_described(found.value, secret=secret)}"
    )
    hint = _fix(found.value, wanted, found.path, secret=secret)
    quoted = _scalar(found.value) if wanted == ["string"] and not secret and _is_plain(found.value) else ""
    return Problem("wrong-type", summary, pointer_of(found.path), hint, quoted=quoted)


def _fix(value: Any, wanted: list[str], path: tuple[Step, ...], *, secret: bool) -> str:
    key = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
    if isinstance(value, str) and _shortened(value) != value:
        return ""  # nobody copies that much from a hint
    if wanted == ["object"] and key and (value is None or _is_parameter(path)):
        return f"write {key}{'{}' if value is None else '{ default: ... }'}"
    if value is None:
        return f'write a value, or remove "{path[-1]}"' if key else "write a value, or remove the entry"
    if wanted == ["string"] and _is_plain(value):
        return "put the value in quotes" if secret else f'write {key}"{_scalar(value)}"'
    if wanted == ["boolean"] and str(value).lower() in ("true", "false", "yes", "no", "on", "off"):
        return f"write {key}{'true' if str(value).lower() in ('true', 'yes', 'on') else 'false'}"
    if wanted == ["integer"] and isinstance(value, str) and value.isdecimal():
        return f"write {key}{value}, without quotes"
    if wanted == ["array"] and isinstance(value, str) and not secret:
        return f'write {key}["{value}"]'
    return ""


def _is_plain(value: Any) -> bool:
    """Return True for what is text once it stands in quotes."""
    return isinstance(value, bool | int | float)


def _is_parameter(path: tuple[Step, ...]) -> bool:
    return len(path) == 3 and path[:2] == ("spec", "parameters") and isinstance(path[2], str)


def _described(value: Any, *, secret: bool = False) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return _TYPE_WORDS["object" if isinstance(value, dict) else "array"]
    name = "text" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "number"
    if secret:
        return name if isinstance(value, str) else f"a {name}"
    return f'the {name} "{_shortened(value)}"' if isinstance(value, str) else f"the {name} {_scalar(value)}"


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def _illegal_choice(found: Finding, document: Json) -> Problem:
    pointer = pointer_of(found.path)
    if found.path[-1] in ("vCPU", "memory"):
        return _illegal_compute(found, document)
    legal = list(found.expected) if found.keyword == "enum" else [found.expected]
    if legal == [False]:
        return Problem(
            "illegal-value", "the platform offers no GPU", pointer, f'remove "{found.path[-1]}", or write false'
        )
    summary = f'{_described(found.value)} is not legal for "{_named(found.path)}"'
    near = closest(found.value, map(str, legal)) if isinstance(found.value, str) else None
    if len(legal) == 1:
        return Problem("illegal-value", summary, pointer, f"write {found.path[-1]}: {legal[0]}")
    choices = ", ".join(map(str, legal))
    if near is None:
        return Problem("illegal-value", summary, pointer, f"choose one of {choices}")
    return Problem("illegal-value", summary, pointer, f'did you mean "{near}"?', f"legal: {choices}")


def _illegal_compute(found: Finding, document: Json) -> Problem:
    pointer = pointer_of(found.path)
    if found.path[-1] == "vCPU":
        problem = compute_problem(found.value, 0) if isinstance(found.value, int) else None
        return Problem("illegal-compute", problem or "vCPU is not offered", pointer)
    legal = found.expected
    vcpu = next(units for units, memory in LEGAL_MEMORY.items() if list(memory) == legal)
    _, is_written = path_in(document, pointer_of((*found.path[:-1], "vCPU")))
    hint = "" if is_written else f"vCPU is {DEFAULT_VCPU} when left out"
    problem = compute_problem(vcpu, found.value) if isinstance(found.value, int) else None
    return Problem("illegal-compute", problem or "this memory is not offered", pointer, hint)


def _illegal_text(found: Finding, kind: str) -> Problem:
    pointer = pointer_of(found.path)
    pattern = found.expected
    if pattern in NAME_PATTERNS:
        return Problem("illegal-name", _name_words(found.value, pattern, kind), pointer)
    rule, words = PATTERN_WORDS[pattern]
    return Problem(rule, f'"{_named(found.path)}" {words}', pointer)


def _name_words(name: str, pattern: str, kind: str) -> str:
    of_kind = NAME_PATTERNS[pattern]
    problem = name_problem(of_kind or Kind.ACTION, name)
    return problem or f'"{name}" is not a legal name for {kind}'


def _illegal_key(found: Finding) -> Problem:
    key = found.value
    rule, words = PATTERN_WORDS[found.expected]
    hint = f'write "{key.replace(".", "_")}"' if rule == "dotted-key" and key else ""
    return Problem(
        rule, f'the key "{key}" of {_named(found.path)} {words}', pointer_of((*found.path, key)), hint, at_key=True
    )


def _excluded(found: Finding) -> Problem:
    return Problem(
        "excluded-by-inherits",
        f'an action that inherits cannot have "{found.path[-1]}": it comes from the parent',
        pointer_of(found.path),
        f'remove "{found.path[-1]}", or remove "inherits"',
        at_key=True,
    )


def _out_of_bounds(found: Finding) -> Problem:
    name, limit = _named(found.path), found.expected
    match found.keyword:
        case "maxLength":
            summary = f"{name} has {len(found.value)} characters, at most {limit} fit"
        case "minItems":
            summary = f"{name} needs at least {limit} {'entry' if limit == 1 else 'entries'}"
        case "minimum":
            summary = f"{name} is {found.value}, at least {limit} is needed"
        case "maximum":
            summary = f"{name} is {found.value}, at most {limit} is possible"
        case _:
            summary = f"{name}: {found.message}"
    return Problem("illegal-value", summary, pointer_of(found.path))


def _named(path: tuple[Step, ...]) -> str:
    """Name a value by its key; an entry of a list by the key of the list."""
    return next((step for step in reversed(path) if isinstance(step, str)), "the document")


def _place(path: tuple[Step, ...], kind: str) -> str:
    """Name the mapping that holds a key."""
    match path:
        case ():
            return kind
        case (part,):
            return f"{kind} {part}"
        case ("spec", "parameters", name):
            return f'parameter "{name}"' if isinstance(name, str) else f"parameter {name + 1}"
        case _:
            return ".".join(str(step) for step in path[1:] if path[0] == "spec") or _named(path)


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"

"""What the embedded platform checks in a record before it is kept: pure, and every problem at once."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.domain.actions import EXCLUDED_BY_INHERITS, SHORT_DESCRIPTION_LIMIT, ActionRecord
from reconciler.domain.address import Kind, name_problem
from reconciler.domain.conditions import ConditionGroup, ConditionType
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerRecord, is_catch_all, patterns_problem
from reconciler.errors import InvalidRequest


def check_action(record: ActionRecord) -> None:
    """Refuse an action the platform would not keep.

    Raises:
        InvalidRequest: The message names every problem.
    """
    _refuse([*_action_problems(record)] or [*_text_problems(record)])


def check_trigger(record: TriggerRecord) -> None:
    """Refuse a trigger the platform would not keep.

    Raises:
        InvalidRequest: The message names every problem.
    """
    _refuse([*_trigger_problems(record)] or [*_text_problems(record)])


def _refuse(problems: list[str]) -> None:
    if problems:
        raise InvalidRequest("; ".join(problems))


def _action_problems(record: ActionRecord) -> Iterator[str]:
    problem = name_problem(Kind.ACTION, record.name)
    if problem is not None:
        yield f"name: {problem}"
    if record.uri is not None and not record.uri.strip():
        yield "uri: must not be blank"
    if len(record.short_description or "") > SHORT_DESCRIPTION_LIMIT:
        yield f"short_description: at most {SHORT_DESCRIPTION_LIMIT} characters fit"
    yield from _timeout_problems(record.timeout)
    yield from _parameter_problems(record)
    yield from _metadata_problems(record.metadata)
    yield from _inheriting_problems(record)


#: Minutes; what a 32 bit integer holds.
_LONGEST_TIMEOUT: Final = 2**31 - 1


def _timeout_problems(timeout: int | None) -> Iterator[str]:
    if timeout is not None and not 1 <= timeout <= _LONGEST_TIMEOUT:
        yield f"timeout: must be 1 to {_LONGEST_TIMEOUT} minutes"


def _parameter_problems(record: ActionRecord) -> Iterator[str]:
    counts = Counter(parameter.name for parameter in record.parameters)
    for name, count in counts.items():
        if not name.strip():
            yield "parameters: a name must not be blank"
        if count > 1:
            yield f'parameters: "{name}" is declared {count} times'


def _metadata_problems(metadata: Mapping[str, Any]) -> Iterator[str]:
    for key, value in metadata.items():
        if not isinstance(value, bool | int | float | str):
            kind = "null" if value is None else type(value).__name__
            yield f'metadata: "{key}" holds {kind}; only texts, numbers and booleans can be kept'
        elif not _is_json(value):
            yield f'metadata: "{key}" is not a value that JSON can hold'


def _inheriting_problems(record: ActionRecord) -> Iterator[str]:
    if record.inherits is None:
        return
    for field in EXCLUDED_BY_INHERITS:
        if getattr(record, field) not in (None, []):
            yield f'{field}: an action that inherits takes it from "{record.inherits.name}"; leave it out'


def _trigger_problems(record: TriggerRecord) -> Iterator[str]:
    problem = name_problem(Kind.TRIGGER, record.name)
    if problem is not None:
        yield f"name: {problem}"
    yield from _pattern_problems(record)
    yield from _timeout_problems(record.timeout)
    for name, value in record.parameter_values.items():
        if not _is_json(value):
            yield f'parameter_values: "{name}" is not a value that JSON can hold'
    if record.condition is not None:
        yield from _condition_problems(record.condition)


def _pattern_problems(record: TriggerRecord) -> Iterator[str]:
    problem = patterns_problem(record.required_inputs)
    if problem is not None:
        yield f"required_inputs: {problem}"
    problem = None if record.additional_inputs is None else patterns_problem(record.additional_inputs)
    if problem is not None:
        yield f"additional_inputs: {problem}; null means none"
    if record.for_each is not TriggerForEachPrimitive.DatasetFile:
        return
    for pattern in filter(is_catch_all, record.required_inputs):
        yield f'required_inputs: "{pattern}" takes every file, which for_each "dataset_file" does not allow'


def _condition_problems(condition: ConditionType) -> Iterator[str]:
    if isinstance(condition, ConditionGroup):
        for member in condition.conditions:
            yield from _condition_problems(member)
    elif isinstance(condition.value, int | float) and not _is_json(condition.value):
        yield f'condition: "{condition.field}" is compared with a number that JSON cannot hold'


def _is_json(value: object) -> bool:
    match value:
        case None | bool() | str():
            return True
        case int():
            return value.bit_length() <= _WIDEST_NUMBER
        case float():
            return math.isfinite(value)
        case list():
            return all(map(_is_json, value))
        case dict():
            return all(isinstance(key, str) and _is_text(key) and _is_json(member) for key, member in value.items())
        case _:
            return False


#: Bits of a whole number; readers of JSON take wider ones for infinite.
_WIDEST_NUMBER: Final = 1024


_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _is_text(text: str) -> bool:
    return not _SURROGATE.search(text)


def _text_problems(record: ActionRecord | TriggerRecord) -> Iterator[str]:
    try:
        record.model_dump_json()
    except ValueError:
        yield "a text holds half of a surrogate pair, which is no character"
        return
    container = (
        record.container_parameters if isinstance(record, ActionRecord) else record.container_parameter_overrides
    )
    variables = (container and container.env_vars) or {}
    metadata = record.metadata if isinstance(record, ActionRecord) else {}
    # Keys are written without complaint, but as another text.
    if not all(map(_is_text, [*variables, *metadata])):
        yield "a key holds half of a surrogate pair, which is no character"

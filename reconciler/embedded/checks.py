"""What the embedded platform checks in a record before it is kept: pure, and every problem at once."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel

from reconciler.domain.actions import EXCLUDED_BY_INHERITS, SHORT_DESCRIPTION_LIMIT, ActionRecord
from reconciler.domain.address import Kind, name_problem
from reconciler.domain.conditions import ConditionGroup, ConditionType
from reconciler.domain.datasets import DatasetRecord, FileRecord
from reconciler.domain.invocations import InvocationRecord
from reconciler.domain.trigger_shapes import InvokeActionTarget, TargetedTriggerRecord
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerRecord, is_catch_all, patterns_problem
from reconciler.domain.values import ContainerParameters
from reconciler.embedded.run_inputs import selection_problems
from reconciler.errors import InvalidRequest


def check_action(record: ActionRecord) -> None:
    """Refuse an action the platform would not keep.

    Raises:
        InvalidRequest: The message names every problem.
    """
    keys = [*_variables(record.container_parameters), *record.metadata]
    _refuse([*_action_problems(record)] or [*_text_problems(record, keys=keys)])


def check_trigger(record: TriggerRecord) -> None:
    """Refuse a trigger the platform would not keep.

    Raises:
        InvalidRequest: The message names every problem.
    """
    keys = _variables(record.container_parameter_overrides)
    _refuse([*_trigger_problems(record)] or [*_text_problems(record, keys=keys)])


def check_targeted_trigger(record: TargetedTriggerRecord, problems: Iterable[str] = ()) -> None:
    """Refuse a trigger of the newer shape that the platform would not keep; ``problems`` are those of its shape.

    Raises:
        InvalidRequest: The message names every problem.
    """
    targets = [target for target in record.targets if isinstance(target, InvokeActionTarget)]
    keys = [key for target in targets for key in _variables(target.container_parameter_overrides)]
    found = [*problems, *_targeted_problems(record, targets)]
    _refuse(found or [*_text_problems(record, keys=keys)])


def check_invocation(record: InvocationRecord, problems: Iterable[str] = ()) -> None:
    """Refuse an invocation the platform would not keep; ``problems`` are those its action found.

    Raises:
        InvalidRequest: The message names every problem.
    """
    found = [*problems, *_timeout_problems(record.timeout), *_value_problems(record.parameter_values)]
    _refuse(found or [*_text_problems(record, keys=_variables(record.container_parameters))])


def check_dataset(record: DatasetRecord) -> None:
    """Refuse a dataset the platform would not keep.

    Raises:
        InvalidRequest: The message names every problem.
    """
    _refuse([*_dataset_problems(record)] or [*_text_problems(record)])


def check_files(records: Iterable[FileRecord]) -> None:
    """Refuse files the platform would not keep.

    Raises:
        InvalidRequest: The message names the first problems, and how many there are.
    """
    _refuse_many([problem for record in records for problem in _file_problems(record)])


def check_paths(paths: Iterable[str]) -> None:
    """Refuse paths that cannot stand for a file inside a dataset.

    Raises:
        InvalidRequest: The message names the first problems, and how many there are.
    """
    _refuse_many([problem for path in paths for problem in _path_problems(path)])


def _refuse_many(problems: list[str]) -> None:
    more = len(problems) - _SHOWN
    _refuse(problems[:_SHOWN] + ([f"and {more} more"] if more > 0 else []))


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
    yield from _value_problems(record.parameter_values)
    if record.condition is not None:
        yield from _condition_problems(record.condition)


def _targeted_problems(record: TargetedTriggerRecord, targets: Iterable[InvokeActionTarget]) -> Iterator[str]:
    problem = name_problem(Kind.TRIGGER, record.name)
    if problem is not None:
        yield f"name: {problem}"
    for target in targets:
        yield from _timeout_problems(target.timeout)
        yield from _value_problems(target.parameter_values)
        if target.invocation_input is not None:
            yield from selection_problems(target.invocation_input, where=f'targets: "{target.target_id}"')
    if record.condition is not None:
        yield from _condition_problems(record.condition)


def _value_problems(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if not _is_json(value):
            yield f'parameter_values: "{name}" is not a value that JSON can hold'


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


#: Files have their problems listed up to here: a folder may hold many, all wrong in the same way.
_SHOWN: Final = 5

#: Characters; older clients hold no more either.
_LONGEST_DATASET_NAME: Final = 120

#: Characters of a path; object stores hold 1,024 bytes.
_LONGEST_PATH: Final = 1024


def _dataset_problems(record: DatasetRecord) -> Iterator[str]:
    if len(record.name or "") > _LONGEST_DATASET_NAME:
        yield f"name: at most {_LONGEST_DATASET_NAME} characters fit"
    for problem in _nested_problems(record.metadata):
        yield f"metadata: {problem}"


def _file_problems(record: FileRecord) -> Iterator[str]:
    path = record.relative_path
    yield from _path_problems(path)
    yield from _uri_problems(record.uri)
    if record.size > _LARGEST_FILE:
        yield f"size: {record.size} bytes are more than a file can have"
    for problem in _nested_problems(record.metadata):
        yield f"metadata: of {path[:100]!r} {problem}"
    for problem in _text_problems(record):
        yield f"{path[:100]!r}: {problem}"


def _uri_problems(uri: str) -> Iterator[str]:
    if not _URI.match(uri):
        yield f'uri: "{uri[:100]}" is none; write a scheme first, as in s3://bucket/key or file:///data/run.bag'
    elif not _can_be_resolved(uri):
        yield f"uri: {uri[:100]!r} leads nowhere: write brackets and control characters percent-encoded, and no NUL"


def _can_be_resolved(uri: str) -> bool:
    """Return False for what nobody can take apart later: whoever deletes the file, and whoever runs on it."""
    try:
        urlsplit(uri)
    except ValueError:
        return False
    return not _CONTROL.search(uri) and "\0" not in unquote(uri)


#: Levels of nested metadata; readers of JSON give up at some depth.
_DEEPEST: Final = 64


def _nested_problems(metadata: Mapping[str, Any]) -> Iterator[str]:
    level: list[object] = [metadata]
    for _ in range(_DEEPEST):
        level = [member for each in level for member in _members(each)]
        if not level:
            break
    if level:
        yield f"is nested more than {_DEEPEST} levels deep"
    elif not _is_json(metadata):
        yield "holds a value that is not JSON"


def _members(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


#: Bytes; what a signed 64 bit integer holds.
_LARGEST_FILE: Final = 2**63 - 1
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f]")


def _path_problems(path: str) -> Iterator[str]:
    """Say why a path is none inside a dataset; the inputs of a run are laid out on disk by it."""
    if not path or len(path) > _LONGEST_PATH:
        yield f"relative_path: {path[:100]!r} must have 1 to {_LONGEST_PATH} characters"
    elif _CONTROL.search(path) or not _is_text(path):
        yield f"relative_path: {path[:100]!r} holds a character that is no text"
    elif any(step in {"", ".", ".."} for step in path.split("/")):
        yield f'relative_path: {path[:100]!r} must lead to a file inside the dataset: no empty, "." or ".." steps'


def _text_problems(record: BaseModel, *, keys: Iterable[str] = ()) -> Iterator[str]:
    try:
        record.model_dump_json()
    except ValueError:
        yield "a text holds half of a surrogate pair, which is no character"
        return
    # Keys are written without complaint, but as another text.
    if not all(map(_is_text, keys)):
        yield "a key holds half of a surrogate pair, which is no character"


def _variables(parameters: ContainerParameters | None) -> Iterable[str]:
    return () if parameters is None else parameters.env_vars or ()

"""What is checked before anything is sent: the fields a query names, and the values a request is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from reconciler.domain.conditions import Condition, ConditionGroup, ConditionType, fields_of
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.values import WireModel
from reconciler.errors import InvalidRequest

Request = TypeVar("Request", bound=WireModel)


def checked_query(
    query: QuerySpecification | None, *, record: type[WireModel], other_names: Mapping[str, str] | None = None
) -> QuerySpecification:
    """Return the query as it is sent; None finds everything.

    Args:
        query: What was asked.
        record: What it searches; a path begins with one of its fields.
        other_names: Fields by the names they also go by.

    Raises:
        ValueError: A condition begins with something else; the message names every such field.
    """
    query = query or QuerySpecification()
    if other_names and query.sort_by is not None:
        query = query.model_copy(update={"sort_by": _renamed(query.sort_by, other_names)})
    if query.condition is None:
        return query
    condition = _with_own_names(query.condition, other_names) if other_names else query.condition
    unknown = sorted({path for path in fields_of(condition) if path.partition(".")[0] not in record.model_fields})
    if unknown:
        known = ", ".join(sorted(record.model_fields))
        raise ValueError(f"{', '.join(unknown)}: a condition begins with one of {known}")
    return query.model_copy(update={"condition": condition})


def built(request: type[Request], operation: str, /, **members: object) -> Request:
    """Return a request of these members.

    Raises:
        InvalidRequest: A member is wrong; the message names every one.
    """
    try:
        return request.model_validate(members)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    # Raised outside of the handler: what pydantic says repeats the values, and those may hold secrets.
    raise InvalidRequest("; ".join(dict.fromkeys(map(_in_words, problems))), operation=operation)


def _in_words(problem: Mapping[str, object]) -> str:
    place = problem["loc"]
    message = str(problem["msg"]).removeprefix("Value error, ")
    field = str(place[0]) if isinstance(place, tuple) and place else ""
    return message if message.startswith(field) else f"{field}: {message}"


def _with_own_names(condition: ConditionType, names: Mapping[str, str]) -> ConditionType:
    if isinstance(condition, Condition):
        return condition.model_copy(update={"field": _renamed(condition.field, names)})
    members = [_with_own_names(member, names) for member in condition.conditions]
    return ConditionGroup(operator=condition.operator, conditions=members)


def _renamed(path: str, names: Mapping[str, str]) -> str:
    first, dot, rest = path.partition(".")
    return names.get(first, first) + dot + rest

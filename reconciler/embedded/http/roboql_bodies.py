"""RoboQL in bodies: read into a condition, or refused as any other part of a body."""

from __future__ import annotations

from reconciler.domain.conditions import ConditionType
from reconciler.embedded.roboql import UnsupportedQuery, Vocabulary, parsed
from reconciler.errors import InvalidRequest


def read_roboql(text: str, vocabulary: Vocabulary) -> ConditionType:
    """Read a query.

    Raises:
        InvalidRequest: It is none, or asks for what this platform cannot tell.
    """
    try:
        return parsed(text, vocabulary)
    except UnsupportedQuery as error:
        raise InvalidRequest(f"RoboQL: {error}") from error

"""The digest of an action's record, and the metadata it refuses to send."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import PydanticSerializationError

from reconciler.actions import ActionRecord
from tests.domain_actions.builders import INSTANT


def action(**members: Any) -> ActionRecord:
    """Return an action's record as the platform sends it; ``members`` replace or add some."""
    audit = {"created": INSTANT, "created_by": "u", "modified": INSTANT, "modified_by": "u"}
    return ActionRecord.model_validate({"name": "a", "org_id": "o", **audit, **members})


@pytest.mark.parametrize(
    ("members", "digest"),
    [
        ({}, "26829e063c3b9b0da32983c19101b54f"),
        ({"digest": None}, "a4025ef9b3f80b9607b8021cad271eb1"),
        ({"digest": "d"}, "79833deeae5b0a6e24815d5e40bd4d2a"),
        ({"name": "ñ\u2028"}, "4a90df07924794bab83dbf5900a34662"),
    ],
)
def test_a_record_digests_what_was_set(members: dict[str, Any], digest: str) -> None:
    """The digest is the one the platform's own client computes: over every member that was set, as JSON."""
    assert action(**members).compute_digest() == digest


def test_a_reference_pins_a_version_even_of_a_record_without_digest() -> None:
    """What the platform left out is computed."""
    assert action().reference.digest == "26829e063c3b9b0da32983c19101b54f"
    assert action(digest="d").reference.digest == "d"


@pytest.mark.parametrize("value", [None, [1], {"b": 1}])
def test_metadata_that_is_not_primitive_is_read_but_not_sent(value: object) -> None:
    """The platform's client cannot read it back, so it does not travel."""
    record = action(metadata={"a": value})
    with pytest.raises(PydanticSerializationError, match="not so: a"):
        record.to_wire()

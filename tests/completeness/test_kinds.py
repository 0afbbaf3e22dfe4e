"""Every kind has every part that no type checker asks for: see "Adding a kind" in CONTRIBUTING.md."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import pytest
from pydantic import ValidationError

from reconciler.apply.settle import is_delete
from reconciler.client.calls.resources import _ROOTS
from reconciler.domain.address import RESERVED_NAMES, Kind
from reconciler.domain.platform import Platform
from reconciler.export.placing import FOLDERS
from reconciler.manifests.desired import KINDS
from reconciler.manifests.formatting import FIELD_ORDER
from reconciler.manifests.ignoring import _SHAPES
from reconciler.manifests.models import MODELS
from reconciler.manifests.project_models import PatchFields
from reconciler.manifests.schema import _FILES
from reconciler.manifests.texts import NAME_PATTERNS
from reconciler.plan.model import Request
from reconciler.plan.requests import endpoint_of, request_of

ROOT: Final = Path(__file__).parents[2]

#: What lists the kinds one by one, by its place.
LISTS: Final[dict[str, set[Any]]] = {
    "domain/address.py RESERVED_NAMES": set(RESERVED_NAMES),
    "manifests/texts.py NAME_PATTERNS": set(NAME_PATTERNS.values()),
    "manifests/models.py MODELS": set(MODELS),
    "manifests/desired.py KINDS": set(KINDS),
    "manifests/schema.py _FILES": set(_FILES),
    "manifests/ignoring.py _SHAPES": set(_SHAPES),
    "manifests/formatting.py FIELD_ORDER": set(FIELD_ORDER),
    "manifests/project_models.py PatchFields.kind": set(get_args(PatchFields.model_fields["kind"].annotation)),
    "export/placing.py FOLDERS": set(FOLDERS),
    "client/calls/resources.py _ROOTS": set(_ROOTS),
}


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("place", LISTS)
def test_every_list_of_kinds_has_every_kind(place: str, kind: Kind) -> None:
    """What is missing would be a KeyError in front of a user."""
    assert kind in LISTS[place]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("verb", ["get_{}", "query_{}s", "unread_{}s", "create_{}", "update_{}", "delete_{}"])
def test_the_port_does_with_every_kind_what_a_plan_needs(kind: Kind, verb: str) -> None:
    """It is read, listed, and changed."""
    assert hasattr(Platform, verb.format(kind.value.lower()))


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_shown_and_planned_somewhere(kind: Kind) -> None:
    """In an example that people copy, and in a scenario whose output is reviewed."""
    for place in ("examples", "tests/golden"):
        manifests = (path.read_text(encoding="utf-8") for path in (ROOT / place).rglob("*.yaml"))
        assert any(f"\nkind: {kind.value}\n" in text for text in manifests), place


@pytest.mark.parametrize("made", get_args(Request))
def test_every_request_is_read_back_from_a_plan_file(made: type) -> None:
    """By its operation; and one that has no body is known for a delete, whose lost answer means another thing."""
    types = get_type_hints(made)
    body = types["body"].model_construct() if "body" in types else None
    members = {"name": "a", "body": body}
    request: Request = made(**{field.name: members[field.name] for field in fields(made)})

    with suppress(ValidationError):
        # Another error would say that there is no such operation.
        request_of({"operation": endpoint_of(request)[0], "body": {}}, name="a")
    assert is_delete(request) == (body is None)

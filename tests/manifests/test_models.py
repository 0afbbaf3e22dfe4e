"""The models cover what can be configured on the platform, and nothing else is let in."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.manifests.desired import KINDS
from reconciler.manifests.models import MODELS, ActionFields, ActionManifest, TriggerFields
from reconciler.manifests.project_models import ProjectSpec

#: Request fields that are no keys of a spec, and where they are instead.
ELSEWHERE = {
    "name": "metadata.name",
    "metadata_changeset": "metadata and tags",
    "parameter_changeset": "parameters",
    "digest": "selects the version whose accessibility is set; the latest one always",
}


def keys(model: type[BaseModel]) -> set[str]:
    """Return the keys a model reads."""
    return {field.alias or name for name, field in model.model_fields.items()}


@pytest.mark.parametrize(
    ("request_model", "spec_model"),
    [
        (CreateActionRequest, ActionFields),
        (UpdateActionRequest, ActionFields),
        (SetActionAccessibilityRequest, ActionFields),
        (CreateTriggerRequest, TriggerFields),
        (UpdateTriggerRequest, TriggerFields),
    ],
)
def test_every_configurable_field_has_a_key(request_model: type[BaseModel], spec_model: type[BaseModel]) -> None:
    """No field of a request is missing from the manifests."""
    assert set(request_model.model_fields) - keys(spec_model) - ELSEWHERE.keys() == set()


def test_specs_have_no_key_the_platform_does_not_know() -> None:
    """Besides what makes the spec, every key is a field of a request."""
    action_requests = (CreateActionRequest, UpdateActionRequest, SetActionAccessibilityRequest)
    assert keys(ActionFields) - {name for each in action_requests for name in each.model_fields} == {
        "from",
        "parameter_sets",
    }
    assert keys(TriggerFields) - CreateTriggerRequest.model_fields.keys() == set()


def test_every_kind_has_its_model() -> None:
    """The words of the kinds are known without the models, in the same order."""
    assert list(MODELS) == list(KINDS)


@pytest.mark.parametrize("model", [ActionFields, TriggerFields, ProjectSpec])
def test_every_field_says_what_it_is(model: type[BaseModel]) -> None:
    """An editor has words for every key."""
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_models_are_frozen() -> None:
    """A manifest that was read does not change."""
    manifest = ActionManifest.model_validate(
        {"apiVersion": "reconciler/v1", "kind": "Action", "metadata": {"name": "a"}, "spec": {}}
    )
    with pytest.raises(ValidationError):
        manifest.spec = ActionFields()  # type: ignore[misc]  # that is the claim

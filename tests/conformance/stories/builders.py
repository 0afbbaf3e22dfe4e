"""What stories are about, with valid defaults, and how conditions are written in every client."""

from __future__ import annotations

from typing import Any

from tests.conformance.sdk import Sdk


def new_action(sdk: Sdk, name: str, **given: Any) -> Any:
    """Create an action of ours."""
    return sdk.actions.Action.create(name, **{"uri": "img:1", "roboto_client": sdk.client, **given})


def new_trigger(sdk: Sdk, name: str, *, action_name: str, **given: Any) -> Any:
    """Create a trigger of ours for every dataset with a bag."""
    defaults = {
        "required_inputs": ["**/*.bag"],
        "for_each": sdk.actions.TriggerForEachPrimitive.Dataset,
        "roboto_client": sdk.client,
    }
    return sdk.actions.Trigger.create(name, action_name, **{**defaults, **given})


def manually(sdk: Sdk, action: Any, **given: Any) -> Any:
    """Invoke an action by hand."""
    return action.invoke(sdk.actions.InvocationSource.Manual, **given)


def found_by(sdk: Sdk, field: str, comparator: str, value: object = None, **given: Any) -> Any:
    """Return a query with one condition; ``comparator`` is the token that travels."""
    condition = sdk.query.Condition(field=field, comparator=sdk.query.Comparator(comparator), value=value)
    return sdk.query.QuerySpecification(condition=condition, **given)


def plain(model: Any) -> Any:
    """Return what was set of a model, as JSON; None for None."""
    return None if model is None else model.model_dump(mode="json", exclude_none=True)

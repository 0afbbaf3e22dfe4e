"""Actions: created, found, changed, published, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.sdk import Claim, Sdk
from tests.conformance.stories.builders import found_by, new_action, plain

UNAUTHORIZED = "RobotoUnauthorizedException"


def actions(sdk: Sdk) -> Iterator[Claim]:
    """Everything an action can do but run."""
    yield from _created(sdk)
    yield from _changed(sdk)
    yield from _found(sdk)
    yield from _shared(sdk)
    yield from _deleted(sdk)


def _created(sdk: Sdk) -> Iterator[Claim]:
    api = sdk.actions
    given: dict[str, Any] = {
        "compute_requirements": api.ComputeRequirements(vCPU=1024, memory=2048),
        "container_parameters": api.ContainerParameters(command=["go"], env_vars={"A": "1"}, workdir="w"),
        "description": "long",
        "metadata": {"team": "perception", "stable": True, "runs": 3},
        "parameters": [
            api.ActionParameter(name="threshold", required=True),
            api.ActionParameter(name="format", default="json", description="of the output"),
        ],
        "requires_downloaded_inputs": False,
        "short_description": "short",
        "tags": ["ml", "lidar"],
        "timeout": 45,
        "uri": "registry/img:2",
    }
    made = new_action(sdk, "full", **given)
    yield Claim(
        "what was asked is what is shown",
        {
            "name": made.name,
            "org_id": made.org_id,
            "accessibility": made.accessibility.value,
            "compute_requirements": plain(made.compute_requirements),
            "container_parameters": plain(made.container_parameters),
            "created_by": made.created_by,
            "modified_by": made.modified_by,
            "description": made.description,
            "inherits_from": made.inherits_from,
            "metadata": made.metadata,
            "parameters": [plain(each) for each in made.parameters],
            "published": made.published,
            "requires_downloaded_inputs": made.requires_downloaded_inputs,
            "short_description": made.short_description,
            "tags": made.tags,
            "timeout": made.timeout,
            "uri": made.uri,
        },
        {
            "name": "full",
            "org_id": "og_ours",
            "accessibility": "organization",
            "compute_requirements": {"vCPU": 1024, "memory": 2048, "gpu": False, "storage": 21},
            "container_parameters": {"command": ["go"], "env_vars": {"A": "1"}, "workdir": "w"},
            "created_by": "ann@ours.example",
            "modified_by": "ann@ours.example",
            "description": "long",
            "inherits_from": None,
            "metadata": {"team": "perception", "stable": True, "runs": 3},
            "parameters": [
                {"name": "threshold", "required": True},
                {"name": "format", "required": False, "default": "json", "description": "of the output"},
            ],
            "published": None,
            "requires_downloaded_inputs": False,
            "short_description": "short",
            "tags": ["ml", "lidar"],
            "timeout": 45,
            "uri": "registry/img:2",
        },
    )
    times = (made.created.utcoffset().total_seconds(), made.created == made.modified)
    yield Claim("times are in UTC, and the same", times, (0, True))
    again = api.Action.from_name("full", roboto_client=sdk.client)
    yield Claim("it is found again as it was made", again.to_dict(), made.to_dict())
    yield Claim("its digest is the record's", made.digest == made.record.digest, True)
    yield Claim("a name is taken once", sdk.refused(lambda: new_action(sdk, "full")), "RobotoConflictException")

    least = new_action(sdk, "least")
    yield Claim("what was not given stays empty", (least.timeout, least.compute_requirements), (None, None))
    yield Claim("inputs are downloaded by default", least.requires_downloaded_inputs, True)
    derived = new_action(sdk, "derived", uri=None, inherits=made.record.reference)
    yield Claim("an action may inherit", derived.inherits_from.name, "full")


def _changed(sdk: Sdk) -> Iterator[Claim]:
    api = sdk.actions
    action = api.Action.from_name("full", roboto_client=sdk.client)
    before = action.digest
    parameters = (
        api.ActionParameterChangeset.Builder()
        .put_parameter(api.ActionParameter(name="speed", default=3))
        .remove_parameter("format")
        .build()
    )
    given: dict[str, Any] = {
        "compute_requirements": None,
        "container_parameters": api.ContainerParameters(entry_point=["run"]),
        "description": "longer",
        "metadata_changeset": sdk.changeset(put_fields={"team": "ml"}, remove_fields=["runs"], put_tags=["night"]),
        "parameter_changeset": parameters,
        "short_description": None,
        "timeout": None,
        "uri": "registry/img:3",
        "requires_downloaded_inputs": True,
    }
    returned = action.update(**given)
    yield Claim("an update shows itself on the handle", returned is action, True)
    yield Claim(
        "what is given changes, null clears, the rest stays",
        {
            "compute_requirements": action.compute_requirements,
            "container_parameters": plain(action.container_parameters),
            "description": action.description,
            "metadata": action.metadata,
            "parameters": [plain(each) for each in action.parameters],
            "short_description": action.short_description,
            "tags": action.tags,
            "timeout": action.timeout,
            "uri": action.uri,
        },
        {
            "compute_requirements": None,
            "container_parameters": {"entry_point": ["run"]},
            "description": "longer",
            "metadata": {"team": "ml", "stable": True},
            "parameters": [
                {"name": "threshold", "required": True},
                {"name": "speed", "required": False, "default": "3"},
            ],
            "short_description": None,
            "tags": ["ml", "lidar", "night"],
            "timeout": None,
            "uri": "registry/img:3",
        },
    )
    old = api.Action.from_name("full", digest=before, roboto_client=sdk.client)
    yield Claim("each update makes a version", (action.digest != before, old.uri), (True, "registry/img:2"))
    new = api.Action.from_name("full", digest=action.digest, roboto_client=sdk.client)
    yield Claim("a version is found by its digest", new.to_dict(), action.to_dict())
    yield Claim(
        "no version has another digest",
        sdk.refused(lambda: api.Action.from_name("full", digest="0" * 32, roboto_client=sdk.client)),
        "RobotoNotFoundException",
    )
    yield Claim("an update of nothing is legal", action.update().description, "longer")


def _found(sdk: Sdk) -> Iterator[Claim]:
    def names(spec: Any = None, **given: Any) -> list[str]:
        return [each.name for each in sdk.actions.Action.query(spec, **{"roboto_client": sdk.client, **given})]

    yield Claim("the newest come first", names(), ["derived", "least", "full"])
    by_name = {"sort_by": "name", "sort_direction": sdk.query.SortDirection.Ascending}
    yield Claim(
        "pages are followed", names(sdk.query.QuerySpecification(limit=1, **by_name)), ["derived", "full", "least"]
    )
    for spec, expected in [
        (found_by(sdk, "name", "EQUALS", "least"), ["least"]),
        (found_by(sdk, "name", "NOT_EQUALS", "least"), ["derived", "full"]),
        (found_by(sdk, "name", "CONTAINS", "l"), ["full", "least"]),
        (found_by(sdk, "name", "BEGINS_WITH", "de"), ["derived"]),
        (found_by(sdk, "name", "LIKE", "%ul_"), ["full"]),
        (found_by(sdk, "tags", "CONTAINS", "ml"), ["full"]),
        (found_by(sdk, "metadata.stable", "EQUALS", value=True), ["full"]),
        (found_by(sdk, "metadata.team", "EXISTS"), ["full"]),
        (found_by(sdk, "metadata.team", "IS_NULL"), ["derived", "least"]),
        (found_by(sdk, "created", "GREATER_THAN", "2020-01-01T00:00:00Z"), ["derived", "full", "least"]),
        (found_by(sdk, "timeout", "LESS_THAN", "odd"), []),
    ]:
        asked = spec.condition.model_dump(mode="json", exclude_none=True)
        yield Claim(f"found by {asked}", sorted(names(spec)), expected)
    either = sdk.query.ConditionGroup(
        operator=sdk.query.ConditionOperator.Or,
        conditions=[found_by(sdk, "name", "EQUALS", name).condition for name in ("least", "full")],
    )
    yield Claim("groups", sorted(names(sdk.query.QuerySpecification(condition=either))), ["full", "least"])
    yield Claim("no field, no query", sdk.refused(lambda: names(found_by(sdk, "nam", "EQUALS", "x"))), "ValueError")
    yield Claim("others see none of ours", names(roboto_client=sdk.foreign), [])
    yield Claim(
        "nobody knows what is not there",
        sdk.refused(lambda: sdk.actions.Action.from_name("nothing", roboto_client=sdk.client)),
        "RobotoNotFoundException",
    )
    yield Claim("a token must be known", sdk.refused(lambda: names(roboto_client=sdk.stranger)), UNAUTHORIZED)


def _shared(sdk: Sdk) -> Iterator[Claim]:
    api = sdk.actions
    action = api.Action.from_name("full", roboto_client=sdk.client)

    def hub() -> list[str]:
        found = api.Action.query(accessibility=api.Accessibility.ActionHub, roboto_client=sdk.foreign)
        return [each.name for each in found]

    def theirs(name: str) -> Any:
        return api.Action.from_name(name, owner_org_id="og_ours", roboto_client=sdk.foreign)

    yield Claim("the hub is empty", hub(), [])
    action.set_accessibility(api.Accessibility.ActionHub)
    published = (action.accessibility.value, action.published is not None, hub())
    yield Claim("published, all may find it", published, ("action_hub", True, ["full"]))
    yield Claim("and read it", theirs("full").to_dict(), action.to_dict())
    yield Claim("but not change it", sdk.refused(lambda: theirs("full").update(description="x")), UNAUTHORIZED)
    yield Claim("nor delete it", sdk.refused(lambda: theirs("full").delete()), UNAUTHORIZED)
    invoked = theirs("full").invoke(
        api.InvocationSource.Manual, parameter_values={"threshold": "1"}, caller_org_id="og_theirs"
    )
    yield Claim("all may invoke it, for themselves", (invoked.org_id, invoked.action.org_id), ("og_theirs", "og_ours"))
    action.set_accessibility(api.Accessibility.Organization)
    yield Claim("taken back, others do not find it", (action.accessibility.value, hub()), ("organization", []))


def _deleted(sdk: Sdk) -> Iterator[Claim]:
    action = sdk.actions.Action.from_name("least", roboto_client=sdk.client)
    action.delete()
    yield Claim(
        "deleted, it is gone",
        sdk.refused(lambda: sdk.actions.Action.from_name("least", roboto_client=sdk.client)),
        "RobotoNotFoundException",
    )
    yield Claim("what is gone cannot go again", sdk.refused(action.delete), "RobotoNotFoundException")
    yield Claim("its name is free", new_action(sdk, "least").name, "least")

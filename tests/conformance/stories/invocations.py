"""Invocations: asked for, found, given up. Nothing runs them here; see ``runs`` for those that do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.sdk import Claim, Sdk
from tests.conformance.stories.builders import found_by, manually, new_action, plain


def invocations(sdk: Sdk) -> Iterator[Claim]:
    """Everything one can ask an invocation, but how far it is."""
    action = new_action(
        sdk,
        "ingest",
        timeout=20,
        parameters=[
            sdk.actions.ActionParameter(name="threshold", required=True),
            sdk.actions.ActionParameter(name="format", default="json"),
        ],
    )
    yield from _least(sdk, action)
    yield from _most(sdk, action)
    yield from _selected(sdk, action)
    yield from _refused(sdk, action)
    yield from _found(sdk, action)
    yield from _given_up(sdk, action)


def _least(sdk: Sdk, action: Any) -> Iterator[Claim]:
    made = manually(sdk, action, parameter_values={"threshold": "0.5"})
    yield Claim(
        "what was not given is the action's, or the platform's",
        {
            "id": made.id.startswith("iv_"),
            "org_id": made.org_id,
            "action": plain(made.action),
            "executable": plain(made.executable),
            "source": plain(made.source),
            "unspecified": made.data_source.is_unspecified(),
            "input_data": made.input_data,
            "upload_destination": made.upload_destination,
            "parameter_values": made.parameter_values,
            "compute_requirements": plain(made.compute_requirements),
            "container_parameters": plain(made.container_parameters),
            "timeout": made.timeout,
            "status_log": [entry.status.name for entry in made.status_log],
            "current_status": made.current_status.name,
            "terminal": made.reached_terminal_status,
            "queued": made.is_queued_for_scheduling(),
        },
        {
            "id": True,
            "org_id": "og_ours",
            "action": {"name": "ingest", "org_id": "og_ours", "digest": action.digest},
            "executable": {"container_image_uri": "img:1"},
            "source": {"source_type": "Manual", "source_id": "ann@ours.example"},
            "unspecified": True,
            "input_data": None,
            "upload_destination": None,
            "parameter_values": {"threshold": "0.5"},
            "compute_requirements": {"vCPU": 512, "memory": 1024, "gpu": False, "storage": 21},
            "container_parameters": {},
            "timeout": 20,
            "status_log": ["Queued"],
            "current_status": "Queued",
            "terminal": False,
            "queued": True,
        },
    )
    again = sdk.actions.Invocation.from_id(made.id, roboto_client=sdk.client)
    yield Claim("it is found by its id as it was made", again.to_dict(), made.to_dict())
    yield Claim("and refreshes to the same", again.refresh().record == made.record, True)
    yield Claim("it was made now", (made.created - action.created).total_seconds() >= 0, True)


def _most(sdk: Sdk, action: Any) -> Iterator[Claim]:
    api = sdk.actions
    dataset_id = sdk.datasets.create("input", metadata={}, tags=[])
    given: dict[str, Any] = {
        "data_source_id": dataset_id,
        "data_source_type": api.InvocationDataSourceType.Dataset,
        "input_data": ["**/*.bag"],
        "upload_destination": api.InvocationUploadDestination.dataset(dataset_id),
        "compute_requirement_overrides": api.ComputeRequirements(vCPU=2048, memory=4096),
        "container_parameter_overrides": api.ContainerParameters(command=["fast"]),
        "idempotency_id": "once",
        "invocation_source_id": "somebody",
        "parameter_values": {"threshold": "1", "format": "csv"},
        "timeout": 7,
        "caller_org_id": "og_ours",
    }
    made = manually(sdk, action, **given)
    yield Claim(
        "what was given is what is shown",
        {
            "data_source": plain(made.data_source),
            "patterns": made.record.input_data,
            "input_data": plain(made.input_data),
            "file_paths": made.input_data.file_paths,
            "upload_destination": plain(made.upload_destination),
            "compute_requirements": plain(made.compute_requirements),
            "container_parameters": plain(made.container_parameters),
            "idempotency_id": made.record.idempotency_id,
            "source": plain(made.source),
            "parameter_values": made.parameter_values,
            "timeout": made.timeout,
        },
        {
            "data_source": {"data_source_type": "Dataset", "data_source_id": dataset_id},
            "patterns": ["**/*.bag"],
            "input_data": {"files": {"dataset_id": dataset_id, "paths": ["**/*.bag"]}},
            "file_paths": ["**/*.bag"],
            "upload_destination": {"destination_type": "Dataset", "destination_id": dataset_id},
            "compute_requirements": {"vCPU": 2048, "memory": 4096, "gpu": False, "storage": 21},
            "container_parameters": {"command": ["fast"]},
            "idempotency_id": "once",
            "source": {"source_type": "Manual", "source_id": "somebody"},
            "parameter_values": {"threshold": "1", "format": "csv"},
            "timeout": 7,
        },
    )
    yield Claim(
        "an idempotency id is used once", sdk.refused(lambda: manually(sdk, action, **given)), "RobotoConflictException"
    )


def _selected(sdk: Sdk, action: Any) -> Iterator[Claim]:
    api = sdk.actions
    selected = api.InvocationInput(
        files=[api.FileSelector(query="size < 1000"), api.FileSelector(ids=["fl_1"])],
        topics=api.DataSelector(names=["/imu"]),
    )
    made = manually(sdk, action, input_data=selected, parameter_values={"threshold": "1"})
    yield Claim(
        "inputs may be selected by queries, ids and names",
        (plain(made.input_data), len(made.input_data.safe_files), len(made.input_data.safe_topics)),
        (
            {"files": [{"query": "size < 1000"}, {"ids": ["fl_1"]}], "topics": {"names": ["/imu"]}},
            2,
            1,
        ),
    )


def _refused(sdk: Sdk, action: Any) -> Iterator[Claim]:
    def unknown(who: Any) -> Any:
        return sdk.actions.Invocation.from_id("iv_none", roboto_client=who)

    invalid = "RobotoInvalidRequestException"
    yield Claim("a required parameter needs a value", sdk.refused(lambda: manually(sdk, action)), invalid)
    values = {"threshold": "1", "undeclared": "1"}
    yield Claim(
        "a parameter must be declared", sdk.refused(lambda: manually(sdk, action, parameter_values=values)), invalid
    )
    yield Claim(
        "an organization that is not ours cannot be acted for",
        sdk.refused(lambda: manually(sdk, action, parameter_values={"threshold": "1"}, caller_org_id="og_theirs")),
        "RobotoUnauthorizedException",
    )
    yield Claim("nobody knows what is not there", sdk.refused(lambda: unknown(sdk.client)), "RobotoNotFoundException")
    yield Claim("a token must be known", sdk.refused(lambda: unknown(sdk.stranger)), "RobotoUnauthorizedException")


def _found(sdk: Sdk, action: Any) -> Iterator[Claim]:
    def count(spec: Any = None, **given: Any) -> int:
        return len(list(sdk.actions.Invocation.query(spec, **{"roboto_client": sdk.client, **given})))

    queued = sdk.actions.InvocationStatus.Queued.value
    yield Claim("all are found", count(), 3)
    yield Claim("pages are followed", count(sdk.query.QuerySpecification(limit=2)), 3)
    yield Claim("by status", count(found_by(sdk, "last_status", "EQUALS", queued)), 3)
    yield Claim("by a nested path", count(found_by(sdk, "provenance.action.name", "EQUALS", action.name)), 3)
    yield Claim("by idempotency id", count(found_by(sdk, "idempotency_id", "EQUALS", "once")), 1)
    yield Claim(
        "by what the fields do not have",
        sdk.refused(lambda: count(found_by(sdk, "current_state", "EQUALS", 1))),
        "ValueError",
    )
    yield Claim("others see none of ours", count(roboto_client=sdk.foreign), 0)


def _given_up(sdk: Sdk, action: Any) -> Iterator[Claim]:
    made = manually(sdk, action, parameter_values={"threshold": "1"})
    yield Claim(
        "waiting ends in time",
        sdk.refused(lambda: made.wait_for_terminal_status(0.05, poll_interval=0.01)),
        "TimeoutError",
    )
    yield Claim("nothing was logged", ([*made.get_logs()], [*made.stream_logs()]), ([], []))
    made.cancel()
    yield Claim("the handle learns of it when asked to", made.current_status.name, "Queued")
    made.wait_for_terminal_status(1, poll_interval=0.01)
    yield Claim("cancelled, it is over", (made.current_status.name, made.reached_terminal_status), ("Cancelled", True))
    yield Claim("cancelling again is nothing", made.cancel(), None)

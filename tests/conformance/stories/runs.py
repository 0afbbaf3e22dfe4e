"""Invocations that really run: the platform executes them as processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.sdk import Claim, Sdk
from tests.conformance.stories.builders import manually, new_action

#: Seconds that a run may take on a machine with much else to do, and between two looks.
PATIENCE = 60
PAUSE = 0.05


def runs(sdk: Sdk) -> Iterator[Claim]:
    """One that ends well, and one that does not."""
    greeting = new_action(
        sdk,
        "greeting",
        container_parameters=sdk.actions.ContainerParameters(
            command=["sh", "-c", 'echo "hello $ROBOTO_PARAM_who"; echo "a problem" >&2; sleep 0.2; echo bye']
        ),
        parameters=[sdk.actions.ActionParameter(name="who", default="world")],
    )
    run = manually(sdk, greeting)
    run.wait_for_terminal_status(PATIENCE, poll_interval=PAUSE)
    yield Claim("it completes", run.current_status.name, "Completed")
    yield Claim("status by status", [entry.status.name for entry in run.status_log], WAY)
    yield Claim("it took a while", run.record.duration.total_seconds() >= 0.2, True)
    yield Claim("its output is there", _of_the_action(run.get_logs()), ["hello world", "a problem", "bye"])
    yield Claim("and can be streamed", _of_the_action(run.stream_logs()), ["hello world", "a problem", "bye"])

    failing = new_action(
        sdk, "failing", container_parameters=sdk.actions.ContainerParameters(command=["sh", "-c", "exit 3"])
    )
    run = manually(sdk, failing)
    run.wait_for_terminal_status(PATIENCE, poll_interval=PAUSE)
    yield Claim("it fails", run.current_status.name, "Failed")

    sleeping = new_action(
        sdk, "sleeping", container_parameters=sdk.actions.ContainerParameters(command=["sleep", "600"])
    )
    run = manually(sdk, sleeping)
    run.cancel()
    run.wait_for_terminal_status(PATIENCE, poll_interval=PAUSE)
    yield Claim("it is cancelled", run.current_status.name, "Cancelled")


WAY = ["Queued", "Scheduled", "Downloading", "Processing", "Uploading", "Completed"]


def _of_the_action(records: Any) -> list[str]:
    # What the platform itself has to say of the run goes under the names of other processes.
    return [each.log.rstrip("\n") for each in records if each.process.value == "action"]

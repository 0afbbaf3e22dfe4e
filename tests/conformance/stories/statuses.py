"""How far an invocation is, as whoever runs it says."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.sdk import Claim, Sdk
from tests.conformance.stories.builders import manually, new_action


def statuses(sdk: Sdk) -> Iterator[Claim]:
    """The way through, the ways out, and what is recorded on it."""
    status = sdk.actions.InvocationStatus
    action = new_action(sdk, "ingest")

    run = manually(sdk, action)
    for following in (status.Scheduled, status.Downloading, status.Processing, status.Uploading, status.Completed):
        run.update_status(following, "on its way")
        yield Claim(f"it becomes {following.name}", run.current_status.name, following.name)
    yield Claim("it is over", (run.reached_terminal_status, run.is_queued_for_scheduling()), (True, False))
    yield Claim(
        "the whole way is kept",
        [(entry.status.name, entry.detail) for entry in run.status_log][1:3],
        [("Scheduled", "on its way"), ("Downloading", "on its way")],
    )
    yield Claim(
        "there is no way back",
        sdk.refused(lambda: run.update_status(status.Processing)),
        "RobotoInvalidStateTransitionException",
    )

    failing = manually(sdk, action)
    for _ in range(2):
        failing.update_status(status.Failed)
        failing.update_status(status.Queued)
    yield Claim("two failures are retried", failing.is_queued_for_scheduling(), True)
    failing.update_status(status.Failed)
    yield Claim("the third is the last", failing.refresh().current_status.name, "Deadly")

    run.set_container_image_digest("sha256:1")
    yield Claim("the image is recorded", run.executable.container_image_digest, "sha256:1")
    located = run.set_logs_location(sdk.actions.LogsLocation(bucket="b", prefix="p"))
    yield Claim("and where logs are", located.id, run.id)

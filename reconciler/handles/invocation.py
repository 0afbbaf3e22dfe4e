"""An invocation as a handle: one run of an action, watched, cancelled and read."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self

from reconciler.domain.inputs import InvocationInput
from reconciler.domain.invocation_requests import (
    SetContainerInfoRequest,
    SetLogsLocationRequest,
    UpdateInvocationStatus,
)
from reconciler.domain.invocations import (
    ActionProvenance,
    ExecutableProvenance,
    InvocationDataSource,
    InvocationRecord,
    InvocationStatus,
    InvocationStatusRecord,
    InvocationUploadDestination,
    LogRecord,
    LogsLocation,
    SourceProvenance,
)
from reconciler.domain.queries import QuerySpecification, each_of_pages
from reconciler.domain.values import ComputeRequirements, ContainerParameters
from reconciler.handles.asking import checked_query
from reconciler.handles.choice import chosen
from reconciler.handles.paging import each_found
from reconciler.handles.waiting import Interval, wait_until

if TYPE_CHECKING:
    from reconciler.domain.whole_platform import WholePlatform

#: The domain page's examples search by the name of the handle's property.
_OTHER_NAMES: Final = {"current_status": "last_status"}

#: The platform gives up on an invocation that fails once more than this.
_FAILURES_BEFORE_DEADLY: Final = 2


class Invocation:
    """One run of an action, started by a user or by a trigger.

    The handle shows what the platform last said; :meth:`refresh` asks again.
    """

    def __init__(self, record: InvocationRecord, roboto_client: WholePlatform | None = None) -> None:
        self._record = record
        self._platform = chosen(roboto_client)

    def __repr__(self) -> str:
        return f"Invocation({self.id!r}, action={self.action.name!r}, status={self.current_status.name})"

    @classmethod
    def from_id(cls, invocation_id: str, roboto_client: WholePlatform | None = None) -> Self:
        """Return an invocation by its id.

        Raises:
            NotFound: There is none, or none the caller may see.
        """
        platform = chosen(roboto_client)
        return cls(platform.get_invocation(invocation_id), platform)

    @classmethod
    def query(
        cls,
        spec: QuerySpecification | None = None,
        owner_org_id: str | None = None,
        roboto_client: WholePlatform | None = None,
    ) -> Generator[Self, None, None]:
        """Yield the invocations of an organization that match, newest first by default; without ``spec`` all.

        Raises:
            ValueError: A condition names a field that invocations do not have.
        """
        query = checked_query(spec, record=InvocationRecord, other_names=_OTHER_NAMES)
        platform = chosen(roboto_client)
        records = each_found(lambda asked: platform.query_invocations(asked, owner=owner_org_id), query)
        return (cls(record, platform) for record in records)

    @property
    def record(self) -> InvocationRecord:
        """What the platform last said about this invocation."""
        return self._record

    @property
    def id(self) -> str:
        """The id of this invocation."""
        return self._record.invocation_id

    @property
    def org_id(self) -> str:
        """The organization this invocation belongs to."""
        return self._record.org_id

    @property
    def created(self) -> datetime:
        """When this invocation was queued."""
        return self._record.created

    @property
    def action(self) -> ActionProvenance:
        """Which version of which action runs."""
        return self._record.provenance.action

    @property
    def executable(self) -> ExecutableProvenance:
        """Which image runs."""
        return self._record.provenance.executable

    @property
    def source(self) -> SourceProvenance:
        """Who started this invocation."""
        return self._record.provenance.source

    @property
    def data_source(self) -> InvocationDataSource:
        """Where the inputs come from."""
        return self._record.data_source

    @property
    def input_data(self) -> InvocationInput | None:
        """Which inputs this invocation works on; None where it has none or they are only patterns of old."""
        return self._record.rich_input_data

    @property
    def upload_destination(self) -> InvocationUploadDestination | None:
        """Where output files go."""
        return self._record.upload_destination

    @property
    def parameter_values(self) -> dict[str, Any]:
        """The values given for the action's parameters."""
        return self._record.parameter_values

    @property
    def compute_requirements(self) -> ComputeRequirements:
        """What the run gets."""
        return self._record.compute_requirements

    @property
    def container_parameters(self) -> ContainerParameters:
        """How the image is run."""
        return self._record.container_parameters

    @property
    def timeout(self) -> int:
        """Minutes after which the run is ended."""
        return self._record.timeout

    @property
    def status_log(self) -> list[InvocationStatusRecord]:
        """Every status this invocation had, as the platform lists them."""
        return self._record.status

    @property
    def current_status(self) -> InvocationStatus:
        """The latest status; of several at the same moment the one furthest on."""
        if not self._record.status:
            return self._record.last_status
        return max(self._record.status, key=lambda entry: (entry.timestamp, entry.status)).status

    @property
    def reached_terminal_status(self) -> bool:
        """True when the run is over; one that failed may still be queued again."""
        return self.current_status.is_terminal()

    def is_queued_for_scheduling(self) -> bool:
        """Return True while this invocation waits for a machine and has not been given up."""
        given_up = any(entry.status is InvocationStatus.Deadly for entry in self._record.status)
        return self.current_status is InvocationStatus.Queued and not given_up

    def refresh(self) -> Self:
        """Ask the platform how this invocation stands now."""
        self._record = self._platform.get_invocation(self.id)
        return self

    def cancel(self) -> None:
        """Cancel this invocation; one that is known to have ended is left alone, and nothing is sent.

        The handle learns of it with the next :meth:`refresh`.
        """
        if not self.reached_terminal_status:
            self._platform.cancel_invocation(self.id, owner=self.org_id)

    def update_status(self, next_status: InvocationStatus, detail: str | None = None) -> Self:
        """Move this invocation to another status; a third failure is its last and is recorded as ``Deadly``.

        Raises:
            InvalidTransition: The status does not follow from the current one.
        """
        failures = sum(entry.status is InvocationStatus.Failed for entry in self._record.status)
        if next_status is InvocationStatus.Failed and failures >= _FAILURES_BEFORE_DEADLY:
            next_status = InvocationStatus.Deadly
        # The platform wants a text; its own client writes this one where there is nothing to say.
        request = UpdateInvocationStatus(status=next_status, detail=str(detail))
        self._record = self._platform.update_invocation_status(self.id, request, owner=self.org_id)
        return self

    def set_container_image_digest(self, digest: str) -> Self:
        """Record the digest of the image that was pulled; for those who run invocations."""
        request = SetContainerInfoRequest(image_digest=digest)
        self._record = self._platform.set_container_info(self.id, request, owner=self.org_id)
        return self

    def set_logs_location(self, logs: LogsLocation) -> Self:
        """Record where logs are stored; for those who run invocations."""
        request = SetLogsLocationRequest(bucket=logs.bucket, prefix=logs.prefix)
        self._record = self._platform.set_logs_location(self.id, request, owner=self.org_id)
        return self

    def get_logs(self, page_token: str | None = None) -> Generator[LogRecord, None, None]:
        """Yield what the run has written to its output so far, oldest first."""
        return each_of_pages(
            lambda token: self._platform.invocation_logs(self.id, page_token=token, owner=self.org_id),
            token=page_token,
        )

    def stream_logs(self, last_read: str | None = None) -> Generator[LogRecord, None, str | None]:
        """Yield what the run has written after ``last_read``, and return where to go on later."""
        while True:
            stretch = self._platform.stream_invocation_logs(self.id, last_read=last_read, owner=self.org_id)
            yield from stretch.items
            last_read = stretch.last_read
            if not (stretch.has_next and last_read):
                return last_read

    def to_dict(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return self._record.model_dump(mode="json")

    def wait_for_terminal_status(self, timeout: float = 60 * 5, poll_interval: Interval = 5) -> None:
        """Wait until the run is over; :attr:`current_status` then says how it ended.

        Args:
            timeout: Seconds to wait at most.
            poll_interval: Seconds between two looks.

        Raises:
            TimeoutError: The time is up and the run is not over.
        """
        wait_until(
            lambda: self.refresh().reached_terminal_status,
            timeout=timeout,
            poll_interval=poll_interval,
            awaited=f"invocation {self.id} to end",
        )

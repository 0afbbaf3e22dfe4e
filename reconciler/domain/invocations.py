"""Invocations: the record the platform keeps of one run of an action, and the values it is made of.

Decision table of :meth:`InvocationStatus.can_transition_to`:

============================  =======================================================================
from                          allowed to
============================  =======================================================================
any                           itself
Completed, Cancelled, Deadly  nothing else
Failed                        Queued (a retry) and Deadly
Queued to Uploading           any later stage up to Completed, Cancelled, Failed; Deadly only from Queued
============================  =======================================================================
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, Self

from pydantic import Field, field_validator

from reconciler.domain.inputs import InvocationInput
from reconciler.domain.values import ComputeRequirements, ContainerParameters, WireModel


class InvocationStatus(int, Enum):
    """Where an invocation stands; stages in their order, then the ways in which a run ends early."""

    Queued = 0
    Scheduled = 1
    Downloading = 2
    Processing = 3
    Uploading = 4
    Completed = 5
    Cancelled = 997
    Failed = 998
    Deadly = 999

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def from_value(v: int | str) -> InvocationStatus:
        """Return the status of this number, or of this name as it is spelt here.

        Raises:
            ValueError: There is no such status; numbers written as text are none.
        """
        for status in InvocationStatus:
            if v in (status.value, status.name):
                return status
        known = ", ".join(f"{status.name} ({status.value})" for status in InvocationStatus)
        raise ValueError(f"{v!r} is not the status of an invocation; known are {known}")

    def can_transition_to(self, other: InvocationStatus) -> bool:
        """Return True when an invocation that stands here may go to ``other`` next."""
        if other is self:
            return True
        if self is InvocationStatus.Failed:
            return other in {InvocationStatus.Queued, InvocationStatus.Deadly}
        if self.is_terminal():
            return False
        if other is InvocationStatus.Deadly:
            return self is InvocationStatus.Queued
        return other > self

    def is_running(self) -> bool:
        """Return True while a machine works on the invocation."""
        return InvocationStatus.Downloading <= self <= InvocationStatus.Uploading

    def is_terminal(self) -> bool:
        """Return True when the run is over; a failed one may still be queued again."""
        return self >= InvocationStatus.Completed

    def next(self) -> InvocationStatus | None:
        """Return the stage that follows when all goes well; None after the last and after an early end."""
        return None if self.is_terminal() else InvocationStatus(self + 1)


class InvocationStatusRecord(WireModel):
    """One entry of an invocation's history. Within one invocation, timestamps strictly increase."""

    status: InvocationStatus
    detail: str | None = None
    timestamp: datetime

    def to_presentable_dict(self) -> dict[str, str | None]:
        """Return the entry in words: the status by name, the time in ISO 8601."""
        return {"status": self.status.name, "timestamp": self.timestamp.isoformat(), "detail": self.detail}


class InvocationSource(Enum):
    """What started an invocation."""

    Trigger = "Trigger"
    Manual = "Manual"


class InvocationDataSourceType(Enum):
    """What the id of a data source names."""

    Dataset = "Dataset"


#: The id that stands for "no data source": the platform has no null there.
_UNSPECIFIED: Final = "__UNSPECIFIED_DATA_SOURCE__"


class InvocationDataSource(WireModel):
    """Where an invocation's inputs come from: a dataset, or nothing in particular."""

    data_source_type: InvocationDataSourceType
    data_source_id: str

    @staticmethod
    def unspecified() -> InvocationDataSource:
        """Return the value that says an invocation has no data source."""
        return InvocationDataSource(data_source_type=InvocationDataSourceType.Dataset, data_source_id=_UNSPECIFIED)

    def is_unspecified(self) -> bool:
        """Return True when this names no data source."""
        return self.data_source_id == _UNSPECIFIED


class UploadDestinationType(Enum):
    """What receives the files that an invocation writes; ``Unknown`` is any kind this tool does not know."""

    Dataset = "Dataset"
    Unknown = "Unknown"


class InvocationUploadDestination(WireModel):
    """Where the files that an invocation writes go when its run is over."""

    destination_type: UploadDestinationType = UploadDestinationType.Dataset
    destination_id: str | None = None

    @field_validator("destination_type", mode="before")
    @classmethod
    def pre_validate_destination_type(cls, value: Any) -> Any:
        """Read a kind of destination that the platform added later as ``Unknown``."""
        known = {kind.value for kind in UploadDestinationType}
        return UploadDestinationType.Unknown if isinstance(value, str) and value not in known else value

    @classmethod
    def dataset(cls, dataset_id: str) -> Self:
        """Return the destination that is this dataset."""
        return cls(destination_type=UploadDestinationType.Dataset, destination_id=dataset_id)

    @property
    def is_dataset(self) -> bool:
        """True when this names a dataset by its id."""
        return self.destination_type is UploadDestinationType.Dataset and self.destination_id is not None

    @property
    def is_unknown(self) -> bool:
        """True when this is of a kind that this tool does not know."""
        return self.destination_type is UploadDestinationType.Unknown


class ActionProvenance(WireModel):
    """Which action an invocation runs; ``digest`` is its version."""

    name: str
    org_id: str
    digest: str | None = None


class ExecutableProvenance(WireModel):
    """Which image ran; the digest is known once the image was pulled."""

    container_image_uri: str | None = None
    container_image_digest: str | None = None


class SourceProvenance(WireModel):
    """Who started an invocation: a user's or a trigger's id."""

    source_type: InvocationSource
    source_id: str


class InvocationProvenance(WireModel):
    """What an invocation goes back to."""

    action: ActionProvenance
    executable: ExecutableProvenance
    source: SourceProvenance


class InvocationRecord(WireModel):
    """A wire-transmissible representation of one invocation; ``timeout`` is in minutes."""

    invocation_id: str
    org_id: str
    created: datetime
    data_source: InvocationDataSource
    input_data: list[str]
    provenance: InvocationProvenance
    compute_requirements: ComputeRequirements
    container_parameters: ContainerParameters
    last_status: InvocationStatus
    timeout: int
    duration: timedelta = timedelta()
    idempotency_id: str | None = None
    last_heartbeat: datetime | None = None
    parameter_values: dict[str, Any] = Field(default_factory=dict)
    rich_input_data: InvocationInput | None = None
    status: list[InvocationStatusRecord] = Field(default_factory=list)
    upload_destination: InvocationUploadDestination | None = None


class ExecutorContainer(Enum):
    """Which part of a run wrote a log record."""

    LogRouter = "firelens_log_router"
    Monitor = "monitor"
    Setup = "setup"
    Action = "action"
    OutputHandler = "output_handler"


class LogRecord(WireModel):
    """One line of output, or one part of a long line: parts share a ``partial_id``."""

    partial_id: str | None = None
    log: str
    process: ExecutorContainer
    timestamp: datetime


class LogsLocation(WireModel):
    """Where the platform stores an invocation's logs."""

    bucket: str
    prefix: str

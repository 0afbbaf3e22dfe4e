"""What each call is answered with, by the records it holds.

A reader is made when it is first needed, and the models of runs and files are loaded no earlier: planning needs
neither, and they would take a tenth of its start.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from reconciler.client.answers import Reader, list_reader, page_reader, record_reader, stream_reader
from reconciler.domain.actions import ActionRecord
from reconciler.domain.queries import Page
from reconciler.domain.triggers import TriggerRecord

if TYPE_CHECKING:
    from reconciler.domain.datasets import DatasetRecord, FileRecord
    from reconciler.domain.evaluations import TriggerEvaluationRecord
    from reconciler.domain.invocation_requests import CancelActiveInvocationsResponse
    from reconciler.domain.invocations import InvocationRecord, LogRecord
    from reconciler.domain.newer_triggers import TriggerAsItCame
    from reconciler.domain.whole_platform import Stream


@cache
def action() -> Reader[ActionRecord]:
    """One action."""
    return record_reader(ActionRecord)


@cache
def actions() -> Reader[Page[ActionRecord]]:
    """One page of actions."""
    return page_reader(ActionRecord)


@cache
def trigger() -> Reader[TriggerRecord]:
    """One trigger."""
    return record_reader(TriggerRecord)


@cache
def triggers() -> Reader[Page[TriggerRecord]]:
    """One page of triggers."""
    return page_reader(TriggerRecord)


@cache
def newer_triggers() -> Reader[Page[TriggerAsItCame]]:
    """Triggers in the newer shape, as they came."""
    from reconciler.domain.newer_triggers import TriggerAsItCame

    return page_reader(TriggerAsItCame)


@cache
def invocation() -> Reader[InvocationRecord]:
    """One invocation."""
    from reconciler.domain.invocations import InvocationRecord

    return record_reader(InvocationRecord)


@cache
def invocations() -> Reader[Page[InvocationRecord]]:
    """One page of invocations."""
    from reconciler.domain.invocations import InvocationRecord

    return page_reader(InvocationRecord)


@cache
def cancellation() -> Reader[CancelActiveInvocationsResponse]:
    """What a bulk cancellation did."""
    from reconciler.domain.invocation_requests import CancelActiveInvocationsResponse

    return record_reader(CancelActiveInvocationsResponse)


@cache
def logs() -> Reader[Page[LogRecord]]:
    """One page of logs."""
    from reconciler.domain.invocations import LogRecord

    return page_reader(LogRecord)


@cache
def log_stream() -> Reader[Stream[LogRecord]]:
    """A stretch of the stream of logs."""
    from reconciler.domain.invocations import LogRecord

    return stream_reader(LogRecord)


@cache
def evaluations() -> Reader[Page[TriggerEvaluationRecord]]:
    """One page of trigger evaluations."""
    from reconciler.domain.evaluations import TriggerEvaluationRecord

    return page_reader(TriggerEvaluationRecord)


@cache
def dataset() -> Reader[DatasetRecord]:
    """One dataset."""
    from reconciler.domain.datasets import DatasetRecord

    return record_reader(DatasetRecord)


@cache
def datasets() -> Reader[Page[DatasetRecord]]:
    """One page of datasets."""
    from reconciler.domain.datasets import DatasetRecord

    return page_reader(DatasetRecord)


@cache
def file() -> Reader[FileRecord]:
    """One file."""
    from reconciler.domain.datasets import FileRecord

    return record_reader(FileRecord)


@cache
def files() -> Reader[Page[FileRecord]]:
    """One page of files."""
    from reconciler.domain.datasets import FileRecord

    return page_reader(FileRecord)


@cache
def imported_files() -> Reader[Sequence[FileRecord]]:
    """The files of one import."""
    from reconciler.domain.datasets import FileRecord

    return list_reader(FileRecord)

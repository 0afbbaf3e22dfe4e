"""Registering files where they are, any number of them, in requests of a size that platforms take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from reconciler.client import readers
from reconciler.client.calls import datasets
from reconciler.client.calls.call import json_body, wire_content
from reconciler.errors import InvalidRequest, PlatformError

if TYPE_CHECKING:
    from reconciler.client.transport import Transport
    from reconciler.domain.datasets import FileRecord, ImportFileRequest

#: Bytes of one request, half of what the embedded platform takes when it is served; other limits are not known.
BATCH_BYTES: Final = 2 * 1024 * 1024

#: Files of one request: its answer, which is larger, is to be no burden either.
BATCH_FILES: Final = 5000


def import_files(
    transport: Transport, requests: Sequence[ImportFileRequest], *, caller: str | None
) -> list[FileRecord]:
    """Register files, in as many requests as that takes; of each request, all of its files are registered or none.

    Raises:
        InvalidRequest: A request cannot be sent, or two have one path; nothing was sent.
        PlatformError: What the platform met; the hint says how many files are registered.
    """
    calls = [datasets.import_files(batch, caller=caller) for batch in batches(requests)]
    if len(calls) > 1:
        _check_distinct(requests)
    records: list[FileRecord] = []
    for call in calls:
        try:
            records += transport.exchange(call, readers.imported_files())
        except PlatformError as error:
            if records:
                done = f"{len(records):,} of {len(requests):,} files are registered, those up to "
                error.hint = f'{done}"{records[-1].relative_path}"; {error.hint}'
            raise
    return records


def batches(
    requests: Sequence[ImportFileRequest], *, most_files: int = BATCH_FILES, most_bytes: int = BATCH_BYTES
) -> Iterator[list[ImportFileRequest]]:
    """Cut a list into parts, in order; one whose bytes alone are too many is a part of its own."""
    batch: list[ImportFileRequest] = []
    size = 0
    for request in requests:
        more = len(json_body(wire_content(request, "import files")))
        if batch and (len(batch) == most_files or size + more > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(request)
        size += more
    if batch:
        yield batch


def _check_distinct(requests: Sequence[ImportFileRequest]) -> None:
    """Refuse a path that stands twice, which in requests of its own would become a second version."""
    counts = Counter((request.dataset_id, request.relative_path) for request in requests)
    path, count = max(((path, count) for (_, path), count in counts.items()), key=lambda each: each[1])
    if count > 1:
        message = f'relative_path: "{path}" is named more than once'
        raise InvalidRequest(message, operation="import files", hint="name each path of a dataset once")

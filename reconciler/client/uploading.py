"""Uploading local files, where the platform offers it: begin, send each file as it is read, complete once."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

from reconciler.client import readers
from reconciler.client.answers import Reader, read_nothing, record_reader
from reconciler.client.calls import datasets, uploads
from reconciler.client.transport import Transport
from reconciler.domain.datasets import FileRecord
from reconciler.domain.values import WireModel
from reconciler.errors import InvalidRequest, MalformedAnswer, NotFound, PlatformError, PlatformUnavailable

#: Files that one message names.
_SHOWN: Final = 10


class _Upload(WireModel):
    upload_id: str


def upload(transport: Transport, dataset_id: str, files: Mapping[str, Path]) -> list[FileRecord]:
    """Upload local files into a dataset, by path inside it: all of them, or none.

    Raises:
        InvalidRequest: A path or a file cannot be used, or the platform offers no such uploads.
        PlatformError: What the platform met; nothing was added, unless the outcome is unknown.
    """
    operation = f'upload {len(files)} {"file" if len(files) == 1 else "files"} to dataset "{dataset_id}"'
    for path in files:
        uploads.steps(path, operation)
    if not files:
        transport.exchange(datasets.read(dataset_id, owner=None), readers.dataset())
        return []
    _check_readable(files, operation)
    upload_id = _begun(transport, dataset_id, operation)
    try:
        _send(transport, dataset_id, upload_id, files, operation)
        call = uploads.complete(dataset_id, upload_id, operation)
        records = transport.exchange(call, readers.imported_files())
    except PlatformUnavailable:
        # Who cannot be reached cannot be told; the platform gives up by itself what nobody completes.
        raise
    except BaseException:
        with suppress(PlatformError):
            transport.exchange(uploads.give_up(dataset_id, upload_id, operation), read_nothing)
        raise
    order = {path: number for number, path in enumerate(files)}
    return sorted(records, key=lambda record: order.get(record.relative_path, len(order)))


def _begun(transport: Transport, dataset_id: str, operation: str) -> str:
    """Begin an upload, and return its id."""
    call = uploads.begin(dataset_id, operation)
    with suppress(NotFound, InvalidRequest, MalformedAnswer):
        return transport.exchange(call, _upload_reader()).upload_id
    # Either the dataset is not there, which reading it tells, or the platform has no such operation.
    transport.exchange(datasets.read(dataset_id, owner=None), readers.dataset())
    raise InvalidRequest(
        "this platform takes no files from this tool: it takes them through its object store",
        operation=operation,
        hint="put the files where the platform can read them and import them by URI (import_files), "
        "or upload them with the platform's own client",
    )


def _send(transport: Transport, dataset_id: str, upload_id: str, files: Mapping[str, Path], operation: str) -> None:
    for path, source in files.items():
        call = uploads.send(dataset_id, upload_id, path, source, operation)
        try:
            transport.exchange(call, read_nothing)
        except OSError as error:
            raise InvalidRequest(f"cannot upload {source}: {error.strerror or error}", operation=operation) from error


def _check_readable(files: Mapping[str, Path], operation: str) -> None:
    problems = list(islice(_unreadable(files), _SHOWN))
    if problems:
        raise InvalidRequest(f"cannot upload {'; '.join(problems)}", operation=operation, hint="name files to read")


def _unreadable(files: Mapping[str, Path]) -> Iterator[str]:
    for source in files.values():
        try:
            # Asked first: to open a pipe would wait for who writes into it.
            if not stat.S_ISREG(source.stat().st_mode):
                yield f"{source}: it is not a file"
                continue
            source.open("rb").close()
        except OSError as error:
            yield f"{source}: {error.strerror}"
        except ValueError:
            yield f"{str(source)!r}: it is no path"


@cache
def _upload_reader() -> Reader[_Upload]:
    return record_reader(_Upload)

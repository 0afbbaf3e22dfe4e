"""Bodies of any content, received into files: an upload is larger than memory has room for."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from reconciler.embedded.http.refusals import Refused
from reconciler.embedded.http.staging import Received, Staging
from reconciler.errors import InvalidRequest, PlatformUnavailable

#: Bytes of one uploaded file.
FILE_LIMIT: Final = 64 * 1024**3

#: Bytes gathered before they are written.
_WRITTEN_AT_ONCE: Final = 1024 * 1024


@asynccontextmanager
async def received(
    request: Request, staging: Staging, *, body: AsyncIterable[bytes] | None = None
) -> AsyncIterator[Received]:
    """Receive the body into a file, which is gone afterwards unless it was moved elsewhere.

    ``body`` is what the request's own body holds, where that is wrapped in something.

    Raises:
        Refused: It is larger than :data:`FILE_LIMIT`.
        InvalidRequest: The client left before its end.
        PlatformUnavailable: The disk has no room for it.
    """
    try:
        descriptor, path = await run_in_threadpool(staging.receive)
        try:
            size = await _written(request.stream() if body is None else body, descriptor)
        except BaseException:
            path.unlink()
            raise
        finally:
            os.close(descriptor)
    except ClientDisconnect:
        raise InvalidRequest("the request ended before its body did") from None
    except OSError as error:
        raise PlatformUnavailable(f"the file cannot be kept: {error.strerror}") from error
    try:
        yield Received(path, size)
    finally:
        path.unlink(missing_ok=True)


async def _written(body: AsyncIterable[bytes], descriptor: int) -> int:
    """Write the body, and return its size."""
    size, waiting = 0, bytearray()
    async for chunk in body:
        size += len(chunk)
        if size > FILE_LIMIT:
            raise Refused(413, f"the file is larger than {FILE_LIMIT} bytes")
        waiting += chunk
        if len(waiting) >= _WRITTEN_AT_ONCE:
            await run_in_threadpool(_write, descriptor, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(_write, descriptor, bytes(waiting))
    return size


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]

"""Bodies in chunks as clients of object stores send them over TLS: a line with a size, so many bytes, a line's end.

The size is hexadecimal and may be followed by a signature; the chunk of size 0 is the last, trailers follow it. See
"aws-chunked" in the documentation of the AWS signature, version 4.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

from reconciler.errors import InvalidRequest

#: Bytes of a line with a size; a signature takes eighty.
_LONGEST_LINE: Final = 1024


async def unchunked(body: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Give the bytes that a body in chunks holds.

    Raises:
        InvalidRequest: It is no such body, or ends too early.
    """
    held, left = bytearray(), 0
    async for received in body:
        held += received
        while held:
            if left > 2:
                taken = bytes(held[: left - 2])
                left -= len(taken)
                del held[: len(taken)]
                yield taken
            elif left:
                if len(held) < left:
                    break
                del held[:left]
                left = 0
            else:
                size = _taken_size(held)
                if size is None:
                    break
                if size == 0:
                    # Checksums follow; the connection has its own.
                    async for _ in body:
                        pass
                    return
                left = size + 2
    raise InvalidRequest("the body ends before its last chunk")


def _taken_size(held: bytearray) -> int | None:
    """Take the line with the next size off what is held; None while it is not all there."""
    line, end, _ = held.partition(b"\r\n")
    if len(line) > _LONGEST_LINE:
        raise InvalidRequest("the body is not in chunks, as its headers say")
    if not end:
        return None
    del held[: len(line) + 2]
    text = bytes(line.partition(b";")[0])
    try:
        size = int(text, 16)
    except ValueError:
        size = -1
    if size < 0:
        raise InvalidRequest("the body is not in chunks, as its headers say")
    return size

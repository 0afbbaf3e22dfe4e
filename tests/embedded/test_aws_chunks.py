"""Bodies in chunks, as clients of object stores send them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.embedded.http.aws_chunks import unchunked
from reconciler.errors import InvalidRequest


def read(pieces: Sequence[bytes]) -> bytes:
    """Return what a body holds that arrives in these pieces."""

    async def arriving() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def joined() -> bytes:
        return b"".join([part async for part in unchunked(arriving())])

    return asyncio.run(joined())


@given(chunks=st.lists(st.binary(min_size=1, max_size=300)), size=st.integers(1, 400), signed=st.booleans())
def test_what_was_put_into_chunks_comes_out(chunks: list[bytes], size: int, *, signed: bool) -> None:
    """In whichever pieces it arrives."""
    after_size = b";chunk-signature=0123" if signed else b""
    body = b"".join(b"%x%s\r\n%s\r\n" % (len(chunk), after_size, chunk) for chunk in chunks)
    body += b"0" + after_size + b"\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"

    assert read([body[start : start + size] for start in range(0, len(body), size)]) == b"".join(chunks)


@pytest.mark.parametrize("body", [b"", b"5\r\nhello\r\n", b"5\r\nhel", b"hello\r\n", b"-1\r\nx", b"x" * 5000])
def test_what_is_not_in_chunks_is_refused(body: bytes) -> None:
    """An object that was cut off is none."""
    with pytest.raises(InvalidRequest):
        read([body])

"""The bytes of files: brought and read as the official package does, through an object store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.conformance.sdk import Claim, Sdk

#: More than goes in one part.
LARGE: Final = bytes(range(256)) * 80 * 1024


def files(sdk: Sdk) -> Iterator[Claim]:
    """Uploaded whole and in parts, one and many, and downloaded again."""
    store = sdk.bytes
    assert store is not None
    made = sdk.datasets.create("run", metadata={}, tags=[])
    store.upload(made, "a.txt", b"first")
    yield Claim("an uploaded file is there", sdk.datasets.files(made, include=["*"]), ["a.txt"])
    yield Claim("with its bytes", store.download(made, "a.txt").decode(), "first")
    store.upload(made, "a.txt", b"second")
    yield Claim("the next upload replaces it", store.download(made, "a.txt").decode(), "second")
    yield Claim("whoever has a link may read it", store.linked(made, "a.txt").decode(), "second")

    store.upload(made, "logs of today/b+\u00e4 & c.bin", LARGE)
    yield Claim("a large one comes in parts", store.download(made, "logs of today/b+\u00e4 & c.bin") == LARGE, True)

    many = {f"{number % 3}/{number:03}.txt": str(number).encode() for number in range(30)}
    all_of_them = sdk.datasets.create("many", metadata={}, tags=[])
    store.upload_all(all_of_them, many)
    yield Claim("a folder goes up and comes down", store.download_all(all_of_them) == many, True)

    sdk.datasets.import_file(made, "elsewhere.bag", uri="s3://bucket/elsewhere.bag")
    yield Claim(
        "what was imported has no bytes here",
        bool(sdk.refused(lambda: store.download(made, "elsewhere.bag"))),
        True,
    )

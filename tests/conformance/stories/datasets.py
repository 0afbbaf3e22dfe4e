"""Datasets and files, as far as triggers and invocations need them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.sdk import Claim, Sdk


def datasets(sdk: Sdk) -> Iterator[Claim]:
    """Made, found, filled by reference, emptied."""
    made = sdk.datasets.create("run 42", metadata={"sensor": {"type": "lidar"}}, tags=["day"])
    yield Claim("a dataset has an id", made.startswith("ds_"), True)
    yield Claim("it is found by its name", sdk.datasets.named("run 42"), [made])
    sdk.datasets.tag(made, "night")
    yield Claim("tags are put on", sdk.datasets.tags(made), ["day", "night"])

    first = sdk.datasets.import_file(made, "logs/a.bag", uri="s3://bucket/a.bag")
    sdk.datasets.import_file(made, "logs/b.bag", uri="s3://bucket/b.bag")
    sdk.datasets.import_file(made, "camera/c.jpg", uri="s3://bucket/c.jpg")
    yield Claim("files have ids", first.startswith("fl_"), True)
    yield Claim(
        "files are found by patterns",
        sorted(sdk.datasets.files(made, include=["**/*.bag"])),
        ["logs/a.bag", "logs/b.bag"],
    )
    yield Claim("a file may be marked as ingested", sdk.datasets.mark_ingested(first), "ingested")
    sdk.datasets.delete_file(first)
    yield Claim("a deleted file is gone", sorted(sdk.datasets.files(made, include=["**/*.bag"])), ["logs/b.bag"])
    sdk.datasets.delete(made)
    yield Claim("a deleted dataset is gone", sdk.datasets.named("run 42"), [])
    yield Claim("and unknown", sdk.refused(lambda: sdk.datasets.tags(made)), "RobotoNotFoundException")

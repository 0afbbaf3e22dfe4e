"""Searches that only the newest release makes: in RoboQL, through the query service, and for files of all datasets."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.sdk import Claim, Sdk


def searches(sdk: Sdk) -> Iterator[Claim]:
    """Datasets and files, found by what is asked of them."""
    find = sdk.searches
    assert find is not None
    day = sdk.datasets.create("day", metadata={"speed": 3, "sensor": {"type": "lidar"}}, tags=["x"])
    night = sdk.datasets.create("night", metadata={"speed": 7}, tags=["x", "y"])
    sdk.datasets.import_file(day, "logs/a.bag", uri="s3://bucket/a.bag")
    sdk.datasets.import_file(night, "logs/a.bag", uri="s3://bucket/b.bag")
    sdk.datasets.import_file(night, "c.jpg", uri="s3://bucket/c.jpg")

    yield Claim("datasets by their name", find.datasets('dataset.name = "day"'), [day])
    yield Claim("by metadata", find.datasets("metadata.speed > 3"), [night])
    yield Claim(
        "by what is within it, and tags",
        find.datasets('metadata.sensor.type = "lidar" OR tags CONTAINS "y"'),
        [night, day],
    )
    yield Claim("or by what they are not", find.datasets('NOT tags CONTAINS "y"'), [day])
    yield Claim("files by path", find.files('path LIKE "%.bag"'), ["logs/a.bag", "logs/a.bag"])
    yield Claim("and dataset", find.files(f'dataset_id = "{night}" AND path LIKE "%.jpg"'), ["c.jpg"])
    yield Claim("files by conditions", find.files_named("c.jpg"), ["c.jpg"])
    yield Claim(
        "what RoboQL has and this platform has not is refused",
        sdk.refused(lambda: find.files("msgpaths[a.b].max > 1")),
        "RobotoInvalidRequestException",
    )

    yield Claim("what is there is not made again", find.create_unless('dataset.name = "day"', name="day"), day)
    made = find.create_unless('dataset.name = "dusk"', name="dusk")
    yield Claim("what is not there is made", sdk.datasets.named("dusk"), [made])
    yield Claim("and found from then on", find.create_unless('dataset.name = "dusk"', name="dusk"), made)

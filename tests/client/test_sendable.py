"""What JSON and URLs cannot say is refused before anything is sent, by the place where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.domain.datasets import CreateDatasetRequest, QueryFilesRequest
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.values import ContainerParameters
from reconciler.errors import InvalidRequest
from tests.client.builders import create_action
from tests.client.scripted_server import ScriptedServer


def deep(levels: int) -> dict[str, Any]:
    """Return metadata nested so deep."""
    metadata: dict[str, Any] = {}
    for _ in range(levels):
        metadata = {"a": metadata}
    return metadata


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"a": {"b": [1, float("nan")]}}, "metadata.a.b[1]: NaN and infinity"),
        ({"a b": float("-inf")}, "metadata.'a b': NaN and infinity"),
        ({"a": ["\udfff"]}, "metadata.a[0]: a text holds half"),
        ({"a": [{"\ud800": 1}]}, "metadata.a[0]: a key holds half"),
        (deep(5000), "levels deep"),
        ({"a": object()}, "no way to say"),
    ],
)
def test_metadata_that_json_cannot_say_is_refused(
    server: ScriptedServer, platform: HttpPlatform, metadata: dict[str, Any], said: str
) -> None:
    """Nothing is altered on its way, and no error of a library comes through."""
    with pytest.raises(InvalidRequest) as caught:
        platform.create_dataset(CreateDatasetRequest(name="run", metadata=metadata))

    assert said in caught.value.message
    assert caught.value.__context__ is None
    assert server.asked == []


def test_all_of_them_are_named(platform: HttpPlatform) -> None:
    """One attempt tells them all."""
    with pytest.raises(InvalidRequest, match=r"description: .*; metadata\.a: "):
        platform.create_dataset(CreateDatasetRequest(description="\ud800", metadata={"a": float("inf")}))


def test_no_value_is_shown(platform: HttpPlatform) -> None:
    """It may be a secret."""
    parameters = ContainerParameters(env_vars={"TOKEN": "hunter2\ud800"})

    with pytest.raises(InvalidRequest, match="TOKEN") as caught:
        platform.create_action(create_action(container_parameters=parameters))

    assert "hunter2" not in f"{caught.value} {caught.value!r} {caught.value.hint}"


@pytest.mark.parametrize(
    "use",
    [
        lambda p: p.get_action("\ud800"),
        lambda p: p.get_action("a", digest="\ud800"),
        lambda p: p.create_action(create_action("\ud800")),
        lambda p: p.query_actions(QuerySpecification(after="\ud800")),
        lambda p: p.query_files("ds_1", QueryFilesRequest(page_token="\ud800")),
        lambda p: p.get_dataset("\ud800"),
        lambda p: p.invocation_logs("iv_1", page_token="\ud800"),
    ],
)
def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(
    server: ScriptedServer, platform: HttpPlatform, use: Callable[[HttpPlatform], object]
) -> None:
    """In paths, arguments and bodies; what is told can be printed."""
    with pytest.raises(InvalidRequest) as caught:
        use(platform)

    assert f"{caught.value.message} {caught.value.operation}".encode()
    assert server.asked == []

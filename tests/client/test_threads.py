"""One client serves several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from reconciler.client.http import HttpPlatform
from tests.client.builders import Pauses, action_data, connected
from tests.client.scripted_server import Answer, ScriptedServer


def test_threads_share_one_client_and_its_connections(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Every request gets its answer over no more connections than threads."""
    server.answer_with(Answer(data=action_data()))

    with ThreadPoolExecutor(8) as pool:
        records = list(pool.map(platform.get_action, [f"a{n}" for n in range(80)]))

    assert len(records) == 80
    assert {asked.path for asked in server.asked} == {f"/v1/actions/a{n}" for n in range(80)}
    assert server.connections <= 8


def test_more_threads_than_connections_wait_for_each_other(server: ScriptedServer) -> None:
    """Few connections are slower, not wrong: none is closed under a thread that waits for its answer."""
    server.answer_with(Answer(data=action_data()))
    pauses = Pauses()
    platform = connected(server.endpoint, pauses, max_connections=2)

    with ThreadPoolExecutor(8) as pool:
        records = list(pool.map(platform.get_action, ["a"] * 40))
    platform.close()

    assert len(records) == 40
    assert server.connections <= 2
    assert pauses == []


def test_the_organization_is_looked_up_once_for_all_threads(server: ScriptedServer) -> None:
    """Whoever comes first asks."""
    server.answer_with(Answer(data=[{"org_id": "og_only"}]))
    platform = connected(server.endpoint)

    with ThreadPoolExecutor(8) as pool:
        found = {identity.org_id for identity in pool.map(lambda _: platform.identity(), range(16))}
    platform.close()

    assert found == {"og_only"}
    assert len(server.asked) == 1


def test_an_answer_under_way_survives_closing(server: ScriptedServer) -> None:
    """Closing takes idle connections at once, and those in use when they come back."""
    platform = connected(server.endpoint)
    lanes = platform._transport.lanes

    with lanes.lane() as client:
        platform.close()
        assert not client.is_closed
    assert client.is_closed

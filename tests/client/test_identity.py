"""Which platform and which organization the client says it works on."""

from __future__ import annotations

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.domain.platform import PlatformIdentity
from reconciler.errors import ConfigurationError
from tests.client.builders import ORGANIZATION, action_data, connected, create_action
from tests.client.scripted_server import Answer, ScriptedServer


def test_a_named_organization_is_taken_without_asking(server: ScriptedServer, platform: HttpPlatform) -> None:
    """No request is made for what is known."""
    assert platform.identity() == PlatformIdentity("roboto", server.endpoint, ORGANIZATION)
    assert server.asked == []


def test_the_only_organization_is_looked_up_once(server: ScriptedServer) -> None:
    """The answer is remembered, and from then on sent along."""
    server.answer_with(Answer(data=[{"org_id": "og_only", "name": "Only"}]), Answer(data=action_data()))
    platform = connected(server.endpoint)

    assert platform.identity().org_id == "og_only"
    assert platform.identity().org_id == "og_only"
    platform.create_action(create_action())
    platform.close()

    assert [asked.path for asked in server.asked] == ["/v1/orgs/caller", "/v1/actions"]
    assert server.asked[1].headers["x-roboto-org-id"] == "og_only"


def test_several_organizations_are_listed(server: ScriptedServer) -> None:
    """The user chooses; the tool never does."""
    server.answer_with(Answer(data=[{"org_id": "og_a", "name": "Fleet"}, {"org_id": "og_b", "name": "Lab"}]))
    platform = connected(server.endpoint)

    with pytest.raises(ConfigurationError, match="2 organizations") as caught:
        platform.identity()
    platform.close()

    assert "og_a (Fleet), og_b (Lab)" in caught.value.hint
    assert "ROBOTO_ORG_ID" in caught.value.hint


def test_no_organization_is_an_error(server: ScriptedServer) -> None:
    """A token without any organization cannot work on anything."""
    server.answer_with(Answer(data=[]))
    platform = connected(server.endpoint)

    with pytest.raises(ConfigurationError, match="no organization"):
        platform.identity()
    platform.close()

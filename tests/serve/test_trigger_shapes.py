"""Triggers over HTTP: one trigger in two shapes, by the API version of whoever asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from reconciler.domain.platform_events import PlatformEventType
from reconciler.embedded.app import build_app
from reconciler.embedded.platform import Caller, EmbeddedPlatform
from tests.contract.server import serving

VERSION: Final = "X-Roboto-Api-Version"
NEWEST: Final = {VERSION: "2026-10-06"}
TOKENS: Final = {"ann": Caller("ann@ours.example", "og_ours"), "bob": Caller("bob@theirs.example", "og_theirs")}
TARGET: Final = {"type": "invoke_action", "target_id": "ingest", "action": {"name": "ros_ingest"}}
NEWER: Final[dict[str, Any]] = {
    "name": "on_bag",
    "fires_on": {"type": "events", "events": ["file.uploaded"], "once_per": "file"},
    "condition": {"field": "tags", "comparator": "CONTAINS", "value": "night"},
    "targets": [{**TARGET, "required_inputs": ["*.bag"], "parameter_values": {"a": 1}, "timeout": 5}],
}
OLDER: Final[dict[str, Any]] = {
    "name": "on_yaml",
    "action_name": "ros_ingest",
    "required_inputs": ["*.yaml"],
    "for_each": "dataset",
    "causes": ["file_ingest", "dataset_metadata_update"],
    "service_user_id": "service@ours.example",
}
SCHEDULE: Final = {"type": "schedule", "cron": "0 6 * * *"}
ONLY_NEWER: Final = {
    "two targets": {**NEWER, "targets": [*NEWER["targets"], {**NEWER["targets"][0], "target_id": "second"}]},
    "a schedule": {"name": "on_bag", "fires_on": SCHEDULE, "targets": [TARGET]},
    "another event": {
        "name": "on_bag",
        "fires_on": {"type": "events", "events": ["dataset.upload_completed"], "once_per": "dataset"},
        "targets": [TARGET],
    },
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served platform."""
    platform = EmbeddedPlatform.open(tmp_path_factory.mktemp("served") / "platform.db")
    with serving(build_app(platform, tokens=TOKENS)) as url:
        yield url
    platform.close()


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    """Ann, with an action and without triggers."""
    with httpx.Client(base_url=url, headers={"Authorization": "Bearer ann"}, trust_env=False) as client:
        client.post("/v1/actions", json={"name": "ros_ingest", "uri": "img:1"})
        for record in client.get("/v1/triggers", headers=NEWEST).json()["data"]["items"]:
            client.delete(f"/v1/triggers/id/{record['trigger_id']}", headers=NEWEST)
        yield client


def data(response: httpx.Response) -> Any:
    """Return what an answer holds."""
    assert response.status_code == 200, response.text
    return response.json()["data"]


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Return the status and the message of a refusal."""
    return response.status_code, response.json()["error"]["message"]


def created(client: httpx.Client, body: dict[str, Any]) -> Any:
    """Create a trigger in the newer shape."""
    return data(client.post("/v1/triggers", json=body, headers=NEWEST))


def test_what_is_written_new_is_read_old(client: httpx.Client) -> None:
    """Every field has its place in the other shape."""
    newer = created(client, NEWER)

    older = data(client.get("/v1/triggers/on_bag"))

    assert older["trigger_id"] == newer["trigger_id"]
    assert (older["causes"], older["for_each"]) == (["file_upload"], "dataset_file")
    assert older["action"] == {"name": "ros_ingest", "digest": None, "owner": "og_ours"}
    assert (older["required_inputs"], older["parameter_values"], older["timeout"]) == (["*.bag"], {"a": 1}, 5)
    assert older["condition"] == NEWER["condition"]
    assert older["service_user_id"]
    assert data(client.post("/v1/triggers/query", json={}))["items"] == [older]


def test_what_is_written_old_is_read_new(client: httpx.Client) -> None:
    """Also what the newer shape would not allow: files and metadata at once."""
    older = data(client.post("/v1/triggers", json=OLDER))

    newer = data(client.get("/v1/triggers/on_yaml", headers=NEWEST))

    assert newer["trigger_id"] == older["trigger_id"]
    assert newer["fires_on"] == {
        "type": "events",
        "events": ["file.ingested", "dataset.metadata_updated"],
        "once_per": "dataset",
    }
    assert [target["required_inputs"] for target in newer["targets"]] == [["*.yaml"]]
    assert (newer["engine"], newer["managed_by"], newer["enabled"]) == ("v1", None, True)
    assert "service_user_id" not in newer
    assert data(client.get(f"/v1/triggers/id/{older['trigger_id']}", headers=NEWEST)) == newer
    assert data(client.get("/v1/triggers", headers=NEWEST)) == {"items": [newer], "next_token": None}


def test_changes_show_in_the_other_shape(client: httpx.Client) -> None:
    """In both directions; what a change does not name stays, the target's own id included."""
    older = data(client.post("/v1/triggers", json=OLDER))
    path = f"/v1/triggers/id/{older['trigger_id']}"
    renamed = {**NEWER["targets"][0], "target_id": "mine"}

    data(client.put(path, json={"enabled": False, "targets": [renamed]}, headers=NEWEST))
    seen = data(client.get("/v1/triggers/on_yaml"))
    assert (seen["enabled"], seen["required_inputs"], seen["causes"]) == (False, ["*.bag"], OLDER["causes"])
    assert seen["service_user_id"] == OLDER["service_user_id"]

    data(client.put("/v1/triggers/on_yaml", json={"enabled": True, "required_inputs": ["*.txt"], "condition": None}))
    newer = data(client.get(path, headers=NEWEST))
    assert (newer["enabled"], newer["condition"]) == (True, None)
    assert [(target["target_id"], target["required_inputs"]) for target in newer["targets"]] == [("mine", ["*.txt"])]

    data(client.put(path, json={"name": "renamed"}, headers=NEWEST))
    assert data(client.get("/v1/triggers/renamed"))["trigger_id"] == older["trigger_id"]
    assert client.get("/v1/triggers/on_yaml").status_code == 404


def test_causes_left_to_the_platform_stay_so(client: httpx.Client) -> None:
    """A change of something else does not write them down."""
    older = data(client.post("/v1/triggers", json={**OLDER, "causes": None}))

    data(client.put(f"/v1/triggers/id/{older['trigger_id']}", json={"enabled": False}, headers=NEWEST))

    assert data(client.get("/v1/triggers/on_yaml"))["causes"] is None


@pytest.mark.parametrize("body", ONLY_NEWER.values(), ids=ONLY_NEWER.keys())
def test_what_has_no_older_form_is_hidden_from_older_clients(client: httpx.Client, body: dict[str, Any]) -> None:
    """Not listed, not found, not overwritten, and its name is taken."""
    newer = created(client, body)

    assert data(client.post("/v1/triggers/query", json={}))["items"] == []
    for method in ("GET", "PUT", "DELETE"):
        assert client.request(method, "/v1/triggers/on_bag", json={} if method == "PUT" else None).status_code == 404
    assert client.post("/v1/triggers", json={**OLDER, "name": "on_bag"}).status_code == 409
    assert data(client.get("/v1/triggers/on_bag", headers=NEWEST)) == newer


def test_a_change_moves_a_trigger_out_of_sight_and_back(client: httpx.Client) -> None:
    """The id stays; older clients see the trigger whenever there is something they understand."""
    newer = created(client, NEWER)
    path = f"/v1/triggers/id/{newer['trigger_id']}"

    data(client.put(path, json={"fires_on": SCHEDULE, "condition": None, "targets": [TARGET]}, headers=NEWEST))
    assert client.get("/v1/triggers/on_bag").status_code == 404
    assert data(client.get(f"/v1/triggers/scheduled/id/{newer['trigger_id']}"))["schedule"] == "0 6 * * *"

    back = {name: NEWER[name] for name in ("fires_on", "condition", "targets")}
    data(client.put(path, json=back, headers=NEWEST))
    assert data(client.get("/v1/triggers/on_bag"))["trigger_id"] == newer["trigger_id"]
    assert client.get(f"/v1/triggers/scheduled/id/{newer['trigger_id']}").status_code == 404


@pytest.mark.parametrize("version", [None, "2025-07-14", "2026-08-10"])
def test_older_versions_speak_the_older_shape(client: httpx.Client, version: str | None) -> None:
    """Clients that name no version are the oldest; what only newer ones have is not there."""
    headers = {} if version is None else {VERSION: version}

    assert "causes" in data(client.post("/v1/triggers", json=OLDER, headers=headers))
    assert client.post("/v1/triggers", json=NEWER, headers=headers).status_code == 400
    assert client.get("/v1/triggers", headers=headers).status_code == 400
    assert client.get("/v1/triggers/events/samples", headers=headers).status_code == 400


@pytest.mark.parametrize("version", ["2026-08-27", "2026-10-06"])
def test_newer_versions_speak_the_newer_shape(client: httpx.Client, version: str) -> None:
    """From the day of the change on."""
    headers = {VERSION: version}

    assert "fires_on" in data(client.post("/v1/triggers", json=NEWER, headers=headers))
    assert client.post("/v1/triggers", json=OLDER, headers=headers).status_code == 400
    assert client.post("/v1/triggers/query", json={}, headers=headers).status_code == 400


def test_a_service_user_is_refused_from_newer_clients(client: httpx.Client) -> None:
    """Older ones may still name one."""
    response = client.post("/v1/triggers", json={**NEWER, "service_user_id": "me"}, headers=NEWEST)

    assert refusal(response) == (400, "service_user_id: the platform chooses the service user; leave it out")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"targets": []}, ["at least one target"]),
        ({"fires_on": {"type": "events", "events": [], "once_per": "dataset"}}, ["at least one event"]),
        (
            {"targets": [{"type": "start_agent", "target_id": "a", "agent_id": "b"}]},
            ["only invokes actions"],
        ),
        (
            {"targets": [{"type": "send_slack_message", "target_id": "a", "channel_id": "b", "text": "{{x}}"}]},
            ["only invokes actions", "placeholder"],
        ),
        (
            {"fires_on": {"type": "events", "events": ["session.ingested"], "once_per": "occurrence"}},
            ["nothing on this platform raises", "required_inputs"],
        ),
        ({"condition": {"field": "invocation.org_id", "comparator": "EXISTS"}}, ["not there for every event"]),
        (
            {
                "fires_on": {"type": "events", "events": ["dataset.created"], "once_per": "dataset"},
                "condition": {"field": "changed.weather", "comparator": "EXISTS"},
            },
            ["not there for every event"],
        ),
        ({"fires_on": {"type": "schedule", "cron": "@daily"}}, ["five fields"]),
        ({"fires_on": {"type": "weekly"}}, ["fires_on"]),
        ({"name": "events"}, ["route of that name"]),
        ({"targets": [{**NEWER["targets"][0], "timeout": 0}]}, ["timeout"]),
        ({"condition": {"field": "size", "comparator": "LESS_THAN", "value": 1e999}}, ["condition"]),
    ],
)
def test_what_would_never_work_is_refused_in_words(
    client: httpx.Client, changes: dict[str, Any], words: list[str]
) -> None:
    """Every problem at once, and nothing is created."""
    response = client.post(
        "/v1/triggers",
        content=json.dumps({**NEWER, **changes}),
        headers={**NEWEST, "Content-Type": "application/json"},
    )

    status, message = refusal(response)
    assert status == 400
    assert all(word in message for word in words)
    assert data(client.get("/v1/triggers", headers=NEWEST))["items"] == []


def test_an_update_is_refused_for_what_it_breaks(client: httpx.Client) -> None:
    """And leaves everything as it was; a name that is taken is a conflict, an unknown action not found."""
    newer, other = created(client, NEWER), data(client.post("/v1/triggers", json=OLDER))
    path = f"/v1/triggers/id/{newer['trigger_id']}"

    def put(body: dict[str, Any]) -> int:
        return client.put(path, json=body, headers=NEWEST).status_code

    assert put({"targets": []}) == 400
    assert put({"fires_on": {"type": "events", "events": ["dataset.created"], "once_per": "file"}}) == 400
    assert put({"name": other["name"]}) == 409
    assert put({"targets": [{**NEWER["targets"][0], "action": {"name": "ghost"}}]}) == 404
    assert data(client.get(path, headers=NEWEST)) == newer


def test_strangers_find_nothing(client: httpx.Client, url: str) -> None:
    """Whichever way they ask."""
    newer = created(client, NEWER)
    path = f"/v1/triggers/id/{newer['trigger_id']}"
    headers = {**NEWEST, "Authorization": "Bearer bob"}

    with httpx.Client(base_url=url, headers=headers, trust_env=False) as stranger:
        ours = {"X-Roboto-Resource-Owner-Id": "og_ours"}
        assert stranger.get(path).status_code == 404
        assert stranger.get(path, headers=ours).status_code == 404
        assert stranger.put(path, json={"enabled": False}).status_code == 404
        assert stranger.delete(path).status_code == 404
        assert stranger.get(f"{path}/dispatches").status_code == 404
        assert stranger.post(f"{path}/dry-run", json={"dataset_id": "x"}).status_code == 404
        assert stranger.get("/v1/triggers/on_bag", headers=ours).status_code == 404
        assert stranger.get("/v1/triggers", headers=ours).status_code == 403
        assert data(stranger.get("/v1/triggers"))["items"] == []


def test_samples_show_where_conditions_can_look(client: httpx.Client) -> None:
    """Clients look any event up, also those that nothing here raises."""
    samples = data(client.get("/v1/triggers/events/samples", headers=NEWEST))["samples"]

    assert set(samples) == set(PlatformEventType)
    sample = samples["file.uploaded"]
    assert sample.keys() == {"event_type", "event", "namespace", "paths"}
    assert sample["namespace"].keys() == {"envelope", "trigger", "dataset", "file"}
    assert {"dataset.tags", "dataset.metadata.weather", "file.size", "envelope.data.file_id"} <= set(sample["paths"])


def test_a_dry_run_answers_gate_by_gate(client: httpx.Client) -> None:
    """In the order in which the gates stand."""
    newer = created(client, {**NEWER, "fires_on": {**NEWER["fires_on"], "once_per": "dataset"}})
    dataset_id = data(client.post("/v1/datasets", json={"name": "run", "tags": ["night"]}))["dataset_id"]

    path = f"/v1/triggers/id/{newer['trigger_id']}/dry-run"
    answer = data(client.post(path, json={"dataset_id": dataset_id}, headers=NEWEST))

    assert (answer["trigger_id"], answer["event_type"]) == (newer["trigger_id"], "file.uploaded")
    assert not answer["would_fire"]
    assert "*.bag" in answer["verdict"]
    assert [(gate["gate"], gate["status"]) for gate in answer["gates"]] == [
        ("subscribed", "passed"),
        ("enabled", "passed"),
        ("condition", "passed"),
        ("target_prefilter", "failed"),
        ("already_fired", "not_evaluated"),
    ]
    assert client.post(path, json={}, headers=NEWEST).status_code == 400
    scheduled = created(client, {"name": "daily", "fires_on": SCHEDULE, "targets": [TARGET], "enabled": False})
    answer = data(client.post(f"/v1/triggers/id/{scheduled['trigger_id']}/dry-run", json={}, headers=NEWEST))
    assert [gate["status"] for gate in answer["gates"]][:2] == ["passed", "failed"]


def test_scheduled_triggers_over_http(client: httpx.Client) -> None:
    """Made, read by name and id, changed, asked for their evaluations, deleted; by clients of any version."""
    body = {"name": "daily", "schedule": "0 6 * * *", "action_name": "ros_ingest", "enabled": True, "timeout": None}
    record = data(client.post("/v1/triggers/scheduled", json=body))
    path = f"/v1/triggers/scheduled/id/{record['trigger_id']}"

    assert record["next_occurrence"].endswith("T06:00:00Z")
    assert data(client.get("/v1/triggers/scheduled/daily")) == record
    assert data(client.get(path, headers=NEWEST)) == record
    assert data(client.put(path, json={"enabled": False}))["next_occurrence"] is None
    assert refusal(client.put(path, json={"schedule": "x"}))[0] == 400
    evaluations = "/v1/triggers/daily/evaluations"
    assert data(client.get(evaluations, params={"trigger_type": "scheduled", "limit": 100})) == {
        "items": [],
        "next_token": None,
    }
    assert client.get(evaluations).status_code == 404
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


LAST_OLDER: Final = {VERSION: "2026-08-10"}
ON_CHANGED_FILE: Final[dict[str, Any]] = {
    "name": "on_label",
    "action_name": "ros_ingest",
    "required_inputs": ["*.bag"],
    "for_each": "dataset_file",
    "causes": ["file_upload", "file_metadata_update"],
}


def labelled(client: httpx.Client, path: str = "a.bag") -> str:
    """Import a file, change its metadata, and return the id of its dataset."""
    dataset_id = str(data(client.post("/v1/datasets", json={"name": "run"}))["dataset_id"])
    file = {"dataset_id": dataset_id, "relative_path": path, "uri": f"s3://bucket/{path}", "size": 1}
    file_id = data(client.post("/v1/files/import", json=file))["file_id"]
    data(client.put(f"/v1/files/record/{file_id}", json={"metadata_changeset": {"put_fields": {"label": "dog"}}}))
    return dataset_id


def test_the_last_older_version_has_a_cause_more(client: httpx.Client) -> None:
    """What it writes, it reads, finds and changes, and the newer shape has its own word for it."""
    older = data(client.post("/v1/triggers", json=ON_CHANGED_FILE, headers=LAST_OLDER))

    newer = data(client.get("/v1/triggers/on_label", headers=NEWEST))

    assert newer["fires_on"]["events"] == ["file.uploaded", "file.metadata_updated"]
    assert data(client.get("/v1/triggers/on_label", headers=LAST_OLDER)) == older
    assert data(client.post("/v1/triggers/query", json={}, headers=LAST_OLDER))["items"] == [older]
    changed = client.put("/v1/triggers/on_label", json={"causes": ["file_metadata_update"]}, headers=LAST_OLDER)
    assert data(changed)["causes"] == ["file_metadata_update"]


def test_what_the_newer_shape_says_of_changed_files_is_read_in_the_last_older_version(client: httpx.Client) -> None:
    """From where it may be written back."""
    created(client, {**NEWER, "fires_on": {**NEWER["fires_on"], "events": ["file.metadata_updated"]}})

    assert data(client.get("/v1/triggers/on_bag", headers=LAST_OLDER))["causes"] == ["file_metadata_update"]


def test_a_cause_that_came_later_is_not_there_for_older_clients(client: httpx.Client) -> None:
    """They could not read it: not in listings, not by name, and what they ask for in its place is refused."""
    data(client.post("/v1/triggers", json=ON_CHANGED_FILE, headers=LAST_OLDER))
    for headers in ({}, {VERSION: "2025-07-14"}):
        assert data(client.post("/v1/triggers/query", json={}, headers=headers))["items"] == []
        for method, body in (("GET", None), ("PUT", {"enabled": False}), ("DELETE", None)):
            answer = client.request(method, "/v1/triggers/on_label", json=body, headers=headers)
            assert refusal(answer)[0] == 404
        taken = client.post("/v1/triggers", json={**ON_CHANGED_FILE, "causes": None}, headers=headers)
        assert refusal(taken)[0] == 409
        status, message = refusal(client.post("/v1/triggers", json={**ON_CHANGED_FILE, "name": "o"}, headers=headers))
        assert (status, "causes: this API version has" in message) == (400, True)


def test_a_changed_file_fires_an_older_trigger(client: httpx.Client) -> None:
    """Those that name the cause, and no others; its history is shown to older clients without the cause."""
    data(client.post("/v1/triggers", json=ON_CHANGED_FILE, headers=LAST_OLDER))
    data(client.post("/v1/triggers", json={**ON_CHANGED_FILE, "name": "on_default", "causes": None}))

    dataset_id = labelled(client)

    seen = {}
    for version in ("2025-07-14", "2026-08-10"):
        path = f"/v1/triggers/dataset/id/{dataset_id}/evaluations"
        items = data(client.get(path, headers={VERSION: version}))["items"]
        seen[version] = [(each["cause"], each["outcome"]) for each in items]
    assert seen["2026-08-10"] == [("file_metadata_update", "invoked_action"), ("file_ingest", "invoked_action")]
    assert seen["2025-07-14"] == [(None, "invoked_action"), ("file_ingest", "invoked_action")]
    dispatches = f"/v1/triggers/id/{data(client.get('/v1/triggers/on_label', headers=NEWEST))['trigger_id']}/dispatches"
    (slot,) = data(client.get(dispatches, headers=NEWEST))["items"]
    assert slot["event_type"] == "file.metadata_updated"

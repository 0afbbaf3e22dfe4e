"""Many clients at once on one server: no update is lost, and nobody hears of a lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import httpx

from tests.contract.run_builders import new_invocation
from tests.serve.processes import Server, serving

CLIENTS: Final = 64
INVOCATION: Final = new_invocation().model_dump(mode="json")


def work(server: Server, number: int) -> list[httpx.Response]:
    """Do what a client does, some of it to what all of them work on."""
    name = f"a{number}"
    changeset = {"put_fields": {f"k{number}": number}, "put_tags": [f"t{number}"]}
    with server.client() as client:
        created = client.post("/v1/datasets", json={"name": name})
        dataset_id = created.json()["data"]["dataset_id"]
        requests = [{"dataset_id": dataset_id, "relative_path": "a.bag", "uri": "s3://b/k"}]
        return [
            created,
            client.put("/v1/actions/shared", json={"metadata_changeset": changeset}),
            client.post("/v1/actions", json={"name": name, "uri": "img:1"}),
            client.post("/v1/files/import/batch", json={"requests": requests}),
            client.put(f"/v1/datasets/{dataset_id}", json={"metadata_changeset": changeset}),
            client.post(f"/v1/actions/{name}/invoke", json=INVOCATION),
            client.post("/v1/actions/invocations/query", json={"limit": 10}),
            client.put("/v1/actions/shared", json={"metadata_changeset": {"put_fields": {f"again{number}": 1}}}),
        ]


def test_64_clients_lose_no_update(tmp_path: Path) -> None:
    """Every request is answered with success, and every change is there afterwards."""
    with serving(tmp_path / "platform.db") as server:
        with server.client() as client:
            client.post("/v1/actions", json={"name": "shared", "uri": "img:1"})
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = [each for done in pool.map(lambda number: work(server, number), range(CLIENTS)) for each in done]
        with server.client() as client:
            shared = client.get("/v1/actions/shared").json()["data"]
            runs = client.post("/v1/actions/invocations/query", json={}).json()["data"]["items"]
        code, said = server.end()

    assert {answer.status_code for answer in answers} == {200}, {answer.text for answer in answers}
    names = range(CLIENTS)
    assert shared["metadata"].keys() == {f"k{number}" for number in names} | {f"again{number}" for number in names}
    assert set(shared["tags"]) == {f"t{number}" for number in names}
    assert len(runs) == CLIENTS
    assert (code, "locked" in said) == (0, False)

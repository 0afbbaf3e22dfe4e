"""Schemathesis, which knows nothing of ours, against the served platform and the document that it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from reconciler.embedded.access import Caller
from reconciler.embedded.platform import EmbeddedPlatform
from tests.conformance.environments import Environment
from tests.conformance.exploring import COVERAGE, FUZZING, About, Exploration, explored
from tests.conformance.serving import Served, serving
from tests.embedded.furnished import furnish

#: Where API versions differ, most operations are asked for in this one.
OLDER = "2025-07-14"
NEWER = "2026-10-06"
VERSION = "header.X-Roboto-Api-Version"

#: How many operations the document told of when this was last looked at.
OPERATIONS = 78

NIGHTLY = {"schedule": "0 3 * * *", "action_name": "one", "enabled": False}


@pytest.mark.parametrize("phases", [COVERAGE, FUZZING])
def test_schemathesis_finds_no_failure_and_nothing_undocumented(
    explorer: Environment, tmp_path: Path, phases: str
) -> None:
    """Whatever the document lets clients ask: no 5xx, no status and no answer that it does not tell of."""
    found = tried(explorer, tmp_path, phases=phases)

    assert (found.findings, found.troubles) == ((), ()), found.said
    assert found.operations >= OPERATIONS


def tried(explorer: Environment, folder: Path, *, phases: str) -> Exploration:
    """Serve a platform that has one of everything, and have it explored."""
    known, doomed = furnished(folder, "one"), furnished(folder, "doomed")
    with serving(folder, executor="none") as served:
        about = [*subjects(added(served, known, "one"), added(served, doomed, "doomed"))]
        found = explored(explorer, served, folder, phases=phases, about=about)
        log = (folder / "server.log").read_text()

    # It really was about what there is.
    assert answered(log, "GET", f"/v1/files/record/{known['file_id']}", "200"), found.said
    assert answered(log, "GET", f"/v1/files/{known['uploaded_id']}/content", "200"), found.said
    assert answered(log, "DELETE", f"/v1/files/{doomed['file_id']}", "204"), found.said
    assert answered(log, "DELETE", f"/v1/triggers/id/{doomed['trigger_id']}", "204"), found.said
    return found


def furnished(folder: Path, name: str) -> Mapping[str, str]:
    """Make one of everything, on a platform that is not served yet, and return ids by the name paths have for them."""
    caller = Caller("ann@ours.example", "og_ours")
    with closing(EmbeddedPlatform.open(folder / "platform.db", caller=caller)) as platform:
        return furnish(platform, name=name).ids


def added(served: Served, ids: Mapping[str, str], name: str) -> dict[str, str]:
    """Make what only a server has, and return all ids."""
    headers = {"Authorization": f"Bearer {served.ours}"}
    with httpx.Client(base_url=served.endpoint, headers=headers, trust_env=False) as client:
        upload = client.post(f"/v1/datasets/{ids['dataset_id']}/uploads").json()["data"]
        nightly = client.post("/v1/triggers/scheduled", json={**NIGHTLY, "name": f"{name}-nightly"}).json()["data"]
        asked = {"target": "files", "query": {}}
        query = client.post("/v1/query/submit/structured", json=asked).json()["data"]
        alone = client.post("/v1/actions", json={"name": f"{name}-alone", "uri": "img"}).json()["data"]
        empty = client.post("/v1/datasets", json={}).json()["data"]
    return {
        **ids,
        "upload_id": upload["upload_id"],
        "transaction_id": f"{ids['dataset_id']}.{upload['upload_id']}",
        "query_id": query["query_id"],
        "scheduled_id": nightly["trigger_id"],
        "scheduled_name": nightly["name"],
        "alone": alone["name"],
        "empty": empty["dataset_id"],
    }


def subjects(known: Mapping[str, str], doomed: Mapping[str, str]) -> list[About]:
    """Say what requests are about: those that delete about what is doomed, all others about what stays."""
    return [
        *_about("(?!DELETE)", known, action=known["name"]),
        # What triggers name cannot be deleted, and with a dataset its files are gone.
        *_about("(?=DELETE)", {**doomed, "dataset_id": doomed["empty"]}, action=doomed["alone"]),
    ]


def _about(method: str, ids: Mapping[str, str], *, action: str) -> Iterator[About]:
    def of(paths: str, **names: str) -> About:
        return About(f"include-name-regex = '^{method}[A-Z]+ /v[12]/{paths}'", names)

    held = {f"path.{name}": value for name, value in ids.items()}
    bytes_of = "files/[^/]+/(content|signed-url)$"
    nightly = {"path.trigger_id": ids["scheduled_id"], "path.name": ids["scheduled_name"]}
    yield of(bytes_of, **{"path.file_id": ids["uploaded_id"]})
    yield of(f"(?!{bytes_of})(actions|datasets|files|orgs|query|users)/", **{**held, "path.name": action})
    yield of("triggers/([{]|dataset/|query)", **{**held, VERSION: OLDER})
    yield of("triggers/(id|events)/", **{**held, VERSION: NEWER})
    yield of("triggers/scheduled", **nightly)


def answered(log: str, method: str, path: str, status: str) -> list[str]:
    """Return the lines of the log with this answer to this request."""
    return [line for line in log.splitlines() if f" {method} {path} {status} " in line]

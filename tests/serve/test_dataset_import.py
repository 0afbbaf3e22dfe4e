"""``reconciler dataset import`` against a served platform, and what it makes of where files are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.cli.file_uris import base_of, is_local, uri_below
from reconciler.client.http import HttpPlatform
from reconciler.client.importing import BATCH_FILES
from reconciler.domain.datasets import CreateDatasetRequest, ImportFileRequest, QueryFilesRequest
from reconciler.domain.platform import PlatformIdentity
from reconciler.domain.queries import each_of_pages
from reconciler.embedded.app import BODY_LIMIT
from reconciler.errors import ConfigurationError
from tests.serve.processes import Server, environment, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A platform that runs nothing."""
    with serving(tmp_path_factory.mktemp("served") / "platform.sqlite3") as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files, one in a folder."""
    (tmp_path / "run 42" / "logs").mkdir(parents=True)
    (tmp_path / "run 42" / "a.txt").write_text("first")
    (tmp_path / "run 42" / "logs" / "b#.txt").write_text("second")
    return tmp_path / "run 42"


def imported(server: Server, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Import a folder over HTTP."""
    environ = {**environment(), "ROBOTO_API_KEY": server.token, "ROBOTO_SERVICE_ENDPOINT": server.url}
    command = [sys.executable, "-m", "reconciler", "dataset", "import", str(folder), "--output=json", *options]
    return subprocess.run(command, capture_output=True, text=True, env=environ, cwd=folder, timeout=60, check=False)


def uris(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return where files were registered."""
    assert done.returncode == 0, done.stderr
    files: list[dict[str, Any]] = json.loads(done.stdout)["files"]
    return [file["uri"] for file in files]


def test_copied_files_are_uploaded(server: Server, folder: Path) -> None:
    """Their bytes are with the platform from then on."""
    done = imported(server, folder, "--copy")
    files = {file["relative_path"]: file for file in json.loads(done.stdout)["files"]}
    with server.client() as client:
        content = client.get(f"/v1/files/{files['logs/b#.txt']['file_id']}/content")

    assert {path: file["storage_type"] for path, file in files.items()} == dict.fromkeys(files, "uploaded")
    assert sorted(files) == ["a.txt", "logs/b#.txt"]
    assert content.text == "second"


def test_on_the_same_machine_files_stay_where_they_are(server: Server, folder: Path) -> None:
    """And what that takes is said."""
    done = imported(server, folder)

    assert uris(done) == [(folder / "a.txt").as_uri(), (folder / "logs" / "b#.txt").as_uri()]
    assert "Registered by file:// URIs" in done.stderr
    assert "--copy" in done.stderr


def test_files_that_are_elsewhere_too_are_registered_there(server: Server, folder: Path) -> None:
    """Their bytes are touched by nobody, and nothing is to be said."""
    done = imported(server, folder, "--uri", "s3://bucket/run 42/")

    assert uris(done) == ["s3://bucket/run 42/a.txt", "s3://bucket/run 42/logs/b#.txt"]
    assert "file://" not in done.stderr


@pytest.mark.parametrize("options", [("--copy", "--uri", "s3://b"), ("--uri", "bucket/folder"), ("--uri", "")])
def test_what_makes_no_sense_is_wrong_usage(server: Server, folder: Path, options: tuple[str, ...]) -> None:
    """Nothing is made."""
    with server.client() as client:
        before = datasets(client)
        assert imported(server, folder, *options).returncode == 64
        assert datasets(client) == before


def datasets(client: httpx.Client) -> int:
    """Return how many datasets there are."""
    return len(client.post("/v1/datasets/query", json={}).json()["data"]["items"])


def test_files_of_this_machine_mean_nothing_to_another() -> None:
    """There, their paths lead elsewhere: what to do instead is said."""
    identity = PlatformIdentity(kind="roboto", endpoint="https://api.roboto.ai", org_id="og_1")
    with pytest.raises(ConfigurationError) as refused:
        base_of(Path("bags"), uri=None, identity=identity)

    assert "--copy" in str(refused.value.hint)
    assert "--uri" in str(refused.value.hint)
    assert base_of(Path("bags"), uri="s3://bucket/bags/", identity=identity) == "s3://bucket/bags"


@pytest.mark.parametrize(
    ("endpoint", "local"),
    [
        ("http://127.0.0.1:8700", True),
        ("http://localhost:8700", True),
        ("http://[::1]:8700", True),
        ("https://api.roboto.ai", False),
        ("http://192.168.0.7:8700", False),
        ("http://localhost.example.com", False),
        ("nonsense", False),
    ],
)
def test_an_endpoint_is_local_by_its_name(endpoint: str, *, local: bool) -> None:
    """No other address is looked up."""
    assert is_local(endpoint) is local


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("file:///data", "file:///data/a%20b/c%23.bag"),
        ("https://files.example.com/x", "https://files.example.com/x/a%20b/c%23.bag"),
        ("s3://bucket/x", "s3://bucket/x/a b/c#.bag"),
    ],
)
def test_paths_are_encoded_where_uris_are(base: str, expected: str) -> None:
    """Keys of an object store are written as they are."""
    assert uri_below(base, "a b/c#.bag") == expected


def test_more_files_than_a_request_may_hold_are_registered(server: Server) -> None:
    """Twenty thousand of them, together larger than any body the server takes."""
    with closing(HttpPlatform.connect(endpoint=server.url, token=server.token)) as platform:
        dataset_id = platform.create_dataset(CreateDatasetRequest(name="many")).dataset_id
        asked = [
            ImportFileRequest(dataset_id=dataset_id, relative_path=f"{number:05}.bag", uri=f"s3://{'b' * 200}/{number}")
            for number in range(20_000)
        ]
        records = platform.import_files(asked)

        pages = each_of_pages(lambda token: platform.query_files(dataset_id, QueryFilesRequest(page_token=token)))
        registered = [record.relative_path for record in pages]

    assert sum(len(request.model_dump_json()) for request in asked) > BODY_LIMIT
    assert [record.relative_path for record in records] == registered == [each.relative_path for each in asked]


def test_an_import_that_stopped_half_way_goes_on(server: Server, tmp_path: Path) -> None:
    """What is registered stays, how to go on is said, and nothing is registered a second time."""
    for number in range(BATCH_FILES):
        (tmp_path / f"{number:05}.bag").touch()
    refused = tmp_path / "no\ntext.bag"
    refused.touch()

    stopped = imported(server, tmp_path)
    error = json.loads(stopped.stdout)["error"]
    option, dataset_id = error["hint"].split()[-2:]
    refused.rename(tmp_path / "text.bag")
    went_on = imported(server, tmp_path, option, dataset_id)

    assert stopped.returncode == 1
    assert "5,000 of 5,001 files are registered" in error["hint"]
    assert [Path(uri).name for uri in uris(went_on)] == ["text.bag"]
    assert json.loads(went_on.stdout)["left_out"]["registered"] == BATCH_FILES
    assert "Left as they are: 5,000" in went_on.stderr


def test_a_trigger_that_fired_is_told_with_where_it_runs(server: Server, folder: Path) -> None:
    """There, and not by this command's runner."""
    with server.client() as client:
        client.post("/v1/actions", json={"name": "count", "uri": "img:1"}).raise_for_status()
        trigger = {"name": "on_b", "action_name": "count", "required_inputs": ["**/b#.txt"], "for_each": "dataset"}
        client.post("/v1/triggers", json={**trigger, "causes": ["file_ingest"]}).raise_for_status()
        told = imported(server, folder, "--output", "text").stderr
        client.delete("/v1/triggers/on_b").raise_for_status()

    assert "Queued by triggers:" in told
    assert "The platform runs them; how it goes: reconciler logs iv_" in told
    assert "reconciler run" not in told

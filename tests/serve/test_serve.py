"""``reconciler serve`` as people start it, use it and stop it."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serve.processes import ended, serving

ACTION = {"name": "ros_ingest", "uri": "img:1"}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the database is to be, in a folder that is not there yet."""
    return tmp_path / "platform" / "platform.sqlite3"


def test_it_says_where_it_is_and_who_may_come_in(database: Path) -> None:
    """The URL on standard output, the token in a file for its owner alone; both are told."""
    with serving(database) as server:
        with server.client() as client:
            assert client.post("/v1/actions", json=ACTION).status_code == 200
            assert client.get("/v1/users").json()["data"]["user_id"] == "local@localhost"
            assert [each["org_id"] for each in client.get("/v1/orgs/caller").json()["data"]] == ["og_local"]
        assert httpx.get(f"{server.url}/v1/users", trust_env=False).status_code == 401
        code, said = server.end()

    token_file = database.with_name("platform.sqlite3.token")
    assert code == 0
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert str(token_file) in said
    assert server.token not in said
    assert said.endswith("stopped\n")


def test_what_clients_need_is_told_for_a_shell(tmp_path: Path) -> None:
    """Whoever copies the lines has the variables, wherever the database is."""
    with serving(tmp_path / "it's here" / "platform.sqlite3") as server:
        # Once it answers, it has said all that.
        httpx.get(f"{server.url}/health", trust_env=False).raise_for_status()
        _, said = server.end()

    lines = [line.strip() for line in said.splitlines() if line.startswith("  export ")]
    script = "\n".join([*lines, 'echo "$ROBOTO_SERVICE_ENDPOINT $ROBOTO_API_KEY $AWS_ENDPOINT_URL_S3"'])
    told = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split() == [server.url, server.token, f"{server.url}/s3"]


def test_a_second_start_goes_on_where_the_first_one_ended(database: Path) -> None:
    """The same data and the same token, told as one line of JSON."""
    with serving(database) as server:
        with server.client() as client:
            client.post("/v1/actions", json=ACTION)
        server.end(signal.SIGINT)
    with serving(database, "--output", "json") as again:
        told = json.loads(again.first_line)
        headers = {"Authorization": f"Bearer {server.token}"}
        read = httpx.get(f"{told['url']}/v1/actions/ros_ingest", headers=headers, trust_env=False)
        assert told == {
            "url": told["url"],
            "object_store_url": f"{told['url']}/s3",
            "token_file": f"{database}.token",
            "pid": again.process.pid,
        }
        assert read.status_code == 200
        assert again.end(signal.SIGINT)[0] == 0


def test_a_request_in_flight_is_finished(database: Path) -> None:
    """A server that is asked to stop takes nothing new, and answers what it has taken."""
    with serving(database) as server:
        host, port = server.url.removeprefix("http://").split(":")
        body = json.dumps(ACTION).encode()
        with socket.create_connection((host, int(port))) as connection:
            head = f"POST /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
            # Somebody else's request has been answered: the one before it has been taken.
            with server.client() as client:
                client.get("/v1/users")
            server.process.send_signal(signal.SIGTERM)
            # The listening socket closes first; from then on the server only finishes what it has.
            while _takes_connections(host, int(port)):
                pass
            connection.sendall(body[5:])
            answer = connection.recv(65536)
        code = server.process.wait(timeout=60)

    assert answer.startswith(b"HTTP/1.1 200")
    assert code == 0


def _takes_connections(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except OSError:
        return False


def test_the_log_has_a_line_a_request_and_no_secrets(database: Path) -> None:
    """Who, what, with which outcome, how long; not what a query string hides, and no line of the caller's making."""
    with serving(database) as server:
        with server.client() as client:
            client.get("/v1/actions/ghost", params={"digest": "d1", "apiKey": "hunter2", "x": "a\nb"})
            client.get("/v1/files/fl_1/content", params={"token": "hunter2"})
            client.get("/v1/actions/a%0Ab")
        _, said = server.end()

    lines = [line for line in said.splitlines() if " GET " in line]
    assert len(lines) == 3
    assert "hunter2" not in said
    assert server.token not in said
    moment, user, method, path, status, duration = lines[0].split(" ")
    assert (user, method, status) == ("local@localhost", "GET", "404")
    assert path == "/v1/actions/ghost?digest=d1&apiKey=***&x=a%0Ab"
    assert (moment[-1], duration[-2:]) == ("Z", "ms")
    assert "GET /v1/actions/a%0Ab 404" in lines[2]


def test_users_of_a_file_come_in_with_their_tokens(database: Path, tmp_path: Path) -> None:
    """Several organizations, and no local user beside them."""
    config = tmp_path / "users.yaml"
    config.write_text(
        """\
organizations:
  - {id: og_a, name: A}
  - {id: og_b}
users:
  - id: ann
    organizations: [og_a]
    tokens: [{token: ann-has-a-long-token}]
  - id: bob
    organizations: [og_b, og_a]
    access: read
    tokens: [{token: bob-has-a-long-token}]
"""
    )
    config.chmod(0o600)
    with serving(database, "--config", str(config)) as server:

        def ask(token: str, path: str, method: str = "GET") -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"}
            body = None if method == "GET" else ACTION
            return httpx.request(method, server.url + path, headers=headers, json=body, trust_env=False)

        created = ask("ann-has-a-long-token", "/v1/actions", "POST").json()["data"]
        organizations = ask("bob-has-a-long-token", "/v1/orgs/caller").json()["data"]
        assert (created["org_id"], created["created_by"]) == ("og_a", "ann")
        assert [(each["org_id"], each["name"]) for each in organizations] == [("og_a", "A"), ("og_b", "og_b")]
        assert ask("bob-has-a-long-token", "/v1/actions", "POST").status_code == 403
        code, said = server.end()

    assert code == 0
    assert not database.with_name("platform.sqlite3.token").exists()
    assert "a-long-token" not in said


def test_what_cannot_be_served_is_said(database: Path, tmp_path: Path) -> None:
    """A port that is taken, a host that is none, a folder for a database, a token for everybody, a missing file."""
    token_file = tmp_path / "open.db.token"
    token_file.write_text("somebody's token")
    token_file.chmod(0o644)
    (tmp_path / "notes.txt").write_text("no database")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        cases = {
            "in use": ("--port", port, "--database", str(database)),
            "cannot listen at": ("--host", "no such host", "--port", "0", "--database", str(database)),
            "is a directory": ("--port", "0", "--database", str(tmp_path)),
            f"chmod 600 {token_file}": ("--port", "0", "--database", str(tmp_path / "open.db")),
            "no such file": ("--port", "0", "--database", str(database), "--config", "ghost.yaml"),
            "is not an SQLite database": ("--port", "0", "--database", str(tmp_path / "notes.txt")),
            "is not a valid integer": ("--port", "x"),
        }
        ends = {expected: ended(*arguments) for expected, arguments in cases.items()}

    for expected, end in ends.items():
        assert expected.lower() in end.stderr.lower(), end.stderr
        assert "Traceback" not in end.stderr
        assert end.stdout == ""
        assert end.returncode == (64 if expected.endswith(("integer", "directory")) else 1)
    assert not (tmp_path / "notes.txt.token").exists()


def test_two_servers_may_start_on_one_database(database: Path) -> None:
    """At the same time, and neither makes the other's token worthless."""
    with serving(database) as one, serving(database) as other:
        assert one.token == other.token
        with one.client() as client, other.client() as second:
            client.post("/v1/actions", json=ACTION)
            assert second.get("/v1/actions/ros_ingest").status_code == 200


def test_an_executor_runs_what_is_queued(database: Path) -> None:
    """With tokens of its own a run reaches the platform it runs on."""
    script = (
        "import os, urllib.request as u; "
        "r = u.Request(os.environ['ROBOTO_SERVICE_ENDPOINT'] + '/v1/users',"
        " headers={'Authorization': 'Bearer ' + os.environ['ROBOTO_API_KEY']}); "
        "print(u.build_opener(u.ProxyHandler({})).open(r).read().decode())"
    )
    action = {"name": "whoami", "container_parameters": {"entry_point": ["python3", "-c", script]}}
    with serving(database, "--executor", "process") as server:
        with server.client() as client:
            status, logs = run_of(client, action)
        code, said = server.end()

    assert status == 5, logs
    assert '"user_id":"local@localhost"' in logs
    assert (code, "without a sandbox" in said) == (0, True)


def test_a_run_gets_the_secrets_it_asks_for(database: Path, tmp_path: Path) -> None:
    """The operator provides them to the server, as to any other runner; what it prints of them is masked."""
    secrets = tmp_path / "secrets.json"
    secrets.write_text('{"roboto-secret://greeting": "good day"}')
    folder = tmp_path / "runs"
    folder.mkdir()
    action = {
        "name": "greet",
        "parameters": [{"name": "words", "default": "roboto-secret://greeting"}],
        "container_parameters": {
            "entry_point": [
                "sh",
                "-c",
                "pwd; cd $ROBOTO_ACTION_RUNTIME_CONFIG_DIR; cat secrets.json; tr a-z A-Z <secrets.json",
            ]
        },
    }
    options = ("--executor", "process", "--secrets", str(secrets), "--work-dir", str(folder))
    with serving(database, *options) as server, server.client() as client:
        status, logs = run_of(client, action)

    assert status == 5, logs
    assert '{"WORDS": "GOOD DAY"}' in logs
    assert '{"words": "(sensitive value)"}' in logs
    assert str(folder) in logs


def run_of(client: httpx.Client, action: dict[str, Any]) -> tuple[int, str]:
    """Create an action, have it run, and return how that ended and what it wrote."""
    invocation = {
        "data_source_id": "__UNSPECIFIED_DATA_SOURCE__",
        "data_source_type": "Dataset",
        "input_data": [],
        "invocation_source": "Manual",
    }
    client.post("/v1/actions", json=action)
    run = client.post(f"/v1/actions/{action['name']}/invoke", json=invocation).json()["data"]
    path, status, deadline = f"/v1/actions/invocations/{run['invocation_id']}", 0, time.monotonic() + 60
    while status < 5 and time.monotonic() < deadline:
        status = client.get(path).json()["data"]["last_status"]
    return status, "".join(line["log"] for line in client.get(f"{path}/logs").json()["data"]["items"])

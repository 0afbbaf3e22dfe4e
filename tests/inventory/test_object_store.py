"""A bucket as a backend: lost answers, wrong URLs, missing buckets, missing rights, and no extra."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from reconciler.errors import ConfigurationError, InventoryMoved, InventoryNotAllowed, InventoryUnavailable
from reconciler.inventory.buckets import Bucket
from reconciler.inventory.object_store import ObjectStore
from tests.client.scripted_server import Answer
from tests.client.scripted_server import serving as scripted
from tests.inventory.bad_line import BadLine, Fate, bad_line

NAME = "6f0c2a54/default/inventory.json"


@pytest.fixture
def line(s3: str, bucket_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadLine]:
    """Return a bad line to the server of the bucket, which requests take from now on."""
    with bad_line(bucket_server) as line:
        monkeypatch.setenv("AWS_ENDPOINT_URL", line.url)
        yield line


def opened(url: str, pauses: list[float]) -> ObjectStore:
    """Return a backend that takes note of its pauses and makes none."""
    bucket = Bucket.parse(url)
    return ObjectStore(bucket, reader=bucket.open(retries=0), writer=bucket.open(retries=0), sleep=pauses.append)


@pytest.mark.parametrize("fate", [Fate.ANSWER_LOST, Fate.FAILED])
def test_a_write_that_arrived_is_not_sent_again(s3: str, line: BadLine, fate: Fate) -> None:
    """When the answer of a write is lost, what is there tells that it arrived."""
    backend = opened(s3, [])
    line.fates = [fate]
    first = backend.write(NAME, b"one", expected=None)
    line.fates = [fate]
    second = backend.write(NAME, b"two", expected=first)
    backend.write(NAME, b"three", expected=second)
    assert line.writes == 3


def test_a_write_that_did_not_arrive_is_sent_again(s3: str, line: BadLine) -> None:
    """What is there tells that nothing arrived, and after a pause it is tried again."""
    pauses: list[float] = []
    backend = opened(s3, pauses)
    line.fates = [Fate.OVERLOADED, Fate.OVERLOADED]
    first = backend.write(NAME, b"one", expected=None)
    line.fates = [Fate.OVERLOADED]
    backend.write(NAME, b"two", expected=first)
    assert line.writes == 5
    assert pauses == [0.2, 1.0, 0.2]


def test_a_write_that_lost_its_race_is_not_sent_again(s3: str, line: BadLine) -> None:
    """When somebody else wrote meanwhile, a lost answer makes no difference."""
    backend = opened(s3, [])
    version = backend.write(NAME, b"one", expected=None)
    backend.write(NAME, b"two", expected=version)
    line.fates = [Fate.ANSWER_LOST]
    with pytest.raises(InventoryMoved):
        backend.write(NAME, b"three", expected=version)
    assert line.writes == 3


def test_a_deletion_that_arrived_is_not_sent_again(s3: str, line: BadLine) -> None:
    """Deletions are told apart like writes."""
    backend = opened(s3, [])
    version = backend.write(NAME, b"one", expected=None)
    line.fates = [Fate.ANSWER_LOST]
    backend.delete(NAME, expected=version)
    assert backend.read(NAME) is None
    assert line.writes == 2


def test_an_outage_ends_with_what_to_do(s3: str, line: BadLine) -> None:
    """After the last try the error has the place and the variables, and no exit code of its own."""
    line.fates = [Fate.OVERLOADED] * 4
    with pytest.raises(InventoryUnavailable, match="503") as failed:
        opened(s3, []).write(NAME, b"one", expected=None)
    assert f"cannot use {s3}/{NAME}" in failed.value.message
    assert "AWS_ACCESS_KEY_ID" in failed.value.hint
    assert failed.value.exit_code == 1
    assert line.writes == 4


def test_a_bucket_that_does_not_exist_is_no_empty_one(s3: str) -> None:
    """A bucket whose name is misspelt is an error of every operation, not an inventory that is not there yet."""
    backend = ObjectStore.open("s3://buckte/prefix")
    with pytest.raises(InventoryUnavailable, match=r"cannot use s3://buckte/prefix/.* 404 Not Found$"):
        backend.read(NAME)
    with pytest.raises(InventoryUnavailable, match="there is no such bucket"):
        backend.write(NAME, b"one", expected=None)
    with pytest.raises(InventoryUnavailable, match="s3://buckte/prefix"):
        backend.names("")


@pytest.mark.parametrize("status", [401, 403])
def test_missing_rights_name_the_variables(s3: str, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """Credentials that are refused are an error that says where they come from, and not what they are."""
    with scripted() as server:
        server.answer_with(Answer(status=status, body=b"<Error><Code>AccessDenied</Code></Error>"))
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
        backend = ObjectStore.open(s3)
        for operation in (lambda: backend.read(NAME), lambda: backend.write(NAME, b"x", expected=None)):
            with pytest.raises(InventoryNotAllowed, match="not allowed to use s3://") as refused:
                operation()
            assert refused.value.exit_code == 7
            assert "AWS_SECRET_ACCESS_KEY" in refused.value.hint
            assert "hunter2" not in f"{refused.value.message} {refused.value.hint}"


def test_plain_http_must_be_allowed(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without AWS_ALLOW_HTTP no request leaves for a server without TLS."""
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    with pytest.raises(InventoryUnavailable):
        opened(s3, []).read(NAME)


def test_deleted_objects_are_not_listed_and_take_no_room(s3: str, bucket_server: str) -> None:
    """What stands for a deleted object has no bytes."""
    backend = ObjectStore.open(s3)
    backend.delete(NAME, expected=backend.write(NAME, b"one", expected=None))
    path = s3.removeprefix("s3://")
    assert httpx.get(f"{bucket_server}/{path}/{NAME}").content == b""
    assert list(backend.names("")) == []


@pytest.mark.parametrize(
    ("url", "bucket"),
    [
        ("s3://robots", Bucket("s3", "", "robots", "")),
        ("s3://robots/ci/", Bucket("s3", "", "robots", "ci")),
        ("gs://robots/a/b", Bucket("gs", "", "robots", "a/b")),
        ("az://acme/robots", Bucket("az", "acme", "robots", "")),
        ("az://acme/robots/ci", Bucket("az", "acme", "robots", "ci")),
    ],
)
def test_urls_of_buckets(url: str, bucket: Bucket) -> None:
    """A URL names a bucket and a prefix; that of Azure an account, too. It is written as it was read."""
    assert Bucket.parse(url) == bucket
    assert str(bucket) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///x",
        "s3://a//b",
        "az://acme",
        "ftp://a",
        "s4://a",
        "https://a/b",
        "s3:a",
        "s3://k:hunter2@a",
        "az://a/b?sig=hunter2",
    ],
)
def test_urls_that_name_no_bucket(url: str) -> None:
    """Any other URL is an error that shows the forms, and no secret that was in it."""
    with pytest.raises(ConfigurationError, match="cannot be stored") as refused:
        ObjectStore.open(url)
    assert "az://ACCOUNT/CONTAINER/PREFIX" in refused.value.hint
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize("url", ["gs://robots/ci", "az://acme/robots/ci"])
def test_other_services_can_be_opened(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening sends nothing, and objects have their place."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "aHVudGVyMg==")
    assert ObjectStore.open(url).place(NAME) == f"{url}/{NAME}"


def test_credentials_that_make_no_sense_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the service's library finds wrong is said without the value."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "hunter2 is no base64")
    with pytest.raises(ConfigurationError, match="az://acme/robots") as refused:
        ObjectStore.open("az://acme/robots")
    assert "AZURE_STORAGE_ACCOUNT_KEY" in refused.value.hint
    assert "hunter2" not in f"{refused.value}{refused.value.hint}"


def test_without_the_extra_the_command_that_installs_it_is_named() -> None:
    """Who has not installed obstore is told how, and folders work without it."""
    program = (
        "import sys; sys.modules['obstore'] = None; sys.modules['obstore.exceptions'] = None\n"
        "from reconciler.errors import ConfigurationError\n"
        "from reconciler.inventory.object_store import ObjectStore\n"
        "import reconciler.inventory.local\n"
        "try: ObjectStore.open('s3://robots')\n"
        "except ConfigurationError as error: print(error.hint)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == "pip install 'roboto-reconciler[object-store]'\n"

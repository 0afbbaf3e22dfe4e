"""The object store that clients of the platform's own put files into: what it takes, gives, and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from reconciler.embedded.access import Caller
from reconciler.embedded.http.accounts import Access, Account, Accounts, token_hash
from reconciler.embedded.http.application import application
from reconciler.embedded.http.seals import LINK_GOOD_FOR, Seals
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.run_builders import new_dataset
from tests.contract.server import serving

ANN: Final = Account(Caller("ann@ours.example", "og_ours"))
EVE: Final = Account(Caller("eve@ours.example", "og_ours"), Access.READ)
BOB: Final = Account(Caller("bob@theirs.example", "og_theirs"))
ACCOUNTS: Final = Accounts({token_hash(f"token-of-{name}"): who for name, who in (("a", ANN), ("e", EVE), ("b", BOB))})


class Clock:
    """A time that tests move on."""

    now = 1_000_000_000.0

    def __call__(self) -> float:
        """Return it."""
        return self.now


@dataclass(frozen=True)
class Store:
    """A served platform as one of its users sees it."""

    client: httpx.Client
    dataset_id: str
    clock: Clock
    user: str = "a"

    def api(self, method: str, path: str, **given: Any) -> Any:
        """Ask the platform, and return what the answer holds."""
        response = self.asked(method, path, **given)
        assert response.is_success, response.text
        return response.json()["data"] if response.content else None

    def asked(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask the platform."""
        return self.client.request(method, path, headers={"Authorization": f"Bearer token-of-{self.user}"}, **given)

    def begun(self, *paths: str) -> dict[str, Any]:
        """Begin an upload."""
        association = {"association_id": self.dataset_id, "association_type": "dataset"}
        body = {"association": association, "origination": "test", "resource_manifest": dict.fromkeys(paths, 3)}
        record: dict[str, Any] = self.api("POST", "/v1/files/upload", json=body)
        return record

    def token(self, transaction_id: str) -> str:
        """Return the session token of an upload."""
        return str(self.api("GET", f"/v1/files/upload/{transaction_id}/credentials")[0]["session_token"])

    def reading(self) -> str:
        """Return a session token that reads."""
        return str(self.api("GET", f"/v1/datasets/id/{self.dataset_id}/credentials")[0]["session_token"])

    def object(self, method: str, uri: str, token: str, **given: Any) -> httpx.Response:
        """Ask for an object, by its URI."""
        headers = {"X-Amz-Security-Token": token, **given.pop("headers", {})}
        return self.client.request(method, f"/s3/{uri.removeprefix('s3://')}", headers=headers, **given)

    def uploaded(self, path: str, content: bytes) -> str:
        """Upload a file, and return its URI."""
        upload = self.begun(path)
        put = self.object("PUT", upload["upload_mappings"][path], self.token(upload["transaction_id"]), content=content)
        assert put.status_code == 200
        self.api("PUT", f"/v1/files/upload/{upload['transaction_id']}/complete")
        return str(self.api("GET", f"/v1/files/record/path/{path}/association/{self.dataset_id}")["uri"])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A platform with one dataset."""
    platform = EmbeddedPlatform.open(tmp_path / "platform.db", caller=ANN.caller)
    dataset_id = platform.create_dataset(new_dataset()).dataset_id
    clock = Clock()
    app = application(platform, accounts=ACCOUNTS, seals=Seals(clock))
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield Store(client, dataset_id, clock)
    platform.close()


def code(response: httpx.Response) -> str:
    """Return the code of a refusal, as clients of object stores read it."""
    return response.text.partition("<Code>")[2].partition("</Code>")[0]


def test_an_object_is_read_in_part_and_as_a_whole(store: Store) -> None:
    """What was put, and the path that the machine keeps it at is told to nobody."""
    uri = store.uploaded("a b.txt", b"0123456789")
    token = store.reading()

    assert uri.startswith(f"s3://reconciler_files/{store.dataset_id}/tx_")
    assert store.object("GET", uri, token).content == b"0123456789"
    assert store.object("GET", uri, token, headers={"Range": "bytes=2-4"}).content == b"234"
    head = store.object("HEAD", uri, token)
    assert (head.headers["Content-Length"], head.content) == ("10", b"")


def test_an_object_that_comes_in_chunks_is_kept_without_them(store: Store) -> None:
    """Over TLS the AWS library wraps every body."""
    upload = store.begun("a")
    body = {
        "content": b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:x\r\n\r\n",
        "headers": {"Content-Encoding": "aws-chunked"},
    }
    store.object("PUT", upload["upload_mappings"]["a"], store.token(upload["transaction_id"]), **body)
    store.api("PUT", f"/v1/files/upload/{upload['transaction_id']}/complete")
    (file,) = store.api("POST", f"/v1/datasets/{store.dataset_id}/files/query", json={})["items"]

    assert store.object("GET", file["uri"], store.reading()).content == b"abc"


def test_progress_tells_which_files_objects_will_be(store: Store) -> None:
    """New files, and next versions of those that are there."""
    store.uploaded("old", b"1")
    old_id = store.api("GET", f"/v1/files/record/path/old/association/{store.dataset_id}")["file_id"]
    upload = store.begun("old", "new")
    transaction, uris = upload["transaction_id"], upload["upload_mappings"]
    for uri in uris.values():
        store.object("PUT", uri, store.token(transaction), content=b"22")
    told = store.api("PUT", f"/v1/files/upload/{transaction}/progress", json={"manifest_items": [*uris.values()]})
    store.api("PUT", f"/v1/files/upload/{transaction}/complete")
    files = {
        file["relative_path"]: file
        for file in (store.api("GET", f"/v1/files/record/{each['file_id']}") for each in told)
    }

    assert [each["uri"] for each in told] == [*uris.values()]
    assert files["old"]["file_id"] == old_id
    assert {path: file["version"] for path, file in files.items()} == {"old": 2, "new": 1}


def test_parts_are_put_together_in_their_order(store: Store) -> None:
    """However they came; those that are missing are asked for."""
    upload = store.begun("a")
    uri, token = upload["upload_mappings"]["a"], store.token(upload["transaction_id"])
    begun = store.object("POST", f"{uri}?uploads", token).text
    parts = begun.partition("<UploadId>")[2].partition("</UploadId>")[0]
    for number, content in ((2, b"world"), (1, b"hello ")):
        assert store.object("PUT", f"{uri}?uploadId={parts}&partNumber={number}", token, content=content).is_success

    named = "".join(f"<Part><PartNumber>{number}</PartNumber></Part>" for number in (1, 2))
    missing = store.object("POST", f"{uri}?uploadId={parts}", token, content=named + "<PartNumber>3</PartNumber>")
    assert (missing.status_code, code(missing)) == (400, "InvalidRequest")
    assert store.object("POST", f"{uri}?uploadId={parts}", token, content=named).is_success
    store.api("PUT", f"/v1/files/upload/{upload['transaction_id']}/complete")
    (file,) = store.api("POST", f"/v1/datasets/{store.dataset_id}/files/query", json={})["items"]
    assert store.object("GET", file["uri"], store.reading()).content == b"hello world"


@pytest.mark.parametrize("numbers", [(1, 1), (1, 2, 2), (2, 1), ()])
def test_parts_are_named_once_and_in_order(store: Store, numbers: tuple[int, ...]) -> None:
    """As the AWS library does; one named twice would be appended to itself without end."""
    upload = store.begun("a")
    uri, token = upload["upload_mappings"]["a"], store.token(upload["transaction_id"])
    parts = store.object("POST", f"{uri}?uploads", token).text.partition("<UploadId>")[2].partition("<")[0]
    for number in (1, 2):
        store.object("PUT", f"{uri}?uploadId={parts}&partNumber={number}", token, content=b"x")
    named = "".join(f"<PartNumber>{number}</PartNumber>" for number in numbers)

    refused = store.object("POST", f"{uri}?uploadId={parts}", token, content=named)

    assert (refused.status_code, code(refused)) == (400, "InvalidRequest")


def test_parts_that_are_given_up_are_gone(store: Store) -> None:
    """And nothing is put together of them."""
    upload = store.begun("a")
    uri, token = upload["upload_mappings"]["a"], store.token(upload["transaction_id"])
    parts = store.object("POST", f"{uri}?uploads", token).text.partition("<UploadId>")[2].partition("<")[0]
    store.object("PUT", f"{uri}?uploadId={parts}&partNumber=1", token, content=b"x")

    assert store.object("DELETE", f"{uri}?uploadId={parts}", token).status_code == 204
    assert (
        store.object("POST", f"{uri}?uploadId={parts}", token, content="<PartNumber>1</PartNumber>").status_code == 400
    )


def test_a_session_token_opens_what_it_is_for_and_nothing_else(store: Store) -> None:
    """Neither another upload, nor for longer than it says, nor with a letter changed."""
    uri, reading = store.uploaded("a", b"1"), store.reading()
    first, second = store.begun("b"), store.begun("b")
    target, token = second["upload_mappings"]["b"], store.token(first["transaction_id"])
    refused = [
        store.object("PUT", target, token, content=b"x"),
        store.object("PUT", target, reading, content=b"x"),
        store.object("GET", uri, ""),
        store.object("GET", uri, reading[:-1] + ("0" if reading[-1] != "0" else "1")),
    ]
    store.clock.now += LINK_GOOD_FOR + 1
    refused.append(store.object("GET", uri, reading))

    assert [(answer.status_code, code(answer)) for answer in refused] == [(403, "AccessDenied")] * 5


def test_others_get_no_credentials(store: Store) -> None:
    """Those of another organization see no dataset, and who may only read may not upload."""
    upload = store.begun("a")
    dataset = f"/v1/datasets/id/{store.dataset_id}/credentials"
    writing = {"mode": "ReadWrite", "transaction_id": upload["transaction_id"]}

    assert store.api("GET", dataset, params=writing)[0]["bucket"] == "reconciler_files"
    assert replace(store, user="b").asked("GET", dataset).status_code == 404
    assert replace(store, user="e").asked("GET", dataset).status_code == 200
    assert replace(store, user="e").asked("GET", dataset, params=writing).status_code == 403
    assert store.asked("GET", dataset, params={**writing, "transaction_id": "ds_x.up_y"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "suffix", "status"),
    [
        ("GET", "elsewhere/a.bag", 404),
        ("GET", "reconciler_files/nonsense", 404),
        ("PUT", "{uri}?uploadId=../../x&partNumber=1", 404),
        ("PUT", "{uri}?uploadId=0123456789abcdef&partNumber=0", 400),
        ("PUT", "{uri}?uploadId=0123456789abcdef&partNumber=x", 400),
        ("POST", "{uri}", 400),
        ("DELETE", "{uri}", 400),
    ],
)
def test_what_the_store_does_not_have_is_refused(store: Store, method: str, suffix: str, status: int) -> None:
    """With a code that clients of object stores know, and never a 5xx, which they repeat."""
    upload = store.begun("a")
    uri = suffix.format(uri=upload["upload_mappings"]["a"])

    assert store.object(method, uri, store.token(upload["transaction_id"])).status_code == status


def test_what_was_imported_is_no_object(store: Store, tmp_path: Path) -> None:
    """Registering a path of the server's own does not make its content readable."""
    secret = tmp_path / "secret"
    secret.write_text("hush")
    request = {"dataset_id": store.dataset_id, "relative_path": "a", "uri": secret.as_uri()}
    store.api("POST", "/v1/files/import", json=request)
    token = store.reading()

    for upload_id in ("", "x", "None"):
        answer = store.object("GET", f"s3://reconciler_files/{store.dataset_id}/{upload_id}/a", token)
        assert (answer.status_code, code(answer)) == (404, "NoSuchKey")


def test_objects_of_an_older_version_are_gone(store: Store) -> None:
    """The record names the new one."""
    old = store.uploaded("a", b"1")
    store.uploaded("a", b"2")

    assert store.object("GET", old, store.reading()).status_code == 404

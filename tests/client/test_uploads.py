"""Uploads: what is sent, in which order, and what happens when the platform has none or one fails."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.errors import InvalidRequest, NotFound, OutcomeUnknown
from tests.client.builders import dataset_data, file_data
from tests.client.scripted_server import Answer, ScriptedServer, refusal

BEGUN: Final = Answer(data={"upload_id": "up_1"})
RECEIVED: Final = Answer(data={"relative_path": "a", "size": 3})
UNKNOWN: Final = refusal(404, code="RobotoUnknownOperationException", message="there is no operation")
UPLOADS: Final = "/v1/datasets/ds_1/uploads"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of three bytes."""
    path = tmp_path / "source"
    path.write_bytes(b"abc")
    return path


def sent(server: ScriptedServer) -> list[tuple[str, str, bytes]]:
    """Return what the server was asked, in order."""
    return [(asked.method, asked.path, asked.body) for asked in server.asked]


def test_each_file_is_sent_and_the_upload_completed_once(
    server: ScriptedServer, platform: HttpPlatform, source: Path
) -> None:
    """Bytes go as they are, their number is said first, and records come in the order of the files."""
    records = Answer(data=[file_data("fl_2", relative_path="b.bag"), file_data("fl_1", relative_path="a/ö b#.bag")])
    server.answer_with(BEGUN, RECEIVED, RECEIVED, records)

    uploaded = platform.upload_files("ds_1", {"a/ö b#.bag": source, "b.bag": source})

    assert [record.file_id for record in uploaded] == ["fl_1", "fl_2"]
    assert sent(server) == [
        ("POST", UPLOADS, b""),
        ("PUT", f"{UPLOADS}/up_1/files/a/%C3%B6%20b%23.bag", b"abc"),
        ("PUT", f"{UPLOADS}/up_1/files/b.bag", b"abc"),
        ("POST", f"{UPLOADS}/up_1/complete", b""),
    ]
    headers = server.asked[1].headers
    assert (headers["content-type"], headers["content-length"]) == ("application/octet-stream", "3")


@pytest.mark.parametrize("unknown", [UNKNOWN, refusal(400, message="no"), refusal(405), Answer(404, body=b"")])
def test_a_platform_without_uploads_is_told_with_what_to_do_instead(
    server: ScriptedServer, platform: HttpPlatform, source: Path, unknown: Answer
) -> None:
    """The dataset is there, so that it is the operation that is not."""
    server.answer_with(unknown, Answer(data=dataset_data()))

    with pytest.raises(InvalidRequest, match="object store") as caught:
        platform.upload_files("ds_1", {"a.bag": source})

    assert caught.value.operation == 'upload 1 file to dataset "ds_1"'
    assert "import_files" in caught.value.hint
    assert [path for _, path, _ in sent(server)] == [UPLOADS, "/v1/datasets/ds_1"]


def test_a_dataset_that_is_not_there_is_not_found(server: ScriptedServer, platform: HttpPlatform, source: Path) -> None:
    """It is not taken for a platform without uploads."""
    server.answer_with(refusal(404, code="RobotoNotFoundException", message="no such dataset"))

    with pytest.raises(NotFound):
        platform.upload_files("ds_1", {"a.bag": source})


def test_an_upload_that_fails_is_given_up(server: ScriptedServer, platform: HttpPlatform, source: Path) -> None:
    """Nothing is completed, and the first failure is told, whatever giving up meets."""
    server.answer_with(BEGUN, refusal(413, message="too large"), refusal(500))

    with pytest.raises(InvalidRequest, match="too large"):
        platform.upload_files("ds_1", {"a.bag": source, "b.bag": source})

    assert [(method, path) for method, path, _ in sent(server)][:3] == [
        ("POST", UPLOADS),
        ("PUT", f"{UPLOADS}/up_1/files/a.bag"),
        ("DELETE", f"{UPLOADS}/up_1"),
    ]


def test_a_file_is_sent_again_from_its_beginning(server: ScriptedServer, platform: HttpPlatform, source: Path) -> None:
    """Sending a path again replaces it."""
    server.answer_with(BEGUN, Answer(reset=True), RECEIVED, Answer(data=[file_data()]))

    platform.upload_files("ds_1", {"a.bag": source})

    assert [body for method, _, body in sent(server) if method == "PUT"] == [b"abc", b"abc"]


def test_completing_is_asked_for_again_until_its_outcome_is_known(
    server: ScriptedServer, platform: HttpPlatform, source: Path
) -> None:
    """The platform completes an upload once, and tells whoever asks again what came of it."""
    busy = refusal(503, code="RobotoServiceUnavailableException", message="the upload is being completed")
    server.answer_with(BEGUN, RECEIVED, Answer(reset=True), busy, Answer(data=[file_data("fl_7")]))

    (record,) = platform.upload_files("ds_1", {"a.bag": source})

    assert record.file_id == "fl_7"
    assert [path for _, path, _ in sent(server)].count(f"{UPLOADS}/up_1/complete") == 3


def test_an_outcome_that_nobody_tells_is_unknown(server: ScriptedServer, platform: HttpPlatform, source: Path) -> None:
    """The files may be the dataset's already: a platform that does not remember the upload is no proof that not."""
    server.answer_with(BEGUN, RECEIVED, Answer(reset=True), refusal(404, message="there is no such upload"))

    with pytest.raises(OutcomeUnknown):
        platform.upload_files("ds_1", {"a.bag": source})


@pytest.mark.parametrize("path", ["", "/a", "a/", "..", "a/../b", "a\nb", "\ud800"])
def test_a_path_that_leads_elsewhere_sends_nothing(
    server: ScriptedServer, platform: HttpPlatform, source: Path, path: str
) -> None:
    """Nor do its siblings."""
    with pytest.raises(InvalidRequest, match="relative_path"):
        platform.upload_files("ds_1", {"fine": source, path: source})
    assert server.asked == []


def test_every_file_that_cannot_be_read_is_named(
    server: ScriptedServer, platform: HttpPlatform, tmp_path: Path
) -> None:
    """Before anything is sent."""
    with pytest.raises(InvalidRequest) as caught:
        platform.upload_files("ds_1", {"a": tmp_path / "ghost", "b": tmp_path})

    assert str(tmp_path / "ghost") in caught.value.message
    assert f"{tmp_path}: it is not a file" in caught.value.message
    assert server.asked == []

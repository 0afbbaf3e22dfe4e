"""A folder, a bucket of a server that speaks like S3, and a bucket in memory."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from obstore.store import MemoryStore

from reconciler.inventory.backend import Backend
from reconciler.inventory.buckets import Bucket
from reconciler.inventory.object_store import ObjectStore
from tests.inventory.backends import backend_at, process


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[str]:
    """Return the URL of a server with a bucket named ``bucket``."""
    with process("tests.inventory.bucket_server") as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        httpx.put(f"{url}/bucket").raise_for_status()
        yield url


@pytest.fixture
def s3(bucket_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of an empty part of the bucket; the variables say where and who, as in a CI job."""
    variables = {
        "AWS_ENDPOINT_URL": bucket_server,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return f"s3://bucket/{uuid.uuid4()}"


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a backend is that other processes can use as well."""
    return str(tmp_path / "store") if request.param == "folder" else str(request.getfixturevalue("s3"))


@pytest.fixture(params=["folder", "s3", "memory"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Return each backend in turn, empty."""
    if request.param == "memory":
        store = MemoryStore()
        return ObjectStore(Bucket.parse("s3://memory"), reader=store, writer=store)
    return backend_at(str(tmp_path / "store") if request.param == "folder" else request.getfixturevalue("s3"))

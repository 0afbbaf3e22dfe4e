"""The official package in the places of :mod:`tests.conformance.sdk`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import roboto  # type: ignore[import-not-found]  # only the environments of the tests have it
import roboto.domain.actions  # type: ignore[import-not-found]
import roboto.query  # type: ignore[import-not-found]
import roboto.updates  # type: ignore[import-not-found]

from tests.conformance.sdk import Sdk

#: Where the newer release has its triggers.
NEWER = "roboto.domain.triggers"


def client(endpoint: str, token: str) -> Any:
    """Return the official HTTP client."""
    return roboto.RobotoClient.from_config(roboto.RobotoConfig(api_key=token, endpoint=endpoint))


def sdk(endpoint: str, *, ours: str, theirs: str, unknown: str) -> Sdk:
    """Return the official package, with a client for each token."""
    asking = client(endpoint, ours)
    return Sdk(
        actions=roboto.domain.actions,
        query=roboto.query,
        changeset=roboto.updates.MetadataChangeset,
        client=asking,
        foreign=client(endpoint, theirs),
        stranger=client(endpoint, unknown),
        datasets=OfficialDatasets(asking),
        refused=refused,
        newer=import_module(NEWER) if find_spec(NEWER) else None,
        searches=OfficialSearches(asking),
        bytes=OfficialBytes(asking),
    )


def refused(call: Callable[[], object]) -> str:
    """Return the name of the exception that a call raises."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  which one it is, is the question
        return type(error).__name__
    return ""


class OfficialDatasets:
    """Datasets and files through the official classes."""

    def __init__(self, asking: Any) -> None:
        self._client = asking

    def create(self, name: str, *, metadata: dict[str, Any], tags: list[str]) -> str:
        made = roboto.Dataset.create(name=name, metadata=metadata, tags=tags, roboto_client=self._client)
        return str(made.dataset_id)

    def tag(self, dataset_id: str, tag: str) -> None:
        self._dataset(dataset_id).put_tags([tag])

    def tags(self, dataset_id: str) -> list[str]:
        return list(self._dataset(dataset_id).tags)

    def named(self, name: str) -> list[str]:
        condition = roboto.query.Condition(field="name", comparator=roboto.query.Comparator.Equals, value=name)
        spec = roboto.query.QuerySpecification(condition=condition)
        return [each.dataset_id for each in roboto.Dataset.query(spec, roboto_client=self._client)]

    def import_file(self, dataset_id: str, path: str, *, uri: str) -> str:
        made = roboto.File.import_one(dataset_id, path, uri, roboto_client=self._client)
        return str(made.file_id)

    def files(self, dataset_id: str, *, include: list[str]) -> list[str]:
        return [each.relative_path for each in self._dataset(dataset_id).list_files(include_patterns=include)]

    def mark_ingested(self, file_id: str) -> str:
        file = roboto.File.from_id(file_id, roboto_client=self._client).mark_ingested()
        return str(file.record.ingestion_status.value)

    def delete_file(self, file_id: str) -> None:
        roboto.File.from_id(file_id, roboto_client=self._client).delete()

    def delete(self, dataset_id: str) -> None:
        self._dataset(dataset_id).delete()

    def _dataset(self, dataset_id: str) -> Any:
        return roboto.Dataset.from_id(dataset_id, roboto_client=self._client)


class OfficialBytes:
    """The bytes of files through the official classes."""

    def __init__(self, asking: Any) -> None:
        self._client = asking

    def upload(self, dataset_id: str, path: str, content: bytes) -> None:
        with TemporaryDirectory() as folder:
            source = Path(folder, "source")
            source.write_bytes(content)
            self._dataset(dataset_id).upload_file(source, path)

    def upload_all(self, dataset_id: str, contents: dict[str, bytes]) -> None:
        with TemporaryDirectory() as folder:
            for path, content in contents.items():
                Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
                Path(folder, path).write_bytes(content)
            self._dataset(dataset_id).upload_directory(Path(folder))

    def download(self, dataset_id: str, path: str) -> bytes:
        with TemporaryDirectory() as folder:
            target = Path(folder, "target")
            self._file(dataset_id, path).download(target)
            return target.read_bytes()

    def download_all(self, dataset_id: str) -> dict[str, bytes]:
        with TemporaryDirectory() as folder:
            self._dataset(dataset_id).download_files(Path(folder))
            found = sorted(each for each in Path(folder).rglob("*") if each.is_file())
            return {each.relative_to(folder).as_posix(): each.read_bytes() for each in found}

    def linked(self, dataset_id: str, path: str) -> bytes:
        with urlopen(self._file(dataset_id, path).get_signed_url()) as response:
            read: bytes = response.read()
            return read

    def _file(self, dataset_id: str, path: str) -> Any:
        return roboto.File.from_path_and_dataset_id(path, dataset_id, roboto_client=self._client)

    def _dataset(self, dataset_id: str) -> Any:
        return roboto.Dataset.from_id(dataset_id, roboto_client=self._client)


class OfficialSearches:
    """What the newest release finds in other ways."""

    def __init__(self, asking: Any) -> None:
        self._client = asking

    def create_unless(self, query: str, *, name: str) -> str:
        made = roboto.Dataset.create_if_not_exists(query, name=name, roboto_client=self._client)
        return str(made.dataset_id)

    def datasets(self, query: str) -> list[str]:
        return [each.dataset_id for each in self._search().find_datasets(query)]

    def files(self, query: str) -> list[str]:
        return [each.relative_path for each in self._search().find_files(query)]

    def files_named(self, name: str) -> list[str]:
        condition = roboto.query.Condition(field="name", comparator=roboto.query.Comparator.Equals, value=name)
        spec = roboto.query.QuerySpecification(condition=condition)
        return [each.relative_path for each in roboto.File.query(spec, roboto_client=self._client)]

    def _search(self) -> Any:
        return roboto.RobotoSearch.for_roboto_client(self._client)

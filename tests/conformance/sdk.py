"""What a story needs of a client: the official package and ours fill the same places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class Datasets(Protocol):
    """Datasets and files, as far as actions and triggers need them; every answer is plain JSON."""

    def create(self, name: str, *, metadata: dict[str, Any], tags: list[str]) -> str:
        """Create a dataset and return its id."""

    def tag(self, dataset_id: str, tag: str) -> None:
        """Put a tag on a dataset."""

    def tags(self, dataset_id: str) -> list[str]:
        """Return the tags of a dataset."""

    def named(self, name: str) -> list[str]:
        """Return the ids of the datasets with this name."""

    def import_file(self, dataset_id: str, path: str, *, uri: str) -> str:
        """Register a file without touching its bytes, and return its id."""

    def files(self, dataset_id: str, *, include: list[str]) -> list[str]:
        """Return the paths of the files that match, in order."""

    def mark_ingested(self, file_id: str) -> str:
        """Say that a file is ingested, and return its status."""

    def delete_file(self, file_id: str) -> None:
        """Delete a file."""

    def delete(self, dataset_id: str) -> None:
        """Delete a dataset."""


class Bytes(Protocol):
    """The bytes of files, through the object store that the environment names."""

    def upload(self, dataset_id: str, path: str, content: bytes) -> None:
        """Upload one file."""

    def upload_all(self, dataset_id: str, contents: dict[str, bytes]) -> None:
        """Upload a folder of files."""

    def download(self, dataset_id: str, path: str) -> bytes:
        """Download one file."""

    def download_all(self, dataset_id: str) -> dict[str, bytes]:
        """Download every file."""

    def linked(self, dataset_id: str, path: str) -> bytes:
        """Read one file by a link that needs no token."""


class Searches(Protocol):
    """What the newest release finds in other ways; queries are RoboQL."""

    def create_unless(self, query: str, *, name: str) -> str:
        """Return the id of the dataset that the query finds, or of a new one."""

    def datasets(self, query: str) -> list[str]:
        """Return the ids of datasets."""

    def files(self, query: str) -> list[str]:
        """Return the paths of files, of whichever dataset."""

    def files_named(self, name: str) -> list[str]:
        """Return the paths of the files of this name, of whichever dataset, by conditions."""


@dataclass(frozen=True)
class Client:
    """One client, and what calls to it are written with.

    Attributes:
        actions: The module with the classes of the domain page.
        query: What has ``QuerySpecification``, ``Condition``, ``Comparator`` and their like.
        changeset: ``MetadataChangeset``.
        client: What handles take as ``roboto_client``.
    """

    actions: Any
    query: Any
    changeset: Any
    client: Any


@dataclass(frozen=True)
class Sdk(Client):
    """A client that asks for a member of our organization, and what a story tells besides.

    Attributes:
        foreign: What asks for a member of another organization.
        stranger: What asks with a token that the platform does not know.
        datasets: Datasets and files of ours.
        refused: Runs a call and returns the official name of the exception it raises; empty when it raises none.
        newer: What has the trigger of the newer shape; None where there is none.
        searches: None where there are none.
        bytes: None where there is no object store.
    """

    foreign: Any
    stranger: Any
    datasets: Datasets
    refused: Callable[[Callable[[], object]], str]
    newer: Any = None
    searches: Searches | None = None
    bytes: Bytes | None = None


class Claim(NamedTuple):
    """One thing that must hold for every client: what it saw, and what it has to see; both plain JSON or the like."""

    title: str
    seen: Any
    expected: Any


#: Does one thing after the other with a client, and tells what came of it.
Story = Callable[[Sdk], Iterator[Claim]]

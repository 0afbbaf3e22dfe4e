"""Inputs: how an invocation says which files and topics it works on.

``query`` is RoboQL; ``ids``, ``names`` and ``paths`` name inputs one by one or by pattern.
"""

from __future__ import annotations

from typing import Self, TypeVar

from pydantic import model_validator

from reconciler.domain.values import WireModel


class DataSelector(WireModel):
    """Selects inputs by query, id or name; ``dataset_id`` narrows the choice and is not one by itself."""

    query: str | None = None
    ids: list[str] | None = None
    names: list[str] | None = None
    dataset_id: str | None = None

    @model_validator(mode="after")
    def ensure_not_empty(self) -> Self:
        """Refuse a selector that selects nothing."""
        if not (self.query or self.ids or self.names):
            raise ValueError("a selector needs at least one of query, ids and names")
        return self


class FileSelector(DataSelector):
    """Selects files, also by ``paths``: gitignore-style patterns within the dataset ``dataset_id``."""

    paths: list[str] | None = None

    @model_validator(mode="after")
    def ensure_not_empty(self) -> Self:
        """Refuse a selector that selects nothing."""
        if not (self.query or self.ids or self.names or self.paths):
            raise ValueError("a file selector needs at least one of query, ids, names and paths")
        return self


class InvocationInput(WireModel):
    """What one invocation works on: selectors of files, of topics, or of both."""

    files: FileSelector | list[FileSelector] | None = None
    topics: DataSelector | list[DataSelector] | None = None

    @model_validator(mode="after")
    def ensure_not_empty(self) -> Self:
        """Refuse an input without a selector: an invocation that needs none has no input at all."""
        if not (self.files or self.topics):
            raise ValueError("an input needs at least one selector of files or topics")
        return self

    @classmethod
    def from_dataset_file_paths(cls, dataset_id: str, file_paths: list[str]) -> Self:
        """Return the input of these paths or patterns within one dataset."""
        return cls(files=FileSelector(dataset_id=dataset_id, paths=file_paths))

    @property
    def file_paths(self) -> list[str]:
        """Every path and pattern of the file selectors, each once, in order."""
        return list(dict.fromkeys(path for selector in self.safe_files for path in selector.paths or ()))

    @property
    def safe_files(self) -> list[FileSelector]:
        """The file selectors, always as a list."""
        return _listed(self.files)

    @property
    def safe_topics(self) -> list[DataSelector]:
        """The topic selectors, always as a list."""
        return _listed(self.topics)


_Selector = TypeVar("_Selector", bound=DataSelector)


def _listed(selectors: _Selector | list[_Selector] | None) -> list[_Selector]:
    if selectors is None:
        return []
    return list(selectors) if isinstance(selectors, list) else [selectors]

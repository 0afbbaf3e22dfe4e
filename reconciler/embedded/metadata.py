"""Changes of metadata and tags, as the embedded platform applies them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.domain.changesets import MetadataChangeset
from reconciler.errors import InvalidRequest


def metadata_after(
    changeset: MetadataChangeset, metadata: Mapping[str, Any], tags: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return metadata and tags after the changeset.

    Raises:
        InvalidRequest: A path leads through a value that has no members.
    """
    try:
        return changeset.apply_to(metadata, tags)
    except ValueError as error:
        raise InvalidRequest(f"metadata_changeset: {error}") from error

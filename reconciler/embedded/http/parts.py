"""Objects that come in parts, in any order and at once: each part waits in a file beside the upload's others."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from reconciler.embedded.http.objects import ObjectKey
from reconciler.embedded.http.staging import Received, Staging
from reconciler.errors import InvalidRequest, NotFound

_PARTS_ID: Final = re.compile(r"[0-9a-f]{16}")

#: Parts are numbered from 1 to this.
MOST_PARTS: Final = 10_000


def begin_parts(staging: Staging, key: ObjectKey) -> str:
    """Begin an object in parts, and return the id of its parts."""
    staging.folder_of(key.dataset_id, key.upload_id)
    return secrets.token_hex(8)


def put_part(staging: Staging, key: ObjectKey, parts_id: str, number: int, received: Received) -> None:
    """Keep one part; one of the same number is replaced."""
    if not 1 <= number <= MOST_PARTS:
        raise InvalidRequest(f"parts are numbered from 1 to {MOST_PARTS}")
    target = _part(staging, key, parts_id, number)
    try:
        received.path.replace(target)
    except FileNotFoundError:
        raise NotFound(f'the upload "{key.upload_id[:80]}" is over') from None


def complete_parts(staging: Staging, key: ObjectKey, parts_id: str, numbers: Sequence[int]) -> None:
    """Put parts together in this order, into the object they are of.

    Raises:
        InvalidRequest: None are named, or one that never came, or one twice or out of order.
    """
    if list(numbers) != sorted(set(numbers)):
        # Named twice, a part would be appended to itself for as long as the disk has room.
        raise InvalidRequest("name the parts of the object in ascending order, each once")
    parts = [_part(staging, key, parts_id, number) for number in numbers]
    if not parts or not all(part.is_file() for part in parts):
        raise InvalidRequest("name the parts of the object, each of which must have been put")
    first, *others = parts
    with first.open("ab") as whole:
        for part in others:
            with part.open("rb") as reading:
                shutil.copyfileobj(reading, whole, 1024 * 1024)
            part.unlink()
        size = whole.tell()
    staging.put(key.dataset_id, key.upload_id, key.path, Received(first, size))


def give_up_parts(staging: Staging, key: ObjectKey, parts_id: str) -> None:
    """Remove parts that nobody will put together."""
    for part in _part(staging, key, parts_id, 1).parent.glob(f"{parts_id}.*.part"):
        part.unlink(missing_ok=True)


def _part(staging: Staging, key: ObjectKey, parts_id: str, number: int) -> Path:
    if not _PARTS_ID.fullmatch(parts_id):
        raise NotFound("there is no such object in parts: begin one")
    return staging.folder_of(key.dataset_id, key.upload_id) / f"{parts_id}.{number:05}.part"

"""Uploading local files to a served embedded platform, an extension of its own.

==========  ====================================================  =====================
call        method, path                                          body
==========  ====================================================  =====================
begin       POST ``v1/datasets/{id}/uploads``                     none
send        PUT ``v1/datasets/{id}/uploads/{upload}/files/...``   the bytes of a file
complete    POST ``v1/datasets/{id}/uploads/{upload}/complete``   none
give up     DELETE ``v1/datasets/{id}/uploads/{upload}``          none
==========  ====================================================  =====================

Nothing is the dataset's before the upload is completed, so that only completing it counts as a write. None of them
names an organization: the dataset is found by its id.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from reconciler.client.calls.call import Call, Effect, segment
from reconciler.client.calls.sendable import refused

_LOOK: Final = "list the files of the dataset to see what is there"

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def begin(dataset_id: str, operation: str) -> Call:
    """Begin an upload into a dataset."""
    return Call(operation, "POST", _uploads(dataset_id, operation))


def send(dataset_id: str, upload_id: str, relative_path: str, source: Path, operation: str) -> Call:
    """Send one file of an upload."""
    path = f"{_upload(dataset_id, upload_id, operation)}/files/{steps(relative_path, operation)}"
    return Call(operation, "PUT", path, source=source)


def complete(dataset_id: str, upload_id: str, operation: str) -> Call:
    """Make the files that were sent the dataset's; asked again, the platform tells what came of it the first time."""
    path = f"{_upload(dataset_id, upload_id, operation)}/complete"
    return Call(operation, "POST", path, Effect.ONCE, look=_LOOK)


def give_up(dataset_id: str, upload_id: str, operation: str) -> Call:
    """Give an upload up."""
    return Call(operation, "DELETE", _upload(dataset_id, upload_id, operation))


def steps(relative_path: str, operation: str) -> str:
    """Return a file's path inside its dataset as the segments of a URL.

    Raises:
        InvalidRequest: A step of it would be resolved away, or no URL leads there.
    """
    if _CONTROL.search(relative_path):
        raise refused(f"relative_path: {relative_path[:100]!r} holds a character that is no text", operation)
    called = f"a step that the relative_path {relative_path[:100]!r} may have"
    return "/".join(segment(step, operation, called=called) for step in relative_path.split("/"))


def _uploads(dataset_id: str, operation: str) -> str:
    return f"v1/datasets/{segment(dataset_id, operation, called='the id of a dataset')}/uploads"


def _upload(dataset_id: str, upload_id: str, operation: str) -> str:
    return f"{_uploads(dataset_id, operation)}/{segment(upload_id, operation, called='the id of an upload')}"

"""Completing an upload, once: whoever asks again, because an answer was lost, is told what came of it.

=============================  ================================================
the upload                     completing it
=============================  ================================================
is under way                   makes its files the dataset's
is being completed             is to be asked again, in a second
was completed, within a day    tells the files, which are not made again
is none, or was given up       is refused: there is no such upload
=============================  ================================================

The files and the receipt that names them are one transaction: a server that is killed at any moment of this has
completed the upload or has not, and whoever asks the next one finds out which, or completes it then.
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.domain.wire import STATUS, error_code
from reconciler.embedded.http.refusals import Refused
from reconciler.embedded.http.staging import Staging
from reconciler.embedded.uploading import Uploads
from reconciler.errors import PlatformUnavailable

#: Returns the id that a new file is to have, by its path inside the dataset; empty for any.
Promise = Callable[[str], str]


def _any(_path: str) -> str:
    return ""


def completed(
    staging: Staging, uploads: Uploads, dataset_id: str, upload_id: str, *, promise: Promise = _any
) -> list[str]:
    """Complete an upload, and return the ids of its files.

    Raises:
        Refused: Somebody else is at it.
        NotFound: There is no such upload.
        Conflict: It has no files.
    """
    with staging.claimed(dataset_id, upload_id) as is_free:
        if not is_free:
            raise Refused(
                STATUS[PlatformUnavailable],
                f'the upload "{upload_id}" is being completed: ask again',
                code=error_code(PlatformUnavailable),
                headers={"Retry-After": "1"},
            )
        receipt = uploads.receipt(dataset_id, upload_id)
        if receipt is not None:
            staging.forget(dataset_id, upload_id)
            return receipt
        with staging.closing(dataset_id, upload_id) as files:
            return uploads.complete(dataset_id, upload_id, files, ids={path: promise(path) for path in files})

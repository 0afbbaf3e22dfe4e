"""Completing an upload, once: whoever asks again, because an answer was lost, is told what came of it.

=============================  ================================================
the upload                     completing it
=============================  ================================================
is under way                   makes its files the dataset's
is being completed             is to be asked again, in a second
was completed, within a day    tells the files, which are not made again
is none, or was given up       is refused: there is no such upload
=============================  ================================================
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reconciler.domain.wire import STATUS, error_code
from reconciler.embedded.http.refusals import Refused
from reconciler.embedded.http.staging import Staging
from reconciler.errors import PlatformUnavailable

#: Adds files, by their path inside the dataset, and returns their ids.
Add = Callable[[dict[str, Path]], list[str]]


def completed(staging: Staging, dataset_id: str, upload_id: str, *, add: Add) -> list[str]:
    """Complete an upload, and return the ids of its files.

    Raises:
        Refused: Somebody else is at it.
        NotFound: There is no such upload.
        Conflict: It has no files.
    """
    # In this order: who is at it leaves the receipt before they are done.
    if staging.is_being_completed(dataset_id, upload_id):
        raise Refused(
            STATUS[PlatformUnavailable],
            f'the upload "{upload_id}" is being completed: ask again',
            code=error_code(PlatformUnavailable),
            headers={"Retry-After": "1"},
        )
    receipt = staging.receipt(dataset_id, upload_id)
    if receipt is not None:
        return receipt
    with staging.completing(dataset_id, upload_id) as files:
        ids = add(files)
        staging.keep_receipt(dataset_id, upload_id, ids)
    return ids

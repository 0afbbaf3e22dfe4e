"""Uploads: files are copied first, which may take long, and registered then, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.domain.datasets import FileRecord
from reconciler.embedded.checks import check_paths
from reconciler.embedded.copies import Copies, Ids
from reconciler.embedded.datasets import read_dataset
from reconciler.embedded.doing import doing
from reconciler.embedded.files import add_uploads
from reconciler.embedded.session import Session
from reconciler.embedded.store import Rows
from reconciler.errors import Conflict


class Uploads:
    """Uploads of one caller: of files that are somebody's, and of those that the platform received over HTTP."""

    def __init__(self, session: Session, copies: Copies) -> None:
        self._session = session
        self._copies = copies

    def add(self, dataset_id: str, files: Mapping[str, Path]) -> list[FileRecord]:
        """Copy local files into a dataset, by path inside it."""
        return self._added(dataset_id, files, ids=None, receipt=None)

    def complete(
        self, dataset_id: str, upload_id: str, files: Mapping[str, Path], *, ids: Mapping[str, str]
    ) -> list[str]:
        """Make the files of a received upload the dataset's, with ``ids`` for new ones, and return which they are.

        The receipt is kept with them: what was completed already, by whomever, is not added a second time.
        """
        try:
            return [record.file_id for record in self._added(dataset_id, files, ids=ids, receipt=upload_id)]
        except _CompletedAlready as earlier:
            return earlier.file_ids

    def receipt(self, dataset_id: str, upload_id: str) -> list[str] | None:
        """Return the ids of the files that came of an upload; None when it is not completed, or that was long ago."""
        with self._session.reading(f'complete upload "{upload_id}"') as rows:
            return rows.receipts.find(dataset_id, upload_id)

    def _added(self, dataset_id: str, files: Mapping[str, Path], *, ids: Ids, receipt: str | None) -> list[FileRecord]:
        session = self._session
        with doing(f'upload files to dataset "{dataset_id}"'):
            check_paths(files)
            with session.reading("") as rows:
                read_dataset(rows, dataset_id, caller=session.caller)
            # Copying may take long: nobody's transaction waits for it.
            with self._copies.making(dataset_id, files, ids=ids) as (upload_id, copies), session.writing("") as rows:
                if receipt is not None:
                    _check_first(rows, dataset_id, receipt)
                now = session.now()
                records = add_uploads(rows, copies, dataset_id, upload_id=upload_id, caller=session.caller, now=now)
                if receipt is not None:
                    rows.receipts.add(dataset_id, receipt, [record.file_id for record in records], now=now)
        session.evaluate_noted()
        return records


def _check_first(rows: Rows, dataset_id: str, upload_id: str) -> None:
    """Leave the transaction, and the copies that were made for it, when another process was faster."""
    file_ids = rows.receipts.find(dataset_id, upload_id)
    if file_ids is not None:
        raise _CompletedAlready(upload_id, file_ids)


class _CompletedAlready(Conflict):
    """The upload is completed; ``file_ids`` came of it."""

    def __init__(self, upload_id: str, file_ids: list[str]) -> None:
        super().__init__(f'the upload "{upload_id}" was completed already')
        self.file_ids = file_ids

"""Objects in a bucket of S3, Google Cloud Storage or Azure, or of a server that speaks like one of them.

Writes are conditional: the service itself compares the version before it writes. No service deletes like that
everywhere, so an object without bytes stands for one that is deleted.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

from reconciler.errors import InventoryNotAllowed, InventoryUnavailable
from reconciler.inventory.backend import Stored, checked_name, moved
from reconciler.inventory.buckets import Bucket

if TYPE_CHECKING:
    from obstore import ObjectMeta, PutResult
    from obstore.store import ObjectStore as Store

#: How often a request that only reads is sent again; the service's own library waits in between.
_RETRIES: Final = 3

#: Seconds before each next try of a write that did not arrive.
_PAUSES: Final = (0.2, 1.0, 3.0)

_LONGEST_REASON: Final = 300


class ObjectStore:
    """A bucket; threads and processes may use it at once."""

    def __init__(
        self, bucket: Bucket, *, reader: Store, writer: Store, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Use two views of a bucket; ``writer`` sends no request twice: nobody could tell which of them counted."""
        self._bucket = bucket
        self._reader = reader
        self._writer = writer
        self._sleep = sleep

    @classmethod
    def open(cls, url: str) -> Self:
        """Return the backend at ``s3://bucket/prefix``, ``gs://bucket/prefix`` or ``az://account/container/prefix``.

        Raises:
            ConfigurationError: The URL names no bucket, or the extra ``object-store`` is not installed.
        """
        bucket = Bucket.parse(url)
        return cls(bucket, reader=bucket.open(retries=_RETRIES), writer=bucket.open(retries=0))

    def place(self, name: str) -> str:
        """Return the URL of an object."""
        return f"{self._bucket}/{name}"

    def read(self, name: str) -> Stored | None:
        """Return an object; None when there is none."""
        stored = self._stored(name)
        return stored if stored is not None and stored.content else None

    def write(self, name: str, content: bytes, *, expected: str | None) -> str:
        """Write an object in the place of the expected version, and return the new one."""
        from obstore.exceptions import GenericError

        for pause in (*_PAUSES, None):
            try:
                return self._put(name, content, expected)
            except GenericError as error:
                # It may have been written all the same: its answer was lost, or it stands in the way of another's.
                found = self._stored(name)
                if found is not None and found.content == content:
                    return found.version
                if not _is_expected(found, expected):
                    raise moved(self.place(name)) from error
                if pause is None:
                    raise self._unavailable(name, error) from error
                self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def delete(self, name: str, *, expected: str) -> None:
        """Delete an object of this version."""
        if self.read(name) is not None:
            self.write(name, b"", expected=expected)

    def names(self, prefix: str) -> Sequence[str]:
        """Return the names of all objects that begin with this, in order."""
        with self._translated(prefix):
            # The service lists by whole segments.
            folder = prefix.rpartition("/")[0]
            found = [each for batch in self._reader.list(folder or None) for each in batch]
        return sorted(each["path"] for each in found if each["size"] and each["path"].startswith(prefix))

    def _stored(self, name: str) -> Stored | None:
        """Return an object as it is there, one without bytes included."""
        with self._translated(name):
            try:
                got = self._reader.get(checked_name(name))
                return Stored(bytes(got.bytes()), _version(got.meta))
            except FileNotFoundError:
                # Is there no object, or no bucket? Only a bucket can be listed.
                next(iter(self._reader.list(name, chunk_size=1)), None)
                return None

    def _put(self, name: str, content: bytes, expected: str | None) -> str:
        from obstore.exceptions import AlreadyExistsError, GenericError, PreconditionError

        path = checked_name(name)
        with self._translated(name, passing=GenericError):
            try:
                if expected is not None:
                    return _version(self._writer.put(path, content, mode=json.loads(expected), use_multipart=False))
                return _version(self._writer.put(path, content, mode="create", use_multipart=False))
            except AlreadyExistsError as error:
                deleted = self._stored(name)
                if deleted is None or deleted.content:
                    raise moved(self.place(name)) from error
            except (PreconditionError, FileNotFoundError) as error:
                if expected is None and isinstance(error, FileNotFoundError):
                    raise InventoryUnavailable(
                        f"cannot write {self.place(name)}: there is no such bucket", hint="make it, or name another"
                    ) from error
                raise moved(self.place(name)) from error
        return self._put(name, content, deleted.version)

    @contextmanager
    def _translated(self, name: str, *, passing: type[Exception] | tuple[()] = ()) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except passing:
            raise
        except BaseError as error:
            raise self._unavailable(name, error) from error

    def _unavailable(self, name: str, error: Exception) -> InventoryUnavailable:
        from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

        if isinstance(error, PermissionDeniedError | UnauthenticatedError):
            return InventoryNotAllowed(
                f"not allowed to use {self.place(name)}",
                hint=f"it takes the right to read, write and list; credentials come from {self._bucket.credentials}",
            )
        return InventoryUnavailable(
            f"cannot use {self.place(name)}: {_reason(error)}",
            hint=f"see that the bucket exists and can be reached; credentials come from {self._bucket.credentials}",
        )


def _version(result: PutResult | ObjectMeta) -> str:
    """Return what a service tells versions by: most by an entity tag, Google by a number."""
    return json.dumps({name: result[name] for name in ("e_tag", "version") if result[name]})


def _is_expected(found: Stored | None, expected: str | None) -> bool:
    if expected is None:
        return found is None or not found.content
    return found is not None and found.version == expected


def _reason(error: Exception) -> str:
    """Return the first line of a message, without the query of a URL, which may hold a signature, and without XML."""
    line = str(error).partition("\n")[0].partition(": <")[0]
    return re.sub(r"\?\S*", "", line)[:_LONGEST_REASON]

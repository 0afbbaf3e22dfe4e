"""Buckets by their URL: ``s3://``, ``gs://`` and ``az://``, with the credentials that each service's variables give."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from reconciler.errors import ConfigurationError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

_FORMS: Final = "write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://ACCOUNT/CONTAINER/PREFIX"

#: Where each service looks for credentials, for whoever has the wrong ones.
_CREDENTIALS: Final = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_SERVICE_ACCOUNT",
    "az": "AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_CLIENT_ID with AZURE_CLIENT_SECRET",
}

#: Says "true" where a server of one's own speaks no TLS; the library's own reading of it ends where options are given.
_PLAIN_HTTP: Final = {"s3": "AWS_ALLOW_HTTP", "gs": "GOOGLE_ALLOW_HTTP", "az": "AZURE_ALLOW_HTTP"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, or a container of an account, and what the names of all objects in it begin with."""

    scheme: str
    account: str
    name: str
    prefix: str

    @classmethod
    def parse(cls, url: str) -> Bucket:
        """Read a URL.

        Raises:
            ConfigurationError: It names no bucket of a kind we know.
        """
        scheme, separator, path = url.partition("://")
        segments = path.rstrip("/").split("/")
        needed = 2 if scheme == "az" else 1
        is_legal = separator and scheme in _CREDENTIALS and len(segments) >= needed and all(segments)
        if not is_legal or any(character in path for character in "?#@"):
            raise ConfigurationError(f"the inventory cannot be stored at {_without_query(url)}", hint=_FORMS)
        account = segments[0] if needed == 2 else ""
        return cls(scheme, account, segments[needed - 1], "/".join(segments[needed:]))

    def __str__(self) -> str:
        return f"{self.scheme}://" + "/".join(filter(None, (self.account, self.name, self.prefix)))

    @property
    def credentials(self) -> str:
        """Which variables hold the credentials for it."""
        return _CREDENTIALS[self.scheme]

    def open(self, *, retries: int) -> ObjectStore:
        """Return the bucket as obstore knows it; nothing is sent yet.

        Raises:
            ConfigurationError: The extra is not installed, or the variables of the service make no sense.
        """
        try:
            from obstore.exceptions import BaseError
            from obstore.store import AzureStore, GCSStore, S3Store
        except ImportError as error:
            raise ConfigurationError(
                f"the inventory is in {self}, and object stores need an extra that is not installed",
                hint="pip install 'roboto-reconciler[object-store]'",
            ) from error
        retrying: RetryConfig = {"max_retries": retries, "retry_timeout": timedelta(seconds=20)}
        options, prefix = self._options(), self.prefix or None
        try:
            match self.scheme:
                case "s3":
                    return S3Store(self.name, prefix=prefix, client_options=options, retry_config=retrying)
                case "gs":
                    return GCSStore(self.name, prefix=prefix, client_options=options, retry_config=retrying)
                case _:
                    return AzureStore(
                        self.name,
                        prefix=prefix,
                        account_name=self.account,
                        client_options=options,
                        retry_config=retrying,
                    )
        except BaseError as error:
            raise ConfigurationError(
                f"the inventory cannot be stored in {self}: {str(error).partition(chr(10))[0]}",
                hint=f"credentials come from {self.credentials}",
            ) from error

    def _options(self) -> ClientConfig:
        # An inventory is small: what takes longer will not come.
        return {
            "timeout": timedelta(seconds=20),
            "connect_timeout": timedelta(seconds=5),
            "allow_http": os.environ.get(_PLAIN_HTTP[self.scheme], "").lower() == "true",
        }


def _without_query(url: str) -> str:
    """Return a URL without what may be a token or a password in it."""
    return url if "@" not in url and "?" not in url else f"{url.partition('://')[0]}://..."

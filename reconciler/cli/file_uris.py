"""Where a platform finds files of this machine that are registered without their bytes.

=====================================  =========================================================
platform                               URI of a file
=====================================  =========================================================
any, with ``--uri URI``                the file's path below that URI
embedded                               ``file://``: it is this machine
over HTTP, at an address of this host  ``file://``, and what that takes is said
over HTTP, elsewhere                   refused: there, the path names another file, or none
=====================================  =========================================================
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import click

if TYPE_CHECKING:
    from reconciler.domain.platform import PlatformIdentity

#: Schemes whose paths are percent-encoded; keys of object stores are written as they are.
_ENCODED: Final = frozenset({"file", "http", "https"})


def base_of(folder: Path, *, uri: str | None, identity: PlatformIdentity) -> str:
    """Return the URI that the files of a folder are below.

    Raises:
        ConfigurationError: The platform is on another machine, and nobody said where it finds them.
    """
    from reconciler.errors import ConfigurationError

    if uri is not None:
        return uri.rstrip("/")
    if identity.kind == "embedded" or is_local(identity.endpoint):
        return folder.absolute().as_uri()
    raise ConfigurationError(
        f"{identity.endpoint} cannot see the files of this machine",
        hint="--copy uploads them; --uri s3://bucket/folder says where it finds the same files",
    )


def uri_below(base: str, relative_path: str) -> str:
    """Return the URI of a file, by its path below a base."""
    encoded = urlsplit(base).scheme in _ENCODED
    return f"{base}/{quote(relative_path) if encoded else relative_path}"


def is_local(endpoint: str) -> bool:
    """Return True when a URL leads to this machine, as far as its name tells: a tunnel may lead on."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_base(_context: click.Context, _option: click.Parameter, uri: str | None) -> str | None:
    """Read ``--uri``.

    Raises:
        click.BadParameter: It is no URI.
    """
    if uri is not None and not (urlsplit(uri).scheme and urlsplit(uri).netloc + urlsplit(uri).path.strip("/")):
        raise click.BadParameter(f'"{uri}" is no URI; write s3://bucket/folder')
    return uri

"""One file to text: bounded, never blocking, and clear about what cannot be read."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from reconciler.diagnostics import Diagnostic, Span
from reconciler.encodable import encodable

#: Bytes in one file; a manifest has about a thousand.
LARGEST_FILE: Final = 4 * 1024 * 1024

#: Bytes on standard input, which may be the manifests of a whole organization in one stream.
LARGEST_STDIN: Final = 64 * 1024 * 1024

# Not blocking, so that a FIFO without a writer opens at once and can be refused; a plain file does not care.
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file, read.

    Attributes:
        name: As shown to users: relative to the project with forward slashes; ``<stdin>`` for standard input.
        location: Its path; None for standard input.
        text: Its content, without a byte order mark.
        digest: Hash of its bytes, as hexadecimal text.
        explicit: True when the user named this very file, False when it was found in a folder.
    """

    name: str
    location: str | None
    text: str
    digest: str
    explicit: bool

    @property
    def path(self) -> Path | None:
        """Where it is; None for standard input. Made when asked for: ten thousand files seldom need theirs."""
        return None if self.location is None else Path(self.location)


def shown_name(path: str) -> str:
    """Return a path as text that any file can hold: what in it is not UTF-8 is written out."""
    return path if path.isprintable() else encodable(path)


def read_source(path: str, *, name: str, explicit: bool) -> SourceFile | Diagnostic:
    """Read one file, or say why not."""
    try:
        content = _content(path, name=name)
    except OSError as error:
        return unreadable(error, name=name)
    if isinstance(content, Diagnostic):
        return content
    return from_bytes(content, name=name, location=path, explicit=explicit)


def from_bytes(
    content: bytes, *, name: str, location: str | None = None, explicit: bool = False, limit: int = LARGEST_FILE
) -> SourceFile | Diagnostic:
    """Return bytes as a source file, or why they are no text."""
    if len(content) > limit:
        return _too_large(name=name, limit=limit)
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or b"\x00" in content:
        return _not_text(content, name=name)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return _not_utf8(content, at=error.start, name=name)
    digest = blake2b(content, digest_size=20).hexdigest()
    return SourceFile(name, location, text.removeprefix("\ufeff"), digest, explicit)


def unreadable(error: OSError, *, name: str) -> Diagnostic:
    """Say why the operating system did not give a file or folder."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return _problem("missing-file", "no such file or folder", "check the path and its spelling", name)
        case errno.EACCES | errno.EPERM:
            hint = "give yourself permission to read it, or exclude it"
            return _problem("unreadable-file", "no permission to read this", hint, name)
        case errno.ELOOP:
            return _problem(
                "symlink-loop", "this symbolic link leads back to itself", "remove or repair the link", name
            )
        case errno.EISDIR:
            return _problem("not-a-file", "this is a folder where a file is expected", "name a file in it", name)
        case _:
            reason = error.strerror or "unknown reason"
            return _problem("unreadable-file", f"cannot read this: {reason}", "check the file and its disk", name)


def _content(path: str, *, name: str) -> bytes | Diagnostic:
    descriptor = os.open(path, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return _not_a_file(status.st_mode, name=name)
        if status.st_size > LARGEST_FILE:
            return _too_large(name=name, limit=LARGEST_FILE)
        return _whole(descriptor, size=status.st_size)
    finally:
        os.close(descriptor)


def _whole(descriptor: int, *, size: int) -> bytes:
    """Read as often as it takes: a network disk may give less than asked for, and half a file may parse."""
    content = os.read(descriptor, size)
    while len(content) < size and (more := os.read(descriptor, size - len(content))):
        content += more
    return content


def _not_a_file(mode: int, *, name: str) -> Diagnostic:
    if stat.S_ISDIR(mode):
        return unreadable(IsADirectoryError(errno.EISDIR, ""), name=name)
    what = "a named pipe" if stat.S_ISFIFO(mode) else "a device or socket"
    hint = 'pipe the manifests to standard input and name it "-"'
    return _problem("not-a-file", f"this is {what}, not a file", hint, name)


def _too_large(*, name: str, limit: int) -> Diagnostic:
    return _problem(
        "file-too-large",
        f"more than {limit // (1024 * 1024)} MiB, which no manifest needs",
        "split it into several files, or exclude it",
        name,
    )


def _not_text(content: bytes, *, name: str) -> Diagnostic:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _problem("not-utf8", f"the file is {encoding}, not UTF-8", "save it as UTF-8", name)
    at = content.index(b"\x00")
    hint = "exclude it if it is no manifest"
    return _problem("binary-file", f"the file is binary: byte {at} is zero", hint, name)


def _not_utf8(content: bytes, *, at: int, name: str) -> Diagnostic:
    line_start = content.rfind(b"\n", 0, at) + 1
    column = len(content[line_start:at].decode()) + 1
    return Diagnostic(
        rule="not-utf8",
        summary=f"byte {at} (0x{content[at]:02X}) is not UTF-8",
        span=Span.at(name, content.count(b"\n", 0, at) + 1, column),
        hint="save the file as UTF-8",
    )


def _problem(rule: str, summary: str, hint: str, name: str) -> Diagnostic:
    return Diagnostic(rule=rule, summary=summary, span=Span.at(name), hint=hint)

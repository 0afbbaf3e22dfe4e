"""The server's configuration file to accounts, or every problem at once with its place; no secret is ever quoted."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from reconciler.diagnostics import Diagnostic, Severity, in_order
from reconciler.embedded.access import Caller
from reconciler.embedded.http.accounts import Access, Account, Accounts, token_hash
from reconciler.errors import InvalidManifests
from reconciler.manifests.files import read_file
from reconciler.manifests.source import Document, locate, parse
from reconciler.manifests.suggestions import did_you_mean
from reconciler.serving.config_models import (
    OrganizationEntry,
    ServerFile,
    TokenEntry,
    UserEntry,
    checked_token,
)
from reconciler.serving.config_sketch import GivenToken, Named, Sketch, Steps, sketched


@dataclass(frozen=True, slots=True)
class Configured:
    """What a configuration file says: who comes in, and the files of secrets of organizations that have their own."""

    accounts: Accounts
    secrets: Mapping[str, Path] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()


def read_config(path: Path) -> Configured:
    """Return what a configuration file says, with warnings.

    Raises:
        InvalidManifests: The file has errors; all of them are in it.
    """
    source = read_file(path, root=path.parent, name=os.path.relpath(path))
    if isinstance(source, Diagnostic):
        raise InvalidManifests([source])
    reading = _Reading(path, source.name, source.text)
    configured = reading.configured()
    diagnostics = in_order(reading.diagnostics)
    if configured is None or any(each.is_error for each in diagnostics):
        raise InvalidManifests(diagnostics)
    return replace(configured, warnings=tuple(diagnostics))


@dataclass(slots=True)
class _Reading:
    """One file being read; what is wrong with it gathers in ``diagnostics``."""

    path: Path
    name: str
    text: str = field(repr=False)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _document: int = 0

    def configured(self) -> Configured | None:
        """Return what the file says; None when it cannot be made out."""
        document = self._only_document()
        if document is None:
            return None
        self._document = document.index
        file, sketch = self._validated(document.data), sketched(document.data)
        self._check_distinct(sketch.organizations)
        self._check_distinct(sketch.users, hint="put all tokens of a user into one entry")
        self._check_memberships(sketch)
        holders = self._holders(sketch.tokens)
        if file is None:
            return None
        names = {entry.id: entry.name or entry.id for entry in file.organizations}
        accounts = Accounts({hashed: _account(file.users[number]) for hashed, number in holders.items()}, names)
        return Configured(accounts, dict(self._secret_files(file.organizations)))

    def _secret_files(self, organizations: Iterable[OrganizationEntry]) -> Iterator[tuple[str, Path]]:
        for number, entry in enumerate(organizations):
            if entry.secrets_file is not None:
                file = (self.path.parent / entry.secrets_file).absolute()
                self._private_bytes(
                    file, ("organizations", number, "secrets_file"), rule="secrets-not-private", make=_SECRETS_HINT
                )
                yield entry.id, file

    def _only_document(self) -> Document | None:
        parsed = parse(self.text, file=self.name)
        self.diagnostics += parsed.diagnostics
        documents = [document for document in parsed.documents if document.data is not None]
        if parsed.diagnostics:
            return None
        if len(documents) != 1:
            summary = f"the file holds one document with organizations and users, this one has {len(documents)}"
            self._problem("server-config", summary, ())
            return None
        return documents[0]

    def _validated(self, data: object) -> ServerFile | None:
        try:
            return ServerFile.model_validate(data)
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False, include_input=False, include_context=False):
                self._tell(error["type"], error["loc"], error["msg"])
            return None

    def _tell(self, kind: str, location: Steps, message: str) -> None:
        """Say what a model found wrong in words of our own."""
        last = location[-1] if location else ""
        match kind:
            case "extra_forbidden":
                hint = did_you_mean(str(last), _known_at(location[:-1]))
                self._problem("unknown-key", f'unknown key "{last}"', location, hint, at_key=True)
            case "missing":
                self._problem("missing-key", f'"{last}" is missing', location[:-1], f"add {last}:")
            case "too_short" | "string_too_short":
                self._problem("illegal-value", f'"{last}" is empty', location, "fill it, or leave the key out")
            case "model_type":
                self._problem("illegal-value", f"{_place_of(last)} should be a mapping of keys to values", location)
            case "list_type":
                self._problem("illegal-value", f'"{last}" should be a list, such as [one, two]', location)
            case "string_type":
                hint = 'write a text; quote what looks like a number or a date, such as "007"'
                self._problem("illegal-value", f"{_place_of(last)} should be a text", location, hint)
            case _:
                self._problem("illegal-value", _in_words(message), location)

    def _check_distinct(self, entries: Iterable[Named], *, hint: str = "") -> None:
        seen: set[str] = set()
        for entry in entries:
            if entry.name in seen:
                self._problem("repeated-id", f'"{entry.name}" stands here twice', entry.place, hint)
            seen.add(entry.name)

    def _check_memberships(self, sketch: Sketch) -> None:
        known = [entry.name for entry in sketch.organizations]
        for membership in sketch.memberships:
            if sketch.complete and membership.name not in known:
                summary = f'there is no organization "{membership.name}"'
                self._problem("unknown-organization", summary, membership.place, did_you_mean(membership.name, known))

    def _holders(self, tokens: Iterable[GivenToken]) -> dict[bytes, int]:
        """Return the number of the user that each token lets in, by its hash."""
        holders: dict[bytes, int] = {}
        for token in tokens:
            for place, hashed in self._token_hashes(token.entry, token.place):
                if hashed in holders:
                    self._problem("repeated-token", "this token stands here twice", place, "give each user its own")
                holders[hashed] = token.user
        return holders

    def _token_hashes(self, entry: TokenEntry, place: Steps) -> Iterator[tuple[Steps, bytes]]:
        if entry.sha256 is not None:
            yield (*place, "sha256"), bytes.fromhex(entry.sha256)
        elif entry.token is not None:
            self._check_private((*place, "token"))
            yield (*place, "token"), token_hash(entry.token)
        elif entry.token_file is not None:
            token = self._token_in(self.path.parent / entry.token_file, (*place, "token_file"))
            if token is not None:
                yield (*place, "token_file"), token_hash(token)

    def _token_in(self, file: Path, place: Steps) -> str | None:
        hint = f"make it: (umask 077; openssl rand -hex 32 > {shlex.quote(str(file))})"
        text = self._private_bytes(file, place, rule="token-not-private", make=hint)
        if text is None:
            return None
        try:
            return checked_token(text.decode("ascii").strip())
        except UnicodeDecodeError:
            self._problem("illegal-value", f"{file} holds no token: it is not ASCII text", place)
        except ValueError as error:
            self._problem("illegal-value", f"{file}: {error}", place)
        return None

    def _private_bytes(self, file: Path, place: Steps, *, rule: str, make: str = "") -> bytes | None:
        """Return what a file holds that nobody else may read; None when it cannot be read."""
        try:
            status, content = file.stat(), file.read_bytes()
        except FileNotFoundError as error:
            self._problem("unreadable-file", f"cannot read {file}: {error.strerror}", place, make)
            return None
        except OSError as error:
            self._problem("unreadable-file", f"cannot read {file}: {error.strerror}", place)
            return None
        if _others_may(status):
            self._problem(
                rule, "others than its owner may read this file", place, f"chmod 600 {shlex.quote(str(file))}"
            )
        return content

    def _check_private(self, place: Steps) -> None:
        if _others_may(self.path.stat()):
            hint = f"chmod 600 {shlex.quote(self.name)}, or write sha256 instead"
            summary = "others than its owner may read this file with tokens in it"
            self._problem("token-not-private", summary, place, hint, severity=Severity.WARNING)

    def _problem(
        self,
        rule: str,
        summary: str,
        path: Steps,
        hint: str = "",
        *,
        at_key: bool = False,
        severity: Severity = Severity.ERROR,
    ) -> None:
        span = locate(self.text, file=self.name, document=self._document, path=path, key=at_key)
        self.diagnostics.append(Diagnostic(rule, summary, span, hint, severity=severity))


_SECRETS_HINT: Final = 'write one JSON object there, such as {"roboto-secret://NAME": "VALUE"}, for its owner alone'

_ACCESS: Final = {"read": Access.READ, "invoke": Access.INVOKE, "write": Access.WRITE}


def _account(user: UserEntry) -> Account:
    first, *others = user.organizations
    return Account(Caller(user.id, first, frozenset(others) - {first}), _ACCESS[user.access], user.name)


_ENTRIES: Final[dict[str, type[BaseModel]]] = {
    "organizations": OrganizationEntry,
    "users": UserEntry,
    "tokens": TokenEntry,
}


def _place_of(step: str | int) -> str:
    """Say where the last step of a path leads to: an entry of a list, a key, or the whole file."""
    if isinstance(step, int):
        return "an entry here"
    return f'"{step}"' if step else "the file"


def _known_at(path: Steps) -> list[str]:
    names = [step for step in path if isinstance(step, str)]
    return list((_ENTRIES.get(names[-1], ServerFile) if names else ServerFile).model_fields)


def _in_words(message: str) -> str:
    words = message.removeprefix("Value error, ").removeprefix("Input ")
    return words[:1].lower() + words[1:]


def _others_may(status: os.stat_result) -> bool:
    return os.name == "posix" and bool(status.st_mode & (stat.S_IRGRP | stat.S_IROTH))

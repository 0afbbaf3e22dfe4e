"""The inventory as a value: every resource that is ours, what was last applied to it, and what is under way.

It is a superset of reality: what is about to be created is in it before it is sent, and what is deleted leaves it only
when that was acknowledged. Secrets are never in it: a keyed hash stands for each, which tells equal from different.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Self

from reconciler.domain.address import Address
from reconciler.domain.secrets import Secret
from reconciler.errors import InventoryDamaged, InventoryTooNew
from reconciler.inventory.members import Members

SCHEMA_VERSION: Final = 1

#: Versions of a resource that are remembered, the latest.
MOST_VERSIONS: Final = 20

_HASH: Final = "$hash"


class IntentOp(StrEnum):
    """What an apply set out to do to a resource."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    ADOPT = "adopt"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Intent:
    """What an apply is about to do to a resource; left over when it was cut off.

    ``after`` is what an update is to make of it, like ``applied`` of an entry; None for everything else.
    """

    op: IntentOp
    apply_id: str
    at: datetime
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One state that an apply left behind; ``digest`` is None for a trigger."""

    digest: str | None
    modified: datetime | None
    apply_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One resource that is ours.

    Attributes:
        address: Its kind and name.
        server_id: What tells it from a later one of the same name; None until it has been created.
        created: When it was created; None where that is not known.
        applied: Its spec as last applied, or about to be created, in the words of a manifest; secrets hashed.
        sensitive: Names of parameters and variables that are secret besides those whose name says so.
        digest: The digest of that version; None for a trigger.
        modified: When it was last applied, by the platform's clock.
        protect: Whether it may not be deleted.
        on_remove: ``delete`` or ``forget``: what happens when its manifest is gone.
        adopted: Whether it existed before it became ours.
        history: The versions that applies left behind, the latest last.
        intent: What an apply is about to do, or was when it was cut off.
    """

    address: Address
    server_id: str | None = None
    created: datetime | None = None
    applied: Mapping[str, Any] = field(default_factory=dict)
    sensitive: tuple[str, ...] = ()
    digest: str | None = None
    modified: datetime | None = None
    protect: bool = False
    on_remove: str = "delete"
    adopted: bool = False
    history: tuple[Version, ...] = ()
    intent: Intent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything that is ours in one organization.

    Attributes:
        id: The UUID in the project file.
        environment: Which of the project's environments; empty without any.
        platform: The kind of platform, and ``org_id`` the organization; empty until the first apply.
        serial: How often it was written.
        hash_key: The key of the hashes of secrets, random, hexadecimal.
        entries: What is ours, by address.
    """

    id: str
    environment: str = ""
    platform: str = ""
    org_id: str = ""
    serial: int = 0
    hash_key: str = ""
    entries: Mapping[Address, Entry] = field(default_factory=dict)

    @classmethod
    def new(cls, inventory_id: str, *, environment: str = "") -> Self:
        """Return an inventory of nothing."""
        return cls(id=inventory_id, environment=environment, hash_key=secrets.token_hex(32))

    def with_entries(self, *entries: Entry) -> Inventory:
        """Return the inventory with these entries in the place of those with their addresses."""
        return replace(self, entries={**self.entries, **{entry.address: entry for entry in entries}})

    def without(self, *addresses: Address) -> Inventory:
        """Return the inventory without these."""
        gone = set(addresses)
        return replace(self, entries={at: entry for at, entry in self.entries.items() if at not in gone})


def hashed(shape: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return JSON with ``{"$hash": ...}`` in the place of each secret."""
    return {name: _hashed(member, bytes.fromhex(key)) for name, member in shape.items()}


def _hashed(value: Any, key: bytes) -> Any:
    if isinstance(value, Secret):
        text = json.dumps(value.value, sort_keys=True)
        return {_HASH: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}
    if isinstance(value, Mapping):
        return {name: _hashed(member, key) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_hashed(member, key) for member in value]
    return value


def is_hash(value: Any) -> bool:
    """Return True for what :func:`hashed` puts in the place of a secret."""
    return isinstance(value, Mapping) and value.keys() == {_HASH}


def dumps(inventory: Inventory) -> bytes:
    """Return the document, the same for the same inventory."""
    from reconciler import __version__

    document = {
        "schema_version": SCHEMA_VERSION,
        "tool_version": __version__,
        "inventory_id": inventory.id,
        "environment": inventory.environment,
        "platform": {"kind": inventory.platform, "org_id": inventory.org_id},
        "serial": inventory.serial,
        "hash_key": inventory.hash_key,
    }
    head = ",\n".join(f"{json.dumps(name)}: {_compact(member)}" for name, member in document.items())
    # A line for each resource: quick to write, and a change of one is one line of a difference.
    lines = ",\n".join(_compact(_entry_json(inventory.entries[address])) for address in sorted(inventory.entries))
    # Half a surrogate pair is no text, and a platform that has one shall not stop anybody.
    return f'{{\n{head},\n"resources": [\n{lines}\n]\n}}\n'.encode(errors="surrogatepass")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def loads(content: bytes, *, name: str) -> Inventory:
    """Read a document; ``name`` says where it stands.

    Raises:
        InventoryDamaged: It is no inventory.
        InventoryTooNew: It is one of a later version of this tool.
    """
    try:
        document = Members.loads(content)
        refuse_later(document, name=name)
        return _inventory_of(document)
    except ValueError as error:
        raise InventoryDamaged(
            f"{name} is damaged: {error}",
            hint='restore it from a backup, or make it anew: "reconciler inventory rebuild"',
        ) from error


def refuse_later(document: Members, *, name: str) -> None:
    """Refuse a document of a later version of this tool, which this one would read as if half of it were not there.

    Raises:
        InventoryTooNew: It is one.
        ValueError: It does not say its version.
    """
    version = document.count("schema_version")
    if version > SCHEMA_VERSION:
        raise InventoryTooNew(
            f"{name} was written by a later version of this tool ({document.text('tool_version')}): its schema_version"
            f" is {version}, and {SCHEMA_VERSION} is the last this one knows",
            hint="use that version or a later one",
        )
    if version < 1:
        raise ValueError("schema_version is not a version")


def _inventory_of(document: Members) -> Inventory:
    document.read("hash_key", bytes.fromhex)
    entries = [_entry_of(each) for each in document.each("resources")]
    by_address = {entry.address: entry for entry in entries}
    if len(by_address) < len(entries):
        raise ValueError("resources has one of them twice")
    platform = document.inside("platform")
    return Inventory(
        id=document.text("inventory_id"),
        environment=document.text("environment"),
        platform=platform.text("kind"),
        org_id=platform.text("org_id"),
        serial=document.count("serial"),
        hash_key=document.text("hash_key"),
        entries=by_address,
    )


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "address": str(entry.address),
        "server_id": entry.server_id,
        "created": _moment_json(entry.created),
        "applied": dict(entry.applied),
        "sensitive_names": list(entry.sensitive),
        "digest": entry.digest,
        "modified": _moment_json(entry.modified),
        "protect": entry.protect,
        "on_remove": entry.on_remove,
        "adopted": entry.adopted,
        "history": [
            {"digest": each.digest, "modified": _moment_json(each.modified), "apply_id": each.apply_id}
            for each in entry.history[-MOST_VERSIONS:]
        ],
        "intent": None if entry.intent is None else _intent_json(entry.intent),
    }


def _intent_json(intent: Intent) -> dict[str, Any]:
    after = None if intent.after is None else dict(intent.after)
    return {"op": intent.op.value, "apply_id": intent.apply_id, "at": _moment_json(intent.at), "after": after}


def _entry_of(document: Members) -> Entry:
    return Entry(
        address=document.read("address", Address.parse),
        server_id=document.maybe("server_id", document.text),
        created=document.maybe("created", document.moment),
        applied=document.mapping("applied"),
        sensitive=document.texts("sensitive_names"),
        digest=document.maybe("digest", document.text),
        modified=document.maybe("modified", document.moment),
        protect=document.flag("protect"),
        on_remove=document.read("on_remove", _on_remove),
        adopted=document.flag("adopted"),
        history=tuple(_version_of(each) for each in document.each("history")),
        intent=document.maybe("intent", lambda name: _intent_of(document.inside(name))),
    )


def _on_remove(text: str) -> str:
    # Whatever else it said could not be taken for "delete it".
    if text not in {"delete", "forget"}:
        raise ValueError(text)
    return text


def _version_of(document: Members) -> Version:
    return Version(
        document.maybe("digest", document.text), document.maybe("modified", document.moment), document.text("apply_id")
    )


def _intent_of(document: Members) -> Intent:
    return Intent(
        document.read("op", IntentOp),
        document.text("apply_id"),
        document.moment("at"),
        document.maybe("after", document.mapping),
    )


def _moment_json(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()

"""The inventory as a document: round trips, stable bytes, hashes instead of secrets, and strict reading."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.address import Address, Kind
from reconciler.domain.secrets import Secret
from reconciler.errors import InventoryDamaged
from reconciler.inventory.document import (
    MOST_VERSIONS,
    Entry,
    Intent,
    IntentOp,
    Inventory,
    Version,
    dumps,
    hashed,
    is_hash,
    loads,
)
from tests.inventory.builders import NOON
from tests.inventory.shapes import INVENTORIES, SHAPES, TEXTS

KEY = "5eed" * 16
DETECT = Entry(
    address=Address(Kind.ACTION, "detect"),
    server_id="og_acme/detect@2026-11-23T12:00:00+00:00",
    created=NOON,
    applied={"uri": "img:1"},
    digest="sha256:1",
    modified=NOON,
    history=(Version("sha256:1", NOON, "ap_1"),),
    intent=Intent(IntentOp.UPDATE, "ap_2", NOON),
)
INVENTORY = Inventory(id="6f0c2a54", hash_key=KEY, serial=7, entries={DETECT.address: DETECT})


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return the document of a valid inventory, changed."""
    document = json.loads(dumps(INVENTORY))
    change(document)
    return json.dumps(document).encode()


@given(INVENTORIES)
def test_what_is_written_is_read(inventory: Inventory) -> None:
    """Reading gives the inventory that was written, and writing that the same bytes."""
    written = dumps(inventory)
    read = loads(written, name="here")
    assert read == inventory
    assert dumps(read) == written


@given(INVENTORIES, st.randoms(use_true_random=False))
def test_the_order_of_entries_makes_no_difference(inventory: Inventory, random: Any) -> None:
    """The same entries in another order are the same bytes."""
    entries = list(inventory.entries.values())
    random.shuffle(entries)
    shuffled = Inventory(
        id=inventory.id,
        environment=inventory.environment,
        platform=inventory.platform,
        org_id=inventory.org_id,
        serial=inventory.serial,
        hash_key=inventory.hash_key,
        entries={entry.address: entry for entry in entries},
    )
    assert dumps(shuffled) == dumps(inventory)


def test_only_the_latest_versions_are_kept() -> None:
    """The history of a resource does not grow for ever."""
    history = tuple(Version(f"sha256:{number}", NOON, "ap") for number in range(MOST_VERSIONS + 5))
    entry = Entry(address=DETECT.address, history=history)
    read = loads(dumps(Inventory(id="6f0c2a54", hash_key=KEY).with_entries(entry)), name="here")
    assert read.entries[DETECT.address].history == history[5:]


def test_entries_take_the_place_of_those_with_their_address() -> None:
    """With and without leave the inventory they are asked of as it is."""
    other = Entry(address=Address(Kind.TRIGGER, "nightly"))
    both = INVENTORY.with_entries(other, Entry(address=DETECT.address, protect=True))
    assert both.entries[DETECT.address].protect
    assert both.without(DETECT.address).entries == {other.address: other}
    assert INVENTORY.entries == {DETECT.address: DETECT}


@given(SHAPES, st.lists(TEXTS.filter(bool), min_size=1, max_size=3))
def test_no_secret_is_in_a_hashed_shape(shape: dict[str, Any], secrets: list[str]) -> None:
    """A hash stands for each secret, wherever it is, and everything else stays."""
    marked = [f"hunter2-{secret}" for secret in secrets]
    concealed = shape | {"deep": [{"env": {name: Secret(name) for name in marked}}], "token": Secret({"a": marked[0]})}
    made = hashed(concealed, KEY)
    assert is_hash(made["token"])
    assert all(is_hash(value) for value in made["deep"][0]["env"].values())
    assert "hunter2" not in json.dumps([made["token"], list(made["deep"][0]["env"].values())])
    assert {name: made[name] for name in shape if name not in {"deep", "token"}} == {
        name: value for name, value in shape.items() if name not in {"deep", "token"}
    }


def test_hashes_tell_equal_from_different_and_inventories_apart() -> None:
    """Equal secrets have equal hashes under a key; another key, another hash; a number is not its text."""
    one = hashed({"key": Secret("hunter2")}, KEY)
    assert one == hashed({"key": Secret("hunter2")}, KEY)
    assert one != hashed({"key": Secret("hunter3")}, KEY)
    assert one != hashed({"key": Secret("hunter2")}, "00" * 32)
    assert hashed({"key": Secret(1)}, KEY) != hashed({"key": Secret("1")}, KEY)


def test_every_inventory_has_a_key_of_its_own() -> None:
    """Keys are random, and long enough."""
    keys = {Inventory.new("6f0c2a54").hash_key for _ in range(20)}
    assert len(keys) == 20
    assert all(len(bytes.fromhex(key)) == 32 for key in keys)


def test_a_later_version_is_refused_as_such() -> None:
    """A document of a later tool is an error that says so and names the tool's version, not a damaged one."""
    content = edited(lambda document: document.update(schema_version=2, tool_version="9.1.0", resources="elsewhere"))
    with pytest.raises(
        InventoryDamaged, match=r"here was written by a later version of this tool \(9\.1\.0\)"
    ) as later:
        loads(content, name="here")
    assert later.value.hint == "use that version or a later one"


def test_members_that_a_later_tool_added_are_no_error() -> None:
    """What is additive needs no new schema version."""
    for change in (lambda d: d.update(added=1), lambda d: d["resources"][0].update(added=1)):
        assert loads(edited(change), name="here") == INVENTORY


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("schema_version"), "schema_version is missing"),
        (lambda d: d.update(schema_version="1"), "schema_version is not a number"),
        (lambda d: d.update(schema_version=True), "schema_version is not a whole number"),
        (lambda d: d.update(schema_version=0), "schema_version is not a version"),
        (lambda d: d.update(serial=-1), "serial is not a whole number"),
        (lambda d: d.update(serial=1.5), "serial is not a number"),
        (lambda d: d.update(hash_key="no hex"), "hash_key is not any that is known"),
        (lambda d: d.update(platform="roboto"), "platform is not an object"),
        (lambda d: d["platform"].pop("org_id"), "platform.org_id is missing"),
        (lambda d: d.update(resources={}), "resources is not a list"),
        (lambda d: d["resources"].append("x"), r"resources\[1\] is not an object"),
        (lambda d: d["resources"].append(d["resources"][0]), "resources has one of them twice"),
        (lambda d: d["resources"][0].update(address="detect"), r"resources\[0\].address is not"),
        (lambda d: d["resources"][0].update(address="robot.detect"), r"resources\[0\].address is not"),
        (lambda d: d["resources"][0].update(server_id=7), r"resources\[0\].server_id is not text"),
        (lambda d: d["resources"][0].update(modified="soon"), r"resources\[0\].modified is not a time"),
        (lambda d: d["resources"][0].update(modified="2026-11-23T12:00:00"), "not a time with its zone"),
        (lambda d: d["resources"][0].update(protect="false"), r"resources\[0\].protect is not true or false"),
        (lambda d: d["resources"][0].update(on_remove="destroy"), r"resources\[0\].on_remove is not"),
        (lambda d: d["resources"][0].update(applied=None), r"resources\[0\].applied is not an object"),
        (lambda d: d["resources"][0].update(sensitive_names=[1]), r"sensitive_names is not a list of texts"),
        (lambda d: d["resources"][0]["history"][0].pop("apply_id"), r"resources\[0\].history\[0\].apply_id is missing"),
        (lambda d: d["resources"][0]["intent"].update(op="wish"), r"resources\[0\].intent.op is not"),
    ],
)
def test_a_damaged_document_is_refused_with_the_place(change: Callable[[dict[str, Any]], object], words: str) -> None:
    """Nothing is guessed: the wrong member is named, and what can be done."""
    with pytest.raises(InventoryDamaged, match=words) as damaged:
        loads(edited(change), name="here")
    assert damaged.value.message.startswith("here is damaged: ")
    assert "inventory rebuild" in damaged.value.hint


@given(st.integers(0, len(dumps(INVENTORY)) - 2))
def test_half_a_document_is_refused(length: int) -> None:
    """A document that was cut off anywhere is damaged, never an inventory of less."""
    with pytest.raises(InventoryDamaged):
        loads(dumps(INVENTORY)[:length], name="here")


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"7", b"\xff\xfe", b"[" * 100_000, b'{"schema_version": NaN}']
)
def test_what_is_no_document_is_refused(content: bytes) -> None:
    """Any other bytes are an error, and no traceback."""
    with pytest.raises(InventoryDamaged, match="here is damaged"):
        loads(content, name="here")


def test_a_document_is_text_to_be_looked_at() -> None:
    """It has a line for each resource, in order, ends with a line feed, and keeps letters as they are."""
    nightly = Entry(address=Address(Kind.TRIGGER, "nightly"), applied={"description": "Größe"})
    lines = dumps(INVENTORY.with_entries(nightly)).decode().split("\n")
    assert [json.loads(line.rstrip(","))["address"] for line in lines[-5:-3]] == ["action.detect", "trigger.nightly"]
    assert lines[-3:] == ["]", "}", ""]
    assert '"description": "Größe"' in lines[-4]

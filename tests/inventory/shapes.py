"""Inventories as Hypothesis draws them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from reconciler.domain.address import Address, Kind
from reconciler.inventory.document import MOST_VERSIONS, Entry, Intent, IntentOp, Inventory, Version

#: Half a surrogate pair included: JSON may hold one.
TEXTS = st.text(st.characters(), max_size=12)
MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))
SHAPES = st.dictionaries(
    TEXTS,
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)
ADDRESSES = st.builds(
    Address, st.sampled_from(Kind), st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,9}", fullmatch=True)
)
VERSIONS = st.builds(Version, st.none() | TEXTS, st.none() | MOMENTS, TEXTS)
INTENTS = st.builds(Intent, st.sampled_from(IntentOp), TEXTS, MOMENTS)
ENTRIES = st.builds(
    Entry,
    address=ADDRESSES,
    server_id=st.none() | TEXTS,
    created=st.none() | MOMENTS,
    applied=SHAPES,
    sensitive=st.lists(TEXTS, max_size=3).map(tuple),
    digest=st.none() | TEXTS,
    modified=st.none() | MOMENTS,
    protect=st.booleans(),
    on_remove=st.sampled_from(["delete", "forget"]),
    adopted=st.booleans(),
    history=st.lists(VERSIONS, max_size=MOST_VERSIONS).map(tuple),
    intent=st.none() | INTENTS,
)
INVENTORIES = st.builds(
    Inventory,
    id=TEXTS,
    environment=TEXTS,
    platform=TEXTS,
    org_id=TEXTS,
    serial=st.integers(0, 2**53),
    hash_key=st.binary(max_size=32).map(bytes.hex),
    entries=st.lists(ENTRIES, max_size=4).map(lambda entries: {entry.address: entry for entry in entries}),
)

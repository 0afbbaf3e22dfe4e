"""Changesets round-trip: what is computed from two states, applied to the first, gives the second."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.changesets import ActionParameterChangeset, MetadataChangeset, same_json
from reconciler.domain.values import ActionParameter

# A machine under load is slow for other reasons than ours.
LAW = settings(deadline=None)

# Few keys, so that both sides often have the same; with dots, empty ones, and ones that look like indexes.
KEYS = st.sampled_from(["a", "b", "c", "a.b", "b.c.a", "", ".", "0", "é"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([0.0, 1.0, 2.5]), st.sampled_from(["", "x", "1"])
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
METADATA = st.dictionaries(KEYS, JSON, max_size=5)
FLAT = st.dictionaries(KEYS, st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x"]), max_size=5)
TAGS = st.lists(st.sampled_from(["ros", "bag", "x", "", "é"]), max_size=5)

PARAMETERS = st.lists(
    st.builds(
        ActionParameter,
        name=st.sampled_from("abcd"),
        required=st.booleans(),
        description=st.none() | st.just("text"),
        default=st.none() | st.sampled_from([1, "1", True, 0.5]),
    ),
    max_size=4,
    unique_by=lambda parameter: parameter.name,
)


@LAW
@given(old=METADATA, new=METADATA, old_tags=TAGS, new_tags=TAGS)
def test_metadata_changesets_round_trip(
    old: dict[str, Any], new: dict[str, Any], old_tags: list[str], new_tags: list[str]
) -> None:
    """``between(old, new)`` applied to ``old`` is ``new``, nested metadata and tags as sets."""
    changeset = MetadataChangeset.between(old, new, old_tags=old_tags, new_tags=new_tags)

    metadata, tags = changeset.apply_to(old, old_tags)

    assert same_json(metadata, new)
    assert set(tags) == set(new_tags)


@LAW
@given(old=METADATA, new=METADATA, old_tags=TAGS, new_tags=TAGS)
def test_metadata_changesets_survive_the_wire(
    old: dict[str, Any], new: dict[str, Any], old_tags: list[str], new_tags: list[str]
) -> None:
    """What is sent is applied as what was computed."""
    changeset = MetadataChangeset.between(old, new, old_tags=old_tags, new_tags=new_tags)
    received = MetadataChangeset.model_validate_json(
        MetadataChangeset.model_validate(changeset.to_wire()).model_dump_json()
    )

    assert same_json([*received.apply_to(old, old_tags)], [*changeset.apply_to(old, old_tags)])


@LAW
@given(state=METADATA, tags=TAGS)
def test_equal_states_have_an_empty_changeset(state: dict[str, Any], tags: list[str]) -> None:
    """Nothing to change is nothing to send, in whatever order tags stand."""
    changeset = MetadataChangeset.between(state, state, old_tags=tags, new_tags=tags[::-1])

    assert changeset.is_empty()
    assert changeset.to_wire() == {}


@LAW
@given(old=FLAT, new=FLAT)
def test_a_changeset_names_only_what_changed(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Unless a key with a dot changed, an unchanged key is not sent."""
    changeset = MetadataChangeset.between(old, new)

    named = {*(changeset.put_fields or {}), *(changeset.remove_fields or [])}
    changed = {
        key for key in old.keys() | new.keys() if key not in old or key not in new or not same_json(old[key], new[key])
    }
    assert changeset.replace_all == any("." in key for key in changed)
    assert changeset.replace_all or named == changed


@LAW
@given(state=METADATA, tags=TAGS, new=METADATA)
def test_applying_leaves_the_arguments_alone(state: dict[str, Any], tags: list[str], new: dict[str, Any]) -> None:
    """States are values: nothing is changed in place, and the result shares nothing with them."""
    before = repr((state, tags, new))

    metadata, _ = MetadataChangeset.between(state, new).apply_to(state, tags)
    for value in metadata.values():
        if isinstance(value, dict | list):
            value.clear()

    assert repr((state, tags, new)) == before


@LAW
@given(state=METADATA, paths=st.lists(st.lists(KEYS, min_size=1, max_size=3).map(".".join), max_size=3), value=JSON)
def test_any_changeset_applies_or_says_why_not(state: dict[str, Any], paths: list[str], value: Any) -> None:
    """A put may lead nowhere, which is a ValueError; a removal never fails."""
    MetadataChangeset(remove_fields=paths).apply_to(state)
    with suppress(ValueError):
        MetadataChangeset(put_fields=dict.fromkeys(paths, value)).apply_to(state)


@LAW
@given(state=METADATA, path=st.lists(st.sampled_from(["zz", "yy"]), min_size=1, max_size=3).map(".".join))
def test_removing_what_is_not_there_changes_nothing(state: dict[str, Any], path: str) -> None:
    """Not even an object that was empty before, unless the path leads right into it."""
    paths = [path, f"a.{path}.x", f"b.c.{path}.x"]

    assert same_json(MetadataChangeset(remove_fields=paths).apply_to(state)[0], state)


@LAW
@given(old=PARAMETERS, new=PARAMETERS)
def test_parameter_changesets_round_trip(old: list[ActionParameter], new: list[ActionParameter]) -> None:
    """``between(old, new)`` applied to ``old`` is ``new``, in some order."""
    changeset = ActionParameterChangeset.between(old, new)

    result = changeset.apply_to(old)

    assert {parameter.name: parameter for parameter in result} == {parameter.name: parameter for parameter in new}
    assert len(result) == len(new)
    assert ActionParameterChangeset.model_validate(changeset.to_wire()).apply_to(old) == result


@LAW
@given(parameters=PARAMETERS)
def test_equal_parameters_have_an_empty_changeset(parameters: list[ActionParameter]) -> None:
    """Order does not count, and what is empty sends nothing."""
    changeset = ActionParameterChangeset.between(parameters, parameters[::-1])

    assert changeset.is_empty()
    assert changeset.to_wire() == {}

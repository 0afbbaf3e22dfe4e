"""Our rules against the official package's own: what a condition matches, a changeset makes, a pattern chooses."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from reconciler.domain.changesets import MetadataChangeset, same_json
from reconciler.domain.conditions import Comparator, ConditionType, matches
from reconciler.domain.values import ComputeRequirements
from reconciler.embedded.input_patterns import compiled
from reconciler.embedded.path_patterns import chosen
from reconciler.errors import InvalidRequest
from tests.conformance.oracle import Oracle

LAW: Final = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])

TEXTS = st.sampled_from(
    ["", "a", "ab", "b", "A", "1", "10", "-1", "1.5", "1e1", "true", "nan", " 1", "2026-01-02", "2026-01-02T12:00:00Z"]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2, 11), st.sampled_from([0.0, 1.0, 1.5, 1e300]), TEXTS)
KEYS = st.sampled_from(["a", "b", "0", "1", "dataset", "file"])
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)
RECORDS = st.dictionaries(KEYS, JSON, max_size=4)
PATHS = st.sampled_from(
    ["a", "b", "a.b", "a.0", "dataset.a", "file.b", "file.dataset.a", "topic.a.b", "msgpath.a", "c"]
)
OPERANDS = st.one_of(SCALARS, st.sampled_from(["%", "a%", "_", "%b", "\\%", "a_", "\\", "_%"]))


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    """One condition, as it travels; sometimes without its value."""
    condition = {"field": draw(PATHS), "comparator": draw(st.sampled_from(Comparator)).value}
    return {**condition, "value": draw(OPERANDS)} if draw(st.integers(0, 9)) else condition


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: st.fixed_dictionaries(
        {"operator": st.sampled_from(["AND", "OR", "NOT"]), "conditions": st.lists(inner, min_size=1, max_size=3)}
    ),
    max_leaves=4,
)

_CONDITION: Final[TypeAdapter[ConditionType]] = TypeAdapter(ConditionType)


@LAW
@given(condition=CONDITIONS, record=RECORDS)
def test_conditions_match_what_they_match_officially(
    new_oracle: Oracle, condition: dict[str, Any], record: dict[str, Any]
) -> None:
    """Ours never raise; wherever the official ones do not either, both say the same."""
    ours = matches(_CONDITION.validate_python(condition), record)

    official = new_oracle.ask("matched", condition, record)

    assert official in (None, ours)


PUT_PATHS = st.sampled_from(["a", "b", "a.b", "a.0", "a.1.b", "b.a.0", "a.5", "a.-1", "a.x", "c.d.e"])
TAGS = st.lists(st.sampled_from(["x", "y", "z"]), max_size=4)
CHANGESETS = st.fixed_dictionaries(
    {},
    optional={
        "put_fields": st.dictionaries(PUT_PATHS, JSON, max_size=3),
        "remove_fields": st.lists(PUT_PATHS, max_size=3),
        "put_tags": TAGS,
        "remove_tags": TAGS,
        "replace_all": st.booleans(),
    },
)


@LAW
@given(changeset=CHANGESETS, metadata=RECORDS, tags=TAGS)
def test_changesets_make_what_they_make_officially(
    oracle: Oracle, changeset: dict[str, Any], metadata: dict[str, Any], tags: list[str]
) -> None:
    """Both make the same metadata and the same tags in the same order; ours refuses nothing that theirs takes."""
    official = oracle.ask("applied", changeset, metadata, tags)

    try:
        ours = [*MetadataChangeset.model_validate(changeset).apply_to(metadata, tags)]
    except ValueError:
        assert official is None
    else:
        # The official one fails where a removal leads through a scalar; ours finds nothing to remove there.
        assert official is None or same_json(ours, official)


CPU = st.sampled_from([0, 128, 256, 512, 1000, 1024, 2048, 4096, 8192, 16384, 32768, "512", None])
MEMORY = st.one_of(st.sampled_from(range(0, 126_976, 512)), st.integers(-1, 130_000))
COMPUTE = st.fixed_dictionaries(
    {},
    optional={
        "vCPU": CPU,
        "memory": MEMORY,
        "storage": st.integers(19, 23) | st.sampled_from([0, 200, 201, "21"]),
        "gpu": st.sampled_from([False, True, None]),
    },
)


@LAW
@given(members=COMPUTE)
def test_compute_requirements_are_legal_where_they_are_officially(oracle: Oracle, members: dict[str, Any]) -> None:
    """The table of processors and memory is the official one, in every cell."""
    try:
        value = ComputeRequirements.model_validate(members)
    except ValidationError:
        ours = None
    else:
        ours = [value.to_wire(), value.model_dump(mode="json")]

    assert ours == oracle.ask("dump", "ComputeRequirements", members)


PIECES: Final = ["*", "**", "/", "a", "b", ".bag", "?", "[ab]", ".", "a b", "#", "\\*", "\\!", "!", "[", "]", "\\", " "]
PATTERNS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
LISTS = st.lists(PATTERNS | PATTERNS.map("!{}".format), min_size=1, max_size=4)
FILES: Final = [
    *("a", "b", "a.bag", "ab.bag", ".bag", "a b", "#", "*", "!a", "[", "a]", " "),
    *("a/b", "a/a.bag", "a/b/a.bag", "a/b/a/b.bag", "b/a b/a", ".a/b", "a/.b", "ab/a", "b/b/b", "a/!b", "#/a", "a /b"),
]


@LAW
@given(pattern=PATTERNS.filter(lambda pattern: pattern.strip() and not pattern.startswith("!")))
@example("**/*.bag")
@example("*")
@example("a/**/")
def test_a_pattern_matches_what_it_matches_officially(new_oracle: Oracle, pattern: str) -> None:
    """The patterns of a trigger choose the same files, alone."""
    (asking,) = compiled((pattern,)).asking

    official = new_oracle.ask("chosen", FILES, [pattern], None)

    assert asking.matched(FILES) == (official or [])


@LAW
@given(pieces=st.lists(st.sampled_from([*PIECES, "[!a]", "[!a-z]", "[+-9]", "[^b]"]), min_size=1, max_size=6))
@example(["a", "[!b]", "b"])
def test_a_class_takes_no_slash_and_that_is_all_it_differs_in(new_oracle: Oracle, pieces: list[str]) -> None:
    """Officially ``a[!b]c`` takes in ``a/c``. Here, as in git, it does not: a class is one character of a name.

    What is chosen otherwise would be chosen by a slash in the class's place as well, so it lies in a folder.
    """
    pattern = "".join(pieces)
    ours = included([pattern], None)
    official = new_oracle.ask("chosen", FILES, [pattern], None)

    if official is None or ours is None:
        assert ours is official
        return
    if not pattern.startswith("!"):
        assert set(ours) <= set(official)
    assert all("/" in path for path in set(ours) ^ set(official))


@LAW
@given(
    # An empty list to include means all files to ours, as it does to whoever leaves it out.
    include=st.none() | LISTS,
    exclude=st.none() | LISTS | st.just([]),
)
@example(["*", "!a/"], None)
@example(["!*", "*.bag"], None)
@example(["*"], ["a/**/"])
@example(["a/", "!a/b", "b.bag"], ["!a", "**/"])
def test_listings_hold_what_they_hold_officially(
    new_oracle: Oracle, include: list[str] | None, exclude: list[str] | None
) -> None:
    """The patterns of a listing choose the same files, those that take out again (``!``) included."""
    assert included(include, exclude) == new_oracle.ask("chosen", FILES, include, exclude)


@LAW
@given(patterns=LISTS)
def test_the_patterns_of_a_trigger_are_read_like_those_of_a_listing(patterns: list[str]) -> None:
    """What starts a trigger is what its run is given, wherever the listing can be asked for."""
    listed = included(patterns, None)

    taken = {path for found in compiled(tuple(patterns)).matched(FILES) for path in found}

    assert listed is None or taken == set(listed)


SEGMENTS = st.sampled_from(["*", "**", "a", "b", "*.bag", "a*", "?", "[ab]", "a b", ".?", "\\*", "*a*b"])
ORDINARY = st.builds(
    lambda front, segments: front + "/".join([*segments[:-1], segments[-1].replace("**", "*")]),
    st.sampled_from(["", "", "/", "!", "!/"]),
    st.lists(SEGMENTS, min_size=1, max_size=4),
)


@LAW
@given(include=st.lists(ORDINARY, min_size=1, max_size=4), exclude=st.lists(ORDINARY, max_size=3))
def test_ordinary_patterns_mean_what_they_always_meant(oracle: Oracle, include: list[str], exclude: list[str]) -> None:
    r"""To both releases. They differ between them in odd ones, where ours goes by the newest.

    Those are brackets that are not closed, blanks in front, a slash behind, ``**`` at the end, a lone ``!`` or ``\``.
    """
    assert included(include, exclude) == oracle.ask("chosen", FILES, include, exclude)


def included(include: list[str] | None, exclude: list[str] | None) -> list[str] | None:
    """Return the files that patterns choose; None where one is refused."""
    try:
        takes = chosen(include, exclude)
    except InvalidRequest:
        return None
    return [path for path in FILES if takes(path)]

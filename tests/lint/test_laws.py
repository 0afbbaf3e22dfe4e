"""Laws of lint: it never raises, its order is the place's, and what it calls covered is covered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic
from reconciler.domain.comparisons import UNARY, Comparator
from reconciler.domain.conditions import Condition, ConditionGroup, ConditionOperator, ConditionType, matches
from reconciler.domain.triggers import TriggerSpec
from reconciler.domain.values import ActionReference
from reconciler.manifests.files import Found
from reconciler.manifests.lint.candidates import Candidates
from reconciler.manifests.lint.catalogue import names
from reconciler.manifests.lint.check import lint, manifests_of
from reconciler.manifests.lint.comments import ignore_comments
from reconciler.manifests.lint.coverage import condition_covers, pattern_covers, takes_in
from reconciler.manifests.lint.randomness import looks_random
from reconciler.manifests.lint.token_formats import holds_credential
from reconciler.manifests.loader import Sources, load_found
from reconciler.manifests.reading import SourceFile, from_bytes
from tests.laws.test_schema_agrees import VALID

LAW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

manifests = st.lists(st.one_of(VALID["Action"], VALID["Trigger"], VALID["ParameterSet"]), min_size=1, max_size=4)
letters = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("#-:[]{}|>&*!\n\r\t "))
anything = st.text(letters, max_size=60)


@LAW
@given(manifests, st.booleans())
def test_lint_never_raises_on_valid_manifests(documents: list[dict[str, Any]], is_json: bool) -> None:
    """Whatever the schema accepts, every rule can judge; all it finds is in order and about the file."""
    text = json.dumps(documents[0]) if is_json else "\n---\n".join(json.dumps(each) for each in documents)
    name = "all.json" if is_json else "all.yaml"
    source = from_bytes(text.encode(), name=name, explicit=True)
    assert isinstance(source, SourceFile)
    found = Found((source,))
    diagnostics = lint(manifests_of(load_found(Sources(found), root=Path("/nonexistent")), found), rules=names())
    assert list(diagnostics) == sorted(diagnostics, key=Diagnostic.sort_key)
    assert all(each.span is not None and each.span.file == name and each.rule in names() for each in diagnostics)


@LAW
@given(anything, anything)
def test_no_text_makes_looking_for_comments_fail(before: str, after: str) -> None:
    """Half-written YAML has no comments that count; nothing is raised."""
    for comment in ignore_comments(f"{before}# reconciler: ignore[a] b{after}", file="a.yaml"):
        assert comment.first_line <= comment.span.line


@LAW
@given(anything)
def test_no_text_makes_looking_for_secrets_fail(text: str) -> None:
    """Any text is judged."""
    assert {type(looks_random(text)), type(holds_credential(text))} == {bool}


segments = st.sampled_from(["*", "**", "a", "b", "a*", "*.bag", "x.bag", "?.bag", "*x*"])
patterns = st.lists(segments, min_size=1, max_size=3).map("/".join)
paths = st.lists(st.sampled_from(["a", "b", "ab", "x.bag", "ax.bag", "q.bag", "a.mcap"]), min_size=1, max_size=4).map(
    "/".join
)


@settings(LAW, max_examples=1000)
@given(patterns, patterns, paths)
def test_a_pattern_that_covers_another_takes_in_all_that_it_does(wider: str, narrower: str, path: str) -> None:
    """No trigger is called superfluous for files that only it takes in."""
    if pattern_covers(wider, narrower) and takes_in((narrower,), path):
        assert takes_in((wider,), path), (wider, narrower, path)


values = st.one_of(st.integers(0, 2), st.sampled_from(["0", "1", "a", "ab"]), st.booleans())
fields = st.sampled_from(["metadata.a", "metadata.b"])


@st.composite
def comparisons(draw: st.DrawFn) -> Condition:
    """Draw a comparison that has a value where it needs one."""
    comparator = draw(st.sampled_from(list(Comparator)))
    return Condition(field=draw(fields), comparator=comparator, value=None if comparator in UNARY else draw(values))


conditions: st.SearchStrategy[ConditionType] = st.recursive(
    comparisons(),
    lambda inner: st.builds(
        lambda operator, members: ConditionGroup(operator=operator, conditions=members),
        st.sampled_from(list(ConditionOperator)),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
records = st.fixed_dictionaries(
    {"metadata": st.fixed_dictionaries({}, optional={"a": values | st.none(), "b": values})}
)


@settings(LAW, max_examples=1000)
@given(conditions, conditions, records)
def test_a_condition_that_covers_another_holds_wherever_it_does(
    wider: ConditionType, narrower: ConditionType, record: dict[str, Any]
) -> None:
    """No trigger is called superfluous for datasets that only it fires for."""
    if condition_covers(wider, narrower) and matches(narrower, record):
        assert matches(wider, record)


specs = st.builds(
    lambda patterns, condition: TriggerSpec(
        action=ActionReference(name="ingest"), required_inputs=tuple(patterns), condition=condition
    ),
    st.lists(patterns, min_size=1, max_size=2),
    st.none() | conditions,
)


@settings(LAW, max_examples=500)
@given(specs, specs)
def test_whatever_could_cover_a_trigger_is_a_candidate(wider: TriggerSpec, narrower: TriggerSpec) -> None:
    """The index only leaves out comparisons that would find nothing."""
    covers = condition_covers(wider.condition, narrower.condition) and all(
        any(pattern_covers(each, pattern) for pattern in narrower.required_inputs) for each in wider.required_inputs
    )
    if covers:
        assert Candidates.of([narrower, wider]).for_(narrower) == [0, 1]

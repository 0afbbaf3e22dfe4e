"""Checks no schema can express, and how they are told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.diagnostics import Severity
from reconciler.domain.actions import ActionRecord, ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.triggers import TriggerSpec
from reconciler.domain.values import ActionParameter, ActionReference
from reconciler.manifests.desired import Resource
from reconciler.manifests.patterns import is_catch_all, pattern_problem
from reconciler.manifests.references import effective_parameters, inheritance_cycles, trigger_problems
from tests.manifests.building import action, lines, loaded, rules, trigger

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def resource(spec: ActionSpec | TriggerSpec, *, name: str) -> Resource:
    """Return a resource of a spec."""
    kind = Kind.ACTION if isinstance(spec, ActionSpec) else Kind.TRIGGER
    return Resource(Address(kind, name), spec, f"{name}.yaml")


def by_address(*resources: Resource) -> dict[Address, Resource]:
    """Return resources by address."""
    return {each.address: each for each in resources}


def inheriting(parent: str, *, owner: str | None = None) -> ActionSpec:
    """Return the spec of an action that inherits."""
    return ActionSpec(inherits=ActionReference(name=parent, owner=owner))


def live_action(name: str, *parameters: ActionParameter) -> ActionRecord:
    """Return an action of another organization."""
    return ActionRecord(
        name=name,
        org_id="og_other",
        created=NOW,
        created_by="ada",
        modified=NOW,
        modified_by="ada",
        parameters=list(parameters),
    )


class TestEffectiveParameters:
    """Which parameters an action has, as far as is known."""

    def test_inherited_parameters_count(self) -> None:
        """An action has its parent's parameters."""
        topics = ActionParameter(name="topics", required=True)
        resources = by_address(
            resource(ActionSpec(uri="x", parameters=(topics,)), name="parent"),
            resource(inheriting("parent"), name="child"),
        )
        assert effective_parameters(ActionReference(name="child"), resources) == {"topics": topics}

    def test_an_unknown_parent_makes_them_unknown(self) -> None:
        """Nothing is said about what only the platform may know."""
        resources = by_address(resource(inheriting("elsewhere", owner="og_other"), name="child"))
        assert effective_parameters(ActionReference(name="child"), resources) is None

    def test_a_live_parent_is_looked_up(self) -> None:
        """The caller that knows the platform passes it in."""
        rate = ActionParameter(name="rate")
        resources = by_address(resource(inheriting("elsewhere", owner="og_other"), name="child"))
        live = {ActionReference(name="elsewhere", owner="og_other"): live_action("elsewhere", rate)}
        found = effective_parameters(ActionReference(name="child"), resources, live=live.get)
        assert found == {"rate": rate}

    def test_the_own_organization_spelt_out_is_the_own_organization(self) -> None:
        """A reference with the own organization as owner leads to the manifests."""
        resources = by_address(resource(ActionSpec(uri="x"), name="a"))
        reference = ActionReference(name="a", owner="og_own")
        assert effective_parameters(reference, resources) is None
        assert effective_parameters(reference, resources, org_id="og_own") == {}

    def test_a_cycle_ends(self) -> None:
        """Actions that inherit from each other have no known parameters."""
        resources = by_address(resource(inheriting("b"), name="a"), resource(inheriting("a"), name="b"))
        assert effective_parameters(ActionReference(name="a"), resources) is None


def test_cycles_are_found_once_each() -> None:
    """However many actions lead into a cycle, it is one problem, told from its first name."""
    resources = by_address(
        resource(inheriting("b"), name="outside"),
        resource(inheriting("c"), name="b"),
        resource(inheriting("b"), name="c"),
        resource(inheriting("self"), name="self"),
        resource(inheriting("nobody"), name="fine"),
    )
    assert inheritance_cycles(resources) == [["b", "c"], ["self"]]


def test_a_trigger_is_held_against_its_actions_parameters() -> None:
    """Undeclared values and required parameters without value or default, by pointers."""
    spec = TriggerSpec(
        action=ActionReference(name="a"), required_inputs=("*.bag",), parameter_values={"topic": "x", "given": "y"}
    )
    parameters = {
        "topics": ActionParameter(name="topics", required=True),
        "given": ActionParameter(name="given", required=True),
        "defaulted": ActionParameter(name="defaulted", required=True, default="1"),
        "optional": ActionParameter(name="optional"),
    }
    problems = trigger_problems(resource(spec, name="t"), parameters)
    assert [(each.rule, each.pointer, each.hint) for each in problems] == [
        ("undeclared-parameter", "/spec/parameter_values/topic", 'did you mean "topics"?'),
        ("missing-parameter", "/spec/parameter_values/topics", 'add "topics" to parameter_values'),
    ]


def test_nothing_is_said_about_unknown_parameters() -> None:
    """An action that is not known may declare anything."""
    spec = TriggerSpec(action=ActionReference(name="a"), required_inputs=("*",), parameter_values={"x": 1})
    assert trigger_problems(resource(spec, name="t"), None) == []


@pytest.mark.parametrize("pattern", ["*", "**", "**/*", "**/**", "/**", "/*", "**/**/*", "***"])
def test_catch_all_patterns_are_known(pattern: str) -> None:
    """Every spelling of "everything"."""
    assert is_catch_all(pattern)


@pytest.mark.parametrize("pattern", ["*.bag", "**/*.bag", "data/**", "?", "a*"])
def test_selective_patterns_are_no_catch_all(pattern: str) -> None:
    """Anything that leaves a file out."""
    assert not is_catch_all(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "**/*.bag",
        "*.ulg",
        "log/*/*.ulg",
        "/data/a b.csv",
        "[Cc]alib/*",
        "\\#x",
        "a\\ ",
        "file[0-9].bin",
        "dir/",
        "[]a]",
        "x.bag.active",
        "ä.txt",
        "**/*.pcd.bin",
        "[!a]b",
        "*.{bag}",
    ],
)
def test_patterns_that_can_match_are_left_alone(pattern: str) -> None:
    """No false alarm on what real data sets need."""
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("**/*.{bag,mcap}", 'write one pattern each: "**/*.bag", "**/*.mcap"'),
        ("#x", "write \\#x"),
        ("a\\", "remove the backslash"),
        ("/", "write which files are meant, such as **/*.bag"),
        ("!", "write which files are meant, such as **/*.bag"),
        ("./a/*.bag", 'write "a/*.bag"'),
        ("../a", 'write "a"'),
        ("a//b", "patterns are paths inside the dataset, with single slashes"),
        ("s3://bucket/x", "patterns are paths inside the dataset, with single slashes"),
    ],
)
def test_patterns_that_never_match_are_errors(pattern: str, hint: str) -> None:
    """Each says what to write instead."""
    problem = pattern_problem(pattern)
    assert problem is not None
    assert (problem.severity, problem.hint) == (Severity.ERROR, hint)


@pytest.mark.parametrize("pattern", ["*.bag ", " *.bag", "[x", "a[b", "^a.*$", ".*\\.bag", "logs\\x.bag"])
def test_patterns_that_look_wrong_are_warnings(pattern: str) -> None:
    """What depends on how files are called does not stop anything."""
    problem = pattern_problem(pattern)
    assert problem is not None
    assert problem.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (trigger('{action_name: a, required_inputs: ["!*.bag"]}'), "pattern-never-matches"),
        (trigger('{action_name: a, required_inputs: ["!*.bag", "*.mcap"]}'), "doubtful-pattern"),
        (trigger('{action_name: a, required_inputs: ["**/*"], for_each: dataset_file}'), "catch-all-pattern"),
        (trigger('{action_name: a, required_inputs: ["x"], additional_inputs: ["{a,b}"]}'), "pattern-never-matches"),
        (trigger('{action_name: a, required_inputs: [" "]}'), "blank-text"),
        (
            trigger('{action_name: a, required_inputs: ["x"], condition: {field: f, comparator: EQUALS}}'),
            "condition-never-holds",
        ),
        (action("{description: no image}"), "no-image"),
        (action("{uri: x, parameters: [{name: a}, {name: a}]}"), "duplicate-parameter"),
        (action("{uri: x}", more="lifecycle: {ignore: [/spec/urii]}"), "unknown-pointer"),
        (action("{uri: x}", more="lifecycle: {ignore: [/spec/tags/0]}"), "unknown-pointer"),
        (action("{uri: x}", more="lifecycle: {ignore: [description]}"), "unknown-pointer"),
        (action("{uri: x}", more="lifecycle: {ignore: [/spec/from]}"), "unknown-pointer"),
        (action("{uri: x}", more="lifecycle: {ignore: [/spec/uri]}"), "ignored-but-declared"),
        (
            action("{uri: x, parameters: {a: {default: b}}}", more="lifecycle: {ignore: [/spec/parameters/*/default]}"),
            "ignored-but-declared",
        ),
        (
            action("{uri: x, parameters: [{name: a, default: b}]}", more="lifecycle: {ignore: [/spec/parameters/a]}"),
            "ignored-but-declared",
        ),
        (action("{uri: x}", more="lifecycle: {sensitive: [tokn]}"), "unknown-sensitive"),
    ],
)
def test_each_check_has_its_rule(tmp_path: Path, document: str, expected: str) -> None:
    """One document, one problem, one diagnostic."""
    assert rules(loaded(tmp_path, {"a.yaml": document}).diagnostics) == [expected]


@pytest.mark.parametrize(
    "document",
    [
        action("{}", more="lifecycle: {ignore: [/spec/uri]}"),
        action("{uri: x}", more="lifecycle: {ignore: [/spec/metadata/last_run, /spec/parameters/*/description]}"),
        action("{uri: x, parameters: {a: {}}}", more="lifecycle: {ignore: [/spec/parameters/a/description]}"),
        action("{uri: x, parameters: {a: {default: b}}}", more="lifecycle: {sensitive: [a]}"),
        trigger('{action_name: a, required_inputs: ["**/*"]}', more="lifecycle: {ignore: [/spec/enabled]}"),
        trigger('{action_name: a, required_inputs: ["x"], condition: {field: f, comparator: EXISTS}}'),
    ],
)
def test_what_is_fine_is_left_alone(tmp_path: Path, document: str) -> None:
    """No diagnostic where there is nothing to fix."""
    assert lines(loaded(tmp_path, {"a.yaml": document}).diagnostics) == []


def test_triggers_are_held_against_the_manifests(tmp_path: Path) -> None:
    """Parameters of the action in another file, inherited ones included, at the line of the trigger."""
    loading = loaded(
        tmp_path,
        {
            "p.yaml": action("{uri: x, parameters: {topics: {required: true}}}", name="parent"),
            "c.yaml": action("{inherits: {name: parent}}", name="child"),
            "t.yaml": trigger("{action_name: child, required_inputs: [x], parameter_values: {topic: y}}"),
        },
    )
    assert lines(loading.diagnostics) == [
        't.yaml:4:50: missing-parameter: action "child" requires parameter "topics", which has no default',
        't.yaml:4:69: undeclared-parameter: action "child" declares no parameter "topic"',
    ]


def test_a_trigger_on_an_action_elsewhere_is_no_error(tmp_path: Path) -> None:
    """The platform may have it; the plan looks."""
    files: dict[str, str | dict[str, object]] = {"t.yaml": trigger("{action_name: other, required_inputs: [x]}")}
    assert lines(loaded(tmp_path, files).diagnostics) == []


def test_a_broken_action_does_not_make_its_triggers_wrong(tmp_path: Path) -> None:
    """What an invalid action declares is unknown, not nothing."""
    loading = loaded(
        tmp_path,
        {
            "a.yaml": action("{uri: x, parameters: {a: {default: 3}}}"),
            "t.yaml": trigger("{action_name: ingest, required_inputs: [x], parameter_values: {a: y}}"),
        },
    )
    assert rules(loading.diagnostics) == ["wrong-type"]


def test_names_that_are_there_twice_show_both_places(tmp_path: Path) -> None:
    """Whatever else is wrong with one of them."""
    loading = loaded(tmp_path, {"a.yaml": action("{uri: x}"), "b.yaml": action("{uri: 3}")})
    assert lines(loading.diagnostics) == [
        'b.yaml:3:18: duplicate-name: action "ingest" is declared twice; the first is at a.yaml:3:18',
        "b.yaml:4:13: wrong-type: expected a string, got the number 3",
    ]


def test_names_that_differ_in_letter_case_only_are_a_warning_with_both_places(tmp_path: Path) -> None:
    """Both are kept: to the platform they are two, to a hurried reader and to some file systems one."""
    loading = loaded(
        tmp_path,
        {
            "a.yaml": action("{uri: x}", name="Lidar"),
            "b.yaml": action("{uri: y}", name="lidar"),
            "t.yaml": trigger("{action_name: lidar, required_inputs: [x]}", name="LIDAR"),
        },
    )
    assert lines(loading.diagnostics) == [
        'b.yaml:3:18: similar-name: action "lidar" and "Lidar" at a.yaml:3:18 differ in letter case only'
    ]
    assert [each.is_error for each in loading.diagnostics] == [False]
    assert len(loading.desired.resources) == 3


def test_an_action_and_a_trigger_may_share_a_name(tmp_path: Path) -> None:
    """Names are told apart by kind."""
    loading = loaded(
        tmp_path,
        {
            "a.yaml": action("{uri: x}", name="same"),
            "t.yaml": trigger("{action_name: same, required_inputs: [x]}", name="same"),
        },
    )
    assert lines(loading.diagnostics) == []


def test_a_cycle_is_told_with_its_path(tmp_path: Path) -> None:
    """Once, at the first of its actions."""
    loading = loaded(
        tmp_path,
        {
            "a.yaml": action("{inherits: {name: b}}", name="a"),
            "b.yaml": action("{inherits: {name: a}}", name="b"),
        },
    )
    assert lines(loading.diagnostics) == ["a.yaml:4:25: inheritance-cycle: actions inherit in a cycle: a -> b -> a"]


def test_sensitive_names_travel_to_triggers_and_children(tmp_path: Path) -> None:
    """A value is as secret in a trigger as it is in the action it is for."""
    loading = loaded(
        tmp_path,
        {
            "p.yaml": action("{uri: x, parameters: {pk: {}}}", name="parent", more="lifecycle: {sensitive: [pk]}"),
            "c.yaml": action("{inherits: {name: parent}}", name="child"),
            "t.yaml": trigger("{action_name: child, required_inputs: [x], parameter_values: {pk: y}}"),
        },
    )
    assert lines(loading.diagnostics) == []
    assert {each.lifecycle.sensitive for each in loading.desired.resources.values()} == {frozenset({"pk"})}

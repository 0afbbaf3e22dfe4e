"""References judged against manifests and live state together."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Diagnostic, Span
from reconciler.domain.values import ActionReference
from reconciler.errors import InvalidManifests
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.model import Scope
from reconciler.plan.references import foreign_references
from tests.plan.builders import (
    ORG,
    action,
    action_address,
    action_record,
    desired,
    live,
    parameter,
    planned,
    trigger,
    trigger_record,
)

FOREIGN = ActionReference(name="hub_action", owner="og_hub")
BASE = ActionReference(name="base")


def at_pointer(resource: Resource, pointer: str) -> Span:
    """Locate a pointer by writing it where the file's name would stand."""
    return Span.at(f"{resource.address}{pointer}")


def problems(*resources: Resource, records: object = (), scope: Scope = Scope()) -> list[Diagnostic]:
    """Return what planning these resources reports."""
    wanted = desired(*resources, locate=at_pointer)
    with pytest.raises(InvalidManifests) as invalid:
        planned(wanted, records, scope=scope)  # type: ignore[arg-type]  # records and live state alike
    return list(invalid.value.diagnostics)


def place(diagnostic: Diagnostic) -> str:
    """Return what :func:`at_pointer` wrote."""
    assert diagnostic.span is not None
    return diagnostic.span.file


def test_a_trigger_on_an_action_that_nobody_has_is_a_problem() -> None:
    """The nearest known name is suggested, manifests and live state counted."""
    (problem,) = problems(trigger(action=ActionReference(name="ros_ingst")), records=[action_record()])

    assert problem.summary == 'there is no action "ros_ingst" in the manifests or on the platform'
    assert problem.hint == 'did you mean "ros_ingest"?'
    assert place(problem) == "trigger.on_bags/spec/action_name"


def test_a_parent_that_nobody_has_is_a_problem() -> None:
    """Inheritance is judged like a trigger's action."""
    (problem,) = problems(action(uri=None, inherits=BASE))

    assert problem.rule == "unknown-action"
    assert place(problem) == "action.ros_ingest/spec/inherits"


def test_every_problem_is_reported_at_once() -> None:
    """One run shows all that is wrong, in order of place."""
    found = problems(trigger("a"), trigger("b"), action("c", uri=None, inherits=BASE))

    assert [place(problem) for problem in found] == [
        "action.c/spec/inherits",
        "trigger.a/spec/action_name",
        "trigger.b/spec/action_name",
    ]


def test_an_action_that_only_lives_is_enough() -> None:
    """A trigger may rest on an action that no manifest holds."""
    assert len(planned([trigger()], [action_record()]).changes) == 1


def test_a_foreign_action_that_was_not_found_is_a_problem() -> None:
    """It was looked up and is not there, or not to be seen."""
    (problem,) = problems(trigger(action=FOREIGN), records=live(foreign={FOREIGN: None}))

    assert problem.summary == 'organization og_hub has no action "hub_action" that you may see'


def test_a_foreign_action_that_was_not_looked_up_is_not_judged() -> None:
    """Not known is not wrong."""
    assert len(planned([trigger(action=FOREIGN)], live()).changes) == 1


def test_an_action_left_out_of_the_plan_and_not_live_is_a_problem() -> None:
    """The trigger could not be created; the hint names what to add."""
    (problem,) = problems(action(), trigger(), scope=Scope(excludes=(action_address(),)))

    assert problem.rule == "action-left-out"
    assert problem.hint == "plan it too: --target action.ros_ingest"


def test_a_version_of_an_action_that_is_still_to_be_created_cannot_be_pinned() -> None:
    """A digest comes into being with the version it names."""
    (problem,) = problems(action(), trigger(action=ActionReference(name="ros_ingest", digest="d1")))

    assert problem.rule == "unknown-version"


def test_a_pinned_old_version_is_taken_on_trust() -> None:
    """Live state only knows the latest version."""
    pinned = trigger(action=ActionReference(name="ros_ingest", digest="older"), parameter_values={"any": "1"})

    assert len(planned([pinned], [action_record()]).changes) == 1


def test_parameter_values_are_held_against_an_action_that_only_lives() -> None:
    """The manifests alone could not tell what it declares."""
    record = action_record(parameters=[parameter("threshold"), parameter("topics", required=True)])

    found = problems(trigger(parameter_values={"treshold": "1"}), records=[record])

    assert [(problem.rule, place(problem), problem.hint) for problem in found] == [
        ("missing-parameter", "trigger.on_bags/spec/parameter_values/topics", 'add "topics" to parameter_values'),
        ("undeclared-parameter", "trigger.on_bags/spec/parameter_values/treshold", 'did you mean "threshold"?'),
    ]


@pytest.mark.parametrize("owner", [None, ORG])
def test_parameters_inherited_from_a_live_parent_count(owner: str | None) -> None:
    """The manifest of the child names none; its live parent has them."""
    child = action("child", uri=None, inherits=ActionReference(name="base", owner=owner))
    base = action_record("base", parameters=[parameter()])
    good = trigger(action=ActionReference(name="child"), parameter_values={"threshold": "1"})
    bad = trigger(action=ActionReference(name="child"), parameter_values={"other": "1"})

    assert len(planned([child, good], [base]).changes) == 2
    (problem,) = problems(child, bad, records=[base])
    assert problem.rule == "undeclared-parameter"


def test_the_parent_of_a_foreign_action_is_not_looked_for_at_home() -> None:
    """An action of the same name here is another action."""
    foreign = action_record("hub_action", org_id="og_hub", inherits=BASE)
    wanted = trigger(action=FOREIGN, parameter_values={"any": "1"})

    plan = planned([wanted], live(action_record("base"), foreign={FOREIGN: foreign}))

    assert len(plan.changes) == 1


def test_a_circle_through_a_live_parent_is_reported_with_its_path() -> None:
    """No manifest shows the whole circle: one half of it is only live."""
    (problem,) = problems(
        action("a", uri=None, inherits=ActionReference(name="b")),
        records=[action_record("b", inherits=ActionReference(name="a", owner=ORG))],
    )

    assert problem.summary == "actions inherit from each other in a circle: action.a -> action.b -> action.a"
    assert place(problem) == "action.a/spec/inherits"


def test_every_circle_is_reported() -> None:
    """One run shows all of them, each from its first name."""
    ring = {"a": "b", "b": "a", "x": "z", "y": "x", "z": "y"}
    found = problems(*(action(name, uri=None, inherits=ActionReference(name=parent)) for name, parent in ring.items()))

    assert [problem.summary.partition(": ")[2] for problem in found] == [
        "action.a -> action.b -> action.a",
        "action.x -> action.z -> action.y -> action.x",
    ]


def test_problems_come_with_the_manifests_warnings() -> None:
    """Whoever reads the errors sees the warnings as well."""
    warning = Diagnostic("doubtful-pattern", "matches little")
    wanted = Desired({each.address: each for each in [trigger()]}, warnings=(warning,))

    with pytest.raises(InvalidManifests) as invalid:
        planned(wanted)

    assert warning in invalid.value.diagnostics


def test_foreign_references_are_those_that_name_an_owner() -> None:
    """Observation looks them up besides the own organization."""
    wanted = desired(trigger("a"), trigger("b", action=FOREIGN), action("c", uri=None, inherits=FOREIGN))

    assert foreign_references(wanted) == {FOREIGN}


def test_the_origin_of_a_change_is_where_its_document_begins() -> None:
    """Comments above a document do not count: its place is its first key."""
    first, second = action("first"), action("second", document=1)

    plan = planned(desired(first, second, locate=at_pointer))

    assert [str(change.origin) for change in plan.changes] == ["action.first:1:1", "action.second:1:1"]


def test_an_unrelated_live_trigger_does_not_disturb() -> None:
    """References of what is only live are nobody's business here."""
    record = trigger_record(action=ActionReference(name="gone", owner=ORG))

    assert planned([action()], [record, action_record()]).is_empty

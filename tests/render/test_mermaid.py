"""The graph in Mermaid: linked resources only, bounded, and no name in it means anything."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.address import Address, Kind
from reconciler.plan.model import Change, Op
from reconciler.render.mermaid import MOST_NODES, mermaid_graph
from reconciler.render.touched import touched
from tests.render.builders import ORG, plan_of, wanted


def trigger(name: str, *, action: str = "ingest", op: Op = Op.CREATE, **more: object) -> Change:
    """Return a change of a trigger of an action."""
    return Change(Address(Kind.TRIGGER, name), op, (), after={"action_name": action, **more})


def test_a_trigger_points_at_its_action() -> None:
    """What changes is coloured by how, what it rests on is drawn though it does not change."""
    plan = replace(plan_of([]), changes=(trigger("on_bag"),))

    assert mermaid_graph(plan).splitlines()[:4] == [
        "flowchart LR",
        '  n0["+ create trigger.on_bag"]:::create',
        '  n1["action.ingest"]:::unchanged',
        "  n0 --> n1",
    ]


def test_an_action_of_another_organization_is_not_drawn() -> None:
    """It has no address here; the own organization, named, has."""
    theirs, ours = trigger("a", action_owner_id="og_other"), trigger("b", action_owner_id=ORG)

    edges = touched(replace(plan_of([]), changes=(theirs, ours)), limit=10).edges

    assert [edge.above.name for edge in edges] == ["b"]


def test_nothing_linked_is_no_graph() -> None:
    """A picture of single boxes says no more than the table."""
    assert mermaid_graph(plan_of([wanted()])) == ""


def test_the_old_name_of_a_rename_leads_to_the_new_one() -> None:
    """Once, however both changes say it."""
    old, new = Address(Kind.ACTION, "old"), Address(Kind.ACTION, "new")
    renamed = (Change(old, Op.DELETE, (), renamed_to=new), Change(new, Op.RENAME, (), previous=old))

    assert mermaid_graph(replace(plan_of([]), changes=renamed)).count("-. renamed .->") == 1


def test_many_resources_are_bounded_and_counted() -> None:
    """Deletions are drawn before anything else is left out."""
    many = tuple(trigger(f"t{number}", action=f"a{number}") for number in range(200))
    gone = trigger("zz_gone", op=Op.DELETE)

    text = mermaid_graph(replace(plan_of([]), changes=(*many, gone)))

    assert text.count('"]:::') == MOST_NODES + 1
    assert 'more["and 342 more"]' in text
    assert "- delete trigger.zz_gone" in text
    assert len(text) < 20_000


@given(st.text(min_size=1))
def test_no_name_ends_its_label(name: str) -> None:
    """Quotes, brackets, tags and line ends become codes."""
    text = mermaid_graph(replace(plan_of([]), changes=(trigger(name, action=name),)))
    labels = [
        line.split('["', 1)[1].removesuffix('"]:::create').removesuffix('"]:::unchanged')
        for line in text.splitlines()
        if '["' in line
    ]

    assert len(labels) == 2
    assert all(not set(label) & set('"[]<>`\\|{}()&@') for label in labels)

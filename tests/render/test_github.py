"""What GitHub Actions reads: escaped, within its limits, and nothing in it from outside is a command."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.domain.address import Address, Kind
from reconciler.plan.drift import Drift
from reconciler.plan.model import Deviation, DriftState, FieldChange, Guard, InventoryRef, Op, Refusal
from reconciler.plan.planfile import plan_id
from reconciler.render.annotations import (
    Annotation,
    Level,
    diagnostic_annotations,
    drift_annotations,
    plan_annotations,
)
from reconciler.render.github import MOST_ANNOTATIONS, output_file, step_outputs, step_summary, workflow_commands
from reconciler.render.markdown import plan_markdown
from tests.render.builders import MODIFIED, NOW, live, plan_of, wanted

INGEST = Address(Kind.ACTION, "ingest")
DRIFTED = Deviation(
    INGEST,
    DriftState.DRIFT,
    (FieldChange("/spec/timeout", 30, 45),),
    modified=MODIFIED,
    modified_by="ana@example.com",
    origin=Span.at("actions/ingest.yaml", 3),
)


def read(outputs: str) -> dict[str, str]:
    """Read a file of outputs as the runner does."""
    found: dict[str, str] = {}
    lines = iter(re.split(r"\r\n|\n|\r", outputs))
    for line in lines:
        name, mark, rest = re.match(r"([^=<]*)(=|<<|$)(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr]
        if mark == "=":
            found[name] = rest
        elif mark == "<<":
            found[name] = "\n".join(iter(lambda: next(lines), rest))
    return found


def test_a_diagnostic_is_an_annotation_at_its_place() -> None:
    """Ends are inclusive for GitHub, and the hint comes with it."""
    problem = Diagnostic("unknown-key", 'unknown key "urri"', Span("a.yaml", 5, 3, 5, 7), 'did you mean "uri"?')

    assert workflow_commands(diagnostic_annotations([problem]), folder="team/") == (
        "::error file=team/a.yaml,line=5,endLine=5,col=3,endColumn=6,title=unknown-key"
        '::unknown key "urri"%0Ahint: did you mean "uri"?\n'
    )


@pytest.mark.parametrize(
    ("span", "place"),
    [
        (Span("a.yaml", 5, 3, 8, 1), "line=5,endLine=7,"),
        (Span("a.yaml", 5, 3, 8, 4), "line=5,endLine=8,"),
        (Span("a.yaml", 5, 3, 5, 3), "line=5,endLine=5,col=3,endColumn=3,"),
    ],
)
def test_columns_are_given_on_one_line_only(span: Span, place: str) -> None:
    """GitHub takes no others."""
    text = workflow_commands([Annotation(Level.NOTICE, "t", "m", span)])

    assert text == f"::notice file=a.yaml,{place}title=t::m\n"


@pytest.mark.parametrize("file", ["<stdin>", "/etc/a.yaml", "../../a.yaml"])
def test_what_is_in_no_repository_has_no_place(file: str) -> None:
    """An annotation at a wrong place is worse than one on the run."""
    assert "file=" not in workflow_commands([Annotation(Level.ERROR, "t", "m", Span.at(file))], folder="team")


def test_severities_are_levels() -> None:
    """A note is a notice."""
    found = diagnostic_annotations([Diagnostic("r", "s", severity=severity) for severity in Severity])

    assert [each.level for each in found] == [Level.ERROR, Level.WARNING, Level.NOTICE]


@given(st.text(), st.text())
def test_no_text_is_a_command_of_its_own(title: str, message: str) -> None:
    """Whatever a manifest says stays in its annotation."""
    text = workflow_commands([Annotation(Level.ERROR, title, message, Span.at("a,b:c.yaml"))])

    assert text.splitlines() == [text.rstrip("\n")]
    assert text.startswith("::error file=a%2Cb%3Ac.yaml,line=1,")
    assert "::" not in text.partition("::error ")[2].partition("::")[0]


def test_ten_of_a_level_and_how_many_more() -> None:
    """What GitHub would drop in silence is counted."""
    problems = [Diagnostic("r", f"problem {number}") for number in range(25)]

    lines = workflow_commands(diagnostic_annotations(problems)).splitlines()

    assert len(lines) == MOST_ANNOTATIONS
    assert lines[-1] == "::error title=reconciler::+16 more: see the output of this step"
    assert len(workflow_commands(diagnostic_annotations(problems[:10])).splitlines()) == 10


def test_a_plan_annotates_what_a_reviewer_has_to_see() -> None:
    """Refusals are errors with their way out, drift is a warning with both remedies, the changes are a notice."""
    plan = replace(
        plan_of([wanted(timeout=30)], [live(timeout=45)]),
        refusals=(Refusal(Guard.PRUNE, "deleting action.old removes all versions", "--prune", (INGEST,)),),
        drift=(DRIFTED, replace(DRIFTED, state=DriftState.PENDING)),
        inventory=InventoryRef("id", 1),
    )

    assert workflow_commands(plan_annotations(plan)).splitlines() == [
        (
            "::error file=actions/ingest.yaml,line=1,endLine=1,col=1,endColumn=1,title=Refused%3A prune"
            "::deleting action.old removes all versions%0Athe way past it: --prune"
        ),
        (
            "::warning file=actions/ingest.yaml,line=3,endLine=3,col=1,endColumn=1,title=Drift%3A action.ingest (drift)"
            "::modified by ana@example.com, 2026-11-20 09:12 UTC%0Atimeout: applied 30, live 45"
            "%0Ato restore: reconciler apply --target action.ingest"
            "%0Ato accept: reconciler export --kind action --name ingest --force"
        ),
        "::notice title=Plan%3A 0 to create%2C 1 to update%2C 0 to delete::~ update action.ingest",
    ]


def test_drift_without_an_inventory_is_annotated_too() -> None:
    """Who did it, and how long ago."""
    drift = Drift.of(plan_of([wanted(timeout=30)], [live(timeout=45)]))

    text = workflow_commands(drift_annotations(drift, now=NOW))

    assert "::modified by ana@example.com, 2026-11-20 09:12 UTC (3 days ago)%0Atimeout: live 45, manifest 30" in text
    assert text.endswith("::notice title=Drift%3A 1 differs::0 as declared\n")


def test_outputs_say_what_later_steps_decide_by() -> None:
    """The names of the conventions, all of them, always."""
    plan = plan_of([wanted(timeout=30), wanted("new")], [live()])

    assert step_outputs(plan, plan_path="plan.json") == {
        "changes": "true",
        "to_create": "1",
        "to_update": "1",
        "to_delete": "0",
        "to_adopt": "0",
        "plan_id": plan_id(plan),
        "plan_path": "plan.json",
    }
    assert step_outputs(plan_of([]))["changes"] == "false"


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(alphabet=st.characters(codec="utf-8"))))
def test_outputs_come_back_as_they_were(outputs: dict[str, str]) -> None:
    """Values of several lines, with equals signs, or that look like the end of one."""
    as_read = {name: re.sub(r"\r\n|\r", "\n", value) for name, value in outputs.items()}

    assert read(output_file(outputs)) == as_read


def test_a_summary_is_measured_in_bytes() -> None:
    """What fits as characters may not fit as UTF-8."""
    plan = plan_of([wanted(f"action_{number}", description="温度" * 40) for number in range(200)])

    text = step_summary(lambda limit: plan_markdown(plan, limit=limit), limit=20_000)

    assert 5_000 < len(text.encode()) <= 20_000


def test_every_operation_is_listed_in_the_notice() -> None:
    """By its symbol, its word and its address."""
    change = plan_of([wanted()]).changes[0]
    plan = replace(plan_of([]), changes=tuple(replace(change, op=op) for op in Op))

    assert all(f"{op.value} action.ingest" in plan_annotations(plan)[-1].message for op in Op)

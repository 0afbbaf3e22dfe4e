"""The terminal: the same text with and without colour, and nothing in it from outside that could act."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from reconciler.apply.events import ApplyEnded, ApplyStarted, ChangeEnded, ChangeStarted, Event, Outcome
from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.domain.address import Address, Kind
from reconciler.domain.values import ActionParameter, ContainerParameters
from reconciler.plan.drift import Drift
from reconciler.plan.model import Change, DeleteAction, Op, Scope
from reconciler.render.terminal import show_diagnostics, show_drift, show_event, show_plan
from tests.render.builders import NOW, live, plan_of, text_console, wanted

INGEST = Address(Kind.ACTION, "ingest")


def lines_of(*events: Event) -> list[str]:
    """Return what the events print."""
    console, buffer = text_console()
    for event in events:
        show_event(event, console)
    return buffer.getvalue().splitlines()


def test_colour_only_adds_colour() -> None:
    """Without its escapes, coloured output is the plain one."""
    plan = plan_of([wanted(timeout=30, description="a\nb"), wanted("new")], [live(timeout=45), live("stray")])
    outputs = []
    for colour in (False, True):
        console, buffer = text_console(colour=colour)
        show_plan(plan, console)
        show_drift(Drift.of(plan), console, now=NOW)
        outputs.append(buffer.getvalue())

    plain, coloured = outputs
    assert "\x1b" not in plain
    assert "\x1b" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_width_changes_nothing() -> None:
    """Lines are neither wrapped nor cut for a narrow terminal: logs and pipes get what people get."""
    plan = plan_of([wanted(description="word " * 18)])
    texts = set()
    for width in (20, 200):
        console, buffer = text_console(width=width)
        show_plan(plan, console)
        texts.add(buffer.getvalue())

    assert len(texts) == 1


def test_values_stand_below_each_other_and_a_long_path_sticks_out_alone() -> None:
    """What no column is made for moves nothing else, and in drift both of its sides stay below each other."""
    variables = {"OMP_NUM_THREADS": "4", "X": "1", "NAME_OF_A_VARIABLE_THAT_IS_VERY_LONG": "2"}
    plan = plan_of(
        [wanted(timeout=30, container_parameters=ContainerParameters(env_vars=variables))],
        [live(timeout=45, container_parameters=ContainerParameters(env_vars=dict.fromkeys(variables, "0")))],
    )
    console, buffer = text_console()
    show_plan(plan, console)
    show_drift(Drift.of(plan), console, now=NOW)
    shown = buffer.getvalue()

    assert (
        """
    container_parameters.env_vars.NAME_OF_A_VARIABLE_THAT_IS_VERY_LONG  "0" -> "2"
    container_parameters.env_vars.OMP_NUM_THREADS  "0" -> "4"
    container_parameters.env_vars.X                "0" -> "1"
    timeout                                        45 -> 30
"""
        in shown
    )
    assert (
        """
    container_parameters.env_vars.NAME_OF_A_VARIABLE_THAT_IS_VERY_LONG  manifest  "2"
                                                                        live      "0"
    container_parameters.env_vars.OMP_NUM_THREADS  manifest  "4"
                                                   live      "0"
"""
        in shown
    )


def test_deletions_come_first() -> None:
    """What is lost is shown before anything else, whatever the plan's order."""
    plan = plan_of([wanted("aaa")])
    gone = Change(Address(Kind.ACTION, "zzz"), Op.DELETE, (DeleteAction("zzz"),))
    console, buffer = text_console()

    show_plan(replace(plan, changes=(*plan.changes, gone)), console)

    assert buffer.getvalue().index("- delete action.zzz") < buffer.getvalue().index("+ create action.aaa")


def test_a_part_of_the_manifests_says_so() -> None:
    """A plan with a scope names the flags that made it."""
    console, buffer = text_console()

    show_plan(replace(plan_of([wanted()]), scope=Scope(targets=(INGEST,))), console)

    assert "Only a part was planned: --target action.ingest" in buffer.getvalue()


def test_secrets_show_only_when_asked_for() -> None:
    """The plan has a mask where a secret is."""
    plan = plan_of([wanted(parameters=(ActionParameter(name="api_token", default="hunter2"),))])
    (hidden, masked), (shown, revealed) = text_console(), text_console()

    show_plan(plan, hidden)
    show_plan(plan, shown, reveal=True)

    assert "hunter2" not in masked.getvalue()
    assert '"hunter2"' in revealed.getvalue()


def test_a_change_of_a_secret_still_shows() -> None:
    """A masked value that changes says that it does."""
    old, new = (ActionParameter(name="api_token", default=value) for value in ("old", "new"))
    console, buffer = text_console()

    show_plan(plan_of([wanted(parameters=(new,))], [live(parameters=[old])]), console)

    assert "parameters.api_token.default  (sensitive value), changed" in buffer.getvalue()


def test_diagnostics_read_like_a_compiler() -> None:
    """Place, what is wrong, detail and hint, and how many there are."""
    console, buffer = text_console()

    show_diagnostics(
        [
            Diagnostic(
                "unknown-key", 'unknown key "paramters"', Span.at("a.yaml", 12, 5), 'did you mean "parameters"?'
            ),
            Diagnostic("empty", "nothing here", detail="first\nsecond", severity=Severity.WARNING),
        ],
        console,
    )

    assert buffer.getvalue() == (
        'a.yaml:12:5: unknown key "paramters"\n'
        '  hint: did you mean "parameters"?\n'
        "warning: nothing here\n"
        "  first\n"
        "  second\n"
        "1 error and 1 warning.\n"
    )


def test_diagnostics_cannot_steer_the_terminal() -> None:
    """A key named by an escape sequence is printed, not obeyed."""
    console, buffer = text_console(colour=False)

    show_diagnostics([Diagnostic("unknown-key", "unknown key \x1b[2J", Span.at("\u202ea.yaml"))], console)

    assert "\x1b" not in buffer.getvalue()
    assert "\\u202ea.yaml:1:1: unknown key \\u001b[2J" in buffer.getvalue()


def test_no_diagnostics_print_nothing() -> None:
    """Silence is success."""
    console, buffer = text_console()
    show_diagnostics([], console)

    assert buffer.getvalue() == ""


def test_events_are_a_log() -> None:
    """Endings are lines; reasons and hints come with what was not applied."""
    assert lines_of(
        ApplyStarted("p", 3),
        ChangeStarted(INGEST, Op.CREATE),
        ChangeEnded(INGEST, Op.CREATE, Outcome.APPLIED, 1, 1, seconds=0.25),
        ChangeEnded(INGEST, Op.UPDATE, Outcome.FAILED, 0, 1, reason="name is taken", hint="choose another"),
        ChangeEnded(INGEST, Op.DELETE, Outcome.SKIPPED, 0, 1, reason="action.base failed"),
        ApplyEnded(1, 1, 1, 0, seconds=3),
    ) == [
        "Applying 3 changes.",
        "+ created action.ingest  250 ms",
        "! failed update action.ingest: name is taken",
        "  hint: choose another",
        ". skipped delete action.ingest: action.base failed",
        "Applied in part: 1 applied, 1 failed, 1 skipped in 3.0 s.",
    ]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_line(outcome: Outcome) -> None:
    """No outcome is silent."""
    assert lines_of(ChangeEnded(INGEST, Op.CREATE, outcome, reason="because"))


def test_no_line_is_a_command_to_the_log_it_is_printed_in() -> None:
    """GitHub runs what begins with two colons, after any spaces, as a command of the workflow."""
    steering = "::stop-commands::x\n   ::add-mask::a\n{}\n::error::no"
    plan = plan_of([wanted(description=steering.format("new"))], [live(description=steering.format("old"))])
    console, buffer = text_console()
    show_plan(plan, console)
    show_drift(Drift.of(plan), console, now=NOW)

    assert "      | ::stop-commands::x" in buffer.getvalue()
    assert [line for line in buffer.getvalue().splitlines() if line.lstrip().startswith("::")] == []

"""Values of any length in messages: of a long one the beginning is quoted, whoever finds it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, with_short_quotes
from reconciler.errors import ReconcilerError
from tests.manifests.building import action, lines, loaded, trigger

LONG = "k" * 5_000


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(action("{uri: x}", name=f"'{'a!' * 2_500}'"), id="name"),
        pytest.param(action(f"{{uri: x, {LONG}: 1}}"), id="unknown key"),
        pytest.param(action("{uri: x}").replace("Action", LONG), id="kind"),
        pytest.param(action("{uri: x}").replace("reconciler/v1", LONG), id="apiVersion"),
        pytest.param(action(f"{{uri: x, timeout: {LONG}}}"), id="text for a number"),
        pytest.param(action(f"{{uri: x, timeout: '{'9' * 5_000}'}}"), id="quoted number"),
        pytest.param(action(f"{{uri: x, tags: {LONG}}}"), id="text for a list"),
        pytest.param(action(f"{{uri: x, metadata: {{{LONG}.x: 1}}}}"), id="key with a dot"),
        pytest.param(action(f"{{uri: x, parameter_sets: [{LONG}]}}"), id="parameter set"),
        pytest.param(action(f"{{from: {LONG}}}"), id="action file"),
        pytest.param(action(f"{{inherits: {{name: {LONG}}}}}"), id="parent"),
        pytest.param(action(f"{{uri: *{LONG}}}"), id="alias"),
        pytest.param(action(f"{{uri: !{LONG} x}}"), id="tag"),
        pytest.param(action(f"{{uri: x, {LONG[:900]}: 1, {LONG[:900]}: 2}}"), id="key twice"),
        pytest.param(trigger(f"{{action_name: a, required_inputs: ['{LONG}.{{a,b}}']}}"), id="pattern"),
    ],
)
def test_no_message_quotes_a_long_value_whole(tmp_path: Path, manifest: str) -> None:
    """Whatever is wrong with it, its summary and its hint fit on a screen."""
    diagnostics = loaded(tmp_path, {"a.yaml": manifest}).diagnostics
    assert diagnostics
    assert all(len(each.summary) < 600 and len(each.hint) < 600 for each in diagnostics)


def test_a_value_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    """What stands in for it is not held against the schema."""
    assert lines(loaded(tmp_path, {"a.yaml": action("{uri: *nowhere}")}).diagnostics) == [
        'a.yaml:4:13: unknown-anchor: there is no anchor "&nowhere" above this alias'
    ]


def test_a_name_of_any_legal_length_is_quoted_whole() -> None:
    """Whoever searches for it finds it."""
    message = f'there is no action "{LONG[:256]}"'
    assert with_short_quotes(message) == message


def test_errors_quote_as_diagnostics_do() -> None:
    """How long the value is stands behind what is shown of it."""
    message, short = f'there is no "{LONG}" here', f'there is no "{"k" * 100}... (5,000 characters)" here'
    error = ReconcilerError(message, hint=message)
    assert (error.message, error.hint, str(error)) == (short, short, short)
    assert Diagnostic("rule", message, hint=message, detail=message) == Diagnostic("rule", short, None, short, short)


@given(st.text('ab" \n', max_size=1_000))
def test_shortening_twice_changes_nothing_more(message: str) -> None:
    """A message that went through a saved plan is the one that was told first."""
    long = message.replace("a", "a" * 300)
    assert with_short_quotes(with_short_quotes(long)) == with_short_quotes(long)

"""Every rule finds what it is about, leaves alone what it is not, and is documented."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from reconciler.manifests.lint.catalogue import every_rule, names
from reconciler.render.rules import rules_markdown
from tests.lint.building import found, linted
from tests.lint.cases import AWS_KEY, CASES, GITHUB_TOKEN, PRIVATE_KEY, RANDOM_VALUE

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"
SECRETS = (GITHUB_TOKEN, AWS_KEY, PRIVATE_KEY, RANDOM_VALUE, "hunter2", "our-own", "abc", "1234")

BAD = [(rule, text) for rule, each in CASES.items() for text in each.bad]
GOOD = [(rule, text) for rule, each in CASES.items() for text in each.good]


def checked(rule: str) -> tuple[str, ...]:
    """Return the rules to check for one; comments are judged by what the others find."""
    return names() if rule.endswith("-ignore") else (rule,)


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_a_rule_finds_what_it_is_about(rule: str, text: str) -> None:
    """Exactly one finding in each bad example, with a hint, in words that fit on a line."""
    [diagnostic] = [each for each in linted(text, rules=checked(rule)) if each.rule == rule]
    assert diagnostic.hint
    assert "\n" not in diagnostic.summary + diagnostic.hint
    assert diagnostic.span is not None


@pytest.mark.parametrize(("rule", "text"), GOOD)
def test_a_rule_leaves_alone_what_it_is_not_about(rule: str, text: str) -> None:
    """No finding in any good example."""
    assert [each.summary for each in linted(text, rules=checked(rule)) if each.rule == rule] == []


def test_every_rule_has_examples_of_both() -> None:
    """No rule is tried in one direction only, and none is missing."""
    assert CASES.keys() == set(names())
    assert all(each.bad and each.good for each in CASES.values())


@pytest.mark.parametrize("rule", every_rule(), ids=names())
def test_every_rule_says_why_with_a_bad_and_a_good_example(rule: object) -> None:
    """One line on what is found, a reason, and two examples that are YAML."""
    from reconciler.manifests.lint.rule import Rule

    assert isinstance(rule, Rule)
    summary, _, rest = rule.documentation.partition("\n\n")
    assert "\n" not in summary
    assert summary.endswith(".")
    reason, bad, good = re.split(r"\n\n(?:Bad|Good):\n\n", rest)
    assert reason.strip()
    for example in (bad, good):
        block = re.fullmatch(r"```yaml\n(.*)```", example.strip(), flags=re.DOTALL)
        assert block is not None
        assert all(each is None or isinstance(each, dict) for each in yaml.safe_load_all(_documents(block[1])))


def _documents(example: str) -> str:
    """Part an example of several resources, which comments introduce, into documents."""
    return re.sub(r"^#", "---\n#", example, flags=re.MULTILINE)


@pytest.mark.parametrize("text", CASES["literal-secret"].bad)
def test_no_secret_is_ever_shown(text: str) -> None:
    """Neither the words nor the place of a finding hold the value."""
    for each in linted(text, rules=("literal-secret",)):
        said = f"{each.summary} {each.hint} {each.detail}"
        assert not [secret for secret in SECRETS if secret in said]
        assert each.span is not None
        assert (each.span.line, each.span.column) == (each.span.end_line, each.span.end_column)


def test_a_known_token_is_an_error_and_told_once() -> None:
    """What is certain fails the run, and its variable's name is no second finding."""
    text = CASES["literal-secret"].bad[0].replace("PLAIN", "API_TOKEN")
    [diagnostic] = linted(text, rules=("literal-secret",))
    assert (diagnostic.severity, diagnostic.summary) == ("error", "here stands a literal GitHub token")
    assert diagnostic.span is not None
    assert diagnostic.span.column == text.splitlines()[3].index(GITHUB_TOKEN) + 1


def test_a_finding_is_where_the_layer_wrote_it() -> None:
    """What a parameter set lacks is told at the set, once, however many actions take it in."""
    text = CASES["missing-description"].bad[3]
    assert found(text, rules=("missing-description",)) == ["9: missing-description"]


def test_the_documentation_is_current() -> None:
    """``docs/lint.md`` is what the rules say of themselves."""
    page = rules_markdown(every_rule())
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "UPDATE_GOLDEN=1 writes it again"

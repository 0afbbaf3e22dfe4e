"""The rules of lint as text, JSON and Markdown: what each finds, and why that matters."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.manifests.lint.catalogue import AnyRule
from reconciler.render.machine import records_json

_INTRODUCTION = """\
# What `reconciler lint` finds

Generated from the rules; `UPDATE_GOLDEN=1 pytest tests/lint` writes it again.

`reconciler validate` says what is wrong, `reconciler lint` what is legal and yet probably not meant. Errors make it
leave with 1; warnings do with `--warnings-as-errors`, and whatever a rule finds does with `--warnings-as-errors RULE`.
Notes are advice. `--select RULE,...` checks only some rules (`default` and `all` stand for several), `--ignore RULE`
leaves some out. `--list` and `--explain RULE` show this page in the terminal.

A comment ignores what a rule finds on its own line, on the line below it, or, above the first line of a document, in
all of that document. It must say why:

```yaml
spec:
  uri: ghcr.io/acme/ros-ingest:main  # reconciler: ignore[unpinned-image] the sandbox follows main
```
"""


def rules_text(rules: Sequence[AnyRule]) -> str:
    """Return one line a rule: its name, its severity, what it finds."""
    names = max(len(rule.name) for rule in rules)
    words = max(len(_severity(rule)) for rule in rules)
    return "".join([f"{rule.name:<{names}}  {_severity(rule):<{words}}  {rule.summary}\n" for rule in rules])


def rule_text(rule: AnyRule) -> str:
    """Return a rule's documentation with its name and its severity above."""
    return f"{rule.name}  ({_severity(rule)})\n\n{rule.documentation}\n"


def rules_json(rules: Sequence[AnyRule]) -> str:
    """Return a document of rules, in the order given."""
    return records_json(
        rules=[
            {
                "name": rule.name,
                "severity": rule.severity.value,
                "default": rule.is_default,
                "summary": rule.summary,
                "documentation": rule.documentation,
            }
            for rule in rules
        ]
    )


def rules_markdown(rules: Sequence[AnyRule]) -> str:
    """Return the page of all rules: a table, then a section each."""
    rows = [f"| [{rule.name}](#{rule.name}) | {_severity(rule)} | {rule.summary} |" for rule in rules]
    table = "\n".join(["| rule | severity | finds |", "|---|---|---|", *rows])
    sections = [f"## {rule.name}\n\n*{_severity(rule)}*\n\n{rule.documentation}\n" for rule in rules]
    return "\n".join([_INTRODUCTION, f"{table}\n", *sections])


def _severity(rule: AnyRule) -> str:
    return rule.severity.value if rule.is_default else f"{rule.severity.value}, when selected"

"""The reference of commands: every command and flag stands in it, in the words of its help."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from reconciler.cli.main import COMMANDS, cli

REFERENCE: Final = Path(__file__).parents[2] / "docs" / "commands.md"
PIPELINES: Final = REFERENCE.with_name("ci.md")

HEAD: Final = """\
# Commands

Every command, as its `--help` tells it. Common to all: `-h`, `--help`. Data goes to standard output, words to standard
error.

| exit code | means |
|---|---|
| 0 | done; nothing to say |
| 1 | error, invalid manifests included |
| 2 | changes present: `plan --detailed-exitcode`; drift present: `drift` |
| 3 | refused by a guard or protection |
| 4 | the saved plan is stale |
| 5 | applied in part: something failed, or was [left alone](ownership.md#what-somebody-made-anew) |
| 6 | locked by somebody else, or the inventory moved |
| 7 | not authenticated, or not allowed |
| 64 | wrong usage of the command line |
| 130 | interrupted |
"""


def test_the_reference_is_current() -> None:
    """``UPDATE_GOLDEN=1`` writes it again."""
    text = reference()
    if os.environ.get("UPDATE_GOLDEN"):
        REFERENCE.write_text(text)
    assert REFERENCE.read_text() == text, "docs/commands.md: UPDATE_GOLDEN=1 writes it again"


def test_each_format_is_listed_with_its_commands() -> None:
    """In the page about pipelines, which is where people look for one."""
    section = PIPELINES.read_text().partition("\n## Formats\n")[2].partition("\n| step output |")[0]
    rows = re.findall(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)
    listed = {output: set(re.findall(r"\w+", commands)) for output, commands in rows}

    found: dict[str, set[str]] = {}
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        for parameter in command.params if command else ():
            if parameter.name == "output" and isinstance(parameter.type, click.Choice):
                for output in set(parameter.type.choices) - {"text", "json"}:
                    found.setdefault(output, set()).add(name)
    assert listed == found


def reference() -> str:
    """Return the whole reference."""
    # Commands keep the help option of the first context that asks for it: -h is one only with these settings.
    context = click.Context(cli, info_name="reconciler", **cli.context_settings)
    sections = [HEAD]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        sections += _sections(command, context, name)
    return "\n".join(sections)


def _sections(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    yield f"## {context.command_path}\n\n{_text(command)}\n"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            child = command.get_command(context, below)
            assert child is not None
            yield from _sections(child, context, below)
        return
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```\n{context.command_path} {usage}\n```\n"
    rows = [row for parameter in command.params if (row := _row(parameter, context)) is not None]
    if rows:
        yield "| option | |\n|---|---|\n" + "\n".join(rows) + "\n"
    if command.epilog:
        yield f"{_escaped(command.epilog)}\n"


def _text(command: click.Command) -> str:
    lines = (command.help or "").strip().splitlines()
    return "\n".join(line.strip() for line in lines)


def _row(parameter: click.Parameter, context: click.Context) -> str | None:
    record = parameter.get_help_record(context)
    if record is None:
        return None
    names, words = record
    shown = names.replace("|", "\\|")
    return f"| `{shown}` | {_escaped(' '.join(words.split()))} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")

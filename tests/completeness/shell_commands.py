"""Commands of ours in shell, taken apart and read by our own command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click

from reconciler.cli.main import cli

#: What a variable stands for where its value matters; any other is a name.
VALUES = {"CODE": "2", "code": "2"}

_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_WHERE_SET = re.compile(r"\$\{\w+:\+([^}]*)\}")
_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")


def commands_in(script: str) -> Iterator[list[str]]:
    """Yield the words of every ``reconciler`` command in a script, its own name left out."""
    script = script.replace("\\\n", " ")
    for line in script.splitlines():
        plain = _WHERE_SET.sub(r"\1", line.strip().removeprefix("$ "))
        for part in [*_SUBSTITUTION.findall(plain), _SUBSTITUTION.sub("x", plain)]:
            yield from _commands(_VARIABLE.sub(lambda found: VALUES.get(found[1], "x"), part))


def _commands(line: str) -> Iterator[list[str]]:
    words = shlex.shlex(line, posix=True, punctuation_chars="&|;<>()")
    words.whitespace_split = True
    words.commenters = "#"
    command: list[str] = []
    is_redirected = False
    for word in [*words, ";"]:
        if word.startswith((">", "<")):
            is_redirected = True
        elif word and set(word) <= set("&|;()"):
            yield from _ours(command)
            command = []
        else:
            command += [] if is_redirected else [word]
            is_redirected = False


def _ours(words: list[str]) -> Iterator[list[str]]:
    while words and re.fullmatch(r"\w+=.*", words[0]):
        words = words[1:]
    if words and words[0].rpartition("/")[2] == "reconciler":
        yield words[1:]


def problem_of(words: list[str], *, is_whole: bool = True) -> str | None:
    """Return what our command line finds wrong with a command; None when it would run where its files are.

    Of a command that is not whole, such as one that a sentence names, arguments may be missing.
    """
    command: click.Command = cli
    # Commands keep the help option of the first context that asks for it: -h is one only with these settings.
    context = click.Context(cli, info_name="reconciler", **cli.context_settings)
    while isinstance(command, click.Group):
        if not words or words[0] in ("--version", "-V", "--help", "-h"):
            return None
        below = command.get_command(context, words[0])
        if below is None:
            return f'there is no command "{words[0]}"'
        command, words = below, words[1:]
    try:
        command.make_context(command.name, list(words), parent=context)
    except click.exceptions.Exit:
        return None
    except click.MissingParameter as missing:
        return missing.format_message() if is_whole else None
    except click.BadParameter as mistake:
        return None if mistake.param and isinstance(mistake.param.type, click.Path) else mistake.format_message()
    except click.ClickException as mistake:
        return mistake.format_message()
    return None

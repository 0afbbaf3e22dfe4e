"""Consoles as documents show them: what is typed, what is said, and what differs from run to run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BLOCK: Final = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
_ID: Final = re.compile(r"\b(?:ds|iv)_[0-9a-f]{20}\b")

#: What stands for words of a line that are left out.
_LEFT_OUT: Final = "[...]"

#: What no two runs have in common, and what stands for it.
_VARYING: Final = (
    (re.compile(r"(?<=^embedded platform at )\S+", re.MULTILINE), "PATH"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "TIME"),
    (re.compile(r"\b\d+ (?:second|minute|hour|day)s? ago|just now"), "AGO"),
    (re.compile(r"\b\d+(?:\.\d+)? m?s\b"), "DURATION"),
    (_ID, "ID"),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """One command, and what is shown of what it says; "" where that is left out."""

    command: str
    said: str


def consoles_of(document: Path) -> list[list[Typed]]:
    """Return the consoles of a document, each as the commands that are typed in it."""
    return [_typed(block) for block in _BLOCK.findall(document.read_text())]


def _typed(block: str) -> list[Typed]:
    _, *parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    split = (part.partition("\n") for part in parts)
    return [Typed(command, said) for command, _, said in split]


class Shell:
    """A shell with our command on its path, in a folder that ``cd`` changes."""

    def __init__(self, folder: Path, *, programs: Path) -> None:
        self._folder = folder
        self._known: dict[str, str] = {}
        programs.mkdir()
        ours = programs / "reconciler"
        ours.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n')
        ours.chmod(0o755)
        self._path = f"{programs}{os.pathsep}{os.environ['PATH']}"

    def type(self, typed: Typed) -> str:
        """Type a command with the ids of this run, and return what it says."""
        command = _ID.sub(lambda shown: self._known.get(shown[0], shown[0]), typed.command)
        if command.startswith("cd "):
            self._folder /= command.removeprefix("cd ")
            return ""
        ran = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self._folder,
            env={**os.environ, "PATH": self._path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self._known.update(zip(_ID.findall(typed.said), _ID.findall(ran.stdout), strict=False))
        return ran.stdout


def is_said(shown: str, said: str) -> bool:
    """Return True when what is shown is what was said, but for what varies and the words that are left out."""
    return re.fullmatch(re.escape(steady(shown)).replace(re.escape(_LEFT_OUT), ".*"), steady(said)) is not None


def steady(text: str) -> str:
    """Return a text without what no two runs have in common."""
    for varying, stands_for in _VARYING:
        text = varying.sub(stands_for, text)
    return text

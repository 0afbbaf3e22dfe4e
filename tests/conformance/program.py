"""The official command-line program, asking a served platform as its users do."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from tests.conformance.environments import ROOT, Environment
from tests.conformance.serving import Served

#: Without it the program asks the package index for newer releases after each command.
ALONE: Final = "--suppress-upgrade-check"


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int
    stdout: str
    stderr: str

    @property
    def headline(self) -> str:
        """The first line."""
        return self.stdout.partition("\n")[0].strip()

    @property
    def json(self) -> Any:
        """The JSON document, which may come below a headline."""
        return json.loads(self.stdout[min(at for at in map(self.stdout.find, "[{") if at >= 0) :])


@dataclass(frozen=True)
class Program:
    """The program, loaded and waiting for commands."""

    questions: IO[str]
    answers: IO[str]

    def __call__(self, *arguments: str) -> Said:
        """Run a command that must succeed."""
        said = self._run(*arguments)
        assert said.code == 0, f"{arguments}: {said}"
        return said

    def refused(self, *arguments: str) -> str:
        """Run a command that the platform must refuse, and return the exception that is named."""
        said = self._run(*arguments)
        assert said.code == 1, f"{arguments}: {said}"
        return next(word for word in said.stderr.replace(":", " ").split() if word.startswith("Roboto"))

    def _run(self, *arguments: str) -> Said:
        self.questions.write(json.dumps([ALONE, *arguments]) + "\n")
        self.questions.flush()
        return Said(**json.loads(self.answers.readline()))


@contextmanager
def loaded(official: Environment, served: Served, *, home: Path) -> Iterator[Program]:
    """Give the program, as our user of the served platform would have configured it."""
    command = [str(official.python), "-m", "tests.conformance.drivers.program"]
    environ = {**environment_of(served, home=home), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environ, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Program(process.stdin, process.stdout)
        process.stdin.close()


def environment_of(served: Served, *, home: Path) -> dict[str, str]:
    """Return the environment that leads the program to the served platform."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "NO_PROXY": "127.0.0.1",
        "ROBOTO_API_KEY": served.ours,
        "ROBOTO_SERVICE_ENDPOINT": served.endpoint,
        "ROBOTO_ORG_ID": "og_ours",
    }

"""The official package as an oracle: asked, in a process of its own, what its classes make of a value."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from tests.conformance.environments import ROOT, Environment


@dataclass(frozen=True)
class Oracle:
    """Knows the answers that ``drivers/oracle.py`` lists."""

    version: str
    questions: IO[str]
    answers: IO[str]

    def ask(self, question: str, *arguments: Any) -> Any:
        """Return the answer to one question; None where the official package refuses."""
        self.questions.write(json.dumps([question, *arguments]) + "\n")
        self.questions.flush()
        return json.loads(self.answers.readline())


@contextmanager
def consulted(official: Environment) -> Iterator[Oracle]:
    """Give the oracle of one environment."""
    command = [str(official.python), "-m", "tests.conformance.drivers.oracle"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Oracle(official.version, process.stdin, process.stdout)
        process.stdin.close()

"""The official package as an oracle, where an interpreter that has it is named."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

VARIABLE = "RECONCILER_ORACLE_PYTHON"


@dataclass(frozen=True)
class Oracle:
    """Asks the official package, in its own process."""

    questions: IO[str]
    answers: IO[str]

    def ask(self, *question: Any) -> Any:
        """Return the answer to one question; ``oracle_process.py`` lists them."""
        self.questions.write(json.dumps(question) + "\n")
        self.questions.flush()
        return json.loads(self.answers.readline())


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    """Start the oracle, or skip the test."""
    python = os.environ.get(VARIABLE)
    if not python:
        pytest.skip(f"{VARIABLE} names no interpreter with the official package (roboto 0.24.1)")
    script = Path(__file__).with_name("oracle_process.py")
    with subprocess.Popen([python, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Oracle(process.stdin, process.stdout)
        process.stdin.close()

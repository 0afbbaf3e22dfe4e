"""Schemathesis as a program: what it is to try, the names that its requests are to be about, and what it found."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tests.conformance.environments import Environment
from tests.conformance.serving import Served

#: No 5xx; no status, no kind of content and no answer that the document does not tell of.
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)

#: What it does, in two runs: go once through everything that schemas say, about what there is; and make things up,
#: in one of five requests the names as well.
COVERAGE: Final = "coverage"
FUZZING: Final = "fuzzing,stateful"

#: Examples of each operation that it makes up.
EXAMPLES: Final = 8

#: Seconds after which it is given up; a run takes a fifth of them on two cores.
PATIENCE: Final = 180

#: Seconds that it waits for an answer: a machine that does other things as well is no finding.
ANSWER: Final = 60


class About(NamedTuple):
    """What requests to some operations are about.

    Attributes:
        operations: Which they are, as the configuration of Schemathesis says it.
        names: Values of parameters, by their place and name.
    """

    operations: str
    names: Mapping[str, str]


class Exploration(NamedTuple):
    """What came of a run.

    Attributes:
        findings: What the platform did that the document does not tell of, one text each.
        troubles: What Schemathesis could not do: its own, and no word about the platform.
        operations: How many operations it tried.
        said: All that it printed.
    """

    findings: tuple[str, ...]
    troubles: tuple[str, ...]
    operations: int
    said: str


def explored(program: Environment, served: Served, folder: Path, *, phases: str, about: Iterable[About]) -> Exploration:
    """Try everything the document of a served platform tells of, and return what came of it."""
    config, report = folder / "schemathesis.toml", folder / "schemathesis.json"
    config.write_text("\n".join(_lines(about, fixed=phases == COVERAGE)), encoding="utf-8")
    where = [f"{served.endpoint}/openapi.json", f"--header=Authorization: Bearer {served.ours}", "--no-color"]
    # Of paths with three names, too many are no paths for it to be content; and how slow a machine is, is no finding.
    content = "--suppress-health-check=filter_too_much,too_slow"
    # One worker: Python 3.11 sometimes fails to parse code in two threads at once, and Schemathesis does.
    how = [f"--phases={phases}", f"--max-examples={EXAMPLES}", "--generation-deterministic", "--workers=1", content]
    report_to = ["--report=json", f"--report-json-path={report}", f"--request-timeout={ANSWER}"]
    done = subprocess.run(
        [
            str(program.program),
            f"--config-file={config}",
            "run",
            *where,
            *how,
            *report_to,
            f"--checks={','.join(CHECKS)}",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    said = done.stdout + done.stderr
    if not report.exists():
        return Exploration((), (f"it ended with {done.returncode} and without a report",), 0, said)
    told = json.loads(report.read_text(encoding="utf-8"))
    return Exploration(
        findings=tuple(json.dumps(each) for each in told["failures"]),
        troubles=tuple(f"{each['title']}, {each['count']} times" for each in told["errors"]),
        operations=told["operations"]["tested"],
        said=said,
    )


def _lines(about: Iterable[About], *, fixed: bool) -> Iterator[str]:
    yield "warnings = false"
    listed = [*about]
    if not fixed:
        for number, each in enumerate(listed):
            for name, value in each.names.items():
                yield f"[dictionaries.{_dictionary(number, name)}]"
                yield f"values = [{json.dumps(value)}]"
    for number, each in enumerate(listed):
        yield "[[operations]]"
        yield each.operations
        yield "[operations.parameters]"
        for name, value in each.names.items():
            drawn = f'{{dictionary = "{_dictionary(number, name)}", probability = 0.8}}'
            yield f'"{name}" = {json.dumps(value) if fixed else drawn}'


def _dictionary(number: int, name: str) -> str:
    return f"{name.replace('.', '-')}-{number}"

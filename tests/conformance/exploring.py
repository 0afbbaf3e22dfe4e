"""Schemathesis as a program: what it is to try, and the names that its requests are to be about."""

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


class About(NamedTuple):
    """What requests to some operations are about.

    Attributes:
        operations: Which they are, as the configuration of Schemathesis says it.
        names: Values of parameters, by their place and name.
    """

    operations: str
    names: Mapping[str, str]


def explored(
    program: Environment, served: Served, folder: Path, *, phases: str, about: Iterable[About]
) -> subprocess.CompletedProcess[str]:
    """Try everything the document of a served platform tells of, and return how that ended."""
    config = folder / "schemathesis.toml"
    config.write_text("\n".join(_lines(about, fixed=phases == COVERAGE)), encoding="utf-8")
    where = [f"{served.endpoint}/openapi.json", f"--header=Authorization: Bearer {served.ours}", "--no-color"]
    # Of paths with three names, too many are no paths for it to be content.
    content = "--suppress-health-check=filter_too_much"
    how = [f"--phases={phases}", f"--max-examples={EXAMPLES}", "--generation-deterministic", "--workers=2", content]
    return subprocess.run(
        [str(program.program), f"--config-file={config}", "run", *where, *how, f"--checks={','.join(CHECKS)}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
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

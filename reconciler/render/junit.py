"""Results as JUnit XML, which every CI shows as tests: a suite a file, a case a resource or a problem."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as ET

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.plan.drift import Drift
from reconciler.render.annotations import deviation_text
from reconciler.render.deviations import DeviationView, drift_view
from reconciler.render.visible import visible

#: Suites of what stands in no file: problems of the whole project, and resources that are only live.
_PROJECT: Final = "project"
_LIVE: Final = "not in manifests"

#: What XML 1.0 cannot hold, escaped or not.
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One test: it passed, failed (``failure`` is why, ``kind`` of what kind), or says something beside."""

    name: str
    group: str
    failure: str = ""
    kind: str = ""
    said: str = ""


def diagnostics_junit(
    diagnostics: Sequence[Diagnostic], files: Iterable[str] = (), *, name: str = "reconciler validate"
) -> str:
    """Return a suite for each file: errors fail, warnings and notes are said; files without problems pass.

    ``name`` is the command that found them.
    """
    suites: dict[str, list[Case]] = {visible(file): [] for file in files}
    for each in diagnostics:
        file = _PROJECT if each.span is None else visible(each.span.file)
        suites.setdefault(file, []).append(_problem(each, file))
    for file, cases in suites.items():
        if not cases:
            cases.append(Case("valid", file))
    return _text(name, suites)


def drift_junit(drift: Drift, *, now: datetime | None = None) -> str:
    """Return a suite for each file that drifted: a failure for each resource that is live other than it should be."""
    seen = drift_view(drift)
    suites: defaultdict[str, list[Case]] = defaultdict(list)
    for each in seen.found:
        file = _LIVE if each.span is None else visible(each.span.file)
        suites[file].append(_deviating(each, file, now=now))
    if seen.unchanged or not suites:
        suites["as declared"].append(Case(f"{seen.unchanged} as declared", seen.place))
    return _text("reconciler drift", suites)


def _problem(diagnostic: Diagnostic, file: str) -> Case:
    place = "" if diagnostic.span is None else f":{diagnostic.span.line}:{diagnostic.span.column}"
    hint = f"hint: {diagnostic.hint}" if diagnostic.hint else ""
    text = "\n".join(filter(None, [f"{file}{place}: {diagnostic.summary}", diagnostic.detail, hint]))
    name = f"{diagnostic.rule}{place}"
    if diagnostic.severity is Severity.ERROR:
        return Case(name, file, failure=text, kind=diagnostic.rule)
    return Case(name, file, said=f"{diagnostic.severity.value}: {text}")


def _deviating(found: DeviationView, file: str, *, now: datetime | None) -> Case:
    text = "\n".join(deviation_text(found, now=now))
    return Case(found.address, file, failure=text, kind=found.word)


def _text(name: str, suites: Mapping[str, Sequence[Case]]) -> str:
    cases = [case for members in suites.values() for case in members]
    root = ET.Element("testsuites", {"name": name, **_counts(cases)})
    for file, members in suites.items():
        # Jenkins's schema has the number of skipped cases here and not above.
        counts = {**_counts(members), "skipped": "0"}
        suite = ET.SubElement(root, "testsuite", {"name": _legal(file), **counts})
        for case in members:
            _add(suite, case)
    ET.indent(root)
    # ASCII: what is beyond is written as references, so that no reader can take it for another encoding.
    text: bytes = ET.tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii") + "\n"


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    failures = sum(1 for case in cases if case.failure)
    return {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "time": "0"}


def _add(suite: ET.Element, case: Case) -> None:
    element = ET.SubElement(
        suite, "testcase", {"name": _legal(case.name), "classname": _legal(case.group), "time": "0"}
    )
    if case.failure:
        first = _legal(case.failure.partition("\n")[0])
        failure = ET.SubElement(element, "failure", {"message": first, "type": _legal(case.kind)})
        failure.text = _legal(case.failure)
    if case.said:
        ET.SubElement(element, "system-out").text = _legal(case.said)


def _legal(text: str) -> str:
    """Return the text with what XML cannot hold, and what steers a terminal, written out."""
    return _ILLEGAL.sub("\ufffd", "\n".join(map(visible, text.splitlines())))

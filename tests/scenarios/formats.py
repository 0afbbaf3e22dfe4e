"""Each output format read as its consumers read it: a text that is not of its format fails here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import unquote

from jsonschema import Draft202012Validator

from tests.render.sarif_subset import LOG
from tests.render.test_junit import read as read_junit

#: What stands before a change or a difference in text and Markdown.
_ROW: Final = re.compile(r"(?:<=|\+|>|~|-|\.|!|\?) ([a-z]+) ((?:action|trigger)\.\S+(?: -> \S+)?)(?:  .+)?")
_CELLS: Final = re.compile(r"\| (?:`\S+` )?([a-z]+) \| `([^`]*)` \|.*")
_COMMAND: Final = re.compile(
    r"::(error|warning|notice) (?:file=[^,:]+,line=\d+,endLine=\d+(?:,col=\d+,endColumn=\d+)?,)?title=([^,:]*)::(.*)"
)
_STEERING: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
_VOID: Final = frozenset({"br", "input", "link", "meta"})


@dataclass(frozen=True)
class Told:
    """What a report tells: ``(word, address)`` of changes and of drift, and the guards that refuse."""

    rows: frozenset[tuple[str, str]] = frozenset()
    refused: frozenset[str] = frozenset()


def read(output: str, text: str) -> Told:
    """Read a report of a plan or of drift."""
    match output:
        case "text":
            return _text(text)
        case "json":
            return _json(json.loads(text))
        case "markdown":
            return _markdown(text)
        case "html":
            return _html(text)
        case "github":
            return _github(text)
        case "junit":
            return _junit(text)
        case _:
            raise AssertionError(f"nobody has thought of how --output {output} is read")


def well_formed(output: str, text: str) -> None:
    """Fail for a report of diagnostics that is not of its format."""
    match output:
        case "sarif":
            Draft202012Validator(LOG).validate(json.loads(text))
        case "junit":
            read_junit(text)
        case "json":
            json.loads(text)
        case "github":
            commands(text)
        case "text":
            assert _STEERING.search(text) is None
        case _:
            raise AssertionError(f"nobody has thought of how --output {output} is read")


def commands(text: str) -> list[tuple[str, str, str]]:
    """Return level, title and message of each annotation; nothing else may be there."""
    found = [_COMMAND.fullmatch(line) for line in text.splitlines()]
    assert all(found), text
    return [(each[1], unquote(each[2]), unquote(each[3])) for each in found if each]


def events(text: str) -> list[dict[str, Any]]:
    """Return the events of an apply, one JSON object a line."""
    found = [json.loads(line) for line in text.splitlines()]
    assert found[0]["type"] == "version"
    return found


def _text(text: str) -> Told:
    assert _STEERING.search(text) is None
    refused = [part for part in text.split("\n\n") if part.startswith("Refused:")]
    return Told(_rows(text), frozenset(re.findall(r"^  ([a-z-]+): ", "".join(refused), re.MULTILINE)))


def _rows(text: str) -> frozenset[tuple[str, str]]:
    found = filter(None, map(_ROW.fullmatch, text.splitlines()))
    return frozenset((each[1], each[2].rpartition(" -> ")[2]) for each in found)


def _json(document: dict[str, Any]) -> Told:
    drift = document["resource_drift"]
    assert "pending" not in {each["state"] for each in drift}
    changes = document.get("resource_changes", ())
    return Told(
        frozenset(
            {(each["change"]["actions"][0], each["address"]) for each in changes}
            | {(each["state"], each["address"]) for each in drift}
        ),
        frozenset(each["rule"] for each in document.get("refusals", ())),
    )


def _markdown(text: str) -> Told:
    assert re.match(r"<!-- reconciler:(plan|drift) -->\n\n### ", text)
    assert text.count("<details>") == text.count("</details>")
    found = filter(None, map(_CELLS.fullmatch, text.splitlines()))
    rows = frozenset((each[1], each[2].rpartition(" -> ")[2]) for each in found)
    return Told(rows, frozenset(re.findall(r"^> - \*\*([a-z-]+)\*\*: ", text, re.MULTILINE)))


def _github(text: str) -> Told:
    rows: set[tuple[str, str]] = set()
    refused: set[str] = set()
    for _, title, message in commands(text):
        if drifted := re.fullmatch(r"Drift: (\S+) \((.*)\)", title):
            rows.add((drifted[2], drifted[1]))
        elif title.startswith("Refused: "):
            refused.add(title.removeprefix("Refused: "))
        elif title.startswith("Plan: "):
            rows |= _rows(message)
    return Told(frozenset(rows), frozenset(refused))


def _junit(text: str) -> Told:
    cases = read_junit(text).iter("testcase")
    failures = [(case, failure) for case in cases for failure in case.iter("failure")]
    return Told(frozenset((failure.attrib["type"], case.attrib["name"]) for case, failure in failures))


def _html(text: str) -> Told:
    page = _Page()
    page.feed(text)
    page.close()
    assert text.startswith("<!DOCTYPE html>")
    assert page.path == []
    return Told(frozenset(page.rows()), frozenset(page.refused))


class _Page(HTMLParser):
    """A page whose elements are closed in order: the boxes of it, and what is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.refused: list[str] = []

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield what each box tells."""
        for word, address in zip(self.words, self.addresses, strict=True):
            yield word, address.rpartition(" -> ")[2]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not any(str(given.get(name, "")).startswith(("http", "//")) for name in ("src", "href"))
        if tag not in _VOID:
            self.path.append((tag, given.get("class") or ""))
        if "data-op" in given:
            self.words.append(given["data-op"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.path and self.path[-1] == ("code", "address"):
            self.addresses.append(data)
        if self.path[-1:] == [("strong", "")] and ("div", "refused box") in self.path:
            self.refused.append(data)

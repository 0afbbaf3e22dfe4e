"""What the documents show can be typed: every command, flag and value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.completeness.shell_commands import commands_in, problem_of

REPOSITORY: Final = Path(__file__).parents[2]
DOCUMENTS: Final = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
]

_BLOCK: Final = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_INLINE: Final = re.compile(r"`(reconciler [^`\n]*)`")
_IN_YAML: Final = re.compile(r"(?:run:|^\s*-) +[\"']?(reconciler .*?)[\"']?$", re.MULTILINE)

#: Words that stand for others: ``[OPTIONS]``, ``NAME|OTHER``, ``...``.
_PATTERN: Final = re.compile(r"\[[A-Z]|\.\.\.|…|[A-Z]\||<[a-z]")


def shown(text: str) -> Iterator[list[str]]:
    """Yield the commands of a document: of its blocks of shell and YAML, and within its sentences."""
    for language, block in _BLOCK.findall(text):
        if language in ("yaml", "yml"):
            yield from (words for line in _IN_YAML.findall(block) for words in commands_in(line))
        elif language in ("sh", "bash", "console", "shell", ""):
            lines = [line for line in block.replace("\\\n", " ").splitlines() if not _PATTERN.search(line)]
            typed = [line for line in lines if line.startswith("$ ")] if language == "console" else lines
            yield from (words for line in typed for words in commands_in(line))
    for line in _INLINE.findall(_BLOCK.sub("", text)):
        if not _PATTERN.search(line):
            yield from commands_in(line)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_is_shown_can_be_typed(document: Path) -> None:
    """Our own command line reads it without an objection."""
    wrong = [
        f"{' '.join(words)}: {problem}"
        for words in shown(document.read_text())
        if (problem := problem_of(words, is_whole=False))
    ]
    assert wrong == []


def test_a_slip_would_be_found() -> None:
    """The reader of documents sees commands in blocks, in YAML and in sentences, and what is wrong with them."""
    text = (
        "`reconciler plann`\n```sh\nFOO=1 reconciler plan --no-such-flag > x && reconciler apply\n```\n"
        "```yaml\n- run: reconciler plan --output poem\n```\n```console\n$ reconciler drift\nreconciler is said\n```\n"
    )
    commands = list(shown(text))
    assert [words[0] for words in commands] == ["plan", "apply", "plan", "drift", "plann"]
    assert [problem_of(words) is None for words in commands] == [False, True, False, True, False]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    """Relative links name files of the repository."""
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)", _BLOCK.sub("", document.read_text()))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("name", ["plan.yml", "apply.yml", "drift.yml"])
def test_the_workflows_shown_are_those_of_the_examples(name: str) -> None:
    """Whoever copies from the page and whoever copies the file has the same."""
    blocks = [block for _, block in _BLOCK.findall((REPOSITORY / "docs" / "ci.md").read_text())]
    example = (REPOSITORY / "examples" / "ci" / "github" / name).read_text()
    heading = f"# .github/workflows/{name}\n"
    shown_here = next(block for block in blocks if block.startswith(heading))
    assert shown_here.removeprefix(heading) == example.split("\n", 1)[1]

"""Nothing that the three classes can do is left untold."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tests.completeness import page

HERE = Path(__file__).parent


def attributes_in(file: Path) -> set[str]:
    """Return the names that stand after a dot in a file."""
    nodes = [*ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("class_name", ["Action", "Invocation", "Trigger"])
def test_the_stories_use_every_member_of_the_domain_page(class_name: str) -> None:
    """Methods and properties: each is asked for in some story."""
    members = json.loads(Path(page.__file__).with_name("domain_page.json").read_text(encoding="utf-8"))[class_name]
    told = set[str]().union(*map(attributes_in, (HERE / "stories").glob("*.py")))

    assert sorted(set(members["members"]) - told) == []

"""What a comment ignores, and where it has to stand."""

from __future__ import annotations

import pytest

from reconciler.manifests.lint.comments import ignore_comments
from tests.lint.building import documents, found

RULES = ("unpinned-image", "illegal-ignore", "unused-ignore")
COMMENT = "# reconciler: ignore[unpinned-image] the sandbox follows main"


def sandbox(*, above: str = "", before_uri: str = "", behind_uri: str = "", below: str = "") -> str:
    """Return an action of an unpinned image, with comments around it."""
    return (
        f"{above}apiVersion: reconciler/v1\nkind: Action\nmetadata: {{name: sandbox}}\nspec:\n"
        f"{before_uri}  uri: acme/sandbox{behind_uri}\n{below}  short_description: Plays.\n"
    )


OTHER = sandbox().replace("name: sandbox", "name: other")


@pytest.mark.parametrize(
    "text",
    [
        sandbox(behind_uri=f"  {COMMENT}"),
        sandbox(before_uri=f"  {COMMENT}\n"),
        sandbox(before_uri=f"{COMMENT}\n  # another comment\n\n"),
        sandbox(above=f"{COMMENT}\n"),
        sandbox(above=f"# a heading\n{COMMENT}\n\n"),
        sandbox(above=f"---\n{COMMENT}\n"),
        sandbox(above=f"--- {COMMENT}\n"),
        sandbox(above=f"{COMMENT}\n---\n"),
        sandbox(above=f"\ufeff{COMMENT}\n"),
        sandbox(behind_uri=f"  {COMMENT}").replace("\n", "\r\n"),
        sandbox(behind_uri="  #reconciler:ignore[ unpinned-image ,illegal-ignore ] the sandbox follows main")[:-1],
    ],
)
def test_a_comment_ignores_what_is_found_where_it_stands(text: str) -> None:
    """On the line, above the line, or above the document's first line."""
    assert [each for each in found(text, rules=RULES) if "unpinned" in each] == []


@pytest.mark.parametrize(
    "text",
    [
        sandbox(below=f"  {COMMENT}\n"),
        sandbox(behind_uri="  # reconciler: ignore[unpinned-image]"),
        sandbox(behind_uri="  # reconciler: ignore[missing-timeout] because"),
        sandbox(below=f"  description: |\n    {COMMENT}\n"),
        documents(sandbox(above=f"{COMMENT}\n", behind_uri=":1"), OTHER),
        documents(OTHER, sandbox(above=f"{COMMENT}\n", behind_uri=":1")),
    ],
)
def test_a_comment_ignores_nothing_elsewhere(text: str) -> None:
    """Another line, another document, another rule, no reason, or no comment at all."""
    assert [each.partition(" ")[2] for each in found(text, rules=RULES) if "unpinned" in each] == ["unpinned-image"]


def test_a_reason_is_required() -> None:
    """Without one the finding stays, and the comment is one more."""
    text = sandbox(behind_uri="  # reconciler: ignore[unpinned-image]")
    assert found(text, rules=RULES) == ["5: unpinned-image", "5: illegal-ignore"]


def test_only_rules_that_are_checked_can_be_unused() -> None:
    """Nobody has to remove a comment because a run left its rule out."""
    text = sandbox(behind_uri=":1  # reconciler: ignore[unpinned-image] because")
    assert found(text, rules=("unused-ignore", "illegal-ignore")) == []
    assert found(text, rules=RULES) == ["5: unused-ignore"]


def test_json_has_no_comments() -> None:
    """What looks like one is part of a text."""
    assert ignore_comments(f'{{"a": "{COMMENT}"}}', file="a.json") == []


def test_the_reason_is_what_follows_the_rules() -> None:
    """Rules and reason, without the white space and dashes around them."""
    [comment] = ignore_comments("a: 1  # reconciler: ignore[b, c] - because of d\n", file="a.yaml")
    assert (comment.rules, comment.reason, str(comment.span)) == (("b", "c"), "because of d", "a.yaml:1:7")

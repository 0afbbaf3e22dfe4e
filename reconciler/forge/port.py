"""What a pipeline needs of the place where pull requests are reviewed; GitHub and GitLab both have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request, or a note on a merge request."""

    id: int
    author: str
    body: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue, told by its number in the repository."""

    number: int
    author: str
    title: str
    body: str
    is_open: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request that holds a commit.

    Attributes:
        head: The last commit of its branch, which its last plan was made for.
        base: The branch it goes to.
        merged_as: The commit that its merge put on top of ``base``; empty where it was not merged.
    """

    number: int
    head: str
    base: str
    merged_as: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan file that a pipeline of a pull request has kept.

    ``place`` is what the forge knows it by, ``run`` the pipeline's page.
    """

    place: str
    made: str
    is_expired: bool = False
    run: str = ""


class Forge(Protocol):
    """A repository on a forge, and a token that may work there.

    Every method raises :class:`reconciler.errors.ForgeError` or one of its leaves. ``ForgeUnavailable`` from a method
    that adds something leaves open whether it was added; the other methods may be called again.
    """

    #: Characters that a comment, and the body of an issue, may have.
    longest_body: int

    def me(self) -> str:
        """Return the name under which this token writes."""
        ...

    def comments(self, pull: int) -> Iterator[Comment]:
        """Go through the comments of a pull request, the oldest first."""
        ...

    def add_comment(self, pull: int, body: str) -> Comment:
        """Write a new comment."""
        ...

    def edit_comment(self, pull: int, comment: int, body: str) -> Comment:
        """Give a comment another text."""
        ...

    def remove_comment(self, pull: int, comment: int) -> None:
        """Remove a comment; one that is gone already is no error."""
        ...

    def issues(self, author: str) -> Iterator[Issue]:
        """Go through all issues of one author, open and closed, the oldest first."""
        ...

    def open_issue(self, title: str, body: str) -> Issue:
        """Open a new issue."""
        ...

    def edit_issue(self, number: int, *, title: str, body: str, is_open: bool) -> Issue:
        """Give an issue another title and text, and open or close it."""
        ...

    def pulls_of(self, commit: str) -> tuple[PullRequest, ...]:
        """Return the merged pull requests that a commit came with."""
        ...

    def merged_pulls(self, branch: str) -> tuple[PullRequest, ...]:
        """Return some dozens of the pull requests that were merged into a branch, the latest first."""
        ...

    def stored_plans(self, pull: PullRequest, name: str) -> tuple[StoredPlan, ...]:
        """Return the plans that pipelines of this repository kept under a name for the head of a pull request."""
        ...

    def fetch(self, stored: StoredPlan) -> bytes:
        """Return the bytes of a plan file."""
        ...

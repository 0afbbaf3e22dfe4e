"""GitHub over its REST API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, TypeAdapter

from reconciler.errors import ForgeError
from reconciler.forge.archive import plan_in
from reconciler.forge.exchange import Exchange
from reconciler.forge.port import Comment, Issue, PullRequest, StoredPlan
from reconciler.forge.verdict import Ask, Terms

#: A comment may have 65,536 characters; some are left for differences in counting.
LONGEST_BODY: Final = 65_000

TERMS: Final = Terms(
    name="GitHub",
    way_to=lambda needs: (
        f"give the job permissions: {{ {needs} }}; a pull request from a fork gets a token that may only read"
    ),
    when_unknown="the step needs GITHUB_TOKEN: ${{ github.token }}; a token of your own may have expired",
    accepted_header="X-Accepted-GitHub-Permissions",
)

_COMMENTS: Final = "pull-requests: write"
_ISSUES: Final = "issues: write"
_PULLS: Final = "pull-requests: read, contents: read"
_ARTIFACTS: Final = "actions: read"

#: A missing text, and an account that is gone, are null.
_Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class _User(BaseModel):
    login: str = ""


class _Comment(BaseModel):
    id: int
    user: _User | None = None
    body: _Text = ""
    html_url: _Text = ""

    def told(self) -> Comment:
        return Comment(self.id, self.user.login if self.user else "", self.body, self.html_url)


class _Issue(BaseModel):
    number: int
    user: _User | None = None
    title: _Text = ""
    body: _Text = ""
    state: str
    html_url: _Text = ""
    pull_request: object = None

    def told(self) -> Issue:
        author = self.user.login if self.user else ""
        return Issue(self.number, author, self.title, self.body, self.state == "open", self.html_url)


class _Repository(BaseModel):
    full_name: _Text = ""


class _Branch(BaseModel):
    ref: str
    sha: str


class _Pull(BaseModel):
    number: int
    merged_at: str | None = None
    merge_commit_sha: _Text = ""
    head: _Branch
    base: _Branch
    html_url: _Text = ""


class _Run(BaseModel):
    id: int
    head_sha: str
    event: str
    head_repository: _Repository | None = None
    html_url: _Text = ""


class _Runs(BaseModel):
    workflow_runs: list[_Run]


class _Artifact(BaseModel):
    id: int
    name: str
    expired: bool = False
    created_at: _Text = ""


class _Artifacts(BaseModel):
    artifacts: list[_Artifact]


class _Viewer(BaseModel):
    viewer: _User


class _Viewed(BaseModel):
    data: _Viewer


_COMMENT: Final = TypeAdapter(_Comment)
_COMMENT_LIST: Final = TypeAdapter(list[_Comment])
_ISSUE: Final = TypeAdapter(_Issue)
_ISSUE_LIST: Final = TypeAdapter(list[_Issue])
_PULL_LIST: Final = TypeAdapter(list[_Pull])
_RUNS: Final = TypeAdapter(_Runs)
_ARTIFACT_LIST: Final = TypeAdapter(_Artifacts)
_VIEWED: Final = TypeAdapter(_Viewed)


@dataclass(slots=True)
class GitHub:
    """One repository on github.com or on a server of one's own."""

    exchange: Exchange
    repository: str
    longest_body: int = LONGEST_BODY
    _me: str = field(default="", init=False)

    def me(self) -> str:
        if not self._me:
            # GET /user refuses the token of a workflow; the viewer of a query is told to everybody.
            query = {"query": "query { viewer { login } }"}
            ask = Ask("POST", self._graphql(), doing="ask who the token is", needs=_COMMENTS, body=query)
            self._me = self.exchange.read(ask, _VIEWED).data.viewer.login
        return self._me

    def comments(self, pull: int) -> Iterator[Comment]:
        path = self._path(f"issues/{pull}/comments?per_page=100")
        ask = Ask("GET", path, doing=f"list the comments of #{pull}", needs=_COMMENTS)
        return (each.told() for each in self.exchange.pages(ask, _COMMENT_LIST))

    def add_comment(self, pull: int, body: str) -> Comment:
        path = self._path(f"issues/{pull}/comments")
        doing = f"comment on #{pull}"
        ask = Ask("POST", path, doing=doing, needs=_COMMENTS, body={"body": body}, is_repeatable=False)
        return self.exchange.read(ask, _COMMENT).told()

    def edit_comment(self, pull: int, comment: int, body: str) -> Comment:
        path = self._path(f"issues/comments/{comment}")
        ask = Ask("PATCH", path, doing=f"update the comment on #{pull}", needs=_COMMENTS, body={"body": body})
        return self.exchange.read(ask, _COMMENT).told()

    def remove_comment(self, pull: int, comment: int) -> None:
        path = self._path(f"issues/comments/{comment}")
        try:
            self.exchange.send(Ask("DELETE", path, doing=f"remove a second comment from #{pull}", needs=_COMMENTS))
        except ForgeError as error:
            if error.status != 404:
                raise

    def issues(self, author: str) -> Iterator[Issue]:
        chosen = f"state=all&creator={quote(author, safe='')}&sort=created&direction=asc&per_page=100"
        ask = Ask("GET", self._path(f"issues?{chosen}"), doing="list issues", needs=_ISSUES)
        found = self.exchange.pages(ask, _ISSUE_LIST)
        return (each.told() for each in found if each.pull_request is None)

    def open_issue(self, title: str, body: str) -> Issue:
        content = {"title": title, "body": body}
        ask = Ask("POST", self._path("issues"), doing="open an issue", needs=_ISSUES, body=content, is_repeatable=False)
        return self.exchange.read(ask, _ISSUE).told()

    def edit_issue(self, number: int, *, title: str, body: str, is_open: bool) -> Issue:
        content = {"title": title, "body": body, "state": "open" if is_open else "closed"}
        ask = Ask("PATCH", self._path(f"issues/{number}"), doing=f"update issue #{number}", needs=_ISSUES, body=content)
        return self.exchange.read(ask, _ISSUE).told()

    def pulls_of(self, commit: str) -> tuple[PullRequest, ...]:
        path = self._path(f"commits/{commit}/pulls?per_page=100")
        ask = Ask("GET", path, doing=f"find the pull request of commit {commit[:12]}", needs=_PULLS)
        return _merged(self.exchange.pages(ask, _PULL_LIST))

    def merged_pulls(self, branch: str) -> tuple[PullRequest, ...]:
        chosen = f"state=closed&base={quote(branch, safe='')}&sort=updated&direction=desc&per_page=50"
        ask = Ask("GET", self._path(f"pulls?{chosen}"), doing="list merged pull requests", needs=_PULLS)
        found = self.exchange.read(ask, _PULL_LIST)
        return _merged(found)

    def stored_plans(self, pull: PullRequest, name: str) -> tuple[StoredPlan, ...]:
        return tuple(
            StoredPlan(str(each.id), each.created_at, each.expired, run.html_url)
            for run in self._runs_of(pull)
            for each in self._artifacts(run, name)
        )

    def fetch(self, stored: StoredPlan) -> bytes:
        path = self._path(f"actions/artifacts/{stored.place}/zip")
        ask = Ask("GET", path, doing="download the reviewed plan", needs=_ARTIFACTS, may_lead_elsewhere=True)
        return plan_in(self.exchange.download(ask))

    def _runs_of(self, pull: PullRequest) -> list[_Run]:
        """Return runs that had the head of the pull request as this repository's own: a fork's may say anything."""
        path = self._path(f"actions/runs?head_sha={quote(pull.head, safe='')}&event=pull_request&per_page=100")
        ask = Ask("GET", path, doing=f"find the runs of #{pull.number}", needs=_ARTIFACTS)
        return [
            run
            for run in self.exchange.read(ask, _RUNS).workflow_runs
            if run.event == "pull_request"
            and run.head_sha == pull.head
            and run.head_repository is not None
            and run.head_repository.full_name.lower() == self.repository.lower()
        ]

    def _artifacts(self, run: _Run, name: str) -> list[_Artifact]:
        path = self._path(f"actions/runs/{run.id}/artifacts?name={quote(name, safe='')}&per_page=100")
        ask = Ask("GET", path, doing=f"list what run {run.id} kept", needs=_ARTIFACTS)
        return [each for each in self.exchange.read(ask, _ARTIFACT_LIST).artifacts if each.name == name]

    def _path(self, rest: str) -> str:
        return f"repos/{self.repository}/{rest}"

    def _graphql(self) -> str:
        """Return where queries go: beside the REST API, which a server of one's own has under ``/api/v3``."""
        endpoint = self.exchange.target.endpoint
        return f"{endpoint.removesuffix('/v3')}/graphql"


def _merged(pulls: Iterable[_Pull]) -> tuple[PullRequest, ...]:
    return tuple(
        PullRequest(each.number, each.head.sha, each.base.ref, each.merge_commit_sha, each.html_url)
        for each in pulls
        if each.merged_at
    )

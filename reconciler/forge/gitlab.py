"""GitLab over its REST API: a pull request is a merge request there, a comment a note."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, TypeAdapter

from reconciler.errors import ForgeError
from reconciler.forge.exchange import Exchange
from reconciler.forge.port import Comment, Issue, PullRequest, StoredPlan
from reconciler.forge.verdict import Ask, Terms

#: A note may have 1,000,000 characters.
LONGEST_BODY: Final = 900_000

#: The file that the job of a plan keeps.
PLAN_FILE: Final = "plan.json"

TERMS: Final = Terms(
    name="GitLab",
    way_to=lambda needs: f"the project access token in GITLAB_TOKEN needs {needs}",
    when_unknown="the project access token in GITLAB_TOKEN may have expired: make one with the scope api",
)

_NOTES: Final = "the scope api and the role Reporter"
_PLANS: Final = "the scope api and the role Developer"

_Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class _User(BaseModel):
    username: str = ""


class _Note(BaseModel):
    id: int
    author: _User
    body: _Text = ""
    system: bool = False


class _Issue(BaseModel):
    iid: int
    author: _User
    title: _Text = ""
    description: _Text = ""
    state: str
    web_url: _Text = ""

    def told(self) -> Issue:
        return Issue(self.iid, self.author.username, self.title, self.description, self.state == "opened", self.web_url)


class _MergeRequest(BaseModel):
    iid: int
    state: str
    sha: _Text = ""
    target_branch: str
    merge_commit_sha: _Text = ""
    squash_commit_sha: _Text = ""
    source_project_id: int | None = None
    target_project_id: int | None = None
    web_url: _Text = ""


class _Pipeline(BaseModel):
    id: int
    sha: str
    project_id: int | None = None


class _Artifact(BaseModel):
    file_type: str = ""


class _Job(BaseModel):
    id: int
    name: str
    status: str
    created_at: _Text = ""
    finished_at: _Text = ""
    web_url: _Text = ""
    artifacts: list[_Artifact] = []


_USER: Final = TypeAdapter(_User)
_NOTE: Final = TypeAdapter(_Note)
_NOTE_LIST: Final = TypeAdapter(list[_Note])
_ISSUE: Final = TypeAdapter(_Issue)
_ISSUE_LIST: Final = TypeAdapter(list[_Issue])
_REQUEST_LIST: Final = TypeAdapter(list[_MergeRequest])
_PIPELINE_LIST: Final = TypeAdapter(list[_Pipeline])
_JOB_LIST: Final = TypeAdapter(list[_Job])


@dataclass(slots=True)
class GitLab:
    """One project on gitlab.com or on a server of one's own; ``project`` is its number or its path."""

    exchange: Exchange
    project: str
    longest_body: int = LONGEST_BODY
    _me: str = field(default="", init=False)

    def me(self) -> str:
        if not self._me:
            ask = Ask("GET", "user", doing="ask who the token is", needs=_NOTES)
            self._me = self.exchange.read(ask, _USER).username
        return self._me

    def comments(self, pull: int) -> Iterator[Comment]:
        path = self._path(f"merge_requests/{pull}/notes?sort=asc&order_by=created_at&per_page=100")
        ask = Ask("GET", path, doing=f"list the notes of !{pull}", needs=_NOTES)
        return (_comment(each) for each in self.exchange.pages(ask, _NOTE_LIST) if not each.system)

    def add_comment(self, pull: int, body: str) -> Comment:
        path = self._path(f"merge_requests/{pull}/notes")
        doing = f"write a note on !{pull}"
        ask = Ask("POST", path, doing=doing, needs=_NOTES, body={"body": body}, is_repeatable=False)
        return _comment(self.exchange.read(ask, _NOTE))

    def edit_comment(self, pull: int, comment: int, body: str) -> Comment:
        path = self._path(f"merge_requests/{pull}/notes/{comment}")
        ask = Ask("PUT", path, doing=f"update the note on !{pull}", needs=_NOTES, body={"body": body})
        return _comment(self.exchange.read(ask, _NOTE))

    def remove_comment(self, pull: int, comment: int) -> None:
        path = self._path(f"merge_requests/{pull}/notes/{comment}")
        try:
            self.exchange.send(Ask("DELETE", path, doing=f"remove a second note from !{pull}", needs=_NOTES))
        except ForgeError as error:
            if error.status != 404:
                raise

    def issues(self, author: str) -> Iterator[Issue]:
        chosen = f"scope=all&author_username={quote(author, safe='')}&order_by=created_at&sort=asc&per_page=100"
        ask = Ask("GET", self._path(f"issues?{chosen}"), doing="list issues", needs=_NOTES)
        return (each.told() for each in self.exchange.pages(ask, _ISSUE_LIST))

    def open_issue(self, title: str, body: str) -> Issue:
        content = {"title": title, "description": body}
        ask = Ask("POST", self._path("issues"), doing="open an issue", needs=_NOTES, body=content, is_repeatable=False)
        return self.exchange.read(ask, _ISSUE).told()

    def edit_issue(self, number: int, *, title: str, body: str, is_open: bool) -> Issue:
        content = {"title": title, "description": body, "state_event": "reopen" if is_open else "close"}
        ask = Ask("PUT", self._path(f"issues/{number}"), doing=f"update issue #{number}", needs=_NOTES, body=content)
        return self.exchange.read(ask, _ISSUE).told()

    def pulls_of(self, commit: str) -> tuple[PullRequest, ...]:
        path = self._path(f"repository/commits/{commit}/merge_requests?per_page=100")
        ask = Ask("GET", path, doing=f"find the merge request of commit {commit[:12]}", needs=_PLANS)
        return _merged(self.exchange.pages(ask, _REQUEST_LIST))

    def merged_pulls(self, branch: str) -> tuple[PullRequest, ...]:
        chosen = f"state=merged&target_branch={quote(branch, safe='')}&order_by=updated_at&sort=desc&per_page=50"
        ask = Ask("GET", self._path(f"merge_requests?{chosen}"), doing="list merged merge requests", needs=_PLANS)
        found = self.exchange.read(ask, _REQUEST_LIST)
        return _merged(found)

    def stored_plans(self, pull: PullRequest, name: str) -> tuple[StoredPlan, ...]:
        path = self._path(f"merge_requests/{pull.number}/pipelines?per_page=100")
        ask = Ask("GET", path, doing=f"find the pipelines of !{pull.number}", needs=_PLANS)
        # A pipeline of merged results has a commit of its own, made of both branches: the request's last one counts.
        pipelines = list(self.exchange.pages(ask, _PIPELINE_LIST))
        of_head = [each for each in pipelines if each.sha == pull.head] or pipelines[:1]
        return tuple(
            StoredPlan(str(job.id), job.finished_at or job.created_at, not _kept(job), job.web_url)
            for pipeline in of_head
            for job in self._jobs(pipeline)
            if job.name == name and job.status == "success"
        )

    def fetch(self, stored: StoredPlan) -> bytes:
        path = self._path(f"jobs/{stored.place}/artifacts/{PLAN_FILE}")
        ask = Ask("GET", path, doing="download the reviewed plan", needs=_PLANS, may_lead_elsewhere=True)
        return self.exchange.download(ask)

    def _jobs(self, pipeline: _Pipeline) -> Iterator[_Job]:
        path = self._path(f"pipelines/{pipeline.id}/jobs?per_page=100")
        return self.exchange.pages(
            Ask("GET", path, doing=f"list the jobs of pipeline {pipeline.id}", needs=_PLANS), _JOB_LIST
        )

    def _path(self, rest: str) -> str:
        return f"projects/{quote(self.project, safe='')}/{rest}"


def _merged(requests: Iterable[_MergeRequest]) -> tuple[PullRequest, ...]:
    """Return what was merged from the project itself: nobody here has reviewed the plan of a fork's pipeline."""
    return tuple(
        PullRequest(each.iid, each.sha, each.target_branch, _merged_as(each), each.web_url)
        for each in requests
        if each.state == "merged" and each.source_project_id == each.target_project_id
    )


def _comment(note: _Note) -> Comment:
    return Comment(note.id, note.author.username, note.body)


def _kept(job: _Job) -> bool:
    return any(each.file_type == "archive" for each in job.artifacts)


def _merged_as(request: _MergeRequest) -> str:
    """Return the last commit that the merge put on the branch: of a fast-forward it is the request's own."""
    return request.merge_commit_sha or request.squash_commit_sha or request.sha

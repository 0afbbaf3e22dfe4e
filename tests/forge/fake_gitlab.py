"""The endpoints of GitLab that a pipeline uses."""

from __future__ import annotations

from typing import Any

from tests.forge.fake import BOT, TOKEN, Answer, Asked, FakeForge, Route

_HERE = "/api/v4/projects/12"


class FakeGitLab(FakeForge):
    """One project on GitLab."""

    def __init__(self) -> None:
        super().__init__()
        self.pulls: list[dict[str, Any]] = []
        self.pipelines: list[dict[str, Any]] = []
        self.jobs: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        #: The commits that a merge request came with, by its number; without an entry, any.
        self.holds: dict[int, tuple[str, ...]] = {}

    def environ(self, **more: str) -> dict[str, str]:
        """Return the variables of a job."""
        return {
            "GITLAB_CI": "true",
            "CI_PROJECT_ID": "12",
            "CI_API_V4_URL": f"{self.url}/api/v4",
            "GITLAB_TOKEN": TOKEN,
            "CI_MERGE_REQUEST_IID": "7",
            "CI_PIPELINE_URL": "https://gitlab.test/pipelines/42",
            **more,
        }

    def note(self, body: str, *, author: str = BOT) -> dict[str, Any]:
        """Return a note as GitLab keeps it."""
        return {"id": self.next_number(), "body": body, "author": {"username": author}, "system": False}

    def issue(self, title: str, body: str, *, author: str = BOT, is_open: bool = True) -> dict[str, Any]:
        """Return an issue as GitLab keeps it."""
        return {
            "iid": self.next_number(),
            "title": title,
            "description": body,
            "author": {"username": author},
            "state": "opened" if is_open else "closed",
            "web_url": "https://gitlab.test/octo/robots/-/issues/1",
        }

    def merged(self, number: int, *, head: str, merged_as: str, base: str = "main", is_merged: bool = True) -> None:
        """Add a merge request."""
        self.pulls.append(
            {
                "iid": number,
                "state": "merged" if is_merged else "opened",
                "sha": head,
                "merge_commit_sha": merged_as,
                "squash_commit_sha": None,
                "target_branch": base,
                "source_project_id": 12,
                "target_project_id": 12,
                "web_url": "",
            }
        )

    def planned(
        self,
        *,
        head: str,
        content: bytes = b"{}",
        made: str = "2026-11-01T00:00:00Z",
        name: str = "reconciler-plan",
        expired: bool = False,
    ) -> None:
        """Add a pipeline whose job kept a plan."""
        pipeline, job = self.next_number(), self.next_number()
        self.pipelines.append({"id": pipeline, "sha": head, "project_id": 12})
        kept = [{"file_type": "trace"}, *([] if expired else [{"file_type": "archive"}])]
        self.jobs.append(
            {
                "id": job,
                "name": name,
                "status": "success",
                "created_at": made,
                "finished_at": made,
                "web_url": "",
                "artifacts": kept,
                "pipeline": {"id": pipeline},
            }
        )
        self.files[str(job)] = content

    def routes(self) -> list[Route]:
        return [
            ("GET", "/api/v4/user", lambda _asked: Answer(200, {"username": BOT})),
            ("GET", rf"{_HERE}/merge_requests/\d+/notes", lambda asked: self.page(asked, self.comments)),
            ("POST", rf"{_HERE}/merge_requests/\d+/notes", self._note),
            ("PUT", rf"{_HERE}/merge_requests/\d+/notes/(\d+)", self._edit_note),
            ("DELETE", rf"{_HERE}/merge_requests/\d+/notes/(\d+)", self._remove_note),
            ("GET", rf"{_HERE}/issues", self._issues),
            ("POST", rf"{_HERE}/issues", self._open_issue),
            ("PUT", rf"{_HERE}/issues/(\d+)", self._edit_issue),
            (
                "GET",
                rf"{_HERE}/repository/commits/(\w+)/merge_requests",
                self._pulls,
            ),
            ("GET", rf"{_HERE}/merge_requests", lambda _asked: Answer(200, self.pulls)),
            ("GET", rf"{_HERE}/merge_requests/(\d+)/pipelines", self._pipelines),
            ("GET", rf"{_HERE}/pipelines/(\d+)/jobs", self._jobs),
            ("GET", rf"{_HERE}/jobs/(\d+)/artifacts/plan.json", lambda _asked, job: Answer(200, self.files[job])),
        ]

    def _note(self, asked: Asked) -> Answer:
        return self.add(self.comments, lambda: self.note(asked.json["body"]))

    def _edit_note(self, asked: Asked, number: str) -> Answer:
        for note in self.comments:
            if str(note["id"]) == number:
                note["body"] = asked.json["body"]
                return Answer(200, note)
        return Answer(404, {"message": "404 Not found"})

    def _remove_note(self, _asked: Asked, number: str) -> Answer:
        kept = [each for each in self.comments if str(each["id"]) != number]
        found, self.comments = len(kept) < len(self.comments), kept
        return Answer(204) if found else Answer(404, {"message": "404 Not found"})

    def _issues(self, asked: Asked) -> Answer:
        wanted = asked.query["author_username"]
        return self.page(asked, [each for each in self.issues if each["author"]["username"] == wanted])

    def _open_issue(self, asked: Asked) -> Answer:
        return self.add(self.issues, lambda: self.issue(asked.json["title"], asked.json["description"]))

    def _edit_issue(self, asked: Asked, number: str) -> Answer:
        issue = next(each for each in self.issues if str(each["iid"]) == number)
        issue["title"], issue["description"] = asked.json["title"], asked.json["description"]
        issue["state"] = "opened" if asked.json["state_event"] == "reopen" else "closed"
        return Answer(200, issue)

    def _pulls(self, asked: Asked, commit: str) -> Answer:
        return self.page(asked, [each for each in self.pulls if commit in self.holds.get(each["iid"], (commit,))])

    def _pipelines(self, asked: Asked, number: str) -> Answer:
        head = next(each["sha"] for each in self.pulls if str(each["iid"]) == number)
        return self.page(asked, [each for each in self.pipelines if each["sha"] == head])

    def _jobs(self, asked: Asked, pipeline: str) -> Answer:
        return self.page(asked, [each for each in self.jobs if str(each["pipeline"]["id"]) == pipeline])

"""The endpoints of GitHub that a pipeline uses."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tests.forge.fake import BOT, TOKEN, Answer, Asked, FakeForge, Route

REPOSITORY = "octo/robots"
_HERE = f"/repos/{REPOSITORY}"


def zipped(files: dict[str, bytes]) -> bytes:
    """Return an archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


class FakeGitHub(FakeForge):
    """One repository on GitHub."""

    def __init__(self) -> None:
        super().__init__()
        self.pulls: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []
        self.artifacts: list[dict[str, Any]] = []
        self.archives: dict[str, bytes] = {}
        #: The commits that a pull request came with, by its number; without an entry, any.
        self.holds: dict[int, tuple[str, ...]] = {}

    def environ(self, **more: str) -> dict[str, str]:
        """Return the variables of a job."""
        return {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_API_URL": self.url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_RUN_ID": "42",
            **more,
        }

    def note(self, body: str, *, author: str = BOT) -> dict[str, Any]:
        """Return a comment as GitHub keeps it."""
        return {
            "id": self.next_number(),
            "body": body,
            "user": {"login": author},
            "html_url": f"https://github.test/{REPOSITORY}/pull/7#issuecomment",
            "node_id": "x",
        }

    def issue(self, title: str, body: str, *, author: str = BOT, is_open: bool = True) -> dict[str, Any]:
        """Return an issue as GitHub keeps it."""
        number = self.next_number()
        return {
            "number": number,
            "title": title,
            "body": body,
            "user": {"login": author},
            "state": "open" if is_open else "closed",
            "html_url": f"https://github.test/{REPOSITORY}/issues/{number}",
        }

    def merged(self, number: int, *, head: str, merged_as: str, base: str = "main", is_merged: bool = True) -> None:
        """Add a pull request."""
        self.pulls.append(
            {
                "number": number,
                "merged_at": "2026-11-01T00:00:00Z" if is_merged else None,
                "merge_commit_sha": merged_as,
                "head": {"ref": "branch", "sha": head},
                "base": {"ref": base, "sha": "0" * 40},
                "html_url": "",
            }
        )

    def planned(
        self,
        *,
        head: str,
        content: bytes = b"{}",
        archive: bytes | None = None,
        made: str = "2026-11-01T00:00:00Z",
        name: str = "reconciler-plan",
        expired: bool = False,
        by: str = REPOSITORY,
        event: str = "pull_request",
    ) -> None:
        """Add a run that kept a plan."""
        run, artifact = self.next_number(), self.next_number()
        self.runs.append(
            {"id": run, "head_sha": head, "event": event, "head_repository": {"full_name": by}, "html_url": ""}
        )
        self.artifacts.append(
            {"id": artifact, "name": name, "expired": expired, "created_at": made, "workflow_run": {"id": run}}
        )
        self.archives[str(artifact)] = zipped({"plan.json": content}) if archive is None else archive

    def routes(self) -> list[Route]:
        return [
            ("POST", "/graphql", self._graphql),
            ("GET", rf"{_HERE}/issues/\d+/comments", lambda asked: self.page(asked, self.comments)),
            ("POST", rf"{_HERE}/issues/\d+/comments", self._comment),
            ("PATCH", rf"{_HERE}/issues/comments/(\d+)", self._edit_comment),
            ("DELETE", rf"{_HERE}/issues/comments/(\d+)", self._remove_comment),
            ("GET", rf"{_HERE}/issues", self._issues),
            ("POST", rf"{_HERE}/issues", self._open_issue),
            ("PATCH", rf"{_HERE}/issues/(\d+)", self._edit_issue),
            ("GET", rf"{_HERE}/commits/(\w+)/pulls", self._pulls),
            ("GET", rf"{_HERE}/pulls", lambda _asked: Answer(200, self.pulls)),
            ("GET", rf"{_HERE}/actions/runs", lambda _asked: Answer(200, {"workflow_runs": self.runs})),
            ("GET", rf"{_HERE}/actions/runs/(\d+)/artifacts", self._artifacts),
            ("GET", rf"{_HERE}/actions/artifacts/(\d+)/zip", self._zip),
            ("GET", r"/elsewhere/(\d+)", lambda _asked, number: Answer(200, self.archives[number])),
        ]

    def _graphql(self, asked: Asked) -> Answer:
        assert asked.json == {"query": "query { viewer { login } }"}
        return Answer(200, {"data": {"viewer": {"login": BOT}}})

    def _comment(self, asked: Asked) -> Answer:
        return self.add(self.comments, lambda: self.note(asked.json["body"]))

    def _edit_comment(self, asked: Asked, number: str) -> Answer:
        for comment in self.comments:
            if str(comment["id"]) == number:
                comment["body"] = asked.json["body"]
                return Answer(200, comment)
        return Answer(404, {"message": "Not Found"})

    def _remove_comment(self, _asked: Asked, number: str) -> Answer:
        kept = [each for each in self.comments if str(each["id"]) != number]
        found, self.comments = len(kept) < len(self.comments), kept
        return Answer(204) if found else Answer(404, {"message": "Not Found"})

    def _issues(self, asked: Asked) -> Answer:
        assert asked.query["state"] == "all"
        return self.page(asked, [each for each in self.issues if each["user"]["login"] == asked.query["creator"]])

    def _open_issue(self, asked: Asked) -> Answer:
        return self.add(self.issues, lambda: self.issue(asked.json["title"], asked.json["body"]))

    def _edit_issue(self, asked: Asked, number: str) -> Answer:
        issue = next(each for each in self.issues if str(each["number"]) == number)
        issue.update(asked.json)
        return Answer(200, issue)

    def _pulls(self, asked: Asked, commit: str) -> Answer:
        return self.page(asked, [each for each in self.pulls if commit in self.holds.get(each["number"], (commit,))])

    def _artifacts(self, asked: Asked, run: str) -> Answer:
        named = [each for each in self.artifacts if each["name"] == asked.query["name"]]
        return Answer(200, {"artifacts": [each for each in named if str(each["workflow_run"]["id"]) == run]})

    def _zip(self, _asked: Asked, number: str) -> Answer:
        return Answer(302, b"", {"Location": f"{self.url}/elsewhere/{number}"})

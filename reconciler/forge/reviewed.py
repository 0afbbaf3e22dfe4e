"""The plan that was reviewed with the pull request a commit came with: found, and read.

A merge, a squash and a rebase give three different commits, and none of them is the one the plan was made for. The
forge knows which pull request a commit came with, and that knows its last commit, under which the plan is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reconciler.errors import ForgeError, GuardRefused
from reconciler.forge.port import Forge, PullRequest

#: Pull requests merged before that are looked at.
MOST_OTHERS: Final = 20


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """A plan file as it was kept, and the pull request it was reviewed with."""

    pull: PullRequest
    content: bytes


def reviewed_plan(forge: Forge, *, commit: str, branch: str, name: str) -> ReviewedPlan:
    """Return the newest plan of the pull request that a commit on ``branch`` came with.

    Raises:
        GuardRefused: There is none: nobody has reviewed what is to be applied.
        ForgeError: The forge cannot be asked.
    """
    pull = _pull_of(forge, commit=commit, branch=branch)
    found = _newest(forge, pull, name=name)
    if found is not None:
        return found
    raise GuardRefused(
        f'there is no plan "{name}" of pull request {pull.number} at {pull.head[:12]}, or it has expired',
        hint=f"run the plan of pull request {pull.number} again, review it, then run this job again",
    )


def plans_reviewed_before(forge: Forge, pull: PullRequest, *, name: str) -> Iterator[ReviewedPlan]:
    """Go through the plans of other pull requests that were merged into the same branch lately, the latest first.

    A job can find more than its own pull request to apply: several are merged at once by a merge queue, and of jobs
    that wait for each other GitHub keeps the last.
    """
    others = [each for each in forge.merged_pulls(pull.base) if each.number != pull.number]
    for other in others[:MOST_OTHERS]:
        found = _newest(forge, other, name=name)
        if found is not None:
            yield found


def _newest(forge: Forge, pull: PullRequest, *, name: str) -> ReviewedPlan | None:
    stored = [each for each in forge.stored_plans(pull, name) if not each.is_expired]
    if not stored:
        return None
    try:
        return ReviewedPlan(pull, forge.fetch(max(stored, key=lambda each: each.made)))
    except ForgeError as error:
        # Artifacts expire also between a listing and a download.
        if error.status not in (404, 410):
            raise
    return None


def _pull_of(forge: Forge, *, commit: str, branch: str) -> PullRequest:
    """Return the one pull request that put this commit on the branch."""
    pulls = [each for each in forge.pulls_of(commit) if not branch or each.base == branch]
    exact = [each for each in pulls if each.merged_as == commit]
    chosen = exact or pulls
    if len(chosen) == 1:
        return chosen[0]
    short = commit[:12]
    if not chosen:
        raise GuardRefused(
            f"no merged pull request put commit {short} on {branch or 'a branch'}: nobody has reviewed a plan for it",
            hint="merge changes through pull requests; what was pushed past them is applied by hand: reconciler apply",
        )
    numbers = ", ".join(str(each.number) for each in chosen)
    raise GuardRefused(
        f"commit {short} came with several pull requests ({numbers}), none of which has a plan for all of it",
        hint="apply by hand: reconciler plan --out plan.json, review it, reconciler apply plan.json",
    )

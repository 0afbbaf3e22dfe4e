"""The plan that was reviewed with the pull request a commit came with: found, and read.

A merge, a squash and a rebase give three different commits, and none of them is the one the plan was made for. The
forge knows which pull request a commit came with, and that knows its last commit, under which the plan is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.errors import ForgeError, GuardRefused
from reconciler.forge.port import Forge, PullRequest, StoredPlan


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
    found = sorted(forge.stored_plans(pull, name), key=lambda each: each.made)
    kept = [each for each in found if not each.is_expired]
    if not kept:
        raise GuardRefused(
            f'there is no plan "{name}" of pull request {pull.number} at {pull.head[:12]}'
            + (": it has expired" if found else ""),
            hint=f"run the plan of pull request {pull.number} again, review it, then run this job again",
        )
    return ReviewedPlan(pull, _fetched(forge, kept[-1], pull=pull))


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


def _fetched(forge: Forge, stored: StoredPlan, *, pull: PullRequest) -> bytes:
    try:
        return forge.fetch(stored)
    except ForgeError as error:
        if error.status not in (404, 410):
            raise
    raise GuardRefused(
        f"the plan of pull request {pull.number} is gone",
        hint=f"run the plan of pull request {pull.number} again, review it, then run this job again",
    )

"""Which plan was reviewed for a commit."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from reconciler.errors import ForgeError, GuardRefused
from reconciler.forge.opening import opened
from reconciler.forge.port import Forge
from reconciler.forge.reviewed import plans_reviewed_before, reviewed_plan
from reconciler.forge.surroundings import surroundings_of
from tests.forge.conftest import Fake
from tests.forge.fake import Answer
from tests.forge.fake_github import FakeGitHub, zipped

HEAD, MERGED = "a" * 40, "b" * 40
PLAN = b'{"a": "plan"}'


def found(forge: Forge) -> bytes:
    """Return the plan that was reviewed."""
    return reviewed_plan(forge, commit=MERGED, branch="main", name="reconciler-plan").content


def test_the_plan_of_the_head_is_found_for_the_merged_commit(forge: Forge, fake: Fake) -> None:
    """A merge, a squash and a rebase alike: the commit on the branch is none that the plan was made for."""
    fake.merged(7, head=HEAD, merged_as=MERGED)
    fake.planned(head=HEAD, content=PLAN)
    assert found(forge) == PLAN


def test_the_newest_plan_counts(forge: Forge, fake: Fake) -> None:
    """A plan that was run again replaces the one before it."""
    fake.merged(7, head=HEAD, merged_as=MERGED)
    for day, content in (("02", b"second"), ("03", PLAN), ("01", b"first")):
        fake.planned(head=HEAD, content=content, made=f"2026-11-{day}T00:00:00Z")
    assert found(forge) == PLAN


def test_a_commit_that_came_through_several_branches_belongs_to_the_one_it_was_merged_as(
    forge: Forge, fake: Fake
) -> None:
    """A pull request into another branch holds the commit, too, and so does one that is still open."""
    fake.merged(5, head="c" * 40, merged_as="d" * 40, base="develop")
    fake.merged(6, head="c" * 40, merged_as="d" * 40)
    fake.merged(8, head="c" * 40, merged_as=MERGED, is_merged=False)
    fake.merged(7, head=HEAD, merged_as=MERGED)
    fake.planned(head=HEAD, content=PLAN)
    assert found(forge) == PLAN


def test_a_commit_without_a_pull_request_is_refused(forge: Forge) -> None:
    """What was pushed past review is not applied."""
    with pytest.raises(GuardRefused, match="no merged pull request"):
        found(forge)


def test_a_commit_of_several_pull_requests_is_refused(forge: Forge, fake: Fake) -> None:
    """Nobody has reviewed a plan for both."""
    fake.merged(7, head=HEAD, merged_as="d" * 40)
    fake.merged(8, head=HEAD, merged_as="e" * 40)
    with pytest.raises(GuardRefused, match="7, 8"):
        found(forge)


@pytest.mark.parametrize("head", ["", "c" * 40], ids=["none", "of another commit"])
def test_a_pull_request_without_a_plan_is_refused(forge: Forge, fake: Fake, head: str) -> None:
    """A plan of an earlier commit was reviewed for something else."""
    fake.merged(7, head=HEAD, merged_as=MERGED)
    if head:
        fake.planned(head=head, content=PLAN)
    with pytest.raises(GuardRefused, match=r'there is no plan "reconciler-plan" of pull request 7') as refused:
        found(forge)
    assert "again" in refused.value.hint


def test_a_plan_that_has_expired_is_refused(forge: Forge, fake: Fake) -> None:
    """Forges keep artifacts for some weeks."""
    fake.merged(7, head=HEAD, merged_as=MERGED)
    fake.planned(head=HEAD, content=PLAN, expired=True)
    with pytest.raises(GuardRefused, match="expired"):
        found(forge)


def test_another_name_is_another_environment(forge: Forge, fake: Fake) -> None:
    """The plan for production is not the one for staging."""
    fake.merged(7, head=HEAD, merged_as=MERGED)
    fake.planned(head=HEAD, name="reconciler-plan-staging", content=PLAN)
    with pytest.raises(GuardRefused):
        found(forge)


def test_a_fork_cannot_hand_in_a_plan(github: FakeGitHub, stack: ExitStack) -> None:
    """Runs of a fork, and runs for other events, may keep whatever they like under our name."""
    forge = stack.enter_context(opened(surroundings_of(github.environ())))
    github.merged(7, head=HEAD, merged_as=MERGED)
    github.planned(head=HEAD, content=b"forged", by="mallory/robots")
    github.planned(head=HEAD, content=b"forged", event="push")
    with pytest.raises(GuardRefused, match="there is no plan"):
        found(forge)


def test_the_token_is_not_told_to_where_artifacts_are_kept(github: FakeGitHub, stack: ExitStack) -> None:
    """GitHub redirects to a store of somebody else's; the address alone opens it."""
    forge = stack.enter_context(opened(surroundings_of(github.environ())))
    github.merged(7, head=HEAD, merged_as=MERGED)
    github.planned(head=HEAD, content=PLAN)
    assert found(forge) == PLAN
    last = github.asked[-1]
    assert last.path.startswith("/elsewhere/")
    assert "authorization" not in last.headers


@pytest.mark.parametrize(
    "archive",
    [b"no archive", zipped({}), zipped({"plan.json": b"{}", "more.json": b"{}"}), zipped({"plan.exe": b"MZ"})],
    ids=["damaged", "empty", "two files", "no plan"],
)
def test_an_artifact_that_is_no_plan_is_an_error(github: FakeGitHub, stack: ExitStack, archive: bytes) -> None:
    """An archive holds one plan file; anything else is said to be wrong."""
    forge = stack.enter_context(opened(surroundings_of(github.environ())))
    github.merged(7, head=HEAD, merged_as=MERGED)
    github.planned(head=HEAD, archive=archive)
    with pytest.raises(ForgeError, match="reviewed plan"):
        found(forge)


def test_a_plan_that_is_gone_in_between_is_refused(forge: Forge, fake: Fake) -> None:
    """An artifact can expire between the listing and the download."""
    fake.merged(7, head=HEAD, merged_as=MERGED)
    fake.planned(head=HEAD, content=PLAN)
    stored = forge.stored_plans(forge.pulls_of(MERGED)[0], "reconciler-plan")
    assert len(stored) == 1
    before = fake._routed

    def gone(asked: object) -> Answer:
        answer = before(asked)  # type: ignore[arg-type]  # passed on as it came
        is_download = answer.status == 302 or isinstance(answer.content, bytes)
        return Answer(410, {"message": "Artifact has expired"}) if is_download else answer

    fake._routed = gone  # type: ignore[method-assign]  # the fake's own doing, not ours
    with pytest.raises(GuardRefused, match="or it has expired"):
        found(forge)


def test_plans_of_pull_requests_merged_before_are_found(forge: Forge, fake: Fake) -> None:
    """A merge queue puts several on the branch at once; one without a plan is passed over."""
    for number, head in ((7, HEAD), (6, "6" * 40), (5, "5" * 40)):
        fake.merged(number, head=head, merged_as=head)
    fake.planned(head=HEAD, content=b"7")
    fake.planned(head="5" * 40, content=b"5")
    own = forge.pulls_of(HEAD)[0]
    others = [each.content for each in plans_reviewed_before(forge, own, name="reconciler-plan")]
    assert others == [b"5"]

"""What is said, waited for and tried again when a forge does not do what it was asked."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from reconciler.errors import ForgeError, ForgeNotAllowed, ForgeUnavailable
from reconciler.forge.opening import opened
from reconciler.forge.port import Forge
from reconciler.forge.surroundings import surroundings_of
from tests.client.builders import Pauses
from tests.forge.conftest import Fake
from tests.forge.fake import TOKEN, Answer
from tests.forge.fake_github import FakeGitHub


@pytest.fixture
def hub(github: FakeGitHub, stack: ExitStack, pauses: Pauses) -> Forge:
    """GitHub."""
    return stack.enter_context(opened(surroundings_of(github.environ()), sleep=pauses))


def test_a_missing_permission_is_named_as_github_names_it(hub: Forge, github: FakeGitHub) -> None:
    """The hint is the line that the workflow lacks."""
    accepted = {"X-Accepted-GitHub-Permissions": "issues=write; pull_requests=write,contents=read"}
    github.answers = [Answer(403, {"message": "Resource not accessible by integration"}, accepted)]
    with pytest.raises(ForgeNotAllowed, match="Resource not accessible") as refused:
        hub.add_comment(7, "body")
    assert refused.value.exit_code == 7
    assert "permissions: { issues: write or pull-requests: write, contents: read }" in refused.value.hint


def test_a_missing_permission_is_named_where_the_forge_does_not(forge: Forge, fake: Fake) -> None:
    """We know what each request takes."""
    fake.answers = [Answer(403, {"message": "403 Forbidden"})]
    with pytest.raises(ForgeNotAllowed) as refused:
        forge.open_issue("title", "body")
    assert "issues: write" in refused.value.hint or "the scope api" in refused.value.hint


def test_an_unknown_token_says_where_it_is_from(forge: Forge, fake: Fake) -> None:
    """The variable is named, the token is not, even where the forge repeats it."""
    fake.answers = [Answer(401, {"message": f"Bad credentials {TOKEN}"})]
    with pytest.raises(ForgeNotAllowed, match=r"the token from the variable GIT(HUB|LAB)_TOKEN") as refused:
        list(forge.comments(7))
    assert TOKEN not in str(refused.value)
    assert TOKEN not in refused.value.hint


def test_nothing_that_is_raised_holds_the_token(forge: Forge, fake: Fake) -> None:
    """Neither an error nor what it came from shows the request's headers."""
    fake.answers = [Answer(lost=True)] * 4
    with pytest.raises(ForgeUnavailable) as lost:
        list(forge.comments(7))
    assert lost.value.__cause__ is None
    assert lost.value.__context__ is None


@pytest.mark.parametrize(
    "limited",
    [
        Answer(429, {"message": "slow down"}, {"Retry-After": "3"}),
        Answer(403, {"message": "You have exceeded a secondary rate limit"}, {"Retry-After": "3"}),
    ],
    ids=["429", "403"],
)
def test_a_rate_limit_is_waited_for_as_told(forge: Forge, fake: Fake, pauses: Pauses, limited: Answer) -> None:
    """Also what adds something is sent again: it was refused, and did nothing."""
    fake.answers = [limited]
    forge.add_comment(7, "body")
    (pause,) = pauses
    assert 3 <= pause <= 4
    assert [each["body"] for each in fake.comments] == ["body"]


def test_a_limit_that_is_renewed_soon_is_waited_for(hub: Forge, github: FakeGitHub, pauses: Pauses) -> None:
    """GitHub tells the second at which the hour's requests are renewed."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 30)}
    github.answers = [Answer(403, {"message": "API rate limit exceeded"}, headers)]
    assert list(hub.comments(7)) == []
    assert 25 <= pauses[0] <= 31


def test_no_job_waits_for_an_hour(hub: Forge, github: FakeGitHub, pauses: Pauses) -> None:
    """A wait that no job has the patience for ends it, and says how long it would be."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 3_000)}
    github.answers = [Answer(403, {"message": "API rate limit exceeded"}, headers)]
    with pytest.raises(ForgeUnavailable, match=r"another (2999|3000|2998) s"):
        list(hub.comments(7))
    assert pauses == []


def test_waiting_has_an_end(forge: Forge, fake: Fake, pauses: Pauses) -> None:
    """A forge that says "again" for ever is given up."""
    fake.answers = [Answer(429, {}, {"Retry-After": "1"})] * 10
    with pytest.raises(ForgeUnavailable):
        list(forge.comments(7))
    assert len(pauses) == 3


@pytest.mark.parametrize("answer", [Answer(502, {}), Answer(lost=True)], ids=["502", "lost"])
def test_what_can_be_repeated_is_tried_again(forge: Forge, fake: Fake, answer: Answer) -> None:
    """A look, and a text that replaces one, do the same when they are sent twice."""
    fake.comments = [fake.note("old")]
    fake.answers = [answer, answer]
    forge.edit_comment(7, fake.comments[0]["id"], "new")
    assert fake.comments[0]["body"] == "new"


@pytest.mark.parametrize("answer", [Answer(502, {}), Answer(lost=True)], ids=["502", "lost"])
def test_what_adds_something_is_not(forge: Forge, fake: Fake, answer: Answer) -> None:
    """It may have landed."""
    fake.answers = [answer]
    with pytest.raises(ForgeUnavailable):
        forge.add_comment(7, "body")
    assert len(fake.asked) == 1


def test_a_next_page_elsewhere_is_not_asked(forge: Forge, fake: Fake) -> None:
    """The token goes to the forge alone, whatever its answers say."""
    fake.answers = [Answer(200, [], {"Link": '<http://evil.test/steal>; rel="next"'})]
    with pytest.raises(ForgeError, match="another host"):
        list(forge.comments(7))


@pytest.mark.parametrize("content", [b"<html>", {"not": "a list"}, [{"id": "x"}]], ids=["html", "object", "field"])
def test_an_answer_that_is_none_is_said_to_be(forge: Forge, fake: Fake, content: object) -> None:
    """A proxy's page is no listing."""
    fake.answers = [Answer(200, content)]
    with pytest.raises(ForgeError, match="not what its API promises"):
        list(forge.comments(7))


def test_what_is_not_there_may_be_hidden(forge: Forge, fake: Fake) -> None:
    """Forges answer 404 to who may not even know."""
    fake.answers = [Answer(404, {"message": "Not Found"})]
    with pytest.raises(ForgeError, match="answers 404") as missing:
        list(forge.comments(7))
    assert "hidden from the token" in missing.value.hint


@pytest.mark.parametrize(
    ("answer", "said", "hint"),
    [
        (Answer(410, {"message": "Issues are disabled"}), "answers 410", "switch it on in the settings"),
        (Answer(301, {"message": "Moved Permanently"}), "answers 301", "renamed or moved"),
        (
            Answer(422, {"message": "Validation Failed", "errors": [{"message": "body is too long"}, {"code": "odd"}]}),
            'Validation Failed; body is too long; {"code": "odd"}',
            "",
        ),
    ],
)
def test_what_the_forge_cannot_do_is_told_in_its_words(
    forge: Forge, fake: Fake, answer: Answer, said: str, hint: str
) -> None:
    """With what somebody can do about it, where there is something."""
    fake.answers = [answer]
    with pytest.raises(ForgeError) as refused:
        forge.open_issue("title", "body")
    assert said in refused.value.message
    assert hint in refused.value.hint
    assert bool(hint) == bool(refused.value.hint)

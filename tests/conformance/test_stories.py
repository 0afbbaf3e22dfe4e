"""Every client sees the same of a served platform: the official package in both versions, and ours."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conformance.environments import NEW, ROOT, Environment
from tests.conformance.ours import our_sdk
from tests.conformance.sdk import Claim
from tests.conformance.serving import Served, serving
from tests.conformance.stories import NEWER_STORIES, OFFICIAL_STORIES, STORIES

#: Seconds; the slowest story takes three on a quiet machine.
PATIENCE: Final = 120


@pytest.fixture
def told_to(story: str, tmp_path: Path) -> Iterator[Served]:
    """A new platform, which runs invocations where the story is about that."""
    with serving(tmp_path, executor="process" if story == "runs" else "none") as answering:
        yield answering


@pytest.mark.parametrize("story", STORIES | OFFICIAL_STORIES)
def test_the_official_package_sees_what_it_must(official: Environment, story: str, told_to: Served) -> None:
    """Every method of the three classes does what the domain page says, the errors included."""
    check(told_by(official, story, told_to))


@pytest.mark.parametrize("official", [NEW], indirect=True)
@pytest.mark.parametrize("story", NEWER_STORIES)
def test_the_newest_package_sees_what_only_it_can_see(official: Environment, story: str, told_to: Served) -> None:
    """Triggers in the newer shape and schedules do what the newest release expects of them."""
    check(told_by(official, story, told_to))


@pytest.mark.parametrize("story", STORIES)
def test_our_package_sees_the_same(story: str, told_to: Served) -> None:
    """What runs with the official package runs with ours."""
    with our_sdk(told_to) as sdk:
        claims = [Claim(title, *as_json([seen, expected])) for title, seen, expected in STORIES[story](sdk)]

    check(claims)


def check(claims: list[Claim]) -> None:
    """Fail with every claim that does not hold, and with no more of it than what differs."""
    assert claims
    unmet = [
        f"{title}: {seen!r} is not {expected!r}" for title, seen, expected in map(narrowed, claims) if seen != expected
    ]
    assert not unmet, "\n".join(unmet)


def narrowed(claim: Claim) -> Claim:
    """Return a claim about objects without the members that are as they should be."""
    if not (isinstance(claim.seen, dict) and isinstance(claim.expected, dict)):
        return claim
    differing = [key for key in {**claim.seen, **claim.expected} if claim.seen.get(key) != claim.expected.get(key)]
    return Claim(
        claim.title,
        {key: claim.seen.get(key) for key in differing},
        {key: claim.expected.get(key) for key in differing},
    )


def told_by(official: Environment, story: str, served: Served) -> list[Claim]:
    """Tell a story with the official package."""
    done = subprocess.run(
        [official.python, "-m", "tests.conformance.drivers.tell", story],
        cwd=ROOT,
        env={**os.environ, "AWS_ENDPOINT_URL_S3": f"{served.endpoint}/s3"},
        input=json.dumps(asdict(served)),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    claims = [Claim(*json.loads(line)) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"after {claims[-1:]}: {done.stderr}"
    return claims


def as_json(value: Any) -> Any:
    """Return what a value is on the other side of JSON."""
    return json.loads(json.dumps(value))

"""Seals say what was sealed, whatever the texts in them are."""

from __future__ import annotations

import pytest

from reconciler.embedded.access import Caller
from reconciler.embedded.http.seals import ObjectPass, Seals


@pytest.mark.parametrize("upload_id", ["up_1", "", "up_1\nog_theirs\n\nbob", '"],[', "\ud800"])
def test_an_upload_of_any_name_lets_nobody_in_as_somebody_else(upload_id: str) -> None:
    """The id comes from the path of a request, line breaks included."""
    seals, ann = Seals(), Caller("ann", "og_ours")

    token = seals.objects("ds_1", upload_id=upload_id, caller=ann, good_for=60)

    assert seals.pass_to_objects(token) == ObjectPass("ds_1", upload_id, ann)


@pytest.mark.parametrize("user_id", ["ann@example.com", "a\nb", "\ud800"])
def test_a_run_works_for_whoever_started_it(user_id: str) -> None:
    """Under the name it was started with, to the letter."""
    seals = Seals()

    token = seals.run("og_ours", user_id=user_id, invocation_id="iv_1", good_for=60)

    assert seals.run_of(token) == Caller(user_id, "og_ours", invocation_id="iv_1")

"""Bodies: the marker first, never too long, and nothing cut in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import ConfigurationError
from reconciler.forge.bodies import body_of, is_marked, marker_of

MARKER = marker_of("plan")
DETAILS = "<details><summary>one</summary>\n\n```diff\n- a\n+ b\n```\n\n</details>\n"

#: Texts made of what Markdown renders in a special way, and of anything else.
TEXTS = st.lists(
    st.one_of(st.text(), st.sampled_from([DETAILS, "```\n", "~~~~\n", "</details>", "<details>\n", "a\n\n", MARKER])),
    max_size=40,
).map("".join)


@given(text=TEXTS, limit=st.integers(400, 3_000))
def test_no_body_is_too_long(text: str, limit: int) -> None:
    """Whatever the report says, it fits, and can be found again."""
    body = body_of(text, marker=MARKER, limit=limit, run="https://ci.test/42")
    assert len(body) <= limit
    assert is_marked(body, MARKER)


@given(text=TEXTS)
def test_a_body_that_fits_is_kept_whole(text: str) -> None:
    """Nothing is lost but marks that are ours, and line ends at the end."""
    body = body_of(text, marker=MARKER, limit=1_000_000)
    assert is_marked(body, MARKER)
    assert body_of(body, marker=MARKER, limit=1_000_000) == body


def test_a_long_body_ends_where_details_end() -> None:
    """What follows half of a list of details would be inside of it."""
    body = body_of(DETAILS * 100, marker=MARKER, limit=1_000, run="https://ci.test/42")
    assert body.count("<details>") == body.count("</details>") > 5
    assert body.count("```") % 2 == 0
    assert body.endswith("</details>\n\nThe rest does not fit here: see [the run](https://ci.test/42).\n")


def test_the_marker_of_a_report_gives_way() -> None:
    """Reports bring a marker of their own; the one that was asked for is the only one."""
    body = body_of("<!-- reconciler:plan -->\n\n### Plan\n", marker=marker_of("plan-staging"), limit=1_000)
    assert body == "<!-- reconciler:plan-staging -->\n### Plan\n"


@pytest.mark.parametrize("name", ["", "a b", "x -->", "-x", "ä", "a" * 100])
def test_a_marker_cannot_end_its_line(name: str) -> None:
    """A name that could get out of its comment is refused."""
    with pytest.raises(ConfigurationError):
        marker_of(name)

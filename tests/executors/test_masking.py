"""Masking: no secret of a run comes through, however it is printed and however its text is cut."""

from __future__ import annotations

import json
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.domain.secrets import MASK
from reconciler.executors.masking import Mask, is_maskable
from reconciler.executors.transcript import Bounds, Transcript
from tests.executors.builders import NOW

KEY = "-----BEGIN KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END KEY-----\n"


@pytest.mark.parametrize(
    "written",
    ['pa$$ w/rd"ö', json.dumps('pa$$ w/rd"ö'), json.dumps('pa$$ w/rd"ö', ensure_ascii=False), quote('pa$$ w/rd"ö')],
)
def test_a_secret_is_masked_in_the_ways_it_is_commonly_written(written: str) -> None:
    """As it is, in JSON and in URLs."""
    assert Mask(['pa$$ w/rd"ö']).text(f"key={written}&x").replace('"', "") == f"key={MASK}&x"


def test_a_secret_of_several_lines_is_masked_line_by_line() -> None:
    """Whoever prints one line of a key has printed it."""
    assert Mask([KEY]).text("got MIIEvQIBADAN\r\nand BgkqhkiG9w0B.") == f"got {MASK}\r\nand {MASK}."


def test_short_lines_are_left_alone() -> None:
    """Every log is full of them."""
    assert Mask(["42", "{\nsecret\n}"]).text("{ 42 } secret") == f"{{ 42 }} {MASK}"
    assert is_maskable("{\nsecret\n}")
    assert not is_maskable("42")


def test_secrets_that_overlap_are_both_masked() -> None:
    """No end of one is left because another began in it."""
    assert Mask(["abcd", "cdef", "cdefgh"]).text("xabcdefghx abcd") == f"x{MASK}x {MASK}"


def test_a_complete_line_does_not_wait_for_the_next_one() -> None:
    """No secret spans lines, so nothing is kept back once one has ended."""
    stream = Mask(["a secret that is long"]).stream()
    assert stream.feed("done: a sec\n") == "done: a sec\n"
    assert stream.feed("and a sec") == ""
    assert stream.feed("ond", last=True) == "and a second"


def test_a_secret_across_the_parts_of_a_long_line_is_masked() -> None:
    """Lines are cut after masking."""
    transcript = Transcript(lambda: NOW, bounds=Bounds(part=10), mask=Mask(["hush hush"]))
    records = transcript.feed(b"12345678hush ") + transcript.feed(b"hush tail\n") + transcript.close()
    assert "".join(record.log for record in records) == f"12345678{MASK} tail"


ALPHABET = st.text("ab\n", max_size=40)


@given(
    text=ALPHABET, secrets=st.lists(st.text("ab", min_size=4, max_size=6), max_size=3), cuts=st.sets(st.integers(0, 40))
)
@example(text="aaaaaaaa", secrets=["aaaa", "aaaaa"], cuts={3, 5, 6})
def test_how_a_text_is_cut_does_not_show(text: str, secrets: list[str], cuts: set[int]) -> None:
    """The pieces give what the whole gives, and no secret is left in it."""
    mask = Mask(secrets)
    stream = mask.stream()
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    told = "".join(stream.feed(text[start:end]) for start, end in pairwise(places)) + stream.feed("", last=True)
    assert told == mask.text(text)
    assert not any(secret in told for secret in secrets)

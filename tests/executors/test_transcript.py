"""Output as log records: nothing is lost, invented or endless."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.invocations import ExecutorContainer, LogRecord
from reconciler.executors.transcript import Bounds, Transcript
from tests.executors.builders import NOW


def transcribed(*chunks: bytes, bounds: Bounds | None = None) -> list[LogRecord]:
    """The records of output that came in these chunks."""
    transcript = Transcript(lambda: NOW, bounds=bounds)
    return [record for chunk in chunks for record in transcript.feed(chunk)] + transcript.close()


def lines(records: list[LogRecord]) -> list[str]:
    """The lines that records are made of: parts of one line are joined."""
    grouped = itertools.groupby(enumerate(records), key=lambda each: each[1].partial_id or f"whole {each[0]}")
    return ["".join(record.log for _, record in group) for _, group in grouped]


def test_a_record_is_a_line_without_its_end() -> None:
    """Both ends of lines there are on this world are taken off."""
    assert [record.log for record in transcribed(b"one\ntwo\r\n\nfour")] == ["one", "two", "", "four"]


def test_a_line_is_told_when_it_is_complete_and_not_before() -> None:
    """What has no end yet waits for it."""
    transcript = Transcript(lambda: NOW)
    assert transcript.feed(b"half a l") == []
    assert [record.log for record in transcript.feed(b"ine\nand")] == ["half a line"]
    assert [record.log for record in transcript.close()] == ["and"]


def test_everything_an_action_writes_is_its_own() -> None:
    """Records of output say that the action wrote them."""
    assert {record.process for record in transcribed(b"one\ntwo")} == {ExecutorContainer.Action}


def test_bytes_that_are_no_text_are_written_out() -> None:
    """Binary noise costs no line and no exception."""
    assert [record.log for record in transcribed(b"\xff\x00\xfe\nnext\n")] == ["\\xff\x00\\xfe", "next"]


def test_a_character_cut_in_two_by_a_chunk_is_whole_again() -> None:
    """Pipes know nothing of characters."""
    assert [record.log for record in transcribed(b"\xc3", b"\xa9\n")] == ["é"]


def test_a_long_line_comes_in_parts_that_share_an_id() -> None:
    """The parts make the line; other lines have no id, and another long line has another."""
    records = transcribed(b"x" * 25 + b"\nshort\n" + b"y" * 11, bounds=Bounds(part=10))
    assert [len(record.log) for record in records] == [10, 10, 5, 5, 10, 1]
    ids = [record.partial_id for record in records]
    assert ids[0] == ids[1] == ids[2] != ids[4] == ids[5]
    assert ids[3] is None
    assert None not in (ids[0], ids[4])


def test_of_a_flood_the_beginning_and_the_end_are_kept() -> None:
    """The log says that something is missing, and how much."""
    flood = b"".join(b"line %05d\n" % number for number in range(10_000))
    records = transcribed(flood, bounds=Bounds(beginning=1_100, end=550))
    written = [record.log for record in records if record.process is ExecutorContainer.Action]
    told = [record.log for record in records if record.process is ExecutorContainer.Monitor]
    assert written == [f"line {number:05}" for number in (*range(10), *range(9_995, 10_000))]
    assert len(told) == 2
    assert f"{10_000 - 15} log records" in told[1]


def test_a_flood_of_empty_lines_is_a_flood() -> None:
    """Records cost something, however short they are."""
    records = transcribed(b"\n" * 10_000, bounds=Bounds(beginning=1_000, end=1_000))
    assert len(records) < 30


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_how_output_is_cut_into_chunks_does_not_show(chunks: list[bytes]) -> None:
    """Chunks are an accident: the records are those of the whole."""
    bounds = Bounds(part=7)
    whole = transcribed(b"".join(chunks), bounds=bounds)
    assert lines(transcribed(*chunks, bounds=bounds)) == lines(whole)


@given(st.text(max_size=200))
def test_text_comes_out_as_it_went_in(text: str) -> None:
    """Joined again, the lines are the text; only ends of lines are normalised."""
    expected = text.encode("utf-8", "ignore").decode().replace("\r\n", "\n").removesuffix("\n")
    assert "\n".join(lines(transcribed(text.encode("utf-8", "ignore"), bounds=Bounds(part=9)))) == expected

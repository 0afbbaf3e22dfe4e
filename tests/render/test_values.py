"""Values as text: short, safe, and never the same for two sides that differ."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.secrets import Secret
from reconciler.plan.model import ABSENT
from reconciler.render.values import BLOCK_LIMIT, COMPARE_LIMIT, LINE_LIMIT, Line, compact, pair
from reconciler.render.visible import visible


def test_json_reads_as_people_write_it() -> None:
    """Objects without quoted keys, lists and scalars as in JSON."""
    assert compact({"vCPU": 512, "flags": ["a", True, None]}) == '{vCPU: 512, flags: ["a", true, null]}'


def test_conditions_read_as_expressions() -> None:
    """Groups are joined by their operator, nested ones in parentheses."""
    lidar = {"field": "metadata.sensor", "comparator": "EQUALS", "value": "lidar"}
    ready = {"field": "metadata.ready", "comparator": "EXISTS"}
    either = {"operator": "OR", "conditions": [lidar, ready]}

    assert compact({"operator": "AND", "conditions": [either, {"operator": "NOT", "conditions": [ready]}]}) == (
        '(metadata.sensor EQUALS "lidar" OR metadata.ready EXISTS) AND NOT (metadata.ready EXISTS)'
    )


def test_an_absent_side_is_none() -> None:
    """Absent is not null."""
    assert (pair(ABSENT, 1, reveal=False).before, pair(None, 1, reveal=False).before) == (None, "null")


def test_secrets_are_masked_unless_revealed() -> None:
    """A secret shows its mask; --show-sensitive shows the value."""
    hidden, shown = (pair(Secret("old"), {"key": Secret("new")}, reveal=reveal) for reveal in (False, True))

    assert (hidden.before, hidden.after) == ("(sensitive value)", "{key: (sensitive value)}")
    assert (shown.before, shown.after) == ('"old"', '{key: "new"}')


def test_a_masked_text_of_many_lines_shows_no_lines() -> None:
    """Masking comes before anything looks at the value."""
    assert pair(Secret("a\nb"), Secret("c\nd"), reveal=False).block == ()


def test_long_text_is_cut_and_says_how_long_it_is() -> None:
    """A value that is cut names its length."""
    after = pair(ABSENT, "x" * 1234, reveal=False).after

    assert after == f'"{"x" * LINE_LIMIT}..." (1,234 characters)'


def test_long_texts_are_shown_where_they_part() -> None:
    """Two long texts that differ late do not read the same."""
    values = pair("x" * 500 + "old", "x" * 500 + "new", reveal=False)

    assert values.before is not None
    assert values.before.endswith('old" (503 characters)')
    assert values.before != values.after


def test_long_text_that_grows_shows_its_end() -> None:
    """A text that only got longer is shown from its old end."""
    values = pair("x" * 500, "x" * 500 + " and more", reveal=False)

    assert values.after is not None
    assert "and more" in values.after


def test_texts_of_several_lines_become_a_difference() -> None:
    """Only lines around the change are shown, white space at the end of changed lines included."""
    block = pair("a\nb\nc\nd\ne\nf ", "a\nb\nc\nd\ne\nf", reveal=False).block

    assert block == (Line(" ", "d"), Line(" ", "e"), Line("-", "f·"), Line("+", "f"))


def test_texts_that_differ_in_line_ends_alone_still_differ() -> None:
    """A line end more, or of another kind, is shown as what it is."""
    values = pair("a\nb\n", "a\r\nb", reveal=False)

    assert (values.before, values.after) == (r'"a\nb\n"', r'"a\r\nb"')


def test_a_long_list_becomes_a_difference_of_its_members() -> None:
    """Structured values too long for a line are compared line by line."""
    old = [f"pattern/number/{number}/**" for number in range(12)]

    block = pair(old, old[:-1], reveal=False).block

    assert Line("-", '  "pattern/number/11/**"') in block
    assert len(block) < 10


def test_long_lines_of_a_block_are_shown_where_they_part() -> None:
    """Each with the one in whose place it comes, however many there are."""
    old = "\n".join(f"{number} {'word ' * 40}{number} old" for number in range(3))

    block = pair(f"same\n{old}", f"same\n{old.replace('old', 'new')}\nmore", reveal=False).block

    assert [line.text.endswith(f"{number} old (207 characters)") for number, line in enumerate(block[1:4])] == [
        True
    ] * 3
    assert [line.text.endswith(f"{number} new (207 characters)") for number, line in enumerate(block[4:7])] == [
        True
    ] * 3
    assert block[7:] == (Line("+", "more"),)


def test_a_block_is_bounded() -> None:
    """A block says how many lines it leaves out."""
    block = pair(ABSENT, "\n".join(map(str, range(100))), reveal=False).block

    assert len(block) == BLOCK_LIMIT + 1
    assert block[-1] == Line(" ", "... 60 more lines")


def test_enormous_texts_are_counted_not_compared() -> None:
    """Comparing is quadratic, so it is bounded."""
    old = "a\n" * (COMPARE_LIMIT + 1)

    assert pair(old, f"{old}b", reveal=False).block == (Line(" ", "... 1,001 lines before, 1,002 lines after"),)


def test_what_steers_a_terminal_is_written_out() -> None:
    """Escapes, C1 controls, bidi overrides and separators become visible text."""
    assert visible("\x1b[2J\x9b1m\u202eevil\u2028\u200b\ud800") == (
        "\\u001b[2J\\u009b1m\\u202eevil\\u2028\\u200b\\ud800"
    )


def test_ordinary_text_stays_as_it_is() -> None:
    """Letters of every script and emoji joined by a joiner are left alone."""
    text = "Größe 温度 ❤️ 👩\u200d🚀"

    assert visible(text) == text


@given(st.text(alphabet=st.characters(), max_size=300), st.text(alphabet=st.characters(), max_size=300))
def test_nothing_shown_can_break_a_line_or_an_encoding(old: str, new: str) -> None:
    """Whatever a value is, its text is one printable, encodable line a piece."""
    values = pair(old, new, reveal=False)
    pieces = [piece for piece in (values.before, values.after, *(line.text for line in values.block)) if piece]

    for piece in pieces:
        io.BytesIO().write(piece.encode("utf-8"))
        assert piece.splitlines() in ([], [piece])
        assert not any(ord(character) < 32 for character in piece)

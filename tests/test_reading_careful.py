"""The careful reader takes many records at once where it can, and that changes none of them."""

from __future__ import annotations

import io
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zsell_transform.reading.careful import Reader, Record, Run
from zsell_transform.reading.ways import Way, Ways

CELL = st.sampled_from(
    ["", "a", "bc", '"q"', '"a,b"', '"x\ny"', 'say "hi"', 'a"b', '"a"b', ' "a"', "x ", "\r", '"a""b"', "\0"]
)
LINE_END = st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n", " \n"])


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, int]:
    """Records of about one width, some of them quoted as a whole, in one text; and the width."""
    width = draw(st.integers(1, 5))

    def record() -> str:
        cells = draw(st.lists(CELL, min_size=max(width - 1, 1), max_size=width + 1))
        line = ",".join(cells)
        if draw(st.integers(0, 9)) == 0:
            line = '"' + line.replace('"', '""') + '"' + draw(st.sampled_from(["", ",", ",,"]))
        return line + draw(LINE_END)

    return "".join(record() for _ in range(draw(st.integers(1, 10)))), width


@settings(max_examples=300, deadline=None)
@given(damaged(), st.integers(0, 4))
def test_what_is_taken_at_once_is_what_each_record_gives(given: tuple[str, int], alone: int) -> None:
    text, width = given
    singly = Reader(",", width)
    singly._ragged = re.compile(r"(?!)")  # nothing is taken with its neighbours
    singly._may_be_quoted = re.compile("")  # and every way to read a quote is weighed
    one_by_one = list(singly.parts(io.StringIO(text, newline=""), alone=sys.maxsize))
    reader, together = Reader(",", width), []
    for part in reader.parts(io.StringIO(text, newline=""), alone=alone):
        together += reader.each(part) if isinstance(part, Run) else [part]
    assert together == one_by_one


def test_only_the_header_comes_by_itself_where_nothing_is_damaged() -> None:
    text = "id,name\n" + "".join(f'{n},"Bolt, Ann {n}"\n' for n in range(1_000))
    header, rest = Reader(",", 2).parts(io.StringIO(text, newline=""), alone=1)
    assert header == Record(1, ["id", "name"])
    assert isinstance(rest, Run)
    assert (rest.row, rest.records) == (2, 1_000)


def written(rows: list[list[str]]) -> str:
    """As Python's csv module and pandas write with LF: a carriage return alone asks for no quotes."""
    quote = re.compile('[",\n]')
    cells = ([f'"{c.replace(chr(34), chr(34) * 2)}"' if quote.search(c) else c for c in row] for row in rows)
    return "".join(",".join(row) + "\n" for row in cells)


TEXT = st.lists(st.sampled_from(["a", "7", "\r", "\r", ",", '"', "\n", " "]), max_size=6).map(
    lambda signs: "".join(signs).strip(" \r")
)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(2, 6))
def test_a_lone_carriage_return_is_text_where_line_feeds_end_the_records(data: st.DataObject, n: int) -> None:
    """In any column, beside any legally quoted cell; the id may stand anywhere."""
    at = data.draw(st.integers(0, n - 1))
    texts = st.lists(TEXT, min_size=n, max_size=n)
    rows = [["id" if c == at else f"h{c}" for c in range(n)]]
    for number, cells in enumerate(data.draw(st.lists(texts, min_size=1, max_size=6)), start=11):
        rows.append([str(number) if c == at else cell for c, cell in enumerate(cells)])
    text = written(rows)
    reader, found = Reader(",", n), []
    for part in reader.parts(io.StringIO(text, newline=""), alone=1):
        records = reader.each(part) if isinstance(part, Run) else [part]
        if not found:
            reader.below(rows[0])
        found += records
    assert [record.cells for record in found] == rows
    assert not any(record.code for record in found)


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ('"a",', [("a", 3, 0), ('"a"', 3, 8)]),
        (' "a",', [("a", 4, 1), (' "a"', 4, 2)]),
        ('"a"b",', [('a"b', 5, 2), ('"a"b"', 5, 3)]),
        ('"a"b,c",', [('a"b,c', 7, 4), ('"a"b', 4, 3)]),
        ('a"b,', [('a"b', 3, 2)]),
        ("a,", [("a", 1, 0)]),
        ('"a\nb",', [('"a', 2, 3)]),
    ],
)
def test_of_two_ways_to_read_a_cell_one_is_likelier(text: str, ways: list[Way]) -> None:
    """As cells, where they end, and how unlikely that is: what is legal costs nothing."""
    assert Ways(",", 3, "[^,]*,[^,]*,[^,\r\n]*").within_line(text, 0) == ways

"""The careful reader takes many records at once where it can, and that changes none of them."""

from __future__ import annotations

import io
import re
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from zsell_transform.reading.careful import Reader, Record, Run

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

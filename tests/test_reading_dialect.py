"""Which delimiter a file has, also where its cells end in another one; no text is too odd to be read."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zsell_transform.errors import ExportError
from zsell_transform.reading import csv_file, dialect

ALPHABET = ["a", "1", "é", "id", "name", ",", ";", "|", "\t", '"', " ", "\0", "\ufeff", "\r", "="]
LINE = st.lists(st.sampled_from(ALPHABET), max_size=12).map("".join)
#: Now and then a first line that names the delimiter, or what cannot be one.
FIRST = st.one_of(LINE, st.sampled_from(',;|§x\t "\r').map(lambda sign: f"sep={sign}"))
LINE_END = st.sampled_from(["\n", "\r\n", "\r", ""])


@st.composite
def texts(draw: st.DrawFn) -> str:
    lines = [draw(FIRST), *draw(st.lists(LINE, max_size=5))]
    return "".join(line + draw(LINE_END) for line in lines)


def known(row: list[str]) -> int:
    return sum(cell in ("id", "name") for cell in row)


@pytest.mark.parametrize(
    ("text", "columns", "first"),
    [
        ("id,name,email,note\n1,Bob,b@x.co,thanks;\n", "id name email note", "1 Bob b@x.co thanks;"),
        ("id,name\n1,Bob|\n2,Ann|\n3,Eve|\n", "id name", "1 Bob|"),
        ("id,name\n1,Bob\t\n", "id name", "1 Bob\t"),
        ("id,name\n1,Bob|\n2,Ann|\n3,Jo|\n4,a,b|\n", "id name", "1 Bob|"),
        ('"id,name"\n"1,Bob"\n', "id name", "1 Bob"),
        ("name\nBob;\n", "name", "Bob;"),
    ],
)
def test_what_only_ends_cells_parts_none(tmp_path: Path, text: str, columns: str, first: str) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode())
    frame, _ = csv_file.read_csv(path)
    assert frame.columns == columns.split(" ")
    assert frame.row(0) == tuple(first.split(" "))


def test_a_header_may_stand_alone() -> None:
    layout = dialect.of("; 1,Bob\n", known)
    assert (layout.delimiter, layout.width, layout.header_row) == (",", 2, 1)


def test_what_ends_every_record_parts_a_blank_column_off(tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(b"name;\nBob;\nAnn;\n")
    frame, _ = csv_file.read_csv(path)
    assert frame.rows() == [("Bob", None), ("Ann", None)]


@settings(max_examples=1_000)
@given(texts())
def test_any_text_has_a_dialect(text: str) -> None:
    layout = dialect.of(text, known)
    assert layout.width >= 0
    assert layout.header_row >= 1


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts(), st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_any_text_is_read_or_refused(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode(encoding, "ignore"))
    with suppress(ExportError):
        csv_file.read_csv(path)

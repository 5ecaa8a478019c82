"""The fast path and the careful path give the same frame; the fast one is taken only where it is right."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import polars as pl
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from zsell_transform.reading import careful as careful_reader
from zsell_transform.reading import csv_file, dialect, encoding, plain
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.source import Found

#: What CSV stumbles over, and what it should not care about.
ALPHABET = st.sampled_from([*"ab 0é日\"\n\r,;|\t'=", "\r\n", '""'])
CELL = st.lists(ALPHABET, max_size=6).map("".join)
LINE_END = st.sampled_from(["\n", "\r\n"])


@st.composite
def documents(draw: st.DrawFn, least: int = 0) -> tuple[str, str, int, list[list[str]]]:
    """A legal CSV file, its delimiter and width, and the records in it."""
    width = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=least, max_size=8))
    delimiter, line_end, quote_all = (
        draw(st.sampled_from(dialect.DELIMITERS)),
        draw(LINE_END),
        draw(st.booleans()),
    )

    def cell(text: str) -> str:
        must = quote_all or any(sign in text for sign in f'{delimiter}"\r\n') or (width == 1 and not text)
        return '"' + text.replace('"', '""') + '"' if must else text

    lines = [delimiter.join(map(cell, row)) for row in [[f"h{n}" for n in range(width)], *rows]]
    return line_end.join(lines) + (line_end if draw(st.booleans()) else ""), delimiter, width, rows


def both_ways(path: Path, delimiter: str, width: int) -> tuple[Table | None, Table]:
    """The file by the fast path, if it is proven, and by the careful one, in runs and one by one."""
    found = Found.at(path, path.name)
    text = path.read_text(encoding="utf-8")
    layout = dialect.Dialect(delimiter, width, 1, is_plain_header=True)
    checked = plain.check(path, delimiter, width, text.partition("\n")[0])
    fast = csv_file._plain_table(found, layout, text, checked) if checked.plain else None
    read_as = encoding.of(path)

    def carefully(name: str) -> csv_file.Table:
        return csv_file._careful_table(found, path.parent / name, layout, read_as, checked.sha256)

    usual = carefully("usual")
    with mock.patch.object(careful_reader, "_WORTH_ASKING", 0):
        in_rust = carefully("in_rust")
    with mock.patch.object(careful_reader.Reader, "_as_it_stands", return_value=None):
        one_by_one = carefully("one_by_one")
    for other in (in_rust, one_by_one):
        assert other.frame.collect().equals(usual.frame.collect())
        assert (other.rows, other.issues.rows()) == (usual.rows, usual.issues.rows())
    return fast, usual


@settings(max_examples=140, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents())
def test_both_paths_give_the_records_that_were_written(
    tmp_path: Path, document: tuple[str, str, int, list[list[str]]]
) -> None:
    """Whatever is in the cells, both paths agree with each other and with what was written."""
    text, delimiter, width, rows = document
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode())

    fast, careful = both_ways(path, delimiter, width)

    expected = [(n, *(cell or None for cell in row)) for n, row in enumerate(rows, start=2) if any(row)]
    assert careful.frame.collect().rows() == expected
    assert careful.rows == len(expected)
    if fast:
        assert fast.frame.collect().rows() == expected
        assert fast.rows == len(expected)
        assert fast.names == careful.names


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str, int]:
    """A legal file in whose records one character was taken away, put in or replaced; delimiter and width."""
    text, delimiter, width, _ = draw(documents(least=1))
    begin = text.index("\n") + 1  # the header is never torn: without it no path is chosen
    at = draw(st.integers(begin, len(text) - 1))
    sign = draw(st.sampled_from(["", "a", '"', delimiter, "\n", "\r\n", "\r", " ", "\0", "é"]))
    return text[:at] + sign + text[at + draw(st.integers(0, 1)) :], delimiter, width


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged())
@example(('h0,h1\n",,\n",\na', ",", 2))  # old regex engines counted two records in the first one
@example(('h0,h1\n",,\n",\n\n,a', ",", 2))
def test_whatever_is_called_plain_is_read_alike_by_both_paths(
    tmp_path: Path, document: tuple[str, str, int]
) -> None:
    """Files that are no CSV either fail the check or are read the same by both paths."""
    text, delimiter, width = document
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode())

    fast, careful = both_ways(path, delimiter, width)

    event(f"called plain: {fast is not None}")
    if fast:
        assert fast.frame.collect().equals(careful.frame.collect())
        assert not careful.issues.height


@pytest.mark.parametrize(
    "body",
    [
        "1,2\n",  # short
        "1,2,3,4\n",  # long
        '1,12" pipe,3\n',  # a stray quote
        '1,"he said "hi" there",3\n',  # which polars drops without a word
        '1,5",2\n3,5",4\n',  # two of them, in balance
        '1,"x"y,2\n',
        '1, "y",2\n',
        '1,"open,2\n3,4,5\n',
        "1,a\rb,3\n",  # a lone CR outside quotes
        "\n1,2,3\n",  # a blank line, which counts as a row
        "1,2,3\n\n1,2,3\n",
        "1,a\0b,3\n",
    ],
)
def test_the_fast_path_is_refused(tmp_path: Path, body: str) -> None:
    """What polars misreads, with or without an error, is never handed to it."""
    path = tmp_path / "any.csv"
    path.write_bytes(f"a,b,c\n{body}".encode())

    assert not plain.check(path, ",", 3, "h0,h1,h2").plain


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\r\n"])
def test_the_end_of_a_file_is_free(tmp_path: Path, end: str) -> None:
    """No final line end, or several: the same records by the fast path."""
    path = tmp_path / "any.csv"
    path.write_bytes(f'a,b\n1,"x\n\ny"\n,\n"",3{end}'.encode())

    fast, careful = both_ways(path, ",", 2)

    assert fast is not None
    assert (
        fast.frame.collect().rows() == careful.frame.collect().rows() == [(2, "1", "x\n\ny"), (4, None, "3")]
    )
    assert fast.rows == careful.rows == 2


def test_blocks_end_between_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a file is cut for the check, a quoted line break is never taken for the end of a record."""
    path = tmp_path / "any.csv"
    text = 'a,b\n1,"x\n\ny"\n2,z\n\n\n'
    path.write_bytes(text.encode())
    for size in range(1, len(text) + 2):
        monkeypatch.setattr(plain, "_BLOCK", size)

        checked = plain.check(path, ",", 2, "h0,h1")

        assert checked.plain
        assert checked.blank_records
        assert checked.sha256 == plain.sha256(path)


def test_bytes_that_are_no_utf8_are_not_plain(tmp_path: Path) -> None:
    """UTF-8 is proven over the whole file, also when the first wrong byte comes late."""
    path = tmp_path / "any.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 50_000 + "é,2\n".encode("cp1252"))

    assert not plain.check(path, ",", 2, "h0,h1").plain


def test_a_wide_table_is_read_whole(tmp_path: Path) -> None:
    """5,000 columns go the careful way and arrive all."""
    path = tmp_path / "wide.csv"
    header = ",".join(f"c{n}" for n in range(5_000))
    path.write_text(f"{header}\n{','.join(map(str, range(5_000)))}\n")

    frame, issues = csv_file.read_csv(path)

    assert frame.shape == (1, 5_000)
    assert frame["c4999"].to_list() == ["4999"]
    assert not issues.height


@pytest.mark.parametrize("stray", ["", '1,5" pipe\n'])
def test_a_cell_of_two_megabytes_arrives(tmp_path: Path, stray: str) -> None:
    """By either path."""
    path = tmp_path / "long.csv"
    cell = "line, of text\n" * 150_000
    path.write_text(f'a,b\n1,"{cell}"\n{stray}3,4\n', newline="")

    frame, _ = csv_file.read_csv(path)

    assert frame["b"][0] == cell
    assert frame["a"].to_list() == ["1", *(["1"] if stray else []), "3"]


def test_frames_are_lazy_text(tmp_path: Path) -> None:
    """Nothing is inferred: zeros in front, long numbers and NA stay as they are."""
    path = tmp_path / "any.csv"
    path.write_text("zip,phone,note\n01234,'+46701234123,NA\n")

    frame, _ = csv_file.read_csv(path)

    assert frame.rows() == [("01234", "'+46701234123", "NA")]
    assert set(frame.dtypes) == {pl.String}

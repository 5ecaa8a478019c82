"""Each cleaning word by its table of cells: what goes in, what comes out."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zsell_transform.cleaning import labels, markup, moments, numbers, texts
from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.owners import lost_owner, owner
from zsell_transform.frames import sparing
from zsell_transform.ticks import NO, YES, flag, tick

UTC_MOMENTS = {
    "2015-10-05T08:28:07Z": "2015-10-05 08:28:07",
    "2015-10-05 08:28:00 UTC": "2015-10-05 08:28:00",
    "2024-01-02T03:04:05.678Z": "2024-01-02 03:04:05",
    "2015-10-05 08:28": "2015-10-05 08:28:00",
    "2015-10-05T08:28:00+00:00": "2015-10-05 08:28:00",
    "2015-10-05T08:28:00+02:00": "2015-10-05 06:28:00",
    "2015-10-05T08:28:00-0330": "2015-10-05 11:58:00",
    "2015-10-05 08:28:07+00": "2015-10-05 08:28:07",
    "2015-10-05 08:28:07-05": "2015-10-05 13:28:07",
    "2015-10-05": "2015-10-05 00:00:00",
    "2015-02-30T08:28:00Z": None,
    "2015-10-05T25:00:00Z": None,
    "2015-10-05T08:28:75Z": None,
    "2015-10-05 08:28:75": None,
    "2015-10-05T08:28:00Z and more": None,
    "soon": None,
    None: None,
}


def read(word: pl.Expr, *cells: str | None) -> list[str | None]:
    """The cells of column `a`, read by a word, in the streaming engine."""
    frame = pl.LazyFrame({"a": pl.Series(cells, dtype=pl.String)})
    return frame.select(word.alias("out")).collect(engine="streaming")["out"].to_list()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (" Anna\t", "Anna"),
        ("\u00a0Anna\u00a0", "Anna"),
        ("'+46701234123", "+46701234123"),
        ("'-5", "-5"),
        ("'=x", "=x"),
        ("'@anna", "@anna"),
        ("'tis", "'tis"),
        ("''+1", "''+1"),
        ("'- what?' he said\nsecond line", "'- what?' he said\nsecond line"),
        ("'-5\n", "-5"),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_text_is_trimmed_and_loses_the_spreadsheet_apostrophe_only_before_a_formula_sign(
    cell: str | None, expected: str | None
) -> None:
    assert read(text("a"), cell) == [expected]


def test_a_name_stands_on_one_line() -> None:
    """Line breaks and tabs become one space; two spaces stay two."""
    assert read(texts.name("a"), "Anna\r\nBerg", "Anna\tBerg", "Anna  Berg") == [
        "Anna Berg",
        "Anna Berg",
        "Anna  Berg",
    ]


def test_an_email_is_the_first_address_in_the_cell() -> None:
    cells = ["a@b.se", "mailto:a@b.se", "Anna <a@b.se>", "a@b.se; c@d.se", "a@b.se.", "none", "@", None]

    assert read(texts.email("a"), *cells) == ["a@b.se"] * 5 + [None] * 3
    assert read(texts.email("a"), "MAILTO:a@b.se?subject=hi", "a@b.se?") == ["a@b.se"] * 2


def test_what_stands_beside_an_email_is_seen() -> None:
    alone = ["a@b.se", "mailto:a@b.se", "<a@b.se>", "MailTo:<a@b.se>;", " a@b.se.", None]
    beside = [
        "inte a@b.se längre",
        "Anna <a@b.se>",
        "a@b.se (privat)",
        "mailto:a@b.se?subject=hi",
        "a@b.se?",
        "none",
    ]

    assert read(texts.is_email_alone("a"), *alone) == [True] * 5 + [None]
    assert read(texts.is_email_alone("a"), *beside) == [False] * 6


def test_an_address_leaves_out_what_is_blank() -> None:
    frame = pl.DataFrame(
        {
            "street": ["gatan 2\nport B", None, None],
            "zip": ["561 30", None, None],
            "city": ["Lund", "Lund", None],
            "region": [None, "Skåne", None],
            "country": ["Sweden", None, None],
        },
        schema=dict.fromkeys(["street", "zip", "city", "region", "country"], pl.String),
    )

    parts = frame.with_columns(street=texts.street("street"), place=texts.place("zip", "city"))
    found = parts.select(texts.address("street", "place", "region", "country"))

    assert found.to_series().to_list() == ["gatan 2, port B, 561 30 Lund, Sweden", "Lund, Skåne", None]


def test_lines_are_parted_at_every_kind_of_break() -> None:
    cells = ["first\rsecond\nthird", "first\r\n\r\nsecond", "only"]

    assert read(texts.first_line("a"), *cells) == ["first", "first", "only"]
    assert read(texts.other_lines("a"), *cells) == ["second\nthird", "second", None]


def test_html_escapes_and_keeps_line_breaks() -> None:
    assert read(markup.html("a"), "R&D <b>\r\na\rb\n\nc") == ["R&amp;D &lt;b&gt;<br>a<br>b<br><br>c"]


def test_shortened_cuts_between_words() -> None:
    assert read(texts.shortened("a", 10), "one two three", "one two", "x" * 12) == [
        "one two…",
        "one two",
        "x" * 9 + "…",
    ]
    (cut,) = read(texts.shortened("a", 255), "E " + "x" * 300)
    assert cut == "E " + "x" * 252 + "…"


@pytest.mark.parametrize(
    ("cell", "unknown", "point", "comma"),
    [
        ("1200", "1200", "1200", "1200"),
        ("300000.0", "300000.0", "300000.0", None),
        ("-3.5", "-3.5", "-3.5", None),
        ("+4", "4", "4", "4"),
        ("1,234", None, "1234", "1.234"),
        ("1.234,50", None, None, "1234.50"),
        ("1,234.50", None, "1234.50", None),
        ("1 234", None, "1234", "1234"),
        ("12,34.5", None, None, None),
        ("$5", None, None, None),
        ("\u0661\u0662", None, None, None),
        ("9" * 300, "9" * 300, "9" * 300, "9" * 300),
        ("9" * 310, None, None, None),
        ("", None, None, None),
    ],
)
def test_a_number_is_read_by_its_proven_decimal_mark_and_never_guessed(
    cell: str, unknown: str | None, point: str | None, comma: str | None
) -> None:
    read_by_mark = [read(numbers.number("a", mark), cell)[0] for mark in (None, ".", ",")]

    assert read_by_mark == [unknown, point, comma]


@pytest.mark.parametrize(("cell", "expected"), UTC_MOMENTS.items())
def test_every_form_of_moment_is_read_and_nothing_else(cell: str | None, expected: str | None) -> None:
    assert read(moments.moment("a"), cell) == [expected]
    assert read(moments.day("a"), cell) == [expected and expected[:10]]


def test_moments_shift_into_the_zone_and_days_do_not() -> None:
    cells = ["2015-10-05T02:28:09Z", "2015-07-05T02:28:09Z", "2015-10-05"]
    zone = "America/Santiago"

    assert read(moments.moment("a", zone), *cells)[:2] == ["2015-10-04 23:28:09", "2015-07-04 23:28:09"]
    assert read(moments.day("a", zone), *cells) == ["2015-10-04", "2015-07-04", "2015-10-05"]
    assert read(moments.time("a", zone), *cells) == ["23:28", "23:28", None]
    assert read(moments.minute("a", zone), *cells) == ["2015-10-04 23:28", "2015-07-04 23:28", "2015-10-05"]


@pytest.mark.parametrize(
    ("order", "cell", "expected"),
    [
        ("dmy", "31/05/2024", "2024-05-31"),
        ("dmy", "5/31/2024", None),
        ("mdy", "5/31/2024", "2024-05-31"),
        ("mdy", "4/28/2016 6:00", "2016-04-28T06:00:00"),
        ("dmy", "9/9/99, 9:59 PM", "1999-09-09T21:59:00"),
        ("mdy", "12/1/2020 12:05 am", "2020-12-01T00:05:00"),
        ("mdy", "12/1/2020 12:05:10 p.m.", "2020-12-01T12:05:10"),
        ("dmy", "1/12/24", "2024-12-01"),
        ("ymd", "2024-05-31 10:11:12.345 GMT", "2024-05-31T10:11:12"),
        ("ymd", "2024/5/1", "2024-05-01"),
        ("dmy", "2024-05-31T10:11:12Z", "2024-05-31T10:11:12"),
        ("ymd", "2024-02-30", None),
        ("dmy", "31.05.2024 25:00", None),
    ],
)
def test_custom_dates_are_read_in_the_order_that_the_column_proves(
    order: str, cell: str, expected: str | None
) -> None:
    assert read(moments.iso("a", order), cell) == [expected]


def test_labels_are_renamed_dropped_and_written_once() -> None:
    renamed = {"vvs": "Plumbing, heating", "from iPhone": None}

    found = read(labels.labels(labels.tags("a"), renamed), "vvs, a ,,from iPhone,a", "from iPhone", None)

    assert found == ["Plumbing heating, a", None, None]


def test_owners_follow_the_mapping_and_deleted_users_leave_a_blank() -> None:
    owners = {"Bo": "bo@firm.example", "Gone": None, "Ada - Deleted": "Eve"}
    cells = ["Anna", "Bo", "Gone", "Old - Deleted", "Ada - Deleted", "Bo - Deleted", None]

    assert read(owner("a", owners), *cells) == [
        "Anna", "bo@firm.example", None, None, "Eve", "bo@firm.example", None,
    ]  # fmt: skip
    assert read(lost_owner("a", owners), *cells) == [
        None,
        None,
        "Gone",
        "Old - Deleted",
        None,
        None,
        None,
    ]


def test_a_duration_counts_begun_minutes() -> None:
    assert read(numbers.duration("a"), "0", "95", "3600", "-1", "long") == [
        "00:00",
        "00:02",
        "01:00",
        None,
        None,
    ]


def test_a_flag_knows_yes_and_no() -> None:
    assert read(flag("a"), "true", "1", "False", "maybe", None) == [True, True, False, None, None]
    assert read(flag("a"), "1.0", "WAHR", "0.0", "Falsch") == [True, True, False, False]
    assert read(flag("a"), "ja", "Sí", "si", "sim", "oui", "x", "não", "nao") == [True] * 6 + [False] * 2
    assert not {*YES} & {*NO}


def test_a_lone_mark_is_a_tick_only_where_ticks_stand() -> None:
    assert read(tick("a"), "x", "✓", "ja", "No", "maybe") == [None, None, True, False, None]


@given(st.text(max_size=30))
def test_text_read_twice_is_text_read_once(cell: str) -> None:
    once = read(text("a"), cell)

    assert read(text("a"), *once) == once


@given(st.text(max_size=40))
def test_no_cell_makes_a_word_fail(cell: str) -> None:
    frame = pl.LazyFrame({"a": [cell]}).with_columns(text("a"))
    words = [
        texts.name,
        texts.email,
        texts.is_email_alone,
        numbers.number,
        flag,
        moments.day,
        moments.moment,
        markup.html,
        labels.tags,
    ]

    found = frame.select(word("a").alias(word.__name__) for word in words).collect()

    assert found.height == 1


def digits_out(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all("[0-9]", "")


def letter(one: str) -> Callable[[pl.Expr], pl.Expr]:
    return lambda cell: cell.str.extract(f"({one}+)")


SPARED = [
    (lambda a: sparing.where_found(a, "[0-9]", digits_out), digits_out),
    (lambda a: sparing.unless_found(a, "^[^0-9]*$", digits_out), digits_out),
    (lambda a: sparing.once_each(a, digits_out), digits_out),
    (
        lambda a: sparing.first_found(a, letter("x"), letter("y"), letter("z")),
        lambda a: pl.coalesce(letter(one)(a) for one in "xyz"),
    ),
    (
        lambda a: sparing.either(letter("x")(a), letter("y")(a), pl.col("b")),
        lambda a: pl.coalesce(letter("x")(a), letter("y")(a), pl.col("b")),
    ),
]


@pytest.mark.parametrize("few", [0, 500], ids=["as of many", "as of few"])
@pytest.mark.parametrize(("spared", "plain"), SPARED)
@given(
    cells=st.lists(st.none() | st.text("xyz12", max_size=3), max_size=12),
    blank=st.booleans(),
)
def test_looking_first_changes_nothing(
    few: int, spared: sparing.Reading, plain: sparing.Reading, cells: list[str | None], blank: bool
) -> None:
    frame = pl.DataFrame({"a": [None] * len(cells) if blank else cells, "b": cells}).cast(pl.String)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparing, "_READ_AT_ONCE", few)
        found = frame.select(spared(pl.col("a")).alias("read"))

    assert found.equals(frame.select(plain(pl.col("a")).alias("read")))

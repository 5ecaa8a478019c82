"""What "the same value" means between a written cell and the one that Pipedrive shows: by the field's type.

Every comparison takes two expressions, the written cell and the shown one, and gives a Boolean. Shown values
are read as Pipedrive's exports print them (`pipedrive/exports/words.yaml`): days with a time, numbers with
decimals, texts as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from collections.abc import Mapping as MappingOf
from functools import partial
from typing import Final

import polars as pl

from zsell_transform.cleaning.markup import html
from zsell_transform.cleaning.moments import ORDERS, date, date_of
from zsell_transform.cleaning.numbers import MARKS, number
from zsell_transform.folding import digits, folded
from zsell_transform.frames.sparse import BLANK
from zsell_transform.lap.added_lines import ADDED
from zsell_transform.pipedrive.fields import ACTIVITY_NOTE, NOTE, field_facts
from zsell_transform.pipedrive.own_ids import html_lines

Same = Callable[[pl.Expr, pl.Expr], pl.Expr]

#: Lines that the lap puts into a text for what the row could not name; no part of Sell's text.
ADDED_LINES: Final = rf"(?m)^(?:{'|'.join(map(re.escape, ADDED))}).*$"
#: Kinds of fields that hold several values, to which an import may only add.
LISTS: Final = ("labels", "multiple_option")
#: A creation day was written without a time: the account's zone decides which moment that is.
_ZONES: Final = pl.duration(hours=14)


def kinds(headers: Collection[str], types: MappingOf[str, str]) -> dict[str, str]:
    """Header → how it is compared: its type in `fields.yaml` or as a created field, `html` for texts."""
    facts = field_facts()
    return {
        header: "html" if header in (ACTIVITY_NOTE, NOTE)
        else types.get(header) or (facts[header].type if header in facts else "text")
        for header in headers
    }  # fmt: skip


def same(kind: str, written: pl.Expr, there: pl.Expr) -> pl.Expr:
    """Whether both cells say the same; null counts as blank, and two blanks are the same."""
    equal = _SAME.get(kind, _text)(written, there).fill_null(value=False)
    return written.eq_missing(there) | equal


def as_it_stands(said: pl.Expr, there: pl.Expr) -> pl.Expr:
    """Whether a cell of Sell's is shown as it stands there, in whatever type its field was made."""
    return _text(said, there).fill_null(value=False)


def _readings(day: Callable[..., pl.Expr]) -> list[tuple[Callable[[pl.Expr], pl.Expr], Same]]:
    """Every way to read a cell of Sell's, with how its reading is compared: as it stands, as a day in any
    order of its parts, as a number under either mark.

    Args:
        day: a cell and an order → its day.
    """
    return [
        (lambda cell: cell, _text),
        *((partial(day, order=order), _date) for order in ORDERS),
        *((partial(number, mark=mark), _number) for mark in MARKS),
    ]


def read_somehow(said: pl.Expr, there: pl.Expr) -> pl.Expr:
    """Whether what is shown is a cell of Sell's as it stands, or a reading of it; a day may have a time."""
    alike = (same_as(read(said), there) for read, same_as in _readings(date_of))
    return pl.any_horizontal(each.fill_null(value=False) for each in alike)


def in_the_form_of(said: pl.Expr, there: pl.Expr, said_then: pl.Expr) -> pl.Expr:
    """A cell of Sell's in the form in which another one is shown: as it stands, as a day, or as a number.

    Null where that one is not shown, where it may be shown in either of two forms that differ for this cell,
    and where the form does not take it: a day has no time.
    """
    written = [pl.when(same_as(read(said_then), there)).then(read(said)) for read, same_as in _readings(date)]
    each = pl.concat_list(written).list.drop_nulls().list.unique()
    as_it_is = pl.when(as_it_stands(said_then, there)).then(said)
    return pl.coalesce(as_it_is, pl.when(each.list.len() == 1).then(each.list.first()))


# --- one comparison a kind ----------------------------------------------------------------------------


def _plain(cell: pl.Expr) -> pl.Expr:
    return cell.str.normalize("NFC").str.replace_all(r"\s+", " ").str.strip_chars(" ")


def _text(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    return _plain(written) == _plain(there)


def _name(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    """A name that was kept apart carries ` (City)` or ` (2)` behind it: no difference."""
    distinct = _plain(there).str.starts_with(_plain(written) + " (") & there.str.ends_with(")")
    return _text(written, there) | distinct


def _word(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    return folded(written) == folded(there)


def _html(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    return as_text(written) == as_text(there)


def as_text(cell: pl.Expr) -> pl.Expr:
    """HTML → its text on one line, without the lines that a lap adds."""
    return _plain(html_lines(cell).str.replace_all(ADDED_LINES, ""))


def with_added_lines(text: pl.Expr, there: pl.Expr, *, headed: bool) -> pl.Expr:
    """A text (HTML) with the lines that a lap has put into the one that is there, behind a note's heading.

    They tell of what the row could not name, and stand nowhere else.
    """
    found = html_lines(there).str.extract_all(ADDED_LINES)
    lines = html(found.list.join("\n"))
    heading, body = text.str.extract(r"^(.*?)(?:<br>|$)"), text.str.extract(r"^.*?<br>(.*)$")
    first, rest = (heading, body) if headed else (BLANK, text)
    whole = pl.concat_str(first, lines, rest, separator="<br>", ignore_nulls=True)
    return pl.when(found.list.len() > 0).then(whole).otherwise(text)


def _number(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    """Without spaces, thousands separators and a currency's sign or code; anything else is no number."""
    beside = r"[\s,'’\p{Sc}]|^[A-Z]{3}|[A-Z]{3}$"
    a, b = (cell.str.replace_all(beside, "").cast(pl.Float64, strict=False) for cell in (written, there))
    return (a - b).abs() <= pl.max_horizontal(a.abs(), 1.0) * 1e-9


def _stamp(cell: pl.Expr) -> pl.Expr:
    minute = cell.str.extract(r"^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d)").str.replace("T", " ", literal=True)
    return minute.str.to_datetime("%Y-%m-%d %H:%M", strict=False, cache=False, time_unit="ms")


def _day(cell: pl.Expr) -> pl.Expr:
    return cell.str.extract(r"^(\d{4}-\d\d-\d\d)")


def _date(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    """A day, shown alone or as a moment of some zone."""
    begin = _day(written).str.to_datetime("%Y-%m-%d", strict=False, cache=False, time_unit="ms")
    return (_day(written) == _day(there)) | ((_stamp(there) - begin).abs() <= _ZONES).fill_null(value=False)


def _moment(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    """To the minute; to the day where either side has no time."""
    both = _stamp(written).is_not_null() & _stamp(there).is_not_null()
    return pl.when(both).then(_stamp(written) == _stamp(there)).otherwise(_day(written) == _day(there))


def _time(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    a, b = (cell.str.extract(r"(\d{1,2}:\d\d)(?::\d\d)?$").str.zfill(5) for cell in (written, there))
    return a == b


def _phone(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    """By digits; Pipedrive may show several numbers in one cell."""
    several = pl.lit("|") + there.str.replace_all(r"[,;]", "|").str.replace_all(r"[^\d|]", "") + "|"
    return several.str.contains(pl.lit("|") + digits(written) + "|", literal=True) | _text(written, there)


def _email(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    several = pl.lit("|") + folded(there).str.replace_all(r"\s*[,;]\s*", "|") + "|"
    return several.str.contains(pl.lit("|") + folded(written) + "|", literal=True)


def _labels(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    a, b = (each_label(cell).list.unique().list.sort().list.join(",") for cell in (written, there))
    return a == b


def each_label(cell: pl.Expr) -> pl.Expr:
    """The labels, or chosen options, of a cell, as they are compared."""
    return folded(cell).str.split(",").list.eval(pl.element().str.strip_chars())


def _address(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    a, b = (folded(cell).str.replace_all(r"[^\p{L}\p{N}]", "") for cell in (written, there))
    return a == b


def _stage(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    """`Quote` and `Quote (Roofs)` are the same stage, said without and with its pipeline."""
    a, b = folded(written), folded(there)
    return (a == b) | b.str.starts_with(a + " (") | a.str.starts_with(b + " (")


def _moved_stage(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    """Of a deal that left its stage: what is shown without its pipeline may be a stage of another one."""
    a, b = folded(written), folded(there)
    return (a == b) | b.str.starts_with(a + " (")


def _done(written: pl.Expr, there: pl.Expr) -> pl.Expr:
    yes = folded(there).is_in(["done", "yes", "true", "1"])
    return (folded(written) == "done") == yes


_SAME: Final[dict[str, Same]] = {
    "name": _name, "html": _html, "numerical": _number, "monetary": _number, "probability": _number,
    "date": _date, "moment": _moment, "time": _time, "phone": _phone, "email": _email,
    "labels": _labels, "multiple_option": _labels, "address": _address, "stage": _stage,
    "moved_stage": _moved_stage, "done": _done,
    "word": _word, "user": _word, "status": _word, "single_option": _word, "yes_no": _word, "currency": _word,
}  # fmt: skip

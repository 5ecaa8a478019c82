"""The words that read a cell: pure functions from a column (its name, or an expression) to an expression.

`text` reads a raw cell; every other word takes what `text` has read (trimmed, blank is null), so that this is
done once. Null in, null out; a cell that cannot be read becomes null, and the caller says what was expected.
Each word is named for what comes out of it; they give text, save where the docstring says otherwise. What the
cells of Zendesk Sell look like is told beside each pattern (genuine exports of 2016 and 2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from html import escape
from typing import Final

import polars as pl

from zsell_transform.frames.sparing import by_form, once_each, unless_found, where_found

Cell = str | pl.Expr

#: Digits are those of ASCII: nothing says that Pipedrive reads others, and patterns of all are dear to make.
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OFFSET: Final = "[+-][0-9]{2}:?[0-9]{2}"
#: A standard moment of Sell's: `2015-10-05T08:28:00Z`, `2015-10-05 08:28:00 UTC`, `…:00.678Z`, `…+00:00`,
#: without seconds, or a day.
MOMENT: Final = (
    rf"^{_DAY}(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-5][0-9](?:[.,][0-9]+)?)? ?(?:Z|UTC|{_OFFSET})?)?$"
)
#: The same without an offset.
_UTC: Final = rf"^{_DAY}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)? ?(?:Z|UTC)?)?$"
#: The apostrophe by which Sell keeps spreadsheets from reading a cell as a formula: `'+56912345678`.
#: Cells with line breaks come without it, so that theirs was written by somebody.
GUARD: Final = r"^'[+\-=@][^\r\n]*$"
#: The `?` of a link (`mailto:a@b.se?subject=hi`) ends an address.
ADDRESS_OF_MAIL: Final = r'[^\s@,;:<>()"]+@[^\s@,;:<>()"?]*[^\s@,;:<>()".?]'
#: An address with nothing beside it that says anything.
_MAIL_ALONE: Final = rf'^[\s,;:<>()"]*(?i:mailto:)?[\s<]*{ADDRESS_OF_MAIL}[\s,;:<>()".]*$'
DELETED: Final = " - Deleted"
BREAK: Final = "<br>"

#: Thousands separators that may stand in a number, by its decimal mark.
_GROUPS: Final = {".": r",'’  \x{00a0}\x{202f}", ",": r".'’  \x{00a0}\x{202f}"}


def cell(column: Cell) -> pl.Expr:
    """The column itself, whether given by name or as an expression."""
    return pl.col(column) if isinstance(column, str) else column


# --- text --------------------------------------------------------------------------------------------


def text(column: Cell) -> pl.Expr:
    """The cell without outer spaces and without the spreadsheet apostrophe; blank becomes null."""
    trimmed = cell(column).str.strip_chars()
    return pl.when(trimmed.str.contains(GUARD)).then(trimmed.str.slice(1)).when(trimmed != "").then(trimmed)


def filled(column: Cell) -> pl.Expr:
    """The cell; blank becomes null."""
    return pl.when(cell(column) != "").then(cell(column))  # `replace` would hold the whole column


def name(column: Cell) -> pl.Expr:
    """Text on one line: line breaks and tabs become a space. Inner spaces stay as they are."""
    return where_found(cell(column), r"[\r\n\t]", lambda c: c.str.replace_all(r"\s*[\r\n\t]+\s*", " "))


def phone(column: Cell) -> pl.Expr:
    """A phone number as Sell has it, without the spreadsheet apostrophe."""
    return name(column)


def email(column: Cell) -> pl.Expr:
    """The first e-mail address in the cell, without `mailto:` or a name around it."""
    return unless_found(cell(column), rf"^{ADDRESS_OF_MAIL}$", lambda c: c.str.extract(ADDRESS_OF_MAIL, 0))


def is_email_alone(column: Cell) -> pl.Expr:
    """Boolean: is the cell an e-mail address, with no words beside it such as `no longer`?"""
    return cell(column).str.contains(_MAIL_ALONE)


def joined(*parts: Cell, by: str = " ") -> pl.Expr:
    """The parts that hold something, joined; null where none does."""
    return filled(pl.concat_str([cell(part) for part in parts], separator=by, ignore_nulls=True))


def address(street: Cell, place: Cell, region: Cell, country: Cell) -> pl.Expr:
    """An address in one line: `street, zip city, region, country`; the first two are read already."""
    return joined(street, place, name(region), name(country), by=", ")


def place(zip_code: Cell, city: Cell) -> pl.Expr:
    """Zip code and city."""
    return joined(name(zip_code), name(city))


def street(column: Cell) -> pl.Expr:
    """A street on one line, with commas for its line breaks."""
    return where_found(cell(column), r"[\r\n]", lambda c: c.str.replace_all(r"[\s,]*[\r\n]+\s*", ", "))


def first_line(column: Cell) -> pl.Expr:
    """The first line of a text."""
    line = where_found(cell(column), r"[\r\n]", lambda c: c.str.extract(r"^[^\r\n]*", 0))
    return line.str.strip_chars_end()


def other_lines(column: Cell) -> pl.Expr:
    """Everything behind the first line of a text; null where there is nothing."""
    return filled(cell(column).str.replace(r"^[^\r\n]*[\r\n]*", ""))


def shortened(column: Cell, longest: int) -> pl.Expr:
    """At most `longest` characters, cut between words (within one that is as long as a line), with an
    ellipsis where something was cut.
    """
    whole = cell(column)
    long = pl.when(whole.str.len_chars() > longest).then(whole)
    return pl.coalesce(long.str.slice(0, longest - 1).str.replace(r"\s+\S{0,60}$", "") + "…", whole)


def escaped(text: pl.Expr) -> pl.Expr:
    """Text with `& < >` as HTML has them."""
    return text.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])


def html(column: Cell) -> pl.Expr:
    """Plain text as HTML: `& < >` escaped; `\\r\\n`, `\\n` and a lone `\\r` become `<br>`."""

    def written(text: pl.Expr) -> pl.Expr:
        return escaped(text).str.replace_all(r"\r\n?|\n", BREAK)

    return where_found(cell(column), r"[&<>\r\n]", written)


def said(label: str, column: Cell) -> pl.Expr:
    """A line of HTML that names what it tells: `Reminder: 2014-09-04 08:15`."""
    words = re.sub(r"\r\n?|\n", BREAK, escape(f"{label}: ", quote=False))
    return pl.concat_str(pl.lit(words), html(column))


def lines(*parts: Cell) -> pl.Expr:
    """HTML lines one below the other."""
    return joined(*parts, by=BREAK)


# --- numbers -----------------------------------------------------------------------------------------


def number(column: Cell, mark: str | None = None) -> pl.Expr:
    """A bare number with a dot.

    Thousands separators are read only where the decimal mark is known; nothing is rounded. Under
    a mark that is "undecided" or "contradicts", only numbers are read that say the same with either mark, or
    anything with one only.
    """
    whole = r"^-?[0-9]+(?:\.[0-9]*)?$" if mark in (".", None) else r"^-?[0-9]+$"
    return unless_found(cell(column), whole, lambda raw: _bare(raw, mark))


def _bare(raw: pl.Expr, mark: str | None) -> pl.Expr:
    if mark in ("undecided", "contradicts"):
        one, other = (_bare(raw, known) for known in MARKS)
        return pl.when(one.is_null() | other.is_null() | (one == other)).then(pl.coalesce(one, other))
    if mark not in _GROUPS:
        return pl.when(raw.str.contains(r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$")).then(
            raw.str.strip_prefix("+")
        )
    gap, point = _GROUPS[mark], re.escape(mark)
    form = rf"^[+-]?(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[{gap}][0-9]{{3}})+)?(?:{point}[0-9]*)?$"
    bare = raw.str.replace_all(rf"[{gap}+]", "").str.replace(mark, ".", literal=True)
    return pl.when(raw.str.contains(form) & raw.str.contains(r"[0-9]")).then(bare)


def percent(column: Cell) -> pl.Expr:
    """A bare number of hundredths, as `number` has it: `90`, `90%`, `90 %`."""
    return number(cell(column).str.strip_suffix("%").str.strip_chars_end())


def duration(seconds: Cell) -> pl.Expr:
    """Seconds → `HH:MM`, begun minutes counted as whole ones, as Pipedrive knows no seconds."""
    span = cell(seconds).cast(pl.Float64, strict=False)
    minutes = (span / 60).ceil().cast(pl.Int64, strict=False)
    clock = [part.cast(pl.String).str.zfill(2) for part in (minutes // 60, minutes % 60)]
    return pl.when(span >= 0).then(pl.concat_str(clock, separator=":"))


# --- days and moments --------------------------------------------------------------------------------


def local(column: Cell, zone: str | None) -> pl.Expr:
    """Datetime (no zone) in the given zone, to the minute; a day without a time is never shifted."""
    raw = cell(column)
    sound = pl.when(raw.str.contains(MOMENT)).then(raw)
    # Behind a moment the midnight is cut off again; behind a day it makes one.
    minute = (sound + "T00:00").str.slice(0, 16).str.replace(" ", "T", literal=True)
    stamp = minute.str.to_datetime("%Y-%m-%dT%H:%M", strict=False, cache=False, time_unit="ms")
    stamp = stamp - _ahead(sound)
    if zone in (None, "UTC"):
        return stamp
    there = stamp.dt.replace_time_zone("UTC").dt.convert_time_zone(str(zone)).dt.replace_time_zone(None)
    return pl.when(_has_time(raw)).then(there).otherwise(stamp)


def _ahead(sound: pl.Expr) -> pl.Expr:
    """Duration by which a moment's own offset (`+02:00`) is ahead of UTC; nothing for `Z`, `UTC` and none."""
    offset = pl.when(~sound.str.ends_with("Z")).then(sound.str.slice(16))  # nearly every moment ends so
    written = offset.str.extract(f"{_OFFSET}$", 0).str.replace(":", "", literal=True)
    hours, minutes = (written.str.slice(at, 2).cast(pl.Int64, strict=False) for at in (1, 3))
    sign = pl.when(written.str.starts_with("-")).then(-1).otherwise(1)
    return ((hours * 60 + minutes) * sign * 60_000).fill_null(0).cast(pl.Duration("ms"))


def _stamp(column: Cell, zone: str | None) -> pl.Expr:
    """`YYYY-MM-DD HH:MM`; what is in UTC and is to stay so is cut out of the text, the rest needs a clock."""

    def cut(raw: pl.Expr) -> pl.Expr:
        clock = raw.str.slice(11, 5)
        return raw.str.slice(0, 10) + " " + pl.when(clock != "").then(clock).otherwise(pl.lit("00:00"))

    return by_form(cell(column), partial(_stays, zone), cut, lambda raw: _printed(raw, zone))


def _printed(raw: pl.Expr, zone: str | None) -> pl.Expr:
    return local(raw, zone).dt.strftime("%Y-%m-%d %H:%M")


def _stays(zone: str | None, cells: pl.Series) -> bool:
    return zone in (None, "UTC") and _in_utc(cells)


def _in_utc(cells: pl.Series) -> bool:
    """Whether every cell is a day that there is, with a time in UTC or without."""
    cell = pl.col("cell")
    frame = cells.to_frame("cell")
    if not frame.select(cell.str.contains(_UTC).all()).item():
        return False
    days = frame.select(cell.str.slice(0, 10).drop_nulls().unique())
    return not days.select(cell.str.to_date("%Y-%m-%d", strict=False, cache=False).is_null().any()).item()


def _first_ten(raw: pl.Expr) -> pl.Expr:
    return raw.str.slice(0, 10)


def _has_time(column: Cell) -> pl.Expr:
    return cell(column).str.len_bytes() > len("2024-05-31")


def day(column: Cell, zone: str | None = None) -> pl.Expr:
    """`YYYY-MM-DD` of a moment in the given zone (UTC unless set)."""

    def printed(raw: pl.Expr) -> pl.Expr:
        return _printed(raw, zone).str.slice(0, 10)

    return by_form(cell(column), partial(_stays, zone), _first_ten, printed)


def time(column: Cell, zone: str | None = None) -> pl.Expr:
    """`HH:MM` of a moment in the given zone; null for a day without a time."""
    return pl.when(_has_time(column)).then(_stamp(column, zone).str.slice(11))


def moment(column: Cell, zone: str | None = None) -> pl.Expr:
    """`YYYY-MM-DD HH:MM:SS` of a moment in the given zone."""
    seconds = pl.when(cell(column).str.slice(16, 1) == ":").then(cell(column).str.slice(16, 3))
    return _stamp(column, zone) + seconds.fill_null(":00")


def minute(column: Cell, zone: str | None = None) -> pl.Expr:
    """`YYYY-MM-DD HH:MM` of a moment, `YYYY-MM-DD` of a day without a time: for people to read."""
    stamp = _stamp(column, zone)
    return pl.when(_has_time(column)).then(stamp).otherwise(stamp.str.slice(0, 10))


#: How a column's dates may be written: year, day or month first.
ORDERS: Final = ("ymd", "dmy", "mdy")
#: How a column's numbers may be written: the decimal mark; the other one may part thousands.
MARKS: Final = (".", ",")
#: How strptime reads a date in each order; days and months may have one digit. A year of two digits is 19xx
#: from 70 on; a date that begins with its year is read in any order.
_FORMATS: Final = {
    "ymd": ("%Y-%m-%d",),
    "dmy": ("%d-%m-%Y", "%d-%m-%y", "%Y-%m-%d"),
    "mdy": ("%m-%d-%Y", "%m-%d-%y", "%Y-%m-%d"),
}
#: A time of day behind a date: `T10:11:12Z`, ` 6:00`, `, 9:59 PM`.
_CLOCK: Final = (
    r"(?i)^(?:T|,? +)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[ap]\.?m\.?)?"
    rf"(?: ?(?:Z|UTC|GMT|{_OFFSET}))?$"
)


def date(column: Cell, order: str) -> pl.Expr:
    """`YYYY-MM-DD` of a date without a time, in a known order: `ymd`, `dmy` or `mdy`."""
    return _calendar(cell(column), order)


def date_of(column: Cell, order: str) -> pl.Expr:
    """`YYYY-MM-DD` of a date with or without a time, as it stands: the zone of a custom moment is nominal."""

    def read(raw: pl.Expr) -> pl.Expr:
        head, tail = _parted(raw)
        return pl.when((tail == "") | _clock(tail).is_not_null()).then(_calendar(head, order))

    return by_form(cell(column), _in_utc, _first_ten, read)


def clock_of(column: Cell) -> pl.Expr:
    """`HH:MM` of a date with a time, as it stands; null for a date without one."""

    def read(raw: pl.Expr) -> pl.Expr:
        return _clock(_parted(raw)[1]).str.slice(0, 5)

    return by_form(cell(column), _in_utc, lambda raw: filled(raw.str.slice(11, 5)), read)


def hour(column: Cell) -> pl.Expr:
    """`HH:MM` of a time of day that stands alone: `9:00`, `8:15 PM`, `09:30:45`."""
    return _clock(pl.lit(" ") + cell(column)).str.slice(0, 5)


def iso(column: Cell, order: str) -> pl.Expr:
    """A date in a known order, with or without a time → `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`."""
    clock = pl.lit("T") + _clock(_parted(column)[1])
    return date_of(column, order) + clock.fill_null("")


def _parted(column: Cell) -> tuple[pl.Expr, pl.Expr]:
    """The digits of a date, and what stands behind them."""
    head = cell(column).str.extract(r"^[0-9][0-9./-]*", 0)
    return head, cell(column).str.slice(head.str.len_bytes())


def _calendar(written: pl.Expr, order: str) -> pl.Expr:
    def read(dates: pl.Expr) -> pl.Expr:
        dashed = dates.str.replace_many(["/", "."], ["-", "-"])
        tries = [dashed.str.to_date(form, strict=False, cache=False) for form in _FORMATS[order]]
        # `%Y` also takes the two digits of a short year, for the year 24.
        return pl.coalesce(pl.when(one.dt.year() >= 1000).then(one) for one in tries).cast(pl.String)

    return once_each(written, read)


def _clock(tail: pl.Expr) -> pl.Expr:
    """`HH:MM:SS`; null where there is no time of day, or none that a day has."""
    return once_each(tail, lambda clock: _read_clock(clock).dt.strftime("%H:%M:%S"))


def _read_clock(tail: pl.Expr) -> pl.Expr:
    sound = pl.when(tail.str.contains(_CLOCK)).then(tail)
    halved = sound.str.extract(r"(?i)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?[0-9.]* ?[ap]\.?m", 0)  # 9:59 p.m
    whole = pl.when(halved.is_null()).then(sound.str.extract(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?", 0))
    halved = halved.str.to_uppercase().str.replace(r"(?:\.[0-9]+)? ?([AP])\.?M", " ${1}M")
    return pl.coalesce(
        *(whole.str.to_time(form, strict=False, cache=False) for form in ("%H:%M:%S", "%H:%M")),
        *(halved.str.to_time(form, strict=False, cache=False) for form in ("%I:%M %p", "%I:%M:%S %p")),
    )


# --- labels and owners -------------------------------------------------------------------------------


def word(column: Cell) -> pl.Expr:
    """Text that can stand in a list of labels: commas, which would split it, become spaces."""
    return name(column).str.replace_all(r"\s*,\s*", " ")


def tags(*columns: Cell) -> pl.Expr:
    """List of the tags in comma-joined cells, in order, trimmed; null where there is none."""
    whole = pl.concat_str([cell(column) for column in columns], separator=",", ignore_nulls=True)
    return filled(whole.str.replace_all(r"\s*,[\s,]*", ",").str.strip_chars(", ")).str.split(",")


def one_label(label: str) -> str:
    """A label's name as labels may be called: commas part them, so that it has none. For Python values."""
    return " ".join(label.replace(",", " ").split())


def labels(listed: pl.Expr, renamed: Mapping[str, str | None]) -> pl.Expr:
    """A list of tags → labels joined `, `: renamed or, where the new name is null, dropped; each once."""
    if renamed:
        new = [None if label is None else one_label(label) for label in renamed.values()]
        changed = pl.element().replace(
            pl.Series(list(renamed), dtype=pl.String), pl.Series(new, dtype=pl.String)
        )
        listed = listed.list.eval(changed.drop_nulls())
    return filled(listed.list.unique(maintain_order=True).list.join(", "))


def has_any(listed: pl.Expr, wanted: Iterable[str]) -> pl.Expr:
    """Boolean: does a list of tags hold any of the wanted ones?"""
    return listed.list.eval(pl.element().is_in(list(wanted))).list.any().fill_null(value=False)


def owner(column: Cell, owners: Mapping[str, str | None]) -> pl.Expr:
    """The Pipedrive user: what `owners` makes of the Sell name, else that name; null where none follows."""
    return once_each(cell(column), lambda user: _owner(user, owners))


def lost_owner(column: Cell, owners: Mapping[str, str | None]) -> pl.Expr:
    """The Sell name of an owner whom Pipedrive will not have, as Sell writes it."""
    return once_each(cell(column), lambda user: pl.when(_owner(user, owners).is_null()).then(name(user)))


def _owner(user: pl.Expr, owners: Mapping[str, str | None]) -> pl.Expr:
    given = name(user)
    if not owners:
        return pl.when(~given.str.ends_with(DELETED)).then(given)
    users, mapped = _users(owners)
    new = given.replace(users, mapped)
    return pl.when(given.is_in(users.to_list()) | ~given.str.ends_with(DELETED)).then(new)


def author(column: Cell) -> pl.Expr:
    """A user's name for people to read: without ` - Deleted`."""
    return name(column).str.strip_suffix(DELETED)


def _users(owners: Mapping[str, str | None]) -> tuple[pl.Series, pl.Series]:
    """Sell names → users.

    Who names a user means the deleted one of that name as well, unless that one is named too.
    """
    known = {f"{user}{DELETED}": new for user, new in owners.items() if not user.endswith(DELETED)} | dict(
        owners
    )
    return pl.Series(list(known), dtype=pl.String), pl.Series(list(known.values()), dtype=pl.String)

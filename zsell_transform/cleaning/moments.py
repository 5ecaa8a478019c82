"""Days, times and moments: Sell's own, and the dates of custom fields in any order."""

from __future__ import annotations

from functools import partial
from typing import Final

import polars as pl

from zsell_transform.cleaning.cells import Cell, cell, filled
from zsell_transform.frames.sparing import by_form, once_each

#: How a column's dates may be written: year, day or month first.
ORDERS: Final = ("ymd", "dmy", "mdy")
#: Digits are those of ASCII: nothing says that Pipedrive reads others, and patterns of all are dear to make.
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OFFSET: Final = "[+-][0-9]{2}(?::?[0-9]{2})?"
#: A standard moment of Sell's: `2015-10-05T08:28:00Z`, `2015-10-05 08:28:00 UTC`, `…:00.678Z`, `…+00:00`,
#: `…+00` (as PostgreSQL prints), without seconds, or a day.
MOMENT: Final = (
    rf"^{_DAY}(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-5][0-9](?:[.,][0-9]+)?)? ?(?:Z|UTC|{_OFFSET})?)?$"
)
#: The same without an offset.
_UTC: Final = rf"^{_DAY}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)? ?(?:Z|UTC)?)?$"
#: How strptime reads a date in each order; days and months may have one digit. A year of two digits is 19xx
#: from 70 on; a date that begins with its year is read in any order.
_FORMATS: Final = {
    "ymd": ("%Y-%m-%d",),
    "dmy": ("%d-%m-%Y", "%d-%m-%y", "%Y-%m-%d"),
    "mdy": ("%m-%d-%Y", "%m-%d-%y", "%Y-%m-%d"),
}
#: An order that nothing decides: only what says the same in each is read, or anything in one only.
UNDECIDED: Final = "undecided"
#: A time of day behind a date: `T10:11:12Z`, ` 6:00`, `, 9:59 PM`.
_CLOCK: Final = (
    r"(?i)^(?:T|,? +)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[ap]\.?m\.?)?"
    rf"(?: ?(?:Z|UTC|GMT|{_OFFSET}))?$"
)


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
    hours, past = (written.str.slice(at, 2).cast(pl.Int64, strict=False) for at in (1, 3))
    minutes = past.fill_null(0)
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


def date(column: Cell, order: str) -> pl.Expr:
    """`YYYY-MM-DD` of a date without a time, in an order: `ymd`, `dmy`, `mdy`, or undecided."""
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
        if order != UNDECIDED:
            return _in_order(dashed, order)
        one, other = (_in_order(dashed, known) for known in ("dmy", "mdy"))
        return pl.when(one.is_null() | other.is_null() | (one == other)).then(pl.coalesce(one, other))

    return once_each(written, read)


def _in_order(dashed: pl.Expr, order: str) -> pl.Expr:
    tries = [dashed.str.to_date(form, strict=False, cache=False) for form in _FORMATS[order]]
    # `%Y` also takes the two digits of a short year, for the year 24.
    return pl.coalesce(pl.when(one.dt.year() >= 1000).then(one) for one in tries).cast(pl.String)


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

"""Names, addresses and texts, as plain text."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.cleaning.cells import Cell, cell, filled
from zsell_transform.frames.sparing import unless_found, where_found

#: The `?` of a link (`mailto:a@b.se?subject=hi`) ends an address.
ADDRESS_OF_MAIL: Final = r'[^\s@,;:<>()"]+@[^\s@,;:<>()"?]*[^\s@,;:<>()".?]'
#: An address with nothing beside it that says anything.
_MAIL_ALONE: Final = rf'^[\s,;:<>()"]*(?i:mailto:)?[\s<]*{ADDRESS_OF_MAIL}[\s,;:<>()".]*$'


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

"""Headers of a Smart List's ids that follow from the header of a name: `Kontakt` → `ID des Kontakts`.

`sell/smart_lists.yaml` lists the headers of ids that are known as such. What a list calls a record to which
its rows belong is known better than what it calls that record's id: so the latter is formed here, as the
language forms it. A customer's own number may be called so, too: only what is an id of people or companies
of the export is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import letters
from zsell_transform.ids import exact
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.recognise import Meaning
from zsell_transform.reading.vocabulary import PARTIES, SMART_LIST, SmartListWords, smart_list_words
from zsell_transform.sell.columns import LINKS

#: A header that begins or ends with the word for an id; Japanese parts no words.
_SAYS_ID: Final = re.compile(r"(?i:^id(?![^\W_])|(?<![a-zà-ɏ])id$)|[a-z]ID$")

#: Cells that may be ids of Sell's.
_IDS: Final = r"^\d+$"
#: So many of a column's different ids are those of people or companies: an export may hold some of them only.
_SHARE: Final = 0.5
#: Gives the ids of the people and companies of an export.
Ids = Callable[[], pl.Series]


@attrs.frozen
class Unsure:
    """A header that may be that of a link's ids, in a list that names the record and shows no id of it.

    Attributes:
        names: the headers that name records whose ids are not shown.
        columns: what the header would mean, for each of them.
    """

    header: str
    names: tuple[str, ...]
    columns: tuple[str, ...]


def ids_of_parties(tables: Sequence[tuple[Table, Meaning]]) -> Ids:
    """The ids of all people and companies of an export, looked up when they are asked for."""

    @cache
    def ids() -> pl.Series:
        none = [pl.LazyFrame(schema={"id": pl.String})]
        columns = [
            table.frame.select(exact(pl.col(header)).alias("id"))
            for table, meaning in tables
            if meaning.entity in PARTIES
            for header, column in meaning.columns.items()
            if column == "id"
        ]
        return pl.concat(none + columns).drop_nulls().unique().collect(engine="streaming").to_series()

    return ids


def with_id_headers(table: Table, meaning: Meaning, wished: Collection[str], ids: Ids) -> Meaning:
    """The meaning with the ids of links whose headers follow from those of their names.

    Args:
        wished: headers of which the mapping says what they mean.
        ids: those of the export's people and companies.
    """
    found: dict[str, str] = {}
    for column, headers in _open_links(table, meaning, wished).items():
        if header := next((one for one in headers if _are_theirs(table, one, ids)), ""):
            found[header] = column
    if not found:
        return meaning
    columns = meaning.columns | found
    in_order = {header: columns[header] for header in table.names if header in columns}
    return attrs.evolve(meaning, columns=in_order)


def unsure(table: Table, meaning: Meaning, wished: Collection[str], ids: Ids) -> Iterator[Unsure]:
    """Headers that speak of an id and are not known, where a link of the list goes by name alone.

    In a list without ids of its own, they are more likely those.
    """
    named = {column: header for header, column in meaning.columns.items()}
    if meaning.family != SMART_LIST or not table.rows or "id" not in named:
        return
    links = {named[name]: of_it for name, of_it in LINKS.get(meaning.entity, {}).items() if name in named}
    links = {header: column for header, column in links.items() if column not in named}
    if not links:
        return
    formed = _open_links(table, meaning, wished)
    for header in _unknown(table, meaning, wished):
        of_form = {name: column for name, column in links.items() if header in formed.get(column, ())}
        if of_form or _SAYS_ID.search(header):
            found = of_form or links
            if _holds(table, header, "") if of_form else _may_be_theirs(table, header, ids):
                yield Unsure(header, tuple(found), tuple(found.values()))


def _open_links(table: Table, meaning: Meaning, wished: Collection[str]) -> dict[str, list[str]]:
    """Id column of a link that no header of the list means → the headers that it may have by their form."""
    if meaning.family != SMART_LIST:
        return {}
    words = smart_list_words(meaning.entity, meaning.language)
    unknown = _unknown(table, meaning, wished)
    found: dict[str, list[str]] = {}
    for name, column in LINKS.get(meaning.entity, {}).items():
        shown = [letters(header) for header, of_it in meaning.columns.items() if of_it == name]
        forms = {form for one in (*words.headers(name), *shown) for form in _forms(one, words)}
        if column not in meaning.columns.values():
            found[column] = [header for header in unknown if letters(header) in forms]
    return found


def _forms(name: str, words: SmartListWords) -> Iterator[str]:
    """What the ids of a record may be called, by their letters."""
    for one in (name, *words.inflected.get(name, ())):
        for form in words.id_forms:
            yield letters(form.format(one))


def _unknown(table: Table, meaning: Meaning, wished: Collection[str]) -> list[str]:
    known = {*meaning.columns, *meaning.rivals, *meaning.momentary, *wished}
    return [header for header in table.names if header not in known]


def _are_theirs(table: Table, header: str, ids: Ids) -> bool:
    """Whether a column holds ids of the export's people and companies."""
    cells = table.frame.select(cell=_filled(header)).drop_nulls().unique().collect(engine="streaming")
    if not (cells.height and cells["cell"].str.contains(_IDS).all()):
        return False
    known = cells.select(exact(pl.col("cell")).is_in(ids().implode()).sum()).item()
    return bool(known >= _SHARE * cells.height)


def _may_be_theirs(table: Table, header: str, ids: Ids) -> bool:
    """The same, where no list shows their ids: whether it may."""
    return _are_theirs(table, header, ids) if ids().len() else _holds(table, header, _IDS)


def _holds(table: Table, header: str, pattern: str) -> bool:
    """Whether a column has cells that are not blank, and all of these are like a pattern."""
    cells = _filled(header)
    asked = table.frame.select(cells.str.contains(pattern).all() & cells.is_not_null().any())
    return bool(asked.collect(engine="streaming").item())


def _filled(header: str) -> pl.Expr:
    return pl.col(header).str.strip_chars().replace("", None)

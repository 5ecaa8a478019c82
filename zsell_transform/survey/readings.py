"""How each column is read, and which type of field it makes.

By what its values prove, else by those of its sibling in another entity, else by the mapping.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as MappingOf
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform.cleaning.numbers import MARKS
from zsell_transform.evidence import (
    DOUBTS,
    MAPPING,
    THOUSANDTHS,
    Evidence,
    Verdict,
    date_order,
    decimal_mark,
    judge,
    thousands_mark,
)
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import field_key
from zsell_transform.sell.columns import (
    DATES,
    MONEY,
    NO_FILES,
    NO_HEADERS,
    NUMBERS,
    Headers,
    called,
    is_custom,
    plain_name,
)
from zsell_transform.survey.questions import matters

#: Entities that share a file and its columns, or the fields that custom columns become.
_SIBLINGS: Final = {"companies": "contacts", "contacts": "companies", "leads": "deals", "deals": "leads"}


@attrs.frozen
class Reading:
    """How a column is read; `by` says who decides its order where its own values do not."""

    order: str | None
    mark: str | None
    by: str = ""


Evidences = MappingOf[str, MappingOf[str, Evidence]]
Readings = MappingOf[str, MappingOf[str, Reading]]
_NONE: Final[MappingOf[str, Collection[str]]] = MappingProxyType({})


def decide_readings(
    evidence: Evidences,
    ask: Mapping,
    words: pl.DataFrame | None,
    headers: MappingOf[str, Headers] = NO_FILES,
    made: MappingOf[str, Collection[str]] = _NONE,
) -> Readings:
    """How every column is read.

    Args:
        evidence: entity → column → what its values prove.
        ask: the mapping, for `day_first`.
        words: `column, value, count` of the deals' vocabulary columns: their currencies tell whether a number
            may have three decimals.
        headers: entity → the headers of its files, by which the mapping may name columns.
        made: entity → columns whose field is one of dates or numbers already, and stays one as Sell's own do.
    """
    no_thousandths = _has_no_thousandths(words)
    proven = {
        entity: {
            name: Reading(
                date_order(seen, sells_own=name in {*DATES.get(entity, ()), *made.get(entity, ())}),
                decimal_mark(seen, sells_own=name in {*NUMBERS.get(entity, ()), *made.get(entity, ())}),
            )
            for name, seen in columns.items()
            if matters(entity, name)
        }
        for entity, columns in evidence.items()
    }

    def day_first(entity: str, name: str) -> bool | None:
        wishes = ask.day_first.get(entity)
        if not wishes:
            return None
        names = called(name, evidence[entity], headers.get(entity, NO_HEADERS))
        return next((wishes[each] for each in names if each in wishes), None)

    def decided(entity: str, name: str) -> Reading:
        own, (other, sibling) = proven[entity][name], sibling_of(entity, name, proven)
        theirs = proven[other][sibling] if sibling else Reading(None, None)
        order, mark, by = own.order, own.mark, ""
        wish = day_first(entity, name)
        wish = day_first(other, sibling) if wish is None and sibling else wish
        if order == "undecided" and theirs.order in ("dmy", "mdy"):
            order, by = theirs.order, f"the values in {other} prove"
        elif order == "undecided" and wish is not None:
            order, by = "dmy" if wish else "mdy", MAPPING
        if mark == "undecided" and theirs.mark in MARKS and not evidence[other][sibling].either_mark:
            mark = theirs.mark
        elif mark == "undecided" and no_thousandths and name in MONEY.get(entity, ()):
            mark = thousands_mark(evidence[entity][name])
        return Reading(order, mark, by)

    return {entity: {name: decided(entity, name) for name in names} for entity, names in proven.items()}


def sibling_of(entity: str, name: str, read: MappingOf[str, MappingOf[str, Any]]) -> tuple[str, str]:
    """The column that is the same one (people and companies share a file), or becomes the same field (of
    leads and deals), with its entity; blank where there is none.
    """
    other = _SIBLINGS.get(entity, "")
    names = read.get(other, {})
    if entity in ("companies", "contacts"):
        return other, name if name in names else ""
    of_leads, of_deals = one_field(tuple(read.get("deals", ())), tuple(read.get("leads", ())))
    return other, {"leads": of_leads, "deals": of_deals}.get(entity, {}).get(name, "")


@lru_cache(maxsize=8)
def one_field(deals: tuple[str, ...], leads: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """Of columns that are one custom field of Pipedrive's: leads' column → deals', and the other way.

    A namesake letter by letter comes first; of names that differ by case, accents or spaces alone there is
    only one field, the first column's (`transformers.custom.unique_names`).
    """
    exact: dict[str, str] = {}
    alike: dict[str, str] = {}
    for column in (column for column in deals if is_custom("deals", column)):
        exact.setdefault(plain_name(column), column)
        alike.setdefault(field_key(plain_name(column)), column)
    custom = [column for column in leads if is_custom("leads", column)]
    mine = {column: exact[name] for column in custom if (name := plain_name(column)) in exact}
    for column in custom:
        theirs = alike.get(field_key(plain_name(column)))
        if column not in mine and theirs is not None and theirs not in mine.values():
            mine[column] = theirs
    return mine, {theirs: column for column, theirs in reversed(mine.items())}


def _has_no_thousandths(values: pl.DataFrame | None) -> bool:
    """Whether the deals have currencies, and each of them has two decimals or none."""
    if values is None:
        return False
    currencies = values.filter(pl.col("column") == "currency")["value"].str.to_uppercase()
    return len(currencies) > 0 and not currencies.is_in(list(THOUSANDTHS)).any()


def joined_evidence(entity: str, name: str, evidence: Evidences, read: Readings) -> Evidence:
    """The evidence of the column's field, which leads and deals share."""
    other, sibling = sibling_of(entity, name, read)
    shared = sibling and entity in ("leads", "deals")
    return evidence[entity][name].merged(evidence[other][sibling]) if shared else evidence[entity][name]


def verdict_of(entity: str, name: str, evidence: Evidences, read: Readings) -> Verdict:
    """The type of the column's field."""
    seen, reading = evidence[entity][name], read[entity][name]
    both = joined_evidence(entity, name, evidence, read)
    if both is seen:
        return judge(plain_name(name), seen, reading.order, reading.mark, reading.by)
    other, sibling = sibling_of(entity, name, read)
    sibling_reading = read[other][sibling]
    if not seen.filled:
        return judge(plain_name(name), both, sibling_reading.order, sibling_reading.mark, sibling_reading.by)
    order = _both_prove(reading.order, sibling_reading.order, ("ymd", "mdy", "dmy"))
    mark = _both_prove(reading.mark, sibling_reading.mark, MARKS)
    verdict = judge(plain_name(name), both, order, mark, reading.by or sibling_reading.by)
    return attrs.evolve(verdict, evidence=f"{verdict.evidence}; leads and deals together")


def _both_prove(mine: str | None, theirs: str | None, proven: tuple[str, ...]) -> str | None:
    """What two columns of one field prove together: each is read its own way, but both must be readable.

    A field is text where one of its columns is left as text.
    """
    doubt = next((one for one in (mine, theirs) if one in DOUBTS), None)
    return max(mine, theirs, key=proven.index) if mine in proven and theirs in proven else doubt

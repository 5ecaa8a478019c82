"""The trial: a few records of a lap that show what is special in the account and unsure about the wizard.

Cheap on a million records: which could be chosen was noted while the rows passed (`sightings`); links are
followed from those, and only the rows of the chosen ones are read again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import unescape
from typing import Protocol

import attrs
import polars as pl

from zsell_transform.evidence import TEXT_LIMIT
from zsell_transform.frames.sparse import BLANK
from zsell_transform.guide import words
from zsell_transform.guide.features import FEATURES, Feature, alike, cells_of
from zsell_transform.guide.sightings import ORDINARY, Sightings
from zsell_transform.guide.story import TRIAL
from zsell_transform.machine.given import MOST_IN_TRIAL
from zsell_transform.pipedrive.fields import ACTIVITY_NOTE, NAMES, NOTE, SELL_IDS
from zsell_transform.sell.entities import ITEMS

#: A record: its item and its Sell id.
Record = tuple[str, str]


class Rows(Protocol):
    """What this lap writes, asked by item and Sell id."""

    def ids(self, item: str) -> pl.Series:
        """The ids of all rows, in file order."""

    def links(self, records: Collection[Record]) -> Iterable[tuple[Record, Record]]:
        """Which of these records is linked to which other one that this lap writes."""

    def read(self, item: str, ids: Collection[str]) -> pl.DataFrame:
        """The rows of these ids in file order, as they stand in the files: `_id` and the columns."""


@attrs.frozen
class Trial:
    """The chosen records.

    Attributes:
        rows: item → the rows of `trial/`, in file order, as `Rows.read` gives them.
        shows: one row a record and feature (`story.TRIAL`); `shows` is null for a record that is there
            because another one needs it, or as an ordinary one.
    """

    rows: Mapping[str, pl.DataFrame]
    shows: pl.DataFrame

    @property
    def ids(self) -> dict[str, list[str]]:
        """Item → Sell ids, in file order."""
        return {item: rows["_id"].to_list() for item, rows in self.rows.items()}


def choose(seen: Mapping[str, Sightings], rows: Rows, limit: int = 7) -> Trial:
    """Chooses records for the trial, closed under links.

    Args:
        seen: item → what was noted of the rows that this lap writes.
        rows: the rows.
        limit: how many records to choose a file, 0 = none; with those they are linked to, at most
            `MOST_IN_TRIAL`.

    Returns:
        The records; every one that a chosen record is linked to and that this lap writes is among them.
    """
    seen = {item: seen[item] for item in ITEMS if item in seen}
    if limit <= 0 or not seen:
        return Trial({}, pl.DataFrame(schema=TRIAL))
    found = _found(seen, rows)
    linked = _closed(found, rows)
    chosen = _greedy(found, linked, min(limit, MOST_IN_TRIAL))
    return _told(chosen, found, seen, rows)


# --- what could be chosen -------------------------------------------------------------------------


def _found(seen: Mapping[str, Sightings], rows: Rows) -> dict[Record, set[str]]:
    """Records to choose among, with the features they show; also the first of each file, as ordinary ones."""
    found: dict[Record, set[str]] = {}
    for item, sightings in seen.items():
        pairs = {
            one.key: _pair(one, sightings, rows) for one in FEATURES.values() if one.item == item and one.same
        }
        for key, ids in (sightings.found() | pairs).items():
            for sell_id in ids:
                found.setdefault((item, sell_id), set()).update([key] if key != ORDINARY else [])
    return found


def _pair(feature: Feature, seen: Sightings, rows: Rows) -> list[str]:
    """Two records that are alike, and not only their checksums."""
    ids = rows.ids(feature.item) if feature.same in seen.columns else pl.Series()
    for pair in seen.pairs(feature.key, ids):
        if rows.read(feature.item, pair).select(alike(feature).n_unique()).item() == 1:
            return pair
    return []


def _closed(found: dict[Record, set[str]], rows: Rows) -> dict[Record, frozenset[Record]]:
    """Record → all that it needs in the trial, itself included: links of links, and its pair."""
    direct: dict[Record, set[Record]] = {}
    frontier = set(found)
    while frontier:
        direct |= {record: set() for record in frontier}
        for record, target in rows.links(frontier):
            direct[record].add(target)
        frontier = {target for record in frontier for target in direct[record]} - direct.keys()
    for feature in FEATURES.values():
        if feature.same is not None:
            pair = {record for record, keys in found.items() if feature.key in keys}
            for record in pair:
                direct[record] |= pair - {record}
    return {record: _reach(record, direct) for record in direct}


def _reach(record: Record, direct: Mapping[Record, set[Record]]) -> frozenset[Record]:
    seen, todo = {record}, [record]
    while todo:
        new = direct.get(todo.pop(), set()) - seen
        seen |= new
        todo += new
    return frozenset(seen)


# --- the choice -----------------------------------------------------------------------------------


def _greedy(
    found: Mapping[Record, set[str]], linked: Mapping[Record, frozenset[Record]], limit: int
) -> set[Record]:
    """Takes, again and again, what shows most that is new for the fewest records; then fills up."""
    chosen: set[Record] = set()
    shown: set[str] = set()
    each = {feature.key for feature in FEATURES.values() if feature.each is not None}
    room = dict.fromkeys(ITEMS, limit)

    def gain(record: Record) -> tuple[int, int]:
        new = {key for one in linked[record] for key in found.get(one, ()) if key not in shown}
        return sum(FEATURES[key].weight for key in new | (found[record] & each)), -len(
            linked[record] - chosen
        )

    def take(record: Record) -> None:
        chosen.update(linked[record])
        shown.update(key for one in linked[record] for key in found.get(one, ()) if key not in each)
        room[record[0]] -= 1

    rest = sorted(found, key=lambda record: (ITEMS.index(record[0]), record[1]))
    while rest := [one for one in rest if one not in chosen and room[one[0]] and _fits(linked[one], chosen)]:
        best = max(rest, key=gain)
        if not gain(best)[0]:
            break
        take(best)
    for record in sorted(rest, key=lambda one: ITEMS.index(one[0]), reverse=True):
        if _held(chosen)[record[0]] < limit and _fits(linked[record], chosen):
            take(record)
    return chosen


def _held(records: Iterable[Record]) -> Counter[str]:
    return Counter(item for item, _ in records)


def _fits(records: frozenset[Record], chosen: set[Record]) -> bool:
    """Whether no file gets more than `MOST_IN_TRIAL` if these come too."""
    held = _held(chosen)
    return all(held[item] + more <= MOST_IN_TRIAL for item, more in _held(records - chosen).items())


def _told(
    chosen: set[Record], found: Mapping[Record, set[str]], seen: Mapping[str, Sightings], rows: Rows
) -> Trial:
    """The choice in file order, with names and features; features are asked of every chosen record anew."""
    read, told = {}, []
    for item, sightings in seen.items():
        ids = sorted(sell_id for one, sell_id in chosen if one == item)
        if not ids:
            continue
        read[item] = rows.read(item, ids)
        asked, columns = sightings.asked, sightings.columns
        cells = {
            key: cells_of(one, asked.get(key), columns) for key, one in FEATURES.items() if one.item == item
        }
        whole = sightings.whole(read[item]).with_columns(_name(item, columns), **asked)
        for row in whole.collect().to_dicts():
            keys = found.get((item, row["_id"]), set()) | {key for key in asked if row[key]}
            shown: list[tuple[str | None, str | None]] = [
                (key, _value(FEATURES[key], {header: row[header] for header in cells[key]}))
                for key in cells
                if key in keys
            ]
            sell_id = row.get(SELL_IDS.get(item, "_id")) or row["_id"]  # several, where records were merged
            name = _read(NAMES[item], row["_shown"])
            told += [(item, sell_id, name, *pair) for pair in shown or [(None, None)]]
    return Trial(read, pl.DataFrame(told, schema=TRIAL, orient="row"))


def _name(item: str, columns: Sequence[str]) -> pl.Expr:
    """How people recognise the record: its name, or the beginning of its text without tags."""
    header = NAMES[item]
    if header not in columns:
        return BLANK.alias("_shown")
    text = pl.col(header)
    if item == "notes":
        text = text.str.replace_all("<br>", " ", literal=True).str.replace_all("<[^>]*>", "")
    return text.str.slice(0, 80).str.strip_chars().alias("_shown")


def _read(header: str, cell: str | None) -> str:
    """A cell as Pipedrive shows it: texts are HTML, whose lines stand here one behind the other."""
    if header not in (NOTE, ACTIVITY_NOTE) or not cell:
        return cell or ""
    return unescape(re.sub("<[^>]*>", "", cell.replace("<br>", " / ")))


def _value(feature: Feature, row: Mapping[str, str | None]) -> str | None:
    """The cells that show a feature, as `Label: text`; texts of which the end matters are cut before it."""
    cells = {header: _read(header, text) for header, text in row.items() if header != NAMES[feature.item]}
    if feature.ends:
        told = [f"{header} ends “…{text[-40:]}”" for header, text in cells.items() if len(text) > TEXT_LIMIT]
    else:
        told = [f"{header}: {words.cut(text, 100)}" for header, text in cells.items() if text]
    return "; ".join(told[:4]) or None

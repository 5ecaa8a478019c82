"""The trial: a few records of this lap that show what is special in the account and unsure about the wizard.

Cheap on a million records: for each feature only the first few ids are asked for, all of a file in one pass;
links are followed from those, and the choice is made among them alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs
import polars as pl

from zsell_transform.guide import words
from zsell_transform.guide.features import FEATURES, NAMES, Feature, alike, bracketed, cells_of
from zsell_transform.guide.story import TRIAL
from zsell_transform.sell.entities import ITEMS

#: Pipedrive's advice is five to ten records; no file of a trial holds more.
MOST: Final = 10
#: How many records are considered for each feature, and how many values of one that wants a record for each.
CONSIDERED: Final = 3
VALUES: Final = 6
#: A text field of Pipedrive ends here.
LONG: Final = 255

#: A record: its item and its Sell id.
Record = tuple[str, str]


@attrs.frozen
class Trial:
    """The chosen records.

    Attributes:
        ids: item → Sell ids, in file order; the rows of `trial/`.
        shows: one row a record and feature (`story.TRIAL`); `shows` is null for a record that is there
            because another one needs it, or as an ordinary one.
    """

    ids: Mapping[str, list[str]]
    shows: pl.DataFrame


def choose(written: Mapping[str, pl.LazyFrame], links: pl.DataFrame, limit: int = 7) -> Trial:
    """Chooses records for the trial, closed under links.

    Args:
        written: item → what this lap writes: Pipedrive headers, and `_id` (Sell id).
        links: `item, id, target, target_id`: which record refers to which, both by Sell id.
        limit: how many records to choose a file; with those they are linked to, at most `MOST`. 0 = none.

    Returns:
        The records; every one that a chosen record is linked to and that this lap writes is among them.
    """
    files = {item: _prepared(item, written[item], links) for item in ITEMS if item in written}
    if limit <= 0 or not files:
        return Trial({}, pl.DataFrame(schema=TRIAL))
    found = _found(files, min(limit, MOST))
    linked = _closed(found, files, links)
    chosen = _greedy(found, linked, min(limit, MOST))
    return _told(chosen, found, files)


# --- what could be chosen -------------------------------------------------------------------------


def _prepared(item: str, frame: pl.LazyFrame, links: pl.DataFrame) -> pl.LazyFrame:
    """A lead that joins a person known from the contacts cannot be told by its row: the links say it."""
    if item != "leads":
        return frame
    joined = links.filter(pl.col("item") == item, pl.col("target") == "persons")["id"].unique()
    return frame.with_columns(_joined=pl.when(pl.col("_id").is_in(joined.implode())).then(pl.lit("joined")))


def _found(files: Mapping[str, pl.LazyFrame], limit: int) -> dict[Record, set[str]]:
    """Records to choose among, with the features they show; also the first of each file, as ordinary ones."""
    asked: list[tuple[str, str | None, pl.LazyFrame]] = []
    for item, frame in files.items():
        columns = tuple(frame.collect_schema().names())
        asked += [
            (item, feature.key, query)
            for feature in FEATURES.values()
            if feature.item == item and (query := _query(feature, frame, columns)) is not None
        ]
        asked.append((item, None, frame.select("_id").head(limit)))
    answers = pl.collect_all([query for _, _, query in asked], engine="streaming")
    found: dict[Record, set[str]] = {}
    for (item, key, _), answer in zip(asked, answers, strict=True):
        for place in answer["_id"].to_list():
            found.setdefault((item, place), set()).update([key] if key else [])
    return found


def _query(feature: Feature, frame: pl.LazyFrame, columns: Sequence[str]) -> pl.LazyFrame | None:
    """The first few ids with a feature; None when the file has not the columns for it."""
    if feature.same is not None:
        return _pair(feature, frame) if feature.same in columns else None
    if feature.each is not None:
        return _one_each(feature.each, frame) if feature.each in columns else None
    condition = feature.when(tuple(columns)) if feature.when else None
    return None if condition is None else frame.filter(condition).select("_id").head(CONSIDERED)


def _pair(feature: Feature, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Two records that are alike: least and greatest id, which are the same on any machine."""
    apart = bracketed(feature) if feature.twin else pl.lit(True)
    groups = (
        frame.filter(pl.col(str(feature.same)).is_not_null())
        .select("_id", key=alike(feature), apart=apart)
        .group_by("key")
        .agg(
            pl.len().alias("count"),
            pl.col("apart").any().alias("one"),
            pl.col("_id").filter("apart").min().alias("first"),
            pl.col("_id").max().alias("last"),
            pl.col("_id").filter(~pl.col("apart")).min().alias("other"),
        )
    )
    told = groups.filter(pl.col("count") > 1, "one").with_columns(pl.coalesce("other", "last").alias("last"))
    two = told.filter(pl.col("first") != pl.col("last")).sort("first").head(1)
    return two.select(pl.concat_list("first", "last").alias("_id")).explode("_id")


def _one_each(column: str, frame: pl.LazyFrame) -> pl.LazyFrame:
    """One record for each value of a column, the most frequent values first."""
    counted = (
        frame.filter(pl.col(column).is_not_null())
        .group_by(column)
        .agg(pl.len().alias("count"), pl.col("_id").min())
    )
    return counted.sort("count", column, descending=[True, False]).head(VALUES).select("_id")


def _closed(
    found: dict[Record, set[str]], files: Mapping[str, pl.LazyFrame], links: pl.DataFrame
) -> dict[Record, frozenset[Record]]:
    """Record → all that it needs in the trial, itself included: links of links, and its pair."""
    direct: dict[Record, set[Record]] = {}
    frontier = set(found)
    while frontier:
        reached = _written(_targets(frontier, links), files)
        direct |= {record: reached.get(record, set()) for record in frontier}
        frontier = {target for targets in reached.values() for target in targets} - direct.keys()
    for feature in FEATURES.values():
        if feature.same is not None:
            pair = {record for record, keys in found.items() if feature.key in keys}
            for record in pair:
                direct[record] |= pair - {record}
    return {record: _reach(record, direct) for record in direct}


def _targets(records: set[Record], links: pl.DataFrame) -> pl.DataFrame:
    asked = pl.DataFrame(sorted(records), schema={"item": pl.String, "id": pl.String}, orient="row")
    return asked.join(links, on=["item", "id"], how="inner", maintain_order="left_right")


def _written(pairs: pl.DataFrame, files: Mapping[str, pl.LazyFrame]) -> dict[Record, set[Record]]:
    """Of the linked records those that this lap writes; the others have a System ID already."""
    wanted = {
        target: pairs.filter(pl.col("target") == target)["target_id"].unique(maintain_order=True)
        for target in pairs["target"].unique(maintain_order=True)
        if target in files
    }
    queries = [
        files[target].filter(pl.col("_id").is_in(ids.implode())).select("_id")
        for target, ids in wanted.items()
    ]
    there = {
        (target, place)
        for target, answer in zip(wanted, pl.collect_all(queries, engine="streaming"), strict=True)
        for place in answer["_id"].to_list()
    }
    reached: dict[Record, set[Record]] = {}
    for item, place, target, target_id in pairs.select("item", "id", "target", "target_id").rows():
        if (target, target_id) in there:
            reached.setdefault((item, place), set()).add((target, target_id))
    return reached


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
    while rest := [one for one in rest if one not in chosen and room[one[0]] and _fits(linked[one] | chosen)]:
        best = max(rest, key=gain)
        if not gain(best)[0]:
            break
        take(best)
    for record in sorted(rest, key=lambda one: ITEMS.index(one[0]), reverse=True):
        if _held(chosen, record[0]) < limit and _fits(linked[record] | chosen):
            take(record)
    return chosen


def _held(records: set[Record] | frozenset[Record], item: str) -> int:
    return sum(one == item for one, _ in records)


def _fits(records: set[Record] | frozenset[Record]) -> bool:
    """Whether no file gets more than `MOST`."""
    return all(_held(records, item) <= MOST for item in ITEMS)


def _told(chosen: set[Record], found: Mapping[Record, set[str]], files: Mapping[str, pl.LazyFrame]) -> Trial:
    """The choice in file order, with names and features; features are asked of every chosen record anew."""
    frames = []
    for item, frame in files.items():
        ids = sorted(place for one, place in chosen if one == item)
        frames.append(frame.filter(pl.col("_id").is_in(pl.Series(ids, dtype=pl.String).implode())))
    told = dict(zip(files, pl.collect_all(frames, engine="streaming"), strict=True))
    rows = []
    for item, small in told.items():
        held = _shown(item, small)
        named = small.with_columns(_name(item, small.columns))
        for row in named.to_dicts():
            keys = found.get((item, row["_id"]), set()) | held[row["_id"]]
            shown: list[tuple[str | None, str | None]] = [
                (key, _value(FEATURES[key], row)) for key in FEATURES if key in keys
            ]
            rows += [(item, row["_id"], row["_shown"], *pair) for pair in shown or [(None, None)]]
    ids_of = {item: small["_id"].to_list() for item, small in told.items() if small.height}
    return Trial(ids_of, pl.DataFrame(rows, schema=TRIAL, orient="row"))


def _name(item: str, columns: Sequence[str]) -> pl.Expr:
    """How people recognise the record: its name, or the beginning of its text without tags."""
    header = NAMES[item]
    if header not in columns:
        return pl.lit(None, dtype=pl.String).alias("_shown")
    text = pl.col(header)
    if item == "notes":
        text = text.str.replace_all("<br>", " ", literal=True).str.replace_all("<[^>]*>", "")
    return text.str.slice(0, 80).str.strip_chars().alias("_shown")


def _value(feature: Feature, row: Mapping[str, str | None]) -> str | None:
    """The cells that show a feature, as `Label: text`; texts of which the end matters are cut before it."""
    cells = {
        header: row[header] or "" for header in cells_of(feature, tuple(row)) if header != NAMES[feature.item]
    }
    if feature.ends:
        told = [f"{header} ends “…{text[-40:]}”" for header, text in cells.items() if len(text) > LONG]
    else:
        told = [f"{header}: {words.cut(text, 100)}" for header, text in cells.items() if text]
    return "; ".join(told[:4]) or None


def _shown(item: str, small: pl.DataFrame) -> dict[str, set[str]]:
    """Id → the features that a chosen record has, also those for which it was not found."""
    columns = tuple(small.columns)
    conditions = {
        feature.key: condition
        for feature in FEATURES.values()
        if feature.item == item and feature.when and (condition := feature.when(columns)) is not None
    }
    held = small.select("_id", **conditions).to_dicts()
    return {row["_id"]: {key for key in conditions if row[key]} for row in held}

"""What the trial must know of all rows, gathered while they pass on their way into the files.

A trial is chosen among all records of a lap, but few of them can be chosen: the first ones that show a
feature, the least one of each value, two that are alike. So of what passes only those ids are kept, and a
checksum of each name that is compared over the whole account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs
import polars as pl

from zsell_transform.frames.sparse import BLANK
from zsell_transform.guide.features import FEATURES, Feature, alike, bracketed
from zsell_transform.lap.plans import Plan
from zsell_transform.machine.given import MOST_IN_TRIAL
from zsell_transform.sell.entities import HISTORY, TARGETS, mark_of

#: How many records are considered for each feature, and how many values of one that wants a record for each.
CONSIDERED: Final = 3
VALUES: Final = 6
#: Most features are found in so many rows; only the others are looked for in the rest of a chunk.
FIRST_LOOK: Final = 1_000
#: The key of what is no feature: the first records of a file, as ordinary ones.
ORDINARY: Final = ""


def place_prefix(entity: str) -> str:
    """What stands before a record's Sell id here: activities and notes come from several lists."""
    return mark_of(entity) if entity in HISTORY else ""


def conditions(item: str, columns: Sequence[str]) -> dict[str, pl.Expr]:
    """Feature → the expression that is true for records with it, where the files have the columns for it."""
    asked = ((one, one.when(tuple(columns)) if one.when else None) for one in _features(item))
    return {one.key: condition for one, condition in asked if condition is not None}


def watch(
    parts: Mapping[str, Mapping[str, Sequence[str]]], plans: Mapping[str, Plan], limit: int
) -> dict[str, Sightings]:
    """Item → nothing seen yet; no item where no trial is asked for.

    Args:
        parts: item → label of a file part → the columns of its files, in upload order.
        limit: how many records shall be chosen a file.
    """
    joined = {
        TARGETS[entity]: plan.links.leading_to("persons")
        for entity, plan in plans.items()
        if entity == "leads"
    }
    limit = min(limit, MOST_IN_TRIAL)
    return {item: Sightings(item, of, limit, joined.get(item)) for item, of in parts.items() if limit > 0}


@attrs.define(eq=False)
class Sightings:
    """The rows of one item, as far as the trial asks about them.

    Attributes:
        item: the Pipedrive item.
        parts: label of a file part → the columns of its files, in upload order.
        limit: how many records can be chosen as ordinary ones.
        joined: ids of leads that join a person known from the contacts, which their rows do not tell; None
            for other items.
        columns: `_id` and all columns of the files; of leads also `_joined`.
        asked: feature → its condition.
    """

    item: str
    parts: Mapping[str, Sequence[str]]
    limit: int
    joined: pl.Series | None = None
    columns: tuple[str, ...] = attrs.field(init=False)
    asked: Mapping[str, pl.Expr] = attrs.field(init=False)
    _firsts: dict[str, dict[str, list[str]]] = attrs.field(init=False)
    _values: dict[str, list[pl.DataFrame]] = attrs.field(init=False, factory=dict)
    _names: dict[str, dict[str, list[pl.DataFrame]]] = attrs.field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        every = dict.fromkeys(column for columns in self.parts.values() for column in columns)
        self.columns = ("_id", *every, *(["_joined"] if self.joined is not None else []))
        self.asked = conditions(self.item, self.columns)
        self._firsts = {part: {key: [] for key in (ORDINARY, *self.asked)} for part in self.parts}

    # --- while they pass ------------------------------------------------------------------------------

    def add(self, part: str, entity: str, rows: pl.DataFrame) -> None:
        """Looks at rows of one part: `_id` and, among others, its columns; empty texts are blank cells."""
        text = pl.col(pl.String)
        shown = rows.select("_id", *self.parts[part]).with_columns(pl.when(text != "").then(text))
        whole = self.whole(shown)
        self._look(part, entity, whole.head(FIRST_LOOK))
        if rows.height > FIRST_LOOK:
            self._look(part, entity, whole.slice(FIRST_LOOK))
        self._compare(part, entity, whole)

    def whole(self, rows: pl.DataFrame) -> pl.LazyFrame:
        """Written rows with all columns of the item."""
        known = {} if self.joined is None else {"_joined": self._joins()}
        lacking = {c: BLANK for c in self.columns if c not in (*rows.columns, "_joined")}
        return rows.lazy().with_columns(**lacking, **known)

    def _joins(self) -> pl.Expr:
        assert self.joined is not None
        return pl.when(pl.col("_id").is_in(self.joined.implode())).then(pl.lit("joined"))

    def _look(self, part: str, entity: str, rows: pl.LazyFrame) -> None:
        """The first ids with each feature of which there are not enough yet."""
        firsts = self._firsts[part]
        room = {key: (CONSIDERED if key else self.limit) - len(ids) for key, ids in firsts.items()}
        every = pl.col("_id")
        asked = [
            (every.filter(self.asked[key]) if key else every).head(n).implode().alias(key)
            for key, n in room.items()
            if n > 0
        ]
        found = rows.select(asked).collect().to_dicts() if asked else [{}]
        for key, ids in found[0].items():
            firsts[key] += [place_prefix(entity) + sell_id for sell_id in ids]

    def _compare(self, part: str, entity: str, rows: pl.LazyFrame) -> None:
        """What can be told only when all rows have passed: the rows of each value, and equal names."""
        each = [one for one in _features(self.item) if one.each in self.columns]
        same = [one for one in _features(self.item) if one.same in self.columns]
        least = (pl.lit(place_prefix(entity)) + pl.col("_id").min()).alias("_id")
        counts = [
            rows.group_by(value=pl.col(str(one.each))).agg(pl.len().alias("count"), least) for one in each
        ]
        names = [rows.select(key=checksum(one), apart=_apart(one)) for one in same]
        answers = pl.collect_all([*counts, *names])
        for one, answer in zip((*each, *same), answers, strict=True):
            kept = self._values.setdefault(one.key, []) if one.each else self._names_of(one.key, part)
            kept.append(answer)

    def _names_of(self, key: str, part: str) -> list[pl.DataFrame]:
        return self._names.setdefault(key, {}).setdefault(part, [])

    # --- when all have passed -------------------------------------------------------------------------

    def found(self) -> dict[str, list[str]]:
        """Feature → ids of records to choose among, those of `ORDINARY` too; without pairs."""
        firsts = {
            key: [sell_id for part in self.parts for sell_id in self._firsts[part][key]]
            for key in (ORDINARY, *self.asked)
        }
        least = {key: _least(frames) for key, frames in self._values.items()}
        return {key: ids[: CONSIDERED if key else self.limit] for key, ids in firsts.items()} | least

    def pairs(self, key: str, ids: pl.Series) -> list[list[str]]:
        """Records of which the names have one checksum, so that they seem alike: those to show first.

        Args:
            key: a feature with `same`.
            ids: the Sell ids of all rows, in file order.
        """
        names = [frame for part in self.parts for frame in self._names.get(key, {}).get(part, ())]
        return _pairs(pl.concat(names).with_columns(ids.alias("_id"))) if names else []


def _features(item: str) -> list[Feature]:
    return [feature for feature in FEATURES.values() if feature.item == item]


def checksum(feature: Feature) -> pl.Expr:
    """A number for what two records must share to be a pair; different texts may have the same one."""
    return pl.when(pl.col(str(feature.same)).is_not_null()).then(alike(feature).hash())


def _apart(feature: Feature) -> pl.Expr:
    return bracketed(feature) if feature.twin else pl.lit(value=True)


def _least(frames: list[pl.DataFrame]) -> list[str]:
    """One record for each value of a column, the most frequent values first."""
    counted = (
        pl.concat(frames)
        .drop_nulls("value")
        .group_by("value")
        .agg(pl.col("count").sum(), pl.col("_id").min())
    )
    return counted.sort("count", "value", descending=[True, False]).head(VALUES)["_id"].to_list()


def _pairs(names: pl.DataFrame) -> list[list[str]]:
    """Least and greatest id of those with one checksum, which are the same on any machine."""
    if not names["apart"].all():  # only what is like one of these can be its pair
        names = names.filter(pl.col("key").is_in(names.filter("apart")["key"].implode()))
    several = names.filter(pl.col("key").is_not_null() & pl.col("key").is_duplicated())
    groups = several.group_by("key").agg(
        pl.col("apart").any().alias("one"),
        pl.col("_id").filter("apart").min().alias("first"),
        pl.col("_id").max().alias("last"),
        pl.col("_id").filter(~pl.col("apart")).min().alias("other"),
    )
    told = groups.filter("one").with_columns(pl.coalesce("other", "last").alias("last"))
    pairs = told.filter(pl.col("first") != pl.col("last")).sort("first")
    return pairs.select(pl.concat_list("first", "last")).to_series().to_list()

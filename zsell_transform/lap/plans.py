"""What one lap does with the records of an entity: what becomes of each, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

import attrs
import polars as pl

from zsell_transform.frames.sparse import sparse

#: What happens to a record in this lap; the ledger has a column for each.
OUT: Final = "out"
PRESENT: Final = "present"
WAITING: Final = "waiting"
MERGED: Final = "merged"
SKIPPED: Final = "skipped"

#: What every plan says of a record first.
DECIDED: Final = ("n", "id", "state", "reason", "part")
STATE: Final = pl.Enum([OUT, PRESENT, WAITING, MERGED, SKIPPED])


def state(word: str) -> pl.Expr:
    """One of the states, as it stands in a column."""
    return pl.lit(word, dtype=STATE)


@attrs.frozen
class Links:
    """The links on the rows that go out, by position: ids are read when someone asks.

    Attributes:
        ids: Sell ids of the plan's rows.
        to: item → of each row, at which of that item's records its link leads, and the Sell ids of these.
    """

    ids: pl.Series
    to: Mapping[str, tuple[pl.Series, pl.Series]]

    def of(self, ids: Collection[str]) -> pl.DataFrame:
        """id, target (item), target_id of the links of some records."""
        asked = self.ids.is_in(list(ids))
        shape = {"id": pl.String, "target": pl.String, "target_id": pl.String}
        parts = [
            pl.DataFrame(
                [self.ids.filter(asked).alias("id"), known.gather(at.filter(asked)).alias("target_id")]
            )
            .select("id", pl.lit(item).alias("target"), "target_id")
            .drop_nulls("target_id")
            for item, (at, known) in self.to.items()
        ]
        return pl.concat([pl.DataFrame(schema=shape), *parts])

    def leading_to(self, item: str) -> pl.Series:
        """Ids of the records that are linked to one of an item."""
        return self.ids.filter(self.to[item][0].is_not_null()) if item in self.to else self.ids.clear()


def _as_they_are(rows: pl.DataFrame) -> pl.DataFrame:
    return rows


@attrs.frozen
class Plan:
    """What one lap does with the records of one entity.

    Attributes:
        rows: one row a record, in input order, added ones last: n, id, state, reason (why it waits), part
            (label of the file part), joins (System ID of the record that its row merges with), into (id of
            the record whose row carries it; of companies and contacts), _extra (a further line of its text;
            of leads and history), linked (null without a relation in Sell), and for rows that go out what
            `linked` needs.
        overrides: frames of n and cells that replace those of the draft, blank ones too, where a record
            differs from its mapping table.
        added: by id, the cells of records that the export only names.
        found: issues in the travelling schema.
        links: the links on the rows that go out.
        linked: some of the rows → the same with their link columns; as they are where these stand in `rows`.
        silent: header → n of records whose rows do not say it, whatever the draft says there, whether they go
            out or wait, or went out in an earlier lap.
    """

    entity: str
    rows: pl.DataFrame = attrs.field(converter=sparse)
    link_columns: tuple[str, ...]
    overrides: tuple[pl.DataFrame, ...]
    added: pl.DataFrame
    found: pl.DataFrame
    links: Links
    linked: Callable[[pl.DataFrame], pl.DataFrame] = _as_they_are
    silent: Mapping[str, pl.Series] = attrs.field(factory=dict)

    def count_out(self) -> int:
        """How many rows go out."""
        return int((self.rows["state"] == OUT).sum())


def links_of(rows: pl.DataFrame, targets: Mapping[str, tuple[str, pl.Series]]) -> Links:
    """The links of the rows that go out.

    Args:
        targets: item → column with the row of the linked record, and the Sell ids of all records there.
    """
    going = rows.select(pl.when(pl.col("state") == OUT).then(at).alias(at) for at, _ in targets.values())
    return Links(
        rows["id"], {item: (going[at], ids) for item, (at, ids) in targets.items() if going[at].count()}
    )

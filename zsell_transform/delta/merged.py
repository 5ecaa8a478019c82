"""Records that are one in Pipedrive by wish of the mapping: what their one row says, and what it does not.

As in the lap that merged them (`merging`), each value is that of the first record which has one, names are
the first one's, and labels are those of all. So a change is written where it changes what that row says; of
any other one it is told that it lost.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.folding import folded
from zsell_transform.ids import ranked
from zsell_transform.mapping import Mapping
from zsell_transform.merging import LABELS, NAMES, all_labels
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.sell.entities import TARGETS
from zsell_transform.standing.account import Account
from zsell_transform.standing.sameness import same
from zsell_transform.standing.shown_cells import in_pipedrive, shown_beside
from zsell_transform.standing.shown_links import WORDS


def said(header: str) -> str:
    """What the cells of Sell's are called from which the ones under a header are read."""
    return f"said {header}"


@attrs.frozen(eq=False)
class Merged:
    """Records that share one of Pipedrive's.

    Attributes:
        frame: entity, id, system_id, head (id of the first one that is still in Sell), in the order in which
            the row takes values from them.
    """

    frame: pl.DataFrame

    @classmethod
    def of(cls, there: pl.DataFrame, now: Account, ask: Mapping) -> Merged:
        """Those that the mapping merged.

        Args:
            there: as of `presence`.
        """
        rows = there.filter(pl.col("entity").is_in(ask.merged_entities)).select("entity", "id", "system_id")
        one = ["entity", "system_id"]
        rows = rows.filter(pl.struct(one).is_duplicated()).sort(*one, *ranked("id"), nulls_last=True)
        heads = rows.join(now.records, on=["entity", "id"], how="semi", maintain_order="left")
        heads = heads.unique(one, keep="first", maintain_order=True).rename({"id": "head"})
        return cls(rows.join(heads, on=one, how="inner", maintain_order="left"))

    def of_entity(self, entity: str) -> pl.DataFrame:
        """id, system_id, head of one entity's."""
        return self.frame.filter(pl.col("entity") == entity).drop("entity")

    def without_others(self, frame: pl.DataFrame, key: str = "id") -> pl.DataFrame:
        """Without the rows of records that are not the first of theirs."""
        return frame.join(self._others(key), on=["entity", key], how="anti", maintain_order="left")

    def _others(self, key: str = "id") -> pl.DataFrame:
        return self.frame.filter(pl.col("id") != pl.col("head")).rename({"id": key})

    # --- cells ----------------------------------------------------------------------------------------

    def as_one(self, entity: str, side: pl.DataFrame) -> pl.DataFrame:
        """One side's records by `_id`, where those that are one are one row, under the id of their head."""
        members = self.of_entity(entity)
        if not members.height:
            return side
        rows = members.rename({"id": "_id"}).join(side, on="_id", how="inner", maintain_order="left")
        kept = ("_file", "_row", *NAMES[entity])
        one = rows.group_by("head", maintain_order=True).agg(
            pl.col(column).first()
            if column in kept
            else all_labels(column)
            if column in LABELS
            else pl.col(column).drop_nulls().first()
            for column in side.columns
            if column != "_id"
        )
        alone = side.join(rows, on="_id", how="anti", maintain_order="left")
        return pl.concat([alone, one.rename({"head": "_id"}).select(side.columns)])

    def lost(
        self, entity: str, old: pl.DataFrame, new: pl.DataFrame, kinds: MappingOf[str, str], held: Held
    ) -> list[pl.LazyFrame]:
        """What is told of changed values that the row does not say, and that Pipedrive does not show either.

        Args:
            old, new: both sides' records by `_id`, each for itself.
            kinds: header of a value → how it is compared.
        """
        others = self._others().filter(pl.col("entity") == entity).select("head", "system_id", _id="id")
        if TARGETS[entity] not in held.raw or not others.height:
            return []
        headers = [header for header in kinds if header not in LABELS]
        there = shown_beside(held, TARGETS[entity], headers)
        rows = (
            others.join(new, on="_id", how="inner", maintain_order="left")
            .join(old, on="_id", how="inner", maintain_order="left", suffix=" then")
            .join(
                self.as_one(entity, new).rename({"_id": "head"}),
                on="head",
                how="inner",
                maintain_order="left",
                suffix=" kept",
            )
            .join(there, on="system_id", how="left", maintain_order="left")
        )
        found = []
        for header in headers:
            read = [header, said(header)] if said(header) in new.columns else [header]
            value, then, kept = (pl.coalesce(f"{c}{of}" for c in read) for of in ("", " then", " kept"))
            lost = value.is_not_null() & value.ne_missing(then) & (folded(value) != folded(kept))
            rest = issues.few(rows, lost & ~same(kinds[header], value, pl.col(in_pipedrive(header))))
            found.append(
                issues.found(rest, "merged_value_lost", entity=entity, field=header, value=value, detail=kept)
            )
        return found

    def lost_names(self, cells: pl.DataFrame) -> pl.LazyFrame:
        """What is told of changed names of records that Sell only named, as of `CELLS`."""
        rows = cells.join(
            self._others("source_id").select("entity", "source_id"), on=["entity", "source_id"], how="semi"
        )
        kept = pl.col("there").fill_null("")
        lost = issues.few(rows, folded(pl.col("new")) != folded(kept)).rename({"source_id": "_id"})
        return issues.found(
            lost, "merged_value_lost",
            entity="contacts", field=pl.col("field"), value=pl.col("new"), detail=kept,
        )  # fmt: skip

    # --- relations ------------------------------------------------------------------------------------

    def related(self, account: Account) -> Account:
        """The account, in which the head of records that are one has the relation that any of them has."""
        if not self.frame.height:
            return account
        one = ["entity", "head", "relation"]
        rows = self.frame.join(account.relations, on=["entity", "id"], how="inner", maintain_order="left")
        first = rows.sort(pl.col("to").is_null(), maintain_order=True)
        first = first.unique(one, keep="first", maintain_order=True).drop("id").rename({"head": "id"})
        alone = account.relations.join(self.frame, on=["entity", "id"], how="anti", maintain_order="left")
        return attrs.evolve(account, relations=pl.concat([alone, first.select(account.relations.columns)]))

    def lost_relations(self, then: Account, now: Account, places: pl.DataFrame) -> list[pl.LazyFrame]:
        """What is told of changed relations that are not those of the row.

        Args:
            then, now: each record for itself.
            places: as of `standing.account.targets`.
        """
        if not self.frame.height:
            return []
        key = ["entity", "id", "relation"]
        known = places.select("relation", "to", place="to_system_id", called="to_name")
        given, was, one = (
            side.relations.select(*key, "to")
            .join(known, on=["relation", "to"], how="left", maintain_order="left")
            .with_columns(pl.coalesce("place", "to").alias("place"))
            for side in (now, then, self.related(now))
        )
        rows = (
            self._others()
            .join(given, on=["entity", "id"], how="inner", maintain_order="left")
            .join(was, on=key, how="left", maintain_order="left", suffix=" then")
            .join(
                one.rename({"id": "head"}), on=["entity", "head", "relation"], how="left",
                maintain_order="left", suffix=" kept",
            )
        )  # fmt: skip
        place = pl.col("place")
        lost = place.is_not_null() & place.ne_missing("place then") & place.ne_missing("place kept")
        rows = rows.filter(lost).rename({"id": "_id"})
        return [
            issues.found(
                issues.few(rows, pl.col("entity") == entity), "merged_value_lost", entity=entity,
                field=pl.col("relation").replace_strict(WORDS, return_dtype=pl.String),
                value=pl.coalesce("called", "to"), detail=pl.coalesce("called kept", "to kept"),
            )
            for entity in rows["entity"].unique(maintain_order=True)
        ]  # fmt: skip

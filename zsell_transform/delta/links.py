"""Relations that changed in Sell since an earlier run, and records that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.delta.files import LINKS, WRITES
from zsell_transform.folding import folded
from zsell_transform.lap.words import PLACEHOLDER_ID
from zsell_transform.pipedrive.exports import Held
from zsell_transform.pipedrive.fields import NAMES
from zsell_transform.proof.account import BESIDE, Account
from zsell_transform.proof.links import SHOWN, WORDS, shown_links
from zsell_transform.proof.repair import system_id
from zsell_transform.sell.entities import LINKED
from zsell_transform.sparse import BLANK

_KEY: Final = ("entity", "id", "relation")


@attrs.frozen(eq=False)
class ChangedLinks:
    """writes: the columns of `WRITES`; found: issues."""

    writes: pl.DataFrame
    found: pl.DataFrame


def changed_links(
    then: Account, now: Account, there: pl.DataFrame, held: Held, *, alone: bool
) -> ChangedLinks:
    """Relations of records that are there, where Sell says otherwise than it did.

    Args:
        there: as of `proof.account.presence`, with `written`: a name as these updates leave it.
        alone: links are written by System ID, without the name beside it.
    """
    changed = _changed(then, now, there)
    parts, seen = [], []
    for (item, relation), rows in sorted(changed.partition_by("item", "relation", as_dict=True).items()):
        raw = held.raw.get(str(item))
        shown = None if raw is None else shown_links(raw, str(relation))
        if raw is None or shown is None:
            seen.append(rows.with_columns(fate=pl.lit("unseen"), found_name=BLANK))
            continue
        joined = rows.join(shown, on="system_id", how="left", maintain_order="left")
        seen.append(_fated(joined, by_id=SHOWN[str(relation)][0] in raw.columns))
        parts.append(_writes(seen[-1], str(item), str(relation), alone=alone))
    empty = pl.DataFrame(schema=dict.fromkeys(WRITES, pl.String))
    return ChangedLinks(pl.concat([empty, *parts]), _told(seen, now))


def _changed(then: Account, now: Account, there: pl.DataFrame) -> pl.DataFrame:
    """entity, id, relation, old, new, beside, item, system_id; System IDs and names of both targets."""
    both = now.records.select("entity", "id").join(
        then.records, on=["entity", "id"], how="semi", maintain_order="left"
    )
    sides = [
        account.relations.join(both, on=["entity", "id"], how="semi", maintain_order="left")
        .unique(_KEY, keep="first", maintain_order=True)
        .select(*_KEY, pl.col("to").alias(name), (pl.col("how") == BESIDE).alias(f"{name}_beside"))
        for account, name in ((then, "old"), (now, "new"))
    ]
    rows = (
        sides[1]
        .join(sides[0], on=_KEY, how="full", coalesce=True, maintain_order="left_right")
        .filter(pl.col("new").ne_missing(pl.col("old")))
    )
    own = there.select("entity", "id", "item", "system_id")
    rows = rows.with_columns(beside=pl.coalesce("new_beside", "old_beside"))
    rows = rows.join(own, on=["entity", "id"], how="inner", maintain_order="left")
    for side in ("old", "new"):
        target = there.filter(pl.col("entity").is_in(list(LINKED))).select(
            pl.col("id").alias(side),
            pl.col("system_id").alias(f"{side}_id"),
            pl.col("name").alias(f"{side}_name"),
            pl.col("written").alias(f"{side}_written"),
            relation=pl.col("entity").replace_strict(LINKED, return_dtype=pl.String),
        )
        rows = rows.join(target, on=["relation", side], how="left", maintain_order="left")
    return rows


def _fated(rows: pl.DataFrame, *, by_id: bool) -> pl.DataFrame:
    shown = pl.col("found_id") if by_id else folded(pl.col("found_name"))
    old, new = (pl.col(f"{side}_id") if by_id else folded(pl.col(f"{side}_name")) for side in ("old", "new"))
    gone = pl.col("new").is_null() | (pl.col("new") == PLACEHOLDER_ID)
    fate = (
        pl.when(gone & shown.is_null())
        .then(pl.lit("done"))
        .when(gone)
        .then(pl.lit("emptied"))
        .when(pl.col("new_id").is_null())
        .then(pl.lit("waits"))
        .when(shown.eq_missing(new))
        .then(pl.lit("done"))
        .when(shown.eq_missing(old))
        .then(pl.lit("written"))
        .otherwise(pl.lit("both"))
    )
    return rows.with_columns(fate=fate)


def _writes(rows: pl.DataFrame, item: str, relation: str, *, alone: bool) -> pl.DataFrame:
    going = rows.filter(pl.col("fate") == "written")
    cells = {system_id(relation): "new_id", **({} if alone else {NAMES[relation]: "new_written"})}
    return pl.concat(
        going.select(
            "entity",
            pl.col("id").alias("source_id"),
            pl.lit(item).alias("item"),
            "system_id",
            pl.lit(header).alias("field"),
            pl.col(column).alias("value"),
            pl.lit(LINKS).alias("part"),
        )
        for header, column in cells.items()
    )


def _told(parts: Sequence[pl.DataFrame], now: Account) -> pl.DataFrame:
    if not parts:
        return issues.empty()
    columns = ["entity", "id", "relation", "old", "new", "found_name", "fate"]
    # The deal's party beside a note is no relation of Sell's: it follows where it can, and nobody need know.
    rows = pl.concat(part.filter(~pl.col("beside")).select(columns) for part in parts).rename({"id": "_id"})
    # A deal whose company stands in `Company in Sell` by now has lost nothing.
    kept = now.company_in_sell.select(
        _id="id", entity=pl.lit("deals"), relation=pl.lit("organizations"), fate=pl.lit("emptied")
    )
    rows = rows.join(kept, on=["_id", "entity", "relation", "fate"], how="anti", maintain_order="left")
    field = pl.col("relation").replace_strict(WORDS, return_dtype=pl.String)
    by_fate = {
        "both": (
            "changed_in_both",
            pl.col("new"),
            pl.format(
                "Pipedrive holds '{}' (it was {})",
                pl.col("found_name").fill_null(""),
                pl.col("old").fill_null("none"),
            ),
        ),
        "emptied": ("emptied_in_sell", pl.col("old"), BLANK),
        "unseen": ("update_not_comparable", pl.col("new"), BLANK),
        "waits": ("update_waits", pl.col("new"), BLANK),
    }
    told = [
        issues.found(
            issues.few(rows, (pl.col("fate") == fate) & (pl.col("entity") == entity)),
            code,
            entity=entity,
            field=field,
            value=value,
            detail=detail,
        )
        for fate, (code, value, detail) in by_fate.items()
        for entity in rows["entity"].unique(maintain_order=True).to_list()
    ]
    return issues.gather(pl.collect_all(told))


def deleted(then: Account, now: Account, there: pl.DataFrame, entities: Sequence[str]) -> pl.DataFrame:
    """Records of then that the present export does not hold, one issue each.

    Args:
        entities: those of the present export; of an entity without any file nothing is said.
    """
    was = then.records.filter(~pl.col("added") & pl.col("entity").is_in(entities))
    gone = was.join(
        now.records.filter(~pl.col("added")), on=["entity", "id"], how="anti", maintain_order="left"
    )
    placed = gone.join(
        there.select("entity", "id", "system_id"), on=["entity", "id"], how="left", maintain_order="left"
    )
    where = pl.coalesce(
        pl.format("Pipedrive holds it as System ID {}", "system_id"), pl.lit("Pipedrive does not hold it")
    )
    told = [
        issues.found(
            issues.few(placed, pl.col("entity") == entity).rename({"id": "_id"}),
            "deleted_in_sell",
            entity=entity,
            value=pl.col("name"),
            detail=where,
        )
        for entity in placed["entity"].unique(maintain_order=True).to_list()
    ]
    return issues.gather(pl.collect_all(told))

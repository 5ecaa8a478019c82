"""A cell that changed in Sell: its columns, and what becomes of it by what Pipedrive holds."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.delta.fates import (
    BOTH,
    DONE,
    EMPTIED,
    FEWER,
    LATE,
    NOT_OWN,
    UNFIT,
    UNSEEN,
    WRITTEN,
    fate,
    first_that_holds,
    is_any,
)
from zsell_transform.delta.files import VALUES, WRITES
from zsell_transform.frames.sparse import BLANK
from zsell_transform.ids import is_by_name
from zsell_transform.pipedrive.account import type_name
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import DEAL_STAGE, DEAL_STATUS
from zsell_transform.standing.sameness import LISTS, as_it_stands, each_label, in_the_form_of, same
from zsell_transform.standing.shown_cells import in_pipedrive, is_shown, shown_beside

#: Columns of a changed cell, before it is decided what becomes of it; `said` is the cell of Sell's as it
#: stands, of custom fields: what is written of some is a reading of it.
CELLS: Final = (
    "entity", "source_id", "_file", "_row", "item", "system_id", "own", "field", "old", "new", "there",
    "seen", "kind", "said", "said_then",
)  # fmt: skip
#: Of a person that is not the lead's own: the whole name tells of its parts, the person has an owner itself.
_SAID_ELSEWHERE: Final = ("Person - First name", "Person - Last name", "Person - Owner")
#: What only a deal of a certain status has, and what Sell takes from the stage that it is in.
BY_STATUS: Final = ("Deal - Won time", "Deal - Lost time", "Deal - Lost reason")
BY_STAGE: Final = ("Deal - Probability",)
#: What is said of a deal's end beside its status.
_OF_THE_END: Final = (*BY_STATUS, *BY_STAGE, DEAL_STAGE)


def no_cells() -> pl.DataFrame:
    """A frame of `CELLS` without any."""
    schema = dict.fromkeys(CELLS, pl.String) | {"_row": pl.Int64, "seen": pl.Boolean, "own": pl.Boolean}
    return pl.DataFrame(schema=schema)


def with_shown(rows: pl.DataFrame, held: Held, item: str, header: str) -> pl.DataFrame:
    """Rows by `system_id` with `there`, what Pipedrive shows under a header, and `seen`, whether its export
    shows the column.
    """
    shown = shown_beside(held, item, [header]).rename({in_pipedrive(header): "there"})
    seen = pl.lit(is_shown(held, item, header))
    return rows.join(shown, on="system_id", how="left", maintain_order="left").with_columns(seen=seen)


def cells_of(rows: pl.DataFrame, entity: str, item: str, header: str, kind: pl.Expr) -> pl.DataFrame:
    """Rows as `CELLS` under one header; where they came from and what Sell's cell says may be unknown.

    Args:
        rows: source_id, system_id, own, old, new, there, seen; any of the other columns.
    """
    where = {"entity": pl.lit(entity), "item": pl.lit(item), "field": pl.lit(header), "kind": kind}
    unknown = {"_file": BLANK, "_row": pl.lit(None, dtype=pl.Int64), "said": BLANK, "said_then": BLANK}
    return rows.with_columns(
        **where, **{column: blank for column, blank in unknown.items() if column not in rows.columns}
    ).select(CELLS)


def decided(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells with `value`, what is to be written, and `fate`, of `fates`: null where nothing changed.

    Args:
        cells: the columns of `CELLS`: old, new and there are a value then, now and in Pipedrive; seen
            says whether Pipedrive's export shows its column.
    """
    parts = [
        _fated(rows, str(kind))
        for (kind,), rows in cells.partition_by("kind", as_dict=True, maintain_order=True).items()
    ]
    schema = cells.clear().with_columns(fate=fate(None), value=BLANK)
    return _closed_together(pl.concat([schema, *parts]))


def known_since(cells: pl.DataFrame, then: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Of records that the earlier run did not have, what Pipedrive shows otherwise is told, and not written.

    A later run wrote them, and nobody can know whether Sell or Pipedrive changed since.

    Args:
        cells: decided ones; those of such records are `late` or nothing from here on.
        then: records of the earlier run, as in `Account`.
        there: as of `presence`.
    """
    known = then.select("entity", source_id="id")
    by_name = there.filter(is_by_name("id")).select("entity", "system_id")
    kept = ["entity", "source_id", "system_id"]
    late = (
        cells.select(kept)
        .unique(maintain_order=True)
        .join(known, on=["entity", "source_id"], how="anti", maintain_order="left")
        .join(by_name, on=["entity", "system_id"], how="anti", maintain_order="left")
    )
    marked = cells.join(
        late.with_columns(late=True), on=kept, how="left", maintain_order="left", nulls_equal=True
    )
    told = (pl.col("fate") == BOTH) & ~pl.col("field").str.ends_with(" - Creation date")
    known_then = pl.col("late").is_null()
    return marked.with_columns(fate=pl.when(known_then).then("fate").when(told).then(fate(LATE))).drop("late")


def _closed_together(cells: pl.DataFrame) -> pl.DataFrame:
    """Where Pipedrive decided itself how a deal ended, nothing else is written of how it did in Sell."""
    status = (pl.col("field") == DEAL_STATUS) & (pl.col("fate") == BOTH)
    ended = cells.filter(status)["system_id"].implode()
    rest = pl.col("field").is_in(_OF_THE_END) & (pl.col("fate") == WRITTEN) & pl.col("system_id").is_in(ended)
    return cells.with_columns(fate=pl.when(rest).then(fate(BOTH)).otherwise("fate"))


def _fated(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    old, new, there = pl.col("old"), pl.col("new"), pl.col("there")
    said = pl.col("said")
    # The field may have been made for another reading, as by an earlier run than the one that is given.
    alike = in_the_form_of(said, there, pl.col("said_then"))
    # Labels of today that are all there are not written again: no import takes away what is there beside.
    none_lack = pl.lit(kind in LISTS) & _has_all(new, there) & (old.is_null() | _has_all(old, there))
    becomes = (
        (new.is_not_null() & same(kind, new, old), None),
        (new.is_null() & as_it_stands(said, there), DONE),
        (new.is_null() & said.is_not_null(), UNFIT),
        (new.is_null() & there.is_null() & pl.col("seen"), DONE),
        (new.is_null(), EMPTIED),
        (~pl.col("seen") & old.is_not_null(), UNSEEN),
        (same(kind, new, there), DONE),
        (none_lack & _has_fewer(), FEWER),
        (none_lack, DONE),
        (same(kind, old, there), WRITTEN),
        (as_it_stands(said, there), DONE),
        (alike.is_not_null(), WRITTEN),
    )
    value = pl.when(same(kind, old, there) | alike.is_null()).then(new).otherwise(alike)
    if kind == "name":
        # What was kept apart stays apart: ` (City)` behind the old name goes behind the new one.
        apart = there.str.strip_prefix(old)
        value = pl.when(apart.str.starts_with(" (")).then(pl.concat_str(new, apart)).otherwise(new)
    return rows.with_columns(fate=_of_its_own(first_that_holds(becomes, otherwise=BOTH)), value=value)


def _has_all(labels: pl.Expr, there: pl.Expr) -> pl.Expr:
    """Whether all of some labels are there."""
    mine, theirs = (each_label(cell) for cell in (labels, there))
    return (mine.list.set_difference(theirs).list.len() == 0).fill_null(value=False)


def _has_fewer() -> pl.Expr:
    """Whether any label was taken away in Sell."""
    return pl.col("old").is_not_null() & ~_has_all(pl.col("old"), pl.col("new"))


def _of_its_own(chosen: pl.Expr) -> pl.Expr:
    """The fate of a cell, where a lead's person may be another record's, too: that one says what it holds."""
    said_elsewhere = pl.col("field").is_in(_SAID_ELSEWHERE)
    not_own = pl.when(~said_elsewhere).then(fate(NOT_OWN))
    is_open = is_any(chosen, WRITTEN, BOTH, UNSEEN)
    return pl.when(~pl.col("own") & is_open).then(not_own).otherwise(chosen)


def written(cells: pl.DataFrame) -> pl.DataFrame:
    """What is to be written of decided cells, as `WRITES`."""
    return cells.filter(pl.col("fate") == WRITTEN).with_columns(part=pl.lit(VALUES)).select(*WRITES)


def told(cells: pl.DataFrame) -> pl.DataFrame:
    """The issues of decided cells."""
    types = {kind: type_name(kind) for kind in cells["kind"].unique().drop_nulls()}
    kind = pl.col("kind").replace_strict(types, default=None, return_dtype=pl.String)
    rows = cells.rename({"source_id": "_id"}).with_columns(type=kind)
    there = pl.format(
        "Pipedrive holds '{}' (it was '{}')", pl.col("there").fill_null(""), pl.col("old").fill_null("")
    )
    by_fate = {
        BOTH: ("changed_in_both", pl.col("new"), there),
        EMPTIED: ("emptied_in_sell", pl.col("old"), BLANK),
        UNFIT: ("value_unfit_for_field", pl.col("said"), pl.col("type")),
        UNSEEN: ("update_not_comparable", pl.col("new"), BLANK),
        NOT_OWN: ("not_its_own_person", pl.col("new"), whose(pl.col("there"))),
        LATE: (
            "not_in_earlier_run",
            pl.col("new"),
            pl.format("Pipedrive holds '{}'", pl.col("there").fill_null("")),
        ),
        FEWER: ("label_removed", pl.col("new"), there),
        WRITTEN: ("label_removed", pl.col("new"), there),
    }
    told_of = (_has_fewer() & pl.col("kind").is_in(LISTS)) | (pl.col("fate") != WRITTEN)
    found = [
        issues.found(
            issues.few(rows, told_of & (pl.col("fate") == word) & (pl.col("entity") == entity)),
            code,
            entity=entity,
            field=pl.col("field"),
            value=value,
            detail=detail,
        )
        for word, (code, value, detail) in by_fate.items()
        for entity in cells["entity"].unique(maintain_order=True).to_list()
    ]
    return issues.gather(pl.collect_all(found))


def whose(there: pl.Expr) -> pl.Expr:
    """What Pipedrive holds for a lead whose person (`system_id`) is not its own."""
    shared = pl.format(
        "the person there (System ID {}) is also another record's and has '{}'",
        pl.col("system_id"),
        there.fill_null(""),
    )
    return pl.when(pl.col("system_id").is_null()).then(pl.lit("it has no person there")).otherwise(shared)

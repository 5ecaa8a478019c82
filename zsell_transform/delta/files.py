"""Changed cells → the rows of `updates/`: System ID, name, and every column in which any row changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from zsell_transform.drafting import Drafts
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NAMES, SYSTEM_IDS
from zsell_transform.sell.entities import ITEMS
from zsell_transform.standing.account import own_persons_of_leads
from zsell_transform.standing.sameness import kinds, same
from zsell_transform.standing.shown_cells import in_pipedrive, shown_beside
from zsell_transform.standing.update_rows import printed, without_blanks

#: One cell to be written; `part` says whether it is a value of the record or a link.
WRITES: Final = ("entity", "source_id", "item", "system_id", "field", "value", "part")
VALUES, LINKS = "values", "links"
#: Kinds that Pipedrive prints in another form than the wizard takes: an equal cell is repeated as it was
#: written.
REWRITTEN: Final = ("date", "moment", "time", "stage", "numerical", "monetary", "probability", "user")


def composed(
    writes: pl.DataFrame, drafts: Drafts, there: pl.DataFrame, held: Held
) -> dict[str, list[pl.DataFrame]]:
    """Item → its file parts, none of which has a blank cell.

    Args:
        writes: the columns of `WRITES`.
        there: as of `standing.account.presence`.
    """
    files = {}
    for item in ITEMS:
        mine = writes.filter(pl.col("item") == item)
        if mine.height:
            files[item] = without_blanks(_rows(item, mine, drafts, there, held))
    return files


def _rows(item: str, writes: pl.DataFrame, drafts: Drafts, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """One row a record: changed cells as they are in Sell, unchanged ones as they are in Pipedrive."""
    header = NAMES[item]
    fields = writes["field"].unique(maintain_order=True).to_list()
    values = writes.filter(pl.col("part") == VALUES)["field"].unique(maintain_order=True).to_list()
    wide = writes.group_by("system_id", maintain_order=True).agg(
        pl.col("value").filter(pl.col("field") == field).first().alias(field) for field in fields
    )
    own = [field for field in values if field != header]
    repeated = _repeated(item, wide["system_id"], own, drafts, there, held)
    whole = wide.join(repeated, on="system_id", how="left", maintain_order="left", suffix=" there").join(
        printed(item, held), on="system_id", how="left", maintain_order="left", suffix=" there"
    )
    lacking = [BLANK.alias(f"{c} there") for c in (header, *own) if f"{c} there" not in whole.columns]
    whole = whole.with_columns(lacking)
    cells = [
        pl.coalesce(c, f"{c} there").alias(c) if c in whole.columns else pl.col(f"{c} there").alias(c)
        for c in own
    ]
    name = pl.coalesce([c for c in (header, f"{header} there") if c in whole.columns]).alias(header)
    links = [field for field in fields if field not in values]
    return whole.select(pl.col("system_id").alias(SYSTEM_IDS[item]), name, *cells, *links)


def _repeated(
    item: str, ids: pl.Series, headers: Sequence[str], drafts: Drafts, there: pl.DataFrame, held: Held
) -> pl.DataFrame:
    """system_id, and what Pipedrive holds under each header, in the form that the wizard takes."""
    shown = shown_beside(held, item, headers).rename({in_pipedrive(header): header for header in headers})
    shown = shown.filter(pl.col("system_id").is_in(ids.implode()))
    types = {
        row["header"]: row["type"]
        for draft in drafts.values()
        for row in draft.origins.select("header", "type").to_dicts()
    }
    rewritten = [header for header, kind in kinds(headers, types).items() if kind in REWRITTEN]
    if not rewritten:
        return shown
    written = _written(item, shown["system_id"], rewritten, drafts, there, held)
    joined = shown.join(written, on="system_id", how="left", maintain_order="left", suffix=" now")
    of = kinds(rewritten, types)
    return joined.with_columns(
        pl.when(pl.col(f"{h} now").is_not_null() & same(of[h], pl.col(f"{h} now"), pl.col(h)))
        .then(f"{h} now")
        .otherwise(_in_form(of[h], pl.col(h)))
        .alias(h)
        for h in rewritten
    ).select(shown.columns)


def _in_form(kind: str, cell: pl.Expr) -> pl.Expr:
    """A cell that Pipedrive changed itself, as the wizard takes it."""
    return cell.str.slice(0, 10) if kind == "date" else cell


def _written(
    item: str, ids: pl.Series, headers: Sequence[str], drafts: Drafts, there: pl.DataFrame, held: Held
) -> pl.DataFrame:
    """system_id, and the present draft's cells of the records that stand there."""
    parts = [pl.DataFrame(schema=dict.fromkeys(("system_id", *headers), pl.String))]
    for entity, draft in drafts.items():
        mine = there.filter((pl.col("entity") == entity) & (pl.col("item") == item)).select("id", "system_id")
        if entity == "leads" and item == "persons":
            mine = own_persons_of_leads(
                there.filter((pl.col("entity") == "leads") & (pl.col("item") == "leads")), held
            )
        mine = mine.filter(pl.col("system_id").is_in(ids.implode()))
        if mine.height:
            names = set(draft.frame.collect_schema().names())
            cells = [column_or_blank(names, h) for h in headers]
            found = draft.frame.select("_id", *cells).join(
                mine.lazy().rename({"id": "_id"}), on="_id", how="inner", maintain_order="left"
            )
            parts.append(found.select("system_id", *headers).collect(engine="streaming"))
    return pl.concat(parts).unique("system_id", keep="first", maintain_order=True)

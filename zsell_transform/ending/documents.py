"""documents.csv: Sell's documents, each with the record in Pipedrive to which its file is to be attached.

No export holds the files themselves, and the wizard takes none: this list is for whoever carries them over by
hand.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.transformers import Draft

#: What the list says of the record in Pipedrive.
ITEM: Final = "Pipedrive item"
NAME: Final = "Pipedrive name"
SYSTEM_ID: Final = "Pipedrive System ID"
#: A document's `contact` is a person or a company.
_KINDS: Final = {"deal": ("deals",), "lead": ("leads",), "contact": ("contacts", "companies")}


def documents(draft: Draft, where: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The list, in input order, and what is told of it: how many there are, and what is left out.

    Args:
        where: kind, id, item, name, system_id of every record (`lap.Lap.where`).
    """
    kinds = pl.DataFrame(
        [(about, kind) for about, several in _KINDS.items() for kind in several],
        schema=["about", "kind"],
        orient="row",
    )
    records = (
        where.join(kinds, on="kind", how="inner", maintain_order="left")
        .select(_about_type="about", _about_id="id", **{ITEM: "item", NAME: "name", SYSTEM_ID: "system_id"})
        .unique(["_about_type", "_about_id"], keep="first", maintain_order=True)
    )
    whole = draft.whole.collect()
    rows = whole.select(draft.shown)
    of_rows = issues.tell(whole, draft.audit)  # no chunk of them is written, which would tell it
    left_out = "_leave_out" in rows.columns
    listed = rows.filter(pl.col("_leave_out").is_null()) if left_out else rows
    named = listed.join(records, on=["_about_type", "_about_id"], how="left", maintain_order="left")
    table = named.select(*draft.headers, ITEM, NAME, SYSTEM_ID)
    count = (
        issues.issue("documents_by_hand", entity="documents", value=listed.height)
        if listed.height
        else issues.empty()
    )
    return table, issues.gather([count, of_rows])

"""The links that Pipedrive's exports show."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.pipedrive.exports.held import NAMED_BY

#: Relation → the columns of Pipedrive's exports that show it: ID, and names in order of preference.
SHOWN: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "organizations": (NAMED_BY["organizations"], ("Organization",)),
    "persons": (NAMED_BY["persons"], ("Contact person",)),
    "deals": (NAMED_BY["deals"], ("Deal title", "Deal")),
    "leads": (NAMED_BY["leads"], ("Lead",)),
}
WORDS: Final = {"organizations": "organization", "persons": "person", "deals": "deal", "leads": "lead"}


def shown_links(raw: pl.DataFrame, relation: str) -> pl.DataFrame | None:
    """system_id, found_id, found_name of one relation in one item's export; None where it shows neither."""
    number, names = SHOWN[relation]
    name = next((c for c in names if c in raw.columns), None)
    if number not in raw.columns and name is None:
        return None
    return raw.select(
        system_id="ID",
        found_id=column_or_blank(raw.columns, number),
        found_name=pl.col(name) if name else BLANK,
    )

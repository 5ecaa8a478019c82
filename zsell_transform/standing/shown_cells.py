"""The cells of Pipedrive's exports beside those of Sell's, under the headers of the wizard."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import polars as pl

from zsell_transform.frames.sparse import BLANK
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import PREFIXES
from zsell_transform.pipedrive.shown_cell import shown_cell

#: Headers that hold a key, not a value.
KEYS: Final = ("Zendesk Sell ID", "Zendesk Sell lead ID", "Pipedrive System ID", "Pipedrive system ID")


def values_of(item: str, headers: Collection[str]) -> tuple[str, ...]:
    """The headers that hold values of an item itself: no keys, and nothing of a linked record."""
    prefix = f"{PREFIXES[item]} - "
    return tuple(h for h in headers if h.startswith(prefix) and h.removeprefix(prefix) not in KEYS)


# --- beside cells of Sell's -----------------------------------------------------------------------------


def in_pipedrive(header: str) -> str:
    """What the cells are called that Pipedrive shows under a header, beside those of Sell's under it."""
    return f"= {header}"


def is_shown(held: Held, item: str, header: str) -> bool:
    """Whether there is an export of an item that shows what stands under a header."""
    return item in held.raw and shown_cell(item, header, held.raw[item].columns) is not None


def shown_beside(held: Held, item: str, headers: Iterable[str]) -> pl.DataFrame:
    """system_id, and what Pipedrive shows under each header, as `in_pipedrive`; blank if it shows no such."""
    raw = held.raw[item]
    cells = {header: shown_cell(item, header, raw.columns) for header in headers}
    return raw.select(
        pl.col("ID").alias("system_id"),
        *((BLANK if cell is None else cell).alias(in_pipedrive(header)) for header, cell in cells.items()),
    )

"""What becomes of a cell or a link that changed in Sell: the words, and the tables that choose among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

#: Pipedrive shows it already as Sell has it.
DONE: Final = "done"
#: It goes into `updates/`.
WRITTEN: Final = "written"
#: Labels were taken away in Sell, and all that are left are there: an import could only add.
FEWER: Final = "fewer"
#: The type of the field takes nothing of what Sell says.
UNFIT: Final = "unfit"
#: Sell has none any more, and no blank cell is written.
EMPTIED: Final = "emptied"
#: It stood on the placeholder, and has a link in Sell by now, which no organization takes the place of.
STUCK: Final = "stuck"
#: Pipedrive's export does not show it, so that nobody knows whether it still has the old one.
UNSEEN: Final = "unseen"
#: It leads to a record that is not there yet.
WAITS: Final = "waits"
#: Pipedrive has neither the old one nor the new one.
BOTH: Final = "both"
#: It is a lead's, of a person that is another record's, too.
NOT_OWN: Final = "not own"
#: The earlier run did not have the record, so that nobody knows who changed it.
LATE: Final = "late"

#: Null is what did not change, or is told of elsewhere.
FATE: Final = pl.Enum([DONE, WRITTEN, FEWER, UNFIT, EMPTIED, STUCK, UNSEEN, WAITS, BOTH, NOT_OWN, LATE])


def fate(word: str | None) -> pl.Expr:
    """One of the fates, as it stands in a column."""
    return pl.lit(word, dtype=FATE)


def first_that_holds(table: Sequence[tuple[pl.Expr, str | None]], otherwise: str) -> pl.Expr:
    """The fate of the first line whose condition holds."""
    found = fate(otherwise)
    for condition, word in reversed(table):
        found = pl.when(condition).then(fate(word)).otherwise(found)
    return found


def is_any(chosen: pl.Expr, *words: str) -> pl.Expr:
    """Whether a fate is one of some."""
    return chosen.is_in(pl.Series(words, dtype=FATE).implode())

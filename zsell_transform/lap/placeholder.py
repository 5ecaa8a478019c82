"""The one organization on which records hang that have no link left: when an account has it.

A lap that writes and a proof that misses ask this same question, so that neither waits for the other.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.folding import fold
from zsell_transform.ids import BY_NAME
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.sell.entities import TARGETS, mark_of

#: The one organization on which records hang that have no link left.
PLACEHOLDER: Final = "Zendesk Sell (unlinked)"
#: Its id, as of any record that only its name tells.
PLACEHOLDER_ID: Final = f"{BY_NAME}{fold(PLACEHOLDER)}"
_ITSELF: Final = {"id": [PLACEHOLDER_ID], "name": [PLACEHOLDER], "added": [True]}


def with_placeholder(companies: pl.DataFrame) -> pl.DataFrame:
    """The companies of an account, and behind them the placeholder."""
    return pl.concat([companies, pl.DataFrame(_ITSELF)], how="diagonal_relaxed")


def needs_placeholder(graph: Graph, held: Held, ask: Mapping, left_out: pl.Series) -> bool:
    """Whether the placeholder counts: it is there, or any record without a link goes to it now.

    None that is there needs it: it hangs on something else by now, or somebody has deleted the placeholder.

    Args:
        left_out: ids of leads that the mapping leaves out by their status.
    """
    placed = {kind for kind, wish in ask.orphans.items() if wish == "placeholder"}
    if placed and placeholder_is_there(held):
        return True
    orphans = {
        "deals": graph.deals["person_at"].is_null() & graph.deals["company_at"].is_null(),
        "leads": graph.leads["name"].is_null() & graph.leads["company_at"].is_null(),
    }
    unwished = graph.leads["id"].is_in(left_out.implode())
    twice = held.twice["sell_id"]
    gone = {
        "deals": _absent(graph.deals["id"], orphans["deals"], held.deals["sell_id"], twice),
        "leads": _absent(
            graph.leads["id"],
            orphans["leads"] | unwished,
            held.leads["sell_id"], held.deals["sell_lead_id"], twice,
        ),
    }  # fmt: skip
    going = {"deals": gone["deals"], "leads": gone["leads"] & ~unwished}
    if any(going[kind].any() for kind in placed & going.keys()):
        return True
    # What is gone now is left out, and a note of it has no link either.
    lost = pl.col("about").is_null() | pl.any_horizontal(
        pl.lit(out).gather(pl.when(pl.col("about") == kind).then("about_at")) for kind, out in gone.items()
    )
    return "notes" in placed and any(
        not (mark_of(entity) + rows.filter(lost)["id"]).is_in(held.notes["mark"].drop_nulls().implode()).all()
        for entity, rows in graph.history.items()
        if TARGETS[entity] == "notes"
    )


def placeholder_is_there(held: Held) -> bool:
    """Whether Pipedrive holds the placeholder, be it once or twice."""
    ids = (held.organizations["sell_id"], held.twice["sell_id"])
    return any((some == PLACEHOLDER_ID).any() for some in ids)


def _absent(ids: pl.Series, wanted: pl.Series, *there: pl.Series) -> pl.Series:
    """Which of the wanted records Pipedrive does not hold."""
    known = pl.concat([some.rename("id").drop_nulls() for some in there])
    asked = pl.select(pl.when(wanted).then(ids)).to_series()  # most often next to none
    return (~asked.is_in(known.implode())).fill_null(value=False)

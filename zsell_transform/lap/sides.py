"""The two sides between which a lap decides: Sell's account, and what Pipedrive holds of it."""

from __future__ import annotations

import attrs
import polars as pl

from zsell_transform.details import Details
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.held import Held


@attrs.frozen(eq=False)
class Sides:
    """What every decision of a lap looks at.

    Attributes:
        graph: Sell's account.
        held: what Pipedrive holds.
        ask: what the user wishes.
        details: reads what else is to be known of people.
        left_out: ids of leads that the mapping leaves out by their status.
    """

    graph: Graph
    held: Held
    ask: Mapping
    details: Details
    left_out: pl.Series

"""Key frames → the graph of an account: for a lap, for the proof, and for the state of an earlier run."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

import attrs
import polars as pl

from zsell_transform.details import Details
from zsell_transform.drafting import Drafts
from zsell_transform.folding import folded
from zsell_transform.linker import Graph, link
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import longest
from zsell_transform.survey.facts import Survey


@attrs.frozen(eq=False)
class Linked:
    """What is known once an account is linked.

    Attributes:
        graph: its links.
        details: reads what else is to be known of people.
        left_out: ids of leads that the mapping leaves out by their status.
    """

    graph: Graph
    details: Details
    left_out: pl.Series


def linked(drafts: Drafts, keys: MappingOf[str, pl.DataFrame], seen: Survey, ask: Mapping) -> Linked:
    """Links an account as the mapping wishes; the keys are not needed from here on."""
    details = Details.of(drafts, seen)
    if ask.duplicates["companies"] == "merge":
        keys = {**keys, "companies": _with_twins(keys["companies"], bare=ask.bare_organizations == "merge")}
    graph = link(keys, details, longest_title=longest("title"), follow_domains=ask.email_domains == "link")
    return Linked(graph, details, keys["leads"].filter(pl.col("left_out") == "true")["id"])


def _with_twins(companies: pl.DataFrame, *, bare: bool) -> pl.DataFrame:
    """Companies with `twin`: of one name, those will be one row that have the same there.

    Args:
        bare: those without an address will.
    """
    named = companies.select(name=folded(pl.col("name")), address=folded(pl.col("address")))
    if not bare:
        return companies.with_columns(named["address"].alias("twin"))
    # One without an address is taken for each of its name, and these for one through it.
    any_bare = pl.col("address").is_null().any().over("name")
    twin = pl.when(any_bare).then(pl.lit("")).otherwise("address")
    return companies.with_columns(named.select(twin.alias("twin")).to_series())

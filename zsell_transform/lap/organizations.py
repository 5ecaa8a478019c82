"""Organizations of a lap: what is there, what goes out, what would have been merged."""

from __future__ import annotations

import polars as pl

from zsell_transform import issues
from zsell_transform.lap.link_cells import parted
from zsell_transform.lap.one_record import as_one, filled, with_members
from zsell_transform.lap.parties import known_of, recognised, stated, written_form, written_name
from zsell_transform.lap.placeholder import with_placeholder
from zsell_transform.lap.plans import DECIDED, Plan, links_of
from zsell_transform.lap.sides import Sides
from zsell_transform.lap.targets import Targets
from zsell_transform.lap.told_parties import told_by_name, told_collisions
from zsell_transform.pipedrive import keys
from zsell_transform.pipedrive.fields import NAMES, ORGANIZATION_ADDRESS, SELL_IDS
from zsell_transform.pipedrive.own_ids import sell_id_cell


def plan_organizations(sides: Sides, *, blocked: bool, placeholder: bool) -> tuple[Plan, Targets]:
    """The plan of the companies, and how each can be linked to.

    Args:
        blocked: nothing of them may be written.
        placeholder: the organization counts on which records hang that have no link left.
    """
    held, ask = sides.held, sides.ask
    companies = with_placeholder(sides.graph.companies) if placeholder else sides.graph.companies
    known = keys.organizations(
        companies.select("id", "name", "address", "city"),
        recognised(held, "organizations"),
        merge=ask.duplicates["companies"] == "merge",
        bare_separate=ask.bare_organizations == "separate",
        lap_before=held.has_ours,
    )
    rows = known_of(companies, known)
    rows = filled(rows, ["address"])
    rows = stated(rows, held, "organizations", blocked=blocked)
    own = rows.select(
        "id",
        "system_id",
        form=written_form(),
        name=written_name(rows),
        address="address",
        title="name",
        place=pl.coalesce(pl.lit("#") + pl.col("system_id"), pl.lit("#") + pl.col("joins"), "id"),
        joins="joins",
    )
    members = with_members(rows, own)
    targets = Targets(members, as_one(rows, members))
    plan = Plan(
        entity="companies",
        rows=parted(rows, {}).select(*DECIDED, "joins", "into", linked=pl.lit(None, dtype=pl.Boolean)),
        link_columns=(),
        overrides=(
            rows.filter(pl.col("n").is_not_null() & pl.col("renamed")).select(
                "n", pl.col("final").alias(NAMES["organizations"])
            ),
        ),
        added=rows.filter(pl.col("added")).select(
            "id",
            pl.col("final").alias(NAMES["organizations"]),
            pl.col("address").alias(ORGANIZATION_ADDRESS),
            sell_id_cell(pl.col("id")).alias(SELL_IDS["organizations"]),
        ),
        found=issues.gather(
            [told_collisions(known, rows, "companies"), told_by_name(rows, held, "companies")]
        ),
        links=links_of(rows, {}),
    )
    return plan, targets

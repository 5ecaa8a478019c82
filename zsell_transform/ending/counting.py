"""Plans and issues → the ledger's numbers (contract, section 6)."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

import polars as pl

from zsell_transform.lap.plans import MERGED, OUT, PRESENT, SKIPPED, WAITING, Plan
from zsell_transform.ledger import Ledger
from zsell_transform.sell.entities import ENTITIES


def counted(
    plans: MappingOf[str, Plan],
    rows_in: MappingOf[str, int],
    united: MappingOf[str, int],
    told: pl.DataFrame,
    updated: MappingOf[str, int],
) -> Ledger:
    """The ledger of one lap.

    Args:
        rows_in: records of the input, by entity, united ones included.
        united: records that stood in several files, or twice, and count as merged.
        told: all issues, rendered.
        updated: records written to `updates/`, by entity.
    """
    severities = told.filter(pl.col("entity").is_not_null()).group_by("entity", "severity").len()
    counts = {(row["entity"], row["severity"]): row["len"] for row in severities.to_dicts()}
    return Ledger.of(
        {
            entity: {
                **_states(plans.get(entity), rows_in.get(entity, 0), united.get(entity, 0)),
                "updated": updated.get(entity, 0),
                **_linked(plans.get(entity)),
                "errors": counts.get((entity, "error"), 0),
                "warnings": counts.get((entity, "warning"), 0),
            }
            for entity in ENTITIES
        }
    )


def _states(plan: Plan | None, rows_in: int, united: int) -> dict[str, int]:
    """An entity without a plan (documents) goes into no file that the wizard takes."""
    if plan is None:
        return {
            "rows_in": rows_in,
            "added": 0,
            "rows_out": 0,
            "present": 0,
            "waiting": 0,
            "merged": united,
            "skipped": rows_in - united,
        }
    states = dict(plan.rows.group_by("state").len().iter_rows())
    return {
        "rows_in": rows_in,
        "added": plan.rows["n"].null_count(),
        "rows_out": states.get(OUT, 0),
        "present": states.get(PRESENT, 0),
        "waiting": states.get(WAITING, 0),
        "merged": states.get(MERGED, 0) + united,
        "skipped": states.get(SKIPPED, 0),
    }


def _linked(plan: Plan | None) -> dict[str, int]:
    if plan is None:
        return {"linked": 0, "unlinked": 0}
    linked = plan.rows.filter(pl.col("state") == OUT)["linked"]
    return {"linked": int(linked.sum() or 0), "unlinked": int((~linked).sum() or 0)}

"""The few rows that need their own cells: they carry several records, or merge with what Pipedrive holds.

With `duplicates: merge`, one row carries all records that the wizard would take for one: both ids, all
labels, and each value of the first record that has one. A row that merges with a record in Pipedrive goes
into a file part without any column that is blank on it, since it is not known whether the wizard would erase
what stands there.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.folding import folded
from zsell_transform.ids import ranked
from zsell_transform.lap.plans import MERGED, OUT, Plan
from zsell_transform.pipedrive import fields
from zsell_transform.pipedrive.person_values import FIRST_NAME, LAST_NAME
from zsell_transform.transformers import Draft

#: Entity → headers of its name parts (kept from the first record), of its id, and of its labels.
NAMES: Final = {
    "companies": (fields.NAMES["organizations"],),
    "contacts": (fields.NAMES["persons"], FIRST_NAME, LAST_NAME),
}
IDS: Final = {"companies": fields.SELL_IDS["organizations"], "contacts": fields.SELL_IDS["persons"]}
LABELS: Final = ("Organization - Labels", "Person - Label", "Organization - Tags", "Person - Tags")


def with_own_cells(
    drafts: MappingOf[str, Draft], plans: MappingOf[str, Plan]
) -> tuple[dict[str, Plan], pl.DataFrame]:
    """The plans with merged rows' cells and joining rows' parts, and the values that lost."""
    done, told = dict(plans), []
    for entity in IDS:
        if entity in plans and entity in drafts:
            merged, found = _merged(drafts[entity], plans[entity])
            done[entity] = _joining(drafts[entity], merged)
            told.append(found)
    return done, issues.gather(told)


def _merged(draft: Draft, plan: Plan) -> tuple[Plan, pl.DataFrame]:
    members = plan.rows.filter(pl.col("into").is_not_null() & (pl.col("state") == MERGED))
    if not members.height:
        return plan, issues.empty()
    heads = members.select(id="into").unique(maintain_order=True)
    group = pl.concat(
        [
            plan.rows.join(heads, on="id", how="semi", maintain_order="left").select("n", "id", head="id"),
            members.select("n", "id", head="into"),
        ]
    )
    cells = _cells(draft, plan, group)
    headers = [c for c in cells.columns if c not in ("n", "id", "head", "_file", "_row", "order")]
    one = cells.group_by("head", maintain_order=True).agg(
        pl.col("n").first(),
        *(
            all_labels(h)
            if h in LABELS
            else pl.col(h).str.join(", ")
            if h == IDS[plan.entity]
            else pl.col(h).drop_nulls().first()
            for h in headers
        ),
    )
    found = _lost(
        cells,
        one,
        [h for h in headers if h not in (*NAMES[plan.entity], IDS[plan.entity], *LABELS)],
        plan.entity,
    )
    drafted = one.filter(pl.col("n").is_not_null())
    # Its name stays the first record's, or the distinct one that was chosen for it.
    overrides = (
        *plan.overrides,
        drafted.drop("head", *(n for n in NAMES[plan.entity] if n in drafted.columns)),
    )
    named = one.filter(pl.col("n").is_null())
    added = plan.added
    if named.height:
        rest = added.join(named.select(id="head"), on="id", how="anti", maintain_order="left")
        added = pl.concat([rest, named.rename({"head": "id"}).drop("n")], how="diagonal_relaxed")
    return attrs.evolve(plan, overrides=overrides, added=added), found


def _cells(draft: Draft, plan: Plan, group: pl.DataFrame) -> pl.DataFrame:
    """The cells of the records in question, heads first, then the others in the order of their ids."""
    wanted = group.filter(pl.col("n").is_not_null())
    drafted = (
        draft.frame.select(
            *(pl.col(h) for h in draft.headers), n="_n", _file="_file", _row=pl.col("_row").cast(pl.Int64)
        )
        .join(wanted.lazy(), on="n", how="inner", maintain_order="left")
        .collect()
    )
    named = plan.added.join(group.filter(pl.col("n").is_null()), on="id", how="inner", maintain_order="left")
    cells = pl.concat([drafted, named], how="diagonal_relaxed")
    return cells.sort(
        "head", pl.col("id") != pl.col("head"), *ranked("id"), nulls_last=True, maintain_order=True
    )


def all_labels(header: str) -> pl.Expr:
    """The labels of all records under one header, each once."""
    split = pl.col(header).drop_nulls().str.split(", ").explode()
    return split.unique(maintain_order=True).drop_nulls().str.join(", ").replace("", None).alias(header)


def _lost(cells: pl.DataFrame, one: pl.DataFrame, headers: list[str], entity: str) -> pl.DataFrame:
    kept = one.select("head", *(pl.col(h).alias(f"kept {h}") for h in headers))
    joined = cells.filter(pl.col("id") != pl.col("head")).join(
        kept, on="head", how="left", maintain_order="left"
    )
    frames = [
        issues.found(
            joined.lazy()
            .filter(folded(pl.col(h)).is_not_null() & (folded(pl.col(h)) != folded(pl.col(f"kept {h}"))))
            .rename({"id": "_id"}),
            "merged_value_lost",
            entity=entity,
            field=h,
            value=pl.col(h),
            detail=pl.col(f"kept {h}"),
        )
        for h in headers
    ]
    return issues.gather(pl.collect_all(frames))


def _joining(draft: Draft, plan: Plan) -> Plan:
    joins = plan.rows.filter(pl.col("joins").is_not_null() & (pl.col("state") == OUT))
    if not joins.height:
        return plan
    wanted = joins.lazy().select("n")
    filled = [pl.col(header).is_not_null() for header in draft.headers]
    drafted = draft.frame.select(*filled, n="_n").join(wanted, on="n", how="semi").collect()
    for own in plan.overrides:  # what a merged row takes from its other records is not blank either
        more = own.select("n", *(pl.col(h).is_not_null().alias(f"own {h}") for h in own.columns if h != "n"))
        drafted = drafted.join(more, on="n", how="left", maintain_order="left").with_columns(
            pl.col(h) | pl.col(f"own {h}").fill_null(value=False) for h in draft.headers if h in own.columns
        )
    pattern = pl.concat_str(pl.col(draft.headers).cast(pl.UInt8).cast(pl.String))
    drafted = drafted.select("n", pattern=pattern)
    marked = plan.rows.join(drafted, on="n", how="left", maintain_order="left")
    alone = pl.format("{} joins {}", "part", pl.col("pattern").fill_null("named")).cast(pl.Categorical)
    part = pl.when(pl.col("joins").is_not_null() & (pl.col("state") == OUT)).then(alone).otherwise("part")
    return attrs.evolve(plan, rows=marked.with_columns(part.alias("part")).drop("pattern"))

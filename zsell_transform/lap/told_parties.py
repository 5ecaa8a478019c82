"""What is told of organizations and persons: those that are added, kept apart, merged, or there by name."""

from __future__ import annotations

import polars as pl

from zsell_transform import issues
from zsell_transform.ids import BY_NAME, is_by_name
from zsell_transform.lap.placeholder import PLACEHOLDER_ID
from zsell_transform.lap.plans import MERGED, OUT, PRESENT
from zsell_transform.lap.rows import as_issues_tell
from zsell_transform.lap.targets import Targets, read_at
from zsell_transform.pipedrive import keys
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.sell.entities import TARGETS


def lost_companies(rows: pl.DataFrame, companies: Targets) -> pl.DataFrame:
    """Companies of people who went into another's row, which names another one."""
    members = rows.filter((pl.col("state") == MERGED) & pl.col("company_at").is_not_null())
    if not members.height:
        return issues.empty()
    heads = rows.select(into="id", head_at="company_at")
    both = members.join(heads, on="into", how="left", maintain_order="left")
    known = companies.frame.select("place", "title")
    both = read_at(read_at(both, known, "company_at", "own_"), known, "head_at", "head_")
    lost = issues.few(both, pl.col("own_place").ne_missing(pl.col("head_place")))
    return issues.found(
        as_issues_tell(lost),
        "merged_value_lost",
        entity="contacts",
        field="organisation_name",
        value=pl.col("own_title"),
        detail=pl.col("head_title"),
    ).collect()


def told_by_name(rows: pl.DataFrame, held: Held, entity: str) -> pl.DataFrame:
    """Records that are there as what was known of them before: a name."""
    theirs = held[TARGETS[entity]]["sell_id"].drop_nulls()
    if not theirs.str.starts_with(BY_NAME).any():
        return issues.empty()
    ids = pl.concat([theirs, held.twice["sell_id"]]).implode()
    by_name = (pl.col("state") == PRESENT) & ~pl.col("id").is_in(ids) & ~is_by_name("id")
    return issues.found(
        as_issues_tell(issues.few(rows, by_name)),
        "present_by_name",
        entity=entity,
        field="name",
        value=pl.col("name"),
        detail=pl.col("system_id"),
    ).collect()


def told_collisions(known: keys.Keys, rows: pl.DataFrame, entity: str) -> pl.DataFrame:
    """What becomes of records that the wizard would have merged, and which are added as others name them."""
    named = as_issues_tell(rows.filter(pl.col("added") & (pl.col("state") == OUT)).lazy())
    absent = issues.gather(
        issues.found(named.filter(which), code, entity=entity, field="name", value=pl.col("name")).collect()
        for which, code in (
            (pl.col("_id") != PLACEHOLDER_ID, "added_by_reference"),
            (pl.col("_id") == PLACEHOLDER_ID, "placeholder_added"),
        )
    )
    if not known.collisions.height:
        return absent
    written = rows.filter(pl.col("state").is_in([OUT, MERGED]))
    place = written.select("id", _file=pl.col("file").cast(pl.String), _row="row")
    told = known.collisions.join(place, on="id", how="inner", maintain_order="left").rename({"id": "_id"})
    told = told.with_columns(written=pl.coalesce("final", "name"))
    fates = (
        ("distinguished", "final", "final", "with"),
        ("merged_duplicate", "into", "name", "into"),
        ("joins_existing", "joins", "written", "joins"),
    )
    found = [
        issues.found(
            issues.few(told, pl.col(fate).is_not_null()),
            code,
            entity=entity,
            field="name",
            value=pl.col(value),
            detail=pl.col(detail),
        )
        for code, fate, value, detail in fates
    ]
    return issues.gather([*pl.collect_all(found), absent])

"""The delta: what changed in Sell since an earlier run, for records that Pipedrive holds.

Three states are compared, cell by cell: Sell then (`records/` of the earlier folder), Sell now, and
Pipedrive. A value is written only where Pipedrive still has the old one; links likewise, by System ID. What
is written goes into `updates/`, one table an item, split so that no cell is blank.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.delta.cells import cells_of, decided, known_since, no_cells, told, with_shown, written
from zsell_transform.delta.emptied import still_said
from zsell_transform.delta.fates import WRITTEN
from zsell_transform.delta.files import WRITES, composed
from zsell_transform.delta.kinship import nothing_shared
from zsell_transform.delta.links import changed_links, deleted
from zsell_transform.delta.merged import Merged
from zsell_transform.delta.notes import ChangedNotes, changed_notes, new_notes, no_changed_notes
from zsell_transform.delta.only_named import changed_names
from zsell_transform.delta.values import changed_records, changed_values
from zsell_transform.drafting import Drafts, draft_all
from zsell_transform.ids import is_by_name
from zsell_transform.linked import linked
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import COMPANY_IN_SELL, NAMES, NOTE, STEMS
from zsell_transform.records import Records
from zsell_transform.sell.entities import ENTITIES, ITEMS
from zsell_transform.standing.account import (
    Account,
    expected_account,
    persons_of_leads,
    presence,
    several,
    targets,
)
from zsell_transform.standing.lead_lines import LINES


@attrs.frozen(eq=False)
class Updates:
    """What changed since an earlier run.

    Attributes:
        files: stem (`updates/2-persons`) → the parts of its files, in upload order.
        updated: entity → records with anything to write.
        found: issues in the travelling schema.
    """

    files: MappingOf[str, list[pl.LazyFrame]]
    updated: MappingOf[str, int]
    found: pl.DataFrame


def updates(
    before: Records,
    *,
    records: Records,
    drafts: Drafts,
    graph: Graph,
    left_out: pl.Series,
    held: Held,
    ask: Mapping,
) -> Updates:
    """Compares Sell then, Sell now and Pipedrive.

    Args:
        before: the records of a run before the changes (`earlier`).
        records, drafts, graph: the present account, as `transform` has it; surveyed `since` then.
        left_out: ids of leads that the mapping leaves out by their status.
        held: Pipedrive's exports; without any, nothing is present and nothing is updated.
    """
    now = expected_account(graph, ask, left_out, held)
    drafts_then, graph_then, then = _then(before, ask, held)
    there = presence(_all_records(then, now), held).filter(~several())
    merged = Merged.of(there, now, ask)
    values, lost = changed_values(drafts_then, drafts, there, held, merged)
    names = changed_names(graph_then, graph, there, held)  # of some, no draft of then says any
    cell = ["entity", "source_id", "item", "field"]
    changed = [
        *(rows.join(names, on=cell, how="anti", maintain_order="left") for rows in values),
        _company_in_sell(then, now, there, held),
        merged.without_others(names, "source_id"),
    ]
    cells = known_since(decided(pl.concat([no_cells(), *changed])), then.records, there)
    cells, unread = still_said(cells, drafts)
    places = _with_new_names(targets(there, held), cells)
    links = changed_links(
        merged.related(then), merged.related(now), there, places, held, alone=ask.id_links == "alone"
    )
    lost_too = [merged.lost_names(names), *merged.lost_relations(then, now, places)]
    of_leads = _lead_notes(drafts_then, drafts, there, held)
    notes = of_leads.writes
    writes = pl.concat(
        [written(cells), links.writes, notes.filter(pl.col("system_id").is_not_null()).select(*WRITES)]
    )
    parts = composed(writes, drafts, there, held)
    if fresh := new_notes(notes):
        parts = {**parts, "notes": [*parts.get("notes", []), *fresh]}
    counts = pl.concat([writes.select("entity", "source_id"), notes.select("entity", "source_id")]).unique()
    return Updates(
        files={
            f"updates/{STEMS[item]}": [part.lazy() for part in parts[item]]
            for item in ITEMS
            if parts.get(item)
        },
        updated={entity: n for entity in ENTITIES if (n := counts.filter(pl.col("entity") == entity).height)},
        found=issues.gather(
            [
                nothing_shared(then, now),
                told(cells.join(of_leads.said, on=["source_id", "field"], how="anti")),
                of_leads.found,
                links.found,
                *unread,
                lost,
                *pl.collect_all(lost_too),
                _converted(drafts_then, drafts, there),
                deleted(then, now, there, list(records.frames)),
            ]
        ),
    )


def _then(before: Records, ask: Mapping, held: Held) -> tuple[Drafts, Graph, Account]:
    """The drafts, the links and the account of then."""
    drafted = draft_all(before, ask)
    known = linked(drafted.drafts, drafted.keys, drafted.records.seen, ask)
    return drafted.drafts, known.graph, expected_account(known.graph, ask, known.left_out, held)


def _all_records(then: Account, now: Account) -> pl.DataFrame:
    return pl.concat([now.records, then.records]).unique(["entity", "id"], keep="first", maintain_order=True)


# --- values of which other records tell ------------------------------------------------------------------


def _company_in_sell(then: Account, now: Account, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Deals whose row would name another company beside its own by now.

    One that Sell only names has no spelling of its own: it is called as whichever row names it first.
    """
    if "deals" not in held.raw:
        return no_cells()
    deals = there.filter(pl.col("entity") == "deals").select("id", "system_id")
    known = then.records.filter(pl.col("entity") == "deals").select("id")
    rows = (
        deals.join(known, on="id", how="semi", maintain_order="left")
        .join(now.company_in_sell.rename({"value": "new"}), on="id", how="left", maintain_order="left")
        .join(then.company_in_sell.rename({"value": "old"}), on="id", how="left", maintain_order="left")
    )
    only_named = now.companies_of_deals.filter(is_by_name("company"))
    same = only_named.join(then.companies_of_deals, on=["id", "company"], how="semi", maintain_order="left")
    changed = rows.filter(pl.col("new").ne_missing(pl.col("old"))).join(
        same, on="id", how="anti", maintain_order="left"
    )
    beside = with_shown(changed.rename({"id": "source_id"}), held, "deals", COMPANY_IN_SELL)
    own = beside.with_columns(own=pl.lit(True))
    return cells_of(own, "deals", "deals", COMPANY_IN_SELL, pl.lit("text"))


def _with_new_names(places: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """What relations lead to, with the name that it has once these cells are written (`written`)."""
    header = pl.col("item").replace_strict(NAMES, default=None)
    renamed = cells.filter((pl.col("fate") == WRITTEN) & (pl.col("field") == header))
    names = renamed.select(to_item="item", to_system_id="system_id", written="value")
    names = names.unique(["to_item", "to_system_id"], keep="first")
    joined = places.join(names, on=["to_item", "to_system_id"], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("written", "to_name").alias("written"))


# --- leads -----------------------------------------------------------------------------------------------


def _converted(then: Drafts, now: Drafts, there: pl.DataFrame) -> pl.DataFrame:
    """Leads that changed in Sell and are deals in Pipedrive by now: their fields stand elsewhere."""
    as_deals = there.filter((pl.col("entity") == "leads") & (pl.col("item") == "deals"))
    if not as_deals.height or "leads" not in then or "leads" not in now:
        return issues.empty()
    headers = [header for header in now["leads"].headers if header in then["leads"].headers]
    _, new = changed_records(then["leads"].frame, now["leads"].frame, headers, as_deals)
    joined = new.join(
        as_deals.select(_id="id", deal="system_id"), on="_id", how="inner", maintain_order="left"
    )
    return issues.found(
        joined.lazy(), "changed_after_conversion", entity="leads", detail=pl.col("deal")
    ).collect()


# --- a lead's description, which is a note in Pipedrive -----------------------------------------------


def _lead_notes(then: Drafts, now: Drafts, there: pl.DataFrame, held: Held) -> ChangedNotes:
    """Changed descriptions, and lines behind them, as of `notes.changed_notes`."""
    leads = there.filter((pl.col("entity") == "leads") & (pl.col("item") == "leads"))
    both = [drafts["leads"] for drafts in (then, now) if "leads" in drafts]
    headers = [h for h in (NOTE, *LINES) if any(h in draft.headers for draft in both)]
    if not leads.height or len(both) < 2 or not headers:
        return no_changed_notes()
    asked = list(dict.fromkeys([NOTE, *headers]))
    old, new = changed_records(then["leads"].frame, now["leads"].frame, asked, leads)
    persons, types = persons_of_leads(leads, held), now["leads"].types
    return changed_notes(old, new, leads, held, persons=persons, types=types)


__all__: Final = ["Updates", "updates"]

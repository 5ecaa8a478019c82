"""The delta: what changed in Sell since an earlier run, for records that Pipedrive holds.

Three states are compared, cell by cell: Sell then (`records/` of the earlier folder), Sell now, and
Pipedrive. A value is written only where Pipedrive still has the old one; links likewise, by System ID. What
is written goes into `updates/`, one table an item, split so that no cell is blank.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.addressing import TEXTS
from zsell_transform.delta.cells import CELLS, decided, known_since, no_cells, told, written
from zsell_transform.delta.files import WRITES, composed
from zsell_transform.delta.links import changed_links, deleted
from zsell_transform.delta.notes import ChangedNotes, changed_notes, new_notes, no_changed_notes
from zsell_transform.delta.only_named import changed_names
from zsell_transform.delta.owners import importing_user
from zsell_transform.drafting import Drafts, draft_all
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.linked import linked
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports import Held
from zsell_transform.pipedrive.fields import COMPANY_IN_SELL, DEAL_STAGE, DEAL_STATUS, NAMES, NOTE, STEMS
from zsell_transform.proof.account import Account, account, persons_of_leads, presence, several, targets
from zsell_transform.proof.differences import types_of
from zsell_transform.proof.leads import LINES
from zsell_transform.proof.values import kinds, shown, values_of, with_added_lines
from zsell_transform.records import Records
from zsell_transform.sell.entities import ENTITIES, HISTORY, ITEMS
from zsell_transform.transformers.custom import READ, TIME
from zsell_transform.transformers.deals import STAGE_KEY
from zsell_transform.transformers.draft import Draft


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
    now = account(graph, ask, left_out, held)
    drafts_then, graph_then, then = _then(before, ask, held)
    there = presence(_all_records(then, now), held).filter(~several())
    values = _changed_values(drafts_then, drafts, there, held)
    names = changed_names(graph_then, graph, there, held)  # of some, no draft of then says any
    cell = ["entity", "source_id", "item", "field"]
    changed = [
        *(rows.join(names, on=cell, how="anti", maintain_order="left") for rows in values),
        _company_in_sell(then, now, there, held),
        names,
    ]
    cells = known_since(decided(pl.concat([no_cells(), *changed])), then.records, there)
    links = changed_links(
        then, now, there, _with_new_names(targets(there, held), cells), held, alone=ask.id_links == "alone"
    )
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
                told(cells.join(of_leads.said, on=["source_id", "field"], how="anti")),
                of_leads.found,
                links.found,
                _converted(drafts_then, drafts, there),
                deleted(then, now, there, list(records.frames)),
            ]
        ),
    )


def _then(before: Records, ask: Mapping, held: Held) -> tuple[Drafts, Graph, Account]:
    """The drafts, the links and the account of then."""
    drafted = draft_all(before, ask)
    known = linked(drafted.drafts, drafted.keys, drafted.records.seen, ask)
    return drafted.drafts, known.graph, account(known.graph, ask, known.left_out, held)


def _all_records(then: Account, now: Account) -> pl.DataFrame:
    return pl.concat([now.records, then.records]).unique(["entity", "id"], keep="first", maintain_order=True)


# --- values -------------------------------------------------------------------------------------------


def _changed_values(then: Drafts, now: Drafts, there: pl.DataFrame, held: Held) -> list[pl.DataFrame]:
    """Every changed cell of a record that is there, beside what Pipedrive shows."""
    done, importer = [], importing_user(then, now, there, held)
    for entity, draft in now.items():
        mine = there.filter(pl.col("entity") == entity)
        if not mine.height:
            continue
        drafts = [drafted for drafted in (draft, then.get(entity)) if drafted is not None]
        headers = list(dict.fromkeys(header for drafted in drafts for header in drafted.headers))
        read = {header: source for drafted in drafts for header, source in _read(drafted.origins)}
        told = [*headers, *map(said, read)]
        sides = [_with_cells_of_sell(drafted, read) for drafted in drafts]
        nobodys = _Nobodys(_by_name_alone(mine, held), importer)
        old, new = (
            side.with_columns(pl.col(header).alias(said(header)) for header in _as_they_stand(drafts))
            for side in _changed(_earlier(sides, told), sides[0], told, mine)
        )
        types = dict(zip(*(draft.origins[c].to_list() for c in ("header", "type")), strict=True))
        for item, rows in _places(entity, mine, held):
            if item in held.raw and rows.height:
                own = [header for header in values_of(item, headers) if header != NOTE or entity != "leads"]
                done += _by_header(entity, item, rows, old, new, held, kinds(own, types), nobodys)
    return done


@attrs.frozen(eq=False)
class _Nobodys:
    """What Pipedrive filled by itself.

    Attributes:
        by_name: ids of records that it holds by the name that another record called them.
        importer: the user to whom it gave what had no owner.
    """

    by_name: pl.Series
    importer: str | None

    def choice(self, header: str, kind: str) -> pl.Expr:
        """Whether nobody has chosen the owner there: of a name alone, or of a blank cell."""
        if kind != "user":
            return pl.lit(value=False)
        blank = pl.col("old").is_null() & pl.col("there").is_not_null()
        fell_to = blank & pl.col("there").eq_missing(pl.lit(self.importer, dtype=pl.String))
        named = pl.col("_id").is_in(self.by_name.implode()) & pl.lit(header.endswith(" - Owner"))
        return named | fell_to


def said(header: str) -> str:
    """What the cells of Sell's are called from which the ones under a header are read."""
    return f"said {header}"


def _read(origins: pl.DataFrame) -> list[tuple[str, str]]:
    """Custom fields whose cells are read, with the columns that they are read from.

    A column is named once: with the day of a date-time, not with its time.
    """
    custom = origins.filter((pl.col("kind") == "custom") & pl.col("type").is_in(READ))
    first = custom.unique("source", keep="first", maintain_order=True)
    return list(zip(first["header"], first["source"], strict=True))


def _as_they_stand(drafts: Sequence[Draft]) -> list[str]:
    """Custom fields whose cells are written as they stand in Sell."""
    custom = (pl.col("kind") == "custom") & ~pl.col("type").is_in(READ)
    headers = [header for draft in drafts for header in draft.origins.filter(custom)["header"]]
    return list(dict.fromkeys(headers))


def _with_cells_of_sell(draft: Draft, read: MappingOf[str, str]) -> pl.LazyFrame:
    """The draft, and what Sell holds in the columns from which its custom fields are read."""
    there = set(draft.records.collect_schema().names())
    cells = (pl.col(source).alias(said(header)) for header, source in read.items() if source in there)
    return draft.whole.select(*draft.shown, *cells)


def _earlier(sides: Sequence[pl.LazyFrame], headers: Sequence[str]) -> pl.LazyFrame:
    """The records of then; of those that there were not, or by their name only, all that is known is new.

    Args:
        sides: the records of now, and of then where there are any of their kind.
    """
    rows, *then = (padded(frame, headers) for frame in sides)
    earlier = then[0] if then else rows.clear()
    since = rows.join(earlier, on="_id", how="anti", maintain_order="left")
    return pl.concat([earlier, since.with_columns(BLANK.alias(header) for header in headers)])


def _by_name_alone(mine: pl.DataFrame, held: Held) -> pl.Series:
    """Ids of records that Pipedrive holds by the name that another record called them."""
    if mine["item"][0] not in ("organizations", "persons"):
        return pl.Series(dtype=pl.String)
    held_by_name = held[mine["item"][0]].select("system_id", pl.col("sell_id").str.starts_with("name:"))
    named = held_by_name.filter("sell_id")["system_id"]
    ids = mine.filter(pl.col("system_id").is_in(named.implode()))["id"]
    return ids.filter(~ids.str.starts_with("name:"))


def _places(entity: str, mine: pl.DataFrame, held: Held) -> list[tuple[str, pl.DataFrame]]:
    """Where an entity's cells stand, and whether that is its own: a lead's person may be another's, too."""
    if entity != "leads":
        return [(mine["item"][0], mine.select("id", "system_id", own=True))]
    leads = mine.filter(pl.col("item") == "leads")
    return [("leads", leads.select("id", "system_id", own=True)), ("persons", persons_of_leads(leads, held))]


def _changed(
    then: pl.LazyFrame, now: pl.LazyFrame, headers: Sequence[str], there: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records that changed and are there, as they were and as they are; hashes find them."""
    present = there.lazy().select(_id="id")
    sides = [
        padded(frame, headers).join(present, on="_id", how="semi", maintain_order="left")
        for frame in (then, now)
    ]
    old_hash, new_hash = (side.select("_id", h=pl.struct(headers).hash()) for side in sides)
    both = new_hash.join(old_hash, on="_id", how="inner", maintain_order="left", suffix="_then")
    ids = (
        both.filter(pl.col("h") != pl.col("h_then"))
        .select("_id")
        .collect(engine="streaming")
        .unique(maintain_order=True)
    )
    old, new = pl.collect_all(
        [side.join(ids.lazy(), on="_id", how="semi", maintain_order="left") for side in sides],
        engine="streaming",
    )
    return tuple(side.unique("_id", keep="first", maintain_order=True) for side in (old, new))  # type: ignore[return-value]


def padded(frame: pl.LazyFrame, headers: Sequence[str]) -> pl.LazyFrame:
    """A draft with exactly these headers; those that it lacks are blank."""
    names = set(frame.collect_schema().names())
    return frame.select(
        "_id",
        "_file",
        pl.col("_row").cast(pl.Int64),
        *(column_or_blank(names, h) for h in (*headers, STAGE_KEY)),
    )


def _by_header(
    entity: str,
    item: str,
    rows: pl.DataFrame,
    old: pl.DataFrame,
    new: pl.DataFrame,
    held: Held,
    own: MappingOf[str, str],
    nobodys: _Nobodys,
) -> list[pl.DataFrame]:
    raw, done = held.raw[item], []
    for header, kind in own.items():
        cell = shown(item, header, raw.columns)
        there = raw.select(pl.col("ID").alias("system_id"), (BLANK if cell is None else cell).alias("there"))
        beside = rows.select("system_id", "own", _id="id").join(
            there, on="system_id", how="left", maintain_order="left"
        )
        cells = _both(header, old, new).filter(
            pl.col("new").ne_missing(pl.col("old"))
            | (_unfit() & pl.col("said").ne_missing(pl.col("said_then")))
        )
        if day := _day_beside(header, new.columns):  # a day that cannot be read is told, and that is enough
            unfit = _both(day, old, new).filter(_unfit())["_id"]
            cells = cells.filter(~pl.col("_id").is_in(unfit.implode()))
        if header == DEAL_STAGE:  # of deals that stay where they were, other deals decide how it is called
            cells = cells.filter(pl.col("_id").is_in(_moved(old, new).implode()))
        kept = entity in HISTORY and header in TEXTS.values()
        text = with_added_lines(pl.col("new"), pl.col("there"), headed=item == "notes")
        done.append(
            cells.join(beside, on="_id", how="inner", maintain_order="left")
            .with_columns(
                new=text if kept else pl.col("new"),
                old=pl.when(nobodys.choice(header, kind)).then("there").otherwise("old"),
                entity=pl.lit(entity),
                item=pl.lit(item),
                field=pl.lit(header),
                kind=pl.when(pl.col("now").ne_missing(pl.col("then")) & (kind == "stage"))
                .then(pl.lit("moved_stage"))
                .otherwise(pl.lit(kind)),
                seen=pl.lit(cell is not None),
                source_id="_id",
            )
            .select(CELLS)
        )
    return done


def _both(header: str, old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The cells under a header as they were and as they are, beside what Sell said and says there."""
    cell = said(header)
    given = (
        column_or_blank(new.columns, cell).alias("said"),
        column_or_blank(old.columns, cell).alias("said_then"),
    )
    return new.select("_id", "_file", "_row", given[0], now=STAGE_KEY, new=header).join(
        old.select("_id", given[1], then=STAGE_KEY, old=header), on="_id", how="inner", maintain_order="left"
    )


def _unfit() -> pl.Expr:
    """Whether the type of a field takes nothing of what Sell says."""
    return pl.col("new").is_null() & pl.col("said").is_not_null()


def _day_beside(header: str, columns: Sequence[str]) -> str | None:
    """The day of a date-time, where this is its time."""
    day = header.removesuffix(TIME)
    return day if day != header and said(header) not in columns and said(day) in columns else None


def _moved(old: pl.DataFrame, new: pl.DataFrame) -> pl.Series:
    """Ids of deals whose stage or status in Sell is another one by now."""
    then, now = (frame.select("_id", STAGE_KEY, s=DEAL_STATUS) for frame in (old, new))
    both = now.join(then, on="_id", how="inner", maintain_order="left", suffix="_then")
    other = pl.col(STAGE_KEY).ne_missing(pl.col(f"{STAGE_KEY}_then")) | pl.col("s").ne_missing(
        pl.col("s_then")
    )
    return both.filter(other)["_id"]


def _company_in_sell(then: Account, now: Account, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Deals whose row would name another company beside its own by now.

    One that Sell only names has no spelling of its own: it is called as whichever row names it first.
    """
    raw = held.raw.get("deals")
    if raw is None:
        return no_cells()
    cell = shown("deals", COMPANY_IN_SELL, raw.columns)
    deals = there.filter(pl.col("entity") == "deals").select("id", "system_id")
    known = then.records.filter(pl.col("entity") == "deals").select("id")
    rows = (
        deals.join(known, on="id", how="semi", maintain_order="left")
        .join(now.company_in_sell.rename({"value": "new"}), on="id", how="left", maintain_order="left")
        .join(then.company_in_sell.rename({"value": "old"}), on="id", how="left", maintain_order="left")
        .join(
            raw.select(pl.col("ID").alias("system_id"), (BLANK if cell is None else cell).alias("there")),
            on="system_id",
            how="left",
            maintain_order="left",
        )
    )
    only_named = now.companies_of_deals.filter(pl.col("company").str.starts_with("name:"))
    same = only_named.join(then.companies_of_deals, on=["id", "company"], how="semi", maintain_order="left")
    return (
        rows.filter(pl.col("new").ne_missing(pl.col("old")))
        .join(same, on="id", how="anti", maintain_order="left")
        .with_columns(
            entity=pl.lit("deals"),
            source_id="id",
            _file=BLANK,
            _row=pl.lit(None, dtype=pl.Int64),
            item=pl.lit("deals"),
            own=pl.lit(True),
            field=pl.lit(COMPANY_IN_SELL),
            kind=pl.lit("text"),
            seen=pl.lit(cell is not None),
            said=BLANK,
            said_then=BLANK,
        )
        .select(CELLS)
    )


def _with_new_names(places: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """What relations lead to, with the name that it has once these cells are written (`written`)."""
    header = pl.col("item").replace_strict(NAMES, default=None)
    renamed = cells.filter((pl.col("fate") == "written") & (pl.col("field") == header))
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
    _, new = _changed(then["leads"].frame, now["leads"].frame, headers, as_deals)
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
    old, new = _changed(then["leads"].frame, now["leads"].frame, asked, leads)
    persons, types = persons_of_leads(leads, held), types_of(now["leads"].origins)
    return changed_notes(old, new, leads, held, persons=persons, types=types)


__all__: Final = ["Updates", "updates"]

"""The delta: what changed in Sell since an earlier run, for records that Pipedrive holds.

Three states are compared, cell by cell: Sell then (`records/` of the earlier folder), Sell now, and
Pipedrive. A value is written only where Pipedrive still has the old one; links likewise, by System ID. What
is written goes into `updates/`, one table an item, split so that no cell is blank.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.addressing import TEXTS
from zsell_transform.delta.cells import CELLS, decided, known_since, no_cells, told, written
from zsell_transform.delta.files import WRITES, composed
from zsell_transform.delta.links import changed_links, deleted
from zsell_transform.delta.notes import changed_notes, new_notes, no_notes
from zsell_transform.disk import readable
from zsell_transform.drafting import Drafts, draft_all
from zsell_transform.errors import ExportError
from zsell_transform.linked import linked
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.paths import expect_utf8, path_of
from zsell_transform.pipedrive.exports import Held
from zsell_transform.pipedrive.fields import COMPANY_IN_SELL, DEAL_STAGE, DEAL_STATUS, NAMES, NOTE, STEMS
from zsell_transform.proof.account import Account, account, persons_of_leads, presence, several
from zsell_transform.proof.values import kinds, shown, values_of, with_added_lines
from zsell_transform.records import Records, stored_records
from zsell_transform.sell.entities import ENTITIES, HISTORY, ITEMS
from zsell_transform.sparse import BLANK, column_or_blank
from zsell_transform.survey import Survey, stages_of
from zsell_transform.transformers.deals import STAGE_KEY
from zsell_transform.transformers.draft import Draft
from zsell_transform.writing.manifest import read_manifest


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
    previous: str | Path,
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
        previous: the folder of a run before the changes.
        records, drafts, graph: the present account, as `transform` has it.
        left_out: ids of leads that the mapping leaves out by their status.
        held: Pipedrive's exports; without any, nothing is present and nothing is updated.

    Raises:
        ExportError: the folder holds no `records/`.
    """
    now = account(graph, ask, left_out)
    drafts_then, then = _then(previous, records, ask)
    there = presence(_all_records(then, now), held).filter(~several())
    values = _changed_values(drafts_then, drafts, there, held)
    changed = [*values, _company_in_sell(then, now, there, held)]
    cells = known_since(decided(pl.concat([no_cells(), *changed])), then.records, there)
    links = changed_links(then, now, _with_new_names(there, cells), held, alone=ask.id_links == "alone")
    notes, notes_found = _lead_notes(drafts_then, drafts, there, held)
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
                told(cells),
                notes_found,
                links.found,
                _converted(drafts_then, drafts, there),
                deleted(then, now, there, list(records.frames)),
            ]
        ),
    )


def _then(previous: str | Path, records: Records, ask: Mapping) -> tuple[Drafts, Account]:
    """The drafts and the account of then."""
    frames = _kept(path_of(previous, "the folder of the earlier run", ExportError))
    seen = _without_dead(records.seen)
    if "deals" in frames:  # what a stage means depends on all that there were then
        seen = attrs.evolve(seen, stages=stages_of(frames["deals"]))
    _, drafts, keys, _ = draft_all(Records(frames, seen, records.folder), ask)
    known = linked(drafts, keys, records.seen, ask)
    return drafts, account(known.graph, ask, known.left_out)


def _kept(folder: Path) -> dict[str, pl.LazyFrame]:
    """The records of an earlier run, by entity.

    Raises:
        ExportError: it has none, or not all that it wrote, as it wrote them.
    """
    expect_utf8(folder.absolute(), ExportError)
    paths = {entity: folder / "records" / f"{entity}.parquet" for entity in ENTITIES}
    with readable(folder):
        found = {entity: _stored(path) for entity, path in paths.items() if path.exists()}
    if not found:
        raise ExportError(f"{folder}: no records/ of an earlier run in this folder")
    wrote = [one.file for one in (read_manifest(folder) or {"outputs": []})["outputs"]]
    gone = [file for file in wrote if file.endswith(".parquet") and not (folder / file).exists()]
    if gone:
        raise ExportError(f"{folder}: {gone[0]} is gone; give the earlier run's folder as it was written")
    return found


def _stored(path: Path) -> pl.LazyFrame:
    try:
        with readable(path):
            frame = stored_records(path)
            frame.collect_schema()
    except pl.exceptions.PolarsError as error:
        raise ExportError(f"{path}: damaged; give the folder of the earlier run as it was written") from error
    return frame


def _without_dead(seen: Survey) -> Survey:
    """The present survey without the columns that it finds empty: they may have held something then."""
    columns = {
        entity: {name: column for name, column in known.items() if column.filled}
        for entity, known in seen.columns.items()
    }
    return attrs.evolve(seen, columns=columns)


def _all_records(then: Account, now: Account) -> pl.DataFrame:
    return pl.concat([now.records, then.records]).unique(["entity", "id"], keep="first", maintain_order=True)


# --- values -------------------------------------------------------------------------------------------


def _changed_values(then: Drafts, now: Drafts, there: pl.DataFrame, held: Held) -> list[pl.DataFrame]:
    """Every changed cell of a record that is there, beside what Pipedrive shows."""
    done = []
    for entity, draft in now.items():
        mine = there.filter(pl.col("entity") == entity)
        if not mine.height:
            continue
        before = then[entity].headers if entity in then else ()
        headers = list(dict.fromkeys([*draft.headers, *before]))
        by_name = _by_name_alone(mine, held)
        old, new = _changed(_earlier(then.get(entity), draft, headers), draft.frame, headers, mine)
        types = dict(zip(*(draft.origins[c].to_list() for c in ("header", "type")), strict=True))
        for item, rows in _places(entity, mine, held):
            if item in held.raw and rows.height:
                own = [header for header in values_of(item, headers) if header != NOTE or entity != "leads"]
                done += _by_header(entity, item, rows, old, new, held, kinds(own, types), by_name)
    return done


def _earlier(then: Draft | None, now: Draft, headers: Sequence[str]) -> pl.LazyFrame:
    """The records of then; of those that there were not, or by their name only, all that is known is new."""
    rows = padded(now.frame, headers)
    earlier = rows.clear() if then is None else padded(then.frame, headers)
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
    by_name: pl.Series,
) -> list[pl.DataFrame]:
    raw, done = held.raw[item], []
    for header, kind in own.items():
        cell = shown(item, header, raw.columns)
        there = raw.select(pl.col("ID").alias("system_id"), (BLANK if cell is None else cell).alias("there"))
        beside = rows.select("system_id", "own", _id="id").join(
            there, on="system_id", how="left", maintain_order="left"
        )
        cells = (
            new.select("_id", "_file", "_row", now=STAGE_KEY, new=header)
            .join(old.select("_id", then=STAGE_KEY, old=header), on="_id", how="inner", maintain_order="left")
            .filter(pl.col("new").ne_missing(pl.col("old")))
        )
        if header == DEAL_STAGE:  # of deals that stay where they were, other deals decide how it is called
            cells = cells.filter(pl.col("_id").is_in(_moved(old, new).implode()))
        kept = entity in HISTORY and header in TEXTS.values()
        text = with_added_lines(pl.col("new"), pl.col("there"), headed=item == "notes")
        done.append(
            cells.join(beside, on="_id", how="inner", maintain_order="left")
            .with_columns(
                new=text if kept else pl.col("new"),
                old=pl.when(_nobodys_choice(header, by_name)).then("there").otherwise("old"),
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


def _moved(old: pl.DataFrame, new: pl.DataFrame) -> pl.Series:
    """Ids of deals whose stage or status in Sell is another one by now."""
    then, now = (frame.select("_id", STAGE_KEY, s=DEAL_STATUS) for frame in (old, new))
    both = now.join(then, on="_id", how="inner", maintain_order="left", suffix="_then")
    other = pl.col(STAGE_KEY).ne_missing(pl.col(f"{STAGE_KEY}_then")) | pl.col("s").ne_missing(
        pl.col("s_then")
    )
    return both.filter(other)["_id"]


def _nobodys_choice(header: str, by_name: pl.Series) -> pl.Expr:
    """Whether Pipedrive filled a cell by itself, when only the record's name was known: its owner."""
    return pl.col("_id").is_in(by_name.implode()) & pl.lit(header.endswith(" - Owner"))


def _company_in_sell(then: Account, now: Account, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Deals whose row would name another company beside its own by now."""
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
    return (
        rows.filter(pl.col("new").ne_missing(pl.col("old")))
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
        )
        .select(CELLS)
    )


def _with_new_names(there: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """What is there, with the name that it has once these cells are written (`written`)."""
    header = pl.col("item").replace_strict(NAMES, default=None)
    renamed = cells.filter((pl.col("fate") == "written") & (pl.col("field") == header))
    names = renamed.select("item", "system_id", written="value").unique(["item", "system_id"], keep="first")
    joined = there.join(names, on=["item", "system_id"], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("written", "name").alias("written"))


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


def _lead_notes(
    then: Drafts, now: Drafts, there: pl.DataFrame, held: Held
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Changed descriptions, as of `notes.changed_notes`."""
    leads = there.filter((pl.col("entity") == "leads") & (pl.col("item") == "leads"))
    both = [drafts["leads"] for drafts in (then, now) if "leads" in drafts]
    if not leads.height or len(both) < 2 or not any(NOTE in draft.headers for draft in both):
        return no_notes(), issues.empty()
    old, new = _changed(then["leads"].frame, now["leads"].frame, [NOTE], leads)
    return changed_notes(old, new, leads, held)


__all__: Final = ["Updates", "updates"]

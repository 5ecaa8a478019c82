"""The rehearsal: a model of Pipedrive's import wizard, and an in-memory Pipedrive that it imports into.

It reads nothing but CSV files and knows nothing of how they were made: it is a judge. What the wizard does
is taken from Pipedrive's own words where there are any; where there are none, `assumptions.py` names the
readings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform.counts import count
from zsell_transform.errors import ExportError, TargetError, ZsellError
from zsell_transform.frames.tables import Named
from zsell_transform.guide.words import one
from zsell_transform.machine.disk import readable
from zsell_transform.machine.given import expect, repr_of
from zsell_transform.machine.paths import path_of
from zsell_transform.pipedrive import assumptions as unsure
from zsell_transform.pipedrive.assumptions import Readings
from zsell_transform.pipedrive.wizard import match, people
from zsell_transform.pipedrive.wizard.exporting import write_export
from zsell_transform.pipedrive.wizard.held import store_of
from zsell_transform.pipedrive.wizard.merge import Hits, merged, new_ids
from zsell_transform.pipedrive.wizard.rows import Rows, numbered, read_rows, repair, sell_ids, skip
from zsell_transform.pipedrive.wizard.store import (
    EVENTS,
    ITEMS,
    Events,
    Store,
    column,
    empty_store,
    graph,
    names,
    no_events,
    sell_field,
    shown,
)
from zsell_transform.progress import Progress, Stage, Tell

#: What the folder of a lap holds also where the lap writes no numbered file.
_SIGN: Final = "manifest.json"


@attrs.frozen(eq=False, repr=False)
class Rehearsal:
    """What the wizard did with the files of a folder, and what Pipedrive holds then.

    Attributes:
        store: the records with the wizard's own field names, by item (`_id`, links `_organization` …).
        files: `file, item, rows, created, merged, skipped`, one row a file.
        created: `file, row, item, id, sell_id`.
        merged: rows that hit a record by its key: `file, row, item, id, sell_id, into` (`sell_id`: of the
            row, null where it only links; `into`: of the record).
        updated: rows that hit a record by its System ID; the same columns.
        skipped: `file, row, item, reason`.
        links: `file, row, item, id, sell_id, target, target_id, target_sell_id, how`: each link made; `how`
            says how the target was found on the row (id, key, new).
        overwritten: `file, row, item, id, sell_id, field, old, new`: values that a later row replaced or
            erased.
        altered: `file, row, item, field, value, stored`: values that the wizard changes on the way.
        readings: the readings of the assumptions that were followed.
    """

    store: Store
    files: pl.DataFrame
    created: pl.DataFrame
    merged: pl.DataFrame
    updated: pl.DataFrame
    skipped: pl.DataFrame
    links: pl.DataFrame
    overwritten: pl.DataFrame
    altered: pl.DataFrame
    readings: Readings

    @classmethod
    def of(cls, raw: Mapping[str, pl.DataFrame]) -> Rehearsal:
        """A Pipedrive that holds what these exports show (`Held.raw`), to import a later lap into."""
        return _told(no_events(), store_of(raw), Readings.of(None), [])

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Item → what Pipedrive shows of it: the columns of its export, canonical names, all text."""
        return Named({item: shown(item, self.store) for item in ITEMS})

    @property
    def graph(self) -> pl.DataFrame:
        """The links that are held now: `item, sell_id, target, target_sell_id`; history by its mark."""
        return graph(self.store)

    @property
    def doubled(self) -> pl.DataFrame:
        """Sell ids and marks that more than one record carries: `item, sell_id, records`."""
        own = pl.concat(
            [names(self.store, item).select(pl.lit(item).alias("item"), "sell_id") for item in ITEMS]
        )
        counts = own.drop_nulls().group_by("item", "sell_id", maintain_order=True).agg(records=pl.len())
        return counts.filter(pl.col("records") > 1)

    @property
    def collapsed(self) -> pl.DataFrame:
        """Rows of one Sell record that became part of another one: the merges that must not be."""
        return self.merged.filter(
            pl.col("sell_id").is_not_null() & pl.col("sell_id").ne_missing(pl.col("into"))
        )

    @property
    def assumptions(self) -> pl.DataFrame:
        """What the rehearsal rests on.

        The columns: `assumption, question, reading, says, others, sure, source, wrong, key`.
        """
        return unsure.table(self.readings)

    def export(
        self, folder: str | Path, *, style: str = "prefixed", language: str = "en", only: Any = None
    ) -> list[Path]:
        """Writes the files that Pipedrive would export: `organizations-1.csv`, `people-1.csv` …

        Args:
            folder: is made if need be; an earlier export of this kind is replaced, and nothing else.
            style: `prefixed` (`Deal - Title`) or `bare` (`Title`); activities and notes are always bare.
            language: en, de, pt, es, fr or nl, as far as the headers are known.
            only: items to export; all that hold records otherwise, and the main lists.

        Raises:
            TargetError: the folder holds other files, or cannot be written.
            ZsellError: `only` names what is no item.
            ValueError: there is no such style or language.
        """
        place = path_of(folder, "the folder of the export", TargetError)
        return write_export(self.tables, place, style=style, language=language, only=only)

    def __repr__(self) -> str:
        held = [count(table.height, one(item), item) for item, table in self.store.items() if table.height]
        return (
            f"Rehearsal: Pipedrive holds {', '.join(held) or 'nothing'}; {self.created.height:,} created,"
            f" {count(self.skipped.height, 'row')} skipped,"
            f" {count(self.collapsed.height, 'record')} taken for another,"
            f" {count(self.overwritten.height, 'value')} overwritten"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.summary()._repr_html_()}"

    def summary(self) -> pl.DataFrame:
        """One row an item: `item, held, created, merged, updated, skipped, links, overwritten`.

        `merged` counts each time a row found a record by its key: most often only to be linked to it.
        """
        counted = {
            name: dict(getattr(self, name).group_by("item").len().iter_rows())
            for name in ("created", "merged", "updated", "skipped", "links", "overwritten")
        }
        return pl.DataFrame(
            {"item": item, "held": self.store[item].height}
            | {name: counts.get(item, 0) for name, counts in counted.items()}
            for item in ITEMS
        )


def rehearse(
    folder: str | Path,
    database: Rehearsal | None = None,
    *,
    assumptions: Mapping[str, str] | None = None,
    progress: bool | Tell | None = None,
) -> Rehearsal:
    """Imports the numbered files of a lap, in order, duplicates set to "merge".

    Args:
        folder: A lap, its `trial` or `updates`.
        database: the Pipedrive to import into: the rehearsal of the lap before; None = an empty one.
        assumptions: other readings than the default ones, e.g. `{"bare_organizations": "separate"}`.
        progress: as for `transform`.

    Raises:
        ExportError: there is no such folder, or it is not one of a lap.
        ValueError: there is no such assumption or reading.
        ZsellError: an argument is of another kind.
    """
    expect(progress=progress, assumptions=assumptions)
    if not isinstance(database, Rehearsal | None):
        raise ZsellError(
            f"database must be the `Rehearsal` of the lap before, or None for an empty Pipedrive, not"
            f" {repr_of(database)}"
        )
    place = path_of(folder, "the folder of the lap", ExportError)
    if not place.is_dir():
        raise ExportError(f"{place} is not a folder: give the folder of a lap")
    readings = Readings.of(assumptions)
    with readable(place), Progress(progress) as tell:
        files = numbered(place)
        if not files and not (place / _SIGN).is_file():  # a lap that found nothing to write has that alone
            why = "is empty" if not any(place.iterdir()) else "has no numbered file (1-organizations.csv …)"
            raise ExportError(f"{place} {why}; give the folder of a lap, or its `trial` or `updates`")
        return import_files(files, database, readings, tell)


def import_files(
    paths: Sequence[Path], database: Rehearsal | None, readings: Readings, tell: Tell, *, loop: bool = False
) -> Rehearsal:
    """The files of a lap into a Pipedrive, one after the other.

    Args:
        loop: decide every row in the loop, none by joins: slow, for tests.
    """
    store = database.store if database else empty_store()
    told: list[Events] = [no_events()]
    read: list[dict[str, Any]] = []
    sizes = {path: path.stat().st_size for path in paths}
    with Stage(tell, "rehearsing", sum(sizes.values())) as rehearsing:
        for path, size in sizes.items():
            rows = read_rows(path)
            store, events = import_file(rows, store, readings, loop=loop)
            told.append(events)
            read.append({"file": path.name, "rows": rows.frame.height})
            rehearsing.add(size)
    return _told({kind: pl.concat([one[kind] for one in told]) for kind in EVENTS}, store, readings, read)


def import_file(rows: Rows, store: Store, readings: Readings, *, loop: bool = False) -> tuple[Store, Events]:
    """One file into a Pipedrive: the tables after it, and what happened."""
    rows, skipped = skip(rows, store, readings)
    rows, altered = repair(rows, readings)
    hits = _hits(rows, store, readings, loop=loop)
    ids = {item: new_ids(item, store[item], own) for item, own in hits.items()}
    after, parts = dict(store), []
    for item, own in hits.items():
        if own.height:
            parts.append(merged(item, rows, store, hits, ids, readings))
            after[item] = parts[-1].table
    found, created = _found_and_created(rows, store, hits, ids)
    return after, {
        "created": created,
        "found": found,
        "skipped": skipped,
        "links": pl.concat([no_events()["links"], *(part.links for part in parts)]),
        "overwritten": pl.concat([no_events()["overwritten"], *(part.overwritten for part in parts)]),
        "altered": altered,
    }


def _hits(rows: Rows, store: Store, readings: Readings, *, loop: bool) -> Hits:
    """Which record each row hits, of the items that the file names."""
    named = [item for item in ITEMS if item in rows.fields]
    hits = {item: match.always_new(item, rows, store) for item in named if item not in ITEMS[:2]}
    if "organizations" in named:
        hits["organizations"] = match.organizations(rows, store, readings, loop=loop)
    if "persons" in named:
        of_row = hits.get("organizations", match.no_hits())
        hits["persons"] = people.persons(rows, store, readings, of_row, loop=loop)
    return {item: hits[item] for item in named}


def _found_and_created(
    rows: Rows, store: Store, hits: Hits, ids: dict[str, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    found, created = [no_events()["found"]], [no_events()["created"]]
    for item in hits:
        own = rows.frame.select("_row", sell_id=sell_ids(item, rows))
        named = (
            hits[item]
            .join(ids[item], on="code", how="left", maintain_order="left")
            .join(own, on="_row", how="left", maintain_order="left")
        )
        made = named.filter(pl.col("how") == "new")
        first = pl.concat([_sell_ids_held(item, store), made.select("code", into="sell_id")])
        place = {"file": pl.lit(rows.file), "row": pl.col("_row"), "item": pl.lit(item), "id": pl.col("_id")}
        created.append(made.select(**place, sell_id="sell_id"))
        hit = named.filter(pl.col("how") != "new").join(first, on="code", how="left", maintain_order="left")
        found.append(hit.select(**place, how="how", sell_id="sell_id", into="into"))
    return pl.concat(found), pl.concat(created)


def _sell_ids_held(item: str, store: Store) -> pl.DataFrame:
    held = store[item].with_row_index("code")
    field = sell_field(item) if item not in ("activities", "notes") else ""
    return held.select(pl.col("code").cast(pl.Int64), into=column(held, field))


# --- telling ------------------------------------------------------------------------------------------


def _told(events: Events, store: Store, readings: Readings, read: list[dict[str, Any]]) -> Rehearsal:
    """The events of all files, with Sell ids beside Pipedrive's."""
    own = pl.concat(
        [names(store, item).select(item=pl.lit(item), id="id", sell_id="sell_id") for item in ITEMS]
    )
    target = own.rename({"item": "target", "id": "target_id", "sell_id": "target_sell_id"})

    def beside(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(own, on=["item", "id"], how="left", maintain_order="left")

    linked = beside(events["links"]).join(
        target, on=["target", "target_id"], how="left", maintain_order="left"
    )
    found = events["found"]
    created = beside(events["created"].drop("sell_id"))
    return Rehearsal(
        store=store,
        files=_by_file(read, created, found, events["skipped"]),
        created=created,
        merged=found.filter(pl.col("how") == "key").drop("how"),
        updated=found.filter(pl.col("how") == "id").drop("how"),
        skipped=events["skipped"],
        links=linked.select(
            "file", "row", "item", "id", "sell_id", "target", "target_id", "target_sell_id", "how"
        ),
        overwritten=beside(events["overwritten"]).select(
            "file", "row", "item", "id", "sell_id", "field", "old", "new"
        ),
        altered=events["altered"],
        readings=readings,
    )


def _by_file(
    read: list[dict[str, Any]], created: pl.DataFrame, found: pl.DataFrame, skipped: pl.DataFrame
) -> pl.DataFrame:
    """What became of the rows of each file, counted for the item that the file is named after."""
    frame = pl.DataFrame(read, schema={"file": pl.String, "rows": pl.Int64}).with_columns(
        item=pl.col("file").str.extract(r"^\d+-([a-z]+)")
    )
    merged_rows = found.filter(pl.col("how") == "key")
    for name, events in (("created", created), ("merged", merged_rows)):
        counts = events.group_by("file", "item").agg(pl.len().cast(pl.Int64).alias(name))
        frame = frame.join(counts, on=["file", "item"], how="left", maintain_order="left")
    counts = skipped.group_by("file").agg(pl.len().cast(pl.Int64).alias("skipped"))
    frame = frame.join(counts, on="file", how="left", maintain_order="left")
    return frame.select("file", "item", "rows", pl.col("created", "merged", "skipped").fill_null(0))


__all__: Final = ["Rehearsal", "import_file", "rehearse"]

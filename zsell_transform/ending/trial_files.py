"""The trial's files: the rows of a lap as the trial asks for them, and what it chose, written once more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as MappingOf

import polars as pl

from zsell_transform.guide import story as stories
from zsell_transform.guide.sightings import place_prefix
from zsell_transform.guide.trial import Record, Trial, choose
from zsell_transform.lap.plans import OUT, Plan
from zsell_transform.output import Written
from zsell_transform.pipedrive.fields import STEMS
from zsell_transform.sell.entities import ENTITIES, TARGETS
from zsell_transform.writing.folder import Folder


def write_trial(
    folder: Folder, written: Written, plans: MappingOf[str, Plan], limit: int, *, bom: bool
) -> Trial:
    """Chooses the trial's records among the written rows and writes their files; parts stay parts."""
    if limit <= 0:
        return Trial({}, stories.empty(stories.TRIAL))
    chosen = choose(written.seen, _Rows(folder, written, plans), limit)
    for item, rows in chosen.rows.items():
        kinds: dict[tuple[str, ...], list[str]] = {}
        for facts in written.files[item]:
            kinds.setdefault(folder.headers(facts.file), []).append(facts.file)
        ours = {theirs: header for header, theirs in written.spelled.items()}
        parts = [
            rows.lazy()
            .filter(pl.col("_file").is_in(files))
            .select(pl.col(ours.get(header, header)).alias(header) for header in headers)
            for headers, files in kinds.items()
            if rows["_file"].is_in(files).any()
        ]
        folder.table(f"trial/{STEMS[item]}", parts, bom=bom)
    return chosen


class _Rows:
    """The rows of this lap. Files are written in the order of the plans, so these say where a row stands."""

    def __init__(self, folder: Folder, written: Written, plans: MappingOf[str, Plan]) -> None:
        self._folder, self._written, self._plans = folder, written, plans
        self._standing: dict[str, list[tuple[str, pl.DataFrame]]] = {}

    def ids(self, item: str) -> pl.Series:
        """The ids of all rows, in file order; of parties, deals and leads, which come from one list each."""
        return pl.concat([standing["id"] for _, standing in self._places(item)])

    def links(self, records: Collection[Record]) -> Iterator[tuple[Record, Record]]:
        """Which of these records is linked to which other one that this lap writes."""
        found = []
        for entity, plan in self._plans.items():
            item, before = TARGETS[entity], place_prefix(entity)
            ids = _bare(before, [place for one, place in records if one == item])
            for row in plan.links.of(ids).to_dicts() if ids else ():
                found.append(((item, before + row["id"]), (row["target"], row["target_id"])))
        there = {
            (target, place)
            for target in {target for _, (target, _) in found}
            for place in self._at(target, [place for _, (one, place) in found if one == target])["_id"]
        }
        return ((record, target) for record, target in found if target in there)

    def read(self, item: str, ids: Collection[str]) -> pl.DataFrame:
        """The rows of these ids in file order: `_id`, `_file` and our columns."""
        ours = {theirs: header for header, theirs in self._written.spelled.items()}
        at, begin, parts = self._at(item, ids), 0, []
        for facts in self._written.files[item]:
            rows = facts.rows or 0
            here = at.filter(pl.col("at").is_between(begin, begin + rows, closed="left"))
            if here.height:
                read = self._folder.read(facts.file, (here["at"] - begin).to_list())
                named = read.rename(ours, strict=False).with_columns(here["_id"], _file=pl.lit(facts.file))
                parts.append(named)
            begin += rows
        return pl.concat(parts, how="diagonal")

    def _at(self, item: str, ids: Collection[str]) -> pl.DataFrame:
        """`_id`, `at`: which of these ids are written, and where, in file order."""
        parts = [
            standing.filter(pl.col("id").is_in(_bare(before, ids))).select("at", _id=before + pl.col("id"))
            for before, standing in self._places(item)
        ]
        return pl.concat([pl.DataFrame(schema={"at": pl.UInt32, "_id": pl.String}), *parts]).sort("at")

    def _places(self, item: str) -> list[tuple[str, pl.DataFrame]]:
        """What stands before the ids of each list, and `id`, `at` of its rows, counted through all files."""
        if item not in self._standing:
            self._standing[item] = list(self._placed(item))
        return self._standing[item]

    def _placed(self, item: str) -> Iterator[tuple[str, pl.DataFrame]]:
        begin = 0
        for part in self._written.seen[item].parts if item in self._written.seen else ():
            for entity in (e for e in ENTITIES if e in self._plans and TARGETS[e] == item):
                out = (pl.col("state") == OUT) & (pl.col("part") == part)
                rows = self._plans[entity].rows.select("id", "state", "part").filter(out)
                yield place_prefix(entity), rows.select("id").with_row_index("at", offset=begin)
                begin += rows.height


def _bare(before: str, ids: Collection[str]) -> list[str]:
    """Sell ids without what stands before them, of those before which it stands."""
    return [place.removeprefix(before) for place in ids if place.startswith(before)]

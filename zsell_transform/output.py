"""Plans → the numbered files: chunk by chunk, each read, drafted, checked, counted and written once.

A chunk is as large as a file of Pipedrive's wizard may be. Whatever the size of the account, only the keys of
all
records and the cells of one chunk are held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.addressing import Layout, added_rows, addressed
from zsell_transform.drafting import Drafts
from zsell_transform.guide import setup
from zsell_transform.guide.sightings import Sightings, watch
from zsell_transform.lap.words import OUT, Plan
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive import contract
from zsell_transform.pipedrive.fields import PREFIXES
from zsell_transform.pipelines import of_deals
from zsell_transform.progress import Tell
from zsell_transform.records import CHUNK, Records
from zsell_transform.sell.entities import ENTITIES, ITEMS, TARGETS
from zsell_transform.transformers import Draft, draft
from zsell_transform.writing.folder import Folder
from zsell_transform.writing.manifest import FileFacts
from zsell_transform.writing.rolling import Rolling

#: Item → the stem of its files; the number is the upload order.
STEMS: Final = {item: f"{n}-{item}" for n, item in enumerate(ITEMS, start=1)}


@attrs.frozen(eq=False)
class Written:
    """What the pass gave.

    Attributes:
        files: item → its files in upload order.
        spelled: our header → its spelling in the files, where the wizard's own templates give one.
        found: issues about rows.
        values: header → the values that Pipedrive must know, with their counts, over the whole account.
        pipelines: deals and sums by pipeline, stage, status and currency, in Sell and as they arrive.
        seen: item → what the trial must know of its rows.
    """

    files: MappingOf[str, tuple[FileFacts, ...]]
    spelled: MappingOf[str, str]
    found: pl.DataFrame
    values: MappingOf[str, pl.DataFrame]
    pipelines: pl.DataFrame
    seen: MappingOf[str, Sightings]


@attrs.define(eq=False)
class _Tally:
    """What is gathered from the chunks."""

    found: list[pl.DataFrame] = attrs.field(factory=list)
    values: dict[str, list[pl.DataFrame]] = attrs.field(factory=dict)
    pipelines: list[pl.DataFrame] = attrs.field(factory=list)


def write_tables(
    folder: Folder,
    drafts: Drafts,
    plans: MappingOf[str, Plan],
    layouts: MappingOf[str, Layout],
    records: Records,
    ask: Mapping,
    tell: Tell,
    trial: int,
) -> Written:
    """Writes the numbered files, and gathers all that must be known of the whole account on the way."""
    limits = ask.limits
    parts = {
        item: {
            label: folder.roll(STEMS[item], rows=limits.rows, megabytes=limits.megabytes, bom=ask.bom)
            for label in layout.columns
        }
        for item, layout in layouts.items()
    }
    spelled = _spelled(layouts, ask)
    seen = watch({item: layout.columns for item, layout in layouts.items()}, plans, trial)
    tally, total, done = _Tally(), sum(records.seen.rows.values()), 0
    for entity in (e for e in ENTITIES if e in drafts and e in plans):
        item = TARGETS[entity]
        for rows, chunk in _chunks(drafts[entity], plans[entity], records, ask, tally):
            if item in layouts and (rows["state"] == OUT).any():
                out = addressed(item, plans[entity], rows, chunk, layouts[item].order)
                _put(entity, out, parts[item], layouts[item], spelled, seen.get(item))
                tally.found += _checked(entity, out, drafts)
            done += rows.height
            tell("writing", done, total)
        if item in layouts and plans[entity].added.height:
            added = added_rows(plans[entity], layouts[item].order)
            _put(entity, added, parts[item], layouts[item], spelled, seen.get(item))
    settled = folder.settle()
    return Written(
        spelled=spelled,
        files={item: tuple(settled.get(stem, ())) for item, stem in STEMS.items()},
        found=issues.summed(issues.gather(tally.found)),
        values={header: _summed(frames) for header, frames in tally.values.items()},
        pipelines=of_deals(tally.pipelines, records.seen.stages),
        seen=seen,
    )


def write_parts(folder: Folder, files: MappingOf[str, Sequence[pl.LazyFrame]], ask: Mapping) -> None:
    """Writes smaller tables (`updates/`) under the same limits: stem → the parts of its files."""
    for stem, parts in files.items():
        folder.table(stem, parts, rows=ask.limits.rows, megabytes=ask.limits.megabytes, bom=ask.bom)


def _chunks(
    whole: Draft, plan: Plan, records: Records, ask: Mapping, tally: _Tally
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The plan's rows and the draft of each chunk; of an entity that writes nothing, only its values are
    asked.
    """
    rows = plan.rows.filter(pl.col("n").is_not_null())
    if not (rows["state"] == OUT).any():
        _values([whole], tally)
        yield rows, pl.DataFrame()
        return
    frame = records.frames[whole.entity]
    for start in range(0, rows.height, CHUNK):
        made = draft(whole.entity, frame.slice(start, CHUNK).collect().lazy(), ask, records.seen)
        everything = made.whole.collect()
        tally.found += pl.collect_all(made.audit(everything.lazy()))
        shown = everything.select(made.shown)
        _values([attrs.evolve(made, frame=shown.lazy())], tally)
        if whole.entity == "deals":
            tally.pipelines.append(everything)
        yield rows.slice(start, CHUNK), shown


def _values(drafts: list[Draft], tally: _Tally) -> None:
    asked = setup.questions(drafts)
    for header, counts in zip(asked, pl.collect_all(list(asked.values())), strict=True):
        tally.values.setdefault(header, []).append(counts)


def _put(
    entity: str,
    out: pl.DataFrame,
    parts: MappingOf[str, Rolling],
    layout: Layout,
    spelled: MappingOf[str, str],
    seen: Sightings | None,
) -> None:
    for label, columns in layout.columns.items():
        rows = out.filter(pl.col("part") == label) if len(layout.columns) > 1 else out
        if rows.height:
            if seen:
                seen.add(label, entity, rows)
            parts[label].add(
                rows.select(pl.col(column).alias(spelled.get(column, column)) for column in columns)
            )


def _spelled(layouts: MappingOf[str, Layout], ask: Mapping) -> dict[str, str]:
    """The spelling of the wizard's own templates, where the user gives a folder with them."""
    if ask.templates is None:
        return {}
    from zsell_transform.guide.templates import spell  # few have templates; the others need not load it

    return spell([header for layout in layouts.values() for header in layout.order], ask.templates)


def _checked(entity: str, out: pl.DataFrame, drafts: Drafts) -> list[pl.DataFrame]:
    """Other items' columns are links: blank where there is none, and checked in their own file."""
    types = {row["header"]: row["type"] for row in drafts[entity].origins.select("header", "type").to_dicts()}
    own = [header for header in out.columns if header.startswith(f"{PREFIXES[TARGETS[entity]]} - ")]
    return pl.collect_all(contract.check(out.lazy(), own, entity=entity, types=types))


def _summed(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return (
        pl.concat(frames)
        .group_by("value")
        .agg(pl.col("count").sum())
        .sort("count", "value", descending=[True, False])
    )

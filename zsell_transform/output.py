"""Plans → the numbered files: chunk by chunk, each read, drafted, checked, counted and written once.

A chunk is as large as a file of Pipedrive's wizard may be. Whatever the size of the account, only the keys of
all records and the cells of a few chunks are held: the next ones are drafted while one is written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.addressing import Layout, added_rows, addressed
from zsell_transform.drafting import Drafts
from zsell_transform.guide import setup
from zsell_transform.guide.sightings import Sightings, watch
from zsell_transform.lap.plans import MERGED, OUT, SKIPPED, Plan
from zsell_transform.mapping import Limits, Mapping
from zsell_transform.pipedrive import contract
from zsell_transform.pipedrive.fields import PREFIXES, STEMS
from zsell_transform.pipelines import narrowed, of_deals
from zsell_transform.progress import Stage, Tell
from zsell_transform.records import CHUNK, Records
from zsell_transform.sell.entities import ENTITIES, ENTITY_OF, TARGETS
from zsell_transform.transformers import Draft
from zsell_transform.writing.folder import Folder, octets
from zsell_transform.writing.manifest import FileFacts
from zsell_transform.writing.rolling import Block, blocks_of

#: Chunks that are drafted while one is written.
_AHEAD: Final = 3


@attrs.frozen(eq=False)
class Written:
    """What the pass gave.

    Attributes:
        files: item → its files in upload order.
        spelled: our header → its spelling in the files, where the wizard's own templates give one.
        found: issues about rows.
        values: header → the values that Pipedrive must know, with their counts, over the whole account; and
            of hidden columns those that a draft wants counted.
        pipelines: deals and sums by pipeline, stage, status and currency, in Sell and as they arrive.
        seen: item → what the trial must know of its rows.
    """

    files: MappingOf[str, tuple[FileFacts, ...]]
    spelled: MappingOf[str, str]
    found: pl.DataFrame
    values: MappingOf[str, pl.DataFrame]
    pipelines: pl.DataFrame
    seen: MappingOf[str, Sightings]


@attrs.frozen(eq=False)
class _Counted:
    """What some records add to the account's figures: values by header, deals for the pipelines."""

    values: MappingOf[str, pl.DataFrame]
    pipelines: pl.DataFrame | None


@attrs.frozen(eq=False)
class _Chunk:
    """Some records of one entity, ready to be written.

    Attributes:
        height: how many.
        parts: label of a file part → its rows, with `_id`, and their blocks in the file.
        found: issues about them.
        counted: their share of the figures; None where these are counted of the whole entity.
    """

    height: int
    parts: MappingOf[str, tuple[pl.DataFrame, Sequence[Block]]]
    found: pl.DataFrame
    counted: _Counted | None = None


@attrs.frozen(eq=False)
class _Lot:
    """One entity on its way into the files of its item; `layout` is None where the item writes nothing."""

    whole: Draft
    plan: Plan
    layout: Layout | None
    spelled: MappingOf[str, str]


@attrs.define(eq=False)
class _Tally:
    """What is gathered from the chunks."""

    found: list[pl.DataFrame] = attrs.field(factory=list)
    values: dict[str, list[pl.DataFrame]] = attrs.field(factory=dict)
    pipelines: list[pl.DataFrame] = attrs.field(factory=list)

    def add(self, chunk: _Chunk) -> None:
        self.found.append(chunk.found)
        counted = chunk.counted
        if counted is None:
            return
        for header, counts in counted.values.items():
            self.values.setdefault(header, []).append(counts)
        if counted.pipelines is not None:
            self.pipelines.append(counted.pipelines)


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
    spelled = _spelled((header for layout in layouts.values() for header in layout.order), ask)
    seen = watch({item: layout.columns for item, layout in layouts.items()}, plans, trial)
    tally = _Tally()
    lots = (
        _Lot(drafts[entity], plans[entity], layouts.get(TARGETS[entity]), spelled)
        for entity in ENTITIES
        if entity in drafts and entity in plans
    )
    with Stage(tell, "writing", sum(records.seen.rows.values())) as writing:
        for lot, chunk in _ahead(made for one in lots for made in _chunks(one)):
            item = TARGETS[lot.whole.entity]
            for label, (rows, blocks) in chunk.parts.items():
                if item in seen:
                    seen[item].add(label, lot.whole.entity, rows)
                parts[item][label].add(blocks)
            tally.add(chunk)
            writing.add(chunk.height)
    settled = folder.settle()
    files = {item: tuple(settled.get(stem, ())) for item, stem in STEMS.items()}
    return Written(
        spelled=spelled,
        files=files,
        found=issues.summed(issues.gather([*tally.found, *_too_large(files, limits)])),
        values={header: _summed(frames) for header, frames in tally.values.items()},
        pipelines=of_deals(tally.pipelines, records.seen.stages, ask),
        seen=seen,
    )


def _too_large(files: MappingOf[str, Sequence[FileFacts]], limits: Limits) -> Iterator[pl.DataFrame]:
    """Files above the limit: a record that is larger than a file may be has one of its own."""
    most = octets(limits.megabytes)
    for item, written in files.items():
        for file in written:
            if file.bytes > most:
                yield issues.issue(
                    "file_too_large",
                    entity=ENTITY_OF[item],
                    field=file.file,
                    value=file.bytes,
                    detail=f"{most:,}",
                )


def write_parts(
    folder: Folder, files: MappingOf[str, Sequence[pl.LazyFrame]], ask: Mapping
) -> dict[str, str]:
    """Writes smaller tables (`updates/`) under the same limits: stem → the parts of its files.

    Returns:
        Our header → its spelling, as in `Written`.
    """
    headers = (name for parts in files.values() for part in parts for name in part.collect_schema().names())
    spelled = _spelled(dict.fromkeys(headers), ask)
    for stem, parts in files.items():
        named = [part.rename(spelled, strict=False) for part in parts]
        folder.table(stem, named, rows=ask.limits.rows, megabytes=ask.limits.megabytes, bom=ask.bom)
    return spelled


def _chunks(lot: _Lot) -> Iterator[tuple[_Lot, Callable[[], _Chunk]]]:
    """What makes each chunk of an entity; where not all its records go out, its figures are counted of all.

    Records that wait are not drafted: what is to be told of them is told by the lap that writes them.
    """
    rows = lot.plan.rows.filter(pl.col("n").is_not_null())
    every = bool((rows["state"] == OUT).all())
    if not every:
        yield lot, partial(_figures, lot, with_deals=bool((rows["state"] == OUT).any()))
    for start in range(0, rows.height, CHUNK):
        yield lot, partial(_chunk, lot, rows.slice(start, CHUNK), start, counts=every)
    if lot.layout and lot.plan.added.height:
        yield lot, partial(_added, lot)


def _ahead(chunks: Iterable[tuple[_Lot, Callable[[], _Chunk]]]) -> Iterator[tuple[_Lot, _Chunk]]:
    """The chunks in order; the next ones are under way while one is looked at."""
    waiting: deque[tuple[_Lot, Future[_Chunk]]] = deque()
    with ThreadPoolExecutor(_AHEAD) as pool:
        for lot, chunk in chunks:
            waiting.append((lot, pool.submit(chunk)))
            if len(waiting) > _AHEAD:
                first, made = waiting.popleft()
                yield first, made.result()
        for last, made in waiting:
            yield last, made.result()


def _figures(lot: _Lot, *, with_deals: bool) -> _Chunk:
    """The figures of a whole entity, without any row; what is left out has no values to set up."""
    rows, whole = lot.plan.rows, lot.whole.whole
    skipped = rows["n"].filter(rows["state"] == SKIPPED).drop_nulls()
    named = whole.filter(~pl.col("_n").is_in(skipped.implode())) if skipped.len() else None
    return _Chunk(0, {}, issues.empty(), _counted(lot.whole, whole, with_deals=with_deals, named=named))


def _chunk(lot: _Lot, rows: pl.DataFrame, start: int, *, counts: bool) -> _Chunk:
    wanted = rows["state"].is_in([OUT, MERGED])
    if not wanted.any():
        return _Chunk(rows.height, {}, issues.empty())
    entity = lot.whole.entity
    planned = rows.filter(wanted)
    everything = lot.whole.part(start, wanted)
    found, parts = [issues.tell(everything, lot.whole.audit)], {}
    if lot.layout and (planned["state"] == OUT).any():
        drafted = everything.select(lot.whole.shown)
        out = addressed(lot.whole.target, lot.plan, planned, drafted, lot.layout.order)
        parts = _parted(out, lot.layout, lot.spelled)
        found.append(_checked(entity, out, lot.whole))
    counted = _counted(lot.whole, everything.lazy(), with_deals=True) if counts else None
    return _Chunk(rows.height, parts, issues.gather(found), counted)


def _added(lot: _Lot) -> _Chunk:
    """The records that the export only names."""
    assert lot.layout is not None  # else there is nothing to write them to
    return _Chunk(0, _parted(added_rows(lot.plan, lot.layout.order), lot.layout, lot.spelled), issues.empty())


def _counted(
    made: Draft, whole: pl.LazyFrame, *, with_deals: bool, named: pl.LazyFrame | None = None
) -> _Counted:
    """The figures of some records; the values that must be known, only of those that are `named`."""
    of = whole if named is None else named
    asked = setup.questions([attrs.evolve(made, frame=of.select(made.shown))])
    deals = [narrowed(whole)] if with_deals and made.entity == "deals" else []
    answers = pl.collect_all([*asked.values(), *deals])
    return _Counted(dict(zip(asked, answers, strict=False)), answers[-1] if deals else None)


def _parted(
    out: pl.DataFrame, layout: Layout, spelled: MappingOf[str, str]
) -> dict[str, tuple[pl.DataFrame, list[Block]]]:
    parts = {}
    for label, columns in layout.columns.items():
        rows = out.filter(pl.col("part") == label) if len(layout.columns) > 1 else out
        if rows.height:
            written = rows.select(pl.col(column).alias(spelled.get(column, column)) for column in columns)
            parts[label] = (rows, blocks_of(written))
    return parts


def _spelled(headers: Iterable[str], ask: Mapping) -> dict[str, str]:
    """The spelling of the wizard's own templates, where the user gives a folder with them."""
    if ask.templates is None:
        return {}
    from zsell_transform.guide.templates import spell  # few have templates; the others need not load it

    return spell(list(headers), ask.templates)


def _checked(entity: str, out: pl.DataFrame, whole: Draft) -> pl.DataFrame:
    """What the wizard would not take. Links are checked in the file of what they name; a lead's person and
    note, which its own columns hold, stand in no other file.
    """
    types = dict(zip(whole.origins["header"], whole.origins["type"], strict=True))
    own = [header for header in out.columns if header.startswith(f"{PREFIXES[TARGETS[entity]]} - ")]
    beside = [header for header in whole.headers if header in out.columns and header not in own]
    return issues.tell(out, contract.checks(own, entity=entity, types=types, beside=beside))


def _summed(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return (
        pl.concat(frames)
        .group_by("value")
        .agg(pl.col("count").sum())
        .sort("count", "value", descending=[True, False])
    )

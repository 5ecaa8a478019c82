"""The corridor's results → the one `Story` that report, trial page and notebook show."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import Any, Final

import polars as pl
import polars.selectors as cs

from zsell_transform._version import VERSION
from zsell_transform.ending.run import Run
from zsell_transform.guide import story
from zsell_transform.guide.laps import named_lap, next_folder
from zsell_transform.guide.setup import Setup
from zsell_transform.lap.doubts import OTHERWISE, UNMARKED
from zsell_transform.lap.placeholder import PLACEHOLDER_ID
from zsell_transform.lap.reasons import WAITS_FOR_EXPORT
from zsell_transform.ledger import Ledger
from zsell_transform.machine.paths import as_given
from zsell_transform.pipedrive.exports.held import NAMED_BY, Held
from zsell_transform.reading import Export
from zsell_transform.sell.entities import ITEMS, MAIN
from zsell_transform.writing.manifest import FileFacts

#: Columns of Pipedrive's activities and notes that name a deal or lead, which only System IDs link.
_LINKS_BY_ID: Final = (NAMED_BY["deals"], "Deal", "Deal title", NAMED_BY["leads"], "Lead")


def tell_story(
    run: Run,
    *,
    book: Ledger,
    files: MappingOf[str, tuple[FileFacts, ...]],
    kit: Setup,
    told: pl.DataFrame,
    trial: pl.DataFrame,
    rehearsed: story.Rehearsed | None,
) -> story.Story:
    """Everything there is to tell.

    Args:
        files: all lists that were written, those beside the numbered ones too.
        told: the issues, rendered.
    """
    unread = tuple(run.export.unread["file"])
    complete, ledger = book.complete and not unread, book.frame()
    blocked = held_back(run.lap.waiting)
    # What seems to be there without these Sell ids waits until somebody has looked, and for no export.
    doubted = set(told.filter(pl.col("code").is_in([UNMARKED, OTHERWISE]))["field"])
    names, pipelines = run.names, run.written.pipelines
    again = bool(names.get("pipedrive"))
    number = lap_number(run.held, names.get("target")) if again else 1
    given: dict[str, Any] = {
        key: value for key in ("source", "pipedrive") if (value := as_given(names.get(key)))
    }
    return story.Story(
        lap=number,
        complete=complete,
        version=VERSION,
        target=as_given(names.get("target")),
        next_target=next_folder(
            as_given(names.get("target")), number, delta=names.get("previous") is not None
        ),
        mapping=as_given(names.get("mapping")),
        previous=as_given(names.get("previous")),
        again=again,
        mapping_sha256=run.ask.mapping_sha256,
        inputs=_inputs(run.export),
        unread=unread,
        ledger=ledger,
        files=_listed(files),
        waiting=_with_doubts(run.lap.waiting, doubted),
        exports_next=() if complete and not files["updates"] else exports_next(ledger, blocked),
        unexported=still_empty(ledger, blocked),
        withheld={item: count for item, count in blocked.items() if item not in doubted},
        doubted={item: count for item, count in blocked.items() if item in doubted},
        # The ledger counts it in each lap, and an issue tells of it only in the one that writes it.
        placeholder=bool((run.plans["companies"].rows["id"] == PLACEHOLDER_ID).any()),
        links=run.links,
        pipeline=pipelines if pipelines.width else story.empty(story.PIPELINE),
        setup=kit.tables,
        issues=told,
        rehearsal=rehearsed,
        trial=trial,
        **given,
    )


def _with_doubts(waiting: pl.DataFrame, doubted: Collection[str]) -> pl.DataFrame:
    """What waits and why; what seems to be there was given an export, and waits for a look at it."""
    reason = pl.col("reason").cast(pl.String)
    for_export = reason.is_in(list(WAITS_FOR_EXPORT)) & pl.col("item").is_in(list(doubted))
    return waiting.with_columns(
        reason=pl.when(for_export).then(pl.lit("some in Pipedrive seem to be the same")).otherwise(reason)
    )


def _inputs(export: Export) -> pl.DataFrame:
    rows = [(f.file, f.entity, f.family, f.encoding, f.delimiter, f.rows) for f in export.files]
    return pl.DataFrame(rows, schema=story.INPUTS, orient="row")


def _listed(files: MappingOf[str, tuple[FileFacts, ...]]) -> pl.DataFrame:
    rows = [
        (facts.file, item, facts.rows, facts.bytes) for item, several in files.items() for facts in several
    ]
    return pl.DataFrame(rows, schema=story.FILES, orient="row")


def held_back(waiting: pl.DataFrame) -> dict[str, int]:
    """Item → records that wait since nobody knows what of the item is there: its export is missing or not
    whole, or shows records that may be these.
    """
    asked = waiting.with_columns(
        pl.col("reason").replace_strict(WAITS_FOR_EXPORT, default=None, return_dtype=pl.String)
    )
    sums = asked.group_by("reason", maintain_order=True).agg(pl.col("count").sum())
    counts = {row["reason"]: row["count"] for row in sums.to_dicts()}
    return {item: counts[item] for item in ITEMS if item in counts}


def exports_next(ledger: pl.DataFrame, blocked: Collection[str] = ()) -> tuple[str, ...]:
    """The exports that the next lap needs: of the types of which something is in Pipedrive then.

    Args:
        blocked: items of which nobody knows what is there.
    """
    return tuple(item for item, counts in _sums(ledger).items() if counts["there"] > 0 or item in blocked)


def still_empty(ledger: pl.DataFrame, blocked: Collection[str] = ()) -> tuple[str, ...]:
    """Main types of which nothing was written yet, and records wait: they may have no export to give.

    One of which nobody knows what is there (`blocked`) is none: who calls that empty doubles its records.
    """
    return tuple(
        item
        for item, counts in _sums(ledger).items()
        if item in MAIN and counts["waiting"] and not counts["there"] and item not in blocked
    )


def _sums(ledger: pl.DataFrame) -> dict[str, dict[str, int]]:
    there = (pl.col("rows_out") + pl.col("present")).sum().alias("there")
    sums = ledger.group_by("target").agg(there, pl.col("waiting").sum())
    counts = {row["target"]: row for row in sums.to_dicts()}
    return {item: counts[item] for item in ITEMS if item in counts}


def lap_number(held: Held, target: str | None) -> int:
    """Which lap with Pipedrive's exports this is: as the target's name says, else by what is there.

    The first lap may write activities and notes, too, but none of a deal or lead: those need a System ID.
    """
    if target and (named := named_lap(Path(target).name)):
        return named
    if not any(held[item]["sell_id"].drop_nulls().len() for item in MAIN):
        return 1
    return 3 if any(_needed_an_id(held, item) for item in ("activities", "notes")) else 2


def _needed_an_id(held: Held, item: str) -> bool:
    """Whether a record of ours is linked to a deal or lead, which no first lap can do."""
    table = held.raw.get(item)
    if table is None:
        return False
    ours = held[item].filter(pl.col("mark").is_not_null())["system_id"]
    links = table.filter(pl.col("ID").is_in(ours.implode())).select(
        cs.by_name(*_LINKS_BY_ID, require_all=False)
    )
    return any((links[column].fill_null("") != "").any() for column in links.columns)

"""The loop of the contract against the rehearsal: lap after lap, until nothing is left; and what went wrong.

`run_loop` returns a `Course`; its faults are lines for people: a law that did not hold, a link that is
missing, one that should not be. An empty tuple is what every test wants to see.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import polars as pl

from tests.sell_graph import Expected, Link
from zsell_transform.migration import Migration, transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.pipedrive.wizard.store import names

MAIN: Final = ("organizations", "persons", "deals", "leads")
#: More laps than any account may need: who comes here goes round in circles.
ENOUGH: Final = 6

#: What happens to a lap's folder (or to Sell) before it is imported: `(lap, folder)`.
Upload = Callable[[int, Path], None]


@attrs.frozen
class Course:
    """How a loop went: its laps, the laws that it broke, and what Pipedrive holds at the end."""

    laps: int
    faults: tuple[str, ...]
    pipedrive: Rehearsal | None
    last: Migration

    def against(self, expected: Expected) -> tuple[str, ...]:
        """The broken laws, then every record and link that is not as in Sell."""
        assert self.pipedrive is not None, "an account without records"
        return (*self.faults, *doubled(self.pipedrive), *unlike(self.pipedrive, expected))


def run_loop(
    source: Path,
    work: Path,
    *,
    mapping: Mapping[str, Any] | None = None,
    assumptions: Mapping[str, str] | None = None,
    style: str = "prefixed",
    language: str = "en",
    start: Rehearsal | None = None,
    upload: Upload | None = None,
    most: int = 3,
    until: Callable[[str], bool] = lambda _: False,
) -> Course:
    """Runs, uploads, exports and runs again until a run says that the migration is complete.

    Args:
        start: What Pipedrive holds before the first lap; None = nothing.
        upload: Does something to the files of a lap, or to the source, before they are imported.
        most: The laps that it may take.
        until: Whether this fault is enough to know.
    """
    before = fingerprint(source)
    faults: list[str] = []
    pipedrive, exported = start, _exported(start, work / "start", style, language)
    for lap in range(1, ENOUGH + 1):
        wishes = {**(mapping or {}), "empty_in_pipedrive": _without_records(pipedrive)}
        migration = transform(
            source, work / f"lap_{lap}", pipedrive=exported, mapping=wishes, trial=0, rehearse=False
        )
        faults += _unbalanced(lap, migration)
        if fingerprint(source) != before:
            faults.append(f"lap {lap} changed its input")
        if migration.complete or not migration.files:
            break
        if upload is not None:
            upload(lap, work / f"lap_{lap}")
            before = fingerprint(source)
        pipedrive = rehearse(work / f"lap_{lap}", pipedrive, assumptions=assumptions)
        faults += mishaps(lap, pipedrive)
        if any(map(until, faults)):
            break
        exported = _exported(pipedrive, work / f"pipedrive_{lap}", style, language)
    if not migration.complete:
        faults.append(
            f"lap {lap} writes nothing and is not complete" if not migration.files else "it never ends"
        )
    if migration.complete and migration.files:
        faults.append("complete, and yet files to upload")
    return Course(lap - 1, (*faults, *_late(lap - 1, most)), pipedrive, migration)


def fingerprint(folder: Path) -> str:
    """Names and bytes of everything in a folder."""
    sums = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        sums.update(str(path.relative_to(folder)).encode())
        sums.update(path.read_bytes() if path.is_file() else b"")
    return sums.hexdigest()


def _exported(pipedrive: Rehearsal | None, folder: Path, style: str, language: str) -> Path | None:
    if pipedrive is None:
        return None
    pipedrive.export(folder, style=style, language=language)
    return folder


def _without_records(pipedrive: Rehearsal | None) -> list[str]:
    """Types of which there is nothing to export, so that no file of them can be given."""
    return [item for item in MAIN if pipedrive is not None and not pipedrive.store[item].height]


# --- laws -----------------------------------------------------------------------------------------------


def _late(laps: int, most: int) -> list[str]:
    return [f"{laps} laps, {most} are the most"] if laps > most else []


def _unbalanced(lap: int, migration: Migration) -> Iterator[str]:
    """The ledger: every record is written, present, waiting, merged or left out."""
    ends = pl.sum_horizontal("rows_out", "present", "waiting", "merged", "skipped")
    wrong = migration.summary().filter(pl.col("rows_in") + pl.col("added") != ends)
    yield from (f"lap {lap}: the ledger of {entity} does not add up" for entity in wrong["entity"])


def mishaps(lap: int, pipedrive: Rehearsal) -> Iterator[str]:
    """Rows that the wizard skipped, took for another record, or let overwrite a value."""
    joined = pl.col("into").is_not_null()  # a record that nobody brought in becomes Sell's: `joins_existing`
    events = {
        "skipped": pipedrive.skipped,
        "collapsed": pipedrive.collapsed.filter(joined),
        "overwritten": pipedrive.overwritten,
    }
    for event, frame in events.items():
        for row in frame.to_dicts():
            told = ", ".join(f"{key} {value}" for key, value in row.items() if value is not None)
            yield f"lap {lap} {event}: {told}"


def doubled(pipedrive: Rehearsal) -> Iterator[str]:
    for item, sell_id, records in pipedrive.doubled.iter_rows():
        yield f"{item} {sell_id} is there {records} times"


# --- the graph ------------------------------------------------------------------------------------------


def unlike(pipedrive: Rehearsal, expected: Expected) -> Iterator[str]:
    for item, wanted in expected.records.items():
        held = {
            one for ids in names(pipedrive.store, item)["sell_id"].drop_nulls() for one in ids.split(", ")
        }
        yield from (f"missing: {item} {one}" for one in sorted(wanted - held))
        yield from (f"not of Sell: {item} {one}" for one in sorted(held - wanted))
    # The note on a lead's row has no mark, and hangs on what stands on that row.
    marked = pipedrive.graph.filter((pl.col("item") != "notes") | pl.col("sell_id").is_not_null())
    missing, wrong = expected.against({_first_ids(link) for link in marked.iter_rows()})
    yield from (f"missing link: {_told(link)}" for link in sorted(missing, key=str))
    yield from (f"wrong link: {_told(link)}" for link in sorted(wrong, key=str))


def _first_ids(link: Link) -> Link:
    """Of a record that stands for several (`123, 456`), the first id."""
    item, sell_id, target, target_sell_id = link
    return item, sell_id and sell_id.split(", ")[0], target, target_sell_id and target_sell_id.split(", ")[0]


def _told(link: Link) -> str:
    item, sell_id, target, target_sell_id = link
    return f"{item} {sell_id} → {target} {target_sell_id}"


__all__ = ["Course", "Upload", "doubled", "fingerprint", "mishaps", "run_loop", "unlike"]

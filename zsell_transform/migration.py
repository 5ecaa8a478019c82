"""A Sell export becomes the files of one lap: the corridor, in one screen.

    bytes → Sell tables → records and facts → drafts → links → plan → rows → files

Each arrow is one call in `transform`; issues travel beside the data. What each room does stands in its own
docstring.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.addressing import layouts
from zsell_transform.drafting import draft_all, with_documents
from zsell_transform.ending.finishing import finish
from zsell_transform.ending.run import Run
from zsell_transform.guide.story import NAMELESS
from zsell_transform.intake import take_in
from zsell_transform.lap import plan
from zsell_transform.linked import linked
from zsell_transform.machine.given import expect, is_path
from zsell_transform.machine.paths import as_text
from zsell_transform.mapping import Mapping
from zsell_transform.merging import with_own_cells
from zsell_transform.migrated import Migration
from zsell_transform.output import write_parts, write_tables
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.progress import Progress, Stage
from zsell_transform.reading import Export
from zsell_transform.records import Records, contradicting
from zsell_transform.sell.stages import doubts
from zsell_transform.twins import named_as_there
from zsell_transform.writing.folder import Folder

if TYPE_CHECKING:
    from zsell_transform.delta import Updates

Source = str | Path | Sequence[str | Path] | Export | MappingOf[str, pl.DataFrame | pl.LazyFrame]


def transform(
    source: Source,
    target: str | Path | None = None,
    *,
    pipedrive: str | Path | None = None,
    mapping: str | Path | dict[str, Any] | Mapping | None = None,
    previous: str | Path | None = None,
    trial: int = 7,
    rehearse: bool | None = None,
    overwrite: bool = False,
    progress: bool | Callable[[str, int, int], object] | None = None,
) -> Migration:
    """Writes the files of one lap: just the records that Pipedrive lacks and whose links can be written now.

    Args:
        source: a Sell export: folder, zip, CSV file, list of paths (also lists in it), `Export`, or dict
            of entity → polars frame, also of `users`, `stages` … that give ids their names.
        target: the folder to write; None writes nothing (`Migration.write` can do it later).
        pipedrive: a folder with Pipedrive's own exports; None where it holds nothing yet.
        mapping: a YAML file, a dict or a `Mapping`; None = the defaults.
        previous: the folder of a run before the changes, for `updates/`.
        trial: how many chosen records a file of the trial holds, 0 to 10; 0 = no trial.
        rehearse: whether to run the wizard's model on the files; None = up to 500,000 rows.
        overwrite: replace a target even where a file of it was changed or added.
        progress: None (a bar when it takes long and someone looks), True, False or `callable(stage, done,
            total)`.

    Raises:
        ExportError: the source or Pipedrive's export cannot be read.
        MappingError: the mapping is wrong; names place and nearest right key.
        TargetError: the target cannot be replaced.
        ZsellError: an argument is not what it may be (`trial=11`, `overwrite="no"`).
    """
    expect(trial=trial, rehearse=rehearse, overwrite=overwrite, progress=progress)
    ask = Mapping.load(mapping)
    names = _names(source=source, target=target, pipedrive=pipedrive, mapping=mapping, previous=previous)
    read = (source, pipedrive, previous, ask)
    with Progress(progress) as tell, Folder(target, read, overwrite=overwrite) as folder:
        given = take_in(source, pipedrive, ask, folder.path / "records", tell)
        folder.reads(given.export)
        export, held, rows = given.export, given.held, sum(given.records.seen.rows.values())
        before, stored = _since(previous, given.records, held, ask)
        with Stage(tell, "drafting", rows):
            drafted = draft_all(stored, ask)
            records, drafts, filled = drafted.records, drafted.drafts, drafted.filled
        with Stage(tell, "linking", rows):
            known = linked(drafts, drafted.keys, records.seen, ask)
            del drafted  # the graph has what is needed of the keys from here on
        graph, left_out = known.graph, known.left_out
        with Stage(tell, "planning", rows):
            lap = plan(graph, held, ask, known.details, left_out=left_out, listed=with_documents(drafts))
            plans, lost = with_own_cells(drafts, lap.plans)
        changed = _delta(
            before, records=records, drafts=drafts, graph=graph, left_out=left_out, held=held, ask=ask
        )
        of_lap = _of_lap(lap.found, is_delta=changed is not None)
        found = (export.raw_issues, records.found, records.seen.issues, held.issues, graph.found, of_lap)
        links = graph.how
        del graph, known  # while the files are written, only what stands in them is held
        placed = layouts(drafts, plans, filled)
        written = write_tables(folder, drafts, plans, placed, records, ask, tell, trial)
        spelled = {} if changed is None else write_parts(folder, changed.files, ask)
        told = issues.gather(
            [
                *found,
                *(draft.notes for draft in drafts.values()),
                lost,
                written.found,
                _without_exports(previous, pipedrive),
                _of_whole(changed.found, export) if changed else issues.empty(),
                *contradicting(records),
                doubts(records.seen.stages, ask),
            ]
        )
        run = Run(
            ask=ask, names=names, export=export, records=records, held=held, drafts=drafts, filled=filled,
            links=links, lap=lap, plans=plans, written=written, told=told,
            updated=changed.updated if changed else {}, spelled=spelled,
        )  # fmt: skip
        return finish(folder, run, trial=trial, rehearse=rehearse, tell=tell)


def _since(
    previous: str | Path | None, records: Records, held: Held, ask: Mapping
) -> tuple[Records | None, Records]:
    """The records of an earlier run, and those of today in the fields that Pipedrive has since."""
    if previous is None:
        return None, named_as_there(records, held, ask)
    from zsell_transform.delta.earlier import earlier, since

    before = earlier(previous, ask, records.seen.headers)
    return before, attrs.evolve(records, seen=since(before.seen, records, ask))


def _delta(before: Records | None, **present: Any) -> Updates | None:
    """What changed since an earlier run, where one is given: arguments as of `delta.updates`."""
    if before is None:
        return None
    from zsell_transform.delta import updates  # only who asks for it pays for its import

    return updates(before, **present)


def _of_whole(changes: pl.DataFrame, export: Export) -> pl.DataFrame:
    """What is not in Sell any more is told only where all of the export could be read."""
    gone = pl.col("code").is_in(["deleted_in_sell", "emptied_in_sell"])
    return changes.filter(~gone) if export.unread.height else changes


def _of_lap(found: pl.DataFrame, *, is_delta: bool) -> pl.DataFrame:
    """What is there by its name alone is an update, where an earlier run is given."""
    return found.filter(pl.col("code") != "present_by_name") if is_delta else found


def _without_exports(previous: object, pipedrive: object) -> pl.DataFrame:
    """Nobody who gives an earlier run means to write all of it once more."""
    forgotten = previous is not None and pipedrive is None
    return issues.issue("previous_without_exports", field="pipedrive") if forgotten else issues.empty()


def _names(**given: object) -> dict[str, str | None]:
    """How the user called what was given; None for what is no path. A mapping without a file has no name."""
    names = {what: as_text(os.fspath(one)) if is_path(one) else None for what, one in given.items()}
    return names if given["mapping"] is None else names | {"mapping": names["mapping"] or NAMELESS}

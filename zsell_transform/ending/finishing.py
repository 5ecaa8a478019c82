"""The end of a run: the ledger must balance, then everything is told, and the folder appears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform._version import VERSION
from zsell_transform.addressing import arriving_fills
from zsell_transform.ending.counting import counted
from zsell_transform.ending.documents import documents
from zsell_transform.ending.rehearsing import rehearsed
from zsell_transform.ending.run import Run
from zsell_transform.ending.telling import tell_story
from zsell_transform.ending.trial_files import write_trial
from zsell_transform.guide import setup
from zsell_transform.guide import story as stories
from zsell_transform.guide.report import report_html
from zsell_transform.guide.setup_page import setup_markdown
from zsell_transform.guide.trial_page import trial_markdown
from zsell_transform.guide.unused import unused, with_comma
from zsell_transform.ledger import Ledger
from zsell_transform.migrated import Migration
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import COMPANY_IN_SELL, field_key
from zsell_transform.progress import Tell
from zsell_transform.transformers.history import RULE
from zsell_transform.writing.folder import Folder
from zsell_transform.writing.manifest import FileFacts


def finish(folder: Folder, run: Run, *, trial: int, rehearse: bool | None, tell: Tell) -> Migration:
    """Checks the ledger, writes what is for people, and lets the folder appear."""
    said, rehearsal, found = rehearsed(folder.path, run.written, run.held, run.ask, rehearse, tell)
    told = issues.render(issues.gather([run.told, found, _documents(folder, run), *_of_mapping(run)]))
    book = counted(run.plans, *_came(run), told, run.updated)
    book.check({item: sum(facts.rows or 0 for facts in files) for item, files in run.written.files.items()})
    lists = _lists(folder)
    kit = _kit(folder, run, lists["updates"], _arriving(book))
    chosen = write_trial(folder, run.written, run.plans, trial, bom=run.ask.bom)
    story = tell_story(
        run,
        book=book,
        files={**run.written.files, **lists},
        kit=kit,
        told=told,
        trial=chosen.shows,
        rehearsed=said,
    )
    _write_pages(folder, story, kit, told, bom=run.ask.bom)
    folder.finish(
        ledger=book.records(),
        inputs=[attrs.asdict(file) for file in run.export.files],
        version=VERSION,
        mapping_sha256=run.ask.mapping_sha256,
        fields=_names_of_fields(run),
    )
    return Migration(
        issues=told,
        complete=story.complete,
        story=story,
        rehearsal=rehearsal,
        ledger=book.frame(),
        setup=kit,
        written=run.written.files,
        updates=lists["updates"],
        home=folder,
        target=folder.target,
    )


def _names_of_fields(run: Run) -> dict[str, Mapping[str, str]]:
    """What the next run cannot know from the columns of this one; of what there was no file, as it was."""
    told = {entity: names for entity, names in run.records.seen.names.items() if entity not in run.drafts}
    told |= {entity: draft.names for entity, draft in run.drafts.items() if not draft.by_order}
    return {entity: names for entity, names in told.items() if names}


def _came(run: Run) -> tuple[dict[str, int], dict[str, int]]:
    """Input records by entity, and how many of them went into another one of the same id."""
    merged = (run.export.merged, run.records.doubled)
    united = {entity: sum(counts.get(entity, 0) for counts in merged) for entity in run.records.frames}
    return {entity: count + united.get(entity, 0) for entity, count in run.records.seen.rows.items()}, united


def _write_pages(
    folder: Folder, story: stories.Story, kit: setup.Setup, told: pl.DataFrame, *, bom: bool
) -> None:
    found = told.lazy().with_columns(pl.all().cast(pl.String))
    folder.table("issues", found, rows=None, megabytes=None, bom=bom)
    delta = story.previous is not None
    folder.text("setup.md", setup_markdown(kit, lap=story.lap, delta=delta, complete=story.complete))
    folder.text("report.html", report_html(story))
    if story.trial.height:
        folder.text("trial/trial.md", trial_markdown(story))


def _lists(folder: Folder) -> dict[str, tuple[FileFacts, ...]]:
    """The CSV files beside the numbered ones: documents.csv and updates/."""
    facts = folder.facts
    return {
        kind: tuple(facts[name] for name in sorted(facts) if name.startswith(begin) and name.endswith(".csv"))
        for kind, begin in (("documents", "documents."), ("updates", "updates/"))
    }


def _documents(folder: Folder, run: Run) -> pl.DataFrame:
    if "documents" not in run.drafts:
        return issues.empty()
    table, told = documents(run.drafts["documents"], run.lap.where)
    folder.table("documents", table.lazy(), rows=None, megabytes=None, bom=run.ask.bom)
    return told


def _of_mapping(run: Run) -> list[pl.DataFrame]:
    """What the mapping says of things that there are not, and what it leaves open."""
    unread = run.export.raw_issues.filter(pl.col("code") == "file_unreadable")["file"]
    files = [*(file.file for file in run.export.files), *unread]
    decided = run.written.values.get(RULE)
    rules = [] if decided is None else decided["value"].to_list()
    said = [unused(run.ask, run.records.seen, files, rules), with_comma(run.ask)]
    return (
        said if run.ask.timezone else [*said, issues.issue("timezone_unset", field="timezone", value="UTC")]
    )


def _arriving(book: Ledger) -> dict[str, int]:
    """Entity → its records that are in Pipedrive, or will be."""
    states = ("rows_out", "present", "waiting")
    return {row["entity"]: sum(int(row[state]) for state in states) for row in book.records()}


def _kit(folder: Folder, run: Run, updates: Sequence[FileFacts], arriving: Mapping[str, int]) -> setup.Setup:
    drafts, written = list(run.drafts.values()), run.written
    numbered = (facts for files in written.files.values() for facts in files)
    headers = {**_headers(folder, numbered, written.spelled), **_headers(folder, updates, run.spelled)}
    asked = _asked_before(run.held)
    filled = arriving_fills(run.drafts, run.plans, run.filled)
    return setup.kit(run.records.seen, drafts, written.values, headers, run.ask, filled, asked, arriving)


def _asked_before(held: Held) -> list[str]:
    """Fields that links alone fill, and did in an earlier lap: they must still be there."""
    deals, name = held.raw.get("deals"), field_key(COMPANY_IN_SELL.removeprefix("Deal - "))
    columns = [] if deals is None else [deals[c] for c in deals.columns if field_key(c) == name]
    return [COMPANY_IN_SELL] if any(column.count() for column in columns) else []


def _headers(folder: Folder, files: Iterable[FileFacts], spelled: Mapping[str, str]) -> dict[str, list[str]]:
    """File → its headers, as we call them, in upload order."""
    ours = {theirs: header for header, theirs in spelled.items()}
    return {facts.file: [ours.get(name, name) for name in folder.headers(facts.file)] for facts in files}

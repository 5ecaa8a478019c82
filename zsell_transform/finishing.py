"""The end of a run: the ledger must balance, then everything is told, and the folder appears."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform._version import VERSION
from zsell_transform.counting import counted
from zsell_transform.documents import documents
from zsell_transform.drafting import Drafts, Filled
from zsell_transform.guide import setup
from zsell_transform.guide import story as stories
from zsell_transform.guide.report import report_html
from zsell_transform.guide.setup_page import setup_markdown
from zsell_transform.guide.trial_page import trial_markdown
from zsell_transform.guide.unused import unused
from zsell_transform.lap import Lap
from zsell_transform.lap.words import Plan
from zsell_transform.mapping import Mapping
from zsell_transform.migrated import Migration
from zsell_transform.output import Written
from zsell_transform.pipedrive.exports import Held
from zsell_transform.progress import Tell
from zsell_transform.reading import Export
from zsell_transform.records import Records
from zsell_transform.rehearsing import rehearsed
from zsell_transform.telling import tell_story
from zsell_transform.trial_files import write_trial
from zsell_transform.writing.folder import Folder
from zsell_transform.writing.manifest import FileFacts


def finish(
    folder: Folder,
    *,
    export: Export,
    records: Records,
    held: Held,
    drafts: Drafts,
    filled: Filled,
    links: pl.DataFrame,
    lap: Lap,
    plans: MappingOf[str, Plan],
    written: Written,
    told: pl.DataFrame,
    ask: Mapping,
    trial: int,
    rehearse: bool | None,
    names: MappingOf[str, str | None],
    updated: MappingOf[str, int],
    tell: Tell,
) -> Migration:
    """Checks the ledger, writes what is for people, and lets the folder appear."""
    said, rehearsal, found = rehearsed(folder.path, written, held, rehearse, tell)
    listed = _documents(folder, drafts, lap)
    told = issues.gather(
        [told, found, listed, unused(ask, records.seen, [file.file for file in export.files]), _zone(ask)]
    )
    rendered = issues.render(told)
    book = counted(plans, *_came(export, records), rendered, updated)
    book.check({item: sum(facts.rows or 0 for facts in files) for item, files in written.files.items()})
    kit = setup.kit(
        records.seen, list(drafts.values()), written.values, _headers(folder, written), ask, filled
    )
    chosen = write_trial(folder, written, plans, trial)
    story = tell_story(
        ask=ask,
        names=names,
        inputs=_inputs(export),
        ledger=book.frame(),
        files={**written.files, **_lists(folder)},
        lap=lap,
        links=links,
        held=held,
        pipelines=written.pipelines,
        kit=kit,
        told=rendered,
        trial=chosen.shows,
        rehearsed=said,
        version=VERSION,
    )
    _write_pages(folder, story, kit, rendered)
    folder.finish(
        ledger=book.records(),
        inputs=[attrs.asdict(file) for file in export.files],
        version=VERSION,
        mapping_sha256=ask.mapping_sha256,
    )
    return Migration(
        issues=rendered,
        complete=story.complete,
        story=story,
        rehearsal=rehearsal,
        ledger=book.frame(),
        setup=kit,
        written=written.files,
        home=folder,
        target=folder.target,
    )


def _came(export: Export, records: Records) -> tuple[dict[str, int], dict[str, int]]:
    """Input records by entity, and how many of them went into another one of the same id."""
    merged = (export.merged, records.doubled)
    united = {entity: sum(counts.get(entity, 0) for counts in merged) for entity in records.frames}
    return {entity: count + united.get(entity, 0) for entity, count in records.seen.rows.items()}, united


def _write_pages(folder: Folder, story: stories.Story, kit: setup.Setup, told: pl.DataFrame) -> None:
    folder.table("issues", told.lazy().with_columns(pl.all().cast(pl.String)), rows=None, megabytes=None)
    folder.text("setup.md", setup_markdown(kit, lap=story.lap))
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


def _documents(folder: Folder, drafts: Drafts, lap: Lap) -> pl.DataFrame:
    if "documents" not in drafts:
        return issues.empty()
    table, told = documents(drafts["documents"], lap.where)
    folder.table("documents", table.lazy(), rows=None, megabytes=None)
    return told


def _zone(ask: Mapping) -> pl.DataFrame:
    return issues.empty() if ask.timezone else issues.issue("timezone_unset", field="timezone", value="UTC")


def _headers(folder: Folder, written: Written) -> dict[str, list[str]]:
    ours = {theirs: header for header, theirs in written.spelled.items()}
    return {
        facts.file: [ours.get(name, name) for name in folder.headers(facts.file)]
        for files in written.files.values()
        for facts in files
    }


def _inputs(export: Export) -> pl.DataFrame:
    return pl.DataFrame(
        [(f.file, f.entity, f.family, f.encoding, f.delimiter, f.rows) for f in export.files],
        schema=stories.INPUTS,
        orient="row",
    )

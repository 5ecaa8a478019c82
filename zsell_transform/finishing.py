"""The end of a run: the ledger must balance, then everything is told, and the folder appears."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from pathlib import Path

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform._version import VERSION
from zsell_transform.counting import counted
from zsell_transform.drafting import Drafts
from zsell_transform.guide import setup
from zsell_transform.guide.report import report_html
from zsell_transform.guide.setup_page import setup_markdown
from zsell_transform.guide import story as stories
from zsell_transform.lap import Lap
from zsell_transform.lap.words import Plan
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.migrated import Migration
from zsell_transform.output import Written
from zsell_transform.pipedrive.exports import Held
from zsell_transform.reading import Export
from zsell_transform.records import Records
from zsell_transform.telling import tell_story
from zsell_transform.writing.folder import Folder


def finish(
    folder: Folder,
    *,
    export: Export,
    records: Records,
    held: Held,
    drafts: Drafts,
    graph: Graph,
    lap: Lap,
    plans: MappingOf[str, Plan],
    written: Written,
    told: pl.DataFrame,
    ask: Mapping,
    trial: int,
    rehearse: bool | None,
    names: MappingOf[str, str | None],
) -> Migration:
    rendered = issues.render(told)
    united = dict(export.merged)
    rows_in = {entity: count + united.get(entity, 0) for entity, count in records.seen.rows.items()}
    book = counted(plans, rows_in, united, rendered, {})
    book.check({item: sum(facts.rows or 0 for facts in files) for item, files in written.files.items()})
    headers = {facts.file: _headers(folder.path / facts.file) for files in written.files.values() for facts in files}
    kit = setup.kit(records.seen, list(drafts.values()), written.values, headers, ask)
    story = tell_story(
        ask=ask, names=names, inputs=_inputs(export), ledger=book.frame(), files=written.files, lap=lap, graph=graph, held=held,
        pipelines=written.pipelines, kit=kit, told=rendered, trial=stories.empty(stories.TRIAL), rehearsed=None, version=VERSION,
    )
    folder.table("issues", rendered.lazy().with_columns(pl.all().cast(pl.String)), rows=None, megabytes=None)
    folder.text("setup.md", setup_markdown(kit, lap=story.lap))
    folder.text("report.html", report_html(story))
    folder.finish(
        ledger=book.frame().to_dicts(), inputs=[attrs.asdict(file) for file in export.files], version=VERSION,
        mapping_sha256=ask.mapping_sha256,
    )
    return Migration(
        issues=rendered, complete=story.complete, story=story, rehearsal=None, ledger=book.frame(), setup=kit,
        written=written.files, home=folder, target=folder.target,
    )


def _headers(path: Path) -> list[str]:
    return pl.scan_csv(path, infer_schema=False).collect_schema().names()


def _inputs(export: Export) -> pl.DataFrame:
    return pl.DataFrame(
        [(f.file, f.entity, f.family, f.encoding, f.delimiter, f.rows) for f in export.files],
        schema=stories.INPUTS, orient="row",
    )

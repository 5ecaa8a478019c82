"""Both sides of a migration, read beside each other: what Sell exported, and what Pipedrive holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import polars as pl

from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.files import expect
from zsell_transform.pipedrive.exports.held import Held, empty_held
from zsell_transform.pipedrive.exports.read import read_pipedrive
from zsell_transform.progress import Tell
from zsell_transform.reading import Export, exported
from zsell_transform.records import Records, keep
from zsell_transform.survey.other_stages import with_other_stages


@attrs.frozen(eq=False)
class Intake:
    """What there is.

    Attributes:
        export: Sell's, as it was read.
        records: the same, stored and surveyed.
        held: what Pipedrive's exports show; nothing where there are none.
    """

    export: Export
    records: Records
    held: Held


def take_in(
    source: object,
    pipedrive: str | Path | None,
    ask: Mapping,
    room: Path,
    tell: Tell,
) -> Intake:
    """Reads both exports, and stores Sell's records in a room.

    A wrong folder of Pipedrive's is told as soon as it is known: the longest work comes after that.

    Args:
        source, pipedrive: as for `transform`.
        room: the folder in which `<entity>.parquet` is written.

    Raises:
        ExportError: one of them cannot be read.
        MappingError: the mapping names columns that there are not.
    """
    if pipedrive is not None:
        expect(pipedrive)
    with ThreadPoolExecutor(1) as meanwhile:  # one of them alone leaves a core idle
        there = None if pipedrive is None else meanwhile.submit(read_pipedrive, pipedrive, ask)
        export = exported(source, ask, tell)
        if there is not None and there.done():
            there.result()
        tables = {entity: export.scan(entity) for entity in export.entities}
        rows = sum(file.rows for file in export.files if file.entity)
        try:
            records = keep(tables, room, ask, rows, tell, export.headers)
        except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
            export.expect_unchanged()  # it fails in any words where a file was cut or is gone
            raise
        export.expect_unchanged()
        held = empty_held() if there is None else there.result()
        return Intake(export, with_other_stages(records, export.dictionaries, held), held)

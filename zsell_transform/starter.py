"""`draft_mapping`: looks at an export and writes down, as a mapping file, what there is to be decided."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.texts import first_line
from zsell_transform.errors import TargetError
from zsell_transform.guide.mapping_draft import SUBJECTS, Found, draft_text
from zsell_transform.machine.moves import move
from zsell_transform.machine.paths import path_of
from zsell_transform.mapping import Mapping
from zsell_transform.reading import Export, read_export
from zsell_transform.survey import study
from zsell_transform.transformers.history import activity_type, sign_of_type


def draft_mapping(
    source: Any, path: str | Path | None = None, mapping: str | Path | dict[str, Any] | Mapping | None = None
) -> str | Path:
    """Writes a starter mapping, filled with this export's owners, stages, tags, subjects, columns and so on.

    Args:
        source: a Sell export, as for `transform`.
        path: where to write it; None returns the text.
        mapping: what to read the export with (its `encoding` and `columns`), where that is needed.

    Returns:
        The path, or the text where none was given. Loaded untouched, it means the defaults.

    Raises:
        ExportError: the source cannot be read.
        TargetError: there is a file at `path` already, or none can be written there.
    """
    target = None if path is None else path_of(path, "the path of the mapping", TargetError)
    if target is not None and target.is_dir():
        raise TargetError(f"{target} is a folder; name a file in it, such as {target / 'mapping.yaml'}")
    if target is not None and target.exists():
        raise TargetError(f"{target} exists already; name another file, or remove it first")
    ask = Mapping.load(mapping)
    export = read_export(source, ask)
    text = draft_text(found_in(export, ask))
    if target is None:
        return text
    made = target.with_name(f".{target.name}.part-{os.getpid()}")  # half a mapping would mean another one
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(text, encoding="utf-8")
        move(made, target)
    except OSError as error:
        with suppress(OSError):
            made.unlink(missing_ok=True)
        raise TargetError(f"{target} cannot be written: {error.strerror or error}") from error
    return target


def found_in(export: Export, ask: Mapping) -> Found:
    """What an export holds, as far as a mapping can speak of it."""
    frames = {entity: export.scan(entity) for entity in export.entities}
    lists = {file.file: file.rows for file in export.files if file.family == "smart_list"}
    return Found(
        study(frames, ask, headers=export.headers),
        ask,
        lists,
        subjects(frames.get("tasks"), ask),
        {file.file: file.encoding for file in export.files if file.encoding},
    )


def subjects(tasks: pl.LazyFrame | None, ask: Mapping) -> pl.DataFrame:
    """The first lines of the tasks with the activity type of each; schema `SUBJECTS`, most used first."""
    if tasks is None or "content" not in tasks.collect_schema().names():
        return pl.DataFrame(schema=SUBJECTS)
    lines = tasks.select(first_line(text("content")).alias("subject")).filter(pl.col("subject") != "")
    told = lines.with_columns(activity_type(sign_of_type(pl.col("subject"), ask), ask).alias("type"))
    counted = told.group_by("type", "subject", maintain_order=True).agg(pl.len().alias("count"))
    ordered = counted.sort(["count", "subject"], descending=[True, False])
    return ordered.select(pl.col(name).cast(kind) for name, kind in SUBJECTS.items()).collect(
        engine="streaming"
    )

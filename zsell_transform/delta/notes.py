"""A lead's description, which is a note in Pipedrive: what changed of it since an earlier run."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning import escaped, html
from zsell_transform.delta.files import VALUES, WRITES
from zsell_transform.lap.leads import LINES
from zsell_transform.pipedrive.exports import Held, html_lines
from zsell_transform.pipedrive.fields import NOTE
from zsell_transform.proof.repair import system_id
from zsell_transform.proof.values import as_text

#: What a lead says beside the person whom it joins: it stands behind its description, and stays there.
_BEHIND: Final = rf"((?:\n(?:{'|'.join(map(re.escape, LINES))}): [^\n]*)+)$"


def no_notes() -> pl.DataFrame:
    """The columns of `WRITES`, and for new notes `lead` (System ID) and `title`."""
    return pl.DataFrame(schema=dict.fromkeys((*WRITES, "lead", "title"), pl.String))


def changed_notes(
    old: pl.DataFrame, new: pl.DataFrame, leads: pl.DataFrame, held: Held
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is to be written of changed descriptions (`no_notes` has its columns), and the issues.

    Args:
        old, new: `_id, _file, _row` and the description of the leads that changed, as it was and as it is.
        leads: id, system_id, name of those that are there.
    """
    rows = (
        new.select("_id", "_file", "_row", new=NOTE)
        .join(old.select("_id", old=NOTE), on="_id", how="inner", maintain_order="left")
        .join(leads.select("system_id", "name", _id="id"), on="_id", how="inner", maintain_order="left")
    )
    raw = held.raw.get("notes", pl.DataFrame())
    if not {"Lead ID", "Content"} <= set(raw.columns):
        told = issues.found(
            rows.lazy(), "update_not_comparable", entity="leads", field=NOTE, value=pl.col("new")
        )
        return no_notes(), told.collect()
    lines = html_lines(pl.col("Content")).str.strip_chars_end()
    notes = raw.filter(pl.col("Lead ID").is_not_null()).select(
        note="ID",
        system_id="Lead ID",
        text=as_text(pl.col("Content")),
        own=as_text(escaped(lines.str.replace(_BEHIND, ""))),
        behind=lines.str.extract(_BEHIND),
    )
    return _decided(rows, notes)


def _decided(rows: pl.DataFrame, notes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    of_lead = rows.join(notes, on="system_id", how="inner", maintain_order="left")
    done = of_lead.filter(pl.col("text").str.starts_with(as_text(pl.col("new")))).select("_id")
    left = rows.join(done, on="_id", how="anti", maintain_order="left")
    same_note = of_lead.filter(pl.col("own") == as_text(pl.col("old"))).unique(
        "_id", keep="first", maintain_order=True
    )
    known = left.join(same_note.select("_id", "note", "behind"), on="_id", how="left", maintain_order="left")
    fresh = pl.col("old").is_null() & pl.col("new").is_not_null()
    going = known.filter((pl.col("note").is_not_null() & pl.col("new").is_not_null()) | fresh)
    behind = html("behind")
    writes = going.select(
        entity=pl.lit("leads"),
        source_id="_id",
        item=pl.lit("notes"),
        system_id="note",
        field=pl.lit(NOTE),
        value=pl.concat_str("new", behind, ignore_nulls=True),
        part=pl.lit(VALUES),
        lead="system_id",
        title="name",
    )
    stuck = known.join(going.select("_id"), on="_id", how="anti", maintain_order="left").lazy()
    gone = pl.col("new").is_null()
    told = [
        issues.found(stuck.filter(gone), "emptied_in_sell", entity="leads", field=NOTE, value=pl.col("old")),
        issues.found(
            stuck.filter(~gone),
            "changed_in_both",
            entity="leads",
            field=NOTE,
            value=pl.col("new"),
            detail="Pipedrive holds no note with the old text",
        ),
    ]
    return writes, issues.gather(pl.collect_all(told))


def new_notes(notes: pl.DataFrame) -> list[pl.DataFrame]:
    """The rows of notes that Pipedrive does not hold yet, by the lead's System ID."""
    fresh = notes.filter(pl.col("system_id").is_null())
    if not fresh.height:
        return []
    return [
        fresh.select(
            pl.col("value").alias(NOTE),
            pl.col("lead").alias(system_id("leads")),
            pl.col("title").alias("Lead - Title"),
        )
    ]

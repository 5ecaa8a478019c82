"""A lead's description and what it says beside the person whom it joined, which is a note in Pipedrive: what
changed of it since an earlier run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.markup import escaped, html
from zsell_transform.delta.files import VALUES, WRITES
from zsell_transform.lap.leads import LINES as LABELLED
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NAMES, NOTE, SYSTEM_IDS
from zsell_transform.pipedrive.own_ids import html_lines
from zsell_transform.standing.lead_lines import LINES, people_shown
from zsell_transform.standing.sameness import as_text, kinds, same
from zsell_transform.standing.shown_cells import in_pipedrive

#: What a lead says beside the person whom it joins: it stands behind its description, and stays there.
_BEHIND: Final = rf"((?:\n(?:{'|'.join(map(re.escape, LABELLED))}): [^\n]*)+)$"


def no_notes() -> pl.DataFrame:
    """The columns of `WRITES`, and for new notes `lead` (System ID) and `title`."""
    return pl.DataFrame(schema=dict.fromkeys((*WRITES, "lead", "title"), pl.String))


@attrs.frozen(eq=False)
class ChangedNotes:
    """What becomes of notes of leads.

    Attributes:
        writes: what is to be written (`no_notes` has its columns).
        said: `source_id, field` of what a lead says of its person, and its note by then.
        found: issues.
    """

    writes: pl.DataFrame
    said: pl.DataFrame
    found: pl.DataFrame


def no_changed_notes() -> ChangedNotes:
    said = pl.DataFrame(schema=dict.fromkeys(("source_id", "field"), pl.String))
    return ChangedNotes(no_notes(), said, issues.empty())


def changed_notes(
    old: pl.DataFrame,
    new: pl.DataFrame,
    leads: pl.DataFrame,
    held: Held,
    *,
    persons: pl.DataFrame,
    types: MappingOf[str, str],
) -> ChangedNotes:
    """What is to be written of notes of leads.

    Args:
        old, new: `_id, _file, _row`, the description and any of `LINES` of the leads that changed.
        leads: id, system_id, name of those that are there.
        persons: as of `persons_of_leads`.
        types: header → its type as a created field.
    """
    headers = [header for header in LINES if header in new.columns]
    rows = (
        new.select("_id", "_file", "_row", *headers, new=NOTE)
        .join(
            old.select("_id", *(pl.col(h).alias(_old(h)) for h in headers), old=NOTE),
            on="_id",
            how="inner",
            maintain_order="left",
        )
        .join(leads.select("system_id", "name", _id="id"), on="_id", how="inner", maintain_order="left")
    )
    raw = held.raw.get("notes", pl.DataFrame())
    if not {"Lead ID", "Content"} <= set(raw.columns):
        told = issues.found(
            rows.filter(_has_other_text()).lazy(),
            "update_not_comparable",
            entity="leads",
            field=NOTE,
            value=pl.col("new"),
        )
        return attrs.evolve(no_changed_notes(), found=told.collect())
    # A note may consist of such lines alone.
    lines = "\n" + html_lines(pl.col("Content")).str.strip_chars_end()
    notes = raw.filter(pl.col("Lead ID").is_not_null()).select(
        note="ID",
        system_id="Lead ID",
        text=as_text(pl.col("Content")),
        own=as_text(escaped(lines.str.replace(_BEHIND, ""))),
        behind=lines.str.extract(_BEHIND),
    )
    return _decided(_with_lines(rows, headers, persons, types, held), notes, headers)


def _old(header: str) -> str:
    """The column with what stood under a header then."""
    return f"old {header}"


def _changed(header: str) -> str:
    """The column that says whether a lead says something else there of the person whom it joined."""
    return f"changed {header}"


def _has_other_text() -> pl.Expr:
    return pl.col("new").ne_missing(pl.col("old"))


def _with_lines(
    rows: pl.DataFrame,
    headers: Sequence[str],
    persons: pl.DataFrame,
    types: MappingOf[str, str],
    held: Held,
) -> pl.DataFrame:
    """The rows with `_changed` of each header, and under the header the line that says so; blank where the
    person itself shows it.
    """
    shared = persons.filter(~pl.col("own") & pl.col("system_id").is_not_null())
    people = people_shown(held) if "persons" in held.raw else pl.DataFrame(schema={"person": pl.String})
    joined = rows.join(
        shared.select(_id="id", person="system_id"), on="_id", how="left", maintain_order="left"
    ).join(people, on="person", how="left", maintain_order="left")
    of = kinds(headers, types)
    known = [header for header in headers if in_pipedrive(header) in people.columns]
    changed = [
        (pl.col(h).is_not_null() & pl.col(h).ne_missing(pl.col(_old(h))) & pl.col("person").is_not_null())
        if h in known
        else pl.lit(value=False)
        for h in headers
    ]
    lines = [
        pl.when(~same(of[h], pl.col(h), pl.col(in_pipedrive(h))))
        .then(pl.format(f"{LINES[h]}: {{}}", h))
        .alias(h)
        for h in known
    ]
    flags = [flag.alias(_changed(h)) for flag, h in zip(changed, headers, strict=True)]
    return joined.with_columns(*flags, *lines)


def _behind(headers: Sequence[str]) -> pl.Expr:
    """The lines behind a note's text: as they are there, save for what the lead says otherwise by now."""
    there = {
        label: pl.col("behind").str.extract(rf"(?:^|\n)({re.escape(label)}: [^\n]*)") for label in LABELLED
    }
    now = {LINES[h]: pl.when(pl.col(_changed(h))).then(h).otherwise(there[LINES[h]]) for h in headers}
    said = [now.get(label, line) for label, line in there.items()]
    lines = pl.concat_str(said, separator="\n", ignore_nulls=True)
    changed = pl.any_horizontal(pl.lit(value=False), *(pl.col(_changed(h)) for h in headers))
    return pl.when(changed & (lines != "")).then("\n" + lines).when(~changed).then("behind")


def _decided(rows: pl.DataFrame, notes: pl.DataFrame, headers: Sequence[str]) -> ChangedNotes:
    of_lead = rows.join(notes, on="system_id", how="inner", maintain_order="left").with_columns(
        now=_behind(headers)
    )
    as_is = pl.col("text").str.starts_with(as_text(pl.col("new")).fill_null(""))
    kept = pl.col("now").eq_missing(pl.col("behind")) & (
        pl.col("new").is_not_null() | pl.col("behind").is_not_null()
    )
    done = of_lead.filter(as_is & kept).select("_id").unique(maintain_order=True)
    left = rows.join(done, on="_id", how="anti", maintain_order="left")
    # One whose text is the new one already may still lack a line.
    own = pl.col("own")
    mine = (own == as_text(pl.col("old")).fill_null("")) | (own == as_text(pl.col("new")).fill_null(""))
    some = pl.col("old").is_not_null() | pl.col("behind").is_not_null()
    same_note = of_lead.filter(mine & some).unique("_id", keep="first", maintain_order=True)
    known = left.join(same_note.select("_id", "note", "behind"), on="_id", how="left", maintain_order="left")
    text = pl.concat_str("new", html(_behind(headers)), ignore_nulls=True).str.strip_prefix("<br>")
    known = known.with_columns(value=pl.when(text != "").then(text))
    there = pl.col("note").is_not_null() & (pl.col("new").is_not_null() | pl.col("old").is_null())
    fresh = pl.col("note").is_null() & pl.col("old").is_null()
    going = known.filter((there | fresh) & pl.col("value").is_not_null())
    writes = going.select(
        entity=pl.lit("leads"),
        source_id="_id",
        item=pl.lit("notes"),
        system_id="note",
        field=pl.lit(NOTE),
        value="value",
        part=pl.lit(VALUES),
        lead="system_id",
        title="name",
    )
    stuck = known.join(going.select("_id"), on="_id", how="anti", maintain_order="left")
    texts = stuck.filter(_has_other_text()).lazy()
    gone = pl.col("new").is_null()
    told = [
        issues.found(texts.filter(gone), "emptied_in_sell", entity="leads", field=NOTE, value=pl.col("old")),
        issues.found(
            texts.filter(~gone),
            "changed_in_both",
            entity="leads",
            field=NOTE,
            value=pl.col("new"),
            detail="Pipedrive holds no note with the old text",
        ),
    ]
    says = rows.join(stuck.select("_id"), on="_id", how="anti", maintain_order="left")
    said = [says.filter(pl.col(_changed(h))).select(source_id="_id", field=pl.lit(h)) for h in headers]
    return ChangedNotes(
        writes, pl.concat([no_changed_notes().said, *said]), issues.gather(pl.collect_all(told))
    )


def new_notes(notes: pl.DataFrame) -> list[pl.DataFrame]:
    """The rows of notes that Pipedrive does not hold yet, by the lead's System ID."""
    fresh = notes.filter(pl.col("system_id").is_null())
    if not fresh.height:
        return []
    return [
        fresh.select(
            pl.col("value").alias(NOTE),
            pl.col("lead").alias(SYSTEM_IDS["leads"]),
            pl.col("title").alias(NAMES["leads"]),
        )
    ]

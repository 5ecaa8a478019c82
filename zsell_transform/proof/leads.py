"""What a lead says in notes: its description, and what the person whom it joined shows otherwise."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.cleaning.markup import escaped
from zsell_transform.drafting import Drafts
from zsell_transform.frames.sparse import BLANK
from zsell_transform.lap.leads import COMPANY
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NOTE
from zsell_transform.pipedrive.own_ids import html_lines
from zsell_transform.proof.differences import DIFFERING
from zsell_transform.standing.account import persons_of_leads, several
from zsell_transform.standing.lead_lines import LINES, people_shown
from zsell_transform.standing.sameness import as_text, kinds, same
from zsell_transform.standing.shown_cells import in_pipedrive


def lead_notes(drafts: Drafts, there: pl.DataFrame, held: Held) -> pl.DataFrame | None:
    """What no note on the lead, or on its deal, says, as `DIFFERING`; None if the notes show no leads."""
    raw = held.raw.get("notes")
    if raw is None or "leads" not in drafts:
        return pl.DataFrame(schema=DIFFERING)
    links = [column for column in ("Lead ID", "Deal ID") if column in raw.columns]
    if "Lead ID" not in links or "Content" not in raw.columns:
        return None
    notes = pl.concat(raw.select(system_id=column, content="Content") for column in links).drop_nulls()
    mine = there.filter((pl.col("entity") == "leads") & ~several())
    unsaid = pl.concat([_descriptions(drafts, mine, notes), _beside_person(drafts, mine, notes, held)])
    return (
        unsaid.group_by("_id", "system_id", maintain_order=True)
        .agg(pl.col("sell").str.join("<br>"))
        .select(
            pl.lit("leads").alias("entity"),
            pl.col("_id").alias("source_id"),
            "system_id",
            pl.lit(NOTE).alias("field"),
            "sell",
            BLANK.alias("pipedrive"),
        )
    )


_UNSAID: Final = dict.fromkeys(("_id", "system_id", "sell"), pl.String)


def _descriptions(drafts: Drafts, leads: pl.DataFrame, notes: pl.DataFrame) -> pl.DataFrame:
    """Descriptions that no note begins with."""
    if NOTE not in drafts["leads"].headers:
        return pl.DataFrame(schema=_UNSAID)
    wanted = (
        drafts["leads"]
        .frame.select("_id", NOTE)
        .filter(pl.col(NOTE).is_not_null())
        .join(leads.lazy().select("system_id", _id="id"), on="_id", how="inner", maintain_order="left")
        .collect(engine="streaming")
    )
    told = wanted.join(notes, on="system_id", how="inner", maintain_order="left").filter(
        as_text(pl.col("content")).str.starts_with(as_text(pl.col(NOTE)))
    )
    return wanted.join(told, on="_id", how="anti", maintain_order="left").select(
        "_id", "system_id", sell=NOTE
    )


def _beside_person(drafts: Drafts, leads: pl.DataFrame, notes: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Lines with what neither the person, who is also another record's, nor any note shows.

    Nothing is said of a person whom the list of people does not show: nobody knows what stands there.
    """
    as_leads = leads.filter(pl.col("item") == "leads").select("system_id", _id="id")
    shared = persons_of_leads(as_leads.rename({"_id": "id"}), held).filter(
        ~pl.col("own") & pl.col("system_id").is_not_null()
    )
    if not shared.height or "persons" not in held.raw:
        return pl.DataFrame(schema=_UNSAID)
    people = people_shown(held)
    known = [header for header in drafts["leads"].headers if in_pipedrive(header) in people.columns]
    headers = [header for header in LINES if header in known]
    if not headers:
        return pl.DataFrame(schema=_UNSAID)
    said = notes.group_by("system_id", maintain_order=True).agg(
        content=_lines(pl.col("content").str.join("<br>"))
    )
    rows = (
        drafts["leads"]
        .frame.select("_id", *headers)
        .join(shared.lazy().select(_id="id", person="system_id"), on="_id", maintain_order="left")
        .collect(engine="streaming")
        .join(as_leads, on="_id", maintain_order="left")
        .join(people, on="person", how="inner", maintain_order="left")
        .join(said, on="system_id", how="left", maintain_order="left")
    )
    of = kinds(headers, drafts["leads"].types)
    lines = [
        pl.when(~same(of[header], pl.col(header), pl.col(in_pipedrive(header))) & ~_is_said(header)).then(
            pl.lit(f"{LINES[header]}: ") + escaped(pl.col(header))
        )
        for header in headers
    ]
    text = pl.concat_str(lines, separator="<br>", ignore_nulls=True)
    return rows.select("_id", "system_id", sell=text).filter(pl.col("sell") != "")


def without_said(found: pl.DataFrame, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Differences without those of people whom a lead joined: its note says what they show otherwise.

    Pipedrive had them before, with a spelling and an owner of their own.

    Args:
        found: as `DIFFERING`.
        there: as of `presence`.
    """
    notes = held.raw.get("notes")
    of_person = (pl.col("entity") == "leads") & pl.col("field").str.starts_with("Person - ")
    if (
        notes is None
        or not {"Lead ID", "Content"} <= set(notes.columns)
        or not found.filter(of_person).height
    ):
        return found
    texts = notes.select(lead="Lead ID", content=_lines(pl.col("Content"))).drop_nulls()
    leads = there.filter(pl.col("entity") == "leads").select(source_id="id", lead="system_id")
    label = pl.col("field").replace_strict(
        list(LINES), list(LINES.values()), default=None, return_dtype=pl.String
    )
    line = _lines(pl.concat_str(label, pl.lit(": "), escaped(pl.col("sell"))))
    rows = (
        found.filter(of_person)
        .join(leads, on="source_id", maintain_order="left")
        .join(texts, on="lead", maintain_order="left")
        .with_columns(
            said=pl.col("content").str.contains(line, literal=True).fill_null(value=False),
            elsewhere=pl.col("content").str.contains(f"\n{COMPANY}: ", literal=True),
        )
    )
    joined = of_person & pl.col("source_id").is_in(
        rows.filter(pl.col("said") | pl.col("elsewhere"))["source_id"].implode()
    )
    cell = pl.concat_str("source_id", "field", separator="\n")
    told = cell.is_in(rows.filter("said").select(cell).to_series().implode())
    return found.filter(~(joined & (told | ~pl.col("field").is_in(list(LINES)))))


def _is_said(header: str) -> pl.Expr:
    line = _lines(pl.lit(f"{LINES[header]}: ") + escaped(pl.col(header)))
    return pl.col("content").str.contains(line, literal=True).fill_null(value=False)


def _lines(html: pl.Expr) -> pl.Expr:
    """HTML → its lines, each between line breaks."""
    text = html_lines(html).str.replace_all(r"[^\S\n]+", " ").str.replace_all(r" ?\n ?", "\n")
    return pl.concat_str(pl.lit("\n"), text.str.strip_chars(), pl.lit("\n"))

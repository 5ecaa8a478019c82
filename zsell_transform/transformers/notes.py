"""Sell notes → Pipedrive notes. One row a note."""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.markup import html
from zsell_transform.cleaning.texts import name
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import NOTE
from zsell_transform.survey.facts import Survey
from zsell_transform.ticks import flag
from zsell_transform.transformers.history import about, about_remarks, heading
from zsell_transform.transformers.parties import flag_remark
from zsell_transform.transformers.table import HtmlText, Remark, Table


def notes(ask: Mapping, seen: Survey) -> Table:
    """Notes as notes: a heading with time, author, mark and words before the text."""
    # `regular` says nothing; `restricted` notes were not for everybody, whom Pipedrive will show them to.
    kind = pl.when(pl.col("type").str.to_lowercase() != "regular").then(html(name("type")))
    important = pl.when(flag("is_important")).then(pl.lit("important"))
    return Table(
        source="notes",
        target="notes",
        fields=(),
        relations=(about("noteable"),),
        html=HtmlText(
            NOTE,
            heading=heading("notes", "created_at", ask, kind, important),
            body=html("content"),
        ),
        remarks=(
            *about_remarks("noteable"),
            Remark("restricted_note", pl.col("type").str.to_lowercase() == "restricted", "type"),
            Remark(
                "said_by_absence",
                (pl.col("type").str.to_lowercase() == "regular").fill_null(value=False),
                "type",
                detail="regular",
            ),
            Remark(
                "said_by_absence", ~flag("is_important").fill_null(value=True), "is_important", detail="false"
            ),
            flag_remark("is_important"),
        ),
        ignored="updated_at creator creator_id",
    )

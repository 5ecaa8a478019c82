"""Sell e-mails → Pipedrive notes.

One row an e-mail. No genuine file of them is known: what it may hold is in the facts, 9.
"""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.markup import html, lines, said
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import NOTE
from zsell_transform.survey.facts import Survey
from zsell_transform.transformers.history import about, about_remarks, heading
from zsell_transform.transformers.table import HtmlText, Table


def emails(ask: Mapping, seen: Survey) -> Table:
    """E-mails as notes: time and user in the heading, the subject above the text."""
    return Table(
        source="emails",
        target="notes",
        given={"_at": pl.coalesce(pl.col("sent_at"), pl.col("created_at"))},
        fields=(),
        relations=(about("resource"),),
        html=HtmlText(
            NOTE,
            heading=heading("emails", "_at", ask),
            body=lines(said("Subject", pl.col("subject")), html("content")),
        ),
        remarks=about_remarks("resource"),
        spare={"created_at": "sent_at"},
        ignored="updated_at creator_id",
    )

"""Sell text messages → Pipedrive notes. One row a message."""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.markup import html, lines, said
from zsell_transform.cleaning.texts import phone
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import NOTE
from zsell_transform.survey.facts import Survey
from zsell_transform.ticks import flag
from zsell_transform.transformers.history import about, about_remarks, deals_remark, heading, ids_in, only_id
from zsell_transform.transformers.parties import flag_remark
from zsell_transform.transformers.table import HtmlText, Table


def texts(ask: Mapping, seen: Survey) -> Table:
    """Text messages as notes: the heading says sent or received, both numbers stand below the text."""
    way = pl.when(flag("incoming")).then(pl.lit("received")).when(~flag("incoming")).then(pl.lit("sent"))
    return Table(
        source="texts",
        target="notes",
        given={"_at": pl.coalesce(pl.col("sent_at"), pl.col("created_at"))},
        fields=(),
        relations=(about("resource", deal_id=only_id("associated_deal_ids")),),
        html=HtmlText(
            NOTE,
            heading=heading("texts", "_at", ask, way),
            body=lines(
                html("content"),
                said("Number of the contact", phone("resource_phone_number")),
                said("Number of the user", phone("user_phone_number")),
                said("Deals", ids_in("associated_deal_ids")),
            ),
        ),
        remarks=(*about_remarks("resource"), deals_remark(), flag_remark("incoming")),
        spare={"created_at": "sent_at"},
        ignored="updated_at user_id",
    )

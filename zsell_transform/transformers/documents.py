"""Sell's list of documents → documents.csv. One row a document; the files themselves are in no export."""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.moments import minute
from zsell_transform.cleaning.texts import name
from zsell_transform.mapping import Mapping
from zsell_transform.sell.words import elsewhere
from zsell_transform.survey.facts import Survey
from zsell_transform.transformers.history import about
from zsell_transform.transformers.parties import A_MOMENT
from zsell_transform.transformers.table import Field, Remark, Table


def documents(ask: Mapping, seen: Survey) -> Table:
    """Documents as rows of a list, each with the record that it hangs on."""
    homeless = pl.col("documentable_type").str.to_lowercase().is_in([kind.lower() for kind in elsewhere()])
    return Table(
        source="documents",
        target="documents",
        fields=(
            Field("File name", pl.col("uploaded_file_name"), always=True),
            Field("Size in bytes", pl.col("uploaded_file_size_in_bytes")),
            Field("Attached to", name("documentable_type")),
            Field("Sell ID of that record", pl.col("documentable_id")),
            Field("Uploaded", minute("created_at", ask.timezone), expects=A_MOMENT),
            Field("Zendesk Sell document ID", pl.col("_id"), always=True),
        ),
        relations=(about("documentable"),),
        # Templates and the account's own library hang on no record.
        hidden={"_leave_out": pl.when(homeless).then(pl.lit("true"))},
        remarks=(Remark("document_left_out", homeless, "documentable_type"),),
        ignored="updated_at",
    )

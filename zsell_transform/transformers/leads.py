"""Sell leads → Pipedrive leads, each with its person, and with its description as a note, on one row."""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.labels import word
from zsell_transform.cleaning.markup import html
from zsell_transform.cleaning.moments import day
from zsell_transform.cleaning.owners import lost_owner, owner
from zsell_transform.cleaning.texts import email, joined, name, phone
from zsell_transform.frames.sparing import either, once_each
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import NOTE, longest
from zsell_transform.pipedrive.own_ids import sell_id_cell
from zsell_transform.survey.facts import Survey
from zsell_transform.transformers.parties import (
    A_DAY,
    ADDRESS,
    AN_EMAIL,
    called,
    comma_remark,
    email_remarks,
    label_field,
    label_remarks,
    listed,
    owner_fields,
    owner_remark,
    social,
    street_remark,
)
from zsell_transform.transformers.table import Field, Relation, Table


def leads(ask: Mapping, seen: Survey) -> Table:
    """Leads with their person and company on the row; a description becomes their note."""
    person = pl.col("_person")
    return Table(
        source="leads",
        target="leads",
        given={
            "_named": either(name("name"), joined(name("first_name"), name("last_name"))),
            # A lead with only a company has no person.
            "_email": email("email"),
            "_person": either(pl.col("_named"), pl.col("_email"), phone("phone"), phone("mobile")),
            "_status": once_each(pl.col("status"), word),
            "_labels": listed("_status"),
            "_lost_owner": lost_owner("owner", ask.owners),
            **ADDRESS,
        },
        fields=(
            Field(
                "Lead - Title",
                either(
                    # As a person would write it: `Robin Hood, Reklam1 AB`.
                    pl.when(pl.col("_named").is_not_null()).then(
                        joined("_named", name("company_name"), by=", ")
                    ),
                    person,
                    name("company_name"),
                    called("Sell lead"),
                ),
                longest=longest("title"),
                always=True,
            ),
            label_field("leads", ask),
            *owner_fields("leads", ask),
            Field("Lead - Source", name("source")),
            Field("Lead - Created in Sell", day("created_at", ask.timezone), expects=A_DAY),
            Field("Lead - Unqualified reason", name("unqualified_reason")),
            Field("Lead - Website", name("website")),
            *social("leads"),
            Field("Lead - Fax", phone("fax")),
            Field("Lead - Industry", name("industry")),
            Field("Lead - Job title", name("title"), only=person.is_null()),
            Field("Lead - Address", pl.col("_address"), only=person.is_null()),
            Field("Lead - Zendesk Sell lead ID", sell_id_cell(pl.col("_id")), always=True),
            Field("Person - Name", person),
            Field("Person - First name", name("first_name")),
            Field("Person - Last name", name("last_name")),
            Field("Person - Email (Work)", pl.col("_email"), expects=AN_EMAIL),
            Field("Person - Phone (Work)", phone("phone")),
            Field("Person - Phone (Mobile)", phone("mobile")),
            Field("Person - Job title", name("title"), only=person.is_not_null()),
            Field("Person - Address", pl.col("_address"), only=person.is_not_null()),
            Field("Person - Owner", owner("owner", ask.owners), only=person.is_not_null()),
            Field(NOTE, html("description")),
        ),
        relations=(Relation("company", id=pl.col("organisation_id"), name=name("company_name")),),
        hidden={"_city": name("city"), "_leave_out": _left_out(ask)},
        remarks=(
            *label_remarks(ask),
            owner_remark(),
            *email_remarks(),
            street_remark(),
            comma_remark("status", "_status"),
        ),
        spare={"street": "address"},
        ignored="creator creator_id user_id updated_at last_activity_date linkedin_display",
    )


def _left_out(ask: Mapping) -> pl.Expr:
    """`true` for a lead whose status the mapping leaves out; statuses are compared without case."""
    unwanted = [status.strip().lower() for status, wish in ask.lead_statuses.items() if wish == "leave_out"]
    hit = pl.col("status").str.to_lowercase().is_in(unwanted)
    return pl.when(hit).then(pl.lit("true"))

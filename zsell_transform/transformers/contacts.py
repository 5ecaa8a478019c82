"""Sell contacts who are people → Pipedrive persons. One row a person."""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.moments import day
from zsell_transform.cleaning.texts import joined, name, phone
from zsell_transform.frames.sparing import either
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.own_ids import sell_id_cell
from zsell_transform.survey.facts import Survey
from zsell_transform.transformers.parties import (
    A_DAY,
    AN_EMAIL,
    called,
    email_remarks,
    kind_remark,
    label_field,
    label_remarks,
    owner_fields,
    owner_remark,
    party_given,
    private_remarks,
    social,
    status_remarks,
    street_remark,
)
from zsell_transform.transformers.table import Field, Relation, Table


def contacts(ask: Mapping, seen: Survey) -> Table:
    """People as persons: standard fields, labels, owner, company; custom fields are added by `interpret`."""
    both_names = joined(name("first_name"), name("last_name"))
    return Table(
        source="contacts",
        target="persons",
        given=party_given(ask),
        fields=(
            Field(
                "Person - Name",
                either(
                    name("name"),
                    both_names,
                    pl.col("_email"),
                    phone("phone"),
                    phone("mobile"),
                    called("Sell contact"),
                ),
                always=True,
            ),
            Field("Person - First name", name("first_name")),
            Field("Person - Last name", name("last_name")),
            Field("Person - Email (Work)", pl.col("_email"), expects=AN_EMAIL),
            Field("Person - Phone (Work)", phone("phone")),
            Field("Person - Phone (Mobile)", phone("mobile")),
            Field("Person - Job title", name("title")),
            Field("Person - Address", pl.col("_address")),
            label_field("persons", ask),
            *owner_fields("persons", ask),
            Field("Person - Creation date", day("created_at", ask.timezone), expects=A_DAY),
            Field("Person - Website", name("website")),
            *social("persons"),
            Field("Person - Fax", phone("fax")),
            Field("Person - Industry", name("industry")),
            Field("Person - Description", pl.col("description")),
            Field("Person - Zendesk Sell ID", sell_id_cell(pl.col("_id")), always=True),
        ),
        relations=(Relation("company", id=pl.col("organisation_id"), name=name("organisation_name")),),
        hidden={"_city": name("city")},
        remarks=(
            *label_remarks(ask),
            *status_remarks(),
            owner_remark(),
            *email_remarks(),
            street_remark(),
            *private_remarks(),
            kind_remark(),
        ),
        spare={"street": "address"},
        carried={"is_organisation": "the file that the record is in"},
        ignored=(
            "creator creator_id user_id updated_at last_activity_date linkedin_display "
            "parent_organisation_id parent_organisation_name"
        ),
    )

"""Sell contacts that are companies → Pipedrive organizations. One row a company."""

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
from zsell_transform.transformers.table import Field, Table


def companies(ask: Mapping, seen: Survey) -> Table:
    """Companies as organizations: standard fields, labels, owner; custom fields are added by `interpret`."""
    # A company's `organisation_name` is blank (2016) or its own name (2026); any other name is that of its
    # parent.
    other_name = pl.when(
        name("organisation_name").str.to_lowercase() != name("name").str.to_lowercase()
    ).then(name("organisation_name"))
    other_id = pl.when(pl.col("organisation_id") != pl.col("_id")).then("organisation_id")
    return Table(
        source="companies",
        target="organizations",
        given=party_given(ask),
        fields=(
            Field(
                "Organization - Name",
                either(name("name"), name("organisation_name"), pl.col("_email"), called("Sell company")),
                always=True,
            ),
            Field("Organization - Address", pl.col("_address")),
            label_field("organizations", ask),
            *owner_fields("organizations", ask),
            Field("Organization - Creation date", day("created_at", ask.timezone), expects=A_DAY),
            Field("Organization - Phone", phone("phone")),
            Field("Organization - Mobile", phone("mobile")),
            Field("Organization - Email", pl.col("_email"), expects=AN_EMAIL),
            Field("Organization - Website", name("website")),
            Field("Organization - Industry", name("industry")),
            Field("Organization - Description", pl.col("description")),
            *social("organizations"),
            Field("Organization - Fax", phone("fax")),
            Field("Organization - Contact person", joined(name("first_name"), name("last_name"))),
            Field("Organization - Job title", name("title")),
            # The wizard has no column for related organizations.
            Field(
                "Organization - Parent company",
                either(
                    name("parent_organisation_name"), other_name, pl.col("parent_organisation_id"), other_id
                ),
            ),
            Field("Organization - Zendesk Sell ID", sell_id_cell(pl.col("_id")), always=True),
        ),
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
        ignored="creator creator_id user_id updated_at last_activity_date linkedin_display",
    )

"""Sell visits → Pipedrive activities of the type Meeting, done. One row a visit."""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.markup import lines, said
from zsell_transform.cleaning.moments import day, moment, time
from zsell_transform.cleaning.owners import owner
from zsell_transform.cleaning.texts import first_line, name
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import ACTIVITY_NOTE
from zsell_transform.survey.facts import Survey
from zsell_transform.transformers.history import (
    RULE,
    about,
    about_remarks,
    activity_type,
    mark,
    owner_line,
    rest,
    rule_of,
    sign_of_type,
    subject,
)
from zsell_transform.transformers.parties import A_DAY
from zsell_transform.transformers.table import Field, HtmlText, Table


def visits(ask: Mapping, seen: Survey) -> Table:
    """Visits as done activities, due when they took place; what was noted of the place goes into the text."""
    zone, line, at = ask.timezone, pl.col("_line"), pl.col("_at")
    done_at = day if ask.moments == "day" else moment
    return Table(
        source="visits",
        target="activities",
        given={
            "_line": first_line("summary"),
            "_sign": sign_of_type(line, ask, "Meeting"),
            "_at": pl.coalesce(pl.col("visited_at"), pl.col("created_at")),
        },
        hidden=rule_of(pl.col("_sign"), ask),
        counted=(RULE,),
        fields=(
            Field("Activity - Subject", subject(line, pl.lit("Visit")), always=True),
            Field("Activity - Type", activity_type(pl.col("_sign"), ask, "Meeting"), always=True),
            Field("Activity - Due date", day(at, zone), reads=at, expects=A_DAY),
            Field("Activity - Due time", time(at, zone)),
            Field("Activity - Done", pl.lit("Done"), always=True),
            Field("Activity - Marked as done time", done_at(at, zone)),
            Field("Activity - Assigned to user", owner("owner", ask.owners)),
            Field("Activity - Creation date", day("created_at", zone), expects=A_DAY),
        ),
        relations=(about("resource"),),
        html=HtmlText(
            ACTIVITY_NOTE,
            body=lines(
                rest(line, "summary"),
                said("Address", name("resource_address")),
                said("Outcome", pl.coalesce(name("outcome"), name("outcome_id"))),
                said("Location check", pl.col("rep_location_verification_status")),
                owner_line(ask),
            ),
            mark=mark("visits"),
        ),
        remarks=about_remarks("resource"),
        ignored="updated_at creator creator_id",
    )

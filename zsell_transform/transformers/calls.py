"""Sell calls → Pipedrive activities of the type Call, done. One row a call."""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.markup import lines, said
from zsell_transform.cleaning.moments import day, moment, time
from zsell_transform.cleaning.numbers import duration, number
from zsell_transform.cleaning.owners import owner
from zsell_transform.cleaning.texts import first_line, name, phone
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import ACTIVITY_NOTE
from zsell_transform.survey.facts import Survey
from zsell_transform.ticks import flag
from zsell_transform.transformers.history import (
    RULE,
    about,
    about_remarks,
    activity_type,
    deals_remark,
    ids_in,
    mark,
    only_id,
    owner_line,
    rest,
    rule_of,
    sign_of_type,
    subject,
)
from zsell_transform.transformers.parties import A_DAY, flag_remark
from zsell_transform.transformers.table import Field, HtmlText, Table


def calls(ask: Mapping, seen: Survey) -> Table:
    """Calls as done activities, due when they were made; without a summary, direction is the subject."""
    zone, line, at = ask.timezone, pl.col("_line"), pl.col("_at")
    done_at = day if ask.moments == "day" else moment
    seconds = number("duration")
    return Table(
        source="calls",
        target="activities",
        given={
            "_line": first_line("summary"),
            "_sign": sign_of_type(line, ask, "Call"),
            "_at": pl.coalesce(pl.col("made_at"), pl.col("created_at")),
            "_kind": _kind(),
        },
        hidden=rule_of(pl.col("_sign"), ask),
        counted=(RULE,),
        fields=(
            Field("Activity - Subject", subject(line, pl.col("_kind")), always=True),
            Field("Activity - Type", activity_type(pl.col("_sign"), ask, "Call"), always=True),
            Field("Activity - Due date", day(at, zone), reads=at, expects=A_DAY),
            Field("Activity - Due time", time(at, zone)),
            Field("Activity - Duration", duration("duration"), expects="a number of seconds"),
            Field("Activity - Done", pl.lit("Done"), always=True),
            Field("Activity - Marked as done time", done_at(at, zone)),
            Field("Activity - Assigned to user", owner("owner", ask.owners)),
            Field("Activity - Creation date", day("created_at", zone), expects=A_DAY),
        ),
        relations=(about("resource", deal_id=only_id("associated_deal_ids")),),
        html=HtmlText(
            ACTIVITY_NOTE,
            body=lines(
                rest(line, "summary"),
                pl.col("_kind"),
                said("Phone", phone("phone_number")),
                said("Outcome", pl.coalesce(name("outcome"), name("outcome_id"))),
                said("Duration in seconds", seconds),
                said("Recording", pl.col("recording_url")),
                said("Deals", ids_in("associated_deal_ids")),
                owner_line(ask),
            ),
            mark=mark("calls"),
        ),
        remarks=(
            *about_remarks("resource"),
            deals_remark(),
            flag_remark("incoming"),
            flag_remark("missed"),
        ),
        ignored="updated_at upated_at user_id",
    )


def _kind() -> pl.Expr:
    """`Missed incoming call`, `Outgoing call` … as far as the export says."""
    way = (
        pl.when(flag("incoming"))
        .then(pl.lit("incoming call"))
        .when(~flag("incoming"))
        .then(pl.lit("outgoing call"))
    )
    whole = pl.concat_str(
        pl.when(flag("missed")).then(pl.lit("missed ")).otherwise(pl.lit("")), way.fill_null("call")
    )
    return whole.str.slice(0, 1).str.to_uppercase() + whole.str.slice(1)

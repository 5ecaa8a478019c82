"""Sell tasks → Pipedrive activities. One row a task."""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.markup import lines, said
from zsell_transform.cleaning.moments import day, minute, moment, time
from zsell_transform.cleaning.owners import owner
from zsell_transform.cleaning.texts import first_line
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import ACTIVITY_NOTE
from zsell_transform.survey.facts import Survey
from zsell_transform.ticks import flag
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
from zsell_transform.transformers.parties import A_DAY, A_MOMENT, called, flag_remark
from zsell_transform.transformers.table import Field, HtmlText, Remark, Table


def tasks(ask: Mapping, seen: Survey) -> Table:
    """Tasks as activities: the first line is the subject, the rest and the mark go into the text."""
    zone, line, due = ask.timezone, pl.col("_line"), pl.col("_due")
    done_at = day if ask.moments == "day" else moment
    # The full export has only `done_at`, the API also `completed`.
    done = pl.coalesce(flag("completed"), pl.col("done_at").is_not_null())
    reminder = pl.coalesce(
        minute("send_time", zone), pl.col("send_time"), pl.when(flag("remind")).then(pl.lit("yes"))
    )
    return Table(
        source="tasks",
        target="activities",
        given={
            "_line": first_line("content"),
            "_sign": sign_of_type(line, ask),
            "_due": pl.coalesce(pl.col("date"), pl.col("send_time")),
        },
        hidden=rule_of(pl.col("_sign"), ask),
        counted=(RULE,),
        fields=(
            Field("Activity - Subject", subject(line, called("Sell task")), always=True),
            Field("Activity - Type", activity_type(pl.col("_sign"), ask), always=True),
            Field("Activity - Due date", day(due, zone), reads=due, expects=A_DAY),
            Field("Activity - Due time", time(due, zone)),
            Field(
                "Activity - Done", pl.when(done).then(pl.lit("Done")).otherwise(pl.lit("Undone")), always=True
            ),
            Field("Activity - Marked as done time", done_at("done_at", zone), only=done, expects=A_MOMENT),
            Field("Activity - Assigned to user", owner("owner", ask.owners)),
            Field("Activity - Creation date", day("created_at", zone), expects=A_DAY),
        ),
        relations=(about("taskable"),),
        html=HtmlText(
            ACTIVITY_NOTE,
            body=lines(rest(line, "content"), said("Reminder", reminder), owner_line(ask)),
            mark=mark("tasks"),
        ),
        remarks=(
            *about_remarks("taskable"),
            Remark(
                "done_time_of_open_task",
                ~done & pl.col("done_at").is_not_null(),
                "done_at",
                value=pl.col("done_at"),
            ),
            flag_remark("completed"),
            flag_remark("remind"),
        ),
        carried={"remind": "the line 'Reminder' in its text"},
        ignored="updated_at overdue creator creator_id",
    )

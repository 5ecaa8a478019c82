"""Sell deals → Pipedrive deals. One row a deal."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.cleaning.moments import day, moment
from zsell_transform.cleaning.numbers import number, percent
from zsell_transform.cleaning.owners import lost_owner
from zsell_transform.cleaning.texts import email, name
from zsell_transform.frames.sparing import either
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import DEAL_STAGE, DEAL_STATUS, longest
from zsell_transform.pipedrive.own_ids import sell_id_cell
from zsell_transform.sell.stages import KEYS, SEPARATOR, Stage, stages
from zsell_transform.survey.facts import Survey
from zsell_transform.ticks import flag
from zsell_transform.transformers.parties import (
    A_DAY,
    A_MOMENT,
    called,
    differing,
    flag_remark,
    holds,
    label_field,
    label_remarks,
    listed,
    owner_fields,
    owner_remark,
)
from zsell_transform.transformers.table import Field, Relation, Remark, Table

#: Sell's pipeline and stage of a deal, by which two deals in stages of one name are told apart.
STAGE_KEY: Final = "_stage_key"
AN_AMOUNT: Final = "a number such as 1200.50"
STATUS: Final = pl.col("_status")
REASONS: Final = {column: name(column) for column in ("loss_reason", "unqualified_reason")}
WON, LOST = STATUS == "Won", STATUS == "Lost"


def deals(ask: Mapping, seen: Survey) -> Table:
    """Deals as deals; stage and status come from the survey's stages, closing times from the last change."""
    known = stages(seen.stages, ask, seen.other_stages, seen.stages_there)
    marks = {name: column.decimal for name, column in seen.columns.get("deals", {}).items()}
    closed_at = day if ask.moments == "day" else moment
    exact, whole, reason, hot = (pl.col(given) for given in ("_exact", "_whole", "_reason", "_hot"))
    return Table(
        source="deals",
        target="deals",
        given={
            STAGE_KEY: pl.concat_str([name(key).fill_null("") for key in KEYS], separator=SEPARATOR),
            "_status": _looked_up(known, "status", pl.lit("Open")),
            "_closed_at": closed_at("last_stage_change_at", ask.timezone),
            "_added": pl.coalesce("added_at", "added_on", "created_at"),
            "_hot": flag("hot"),
            "_exact": number("decimal_value", marks.get("decimal_value")),
            "_whole": number("scope", marks.get("scope")),
            "_reason": pl.coalesce(*REASONS.values()),
            "_labels": listed(pl.when(pl.col("_hot")).then(pl.lit("Hot"))),
            "_lost_owner": lost_owner("owner", ask.owners),
        },
        hidden={STAGE_KEY: pl.col(STAGE_KEY)},
        fields=(
            Field(
                "Deal - Title",
                either(name("name"), called("Sell deal")),
                longest=longest("title"),
                always=True,
            ),
            Field(
                "Deal - Value",
                pl.coalesce(exact, whole),
                reads=pl.coalesce(pl.col("decimal_value"), pl.col("scope")),
                expects=AN_AMOUNT,
            ),
            Field("Deal - Currency of value", pl.col("currency").str.to_uppercase()),
            Field(DEAL_STAGE, _looked_up(known, "cell", name("stage_name"))),
            Field(DEAL_STATUS, STATUS),
            Field(
                "Deal - Won time",
                pl.col("_closed_at"),
                reads=pl.col("last_stage_change_at"),
                only=WON,
                expects=A_MOMENT,
            ),
            Field(
                "Deal - Lost time",
                pl.col("_closed_at"),
                reads=pl.col("last_stage_change_at"),
                only=LOST,
                expects=A_MOMENT,
            ),
            Field("Deal - Lost reason", reason, only=LOST),
            Field("Deal - Expected close date", day("estimated_close_date", ask.timezone), expects=A_DAY),
            Field(
                "Deal - Probability",
                percent("current_win_likelihood"),
                expects="a number from 0 to 100",
            ),
            label_field("deals", ask),
            *owner_fields("deals", ask),
            Field(
                "Deal - Creation date",
                day("_added", ask.timezone),
                expects=A_DAY,
            ),
            Field("Deal - Source", name("source")),
            Field("Deal - Sell stage", name("stage_name")),
            Field("Deal - Associated contacts", pl.col("associated_contacts")),
            Field("Deal - Products in Sell", pl.col("line_items")),
            Field("Deal - Zendesk Sell ID", sell_id_cell(pl.col("_id")), always=True),
        ),
        relations=(
            Relation(
                "main_contact",
                id=pl.col("main_contact_id"),
                name=name("main_contact"),
                email=email("main_contact_email"),
            ),
            Relation("company", id=pl.col("company_id"), name=name("company")),
        ),
        remarks=(
            *label_remarks(ask),
            owner_remark(),
            *(
                Remark("reason_not_lost", ~LOST & said.is_not_null(), column, value=said, detail=STATUS)
                for column, said in REASONS.items()
            ),
            Remark(
                "second_reason",
                LOST & (REASONS["loss_reason"] != REASONS["unqualified_reason"]),
                "unqualified_reason",
                value=REASONS["unqualified_reason"],
                detail=REASONS["loss_reason"],
            ),
            flag_remark("hot"),
            Remark("said_by_absence", ~hot.fill_null(value=True), "hot", detail="false"),
            Remark(
                "spare_value_written",
                pl.col("decimal_value").is_not_null() & exact.is_null() & whole.is_not_null(),
                "decimal_value",
                value=pl.col("decimal_value"),
                detail=holds("scope"),
            ),
            # `scope` is the value without its decimals, `added_on` the day of `added_at` (2026: equal in
            # 4,845 of 4,845 deals); `created_at` is a time of its own in every third deal, and says nothing.
            differing("scope", "decimal_value", _apart(exact, whole)),
            differing("added_on", "added_at", _day("added_on") != _day("added_at")),
            Remark(
                "stage_change_of_open_deal",
                (STATUS == "Open") & pl.col("last_stage_change_at").is_not_null(),
                "last_stage_change_at",
            ),
        ),
        carried=dict.fromkeys(("pipeline_id", "pipeline_name", "stage_id"), f"'{DEAL_STAGE}'")
        | {"stage_category": "'Deal - Status'"},
        spare={"scope": "decimal_value", "added_on": "added_at", "created_at": "added_at"},
        ignored=(
            "creator creator_id entity_id forecasted_deal_value "
            "last_activity_date updated_at last_stage_change_by_id dropbox_email"
        ),
    )


def _looked_up(known: tuple[Stage, ...], what: str, otherwise: pl.Expr) -> pl.Expr:
    """What the survey's stages say of a deal's stage."""
    if not known:
        return otherwise
    found = {stage.key: getattr(stage, what) for stage in known}
    return pl.col(STAGE_KEY).replace_strict(
        list(found), list(found.values()), default=otherwise, return_dtype=pl.String
    )


def _day(column: str) -> pl.Expr:
    """The day of a moment as Sell writes it, in UTC; what is no moment as it stands."""
    return pl.coalesce(day(column), pl.col(column))


def _apart(exact: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Whether two columns that should hold one amount differ by more than its decimals."""
    first, second = (amount.cast(pl.Float64, strict=False) for amount in (exact, whole))
    return ((first - second).abs() >= 1).fill_null(value=False)

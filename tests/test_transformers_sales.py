"""People, companies, deals and leads: what becomes of records that show each rule."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.drafts import NOTHING_SEEN, column, made, records, survey_of_stages, told
from zsell_transform import transform
from zsell_transform.mapping import Mapping
from zsell_transform.sell.stages import stages, status_of
from zsell_transform.survey.facts import Column
from zsell_transform.transformers import draft

# --- persons and organizations ------------------------------------------------------------------------


def test_a_person_has_all_standard_fields() -> None:
    (row,) = made(
        "contacts",
        {
            "id": "9",
            "first_name": " Anna",
            "last_name": "Berg",
            "name": "Anna Berg",
            "organisation_name": "Rör AB ",
            "owner": "Kalle Kula",
            "tags": "vvs,from iPhone",
            "email": "anna@ror.example",
            "address": "gatan 2",
            "street": "gatan 2",
            "zip": "553 00",
            "city": "Lund",
            "country": "Sweden",
            "mobile": "'+46701234123",
            "phone": "'+46 8 12",
            "customer_status": "current",
            "prospect_status": "non",
            "created_at": "2015-08-12T23:59:32Z",
            "title": "Chef",
            "linkedin": "in/anna",
            "fax": "08 1",
            "description": "two\nlines",
        },
        ask={"timezone": "Europe/Stockholm"},
    )

    assert {name: value for name, value in row.items() if not name.startswith("_") and value} == {
        "Person - Name": "Anna Berg",
        "Person - First name": "Anna",
        "Person - Last name": "Berg",
        "Person - Email (Work)": "anna@ror.example",
        "Person - Phone (Work)": "+46 8 12",
        "Person - Phone (Mobile)": "+46701234123",
        "Person - Job title": "Chef",
        "Person - Address": "gatan 2, 553 00 Lund, Sweden",
        "Person - Label": "Customer, vvs, from iPhone",
        "Person - Owner": "Kalle Kula",
        "Person - Creation date": "2015-08-13",
        "Person - LinkedIn": "in/anna",
        "Person - Fax": "08 1",
        "Person - Description": "two\nlines",
        "Person - Zendesk Sell ID": "9",
    }
    assert (row["_company_name"], row["_city"]) == ("Rör AB", "Lund")


def test_a_person_without_a_name_is_called_by_the_first_thing_known() -> None:
    rows = made(
        "contacts",
        {"id": "1", "name": None, "first_name": "Bo", "last_name": "Ek"},
        {"id": "2", "email": "x@y.example"},
        {"id": "3", "mobile": "'+46 1"},
        {"id": "4"},
    )

    assert [row["Person - Name"] for row in rows] == ["Bo Ek", "x@y.example", "+46 1", "Sell contact 4"]


def test_labels_may_go_to_a_field_and_smart_lists_are_labels() -> None:
    row = {"id": "1", "tags": "a,b", "_smart_list": "Hot ones"}

    (plain,) = made("contacts", row, ask={"labels": {"b": None}})
    (field,) = made("contacts", row, ask={"labels_as": {"persons": "field"}})

    assert plain["Person - Label"] == "a, Hot ones"
    assert field["Person - Tags"] == "a, b, Hot ones"


@pytest.mark.parametrize(("address", "ask", "told_of"), [
    (None, {}, []),
    ("Gate 2", {}, ["street"]),
    ("Gate 2", {"columns": {"companies": {"address": "ignore"}}}, []),
])  # fmt: skip
def test_a_spare_column_is_written_where_the_first_one_is_blank_in_all(
    address: str | None, ask: dict[str, Any], told_of: list[str]
) -> None:
    companies = pl.DataFrame(
        {"id": ["1"], "name": ["Moss"], "address": [address], "street": ["Gate 1"]},
        schema_overrides={"address": pl.String},
    )

    made = transform({"companies": companies}, mapping=ask, trial=0, rehearse=False)

    assert made.issues.filter(code="spare_column")["field"].to_list() == told_of
    expected = "Gate 2" if told_of else "Gate 1"
    assert made.tables["organizations"]["Organization - Address"].to_list() == [expected]


def test_what_a_person_cannot_carry_is_told() -> None:
    found = draft(
        "contacts",
        records(
            {
                "id": "1",
                "email": "none",
                "created_at": "yesterday",
                "private": "true",
                "owner": "Old - Deleted",
            },
            {"id": "2", "email": "a@b.example, c@d.example", "tags": "x", "customer_status": "non"},
        ),
        Mapping.load({"labels": {"x": None}}),
        NOTHING_SEEN,
    )

    rows = (
        told(found).select("code", "row", "source_id", "field", "value").sort("code", "row", "field").rows()
    )

    assert rows == [
        ("label_dropped", None, None, "tags", "1"),
        ("owner_left_out", None, None, "owner", "1"),
        ("private_record", 2, "1", "private", "true"),
        ("several_addresses", 3, "2", "email", "a@b.example, c@d.example"),
        ("status_without_label", None, None, "customer_status", "1"),
        ("unreadable_value", 2, "1", "created_at", "yesterday"),
        ("unreadable_value", 2, "1", "email", "none"),
    ]


@pytest.mark.parametrize("entity", ["companies", "contacts", "leads"])
def test_words_beside_an_email_address_are_told(entity: str) -> None:
    """`no longer` beside an address says that it should not be written to."""
    rows = records({"id": "1", "email": "inte bo@x.se längre"}, {"id": "2", "email": "<cy@x.se>"})

    found = told(draft(entity, rows, Mapping(), NOTHING_SEEN))

    (issue,) = found.filter(pl.col("field") == "email").select("code", "value", "detail").rows()
    assert issue == ("words_beside_address", "inte bo@x.se längre", "bo@x.se")


@pytest.mark.parametrize(
    ("entity", "field", "header"),
    [
        ("companies", "customer_status", "Organization - Labels"),
        ("contacts", "prospect_status", "Person - Label"),
        ("leads", "status", "Lead - Labels"),
    ],
)
def test_a_status_that_loses_its_comma_is_told(entity: str, field: str, header: str) -> None:
    row = {"id": "1", field: "gold, plus"}
    found = told(draft(entity, records(row), Mapping(), NOTHING_SEEN))

    (made_of_it,) = made(entity, row)
    assert made_of_it[header] == "gold plus"
    (issue,) = found.select("code", "field", "value", "detail").rows()
    assert issue == ("status_with_comma", field, "gold, plus", "gold plus")


@pytest.mark.parametrize("entity", ["companies", "contacts", "leads"])
def test_a_second_street_is_told(entity: str) -> None:
    rows = records(
        {"id": "1", "address": "Gatan 1", "street": "Boxen 9"},
        {"id": "2", "address": "Gatan 1\nnb", "street": "gatan 1, nb"},
        {"id": "3", "street": "Boxen 9"},
    )

    found = told(draft(entity, rows, Mapping(), NOTHING_SEEN)).filter(pl.col("row").is_not_null())

    (issue,) = found.select("code", "source_id", "field", "value", "detail").rows()
    assert issue == ("values_differ", "1", "street", "Boxen 9", "'address' holds 'Gatan 1'")


def test_a_company_knows_its_parent_by_another_company_name_only() -> None:
    rows = made(
        "companies",
        {"id": "1", "name": "Rör AB", "organisation_name": "rör ab"},
        {"id": "2", "name": "Rör Lund", "organisation_name": "Rör AB"},
        {"id": "3", "name": "Rör Kiruna", "parent_organisation_id": "1"},
    )

    assert [row.get("Organization - Parent company") for row in rows] == [None, "Rör AB", "1"]


def test_dates_that_a_spreadsheet_turned_round_are_read_by_the_order_that_the_column_proves() -> None:
    seen = column("companies", created_at=Column("created_at", 1, 1, 10, dates="dmy", moments=True))

    (row,) = made("companies", {"id": "1", "name": "X", "created_at": "31/12/2015 23:30"}, seen=seen)

    assert row["Organization - Creation date"] == "2015-12-31"


# --- deals ----------------------------------------------------------------------------------------------

PIPELINES = (
    ("1", "Sales", "10", "Incoming", 10.0),
    ("1", "Sales", "11", "Quote", 60.0),
    ("1", "Sales", "12", "Won", None),
    ("1", "Sales", "13", "Unqualified", None),
    ("2", "Service", "20", "Incoming", 5.0),
    ("2", "Service", "21", "Vinta", None),
    ("3", "Old", "31", "Verloren", None),
)


def deal(pipeline: int, stage: int, **more: str) -> dict[str, str | None]:
    """A deal in the stage of that number in `PIPELINES`."""
    pipeline_id, pipeline_name, stage_id, stage_name, _ = PIPELINES[stage]
    assert pipeline_id == str(pipeline)
    names = {
        "pipeline_id": pipeline_id,
        "pipeline_name": f"{pipeline_name} ",
        "stage_id": stage_id,
        "stage_name": stage_name,
    }
    return {"id": str(stage), **names, **more}


def test_closed_deals_stand_in_a_stage_of_their_own_pipeline() -> None:
    rows = made(
        "deals",
        deal(1, 0),
        deal(1, 2, last_stage_change_at="2020-01-01T10:00:00Z"),
        deal(1, 3, last_stage_change_at="2020-01-02T10:00:00Z", unqualified_reason="No budget"),
        deal(2, 5),
        deal(3, 6),
        seen=survey_of_stages(*PIPELINES),
    )

    assert [
        (row["Deal - Status"], row["Deal - Stage (pipeline)"], row["Deal - Sell stage"]) for row in rows
    ] == [
        ("Open", "Incoming (Sales)", "Incoming"),
        ("Won", "Quote", "Won"),
        ("Lost", "Incoming (Sales)", "Unqualified"),
        ("Won", "Incoming (Service)", "Vinta"),
        ("Lost", "Verloren", "Verloren"),
    ]
    assert rows[1]["Deal - Won time"] == "2020-01-01 10:00:00"
    assert (rows[2]["Deal - Lost time"], rows[2]["Deal - Lost reason"]) == (
        "2020-01-02 10:00:00",
        "No budget",
    )
    assert "Deal - Won time" not in rows[2]


def test_a_line_break_in_a_name_does_not_part_a_deal_from_its_stage() -> None:
    """The survey calls the stage by its name on one line; the deal in it was open, in its own stage."""
    deals = {
        "id": ["1", "2"],
        "pipeline_id": ["7", "7"],
        "pipeline_name": ["Green\nwalls", "Green\nwalls"],
        "stage_id": ["2", "3"],
        "stage_name": ["First talk", "Abge\nschlossen"],
    }
    ask = {"won_stages": ["Abge schlossen"]}

    run = transform({"deals": pl.DataFrame(deals)}, mapping=ask, rehearse=False, trial=0)

    said = run.tables["deals"].select("Deal - Status", "Deal - Stage (pipeline)").rows()
    assert said == [("Open", "First talk"), ("Won", "First talk")]
    assert run.story.pipeline["stage"].unique().sort().to_list() == ["Abge schlossen", "First talk"]


def test_the_mapping_renames_stages_and_says_what_is_won() -> None:
    ask = {
        "stages": {"sales": {"Incoming": "New"}},
        "won_stages": ["QUOTE"],
        "closed_stages": {"won": "first", "lost": "Graveyard"},
        "moments": "day",
    }
    rows = made(
        "deals",
        deal(1, 0),
        deal(1, 1, last_stage_change_at="2020-01-01T10:00:00Z"),
        deal(1, 3),
        seen=survey_of_stages(*PIPELINES),
        ask=ask,
    )

    assert [(row["Deal - Status"], row["Deal - Stage (pipeline)"]) for row in rows] == [
        ("Open", "New"), ("Won", "New"), ("Lost", "Graveyard (Sales)"),
    ]  # fmt: skip
    assert rows[1]["Deal - Won time"] == "2020-01-01"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("WON", "Won"),
        (" Gagné", "Won"),
        ("gagne", "Won"),
        ("Nicht qualifiziert", "Lost"),
        ("失注", "Lost"),
        ("Quote", "Open"),
    ],
)
def test_stage_words_are_known_in_the_languages_of_sell(name: str, status: str) -> None:
    assert status_of(name, Mapping()) == status


def test_stages_without_a_likelihood_are_ordered_by_id() -> None:
    seen = survey_of_stages(
        ("1", "P", "9", "Late", None), ("1", "P", "2", "Early", None), ("1", "P", "10", "Won", None)
    )

    places = {stage.name: stage.stands_in for stage in stages(seen.stages, Mapping())}

    assert places == {"Late": "Late", "Early": "Early", "Won": "Late"}


def test_a_deals_value_title_labels_and_days() -> None:
    rows = made(
        "deals",
        {
            "id": "1",
            "name": " Roof ",
            "decimal_value": "1200.50",
            "scope": "1200",
            "hot": "true",
            "tags": "a",
            "currency": "sek",
        },
        {
            "id": "2",
            "scope": "300",
            "added_at": "2015-10-05 23:28:00 UTC",
            "created_at": "2016-01-01T00:00:00Z",
        },
        {"id": "3", "name": "x " * 200, "added_on": "2015-10-05", "current_win_likelihood": "50%"},
        ask={"timezone": "Europe/Stockholm"},
    )

    assert (rows[0]["Deal - Title"], rows[0]["Deal - Value"], rows[0]["Deal - Label"]) == (
        "Roof",
        "1200.50",
        "Hot, a",
    )
    assert rows[0]["Deal - Currency of value"] == "SEK"
    assert (rows[1]["Deal - Title"], rows[1]["Deal - Value"]) == ("Sell deal 2", "300")
    assert rows[1]["Deal - Creation date"] == "2015-10-06"
    assert (len(rows[2]["Deal - Title"]) <= 255, rows[2]["Deal - Creation date"]) == (True, "2015-10-05")
    assert rows[2]["Deal - Probability"] == "50"


def test_what_a_deal_cannot_carry_is_told() -> None:
    found = draft(
        "deals",
        records(
            deal(1, 0, loss_reason="Too late", last_stage_change_at="2020-01-01T00:00:00Z"),
            deal(1, 3, loss_reason="Price", unqualified_reason="Size"),
            deal(1, 1, decimal_value="10.5", scope="99", name="y" * 300),
            deal(1, 1, decimal_value="a lot"),
            deal(1, 1, decimal_value="1e3", scope="1000"),
            deal(1, 1, added_at="2015-10-05 23:28:00 UTC", added_on="2015-10-06"),
            deal(1, 1, added_at="2015-10-05T23:28:00Z", added_on="2015-10-05"),
        ),
        Mapping(),
        survey_of_stages(*PIPELINES),
    )

    rows = (
        told(found)
        .filter(~pl.col("code").is_in(["spare_column", "carried_elsewhere"]))
        .select("code", "row", "field", "value")
        .sort("code")
        .rows()
    )

    assert rows == [
        ("reason_not_lost", 2, "loss_reason", "Too late"),
        ("second_reason", 3, "unqualified_reason", "Size"),
        ("spare_value_written", 6, "decimal_value", "1e3"),
        ("stage_change_of_open_deal", None, "last_stage_change_at", "1"),
        ("unreadable_value", 5, "decimal_value", "a lot"),
        ("value_shortened", 4, "Deal - Title", "y" * 300),
        ("values_differ", 4, "scope", "99"),
        ("values_differ", 7, "added_on", "2015-10-06"),
    ]


# --- leads ----------------------------------------------------------------------------------------------


def test_a_lead_is_titled_as_a_person_would() -> None:
    rows = made(
        "leads",
        {"id": "1", "first_name": "Robin", "last_name": "Hood", "company_name": "Reklam1 AB"},
        {"id": "2", "email": "a@b.example", "company_name": "Reklam1 AB"},
        {"id": "3", "phone": "'+46 1"},
        {"id": "4", "company_name": "Reklam1 AB", "title": "Chef", "city": "Lund"},
        {"id": "5"},
    )

    assert [(row["Lead - Title"], row.get("Person - Name")) for row in rows] == [
        ("Robin Hood, Reklam1 AB", "Robin Hood"),
        ("a@b.example", "a@b.example"),
        ("+46 1", "+46 1"),
        ("Reklam1 AB", None),
        ("Sell lead 5", None),
    ]
    assert (rows[3]["Lead - Job title"], rows[3]["Lead - Address"]) == ("Chef", "Lund")


def test_a_leads_status_is_a_label_or_leaves_it_out() -> None:
    rows = made(
        "leads",
        {
            "id": "1",
            "last_name": "A",
            "status": "Working",
            "tags": "t",
            "description": "a\nb",
            "owner": "Kalle",
        },
        {"id": "2", "last_name": "B", "status": "unqualified"},
        ask={"lead_statuses": {"Unqualified": "leave_out"}},
    )

    assert rows[0]["Lead - Labels"] == "Working, t"
    assert (rows[0]["Note - Content"], rows[0]["Person - Owner"]) == ("a<br>b", "Kalle")
    assert [row.get("_leave_out") for row in rows] == [None, "true"]

"""The mapping tables: their laws, and what becomes of records that show each rule."""

from __future__ import annotations

from pathlib import Path

import attrs
import polars as pl
import pytest

from zsell_transform import issues, transform
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.contract import checks
from zsell_transform.pipedrive.fields import PREFIXES, default_names, field_facts, field_key
from zsell_transform.sell.columns import STANDARD
from zsell_transform.sell.stages import stages, status_of
from zsell_transform.sell.words import activity_wording
from zsell_transform.survey import STAGES, Column, Survey
from zsell_transform.transformers import TABLES, Draft, draft
from zsell_transform.transformers.custom import unique_names
from zsell_transform.transformers.interpret import CARRIED

NOTHING_SEEN = Survey({}, {}, {}, pl.DataFrame(schema=STAGES), issues.empty())
#: Values in JSON that the reading room takes apart; where it could not, they are custom fields.
NESTED = {"billing_address", "shipping_address", "custom_fields"}
#: API ids whose names the reading room puts into the column beside them.
NAMED_ELSEWHERE = {"source_id", "loss_reason_id", "unqualified_reason_id", "parent_organization_id"}


def records(*rows: dict[str, str | None]) -> pl.LazyFrame:
    """Records as the transformers meet them; `id` gives `_id`."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    frame = pl.DataFrame(
        [[row.get(name) for name in columns] for row in rows],
        schema=dict.fromkeys(columns, pl.String),
        orient="row",
    )
    ids = pl.col("id") if "id" in columns else pl.lit("7")
    return (
        frame.with_row_index("_n")
        .with_columns(ids.alias("_id"), pl.lit("file.csv").alias("_file"), (pl.col("_n") + 2).alias("_row"))
        .lazy()
    )


def made(
    entity: str,
    *rows: dict[str, str | None],
    ask: dict[str, object] | None = None,
    seen: Survey = NOTHING_SEEN,
) -> list[dict[str, str]]:
    """The draft's rows without what is blank."""
    found = draft(entity, records(*rows), Mapping.load(ask), seen).frame.collect(engine="streaming")
    return [{name: value for name, value in row.items() if value is not None} for row in found.to_dicts()]


def told(found: Draft) -> pl.DataFrame:
    return issues.gather([found.notes, issues.tell(found.whole.collect(), found.audit)])


def column(entity: str, **columns: Column) -> Survey:
    return attrs.evolve(NOTHING_SEEN, columns={entity: {facts.name: facts for facts in columns.values()}})


def survey_of_stages(*rows: tuple[str, str, str, str, float | None]) -> Survey:
    frame = pl.DataFrame([(*row[:4], 1, row[4], None) for row in rows], schema=STAGES, orient="row")
    return attrs.evolve(NOTHING_SEEN, stages=frame)


# --- laws -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", TABLES)
def test_every_standard_column_is_read_or_ignored_by_name(entity: str) -> None:
    """History tells the others in its text, so that only bookkeeping must be named there."""
    table = TABLES[entity](Mapping(), NOTHING_SEEN)

    lost = (
        STANDARD[entity]
        - table.columns
        - table.ignored
        - table.carried.keys()
        - CARRIED
        - NESTED
        - NAMED_ELSEWHERE
    )

    assert lost <= ({"tags", "external_id"} if table.story else set())


@pytest.mark.parametrize("entity", [entity for entity in TABLES if entity != "documents"])
def test_every_header_is_known_to_the_list_of_fields(entity: str) -> None:
    table = TABLES[entity](Mapping(), NOTHING_SEEN)
    headers = {field.header for field in table.fields} | ({table.story.header} if table.story else set())

    assert headers <= field_facts().keys()


@pytest.mark.parametrize("entity", TABLES)
def test_a_record_with_nothing_but_its_id_has_a_row_with_its_name_or_subject(entity: str) -> None:
    """A table asks for no column: an export that has none of them still gives one row a record."""
    found = draft(entity, records({"id": "12"}, {"id": "13"}), Mapping(), NOTHING_SEEN)

    frame = found.frame.collect(engine="streaming")

    assert frame.height == 2
    assert frame.get_column("_n").to_list() == [0, 1]
    assert all(kind == pl.String for name, kind in frame.schema.items() if name not in ("_n", "_row"))
    required = {fact.header for fact in field_facts().values() if fact.required} & set(found.headers)
    assert [frame[header].null_count() for header in sorted(required)] == [0] * len(required)


@pytest.mark.parametrize("entity", TABLES)
def test_every_code_is_in_the_catalogue_and_every_issue_has_the_travelling_schema(entity: str) -> None:
    found = draft(entity, records({"id": "1", "custom X": "y", "updated_at": "z"}), Mapping(), NOTHING_SEEN)

    assert dict(told(found).schema) == issues.RAW
    assert set(told(found)["code"]) <= issues.KINDS.keys()


def test_a_table_that_writes_one_header_twice_is_refused() -> None:
    table = TABLES["contacts"](Mapping(), NOTHING_SEEN)

    with pytest.raises(ValueError, match="Person - Name"):
        attrs.evolve(table, fields=(*table.fields, table.fields[0]))


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
        ("stage_change_of_open_deal", None, "last_stage_change_at", "1"),
        ("unreadable_value", 5, "decimal_value", "a lot"),
        ("value_shortened", 4, "Deal - Title", "y" * 300),
        ("values_differ", 4, "scope", "99"),
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


# --- history --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Call Anna", "Call"),
        ("RING kund", "Call"),
        ("Bring samples", "Task"),
        ("Spring sale", "Task"),
        ("Monitoring", "Task"),
        ("Recall the letter", "Task"),
        ("Llamar a Juan", "Call"),
        ("Anrufen: Müller", "Call"),
        ("Réunion à Lyon", "Meeting"),
        ("Reunion a Lyon", "Meeting"),
        ("Send e-mail", "Email"),
        ("Follow-up", "Follow-up"),
        ("follow  up call", "Call"),
        ("Seguimiento cliente", "Follow-up"),
        ("田中さんに電話する", "Call"),
        ("Email about the meeting", "Email"),
        ("Water the fern", "Task"),
    ],
)
def test_a_tasks_subject_tells_its_type_by_whole_words(subject: str, kind: str) -> None:
    (row,) = made("tasks", {"id": "1", "content": subject})

    assert row["Activity - Type"] == kind


def test_the_mappings_rules_come_before_the_built_in_words() -> None:
    rules = [
        {"contains": ["site visit", "c++"], "type": "Visit"},
        {"starts_with": "pay", "type": "Payment"},
        {"regex": r"offert\d+", "type": "Offer"},
    ]
    subjects = [
        "Site  visit, call first",
        "pay rent",
        "repay",
        "payday",
        "Mail OFFERT12",
        "learn C++ now",
        "call",
    ]

    def kinds(ask: dict[str, object]) -> list[str]:
        rows = made(
            "tasks", *({"id": "1", "content": subject} for subject in subjects), ask={"activity_types": ask}
        )
        return [row["Activity - Type"] for row in rows]

    assert kinds({"rules": rules, "default": "To do"}) == [
        "Visit", "Payment", "To do", "To do", "Offer", "Visit", "Call",
    ]  # fmt: skip
    assert set(kinds({"rules": []})) == {"Task"}


def test_no_word_names_two_types() -> None:
    known = activity_wording()

    assert not known.words.keys() & known.later.keys()


def test_a_task_keeps_everything_in_subject_and_note() -> None:
    long = "word " * 80
    rows = made(
        "tasks",
        {
            "id": "1",
            "content": "Meeting\r\nbring <b>",
            "owner": "Old - Deleted",
            "date": "2014-09-04T06:15:00Z",
            "send_time": "2014-09-04T05:15:00Z",
            "done_at": "2014-09-04T06:59:32Z",
            "remind": "true",
            "taskable_type": "SalesAccount",
            "taskable_id": "5",
            "taskable_first_name": "Petter",
            "priority": "high & urgent",
        },
        {
            "id": "2",
            "content": long,
            "send_time": "2014-09-04T05:15:00Z",
            "completed": "true",
            "taskable_type": "None",
        },
        {
            "id": "3",
            "date": "2014-09-04",
            "taskable_type": "deal",
            "taskable_id": "8",
            "taskable_name": "Roof",
        },
        ask={"timezone": "Europe/Stockholm"},
    )

    first, second, third = rows
    assert first["Activity - Note"] == (
        "bring &lt;b&gt;<br>Reminder: 2014-09-04 07:15<br>Owner in Sell: Old<br>"
        "priority: high &amp; urgent<br>Sell task 1"
    )
    assert (first["Activity - Due date"], first["Activity - Due time"]) == ("2014-09-04", "08:15")
    assert (first["Activity - Done"], first["Activity - Marked as done time"]) == (
        "Done",
        "2014-09-04 08:59:32",
    )
    assert (first["_about_type"], first["_about_id"], first["_about_first"]) == ("contact", "5", "Petter")
    assert "Activity - Assigned to user" not in first
    assert len(second["Activity - Subject"]) <= 255
    assert second["Activity - Note"].startswith(long.strip())
    assert (second["Activity - Due time"], second["Activity - Done"]) == ("07:15", "Done")
    assert "_about_type" not in second
    assert (third["Activity - Subject"], third["Activity - Done"]) == ("Sell task 3", "Undone")
    assert "Activity - Due time" not in third
    assert (third["_about_type"], third["_about_deal"], third["_mark"]) == ("deal", "Roof", "Sell task 3")


def test_a_note_begins_with_what_the_wizard_cannot_import() -> None:
    rows = made(
        "notes",
        {
            "id": "22606121",
            "content": "a & b\rc",
            "owner": "Kalle Kula - Deleted",
            "created_at": "2014-09-03T08:49:07Z",
            "type": "restricted",
            "noteable_type": "Deal",
            "noteable_id": "1",
        },
        {"id": "2", "content": "x", "type": "regular"},
    )

    assert (
        rows[0]["Note - Content"]
        == "2014-09-03 08:49 · Kalle Kula · Sell note 22606121 · restricted<br>a &amp; b<br>c"
    )
    assert rows[1]["Note - Content"] == "Sell note 2<br>x"
    assert (rows[0]["_heading"], rows[0]["_body"]) == tuple(rows[0]["Note - Content"].split("<br>", 1))


def test_calls_visits_texts_and_emails() -> None:
    (call,) = made(
        "calls",
        {
            "id": "1",
            "summary": "Talked\nat length",
            "duration": "95",
            "phone_number": "'+46 1",
            "incoming": "false",
            "missed": "true",
            "outcome": "Interested",
            "recording_url": "https://calls.example/1",
            "made_at": "2020-01-01T10:00:00Z",
            "resource_type": "contact",
            "resource_id": "4",
        },
    )
    (visit,) = made(
        "visits", {"id": "2", "visited_at": "2020-01-01T10:00:00Z", "resource_address": "gatan 2"}
    )
    (text,) = made(
        "texts",
        {
            "id": "3",
            "content": "hi",
            "incoming": "true",
            "sent_at": "2020-01-01T10:00:00Z",
            "resource_type": "none",
        },
    )
    (mail,) = made("emails", {"id": "4", "subject": "Hello", "content": "body", "to": "a@b.example"})

    assert (call["Activity - Subject"], call["Activity - Type"], call["Activity - Duration"]) == (
        "Talked",
        "Call",
        "00:02",
    )
    assert (call["Activity - Due time"], call["Activity - Done"]) == ("10:00", "Done")
    assert call["Activity - Note"] == (
        "at length<br>Missed outgoing call<br>Phone: +46 1<br>Outcome: Interested<br>"
        "Duration in seconds: 95<br>Recording: https://calls.example/1<br>Sell call 1"
    )
    assert (visit["Activity - Subject"], visit["Activity - Type"]) == ("Visit", "Meeting")
    assert visit["Activity - Note"] == "Address: gatan 2<br>Sell visit 2"
    assert text["Note - Content"] == "2020-01-01 10:00 · Sell text 3 · received<br>hi"
    assert mail["Note - Content"] == "Sell email 4<br>Subject: Hello<br>body<br>to: a@b.example"


def test_an_unknown_type_of_record_is_told() -> None:
    found = draft(
        "notes", records({"id": "1", "noteable_type": "Project", "noteable_id": "5"}), Mapping(), NOTHING_SEEN
    )

    assert "record_type_unknown" in told(found)["code"].to_list()


@pytest.mark.parametrize("kind", ["None", None])
def test_an_id_without_a_type_is_told(kind: str | None) -> None:
    """The id stood nowhere: neither in a file nor in an issue."""
    rows = records(
        {"id": "1", "taskable_type": kind, "taskable_id": "5"},
        {"id": "2", "taskable_type": "Deal", "taskable_id": "5"},
    )

    found = told(draft("tasks", rows, Mapping(), NOTHING_SEEN)).filter(pl.col("code") == "id_without_type")

    assert found.select("source_id", "field", "value").rows() == [("1", "taskable_id", "5")]


def test_documents_of_no_record_are_left_out() -> None:
    rows = made(
        "documents",
        {
            "id": "1",
            "uploaded_file_name": "a.pdf",
            "documentable_type": "Deal",
            "documentable_id": "5",
            "created_at": "2024-01-02T03:04:05.678Z",
        },
        {
            "id": "2",
            "uploaded_file_name": "b.pdf",
            "documentable_type": "PublicEmailTemplate",
            "owner": "Kalle",
        },
    )

    assert (rows[0]["_about_type"], rows[0]["Uploaded"]) == ("deal", "2024-01-02 03:04")
    assert [row.get("_leave_out") for row in rows] == [None, "true"]
    assert rows[1]["owner"] == "Kalle"


def test_what_is_said_by_silence_is_counted() -> None:
    """Every cell that is not written is told of: a false tick, a regular note, a floating task."""
    told_of = [
        told(draft(entity, records(row), Mapping(), NOTHING_SEEN))
        .filter(pl.col("code") == "said_by_absence")
        .select("field", "value", "detail")
        .row(0)
        for entity, row in {
            "contacts": {"id": "1", "private": "false"},
            "deals": {"id": "1", "hot": "false"},
            "notes": {"id": "1", "type": "regular"},
            "tasks": {"id": "1", "taskable_type": "None"},
        }.items()
    ]

    assert told_of == [
        ("private", "1", "false"),
        ("hot", "1", "false"),
        ("type", "1", "regular"),
        ("taskable_type", "1", "none"),
    ]


def test_a_moment_that_no_one_can_read_still_stands_in_the_heading() -> None:
    (row,) = made("notes", {"id": "1", "content": "x", "created_at": "last week"})

    assert row["_heading"] == "last week · Sell note 1"


# --- custom fields --------------------------------------------------------------------------------------


def test_custom_names_are_unique_without_case_accents_and_spaces() -> None:
    columns = [
        "custom (contact) RUT o ID", "custom (contact) RUT O ID", "custom (prospect/customer) RUT o ID",
        "custom PREVISION", "custom Previsión", "custom Name#1", "custom Name",
        "custom  Star * (x)", "custom (other) Scope", "Bare",
    ]  # fmt: skip

    assert list(unique_names(columns, "persons").values()) == [
        "RUT o ID", "RUT O ID (2)", "RUT o ID (customer)",
        "PREVISION", "Previsión (2)", "Name#1", "Name (Sell)", "Star * (x)", "(other) Scope", "Bare",
    ]  # fmt: skip


def test_a_leads_custom_fields_are_deal_fields_so_deal_names_are_taken_too() -> None:
    assert unique_names(["custom Value", "custom stage"], "leads") == {
        "custom Value": "Value (Sell)",
        "custom stage": "stage (Sell)",
    }
    assert field_key("Weighted  Value") in default_names("leads")


def test_custom_values_are_written_by_what_the_survey_proves() -> None:
    seen = column(
        "deals",
        a=Column("custom Day", 1, 1, 10, dates="dmy", type="date"),
        b=Column("custom When", 1, 1, 16, dates="mdy", moments=True, type="datetime"),
        c=Column("custom Size", 1, 1, 8, decimal=",", type="numerical"),
        d=Column("custom Doubt", 1, 1, 10, dates="undecided", type="text"),
        e=Column("custom Empty", 0, 0, 0),
    )
    row = {
        "id": "1",
        "custom Day": "31/12/2024",
        "custom When": "4/28/2016 6:00",
        "custom Size": "1.234,5",
        "custom Doubt": "'+1",
        "custom Empty": None,
    }

    found = draft("deals", records(row), Mapping(), seen)
    (cells,) = found.frame.collect().to_dicts()

    assert [header for header in found.headers if "(" not in header][-4:] == [
        "Deal - Day",
        "Deal - When",
        "Deal - Size",
        "Deal - Doubt",
    ]
    assert (cells["Deal - Day"], cells["Deal - When"], cells["Deal - When (time)"]) == (
        "2024-12-31",
        "2016-04-28",
        "06:00",
    )
    assert (cells["Deal - Size"], cells["Deal - Doubt"]) == ("1234.5", "+1")
    assert ("empty_column", "custom Empty") in told(found).select("code", "field").rows()
    assert ("Deal - When (time)", "custom When", "custom", "time", True) in found.origins.rows()


def test_columns_that_the_mapping_ignores_and_those_of_connectors_are_told_and_not_written() -> None:
    rows = records(
        {"id": "1", "custom Peso": "5", "_airbyte_raw_id": "x", "updated_at": "2020-01-01T00:00:00Z"}
    )

    found = draft(
        "deals", rows, Mapping.load({"columns": {"deals": {"custom Peso": "ignore"}}}), NOTHING_SEEN
    )

    assert not any("Peso" in header or "airbyte" in header for header in found.headers)
    assert set(told(found).filter(pl.col("code") == "ignored_column")["field"]) == {
        "custom Peso",
        "_airbyte_raw_id",
        "updated_at",
    }


def test_a_column_of_sells_own_that_the_mapping_ignores_is_not_written() -> None:
    """It was said to be ignored, and written."""
    rows = records(
        {"id": "1", "name": "Ada Lum", "email": "a@lum.example", "description": "Private", "title": "Dr"}
    )
    wish = {"columns": {"contacts": dict.fromkeys(("description", "email", "title"), "ignore")}}

    found = draft("contacts", rows, Mapping.load(wish), NOTHING_SEEN)

    assert not {"Person - Description", "Person - Email (Work)", "Person - Job title"} & set(found.headers)
    assert "Private" not in str(found.frame.collect().to_dicts())
    told_of = told(found).filter(pl.col("code") == "ignored_column")["field"]
    assert set(told_of) == {"description", "email", "title"}


def test_a_header_that_is_ignored_may_be_taken_by_another(tmp_path: Path) -> None:
    """The mapped column was lost, and the ignored one written as a custom field."""
    (tmp_path / "contacts.csv").write_text(
        "id,is_organisation,name,description,phone,mobile,Notes2\n1,false,Ada Lum,old,111,222,new\n"
    )
    wish = {"Notes2": "description", "description": "ignore", "phone": "mobile", "mobile": "ignore"}

    made = transform(tmp_path, mapping={"columns": {"contacts": wish}}).tables["persons"]

    assert made.select("Person - Description", "Person - Phone (Mobile)").rows() == [("new", "111")]
    assert not {"old", "222"} & {str(cell) for row in made.rows() for cell in row}


# --- the wizard's rules -----------------------------------------------------------------------------------


def test_the_contract_tells_what_the_wizard_would_refuse() -> None:
    frame = records({"id": "1"}).with_columns(
        pl.lit(None, dtype=pl.String).alias("Deal - Title"),
        pl.lit("12 kr").alias("Deal - Value"),
        pl.lit("Gone").alias("Deal - Status"),
        pl.lit("x" * 256).alias("Deal - Source"),
        pl.lit("a,b").alias("Deal - Season"),
        pl.lit("1234567890.12345").alias("Deal - Size"),
        pl.lit("2024-05-31").alias("Deal - Creation date"),
    )
    headers = [name for name in frame.collect_schema().names() if name.startswith("Deal")]

    types = {"Deal - Season": "single_option", "Deal - Size": "numerical"}
    found = issues.tell(frame.collect(), checks(headers, entity="deals", types=types))

    assert found.select("code", "field").sort("field").rows() == [
        ("comma_in_option", "Deal - Season"),
        ("too_long", "Deal - Size"),
        ("too_long", "Deal - Source"),
        ("not_accepted", "Deal - Status"),
        ("mandatory_blank", "Deal - Title"),
        ("not_accepted", "Deal - Value"),
    ]


def test_what_the_transformers_write_the_contract_takes() -> None:
    row = {
        "id": "1",
        "name": "Roof",
        "scope": "5",
        "currency": "SEK",
        "added_at": "2015-10-05 23:28:00 UTC",
        "custom X": "y",
    }
    found = draft("deals", records(row), Mapping(), NOTHING_SEEN)

    broken = issues.tell(found.frame.collect(), checks(found.headers, entity="deals"))

    assert broken.height == 0


def test_every_item_has_its_prefix_in_the_list_of_fields() -> None:
    assert {fact.header.split(" - ")[0] for fact in field_facts().values()} == set(PREFIXES.values())

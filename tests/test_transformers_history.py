"""Tasks, notes, calls, texts, visits, documents: what becomes of records that show each rule."""

from __future__ import annotations

import polars as pl
import pytest

from tests.drafts import NOTHING_SEEN, made, records, told
from zsell_transform.mapping import Mapping
from zsell_transform.sell.words import activity_wording
from zsell_transform.transformers import draft

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
        ("Telepon Budi", "Call"),
        ("Rapat anggaran", "Meeting"),
        ("Tindak lanjut penawaran", "Follow-up"),
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


@pytest.mark.parametrize(
    ("entity", "column"),
    [
        ("tasks", "completed"),
        ("tasks", "remind"),
        ("notes", "is_important"),
        ("texts", "incoming"),
        ("calls", "incoming"),
        ("calls", "missed"),
    ],
)
def test_a_tick_that_is_neither_is_told_and_one_in_another_language_read(entity: str, column: str) -> None:
    rows = records({"id": "1", column: "perhaps"}, {"id": "2", column: "ja"}, {"id": "3", column: "Não"})
    found = told(draft(entity, rows, Mapping(), NOTHING_SEEN))

    unread = found.filter(pl.col("code") == "unreadable_value")
    assert unread.select("source_id", "field", "value").rows() == [("1", column, "perhaps")]


def test_a_task_that_is_completed_in_another_language_is_done() -> None:
    rows = made("tasks", {"id": "1", "completed": "ja"}, {"id": "2", "completed": "nein"})

    assert [row["Activity - Done"] for row in rows] == ["Done", "Undone"]


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


def test_a_visit_is_due_and_done_when_it_took_place() -> None:
    rows = made(
        "visits",
        {
            "id": "2",
            "summary": "Saw the roof",
            "visited_at": "2020-01-01T23:30:00Z",
            "created_at": "2020-01-05T10:00:00Z",
        },
        {"id": "3", "created_at": "2020-01-05T10:00:00Z"},
        ask={"timezone": "Europe/Stockholm"},
    )

    columns = ("Due date", "Due time", "Done", "Marked as done time", "Creation date")
    assert [tuple(row[f"Activity - {c}"] for c in columns) for row in rows] == [
        ("2020-01-02", "00:30", "Done", "2020-01-02 00:30:00", "2020-01-05"),
        ("2020-01-05", "11:00", "Done", "2020-01-05 11:00:00", "2020-01-05"),
    ]

"""What a lap comes to and what is next: forgotten exports, deltas, errors that belong to no record."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import zsell_transform as zt
from tests.moved import Moved
from zsell_transform.__main__ import main
from zsell_transform.ending import telling
from zsell_transform.guide import steps
from zsell_transform.guide.report import report_html
from zsell_transform.guide.story import Story
from zsell_transform.ledger import COUNTS
from zsell_transform.migrated import Migration
from zsell_transform.pipedrive.exports.read import read_pipedrive

Edit = Callable[[Path], object]


def changed(*headers: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Without the columns whose header has one of these words."""
    return lambda frame: frame.drop([c for c in frame.columns if any(word in c for word in headers)])


def rewritten(name: str, edit: Callable[[pl.DataFrame], pl.DataFrame]) -> Edit:
    return lambda folder: edit(pl.read_csv(folder / name, infer_schema=False)).write_csv(folder / name)


def rounded(frame: pl.DataFrame) -> pl.DataFrame:
    own = next(column for column in frame.columns if "Sell lead" in column)
    return frame.with_columns(pl.lit("5.1E+07").alias(own))


def forgotten(name: str) -> Edit:
    return lambda folder: (folder / name).unlink()


#: What can be wrong with an export → the list that it holds back.
GAPS: dict[str, tuple[Edit, str, str]] = {
    "leads forgotten": (forgotten("leads-1.csv"), "leads", "Leads"),
    "ids of leads not shown": (rewritten("leads-1.csv", changed("Sell lead")), "leads", "Leads"),
    "ids of leads rounded": (rewritten("leads-1.csv", rounded), "leads", "Leads"),
    "organizations forgotten": (forgotten("organizations-1.csv"), "organizations", "Organizations"),
    "deals forgotten": (forgotten("deals-1.csv"), "deals", "Deals"),
    "people without ID": (rewritten("people-1.csv", changed("Person - ID")), "persons", "People"),
}


def lap_2(sample: Path, after_lap_1: Path, folder: Path, edit: Edit) -> Migration:
    exports = Path(shutil.copytree(after_lap_1, folder / "exports"))
    edit(exports)
    return zt.transform(sample, folder / "second", pipedrive=exports, trial=0, rehearse=False)


# ---- an export that was forgotten, or is not whole ------------------------------------------------------


@pytest.mark.parametrize("gap", GAPS)
def test_a_list_that_was_forgotten_is_asked_for_and_never_called_empty(
    sample: Path, after_lap_1: Path, tmp_path: Path, gap: str
) -> None:
    """The report told to declare it empty; who obeyed had every record twice."""
    edit, item, name = GAPS[gap]

    told = lap_2(sample, after_lap_1, tmp_path, edit).story

    [export] = [step for step in steps.checklist(told) if step.title.startswith("Export")]
    assert item in told.withheld
    assert name in export.items
    assert f"the list of {item} must be among them" in export.text
    assert f"this time with the list of {item}, whole" in export.brief
    page = report_html(told).split('id="issues"')[0]
    assert "empty_in_pipedrive" not in f"{page}{export.brief}"


def test_the_page_says_what_waits_for_an_export_and_what_for_an_id(
    sample: Path, after_lap_1: Path, tmp_path: Path
) -> None:
    """All 13 were said to follow when Pipedrive has given their IDs."""
    told = lap_2(sample, after_lap_1, tmp_path, forgotten("leads-1.csv")).story

    lead = steps.headline(told)["lead"]
    assert "4 follow in a later lap" in lead
    assert "9 records wait for the list of leads, which was not given, or not whole: export it" in lead
    assert "9 wait for what Pipedrive’s exports did not show (leads)" in report_html(told)


def test_the_terminal_says_what_waits_for_what(
    sample: Path, after_lap_1: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exports = Path(shutil.copytree(after_lap_1, tmp_path / "exports"))
    (exports / "leads-1.csv").unlink()

    main([str(sample), str(tmp_path / "lap_2"), "--pipedrive", str(exports)])

    told = capsys.readouterr().out
    assert "9 for a whole export of leads, the others for an ID that only Pipedrive can give" in told


def test_a_list_of_which_nothing_was_written_is_empty_only_if_somebody_looked(sell: Path) -> None:
    """The deal waits for a person without a key; Pipedrive may hold deals all the same."""
    (sell / "contacts.0.csv").write_text("id,is_organisation,name\n14,false,Ed Vi\n", encoding="utf-8")
    (sell / "deals.0.csv").write_text(
        "id,name,main_contact_id,stage_name\n104,Roof,14,Incoming\n", encoding="utf-8"
    )

    told = zt.transform(sell, trial=0, rehearse=False).story

    [export] = [step for step in steps.checklist(told) if step.title.startswith("Export")]
    assert "look there first, and only if it is empty, set `empty_in_pipedrive: [deals]`" in export.text
    assert "only if Pipedrive has none (look first)" in export.brief


# ---- errors ---------------------------------------------------------------------------------------------


def test_an_error_about_a_file_is_in_the_headline(sell: Path) -> None:
    """A list that was a zip belongs to no row of the ledger: no page and no display said a word of it."""
    (sell / "leads.0.csv").write_bytes(b"PK\x03\x04 and so on")

    done = zt.transform(sell, trial=0, rehearse=False)

    assert done.summary()["errors"].sum() < len(done.issues.filter(severity="error"))
    for shown in (repr(done), done._repr_html_(), report_html(done.story)):
        assert re.search(r"1 error is (listed below|in \.issues)", shown)


def test_an_earlier_run_without_exports_is_said_before_all(moved: Moved) -> None:
    """Every record was written once more, and the page told to upload the files."""
    told = zt.transform(moved.source, previous=moved.exports.with_name("lap_0"), trial=0, rehearse=False)

    [step] = steps.checklist(told.story)
    assert step.text.startswith("Do not upload these files")
    assert "pipedrive=" in " ".join(step.commands[0].pieces)
    assert "Not to be uploaded" in repr(told)
    assert steps.headline(told.story)["lead"].startswith(steps.UNSEEN)


# ---- a delta --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ({"updated": 2, "waiting": 9}, "2 records changed in Sell since"),
        ({"updated": 2, "rows_out": 1}, "1 record ready for Pipedrive, 2 records changed in Sell since"),
        ({"waiting": 9}, "Nothing to upload in this lap"),
        ({"rows_out": 1}, "1 record ready for Pipedrive"),
    ],
)
def test_what_changed_is_in_the_title(counts: dict[str, int], title: str) -> None:
    """`Nothing to upload` stood above two files of `updates/`; beside a new record nothing told of them."""
    row = {"entity": "deals", "target": "deals", **dict.fromkeys(COUNTS, 0)} | counts
    said = steps.headline(Story(ledger=pl.DataFrame([row]), previous="lap_1"))
    assert said["title"] == title
    assert ("`updates/` holds them" in said["lead"]) == ({"updated", "rows_out"} <= counts.keys())


def test_a_delta_without_a_folder_is_called_so(moved: Moved) -> None:
    """It was to be written as `lap_3`."""
    since = {**moved.source, "contacts": moved.source["contacts"].with_columns(email=pl.lit("a@b.example"))}

    lap_0 = moved.exports.with_name("lap_0")
    told = zt.transform(since, pipedrive=moved.exports, previous=lap_0, trial=0, rehearse=False)

    assert '.write("delta")' in repr(told)
    assert told.story.next_target == "delta_2"


# ---- which lap it is ------------------------------------------------------------------------------------


def test_the_second_lap_is_not_the_third(sample: Path, after_lap_1: Path, tmp_path: Path) -> None:
    """Lap 1 of the sample writes one activity, so that the second lap was called lap 3."""
    told = lap_2(sample, after_lap_1, tmp_path, lambda folder: None)

    assert told.story.called == "Lap 2"
    assert told.story.next_target.endswith("second_lap_3")


def test_a_history_that_needed_ids_tells_of_a_third_lap(moved: Moved) -> None:
    assert zt.transform(moved.source, pipedrive=moved.exports, trial=0, rehearse=False).story.lap == 3


# ---- what is asked for, from the ledger alone -------------------------------------------------------------


def ledger(**counts: dict[str, int]) -> pl.DataFrame:
    """A row for each of some targets."""
    rows = [
        {"entity": item, "target": item, **dict.fromkeys(COUNTS, 0)} | few for item, few in counts.items()
    ]
    return pl.DataFrame(rows)


def test_exports_are_asked_of_what_is_there_and_only_a_waiting_list_may_be_empty() -> None:
    book = ledger(persons={"rows_out": 1, "waiting": 2}, deals={}, leads={"waiting": 3}, notes={"waiting": 2})

    assert telling.exports_next(book) == ("persons",)
    assert telling.exports_next(book, ["leads"]) == ("persons", "leads")
    assert telling.still_empty(book) == ("leads",)
    assert telling.still_empty(book, ["leads"]) == ()


@pytest.mark.parametrize(
    ("column", "lap"),
    [("Deal ID", 3), ("Deal", 3), ("Deal title", 3), ("Lead ID", 3), ("Lead", 3), ("Organization", 2)],
)
def test_only_a_third_lap_finds_history_on_deals_and_leads(tmp_path: Path, column: str, lap: int) -> None:
    (tmp_path / "people.csv").write_text("ID,Name,Zendesk Sell ID\n8,Ines,5\n")
    (tmp_path / "activities.csv").write_text(f"ID,Subject,Note,{column}\n1,Call,Sell task 7,x\n2,Own,,x\n")

    assert telling.lap_number(read_pipedrive(tmp_path), None) == lap
    assert telling.lap_number(read_pipedrive(tmp_path), "lap_5") == 5
    (tmp_path / "activities.csv").write_text(f"ID,Subject,Note,{column}\n1,Call,Sell task 7,\n2,Own,,x\n")
    assert telling.lap_number(read_pipedrive(tmp_path), None) == 2


def test_the_placeholder_is_no_company_of_that_name() -> None:
    told = Story(ledger=ledger(deals={"added": 2}), placeholder=True)

    lead = steps.headline(told)["lead"]
    assert "1 company or person is added by name. One organization is added for records without" in lead


def test_each_lap_tells_the_placeholder_from_companies_that_others_name(tmp_path: Path) -> None:
    """It was one of them in all laps but the one that writes it."""
    tables = {
        "contacts": pl.DataFrame({"id": ["1"], "name": ["Ann"], "organisation_name": ["Moss"]}),
        "deals": pl.DataFrame({"id": ["2"], "name": ["Roof"]}),
    }
    first = zt.transform(tables, tmp_path / "lap_1", trial=0)
    zt.rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    second = zt.transform(tables, tmp_path / "lap_2", pipedrive=tmp_path / "exports", trial=0)

    for lap in (first, second):
        lead = steps.headline(lap.story)["lead"]
        assert "1 company or person is added by name. One organization is added for records" in lead


@pytest.mark.parametrize(("out", "there", "prepared"), [(9, 1, True), (1, 9, False)])
def test_a_lap_after_a_kept_trial_is_prepared(out: int, there: int, prepared: bool) -> None:
    """The trial needed few fields: those of all others were dropped without a word."""
    kit = {"labels": pl.DataFrame({"label": ["Hot"]})}
    told = Story(lap=2, setup=kit, ledger=ledger(deals={"rows_out": out, "present": there}))

    assert ("Prepare Pipedrive" in [step.title for step in steps.checklist(told)]) == prepared


def test_changes_of_a_complete_delta_are_uploaded_before_the_proof() -> None:
    """What is new in Sell is set up before; the trial was that of the first lap."""
    files = pl.DataFrame({"file": ["updates/1-deals.csv"], "item": ["updates"], "rows": [1], "bytes": [9]})
    kit = {"labels": pl.DataFrame({"label": ["Hot"]})}
    told = Story(
        complete=True,
        files=files,
        exports_next=("deals",),
        setup=kit,
        ledger=ledger(deals={}),
        previous="lap_1",
    )

    prepare, *titles = [step.title for step in steps.checklist(told)]
    assert prepare == "Prepare Pipedrive for what is new"
    assert titles == ["Upload the files in this order", "Export from Pipedrive", "Prove it"]
    assert [step.title for step in steps.unwritten(told)] == ["Write the files"]
    assert [step.title for step in steps.unwritten(Story(complete=True))] == ["Prove it"]


def test_a_file_that_could_not_be_read_comes_before_everything(sample: Path, tmp_path: Path) -> None:
    """A last lap said that the migration was complete, and no note had ever been read."""
    source = Path(shutil.copytree(sample, tmp_path / "sell"))
    (source / "notes.0.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00")

    told = zt.transform(source, tmp_path / "lap", trial=0, rehearse=False).story

    first = steps.checklist(told)[0]
    assert first.title.startswith("Make the whole export readable")
    assert "notes.0.csv could not be read" in first.text
    assert "notes.0.csv could not be read" in steps.headline(told)["lead"]


def test_a_lap_without_anything_left_is_not_complete_while_a_file_is_unread(tmp_path: Path) -> None:
    (tmp_path / "sell").mkdir()
    (tmp_path / "sell" / "contacts.0.csv").write_text("id,first_name,last_name\n1,Ines,Reef\n")
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "people.csv").write_text("ID,Name,Zendesk Sell ID\n7,Ines Reef,1\n")
    assert zt.transform(tmp_path / "sell", pipedrive=tmp_path / "held").complete
    (tmp_path / "sell" / "notes.0.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00")

    lap = zt.transform(tmp_path / "sell", pipedrive=tmp_path / "held")

    assert not lap.complete
    assert steps.headline(lap.story)["title"] == "Nothing to upload in this lap"


# ---- dates that can be read both ways round -------------------------------------------------------------

EITHER_WAY = {
    "contacts": pl.DataFrame(
        {"id": ["2", "3"], "name": ["Ann", "Bo"], "last_name": ["Ann", "Bo"],
         "email": ["ann@moss.example", "bo@moss.example"], "created_at": ["01.03.2024", "soon"]}
    ),
    "deals": pl.DataFrame(
        {"id": ["4", "5"], "name": ["Roof", "Gate"], "added_on": ["02.03.2024", "2024-04-05"],
         "main_contact_id": ["2", "3"], "custom Start": ["01/02/2024", None]}
    ),
}  # fmt: skip


def test_dates_that_nobody_can_read_yet_are_decided_before_anything_is_uploaded(tmp_path: Path) -> None:
    """Each was told to be no day, and to correct it in Sell; one line of the mapping reads them all."""
    made = zt.transform(EITHER_WAY, tmp_path / "lap_1", trial=0, rehearse=False)

    errors = made.issues.filter(severity="error").select("code", "entity", "source_id", "field", "value")
    assert errors.rows() == [
        ("undecided_date", "contacts", "2", "created_at", "01.03.2024"),
        ("undecided_date", "deals", "4", "added_on", "02.03.2024"),
        ("unreadable_value", "contacts", "3", "created_at", "soon"),
    ]
    assert "2 dates are left blank until the mapping says" in steps.headline(made.story)["lead"]
    decide, *others = steps.checklist(made.story)
    assert (decide.title, others[0].title) == ("Decide how dates are read", "Prepare Pipedrive")
    line = "day_first: {contacts: {created_at: true}, deals: {added_on: true, Start: true}}"
    assert f"`{line}`" in decide.text
    assert line in decide.brief
    assert "Custom fields among these columns stay text." in decide.text
    assert [" ".join(command.pieces).partition("lap_1")[2] for command in decide.commands] == [
        '", mapping="mapping.yaml")',
        " --mapping mapping.yaml",
    ]
    assert line in report_html(made.story)

    (tmp_path / "mapping.yaml").write_text(line, "utf-8")
    again = zt.transform(EITHER_WAY, mapping=tmp_path / "mapping.yaml", trial=0, rehearse=False)

    assert "undecided_date" not in again.issues["code"]
    assert again.tables["deals"]["Deal - Creation date"].to_list() == ["2024-03-02", "2024-04-05"]
    assert [step.title for step in steps.unwritten(again.story)] == ["Write the files"]


def test_a_run_without_a_folder_also_says_to_decide_first() -> None:
    made = zt.transform(EITHER_WAY, trial=0, rehearse=False)

    decide, write = steps.unwritten(made.story)
    assert (decide.title, decide.commands, write.title) == (
        "Decide how dates are read",
        (),
        "Write the files",
    )

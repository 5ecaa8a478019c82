"""Leads of one person of whom the first one's row did not arrive: the next lap says what the person lacks."""

from __future__ import annotations

from pathlib import Path

import attrs
import polars as pl
import pytest

from tests.loop import doubled, mishaps
from tests.moved import Account, account
from zsell_transform import transform
from zsell_transform.lap.brought import unsaid, with_first, with_shown
from zsell_transform.pipedrive.exports.read import read_pipedrive
from zsell_transform.pipedrive.lead_people import HELD
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import verify

LEAD = "Lead - Zendesk Sell lead ID"


def in_sell(**of_second: str | None) -> Account:
    """The account of `moved` with two leads of one person, of whom the first one says most."""
    second = {"id": "32", "first_name": "Ines", "last_name": "Buoy", "email": "ines@buoy.example"}
    leads = [
        {
            **second,
            "id": "31",
            "company_name": "Buoy & Bell",
            "phone": "+47 31",
            "title": "Captain",
            "city": "Oslo",
        },
        {**second, **of_second},
        {"id": "33", "first_name": "Tove", "last_name": "Tide", "title": "Pilot"},
    ]
    names = ["id", "first_name", "last_name", "company_name", "email", "phone", "title", "city"]
    frame = pl.DataFrame(leads, schema=dict.fromkeys(names, pl.String)).with_columns(
        status=pl.lit("New"), owner=pl.lit("Ada Lamp")
    )
    return account() | {"leads": frame}


def without_row(place: Path, lead: str) -> Path:
    """The files of a lap, of which the wizard skipped the row of a lead."""
    there = place.with_name(f"{place.name}_skipped")
    there.mkdir()
    for path in sorted(place.glob("[1-6]-*.csv")):
        frame = pl.read_csv(path, infer_schema=False)
        if LEAD in frame.columns:
            frame = frame.filter(pl.col(LEAD) != lead)
        frame.write_csv(there / path.name)
    return there


def moved(source: Account, place: Path, skipped: str) -> tuple[Rehearsal, Path]:
    """Pipedrive after the loop, and the folder of the lap that came behind the skipped row."""
    held = None
    for lap in range(4):
        exports = place / f"exports_{lap}"
        if held is not None:
            held.export(exports)
        transform(
            source, place / f"lap_{lap}", pipedrive=None if held is None else exports, trial=0, rehearse=False
        )
        files = place / f"lap_{lap}"
        if not list(files.glob("[1-6]-*.csv")):
            break
        held = rehearse(files if lap else without_row(files, skipped), held)
        assert not list(mishaps(lap, held)) or not lap
    assert held is not None
    return held, place / "lap_1"


def test_the_row_that_comes_later_says_what_the_person_lacks(tmp_path: Path) -> None:
    """Its company was lost, and nobody knew of the person's first name, job title and organization."""
    source = in_sell()

    held, lap = moved(source, tmp_path, "31")

    (file,) = lap.glob("4-leads*.csv")
    row = pl.read_csv(file, infer_schema=False).to_dicts()[0]
    said = {k.removeprefix("Person - "): v for k, v in row.items() if k.startswith("Person - ")}
    said.pop("Pipedrive System ID")
    assert said == {
        "Name": "Ines Buoy",
        "First name": "Ines",
        "Last name": "Buoy",
        "Job title": "Captain",
        "Address": "Oslo",
    }
    assert "Note - Content" not in row
    assert row["Organization - Name"] == "Buoy & Bell"
    leads = held.tables["leads"].filter(pl.col("Contact person") == "Ines Buoy")
    assert sorted(leads.select("Zendesk Sell lead ID", "Organization").rows(), key=str) == [
        ("31", "Buoy & Bell"),
        ("32", None),
    ]
    person = held.tables["persons"].row(by_predicate=pl.col("Name") == "Ines Buoy", named=True)
    assert (person["Organization"], person["Job title"]) == ("Buoy & Bell", "Captain")
    task = held.tables["activities"].filter(pl.col("Lead").is_not_null())
    assert task["Organization"].to_list() == ["Buoy & Bell"]
    assert not list(doubled(held))
    held.export(tmp_path / "there")
    assert verify(source, tmp_path / "there").complete


def test_what_differs_is_told_in_the_note_and_nothing_else(tmp_path: Path) -> None:
    source = in_sell()
    transform(source, tmp_path / "lap_0", trial=0, rehearse=False)
    held = rehearse(without_row(tmp_path / "lap_0", "31"))
    theirs = pl.when(pl.col("Name") == "Ines Buoy")
    people = held.store["persons"].with_columns(
        theirs.then(pl.lit("Sailor")).otherwise("Job title").alias("Job title")
    )
    attrs.evolve(held, store={**held.store, "persons": people}).export(tmp_path / "exports")

    lap = transform(source, pipedrive=tmp_path / "exports", trial=0, rehearse=False).tables["leads"]

    assert lap["Note - Content"].to_list() == ["Job title: Captain"]
    assert lap["Person - First name"].to_list() == ["Ines"]
    assert "Person - Job title" not in lap.columns or lap["Person - Job title"].to_list() == [None]


def test_one_that_only_joins_says_nothing_of_the_person(tmp_path: Path) -> None:
    source = in_sell(company_name="Tidal", title="Mate")

    held, _ = moved(source, tmp_path, "32")

    person = held.tables["persons"].row(by_predicate=pl.col("Name") == "Ines Buoy", named=True)
    assert (person["Organization"], person["Job title"]) == ("Buoy & Bell", "Captain")
    assert held.tables["notes"].filter(pl.col("Lead").is_not_null())["Content"].to_list() == [
        "Job title: Mate<br>Company: Tidal"
    ]


@pytest.mark.parametrize(
    ("lead", "header", "known_at", "brings", "company_at"),
    [
        ("31", "Organization ID", None, True, 5),
        ("31", "Organization ID", 7, True, 7),
        ("33", "Organization ID", None, False, None),
        ("31", "Label", None, False, None),
    ],
)
def test_a_lead_brings_whom_one_that_became_a_deal_has_made(
    tmp_path: Path, lead: str, header: str, known_at: int | None, brings: bool, company_at: int | None
) -> None:
    """It has most to say of them if it is the first one, and if the export shows what they lack."""
    (tmp_path / "people.csv").write_text(f"ID,Name,{header},Zendesk Sell ID\n8,Ines,,\n")
    (tmp_path / "deals.csv").write_text(
        "ID,Title,Contact person ID,Zendesk Sell ID,Zendesk Sell lead ID\n1,Ines,8,,32\n"
    )
    row = {"id": lead, "who": HELD, "who_id": "8", "company_at": 5, "p_company_at": known_at}
    rows = pl.DataFrame([row], schema_overrides={"p_company_at": pl.Int64})

    done = with_first(rows, read_pipedrive(tmp_path)).row(0, named=True)

    assert (done["brings"], done["p_company_at"]) == (brings, company_at)


def test_only_who_brings_somebody_says_what_the_export_shows_as_blank(tmp_path: Path) -> None:
    """Of a column that it does not show nobody knows what stands there."""
    (tmp_path / "people.csv").write_text(
        "ID,Name,First name,Job title,Email,Zendesk Sell ID\n8,Ines,,Captain,,\n"
    )
    said = dict.fromkeys(("first", "last", "job", "address", "email", "work", "mobile"), "x")
    rows = pl.DataFrame([{"p_system_id": "8", "brings": brings, **said} for brings in (True, False)])

    done = with_shown(rows, pl.col("p_system_id").is_not_null(), read_pipedrive(tmp_path))

    more = [{name for name in said if row[f"more_{name}"]} for row in done.to_dicts()]
    assert more == [{"first", "email"}, set()]


@pytest.mark.parametrize(
    ("name", "mine", "there", "is_unsaid"),
    [
        ("work", "+47 31 00", ["+473100"], False),
        ("work", "+47 31 01", ["+473100"], True),
        ("email", "A@x.no", ["a@x.no"], False),
        ("email", "1@x.no", ["1@y.no"], True),
    ],
)
def test_a_value_is_unsaid_if_none_of_the_person_s_is_the_same(
    name: str, mine: str, there: list[str], is_unsaid: bool
) -> None:
    """Phones are their digits, e-mails their letters."""
    rows = pl.DataFrame({name: [mine], "there_phones": [there], "there_emails": [there]})

    assert rows.select(unsaid(name)).item() == is_unsaid

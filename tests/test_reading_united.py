"""Several files of one entity: a record an id, its latest state, one vocabulary."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.exports import CONTACTS, LEADS, REAL, codes, folder
from zsell_transform import transform
from zsell_transform.reading import read_export

# --- several files of one entity ----------------------------------------------------------------------------


def test_overlapping_files_never_double_a_record(tmp_path: Path) -> None:
    """The full export gives the record, a Smart List fills what it has not; a difference is told."""
    full = "id,name,scope,stage_name,main_contact_id,currency,custom Weight,last_activity_date\n"
    here = folder(
        tmp_path,
        deals__csv=full + "1,One,300,Won,9,SEK,,2024-01-02T03:04:05Z\n2,Two,5,Won,9,,7,\n",
        hot__csv="Deal name,Deal ID,Value,Currency,Weight,Last activity date,Colour\n"
        "One,1,300.0,EUR,12,2024-01-02 03:04:05,red\nThree,3,1,NOK,,,\n",
    )

    export = read_export(here, {"smart_lists": {"hot.csv": "Hot deals"}})
    table = export.tables["deals"]

    assert table.select("id", "name", "currency", "custom Weight", "Colour", "_smart_list").rows() == [
        ("1", "One", "SEK", "12", "red", "Hot deals"),
        ("2", "Two", None, "7", None, None),
        ("3", "Three", "NOK", None, None, "Hot deals"),
    ]
    assert export.merged == {"deals": 1}
    differing = export.issues.filter(code="records_differ")
    assert differing.select("source_id", "field", "value", "file").rows() == [
        ("1", "currency", "EUR", "hot.csv")
    ]


def test_of_two_days_the_later_state_counts(tmp_path: Path) -> None:
    """Whatever the files are called; the earlier one won by its name."""
    header, day = "id,name,scope,stage_name,owner,updated_at\n", "2026-03-0{}T10:00:00Z"
    here = folder(
        tmp_path,
        deals_friday__csv=f"{header}1,Roof,5,Won,Kim,{day.format(6)}\n2,Barn,5,New,,{day.format(6)}\n",
        deals_monday__csv=f"{header}1,Roof,5,New,Kim,{day.format(2)}\n2,Barn,5,New,Kim,{day.format(7)}\n",
        deals_0__csv=f"{header}1,Roof,5,Quote,Kim,{day.format(1)}\n",
    )

    export = read_export(here)

    assert export.tables["deals"].sort("id").select("id", "stage_name", "owner").rows() == [
        ("1", "Won", "Kim"), ("2", "New", "Kim")
    ]  # fmt: skip
    assert sorted(export.issues.filter(pl.col("code") == "records_differ")["value"]) == ["New", "Quote"]


@pytest.mark.parametrize("blank", ["", " ", "\u00a0"])
def test_blanks_are_no_value_and_no_id(tmp_path: Path, blank: str) -> None:
    """Blanks kept another file's value away, and were an id, by which records without one became one."""
    here = folder(
        tmp_path,
        contacts_0__csv=f"{CONTACTS}Eva,Ek,false,Eva Ek,,{blank},1\nBo,Al,false,Bo Al,,,{blank}\n",
        contacts_1__csv=f"{CONTACTS}Eva,Ek,false,Eva Ek,,eva@ek.example, 1\nCy,Ho,false,Cy Ho,,,{blank}\n"
        f"{blank},{blank},,Acme,,,7\n",
    )

    tables = read_export(here).tables

    assert tables["contacts"].select("id", "name", "email").rows() == [
        ("1", "Eva Ek", "eva@ek.example"), (None, "Bo Al", None), (None, "Cy Ho", None),
    ]  # fmt: skip
    assert tables["companies"]["name"].to_list() == ["Acme"]


def test_what_was_emptied_since_is_empty(tmp_path: Path) -> None:
    """The earlier state filled it again; of another list, which has no such column, nothing is emptied."""
    day = "2026-0{}-02T10:00:00Z"
    here = folder(
        tmp_path,
        deals_0__csv=f"id,name,stage_name,main_contact_id,owner,updated_at\n1,Roof,5,2,Kim,{day.format(1)}\n",
        deals_1__csv=f"id,name,stage_name,main_contact_id,updated_at\n1,Roof,5,,{day.format(6)}\n",
        deals_2__csv="Deal name,Deal ID,Contact ID\nRoof,1,\n",
    )

    export = read_export(here)

    deals = export.tables["deals"].select("id", "name", "main_contact_id", "owner")
    assert deals.rows() == [("1", "Roof", None, "Kim")]
    told = export.issues.filter(pl.col("code") == "records_differ")
    assert told.select("field", "value").rows() == [("main_contact_id", "2")]


@pytest.mark.parametrize("when", ["31/01/2024 10:00", "yesterday"])
def test_days_that_cannot_be_compared_tell_no_order(tmp_path: Path, when: str) -> None:
    header = "id,name,stage_name,updated_at\n"
    here = folder(tmp_path, a__csv=f"{header}1,Roof,New,2024-06-01\n", b__csv=f"{header}1,Roof,Won,{when}\n")

    assert read_export(here).tables["deals"]["stage_name"].to_list() == ["New"]


def test_people_of_several_files_are_united_before_they_part(tmp_path: Path) -> None:
    """A Smart List does not say who is a company; the full export does."""
    here = folder(
        tmp_path,
        contacts__csv=f"{CONTACTS},,true,Firm,,,1\nAnna,Berg,false,Anna Berg,,,2\n",
        list__csv="Name,Contact ID,Email\nFirm,1,f@x.example\nAnna Berg,2,a@x.example\n",
    )

    export = read_export(here)

    assert export.tables["companies"].select("id", "email").rows() == [("1", "f@x.example")]
    assert export.tables["contacts"].select("id", "email").rows() == [("2", "a@x.example")]
    assert export.merged == {"companies": 1, "contacts": 1}


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("03/04/2025", "2025-04-03", False),
        ("03/04/2025", "2025-03-04", False),
        ("03/04/2025", "2025-04-05", True),
        ("13/02/2025 10:00", "2025-02-13 10:00", False),
        ("13/02/2025 10:00", "2025-02-13", False),
        ("13/02/2025 10:00", "2025-02-13 11:00", True),
        ("1,5", "1.5", False),
        ("1,500", "1500.0", False),
        ("1,5", "15", True),
        ("true", "Yes", False),
        ("true", "no", True),
        ("Ek", "Ekström", True),
    ],
)
def test_only_what_differs_in_meaning_is_told(tmp_path: Path, one: str, other: str, differ: bool) -> None:
    """A full export and a Smart List spell days, numbers and ticks in ways of their own."""
    here = folder(
        tmp_path,
        deals__0__csv=f'id,name,stage_name,owner,main_contact_id,custom Start\n1,Roof,In,Kim,,"{one}"\n',
        deals_20260401_0752__csv=f'Deal name,Deal ID,Pipeline stage,Owner,Start\nRoof,1,In,Kim,"{other}"\n',
    )

    told = read_export(here).issues.filter(code="records_differ")

    assert told["value"].to_list() == ([other] if differ else [])


@pytest.mark.parametrize(("name", "differ"), [("Eva Ek", False), ("Ek, Eva", False), ("Åsa Ek", True)])
def test_the_full_name_of_a_lead_is_no_other_last_name(tmp_path: Path, name: str, differ: bool) -> None:
    """A list of leads has one name, which is read as the last one where there is no other."""
    here = folder(
        tmp_path,
        leads__0__csv=f"{LEADS}Eva,Ek,,New,Kim,301\n",
        leads_20260401_0752__csv=f'Lead name,Lead ID,Owner,Added on\n"{name}",301,Kim,2025-01-02\n',
    )

    told = read_export(here).issues.filter(code="records_differ")

    assert told["value"].to_list() == ([name] if differ else [])


def test_the_full_name_of_a_lead_beside_its_parts_is_kept(tmp_path: Path) -> None:
    """As a contact's is: title, middle name, and a last name that the list has nowhere else."""
    rows = (
        'Dr. Eva Maria Ost,1,Eva,Ost,Acme\nEva Ost,2,Eva,,Acme\n"Ek, Bo",3,Bo,Ek,\nAcme,4,,,Acme\nAl,5,,,\n'
    )
    here = folder(
        tmp_path, leads_20260401_0752__csv=f"Lead name,Lead ID,First name,Last name,Company name\n{rows}"
    )

    leads = transform(here, rehearse=False).tables["leads"].sort("Lead - Zendesk Sell lead ID")

    names = leads.select("Person - Name", "Person - First name", "Person - Last name").rows()
    assert names == [
        ("Dr. Eva Maria Ost", "Eva", "Ost"),
        ("Eva Ost", "Eva", None),
        ("Bo Ek", "Bo", "Ek"),
        (None, None, None),
        ("Al", None, "Al"),
    ]
    assert leads["Lead - Title"].to_list()[:2] == ["Dr. Eva Maria Ost, Acme", "Eva Ost, Acme"]


def test_dates_that_a_spreadsheet_numbered(tmp_path: Path) -> None:
    """Told by cell, in Sell's own date columns only."""
    here = folder(
        tmp_path, deals__csv="id,name,scope,stage_name,main_contact_id,added_on\n1,One,45000,Won,9,45321\n"
    )

    issues = read_export(here).issues

    assert issues.select("code", "field", "value", "row").rows() == [("serial_day", "added_on", "45321", 2)]


@pytest.mark.skipif(not REAL.is_dir(), reason="the export that we did not make is not beside this checkout")
def test_the_export_that_we_did_not_make() -> None:
    """2016's layout; its tasks, each wrapped in quotes as one cell, are repaired one by one."""
    export = read_export(REAL)

    assert export.tables["companies"].height == 8
    assert export.tables["contacts"].height == 4
    task = export.tables["tasks"].row(0, named=True)
    assert task["taskable_type"] == "SalesAccount"
    assert task["taskable_id"] == "69512473"
    assert task["remind"] == "true"
    assert codes(export) == ["record_unwrapped"] * 4


def test_a_list_of_companies_brings_no_columns_to_people(tmp_path: Path) -> None:
    """A file that holds one kind only is no part of the other's table."""
    here = folder(
        tmp_path,
        companies__csv="Company name,Company ID,Roof\nFirm,1,flat\n",
        people__csv="Name,Contact ID,First name,Last name,Shoe size\nAnna Berg,2,Anna,Berg,38\n",
    )

    export = read_export(here)

    assert "Roof" not in export.tables["contacts"].columns
    assert export.tables["companies"]["Roof"].to_list() == ["flat"]


def test_custom_fields_of_all_families_share_their_names(tmp_path: Path) -> None:
    """`Weight` of a Smart List is the full export's `custom Weight`, also where no record stands in both."""
    here = folder(
        tmp_path,
        deals__csv="id,name,scope,stage_name,main_contact_id,custom Weight\n1,One,3,Won,9,7\n",
        more__csv="Deal name,Deal ID,Weight\nTwo,2,8\n",
    )

    assert read_export(here).tables["deals"]["custom Weight"].to_list() == ["7", "8"]


def test_custom_fields_called_like_our_own_columns_share_their_names(tmp_path: Path) -> None:
    """Two fields each, `file` and `file (2)`, with the same values."""
    here = folder(
        tmp_path,
        contacts__csv=f"{CONTACTS.strip()},custom (contact) file,custom (contact) row\n"
        "Ines,Reef,false,Ines Reef,,,1,A1,R1\n",
        people__csv="Name,Contact ID,First Name,Last Name,file,row\nInes Reef,1,Ines,Reef,A1,R1\n",
    )

    found = transform(here, rehearse=False).tables["persons"]

    assert [c for c in found.columns if "file" in c or "row" in c] == ["Person - file", "Person - row"]
    assert found.select("Person - file", "Person - row").row(0) == ("A1", "R1")


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [("current", "Customer", False), ("past", "Past Customer", False), ("non", "None", False),
     ("Current", "current", False), ("current", "Past Customer", True), ("current", "Partner", True)],
)  # fmt: skip
def test_a_status_in_the_words_of_lists_and_exports_is_one(
    tmp_path: Path, one: str, other: str, differ: bool
) -> None:
    """A warning for each customer of the account."""
    here = folder(
        tmp_path,
        contacts__csv=f"id,first_name,last_name,customer_status\n1,Ines,Reef,{one}\n",
        people__csv=f"Name,Contact ID,First Name,Last Name,Customer status\nInes Reef,1,Ines,Reef,{other}\n",
    )

    assert ("records_differ" in codes(read_export(here))) == differ


def test_documents_of_no_record_are_counted(tmp_path: Path) -> None:
    """Templates and the account's library were left out without a word: no file of theirs told it."""
    header = "uploaded_file_name,uploaded_file_size_in_bytes,documentable_id,documentable_type,created_at,id"
    kinds = ("Contact", "DocumentRepository", "PublicEmailTemplate")
    rows = (f"{kind}.pdf,1,,{kind},2024-01-02T03:04:05.678Z,{n}" for n, kind in enumerate(kinds))
    here = folder(
        tmp_path, documents__csv="\n".join([header, *rows, ""]), leads__csv=f"{LEADS},Berg,,New,,1\n"
    )

    found = transform(here, rehearse=False).issues.filter(pl.col("entity") == "documents")

    assert ("document_left_out", "2") in found.select("code", "value").rows()


def test_a_flag_that_says_neither_is_told(tmp_path: Path) -> None:
    """Words of other languages are read; of any other, names decided without a word."""
    rows = "Eva,Ek,falsch,Eva Ek,,,2\n,,wahr,Acme,,,3\n,,x,Beta,,,4\nBo,Al,x,Bo Al,,,5\n"

    migration = transform(folder(tmp_path, contacts__csv=CONTACTS + rows), rehearse=False)

    assert migration.tables["organizations"]["Organization - Zendesk Sell ID"].to_list() == ["3", "4"]
    told = migration.issues.filter(pl.col("code") == "kind_unreadable")
    assert sorted(told.select("severity", "source_id", "value").rows()) == [
        ("warning", "4", "x"),
        ("warning", "5", "x"),
    ]

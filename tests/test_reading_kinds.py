"""Lists of contacts: which of their records are people, and which are companies."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import polars as pl
import pytest

from tests.exports import codes, folder
from zsell_transform import transform
from zsell_transform.reading import read_export

#: How Sell calls the list of people and companies.
CONTACTS = "contacts_20260401_0752__csv"
JANE, ACME, BOB = "Jane Doe,502,Acme Ltd,501", "Acme Ltd,501,,", "Bob Solo,503,,"


def kinds(source: Path, mapping: object = None) -> tuple[list[str], list[str], str | None]:
    """Ids of companies, ids of people, and of how many records the kind is assumed."""
    with read_export(source, mapping) as export:
        told = export.issues.filter(pl.col("code") == "kind_assumed")["message"].to_list()
        ids = (export.tables[entity]["id"].to_list() for entity in ("companies", "contacts"))
        companies, people = ids
    return companies, people, told[0].split(" in ")[1].split(";")[0] if told else None


@pytest.mark.parametrize(
    "header", ["Name,Contact ID,Company Name,Company ID", "Contact,Contact ID,Company,Company ID"]
)
def test_an_id_under_company_id_is_a_company_s(header: str, tmp_path: Path) -> None:
    """It became a person, whose people lost their links to it, and nothing said so."""
    here = folder(tmp_path, **{CONTACTS: "\n".join([header, JANE, ACME, BOB, ""])})

    assert kinds(here) == (["501"], ["502", "503"], "1 record")

    persons = transform(here, trial=0, rehearse=False).tables["persons"]
    assert dict(persons.select("Person - Name", "Organization - Name").rows()) == {
        "Jane Doe": "Acme Ltd",
        "Bob Solo": None,
    }


def test_so_is_one_under_the_company_id_of_a_deal_or_of_another_list(tmp_path: Path) -> None:
    list_of_both = "Name,Contact ID,Email\nAcme Ltd,501,\nJane Doe,502,\nBeta Ltd,504,\nCity Ltd,505,\n"
    here = folder(
        tmp_path,
        **{CONTACTS: list_of_both},
        deals__csv="Deal name,Deal ID,Contact,Contact ID,Company,Company ID,Stage,Pipeline\n"
        "Roof,801,Acme Ltd,501,Acme Ltd,501,New,Sales\n",
        people__csv="Name,Contact ID,First name,Last name,Company,Company ID\n"
        "Jane Doe,502,Jane,Doe,Beta Ltd,504\n",
        companies__csv="Company name,Company ID\nCity Ltd,505\n",
    )

    companies, people, assumed = kinds(here)

    assert (sorted(set(companies)), people, assumed) == (["501", "504", "505"], ["502"], None)
    made = transform(here, trial=0, rehearse=False)
    assert made.tables["deals"]["Organization - Name"].to_list() == ["Acme Ltd"]
    assert made.tables["persons"]["Organization - Name"].to_list() == ["Beta Ltd"]


@pytest.mark.parametrize("header", ["Company Name,Contact ID,Title,Email", "Company,Contact ID,Title,Email"])
def test_a_list_whose_names_are_those_of_companies(header: str, tmp_path: Path) -> None:
    """Each became a person called by its mailbox, beside an empty organization. Titles are people's."""
    rows = ["Acme Ltd,501,,info@acme.example", "Acme Ltd,502,Clerk,jane@acme.example"]
    here = folder(tmp_path, **{CONTACTS: "\n".join([header, *rows, ""])})

    assert kinds(here) == (["501"], ["502"], None)

    made = transform(here, trial=0, rehearse=False).tables["organizations"]
    assert made.select("Organization - Name", "Organization - Zendesk Sell ID").rows() == [
        ("Acme Ltd", "501")
    ]


@pytest.mark.parametrize(
    ("file", "companies", "assumed"),
    [
        ("companies_20260401_0752", ["501", "504"], None),
        ("people_20260401_0752", [], None),
        ("contacts_20260401_0752", [], "2 records"),
        ("contacts", [], "2 records"),
        ("contacts of companies", [], "2 records"),
        ("list", [], "2 records"),
        ("My organizations 2024-01-31 (2)", ["501", "504"], None),
        ("Company list", ["501", "504"], None),
        ("Firmen", ["501", "504"], None),
        ("Unternehmen_20260401_0752", ["501", "504"], None),
        ("entreprises 2024", ["501", "504"], None),
        (unicodedata.normalize("NFD", "Sociétés"), ["501", "504"], None),
        ("会社_20260401_0752", ["501", "504"], None),
        ("Personen", [], None),
        ("personnes_20260401_0752", [], None),
        ("Firmen Kontakte", [], "2 records"),
        ("Firmenkunden", [], "2 records"),
        ("Einkauf der Unternehmen", [], "2 records"),
        ("Firmen alt", [], "2 records"),
        ("VIP Personen", [], "2 records"),
        ("AllCompanies2024", ["501", "504"], None),
        ("Organic search_20240101_1000", [], "2 records"),
        ("Organisers 2024_20240101_1000", [], "2 records"),
        ("Accompanied_20240101_1000", [], "2 records"),
        ("VIP company buyers_20240101_1000", [], "2 records"),
        ("Salespersons_20240101_1000", [], "2 records"),
    ],
)
def test_the_name_of_a_file_may_say_what_it_holds(
    file: str, companies: list[str], assumed: str | None, tmp_path: Path
) -> None:
    """Companies were read as people; Sell's word for both kinds passed for a word for people."""
    text = "Name,Contact ID,Email\nAcme Ltd,501,info@acme.example\nBeta Ltd,504,info@beta.example\n"
    (tmp_path / f"{file}.csv").write_text(text, "utf-8")

    found, people, told = kinds(tmp_path)

    assert (found, told) == (companies, assumed)
    assert sorted(found + people) == ["501", "504"]


def test_who_has_an_employer_is_a_person_whatever_the_file_is_called(tmp_path: Path) -> None:
    here = folder(tmp_path, companies__csv=f"Name,Contact ID,Company,Company ID\n{JANE}\n{ACME}\n{BOB}\n")

    assert kinds(here) == (["501", "503"], ["502"], None)


@pytest.mark.parametrize(
    "file", ["Organic search_20240101_1000", "VIP company buyers_20240101_1000", "companies"]
)
def test_a_title_and_another_company_s_name_are_a_person_s_whatever_the_file_is_called(
    file: str, tmp_path: Path
) -> None:
    """A Smart List's name that had `organi` or `compan` in it made companies of people, without a word."""
    people = "Eva,1,Boss,e@x.example,Fy\nUlf,2,,f@x.example,Gu\nBo,3,CEO,b@x.example,\n"
    (tmp_path / f"{file}.csv").write_text("Name,Contact ID,Title,Email,Company name\n" + people, "utf-8")

    assert kinds(tmp_path) == ([], ["1", "2", "3"], None)

    made = transform(tmp_path, trial=0, rehearse=False).tables
    assert made["persons"].select("Person - Name", "Organization - Name").rows() == [
        ("Eva", "Fy"),
        ("Ulf", "Gu"),
        ("Bo", None),
    ]
    assert made["organizations"]["Organization - Name"].to_list() == ["Fy", "Gu"]


@pytest.mark.parametrize(
    ("file", "entity", "told"),
    [
        ("companies", "companies", []),
        ("Organic search", "contacts", ["kind_assumed"]),
        ("Accompanied", "contacts", ["kind_assumed"]),
        ("company contacts", "contacts", ["kind_assumed"]),
        ("company_final", "contacts", ["kind_assumed"]),
        ("companies_final", "companies", []),
        ("companies v2", "companies", []),
        ("Companies export for Pipedrive", "companies", []),
        ("customers companies", "companies", []),
        ("organizations_backup", "companies", []),
        ("lista de empresas", "companies", []),
        ("My list of companies 2024", "companies", []),
        ("companies with deals", "companies", []),
        ("buyers of companies", "contacts", ["kind_assumed"]),
        ("CEOs of companies", "contacts", ["kind_assumed"]),
        ("engineers at companies", "contacts", ["kind_assumed"]),
        ("contatos das empresas", "contacts", ["kind_assumed"]),
        ("Firmen", "companies", []),
        ("Firmen Messe", "contacts", ["kind_assumed"]),
        ("Personen", "contacts", []),
    ],
)
def test_a_list_without_ids_holds_companies_where_its_file_s_name_says_companies_and_no_people(
    file: str, entity: str, told: list[str], tmp_path: Path
) -> None:
    """Any name with `organi` or `compan` in it did; then, none that had one more word."""
    (tmp_path / f"{file}.csv").write_text("Name,Email,Phone\nEva Ek,e@x.example,555 1\n", "utf-8")

    with read_export(tmp_path) as export:
        assert [each for each, table in export.tables.items() if table.height] == [entity]
        assert [code for code in codes(export) if code == "kind_assumed"] == told


@pytest.mark.parametrize(
    ("file", "entity", "told"),
    [
        ("companies_20240101_1000", "companies", []),
        ("VIP company buyers_20240101_1000", "contacts", ["kind_assumed"]),
    ],
)
def test_so_does_one_whose_language_is_not_known(
    file: str, entity: str, told: list[str], tmp_path: Path
) -> None:
    (tmp_path / f"{file}.csv").write_text("Nimi,Tunnus,Email\nEva Ek,7001,e@x.example\n", "utf-8")

    with read_export(tmp_path) as export:
        assert export.tables[entity].select("id", "name").rows() == [("7001", "Eva Ek")]
        assert [code for code in codes(export) if code == "kind_assumed"] == told


@pytest.mark.parametrize(
    ("file", "header", "entity"),
    [
        ("company leads", "Full name,ID,Email,Phone,Status,Company name", "leads"),
        ("leads of companies_20260401_0752", "Full name,ID,Email,Phone,Status,Company name", "leads"),
        ("company deals", "Deal name,ID,Stage,Pipeline,Value,Owner", "deals"),
        ("deals by company_20260401_0752", "Deal name,Numero,Stage,Pipeline,Value,Owner", "deals"),
        ("Leading companies_20260401_0752", "Nimi,Tunnus,Email,Phone,Status,City", "companies"),
    ],
)
def test_deals_and_leads_of_companies_are_deals_and_leads(
    file: str, header: str, entity: str, tmp_path: Path
) -> None:
    """A word for companies in the name of their file made contacts of them, or nothing at all."""
    (tmp_path / f"{file}.csv").write_text(f"{header}\nRoof,7001,,,,\n", "utf-8")

    with read_export(tmp_path) as export:
        assert {each: table.height for each, table in export.tables.items() if table.height} == {entity: 1}
        assert export.tables[entity]["id"].to_list() == ["7001"]


def test_two_rows_of_one_company_s_name_are_its_people(tmp_path: Path) -> None:
    """A list without a column for names became companies: `Fy`, `Fy (2)` and `Gu`."""
    rows = ["Fy,1,eva@x.example,1", "FY ,2,bo@x.example,2", "Gu,3,cy@x.example,3"]
    here = folder(tmp_path, list__csv="\n".join(["Company name,Contact ID,Email,Mobile number", *rows, ""]))

    assert kinds(here) == ([], ["1", "2", "3"], "3 records")

    deals = "Deal name,Deal ID,Company ID,Company name\nRoof,8,1,Fy\n"
    assert kinds(folder(tmp_path, deals__csv=deals)) == (["1"], ["2", "3"], "2 records")


@pytest.mark.parametrize(("doubled", "companies", "assumed"), [(1, 20, None), (4, 0, "20 records")])
def test_one_pair_of_companies_with_the_same_name_leaves_a_list_one_of_companies(
    doubled: int, companies: int, assumed: str | None, tmp_path: Path
) -> None:
    """One pair made people of all of them, called by their mailboxes."""
    rows = [f"Co {max(each, doubled)},{each},c{each}@x.example" for each in range(20)]
    here = folder(tmp_path, **{CONTACTS: "\n".join(["Company name,Contact ID,Email", *rows, ""])})

    found, people, told = kinds(here)

    assert (len(found), len(people), told) == (companies, 20 - companies, assumed)


def test_the_user_s_mapping_decides_and_what_it_leaves_open_is_told(tmp_path: Path) -> None:
    text = "Name,Contact ID,Sort,Email\nAcme,501,Company,\nJane,502,person,\nBeta,504,,\n"
    here = folder(tmp_path, **{CONTACTS: text})

    mapping = {"columns": {"contacts": {"Sort": "is_organisation"}}}

    assert kinds(here, mapping) == (["501"], ["502", "504"], "1 record")


@pytest.mark.parametrize(
    ("header", "entity", "column"),
    [
        ("Nombre,ID de contacto,Empresa", "contacts", "name"),
        ("Nom,ID du contact,Entreprise", "contacts", "name"),
        ("Nome,ID do lead,Empresa", "leads", "last_name"),
        ("Nombre,ID de la empresa,Ciudad", "companies", "name"),
        ("Nombre,ID de contacto,Apellido", "contacts", "first_name"),
        ("Apellido,ID de contacto,Empresa,Nombre", "contacts", "last_name"),
    ],
)
def test_a_word_for_name_or_first_name_that_stands_alone_is_the_name(
    header: str, entity: str, column: str, tmp_path: Path
) -> None:
    """A whole name became a first name, and each company a person of that first name."""
    here = folder(tmp_path, list__csv=f"{header}\nx y,7,Firm\n")

    with read_export(here) as export:
        assert export.tables[entity][column].to_list() == ["x y"]
        assert "last_name" not in export.tables[entity].columns or column != "name"


@pytest.mark.parametrize(
    ("header", "entity", "column"),
    [
        ("Name,Contact ID,Date Added", "contacts", "created_at"),
        ("Name,Lead ID,Date added", "leads", "created_at"),
        ("Deal name,Deal ID,Date Added", "deals", "added_on"),
        ("Deal name,Deal ID,Deal Added", "deals", "added_on"),
    ],
)
def test_columns_that_zendesk_s_help_names(header: str, entity: str, column: str, tmp_path: Path) -> None:
    """The day became a custom field. What was so at the moment of the export alone, too, and is left out."""
    text = f"{header},Next Email,Ongoing Sequences\nx,7,2026-01-31,2026-04-05 10:00,Welcome\n"

    with read_export(folder(tmp_path, people__csv=text)) as export:
        table, told = export.tables[entity], codes(export)

    assert table[column].to_list() == ["2026-01-31"]
    assert told.count("momentary_column") == 2
    assert not {"Next Email", "Ongoing Sequences"} & set(table.columns)


def test_what_tells_the_kind_is_said_where_it_is_assumed(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Name,Contact ID,Email\nAcme,501,a@x.example\n", "utf-8")

    with read_export(tmp_path) as export:
        [told] = export.issues.filter(code="kind_assumed")["message"]
    assert "read as people; First name and Last name in the list tell them apart" in told
    assert "columns: {contacts: {Type: is_organisation}}" in told

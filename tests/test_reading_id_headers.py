"""Smart Lists in any language: what the ids of linked records may be called."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.exports import folder
from zsell_transform import transform
from zsell_transform.reading import read_export

DEALS = {
    "en": "Deal name,Deal ID,Stage,Owner",
    "es": "Nombre del trato,ID del trato,Fase del pipeline,Propiedad",
    "de": "Name des Geschäfts,Geschäfts-ID,Phase,Inhaber",
    "fr": "Nom de l'opportunité de vente,ID de l’opportunité de vente,Étape,Propriétaire",
    "pt": "Nome da oportunidade,ID da oportunidade,Estágio,Responsável",
    "it": "Nome della trattativa,ID della trattativa,Fase,Titolare",
    "nl": "Dealnaam,Deal-ID,Fase,Eigenaar",
    "pl": "Nazwa transakcji,ID transakcji,Etap,Właściciel",
    "id": "Nama kesepakatan,ID kesepakatan,Tahap,Pemilik",
    "ja": "取引名,取引ID,ステージ,オーナー",
}


def deals(
    tmp_path: Path, header: str, *cells: str, people: str = "2001", **columns: str
) -> tuple[list[str], list[str]]:
    """The columns of a list of deals, and the messages about its ids.

    `people` is the id of a contact in another list; there is none where it is blank.
    """
    rows = "".join(f"Roof,90{n},Quote,Kim,{one}\n" for n, one in enumerate(cells))
    tmp_path.mkdir(exist_ok=True)
    files = {"deals_20260401_0752__csv": f"{header}\n{rows}"}
    if people:
        files["contacts_20260401_0752__csv"] = (
            f"Name,Contact ID,First name,Last name\nAnna Berg,{people},Anna,Berg\n"
        )
    export = read_export(folder(tmp_path, **files), {"columns": {"deals": columns}} if columns else None)
    told = export.issues.filter(pl.col("code") == "link_id_not_known")
    return export.tables["deals"].columns, told["message"].to_list()


@pytest.mark.parametrize(
    ("language", "name", "header", "column"),
    [
        ("en", "Primary contact", "Primary contact's ID", "main_contact_id"),
        ("en", "Organization", "ID of the organization", "company_id"),
        ("es", "Contacto principal", "ID del contacto principal", "main_contact_id"),
        ("es", "Compañía", "ID compañía", "company_id"),
        ("de", "Hauptkontakt", "ID des Hauptkontakts", "main_contact_id"),
        ("de", "Primärer Kontakt", "ID des primären Kontakts", "main_contact_id"),
        ("de", "Firma", "Firmen-ID", "company_id"),
        ("de", "Unternehmen", "ID des Unternehmens", "company_id"),
        ("fr", "Contact principal", "ID du contact principal", "main_contact_id"),
        ("fr", "Société", "ID de la société", "company_id"),
        ("pt", "Contato principal", "ID do contato principal", "main_contact_id"),
        ("it", "Contatto principale", "ID del contatto principale", "main_contact_id"),
        ("it", "Società", "ID della società", "company_id"),
        ("nl", "Contactpersoon", "Contactpersoon-ID", "main_contact_id"),
        ("nl", "Bedrijf", "ID van het bedrijf", "company_id"),
        ("pl", "Główny kontakt", "ID głównego kontaktu", "main_contact_id"),
        ("id", "Kontak utama", "ID kontak utama", "main_contact_id"),
        ("ja", "メイン取引先責任者", "メイン取引先責任者のID", "main_contact_id"),
        ("ja", "取引先責任者", "メイン取引先責任者ID", "main_contact_id"),
    ],
)
def test_the_id_of_what_a_list_names_is_known(
    language: str, name: str, header: str, column: str, tmp_path: Path
) -> None:
    """It was a custom field beside a name that may fit several, and nothing was said."""
    columns, told = deals(tmp_path, f"{DEALS[language]},{name},{header}", "Anna,2001", "Anna,")

    assert column in columns
    assert header not in columns
    assert told == []


def test_a_link_by_id_is_not_one_by_a_name_that_fits_several(tmp_path: Path) -> None:
    deals = f"{DEALS['es']},Contacto principal,ID del contacto principal\nX,501,Quote,K,Ana Rus,2\n"
    people = "Nombre completo,ID de contacto,Nombre,Apellido\nAna Rus,2,Ana,Rus\nAna Rus,3,Ana,Rus\n"
    files = {"deals_20260401_0752__csv": deals, "contacts_20260401_0752__csv": people}

    run = transform(folder(tmp_path, **files), rehearse=False, trial=0)

    assert "link_ambiguous" not in run.issues["code"].to_list()
    assert run.summary().filter(pl.col("entity") == "deals")["waiting"].to_list() == [1]


@pytest.mark.parametrize(
    ("entity", "header", "id_header", "column"),
    [
        ("contacts", "Name,Kontakt-ID,Vorname,Nachname,Unternehmen", "Unternehmen-ID", "organisation_id"),
        ("companies", "Firmenname,Firmen-ID,Muttergesellschaft", "ID der Muttergesellschaft",
         "parent_organisation_id"),
    ],
)  # fmt: skip
def test_other_lists_name_companies(
    entity: str, header: str, id_header: str, column: str, tmp_path: Path
) -> None:
    row = ",".join(["Anna", "2001", *["x"] * (header.count(",") - 1), "2001"])
    text = f"{header},{id_header}\n{row}\n"

    export = read_export(folder(tmp_path, **{f"{entity}_20260401_0752__csv": text}))

    assert export.tables[entity][column].to_list() == ["2001"]


def test_a_field_that_speaks_of_an_id_is_told_and_not_taken(tmp_path: Path) -> None:
    """A number of the customer's own is no id of Sell's; if it is one, only the user knows."""
    header = f"{DEALS['de']},Hauptkontakt,ID Kunde"

    columns, [told] = deals(tmp_path / "a", header, "Anna,4711", people="4711")

    assert "ID Kunde" in columns
    assert "main_contact_id" not in columns
    assert "'ID Kunde' may hold the IDs of what the list names under 'Hauptkontakt'" in told
    assert len(deals(tmp_path / "nobody", header, "Anna,4711", people="")[1]) == 1
    assert deals(tmp_path / "other", header, "Anna,4711")[1] == []
    assert deals(tmp_path / "b", header, "Anna,K-4711", people="")[1] == []
    wish = {"ID Kunde": "custom"}
    assert deals(tmp_path / "c", header, "Anna,4711", people="4711", **wish)[1] == []
    assert "main_contact_id" in deals(tmp_path / "d", header, "Anna,1", **{"ID Kunde": "main_contact_id"})[0]
    assert deals(tmp_path / "e", f"{DEALS['de']},ID Kunde", "4711", people="")[1] == []
    assert deals(tmp_path / "f", f"{header},Kontakt-ID", "Anna,4711,2001", people="2001")[1] == []


@pytest.mark.parametrize("header", ["Company ID", "ID of company"])
def test_a_number_of_companies_is_not_taken_for_their_ids(header: str, tmp_path: Path) -> None:
    """Companies came twice, under a register's number, and leads of one number went to one company."""
    people = "Name,Contact ID,First name,Last name,Company\nAnna Berg,2001,Anna,Berg,Moss Ltd\n"
    companies = "Company name,Company ID\nMoss Ltd,901\n"
    deals = "Deal name,Deal ID,Stage,Company,ID of company\nRoof,77,Quote,Moss Ltd,12345678\n"
    leads = f"Lead name,Lead ID,First name,Last name,Company name,{header}\nBo Ash,55,Bo,Ash,Ash Ltd,901\n"
    lists = {"contacts": people, "companies": companies, "deals": deals, "leads": leads}

    export = read_export(folder(tmp_path, **{f"{n}_20260401_0752__csv": text for n, text in lists.items()}))

    assert export.tables["leads"][header].to_list() == ["901"]
    assert export.tables["deals"]["ID of company"].to_list() == ["12345678"]


def test_a_list_without_ids_of_its_own_has_none_of_others(tmp_path: Path) -> None:
    """Who followed the advice had a company for each person."""
    header = DEALS["de"].replace("Geschäfts-ID,", "")
    row = "Roof,Quote,Kim,Anna Berg,2001\n"
    text = f"{header},Hauptkontakt,Zendesk ID\n{row}"

    export = read_export(folder(tmp_path, deals_20260401_0752__csv=text))

    assert "link_id_not_known" not in export.issues["code"].to_list()


def test_a_header_of_ids_without_ids_is_told(tmp_path: Path) -> None:
    """What a spreadsheet made of them, or something else."""
    header = f"{DEALS['nl']},Contactpersoon,Bedrijf,Contactpersoon-ID"

    columns, [told] = deals(tmp_path / "a", header, "Anna,Berg,2.1E+9")

    assert "Contactpersoon-ID" in columns
    assert "under 'Contactpersoon' (main_contact_id)" in told
    assert deals(tmp_path / "b", header, "Anna,Berg,")[1] == []


def test_what_the_mapping_calls_a_name_has_an_id_too(tmp_path: Path) -> None:
    header = f"{DEALS['de']},Ansprechpartner,Ansprechpartner-ID"

    columns, told = deals(tmp_path, header, "Anna,2001", Ansprechpartner="main_contact")

    assert "main_contact_id" in columns
    assert told == []

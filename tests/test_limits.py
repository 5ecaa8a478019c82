"""What is too long for Pipedrive is told by its own limit; names that were cut are known."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import zsell_transform as zt

LEADS = "id,first_name,last_name,company_name,status,email,phone,title,description\n"


def export(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.0.csv").write_text(text)
    return folder


def too_long(migration: zt.Migration) -> set[tuple[str, str]]:
    told = migration.issues.filter(pl.col("code") == "too_long")
    return set(told.select("entity", "field").iter_rows())


@pytest.mark.parametrize(("length", "fields"), [(70_000, set()), (3_000_001, {("notes", "Note - Content")})])
def test_a_note_takes_three_million_characters(
    tmp_path: Path, length: int, fields: set[tuple[str, str]]
) -> None:
    """It was held to the 65,000 of a large text field."""
    source = export(
        tmp_path / "in",
        contacts="id,is_organisation,name,first_name,last_name,email\n1,false,A B,A,B,a@x.example\n",
        notes=f"id,noteable_type,noteable_id,content\n1,Contact,1,{'x' * length}\n",
    )
    lap = zt.transform(source, None, mapping={"single_pass": True}, progress=False)

    assert lap.tables["notes"].height == 1
    assert too_long(lap) == fields


def test_a_leads_person_and_note_have_the_limits_of_their_fields(tmp_path: Path) -> None:
    """They stand in no other file, and were checked in none."""
    long = f"20,L,M,,New,l@x.example,{'1' * 300},{'t' * 300},{'x' * 3_000_001}\n"
    source = export(tmp_path / "in", leads=f"{LEADS}{long}21,,,Firma AB,New,,,,\n")
    lap = zt.transform(source, None, progress=False)

    fields = {"Person - Phone (Work)", "Person - Job title", "Note - Content"}
    assert too_long(lap) == {("leads", field) for field in fields}
    assert "mandatory_blank" not in set(lap.issues["code"])


TITLE = "word " * 60 + "end"


@pytest.mark.parametrize(
    ("note", "differs"),
    [
        ("Lead,20,,Firma AB,,", False),
        ("Lead,20,,firma ab,,", False),
        ("Lead,20,,Other AB,,", True),
        ("Lead,21,,Firma AB,,", False),
        ("Lead,22,,Firma AB,Bo,Ek", False),
        ("Lead,22,,Firma AB,,", False),
        ("Lead,22,,Firma AB,Cy,Ek", True),
        (f"Deal,7,{TITLE},,,", False),
        (f"Deal,7,{TITLE.replace('word', 'ward')},,,", True),
        ("Deal,7,word,,,", True),
    ],
)
def test_a_name_beside_a_link_is_compared_as_sell_calls_the_record(
    tmp_path: Path, note: str, differs: bool
) -> None:
    """An e-mail stood in for the name of a lead, or a title was cut, and each of their notes was doubted."""
    source = export(
        tmp_path / "in",
        contacts="id,is_organisation,name,first_name,last_name\n1,false,A B,A,B\n",
        leads=(
            f"{LEADS}20,,,Firma AB,New,info@firma.example,,,\n21,,,Firma AB,New,,070 1,,\n"
            "22,Bo,Ek,Firma AB,New,bo@firma.example,,,\n"
        ),
        deals=f"id,name,stage_name,main_contact_id\n7,{TITLE},Quote,1\n",
        notes=(
            "id,noteable_type,noteable_id,noteable_name,noteable_company_name,noteable_first_name,"
            f"noteable_last_name,content\n1,{note},hi\n"
        ),
    )
    lap = zt.transform(source, None, progress=False)

    assert ("link_evidence_differs" in set(lap.issues["code"])) == differs


def test_a_name_that_was_cut_leads_to_its_deal(tmp_path: Path) -> None:
    source = export(
        tmp_path / "in",
        contacts="id,is_organisation,name,first_name,last_name\n1,false,A B,A,B\n",
        deals=f"id,name,stage_name,main_contact_id\n7,{TITLE},Quote,1\n",
        notes=f"id,noteable_type,noteable_name,content\n1,Deal,{TITLE},hi\n",
    )
    lap = zt.transform(source, None, progress=False)

    assert "link_dangling" not in set(lap.issues["code"])

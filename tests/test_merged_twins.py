"""Records that are one, by the mapping or by hand in Pipedrive: whatever names either of them means it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

import zsell_transform as zt

MERGE = {"duplicates": {"companies": "merge", "contacts": "merge"}}
CONTACTS = "id,is_organization,name,first_name,last_name,contact_id,email,customer_status\n"
LEADS = "id,first_name,last_name,company_name,status,email\n"


def written(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def twins(folder: Path, employer: str) -> Path:
    """Two companies that are one; Bo works at one of them, and a deal and a lead of his name each."""
    return written(
        folder,
        contacts=f"{CONTACTS}1,true,Acme,,,,,\n2,true,ACME,,,,,\n"
        f"5,false,Bo Ek,Bo,Ek,{employer},bo@x.example,\n",
        deals="id,name,stage_id,contact_id,organization_id\n10,D10,1,5,1\n11,D11,1,5,2\n",
        leads=f"{LEADS}20,Bo,Ek,Acme,New,bo@x.example\n",
    )


def codes(migration: zt.Migration) -> set[str]:
    return set(migration.issues["code"])


def proof(source: Path, there: Path, mapping: dict[str, Any] | None = None) -> tuple[int, ...]:
    found = zt.verify(source, there, mapping=mapping)
    return found.missing.height, found.links.height, found.differing.height


def laps(source: Path, room: Path, mapping: dict[str, Any]) -> tuple[zt.Migration, Path]:
    """The first lap, and what Pipedrive exports when nothing is left."""
    first = last = zt.transform(
        source, room / "lap1", mapping=mapping, progress=False, trial=0, rehearse=False
    )
    there, n = None, 1
    while not last.complete:
        there = zt.rehearse(room / f"lap{n}", there)
        there.export(room / f"pd{n}")
        n += 1
        last = zt.transform(
            source,
            room / f"lap{n}",
            mapping=mapping,
            pipedrive=room / f"pd{n - 1}",
            progress=False,
            trial=0,
            rehearse=False,
        )
    return first, room / f"pd{n - 1}"


def test_deals_and_leads_of_merged_companies_name_the_one_that_is_left(tmp_path: Path) -> None:
    """A deal of the twin had no organization, and the proof of it found nothing amiss."""
    for employer in ("1", "2"):
        room = tmp_path / employer
        room.mkdir()
        source = twins(room / "in", employer)
        first, there = laps(source, room, MERGE)

        assert first.tables["organizations"]["Organization - Zendesk Sell ID"].to_list() == ["1, 2"]
        for item in ("deals", "leads"):
            assert set(first.tables[item]["Organization - Name"]) == {"Acme"}, item
        assert "Deal - Company in Sell" not in first.tables["deals"].columns
        assert "two_organizations" not in codes(first)
        assert proof(source, there, MERGE) == (0, 0, 0)


def test_the_proof_misses_the_organization_of_a_merged_companys_deal(tmp_path: Path) -> None:
    source = twins(tmp_path / "in", "1")
    _, there = laps(source, tmp_path, MERGE)
    deals = pl.read_csv(there / "deals-1.csv", infer_schema=False)
    lost = pl.when(pl.col("Deal - Zendesk Sell ID") != "11")
    deals.with_columns(
        lost.then(pl.col("^Deal - Organization.*$")).name.keep(),
    ).write_csv(there / "deals-1.csv")

    assert zt.verify(source, there, mapping=MERGE).links["source_id"].to_list() == ["11"]


def by_hand(folder: Path) -> Path:
    return written(
        folder,
        organizations=(
            'Organization - ID,Organization - Name,Organization - Zendesk Sell ID\n31,Acme,"1, 2"\n'
        ),
        people=(
            "Person - ID,Person - Name,Person - Organization,Person - Organization ID,Person - Email - Work,"
            "Person - Zendesk Sell ID\n41,Bo Ek,Acme,31,bo@x.example,5\n"
        ),
    )


def test_companies_that_somebody_merged_in_pipedrive_are_one(tmp_path: Path) -> None:
    for employer in ("1", "2"):
        room = tmp_path / employer
        room.mkdir()
        source, there = twins(room / "in", employer), by_hand(room / "there")
        mapping = {"empty_in_pipedrive": ["deals", "leads"]}
        lap = zt.transform(
            source, None, pipedrive=there, mapping=mapping, progress=False, trial=0, rehearse=False
        )

        assert lap.tables["deals"]["Organization - Pipedrive System ID"].to_list() == ["31", "31"]
        assert "two_organizations" not in codes(lap)


def test_the_lead_of_merged_people_is_theirs(tmp_path: Path) -> None:
    """It got a person of its own, `Bo Ek (2)`, as it seemed to fit two of them."""
    source = written(
        tmp_path / "in",
        contacts=f"{CONTACTS}5,false,Bo Ek,Bo,Ek,,bo@x.example,\n6,false,Bo Ek,Bo,Ek,,bo@x.example,\n",
        leads=f"{LEADS}20,Bo,Ek,,New,bo@x.example\n",
    )
    merged = zt.transform(source, None, mapping=MERGE, progress=False, trial=0, rehearse=False)
    there = written(
        tmp_path / "there",
        people=(
            "Person - ID,Person - Name,Person - Email - Work,Person - Zendesk Sell ID\n"
            '41,Bo Ek,bo@x.example,"5, 6"\n'
        ),
    )
    mapping = {"empty_in_pipedrive": ["organizations", "deals", "leads"]}
    merged_by_hand = zt.transform(
        source, None, pipedrive=there, mapping=mapping, progress=False, trial=0, rehearse=False
    )

    for lap in (merged, merged_by_hand):
        assert lap.tables["leads"]["Person - Name"].to_list() == ["Bo Ek"]
        assert "lead_person_ambiguous" not in codes(lap)
    assert merged_by_hand.tables["leads"]["Person - Pipedrive System ID"].to_list() == ["41"]


def test_a_lead_with_the_address_that_a_merge_left_out_is_where_it_belongs(tmp_path: Path) -> None:
    """The proof of a right migration said that the lead hung on somebody else."""
    source = written(
        tmp_path / "in",
        contacts=(
            f"{CONTACTS}9,true,Acme,,,,,\n1,false,Bo Ek,Bo,Ek,9,one@x.example,\n"
            "2,false,Bo Ek,Bo,Ek,9,two@x.example,\n"
        ),
        leads=f"{LEADS}20,Bo,Ek,,New,two@x.example\n21,Cy,Ek,,New,cy@x.example\n",
    )
    _, there = laps(source, tmp_path, MERGE)

    assert proof(source, there, MERGE) == (0, 0, 0)

    leads = pl.read_csv(there / "leads-1.csv", infer_schema=False)
    bo = leads.row(by_predicate=pl.col("Lead - Zendesk Sell lead ID") == "20", named=True)
    same = {column: pl.lit(bo[column]) for column in leads.columns if "ontact person" in column}
    leads.with_columns(**same).write_csv(there / "leads-1.csv")

    assert zt.verify(source, there, mapping=MERGE).links["source_id"].to_list() == ["21"]

"""People work in Pipedrive between two laps: what the next lap writes leaves their links as they are.

A row writes over the links of the records that it names. So beside a deal, lead or person that is in
Pipedrive, it names what Pipedrive's exports show.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from tests.moved import Account, Edit, account, move, where
from zsell_transform.migration import Migration, transform
from zsell_transform.pipedrive.exports.read import read_pipedrive
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import verify

SELL_ID = "Zendesk Sell ID"
LEAD = "Lead - Zendesk Sell lead ID"


@attrs.frozen
class Done:
    """What a lap wrote, and what Pipedrive holds after it; `moved`: the links that it wrote over."""

    run: Migration
    after: Rehearsal

    def record(self, item: str, sell_id: str) -> dict[str, Any]:
        column = "Zendesk Sell lead ID" if item == "leads" else SELL_ID
        return self.after.tables[item].row(by_predicate=pl.col(column) == sell_id, named=True)

    def texts(self, item: str, words: str) -> dict[str, Any]:
        column = {"activities": "Note", "notes": "Content"}[item]
        written = pl.col(column).str.contains(words, literal=True)
        return self.after.tables[item].row(by_predicate=written, named=True)

    @property
    def moved(self) -> list[Any]:
        links = pl.col("field").str.starts_with("_")
        return self.after.overwritten.filter(links).select("item", "sell_id", "field").rows()


def further(frame: pl.DataFrame, **cells: str | None) -> pl.DataFrame:
    """The frame with one more record, which is like the first one save for some cells."""
    return pl.concat([frame, frame.head(1).with_columns(**{c: pl.lit(v) for c, v in cells.items()})])


def in_sell() -> Account:
    """The account of `moved`, in which also the deal of whom the company is not the contact's has a note."""
    source = account()
    source["notes"] = further(source["notes"], id="44", content="Too loud", noteable_id="22")
    return source


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Pipedrive exports after lap 1: companies, people, deals and leads, and no history yet."""
    return move(in_sell(), tmp_path_factory.mktemp("lap_1"), laps=1).exports


def edited(exports: Path, folder: Path, **edits: Edit) -> Path:
    """A copy of the exports in which some lists are others."""
    shutil.copytree(exports, folder)
    for path in folder.iterdir():
        if edit := edits.get(path.name.split("-")[0]):
            edit(pl.read_csv(path, infer_schema=False)).write_csv(path)
    return folder


def lap(source: Account, exports: Path, target: Path, mapping: Mapping[str, Any] | None = None) -> Done:
    run = transform(source, target, pipedrive=exports, mapping=mapping, trial=0, rehearse=False)
    return Done(run, rehearse(target, Rehearsal.of(read_pipedrive(exports).raw)))


def of(exports: Path, item: str, sell_id: str, column: str = "ID") -> str:
    """A cell of one record, as it is after lap 1."""
    raw = read_pipedrive(exports).raw[item]
    value = raw.row(by_predicate=pl.col(SELL_ID) == sell_id, named=True)[column]
    return str(value)


def link(list_of: str, sell_id: str, to: str, system_id: str | None, name: str | None) -> Edit:
    """Sets the link of one record: its System ID and the name beside it."""
    key = LEAD if list_of == "Lead" else f"{list_of} - {SELL_ID}"
    by_id = where(key, sell_id, f"{list_of} - {to} ID", system_id)
    by_name = where(key, sell_id, f"{list_of} - {to}", name)
    return lambda frame: by_name(by_id(frame))


def contact_moved(exports: Path) -> Edit:
    """Wilma Reef went from Skerry Lights to Fog & Sons."""
    return link("Person", "11", "Organization", of(exports, "organizations", "2"), "Fog & Sons")


# --- history ----------------------------------------------------------------------------------------------


def test_a_contact_who_was_moved_stays_there(exports: Path, tmp_path: Path) -> None:
    """The row of a deal's task put her back."""
    there = edited(exports, tmp_path / "e", people=contact_moved(exports))

    done = lap(in_sell(), there, tmp_path / "lap_2")

    assert done.moved == []
    assert done.record("persons", "11")["Organization"] == "Fog & Sons"
    task = done.texts("activities", "Sell task 51")
    assert (task["Contact person"], task["Organization"]) == ("Wilma Reef", None)
    assert task["Deal ID"] == of(exports, "deals", "21")


def test_so_does_one_whose_deals_are_shown_without_their_links(exports: Path, tmp_path: Path) -> None:
    """The deal's own are Sell's then; what the people export shows counts all the same."""
    few = ["Deal - ID", "Deal - Title", f"Deal - {SELL_ID}"]
    there = edited(
        exports, tmp_path / "e", people=contact_moved(exports), deals=lambda frame: frame.select(few)
    )

    run = transform(in_sell(), tmp_path / "lap_2", pipedrive=there, trial=0, rehearse=False)

    row = run.tables["activities"].row(by_predicate=pl.col("Deal - Title") == "New lens", named=True)
    assert row["Person - Pipedrive System ID"] == of(exports, "persons", "11")
    assert row["Organization - Pipedrive System ID"] is None


def test_a_deal_that_was_given_to_another_contact_stays_with_them(exports: Path, tmp_path: Path) -> None:
    otto = of(exports, "persons", "12")
    there = edited(exports, tmp_path / "e", deals=link("Deal", "21", "Contact person", otto, "Otto Shoal"))

    done = lap(in_sell(), there, tmp_path / "lap_2")

    assert done.moved == []
    assert done.record("deals", "21")["Contact person ID"] == otto
    for item, words in (("activities", "Sell task 51"), ("notes", "Sell note 41")):
        told = done.texts(item, words)
        assert (told["Contact person ID"], told["Deal ID"]) == (otto, of(exports, "deals", "21"))
    # The deal's organization is not Otto's.
    assert done.record("persons", "12")["Organization"] == "Fog & Sons"


def test_a_contact_who_was_taken_off_a_deal_stays_off(exports: Path, tmp_path: Path) -> None:
    there = edited(exports, tmp_path / "e", deals=link("Deal", "21", "Contact person", None, None))

    done = lap(in_sell(), there, tmp_path / "lap_2")

    assert done.record("deals", "21")["Contact person ID"] is None
    note = done.texts("notes", "Sell note 41")
    assert (note["Contact person ID"], note["Organization"]) == (None, "Skerry Lights")


def test_a_deal_of_nobody_any_more_is_named_alone(exports: Path, tmp_path: Path) -> None:
    nobody = (link("Deal", "21", to, None, None) for to in ("Contact person", "Organization"))
    first, second = nobody
    there = edited(exports, tmp_path / "e", deals=lambda frame: second(first(frame)))

    done = lap(in_sell(), there, tmp_path / "lap_2")

    note = done.texts("notes", "Sell note 41")
    assert (note["Contact person ID"], note["Organization ID"]) == (None, None)
    assert note["Deal ID"] == of(exports, "deals", "21")
    assert done.record("deals", "21")["Organization"] is None


def test_what_was_merged_keeps_what_it_took_over(exports: Path, tmp_path: Path) -> None:
    """Otto was merged into Wilma, whose Sell id stayed: lap 2 makes him anew, lap 3 gave him his deal."""
    wilma, otto = (of(exports, "persons", one) for one in ("11", "12"))
    there = edited(
        exports,
        tmp_path / "e",
        people=lambda frame: frame.filter(pl.col("Person - ID") != otto),
        deals=link("Deal", "22", "Contact person", wilma, "Wilma Reef"),
    )

    second = lap(in_sell(), there, tmp_path / "lap_2")
    second.after.export(tmp_path / "e_2")
    third = transform(in_sell(), tmp_path / "lap_3", pipedrive=tmp_path / "e_2", trial=0, rehearse=False)

    assert second.record("persons", "12")["ID"] != otto
    assert second.record("deals", "22")["Contact person ID"] == wilma
    assert second.texts("notes", "Sell note 44")["Contact person ID"] == wilma
    assert third.complete


def test_organizations_that_were_merged_keep_their_people(exports: Path, tmp_path: Path) -> None:
    """Lap 2 makes the company anew whose Sell id is gone; lap 3 took people and deals to it."""
    skerry, fog = (of(exports, "organizations", one) for one in ("1", "2"))
    there = edited(
        exports,
        tmp_path / "e",
        organizations=lambda frame: frame.filter(pl.col("Organization - ID") != skerry),
        people=link("Person", "11", "Organization", fog, "Fog & Sons"),
        deals=link("Deal", "21", "Organization", fog, "Fog & Sons"),
    )

    second = lap(in_sell(), there, tmp_path / "lap_2")
    second.after.export(tmp_path / "e_2")
    third = transform(in_sell(), tmp_path / "lap_3", pipedrive=tmp_path / "e_2", trial=0, rehearse=False)

    assert second.record("organizations", "1")["ID"] != skerry
    assert second.moved == []
    note = second.texts("notes", "Sell note 41")
    assert (note["Contact person"], note["Organization ID"]) == ("Wilma Reef", fog)
    assert third.complete


def test_a_lead_s_person_who_was_moved_stays_there(exports: Path, tmp_path: Path) -> None:
    lead = read_pipedrive(exports).raw["leads"]
    ines = lead.row(by_predicate=pl.col("Zendesk Sell lead ID") == "31", named=True)["Contact person ID"]
    fog = of(exports, "organizations", "2")
    ids, names = (
        where("Person - ID", ines, f"Person - {column}", value)
        for column, value in (("Organization ID", fog), ("Organization", "Fog & Sons"))
    )
    there = edited(exports, tmp_path / "e", people=lambda frame: names(ids(frame)))

    done = lap(in_sell(), there, tmp_path / "lap_2")

    assert done.moved == []
    task = done.texts("activities", "Sell task 52")
    assert (task["Contact person ID"], task["Organization"]) == (ines, None)


# --- new deals --------------------------------------------------------------------------------------------


def with_a_deal(company: str, name: str, **more: str) -> Account:
    source = in_sell()
    source["deals"] = further(
        source["deals"], id="23", name="Spare lens", company_id=company, company=name, **more
    )
    return source


@pytest.mark.parametrize("previous", [False, True])
def test_a_new_deal_does_not_move_its_contact_back(exports: Path, tmp_path: Path, previous: bool) -> None:
    there = edited(exports, tmp_path / "e", people=contact_moved(exports))
    before = tmp_path / "before"
    transform(in_sell(), before, trial=0, rehearse=False)

    run = transform(
        with_a_deal("1", "Skerry Lights"),
        tmp_path / "lap_2",
        pipedrive=there,
        previous=before if previous else None,
        trial=0,
        rehearse=False,
    )
    done = Done(run, rehearse(tmp_path / "lap_2", Rehearsal.of(read_pipedrive(there).raw)))

    assert done.moved == []
    deal = done.record("deals", "23")
    assert (deal["Contact person"], deal["Organization"]) == ("Wilma Reef", None)
    assert deal["Company in Sell"] == "Skerry Lights"
    told = run.issues.filter(code="two_organizations")
    assert "23" in told["source_id"].to_list()


def test_a_new_deal_names_the_organization_that_its_contact_has_by_now(exports: Path, tmp_path: Path) -> None:
    there = edited(exports, tmp_path / "e", people=contact_moved(exports))

    done = lap(with_a_deal("2", "Fog & Sons"), there, tmp_path / "lap_2")

    deal = done.record("deals", "23")
    assert (deal["Contact person"], deal["Organization"]) == ("Wilma Reef", "Fog & Sons")
    assert deal["Company in Sell"] is None
    assert done.moved == []
    # `verify` asked for the company in a field, as if the row could not name it.
    done.after.export(tmp_path / "e_2")
    assert verify(with_a_deal("2", "Fog & Sons"), tmp_path / "e_2").differing.is_empty()


def test_a_contact_who_was_taken_off_their_organization_stays_off(exports: Path, tmp_path: Path) -> None:
    there = edited(exports, tmp_path / "e", people=link("Person", "11", "Organization", None, None))

    done = lap(with_a_deal("1", "Skerry Lights"), there, tmp_path / "lap_2")

    assert done.record("persons", "11")["Organization"] is None
    assert done.record("deals", "23")["Company in Sell"] == "Skerry Lights"


def test_two_organizations_are_written_where_the_mapping_asks_for_both(exports: Path, tmp_path: Path) -> None:
    there = edited(exports, tmp_path / "e", people=contact_moved(exports))

    done = lap(with_a_deal("1", "Skerry Lights"), there, tmp_path / "lap_2", {"two_organizations": "both"})

    assert done.record("deals", "23")["Organization"] == "Skerry Lights"
    task = done.texts("activities", "Sell task 51")
    assert (task["Contact person"], task["Organization"]) == ("Wilma Reef", "Skerry Lights")


def test_a_company_that_only_a_new_deal_tells_is_written(exports: Path, tmp_path: Path) -> None:
    """No lap wrote the link of its contact, and none but this one will: that is not somebody's work."""
    lonely = with_a_deal("2", "Fog & Sons", main_contact_id="13", main_contact="Otto Shoal")

    done = lap(lonely, exports, tmp_path / "lap_2")

    assert of(exports, "persons", "13", "Organization") == "None"
    assert done.record("persons", "13")["Organization"] == "Fog & Sons"
    assert done.record("deals", "23")["Organization"] == "Fog & Sons"


def test_without_the_column_the_company_is_sells(exports: Path, tmp_path: Path) -> None:
    without = ["Person - Organization", "Person - Organization ID"]
    there = edited(exports, tmp_path / "e", people=lambda frame: frame.drop(without))

    done = lap(with_a_deal("1", "Skerry Lights"), there, tmp_path / "lap_2")

    assert done.record("deals", "23")["Organization"] == "Skerry Lights"
    assert done.texts("activities", "Sell task 51")["Organization"] == "Skerry Lights"


# --- leads of whom nothing is shown -----------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ["Contact person ID", "Organization ID"])
def test_history_of_a_lead_waits_for_an_export_that_shows_its_links(
    exports: Path, tmp_path: Path, hidden: str
) -> None:
    """It was written without them, and counted as present from then on."""
    there = edited(exports, tmp_path / "e", leads=lambda frame: frame.drop(f"Lead - {hidden}"))

    done = lap(in_sell(), there, tmp_path / "lap_2")

    waits = done.run.issues.filter(code="parties_not_exported", entity="tasks")
    assert "Contact person ID or Organization ID" in waits["message"].item()
    assert done.run.summary().row(by_predicate=pl.col("entity") == "tasks", named=True)["waiting"] == 1
    done.after.export(tmp_path / "e_2")
    shown = next(path for path in exports.iterdir() if path.name.startswith("leads"))
    shutil.copy(shown, tmp_path / "e_2" / shown.name)
    last = lap(in_sell(), tmp_path / "e_2", tmp_path / "lap_3")
    task = last.texts("activities", "Sell task 52")
    assert (task["Contact person"], task["Organization"]) == ("Ines Buoy", "Buoy & Bell")


def test_so_does_that_of_a_lead_that_became_a_deal(exports: Path, tmp_path: Path) -> None:
    lead = read_pipedrive(exports).raw["leads"].filter(pl.col("Zendesk Sell lead ID") == "31")

    def converted(frame: pl.DataFrame) -> pl.DataFrame:
        row = pl.DataFrame(
            {"Deal - ID": ["999"], "Deal - Title": lead["Title"], LEAD.replace("Lead -", "Deal -"): ["31"]}
        )
        both = pl.concat([frame, row], how="diagonal")
        return both.drop("Deal - Contact person ID", "Deal - Organization ID")

    there = edited(
        exports, tmp_path / "e", leads=lambda frame: frame.filter(pl.col(LEAD) != "31"), deals=converted
    )

    run = transform(in_sell(), tmp_path / "lap_2", pipedrive=there, trial=0, rehearse=False)

    told = run.issues.filter(code="parties_not_exported", entity="tasks")["message"].to_list()
    assert any("the export of deals lacks" in message for message in told)


def test_a_contact_who_was_moved_is_told_once_by_the_proof(exports: Path, tmp_path: Path) -> None:
    """Each note and task of the contact's deal was a line beside it, and a row of the repair."""
    there = edited(exports, tmp_path / "there", people=contact_moved(exports))
    lap(in_sell(), there, tmp_path / "lap").after.export(tmp_path / "after")

    proof = verify(in_sell(), tmp_path / "after")

    assert proof.links.select("entity", "source_id", "relation").rows() == [
        ("contacts", "11", "organization")
    ]
    folder = proof.write(tmp_path / "proof")
    assert [path.name for path in sorted((folder / "repair" / "links").iterdir())] == ["2-persons.csv"]
    page = folder / "proof.html"
    assert "by hand in Pipedrive" in " ".join(page.read_text("utf-8").split())

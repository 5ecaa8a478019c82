"""Mistakes that people make in the wizard or with the exports: nothing is doubled in silence for them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.moved import Account, Edit, account, move
from zsell_transform import Migration, transform, verify
from zsell_transform.pipedrive.exports.read import read_pipedrive
from zsell_transform.pipedrive.namesakes import twins
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse

OWN = {"leads": "Lead - Zendesk Sell lead ID"} | {
    item: f"{name} - Zendesk Sell ID"
    for item, name in (("organizations", "Organization"), ("persons", "Person"), ("deals", "Deal"))
}


def upload(lap: Path, held: Rehearsal | None = None, **edits: Edit) -> Rehearsal:
    """Pipedrive after a lap of which some files were imported otherwise: `deals=…`."""
    for item, edit in edits.items():
        for path in lap.glob(f"[0-9]-{item}*.csv"):
            edit(pl.read_csv(path, infer_schema=False)).write_csv(path)
    return rehearse(lap, held)


def unmapped(*headers: str) -> Edit:
    """Columns that nobody mapped to a field of Pipedrive's."""
    return lambda frame: frame.drop(*headers, strict=False)


def exported(held: Rehearsal, folder: Path, **edits: Edit) -> Path:
    """What Pipedrive exports; the field of a Sell id was created before, and stands there though blank."""
    held.export(folder)
    files = {"organizations": "organizations", "persons": "people", "deals": "deals", "leads": "leads"}
    for item, own in OWN.items():
        for path in folder.glob(f"{files[item]}*.csv"):
            frame = pl.read_csv(path, infer_schema=False)
            if own not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.String).alias(own))
            edits.get(item, lambda same: same)(frame).write_csv(path)
    return folder


def next_lap(source: Account, held: Rehearsal, place: Path, mapping: object = None) -> Migration:
    return transform(
        source,
        place / "next",
        pipedrive=exported(held, place / "exports"),
        mapping=mapping,
        trial=0,
        rehearse=False,
    )


def test_a_record_with_a_name_of_its_own_that_came_without_its_id_is_known_by_other_lists(
    tmp_path: Path,
) -> None:
    """Nobody has an id among the people, but deals do: `Otto Shoal (Wick)` was written again as `(2)`."""
    transform(account(), tmp_path / "lap_1", trial=0, rehearse=False)
    held = upload(tmp_path / "lap_1", persons=unmapped(OWN["persons"]))
    people = held.tables["persons"].height

    lap = next_lap(account(), held, tmp_path)

    assert "Otto Shoal (Wick)" in lap.tables["persons"]["Person - Name"]
    assert rehearse(tmp_path / "next", held).tables["persons"].height == people


def held_back(lap: Migration, code: str) -> set[str]:
    """Types that wait for one reason, each of whose issues is an error that gives an example."""
    told = lap.issues.filter(code=code)
    assert told["message"].str.contains("such as '.+', System ID").all()
    return set(told.filter(severity="error")["field"])


@pytest.mark.parametrize("item", ["deals", "leads"])
def test_records_that_came_without_their_sell_ids_are_not_written_again(tmp_path: Path, item: str) -> None:
    """Nobody mapped the column: all were doubled, without an issue, and complete in the end."""
    transform(account(), tmp_path / "lap_1", trial=0, rehearse=False)
    held = upload(tmp_path / "lap_1", **{item: unmapped(OWN[item])})

    lap = next_lap(account(), held, tmp_path)

    assert held_back(lap, "sell_id_not_imported") == {item}
    assert not lap.tables[item].height
    assert not lap.complete
    assert item in lap.story.exports_next  # it is asked for again, and never called empty, or not given
    assert not {*lap.story.unexported, *lap.story.withheld} & {item}
    assert lap.story.doubted == {item: 2}
    assert f"2 records wait until somebody has looked at the {item} in Pipedrive" in repr(lap)
    assert f"1. Look at the {item} in Pipedrive" in repr(lap)
    assert "some in Pipedrive seem to be the same" in lap.story.waiting["reason"]
    lifted = next_lap(account(), held, tmp_path / "lifted", {"empty_in_pipedrive": [item]})
    assert lifted.tables[item].height == 2


def test_one_part_of_a_file_may_have_come_without_its_sell_ids(tmp_path: Path) -> None:
    """Of one deal more, which stands there alone without an id, nobody knows whether it is somebody's own."""
    deals = account()["deals"]
    more = pl.concat(deals.with_columns(pl.concat_str(pl.lit(n), "id").alias("id")) for n in "123")
    whole = {**account(), "deals": more.with_columns(pl.col("name") + " " + pl.col("id"))}
    transform(whole, tmp_path / "lap_1", trial=0, rehearse=False)
    part = tmp_path / "lap_1" / "3-deals-01.csv"
    pl.read_csv(part, infer_schema=False).drop(OWN["deals"]).write_csv(part)

    lap = next_lap(whole, rehearse(tmp_path / "lap_1"), tmp_path)

    assert held_back(lap, "sell_id_not_imported") == {"deals"}


def test_a_deal_of_somebodys_own_is_not_taken_for_one_whose_row_was_skipped(tmp_path: Path) -> None:
    """The other deals came with their ids, so the column was mapped."""
    transform(account(), tmp_path / "lap_1", trial=0, rehearse=False)
    part = tmp_path / "lap_1" / "3-deals-01.csv"
    pl.read_csv(part, infer_schema=False).head(1).drop(OWN["deals"]).write_csv(part)

    lap = next_lap(account(), rehearse(tmp_path / "lap_1"), tmp_path)

    assert lap.tables["deals"].height == 1


@pytest.mark.parametrize("title", ["New lens", "Lens of old"])
def test_deals_that_an_account_had_before_hold_nothing_back(tmp_path: Path, title: str) -> None:
    """They hang on nothing that came from Sell, and few of them are called as Sell's."""
    transform(account(), tmp_path / "lap_1", trial=0, rehearse=False)
    held = upload(tmp_path / "lap_1", deals=lambda frame: frame.clear(), leads=lambda frame: frame.clear())
    exports = exported(held, tmp_path / "exports")
    typed = [title, "Paint", "Rope", "Oil"]
    blank: list[None] = [None] * len(typed)
    frame = pl.DataFrame({"ID": ["1", "2", "3", "4"], "Title": typed, "Zendesk Sell ID": blank})
    frame.write_csv(next(exports.glob("deals*"), exports / "deals.csv"))

    lap = transform(
        account(), pipedrive=exports, mapping={"empty_in_pipedrive": ["leads"]}, trial=0, rehearse=False
    )

    assert lap.tables["deals"].height == 2


def renumbered(of: Account, digit: str = "9") -> Account:
    """The same account under other ids, as another export would have it."""
    ids = ("id", "main_contact_id", "company_id", "noteable_id", "taskable_id")
    return {
        entity: frame.with_columns(
            pl.concat_str(pl.lit(digit), c).alias(c) for c in ids if c in frame.columns
        )
        for entity, frame in of.items()
    }


def test_an_account_that_is_there_under_other_ids_is_not_written_again(tmp_path: Path) -> None:
    """Exports of two accounts, or a list without its ids in one lap and with them in another."""
    transform(renumbered(account()), tmp_path / "lap_1", trial=0, rehearse=False)
    held = upload(tmp_path / "lap_1")

    lap = next_lap(account(), held, tmp_path)

    main = {"organizations", "persons", "deals", "leads"}
    assert held_back(lap, "known_under_other_ids") == main
    assert not any(lap.tables[item].height for item in main)
    lifted = next_lap(account(), held, tmp_path / "lifted", {"empty_in_pipedrive": sorted(main)})
    assert lifted.tables["organizations"].height == 2


def test_the_second_half_of_an_account_may_come_later(tmp_path: Path) -> None:
    """Its ids are others, and so are its names."""
    halves = [
        {
            k: f.filter(pl.col("id").is_in(ids) if k in ("contacts", "deals") else pl.lit(False))
            for k, f in account().items()
        }
        for ids in (["1", "11", "21"], ["2", "12", "22"])
    ]
    transform(halves[0], tmp_path / "lap_1", trial=0, rehearse=False)
    held = upload(tmp_path / "lap_1")

    lap = next_lap(halves[1], held, tmp_path, {"empty_in_pipedrive": ["leads"]})

    assert lap.tables["organizations"].height
    assert "known_under_other_ids" not in lap.issues["code"]


@pytest.mark.parametrize("towns", [("Bergen",), ("Bergen", "Oslo")])
def test_namesakes_in_a_second_part_of_an_account_hold_nothing_back(
    tmp_path: Path, towns: tuple[str, ...]
) -> None:
    """A chain has a shop in each town: part one has that of Hull, part two the others."""

    def shops(*towns: str) -> Account:
        ids = [f"{n}{len(towns)}" for n in range(1, len(towns) + 1)]
        shop = {"id": ids, "name": ["Fog"] * len(ids), "city": list(towns), "is_organisation": "true"}
        return {"companies": pl.DataFrame(shop)}

    transform(shops("Hull"), tmp_path / "lap_1", trial=0, rehearse=False)
    held = upload(tmp_path / "lap_1")

    lap = next_lap(shops(*towns), held, tmp_path)

    assert "known_under_other_ids" not in lap.issues["code"]


def test_few_typed_deals_hold_nothing_back(tmp_path: Path) -> None:
    """The rows of six deals were skipped, and somebody had typed two of them, on the same companies."""
    first = account()
    deals = first["deals"]
    more = pl.concat(deals.with_columns(pl.concat_str(pl.lit(n), "id").alias("id")) for n in "123")
    whole = {**first, "deals": more.with_columns(pl.col("name") + " " + pl.col("id"))}
    transform(whole, tmp_path / "lap_1", trial=0, rehearse=False)
    held = upload(tmp_path / "lap_1", deals=lambda frame: frame.head(1).drop(OWN["deals"]))

    lap = next_lap(whole, held, tmp_path, {"empty_in_pipedrive": []})

    assert "sell_id_not_imported" not in lap.issues["code"]


def no_system_ids(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop(column for column in frame.columns if "System ID" in column)


def test_twins_that_the_wizard_made_without_system_ids_are_named(tmp_path: Path) -> None:
    """Nobody mapped the System IDs of lap 2: its history hung on twins, and all was complete in the end."""
    transform(account(), tmp_path / "lap_1", trial=0, rehearse=False)
    held = upload(tmp_path / "lap_1")
    exports = exported(held, tmp_path / "exports_1")
    transform(account(), tmp_path / "lap_2", pipedrive=exports, trial=0, rehearse=False)
    held = upload(tmp_path / "lap_2", held, activities=no_system_ids, notes=no_system_ids)

    lap = next_lap(account(), held, tmp_path)
    proof = verify(account(), tmp_path / "exports")

    told = lap.issues.filter(code="twin_without_id", severity="warning")
    assert set(told["value"]) == {"Skerry Lights", "Wilma Reef", "New lens", "Ines Buoy, Buoy & Bell"}
    proof.write(tmp_path / "proof")
    for files in (tmp_path / "proof" / "repair").iterdir():
        held = rehearse(files, held)
    repaired = verify(account(), exported(held, tmp_path / "repaired"))
    assert repaired.complete
    assert repaired.twins["name"].to_list() == told["value"].to_list()
    assert "6 in Pipedrive without a Sell id" in repaired.hint
    assert repaired.hint in repr(repaired)


def test_an_account_without_mistakes_has_no_twins(tmp_path: Path) -> None:
    moved = move(account(), tmp_path)

    assert not verify(account(), moved.exports).twins.height


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"organizations": "ID,Name,Address,Zendesk Sell ID\n1,Fog,,1\n2,Fog,,\n"}, ["2"]),
        ({"organizations": "ID,Name,Address,Zendesk Sell ID\n1,Fog,Oban,1\n2,Fog,Oban,\n"}, ["2"]),
        ({"organizations": "ID,Name,Address,Zendesk Sell ID\n1,Fog,Oban,1\n2,Fog,Wick,\n"}, []),
        ({"organizations": "ID,Name,Address,Zendesk Sell ID\n1,Fog,,\n2,Fog,,\n3,Mist,,1\n"}, []),
        (
            {"people": "ID,Name,Email,Phone,Zendesk Sell ID\n7,Ada,a@x.no,1,1\n8,Ada,A@x.no,,\n"},
            ["8"],
        ),
        ({"people": "ID,Name,Email,Phone,Zendesk Sell ID\n7,Ada,a@x.no,1,1\n8,Ada,b@x.no,,\n"}, []),
        (
            {
                "people": "ID,Name,Email,Phone,Zendesk Sell ID\n7,Ada,a@x.no,1,1\n8,Ada,,,\n",
                "leads": "ID,Title,Contact person ID,Zendesk Sell lead ID\nx-1,Ada,8,3\n",
            },
            [],
        ),
        (
            {
                "people": "ID,Name,Email,Phone,Zendesk Sell ID\n7,Ada,a@x.no,1,1\n8,Ada,a@x.no,,\n",
                "leads": "ID,Title,Contact person ID,Zendesk Sell lead ID\nx-1,Ada,8,3\n",
            },
            ["8"],
        ),
        (
            {
                "people": "ID,Name,Email,Phone,Zendesk Sell ID\n7,Ada,a@x.no,1,1\n8,Ada,,,\n",
                "deals": "ID,Title,Contact person ID,Zendesk Sell ID,Zendesk Sell lead ID\n1,Ada,8,,3\n",
            },
            [],
        ),
        (
            {"people": "ID,Name,Email,Organization,Zendesk Sell ID\n7,Ada,a@x.no,Fog,1\n8,Ada,,Mist,\n"},
            [],
        ),
        (
            {
                "deals": "ID,Title,Value,Contact person,Organization,Zendesk Sell ID\n"
                "1,Lens,80,Ada,Fog,1\n2,Lens,0,Ada,,\n3,Lens,75,Ada,,\n4,Lens,0,Bo,,\n5,Lens,0,,,\n"
                "6,Lens,0,Ada,Mist,\n"
            },
            ["2"],
        ),
    ],
)
def test_a_twin_shows_nothing_that_the_one_from_sell_does_not(
    tmp_path: Path, files: dict[str, str], named: list[str]
) -> None:
    """Others of that name may well be others."""
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)

    assert twins(read_pipedrive(tmp_path))["system_id"].to_list() == named

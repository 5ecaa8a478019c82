"""The delta: Sell then, Sell now and Pipedrive, compared cell by cell and link by link."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from tests.moved import Account
from tests.moved import account as moved_account
from zsell_transform import ExportError, issues, transform
from zsell_transform.delta import Updates, updates
from zsell_transform.delta.cells import CELLS, told
from zsell_transform.delta.earlier import earlier, since
from zsell_transform.details import Details
from zsell_transform.drafting import draft_all
from zsell_transform.linker import link
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.read import read_pipedrive
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import verify
from zsell_transform.reading import read_export
from zsell_transform.records import keep


def account() -> Account:
    """The trust of `moved` before its move, with other leads and a deal that is still open."""
    trust = moved_account()
    return trust | {
        "contacts": trust["contacts"]
        .drop("tags")
        .with_columns(title=cells(None, None, "Keeper", None, None)),
        "deals": trust["deals"].with_columns(
            stage_name=cells("Incoming", "Quote"),
            company_id=cells("1", "2"),
            company=cells("Skerry Lights", "Fog & Sons"),
        ),
        "leads": trust["leads"].with_columns(
            first_name=cells("Ines", "Tove"),
            last_name=cells("Buoy", "Tide"),
            company_name=cells("Buoy & Bell", None),
            email=cells("ines@buoy.example", "tove@tide.example"),
            phone=cells("111", None),
            status=cells("New", "New"),
            source=cells("Fair", "Fair"),
            description=cells("Rings at noon", None),
        ),
        "notes": trust["notes"].head(1).with_columns(content=cells("Lens is cracked.")),
    }


def cells(*values: str | None) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


@attrs.frozen
class Moved:
    """The account after its move: the first folder, and the Pipedrive that came of it."""

    previous: Path
    held: Rehearsal

    def with_cells(self, item: str, **cells: pl.Expr) -> Moved:
        """The same, with cells that somebody changed in Pipedrive."""
        store = dict(self.held.store)
        store[item] = store[item].with_columns(**cells)
        return attrs.evolve(self, held=attrs.evolve(self.held, store=store))


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    place = tmp_path_factory.mktemp("moved")
    transform(account(), place / "lap_1", trial=0, rehearse=False)
    held = rehearse(place / "lap_1")
    held.export(place / "exports")
    transform(account(), place / "lap_2", pipedrive=place / "exports", trial=0, rehearse=False)
    return Moved(place / "lap_1", rehearse(place / "lap_2", held))


@attrs.frozen
class Delta:
    made: Updates
    folder: Path
    exports: Path

    @property
    def tables(self) -> dict[str, list[pl.DataFrame]]:
        return {
            stem.removeprefix("updates/"): [part.collect() for part in parts]
            for stem, parts in self.made.files.items()
        }

    @property
    def told(self) -> list[tuple[Any, ...]]:
        return self.made.found.select("code", "entity", "source_id", "field").rows()


def delta(moved: Moved, now: Account, place: Path, mapping: Any = None) -> Delta:
    """What `transform(…, previous=…)` asks for; the parts are written as files too."""
    ask = Mapping.load(mapping)
    exports = place / "exports"
    moved.held.export(exports)
    held = read_pipedrive(exports, ask)
    export = read_export(now, ask)
    records = keep({entity: export.scan(entity) for entity in export.entities}, place / "records", ask)
    before = earlier(moved.previous, ask)
    records = attrs.evolve(records, seen=since(before.seen, records, ask))
    drafted = draft_all(records, ask)
    drafts, keys = drafted.drafts, drafted.keys
    left_out = keys["leads"].filter(pl.col("left_out") == "true")["id"]
    made = updates(
        before,
        records=drafted.records,
        drafts=drafts,
        graph=link(keys, Details(drafts["contacts"], 0, drafts["leads"]), longest_title=255),
        left_out=left_out,
        held=held,
        ask=ask,
    )
    (place / "updates").mkdir()
    for stem, parts in made.files.items():
        for n, part in enumerate(parts, start=1):
            part.collect().write_csv(place / f"{stem}-{n:02}.csv")
    return Delta(made, place / "updates", exports)


def changed(table: str, record: str, **cells: str | None) -> Account:
    """The account with other cells in one record."""
    return edited(account(), table, record, **cells)


def edited(given: Account, table: str, record: str, **cells: str | None) -> Account:
    mine = pl.col("id") == record
    frame = given[table].with_columns(
        pl.when(mine).then(pl.lit(value, dtype=pl.String)).otherwise(pl.col(column)).alias(column)
        for column, value in cells.items()
    )
    return {**given, table: frame}


def assert_whole(moved: Moved, now: Account, made: Delta, place: Path) -> None:
    """The update files bring Pipedrive to what Sell is now."""
    for parts in made.tables.values():
        assert all(part.null_count().sum_horizontal().item() == 0 for part in parts)
    after = rehearse(made.folder, moved.held)
    assert not after.created.height
    assert not after.skipped.height
    after.export(place / "after")
    proof = verify(now, place / "after")
    assert proof.complete, (proof.missing.rows(), proof.differing.rows(), proof.links.rows())


# ---- values -------------------------------------------------------------------------------------------


def test_nothing_changed(moved: Moved, tmp_path: Path) -> None:
    made = delta(moved, account(), tmp_path).made

    assert (dict(made.files), dict(made.updated), made.found.height) == ({}, {}, 0)


def test_a_changed_value_is_written_by_system_id(moved: Moved, tmp_path: Path) -> None:
    now = changed("contacts", "11", phone="+47 555 99")

    made = delta(moved, now, tmp_path)

    (part,) = made.tables["2-persons"]
    assert part.columns == ["Person - Pipedrive System ID", "Person - Name", "Person - Phone (Work)"]
    assert part.rows()[0][1:] == ("Wilma Reef", "+47 555 99")
    assert made.made.updated == {"contacts": 1}
    assert_whole(moved, now, made, tmp_path)


def test_an_unchanged_cell_repeats_pipedrive_and_is_never_blank(moved: Moved, tmp_path: Path) -> None:
    """Both columns stand where both are filled, else the file is split."""
    now = edited(changed("contacts", "11", phone="+47 555 99"), "contacts", "12", title="Piper")
    theirs = moved.with_cells(
        "persons",
        **{
            "Job title": pl.when(pl.col("Zendesk Sell ID") == "11")
            .then(pl.lit("Head keeper"))
            .otherwise("Job title")
        },
    )

    made = delta(theirs, now, tmp_path)

    parts = {tuple(part.columns[2:]): part for part in made.tables["2-persons"]}
    assert parts["Person - Phone (Work)", "Person - Job title"].rows()[0][1:] == (
        "Wilma Reef",
        "+47 555 99",
        "Head keeper",
    )
    assert parts["Person - Job title",].rows()[0][1:] == ("Otto Shoal", "Piper")


def test_a_value_that_pipedrive_changed_too_is_left_alone(moved: Moved, tmp_path: Path) -> None:
    theirs = moved.with_cells(
        "deals", Value=pl.when(pl.col("Title") == "New lens").then(pl.lit("7")).otherwise("Value")
    )

    made = delta(theirs, changed("deals", "21", decimal_value="1300"), tmp_path)

    assert made.told == [("changed_in_both", "deals", "21", "Deal - Value")]
    assert "Pipedrive holds '7' (it was '1200.50')" in issues.render(made.made.found)["message"][0]
    assert not made.made.files


def test_of_a_deal_that_pipedrive_closed_otherwise_no_end_is_written(moved: Moved, tmp_path: Path) -> None:
    """A lost deal had a won time and a probability of 100."""
    theirs = moved.with_cells("deals", Status=pl.lit("Lost"))
    now = changed("deals", "21", stage_name="Won", last_stage_change_at="2024-06-01T00:00:00Z")

    made = delta(theirs, now, tmp_path)

    assert {("changed_in_both", "deals", "21", f"Deal - {name}") for name in ("Status", "Won time")} <= set(
        made.told
    )
    assert not {"Deal - Status", "Deal - Won time", "Deal - Stage (pipeline)"} & set(
        made.tables["3-deals"][0].columns
    )


def test_a_value_that_pipedrive_has_already_is_done(moved: Moved, tmp_path: Path) -> None:
    """Also in another form: 1300 and 1300.00."""
    theirs = moved.with_cells(
        "deals", Value=pl.when(pl.col("Title") == "New lens").then(pl.lit("1300.00")).otherwise("Value")
    )

    made = delta(theirs, changed("deals", "21", decimal_value="1300"), tmp_path).made

    assert (dict(made.files), made.found.height) == ({}, 0)


def test_a_new_value_in_a_column_that_nobody_had(moved: Moved, tmp_path: Path) -> None:
    now = changed("contacts", "13", phone="999")

    made = delta(moved, now, tmp_path)

    assert made.tables["2-persons"][0]["Person - Phone (Work)"].to_list() == ["999"]
    assert_whole(moved, now, made, tmp_path)


def test_an_emptied_value_is_told_only(moved: Moved, tmp_path: Path) -> None:
    made = delta(moved, changed("contacts", "11", title=None), tmp_path)

    assert made.told == [("emptied_in_sell", "contacts", "11", "Person - Job title")]
    assert not made.made.files


def test_a_new_name_keeps_what_tells_it_apart(moved: Moved, tmp_path: Path) -> None:
    """`Otto Shoal (Wick)` becomes `Otto Shore (Wick)`."""
    now = changed("contacts", "13", name="Otto Shore", last_name="Shore")

    made = delta(moved, now, tmp_path)

    (part,) = made.tables["2-persons"]
    assert part["Person - Name"].to_list() == ["Otto Shore (Wick)"]
    assert part["Person - Last name"].to_list() == ["Shore (Wick)"]
    assert_whole(moved, now, made, tmp_path)


def test_a_task_done_meanwhile_is_updated_not_doubled(moved: Moved, tmp_path: Path) -> None:
    now = changed("tasks", "51", done_at="2024-05-01T09:30:00Z")

    made = delta(moved, now, tmp_path)

    (part,) = made.tables["5-activities"]
    assert part["Activity - Done"].to_list() == ["Done"]
    assert part.columns[:2] == ["Activity - Pipedrive System ID", "Activity - Subject"]
    assert_whole(moved, now, made, tmp_path)


def test_a_changed_note_is_written_anew(moved: Moved, tmp_path: Path) -> None:
    now = changed("notes", "41", content="Lens is mended.")

    made = delta(moved, now, tmp_path)

    (part,) = made.tables["6-notes"]
    assert part.columns == ["Note - Pipedrive system ID", "Note - Content"]
    assert "Lens is mended." in part["Note - Content"][0]
    assert "Sell note 41" in part["Note - Content"][0]
    assert_whole(moved, now, made, tmp_path)


def test_a_stage_is_written_as_the_lap_writes_it(moved: Moved, tmp_path: Path) -> None:
    now = changed("deals", "21", stage_name="Quote")

    made = delta(moved, now, tmp_path)

    assert made.tables["3-deals"][0]["Deal - Stage (pipeline)"].to_list() == ["Quote"]
    assert_whole(moved, now, made, tmp_path)


def test_a_deal_won_meanwhile(moved: Moved, tmp_path: Path) -> None:
    now = changed("deals", "21", stage_name="Won", last_stage_change_at="2024-06-01T10:00:00Z")

    made = delta(moved, now, tmp_path)

    assert made.tables["3-deals"][0]["Deal - Status"].to_list() == ["Won"]
    assert_whole(moved, now, made, tmp_path)


def test_a_lead_s_own_person_is_updated_as_a_person(moved: Moved, tmp_path: Path) -> None:
    now = changed("leads", "31", phone="222", source="Web")

    made = delta(moved, now, tmp_path)

    assert made.tables["2-persons"][0]["Person - Phone (Work)"].to_list() == ["222"]
    assert made.tables["4-leads"][0]["Lead - Source"].to_list() == ["Web"]
    assert made.made.updated == {"leads": 1}
    assert_whole(moved, now, made, tmp_path)


def joining() -> Account:
    """The account with a lead that joins a contact, one that shares its person, and one of a company."""
    more = pl.DataFrame(
        {
            "id": ["33", "34", "35"],
            "first_name": ["Wilma", "Wilma", None],
            "last_name": ["Reef", "Reef", None],
            "company_name": [None, None, "Buoy & Bell"],
            "email": ["wilma@skerry.example", "wilma@skerry.example", None],
            "phone": ["999", None, None],
            "title": [None, "Pilot", None],
            "owner": ["Ada Lamp"] * 3,
        }
    )
    return account() | {"leads": pl.concat([account()["leads"], more], how="diagonal")}


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    place = tmp_path_factory.mktemp("joined")
    transform(joining(), place / "lap_1", trial=0, rehearse=False)
    return Moved(place / "lap_1", rehearse(place / "lap_1"))


def test_what_changed_of_a_lead_whose_person_is_another_s_is_told(joined: Moved, tmp_path: Path) -> None:
    """It was lost without a word: the person belongs to the contact. Its note says what it says in lines."""
    now = edited(joining(), "leads", "33", phone="998", email="w.reef@skerry.example", owner="Bo Wick")
    now = edited(now, "leads", "34", title="Harbour master", source="Web", first_name="Willa")
    now = edited(now, "leads", "35", email="info@buoy.example")

    made = delta(joined, now, tmp_path)

    assert sorted(made.told, key=lambda one: one[2:]) == [
        ("not_its_own_person", "leads", "34", "Person - Name"),
        ("not_its_own_person", "leads", "35", "Person - Email (Work)"),
        ("not_its_own_person", "leads", "35", "Person - Name"),
    ]
    assert set(made.tables) == {"4-leads", "6-notes"}
    details = dict(made.made.found.select("source_id", "detail").rows())
    assert "is also another record's and has 'Wilma Reef'" in details["34"]
    assert details["35"] == "it has no person there"
    notes = pl.concat(part.select("Note - Content") for part in made.tables["6-notes"])
    assert sorted(notes["Note - Content"]) == [
        "E-mail: w.reef@skerry.example<br>Phone: 998",
        "Job title: Harbour master",
    ]


def test_a_lead_s_own_person_goes_to_its_company(moved: Moved, tmp_path: Path) -> None:
    """The lead and its history were moved, and its person stayed at the old company without a word."""
    now = changed("leads", "31", company_name="Skerry Lights")

    made = delta(moved, now, tmp_path)

    assert made.told == []
    (people,) = made.tables["2-persons"]
    assert people.select("Person - Name", "Organization - Name").rows() == [("Ines Buoy", "Skerry Lights")]
    assert_whole(moved, now, made, tmp_path)


def test_of_a_person_whom_leads_share_the_company_is_told(tmp_path: Path) -> None:
    leads = moved_account()["leads"].with_columns(
        first_name=cells("Ines", "Ines"),
        last_name=cells("Buoy", "Buoy"),
        email=cells("ines@buoy.example", "ines@buoy.example"),
    )
    before = account() | {"leads": leads}
    transform(before, tmp_path / "lap_1", trial=0, rehearse=False)
    shared = Moved(tmp_path / "lap_1", rehearse(tmp_path / "lap_1"))

    made = delta(shared, edited(before, "leads", "31", company_name="Skerry Lights"), tmp_path)

    assert made.told == [("not_its_own_person", "leads", "31", "person's organization")]
    assert "2-persons" not in made.tables


def test_a_line_of_a_lead_s_note_changes_with_its_text(tmp_path: Path) -> None:
    """The text was written with the line of before."""
    before = edited(joining(), "leads", "34", description="Old & new")
    transform(before, tmp_path / "lap_1", trial=0, rehearse=False)
    joined = Moved(tmp_path / "lap_1", rehearse(tmp_path / "lap_1"))
    now = edited(before, "leads", "34", title="Harbour master", description="New & old")

    made = delta(joined, now, tmp_path)

    assert made.told == []
    assert made.tables["6-notes"][0]["Note - Content"].to_list() == [
        "New &amp; old<br>Job title: Harbour master"
    ]
    after = rehearse(made.folder, joined.held)
    after.export(tmp_path / "after")
    assert verify(now, tmp_path / "after").differing.rows() == []


def test_what_a_contact_takes_over_from_its_lead_is_done(joined: Moved, tmp_path: Path) -> None:
    now = edited(joining(), "leads", "33", phone="+47 555 11")

    assert delta(joined, now, tmp_path).told == []


def test_a_lead_s_description_is_a_note(moved: Moved, tmp_path: Path) -> None:
    """A changed one is written over the note; one that is new becomes a note on the lead."""
    now = edited(changed("leads", "31", description="Rings at dusk"), "leads", "32", description="New & loud")

    made = delta(moved, now, tmp_path)

    parts = {part.columns[0]: part for part in made.tables["6-notes"]}
    assert parts["Note - Pipedrive system ID"]["Note - Content"].to_list() == ["Rings at dusk"]
    assert parts["Note - Content"]["Note - Content"].to_list() == ["New &amp; loud"]
    after = rehearse(made.folder, moved.held)
    after.export(tmp_path / "after")
    assert verify(now, tmp_path / "after").complete
    again = attrs.evolve(moved, held=after)
    (tmp_path / "again").mkdir()
    assert not delta(again, now, tmp_path / "again").made.files


def test_the_last_description_that_was_emptied_is_told(moved: Moved, tmp_path: Path) -> None:
    """The column is then empty in all leads, and was not looked at."""
    made = delta(moved, changed("leads", "31", description=None), tmp_path)

    assert made.told == [("emptied_in_sell", "leads", "31", "Note - Content")]


def test_without_pipedrive_s_column_nothing_is_written_over_it(moved: Moved, tmp_path: Path) -> None:
    without = moved.with_cells("persons")
    store = {**without.held.store, "persons": without.held.store["persons"].drop("Job title")}
    blind = attrs.evolve(moved, held=attrs.evolve(moved.held, store=store))

    made = delta(blind, changed("contacts", "11", title="Head keeper"), tmp_path)

    assert made.told == [("update_not_comparable", "contacts", "11", "Person - Job title")]


def test_a_company_that_was_a_name_only_becomes_a_record(tmp_path: Path) -> None:
    """Its values were written nowhere, and its people were said to wait for it."""
    then = edited(account(), "contacts", "12", organisation_name="Isle & Co")
    transform(then, tmp_path / "lap_1", trial=0, rehearse=False)
    moved = Moved(tmp_path / "lap_1", rehearse(tmp_path / "lap_1"))
    isle = (
        then["contacts"]
        .filter(pl.col("id") == "1")
        .with_columns(
            id=pl.lit("3"),
            name=pl.lit("Isle & Co"),
            organisation_name=pl.lit("Isle & Co"),
            phone=pl.lit("+44 77"),
        )
    )
    now = {**then, "contacts": pl.concat([then["contacts"], isle])}

    made = delta(moved, now, tmp_path)

    assert made.told == []
    (rows,) = made.tables["1-organizations"]
    written = rows.select("Organization - Name", "Organization - Phone", "Organization - Owner")
    assert written.rows() == [("Isle & Co", "+44 77", "Ada Lamp")]
    assert made.made.updated == {"companies": 1}


# ---- relations ----------------------------------------------------------------------------------------


def test_a_deal_with_another_person_and_company(moved: Moved, tmp_path: Path) -> None:
    now = changed(
        "deals", "21", main_contact_id="12", main_contact="Otto Shoal", company_id="2", company="Fog & Sons"
    )

    made = delta(moved, now, tmp_path)

    (part,) = made.tables["3-deals"]
    assert part.columns[2:] == [
        "Organization - Pipedrive System ID",
        "Organization - Name",
        "Person - Pipedrive System ID",
        "Person - Name",
    ]
    assert_whole(moved, now, made, tmp_path)


def test_a_person_in_another_company(moved: Moved, tmp_path: Path) -> None:
    now = edited(
        changed("contacts", "11", organisation_name="Fog & Sons"),
        "deals",
        "21",
        company_id="2",
        company="Fog & Sons",
    )

    made = delta(moved, now, tmp_path)

    assert made.tables["2-persons"][0]["Organization - Name"].to_list() == ["Fog & Sons"]
    assert_whole(moved, now, made, tmp_path)


def test_a_deal_whose_person_left_the_company(moved: Moved, tmp_path: Path) -> None:
    """The deal keeps its company, which its row cannot name any more: it stands in `Company in Sell`."""
    now = changed("contacts", "11", organisation_name="Fog & Sons")

    made = delta(moved, now, tmp_path)

    assert made.tables["3-deals"][0]["Deal - Company in Sell"].to_list() == ["Skerry Lights"]
    assert made.told == []


def test_a_link_that_pipedrive_changed_too(moved: Moved, tmp_path: Path) -> None:
    nobody = pl.when(pl.col("Title") != "New lens").then("_person")
    theirs = moved.with_cells("deals", _person=nobody)

    made = delta(theirs, changed("deals", "21", main_contact_id="13", main_contact="Otto Shoal"), tmp_path)

    assert ("changed_in_both", "deals", "21", "person") in made.told


def test_a_link_to_a_record_that_is_not_there_yet_waits(moved: Moved, tmp_path: Path) -> None:
    now = account()
    more = (
        now["contacts"]
        .tail(1)
        .with_columns(
            id=pl.lit("14"),
            name=pl.lit("Nell Pier"),
            first_name=pl.lit("Nell"),
            last_name=pl.lit("Pier"),
            email=pl.lit("nell@pier.example"),
        )
    )
    now = {**now, "contacts": pl.concat([now["contacts"], more])}
    now = edited(now, "deals", "21", main_contact_id="14", main_contact="Nell Pier")

    made = delta(moved, now, tmp_path)

    assert ("update_waits", "deals", "21", "person") in made.told


def test_a_note_that_moved_to_another_deal(moved: Moved, tmp_path: Path) -> None:
    now = changed("notes", "41", noteable_id="22")

    made = delta(moved, now, tmp_path)

    (part,) = made.tables["6-notes"]
    assert part["Deal - Title"].to_list() == ["Fog horn"]


# ---- records that are gone ----------------------------------------------------------------------------


def test_a_record_gone_from_sell_is_listed(moved: Moved, tmp_path: Path) -> None:
    now = account()
    now["tasks"] = now["tasks"].filter(pl.col("id") != "52")

    made = delta(moved, now, tmp_path)

    assert made.told == [("deleted_in_sell", "tasks", "52", None)]
    assert not made.made.files


def test_a_new_record_is_no_update(moved: Moved, tmp_path: Path) -> None:
    now = account()
    more = now["tasks"].tail(1).with_columns(id=pl.lit("53"))
    now["tasks"] = pl.concat([now["tasks"], more])

    made = delta(moved, now, tmp_path)

    assert made.told == []
    assert not made.made.files


def test_a_lead_that_was_converted_is_told(moved: Moved, tmp_path: Path) -> None:
    store = dict(moved.held.store)
    lead = store["leads"].filter(pl.col("Zendesk Sell lead ID") == "31")
    deal = lead.select(_id=pl.lit("77"), Title="Title", **{"Zendesk Sell lead ID": "Zendesk Sell lead ID"})
    store["deals"] = pl.concat([store["deals"], deal], how="diagonal")
    store["leads"] = store["leads"].filter(pl.col("Zendesk Sell lead ID") != "31")
    theirs = attrs.evolve(moved, held=attrs.evolve(moved.held, store=store))

    made = delta(theirs, changed("leads", "31", status="Working"), tmp_path)

    assert made.told == [("changed_after_conversion", "leads", "31", None)]


def test_a_folder_without_records_is_refused(moved: Moved, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no records/"):
        delta(attrs.evolve(moved, previous=tmp_path / "elsewhere"), account(), tmp_path)


def test_cells_in_pieces_are_told() -> None:
    """polars 2.1 panics where the columns of a frame are in pieces that differ."""
    texts = [column for column in CELLS if column not in ("_row", "seen")]
    entities = ("companies", "contacts", "leads", "deals", "deals", "deals", "notes")
    pieces = [
        pl.DataFrame(
            {c: [entity] * n for c in texts} | {"_row": [2] * n, "seen": [True] * n, "own": [True] * n}
        )
        for entity, n in zip(entities, (1, 1, 2, 1, 1, 5, 1), strict=True)
    ]
    fates = [["done"], ["done"], ["both"] * 2, ["done"] * 2, ["written"] * 5, ["both"]]

    found = told(pl.concat(pieces).with_columns(pl.concat([pl.Series("fate", fate) for fate in fates])))

    assert found.select("code", "entity").rows() == [
        ("changed_in_both", "leads"), ("changed_in_both", "leads"), ("changed_in_both", "notes")
    ]  # fmt: skip

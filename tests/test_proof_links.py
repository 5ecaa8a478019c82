"""The proof, link by link, and what puts lost links and values right."""

from __future__ import annotations

from pathlib import Path

import attrs
import polars as pl
import pytest

from tests.moved import Moved, account, move, where
from zsell_transform import transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import Proof, verify
from zsell_transform.standing.update_rows import without_blanks

# ---- links --------------------------------------------------------------------------------------------


def person_ids(moved: Moved) -> dict[str, str]:
    people = moved.held.tables["persons"].filter(pl.col("Zendesk Sell ID").is_not_null())
    return dict(people.select("Zendesk Sell ID", "ID").rows())


def test_a_swapped_person_is_a_wrong_link(moved: Moved, tmp_path: Path) -> None:
    ids = person_ids(moved)
    edit = where("Deal - Title", "New lens", "Deal - Contact person ID", ids["12"])

    proof = verify(moved.source, moved.edited(tmp_path / "e", "deals", edit))

    columns = ("entity", "source_id", "relation", "expected", "expected_system_id")
    assert proof.links.select(columns).rows() == [("deals", "21", "person", "11", ids["11"])]


def test_links_to_records_whose_sell_ids_are_under_an_unknown_header_cannot_be_seen(
    moved: Moved, tmp_path: Path
) -> None:
    """Each was a wrong link, while the lap named the line of the mapping that reads them."""
    exports = moved.edited(
        tmp_path / "e", "people", lambda frame: frame.rename({"Person - Zendesk Sell ID": "Person - Old no."})
    )

    proof = verify(moved.source, exports)

    assert not proof.links.height
    reasons = proof.unverifiable.filter(pl.col("field") == "link: person")["reason"].unique().to_list()
    assert len(reasons) == 1
    assert "columns: {pipedrive_persons: {Their header: Zendesk Sell ID}}" in reasons[0]


def test_a_company_that_sell_does_not_name_is_a_wrong_link(moved: Moved, tmp_path: Path) -> None:
    edit = where("Person - Zendesk Sell ID", "13", "Person - Organization ID", "1")

    proof = verify(moved.source, moved.edited(tmp_path / "e", "people", edit))

    assert proof.links.select("source_id", "relation", "expected").rows() == [("13", "organization", None)]


@pytest.mark.parametrize(
    ("item", "mark", "added", "told"),
    [
        ("notes", "Sell note 42", ("Contact person ID", "12"), ("notes", "42", "person", "11")),
        ("notes", "Sell note 42", ("Deal ID", "deals"), ("notes", "42", "deal", None)),
        ("notes", "Sell note 42", ("Organization ID", "2"), ("notes", "42", "organization", None)),
        (
            "activities",
            "Sell task 52",
            ("Organization ID", "2"),
            ("tasks", "52", "organization", "Buoy & Bell"),
        ),
        ("activities", "Sell task 52", ("Contact person ID", "11"), ("tasks", "52", "person", "Ines Buoy")),
        ("activities", "Sell task 52", ("Deal ID", "deals"), None),  # a deal is what the lead may be by now
        ("notes", "Sell note 43", ("Deal ID", "deals"), None),  # it hung on nothing
    ],
)
def test_a_link_that_sell_does_not_have_is_found(
    moved: Moved, tmp_path: Path, item: str, mark: str, added: tuple[str, str], told: tuple[str, ...] | None
) -> None:
    """On activities and notes, whose links have no place that must be empty, none was seen."""
    column, sell_id = added
    text = pl.col("Content" if item == "notes" else "Note").str.contains(mark)
    kind = {"Contact person ID": "persons", "Organization ID": "organizations", "Deal ID": "deals"}[column]
    there = moved.held.tables[kind]
    number = (
        there["ID"][0] if kind == "deals" else there.filter(pl.col("Zendesk Sell ID") == sell_id)["ID"][0]
    )

    def edit(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.when(text).then(pl.lit(number)).otherwise(column).alias(column))

    links = verify(moved.source, moved.edited(tmp_path / "e", item, edit)).links

    found = links.select("entity", "source_id", "relation", "expected").rows()
    assert found == ([told] if told else [])


@pytest.mark.parametrize(
    ("item", "mark", "entity", "party"),
    [
        ("notes", "Sell note 41", "notes", "person"),
        ("notes", "Sell note 41", "notes", "organization"),
        ("activities", "Sell task 51", "tasks", "person"),
        ("activities", "Sell task 51", "tasks", "organization"),
    ],
)
def test_a_party_that_lacks_beside_a_deal_is_found(
    moved: Moved, tmp_path: Path, item: str, mark: str, entity: str, party: str
) -> None:
    """The row of a deal's note names the deal's person and organization: Pipedrive shows the note there."""
    name = {"person": "Contact person", "organization": "Organization"}[party]
    text = pl.col("Content" if item == "notes" else "Note").str.contains(mark)

    def edit(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.when(~text).then(column).alias(column) for column in (name, f"{name} ID")
        )

    links = verify(moved.source, moved.edited(tmp_path / "e", item, edit)).links

    mine = links.filter(pl.col("source_id") == mark[-2:])
    assert mine.select("entity", "relation", "found").rows() == [(entity, party, None)]


def test_history_of_a_deal_that_hangs_on_somebody_needs_no_placeholder(moved: Moved) -> None:
    """Its contact was emptied in Sell and stays in Pipedrive; each note of it was said to lack one."""
    now = account()
    alone = pl.when(pl.col("id") != "21")
    gone = ("main_contact_id", "main_contact", "company_id", "company")
    now["deals"] = now["deals"].with_columns(alone.then(column).alias(column) for column in gone)

    links = verify(now, moved.exports).links

    assert links.filter(pl.col("expected").is_not_null()).rows() == []
    assert ("deals", "21", "person") in links.select("entity", "source_id", "relation").rows()


@pytest.mark.parametrize("lacking", ["column", "export"])
def test_what_the_leads_export_does_not_show_is_no_added_link(
    moved: Moved, tmp_path: Path, lacking: str
) -> None:
    """Each task and note of a lead was said to have a person too many."""
    exports = moved.edited(tmp_path / "e", "leads", lambda frame: frame.drop("Lead - Contact person ID"))
    if lacking == "export":
        next(exports.glob("leads*")).unlink()

    added = verify(moved.source, exports).links.filter(pl.col("expected").is_null())
    assert added.rows() == []


def test_a_company_that_a_lead_does_not_have_is_found(moved: Moved, tmp_path: Path) -> None:
    source = account()
    nobodys = pl.when(pl.col("id") == "31").then(pl.lit(None, pl.String)).otherwise("company_name")
    source["leads"] = source["leads"].with_columns(company_name=nobodys)

    links = verify(source, moved.exports).links

    assert links.select("entity", "source_id", "relation", "expected").rows() == [
        ("leads", "31", "organization", None)
    ]


def test_without_ids_a_link_is_compared_by_name(moved: Moved, tmp_path: Path) -> None:
    def bare(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.drop("Organization ID", "Contact person ID", "Deal ID", "Lead ID")

    def wrong(frame: pl.DataFrame) -> pl.DataFrame:
        return where("Deal", "New lens", "Deal", "Old lens")(bare(frame))

    assert verify(moved.source, moved.edited(tmp_path / "a", "activities", bare)).complete
    assert verify(moved.source, moved.edited(tmp_path / "b", "activities", wrong)).links[
        "source_id"
    ].to_list() == ["51"]


def test_a_lead_with_somebody_else_s_person(moved: Moved, tmp_path: Path) -> None:
    def other(frame: pl.DataFrame) -> pl.DataFrame:
        wrong = where(
            "Lead - Zendesk Sell lead ID", "31", "Lead - Contact person ID", person_ids(moved)["11"]
        )
        return where("Lead - Zendesk Sell lead ID", "31", "Lead - Contact person", "Wilma Reef")(wrong(frame))

    proof = verify(moved.source, moved.edited(tmp_path / "e", "leads", other))

    assert ("leads", "31", "person") in proof.links.select("entity", "source_id", "relation").rows()


def test_a_lead_attached_to_somebody_of_another_company(tmp_path: Path) -> None:
    """Its row cannot name the lead's company without moving the contact: no wrong link, the note says it."""
    source = account()
    wilma = {"first_name": "Wilma", "last_name": "Reef", "email": "wilma@skerry.example"}
    source["leads"] = source["leads"].with_columns(
        pl.when(pl.col("id") == "31").then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in wilma.items()
    )
    moved = move(source, tmp_path)

    proof = verify(source, moved.exports)

    assert "Wilma Reef" in moved.held.tables["leads"]["Contact person"].to_list()
    assert proof.links.rows() == []
    assert proof.complete


def test_what_a_lead_says_beside_the_person_whom_it_joined_is_proved(tmp_path: Path) -> None:
    """It stands in a line of the lead's note alone, and its loss was not seen."""
    source = account()
    cells = {
        "first_name": "Wilma", "last_name": "Reef", "email": "wilma@skerry.example", "phone": "112 & 3",
        "title": "Rower", "description": None,
    }  # fmt: skip
    mine = pl.col("id") == "31"
    source["leads"] = source["leads"].with_columns(
        pl.when(mine).then(pl.lit(value, pl.String)).otherwise(pl.col(name)).alias(name)
        if name in source["leads"].columns
        else pl.when(mine).then(pl.lit(value)).alias(name)
        for name, value in cells.items()
    )
    moved = move(source, tmp_path)
    assert verify(source, moved.exports).complete

    content = pl.col("Content").str.replace("Phone: 112 &amp; 3", "Phone: 11", literal=True)
    lost = broken(moved, "notes", Content=content)
    lost.export(tmp_path / "lost")

    assert verify(source, tmp_path / "lost").differing.drop("system_id").rows() == [
        ("leads", "31", "Note - Content", "Phone: 112 &amp; 3", None)
    ]
    assert repaired(moved, lost, tmp_path).complete


def of_a_lead(folder: Path, activity: str) -> Proof:
    """A task of a lead, and the person beside it in Pipedrive, whose exports show no lead of an activity."""
    sell, there = folder / "sell", folder / "pipedrive"
    files = {
        sell / "leads.0.csv": "id,first_name,last_name,company_name,email,status\n"
        "11,Ines,Buoy,,ines@buoy.example,New\n12,Otto,Shoal,,otto@fog.example,New\n",
        sell / "tasks.0.csv": "id,content,taskable_type,taskable_id\n21,Ring the bell,Lead,11\n",
        there / "people.csv": "Person - ID,Person - Name,Person - First name,Person - Last name,"
        "Person - Email - Work,Person - Zendesk Sell ID\n"
        "1,Ines Buoy,Ines,Buoy,ines@buoy.example,\n2,Otto Shoal,Otto,Shoal,otto@fog.example,\n",
        there / "leads.csv": "Lead - ID,Lead - Title,Lead - Labels,Lead - Contact person,"
        "Lead - Contact person ID,Lead - Zendesk Sell lead ID\n"
        "a,Ines Buoy,New,Ines Buoy,1,11\nb,Otto Shoal,New,Otto Shoal,2,12\n",
        there / "activities.csv": "ID,Subject,Type,Done,Note,Contact person,Contact person ID\n"
        f"40,Ring the bell,Call,Undone,Sell task 21,{activity}\n",
    }
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return verify(sell, there)


@pytest.mark.parametrize("there", ["Otto Shoal,2", ","])
def test_history_of_a_lead_on_somebody_else_is_found(there: str, tmp_path: Path) -> None:
    """Where an export shows no lead, the person is all that one sees of the link."""
    assert of_a_lead(tmp_path, "Ines Buoy,1").complete
    links = of_a_lead(tmp_path, there).links
    assert links.select("entity", "source_id", "relation", "expected").rows() == [
        ("tasks", "21", "person", "Ines Buoy")
    ]


def test_an_orphan_that_somebody_placed_is_fine(moved: Moved, tmp_path: Path) -> None:
    """Note 43 hangs on the placeholder as written; wherever it hangs later, it has found its place."""
    edit = where("Organization", "Zendesk Sell (unlinked)", "Organization ID", "1")

    assert verify(moved.source, moved.edited(tmp_path / "e", "notes", edit)).complete


# ---- repair -------------------------------------------------------------------------------------------


def repaired(moved: Moved, broken: Rehearsal, place: Path) -> Proof:
    """Verifies a broken Pipedrive, imports the repair files into it, and verifies again."""
    broken.export(place / "broken")
    proof = verify(moved.source, place / "broken")
    assert not proof.complete
    proof.write(place / "proof")
    held = broken
    for kind in ("links", "values"):
        if (folder := place / "proof" / "repair" / kind).is_dir():
            held = rehearse(folder, held)
    held.export(place / "mended")
    return verify(moved.source, place / "mended")


def broken(moved: Moved, item: str, **cells: pl.Expr) -> Rehearsal:
    store = dict(moved.held.store)
    store[item] = store[item].with_columns(**cells)
    return attrs.evolve(moved.held, store=store)


def test_lost_links_are_put_right(moved: Moved, tmp_path: Path) -> None:
    """Deals without their parties, people without their company, notes without their deal."""
    nothing = pl.lit(None, dtype=pl.String)
    bad = broken(moved, "deals", _person=nothing, _organization=nothing)
    bad = broken(
        attrs.evolve(moved, held=bad),
        "persons",
        _organization=pl.when(pl.col("Zendesk Sell ID").is_null()).then("_organization"),
    )
    bad = broken(attrs.evolve(moved, held=bad), "notes", _deal=nothing)

    proof = repaired(moved, bad, tmp_path)

    assert proof.complete, proof.frames


def test_wrong_parties_beside_a_lead_are_put_right(tmp_path: Path) -> None:
    """Nothing was said of another organization, and no repair written for the person."""
    moved = move(account(), tmp_path / "m")
    there = moved.held.store
    others = {
        "_person": there["persons"].filter(pl.col("Name") == "Wilma Reef")["_id"][0],
        "_organization": there["organizations"].filter(pl.col("Name") == "Fog & Sons")["_id"][0],
    }
    of_lead = pl.col("Note").str.contains("Sell task 52")
    bad = broken(
        moved,
        "activities",
        **{c: pl.when(of_lead).then(pl.lit(other)).otherwise(c) for c, other in others.items()},
    )
    bad.export(tmp_path / "bad")

    found = verify(moved.source, tmp_path / "bad").links.select("source_id", "relation", "expected", "found")

    assert sorted((row[1], row[2]) for row in found.rows()) == [
        ("organization", "Buoy & Bell"),
        ("person", "Ines Buoy"),
    ]
    assert repaired(moved, bad, tmp_path).complete


def test_history_does_not_follow_a_lead_to_somebody_else(moved: Moved, tmp_path: Path) -> None:
    """The lead is told; its task, which is right, would be moved to the wrong person by a repair."""
    ids = person_ids(moved)
    edit = where("Lead - Zendesk Sell lead ID", "31", "Lead - Contact person ID", ids["11"])
    name = where("Lead - Zendesk Sell lead ID", "31", "Lead - Contact person", "Wilma Reef")

    links = verify(moved.source, moved.edited(tmp_path / "e", "leads", lambda f: name(edit(f)))).links

    assert not links.filter((pl.col("entity") == "tasks") & pl.col("expected").is_not_null()).height


def test_wrong_values_are_put_right(moved: Moved, tmp_path: Path) -> None:
    twice = pl.when(pl.col("Title") == "New lens").then(pl.lit("1")).otherwise("Value")
    bad = broken(moved, "deals", Value=twice, **{"Lost reason": pl.lit(None, dtype=pl.String)})
    bad = broken(attrs.evolve(moved, held=bad), "persons", **{"Phone (Work)": pl.lit("0")})

    proof = repaired(moved, bad, tmp_path)

    assert proof.complete, proof.frames


def test_a_single_pass_is_listed_and_completed(tmp_path: Path) -> None:
    mapping = {"single_pass": True}
    moved = move(account(), tmp_path / "m", mapping)

    proof = verify(moved.source, moved.exports, mapping=mapping)

    assert proof.complete, proof.frames
    assert set(proof.parties_only["source_id"]) == {"41", "51", "52"}
    proof.write(tmp_path / "proof")
    rehearse(tmp_path / "proof" / "repair" / "links", moved.held).export(tmp_path / "whole")
    after = verify(moved.source, tmp_path / "whole", mapping=mapping)
    assert after.complete
    assert not after.parties_only.height


def test_what_was_written_without_a_deal_that_was_left_out_is_told(tmp_path: Path) -> None:
    """Its text names the deal as a single pass would: the proof took it for one, and the laps were silent."""
    cells = {
        "deals": [("21", "Barn")],
        "tasks": [("51", "Call", "Deal", "21", "Barn")],
        "notes": [("41", "Seen", "Deal", "21", "Barn")],
    }
    names = {
        "deals": ("id", "name"),
        "tasks": ("id", "content", "taskable_type", "taskable_id", "taskable_name"),
        "notes": ("id", "content", "noteable_type", "noteable_id", "noteable_name"),
    }
    source = {
        entity: pl.DataFrame(rows, schema=dict.fromkeys(names[entity], pl.String), orient="row")
        for entity, rows in cells.items()
    }
    held = None
    for n, mapping in enumerate([{"orphans": {"deals": "leave_out"}}] * 2 + [None] * 2):
        given = None if held is None else tmp_path / f"exports_{n}"
        if held is not None:
            held.export(tmp_path / f"exports_{n}")
        wish = {**(mapping or {}), "empty_in_pipedrive": ["deals"] if n < 3 else []}
        last = transform(
            source, tmp_path / f"lap_{n}", pipedrive=given, mapping=wish, trial=0, rehearse=False
        )
        if list((tmp_path / f"lap_{n}").glob("[1-6]-*.csv")):
            held = rehearse(tmp_path / f"lap_{n}", held)
        if n < 3:  # the deal is not there yet
            assert "present_without_its_link" not in last.issues["code"]
    assert held is not None
    held.export(tmp_path / "there")

    proof = verify(source, tmp_path / "there")

    told = last.issues.filter(pl.col("code") == "present_without_its_link")
    assert sorted(told["source_id"]) == ["41", "51"]
    assert proof.parties_only.is_empty()
    assert sorted(proof.links["source_id"]) == ["41", "51"]
    proof.write(tmp_path / "proof")
    rehearse(tmp_path / "proof" / "repair" / "links", held).export(tmp_path / "whole")
    assert not verify(source, tmp_path / "whole").links.filter(pl.col("expected") == "21").height
    after = transform(source, pipedrive=tmp_path / "whole", trial=0, rehearse=False)
    assert "present_without_its_link" not in after.issues["code"]


def test_what_hangs_on_the_placeholder_beside_its_deal_is_no_added_link(tmp_path: Path) -> None:
    """The note of a deal without a link stands on the placeholder of the deal, in a single pass."""
    cells = {"deals": [("21", "Barn")], "notes": [("41", "Seen", "Deal", "21")]}
    names = {"deals": ("id", "name"), "notes": ("id", "content", "noteable_type", "noteable_id")}
    source = {
        entity: pl.DataFrame(rows, schema=dict.fromkeys(names[entity], pl.String), orient="row")
        for entity, rows in cells.items()
    }
    transform(source, tmp_path / "lap", mapping={"single_pass": True}, trial=0, rehearse=False)
    rehearse(tmp_path / "lap").export(tmp_path / "there")

    proof = verify(source, tmp_path / "there", mapping={"single_pass": True})

    assert proof.links.is_empty(), proof.links


def test_no_blank_cell_in_a_repair() -> None:
    rows = pl.DataFrame({"id": ["1", "2", "3"], "a": ["x", None, "y"], "b": [None, "z", None]})

    parts = without_blanks(rows)

    assert sorted(part.columns for part in parts) == [["id", "a"], ["id", "b"]]
    assert sum(part.height for part in parts) == 3

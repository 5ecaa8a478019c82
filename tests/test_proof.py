"""The proof: what Pipedrive shows, against what Sell holds and the mapping would write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from zsell_transform import ExportError, transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import Proof, verify
from zsell_transform.proof.repair import without_blanks
from zsell_transform.proof.values import printed_users, same

Account = dict[str, pl.DataFrame]
Edit = Callable[[pl.DataFrame], pl.DataFrame]


def account() -> Account:
    """A lighthouse trust in Sell: two companies, three people, two deals, two leads, their history."""
    contacts = pl.DataFrame(
        {
            "id": ["1", "2", "11", "12", "13"],
            "is_organisation": ["true", "true", "false", "false", "false"],
            "name": ["Skerry Lights", "Fog & Sons", "Wilma Reef", "Otto Shoal", "Otto Shoal"],
            "organisation_name": ["Skerry Lights", "Fog & Sons", "Skerry Lights", "Fog & Sons", None],
            "first_name": [None, None, "Wilma", "Otto", "Otto"],
            "last_name": [None, None, "Reef", "Shoal", "Shoal"],
            "email": [None, None, "wilma@skerry.example", "otto@fog.example", "otto@fog.example"],
            "phone": ["+47 555 01", None, "+47 555 11", None, None],
            "tags": ["coast, VIP", None, "VIP,keeper", None, None],
            "owner": ["Ada Lamp", "Ada Lamp", "Ada Lamp", "Bo Wick", "Bo Wick"],
            "city": ["Bergen", "Oban", None, None, "Wick"],
            "custom Height (m)": [None, None, "12.50", "3", None],
            "created_at": ["2024-01-02T10:00:00Z"] * 5,
        }
    )
    deals = pl.DataFrame(
        {
            "id": ["21", "22"],
            "name": ["New lens", "Fog horn"],
            "decimal_value": ["1200.50", "80"],
            "currency": ["NOK", "NOK"],
            "pipeline_name": ["Sales", "Sales"],
            "stage_name": ["Incoming", "Won"],
            "last_stage_change_at": ["2024-02-01T10:00:00Z", "2024-03-01T12:30:00Z"],
            "main_contact_id": ["11", "12"],
            "main_contact": ["Wilma Reef", "Otto Shoal"],
            "company_id": ["1", "1"],
            "company": ["Skerry Lights", "Skerry Lights"],
            "owner": ["Ada Lamp", "Bo Wick"],
        }
    )
    leads = pl.DataFrame(
        {
            "id": ["31", "32"],
            "first_name": ["Ines", None],
            "last_name": ["Buoy", None],
            "company_name": ["Buoy & Bell", "Tidal"],
            "email": ["ines@buoy.example", None],
            "status": ["New", "Unqualified"],
            "description": ["Rings <twice>\nat noon", None],
            "owner": ["Ada Lamp", "Ada Lamp"],
        }
    )
    notes = pl.DataFrame(
        {
            "id": ["41", "42", "43"],
            "content": ["Lens is cracked.\nReplace & polish", "Likes herring", "No idea whose"],
            "noteable_type": ["Deal", "Contact", None],
            "noteable_id": ["21", "11", None],
            "owner": ["Ada Lamp"] * 3,
            "created_at": ["2024-04-01T08:00:00Z"] * 3,
        }
    )
    tasks = pl.DataFrame(
        {
            "id": ["51", "52"],
            "content": ["Call about the lens", "Ring Ines"],
            "taskable_type": ["Deal", "Lead"],
            "taskable_id": ["21", "31"],
            "date": ["2024-05-01T09:00:00Z", "2024-05-02T09:00:00Z"],
            "owner": ["Ada Lamp", "Bo Wick"],
            "done_at": [None, "2024-05-02T10:00:00Z"],
        }
    )
    return {"contacts": contacts, "deals": deals, "leads": leads, "notes": notes, "tasks": tasks}


@attrs.frozen
class Moved:
    """An account that came through the loop: Pipedrive's own exports, and the Pipedrive itself."""

    source: Any
    exports: Path
    held: Rehearsal

    def edited(self, folder: Path, item: str, edit: Edit) -> Path:
        """A copy of the exports in which one file is another."""
        folder.mkdir(exist_ok=True)
        for path in self.exports.iterdir():
            frame = pl.read_csv(path, infer_schema=False)
            edit_this = edit if path.name.startswith(item) else (lambda same: same)
            edit_this(frame).write_csv(folder / path.name)
        return folder


def move(source: Any, place: Path, mapping: Any = None, laps: int = 3) -> Moved:
    held, exports = None, None
    for lap in range(laps):
        done = transform(source, place / f"lap_{lap}", pipedrive=exports, mapping=mapping)
        if not done.summary()["rows_out"].sum():
            break
        held = rehearse(place / f"lap_{lap}", held)
        exports = place / f"exports_{lap}"
        held.export(exports)
    assert held is not None
    assert exports is not None
    return Moved(source, exports, held)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    return move(account(), tmp_path_factory.mktemp("moved"))


def set_cell(column: str, row: int, value: str | None) -> Edit:
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) == row).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )


def where(column: str, value: str, other: str, new: str | None) -> Edit:
    """Sets `other` on the rows whose `column` is `value`."""
    return lambda frame: frame.with_columns(
        pl.when(pl.col(column) == value).then(pl.lit(new)).otherwise(pl.col(other)).alias(other)
    )


# ---- a move that is whole -----------------------------------------------------------------------------


def test_a_whole_move_is_proved(moved: Moved) -> None:
    proof = verify(moved.source, moved.exports)

    assert proof.complete
    assert bool(proof)
    assert repr(proof).startswith("Everything is there")
    summary = proof.summary()
    assert summary.columns[0] == "entity"
    assert summary.filter(pl.col("entity") == "contacts")["there"].item() == 3
    assert (summary["in_sell"] + summary["added"] == summary["there"]).all()
    assert {"deals", "notes", "tasks"} <= set(proof.ok["entity"])


def test_the_sample_account_is_proved(sample: Path, tmp_path: Path) -> None:
    proof = verify(sample, move(sample, tmp_path).exports)

    assert proof.complete, proof.frames
    assert not proof.unverifiable.height


def test_people_who_were_kept_apart_are_no_difference(moved: Moved) -> None:
    """The second Otto was written as `Otto Shoal (Wick)`, so that the wizard did not merge him."""
    names = moved.held.tables["persons"]["Name"].to_list()

    assert any(name.startswith("Otto Shoal (") for name in names)
    assert verify(moved.source, moved.exports).differing.height == 0


# ---- records ------------------------------------------------------------------------------------------


def test_a_missing_record_is_named_with_its_reason(moved: Moved, tmp_path: Path) -> None:
    exports = moved.edited(
        tmp_path / "e", "deals", lambda frame: frame.filter(pl.col("Deal - Title") != "Fog horn")
    )

    proof = verify(moved.source, exports)

    assert proof.missing.rows() == [
        ("deals", "deals", "22", "Fog horn", "not in Pipedrive: the next lap writes it")
    ]
    assert not proof


def test_a_forgotten_export_proves_nothing(moved: Moved, tmp_path: Path) -> None:
    exports = moved.edited(tmp_path / "e", "notes", lambda frame: frame)
    (exports / "notes-1.csv").unlink()

    proof = verify(moved.source, exports)

    assert proof.missing["reason"].unique().to_list() == ["no export of notes was given"]
    assert not proof.complete


@pytest.mark.parametrize(("company", "wrong"), [("Skerry Lights", 0), ("Fog & Sons", 0), ("Elsewhere", 1)])
def test_a_deal_may_stand_at_the_company_that_sell_names(
    moved: Moved, tmp_path: Path, company: str, wrong: int
) -> None:
    """Its person works elsewhere, so that its row named none; somebody has put it there since."""
    organizations = moved.held.tables["organizations"]
    ids = dict(organizations.select("Name", "ID").rows()) | {"Elsewhere": "99"}

    def put(frame: pl.DataFrame) -> pl.DataFrame:
        named = where("Deal - Title", "Fog horn", "Deal - Organization", company)(frame)
        return where("Deal - Title", "Fog horn", "Deal - Organization ID", ids[company])(named)

    proof = verify(moved.source, moved.edited(tmp_path / "e", "deals", put))

    assert proof.links.height == wrong
    assert proof.complete == (not wrong)


def test_two_records_that_pipedrive_merged(moved: Moved, tmp_path: Path) -> None:
    def merge(frame: pl.DataFrame) -> pl.DataFrame:
        ids = "Person - Zendesk Sell ID"
        return where(ids, "12", ids, "12, 13")(frame).filter(pl.col(ids) != "13")

    proof = verify(moved.source, moved.edited(tmp_path / "e", "people", merge))

    assert proof.merged.select("entity", "source_ids", "records").rows() == [("contacts", "12, 13", 2)]
    assert not proof.missing.height


def test_a_wished_merge_is_none(tmp_path: Path) -> None:
    mapping = {"duplicates": {"contacts": "merge"}}
    moved = move(account(), tmp_path, mapping)

    proof = verify(moved.source, moved.exports, mapping=mapping)

    assert moved.held.tables["persons"].filter(pl.col("Zendesk Sell ID") == "12, 13").height == 1
    assert proof.complete, proof.frames


def test_what_a_merged_record_lacks_of_the_others_is_a_difference(tmp_path: Path) -> None:
    """The phone that the second record brought was lost, and the proof said that all was there."""
    mapping = {"duplicates": {"contacts": "merge"}}
    source = account()
    phones = pl.Series("phone", ["+47 555 01", None, "+47 555 11", None, "+47 555 13"])
    source["contacts"] = source["contacts"].with_columns(phones)
    moved = move(source, tmp_path, mapping)
    lost = where("Person - Zendesk Sell ID", "12, 13", "Person - Phone - Work", None)

    assert verify(moved.source, moved.exports, mapping=mapping).complete
    proof = verify(moved.source, moved.edited(tmp_path / "lost", "people", lost), mapping=mapping)

    assert proof.differing.select("source_id", "field", "sell", "pipedrive").rows() == [
        ("13", "Person - Phone (Work)", "+47 555 13", None)
    ]


def test_a_sell_id_on_two_records(moved: Moved, tmp_path: Path) -> None:
    def double(frame: pl.DataFrame) -> pl.DataFrame:
        twin = frame.filter(pl.col("Deal - Title") == "Fog horn").with_columns(
            pl.lit("999").alias("Deal - ID")
        )
        return pl.concat([frame, twin])

    proof = verify(moved.source, moved.edited(tmp_path / "e", "deals", double))

    assert proof.differing.select("source_id", "field", "sell").rows() == [
        ("22", "Zendesk Sell ID", "on one record")
    ]


def test_what_the_mapping_leaves_out_is_not_missing(tmp_path: Path) -> None:
    mapping = {"lead_statuses": {"Unqualified": "leave_out"}, "orphans": {"notes": "leave_out"}}
    moved = move(account(), tmp_path, mapping)

    proof = verify(moved.source, moved.exports, mapping=mapping)

    assert proof.complete, proof.frames
    left = dict(proof.summary().select("entity", "left_out").rows())
    assert (left["leads"], left["notes"]) == (1, 1)


@pytest.mark.parametrize("notes", ["placeholder", "leave_out"])
def test_a_deal_left_out_for_want_of_a_link_asks_for_no_placeholder(notes: str, tmp_path: Path) -> None:
    """But its note does: it has no link left, and goes where the mapping says."""
    source = {
        "contacts": pl.DataFrame({"id": ["1"], "is_organisation": ["true"], "name": ["Skerry Lights"]}),
        "deals": pl.DataFrame(
            {
                "id": ["20", "21"],
                "name": ["Lamp", "Stray lamp"],
                "pipeline_name": ["Sales", "Sales"],
                "stage_name": ["Incoming", "Incoming"],
                "company_id": ["1", None],
            }
        ),
        "notes": pl.DataFrame(
            {"id": ["41"], "content": ["Fog."], "noteable_type": ["Deal"], "noteable_id": ["21"]}
        ),
    }
    mapping = {"orphans": {"deals": "leave_out", "notes": notes}}
    moved = move(source, tmp_path, mapping)

    proof = verify(source, moved.exports, mapping=mapping)

    assert proof.complete, proof.frames
    assert moved.held.store["notes"].height == (notes == "placeholder")
    assert moved.held.store["organizations"].height == (2 if notes == "placeholder" else 1)


@pytest.mark.parametrize("ids", [["10", "11"], ["11", "10"], ["9", "10"], ["10", "9"]])
def test_of_merged_records_the_lowest_id_counts_wherever_it_stands(ids: list[str], tmp_path: Path) -> None:
    source = {
        "contacts": pl.DataFrame(
            {
                "id": ids,
                "is_organisation": ["true", "true"],
                "name": ["Skerry", "SKERRY"],
                "phone": ["+47 555 01", "+47 555 02"],
            }
        )
    }
    mapping = {"duplicates": {"companies": "merge"}}
    moved = move(source, tmp_path, mapping)

    proof = verify(source, moved.exports, mapping=mapping)

    assert proof.complete, proof.differing.rows()


# ---- values -------------------------------------------------------------------------------------------

PHONE = "Person - Phone - Work"


@pytest.mark.parametrize(
    ("item", "column", "row", "shown"),
    [
        ("people", PHONE, 0, "+47-555-11, 99"),
        ("people", "Person - Height (m)", 0, "12.5"),
        ("people", "Person - Labels", 0, "keeper, vip"),
        ("people", "Person - Person created", 0, "2024-01-01 23:00:00"),
        ("people", "Person - Email - Work", 0, "Wilma@Skerry.example"),
        ("deals", "Deal - Value", 0, "80.00"),
        ("deals", "Deal - Won time", 0, "2024-03-01 12:30:59"),
        ("activities", "Done", 0, "false"),
        ("activities", "Due time", 0, "09:00:00"),
    ],
)
def test_the_same_value_in_another_form(
    moved: Moved, tmp_path: Path, item: str, column: str, row: int, shown: str
) -> None:
    exports = moved.edited(tmp_path / "e", item, set_cell(column, row, shown))

    assert verify(moved.source, exports).differing.rows() == []


@pytest.mark.parametrize(
    ("item", "column", "row", "shown", "field"),
    [
        ("people", PHONE, 0, "+47 555 12", "Person - Phone (Work)"),
        ("people", "Person - Height (m)", 0, "12.05", "Person - Height (m)"),
        ("people", "Person - Labels", 0, "keeper", "Person - Label"),
        ("people", "Person - Name", 0, "Wilma Reefe", "Person - Name"),
        ("people", "Person - Owner", 0, "Bo Wick", "Person - Owner"),
        ("deals", "Deal - Value", 0, "81", "Deal - Value"),
        ("deals", "Deal - Status", 0, "Open", "Deal - Status"),
        ("deals", "Deal - Won time", 0, "2024-03-01 12:29:00", "Deal - Won time"),
        ("deals", "Deal - Company in Sell", 0, None, "Deal - Company in Sell"),
        ("activities", "Done", 0, "Done", "Activity - Done"),
        ("activities", "Due date", 0, "2024-05-03", "Activity - Due date"),
    ],
)
def test_another_value_is_a_difference(
    moved: Moved, tmp_path: Path, item: str, column: str, row: int, shown: str | None, field: str
) -> None:
    proof = verify(moved.source, moved.edited(tmp_path / "e", item, set_cell(column, row, shown)))

    assert proof.differing["field"].to_list() == [field]
    assert proof.differing["pipedrive"].to_list() == [shown]
    assert not proof


def test_a_note_is_compared_as_text(moved: Moved, tmp_path: Path) -> None:
    def as_editor(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns("<p>" + pl.col("Content").str.replace_all("<br>", "</p><p>") + "</p>")

    def damaged(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col("Content").str.replace("polish", "paint"))

    assert verify(moved.source, moved.edited(tmp_path / "a", "notes", as_editor)).complete
    assert verify(moved.source, moved.edited(tmp_path / "b", "notes", damaged)).differing[
        "source_id"
    ].to_list() == ["41"]


def test_a_lead_s_description_is_a_note_on_it(moved: Moved, tmp_path: Path) -> None:
    lost = moved.edited(
        tmp_path / "e", "notes", lambda frame: frame.filter(~pl.col("Content").str.starts_with("Rings"))
    )

    proof = verify(moved.source, lost)

    assert proof.differing.select("entity", "source_id", "field").rows() == [
        ("leads", "31", "Note - Content")
    ]


def test_columns_that_an_export_lacks_cannot_be_proved(moved: Moved, tmp_path: Path) -> None:
    exports = moved.edited(
        tmp_path / "e", "activities", lambda frame: frame.drop("Lead", "Lead ID", "Due time")
    )

    proof = verify(moved.source, exports)

    assert proof.complete
    fields = proof.unverifiable.select("entity", "field", "count").rows()
    assert fields == [("tasks", "Activity - Due time", 2), ("tasks", "link: lead", 1)]


def test_an_owner_by_e_mail_is_shown_by_name(tmp_path: Path) -> None:
    mapping = {"owners": {"Ada Lamp": "ada@lamp.example", "Bo Wick": "bo@wick.example"}}
    moved = move(account(), tmp_path / "m", mapping)
    names = {"ada@lamp.example": "Ada Lamp", "bo@wick.example": "Bo Wick"}
    exports = moved.exports
    for path in exports.iterdir():
        pl.read_csv(path, infer_schema=False).with_columns(pl.all().replace(names)).write_csv(path)

    assert verify(moved.source, exports, mapping=mapping).complete


def test_a_user_who_took_everything_is_nobody_s_name() -> None:
    pairs = pl.DataFrame({"written": ["a@x.example", "b@x.example"] * 3, "there": ["Importer"] * 6})

    assert printed_users(pairs) == {}


@pytest.mark.parametrize(
    ("kind", "written", "there", "equal"),
    [
        ("stage", "Quote", "Quote (Roofs)", True),
        ("stage", "Quote (Roofs)", "Quote", True),
        ("stage", "Quote (Roofs)", "Quote (Walls)", False),
        ("text", "a  b\r\nc", "a b\nc", True),
        ("text", "a", "A", False),
        ("address", "1 Quay, 5003 Bergen, NO", "1 Quay 5003 Bergen NO", True),
        ("date", "2024-01-01", "2024-01-03 00:00:00", False),
        ("moment", "2024-01-01", "2024-01-01 08:00:00", True),
        ("time", "9:00", "09:00:00", True),
        ("name", "Otto", "Otto (2)", True),
        ("name", "Otto", "Ottokar (2)", False),
        ("phone", "n/a", "n/a", True),
        ("phone", "555", "1555", False),
        ("number", None, None, True),
    ],
)
def test_comparing_by_type(kind: str, written: str | None, there: str | None, equal: bool) -> None:
    frame = pl.DataFrame({"a": [written], "b": [there]}, schema={"a": pl.String, "b": pl.String})

    assert frame.select(same(kind, pl.col("a"), pl.col("b"))).item() is equal


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
        ("activities", "Sell task 52", ("Organization ID", "2"), ("tasks", "52", "organization", None)),
        ("activities", "Sell task 52", ("Contact person ID", "11"), ("tasks", "52", "person", None)),
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


def of_a_lead(folder: Path, activity: str, *, ids: bool = True) -> Proof:
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


def test_no_blank_cell_in_a_repair() -> None:
    rows = pl.DataFrame({"id": ["1", "2", "3"], "a": ["x", None, "y"], "b": [None, "z", None]})

    parts = without_blanks(rows)

    assert sorted(part.columns for part in parts) == [["id", "a"], ["id", "b"]]
    assert sum(part.height for part in parts) == 3


# ---- skip files ---------------------------------------------------------------------------------------


def test_skip_files_say_why_and_what_to_do(moved: Moved, tmp_path: Path) -> None:
    (tmp_path / "skip.csv").write_text(
        "Deal - Title,Deal - Zendesk Sell ID,Skip reason\n"
        "Fog horn,22,Please provide valid currency\n"
        "Elsewhere,99,The moon is in the wrong quarter\n"
    )
    (tmp_path / "notes.csv").write_text(
        "Note - Content,Skip reason\n2024-04-01 08:00 · Ada · Sell note 42<br>Likes fish,Person not found\n"
    )
    exports = moved.edited(
        tmp_path / "e", "deals", lambda frame: frame.filter(pl.col("Deal - Title") != "Fog horn")
    )

    proof = verify(moved.source, exports, skip_file=[tmp_path / "skip.csv", tmp_path / "notes.csv"])

    assert proof.skipped.select("entity", "source_id", "reason").rows() == [
        ("deals", "22", "Please provide valid currency"),
        ("deals", "99", "The moon is in the wrong quarter"),
        ("notes", "42", "Person not found"),
    ]
    assert "Set up the currency" in proof.skipped["to_do"][0]
    assert proof.missing["reason"][0].startswith("skipped by Pipedrive: Please provide valid currency")


def test_a_file_without_reasons_is_no_skip_file(moved: Moved, tmp_path: Path) -> None:
    (tmp_path / "skip.csv").write_text("Deal - Title,Deal - Value\nFog horn,1\n")

    with pytest.raises(ExportError, match="no skip file"):
        verify(moved.source, moved.exports, skip_file=tmp_path / "skip.csv")


# ---- the folder ---------------------------------------------------------------------------------------


def test_the_proof_as_a_folder(moved: Moved, tmp_path: Path) -> None:
    exports = moved.edited(tmp_path / "e", "people", set_cell(PHONE, 0, "1"))
    proof = verify(moved.source, exports)

    proof.write(tmp_path / "proof")

    names = {path.relative_to(tmp_path / "proof").as_posix() for path in (tmp_path / "proof").rglob("*.*")}
    assert {"proof.html", "summary.csv", "ok.csv", "differing.csv", "repair/values/2-persons.csv"} <= names
    repair = pl.read_csv(tmp_path / "proof" / "repair" / "values" / "2-persons.csv", infer_schema=False)
    assert repair.columns == ["Person - Pipedrive System ID", "Person - Name", "Person - Phone (Work)"]
    assert repair["Person - Phone (Work)"].to_list() == ["+47 555 11"]
    assert "1 difference" in proof._repr_html_()

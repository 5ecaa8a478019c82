"""The proof, value by value."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.moved import Moved, account, move, set_cell, where
from zsell_transform.__main__ import main
from zsell_transform.proof import verify
from zsell_transform.proof.differences import printed_users
from zsell_transform.standing.sameness import same

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


def test_the_headline_says_how_much_the_exports_do_not_show(
    moved: Moved, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Deals of value 1 and people without an organization were `All is there`, as no column showed them."""
    few = ("ID", "Name", "Title", "Zendesk Sell ID", "Zendesk Sell lead ID")

    def edit(frame: pl.DataFrame) -> pl.DataFrame:
        whole = "Content" in frame.columns or "Subject" in frame.columns
        return frame if whole else frame.select(c for c in frame.columns if c.split(" - ", 1)[-1] in few)

    exports, sell = moved.edited(tmp_path / "e", "", edit), tmp_path / "sell"
    sell.mkdir()
    for entity, frame in moved.source.items():
        frame.write_csv(sell / f"{entity}.csv")

    proof = verify(moved.source, exports)
    code = main(["verify", str(sell), str(exports)])

    headline = "All that the exports show is there; 45 values and 7 links could not be seen"
    assert proof.complete
    assert repr(proof).startswith(headline)
    assert headline in proof._repr_html_()
    assert headline in (proof.write(tmp_path / "proof") / "proof.html").read_text("utf-8")
    assert (code, headline in capsys.readouterr().out) == (0, True)


def test_what_exports_need_not_show_is_no_part_of_the_headline(moved: Moved, tmp_path: Path) -> None:
    """On which lead an activity is."""
    proof = verify(
        moved.source, moved.edited(tmp_path / "e", "activities", lambda frame: frame.drop("Lead", "Lead ID"))
    )

    assert proof.unverifiable.height
    assert repr(proof).startswith("Everything is there: ")


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


def test_a_line_of_a_description_is_no_line_of_ours(tmp_path: Path) -> None:
    """Forms on the web write `Phone: …` into descriptions: such leads had somebody else's person."""
    description = "Wants a call\nPhone: 555 1234"
    source = {
        "leads": pl.DataFrame(
            {
                "id": ["31"],
                "first_name": ["Ines"],
                "last_name": ["Buoy"],
                "email": ["ines@buoy.example"],
                "status": ["New"],
                "description": [description],
            }
        )
    }
    moved = move(source, tmp_path)
    other = set_cell("Person - Email - Work", 0, "other@buoy.example")

    assert verify(moved.source, moved.exports).complete
    proof = verify(moved.source, moved.edited(tmp_path / "e", "people", other))

    assert proof.differing["field"].to_list() == ["Person - Email (Work)"]


def test_a_name_that_is_all_that_sell_knows_is_compared(moved: Moved, tmp_path: Path) -> None:
    """A company that only a lead names has no row of its own in Sell."""
    edit = where("Organization - Name", "Tidal", "Organization - Name", "Bell & Sons")

    proof = verify(moved.source, moved.edited(tmp_path / "e", "organizations", edit))

    assert proof.differing.select("entity", "field", "sell", "pipedrive").rows() == [
        ("companies", "Organization - Name", "Tidal", "Bell & Sons")
    ]


def test_any_spelling_of_a_name_that_sell_only_names_will_do(tmp_path: Path) -> None:
    """They are one `name:` record, whichever of them is met first."""
    source = account()
    named = ["Ghost GmbH", "ghost  gmbh"]
    nobodys = pl.when(pl.col("id") == "12").then(pl.lit(named[1]))
    both = nobodys.when(pl.col("id") == "11").then(pl.lit(named[0])).otherwise("organisation_name")
    source["contacts"] = source["contacts"].with_columns(organisation_name=both)
    moved = move(source, tmp_path)
    left = pl.when(pl.col("id") != "11").then("organisation_name").otherwise(pl.lit("Fog & Sons"))
    now = {**source, "contacts": source["contacts"].with_columns(organisation_name=left)}

    assert "Organization - Name" not in verify(now, moved.exports).differing["field"].to_list()


# ---- labels -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "written", "take_off"),
    [
        ("keeper", ["VIP, keeper"], []),
        ("KEEPER, vip, Crew, Old", [], ["Crew, Old"]),
        ("Crew, keeper", ["VIP, keeper, Crew"], ["Crew"]),
    ],
)
def test_labels_that_sell_does_not_have_are_taken_off_by_hand(
    moved: Moved, tmp_path: Path, shown: str, written: list[str], take_off: list[str]
) -> None:
    """A repair wrote Sell's labels over them, as if an import could take any off."""
    exports = moved.edited(tmp_path / "e", "people", set_cell("Person - Labels", 0, shown))

    proof = verify(moved.source, exports)
    folder = proof.write(tmp_path / "proof")

    assert proof.differing["sell"].to_list() == ["VIP, keeper"]
    files = [part["Person - Label"].to_list() for part in proof.repairs["values"].get("persons", [])]
    assert files == [written] * bool(written)
    assert proof.by_hand.columns == ["entity", "source_id", "system_id", "name", "field", "take_off"]
    assert proof.by_hand.select("source_id", "name", "field", "take_off").rows() == [
        ("11", "Wilma Reef", "Person - Label", labels) for labels in take_off
    ]
    assert (folder / "by_hand.csv").exists() == bool(take_off)
    assert all(
        f"'{labels}' under Person - Label of 'Wilma Reef', System ID" in proof.hint for labels in take_off
    )
    assert ("no import" in repr(proof)) == bool(take_off)


def test_options_that_sell_does_not_have_are_taken_off_by_hand(tmp_path: Path) -> None:
    mapping = {"labels_as": {"persons": "field"}}
    moved = move(account(), tmp_path / "m", mapping)
    exports = moved.edited(tmp_path / "e", "people", set_cell("Person - Tags", 0, "VIP, keeper, Crew"))

    proof = verify(moved.source, exports, mapping=mapping)

    assert proof.by_hand["take_off"].to_list() == ["Crew"]
    assert not proof.repairs["values"]

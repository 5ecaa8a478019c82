"""People whom the mapping made one: which changes of theirs a delta writes, and which it tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.moved import Account, Edit, Moved, account, move, where
from zsell_transform import transform
from zsell_transform.pipedrive.wizard import rehearse
from zsell_transform.proof import verify

MERGE = {"duplicates": {"contacts": "merge", "companies": "merge"}}
#: What is written, and what is told of each record: code, id, field.
Found = tuple[dict[str, str], list[tuple[str, ...]]]


def in_sell(*edits: Edit) -> Account:
    """The account of `moved`, in which 12 and 13 are one to the wizard."""
    trust = account()
    for edit in (where("id", "12", "tags", "herring"), where("id", "13", "tags", "cod"), *edits):
        trust["contacts"] = edit(trust["contacts"])
    return trust


def of_13(**cells: str | None) -> list[Edit]:
    return [where("id", "13", column, value) for column, value in cells.items()]


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    """The account when it had come through the loop."""
    return move(in_sell(), tmp_path_factory.mktemp("merged"), MERGE)


def delta(merged: Moved, after: Account, place: Path, exports: Path) -> tuple[Found, Any]:
    made = transform(
        after,
        place,
        pipedrive=exports,
        previous=merged.exports.parent / "lap_0",
        mapping=MERGE,
        trial=0,
        rehearse=False,
    )
    files = sorted((place / "updates").glob("2-*.csv"))
    rows = [row for file in files for row in pl.read_csv(file, infer_schema=False).to_dicts()]
    written = {k.removeprefix("Person - "): v for row in rows for k, v in row.items()}
    codes = ["merged_value_lost", "changed_in_both", "label_removed", "emptied_in_sell"]
    told = made.issues.filter(pl.col("code").is_in(codes) & (pl.col("entity") == "contacts"))
    keys = ("Pipedrive System ID", "Name")
    own = {k: v for k, v in written.items() if k not in keys}
    return (own, told.select("code", "source_id", "field", "value").rows()), made


LOST = "merged_value_lost"


@pytest.mark.parametrize(
    ("edits", "written", "told"),
    [
        (of_13(owner="Cy Wax"), {}, [(LOST, "13", "Person - Owner", "Cy Wax")]),
        (
            of_13(name="Otto Rock", last_name="Rock"),
            {},
            [(LOST, "13", "Person - Last name", "Rock"), (LOST, "13", "Person - Name", "Otto Rock")],
        ),
        (
            [where("id", "12", "phone", "+47 1212"), *of_13(phone="+47 1313")],
            {"Phone (Work)": "+47 1212"},
            [(LOST, "13", "Person - Phone (Work)", "+47 1313")],
        ),
        (of_13(phone="+47 1313"), {"Phone (Work)": "+47 1313"}, []),  # 12 has none
        (of_13(tags="cod,eel"), {"Label": "herring, cod, eel"}, []),
        (of_13(organisation_name="Skerry Lights"), {}, [(LOST, "13", "organization", "Skerry Lights")]),
        ([where("id", "12", "owner", "Ada Lamp")], {"Owner": "Ada Lamp"}, []),  # 13 still has the old one
    ],
    ids=["owner", "name", "both phones", "phone", "labels", "company", "the first one's owner"],
)
def test_the_first_one_that_has_a_value_supplies_it(
    merged: Moved, tmp_path: Path, edits: list[Edit], written: dict[str, str], told: list[tuple[str, ...]]
) -> None:
    after = in_sell(*edits)
    found, _ = delta(merged, after, tmp_path / "delta", merged.exports)

    assert found == (written, told)
    updates = tmp_path / "delta" / "updates"
    (rehearse(updates, merged.held) if updates.exists() else merged.held).export(tmp_path / "later")
    assert verify(after, tmp_path / "later", mapping=MERGE).complete
    assert delta(merged, after, tmp_path / "again", tmp_path / "later")[0] == ({}, told)


def test_what_was_put_in_by_hand_is_not_told_again(merged: Moved, tmp_path: Path) -> None:
    after = in_sell(where("id", "12", "phone", "+47 1212"), *of_13(phone="+47 1313"))
    theirs = tmp_path / "theirs"
    merged.held.export(theirs)
    (people,) = theirs.glob("pe*")
    frame = pl.read_csv(people, infer_schema=False)
    phone = next(column for column in frame.columns if "Phone - Work" in column)
    both = where(
        next(c for c in frame.columns if c.endswith("Sell ID")), "12, 13", phone, "+47 1212, +47 1313"
    )
    both(frame).write_csv(people)

    assert delta(merged, after, tmp_path / "delta", theirs)[0] == ({}, [])


def test_of_one_that_is_left_alone_the_values_are_written(merged: Moved, tmp_path: Path) -> None:
    """12 was merged into 13 in Sell: what Pipedrive shows of 12 gives way to what 13 has."""
    after = in_sell(*of_13(owner="Cy Wax", organisation_name="Fog & Sons"))
    after["contacts"] = after["contacts"].filter(pl.col("id") != "12")
    after["deals"] = where("id", "22", "main_contact_id", "13")(after["deals"])

    found, _ = delta(merged, after, tmp_path / "delta", merged.exports)

    assert found[0]["Owner"] == "Cy Wax"

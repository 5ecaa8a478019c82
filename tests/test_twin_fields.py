"""Custom fields of one name, or nearly: the name that one of them has in Pipedrive is its own for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from zsell_transform import transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.transformers.custom import unique_names

Account = dict[str, pl.DataFrame]
CONTACT, CUSTOMER = "custom (contact) Colour", "custom (prospect/customer) Colour"


def people(columns: list[str], *cells: tuple[str | None, ...]) -> Account:
    """People with these custom columns; of each person the cells."""
    ids = [str(n) for n in range(1, len(cells) + 1)]
    frame = pl.DataFrame(
        {
            "id": ids,
            "is_organisation": ["false"] * len(ids),
            "name": [f"Person {n}" for n in ids],
            "email": [f"p{n}@x.example" for n in ids],
        }
    )
    custom = pl.DataFrame(list(cells), schema=dict.fromkeys(columns, pl.String), orient="row")
    return {"contacts": frame.hstack(custom)}


def lap(account: Account, place: Path, held: Rehearsal | None = None, previous: Path | None = None) -> Path:
    """A lap's folder; what Pipedrive holds before it lies beside, where there is any."""
    given: dict[str, Any] = {"mapping": {"empty_in_pipedrive": ["organizations", "deals", "leads"]}}
    if held is not None:
        held.export(place.parent / f"{place.name}_pipedrive")
        given["pipedrive"] = place.parent / f"{place.name}_pipedrive"
    transform(account, place, previous=previous, trial=0, rehearse=False, **given)
    return place


def colours(path: Path) -> list[dict[str, str]]:
    """By rows, what a file says of fields that are called something like Colour."""
    frame = pl.read_csv(path, infer_schema=False)
    rows = frame.select(pl.col("^(?i)person - colour.*$")).to_dicts()
    return [{name: cell for name, cell in row.items() if cell} for row in rows]


def test_a_twin_that_comes_later_takes_no_name_that_is_given(tmp_path: Path) -> None:
    """`Colour` of Pipedrive's took the values of two fields of Sell's, of new people and of those there."""
    before = people([CUSTOMER], ("red",), ("blue",))
    after = people([CONTACT, CUSTOMER], (None, "red"), ("tall", "blue"), ("short", "green"))
    first = lap(before, tmp_path / "lap_1")
    held = rehearse(first)

    second = lap(after, tmp_path / "lap_2", held, previous=first)

    assert colours(second / "2-persons.csv") == [{"Person - Colour": "green", "Person - Colour (2)": "short"}]
    assert colours(second / "updates/2-persons.csv") == [{"Person - Colour (2)": "tall"}]
    told = pl.read_csv(second / "issues.csv", infer_schema=False)
    assert not {"emptied_in_sell", "changed_in_both"} & set(told["code"])
    renamed = told.filter(pl.col("code") == "custom_field_renamed")
    assert renamed["field"].to_list() == [CONTACT]


def test_a_name_stays_through_several_earlier_runs(tmp_path: Path) -> None:
    """The order of columns no longer says what the second run called them: its manifest does."""
    first = lap(people([CUSTOMER], ("red",)), tmp_path / "lap_1")
    held = rehearse(first)
    second = lap(
        people([CONTACT, CUSTOMER], (None, "red"), ("short", "green")), tmp_path / "lap_2", held, first
    )
    held = rehearse(second, held)

    third = lap(
        people([CONTACT, CUSTOMER], ("tall", "red"), ("short", "grey")), tmp_path / "lap_3", held, second
    )

    assert colours(third / "updates/2-persons.csv") == [
        {"Person - Colour": "red", "Person - Colour (2)": "tall"},
        {"Person - Colour": "grey", "Person - Colour (2)": "short"},
    ]
    assert "fields" not in json.loads((first / "manifest.json").read_text())
    names = json.loads((second / "manifest.json").read_text())["fields"]["contacts"]
    assert names == {CUSTOMER: "Colour", CONTACT: "Colour (2)"}


def test_the_order_of_columns_is_no_change(tmp_path: Path) -> None:
    """Both values of each person were written into the other field."""
    columns = ["custom COLOUR", "custom Colour"]
    account = people(columns, ("a", "b"), ("c", "d"))
    first = lap(account, tmp_path / "lap_1")
    turned = {
        "contacts": account["contacts"].select("id", "is_organisation", "name", "email", *columns[::-1])
    }

    second = lap(turned, tmp_path / "lap_2", rehearse(first), previous=first)

    assert not (second / "updates").exists()
    assert not list(second.glob("[1-6]-*"))


@pytest.mark.parametrize(
    ("earlier", "columns", "names"),
    [
        # As other kinds of exports call the same field.
        ({CUSTOMER: "Colour"}, ["Colour"], {"Colour": "Colour"}),
        ({"Size": "Size (Sell)"}, ["custom (contact) Size"], {"custom (contact) Size": "Size (Sell)"}),
        # What is gone may have left its values there.
        ({CUSTOMER: "Colour"}, [CONTACT], {CUSTOMER: "Colour", CONTACT: "Colour (2)"}),
        ({"custom Bay": "Bay"}, ["custom BAY"], {"custom Bay": "Bay", "custom BAY": "BAY (2)"}),
        # Which of two it is, nobody knows.
        (
            {CONTACT: "Colour", CUSTOMER: "Colour (customer)"},
            ["Colour"],
            {CONTACT: "Colour", CUSTOMER: "Colour (customer)", "Colour": "Colour (2)"},
        ),
        # A date-time is two fields.
        ({"Due": "Due"}, ["Due (time)"], {"Due": "Due", "Due (time)": "Due (time) (2)"}),
        ({CONTACT: "Colour"}, [CUSTOMER, CONTACT], {CONTACT: "Colour", CUSTOMER: "Colour (customer)"}),
    ],
)  # fmt: skip
def test_new_columns_are_named_after_those_of_the_earlier_run(
    earlier: dict[str, str], columns: list[str], names: dict[str, str]
) -> None:
    assert unique_names(columns, "persons", earlier) == names

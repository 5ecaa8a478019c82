"""Pipedrive's exports that show less than there is: what they leave out is not written a second time."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.test_pipedrive_exports import given
from zsell_transform.mapping import Mapping

DEALS = "ID,Title,Stage"


# ---- columns that one file shows and another one does not -----------------------------------------------


@pytest.mark.parametrize("first", ["without", "with"])
def test_of_two_exports_of_a_list_one_may_lack_the_column_of_our_ids(tmp_path: Path, first: str) -> None:
    """The row of the first file won, with no id, and the whole list was written again."""
    texts = {
        "without": f"{DEALS}\n7,Roof,Won\n8,Wall,Won\n",
        "with": f"{DEALS},Zendesk Sell ID,Sell owner\n8,Wall,Won,70002,Ann\n7,Roof,Won,70001,\n",
    }
    second = next(name for name in texts if name != first)

    held = given(tmp_path, **{"deals-1": texts[first], "deals-2": texts[second]})

    assert sorted(held.deals.select("system_id", "sell_id").rows()) == [("7", "70001"), ("8", "70002")]
    assert held.raw["deals"].sort("ID")["Sell owner"].to_list() == [None, "Ann"]
    assert held.readable == {"deals"}


def test_records_of_which_no_file_shows_our_id_hold_their_list_back(tmp_path: Path) -> None:
    """The newer export lacked the column, and had more records: nobody knows whose these are."""
    held = given(
        tmp_path,
        **{
            "deals-1": f"{DEALS},Zendesk Sell ID\n7,Roof,Won,70001\n",
            "deals-2": f"{DEALS}\n7,Roof,Won\n8,Wall,Won\n",
        },
    )

    assert held.deals["sell_id"].to_list() == ["70001", None]
    assert held.readable == frozenset()


# ---- which column has our ids ---------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "found"), [("", None), ("70001", None)])
def test_the_sell_id_of_a_deal_is_not_the_one_of_a_lead(tmp_path: Path, cell: str, found: str | None) -> None:
    """A lead has the custom fields of deals; the blank one of deals said that no lead came from Sell."""
    held = given(tmp_path, leads=f"ID,Title,Contact person,Zendesk Sell ID\nab-1,Hope,Ann,{cell}\n")

    assert held.leads["sell_id"].to_list() == [found]
    assert held.readable == frozenset()


def test_the_sell_id_of_a_lead_under_another_name(tmp_path: Path) -> None:
    header = "ID,Title,Contact person,Zendesk Sell ID,Old Sell lead id"

    held = given(tmp_path, leads=f"{header}\nab-1,Hope,Ann,,50001\n")

    assert held.leads["sell_id"].to_list() == ["50001"]


def test_a_blank_column_whose_name_sounds_like_ours_proves_nothing(tmp_path: Path) -> None:
    """`Best-sell ID` said that none of the people came from Sell, and all were written again."""
    text = "ID,Name,Organization,Best-sell ID,{}\n1,Ada,,,80001\n2,Bo,,,\n"

    unknown = given(tmp_path / "1", people=text.format("Old CRM"))
    known = given(tmp_path / "2", people=text.format("Sell ID"))

    assert unknown.readable == frozenset()
    assert known.readable == {"persons"}
    assert known.persons["sell_id"].to_list() == ["80001", None]


def test_our_own_column_may_be_blank(tmp_path: Path) -> None:
    """The field was made, and nothing imported yet."""
    held = given(tmp_path, people="ID,Name,Organization,Zendesk Sell ID\n1,Ada,,\n")

    assert held.readable == {"persons"}


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_field_that_was_made_twice_is_one(tmp_path: Path, delimiter: str) -> None:
    """Records whose id stands in the second of the two fields were written again."""
    rows = "7,Roof,Won,70001,;8,Wall,Won,,70002;9,Pond,Won,70003,70003;10,Hut,Won,70004,70005;11,Inn,Won,,"
    text = "\n".join([f"{DEALS},Zendesk Sell ID,Zendesk Sell ID", *rows.split(";"), ""])

    held = given(tmp_path, deals=text.replace(",", delimiter))

    assert held.deals.select("system_id", "sell_id").rows() == [
        ("7", "70001"),
        ("8", "70002"),
        ("9", "70003"),
        ("10", "70004"),
        ("10", "70005"),
        ("11", None),
    ]
    assert [name for name in held.raw["deals"].columns if "Sell" in name] == ["Zendesk Sell ID"]


def test_two_columns_that_the_mapping_gives_one_name_are_one(tmp_path: Path) -> None:
    ask = Mapping.load({"columns": {"pipedrive_deals": {"Old": "Zendesk Sell ID", "New": "Zendesk Sell ID"}}})

    held = given(tmp_path, ask, deals=f"{DEALS},Old,New\n7,Roof,Won,70001,\n8,Wall,Won,,70002\n")

    assert held.deals["sell_id"].to_list() == ["70001", "70002"]


# ---- several ids in a cell ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("11111; 22222", ["11111", "22222"]),
        ("11111/22222 | 33333", ["11111", "22222", "33333"]),
        ("11111.0; 22222.0", ["11111", "22222"]),
        ("11111; 11111", ["11111"]),
        ("11111 / name:acme / lind", ["11111", "name:acme / lind"]),
        ("name:acme; 22222", ["name:acme", "22222"]),
        ("name:store | 90210", ["name:store | 90210"]),
        ("name:a/b; c|d", ["name:a/b; c|d"]),
    ],
)
def test_ids_that_were_put_together_by_hand(tmp_path: Path, cell: str, ids: list[str]) -> None:
    """Who merges two records in Pipedrive writes both ids into one cell as they like."""
    held = given(tmp_path, organizations=f"ID,Name,Address,Zendesk Sell ID\n1,Acme,,{cell}\n")

    assert held.organizations["sell_id"].to_list() == ids
    assert held.organizations.select(pl.col("system_id").unique()).to_series().to_list() == ["1"]

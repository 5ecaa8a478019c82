"""What becomes of a cell that Sell, Pipedrive or both have changed, one row of a table each."""

from __future__ import annotations

import polars as pl
import pytest

from zsell_transform.delta.cells import CELLS, decided, known_since, no_cells


def cells(*rows: dict[str, object]) -> pl.DataFrame:
    """Changed cells as they are decided; of a deal whose export shows the field, unless said otherwise."""
    usual = {
        "entity": "deals", "source_id": "21", "_file": "d.csv", "_row": 2, "item": "deals",
        "system_id": "5", "own": True, "field": "Deal - Title", "seen": True, "kind": "text",
    }  # fmt: skip
    full = [dict.fromkeys(CELLS) | usual | row for row in rows]
    return pl.DataFrame(full, schema=no_cells().schema)


@pytest.mark.parametrize(
    ("kind", "old", "new", "there", "seen", "fate"),
    [
        ("text", "a", "b", "b", True, "done"),
        ("text", "a", "b", "a", True, "written"),
        ("text", "a", "b", "c", True, "both"),
        ("text", "a", "b", None, True, "both"),  # somebody emptied it in Pipedrive
        ("text", None, "b", None, True, "written"),
        ("text", None, "b", None, False, "written"),  # no column: it has no value yet
        ("text", "a", "b", None, False, "unseen"),
        ("text", "a", None, "a", True, "emptied"),
        ("text", "a", None, None, True, "done"),
        ("text", "a", None, None, False, "emptied"),  # who knows whether it is gone there
        ("text", "a", "A", "a", True, "written"),
        ("user", "Kim", "kim", "Kim", True, None),
        ("numerical", "5", "5.0", "5", True, None),
        ("labels", "x", "x, y", "x", True, "written"),
        ("labels", "x", "y", "y", True, "done"),
        ("labels", "x, y", "x", "x, y, z", True, "fewer"),
        ("labels", "x, y", "x", "x, y", True, "fewer"),  # there is nothing that an import could do
        ("multiple_option", "x, y", "y", "y, x", True, "fewer"),
        ("labels", "x, y", "x, z", "x, y", True, "written"),
        ("labels", "x", "x, y", "x, y, z", True, "done"),
        ("labels", "x", "y", "y, z", True, "both"),  # the one that Sell took away was taken there, too
        ("text", "x", "x, y", "x, y, z", True, "both"),
    ],
)
def test_what_becomes_of_a_changed_cell(
    kind: str, old: str | None, new: str | None, there: str | None, seen: bool, fate: str | None
) -> None:
    row = {"kind": kind, "old": old, "new": new, "there": there, "seen": seen}

    assert decided(cells(row))["fate"].to_list() == [fate]


def test_a_distinguished_name_keeps_what_keeps_it_apart() -> None:
    """Pipedrive holds `Ann (Bath)`: a new name goes before the city, as it went there."""
    rows = [
        {"kind": "name", "old": "Ann", "new": "Anna", "there": "Ann (Bath)"},
        {"kind": "name", "old": "Ann", "new": "Anna", "there": "Ann"},
    ]

    assert decided(cells(*rows)).select("fate", "value").rows() == [
        ("written", "Anna (Bath)"),
        ("written", "Anna"),
    ]


def test_how_a_deal_ended_is_decided_in_one_place() -> None:
    """Pipedrive has lost what Sell has won: neither stage, nor when and why, is written of the other end."""
    ends = ["Won time", "Lost time", "Lost reason", "Probability", "Stage (pipeline)"]
    rows = [
        {"field": "Deal - Status", "kind": "status", "old": "Open", "new": "Won", "there": "Lost"},
        *({"field": f"Deal - {end}", "old": None, "new": "x"} for end in ends),
        {"field": "Deal - Title", "old": "Roof", "new": "Rooves", "there": "Roof"},
        {"field": "Deal - Won time", "old": None, "new": "x", "system_id": "6"},
    ]

    fates = decided(cells(*rows))["fate"].to_list()

    assert fates == ["both", *["both"] * len(ends), "written", "written"]


@pytest.mark.parametrize(
    ("field", "there", "fate"),
    [
        ("Person - Email (Work)", "b@reef.example", "not own"),
        ("Person - Email (Work)", "new@reef.example", "done"),
        ("Person - First name", "Bob", None),  # the whole name tells of it
        ("Person - Last name", "Bob", None),
        ("Person - Owner", "Bob", None),  # the person has one itself
    ],
)
def test_of_a_person_that_leads_share_nothing_is_written(field: str, there: str, fate: str | None) -> None:
    row = {
        "entity": "leads", "item": "persons", "field": field, "own": False,
        "old": "a@reef.example", "new": "new@reef.example", "there": there,
    }  # fmt: skip

    assert decided(cells(row))["fate"].to_list() == [fate]


def test_of_what_an_earlier_run_did_not_have_nobody_knows_who_changed_it() -> None:
    """A creation day is Pipedrive's own there, and a record that came as a name was known then."""
    rows = [
        {"source_id": "22", "new": "Roof", "there": "Rooves"},
        {"source_id": "22", "new": "Roof", "there": "Roof"},
        {"source_id": "22", "field": "Deal - Creation date", "new": "2024-01-02", "there": "2026-01-02"},
        {"source_id": "21", "old": "Barn", "new": "Shed", "there": "Hut"},
        {"source_id": "3", "entity": "companies", "system_id": "9", "new": "Kelp", "there": "kelp ltd"},
    ]
    then = pl.DataFrame({"entity": ["deals"], "id": ["21"]})
    there = pl.DataFrame({"entity": ["companies"], "id": ["name:kelp"], "system_id": ["9"]})

    since = known_since(decided(cells(*rows)), then, there)

    assert since["fate"].to_list() == ["late", None, None, "both", "both"]

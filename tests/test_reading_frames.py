"""Frames in place of files: of JSON, of pandas, and with the dumps that name ids."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import zsell_transform as zt

Items = list[dict[str, Any]]
FIRM = {"id": 1, "owner_id": 301, "is_organization": True, "name": "Wolke 7 GmbH"}
#: A custom field of each kind that the API knows, and some that it does not.
FIELDS = {
    "Whole": 1,
    "Decimal": 2.5,
    "Yes": True,
    "Never": None,
    "Choices": [{"id": 1, "name": "S"}, {"id": 2, "name": "M, L"}],
    "Home": {"line1": "Way 2", "city": "Oslo"},
    "Words": ["x", "y"],
    "Numbers": [1, 2],
    "Huge": 2**60,
    "Text": 'a"\n\\ü😀',
    "Nothing": {},
    "None of them": [],
    "Deep": {"u": {"v": [1, 2]}},
    "Day": date(2024, 1, 2),
    "Moment": datetime(2024, 1, 2, 3, 4, 5),
    "Money": Decimal("12.50"),
}


def as_file(items: Items, place: Path) -> Path:
    """The same items as a connector writes them: objects as JSON in the cells."""
    names = list(dict.fromkeys(name for item in items for name in item))
    with (place / "contacts.csv").open("w", encoding="utf-8", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(names)
        for item in items:
            rows.writerow(
                json.dumps(cell, default=str) if isinstance(cell, dict | list | bool) else cell
                for cell in map(item.get, names)
            )
    return place


@pytest.mark.parametrize(
    "items",
    [
        [
            FIRM
            | {"address": {"line1": "Straße 1", "state": None}, "custom_fields": FIELDS, "tags": ["VIP"]},
            FIRM | {"id": 2, "address": {"city": "Köln"}, "custom_fields": {"Later": "x", "Decimal": 3}},
            FIRM | {"id": 3, "address": {}, "custom_fields": None, "tags": []},
        ],
        [FIRM | {"address": {"city": None}, "custom_fields": {"Never": None}}],
        [FIRM | {"address": {}, "custom_fields": {}}, FIRM | {"id": 2, "custom_fields": {}}],
        [
            FIRM
            | {"custom_fields": [{"name": "Size", "value": "S"}], "tags": [{"id": 1, "name": "VIP"}]}
            | {"address__city": "Bonn", "address": {"line1": "Way 2"}},
            FIRM | {"id": 2, "custom_fields": [], "tags": [], "address__city": "Rom"},
        ],
    ],
    ids=["every kind", "always null", "empty", "beside flattened columns"],
)
@pytest.mark.parametrize("lazily", [False, True])
def test_structs_are_read_as_the_same_json_in_cells(items: Items, lazily: bool, tmp_path: Path) -> None:
    frame = pl.DataFrame(items, infer_schema_length=None)

    one = zt.read_export(as_file(items, tmp_path))
    other = zt.read_export({"contacts": frame.lazy() if lazily else frame})

    expected, found = (export.tables["companies"].drop("_file") for export in (one, other))
    assert sorted(found.columns) == sorted(expected.columns)
    assert found.select(expected.columns).to_dicts() == expected.to_dicts()
    columns = ("code", "field", "value")
    assert other.issues.select(columns).rows() == one.issues.select(columns).rows()


def test_items_of_the_api_migrate() -> None:
    """An internal error of polars it was, for what everybody does first with the API's answer."""
    items = [
        FIRM | {"address": {"line1": "Ring 1", "city": "Köln"}, "custom_fields": {"Size": "S"}},
        {"id": 2, "is_organization": False, "contact_id": 1, "first_name": "Ann", "email": "a@d.example"},
    ]
    deals = [{"id": 9, "name": "Roof", "stage_id": 71, "contact_id": 2, "custom_fields": {"Roof": {"a": 1}}}]

    run = zt.transform(
        {"contacts": pl.DataFrame(items), "deals": pl.DataFrame(deals)}, trial=0, rehearse=False
    )

    [firm] = run.tables["organizations"].to_dicts()
    assert (firm["Organization - Address"], firm["Organization - Size"]) == ("Ring 1, Köln", "S")
    assert run.tables["deals"].select("Deal - Roof", "Person - Name").row(0) == ('{"a": "1"}', "Ann")


def test_structs_in_other_columns_stay_json() -> None:
    frame = pl.DataFrame(
        {
            "id": [1, 2],
            "is_organisation": [True, True],
            "place": [{"lat": 1.5, "n": 2.0, "took": timedelta(hours=1), "raw": b"x"}, None],
            "list": [[{"n": 1.0}], None],
            "lists": [[[1, 2], [3]], None],
            "times": [[timedelta(hours=1)], None],
        }
    )
    first, second = zt.read_export({"companies": frame}).tables["companies"].drop("_file", "_row").to_dicts()

    assert first["place"] == '{"lat":"1.5","n":"2","took":"PT1H","raw":"x"}'
    assert (first["list"], first["lists"], first["times"]) == ('[{"n":"1"}]', "[[1,2],[3]]", "PT1H")
    assert set(second.values()) == {"2", "true", None}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda frame: frame.with_columns(x=pl.lit(b"\xff")), "'contacts': column 'x' is Binary, not all"),
        (
            lambda frame: frame.with_columns(x=pl.struct(y=pl.lit(b"\xff"))),
            r"column 'x' is Struct\(\{'y': Binary\}\), not all of which can be read \(invalid utf8\)",
        ),
        (
            lambda frame: frame.with_columns(_row=pl.lit("abc")),
            "column '_row' is String, not all",
        ),
        (lambda frame: frame.lazy().select("nmae"), "'contacts': the LazyFrame cannot be made: .*nmae"),
        (
            lambda frame: frame.lazy().with_columns(pl.col("name").cast(pl.Int64)),
            "'contacts': the LazyFrame cannot be made: conversion from `str` to `i64` failed",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_frame_and_column(
    spoil: Callable[[pl.DataFrame], Any], said: str
) -> None:
    with pytest.raises(zt.ExportError, match=said):
        zt.read_export({"contacts": spoil(pl.DataFrame([FIRM]))})

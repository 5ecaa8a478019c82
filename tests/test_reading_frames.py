"""Frames in place of files: of JSON, of pandas, and with the dumps that name ids."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import zsell_transform as zt
from tests.exports import SAMPLE, codes
from zsell_transform.machine.given import FROM_PANDAS

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


# --- dumps that name ids ------------------------------------------------------------------------------------

#: Sell entity → its file in the dump of the API.
DUMPED = {name: name for name in ("contacts", "deals", "leads", "tasks", "notes", "calls", "visits")}
DUMPED |= {"texts": "text_messages"}


def of_dump(names: Iterable[str]) -> dict[str, pl.DataFrame]:
    return {
        name: pl.read_csv(SAMPLE / "api_dump" / f"{DUMPED.get(name, name)}.csv", infer_schema=False)
        for name in names
    }


def test_frames_take_their_names_from_dumps_beside_them() -> None:
    """`users` was no Sell entity, so that owners were ids, and lost deals open ones."""
    files = zt.read_export(SAMPLE / "api_dump")
    named = {path.stem for path in (SAMPLE / "api_dump").glob("*.csv")} - {*DUMPED.values()}

    frames = zt.read_export(of_dump([*DUMPED, *sorted(named)]))

    assert frames.entities == files.entities
    for entity, expected in files.tables.items():
        assert frames.tables[entity].drop("_file").equals(expected.drop("_file")), entity
    assert frames.dictionaries.keys() == named
    assert "names_unknown" not in codes(frames)


def test_without_dumps_the_message_fits_frames_too() -> None:
    told = zt.read_export(of_dump(["deals"])).issues.filter(code="names_unknown")
    assert all("no dump gives their names" in message for message in told["message"])


def test_an_account_without_reasons_has_an_empty_dump() -> None:
    frames = of_dump(["contacts"]) | {"loss_reasons": pl.DataFrame([])}
    assert zt.read_export(frames).entities == ("companies", "contacts")


@pytest.mark.parametrize(
    ("key", "frame", "said"),
    [
        ("user", pl.DataFrame(), "'user' is not a Sell entity; did you mean 'users'. give frames under comp"),
        ("deal", pl.DataFrame(), "'deal' is not a Sell entity; did you mean 'deals'"),
        (
            "zebra",
            pl.DataFrame(),
            "'zebra' is not a Sell entity; give frames .*; dumps that name ids under ca",
        ),
        (
            "users",
            pl.DataFrame({"ID ": [1], "mail": [""]}),
            "'users' has no column 'name', only ID , mail: a",
        ),
        ("users", [{"id": 1}], "'users' must be a polars DataFrame or LazyFrame, not a list"),
    ],
)
def test_a_frame_that_names_nothing_is_told(key: str, frame: Any, said: str) -> None:
    with pytest.raises(zt.ExportError, match=said):
        zt.read_export(of_dump(["contacts"]) | {key: frame})


# --- pandas -------------------------------------------------------------------------------------------------


def test_pandas_frames_are_read_as_the_message_says() -> None:
    """`pl.from_pandas` wants pyarrow for every column of text, which few have."""
    pandas = pytest.importorskip("pandas")
    frames = of_dump(["contacts", "stages", "pipelines", "users", "loss_reasons"])
    deals = pandas.read_csv(SAMPLE / "api_dump" / "deals.csv")
    assert "float64" in {str(dtype) for dtype in deals.dtypes}

    with pytest.raises(zt.ExportError, match=re.escape(FROM_PANDAS)):
        zt.read_export(frames | {"deals": deals})
    made = eval(FROM_PANDAS, {"pl": pl, "io": io, "frame": deals})

    runs = [
        zt.transform(frames | {"deals": each}, trial=0, rehearse=False)
        for each in (made, of_dump(["deals"])["deals"])
    ]
    assert runs[0].tables["deals"].equals(runs[1].tables["deals"])


# --- how an export shows itself -----------------------------------------------------------------------------


def test_an_export_shows_its_files_with_their_rows() -> None:
    export = zt.read_export(of_dump(["deals", "users"]) | {"contacts": pl.DataFrame([FIRM])})
    assert repr(export) == "<Export of 3 files: contacts 1, deals 14>"
    shown = export._repr_html_()
    assert "&lt;Export of 3 files: contacts 1, deals 14&gt;" in shown
    assert all(f"<td>&quot;{word}&quot;</td>" in shown for word in ("deals", "users", "api"))

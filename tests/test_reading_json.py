"""JSON in cells: what polars reads at once is what Python's json gives cell by cell."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zsell_transform.reading import json_cells, read_export
from zsell_transform.reading.flat_json import flat

KEYS = st.sampled_from(
    ["Size", "C d", "ä", 'k"q', "", "line1", "city", "postal_code", "name", "email", "x.y"]
)
SIMPLE = st.one_of(
    st.text(max_size=4),
    st.sampled_from(["", " y ", "a\nb", "\\", "true", "12/06/2023", "😀", "Łódź", "日本", "\x01"]),
    st.booleans(),
    st.none(),
    st.integers(-(10**6), 10**6),
)
VALUES = st.one_of(
    SIMPLE,
    SIMPLE,
    SIMPLE,
    st.floats(allow_nan=False),
    st.just([{"id": 1, "name": "S"}]),
    st.just({"city": "O"}),
)
SPACES = st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")])


@st.composite
def cells(draw: st.DrawFn) -> str | None:
    """A cell: an object as JSON, now and then something else, or nothing."""
    odd = draw(st.integers(0, 14))
    if odd == 0:
        return draw(
            st.sampled_from(
                [None, "not json", "{", '{"a":1,}', "{'a': 'b'}", "[]", "{}", "null", '{"A":007}']
            )
        )
    pairs = draw(st.dictionaries(KEYS, VALUES, max_size=5))
    return json.dumps(pairs, ensure_ascii=draw(st.booleans()), separators=draw(SPACES))


@settings(max_examples=200, deadline=None)
@given(st.lists(cells(), min_size=1, max_size=8), st.sampled_from(["address", "custom_fields"]))
def test_what_is_read_at_once_is_what_each_cell_gives(given: list[str | None], column: str) -> None:
    kind, texts = json_cells._KINDS[column]("contacts"), pl.Series(given, dtype=pl.String)
    nothing = (pl.repeat(False, texts.len(), eager=True), {})
    with mock.patch.object(json_cells, "flat", return_value=nothing):
        one_by_one = json_cells._each(texts, kind)
    for found in (json_cells._each(texts, kind), json_cells._read(texts, kind)):
        assert list(found.columns) == list(one_by_one.columns)
        assert {n: c.to_list() for n, c in found.columns.items()} == {
            n: c.to_list() for n, c in one_by_one.columns.items()
        }
        assert found.wrong.to_list() == one_by_one.wrong.to_list()


@pytest.mark.parametrize("nothing", ["null", "None", " null "])
def test_nothing_is_nothing(tmp_path: Path, nothing: str) -> None:
    """`null` became an address, and half of the key by which the wizard knows a company."""
    path = tmp_path / "contacts.csv"
    path.write_text(
        "id,is_organization,name,contact_id,address,tags,custom_fields\n"
        f'10,true,Alpha,,{nothing},{nothing},{nothing}\n11,true,Beta,,"{{""city"": ""Oslo""}}",,\n'
    )

    export = read_export(path)

    companies = export.tables["companies"]
    assert companies["city"].to_list() == [None, "Oslo"]
    assert not {"address", "custom_fields"} & set(companies.columns)
    assert "cell_not_json" not in export.issues["code"]


@pytest.mark.parametrize("around", [" ", "\u00a0", "\t"])
def test_blanks_around_json_are_none_of_it(tmp_path: Path, around: str) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(
        "id,is_organization,name,contact_id,tags,custom_fields\n"
        f"10,true,Alpha,,{around},{around}\n"
        f'11,true,Beta,,"{around}[""hotel""]{around}","{around}{{""Slope"": ""flat""}}{around}"\n'
    )

    export = read_export(path)

    assert export.tables["companies"].select("tags", "Slope").rows() == [(None, None), ("hotel", "flat")]
    assert "cell_not_json" not in export.issues["code"]


@settings(max_examples=60)
@given(given=st.lists(cells(), max_size=12), column=st.sampled_from(["address", "tags", "custom_fields"]))
def test_slices_give_what_the_whole_gives(given: list[str | None], column: str) -> None:
    """Columns in their order, too."""
    series, kind = pl.Series(given, dtype=pl.String), json_cells._KINDS[column]("contacts")
    whole = json_cells._read(series, kind)

    with mock.patch.object(json_cells, "_SLICE", 3):
        parted = json_cells._read(series, kind)

    assert {name: values.to_list() for name, values in parted.columns.items()} == {
        name: values.to_list() for name, values in whole.columns.items()
    }
    assert list(parted.columns) == list(whole.columns)
    assert parted.wrong.to_list() == whole.wrong.to_list()


def test_a_list_of_words_is_none(tmp_path: Path) -> None:
    """One `null` made JSON of all of them."""
    path = tmp_path / "contacts.csv"
    path.write_text(
        'id,is_organization,name,contact_id,tags\n10,true,Alpha,,vip\n11,true,Beta,,null\n12,true,C,,"vip,hot"\n'
    )

    export = read_export(path)

    assert export.tables["companies"]["tags"].to_list() == ["vip", "null", "vip,hot"]
    assert "cell_not_json" not in export.issues["code"]


def test_keys_that_come_late_are_found() -> None:
    texts = pl.Series([json.dumps({"early": "a"})] * 1_000 + [json.dumps({"late": "b", "early": 1})])
    read, found = flat(texts)
    assert read.all()
    assert found["late"].to_list() == [None] * 1_000 + ["b"]
    assert found["early"].to_list() == ["a"] * 1_000 + ["1"]


@pytest.mark.parametrize("value", ["1.50", "1e3", "[1]", '{"a": 1}', "-0", "12345678901234567890"])
def test_what_polars_would_write_in_another_way_is_left_to_python(value: str) -> None:
    read, found = flat(pl.Series([f'{{"a": {value}}}', '{"a": "x"}']))
    assert read.to_list() == [False, True]
    assert found["a"].to_list() == [None, "x"]


def test_letters_by_their_numbers_are_read_at_once() -> None:
    """As Python's json writes them; halves of pairs are left to Python."""
    read, found = flat(pl.Series([json.dumps({"Miasto": "Łódź, 日本"}), json.dumps({"Miasto": "😀"})]))
    assert read.to_list() == [True, False]
    assert found["Miasto"].to_list() == ["Łódź, 日本", None]


def test_a_key_that_stands_twice_is_no_error() -> None:
    kind = json_cells._KINDS["custom_fields"]("contacts")
    found = json_cells._each(pl.Series(['{"B": "y", "A": "x", "A": ""}']), kind)
    assert {name: cells.to_list() for name, cells in found.columns.items()} == {"B": ["y"], "A": ["x"]}


def test_a_label_with_a_comma_is_told(tmp_path: Path) -> None:
    """It became two labels without a word."""
    text = 'id,is_organization,name,first_name,last_name,tags\n2,false,Eva Ek,Eva,Ek,"[""VIP"",""x,y""]"\n'
    (tmp_path / "contacts.csv").write_text(text)

    with read_export(tmp_path) as export:
        assert export.tables["contacts"]["tags"].to_list() == ["VIP,x,y"]
        told = export.issues.filter(code="label_parted").select("severity", "row", "source_id", "value")

    assert told.rows() == [("warning", 2, "2", "x,y")]


#: What a hostile or cut cell may hold, each beside a good one.
ODD = {
    "no name": '[{"value": 1}]',
    "one of two without a name": '[{"name": "x", "value": 1}, {"id": 2, "value": 3}]',
    "lists": '{"a": ' + "[" * 900 + "]" * 900 + "}",
    "many lists": '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "objects": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "open": "[" * 100_000,
    "a few too many": '{"a": ' + "[" * 60 + "]" * 60 + "}",
    "Python's": "{'a': " + "[" * 150 + "]" * 150 + "}",
    "Python's own limit": "{'a': " + "[" * 250 + "]" * 250 + "}",
    "Python's minus": "{'a': " + "-" * 20_000 + "1}",
    "Python's number": "{'a': " + "9" * 100_000 + "}",
}


#: Only custom fields need names.
ODD_CELLS = [
    (name, column)
    for name in ODD
    for column in ("custom_fields", "address", "tags")
    if "name" not in name or column == "custom_fields"
]


@pytest.mark.parametrize(("name", "column"), ODD_CELLS)
def test_what_cannot_be_read_is_told_and_kept(tmp_path: Path, name: str, column: str) -> None:
    """A run ended in an internal error, or "memory ran out", for one cell of a hundred thousand."""
    given = [ODD[name], '{"city": "1"}']
    frame = pl.LazyFrame({"_row": [2, 3], column: given}, schema_overrides={"_row": pl.UInt32})

    table, told = json_cells.expanded(frame, [column], "contacts", "c.csv", tmp_path / "c.parquet")

    kept = table.collect()
    assert told.select("code", "row", "value").rows() == [("cell_not_json", 2, ODD[name])]
    assert ODD[name] in [value for cells in kept.drop("_row") for value in cells]
    assert kept.row(0).count(None) == kept.width - 2  # nothing of it stands elsewhere, too


def test_half_a_character_is_one_that_is_not_known() -> None:
    """A text that was cut between the two numbers of a character; polars ended the run."""
    kind = json_cells._KINDS["custom_fields"]("contacts")
    given = [
        r'{"a": "cut \ud83d", "b": "whole \ud83d\ude00"}',
        r'{"\ud800": "1"}',
        r'{"\ud800": "1", "a": 1.5}',
    ]
    found = json_cells._each(pl.Series(given), kind)
    assert {name: cells.to_list() for name, cells in found.columns.items()} == {
        "a": ["cut \ufffd", None, "1.5"],
        "b": ["whole 😀", None, None],
        "\ufffd": [None, "1", "1"],
    }


def test_keys_too_long_for_one_expression_are_read_one_by_one() -> None:
    kind = json_cells._KINDS["custom_fields"]("contacts")
    keys = [f"{n} " + "é" * 3_000 for n in range(200)]
    found = json_cells._each(pl.Series([json.dumps({key: "v"}) for key in keys]), kind)
    assert list(found.columns) == keys
    assert not found.wrong.count()

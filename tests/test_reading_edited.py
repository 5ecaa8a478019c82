"""Exports that went through other hands: pandas, spreadsheets, and people who add columns of their own."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

import zsell_transform as zt
from tests.exports import SAMPLE
from tests.loop import run_loop

#: Names that the library gives to columns of its own somewhere on the way.
OURS = (
    "file row source_id value field count column used n o code how history _n _row _file _id _x * ^a.*$"
).split()


def folder(place: Path, **files: str) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (place / f"{name}.0.csv").write_text(text, encoding="utf-8")
    return place


def linked(run: zt.Migration) -> dict[str, tuple[str | None, ...]]:
    """Title of a deal → the organization and person on its row."""
    names = ("Deal - Title", "Organization - Name", "Person - Name")
    deals = run.tables["deals"]
    there = [pl.col(name) if name in deals.columns else pl.lit(None).alias(name) for name in names]
    return {title: found for title, *found in deals.select(there).rows()}  # type: ignore[misc]


def padded(cell: str, by: str) -> str:
    return f"{by}{cell}{by}" if cell else by


@pytest.mark.parametrize("by", [" ", "\u00a0"])
@pytest.mark.parametrize("family", ["sell", "smart_lists_en", "api_dump"])
def test_blanks_around_cells_and_in_empty_ones_change_nothing(family: str, by: str, tmp_path: Path) -> None:
    """No rule may read a raw cell that another rule reads trimmed."""
    sell = tmp_path / "sell"
    sell.mkdir()
    for path in (SAMPLE / family).glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as source:
            header, *rows = csv.reader(source)
        with (sell / path.name).open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([header, *([padded(cell, by) for cell in row] for row in rows)])

    plain, edited = (zt.transform(place, rehearse=False, trial=0) for place in (SAMPLE / family, sell))

    assert edited.tables.keys() == plain.tables.keys()
    for name, expected in plain.tables.items():
        assert edited.tables[name].equals(expected), name
    codes = ("severity", "code", "entity", "source_id", "field")
    told = [run.issues.filter(pl.col("severity") != "info").select(codes).rows() for run in (plain, edited)]
    assert sorted(map(str, told[0])) == sorted(map(str, told[1]))


def test_ids_behind_a_tab_are_no_other_delimiter(tmp_path: Path) -> None:
    """So people keep spreadsheets from rounding them. It was an internal error."""
    people = "id,is_organisation,first_name,last_name\n\t41000211,false,Poppy,Quillfeather\n"

    run = zt.transform(folder(tmp_path, contacts=people), rehearse=False, trial=0)

    assert run.tables["persons"]["Person - Zendesk Sell ID"].to_list() == ["41000211"]


@pytest.mark.parametrize("prefix", ["", "custom "])
def test_columns_called_like_ours_arrive(prefix: str, tmp_path: Path) -> None:
    more, cells = ",".join(prefix + name for name in OURS), ",".join(f"cell {name}" for name in OURS)
    person = "41000211,false,Poppy,Quillfeather,poppy@quillfeather.example"
    header = f"id,is_organisation,first_name,last_name,email,{more}\n"
    sell = folder(tmp_path / "sell", contacts=f"{header}{person},{cells}\n")
    # The same person in a second file, with another value in each of the columns.
    (sell / "contacts.1.csv").write_text(f"{header}{person},{cells.replace('cell', 'other')}\n")

    run = zt.transform(sell, trial=0, rehearse=False)
    [row] = run.tables["persons"].to_dicts()
    differing = run.issues.filter(pl.col("code") == "records_differ")

    shown = {name: row.get(f"Person - {name}", row.get(f"Person - {name} (2)")) for name in OURS}
    assert shown == {name: f"cell {name}" for name in OURS}
    assert differing.height == len(OURS)
    assert run_loop(sell, tmp_path / "laps").faults == ()


def test_another_column_that_takes_the_place_of_the_ids_is_an_error(tmp_path: Path) -> None:
    """A warning was all: every link of the deals was lost, and people came twice."""
    people = "id,is_organisation,first_name,last_name,custom (contact) Number\n1,false,Ines,Reef,K-1\n"
    wish = {"columns": {"contacts": {"Number": "id"}}}

    def told(text: str) -> list[tuple[str, ...]]:
        export = zt.read_export(folder(tmp_path, contacts=text), mapping=wish)
        return export.issues.filter(field="id").select("severity", "code", "value").rows()

    assert told(people) == [("error", "ids_collide", "custom (contact) Number")]
    assert [severity for severity, *_ in told(people.replace("\n1,", "\n,"))] == ["info"]


def test_custom_fields_of_the_api_called_like_ours_arrive(tmp_path: Path) -> None:
    fields = json.dumps({name: f"cell {name}" for name in [*OURS, "email", "custom email"]}).replace(
        '"', '""'
    )
    header = "id,is_organization,first_name,last_name,email,custom_fields\n"
    sell = folder(tmp_path, contacts=f'{header}41000211,false,Ann,Dunn,ann@dunn.example,"{fields}"\n')
    [row] = zt.transform(sell, trial=0, rehearse=False).tables["persons"].to_dicts()
    shown = {name: row.get(f"Person - {name}", row.get(f"Person - {name} (2)")) for name in OURS}
    assert shown == {name: f"cell {name}" for name in OURS}
    assert {"ann@dunn.example", "cell email", "cell custom email"} <= set(row.values())


def test_a_cell_that_a_spreadsheet_ruined_is_told_whatever_its_column_is_called(tmp_path: Path) -> None:
    header = f"id,is_organisation,first_name,last_name,{','.join(OURS)}\n"
    person = f"41000211,false,Poppy,Quillfeather,{','.join(['1.5E+12'] * len(OURS))}\n"
    run = zt.transform(folder(tmp_path, contacts=header + person), trial=0, rehearse=False)
    told = run.issues.filter(pl.col("code") == "spreadsheet_damage")
    assert sorted(name.removeprefix("custom ").removesuffix(" (2)") for name in told["field"]) == sorted(OURS)


CONTACTS = """\
id,is_organisation,name,first_name,last_name,organisation_id
1,true,Bolt Ltd,,,
2,false,,Ann,Dunn,1{}
3,false,,Carl,Foss,
"""
DEALS = """\
id,name,scope,stage_name,currency,main_contact_id,company_id
11,Roof,100,Quote,EUR,2{0},1{0}
12,Hedge,100,Quote,EUR,,1{0}
"""


@pytest.mark.parametrize("form", ["", ".0"])
def test_ids_that_pandas_wrote_as_decimals_link(form: str, tmp_path: Path) -> None:
    """`read_csv` and `to_csv` make `1.0` of `1` wherever one cell of the column is blank."""
    sell = folder(tmp_path, contacts=CONTACTS.format(form), deals=DEALS.format(form))
    run = zt.transform(sell, trial=0, rehearse=False)
    assert linked(run) == {"Roof": ["Bolt Ltd", "Ann Dunn"], "Hedge": ["Bolt Ltd", None]}
    people = run.tables["persons"]
    assert people["Person - Zendesk Sell ID"].to_list() == ["2", "3"]
    assert people["Organization - Name"].to_list() == ["Bolt Ltd", None]


def test_frames_with_ids_as_decimals_link() -> None:
    people = pl.DataFrame(
        {
            "id": [1.0, 2.0, 3.0],
            "is_organisation": ["true", "false", "false"],
            "name": ["Bolt Ltd", None, None],
            "first_name": [None, "Ann", "Carl"],
            "last_name": [None, "Dunn", "Foss"],
            "organisation_id": [None, 1.0, float("nan")],
            "Weight": [1.5, float("nan"), 2.0],
        }
    )
    deals = pl.DataFrame({"id": [11], "name": ["Roof"], "stage_name": ["Quote"], "company_id": [1.0]})
    run = zt.transform({"contacts": people, "deals": deals}, trial=0, rehearse=False)
    assert linked(run) == {"Roof": ["Bolt Ltd", None]}
    written = run.tables["persons"].select("Organization - Name", "Person - Weight")
    assert written.rows() == [("Bolt Ltd", None), (None, "2")]
    assert run.tables["organizations"]["Organization - Weight"].to_list() == ["1.5"]


def test_ids_that_a_spreadsheet_rounded_make_no_two_people_one(tmp_path: Path) -> None:
    sell = folder(
        tmp_path,
        contacts="id,is_organisation,first_name,last_name,email\n"
        "1.07E+09,false,Ann,Dunn,ann@dunn.example\n"
        "1.07E+09,false,Carl,Foss,carl@foss.example\n",
        deals="id,name,stage_name,currency,main_contact_id,main_contact\n"
        "11,Roof,Quote,EUR,1.07E+09,Carl Foss\n"
        "12,Hedge,Quote,EUR,1.07E+09,\n",
    )
    run = zt.transform(sell, mapping={"orphans": {"deals": "leave_out"}}, trial=0, rehearse=False)
    assert run.tables["persons"]["Person - Name"].to_list() == ["Ann Dunn", "Carl Foss"]
    assert linked(run) == {"Roof": [None, "Carl Foss"]}  # by its name, since it has one
    told = run.issues.filter(pl.col("code") == "id_ruined").select("severity", "entity", "row", "field")
    assert told.rows() == [
        ("error", "contacts", 2, "id"),
        ("error", "contacts", 3, "id"),
        ("error", "deals", 2, "main_contact_id"),
        ("error", "deals", 3, "main_contact_id"),
    ]


@pytest.mark.parametrize(
    ("entity", "header", "rows"),
    [
        (
            "leads",
            "first_name,last_name,company_name,status",
            ["Ann,Smith,X,New", "Bob,Smith,X,New", "Ann,,X,New"],
        ),
        ("leads", "first_name,last_name,email,status", ["Ann,Smith,,New", "Bob,Smith,,New", ",Smith,,New"]),
        ("contacts", "first_name,last_name,email,phone", ["Ann,Smith,,1", "Bob,Smith,,2", ",,,3", ",,,4"]),
    ],
)
def test_records_without_an_id_stay_apart(entity: str, header: str, rows: list[str], tmp_path: Path) -> None:
    """A lead was known by its last name alone, and people without an e-mail all by the same nothing."""
    run = zt.transform(folder(tmp_path, **{entity: "\n".join([header, *rows, ""])}), trial=0, rehearse=False)
    ledger = run.summary()
    assert (ledger["rows_in"].sum(), ledger["merged"].sum()) == (len(rows), 0)
    assert ledger["rows_out"].sum() - ledger["added"].sum() == len(rows)


def test_frames_may_hold_lists() -> None:
    people = pl.DataFrame(
        {
            "id": ["1"],
            "is_organisation": ["false"],
            "name": ["Ann Dunn"],
            "tags": [["VIP", None, "terrace"]],
            "Sizes": pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2)),
            "Took": [timedelta(hours=1)],
        }
    )
    [row] = zt.transform({"contacts": people}, trial=0, rehearse=False).tables["persons"].to_dicts()
    wanted = {"Person - Label": "VIP, terrace", "Person - Sizes": "1, 2", "Person - Took": "PT1H"}
    assert {header: row[header] for header in wanted} == wanted


def test_frames_of_python_objects_are_refused_in_one_line() -> None:
    people = pl.DataFrame({"id": ["1"], "name": ["A"], "thing": pl.Series([object()], dtype=pl.Object)})
    with pytest.raises(zt.ExportError, match=r"'contacts': column 'thing' holds Python objects"):
        zt.transform({"contacts": people}, trial=0, rehearse=False)


def test_a_company_that_is_a_person_is_told_as_that(tmp_path: Path) -> None:
    """It was said not to be in the export, which holds it."""
    deals = "id,name,stage_name,owner,main_contact_id,company_id\n11,Roof,In,Kim,2,2\n12,Hedge,In,Kim,2,77\n"
    people = "id,is_organisation,name,first_name,last_name\n1,true,Bolt Ltd,,\n2,false,,Ann,Dunn\n"

    told = zt.transform(
        folder(tmp_path, contacts=people, deals=deals), trial=0, rehearse=False
    ).issues.filter(code="link_dangling")

    assert ["a person, and no company" in message for message in told["message"]] == [True, False]
    assert "not in the export" in told["message"][1]

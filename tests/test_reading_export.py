"""Whatever a person exported: files known by headers, families under one set of names, records united."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.exports import CONTACTS, LEADS, SAMPLE, codes, folder
from zsell_transform import transform
from zsell_transform.errors import ExportError
from zsell_transform.pipedrive.exports.read import read_pipedrive
from zsell_transform.reading import read_export
from zsell_transform.sell.entities import ITEMS

# --- what is given ------------------------------------------------------------------------------------------


def test_the_sample_account_is_read_whole(sample: Path) -> None:
    """Two pieces of contacts as one, people and companies apart, the stranger told."""
    export = read_export(sample)

    assert {entity: table.height for entity, table in export.tables.items()} == {
        "companies": 9, "contacts": 17, "deals": 14, "leads": 9, "tasks": 11, "notes": 11, "documents": 4,
    }  # fmt: skip
    assert export.issues.select("severity", "code", "file").rows() == [
        ("info", "file_not_recognised", "README.txt")
    ]
    assert [one.file for one in export.files][:2] == ["contacts.0.csv", "contacts.1.csv"]
    assert export.tables["contacts"]["_row"].to_list()[0] == 2
    assert all(dtype == pl.String for name, dtype in export.tables["deals"].schema.items() if name != "_row")


def test_pieces_come_in_natural_order(tmp_path: Path) -> None:
    """`.2` before `.10`, and each with its own row numbers."""
    names = {f"x__{n}__csv": f"{LEADS},Berg,,New,,{n}\n" for n in (10, 2, 0)}

    table = read_export(folder(tmp_path, **names)).tables["leads"]

    assert table["id"].to_list() == ["0", "2", "10"]
    assert table["_file"].to_list() == ["x.0.csv", "x.2.csv", "x.10.csv"]
    assert table["_row"].to_list() == [2, 2, 2]


def test_a_list_of_paths_is_read_in_natural_order_too(tmp_path: Path) -> None:
    """What `glob` lists comes in the order of the disk, and `sorted` puts `.10` before `.2`."""
    here = folder(tmp_path, **{f"x__{n}__csv": f"{LEADS},Berg,,New,,{n}\n" for n in (10, 2, 0)})

    table = read_export(sorted(here.glob("*.csv"))).tables["leads"]

    assert table["id"].to_list() == ["0", "2", "10"]


def test_a_zip_a_list_a_file_and_an_export_are_sources_too(sample: Path, tmp_path: Path) -> None:
    """The same records from each; macOS litter in a zip is not seen."""
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(sample.glob("*.csv")):
            packed.write(path, f"deep/er/{path.name}")
        packed.writestr("__MACOSX/deep/._contacts.0.csv", b"\0\1")
        packed.writestr("deep/.DS_Store", b"\0\1")

    whole = read_export(sample)
    zipped = read_export(archive)
    listed = read_export(sorted(sample.glob("*.csv"), reverse=True))
    alone = read_export(str(sample / "deals.0.csv"))

    assert zipped.tables["contacts"].drop("_file").equals(whole.tables["contacts"].drop("_file"))
    assert zipped.tables["deals"]["_file"].unique().to_list() == ["deep/er/deals.0.csv"]
    assert not codes(zipped)
    assert listed.tables["deals"].equals(whole.tables["deals"])
    assert alone.entities == ("deals",)
    assert read_export(whole) is whole


def test_frames_are_a_source(sample: Path) -> None:
    """Tables that were read, edited and given again; people and companies in one frame or two."""
    read = read_export(sample)
    edited = read.tables["deals"].with_columns(pl.lit("").alias("source"))
    mixed = pl.concat([read.tables["companies"], read.tables["contacts"]])

    export = read_export({**read.tables, "deals": edited})
    again = read_export({"contacts": mixed.lazy()})
    named = read_export({"companies": pl.DataFrame({"id": [1, 2], "name": ["A", None]})})

    assert export.tables["contacts"].equals(read.tables["contacts"])
    assert export.tables["deals"]["source"].null_count() == 14
    assert export.tables["deals"]["_file"].to_list() == ["deals.0.csv"] * 14
    assert again.tables["companies"].height == 9
    assert again.tables["contacts"].height == 17
    assert named.tables["companies"].rows() == [("companies", 2, "1", "A"), ("companies", 3, "2", None)]


#: Two lists of people, one of them without first and last names.
LISTS = {
    "people_team__csv": "Name,Contact ID,First name,Last name,Email\nAnn Dell,1,Ann,Dell,ann@dell.example\n",
    "people_short__csv": "Name,Contact ID,Email\nBob Loam,2,bob@loam.example\nCleo Vale,3,\n",
}


@pytest.mark.parametrize("family", ["sell", "smart_lists_en", "smart_lists_es", "api_dump", ""])
def test_the_tables_of_an_export_are_the_export(family: str, tmp_path: Path) -> None:
    """People of a list without first and last names became organizations where the frames were given."""
    source = SAMPLE / family if family else folder(tmp_path, **LISTS)

    written = []
    for n, given in enumerate((source, dict(read_export(source).tables))):
        run = transform(given, tmp_path / f"run_{n}", rehearse=False, trial=0)
        written.append({file.name: file.read_bytes() for file in run.files})

    assert written[0]
    assert written[0] == written[1]


def test_what_an_exports_own_frames_are_given_as_counts_where_their_column_says_nothing() -> None:
    """A full export in one frame is told apart by its column; the frame of an export's people are people. Any
    other frame is read as a file of its cells.
    """
    full = {"id": ["1", "2", "3"], "is_organisation": ["true", "false", None], "name": ["A", "B", "C"]}
    names = {"first_name": [None] * 3, "last_name": [None] * 3}

    one = read_export({"contacts": pl.DataFrame(full | names).with_columns(_file=pl.lit("c.csv"))})
    nameless = pl.DataFrame({"id": ["4"], "name": ["D"], "last_name": [None]})
    two = read_export({"contacts": nameless.with_columns(_file=pl.lit("c.csv"))})
    three = read_export({"contacts": nameless})

    assert one.tables["companies"]["id"].to_list() == ["1"]
    assert one.tables["contacts"]["id"].to_list() == ["2", "3"]
    assert two.tables["contacts"]["id"].to_list() == ["4"]
    assert three.tables["companies"]["id"].to_list() == ["4"]


def test_records_without_any_value_are_not_records(tmp_path: Path) -> None:
    """Blank lines, and lines of delimiters only."""
    export = read_export(folder(tmp_path, leads__csv=f'{LEADS},,,,,\n\n,Berg,,New,,1\n"",,,,,""\n'))

    assert export.tables["leads"].select("id", "_row").rows() == [("1", 4)]
    assert export.files[0].rows == 1


def test_a_subfolder_is_read_only_where_the_folder_holds_no_table(tmp_path: Path) -> None:
    """So an output folder, or Pipedrive's exports beside the files, do not mix with them."""
    here = folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\n")
    (here / "lap_1").mkdir()
    (here / "lap_1" / "leads.csv").write_text(f"{LEADS},Dale,,New,,2\n")

    assert read_export(here).tables["leads"]["id"].to_list() == ["1"]
    assert read_export(tmp_path).tables["leads"].height == 2


# --- what is refused ----------------------------------------------------------------------------------------


def test_errors_are_one_clear_line(tmp_path: Path) -> None:
    """Missing, empty, nothing recognisable, no record, no text."""
    (tmp_path / "nothing").mkdir()
    xlsx = tmp_path / "deals.csv"
    xlsx.write_bytes(b"PK\x03\x04\x14\x00 xl/worksheets")
    cases = [
        (tmp_path / "gone", "does not exist"),
        (tmp_path / "nothing", "is empty"),
        (folder(tmp_path, other__csv="colour,shape\nred,round\n"), "no header of a Zendesk Sell export"),
        (xlsx, "Excel workbook"),
        ([], "empty"),
        ({"people": pl.DataFrame()}, "not a Sell entity"),
        (42, "cannot read an export from an int"),
    ]
    for source, said in cases:
        with pytest.raises(ExportError, match=said) as error:
            read_export(source)
        assert "\n" not in str(error.value)


def test_a_header_without_records_is_an_entity_with_nothing(tmp_path: Path) -> None:
    """Info beside other files; an error when the whole export holds no record."""
    here = folder(tmp_path, leads__csv=LEADS)
    with pytest.raises(ExportError, match="no record"):
        read_export(here)

    export = read_export(folder(tmp_path, contacts__csv=f"{CONTACTS},Berg,false,Berg,,,1\n"))

    assert export.tables["leads"].height == 0
    assert codes(export) == ["header_without_records"]


def test_a_bad_stranger_is_an_issue(tmp_path: Path) -> None:
    """A picture called `.csv` beside good files stops nothing."""
    here = folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\n")
    (here / "logo.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    (here / "colours.csv").write_text("colour,shape\nred,round\n")

    export = read_export(here)

    assert codes(export) == ["file_unreadable", "table_not_recognised"]
    assert export.unknown["colours.csv"].rows() == [("red", "round")]


@pytest.mark.parametrize(
    "name", ["../leads.csv", "/leads.csv", "a/../../leads.csv", "C:\\leads.csv", "..\\leads.csv"]
)
def test_a_zip_that_points_outside_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing of it is unpacked."""
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(name, f"{LEADS},Berg,,New,,1\n")

    for read in (read_export, read_pipedrive):
        with pytest.raises(ExportError, match="not safe"):
            read(archive)


@pytest.mark.parametrize("read", [read_export, read_pipedrive])
def test_a_zip_bomb_an_encrypted_and_a_broken_zip_are_refused(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    """Each with its reason, whoever it comes from: as Pipedrive's, a bomb was unpacked."""
    bomb, locked, broken, bad = (tmp_path / f"{name}.zip" for name in ("bomb", "locked", "broken", "bad"))
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("leads.csv", b"0" * 30_000_000)
    with zipfile.ZipFile(locked, "w") as packed:
        packed.writestr("leads.csv", LEADS)
    content = bytearray(locked.read_bytes())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        content[content.index(mark) + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    locked.write_bytes(content)
    broken.write_bytes(b"PK\x03\x04 but no more")

    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("leads.csv", LEADS * 9)
    content = bytearray(bad.read_bytes())
    content[len("leads.csv") + 30] = 0xFF  # no beginning of a deflated block
    bad.write_bytes(content)

    zips = {
        bomb: "would grow",
        locked: "encrypted",
        broken: "not a zip",
        bad: "leads.csv' cannot be unpacked",
    }
    for archive, said in zips.items():
        with pytest.raises(ExportError, match=said):
            read(archive)


def test_a_source_that_changed_since_is_refused(tmp_path: Path) -> None:
    """Frames are lazy: what they would read now is not what was checked."""
    here = folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\n")
    export = read_export(here)
    os.utime(here / "leads.csv", ns=(1, 1))

    with pytest.raises(ExportError, match="has changed"):
        export.scan("leads")


def test_an_export_owns_its_temporary_files(tmp_path: Path) -> None:
    """Closing removes them; an entity that no file holds is empty, an unknown one is a mistake."""
    here = folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\nshort\n")
    with read_export(here) as export:
        assert export.tables["leads"].height == 2
        assert export.scan("notes").collect().height == 0
        with pytest.raises(KeyError, match="people"):
            export.scan("people")

    with pytest.raises(ExportError, match="closed"):
        export.scan("leads")
    with pytest.raises(ExportError, match="closed"):
        export.tables["leads"]


def test_tables_are_made_when_asked_for_and_not_kept(tmp_path: Path) -> None:
    """A table may be larger than all that a run holds; what somebody does to one in place stays theirs."""
    export = read_export(folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\n"))
    mine = export.tables["leads"]
    mine.insert_column(0, pl.Series("mine", ["x"]))

    assert "mine" not in export.tables["leads"].columns
    assert "leads" in export.tables
    with pytest.raises(KeyError, match="'people' is none of leads"):
        export.tables["people"]
    assert list(transform(export, trial=0, rehearse=False).tables) == list(ITEMS)


def test_a_line_above_the_header_and_a_file_of_nothing_are_told(tmp_path: Path) -> None:
    here = folder(
        tmp_path,
        contacts__csv=f"Our people\n{CONTACTS}Ann,Reef,false,Ann Reef,,a@reef.example,11\n",
        nothing__csv="",
    )

    export = read_export(here)

    assert export.tables["contacts"].select("id", "_row").rows() == [("11", 3)]
    assert sorted(export.issues.select("code", "file", "row", "value").rows()) == [
        ("file_empty", "nothing.csv", None, None),
        ("preamble_skipped", "contacts.csv", 1, "Our people"),
    ]


@pytest.mark.parametrize(("file", "told"), [("list", ["kind_assumed"]), ("people", []), ("my_contacts", [])])
def test_a_list_that_tells_no_people_from_companies_is_one_of_people(
    tmp_path: Path, file: str, told: list[str]
) -> None:
    """It is said, save where the file's name says so itself."""
    here = folder(tmp_path, **{f"{file}__csv": "name,email,phone,id\nAnn Reef,a@reef.example,555 1,11\n"})

    export = read_export(here)

    assert codes(export) == told
    assert {entity: table.height for entity, table in export.tables.items()} == {
        "companies": 0,
        "contacts": 1,
    }


def test_an_id_that_stands_twice_in_one_file_is_one_record(tmp_path: Path) -> None:
    row = "Ann,Reef,false,Ann Reef,,{},11\n"
    here = folder(
        tmp_path, contacts__csv=CONTACTS + row.format("a@reef.example") + row.format("b@reef.example")
    )

    run = transform(here, trial=0, rehearse=False)

    told = run.issues.filter(pl.col("code").is_in(["records_doubled", "records_differ"]))
    assert sorted(told.select("severity", "code", "value").rows()) == [
        ("warning", "records_differ", "b@reef.example"),
        ("warning", "records_doubled", "1"),
    ]
    ledger = run.summary().filter(pl.col("entity") == "contacts")
    assert ledger.select("rows_in", "rows_out", "merged").rows() == [(2, 1, 1)]
    assert run.tables["persons"]["Person - Email (Work)"].to_list() == ["a@reef.example"]


def test_a_record_without_id_that_goes_into_another_is_told_with_its_place(tmp_path: Path) -> None:
    """Nobody could find it by an id; of those that have one, their number is told."""
    rows = ("call,,", '"x\ny",,', "call,,", "call,7,", "ask,7,")
    tasks = "content,id,taskable_id,taskable_type,done_at\n" + "".join(f"{row},,\n" for row in rows)
    people = "name,email,is_organisation\nAnn Reef,a@reef.example,false\n"
    more = people + "A R,A@reef.example,\n"
    here = folder(tmp_path, tasks__csv=tasks, contacts__csv=people, more__csv=more)

    run = transform(here, trial=0, rehearse=False)

    told = run.issues.filter(pl.col("code").is_in(["records_doubled", "record_repeated"]))
    assert sorted(told.select("code", "entity", "file", "row", "value").rows()) == [
        ("record_repeated", "contacts", "more.csv", 2, None),
        ("record_repeated", "contacts", "more.csv", 3, None),
        ("record_repeated", "tasks", "tasks.csv", 4, None),
        ("records_doubled", "tasks", None, None, "1"),
    ]
    [message] = told.filter(pl.col("entity") == "tasks", pl.col("row") == 4)["message"]
    assert "the same as tasks.csv row 2; made one record" in message
    assert run.summary().filter(pl.col("entity") == "tasks")["merged"].to_list() == [2]


def test_namesakes_without_ids_that_differ_are_an_error(tmp_path: Path) -> None:
    """Three people of one name became one, at the first one's company, with warnings alone."""
    here = folder(
        tmp_path,
        contacts__csv="First name,Last name,Phone,Company\nBo,Ek,+46 1,Alfa\nBo,Ek,+46 1,Alfa\nBo,Ek,,Beta\n",
    )

    told = transform(here, rehearse=False).issues.filter(pl.col("code").str.starts_with("record_"))

    assert told.select("severity", "code", "row").rows() == [
        ("error", "record_taken_for_another", 4),
        ("warning", "record_repeated", 3),
    ]


def test_of_two_states_in_one_file_the_later_one_counts(tmp_path: Path) -> None:
    """As across files; what it does not say is filled from the other one, and the order of records stays."""
    header, day = "id,name,scope,stage_name,loss_reason,updated_at\n", "2026-0{}-02T10:00:00Z"
    rows = (
        f"1,Roof,5,New,Dear,{day.format(1)}\n"
        f"2,Barn,6,Won,,{day.format(7)}\n"
        f"1,Roof,5,Lost,,{day.format(6)}\n"
        f"2,Barn,6,Lost,,\n"
    )
    here = folder(tmp_path, deals__csv=header + rows)

    run = transform(here, trial=0, rehearse=False)

    deals = run.tables["deals"].select("Deal - Title", "Deal - Sell stage", "Deal - Lost reason")
    assert deals.rows() == [("Roof", "Lost", "Dear"), ("Barn", "Won", None)]
    told = run.issues.filter(pl.col("code") == "records_differ")
    assert told.select("field", "value", "row").rows() == [
        ("stage_name", "New", 2),
        ("stage_name", "Lost", 5),
    ]
    assert "but Lost where the record was updated last" in told["message"][0]


def test_a_list_in_which_an_id_stands_twice_keeps_its_label(tmp_path: Path) -> None:
    here = folder(
        tmp_path,
        list__csv="Name,Contact ID,Email\nAnn Reef,11,a@reef.example\nAnn Reef,11,\nBo Ek,12,b@ek.example\n",
    )

    run = transform(here, trial=0, rehearse=False, mapping={"smart_lists": {"list.csv": "Hot"}})

    assert run.tables["persons"]["Person - Label"].to_list() == ["Hot", "Hot"]


def test_two_columns_of_one_meaning_are_one(tmp_path: Path) -> None:
    """The first fills its blanks from the other one; nothing is said of a cell that says the same."""
    here = folder(tmp_path, deals__csv="Deal name,Deal ID,name\nRoof,21,Roof\n,22,Barn\nShed,23,\n")

    export = read_export(here)

    assert export.tables["deals"].select("id", "name").rows() == [
        ("21", "Roof"),
        ("22", "Barn"),
        ("23", "Shed"),
    ]
    assert set(export.tables["deals"].columns) == {"_file", "_row", "id", "name"}
    assert export.issues.select("code", "field", "value").rows() == [("columns_united", "name", "1")]


def test_a_second_column_without_a_value_repeats_nothing(tmp_path: Path) -> None:
    here = folder(tmp_path, deals__csv="Deal name,Deal ID,name\nRoof,21,\n")

    assert read_export(here).issues.select("code", "field").rows() == [("empty_column", "name")]


def test_people_alone_leave_no_column_of_companies_empty(tmp_path: Path) -> None:
    """The file holds both kinds: its columns are not empty because one of them is not there."""
    here = folder(tmp_path, contacts__csv=CONTACTS + "Ann,Reef,false,Ann Reef,,a@reef.example,11\n")

    told = transform(here, trial=0, rehearse=False).issues.filter(code="empty_column")

    assert told.select("entity", "field").rows() == [("contacts", "organisation_name")]

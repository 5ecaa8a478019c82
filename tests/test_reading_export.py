"""Whatever a person exported: files known by headers, families under one set of names, records united."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import polars as pl
import pytest

from zsell_transform import transform
from zsell_transform.errors import ExportError, MappingError
from zsell_transform.reading import Export, read_export

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_exports"
REAL = ROOT.parent / "shared" / "real" / "base_export_2016"

CONTACTS = "first_name,last_name,is_organisation,name,organisation_name,email,id\n"
LEADS = "first_name,last_name,company_name,status,owner,id\n"


def folder(tmp_path: Path, **files: str) -> Path:
    """A folder with these files; `__` in a name stands for a dot."""
    here = tmp_path / "export"
    here.mkdir(exist_ok=True)
    for name, text in files.items():
        (here / name.replace("__", ".")).write_text(text, encoding="utf-8", newline="")
    return here


def codes(export: Export) -> list[str]:
    return export.issues["code"].to_list()


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
        ({"people": pl.DataFrame()}, "no Sell entity"),
        (42, "cannot read an export from int"),
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

    with pytest.raises(ExportError, match="not safe"):
        read_export(archive)


def test_a_zip_bomb_an_encrypted_and_a_broken_zip_are_refused(tmp_path: Path) -> None:
    """Each with its reason."""
    bomb, locked, broken = (tmp_path / f"{name}.zip" for name in ("bomb", "locked", "broken"))
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("leads.csv", b"0" * 30_000_000)
    with zipfile.ZipFile(locked, "w") as packed:
        packed.writestr("leads.csv", LEADS)
    content = bytearray(locked.read_bytes())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        content[content.index(mark) + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    locked.write_bytes(content)
    broken.write_bytes(b"PK\x03\x04 but no more")

    for archive, said in ((bomb, "would grow"), (locked, "encrypted"), (broken, "not a zip")):
        with pytest.raises(ExportError, match=said):
            read_export(archive)


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


# --- families -----------------------------------------------------------------------------------------------

#: What all three families tell of a record.
TOLD = {
    "contacts": ["id", "name", "email", "owner", "city", "tags", "customer_status"],
    "companies": ["id", "name", "email", "owner", "city", "tags", "customer_status"],
    "leads": ["id", "first_name", "last_name", "company_name", "status", "source", "owner", "tags", "street"],
    "deals": "id name stage_name currency owner main_contact_id source loss_reason tags".split(),
}


@pytest.mark.parametrize("family", ["smart_lists_en", "smart_lists_es", "api_dump"])
def test_every_family_tells_the_same_records(sample: Path, family: str) -> None:
    """The sample account, whoever exported it: the same values under the same names."""
    full, other = read_export(sample), read_export(SAMPLE / family)

    for entity, columns in TOLD.items():
        expected = full.tables[entity].select(columns).sort("id")
        assert other.tables[entity].select(columns).sort("id").equals(expected), entity
    assert not [
        code for code in codes(other) if code in ("columns_collide", "names_unknown", "cell_not_json")
    ]


def test_api_ids_become_names_and_relations_keep_theirs() -> None:
    """Users (deleted ones too), stages, pipelines, outcomes; links under the full export's names."""
    tables = read_export(SAMPLE / "api_dump").tables

    assert (
        "Olive Branchley - Deleted"
        in tables["deals"]["owner"].to_list() + tables["contacts"]["owner"].to_list()
    )
    assert tables["deals"]["pipeline_name"].unique().sort().to_list() == ["Green walls", "Rooftop gardens "]
    assert tables["calls"].select("owner", "outcome").row(0) == ("Fern Overgreen", "Interested")
    assert {"taskable_type", "taskable_id", "done_at", "date", "completed"} <= set(tables["tasks"].columns)
    assert {"noteable_type", "noteable_id"} <= set(tables["notes"].columns)
    assert tables["contacts"].filter(id="41000211")["organisation_id"].to_list() == ["41000101"]


def test_api_cells_hold_json(tmp_path: Path) -> None:
    """Addresses, tags, custom fields of all kinds; Python's print of them; bookkeeping goes."""
    place = {"line1": "Street 1", "city": "Lund", "postal_code": "1", "state": None, "country": "SE"}
    fields = {
        "Sizes": [{"id": 1, "name": "S"}, {"id": 2, "name": "M"}],
        "email": "x@y.example",
        "Count": 3,
        "Ok": True,
        "Home": {"line1": "Way 2", "city": "Oslo", "postal_code": "0150"},
    }
    nested = ",".join('"' + json.dumps(each).replace('"', '""') + '"' for each in (place, ["a", "b"], fields))
    cells = f"1,false,Berg,{nested},u1\n2,true,Firm,\"{{'line1': 'Way 3', 'city': None}}\",[],not json,\n"
    header = "id,is_organization,name,address,tags,custom_fields,_airbyte_raw_id\n"

    export = read_export(folder(tmp_path, contacts__csv=header + cells))
    person, company = export.tables["contacts"], export.tables["companies"]

    assert person.select("address", "city", "zip", "country", "tags").row(0) == (
        "Street 1",
        "Lund",
        "1",
        "SE",
        "a,b",
    )
    assert person.select("Sizes", "email", "Count", "Ok", "Home").row(0) == (
        "S, M", "x@y.example", "3", "true", "Way 2, 0150 Oslo",
    )  # fmt: skip
    assert company.select("address", "custom_fields").row(0) == ("Way 3", "not json")
    assert "_airbyte_raw_id" not in person.columns
    assert sorted(codes(export)) == ["bookkeeping_dropped", "cell_not_json"]


def test_flattened_api_columns(tmp_path: Path) -> None:
    """Singer's way to write an address and custom fields; ids that no dump names stand in for names."""
    header = (
        "id,is_organization,name,address__line1,address__city,custom_fields__Size,owner_id,customer_status\n"
    )

    export = read_export(folder(tmp_path, contacts__csv=f"{header}1,false,Berg,Street 1,Lund,S,77,none\n"))

    columns = ["address", "city", "Size", "owner", "customer_status"]
    assert export.tables["contacts"].select(columns).row(0) == ("Street 1", "Lund", "S", "77", "non")
    assert codes(export) == ["names_unknown"]


def test_smart_list_columns_are_never_taken_twice_in_silence(tmp_path: Path) -> None:
    """A repeated column that says the same is read once; one that differs stays beside it, with an issue."""
    same = folder(
        tmp_path,
        deals__csv="Deal name,Deal ID,Currency,Currency,Days since last communication\nA,1,SEK,SEK,3\n",
    )
    assert sorted(codes(read_export(same))) == ["column_repeated", "duplicate_header", "momentary_column"]

    apart = folder(tmp_path, deals__csv="Deal name,Deal ID,Currency,Currency\nA,1,SEK,EUR\n")
    export = read_export(apart)

    assert export.tables["deals"].select("currency", "Currency (2)").row(0) == ("SEK", "EUR")
    assert sorted(codes(export)) == ["columns_collide", "duplicate_header"]


@pytest.mark.parametrize(
    ("header", "entity"),
    [
        ("Geschäftsname,Geschäfts-ID,Pipeline-Phase,Wert,Währung", "deals"),
        ("Nom de l'opportunité de vente,ID de l'opportunité de vente,Étape,Valeur", "deals"),
        ("NOMBRE DEL TRATO,id del trato,Valor", "deals"),
        ("取引名,取引ID,金額", "deals"),
        ("Name,Kontakt-ID,Vorname,Nachname,E-Mail", "contacts"),
        ("Nome da empresa,ID da empresa,Cidade", "companies"),
        ("Task,Task ID,Due date,Owner", "tasks"),
    ],
)
def test_smart_lists_in_other_languages(tmp_path: Path, header: str, entity: str) -> None:
    """The id in column 2 tells which list it is."""
    cells = ",".join(["x", "7", *("x" for _ in header.split(",")[2:])])

    export = read_export(folder(tmp_path, any__csv=f"{header}\n{cells}\n"))

    assert export.files[0].entity == entity
    assert export.tables[entity]["id"].to_list() == ["7"]


@pytest.mark.parametrize("more", ["pipeline_name,company_id,company", "company_id,company_name", "Phase"])
def test_deals_of_few_columns(more: str, tmp_path: Path) -> None:
    """Of all of Sell's lists, deals alone have a stage: they are known by it, however much was left out."""
    cells = ",".join("x" for _ in more.split(","))

    export = read_export(folder(tmp_path, any__csv=f"id,name,stage_name,{more}\n7,Roof,Won,{cells}\n"))

    assert export.files[0].entity == "deals"
    assert export.tables["deals"]["stage_name"].to_list() == ["Won"]


def test_people_without_ids(tmp_path: Path) -> None:
    """A hand-made list is read; that it has no ids is told."""
    export = read_export(
        folder(tmp_path, people__csv="Name;Email;Phone;Shoe size\nAnna Berg;a@b.example;1;38\n")
    )

    assert export.tables["contacts"].select("name", "email", "phone", "Shoe size").row(0) == (
        "Anna Berg", "a@b.example", "1", "38",
    )  # fmt: skip
    assert codes(export) == ["records_without_id"]


def test_pipedrives_own_files_are_not_taken_for_sells(tmp_path: Path) -> None:
    """However alike the words are."""
    text = "Person - Name,Person - ID,Person - Email\nA,1,a@b.example\n"
    export = read_export(folder(tmp_path, people__csv=text, leads__csv=f"{LEADS},Berg,,New,,1\n"))

    assert export.entities == ("leads",)
    assert codes(export) == ["file_of_pipedrives"]


@pytest.mark.parametrize(
    "header",
    [
        "ID,Subject,Type,Note,Due date,Done,Assigned to user,Deal,Deal ID,Contact person,Contact person ID",
        "ID,Name,Labels,Organization,Organization ID,Email - Work,Phone - Work,Owner,Person created",
        "ID,Titel,Wert,Kontaktperson,Kontaktperson ID,Organisation,Phase,Deal erstellt",
        "ID,Nombre,Dirección,Propietario,Organización creada,Zendesk Sell ID",
        "ID,Content,Organization,Organization ID,Contact person,Contact person ID,Deal title,Deal ID",
    ],
)
def test_nor_those_without_prefixes(tmp_path: Path, header: str) -> None:
    """Activities and notes became deals, people were taken for companies."""
    row = ",".join("1" for _ in header.split(","))
    here = folder(tmp_path, list_1__csv=f"{header}\n{row}\n", leads__csv=f"{LEADS},Berg,,New,,1\n")

    assert read_export(here).entities == ("leads",)
    assert codes(read_export(here)) == ["file_of_pipedrives"]
    with pytest.raises(ExportError, match="from or for Pipedrive; give Sell's export here"):
        read_export(here / "list_1.csv")


@pytest.mark.parametrize(
    "header",
    [
        "id,creator_id,lead_id,individual_id,organization_id,deal_id,created_at,updated_at",
        "id,name,currency,time_format,timezone,phone,subdomain,created_at,updated_at",
        "id,deal_id,product_id,quantity,price,currency",
    ],
)
def test_other_tables_of_a_dump_are_no_records(tmp_path: Path, header: str) -> None:
    """Conversions became leads, and the account itself a person."""
    row = ",".join(str(n) for n, _ in enumerate(header.split(",")))
    here = folder(tmp_path, other__csv=f"{header}\n{row}\n", leads__csv=f"{LEADS},Berg,,New,,1\n")

    export = read_export(here)

    assert export.entities == ("leads",)
    assert export.tables["leads"].height == 1


def test_a_folder_with_sells_zip_alone_is_that_zip(tmp_path: Path) -> None:
    """It was called a spreadsheet, to be exported as CSV."""
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("leads.csv", f"{LEADS},Berg,,New,,1\n")
    (tmp_path / "readme.txt").write_text("from Sell")

    assert read_export(tmp_path).entities == ("leads",)


def test_a_zip_with_lists_beside_it_is_not_alone(tmp_path: Path) -> None:
    """Its neighbour was dropped without a word; and an earlier lap in the folder hid the zip."""
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("leads.csv", f"{LEADS},Berg,,New,,1\n")
    transform(tmp_path, tmp_path / "lap_1")
    assert transform(tmp_path, tmp_path / "lap_2").files

    (tmp_path / "contacts_rest.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(ExportError):
        read_export(tmp_path)


@pytest.mark.parametrize("name", ["deals.0.csv.txt", "deals.txt", "deals", "deals.0.csv.bak", "deals.csv~"])
def test_a_list_of_sells_is_known_whatever_its_ending(tmp_path: Path, name: str) -> None:
    """Windows hides endings, mail programs add them: deals were left alone with a line for information."""
    here = folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\n")
    (here / name).write_text("id,name,stage_name,main_contact_id\n5,Deal,Quote,2\n")
    (here / "README.txt").write_text("id,name\nwhat the columns mean\n")

    with read_export(here) as export:
        assert export.tables["deals"]["name"].to_list() == ["Deal"]
        assert export.issues.select("code", "file").rows() == [("file_not_recognised", "README.txt")]


@pytest.mark.parametrize("name", ["leads.csv.bak", "leads.csv~", "leads.csv.txt"])
def test_a_copy_beside_its_original_is_left_alone(tmp_path: Path, name: str) -> None:
    """Of records without ids nobody would know that they are the same."""
    here = folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\n")
    (here / name).write_text(f"{LEADS},Berg,,New,,1\n")

    with read_export(here) as export:
        assert export.issues.select("severity", "code", "file").rows() == [("warning", "file_copied", name)]


def test_packed_files_alone_are_no_export(tmp_path: Path) -> None:
    """One line says what to do."""
    (tmp_path / "deals.csv.gz").write_bytes(b"\x1f\x8b")
    for source in (tmp_path, tmp_path / "deals.csv.gz"):
        with pytest.raises(ExportError, match="unpack it"):
            read_export(source)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("contacts.0.xlsx", "list_not_csv"), ("Deals.numbers", "list_not_csv"),
        ("targets.xlsx", "file_not_csv"), ("contacts.zip", "file_not_csv"),
        ("deals.0.csv.gz", "list_packed"), ("deals.csv.zip", "list_packed"), ("contacts.7z", "list_packed"),
        ("backup.rar", "file_not_csv"),
        ("readme.txt", "file_not_recognised"),
    ],
)  # fmt: skip
def test_a_list_that_is_no_csv_is_told(tmp_path: Path, name: str, code: str) -> None:
    """All contacts were gone with a line for information."""
    here = folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\n")
    (here / name).write_bytes(b"PK\x03\x04")

    assert codes(read_export(here)) == [code]


@pytest.mark.parametrize(
    "header",
    [
        "Nombre,ID de contacto,Nombre de pila,Apellido,Nombre de la compañía,Correo electrónico",
        "Nom,ID du contact,Prénom,Nom de famille,Nom de l'entreprise,E-mail",
        "Nome,ID do contato,Primeiro nome,Sobrenome,Nome da empresa,E-mail",
    ],
)
def test_a_word_for_a_part_of_a_name_is_the_whole_name_beside_that_part(tmp_path: Path, header: str) -> None:
    """`Anna Berg` became `Anna Berg Berg`."""
    text = f"{header}\nAnna Berg,5,Anna,Berg,Alfa,a@berg.example\n"

    people = read_export(folder(tmp_path, contacts__csv=text)).tables["contacts"]

    columns = ("id", "name", "first_name", "last_name", "organisation_name")
    assert people.select(columns).rows() == [("5", "Anna Berg", "Anna", "Berg", "Alfa")]


def test_columns_that_mean_one_fill_each_others_blanks(tmp_path: Path) -> None:
    """A wish for one column moved all that stood in the column of Sell's own; nothing of three is lost."""
    rows = ["1,Ada,,+1,,", "2,Bo,42,+2,,", "3,Cy,,,,+3", "4,Di,,,44,+4", "5,Eve,5,5,,"]
    text = "id,name,custom Shoe,fax,custom Old,custom Older\n" + "\n".join(rows)
    here = folder(tmp_path, contacts__csv=f"{text}\n")
    wish = {"contacts": dict.fromkeys(("custom Shoe", "custom Old", "custom Older"), "fax")}

    export = read_export(here, {"columns": wish})

    people = export.tables["contacts"]
    assert people["fax"].to_list() == ["+1", "42", "+3", "44", "5"]
    left = people.drop("id", "name", "fax").select(pl.exclude("^_.*$"))
    assert sorted(str(cell) for column in left for cell in column.drop_nulls()) == ["+2", "+4", "5"]
    assert "columns_collide" in codes(export)


def test_the_mapping_says_what_no_alias_knows(tmp_path: Path) -> None:
    """Headers become canonical or custom as it wishes."""
    here = folder(
        tmp_path, contacts__csv=f"{CONTACTS.strip()},Notes2,title\n,Berg,false,Berg,,,1,hello,Boss\n"
    )

    export = read_export(here, {"columns": {"contacts": {"Notes2": "description", "title": "custom"}}})

    assert export.tables["contacts"].select("description", "custom title").row(0) == ("hello", "Boss")


def test_a_column_that_sell_does_not_have_is_a_mistake_of_the_mapping(tmp_path: Path) -> None:
    """A slip of the pen would else make a custom field of it, and the phone would be lost among them."""
    here = folder(tmp_path, contacts__csv=f"{CONTACTS.strip()},Tel\n,Berg,false,Berg,,,1,+46 8 1\n")

    with pytest.raises(MappingError, match=r"columns.contacts.Tel must be .*did you mean 'phone'"):
        read_export(here, {"columns": {"contacts": {"Tel": "phoen"}}})

    told = read_export(here, {"columns": {"contacts": {"Tel": "custom Telephone"}}})
    assert told.tables["contacts"]["custom Telephone"].to_list() == ["+46 8 1"]


def test_columns_and_day_first_name_a_custom_field_alike(tmp_path: Path) -> None:
    """One wanted `custom Start`, the other `Start`, and nothing said which."""
    header = f"{CONTACTS.strip().splitlines()[0]},custom Start,custom City,City\n"
    here = folder(tmp_path, contacts__csv=header + ",Berg,false,Berg,,,1,7,own,Lund\n")

    told = read_export(here, {"columns": {"contacts": {"Start": "description", "City": "custom Town"}}})

    assert told.tables["contacts"]["description"].to_list() == ["7"]
    assert told.tables["contacts"].select("custom City", "custom Town").row(0) == ("own", "Lund")


# --- several files of one entity ----------------------------------------------------------------------------


def test_overlapping_files_never_double_a_record(tmp_path: Path) -> None:
    """The full export gives the record, a Smart List fills what it has not; a difference is told."""
    full = "id,name,scope,stage_name,main_contact_id,currency,custom Weight,last_activity_date\n"
    here = folder(
        tmp_path,
        deals__csv=full + "1,One,300,Won,9,SEK,,2024-01-02T03:04:05Z\n2,Two,5,Won,9,,7,\n",
        hot__csv="Deal name,Deal ID,Value,Currency,Weight,Last activity date,Colour\n"
        "One,1,300.0,EUR,12,2024-01-02 03:04:05,red\nThree,3,1,NOK,,,\n",
    )

    export = read_export(here, {"smart_lists": {"hot.csv": "Hot deals"}})
    table = export.tables["deals"]

    assert table.select("id", "name", "currency", "custom Weight", "Colour", "_smart_list").rows() == [
        ("1", "One", "SEK", "12", "red", "Hot deals"),
        ("2", "Two", None, "7", None, None),
        ("3", "Three", "NOK", None, None, "Hot deals"),
    ]
    assert export.merged == {"deals": 1}
    assert export.labels == {"hot.csv": "Hot deals"}
    differing = export.issues.filter(code="records_differ")
    assert differing.select("source_id", "field", "value", "file").rows() == [
        ("1", "currency", "EUR", "hot.csv")
    ]


def test_of_two_days_the_later_state_counts(tmp_path: Path) -> None:
    """Whatever the files are called; the earlier one won by its name."""
    header, day = "id,name,scope,stage_name,owner,updated_at\n", "2026-03-0{}T10:00:00Z"
    here = folder(
        tmp_path,
        deals_friday__csv=f"{header}1,Roof,5,Won,Kim,{day.format(6)}\n2,Barn,5,New,,{day.format(6)}\n",
        deals_monday__csv=f"{header}1,Roof,5,New,Kim,{day.format(2)}\n2,Barn,5,New,Kim,{day.format(7)}\n",
        deals_0__csv=f"{header}1,Roof,5,Quote,Kim,{day.format(1)}\n",
    )

    export = read_export(here)

    assert export.tables["deals"].sort("id").select("id", "stage_name", "owner").rows() == [
        ("1", "Won", "Kim"), ("2", "New", "Kim")
    ]  # fmt: skip
    assert sorted(export.issues.filter(pl.col("code") == "records_differ")["value"]) == ["New", "Quote"]


def test_what_was_emptied_since_is_empty(tmp_path: Path) -> None:
    """The earlier state filled it again; of another list, which has no such column, nothing is emptied."""
    day = "2026-0{}-02T10:00:00Z"
    here = folder(
        tmp_path,
        deals_0__csv=f"id,name,stage_name,main_contact_id,owner,updated_at\n1,Roof,5,2,Kim,{day.format(1)}\n",
        deals_1__csv=f"id,name,stage_name,main_contact_id,updated_at\n1,Roof,5,,{day.format(6)}\n",
        deals_2__csv="Deal name,Deal ID,Contact ID\nRoof,1,\n",
    )

    export = read_export(here)

    deals = export.tables["deals"].select("id", "name", "main_contact_id", "owner")
    assert deals.rows() == [("1", "Roof", None, "Kim")]
    told = export.issues.filter(pl.col("code") == "records_differ")
    assert told.select("field", "value").rows() == [("main_contact_id", "2")]


@pytest.mark.parametrize("when", ["31/01/2024 10:00", "yesterday"])
def test_days_that_cannot_be_compared_tell_no_order(tmp_path: Path, when: str) -> None:
    header = "id,name,stage_name,updated_at\n"
    here = folder(tmp_path, a__csv=f"{header}1,Roof,New,2024-06-01\n", b__csv=f"{header}1,Roof,Won,{when}\n")

    assert read_export(here).tables["deals"]["stage_name"].to_list() == ["New"]


def test_people_of_several_files_are_united_before_they_part(tmp_path: Path) -> None:
    """A Smart List does not say who is a company; the full export does."""
    here = folder(
        tmp_path,
        contacts__csv=f"{CONTACTS},,true,Firm,,,1\nAnna,Berg,false,Anna Berg,,,2\n",
        list__csv="Name,Contact ID,Email\nFirm,1,f@x.example\nAnna Berg,2,a@x.example\n",
    )

    export = read_export(here)

    assert export.tables["companies"].select("id", "email").rows() == [("1", "f@x.example")]
    assert export.tables["contacts"].select("id", "email").rows() == [("2", "a@x.example")]
    assert export.merged == {"companies": 1, "contacts": 1}


def test_dates_that_a_spreadsheet_numbered(tmp_path: Path) -> None:
    """Told by cell, in Sell's own date columns only."""
    here = folder(
        tmp_path, deals__csv="id,name,scope,stage_name,main_contact_id,added_on\n1,One,45000,Won,9,45321\n"
    )

    issues = read_export(here).issues

    assert issues.select("code", "field", "value", "row").rows() == [
        ("spreadsheet_damage", "added_on", "45321", 2)
    ]


@pytest.mark.skipif(not REAL.is_dir(), reason="the export that we did not make is not beside this checkout")
def test_the_export_that_we_did_not_make() -> None:
    """2016's layout; its tasks, each wrapped in quotes as one cell, are repaired one by one."""
    export = read_export(REAL)

    assert export.tables["companies"].height == 8
    assert export.tables["contacts"].height == 4
    task = export.tables["tasks"].row(0, named=True)
    assert task["taskable_type"] == "SalesAccount"
    assert task["taskable_id"] == "69512473"
    assert task["remind"] == "true"
    assert codes(export) == ["record_unwrapped"] * 4


def test_a_list_of_companies_brings_no_columns_to_people(tmp_path: Path) -> None:
    """A file that holds one kind only is no part of the other's table."""
    here = folder(
        tmp_path,
        companies__csv="Company name,Company ID,Roof\nFirm,1,flat\n",
        people__csv="Name,Contact ID,First name,Last name,Shoe size\nAnna Berg,2,Anna,Berg,38\n",
    )

    export = read_export(here)

    assert "Roof" not in export.tables["contacts"].columns
    assert export.tables["companies"]["Roof"].to_list() == ["flat"]


def test_custom_fields_of_all_families_share_their_names(tmp_path: Path) -> None:
    """`Weight` of a Smart List is the full export's `custom Weight`, also where no record stands in both."""
    here = folder(
        tmp_path,
        deals__csv="id,name,scope,stage_name,main_contact_id,custom Weight\n1,One,3,Won,9,7\n",
        more__csv="Deal name,Deal ID,Weight\nTwo,2,8\n",
    )

    assert read_export(here).tables["deals"]["custom Weight"].to_list() == ["7", "8"]


def test_documents_of_no_record_are_counted(tmp_path: Path) -> None:
    """Templates and the account's library were left out without a word: no file of theirs told it."""
    header = "uploaded_file_name,uploaded_file_size_in_bytes,documentable_id,documentable_type,created_at,id"
    kinds = ("Contact", "DocumentRepository", "PublicEmailTemplate")
    rows = (f"{kind}.pdf,1,,{kind},2024-01-02T03:04:05.678Z,{n}" for n, kind in enumerate(kinds))
    here = folder(
        tmp_path, documents__csv="\n".join([header, *rows, ""]), leads__csv=f"{LEADS},Berg,,New,,1\n"
    )

    found = transform(here, rehearse=False).issues.filter(pl.col("entity") == "documents")

    assert ("document_left_out", "2") in found.select("code", "value").rows()


def test_a_flag_that_says_neither_is_told(tmp_path: Path) -> None:
    """Words of other languages are read; of any other, names decided without a word."""
    rows = "Eva,Ek,falsch,Eva Ek,,,2\n,,wahr,Acme,,,3\n,,x,Beta,,,4\nBo,Al,x,Bo Al,,,5\n"

    migration = transform(folder(tmp_path, contacts__csv=CONTACTS + rows), rehearse=False)

    assert migration.tables["organizations"]["Organization - Zendesk Sell ID"].to_list() == ["3", "4"]
    told = migration.issues.filter(pl.col("code") == "kind_unreadable")
    assert sorted(told.select("severity", "source_id", "value").rows()) == [
        ("warning", "4", "x"),
        ("warning", "5", "x"),
    ]

"""Which table is what: full exports, Smart Lists, dumps of the API, and files that are none."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.exports import CONTACTS, LEADS, SAMPLE, codes, folder
from zsell_transform import transform
from zsell_transform.errors import ExportError, MappingError
from zsell_transform.reading import read_export

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
        "S,M", "x@y.example", "3", "true", "Way 2, 0150 Oslo",
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


@pytest.mark.parametrize("write", [str.upper, str.title], ids=["capitals", "one capital"])
@pytest.mark.parametrize(
    ("header", "cells"),
    [
        (
            "address,tags,custom_fields",
            '"{""line1"":""Elm 1"",""city"":""Lund""}","[""vip""]","{""Size"":""S""}"',
        ),
        ("address__line1,address__city,tags,custom_fields__", "Elm 1,Lund,vip,S"),
    ],
    ids=["JSON", "flattened"],
)
def test_the_columns_of_a_dump_may_be_called_in_capitals(
    tmp_path: Path, header: str, cells: str, write: Callable[[str], str]
) -> None:
    """As warehouses call them: JSON was written as a person's address and label, and nothing said so."""
    header = write(header) + ("Size" if header.endswith("__") else "")
    text = f"id,is_organization,name,owner_id,{header}\n1,false,Berg,77,{cells}\n"

    person = read_export(folder(tmp_path, contacts__csv=text)).tables["contacts"]

    assert person.select("address", "city", "tags", "Size").row(0) == ("Elm 1", "Lund", "vip", "S")


def test_choices_in_flattened_columns_are_read_as_in_others(tmp_path: Path) -> None:
    """They went on as raw JSON."""
    choices = json.dumps([{"id": 1, "name": "Steel"}, {"id": 2, "name": "Glass"}]).replace('"', '""')
    header = "id,is_organization,name,custom_fields__Made of,custom_fields__Note\n"
    cells = f'1,true,Firm,"{choices}",[sic]\n2,true,Other,"[]",as it is\n'

    export = read_export(folder(tmp_path, contacts__csv=header + cells))

    assert export.tables["companies"].select("Made of", "Note").rows() == [
        ("Steel,Glass", "[sic]"),
        (None, "as it is"),
    ]


def test_choices_of_a_dump_are_multiple_options(tmp_path: Path) -> None:
    """Their combinations were the options of a single one."""
    names = ["Steel", "Glass", "Wood"]
    rows = []
    for n in range(1, 8):
        made_of = {"Made of": [{"id": k, "name": names[k]} for k in range(3) if (n >> k) & 1]}
        rows.append(f'{n},true,Firm {n},"' + json.dumps(made_of).replace('"', '""') + '"')
    text = "\n".join(["id,is_organization,name,custom_fields", *rows, ""])

    fields = transform(folder(tmp_path, contacts__csv=text), rehearse=False, trial=0).setup["fields"]

    made_of = fields.filter(pl.col("name") == "Made of")
    assert made_of.select("type", "options").rows() == [("Multiple options", sorted(names))]


def test_choices_that_are_numbers_are_not_one_number(tmp_path: Path) -> None:
    """`40` and `42` became 40.42."""
    rows = []
    for n, sizes in enumerate((["40", "42"], ["40"], ["42"], ["7", "30"]), start=1):
        cell = json.dumps({"Size": [{"id": 0, "name": size} for size in sizes]}).replace('"', '""')
        rows.append(f'{n},true,Firm {n},"{cell}"')
    text = "\n".join(["id,is_organization,name,custom_fields", *rows, ""])

    made = transform(folder(tmp_path, contacts__csv=text), rehearse=False, trial=0)

    assert made.tables["organizations"]["Organization - Size"].to_list() == ["40, 42", "40", "42", "7, 30"]


def test_ids_that_a_dump_does_not_hold_are_told(tmp_path: Path) -> None:
    """They went on as names, and somebody was to invite user 77."""
    contacts = "id,is_organization,name,owner_id,parent_organization_id\n"
    source = folder(
        tmp_path,
        contacts_1__csv=contacts + "1,true,Firm,5,2\n3,true,Third,77,999\n",
        contacts_2__csv=contacts + "2,true,Other,5,\n",
        users__csv="id,name,email\n5,Ada Lum,a@lum.example\n",
    )

    export = read_export(source)

    told = export.issues.filter(pl.col("code") == "ids_unnamed")
    assert set(told.select("field", "value").rows()) == {
        ("owner_id", "77"),
        ("parent_organisation_id", "999"),
    }
    companies = dict(export.tables["companies"].select("id", "parent_organisation_name").rows())
    assert companies == {"1": "Other", "2": None, "3": None}


@pytest.mark.parametrize("later", [0, 1])
def test_a_dump_s_names_may_stand_in_several_files(tmp_path: Path, later: int) -> None:
    """Only those of the last file counted. Of two states the later one does, wherever it stands."""
    days = ["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"]
    users = [f"5,Ada Lum,{days[later]},\n", f"5,Ada Old,{days[1 - later]},\n6,Bo Fen,{days[0]},{days[0]}\n"]
    deals = "id,name,value,currency,stage_id,contact_id,organization_id,owner_id\n"
    source = folder(
        tmp_path,
        deals__csv=deals + "1,Roof,5,EUR,11,,,5\n2,Wall,5,EUR,15,,,6\n",
        stages__0__csv="id,name,category,likelihood,pipeline_id\n11,Incoming,incoming,10,70\n",
        stages__1__csv="id,name,category,likelihood,pipeline_id\n15,Signed,won,100,70\n",
        pipelines__csv="id,name,disabled\n70,Main,false\n",
        **{f"users__{n}__csv": "id,name,updated_at,deleted_at\n" + rows for n, rows in enumerate(users)},
    )

    export = read_export(source)

    told = export.tables["deals"].select("owner", "stage_name", "pipeline_name", "stage_category").rows()
    name = "Ada Lum" if later else "Ada Old"
    assert told == [
        (name, "Incoming", "Main", "incoming"),
        ("Bo Fen - Deleted", "Signed", "Main", "won"),
    ]
    assert "ids_unnamed" not in codes(export)


def test_a_table_of_users_without_ids_names_nobody(tmp_path: Path) -> None:
    """It was an internal error."""
    deals = "id,name,value,currency,stage_id,contact_id,organization_id,owner_id\n1,Roof,5,EUR,11,,,5\n"
    users = "name,email,invited,confirmed\nAda Lum,a@lum.example,true,true\n"

    export = read_export(folder(tmp_path, deals__csv=deals, users__csv=users))

    assert export.tables["deals"]["owner"].to_list() == ["5"]
    assert "names_unknown" in codes(export)


def test_another_column_may_take_the_place_of_the_name_of_an_id(tmp_path: Path) -> None:
    """It was an internal error: `source_id` is also what issues call the record's own."""
    text = (
        "id,name,value,currency,stage_id,source_id,contact_id,organization_id,owner_id\n9,D,5,EUR,11,7,,1,1\n"
    )

    here = folder(tmp_path, contacts__csv=CONTACTS, deals__csv=text)
    made = transform(here, mapping={"columns": {"deals": {"value": "source"}}}, rehearse=False, trial=0)

    deal = made.tables["deals"].row(0, named=True)
    assert (deal["Deal - Source"], deal["Deal - source_id"]) == ("5", "7")


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


@pytest.mark.parametrize(
    ("file", "header", "entity"),
    [
        ("deals_20260401_0752", "Nome,ID da venda,Etapa,Valor,Moeda,Contato,ID do contato", "deals"),
        ("deals_20260401_0752 (1)", "Nazwa,ID zamówienia,Etap,Wartość,Kontakt,ID kontaktu", "deals"),
        ("deals_20260401_0752", "거래 이름,거래 번호,단계,값", "deals"),
        ("leads_20260401_0752", "Fırsat,Fırsat kimliği,Durum", "leads"),
        ("contacts_20260401_0752", "Name,Record ID,First name,Last name,Company,Email", "contacts"),
        ("people_20260401_0752", "Naam,Persoonsnummer,Voornaam,Achternaam", "contacts"),
        ("our deals", "Nome,ID da venda,Etapa,Valor,Moeda,Contato,ID do contato", "deals"),
    ],
)
def test_a_list_whose_words_nobody_knows_is_what_sell_called_its_file(
    file: str, header: str, entity: str, tmp_path: Path
) -> None:
    """Deals became people by the id of their contact, and people of one mailbox became one."""
    width = header.count(",") - 1
    rows = [",".join([f"n{n}", f"100{n}", *["x@x.example"] * width]) for n in (7, 8)]
    (tmp_path / f"{file}.csv").write_text("\n".join([header, *rows]), "utf-8")

    export = read_export(tmp_path)

    assert export.files[0].entity == entity
    assert export.tables[entity]["id"].to_list() == ["1007", "1008"]
    assert "n7" in export.tables[entity].row(0)


@pytest.mark.parametrize("cells", ["Gold Gold Silver", "1001 1002 1002", "1001 1002 ", "7 8 9"])
def test_a_second_column_of_other_cells_is_no_id(cells: str, tmp_path: Path) -> None:
    """Somebody took the column of ids out of a file that Sell had named: people of one segment became one."""
    rows = [f"P{n},{cell},Fern,p{n}@x.example" for n, cell in enumerate(cells.split(" "))]
    text = "\n".join(["Name,Segment,Company,Email", *rows, ""])
    (tmp_path / "contacts_20260401_0752.csv").write_text(text, "utf-8")

    export = read_export(tmp_path)

    assert export.tables["contacts"]["name"].to_list() == ["P0", "P1", "P2"]
    assert "records_without_id" in codes(export)
    assert "Segment" in export.tables["contacts"].columns


def test_a_hand_made_list_with_a_number_behind_the_name_has_no_ids(tmp_path: Path) -> None:
    header = "Name,Tax ID,Company ID,Email,City"
    export = read_export(folder(tmp_path, contacts__csv=f"{header}\nAnna,55501,9001,a@b.example,Lund\n"))

    assert export.tables["contacts"]["Tax ID"].to_list() == ["55501"]
    assert "records_without_id" in codes(export)


@pytest.mark.parametrize("more", ["pipeline_name,company_id,company", "company_id,company_name", "Phase"])
def test_deals_of_few_columns(more: str, tmp_path: Path) -> None:
    """Of all of Sell's lists, deals alone have a stage: they are known by it, however much was left out."""
    cells = ",".join("x" for _ in more.split(","))

    export = read_export(folder(tmp_path, any__csv=f"id,name,stage_name,{more}\n7,Roof,Won,{cells}\n"))

    assert export.files[0].entity == "deals"
    assert export.tables["deals"]["stage_name"].to_list() == ["Won"]


def test_a_list_without_an_owner_is_told_once(tmp_path: Path) -> None:
    """An owner under another name is a custom field; before, nobody was told that its records had none."""
    header = "Name,Deal ID,Value,Stage,Responsible Person,Peso"
    deals = {"deals_20260520_2231.csv": f"{header}\nRoof,900,1,Won,Anne,12\n"}
    api = {"deals.csv": "id,name,value,stage_id,owner_id\n900,Roof,1,11,1\n"}

    def told(name: str, files: dict[str, str], **wishes: str) -> list[str]:
        place = tmp_path / name
        place.mkdir()
        for file, text in files.items():
            (place / file).write_text(text, encoding="utf-8")
        found = read_export(place, {"columns": {"deals": wishes}}).issues
        return found.filter(pl.col("code") == "owner_not_known")["message"].to_list()

    [message] = told("list", deals)
    assert "header that is not known: Responsible Person, Peso; its records (1) go to" in message
    [message] = told("ignored", deals, Peso="ignore")
    assert "not known: Responsible Person; " in message
    assert told("known", {"deals_20260520_2231.csv": "Name,Deal ID,Value,Stage\nRoof,900,1,Won\n"}) == []
    assert told("mapped", deals, **{"Responsible Person": "owner"}) == []
    assert told("beside", deals | api) == []


def test_people_without_ids(tmp_path: Path) -> None:
    """A hand-made list is read; that it has no ids is told."""
    export = read_export(
        folder(tmp_path, people__csv="Name;Email;Phone;Shoe size\nAnna Berg;a@b.example;1;38\n")
    )

    assert export.tables["contacts"].select("name", "email", "phone", "Shoe size").row(0) == (
        "Anna Berg", "a@b.example", "1", "38",
    )  # fmt: skip
    assert codes(export) == ["owner_not_known", "records_without_id"]


def test_pipedrives_own_files_are_not_taken_for_sells(tmp_path: Path) -> None:
    """However alike the words are."""
    text = "Person - Name,Person - ID,Person - Email\nA,1,a@b.example\n"
    export = read_export(folder(tmp_path, people__csv=text, leads__csv=f"{LEADS},Berg,,New,,1\n"))

    assert export.entities == ("leads",)
    assert codes(export) == ["file_of_pipedrives"]


@pytest.mark.parametrize("name", ["leads.xlsx", "leads.csv.gz", "leads.ods"])
def test_another_form_of_a_list_that_was_read_is_a_copy(tmp_path: Path, name: str) -> None:
    """Who saves a workbook as CSV often keeps both."""
    here = folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\n")
    (here / name).write_bytes(b"PK\x03\x04")

    export = read_export(here)

    assert export.issues.select("severity", "code", "file").rows() == [("warning", "file_copied", name)]
    assert not export.unread.height


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


@pytest.mark.parametrize("above", ["sep=,\n", "Exported from Sell\n\n", "\n"])
def test_lines_above_its_header_hide_no_list(tmp_path: Path, above: str) -> None:
    """The same file called `.csv` was read."""
    here = folder(tmp_path, leads__csv=f"{LEADS},Berg,,New,,1\n")
    (here / "deals.txt").write_text(f"{above}id,name,stage_name,main_contact_id\n5,Deal,Quote,2\n")

    with read_export(here) as export:
        assert export.tables["deals"]["name"].to_list() == ["Deal"]


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


@pytest.mark.parametrize("blank", ["", " ", "\u00a0"])
def test_blanks_are_no_value_beside_a_column_that_means_the_same(blank: str, tmp_path: Path) -> None:
    """They kept the full name of a lead, and the other column's value, out of its place."""
    lines = [
        "Name,Lead ID,First name,Last name,Email,E-mail",
        f"Eva Ek,1,{blank},{blank},{blank},e@ek.example",
        f"Bo Al,2,Bo,Al,b@al.example,{blank}b@al.example",
    ]

    leads = read_export(folder(tmp_path, leads__csv="\n".join(lines))).tables["leads"]

    assert leads.select("last_name", "email").rows() == [("Eva Ek", "e@ek.example"), ("Al", "b@al.example")]
    assert "E-mail" not in leads.columns


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

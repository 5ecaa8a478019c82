"""What connectors make of Sell's API: deleted rows, tables of labels, parted addresses, API v1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.exports import codes, folder
from zsell_transform import transform
from zsell_transform.errors import ExportError
from zsell_transform.reading import Export, read_export

PEOPLE = "id,is_organization,name,email,phone,updated_at"


def messages(export: Export, code: str) -> list[str]:
    return export.issues.filter(code=code)["message"].to_list()


# --- rows that are no records -------------------------------------------------------------------------------


def test_earlier_states_of_a_record_are_no_records(tmp_path: Path) -> None:
    """What had been emptied came back from them; a record without a current state was written as others."""
    rows = (
        "1,false,Eva Ek,e@x.se,070,2020-01-01,false\n"
        "1,false,Eva Ek,e@x.se,,2020-01-01,TRUE\n"
        "2,false,Bo Al,b@x.se,071,2020-01-01,false\n"
        "2,false,Bo Al,b@x.se,072,2021-01-01,false\n"
        "3,true,Fy Ltd,f@x.se,073,2020-01-01,\n"
    )
    here = folder(tmp_path, contact_history__csv=f"{PEOPLE},_FIVETRAN_ACTIVE\n{rows}")

    export = read_export(here)
    lap = transform(export, None, progress=False)

    assert export.tables["contacts"].select("id", "phone").rows() == [("1", None)]
    assert export.tables["companies"]["id"].to_list() == ["3"]
    assert not {"records_doubled", "records_differ"} & set(lap.issues["code"])
    told = lap.issues.filter(lap.issues["code"].is_in(["records_deleted", "states_not_current"]))
    assert told.select("entity", "field", "value").rows() == [("contacts", "_FIVETRAN_ACTIVE", "1")] * 2
    assert [message.partition("): ")[2].partition(";")[0] for message in told["message"]] == ["2", "1"]
    assert lap.summary().filter(entity="contacts")["rows_in"].to_list() == [1]


def test_a_current_state_may_stand_in_another_file(tmp_path: Path) -> None:
    """A dump in several files: who has a current state in any was not deleted."""
    header = f"{PEOPLE},_fivetran_active\n"
    here = folder(
        tmp_path,
        contact_history_1__csv=f"{header}1,false,Eva Ek,e@x.se,070,2020-01-01,false\n",
        contact_history_2__csv=f"{header}1.0,false,Eva Ek,e@x.se,,2021-01-01,true\n",
    )

    export = read_export(here)

    assert export.tables["contacts"].select("id", "phone").rows() == [("1", None)]
    assert [code for code in codes(export) if code != "bookkeeping_dropped"] == ["states_not_current"]


@pytest.mark.parametrize(
    ("mark", "yes", "no"),
    [
        ("_fivetran_deleted", "true", "false"),
        ("_SDC_DELETED_AT", "2022-01-01T00:00:00Z", ""),
        ("meta_event_type", "deleted", "updated"),
    ],
)
def test_records_that_were_deleted_in_sell_are_left_out_and_told(
    tmp_path: Path, mark: str, yes: str, no: str
) -> None:
    """The mark was thrown away as bookkeeping before anybody read it."""
    rows = f"1,false,Eva Ek,e@x.se,,2021-01-01,{no}\n2,true,Fy Ltd,f@x.se,,2021-01-01,{yes}\n"
    note = f"id,resource_type,resource_id,content,is_important,{mark}\n5,contact,1,Hello,false,{yes}\n"
    here = folder(tmp_path, contacts__csv=f"{PEOPLE},{mark}\n{rows}", notes__csv=note)

    export = read_export(here)

    assert [export.tables[entity]["id"].to_list() for entity in ("contacts", "companies", "notes")] == [
        ["1"], [], [],
    ]  # fmt: skip
    assert set(codes(export)) == {"bookkeeping_dropped", "records_deleted"}
    said = "1 record was deleted in Sell, as the connector says"
    assert messages(export, "records_deleted") == [
        f"contacts, contacts.csv: {said} ({mark}): 2; not read as records",
        f"notes, notes.csv: {said} ({mark}): 5; not read as records",
    ]

    lifted = read_export(here, {"columns": {"companies": {mark: "ignore"}}})
    assert lifted.tables["companies"]["id"].to_list() == ["2"]
    assert not lifted.tables["notes"].height


@pytest.mark.parametrize("cut", [0, 2], ids=["one file", "two files"])
def test_a_log_of_events_marks_the_last_state_alone(tmp_path: Path, cut: int) -> None:
    """Its other states are deleted with it, unless one is later."""
    rows = [
        "1,false,Eva Ek,e@x.se,,2021-01-01,created\n",
        "2,false,Bo Al,b@x.se,,2021-01-01,created\n",
        "1,false,Eva Ek,e@x.se,,2021-02-01,deleted\n",
        "2,false,Bo Al,b@x.se,,2021-02-01,deleted\n",
        "2,false,Bo Al,b@x.se,072,2021-03-01,updated\n",
    ]
    parts = {"contacts_1__csv": rows[:cut], "contacts_2__csv": rows[cut:]}
    files = {name: "".join([f"{PEOPLE},meta_event_type\n", *part]) for name, part in parts.items() if part}

    export = read_export(folder(tmp_path, **files))

    assert export.tables["contacts"]["id"].unique().to_list() == ["2"]
    assert "): 1;" in messages(export, "records_deleted")[-1]
    assert (
        "1 row is an earlier state of a record (meta_event_type): 2;"
        in messages(export, "states_not_current")[0]
    )


def test_what_lives_in_a_file_without_marks_was_not_deleted(tmp_path: Path) -> None:
    """It was kept, and told as deleted."""
    here = folder(
        tmp_path,
        contacts_history__csv=f"{PEOPLE},_fivetran_active\n1,false,Eva Ek,e@x.se,070,2020-01-01,false\n",
        contacts__csv=f"{PEOPLE}\n1,false,Eva Ek,e@x.se,,2021-01-01\n",
    )

    export = read_export(here)

    assert export.tables["contacts"].select("id", "phone").rows() == [("1", None)]
    assert [code for code in codes(export) if code != "bookkeeping_dropped"] == ["states_not_current"]


@pytest.mark.parametrize(
    ("columns", "deleted", "living"),
    [
        ("", "", ""),
        (",updated_at", ",2020-01-01", ",2020-01-01"),
        (",updated_at", ",2020-01-01", ","),
        (",_fivetran_synced", ",2020-01-01", ","),
    ],
    ids=["nothing", "one day", "one is blank", "one was not synced"],
)
@pytest.mark.parametrize("parts", [1, 2], ids=["one file", "two files"])
def test_a_living_row_counts_where_nothing_tells_which_is_later(
    tmp_path: Path, columns: str, deleted: str, living: str, parts: int
) -> None:
    """The record was lost. One that is kept by mistake is seen, and can be deleted."""
    header = f"id,is_organization,name,_fivetran_deleted{columns}\n"
    rows = [f"1,false,Eva Ek,true{deleted}\n", f"1,false,Eva Ek,false{living}\n"]
    both = {"contacts__csv": header + "".join(rows)}
    apart = {f"contacts_{n}__csv": header + row for n, row in enumerate(rows)}

    export = read_export(folder(tmp_path, **(both if parts == 1 else apart)))

    assert export.tables["contacts"]["id"].to_list() == ["1"]
    assert [code for code in codes(export) if code != "bookkeeping_dropped"] == ["deletion_not_certain"]
    assert (
        "1 record has a row that is deleted and one that is not"
        in messages(export, "deletion_not_certain")[0]
    )


@pytest.mark.parametrize("column", ["updated_at", "_fivetran_synced", "meta_event_time"])
@pytest.mark.parametrize("year", [2019, 2021])
def test_what_tells_when_a_row_is_from_decides(tmp_path: Path, column: str, year: int) -> None:
    """Nothing but `updated_at` was asked."""
    header = f"id,is_organization,name,_fivetran_deleted,{column}"
    rows = f"1,false,Eva Ek,true,{year}-01-01\n1,false,Eva Ek,false,2020-01-01\n2,false,Bo,false,\n"

    export = read_export(folder(tmp_path, contacts__csv=f"{header}\n{rows}"))

    assert export.tables["contacts"]["id"].to_list() == (["1", "2"] if year == 2019 else ["2"])
    told = "states_not_current" if year == 2019 else "records_deleted"
    assert [code for code in codes(export) if code != "bookkeeping_dropped"] == [told]


def test_an_export_of_deleted_records_alone_says_so(tmp_path: Path) -> None:
    text = f"{PEOPLE},_fivetran_deleted\n1,false,Eva Ek,e@x.se,,2021-01-01,true\n"
    with pytest.raises(ExportError, match="no record below it that was not deleted in Sell"):
        read_export(folder(tmp_path, contacts__csv=text))


def test_a_label_deleted_from_one_record_stays_on_others(tmp_path: Path) -> None:
    """The `id` of such a row is the label's: its other records lost it, too."""
    here = folder(
        tmp_path,
        deal__csv="id,name,stage_id,contact_id\n10,A,9,1\n11,B,9,1\n",
        tag__csv="id,name,resource_id,resource_type,_fivetran_deleted\n5,VIP,10,deal,true\n5,VIP,11,deal,false\n",
    )

    export = read_export(here)

    assert export.tables["deals"]["tags"].to_list() == [None, "VIP"]
    assert "1 record was deleted in Sell" in messages(export, "records_deleted")[0]


@pytest.mark.parametrize(
    "header",
    ["id,name,first_name,last_name,is_organisation", "Contact ID,Name,First name,Last name,Email"],
    ids=["full export", "Smart List"],
)
def test_sells_own_exports_have_fields_that_are_called_like_a_connectors(tmp_path: Path, header: str) -> None:
    """Their cells were dropped, and `meta_event_type` deleted records."""
    text = f"{header},meta_event_type,base_account_manager\n1,Eva Ek,Eva,Ek,false,deleted,Bo\n"

    export = read_export(folder(tmp_path, contacts__csv=text))

    assert export.tables["contacts"].select("meta_event_type", "base_account_manager").rows() == [
        ("deleted", "Bo")
    ]
    assert not {"bookkeeping_dropped", "records_deleted"} & set(codes(export))


# --- labels in tables of their own --------------------------------------------------------------------------


def test_labels_in_tables_of_their_own_reach_their_records(tmp_path: Path) -> None:
    """All labels of such a dump were lost: `tag` was not recognised, and no list has a column of them."""
    tag = (
        "name,resource_id,resource_type,_fivetran_synced\n"
        "vip,1,contact,x\nold,1.0,Contacts,x\nvip,1,contact,x\nfirm,2,CONTACT,x\n"
        '"big, red",3,deal,x\nhot,4,Lead,x\nlost,99,deal,x\nodd,1,planet,x\n'
    )
    here = folder(
        tmp_path,
        contact__csv="id,is_organization,name\n1,false,Eva Ek\n2,true,Fy Ltd\n",
        deal__csv="id,name,stage_id,contact_id,tags\n3,Deal,9,1,own\n",
        lead__csv="id,organization_name,last_name,status\n4,Co,Al,New\n",
        note__csv="id,resource_type,resource_id,content,is_important\n5,contact,1,Hello,false\n",
        tag__csv=tag,
        note_tag__csv="index,note_id,name,_fivetran_synced\n1,5,second,x\n0,5,first,x\n",
    )

    export = read_export(here)

    tags = {entity: export.tables[entity]["tags"].to_list() for entity in export.entities}
    assert tags == {
        "companies": ["firm"],
        "contacts": ["vip,old"],
        "leads": ["hot"],
        "deals": ["own,big, red"],
        "notes": ["first,second"],
    }
    told = export.issues.filter(export.issues["code"].str.starts_with("label"))
    assert told.select("code", "file", "value").rows() == [
        ("label_parted", "tag.csv", "big, red"),
        ("labels_without_record", "tag.csv", "2"),
        ("labels_of_table", "note_tag.csv", "2"),
        ("labels_of_table", "tag.csv", "6"),
    ]
    assert "lost (deal 99), odd (planet 1)" in messages(export, "labels_without_record")[0]
    assert not {"table_not_recognised", "file_not_carried"} & set(codes(export))
    assert not export.unknown


@pytest.mark.parametrize(
    "header",
    [
        "id,creator_id,collaborator_id,created_at,resource_id,resource_type",
        "index,call_id,deal_id",
        "index,text_message_id,deal_id",
        "index,product_id,amount,currency",
        "id,resource_id,resource_type,creator_id,content_type,download_url,name,size",
    ],
)
def test_tables_beside_records_are_known(tmp_path: Path, header: str) -> None:
    """They are no labels, and nobody is asked to name their columns."""
    row = ",".join("1" for _ in header.split(","))
    here = folder(
        tmp_path, contact__csv="id,is_organization,name\n1,false,Eva\n", other__csv=f"{header}\n{row}\n"
    )
    assert codes(read_export(here)) == ["file_not_carried"]


@pytest.mark.parametrize(
    "header",
    [
        "id,name,resource_id,resource_type,start_at,end_at,owner_id",
        "id,sequence_id,name,resource_id,resource_type,state",
        "id,name,note_id,size",
    ],
)
def test_what_has_a_name_and_a_record_is_no_table_of_labels(tmp_path: Path, header: str) -> None:
    """Appointments and enrollments became labels of their people."""
    row = ",".join({"resource_type": "contact", "name": "Lunch"}.get(name, "1") for name in header.split(","))
    here = folder(
        tmp_path, contact__csv="id,is_organization,name\n1,false,Eva\n", other__csv=f"{header}\n{row}\n"
    )
    assert codes(read_export(here)) == ["table_not_recognised"]


# --- objects that were taken apart --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("between", "line"), [("_", "line1"), ("_", "LINE_1"), ("__", "line1"), (".", "line1"), ("/", "line1")]
)
def test_addresses_are_read_however_they_were_taken_apart(tmp_path: Path, between: str, line: str) -> None:
    """But for `address__city`, their parts became custom fields, and a billing address five."""
    parts = [line, "city", "postal_code", "state", "country"]
    columns = [f"{which}{between}{part}" for which in ("address", "billing_address") for part in parts]
    header = ",".join(["id", "is_organization", "name", *columns])
    cells = "1,false,Eva,Elm 1,Lund,22100,Skane,SE,Oak 2,Oslo,0150,,NO\n2,true,Fy,,,,,,,,,,\n"

    export = read_export(folder(tmp_path, contact__csv=f"{header}\n{cells}"))

    person = export.tables["contacts"].drop("_file", "_row", "is_organisation").row(0, named=True)
    assert person == {
        "id": "1", "name": "Eva", "address": "Elm 1", "city": "Lund", "zip": "22100", "region": "Skane",
        "country": "SE", "billing_address": "Oak 2, 0150 Oslo, NO",
    }  # fmt: skip
    assert export.tables["companies"]["billing_address"].to_list() == [None]


def test_custom_fields_are_read_however_they_were_taken_apart(tmp_path: Path) -> None:
    """What the mapping speaks of stays as it is called, and a counted list has no names."""
    header = "id,is_organization,name,custom_fields.Age,custom_fields/Size,custom_fields.0.name,address_city"
    text = f"{header}\n1,false,Eva,7,S,Slope,Lund\n"
    wish = {"columns": {"contacts": {"address_city": "custom"}}}

    found = read_export(folder(tmp_path, contacts__csv=text), wish).tables["contacts"]

    assert found.select("Age", "Size", "custom_fields.0.name", "address_city").row(0) == (
        "7", "S", "Slope", "Lund",
    )  # fmt: skip


@pytest.mark.parametrize("case", [str.lower, str.upper], ids=["small", "capitals"])
def test_the_mapping_is_obeyed_in_any_spelling(tmp_path: Path, case: Callable[[str], str]) -> None:
    """Headers in capitals were renamed before the mapping was asked; parts and custom fields in any."""
    wishes = {
        "tags": "description", "custom_fields__size": "ignore", "custom_fields__line": "industry",
        "address__city": "ignore", "address": "ignore",
    }  # fmt: skip
    wishes = {case(name): wish for name, wish in wishes.items()}
    header = ",".join([case("id,is_organization,name"), *wishes])
    text = f'{header}\n1,false,Eva,vip,L,Iron,Lund,"{{""line1"":""Elm 1""}}"\n'
    export = read_export(folder(tmp_path, contacts__csv=text), {"columns": {"contacts": wishes}})

    person = (
        export.tables["contacts"].drop("_file", "_row", "id", "is_organisation", "name").row(0, named=True)
    )
    as_they_are = {case(name) for name in ("custom_fields__size", "address__city", "address")}
    assert person.keys() - as_they_are == {"description", "industry"}
    assert (person["description"], person["industry"]) == ("vip", "Iron")
    lap = transform(export, mapping={"columns": {"contacts": wishes}}, progress=False)
    assert set(lap.issues.filter(code="ignored_column")["field"]) == as_they_are


@pytest.mark.parametrize("ignoring", ["companies", "contacts"])
@pytest.mark.parametrize(
    "header", ["address", "custom_fields", "address_city", "ADDRESS_CITY", "custom_fields__Size"]
)
def test_what_one_party_ignores_is_opened_for_the_other(tmp_path: Path, ignoring: str, header: str) -> None:
    """People and companies share a table: what companies ignored was written of people as raw JSON."""
    cells = {"address": '"{""city"":""Lund""}"', "custom_fields": '"{""Size"":3}"'}
    cell = cells.get(header, "Lund" if header.lower().startswith("address") else "3")
    text = f"id,is_organization,name,{header}\n1,false,Eva,{cell}\n2,true,Fy Ltd,{cell}\n"
    wish = {"columns": {ignoring: {header: "ignore"}}}

    export = read_export(folder(tmp_path, contacts__csv=text), wish)
    lap = transform(export, mapping=wish, progress=False)

    column, value = ("city", "Lund") if header.lower().startswith("address") else ("Size", "3")
    tables = {entity: export.tables[entity] for entity in ("companies", "contacts")}
    assert tables.pop(ignoring).select(column, header).rows() == [(None, cell.strip('"').replace('""', '"'))]
    (other,) = tables.values()
    assert other.select(column, header).rows() == [(value, None)]
    assert lap.issues.filter(code="ignored_column").select("entity", "field").rows() == [(ignoring, header)]


def test_what_one_party_sends_elsewhere_stays_with_the_other(tmp_path: Path) -> None:
    """The wish of companies made a job title of the street of people."""
    text = "id,is_organization,name,address_line1\n1,false,Eva,Elm 1\n2,true,Fy Ltd,Oak 2\n"
    wish = {"columns": {"companies": {"address_line1": "title"}}}

    export = read_export(folder(tmp_path, contacts__csv=text), wish)

    assert export.tables["contacts"].select("address", "title").row(0) == ("Elm 1", None)
    assert export.tables["companies"].select("address", "title").row(0) == (None, "Oak 2")


@pytest.mark.parametrize("field", ["custom_fields.city", "custom_fields__city", "CUSTOM_FIELDS__city"])
def test_a_part_and_a_custom_field_may_have_one_name(tmp_path: Path, field: str) -> None:
    """Both took it, and the engine refused a table with two columns of one name."""
    text = f"id,is_organization,name,address_city,{field}\n1,false,Eva,Lund,Oslo\n"

    person = read_export(folder(tmp_path, contacts__csv=text)).tables["contacts"]

    assert person.select("city", field).row(0) == ("Lund", "Oslo")


def test_a_part_whose_column_is_taken_keeps_its_header(tmp_path: Path) -> None:
    """It was called as another program writes it: `address__city`."""
    header = "id,is_organization,name,address,ADDRESS_CITY,billing_address,billing_address_city"
    text = f'{header}\n1,false,Eva,"{{""city"":""Lund""}}",Oslo,Elm 1,Bonn\n'

    person = read_export(folder(tmp_path, contacts__csv=text)).tables["contacts"]

    found = person.select("city", "ADDRESS_CITY", "billing_address", "billing_address_city").row(0)
    assert found == ("Lund", "Oslo", "Elm 1", "Bonn")


# --- API v1 -------------------------------------------------------------------------------------------------


def test_the_words_of_api_v1_are_known_beside_those_of_the_full_export(tmp_path: Path) -> None:
    """Its contacts have `is_organisation`: `linked_in` was a custom field, and deals had no contact."""
    contacts = (
        "id,is_organisation,name,organisation_name,linked_in,tags_joined_by_comma\n1,false,Eva,,eva,vip\n"
    )
    here = folder(
        tmp_path,
        contacts__csv=contacts,
        deals__csv="id,name,stage_name,scope,entity_id\n3,Deal,Quote,7,1\n",
    )

    export = read_export(here)

    assert export.tables["contacts"].select("linkedin", "tags").row(0) == ("eva", "vip")
    assert export.tables["deals"]["main_contact_id"].to_list() == ["1"]


def test_a_contact_that_the_mapping_ignores_is_not_replaced(tmp_path: Path) -> None:
    """The column `entity_id` took its name, and the ignored column was written as a custom field."""
    text = "id,name,stage_name,pipeline_name,entity_id,main_contact_id\n1,D,Won,P,5,6\n"
    wish = {"columns": {"deals": {"main_contact_id": "ignore"}}}

    deals = read_export(folder(tmp_path, deals__csv=text), wish).tables["deals"]

    assert deals.select("main_contact_id", "entity_id").row(0) == ("6", "5")


@pytest.mark.parametrize("header", ["", "Unnamed: 0", "_line"])
def test_a_table_of_labels_may_number_its_rows(tmp_path: Path, header: str) -> None:
    """pandas does by itself: all labels were lost."""
    here = folder(
        tmp_path,
        contacts__csv=f"{PEOPLE}\n1,false,Eva Ek,e@x.se,,\n",
        tag__csv=f"{header},name,resource_id,resource_type\n0,VIP,1,contact\n",
    )

    assert read_export(here).tables["contacts"]["tags"].to_list() == ["VIP"]

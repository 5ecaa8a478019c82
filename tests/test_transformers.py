"""The mapping tables: their laws, and the wizard's rules that all of them keep."""

from __future__ import annotations

from pathlib import Path

import attrs
import polars as pl
import pytest

from tests.drafts import NOTHING_SEEN, column, records, told
from zsell_transform import issues, transform
from zsell_transform.evidence import TEXT_LIMIT
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.contract import checks
from zsell_transform.pipedrive.fields import PREFIXES, default_names, field_facts, field_key, longest
from zsell_transform.sell.columns import STANDARD
from zsell_transform.survey.facts import Column
from zsell_transform.transformers import TABLES, draft
from zsell_transform.transformers.custom import unique_names
from zsell_transform.transformers.interpret import CARRIED

#: Values in JSON that the reading room takes apart; where it could not, they are custom fields.
NESTED = {"billing_address", "shipping_address", "custom_fields"}
#: API ids whose names the reading room puts into the column beside them.
NAMED_ELSEWHERE = {"source_id", "loss_reason_id", "unqualified_reason_id", "parent_organization_id"}


# --- laws -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", TABLES)
def test_every_standard_column_is_read_or_ignored_by_name(entity: str) -> None:
    """History tells the others in its text, so that only bookkeeping must be named there."""
    table = TABLES[entity](Mapping(), NOTHING_SEEN)

    lost = (
        STANDARD[entity]
        - table.columns
        - table.ignored
        - table.carried.keys()
        - CARRIED
        - NESTED
        - NAMED_ELSEWHERE
    )

    assert lost <= ({"tags", "external_id"} if table.html else set())


@pytest.mark.parametrize("entity", [entity for entity in TABLES if entity != "documents"])
def test_every_header_is_known_to_the_list_of_fields(entity: str) -> None:
    table = TABLES[entity](Mapping(), NOTHING_SEEN)
    headers = {field.header for field in table.fields} | ({table.html.header} if table.html else set())

    assert headers <= field_facts().keys()


@pytest.mark.parametrize("entity", TABLES)
def test_a_record_with_nothing_but_its_id_has_a_row_with_its_name_or_subject(entity: str) -> None:
    """A table asks for no column: an export that has none of them still gives one row a record."""
    found = draft(entity, records({"id": "12"}, {"id": "13"}), Mapping(), NOTHING_SEEN)

    frame = found.frame.collect(engine="streaming")

    assert frame.height == 2
    assert frame.get_column("_n").to_list() == [0, 1]
    assert all(kind == pl.String for name, kind in frame.schema.items() if name not in ("_n", "_row"))
    required = {fact.header for fact in field_facts().values() if fact.required} & set(found.headers)
    assert [frame[header].null_count() for header in sorted(required)] == [0] * len(required)


@pytest.mark.parametrize("entity", TABLES)
def test_every_code_is_in_the_catalogue_and_every_issue_has_the_travelling_schema(entity: str) -> None:
    found = draft(entity, records({"id": "1", "custom X": "y", "updated_at": "z"}), Mapping(), NOTHING_SEEN)

    assert dict(told(found).schema) == issues.RAW
    assert set(told(found)["code"]) <= issues.KINDS.keys()


def test_a_table_that_writes_one_header_twice_is_refused() -> None:
    table = TABLES["contacts"](Mapping(), NOTHING_SEEN)

    with pytest.raises(ValueError, match="Person - Name"):
        attrs.evolve(table, fields=(*table.fields, table.fields[0]))


# --- custom fields --------------------------------------------------------------------------------------


def test_custom_names_are_unique_without_case_accents_and_spaces() -> None:
    columns = [
        "custom (contact) RUT o ID", "custom (contact) RUT O ID", "custom (prospect/customer) RUT o ID",
        "custom PREVISION", "custom Previsión", "custom Name#1", "custom Name",
        "custom  Star * (x)", "custom (other) Scope", "Bare",
    ]  # fmt: skip

    assert list(unique_names(columns, "persons").values()) == [
        "RUT o ID", "RUT O ID (2)", "RUT o ID (customer)",
        "PREVISION", "Previsión (2)", "Name#1", "Name (Sell)", "Star * (x)", "(other) Scope", "Bare",
    ]  # fmt: skip


def test_a_leads_custom_fields_are_deal_fields_so_deal_names_are_taken_too() -> None:
    assert unique_names(["custom Value", "custom stage"], "leads") == {
        "custom Value": "Value (Sell)",
        "custom stage": "stage (Sell)",
    }
    assert field_key("Weighted  Value") in default_names("leads")


def test_custom_values_are_written_by_what_the_survey_proves() -> None:
    seen = column(
        "deals",
        a=Column("custom Day", 1, 1, 10, dates="dmy", type="date"),
        b=Column("custom When", 1, 1, 16, dates="mdy", moments=True, type="datetime"),
        c=Column("custom Size", 1, 1, 8, decimal=",", type="numerical"),
        d=Column("custom Doubt", 1, 1, 10, dates="undecided", type="text"),
        e=Column("custom Empty", 0, 0, 0),
    )
    row = {
        "id": "1",
        "custom Day": "31/12/2024",
        "custom When": "4/28/2016 6:00",
        "custom Size": "1.234,5",
        "custom Doubt": "'+1",
        "custom Empty": None,
    }

    found = draft("deals", records(row), Mapping(), seen)
    (cells,) = found.frame.collect().to_dicts()

    assert [header for header in found.headers if "(" not in header][-4:] == [
        "Deal - Day",
        "Deal - When",
        "Deal - Size",
        "Deal - Doubt",
    ]
    assert (cells["Deal - Day"], cells["Deal - When"], cells["Deal - When (time)"]) == (
        "2024-12-31",
        "2016-04-28",
        "06:00",
    )
    assert (cells["Deal - Size"], cells["Deal - Doubt"]) == ("1234.5", "+1")
    assert ("empty_column", "custom Empty") in told(found).select("code", "field").rows()
    assert ("Deal - When (time)", "custom When", "custom", "time", True) in found.origins.rows()


def test_the_linker_cuts_names_as_titles_are_cut() -> None:
    """It knows nothing of Pipedrive, so that it has the number from what texts may be long."""
    assert longest("title") == TEXT_LIMIT


@pytest.mark.parametrize("name", ["custom Peso", "Peso"])
def test_columns_that_the_mapping_ignores_are_told_and_not_written(name: str) -> None:
    rows = records({"id": "1", "custom Peso": "5", "updated_at": "2020-01-01T00:00:00Z"})

    found = draft("deals", rows, Mapping.load({"columns": {"deals": {name: "ignore"}}}), NOTHING_SEEN)

    assert not any("Peso" in header for header in found.headers)
    assert set(told(found).filter(pl.col("code") == "ignored_column")["field"]) == {
        "custom Peso",
        "updated_at",
    }


def test_a_column_of_sells_own_that_the_mapping_ignores_is_not_written() -> None:
    """It was said to be ignored, and written."""
    rows = records(
        {"id": "1", "name": "Ada Lum", "email": "a@lum.example", "description": "Private", "title": "Dr"}
    )
    wish = {"columns": {"contacts": dict.fromkeys(("description", "email", "title"), "ignore")}}

    found = draft("contacts", rows, Mapping.load(wish), NOTHING_SEEN)

    assert not {"Person - Description", "Person - Email (Work)", "Person - Job title"} & set(found.headers)
    assert "Private" not in str(found.frame.collect().to_dicts())
    told_of = told(found).filter(pl.col("code") == "ignored_column")["field"]
    assert set(told_of) == {"description", "email", "title"}


def test_a_header_that_is_ignored_may_be_taken_by_another(tmp_path: Path) -> None:
    """The mapped column was lost, and the ignored one written as a custom field."""
    (tmp_path / "contacts.csv").write_text(
        "id,is_organisation,name,description,phone,mobile,Notes2\n1,false,Ada Lum,old,111,222,new\n"
    )
    wish = {"Notes2": "description", "description": "ignore", "phone": "mobile", "mobile": "ignore"}

    made = transform(tmp_path, mapping={"columns": {"contacts": wish}}).tables["persons"]

    assert made.select("Person - Description", "Person - Phone (Mobile)").rows() == [("new", "111")]
    assert not {"old", "222"} & {str(cell) for row in made.rows() for cell in row}


# --- the wizard's rules -----------------------------------------------------------------------------------


def test_the_contract_tells_what_the_wizard_would_refuse() -> None:
    frame = records({"id": "1"}).with_columns(
        pl.lit(None, dtype=pl.String).alias("Deal - Title"),
        pl.lit("12 kr").alias("Deal - Value"),
        pl.lit("Gone").alias("Deal - Status"),
        pl.lit("x" * 256).alias("Deal - Source"),
        pl.lit("a,b").alias("Deal - Season"),
        pl.lit("1234567890.12345").alias("Deal - Size"),
        pl.lit("2024-05-31").alias("Deal - Creation date"),
    )
    headers = [name for name in frame.collect_schema().names() if name.startswith("Deal")]

    types = {"Deal - Season": "single_option", "Deal - Size": "numerical"}
    found = issues.tell(frame.collect(), checks(headers, entity="deals", types=types))

    assert found.select("code", "field").sort("field").rows() == [
        ("comma_in_option", "Deal - Season"),
        ("too_long", "Deal - Size"),
        ("too_long", "Deal - Source"),
        ("not_accepted", "Deal - Status"),
        ("mandatory_blank", "Deal - Title"),
        ("not_accepted", "Deal - Value"),
    ]


def test_what_the_transformers_write_the_contract_takes() -> None:
    row = {
        "id": "1",
        "name": "Roof",
        "scope": "5",
        "currency": "SEK",
        "added_at": "2015-10-05 23:28:00 UTC",
        "custom X": "y",
    }
    found = draft("deals", records(row), Mapping(), NOTHING_SEEN)

    broken = issues.tell(found.frame.collect(), checks(found.headers, entity="deals"))

    assert broken.height == 0


def test_every_item_has_its_prefix_in_the_list_of_fields() -> None:
    assert {fact.header.split(" - ")[0] for fact in field_facts().values()} == set(PREFIXES.values())

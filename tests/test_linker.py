"""Who belongs to which company, where Sell says it by several records or by a name alone."""

from __future__ import annotations

from typing import Any

import polars as pl

from zsell_transform import transform

Rows = list[dict[str, str]]


def run(mapping: dict[str, Any] | None = None, **tables: Rows) -> Any:
    """A run over records that say no more than they must."""
    frames = {}
    for entity, rows in tables.items():
        columns = list(dict.fromkeys(name for row in rows for name in row))
        frames[entity] = pl.DataFrame(
            [[row.get(name) for name in columns] for row in rows],
            schema=dict.fromkeys(columns, pl.String),
            orient="row",
        )
    return transform(frames, mapping=mapping, trial=0, rehearse=False)


def company(id_: str, name: str, **more: str) -> dict[str, str]:
    return {"id": id_, "is_organisation": "true", "name": name, **more}


def person(id_: str, name: str, **more: str) -> dict[str, str]:
    return {"id": id_, "is_organisation": "false", "name": name, **more}


def deal(id_: str, **more: str) -> dict[str, str]:
    return {"id": id_, "name": f"Roof {id_}", **more}


def employers(done: Any) -> dict[str, str | None]:
    people = done.tables["persons"]
    name = "Organization - Name"
    named = people[name] if name in people.columns else [None] * people.height
    return dict(zip(people["Person - Zendesk Sell ID"], named, strict=True))


def test_deals_that_name_two_companies_give_their_person_none() -> None:
    done = run(
        contacts=[company("1", "Kelp"), company("2", "Wrack"), person("11", "Ann"), person("12", "Bo")],
        deals=[
            deal("21", main_contact_id="11", company_id="1"),
            deal("22", main_contact_id="11", company_id="2"),
            deal("23", main_contact_id="12", company_id="2"),
            deal("24", main_contact_id="12"),
        ],
    )

    assert employers(done) == {"11": None, "12": "Wrack"}


def test_deals_settle_which_of_several_companies_is_meant_and_nothing_else() -> None:
    """Both people say `Kelp`, which two companies are called; one has deals with another company."""
    done = run(
        contacts=[
            company("1", "Kelp", city="Bath"),
            company("2", "kelp", city="Oban"),
            company("3", "Wrack"),
            person("11", "Ann", organisation_name="Kelp"),
            person("12", "Bo", organisation_name="Kelp"),
        ],
        deals=[
            deal("21", main_contact_id="11", company_id="2"),
            deal("22", main_contact_id="12", company_id="3"),
        ],
    )

    assert employers(done) == {"11": "kelp", "12": None}
    told = done.issues.filter(pl.col("code") == "link_ambiguous")
    assert told.select("source_id", "value").rows() == [("12", "Kelp")]


def test_an_id_that_any_record_takes_for_a_company_is_added_as_one() -> None:
    done = run(
        deals=[
            deal("21", main_contact_id="9", main_contact="Kelp"),
            deal("22", company_id="9", company="Kelp"),
            deal("23", main_contact_id="8", main_contact="Ann Reef"),
        ]
    )

    assert done.tables["organizations"]["Organization - Zendesk Sell ID"].to_list() == ["9"]
    assert done.tables["persons"]["Person - Zendesk Sell ID"].to_list() == ["8"]


def test_a_person_that_is_only_named_is_told_from_a_namesake_behind_the_last_name() -> None:
    """Both have the same employer, by which the wizard would take them for one."""
    done = run(
        contacts=[company("1", "Kelp"), person("11", "Ann Reef", organisation_name="Kelp")],
        notes=[
            {
                "id": "41",
                "content": "Hi",
                "noteable_type": "Contact",
                "noteable_id": "99",
                "noteable_first_name": "Ann",
                "noteable_last_name": "Reef",
                "noteable_company_name": "Kelp",
            }
        ],
    )

    columns = ("Person - Name", "Person - First name", "Person - Last name", "Person - Zendesk Sell ID")
    rows = done.tables["persons"].select(columns).rows()
    assert rows[1] == ("Ann Reef (2)", "Ann", "Reef (2)", "99")


def test_a_lead_that_fits_two_people_keeps_a_person_of_its_own() -> None:
    """It has the e-mail of one and the phone of the other: never guessed, under a name that hits neither."""
    people = {
        "id": ["11", "12"],
        "is_organisation": ["false", "false"],
        "name": ["Ann Reef", "Ann Reef"],
        "email": ["a@reef.example", "b@reef.example"],
        "phone": [None, "555 1"],
    }
    lead = {
        "id": ["31"],
        "first_name": ["Ann"],
        "last_name": ["Reef"],
        "email": ["a@reef.example"],
        "phone": ["555 1"],
    }

    run = transform({"contacts": pl.DataFrame(people), "leads": pl.DataFrame(lead)}, trial=0)

    told = run.issues.filter(pl.col("entity") == "leads", pl.col("severity") == "warning")
    assert told.select("code", "source_id", "value").rows() == [("lead_person_ambiguous", "31", "Ann Reef")]
    assert "(11, 12)" in told["message"].item()
    columns = ("Lead - Title", "Person - Name", "Person - Last name", "Person - Phone (Work)")
    assert run.tables["leads"].select(columns).rows() == [("Ann Reef", "Ann Reef (2)", "Reef (2)", "555 1")]


def task(id_: str, company: str, first: str, last: str, **more: str) -> dict[str, str]:
    parts = {"taskable_company_name": company, "taskable_first_name": first, "taskable_last_name": last}
    return {"id": id_, "content": f"Task {id_}", "taskable_type": "Contact", **parts, **more}


def test_the_company_beside_a_person_known_only_by_name_is_that_persons() -> None:
    """As it is beside an id; with first and last name, under the same `name:` id as before."""
    done = run(
        contacts=[company("1", "Kelp"), person("11", "Ann Lee")],
        tasks=[
            task("7", "Wrack", "Fay", "Lund"),
            task("8", "kelp", "Gil", "Lund"),
            task("9", "Dulse", "FAY", "Lund"),
            task("10", "Dulse", "Ann", "Lee", taskable_id="11"),
        ],
    )

    people = done.tables["persons"].filter(pl.col("Person - Zendesk Sell ID").str.starts_with("name:"))
    assert people.select("Person - Zendesk Sell ID", "Person - First name", "Person - Last name").rows() == [
        ("name:fay lund", "Fay", "Lund"),
        ("name:gil lund", "Gil", "Lund"),
    ]
    assert employers(done) == {"11": None, "name:fay lund": "Wrack", "name:gil lund": "Kelp"}
    assert done.tables["organizations"]["Organization - Name"].to_list() == ["Kelp", "Wrack"]
    told = done.issues.filter(pl.col("code") == "link_evidence_differs").select("source_id", "value")
    assert told.rows() == [("9", "FAY Lund · Dulse"), ("10", "Ann Lee · Dulse · 11")]


def test_another_company_beside_an_id_is_told() -> None:
    """The record has the first one; nothing of the second row's would be in any file."""
    done = run(
        contacts=[company("1", "Kelp"), person("11", "Ann Lee", organisation_name="Kelp")],
        leads=[{"id": "21", "first_name": "Bo", "last_name": "Ek", "company_name": "Kelp", "status": "New"}],
        tasks=[
            task("7", "Kelp", "Fay", "Lund", taskable_id="777"),
            task("8", "Wrack", "Gil", "Lund", taskable_id="777"),
            task("9", "KELP", "Ann", "Lee", taskable_id="11"),
            task("10", "Wrack", "Ann", "Lee", taskable_id="11"),
            task("12", "Wrack", "Bo", "Ek", taskable_id="21", taskable_type="Lead"),
            task("13", "kelp", "Bo", "Ek", taskable_id="21", taskable_type="Lead"),
        ],
    )

    told = done.issues.filter(pl.col("code") == "link_evidence_differs").sort("row")
    assert told["value"].to_list() == [
        "Gil Lund · Wrack · 777",
        "Ann Lee · Wrack · 11",
        "Bo Ek · Wrack · 21",
    ]
    assert "the record is named Fay Lund, and the record's company is Kelp" in told["message"][0]


def test_a_record_that_has_one_relation_alone_is_linked_or_not() -> None:
    """A deal of two relations, one of them or none, on the row or not; a person and a note likewise."""
    done = run(
        contacts=[
            company("1", "Kelp"),
            company("2", "Kelp"),
            person("11", "Ann Reef", email="a@reef.example", organisation_name="Kelp"),
            person("12", "Bo Ek", email="b@ek.example", organisation_name="Tide"),
            person("13", "Cy Gull", email="c@gull.example"),
        ],
        deals=[
            deal("21", main_contact_id="13"),
            deal("22", company_id="1"),
            deal("23", main_contact_id="12", company="Tide"),
            deal("24"),
            deal("25", main_contact_id="99"),
            deal("26", company="Kelp"),
            deal("27", main_contact_id="13", company_id="98"),
        ],
        notes=[
            {"id": "41", "content": "Hi", "noteable_type": "Contact", "noteable_id": "13"},
            {"id": "42", "content": "Ho", "noteable_type": "Contact", "noteable_id": "97"},
        ],
        mapping={"single_pass": True},
    )

    counts = done.summary().filter(pl.col("entity").is_in(["contacts", "deals", "notes"]))
    assert counts.select("entity", "rows_out", "linked", "unlinked").rows() == [
        ("contacts", 3, 1, 1),
        ("deals", 7, 3, 3),
        ("notes", 2, 1, 1),
    ]

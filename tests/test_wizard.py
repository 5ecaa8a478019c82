"""The rehearsal: what the wizard's model does with rows, by each reading of what is unsure."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wizard_by_hand import ITEMS, LINK, Log, Store, run_by_hand
from zsell_transform import transform
from zsell_transform.ending.rehearsing import in_words
from zsell_transform.errors import ExportError
from zsell_transform.pipedrive.assumptions import ASSUMPTIONS, Readings, table
from zsell_transform.pipedrive.exports.read import read_pipedrive
from zsell_transform.pipedrive.wizard import Rehearsal, import_files, rehearse

Rows = list[dict[str, str]]


def lap(folder: Path, **files: Rows) -> Path:
    """Writes a lap: `persons=[{"Person - Name": …}]` → `2-persons.csv`; `persons_2` is its second part."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        item, _, part = name.partition("_")
        number = ITEMS.index(item) + 1
        header = list(dict.fromkeys(key for row in rows for key in row))
        with (folder / f"{number}-{item}{'-' + part if part else ''}.csv").open(
            "w", encoding="utf-8", newline=""
        ) as file:
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def org(name: str = "", address: str = "", **more: str) -> dict[str, str]:
    return {"Organization - Name": name, "Organization - Address": address} | _headed("Organization", more)


def person(name: str = "", email: str = "", phone: str = "", **more: str) -> dict[str, str]:
    return {"Person - Name": name, "Person - Email (Work)": email, "Person - Phone (Work)": phone} | _headed(
        "Person", more
    )


def deal(title: str = "", **more: str) -> dict[str, str]:
    return {"Deal - Title": title} | _headed("Deal", more)


def _headed(prefix: str, more: dict[str, str]) -> dict[str, str]:
    spelled = {"sell": "Zendesk Sell ID", "id": "Pipedrive System ID", "sell_lead": "Zendesk Sell lead ID"}
    return {f"{prefix} - {spelled.get(key, key.capitalize())}": value for key, value in more.items()}


def held(result: Rehearsal, item: str, *columns: str) -> list[tuple[Any, ...]]:
    return result.tables[item].select(columns).rows()


# ---- organizations and people ---------------------------------------------------------------------------


def test_organizations_are_one_by_name_and_address(tmp_path: Path) -> None:
    rows = [
        org("Fjord AS", "Quay 1", sell="1"),
        org(" fjord  as", "quay 1"),
        org("Fjord AS", "Quay 2"),
        org("Fjord AS"),
    ]

    result = rehearse(lap(tmp_path, organizations=rows))

    assert held(result, "organizations", "Address") == [("quay 1",), ("Quay 2",), (None,)]
    assert result.overwritten.select("field", "old", "new").rows() == [
        ("Name", "Fjord AS", "fjord  as"),
        ("Address", "Quay 1", "quay 1"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (person("Ada Lind", "ada@lind.example"), person("ADA  LIND", "Ada@Lind.example"), True),
        (person("Ada Lind", phone="+46 70-12"), person("Ada Lind", phone="467012"), True),
        (person("Ada Lind") | org("Lind AB"), person("Ada Lind") | org("Lind AB"), True),
        (person("Ada Lind"), person("Ada Lind"), False),
        (person("Ada Lind", "ada@lind.example"), person("Eva Lind", "ada@lind.example"), False),
        (person("Ada Lind") | org("Lind AB", "Here"), person("Ada Lind") | org("Lind AB", "There"), False),
    ],
)
def test_people_are_one_by_name_and_one_more_value(
    tmp_path: Path, one: dict[str, str], other: dict[str, str], same: bool
) -> None:
    result = rehearse(lap(tmp_path, persons=[one, other]))

    assert len(held(result, "persons", "ID")) == (1 if same else 2)
    assert result.merged.filter(pl.col("item") == "persons").height == same


def test_a_row_with_another_organization_moves_the_person(tmp_path: Path) -> None:
    rows = [person("Jon", "jon@a.example") | org("Wall"), person("Jon", "jon@a.example") | org("Winterfell")]

    result = rehearse(lap(tmp_path, persons=rows))

    assert held(result, "persons", "Organization") == [("Winterfell",)]
    assert result.overwritten.select("row", "item", "field").rows() == [(3, "persons", "_organization")]
    told = in_words(result.overwritten, result)  # an issue tells it, and nobody knows our columns
    assert told.select("field", "old").rows() == [("organization", "Wall (1)")]


def test_merging_adds_emails_and_labels_and_overwrites_the_rest(tmp_path: Path) -> None:
    rows = [
        person("Jon", "jon@a.example", "1", label="VIP", title="Lord", sell="11"),
        person("Jon", "jon@b.example", "1", label="Cold", title="King", sell="12"),
    ]

    result = rehearse(lap(tmp_path, persons=rows))

    assert held(result, "persons", "Email - Work", "Labels", "Title", "Zendesk Sell ID") == [
        ("jon@a.example, jon@b.example", "VIP, Cold", "King", "12")
    ]
    assert result.collapsed.select("row", "sell_id", "into").rows() == [(3, "12", "11")]
    assert set(result.overwritten["field"]) == {"Title", "Zendesk Sell ID"}


# ---- deals, leads, history ------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["Due date", "Won time", "Expected close date", "Marked as done time"])
def test_a_custom_field_may_be_called_like_a_date_of_another_item(field: str, tmp_path: Path) -> None:
    """`Due date` is a date of activities, not of people: such rows were skipped."""
    result = rehearse(lap(tmp_path, persons=[person("Ada") | {f"Person - {field}": "when ready"}]))

    assert result.skipped.is_empty()
    assert held(result, "persons", field) == [("when ready",)]


def test_deals_are_never_one(tmp_path: Path) -> None:
    result = rehearse(lap(tmp_path, deals=[deal("Roof") | org("Lind AB"), deal("Roof") | org("Lind AB")]))

    assert held(result, "deals", "Title", "Organization", "Status") == [("Roof", "Lind AB", "Open")] * 2
    assert held(result, "organizations", "Name") == [("Lind AB",)]


def test_a_deal_without_title_is_called_after_its_organization(tmp_path: Path) -> None:
    result = rehearse(
        lap(
            tmp_path,
            deals=[deal(value="5") | person("Ada") | org("Lind AB"), deal(value="5") | person("Eva")],
        )
    )

    assert held(result, "deals", "Title") == [("Lind AB deal",), ("Eva deal",)]


@pytest.mark.parametrize(
    ("row", "item", "reason"),
    [
        (deal("Roof"), "deals", "Deal needs a person or an organization"),
        (deal(value="5"), "deals", "Deal title must be given"),
        (deal("x" * 256) | org("Lind AB"), "deals", "Title is longer than 255 characters"),
        (
            deal("Roof", **{"expected close date": "2026-02-30"}) | org("Lind AB"),
            "deals",
            "Invalid date format",
        ),
        (
            deal("Roof", **{"currency of value": "€"}) | org("Lind AB"),
            "deals",
            "Please provide valid currency",
        ),
        (deal("Roof", id="99") | org("Lind AB"), "deals", "Deal not found"),
        (person("Ada", id="99"), "persons", "Person not found"),
        (org("Lind AB", id="99"), "organizations", "Organization not found"),
        (org(address="Here"), "organizations", "Organization name must be given"),
        (person(email="a@b.example"), "persons", "Name must be given"),
        (
            {"Note - Content": "Hi"},
            "notes",
            "Note must be associated with at least one organization, person, deal, lead or project",
        ),
    ],
)
def test_skipped_rows_leave_nothing_behind(
    tmp_path: Path, row: dict[str, str], item: str, reason: str
) -> None:
    result = rehearse(lap(tmp_path, deals=[row]))

    assert result.skipped.rows() == [("3-deals.csv", 2, item, reason)]
    assert result.created.height == 0


def test_money_with_a_symbol_becomes_zero(tmp_path: Path) -> None:
    result = rehearse(lap(tmp_path, deals=[deal("Roof", value="$100") | org("Lind AB")]))

    assert held(result, "deals", "Value") == [("0",)]
    assert result.altered.select("value", "stored").rows() == [("$100", "0")]


def test_history_hangs_on_system_ids(tmp_path: Path) -> None:
    first = rehearse(
        lap(
            tmp_path / "1",
            deals=[
                deal("Roof", sell="7") | person("Ada", "a@b.example", sell="8") | org("Lind AB", sell="9")
            ],
            leads=[{"Lead - Title": "Hope", "Lead - Zendesk Sell lead ID": "5"} | org("Lind AB")],
        )
    )
    number, lead = first.tables["deals"]["ID"][0], first.tables["leads"]["ID"][0]
    mark = "2026-01-02 10:00 · Ada · Sell note 77"
    rows = [
        {"Note - Content": mark, "Deal - Title": "Roof", "Deal - Pipedrive System ID": number},
        {"Note - Content": "x", "Lead - Title": "Hope", "Lead - Pipedrive System ID": lead},
    ]

    second = rehearse(lap(tmp_path / "2", notes=rows), first)

    assert held(second, "notes", "Deal title", "Lead") == [("Roof", None), (None, "Hope")]
    assert ("notes", "Sell note 77", "deals", "7") in second.graph.rows()
    assert second.links.select("target", "target_sell_id", "how").rows() == [
        ("deals", "7", "id"),
        ("leads", "5", "id"),
    ]
    assert second.created.select("item", "sell_id").rows() == [("notes", "Sell note 77"), ("notes", None)]
    assert (second.overwritten.height, second.skipped.height) == (0, 0)


def test_parts_of_a_file_come_in_order_and_other_files_are_not_read(tmp_path: Path) -> None:
    folder = lap(tmp_path, persons_02=[person("B")], persons_10=[person("C")], persons_01=[person("A")])
    (folder / "issues.csv").write_text("severity\nerror\n")

    assert held(rehearse(folder), "persons", "Name") == [("A",), ("B",), ("C",)]


@pytest.mark.parametrize("organization", ["Organización - Nombre *", "Organización - Nombre"])
def test_headers_of_the_wizards_own_templates(organization: str, tmp_path: Path) -> None:
    rows = [{"Persona - Nombre *": "Ada Lind", "Person - First name": "Ada", organization: "Lind AB"}]

    assert held(rehearse(lap(tmp_path, persons=rows)), "persons", "Name", "Organization") == [
        ("Ada Lind", "Lind AB")
    ]


@pytest.mark.parametrize("name", ["Phase", "Titel", "Título"])
def test_a_custom_field_may_have_the_name_of_a_translated_one(name: str, tmp_path: Path) -> None:
    """Where the field that it translates is there too, it is another one."""
    row = deal("Roof", Stage="Incoming") | {f"Deal - {name}": "third", "Organization - Name": "Gull Rock"}
    result = rehearse(lap(tmp_path, deals=[row]))

    assert held(result, "deals", "Title", name) == [("Roof", "third")]


def test_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not a folder"):
        rehearse(tmp_path / "nowhere")


# ---- the other readings ---------------------------------------------------------------------------------


def test_every_assumption_is_told_in_one_place() -> None:
    told = table(Readings.of({"phones": "text"}))

    assert told.height == len(ASSUMPTIONS)
    assert told.filter(pl.col("assumption") == "phones").select("reading", "others").rows() == [
        ("text", "digits")
    ]
    assert told.select(pl.all().exclude("key").str.len_chars().min()).row(0) > (0,)
    with pytest.raises(ValueError, match="no assumption"):
        Readings.of({"phone": "text"})
    with pytest.raises(ValueError, match="phones is one of"):
        Readings.of({"phones": "sound"})


TWO = [org("Lind AB"), org("Lind AB")]
ADDRESSED = [org("Lind AB", "Here"), org("Lind AB")]
NAMESAKES = [person("Ada") | org("Lind AB", "Here"), person("Ada") | org("Lind AB", "There")]
SPELLED = [person("Ada", phone="070-1"), person("Ada", phone="0701")]
CASED = [org("Straße"), org("STRASSE")]


@pytest.mark.parametrize(
    ("reading", "item", "rows", "usual", "otherwise"),
    [
        ({"bare_organizations": "separate"}, "organizations", TWO, 1, 2),
        ({"blank_address": "matches"}, "organizations", ADDRESSED, 2, 1),
        ({"organization_of_person": "name"}, "persons", NAMESAKES, 2, 1),
        ({"phones": "text"}, "persons", SPELLED, 1, 2),
        ({"compare": "exact"}, "organizations", [org("Lind"), org("LIND")], 1, 2),
        ({"compare": "forms"}, "organizations", CASED, 2, 1),
    ],
)
def test_other_readings_find_more_or_less(
    tmp_path: Path, reading: dict[str, str], item: str, rows: Rows, usual: int, otherwise: int
) -> None:
    folder = lap(tmp_path, **{item: rows})

    assert len(held(rehearse(folder), item, "ID")) == usual
    assert len(held(rehearse(folder, assumptions=reading), item, "ID")) == otherwise


@pytest.mark.parametrize(("reading", "left"), [("keeps", "Fern"), ("erases", None)])
@pytest.mark.parametrize("by_id", [True, False])
def test_blank_cells(tmp_path: Path, reading: str, left: str | None, by_id: bool) -> None:
    first = rehearse(lap(tmp_path / "1", persons=[person("Ada", "a@b.example", plant="Fern")]))
    number = first.tables["persons"]["ID"][0] if by_id else ""
    again = [person("Ada", "a@b.example", plant="", id=number)]
    assumption = "blank_on_id" if by_id else "blank_on_merge"

    second = rehearse(lap(tmp_path / "2", persons=again), first, assumptions={assumption: reading})

    assert held(second, "persons", "Plant") == [(left,)]
    assert second.overwritten.select("old", "new").rows() == ([("Fern", None)] if left is None else [])


# ---- the fast model and the plain one -------------------------------------------------------------------

NAMES = st.sampled_from(["Ada", "ada ", "Bo", "Straße", "STRASSE", "Cy"])
EMAILS = st.sampled_from(["", "", "a@x.example", "A@x.example", "info@x.example"])
PHONES = st.sampled_from(["", "", "070 1", "0701", "0702"])
ORGANIZATIONS = st.sampled_from(["", "Lind AB", "lind ab", "Moss"])
ADDRESSES = st.sampled_from(["", "", "Here", "HERE", "There"])
DATES = st.sampled_from(["", "2026-01-02", "2026-01-02 10:00:00", "2.1.2026"])


@st.composite
def row(draw: st.DrawFn, ids: dict[str, list[str]], renames: bool) -> dict[str, str]:
    def number(item: str) -> str:
        known = [*ids[item], "404"] if ids[item] else []
        return draw(st.sampled_from(["", *known])) if known and draw(st.integers(0, 3)) == 0 else ""

    cells = org(
        draw(ORGANIZATIONS),
        draw(ADDRESSES),
        owner=draw(st.sampled_from(["", "Kim"])),
        id=number("organizations"),
    )
    cells |= {"Organization - Labels": draw(st.sampled_from(["", "A", "A, B"]))}
    cells |= person(draw(st.one_of(st.just(""), NAMES)), draw(EMAILS), draw(PHONES), id=number("persons"))
    cells |= {
        "Person - Phone (Mobile)": draw(PHONES),
        "Person - Zendesk Sell ID": draw(st.sampled_from(["", "1", "2"])),
    }
    cells |= deal(
        draw(st.sampled_from(["", "", "Roof"])),
        value=draw(st.sampled_from(["", "5", "$5"])),
        id=number("deals"),
    )
    cells |= {"Deal - Expected close date": draw(DATES)}
    cells |= _headed("Lead", {"title": draw(st.sampled_from(["", "", "Hope"])), "id": number("leads")})
    cells |= {
        "Note - Content": draw(st.sampled_from(["", "", "Hi"])),
        "Activity - Subject": draw(st.sampled_from(["", "", "Call"])),
    }
    if not renames:
        for prefix in ("Organization", "Person"):
            if cells[f"{prefix} - Pipedrive System ID"]:
                cells[f"{prefix} - Name"] = ""
    return cells


READINGS = st.fixed_dictionaries({name: st.sampled_from(one.readings) for name, one in ASSUMPTIONS.items()})
USUAL = st.just({name: one.default for name, one in ASSUMPTIONS.items()})


def as_store(result: Rehearsal) -> Store:
    return {item: {one.pop("_id"): one for one in frame.to_dicts()} for item, frame in result.store.items()}


def plain(store: Store) -> dict[str, Any]:
    return {
        item: {
            key: {field: value for field, value in one.items() if value is not None}
            for key, one in records.items()
        }
        for item, records in store.items()
    }


def events(rows: Iterable[dict[str, object]], *columns: str) -> list[tuple[str, ...]]:
    return sorted(tuple(str(one[column]) for column in columns) for one in rows)


def assert_equal(result: Rehearsal, store: Store, log: Log) -> None:
    assert plain(as_store(result)) == plain(store)
    assert list(as_store(result)["persons"]) == list(store["persons"])
    place = ("file", "row", "item")
    for frame, logged, columns in (
        (result.skipped, log.skipped, (*place, "reason")),
        (result.links, log.links, (*place, "id", "target", "target_id", "how")),
        (result.overwritten, log.overwritten, (*place, "id", "field", "old", "new")),
        (result.altered, log.altered, (*place, "field", "value", "stored")),
        (result.created, log.created, (*place, "id")),
        (result.merged, [one for one in log.found if one["how"] == "key"], (*place, "id", "sell_id", "into")),
        (result.updated, [one for one in log.found if one["how"] == "id"], (*place, "id", "sell_id", "into")),
    ):
        assert events(frame.to_dicts(), *columns) == events(logged, *columns)


@pytest.mark.parametrize("readings", [USUAL, READINGS], ids=["usual", "any"])
@settings(
    max_examples=16,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_the_fast_model_does_what_the_plain_one_does(
    tmp_path_factory: pytest.TempPathFactory, readings: st.SearchStrategy[dict[str, str]], data: st.DataObject
) -> None:
    chosen = data.draw(readings)
    renames = chosen["organization_of_person"] == "record"
    result: Rehearsal | None = None
    store: Store = {item: {} for item in ITEMS}
    for _ in range(data.draw(st.integers(1, 2))):
        ids = {item: list(store[item])[:3] for item in ITEMS}
        some = st.lists(row(ids, renames), min_size=1, max_size=7)
        folder = lap(tmp_path_factory.mktemp("lap"), persons=data.draw(some), deals=data.draw(some))
        paths = sorted(folder.iterdir())
        before = result
        result = rehearse(folder, before, assumptions=chosen)
        looped = import_files(paths, before, Readings.of(chosen), lambda *_: None, loop=True)
        store, log = run_by_hand(paths, store, Readings.of(chosen))
        assert_equal(looped, store, log)
        assert_equal(result, store, log)


def test_links_by_hand_cover_every_item() -> None:
    assert set(LINK) < set(ITEMS)


# ---- export and reading back ----------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["prefixed", "bare"])
@pytest.mark.parametrize("language", ["en", "de", "pt", "es", "fr", "nl"])
def test_exports_are_read_back(tmp_path: Path, style: str, language: str) -> None:
    rows = [
        deal("Roof", sell="70001")
        | person("Ada", "a@b.example", "070", sell="80001")
        | org("Lind AB", "Here", sell="90001")
    ]
    leads = [{"Lead - Title": "Hope", "Lead - Zendesk Sell lead ID": "50001"} | org("Lind AB", "Here")]
    notes = [{"Note - Content": "2026 · Ada · Sell note 60001<br>Hi"} | org("Lind AB", "Here")]
    activities = [
        {"Activity - Subject": "Call", "Activity - Note": "x<br>Sell task 40001"} | org("Lind AB", "Here")
    ]
    folder = lap(tmp_path / "lap", deals=rows, leads=leads, notes=notes, activities=activities)
    result = rehearse(folder)
    result.export(tmp_path / "out", style=style, language=language)

    found = read_pipedrive(tmp_path / "out")

    assert found.given == found.readable == set(ITEMS)
    assert found.issues.height == 0
    assert {item: found[item]["sell_id"].to_list() for item in ITEMS[:4]} == {
        "organizations": ["90001"],
        "persons": ["80001"],
        "deals": ["70001"],
        "leads": ["50001"],
    }
    assert found.deals.select("person", "organization_id").rows() == [
        ("Ada", found.organizations["system_id"][0])
    ]
    assert (found.notes["mark"][0], found.activities["mark"][0]) == ("Sell note 60001", "Sell task 40001")
    for item in ITEMS:
        assert found.raw[item].columns == result.tables[item].columns


@pytest.mark.parametrize("field", ["Phone", "Email"])
def test_a_custom_field_is_no_phone_by_its_name(field: str) -> None:
    """`Person - Phone (Sell)` was taken for a phone, and two people of one name for one."""
    people = {
        "id": ["1", "2"], "is_organisation": ["false", "false"], "name": ["Anna Berg", "Anna Berg"],
        "first_name": ["Anna", "Anna"], "last_name": ["Berg", "Berg"], f"custom {field}": ["12 34", "12 34"],
    }  # fmt: skip

    made = transform({"contacts": pl.DataFrame(people)})

    assert made.tables["persons"][f"Person - {field} (Sell)"].to_list() == ["12 34", "12 34"]
    assert not made.issues["severity"].is_in(["error"]).any()


def test_one_is_shown_as_one(tmp_path: Path) -> None:
    """`1 activities`."""
    call = {"Activity - Subject": "Ring", "Activity - Type": "Call"} | person("Ada", "a@ada.example")
    done = rehearse(lap(tmp_path / "lap", activities=[call]))
    assert repr(done).startswith(
        "Rehearsal: Pipedrive holds 1 person, 1 activity; 2 created, 0 rows skipped,"
    )

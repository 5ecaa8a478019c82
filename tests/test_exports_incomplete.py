"""Pipedrive's exports that show less than there is: what they leave out is not written a second time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from tests.moved import Edit, Moved
from tests.test_pipedrive_exports import after_a_lap, given
from zsell_transform.mapping import Mapping
from zsell_transform.migration import transform
from zsell_transform.proof import verify

DEALS = "ID,Title,Stage"


# ---- columns that one file shows and another one does not -----------------------------------------------


@pytest.mark.parametrize("first", ["without", "with"])
def test_of_two_exports_of_a_list_one_may_lack_the_column_of_our_ids(tmp_path: Path, first: str) -> None:
    """The row of the first file won, with no id, and the whole list was written again."""
    texts = {
        "without": f"{DEALS}\n7,Roof,Won\n8,Wall,Won\n",
        "with": f"{DEALS},Zendesk Sell ID,Sell owner\n8,Wall,Won,70002,Ann\n7,Roof,Won,70001,\n",
    }
    second = next(name for name in texts if name != first)

    held = given(tmp_path, **{"deals-1": texts[first], "deals-2": texts[second]})

    assert sorted(held.deals.select("system_id", "sell_id").rows()) == [("7", "70001"), ("8", "70002")]
    assert held.raw["deals"].sort("ID")["Sell owner"].to_list() == [None, "Ann"]
    assert held.readable == {"deals"}


def test_records_of_which_no_file_shows_our_id_hold_their_list_back(tmp_path: Path) -> None:
    """The newer export lacked the column, and had more records: nobody knows whose these are."""
    held = given(
        tmp_path,
        **{
            "deals-1": f"{DEALS},Zendesk Sell ID\n7,Roof,Won,70001\n",
            "deals-2": f"{DEALS}\n7,Roof,Won\n8,Wall,Won\n",
        },
    )

    assert held.deals["sell_id"].to_list() == ["70001", None]
    assert held.readable == frozenset()


# ---- which column has our ids ---------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "found"), [("", None), ("70001", None)])
def test_the_sell_id_of_a_deal_is_not_the_one_of_a_lead(tmp_path: Path, cell: str, found: str | None) -> None:
    """A lead has the custom fields of deals; the blank one of deals said that no lead came from Sell."""
    held = given(tmp_path, leads=f"ID,Title,Contact person,Zendesk Sell ID\nab-1,Hope,Ann,{cell}\n")

    assert held.leads["sell_id"].to_list() == [found]
    assert held.readable == frozenset()


def test_the_sell_id_of_a_lead_under_another_name(tmp_path: Path) -> None:
    header = "ID,Title,Contact person,Zendesk Sell ID,Old Sell lead id"

    held = given(tmp_path, leads=f"{header}\nab-1,Hope,Ann,,50001\n")

    assert held.leads["sell_id"].to_list() == ["50001"]


def test_a_blank_column_whose_name_sounds_like_ours_proves_nothing(tmp_path: Path) -> None:
    """`Best-sell ID` said that none of the people came from Sell, and all were written again."""
    text = "ID,Name,Organization,Best-sell ID,{}\n1,Ada,,,80001\n2,Bo,,,\n"

    unknown = given(tmp_path / "1", people=text.format("Old CRM"))
    known = given(tmp_path / "2", people=text.format("Sell ID"))

    assert unknown.readable == frozenset()
    assert known.readable == {"persons"}
    assert known.persons["sell_id"].to_list() == ["80001", None]


def test_our_own_column_may_be_blank(tmp_path: Path) -> None:
    """The field was made, and nothing imported yet."""
    held = given(tmp_path, people="ID,Name,Organization,Zendesk Sell ID\n1,Ada,,\n")

    assert held.readable == {"persons"}


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_field_that_was_made_twice_is_one(tmp_path: Path, delimiter: str) -> None:
    """Records whose id stands in the second of the two fields were written again."""
    rows = "7,Roof,Won,70001,;8,Wall,Won,,70002;9,Pond,Won,70003,70003;10,Hut,Won,70004,70005;11,Inn,Won,,"
    text = "\n".join([f"{DEALS},Zendesk Sell ID,Zendesk Sell ID", *rows.split(";"), ""])

    held = given(tmp_path, deals=text.replace(",", delimiter))

    assert held.deals.select("system_id", "sell_id").rows() == [
        ("7", "70001"),
        ("8", "70002"),
        ("9", "70003"),
        ("10", "70004"),
        ("10", "70005"),
        ("11", None),
    ]
    assert [name for name in held.raw["deals"].columns if "Sell" in name] == ["Zendesk Sell ID"]


def test_two_columns_that_the_mapping_gives_one_name_are_one(tmp_path: Path) -> None:
    ask = Mapping.load({"columns": {"pipedrive_deals": {"Old": "Zendesk Sell ID", "New": "Zendesk Sell ID"}}})

    held = given(tmp_path, ask, deals=f"{DEALS},Old,New\n7,Roof,Won,70001,\n8,Wall,Won,,70002\n")

    assert held.deals["sell_id"].to_list() == ["70001", "70002"]


# ---- several ids in a cell ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("11111; 22222", ["11111", "22222"]),
        ("11111/22222 | 33333", ["11111", "22222", "33333"]),
        ("11111.0; 22222.0", ["11111", "22222"]),
        ("11111; 11111", ["11111"]),
        ("11111 / name:acme / lind", ["11111", "name:acme / lind"]),
        ("name:acme; 22222", ["name:acme", "22222"]),
        ("name:store | 90210", ["name:store | 90210"]),
        ("2019/001", ["2019/001"]),
        ("A;1 | B/2", ["A;1 | B/2"]),
        ("11111; 22222 | name:acme", ["11111", "22222", "name:acme"]),
        ("name:a/b; c|d", ["name:a/b; c|d"]),
    ],
)
def test_ids_that_were_put_together_by_hand(tmp_path: Path, cell: str, ids: list[str]) -> None:
    """Who merges two records in Pipedrive writes both ids into one cell as they like."""
    held = given(tmp_path, organizations=f"ID,Name,Address,Zendesk Sell ID\n1,Acme,,{cell}\n")

    assert held.organizations["sell_id"].to_list() == ids
    assert held.organizations.select(pl.col("system_id").unique()).to_series().to_list() == ["1"]


# ---- what the lists say of each other -------------------------------------------------------------------

NOTES = 'ID,Content,Deal ID\n9,"2014-09-03 08:49 · Kalle · Sell note 61000011<br>Called",{}\n'
FILTERED = "ID,Title,Zendesk Sell ID\n6,Wall,51000012\n"


def test_a_list_that_others_prove_to_be_filtered_holds_its_records_back(tmp_path: Path) -> None:
    """A filter in Pipedrive's list, an old export: what it left out was written once more without a word."""
    sell = after_a_lap(tmp_path, deals=FILTERED, notes=NOTES.format("5.0"))

    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    [told] = run.issues.filter(severity="error").to_dicts()
    assert (told["code"], told["entity"], told["value"]) == ("export_incomplete", "deals", "1")
    assert "record 9 of notes names System ID 5" in told["message"]
    assert run.tables["deals"].height == 0
    assert run.summary().filter(entity="deals").select("present", "waiting").row(0) == (1, 2)


def test_the_mapping_says_that_what_a_list_lacks_was_deleted(tmp_path: Path) -> None:
    sell = after_a_lap(tmp_path, deals=FILTERED, notes=NOTES.format(5))

    run = transform(
        sell,
        pipedrive=tmp_path / "pipedrive",
        mapping={"empty_in_pipedrive": ["deals"]},
        trial=0,
        rehearse=False,
    )

    assert "export_incomplete" not in run.issues["code"]
    assert run.tables["deals"].height == 2


@pytest.mark.parametrize("link", ["", "0", "6", "5, 6", "2E+07"])
def test_what_is_no_link_to_a_missing_record_holds_nothing_back(tmp_path: Path, link: str) -> None:
    """A deal that was deleted in Pipedrive, and is linked to by nothing any more, comes back."""
    sell = after_a_lap(tmp_path, deals=FILTERED, notes=NOTES.format(f'"{link}"'))

    assert (
        transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False).tables["deals"].height == 2
    )


def test_links_of_what_people_made_themselves_hold_nothing_back(tmp_path: Path) -> None:
    """A deal and a note on it, made between two exports."""
    typed = 'ID,Content,Deal ID\n9,"Called, see Sell note 61000011",99\n'
    sell = after_a_lap(tmp_path, deals=FILTERED, notes=typed)

    assert (
        transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False).tables["deals"].height == 2
    )


def test_a_custom_field_under_the_name_of_a_link_is_none(tmp_path: Path) -> None:
    """A company's register number was taken for an organization that the list lacks, and its type waited."""
    field = "Deal ID,Organization ID,Lead ID"
    sell = after_a_lap(
        tmp_path,
        organizations=f"ID,Name,Address,Zendesk Sell ID,{field}\n1,Bolt Ltd,,41000011,20,5560123456,900\n",
        deals="ID,Title,Zendesk Sell ID,Deal ID,Lead ID\n6,Wall,51000012,21,901\n",
        notes=NOTES.format(6),
    )

    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    assert "export_incomplete" not in run.issues["code"]
    assert run.tables["deals"].height == 2


def test_a_second_id_of_a_record_that_stands_twice_is_linked_to(tmp_path: Path) -> None:
    """Two companies were merged into one by hand, and the other was made again: `11, 12` beside `11`."""
    companies = {"id": ["41000011", "41000012"], "is_organisation": ["true"] * 2, "name": ["Bolt", "Nut"]}
    deals = {"id": ["51", "52"], "name": ["Roof", "Wall"], "company_id": ["41000011", "41000012"]}
    organizations = 'ID,Name,Address,Zendesk Sell ID\n5,Bolt,,"41000011, 41000012"\n6,Bolt,,41000011\n'
    (tmp_path / "organizations.csv").write_text(organizations)

    run = transform(
        {"contacts": pl.DataFrame(companies), "deals": pl.DataFrame(deals)},
        pipedrive=tmp_path,
        mapping={"empty_in_pipedrive": ["deals", "persons", "leads"]},
        trial=0,
        rehearse=False,
    )

    linked = run.tables["deals"].select("Deal - Title", "Organization - Pipedrive System ID")
    assert linked.rows() == [("Wall", "5")]


def test_a_list_of_which_nothing_would_be_written_needs_no_proof(tmp_path: Path) -> None:
    sell = after_a_lap(tmp_path, notes=NOTES.format(99))

    assert (
        "export_incomplete"
        not in transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False).issues["code"]
    )


def test_people_of_leads_prove_their_list_incomplete(tmp_path: Path) -> None:
    sell = after_a_lap(
        tmp_path,
        people="ID,Name,Zendesk Sell ID\n1,Ada,80001\n",
        leads="ID,Title,Contact person ID,Zendesk Sell lead ID\nab-1,Hope,2,50001\n",
        notes=None,
    )
    with (sell / "contacts.0.csv").open("a") as file:
        file.write("80001,false,Ada\n80002,false,Bo\n")

    told = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False).issues.filter(
        code="export_incomplete"
    )

    assert told.select("entity", "field").rows() == [("contacts", "persons")]
    assert "record ab-1 of leads names System ID 2" in told["message"][0]


@pytest.mark.parametrize(("deal", "leads_out"), [("", 0), ("7", 1)])
def test_history_of_a_converted_lead_does_not_ask_for_the_lead(
    tmp_path: Path, deal: str, leads_out: int
) -> None:
    """A lead that became a deal left the list of leads; one that was archived is in no plain list."""
    sell = leads_after_a_lap(
        tmp_path,
        activities=f"ID,Subject,Note,Deal ID,Lead ID\n3,Call,Sell task 77,{deal},ab-2\n",
    )

    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    assert run.tables["leads"].height == leads_out
    assert ("export_incomplete" in run.issues["code"]) is not bool(leads_out)


def leads_after_a_lap(folder: Path, **changed: str | None) -> Path:
    """As `after_a_lap`, with two leads in Sell of which Pipedrive's list of leads holds one."""
    lead = "ID,Title,Contact person,Zendesk Sell lead ID\nab-1,Ann Fir,Ann Fir,50001\n"
    sell = after_a_lap(folder, notes=None, **{"leads": lead, **changed})
    (sell / "leads.0.csv").write_text("id,first_name,last_name\n50001,Ann,Fir\n50002,Bo,Elm\n")
    return sell


@pytest.mark.parametrize(
    ("deals", "told"),
    [
        ("ID,Title,Zendesk Sell ID\n5,Roof,51000011\n8,Bo Elm,\n", ["1"]),
        ("ID,Title,Zendesk Sell ID\n5,Roof,51000011\n", []),
        ("ID,Title,Zendesk Sell ID,Zendesk Sell lead ID\n5,Roof,51000011,\n8,Typed,,\n", []),
    ],
)
def test_leads_that_may_be_deals_by_now_are_told(tmp_path: Path, deals: str, told: list[str]) -> None:
    """A lead that was converted in Pipedrive came once more, beside its deal, and nothing said so."""
    sell = leads_after_a_lap(tmp_path, deals=deals)

    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    assert run.tables["leads"].height == 1
    assert run.issues.filter(code="converted_leads_unknown")["value"].to_list() == told


@pytest.mark.parametrize(("known", "told"), [("9", ["90001"]), ("51000011", [])])
def test_ids_of_which_none_is_sells_are_told(tmp_path: Path, known: str, told: list[str]) -> None:
    """Another column was taken for ours, or the exports are of two accounts."""
    ids = ["90001", "90002", "90003", "90004", known]
    rows = "".join(f"{n},Deal {n},{sell_id}\n" for n, sell_id in enumerate(ids, 5))
    sell = after_a_lap(tmp_path, deals=f"ID,Title,Zendesk Sell ID\n{rows}")

    issues = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False).issues

    assert issues.filter(code="foreign_sell_ids")["value"].to_list() == told


# ---- a list that was forgotten, and is called empty ------------------------------------------------------

COMPANY = "ID,Name,Address,Zendesk Sell ID{}\n1,Bolt Ltd,,41000011{}\n"
CALLED_EMPTY = {"empty_in_pipedrive": ["persons", "deals", "leads"]}


@pytest.mark.parametrize(
    ("lists", "example"),
    [
        ({}, "record 9 of notes names System ID 5"),
        (
            {"notes": NOTES.format("").replace("Deal ID", "Deal title").replace(",\n", ",Roof\n")},
            "names 'Roof'",
        ),
        (
            {"notes": None, "organizations": COMPANY.format(",Open deals,Won deals", ",0,2")},
            "record 1 of organizations has 2 under Won deals",
        ),
    ],
    ids=["by their System IDs", "by their titles", "counted"],
)
def test_a_list_that_others_show_is_not_empty_whatever_the_mapping_says(
    tmp_path: Path, lists: dict[str, str | None], example: str
) -> None:
    """The line of lap 2 still stood in lap 3, whose export of deals was forgotten: all were written again."""
    sell = after_a_lap(tmp_path, **{"deals": None, **lists})

    run = transform(sell, pipedrive=tmp_path / "pipedrive", mapping=CALLED_EMPTY, trial=0, rehearse=False)

    [told] = run.issues.filter(severity="error").to_dicts()
    assert (told["code"], told["entity"], told["field"]) == ("not_empty_in_pipedrive", "deals", "deals")
    assert example in told["message"]
    assert run.tables["deals"].height == 0
    assert "deals" in run.story.exports_next
    assert "deals" not in run.story.unexported


@pytest.mark.parametrize("count", ["", "0", "3"])
def test_activities_that_deals_count_are_told_where_their_export_lacks(tmp_path: Path, count: str) -> None:
    """A forgotten export doubled all history after a warning that named no sign of it."""
    deals = (
        "ID,Title,Zendesk Sell ID,Total activities\n5,Roof,51000011,{}\n6,Wall,51000012,\n7,Pond,51000013,\n"
    )
    sell = after_a_lap(tmp_path, deals=deals.format(count))
    (sell / "tasks.0.csv").write_text("id,content,taskable_type,taskable_id\n71000011,Ring,Deal,51000011\n")

    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    [told] = run.issues.filter(code="counts_as_empty")["message"]
    assert ("though record 5 of deals has 3 under Total activities" in told) == (count == "3")
    assert run.tables["activities"].height == 1


def test_a_lead_that_became_a_deal_shows_no_lead(tmp_path: Path) -> None:
    """Its note names both: all further leads waited for an export of leads that there were none of."""
    note = '"2014-09-03 08:49 · Kalle · Sell note 61000011<br>Called"'
    sell = after_a_lap(tmp_path, notes=f"ID,Content,Deal ID,Lead,Lead ID\n9,{note},5,Roof,aa-1\n")
    (sell / "leads.0.csv").write_text("id,last_name,company_name,status\n81000011,Oak,Oak Ltd,New\n")

    run = transform(sell, pipedrive=tmp_path / "pipedrive", mapping=CALLED_EMPTY, trial=0, rehearse=False)

    assert "not_empty_in_pipedrive" not in run.issues["code"]
    assert run.tables["leads"].height == 1


@pytest.mark.parametrize(("cell", "some"), [("NaN", False), ("inf", False), ("1,204", True), ("0.0", False)])
def test_a_count_is_read_as_it_is_printed(tmp_path: Path, cell: str, some: bool) -> None:
    counted = COMPANY.format(",Won deals", f',"{cell}"')
    sell = after_a_lap(tmp_path, deals=None, notes=None, organizations=counted)

    run = transform(sell, pipedrive=tmp_path / "pipedrive", mapping=CALLED_EMPTY, trial=0, rehearse=False)

    assert ("not_empty_in_pipedrive" in run.issues["code"]) == some


@pytest.mark.parametrize(
    "lists",
    [
        {"notes": None},
        {"notes": None, "organizations": COMPANY.format(",Open deals,Closed deals", ",0,")},
        {"notes": 'ID,Content,Deal ID\n9,"Called, of ours",5\n'},
        {"deals": "ID,Title\n", "notes": NOTES.format(5)},
        {"deals": "ID,Title\n5,Somebody's own\n"},
    ],
    ids=["nothing told", "none counted", "typed", "shown to be empty", "an export was given"],
)
def test_what_nothing_denies_is_empty_as_the_mapping_says(
    tmp_path: Path, lists: dict[str, str | None]
) -> None:
    sell = after_a_lap(tmp_path, **{"deals": None, **lists})

    run = transform(sell, pipedrive=tmp_path / "pipedrive", mapping=CALLED_EMPTY, trial=0, rehearse=False)

    assert "not_empty_in_pipedrive" not in run.issues["code"]
    assert run.tables["deals"].height == 3


# ---- records without a System ID ------------------------------------------------------------------------


@pytest.mark.parametrize("item", ["organizations", "people", "deals", "leads", "activities", "notes"])
def test_records_whose_system_id_is_blank_hold_their_list_back(
    item: str, moved: Moved, tmp_path: Path
) -> None:
    """All of them counted as one record: the others were said to be written by the next lap, and were."""
    exports = moved.edited(tmp_path / "e", item, lambda frame: frame.with_columns(blank_id(frame.columns)))

    lap = transform(moved.source, pipedrive=exports, trial=0, rehearse=False)
    proof = verify(moved.source, exports)

    name = {"people": "persons"}.get(item, item)
    told = lap.issues.filter(pl.col("code") == "system_ids_blank")
    assert told["message"].str.contains(f"in the export of {name}").to_list() == [True]
    assert not lap.summary()["rows_out"].sum()
    mine = proof.missing.filter(pl.col("item") == name)
    said = f"the export of {name} has records without System IDs (its column ID is blank)"
    assert mine["reason"].unique().to_list() == [said]
    assert not proof.links.filter(
        pl.col("expected_system_id").is_null() & pl.col("expected").is_not_null()
    ).height


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda frame: frame.filter(pl.col("Deal - Zendesk Sell ID") != "21"), "lacks some of its records"),
        (
            lambda frame: frame.with_columns(pl.lit("").alias("Deal - Zendesk Sell ID")),
            "has no Sell id in any",
        ),
    ],
)
def test_a_proof_says_what_an_export_lacks_that_was_given(
    edit: Edit, said: str, moved: Moved, tmp_path: Path
) -> None:
    """It was said that no export of deals says which of them are there."""
    missing = verify(moved.source, moved.edited(tmp_path / "e", "deals", edit)).missing

    assert set(missing["entity"]) == {"deals"}
    assert missing["reason"].str.contains(said, literal=True).all()


def blank_id(columns: Sequence[str]) -> pl.Expr:
    own = next(column for column in columns if column.split(" - ")[-1] == "ID")
    return pl.lit(None, dtype=pl.String).alias(own)


def test_a_blank_line_in_an_export_is_no_record(tmp_path: Path) -> None:
    held = given(tmp_path, deals=f"{DEALS},Zendesk Sell ID\n7,Roof,Won,70001\n,,,\n")

    assert held.raw["deals"].height == 1
    assert held.readable == {"deals"}


def test_a_pipedrive_that_shows_ours_without_system_ids_only_has_ours(tmp_path: Path) -> None:
    """Else the next lap would be a first one."""
    held = given(tmp_path, deals=f"{DEALS},Zendesk Sell ID\n,Roof,Won,70001\n,Wall,Won,\n")

    assert held.has_ours
    assert (held.idless, held.readable) == ({"deals"}, frozenset())

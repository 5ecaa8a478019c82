"""Custom fields of one name, or nearly: the name that one of them has in Pipedrive is its own for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from zsell_transform import transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import verify
from zsell_transform.transformers.custom import unique_names

Account = dict[str, pl.DataFrame]
CONTACT, CUSTOMER = "custom (contact) Colour", "custom (prospect/customer) Colour"


def people(columns: list[str], *cells: tuple[str | None, ...]) -> Account:
    """People with these custom columns; of each person the cells."""
    ids = [str(n) for n in range(1, len(cells) + 1)]
    frame = pl.DataFrame(
        {
            "id": ids,
            "is_organisation": ["false"] * len(ids),
            "name": [f"Person {n}" for n in ids],
            "email": [f"p{n}@x.example" for n in ids],
        }
    )
    custom = pl.DataFrame(list(cells), schema=dict.fromkeys(columns, pl.String), orient="row")
    return {"contacts": frame.hstack(custom)}


def lap(account: Account, place: Path, held: Rehearsal | None = None, previous: Path | None = None) -> Path:
    """A lap's folder; what Pipedrive holds before it lies beside, where there is any."""
    given: dict[str, Any] = {"mapping": {"empty_in_pipedrive": ["organizations", "deals", "leads"]}}
    if held is not None:
        held.export(place.parent / f"{place.name}_pipedrive")
        given["pipedrive"] = place.parent / f"{place.name}_pipedrive"
    transform(account, place, previous=previous, trial=0, rehearse=False, **given)
    return place


def colours(path: Path) -> list[dict[str, str]]:
    """By rows, what a file says of fields that are called something like Colour."""
    frame = pl.read_csv(path, infer_schema=False)
    rows = frame.select(pl.col("^(?i)person - colour.*$")).to_dicts()
    return [{name: cell for name, cell in row.items() if cell} for row in rows]


def test_a_twin_that_comes_later_takes_no_name_that_is_given(tmp_path: Path) -> None:
    """`Colour` of Pipedrive's took the values of two fields of Sell's, of new people and of those there."""
    before = people([CUSTOMER], ("red",), ("blue",))
    after = people([CONTACT, CUSTOMER], (None, "red"), ("tall", "blue"), ("short", "green"))
    first = lap(before, tmp_path / "lap_1")
    held = rehearse(first)

    second = lap(after, tmp_path / "lap_2", held, previous=first)

    assert colours(second / "2-persons.csv") == [{"Person - Colour": "green", "Person - Colour (2)": "short"}]
    assert colours(second / "updates/2-persons.csv") == [{"Person - Colour (2)": "tall"}]
    told = pl.read_csv(second / "issues.csv", infer_schema=False)
    assert not {"emptied_in_sell", "changed_in_both"} & set(told["code"])
    renamed = told.filter(pl.col("code") == "custom_field_renamed")
    assert renamed["field"].to_list() == [CONTACT]


def test_a_name_stays_through_several_earlier_runs(tmp_path: Path) -> None:
    """The order of columns no longer says what the second run called them: its manifest does."""
    first = lap(people([CUSTOMER], ("red",)), tmp_path / "lap_1")
    held = rehearse(first)
    second = lap(
        people([CONTACT, CUSTOMER], (None, "red"), ("short", "green")), tmp_path / "lap_2", held, first
    )
    held = rehearse(second, held)

    third = lap(
        people([CONTACT, CUSTOMER], ("tall", "red"), ("short", "grey")), tmp_path / "lap_3", held, second
    )

    assert colours(third / "updates/2-persons.csv") == [
        {"Person - Colour": "red", "Person - Colour (2)": "tall"},
        {"Person - Colour": "grey", "Person - Colour (2)": "short"},
    ]
    assert "fields" not in json.loads((first / "manifest.json").read_text())
    names = json.loads((second / "manifest.json").read_text())["fields"]["contacts"]
    assert names == {CUSTOMER: "Colour", CONTACT: "Colour (2)"}


def test_the_order_of_columns_is_no_change(tmp_path: Path) -> None:
    """Each value counted as one that was given to the other field, and was written where that was blank."""
    columns = ["custom COLOUR", "custom Colour"]
    account = people(columns, ("a", "b"), (None, "d"))
    first = lap(account, tmp_path / "lap_1")
    turned = {
        "contacts": account["contacts"].select("id", "is_organisation", "name", "email", *columns[::-1])
    }

    second = lap(turned, tmp_path / "lap_2", rehearse(first), previous=first)

    assert not (second / "updates").exists()
    assert not list(second.glob("[1-6]-*"))
    told = pl.read_csv(second / "issues.csv", infer_schema=False)
    assert "changed_in_both" not in told["code"].to_list()


@pytest.mark.parametrize(
    ("earlier", "columns", "names"),
    [
        # As other kinds of exports call the same field.
        ({CUSTOMER: "Colour"}, ["Colour"], {"Colour": "Colour"}),
        ({"Size": "Size (Sell)"}, ["custom (contact) Size"], {"custom (contact) Size": "Size (Sell)"}),
        # What is gone may have left its values there.
        ({CUSTOMER: "Colour"}, [CONTACT], {CUSTOMER: "Colour", CONTACT: "Colour (2)"}),
        ({"custom Bay": "Bay"}, ["custom BAY"], {"custom Bay": "Bay", "custom BAY": "BAY (2)"}),
        # Which of two it is, nobody knows.
        (
            {CONTACT: "Colour", CUSTOMER: "Colour (customer)"},
            ["Colour"],
            {CONTACT: "Colour", CUSTOMER: "Colour (customer)", "Colour": "Colour (2)"},
        ),
        # A date-time is two fields.
        ({"Due": "Due"}, ["Due (time)"], {"Due": "Due", "Due (time)": "Due (time) (2)"}),
        ({CONTACT: "Colour"}, [CUSTOMER, CONTACT], {CONTACT: "Colour", CUSTOMER: "Colour (customer)"}),
    ],
)  # fmt: skip
def test_new_columns_are_named_after_those_of_the_earlier_run(
    earlier: dict[str, str], columns: list[str], names: dict[str, str]
) -> None:
    assert unique_names(columns, "persons", earlier) == names


# --- without an earlier run ---------------------------------------------------------------------------------


def test_without_an_earlier_run_the_values_there_say_which_twin_a_field_is(tmp_path: Path) -> None:
    """`Colour` of Pipedrive's took the values of the field that was added in Sell."""
    held = rehearse(lap(people([CUSTOMER], ("red",), ("blue",), ("pink",)), tmp_path / "lap_1"))
    after = people([CONTACT, CUSTOMER], (None, "red"), (None, "blue"), (None, "pink"), ("short", "green"))

    second = lap(after, tmp_path / "lap_2", held)

    assert colours(second / "2-persons.csv") == [{"Person - Colour": "green", "Person - Colour (2)": "short"}]
    rehearse(second, held).export(tmp_path / "there")
    assert verify(after, tmp_path / "there").complete


@pytest.mark.parametrize("order", [1, -1])
def test_a_proof_takes_twins_as_the_values_show_them(order: int, tmp_path: Path) -> None:
    """Names went by the order of columns, which is another one in each export."""
    columns = ["custom COLOUR", "custom Colour"]
    account = people(columns, ("1", "5"), ("2", "6"), ("3", None), (None, "8"))
    held = rehearse(lap(account, tmp_path / "lap_1"))
    held.export(tmp_path / "there")
    now = account["contacts"].select("id", "is_organisation", "name", "email", *columns[::order])

    assert verify({"contacts": now}, tmp_path / "there").complete

    other = pl.when(pl.col("id") == "2").then(pl.lit("9")).otherwise("custom Colour")
    proof = verify({"contacts": now.with_columns(other.alias("custom Colour"))}, tmp_path / "there")
    assert proof.differing.select("source_id", "sell", "pipedrive").rows() == [("2", "9", "6")]


def test_twins_that_most_values_are_against_are_left_as_their_order_names_them(tmp_path: Path) -> None:
    """One value that two fields have in common proves nothing."""
    columns = ["custom COLOUR", "custom Colour"]
    held = rehearse(lap(people(columns, ("1", "5"), ("2", "6"), ("3", "7")), tmp_path / "lap_1"))
    held.export(tmp_path / "there")

    proof = verify(people(columns, ("5", "0"), ("0", "0"), ("0", "0")), tmp_path / "there")

    assert sorted(proof.differing["field"].unique()) == ["Person - COLOUR", "Person - Colour (2)"]


def test_what_people_changed_in_pipedrive_makes_no_twin_of_another(tmp_path: Path) -> None:
    """One value was alike across two fields by chance: names changed places, and the proof was content."""
    account = people([CONTACT, CUSTOMER], ("low", "high"), *[("low", None)] * 4)
    held = rehearse(lap(account, tmp_path / "lap_1"))
    held.export(tmp_path / "there")
    path = tmp_path / "there" / "people-1.csv"
    there = pl.read_csv(path, infer_schema=False)
    header, twin = "Person - Colour", "Person - Colour (customer)"
    there.with_columns(pl.lit("high").alias(header), pl.col(twin).replace("high", "top")).write_csv(path)

    proof = verify(account, tmp_path / "there")

    assert proof.differing["field"].value_counts(sort=True).rows() == [(header, 5), (twin, 1)]


def test_a_field_of_pipedrives_own_is_no_twin(tmp_path: Path) -> None:
    """Its values were taken for those of a custom field, and a row had one header twice."""
    twins = ["custom (contact) Job title", "custom (prospect/customer) Job title"]
    account = people(twins, ("a", None), ("b", None), ("c", None))
    held = rehearse(lap(account, tmp_path / "lap_1"))
    held.export(tmp_path / "there")
    path = tmp_path / "there" / "people-1.csv"
    there = pl.read_csv(path, infer_schema=False)
    there.with_columns(pl.col("Person - Job title (2)").alias("Person - Job title")).write_csv(path)

    assert verify(account, tmp_path / "there").complete


# --- leads have the fields of deals -----------------------------------------------------------------------


def sales(deals: dict[str, str], *leads: dict[str, str]) -> Account:
    """Three deals with these custom values, and leads with theirs."""
    rows = [{"id": str(n), "name": f"Deal {n}", "company_name": "Gull", **deals} for n in range(21, 24)]
    people = [{"id": str(31 + n), "last_name": f"Reef {n}", **cells} for n, cells in enumerate(leads)]
    return {"deals": pl.DataFrame(rows), "leads": pl.from_dicts(people, infer_schema_length=None)}


def own(run: Any, item: str) -> list[str]:
    return [column for column in run.tables[item].columns if "colour" in column.lower()]


def test_a_lead_has_the_field_of_its_namesake_among_deals() -> None:
    """`colour` of leads went into `Colour` of deals, beside which deals had `colour (2)`."""
    both = {"custom Colour": "1", "custom colour": "red"}

    run = transform(sales(both, {"custom colour": "blue"}), rehearse=False)

    assert own(run, "deals") == ["Deal - Colour", "Deal - colour (2)"]
    assert own(run, "leads") == ["Lead - colour (2)"]
    fields = run.setup["fields"].filter(pl.col("name").str.contains("(?i)colour"))
    assert sorted(fields.select("item", "name", "sell_field").rows()) == [
        ("deals", "Colour", "custom Colour"),
        ("deals, leads", "colour (2)", "custom colour"),
    ]


@pytest.mark.parametrize(
    ("deals", "leads", "names"),
    [
        (["Colour", "colour"], ["colour", "Colour"], ["colour (2)", "Colour"]),
        (["Colour"], ["colour"], ["colour"]),  # one field, as Pipedrive has only one of such names
        (["Colour"], ["colour", "Colour"], ["colour (2)", "Colour"]),
        (["Fax", "fax"], ["Fax"], ["Fax (3)"]),  # leads have one of Sell's own, and `fax (2)` is of deals
        (["Value"], ["Value"], ["Value (Sell)"]),
        (["Why", "why"], ["Why (2)"], ["Why (2) (2)"]),  # `Why (2)` is the field of `why`
        (["Start"], ["Start (time)"], ["Start (time) (2)"]),  # and `Start (time)` that of the time in `Start`
    ],
)
def test_names_of_leads_follow_those_of_deals(deals: list[str], leads: list[str], names: list[str]) -> None:
    of_deals = unique_names([f"custom {name}" for name in deals], "deals")
    columns = [f"custom {name}" for name in leads]

    found = unique_names(columns, "leads", shared=of_deals)

    assert [found[column] for column in columns] == names


def test_the_name_that_a_lead_s_field_has_in_pipedrive_stays(tmp_path: Path) -> None:
    """An earlier run named leads by their own columns alone; its folder, or the values there, tell of it."""
    both = {"custom Colour": "1", "custom colour": "red"}
    blues = [{"custom colour": shade} for shade in ("navy", "teal", "azure")]
    before = lap(sales(both, *blues), tmp_path / "lap_1")
    for path in before.glob("4-leads*.csv"):
        path.write_text(path.read_text().replace("Lead - colour (2)", "Lead - Colour"))
    manifest = json.loads((before / "manifest.json").read_text())
    assert manifest.pop("fields") == {"leads": {"custom colour": "colour (2)"}}
    (before / "manifest.json").write_text(json.dumps(manifest))
    rehearse(before).export(tmp_path / "exports")
    now = sales(both, *blues, {"custom colour": "plum"})

    for earlier in (before, None):
        run = transform(
            now, pipedrive=tmp_path / "exports", previous=earlier, trial=0, rehearse=False,
            mapping={"empty_in_pipedrive": ["persons"]},
        )  # fmt: skip

        (name,) = own(run, "leads")
        assert (name.lower(), run.tables["leads"][name].to_list()) == ("lead - colour", ["plum"])


def test_no_custom_field_of_deals_says_which_lead_a_deal_was() -> None:
    """A value of it made a lead count as present that was not."""
    assert unique_names(["custom Zendesk Sell lead ID"], "deals") == {
        "custom Zendesk Sell lead ID": "Zendesk Sell lead ID (2)"
    }

"""The trial: few records, closed under links, that show what is special; and the page beside them."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zsell_transform.guide import features
from zsell_transform.guide.features import FEATURES, NAMES
from zsell_transform.guide.story import TRIAL, Story
from zsell_transform.guide.trial import MOST, Trial, choose
from zsell_transform.guide.trial_page import trial_markdown
from zsell_transform.pipedrive.assumptions import ASSUMPTIONS
from zsell_transform.sell.entities import ITEMS

Rows = list[dict[str, Any]]


def frames(**rows: Rows) -> dict[str, pl.LazyFrame]:
    """Files as they are written: text, the Sell id under `_id`, null where a row says nothing."""
    return {
        item: pl.DataFrame(
            given, schema=dict.fromkeys(dict.fromkeys(k for row in given for k in row), pl.String)
        ).lazy()
        for item, given in rows.items()
    }


def linked(*links: tuple[str, str, str, str]) -> pl.DataFrame:
    schema = dict.fromkeys(("item", "id", "target", "target_id"), pl.String)
    return pl.DataFrame(links, schema=schema, orient="row")


def organizations(n: int = 40) -> Rows:
    return [
        {"_id": f"{k:03}", "Organization - Name": f"Firma {k}", "Organization - Address": f"Gatan {k}"}
        for k in range(n)
    ]


def shown(trial: Trial, key: str) -> list[str]:
    return trial.shows.filter(pl.col("shows") == key)["id"].to_list()


def test_features_name_columns_items_and_unsure_facts_that_exist() -> None:
    declared = (
        *features.ORGANIZATIONS,
        *features.PERSONS,
        *features.DEALS,
        *features.LEADS,
        *features.ACTIVITIES,
        *features.NOTES,
    )
    assert len(declared) == len(FEATURES)
    for feature in FEATURES.values():
        assert feature.item in ITEMS
        assert sum((feature.when is not None, feature.same is not None, feature.each is not None)) == 1
        assert set(feature.answers) <= ASSUMPTIONS.keys()


def test_what_is_special_is_found_far_down() -> None:
    rows = organizations(5000)
    rows[4711] |= {"Organization - Labels": "vvs, el", "Organization - Name": "Åkeri Öst"}
    trial = choose(frames(organizations=rows), linked())
    assert len(trial.ids["organizations"]) == 7
    assert shown(trial, "organizations_labels") == shown(trial, "organizations_letters") == ["4711"]
    labels = trial.shows.filter(pl.col("shows") == "organizations_labels").row(0, named=True)
    assert labels["name"] == "Åkeri Öst"
    assert labels["value"] == "Organization - Labels: vvs, el"


def test_ids_are_in_the_order_of_the_file() -> None:
    rows = organizations()[::-1]
    trial = choose(frames(organizations=rows), linked())
    assert trial.ids["organizations"] == sorted(trial.ids["organizations"], reverse=True)


def test_twins_come_together() -> None:
    rows = organizations()
    rows[30]["Organization - Name"], rows[20]["Organization - Name"] = "Itteknik", "itteknik (2)"
    trial = choose(frames(organizations=rows), linked(), limit=3)
    assert shown(trial, "organizations_twins") == ["020", "030"]


def test_a_name_with_brackets_alone_is_no_twin() -> None:
    rows = organizations()
    rows[30]["Organization - Name"] = "Itteknik (Malmö)"
    assert shown(choose(frames(organizations=rows), linked()), "organizations_twins") == []


def test_one_of_each_currency() -> None:
    rows = [
        {"_id": str(k), "Deal - Title": f"Deal {k}", "Deal - Currency of value": "EUR" if k == 70 else "SEK"}
        for k in range(100)
    ]
    values = choose(frames(deals=rows), linked()).shows.filter(pl.col("shows") == "deals_currency")["value"]
    assert set(values) == {"Deal - Currency of value: EUR", "Deal - Currency of value: SEK"}


def test_records_bring_those_they_hang_on() -> None:
    files = frames(
        organizations=organizations(),
        persons=[{"_id": "p", "Person - Name": "Anna", "Organization - Name": "Firma 39"}],
        deals=[{"_id": str(k), "Deal - Title": f"D{k}"} for k in range(9)]
        + [{"_id": "d", "Deal - Title": "X", "Deal - Status": "Won"}],
    )
    links = linked(("deals", "d", "persons", "p"), ("persons", "p", "organizations", "039"))
    trial = choose(files, links, limit=2)
    assert "d" in trial.ids["deals"]
    assert "p" in trial.ids["persons"]
    assert "039" in trial.ids["organizations"]


def test_what_is_in_pipedrive_already_is_not_needed() -> None:
    files = frames(
        notes=[{"_id": "1", "Note - Content": "2014-09-03 08:49 · Kalle Kula · Sell note 1<br>Hej<br>då"}]
    )
    trial = choose(files, linked(("notes", "1", "deals", "77")))
    assert trial.ids == {"notes": ["1"]}
    assert trial.shows["name"][0] == "2014-09-03 08:49 · Kalle Kula · Sell note 1 Hej då"


def test_a_lead_that_joins_a_person_is_told_by_its_link() -> None:
    rows = [{"_id": str(k), "Lead - Title": f"L{k}", "Person - Name": f"P{k}"} for k in range(30)]
    trial = choose(frames(leads=rows), linked(("leads", "17", "persons", "5")))
    assert shown(trial, "leads_joined") == ["17"]


@pytest.mark.parametrize("limit", [0, -1])
def test_no_trial_when_none_is_asked(limit: int) -> None:
    trial = choose(frames(organizations=organizations()), linked(), limit=limit)
    assert not trial.ids
    assert trial.shows.schema == TRIAL


@pytest.mark.parametrize("limit", [1, 7, 10, 99])
def test_never_more_than_ten(limit: int) -> None:
    rows = [
        {"_id": f"p{k}", "Person - Name": f"P{k}", "Organization - Name": f"Firma {k}"} for k in range(40)
    ]
    links = linked(*[("persons", f"p{k}", "organizations", f"{k:03}") for k in range(40)])
    trial = choose(frames(organizations=organizations(), persons=rows), links, limit=limit)
    assert all(0 < len(ids) <= MOST for ids in trial.ids.values())


@st.composite
def accounts(draw: st.DrawFn) -> tuple[dict[str, pl.LazyFrame], pl.DataFrame]:
    """Files of four items with random values and random links, some to records that are not written."""
    words = st.sampled_from(["Anna", "anna (2)", "Åsa", "B", "Won", "a, b", None])
    files: dict[str, Rows] = {}
    columns = {
        "organizations": ["Organization - Name", "Organization - Labels", "Organization - Address"],
        "persons": ["Person - Name", "Person - Label", "Organization - Name"],
        "deals": ["Deal - Title", "Deal - Status", "Deal - Currency of value", "Person - Name"],
        "notes": ["Note - Content", "Deal - Pipedrive System ID"],
    }
    for item, headers in columns.items():
        n = draw(st.integers(0, 25))
        if n:
            files[item] = [
                {"_id": f"{item}{k}"} | {header: draw(words) for header in headers} for k in range(n)
            ]
    below = {
        "persons": ["organizations"],
        "deals": ["persons", "organizations"],
        "notes": ["deals", "persons"],
    }
    links = [
        (item, row["_id"], target, f"{target}{draw(st.integers(0, 30))}")
        for item, targets in below.items()
        for row in files.get(item, [])
        for target in targets
        if draw(st.booleans())
    ]
    return frames(**files), linked(*links)


@settings(max_examples=40, deadline=None)
@given(accounts(), st.integers(1, 10))
def test_the_trial_is_closed_and_small_and_the_same_again(
    account: tuple[dict[str, pl.LazyFrame], pl.DataFrame], limit: int
) -> None:
    files, links = account
    trial = choose(files, links, limit)
    written = {(item, place) for item, frame in files.items() for place in frame.collect()["_id"]}
    chosen = {(item, place) for item, ids in trial.ids.items() for place in ids}
    assert chosen <= written
    assert all(len(ids) == len(set(ids)) <= MOST for ids in trial.ids.values())
    for item, place, target, target_id in links.rows():
        if (item, place) in chosen and (target, target_id) in written:
            assert (target, target_id) in chosen
    assert set(files) == set(trial.ids)
    assert choose(files, links, limit).shows.equals(trial.shows)


# --- trial.md ---------------------------------------------------------------------------------------


def page(**rows: Rows) -> str:
    told = choose(frames(**rows), linked()).shows
    return trial_markdown(Story(trial=told, exports_next=("organizations", "people"), next_target="lap_2"))


def test_the_page_says_what_to_look_for_and_what_to_change() -> None:
    rows = organizations()
    rows[3] |= {"Organization - Labels": "vvs, el"}
    text = page(organizations=rows)
    assert "### Firma 3\n\nSell id `003`" in text
    assert "Here: Organization - Labels: vvs, el." in text
    assert "`labels_as: {organizations: field}`" in text
    assert text.count("All labels arrived") == 1


def test_the_page_says_what_it_does_not_cover_and_the_three_ways_on() -> None:
    text = page(organizations=organizations())
    missing = text.split("## What the trial does not cover")[1].split("## Three ways on")[0]
    points = re.search(r"- Organizations: (.*)\.", missing)
    assert points
    assert "several labels" in points[1].split("; ")
    assert "an address" not in points[1].split("; ")
    assert ASSUMPTIONS["labels_on_merge"].question in missing
    assert ASSUMPTIONS["lead_by_id"].question not in missing  # leads' history has a trial of its own
    ways = text.split("## Three ways on")[1]
    assert re.findall(r"\*\*(\w+)", ways) == ["Revert", "Keep", "Use"]
    assert 'zt.transform("sell_export", "lap_2", pipedrive="pipedrive_export")' in ways
    assert "Export organizations and people from Pipedrive" in ways


def test_names_do_not_become_markdown() -> None:
    text = page(organizations=[{"_id": "1", NAMES["organizations"]: "*AB* [x](y) <b>\nNästa"}])
    assert r"### \*AB\* \[x\](y) \<b\> Nästa" in text

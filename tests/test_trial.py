"""The trial: few records, closed under links, that show what is special; and the page beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zsell_transform as zt
from zsell_transform.guide import features, sightings
from zsell_transform.guide.features import FEATURES, Feature, alike, bracketed
from zsell_transform.guide.sightings import CONSIDERED, ORDINARY, VALUES, Sightings, conditions
from zsell_transform.guide.story import TRIAL, Story
from zsell_transform.guide.trial import Record, Trial
from zsell_transform.guide.trial import choose as choose_among
from zsell_transform.guide.trial_page import trial_markdown
from zsell_transform.machine.given import MOST_IN_TRIAL
from zsell_transform.pipedrive.assumptions import ASSUMPTIONS
from zsell_transform.pipedrive.fields import NAMES
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


class Files:
    """What a lap writes, all in memory."""

    def __init__(self, files: dict[str, pl.LazyFrame], links: pl.DataFrame) -> None:
        self.frames = {item: frame.collect() for item, frame in files.items()}
        self.linked = [(row[:2], row[2:]) for row in links.rows()]

    def ids(self, item: str) -> pl.Series:
        return self.frames[item]["_id"]

    def links(self, records: Collection[Record]) -> Iterable[tuple[Record, Record]]:
        there = {(item, place) for item, frame in self.frames.items() for place in frame["_id"]}
        return [(one, other) for one, other in self.linked if one in records and other in there]

    def read(self, item: str, ids: Collection[str]) -> pl.DataFrame:
        return self.frames[item].filter(pl.col("_id").is_in(list(ids)))


def seen(files: Files, limit: int, chunk: int = 50) -> dict[str, Sightings]:
    """What is noted of these rows, passing chunk by chunk."""
    joined = pl.Series([one[1] for one, other in files.linked if (one[0], other[0]) == ("leads", "persons")])
    noted = {
        item: Sightings(
            item, {"all": frame.drop("_id").columns}, min(limit, MOST_IN_TRIAL), joined.cast(pl.String)
        )
        if item == "leads"
        else Sightings(item, {"all": frame.drop("_id").columns}, min(limit, MOST_IN_TRIAL))
        for item, frame in files.frames.items()
    }
    for item, frame in files.frames.items():
        for rows in frame.iter_slices(chunk):
            noted[item].add("all", "companies", rows)
    return noted


def choose(files: dict[str, pl.LazyFrame], links: pl.DataFrame, limit: int = 7) -> Trial:
    lap = Files(files, links)
    return choose_among(seen(lap, limit), lap, limit)


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
    assert all(0 < len(ids) <= MOST_IN_TRIAL for ids in trial.ids.values())


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
    assert all(len(ids) == len(set(ids)) <= MOST_IN_TRIAL for ids in trial.ids.values())
    for item, place, target, target_id in links.rows():
        if (item, place) in chosen and (target, target_id) in written:
            assert (target, target_id) in chosen
    assert set(files) == set(trial.ids)
    assert choose(files, links, limit).shows.equals(trial.shows)


@pytest.mark.parametrize("wishes", [{"single_pass": True}, {"duplicates": {"companies": "merge"}}])
def test_the_files_of_a_trial_hold_whole_rows_and_all_they_name(
    tmp_path: Path, wishes: dict[str, Any], sample: Path
) -> None:
    """Of what a run writes: each row of the trial stands so in the numbered files, and what it names too."""
    made = zt.transform(sample, tmp_path / "lap_1", mapping=wishes, rehearse=False)
    names = set()
    for path in sorted((tmp_path / "lap_1" / "trial").glob("*.csv")):
        item = path.name.split("-")[1].removesuffix(".csv")
        rows = pl.read_csv(path, infer_schema=False)
        several = pl.concat([rows.lazy(), made.scan(item)], how="diagonal").collect()
        assert several.unique().height == made.tables[item].unique().height
        if item == "organizations":
            names = {*rows["Organization - Name"]}
        elif "Organization - Name" in rows.columns:
            assert {*rows["Organization - Name"].drop_nulls()} <= names
    assert names
    assert not made.story.trial["id"].str.contains("<").any()


def test_a_single_pass_has_its_links_by_key_looked_at(sell: Path, tmp_path: Path) -> None:
    """The page said that no record shows history of a person or an organization, while every row did."""
    (sell / "contacts.0.csv").write_text(
        "id,is_organisation,name,email\n1,true,Alfa,\n2,false,Anna Berg,a@x.example\n", encoding="utf-8"
    )
    (sell / "notes.0.csv").write_text(
        "id,content,noteable_type,noteable_id\n40,n1,Contact,1\n41,n2,Contact,2\n", encoding="utf-8"
    )

    zt.transform(sell, tmp_path / "lap_1", mapping={"single_pass": True}, rehearse=False)

    page = (tmp_path / "lap_1" / "trial" / "trial.md").read_text(encoding="utf-8")
    notes, uncovered = page.split("## Notes")[1].split("## What the trial does not cover")
    assert "**About an organization, without a System ID** (not documented)" in notes
    assert "no second person was created. Here: Person - Name: Anna Berg; Person - Email (Work): a@x" in notes
    [told] = [line for line in uncovered.splitlines() if line.startswith("- Notes: ")]
    assert told.startswith("- Notes: about a deal; about a lead; line breaks")


def at_once(feature: Feature, frame: pl.DataFrame) -> set[str]:
    """The ids that a feature offers, asked of the whole table."""
    if feature.each is not None:
        groups = frame.drop_nulls(feature.each).group_by(feature.each).agg(pl.len(), pl.col("_id").min())
        return set(groups.sort("len", feature.each, descending=[True, False])["_id"].head(VALUES))
    if feature.same is None:
        condition = conditions(feature.item, frame.columns)[feature.key]
        return set(frame.filter(condition)["_id"].head(CONSIDERED))
    named = frame.drop_nulls(feature.same).with_columns(key=alike(feature), brackets=bracketed(feature))
    firsts: list[tuple[str, str]] = []
    for (_,), group in named.group_by("key"):
        apart = group.filter("brackets") if feature.twin else group
        others = group.filter(~pl.col("brackets")) if feature.twin else group.clear()
        first, last = apart["_id"].min(), others["_id"].min() or group["_id"].max()
        firsts += [(str(first), str(last))] if apart.height and first != last else []
    return set(min(firsts, default=()))


@settings(max_examples=60, deadline=None)
@given(accounts(), st.integers(1, 9), st.integers(1, 30))
def test_noting_chunk_by_chunk_finds_what_the_whole_table_has(
    account: tuple[dict[str, pl.LazyFrame], pl.DataFrame], first_look: int, chunk: int
) -> None:
    files = Files(*account)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sightings, "FIRST_LOOK", first_look)
        noted = seen(files, limit=4, chunk=chunk)
    for item, frame in files.frames.items():
        found = noted[item].found()
        pairs = {
            one.key: set().union(*noted[item].pairs(one.key, files.ids(item))[:1])
            for one in FEATURES.values()
            if one.same is not None
        }
        assert found[ORDINARY] == frame["_id"].head(4).to_list()
        for feature in FEATURES.values():
            if feature.item == item and (feature.key in found or feature.same in frame.columns):
                asked = pairs[feature.key] if feature.same else set(found[feature.key])
                assert asked == at_once(feature, frame)


def test_of_several_parts_the_first_rows_are_those_of_the_first_file() -> None:
    noted = Sightings("persons", {"a": ["Person - Name"], "b": ["Person - Name", "Organization - Name"]}, 2)
    rows = pl.DataFrame({"_id": ["1", "2", "3"], "Person - Name": "P", "Organization - Name": "O"})
    noted.add("b", "contacts", rows)
    noted.add("a", "contacts", rows.with_columns(_id=pl.lit("a") + pl.col("_id")))
    assert noted.found()[ORDINARY] == ["a1", "a2"]
    assert noted.found()["persons_organization"] == ["1", "2", "3"]  # the column does not stand in part a
    assert noted.found()["persons_alone"] == ["a1", "a2", "a3"]


def test_equal_checksums_are_not_enough_for_a_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "checksum", lambda _: pl.repeat(7, pl.len(), dtype=pl.UInt64))
    files = Files(frames(organizations=organizations(6)), linked())
    noted = seen(files, limit=3)
    assert noted["organizations"].pairs("organizations_same", files.ids("organizations"))
    assert shown(choose_among(noted, files, 3), "organizations_same") == []


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
    text = page(organizations=[{"_id": "1", NAMES["organizations"]: "*AB* [x](y) ~~z~~ <b>\nNästa"}])
    assert r"### \*AB\* \[x\](y) \~\~z\~\~ \<b\> Nästa" in text


def test_entities_of_html_are_text() -> None:
    """Sell exports some fields so; before, `R&amp;D` was shown as `R&D`, a name that no field had."""
    text = page(organizations=[{"_id": "1", NAMES["organizations"]: "R&amp;D &lt;b&gt; & Co; &#38;"}])
    assert r"### R\&amp;D \&lt;b\&gt; & Co; &\#38;" in text


def test_ids_made_of_names_do_not_become_markdown() -> None:
    """A backtick ended the code, and what stood behind it was HTML; a mark turned the line around."""
    text = page(organizations=[{"_id": "A`<img>`\u202ec", NAMES["organizations"]: "\u2067AB"}])
    assert "Sell id `` A`<img>`c ``" in text
    assert "### AB\n" in text


def test_the_checks_of_the_sample_are_true(sample: Path, tmp_path: Path) -> None:
    """They spoke of tags, of a lead's day in the wrong field, of people without their company."""
    zt.transform(sample, tmp_path / "lap_1", rehearse=False)
    page = (tmp_path / "lap_1" / "trial" / "trial.md").read_text(encoding="utf-8")
    assert "Wants to subcontract. / Will not work on Fridays.\n" in page
    assert "br\\>" not in page
    assert ".. " not in page
    assert "The day is in the field “Created in Sell”" in page
    assert "A person without an organization" not in page
    assert "in a copy of this page" in page


@pytest.mark.parametrize("trial", [-1, 11, 99, "3"])
def test_a_trial_has_at_most_ten_records(trial: Any) -> None:
    """The command line refused 99; Python took it in silence and chose ten."""
    people = pl.DataFrame({"id": ["1"], "name": ["Ada Quill"]})
    with pytest.raises(zt.ZsellError, match=rf"trial must be 0 to 10 .*, not {trial!r}"):
        zt.transform({"contacts": people}, trial=trial)

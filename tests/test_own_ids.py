"""Sell's ids in Pipedrive: whatever an id and what stands beside it, it is read as it was written."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import zsell_transform as zt
from tests.drafts import made
from zsell_transform.ids import exact
from zsell_transform.pipedrive.own_ids import mark, sell_id_cell, split_ids
from zsell_transform.proof.skips import read_skip_files
from zsell_transform.sell.entities import HISTORY, TARGETS, mark_of

#: Text as a cell may hold it: outer spaces are cut off when it is read.
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20).map(str.strip)
WORDS = st.sampled_from(["", "Special type", "Restricted", "· Sell note 9", "Sell text 9", "a <b> &", "%20"])
IDS = TEXTS.filter(lambda text: bool(text) and not text.startswith("'"))


@given(
    st.sampled_from(HISTORY),
    IDS | st.sampled_from(["7", "T 1", "T  1", "T<3>", "a&lt;b", "50%", "%20", "\u2003x", "1 · restricted"]),
    TEXTS,
    TEXTS | WORDS,
    st.booleans(),
)
@example("notes", "1", "", "x" * 3000, True)
@example("notes", "1", "Kalle\nKula", "two\r\nlines", False)
@example("tasks", "x" * 3000, "", "", False)
def test_what_is_written_is_recognised(entity: str, id_: str, user: str, word: str, flagged: bool) -> None:
    """A record whose mark is not found again is written once more by every lap."""
    if not (id_ := id_.strip()):
        return
    cells = {"id": id_, "owner": user, "type": word, "is_important": str(flagged), "incoming": str(flagged)}
    (row,) = made(entity, {name: cell or None for name, cell in {**cells, "content": word}.items()})
    item = TARGETS[entity]
    text = row["Note - Content" if item == "notes" else "Activity - Note"]

    assert pl.select(mark(item, pl.lit(text))).item() == mark_of(entity) + id_


def test_headings_of_before_are_still_known() -> None:
    heading = "2014 · K · Sell note 226 · restricted · important<br>Hi"

    assert pl.select(mark("notes", pl.lit(heading))).item() == "Sell note 226"


@given(st.lists(st.text("0123456789,;/|% :-ab.", min_size=1, max_size=14), min_size=1, max_size=3))
@example(["7,8"])
@example(["12345/67890", "5"])
@example(["7%2C8", "100%"])
@example(["2019/001"])
@example(["name:joe's pizza, 10001"])
@example(["41000001", "name:haus 4; 10115", "41000002"])
@example(["name:pan, email: pan@x.example", "name:5%2C off", "41000007"])
@example(["11", "3.0.1"])
@example(["1/2.0", "7.0.2"])
@example(["3.0/2", "7"])
def test_ids_in_one_cell_are_read_as_they_were_written(ids: list[str]) -> None:
    known = pl.DataFrame({"id": ids}).select(exact(pl.col("id").str.strip_chars())).filter(pl.col("id") != "")
    cell = ", ".join(known.select(sell_id_cell(pl.col("id")))["id"].to_list())
    back = pl.DataFrame({"cell": [cell]}).select(split_ids(pl.col("cell"))).item()

    assert not known.height or back.to_list() == known["id"].to_list()


@pytest.mark.parametrize("id_", ["7", "98", "name:peter, paul", "email:a,b@x.example", "2019/2020", "T 1"])
def test_ids_that_need_nothing_stay_as_they_are(id_: str) -> None:
    assert pl.DataFrame({"id": [id_]}).select(sell_id_cell(pl.col("id"))).item() == id_


@pytest.mark.parametrize(
    "ids",
    [
        ["1", "2", "3", "4", "name:acme, 5 co"],
        [*(f"{n}" for n in range(1, 10)), "name:acme"],
        [*(f"4100000{n}" for n in range(1, 10)), "name:acme"],
        ["name:acme", *(f"4100000{n}" for n in range(1, 10))],
        ["2019/001", "name:acme"],
        ["name:lind/22222"],
        ["name:acme", "22222", "name:lind"],
        ["name:5% off", "22222"],
    ],
)
def test_ids_beside_a_name_are_parted(ids: list[str]) -> None:
    """Of long and short numbers, before and behind it; what it holds itself parts nothing."""
    cell = ", ".join(ids)

    assert pl.DataFrame({"cell": [cell]}).select(split_ids(pl.col("cell"))).item().to_list() == ids


@pytest.mark.parametrize("cell", ["11111,", "11111, ", ",11111", "11111,,", " , 11111 ,"])
def test_what_parts_nothing_is_no_id(cell: str) -> None:
    """A comma that somebody left behind an id stood for a blank one, on several records."""
    assert pl.DataFrame({"cell": [cell]}).select(split_ids(pl.col("cell"))).item().to_list() == ["11111"]


def test_blanks_between_ids_are_none() -> None:
    cells = pl.DataFrame({"cell": ["11111,,22222", "11111, ,, 22222,", "name:a,,b", None]})

    found = cells.select(split_ids(pl.col("cell"))).to_series().to_list()

    assert found == [["11111", "22222"], ["11111", "22222"], ["name:a,,b"], None]


def test_a_list_made_by_hand_comes_to_an_end(tmp_path: Path) -> None:
    """Ids with blanks, signs and commas, notes with several words in their heading: two laps."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "contacts.0.csv").write_text(
        "id,is_organisation,name,first_name,last_name,organisation_name,email\n"
        '"7,8",false,C D,C,D,,c@x.example\n'
    )
    (source / "tasks.0.csv").write_text(
        'content,owner,date,id,taskable_id,taskable_type\nX,K,2020-01-01,T 1,"7,8",Contact\n'
        'Y,K,2020-01-01,T<3>,"7,8",Contact\n'
    )
    (source / "notes.0.csv").write_text(
        "id,noteable_type,noteable_id,content,owner,created_at,type,is_important\n"
        'N 1,Contact,"7,8",hi,K,2020-01-01T00:00:00Z,Special type,true\n'
    )
    first = zt.transform(source, tmp_path / "1", progress=False, trial=0, rehearse=False)
    there = zt.rehearse(tmp_path / "1")
    there.export(tmp_path / "pd1")
    second = zt.transform(
        source, tmp_path / "2", pipedrive=tmp_path / "pd1", progress=False, trial=0, rehearse=False
    )
    zt.rehearse(tmp_path / "2", there).export(tmp_path / "pd2")
    third = zt.transform(
        source, tmp_path / "3", pipedrive=tmp_path / "pd2", progress=False, trial=0, rehearse=False
    )

    assert [first.tables["persons"].height, second.tables["persons"].height] == [1, 0]
    assert [second.tables["activities"].height, second.tables["notes"].height] == [2, 1]
    assert third.complete
    assert zt.verify(source, tmp_path / "pd2").missing.height == 0


def test_a_skip_file_names_records_by_their_ids_in_sell(tmp_path: Path) -> None:
    (tmp_path / "skipped.csv").write_text(
        "Person - Name,Person - Zendesk Sell ID,Activity - Note,Skip reason\n"
        'C D,7%2C8,,No reason\nE F,"5, 6",,No reason\n,,hi<br>Sell task T%201,No reason\n'
    )

    assert read_skip_files(tmp_path / "skipped.csv")["source_id"].to_list() == ["7,8", "5, 6", "T 1"]

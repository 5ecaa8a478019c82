"""Texts are looked up by their hashes: faster, and never otherwise than by the texts themselves."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.accounts import random_account
from tests.loop import run_loop
from tests.sell_graph import expected
from zsell_transform.details import Details
from zsell_transform.frames import pieces
from zsell_transform.frames import positions as positions_
from zsell_transform.frames.positions import firsts, positions, repeated, shared
from zsell_transform.mapping import Mapping
from zsell_transform.migration import transform
from zsell_transform.pipedrive import keys
from zsell_transform.survey import study
from zsell_transform.transformers import draft


def text(*values: str | None) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


def collide(patch: pytest.MonkeyPatch) -> None:
    """All hashes are the same from now on."""
    patch.setattr(pl.Series, "hash", lambda self, *_: pl.repeat(7, self.len(), dtype=pl.UInt64, eager=True))
    patch.setattr(pl.Expr, "hash", lambda self, *_, **__: self.is_not_null().cast(pl.UInt64))


@pytest.mark.parametrize("colliding", [False, True], ids=["by hash", "all hashes collide"])
def test_a_text_is_found_where_it_stands(colliding: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if colliding:
        collide(monkeypatch)

    assert positions(text("b", "x", None, "a", "b"), text("a", "b")).to_list() == [1, None, None, 0, 1]
    assert positions(text("a", "b"), text("b", "a", "b")).to_list() == [1, 0]  # the first of two
    assert positions(text(None, "a"), text("a", None)).to_list() == [None, 0]
    assert positions(text("x"), text("a")).to_list() == [None]


def test_nothing_is_found_among_nothing() -> None:
    assert positions(text("a", None), text()).to_list() == [None, None]
    assert positions(text(), text("a")).to_list() == []
    assert positions(text(None), text("a")).dtype == pl.UInt32


def test_repeated_numbers_are_told_once() -> None:
    assert repeated(pl.Series([3, 1, 3, 2, None, 3, 1, None])).sort().to_list() == [1, 3]
    assert repeated(pl.Series([], dtype=pl.UInt64)).to_list() == []


@pytest.mark.parametrize("colliding", [False, True], ids=["by hash", "all hashes collide"])
def test_of_what_stands_twice_the_first_row_counts(colliding: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows without a value are nobody's, also where there are several."""
    if colliding:
        collide(monkeypatch)

    rows = pl.DataFrame({"id": ["a", None, "b", "a", None, "c", "b"], "n": range(7)})
    assert firsts(rows, "id").rows() == [("a", 0), ("b", 2), ("c", 5)]
    assert firsts(rows.head(3), "id").rows() == [("a", 0), ("b", 2)]
    assert firsts(rows.clear(), "id").height == 0


def of_sell(*rows: tuple[str, str | None, str | None, str | None, str | None]) -> pl.DataFrame:
    columns = ("id", "name", "email", "work", "mobile")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row").with_columns(
        place=pl.lit(None, dtype=pl.String)
    )


def in_pipedrive(*rows: tuple[str, str, list[str], list[str], str | None]) -> pl.DataFrame:
    several = pl.List(pl.String)
    schema = {"system_id": pl.String, "name": pl.String, "emails": several, "phones": several}
    return pl.DataFrame(rows, schema={**schema, "sell_id": pl.String}, orient="row").with_columns(
        place=pl.lit(None, dtype=pl.String)
    )


def test_who_came_back_as_written_is_looked_at_once_with_the_same_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second look at a person finds nothing new; one that was changed in Pipedrive needs it."""
    sell = of_sell(
        ("1", "Ada Moss", "ada@moss.example", "123", "456"),
        ("2", "Bo Fern", None, "7, 8", None),
        ("3", "Cy Reed", "cy@reed.example", None, None),
        ("4", "Cy Reed", "old@reed.example", "9", None),
        ("5", "Bo Fern", None, "78", None),
        ("6", "Di Rush", "di@rush.example", None, None),
        ("7", "Di Rush", "new@rush.example", None, None),
    )
    there = in_pipedrive(
        ("10", "Ada Moss", ["ada@moss.example"], ["123", "456"], "1"),
        ("11", "Bo Fern", [], ["7", "8"], "2"),
        ("12", "Cy Reed", ["cy@reed.example"], [], "3"),
        ("13", "Di Rush", ["new@rush.example"], [], "6"),
        ("14", "Cy Reed", ["old@reed.example"], [], None),
    )

    def known() -> keys.Keys:
        return keys.persons(sell, there, lambda uids: text(*[None] * uids.len()), merge=False)

    once = known()
    monkeypatch.setattr(keys, "held_as_written", lambda *_: pl.lit(value=False))
    twice = known()

    assert once.frame.equals(twice.frame)
    assert once.collisions.equals(twice.collisions)
    # The phone of 2 is that of 5 as it was written, and the address of 7 is that of 6 as Pipedrive has it.
    assert once.frame.filter("renamed")["id"].to_list() == ["5", "7"]
    assert once.frame["joins"].to_list() == [None, None, None, "14", None, None, None]


def test_what_two_owners_share_is_told_once() -> None:
    """A person whom Pipedrive holds under the same values shares them with nobody else."""
    values, owners = pl.Series([5, 5, 7, 7, 7, None, None]), pl.Series([1, 1, 2, 3, 2, 1, 2])

    assert shared(values, owners).to_list() == [7]


def test_numbers_are_told_once_in_any_range(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large columns are sorted range by range: what stands at the edges of all of them is found, too."""
    edges = [0, 1, 2**62, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]
    numbers = pl.Series([*edges, None, *reversed(edges), 5, 2**63 + 5, None], dtype=pl.UInt64)
    monkeypatch.setattr(positions_, "_SORTED", 2)

    assert repeated(numbers).sort().to_list() == edges


def test_how_much_is_held_at_once_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same files, and a whole loop without a fault, when all is done in the smallest pieces."""
    account = random_account(8, size=14, districts=3)
    source = account.write(tmp_path / "sell")
    transform(source, tmp_path / "whole")

    for room, size in ((positions_, "_SORTED"), (pieces, "SLICE"), (pieces, "_CELLS"), (keys, "_TRACED")):
        monkeypatch.setattr(room, size, 2)
    transform(source, tmp_path / "pieces")
    course = run_loop(source, tmp_path)

    assert files(tmp_path / "pieces") == files(tmp_path / "whole")
    assert course.against(expected(account)) == ()


@pytest.mark.parametrize("people", [0, 1, 3])
@pytest.mark.parametrize("columns", [("id", "name"), ("id", "name", "email"), ("id",)])
def test_what_is_read_late_has_a_row_for_each_contact(people: int, columns: tuple[str, ...]) -> None:
    """Also where the export has no column for any of it."""
    cells = {c: [f"{c}{n}@x.example" for n in range(people)] for c in columns}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String)).with_columns(
        pl.int_range(people, dtype=pl.UInt32).alias("_n"),
        pl.lit("1").alias("_id"),
        pl.lit("contacts.csv").alias("_file"),
        pl.int_range(people, dtype=pl.Int64).alias("_row"),
    )
    ask = Mapping.load(None)
    names = {"contacts": frame.lazy()}
    contacts = draft("contacts", frame.lazy(), ask, study(names, ask))
    details = Details(contacts, people, contacts)

    emails = [f"email{n}@x.example" for n in range(people)] if "email" in columns else [None] * people
    assert details.values["email"].to_list() == emails
    assert details.values["mobile"].to_list() == [None] * people
    assert details.naming(frame["_n"]).height == people


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def test_hashes_that_collide_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same files, and a whole loop without a fault, when no hash tells any two texts apart."""
    account = random_account(7, size=14, districts=3)
    source = account.write(tmp_path / "sell")
    transform(source, tmp_path / "right")

    collide(monkeypatch)
    transform(source, tmp_path / "collided")
    course = run_loop(source, tmp_path)

    assert len(files(tmp_path / "right")) > 3
    assert files(tmp_path / "collided") == files(tmp_path / "right")
    assert course.against(expected(account)) == ()

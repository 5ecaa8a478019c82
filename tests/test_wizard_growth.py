"""The rehearsal where every row clashes with every other: the same outcome, for no more work than rows.

Nothing here looks at a clock. Work is counted: rows that joins take and give, letters of texts that are taken
apart, and how often the loops look at a value or at a record.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_wizard import READINGS, USUAL, Rows, assert_equal, deal, lap, org, person
from tests.wizard_by_hand import ITEMS, Store, run_by_hand
from zsell_transform.pipedrive.assumptions import Readings
from zsell_transform.pipedrive.wizard import Rehearsal, import_files, merge, rehearse
from zsell_transform.pipedrive.wizard.match import _Organizations
from zsell_transform.pipedrive.wizard.person_loop import Person, PersonLoop

MAILBOX = "info@fern.example"
FIRST_PERSON = 10_000_001


def chained(n: int) -> dict[str, str]:
    """Each shares its e-mail with one neighbour, its phone with the other."""
    return person("Fern", f"e{n // 2}@fern.example", str(1000 + (n + 1) // 2))


#: Shape → the rows of each lap that leads there; a lap is all people, or all of the item in front.
SHAPES: dict[str, Callable[[int], list[tuple[str, Rows]]]] = {
    "one name": lambda n: [("persons", [person("Fern") for _ in range(n)])],
    "one name and e-mail": lambda n: [("persons", [person("Fern", MAILBOX) for _ in range(n)])],
    "a phone each": lambda n: [("persons", [person("Fern", MAILBOX, f"{i}") for i in range(n)])],
    "a label each": lambda n: [("persons", [person("Fern", MAILBOX, label=f"l{i}") for i in range(n)])],
    "one e-mail, many names": lambda n: [("persons", [person(f"F{i}", MAILBOX) for i in range(n)])],
    "a chain": lambda n: [("persons", [chained(i) for i in range(n)])],
    "moving about": lambda n: [("persons", [person("Fern", MAILBOX) | org(f"O{i}") for i in range(n)])],
    "one organization": lambda n: [("organizations", [org("Ash") for _ in range(n)])],
    "its addresses": lambda n: [("organizations", [org("Ash", f"{i}") for i in range(n)])],
    "deals": lambda n: [("deals", [deal("Roof") | person("Fern", MAILBOX, f"{i}") for i in range(n)])],
    "notes by System ID": lambda n: [
        ("persons", [person("Fern", MAILBOX)]),
        (
            "notes",
            [
                {"Note - Content": "Hi"} | person("Fern", MAILBOX, f"{i}", id=str(FIRST_PERSON))
                for i in range(n)
            ],
        ),
    ],
    "renamed to one name": lambda n: [
        ("persons", [person(f"F{i}", MAILBOX) for i in range(n)]),
        ("persons", [person("Fern", MAILBOX, id=str(FIRST_PERSON + i)) for i in range(n)]),
        ("persons", [person("Fern", MAILBOX) for _ in range(n)]),
    ],
    "each has the next one's e-mail": lambda n: [
        ("persons", [person("Fern", f"e{i}@x.example") for i in range(n)]),
        (
            "persons",
            [person("Fern", f"e{i + 1}@x.example", id=str(FIRST_PERSON + i)) for i in range(n)]
            + [person("Fern", "e0@x.example", "7", id=""), person("Fern", "e3@x.example", "7", id="")],
        ),
    ],
}


@attrs.define
class Work:
    rows: int = 0
    letters: int = 0


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """Counts what joins take and give, and the letters of each text that a merge takes apart."""
    work, join = Work(), pl.DataFrame.join

    def joined(self: pl.DataFrame, other: pl.DataFrame, *args: Any, **more: Any) -> pl.DataFrame:
        made = join(self, other, *args, **more)
        work.rows += self.height + other.height + made.height
        return made

    def called(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and frame.f_code.co_filename == merge.__file__:
            text = getattr(function, "__self__", None)
            work.letters += len(text) if isinstance(text, str) else 0

    before = sys.getprofile()
    with monkeypatch.context() as patched:
        patched.setattr(pl.DataFrame, "join", joined)
        sys.setprofile(called)
        try:
            yield work
        finally:
            sys.setprofile(before)


def work_of(shape: str, n: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    laps = [
        lap(folder / f"{n}-{place}", **{item: rows}) for place, (item, rows) in enumerate(SHAPES[shape](n))
    ]
    result: Rehearsal | None = None
    with counted(monkeypatch) as work:
        for one in laps:
            result = rehearse(one, result)
    return work


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_rows_are_twice_the_work(
    shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """8,000 people of one name were paired with each other, and their phones taken apart 8,000 times."""
    few, some, many = (work_of(shape, n, tmp_path, monkeypatch) for n in (50, 250, 450))

    assert many.rows - some.rows <= 1.1 * (some.rows - few.rows)
    assert many.letters - some.letters <= 1.3 * (some.letters - few.letters)


# ---- the loops ------------------------------------------------------------------------------------------


@attrs.define
class Looks:
    n: int = 0


def looked_at(looks: Looks) -> tuple[type[str], type[int]]:
    """Texts and numbers that count how often one of them is looked at."""

    class Text(str):
        __slots__ = ()

        def __hash__(self) -> int:
            looks.n += 1
            return super().__hash__()

        def __eq__(self, other: object) -> bool:
            looks.n += 1
            return super().__eq__(other)

    class Number(int):
        def __hash__(self) -> int:
            looks.n += 1
            return super().__hash__()

        def __eq__(self, other: object) -> bool:
            looks.n += 1
            return super().__eq__(other)

        def __lt__(self, other: int) -> bool:
            looks.n += 1
            return super().__lt__(other)

    return Text, Number


def looks_of_people(n: int, *, erases: bool) -> int:
    """Many records of one name and mailbox, which rows fill, move, empty, rename and seek."""
    looks = Looks()
    text, number = looked_at(looks)
    loop = PersonLoop(Readings.of({"blank_on_id": "erases" if erases else "keeps"}), n)

    def somebody(i: int, name: str = "fern", place: int | None = None) -> Person:
        return Person(name, place, {"Email": {text(f"e:{MAILBOX}")}, "Phone": {text(f"p:{i}")}})

    codes = [number(i) for i in range(n)]
    for code in codes:
        loop.put(code, somebody(code))
    for i in range(n):
        loop.update(codes[0], somebody(n + i, place=i % 7), False, ("Email", "Phone", "Phone (Home)"))
        loop.find(i, somebody(2 * n + i, place=i % 5))
    for code in codes:
        loop.update(code, somebody(code, name="ash"), False, ())
        loop.find(code, somebody(code))
        loop.find(code, somebody(code, name="ash"))
    return looks.n


@pytest.mark.parametrize("erases", [False, True])
def test_a_row_looks_at_few_people(erases: bool) -> None:
    """It looked at all values of the record that it hit, and at all records of its mailbox."""
    few, many = (looks_of_people(n, erases=erases) for n in (100, 800))

    assert many <= 8 * few * 1.6  # a heap of eight times the records has three more storeys


def looks_of_organizations(n: int, readings: dict[str, str]) -> int:
    """Many records of one name, with an address each and without, which rows seek and rename."""
    looks = Looks()
    text, number = looked_at(looks)
    loop = _Organizations(Readings.of(readings), True, n)
    codes = [number(i) for i in range(n)]
    for code in codes:
        loop.put(code, "ash", text(f"{code}") if code % 2 else None)
    for i in range(n):
        loop.find(number(i), "ash", text(f"new {i}"))
        loop.find(number(n + i), "ash", None)
        loop.find(number(2 * n + i), "ash", text(f"{n - i}"))
    for code in codes:
        loop.rename(code, "elm", text(f"elm {code}"))
        loop.find(number(3 * n + code), "ash", text(f"{code}"))
    return looks.n


@pytest.mark.parametrize("bare", ["merge", "separate"])
@pytest.mark.parametrize("blank", ["differs", "matches"])
def test_a_row_looks_at_few_organizations(bare: str, blank: str) -> None:
    """It looked at all records of its name."""
    few, many = (
        looks_of_organizations(n, {"bare_organizations": bare, "blank_address": blank}) for n in (100, 800)
    )

    assert many <= 8 * few * 1.6


# ---- the outcome ----------------------------------------------------------------------------------------

SHARED = st.sampled_from(["", "a@x.example", "b@x.example", "b@x.example, a@x.example", MAILBOX])
NUMBERS = st.sampled_from(["", "1", "2", "2, 1", "1 0", "3, 10"])


@st.composite
def clashing(draw: st.DrawFn, ids: dict[str, list[str]]) -> dict[str, str]:
    """A row of few names and few values, which hangs together with most others."""

    def number(item: str) -> str:
        return draw(st.sampled_from(["", "", *ids[item]])) if ids[item] else ""

    cells = person(
        draw(st.sampled_from(["Fern", "fern ", "Fern", "Ash"])),
        draw(SHARED),
        draw(NUMBERS),
        label=draw(st.sampled_from(["", "l", "m, l", "n, n"])),
        id=number("persons"),
    )
    cells |= {"Person - Phone (Mobile)": draw(NUMBERS), "Person - Email (Home)": draw(SHARED)}
    name = draw(st.sampled_from(["", "", "Ash", "ash"]))
    cells |= org(name, draw(st.sampled_from(["", "Here", "There"])) if name else "")
    if name:
        cells |= {"Organization - Pipedrive System ID": number("organizations")}
    return cells | {"Organization - Labels": "", "Deal - Title": draw(st.sampled_from(["", "Roof"]))}


@pytest.mark.parametrize("readings", [USUAL, READINGS], ids=["usual", "any"])
@settings(max_examples=20)
@given(data=st.data())
def test_clashing_rows_end_as_by_hand(
    tmp_path_factory: pytest.TempPathFactory, readings: st.SearchStrategy[dict[str, str]], data: st.DataObject
) -> None:
    """The plain wizard looks at every record for every row."""
    chosen = data.draw(readings) | {"organization_of_person": "record"}
    result: Rehearsal | None = None
    store: Store = {item: {} for item in ITEMS}
    for _ in range(data.draw(st.integers(1, 3))):
        some = st.lists(clashing({item: list(store[item])[:6] for item in ITEMS}), min_size=2, max_size=14)
        folder = lap(tmp_path_factory.mktemp("lap"), persons=data.draw(some))
        paths, before = sorted(folder.iterdir()), result
        result = rehearse(folder, before, assumptions=chosen)
        looped = import_files(paths, before, Readings.of(chosen), lambda *_: None, loop=True)
        store, log = run_by_hand(paths, store, Readings.of(chosen))
        assert_equal(looped, store, log)
        assert_equal(result, store, log)

"""How a delta reads what another program has written otherwise: by the proof of each export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from zsell_transform import Migration, transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import verify

Account = dict[str, pl.DataFrame]
ALONE = {"empty_in_pipedrive": ["organizations", "persons", "deals", "leads"]}
SIZE, VALUE = "custom Size", "decimal_value"
DAY, CLOSE = "custom Day", "estimated_close_date"
FIELDS = {SIZE: "Deal - Size", VALUE: "Deal - Value", DAY: "Deal - Day", CLOSE: "Deal - Expected close date"}


def deals(**columns: tuple[str | None, ...]) -> Account:
    """Deals 1, 2, 3 … with these cells."""
    ids = [str(n) for n in range(1, 1 + max(map(len, columns.values())))]
    table = {"id": ids, "name": [f"Roof {one}" for one in ids]}
    table |= {name: [*cells, *[None] * (len(ids) - len(cells))] for name, cells in columns.items()}
    return {"deals": pl.DataFrame(table, schema=dict.fromkeys(table, pl.String))}


@attrs.frozen
class Since:
    """A delta: what it writes for each deal under a header, and what it tells."""

    made: Migration
    folder: Path
    held: Rehearsal

    def written(self, header: str, files: str) -> dict[str, str | None]:
        cells: dict[str, str | None] = {}
        for file in sorted(self.folder.glob(files)):
            frame = pl.read_csv(file, infer_schema=False)
            names = frame["Deal - Title"].str.strip_prefix("Roof ")
            if header in frame.columns:
                cells |= {name: cell for name, cell in zip(names, frame[header], strict=True) if cell}
        return cells

    @property
    def told(self) -> list[str]:
        told = self.made.issues.filter(pl.col("severity") != "info")["code"].unique().sort()
        return [code for code in told if code != "placed_under_placeholder" and "mapping" not in code]

    def differing(self, now: Account, mapping: Any, place: Path) -> list[str]:
        """Ids of the deals that the proof finds otherwise once all is uploaded."""
        held = self.held
        for folder in (self.folder, self.folder / "updates"):
            if list(folder.glob("[1-6]-*.csv")):
                held = rehearse(folder, held)
        held.export(place / "after")
        return verify(now, place / "after", mapping=mapping).differing["source_id"].unique().sort().to_list()


def moved(before: Account, place: Path, then: Any = None) -> Rehearsal:
    """Pipedrive after the first lap, which lies in `lap_1` beside its `exports`."""
    transform(before, place / "lap_1", mapping=then, trial=0, rehearse=False)
    held = rehearse(place / "lap_1")
    held.export(place / "exports")
    return held


def changed(now: Account, first: Path, held: Rehearsal, place: Path, mapping: Any = ALONE) -> Since:
    """A delta after the first lap in a folder."""
    made = transform(
        now, place / "delta", pipedrive=first / "exports", previous=first / "lap_1", mapping=mapping,
        trial=0, rehearse=False,
    )  # fmt: skip
    return Since(made, place / "delta", held)


def delta(before: Account, now: Account, place: Path, then: Any = None, mapping: Any = ALONE) -> Since:
    return changed(now, place, moved(before, place, then), place, mapping)


#: Gives the folder of a first lap of a column's cells, and what Pipedrive holds then: many cases share one.
Laps = Callable[[str, tuple[str | None, ...], Any], tuple[Path, Rehearsal]]


@pytest.fixture(scope="module")
def first_lap(tmp_path_factory: pytest.TempPathFactory) -> Laps:
    made: dict[str, tuple[Path, Rehearsal]] = {}

    def lap(column: str, cells: tuple[str | None, ...], then: Any = None) -> tuple[Path, Rehearsal]:
        if (key := repr((column, cells, then))) not in made:
            place = tmp_path_factory.mktemp("first")
            made[key] = place, moved(deals(**{column: cells}), place, then)
        return made[key]

    return lap


COMMA, POINT, WHOLE, EITHER = ("1500,75", "12,5", "7"), ("1500.75", "12.5", "7"), ("1500", "12", "7"), "1.500"
UNDECIDED, UNREADABLE = "undecided_decimal_mark", "unreadable_value"
RETYPED, UNFIT = "field_type_changed", "value_unfit_for_field"

#: Columns, cells then, cells now → deals that are updated, deals that are new, deals that the proof finds
#: otherwise, codes of a custom field, and of a column of Sell's own.
NUMBERS = {
    "comma, point": (COMMA, ("1500.75", "13.5", "7", "2000.99"), {"2": "13.5"}, {"4": "2000.99"}, [], []),
    "point, comma": (POINT, ("1500,75", "13,500", "7", "1.250"), {"2": "13.500"}, {"4": "1250"}, [], []),
    "comma, whole": (COMMA, ("1500", "12", "7", "20"), {"1": "1500", "2": "12"}, {"4": "20"}, [], []),
    "comma, either": (COMMA, (EITHER, "12", "7", "1.250"), {"1": "1500", "2": "12"}, {"4": "1250"}, [], []),
    "point, either": (POINT, (EITHER, "12", "7", "1.250"), {"1": "1.500", "2": "12"}, {"4": "1.250"}, [], []),
    "whole, comma": (WHOLE, ("1500,5", "1.234", "7", "1.250"), {"1": "1500.5", "2": "1234"}, {"4": "1250"},
        [], []),
    "whole, point": (WHOLE, ("1500.5", "1.234", "7", "1.250"), {"1": "1500.5", "2": "1.234"}, {"4": "1.250"},
        [], []),
    "whole, either": (WHOLE, (EITHER, "13", "7", "1.250"), {"2": "13"}, {},
        [RETYPED, UNDECIDED, UNREADABLE, UNFIT], [UNDECIDED, UNREADABLE]),
    "comma, both": (COMMA, ("1500.75", "13,5", "1.234", "9.25"), {"2": "13.5"}, {"4": "9.25"},
        [RETYPED, UNFIT], ["contradicting_numbers", UNREADABLE]),
    "comma, point and a word": (COMMA, ("1500.75", "13.5", "some", "1.234"), {"2": "13.5"}, {"4": "1.234"},
        [RETYPED, UNFIT], [UNREADABLE]),
    "comma, either and a word": (COMMA, (EITHER, "12", "some"), {"1": "1500", "2": "12"}, {},
        [RETYPED, UNFIT], [UNREADABLE]),
    "whole, either and a word": (WHOLE, (EITHER, "13", "some"), {"2": "13"}, {},
        [RETYPED, UNDECIDED, UNFIT], [UNDECIDED, UNREADABLE]),
    "whole and a word, either": (("1500", "12", "some"), (EITHER, "13", "7"), {"2": "13", "3": "7"}, {}, None,
        [UNDECIDED, UNREADABLE]),
}  # fmt: skip


def cases(table: dict[str, Any], custom: str, own: str) -> list[tuple[str, str]]:
    """Each case for a custom field where there is one, and for Sell's own where that is told otherwise."""
    of_custom = [(case, custom) for case, row in table.items() if row[-2] is not None]
    return of_custom + [(case, own) for case, row in table.items() if row[-2] != row[-1]]


@pytest.mark.parametrize(("case", "column"), cases(NUMBERS, SIZE, VALUE))
def test_numbers_are_read_as_each_export_proves(
    case: str, column: str, first_lap: Laps, tmp_path: Path
) -> None:
    """Values of today were read under the decimal mark of then, and overwrote right ones."""
    before, now, updated, new, of_custom, of_own = NUMBERS[case]
    since = changed(deals(**{column: now}), *first_lap(column, before, None), tmp_path)

    assert since.written(FIELDS[column], "updates/*.csv") == updated
    assert since.written(FIELDS[column], "[1-6]-*.csv") == new
    assert since.told == sorted(of_custom if column == SIZE else of_own)


DAY_FIRST, MONTH_FIRST = (
    ("13/04/2026", "05/06/2026", "07/08/2026"),
    ("04/13/2026", "06/05/2026", "08/07/2026"),
)
YEARS = ("2026-04-13", "2026-06-05", "2026-08-07")
OPEN, BLANK = "undecided_date_order", "undecided_date"
#: As above, with what the mapping says of the order (day first, or not) before the cells.
DATES = {
    "month, day": (None, MONTH_FIRST, ("13/04/2026", "05/06/2026", "09/08/2026", "03/02/2026"),
        {"3": "2026-08-09"}, {"4": "2026-02-03"}, [], []),
    "day, month": (None, DAY_FIRST, ("04/13/2026", "06/05/2026", "08/09/2026", "03/02/2026"),
        {"3": "2026-08-09"}, {"4": "2026-03-02"}, [], []),
    "day, years": (None, DAY_FIRST, ("2026-04-13", "2026-06-06", "2026-08-07"), {"2": "2026-06-06"}, {},
        [], []),
    "years, day": (None, YEARS, ("13/04/2026", "06/06/2026", "07/08/2026"), {"2": "2026-06-06"}, {}, [], []),
    "day, either": (None, DAY_FIRST, ("12/04/2026", "05/06/2026", "07/08/2026"), {"1": "2026-04-12"}, {},
        [], []),
    "month, either": (None, MONTH_FIRST, ("12/04/2026", "06/05/2026", "08/07/2026"), {"1": "2026-12-04"}, {},
        [], []),
    "years, either": (None, YEARS, ("2026-04-13", "05/06/2026", "2026-09-09"), {"3": "2026-09-09"}, {},
        [RETYPED, OPEN, UNFIT], [OPEN, BLANK]),
    "years, either, mapped": (True, YEARS, ("2026-04-13", "05/06/2026", "08/08/2026"), {"3": "2026-08-08"},
        {}, [], []),
    "day, either, mapped alike": (True, DAY_FIRST, ("12/04/2026", "05/06/2026", "07/08/2026"),
        {"1": "2026-04-12"}, {}, [], []),
    "day, either, mapped otherwise": (False, DAY_FIRST, ("12/04/2026", "05/06/2026", "07/08/2026"), {}, {},
        [OPEN, UNFIT], [OPEN, BLANK]),
    "day, month, mapped otherwise": (True, DAY_FIRST, ("04/13/2026", "06/05/2026", "08/09/2026"),
        {"3": "2026-08-09"}, {}, [], []),
    "month, day and a word": (None, MONTH_FIRST, ("13/04/2026", "06/06/2026", "soon", "03/02/2026"),
        {"2": "2026-06-06"}, {"4": "2026-02-03"}, [RETYPED, UNFIT], [UNREADABLE]),
    "month, either and a word": (None, MONTH_FIRST, ("04/12/2026", "06/05/2026", "soon"),
        {"1": "2026-04-12"}, {}, [RETYPED, UNFIT], [UNREADABLE]),
    "years, either and a word": (None, YEARS, ("2026-04-13", "05/06/2026", "soon"), {}, {},
        [RETYPED, OPEN, UNFIT], [OPEN, BLANK, UNREADABLE]),
}  # fmt: skip


@pytest.mark.parametrize(("case", "column"), cases(DATES, DAY, CLOSE))
def test_dates_are_read_as_each_export_proves(
    case: str, column: str, first_lap: Laps, tmp_path: Path
) -> None:
    """Values of today were read in the order of then, and day and month were swapped."""
    day_first, before, now, updated, new, of_custom, of_own = DATES[case]
    wish = {} if day_first is None else {"day_first": {"deals": {column.removeprefix("custom "): day_first}}}

    first = first_lap(column, before, wish or None)
    since = changed(deals(**{column: now}), *first, tmp_path, {**ALONE, **wish})

    assert since.written(FIELDS[column], "updates/*.csv") == updated
    assert since.written(FIELDS[column], "[1-6]-*.csv") == new
    assert since.told == sorted(of_custom if column == DAY else of_own)


def test_what_is_alike_either_way_is_read_where_nothing_decides(tmp_path: Path) -> None:
    since = delta(deals(**{DAY: YEARS}), deals(**{DAY: ("05/06/2026", "06/06/2026", "8/8/26")}), tmp_path)

    assert since.written(FIELDS[DAY], "updates/*.csv") == {"2": "2026-06-06", "3": "2026-08-08"}


def test_the_proof_of_another_column_keeps_the_earlier_run_from_deciding(tmp_path: Path) -> None:
    """The file was saved again: what the earlier run proved of another column may be wrong by now."""
    before = deals(**{VALUE: POINT, SIZE: ("1.5", "2.25", "3"), DAY: MONTH_FIRST, CLOSE: MONTH_FIRST})
    now = deals(**{VALUE: COMMA, SIZE: (EITHER, "2", "4"), DAY: ("05/06/2026",) * 3, CLOSE: DAY_FIRST})

    since = delta(before, now, tmp_path)

    assert since.written(FIELDS[VALUE], "updates/*.csv") == {}
    assert since.written(FIELDS[SIZE], "updates/*.csv") == {"2": "2", "3": "4"}
    assert since.written(FIELDS[DAY], "updates/*.csv") == {}
    assert since.written(FIELDS[CLOSE], "updates/*.csv") == {}
    assert {OPEN, UNDECIDED, UNFIT} <= {*since.told}
    told = since.made.issues.filter(pl.col("code") == OPEN)["message"].item()
    assert told.endswith(
        "; left blank; the mapping decides with day_first: {deals: {Day: true}} (false for month first)"
    )


def test_the_mapping_decides_where_the_notation_is_another_one(tmp_path: Path) -> None:
    before = deals(**{DAY: MONTH_FIRST, CLOSE: MONTH_FIRST})
    now = deals(**{DAY: ("05/06/2026", "06/05/2026", "07/08/2026"), CLOSE: DAY_FIRST})

    since = delta(before, now, tmp_path, mapping={**ALONE, "day_first": {"deals": {"Day": True}}})

    assert since.written(FIELDS[DAY], "updates/*.csv") == {"1": "2026-06-05", "2": "2026-05-06"}
    assert since.told == []


def test_a_line_of_the_mapping_that_the_earlier_run_contradicts_is_told(tmp_path: Path) -> None:
    now = deals(**{DAY: ("12/04/2026", "05/06/2026", "07/08/2026")})

    since = delta(
        deals(**{DAY: DAY_FIRST}), now, tmp_path, mapping={**ALONE, "day_first": {"deals": {"Day": False}}}
    )

    told = since.made.issues.filter(pl.col("code") == OPEN)["message"].item()
    assert told.endswith("the mapping says month first, and the values of the earlier run prove day first")


@pytest.mark.parametrize(("first", "then"), [(COMMA, POINT), (POINT, COMMA)])
def test_the_same_values_of_another_program_change_nothing(
    first: tuple[str, ...], then: tuple[str, ...], tmp_path: Path
) -> None:
    """A German Excel saved one of both exports."""
    days = {True: ("13.04.2026", "05.06.2026", "07.08.2026"), False: YEARS}
    before = deals(**{VALUE: first, SIZE: first, DAY: days[first is COMMA], CLOSE: days[first is COMMA]})
    now = deals(**{VALUE: then, SIZE: then, DAY: days[then is COMMA], CLOSE: days[then is COMMA]})

    since = delta(before, now, tmp_path)

    assert since.made.summary()["updated"].sum() == 0
    assert since.told == []
    assert since.differing(now, ALONE, tmp_path) == []


def test_the_sibling_of_today_decides_before_the_earlier_run(tmp_path: Path) -> None:
    """Leads have the fields of deals: what these prove today counts for those, also among other words."""
    leads = {"id": ["91", "92"], "first_name": ["Ida", "Ole"], "last_name": ["Reef", "Skerry"]}
    emails = {"email": ["ida@reef.example", "ole@skerry.example"]}
    before = deals(**{DAY: MONTH_FIRST}) | {
        "leads": pl.DataFrame({**leads, **emails, DAY: ["04/13/2026", "06/05/2026"]})
    }
    now = deals(**{DAY: DAY_FIRST}) | {
        "leads": pl.DataFrame({**leads, **emails, DAY: ["soon", "09/06/2026"]})
    }

    since = delta(before, now, tmp_path)

    cells = pl.read_csv(tmp_path / "delta" / "updates" / "4-leads.csv", infer_schema=False)
    assert cells["Lead - Day"].to_list() == ["2026-06-09"]
    assert since.written(FIELDS[DAY], "updates/3*.csv") == {}

"""What a column's values prove, up to the cells that are written: dates, serial days and amounts of money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import zsell_transform as zt
from tests.exports import folder

DEALS = "Deal name,Deal ID,Pipeline stage,Owner,Value,Currency,Added on,Estimated close date,Company\n"
PEOPLE = "id,is_organisation,name,first_name,last_name,owner,custom (contact) Datum\n"


def deals(
    tmp_path: Path, *rows: tuple[str, ...], mapping: dict[str, Any] | None = None
) -> tuple[pl.DataFrame, list[tuple[str, str, str]]]:
    """Deals of a Smart List (value, currency, day), and what is told of their columns."""
    lines = "".join(
        f'D{n},{n},In,Kim,"{value}",{currency},{day},{day},Acme\n'
        for n, (value, currency, day) in enumerate(rows, start=1)
    )
    run = zt.transform(
        folder(tmp_path, deals_20260401_0752__csv=DEALS + lines),
        mapping=mapping,
        progress=False,
        rehearse=False,
    )
    told = run.issues.filter(pl.col("field").is_in(["decimal_value", "added_on", "estimated_close_date"]))
    return run.tables["deals"], told.select("code", "field", "message").rows()


def people(tmp_path: Path, *rows: tuple[bool, str], mapping: dict[str, Any] | None = None) -> zt.Migration:
    lines = "".join(
        f"{n},{str(company).lower()},{f'N{n}' if company else ''},{'' if company else f'N{n}'},,Kim,{day}\n"
        for n, (company, day) in enumerate(rows, start=1)
    )
    source = folder(tmp_path, contacts__0__csv=PEOPLE + lines)
    return zt.transform(source, mapping=mapping, progress=False, rehearse=False)


@pytest.mark.parametrize(
    ("day", "expected"), [("03/02/2025", "undecided_date"), ("45567", "unreadable_value")]
)
def test_a_day_that_does_not_arrive_is_an_error_in_every_column_of_sells_own(
    tmp_path: Path, day: str, expected: str
) -> None:
    """`Added on` was left out without one, and said to be left as it stands."""
    table, told = deals(tmp_path, ("1", "EUR", day), ("2", "EUR", day))

    assert not {"Deal - Creation date", "Deal - Expected close date"} & set(table.columns)
    errors = [field for code, field, _ in told if code == expected]
    assert sorted(errors) == ["added_on"] * 2 + ["estimated_close_date"] * 2
    assert not [message for _, _, message in told if "as they stand" in message or "as it stands" in message]


def test_day_first_decides_a_column_of_sells_own(tmp_path: Path) -> None:
    day_first = {"deals": {"added_on": True, "estimated_close_date": False}}

    table, told = deals(tmp_path, ("1", "EUR", "03/02/2025"), mapping={"day_first": day_first})

    assert table["Deal - Creation date"].to_list() == ["2025-02-03"]
    assert table["Deal - Expected close date"].to_list() == ["2025-03-02"]
    assert not told


def test_one_spoiled_day_leaves_the_others_of_sells_own_column_alone(tmp_path: Path) -> None:
    table, _ = deals(tmp_path, ("1", "EUR", "25.12.2024"), ("2", "EUR", "45567"), ("3", "EUR", "soon"))

    assert table["Deal - Creation date"].to_list() == ["2024-12-25", None, None]


@pytest.mark.parametrize(
    ("values", "currencies", "amounts"),
    [
        (["1,000", "25,000"], ["EUR", "SEK"], ["1000", "25000"]),
        (["1.000", "7"], ["EUR", ""], ["1000", "7"]),
        (["1,000", "25,000"], ["EUR", "KWD"], None),
        (["1,000", "25,000"], ["", ""], None),
        (["1,000", "25.000"], ["EUR", "EUR"], None),
        (["1,000", "2.5"], ["KWD", "KWD"], ["1000", "2.5"]),
    ],
)
def test_three_digits_behind_a_sign_are_thousands_where_no_currency_has_thousandths(
    tmp_path: Path, values: list[str], currencies: list[str], amounts: list[str] | None
) -> None:
    """And where nothing decides, each is one error: `1.000` was written as one."""
    table, told = deals(tmp_path, *((*pair, "2025-01-02") for pair in zip(values, currencies, strict=True)))

    codes = [code for code, *_ in told]
    if amounts is None:
        assert "Deal - Value" not in table.columns
        assert sorted(codes) == ["undecided_decimal_mark", "unreadable_value", "unreadable_value"]
    else:
        assert table["Deal - Value"].to_list() == amounts
        assert not codes


def test_money_that_nothing_decides_can_be_kept_as_text(tmp_path: Path) -> None:
    """As its issue advises."""
    mapping = {"columns": {"deals": {"Value": "custom"}}}

    table, _ = deals(
        tmp_path, ("1,000", "KWD", "2025-01-02"), ("2,000", "KWD", "2025-01-02"), mapping=mapping
    )

    kept = [name for name in table.columns if table[name].to_list() == ["1,000", "2,000"]]
    assert len(kept) == 1


def test_what_proves_the_order_of_people_proves_that_of_companies(tmp_path: Path) -> None:
    """They share a file and its column."""
    run = people(tmp_path, (False, "25.12.2024"), (True, "03.02.2025"))

    assert run.tables["organizations"]["Organization - Datum"].to_list() == ["2025-02-03"]
    assert run.tables["persons"]["Person - Datum"].to_list() == ["2024-12-25"]
    assert not run.issues.filter(code="undecided_date_order").height


def test_one_line_of_the_mapping_decides_for_people_and_companies(tmp_path: Path) -> None:
    mapping = {"day_first": {"contacts": {"Datum": True}}}

    run = people(tmp_path, (False, "04.02.2025"), (True, "03.02.2025"), mapping=mapping)

    assert run.tables["organizations"]["Organization - Datum"].to_list() == ["2025-02-03"]
    assert run.tables["persons"]["Person - Datum"].to_list() == ["2025-02-04"]
    assert not set(run.issues["code"]) & {"undecided_date_order", "mapping_unused", "mapping_needless"}


def test_what_proves_the_order_of_deals_proves_that_of_leads(tmp_path: Path) -> None:
    """Their custom fields of one name are one field."""
    here = folder(
        tmp_path,
        leads__0__csv="id,first_name,last_name,status,owner,custom Start\n1,Bo,Ek,New,Kim,03.02.2025\n",
        deals__0__csv="id,name,stage_name,owner,scope,custom Start\n1,Roof,In,Kim,5,25.12.2024\n",
    )

    run = zt.transform(here, progress=False, rehearse=False)

    assert run.tables["leads"]["Lead - Start"].to_list() == ["2025-02-03"]
    assert run.tables["deals"]["Deal - Start"].to_list() == ["2024-12-25"]


def test_serial_days_among_the_dates_of_a_custom_field_are_told_by_cell(tmp_path: Path) -> None:
    """The field is text, as not every value is a date; it was one of two options."""
    run = people(tmp_path, *[(False, "2024-12-25")] * 6, (False, "45567"))

    field = run.setup["fields"].filter(name="Datum").row(0, named=True)
    assert (field["type"], field["options"]) == ("Text", [])
    told = run.issues.filter(code="serial_day")
    assert told.select("row", "value").rows() == [(8, "45567")]
    assert run.tables["persons"]["Person - Datum"][-1] == "45567"


def test_times_of_day_are_written_as_hours_and_minutes(tmp_path: Path) -> None:
    """The wizard takes `HH:MM` alone; seconds that are cut are told, as they are of a date with a time."""
    times = ("9:00", "7:05 AM", "8:15 PM", "12:30 a.m.", "10:30", "09:30:45", "11:00:00")

    run = people(tmp_path, *((False, time) for time in times))

    assert run.tables["persons"]["Person - Datum"].to_list() == [
        "09:00", "07:05", "20:15", "00:30", "10:30", "09:30", "11:00",
    ]  # fmt: skip
    issues = run.issues.filter(pl.col("field").str.contains("Datum")).select("severity", "code", "value")
    assert issues.rows() == [("info", "time_shortened", "1")]


@pytest.mark.parametrize("odd", ["13:00 PM", "0:30 AM", "09:30:75"])
def test_a_time_that_no_day_has_makes_a_text_of_its_column(tmp_path: Path, odd: str) -> None:
    run = people(tmp_path, (False, "9:00"), (False, odd))

    assert run.tables["persons"]["Person - Datum"].to_list() == ["9:00", odd]


def test_numbers_like_serial_days_stay_numbers(tmp_path: Path) -> None:
    run = people(tmp_path, *((False, str(number)) for number in range(45567, 45575)))

    assert run.setup["fields"].filter(name="Datum")["type"].to_list() == ["Numerical"]
    assert not run.issues.filter(code="serial_day").height


def test_a_field_of_whole_numbers_takes_no_number_that_nothing_proves(tmp_path: Path) -> None:
    """An earlier run made the field numerical; `2.000` was written into it as it stood."""
    for lap, sizes in (("1", ("1", "20", "300")), ("2", ("2.000", "n/a", "300"))):
        (tmp_path / lap).mkdir()
        rows = "".join(f"{n},false,A{n} B,A{n},B,{size}\n" for n, size in enumerate(sizes, 1))
        (tmp_path / lap / "contacts.0.csv").write_text(
            f"id,is_organisation,name,first_name,last_name,custom (contact) Size\n{rows}"
        )
    zt.transform(tmp_path / "1", tmp_path / "out", progress=False)
    lap = zt.transform(tmp_path / "2", None, previous=tmp_path / "out", progress=False)

    assert lap.tables["persons"]["Person - Size"].to_list() == [None, None, "300"]
    told = lap.issues.filter(pl.col("code") == "unreadable_value")
    assert told["value"].to_list() == ["2.000", "n/a"]

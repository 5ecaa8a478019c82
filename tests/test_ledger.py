"""The ledger: eleven rows, and a sum that holds."""

from __future__ import annotations

import polars as pl
import pytest

from zsell_transform.errors import ZsellError
from zsell_transform.ledger import COUNTS, Ledger, LedgerError
from zsell_transform.sell.entities import ENTITIES


def test_every_entity_has_a_row_in_the_order_of_the_contract() -> None:
    frame = Ledger.of({"tasks": {"rows_in": 2, "rows_out": 2}}).check().frame()
    assert frame["entity"].to_list() == list(ENTITIES)
    assert frame.columns == [
        *("entity", "target", "rows_in", "added", "rows_out", "present", "waiting", "merged", "skipped"),
        *("updated", "linked", "unlinked", "errors", "warnings"),
    ]
    assert frame.filter(entity="tasks").row(0)[:5] == ("tasks", "activities", 2, 0, 2)
    assert frame.select(pl.sum_horizontal(COUNTS).sum()).item() == 4
    assert Ledger.of({}).records() == Ledger.of({}).frame().to_dicts()


def test_the_sum_holds() -> None:
    counts = {"rows_in": 10, "added": 2, "rows_out": 3, "present": 4, "waiting": 1, "merged": 2, "skipped": 2}
    ledger = Ledger.of({"contacts": counts}).check()
    [contacts] = [row for row in ledger.rows if row.entity == "contacts"]
    assert contacts.came == contacts.went == 12
    assert not ledger.complete


@pytest.mark.parametrize(
    "column", ["rows_in", "added", "rows_out", "present", "waiting", "merged", "skipped"]
)
def test_a_breach_is_an_error_that_shows_the_numbers(column: str) -> None:
    with pytest.raises(LedgerError, match=r"does not balance \(leads: .*please report it") as caught:
        Ledger.of({"leads": {column: 1}}).check()
    assert isinstance(caught.value, ZsellError)


def test_a_count_below_zero_is_a_breach() -> None:
    with pytest.raises(LedgerError, match="leads"):
        Ledger.of({"leads": {"rows_in": 1, "rows_out": 2, "waiting": -1}}).check()


def test_what_was_written_is_what_stands_in_the_files() -> None:
    counts = {"tasks": {"rows_in": 2, "rows_out": 2}, "calls": {"rows_in": 1, "rows_out": 1}}
    Ledger.of(counts).check({"activities": 3, "notes": 0})
    with pytest.raises(LedgerError, match="activities: 3 records to write, but 2 in the files"):
        Ledger.of(counts).check({"activities": 2})
    with pytest.raises(LedgerError, match="activities: 3 records to write, but 0 in the files"):
        Ledger.of(counts).check({})
    with pytest.raises(LedgerError, match="notes: 0 records to write, but 1 in the files"):
        Ledger.of(counts).check({"activities": 3, "notes": 1})
    Ledger.of({"documents": {"rows_in": 1, "rows_out": 1}}).check({})


def test_an_unknown_entity_or_column_is_a_programming_mistake() -> None:
    with pytest.raises(KeyError, match="persons"):
        Ledger.of({"persons": {"rows_in": 1}})
    with pytest.raises(TypeError):
        Ledger.of({"contacts": {"rows": 1}})


def test_complete_means_that_all_is_present() -> None:
    assert Ledger.of({"deals": {"rows_in": 2, "present": 1, "skipped": 1}}).complete
    assert not Ledger.of({"deals": {"rows_in": 1, "waiting": 1}}).complete

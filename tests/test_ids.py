"""Ids have one spelling and one order, whether one is compared or a column is sorted."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zsell_transform.ids import RUINED, exact, rank, ranked

IDS = st.one_of(st.integers(0, 2**62).map(str), st.text("ab:-7 ", min_size=1).map("name:{}".format))


@given(st.lists(IDS, unique=True, max_size=8))
def test_a_column_is_sorted_as_its_ids_are(ids: list[str]) -> None:
    frame = pl.DataFrame({"id": ids}, schema={"id": pl.String})

    assert frame.sort(*ranked("id"), nulls_last=True)["id"].to_list() == sorted(ids, key=rank)


@pytest.mark.parametrize(
    ("written", "id_"),
    [
        ("98", "98"), ("98.0", "98"), ("98.00", "98"), ("98,0", "98"), ("'98", "98"), ('="98"', "98"),
        (" 98\u00a0", "98"), ("1,070,000,000", "1070000000"), ("1.070.000.000", "1070000000"),
        ("1\u202f070\u202f000\u202f000", "1070000000"), ("1 070 000 000", "1070000000"),
        ("1'070'000'000", "1070000000"), ("1,070,000,000.00", "1070000000"), ("1070000000,000", "1070000000"),
        ("1,070", "1,070"), ("1.000", "1.000"), ("1,07,000", "1,07,000"), ("98.5", "98.5"),
        ("name:version 2,00", "name:version 2,00"), ("a2f-98.0x", "a2f-98.0x"), (None, None),
        ("name:peter, 1,070,000", "name:peter, 1,070,000"),
    ],
)  # fmt: skip
def test_an_id_is_read_as_it_is_where_its_form_tells_it_exactly(written: str | None, id_: str | None) -> None:
    """What may be two different ids is left as it stands."""
    frame = pl.DataFrame({"id": ["7", written]}, schema={"id": pl.String})

    assert frame.select(exact(pl.col("id")))["id"].to_list() == ["7", id_]


@pytest.mark.parametrize(
    "ruined", ["1.07E+09", "1.07e+09", "1.07E9", "1e+09", "1,07E+9", "'1.07E+09", "#######"]
)
def test_a_rounded_id_is_known_in_any_spelling(ruined: str) -> None:
    frame = pl.DataFrame({"id": [ruined, "98", "1E", "#", "83e12"]})

    assert frame.select(exact(pl.col("id")).str.contains(RUINED))["id"].to_list() == [True, *[False] * 4]

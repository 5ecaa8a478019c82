"""Ids have one order, whether one is compared or a column is sorted."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from zsell_transform.ids import rank, ranked

IDS = st.one_of(st.integers(0, 2**62).map(str), st.text("ab:-7 ", min_size=1).map("name:{}".format))


@given(st.lists(IDS, unique=True, max_size=8))
def test_a_column_is_sorted_as_its_ids_are(ids: list[str]) -> None:
    frame = pl.DataFrame({"id": ids}, schema={"id": pl.String})

    assert frame.sort(*ranked("id"), nulls_last=True)["id"].to_list() == sorted(ids, key=rank)

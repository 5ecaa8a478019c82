"""What is asked of contacts only late, or only of few: read from where it is stored, once it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import attrs
import polars as pl

from zsell_transform.pieces import gathered
from zsell_transform.survey import Survey
from zsell_transform.transformers import Draft

_VALUES: Final = {
    "email": "Person - Email (Work)",
    "work": "Person - Phone (Work)",
    "mobile": "Person - Phone (Mobile)",
}
_NAMING: Final = {"first": "Person - First name", "last": "Person - Last name", "city": "_city"}


@attrs.frozen(eq=False)
class Details:
    """Details of the contacts that the export holds.

    Attributes:
        draft: their draft.
        rows: about how many they are.
    """

    draft: Draft
    rows: int

    @classmethod
    def of(cls, drafts: Mapping[str, Draft], seen: Survey) -> Details:
        """Those of an account."""
        return cls(drafts["contacts"], seen.rows.get("contacts", 0))

    @cached_property
    def values(self) -> pl.DataFrame:
        """email, work, mobile of all, in their order: what the wizard finds people by, beside the name."""
        return gathered({"values": _read(self.draft, _VALUES)}, {"values": self.rows})["values"]

    def naming(self, rows: pl.Series) -> pl.DataFrame:
        """first, last, city of a few of them, by their `n`, in their order: what a new name is made of."""
        known = _read(self.draft, {"n": "_n", **_NAMING})
        found = (
            known.filter(pl.col("n").is_in(rows.drop_nulls().implode())) if rows.count() else known.head(0)
        )
        few = found.collect(engine="streaming")
        return rows.to_frame("n").join(few, on="n", how="left", maintain_order="left").drop("n")


def _read(draft: Draft, wanted: dict[str, str]) -> pl.LazyFrame:
    """Columns of a draft under other names; those that it lacks are blank."""
    there = set(draft.frame.collect_schema().names())
    blank = [pl.lit(None, dtype=pl.String).alias(column) for column in wanted.values() if column not in there]
    # Selected alone, blank columns would have one row, however many records there are.
    return draft.frame.with_columns(blank).select(
        pl.col(column).alias(name) for name, column in wanted.items()
    )

"""What is asked of people only late, or only of few: read from where it is stored, once it is asked for."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from functools import cached_property
from typing import Final

import attrs
import polars as pl

from zsell_transform.frames.pieces import gathered
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.pipedrive.person_values import FIRST_NAME, FOUND_BY, LAST_NAME, TOLD_BESIDE
from zsell_transform.survey.facts import Survey
from zsell_transform.transformers import Draft

_VALUES: Final = {value.key: value.header for value in FOUND_BY}
#: What is told of a lead beside the values by which its person is found.
PLACED: Final = {value.key: value.header for value in TOLD_BESIDE}
_NAMING: Final = {"first": FIRST_NAME, "last": LAST_NAME, "city": "_city"}


@attrs.frozen(eq=False)
class Details:
    """Details of the contacts that the export holds, and of its leads.

    Attributes:
        draft: of the contacts.
        rows: about how many they are.
        leads: the draft of the leads.
    """

    draft: Draft
    rows: int
    leads: Draft

    @classmethod
    def of(cls, drafts: MappingOf[str, Draft], seen: Survey) -> Details:
        """Those of an account."""
        return cls(drafts["contacts"], seen.rows.get("contacts", 0), drafts["leads"])

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


def placed(draft: Draft, ids: pl.Series) -> pl.DataFrame:
    """id, job, address of a few people: contacts, or those of leads."""
    return _of_few(draft, ids, PLACED)


def valued(draft: Draft, ids: pl.Series) -> pl.DataFrame:
    """id, email, work, mobile of a few people, likewise."""
    return _of_few(draft, ids, _VALUES)


def _of_few(draft: Draft, ids: pl.Series, wanted: MappingOf[str, str]) -> pl.DataFrame:
    if ids.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(("id", *wanted), pl.String))
    there = set(draft.headers)
    columns = {name: column_or_blank(there, header) for name, header in wanted.items()}
    return draft.of(ids).select(id="_id", **columns).collect(engine="streaming")


def _read(draft: Draft, wanted: dict[str, str]) -> pl.LazyFrame:
    """Columns of a draft under other names; those that it lacks are blank."""
    there = set(draft.frame.collect_schema().names())
    blank = [BLANK.alias(column) for column in wanted.values() if column not in there]
    # Selected alone, blank columns would have one row, however many records there are.
    return draft.frame.with_columns(blank).select(
        pl.col(column).alias(name) for name, column in wanted.items()
    )

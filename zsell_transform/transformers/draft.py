"""What a transformer's table makes of the records of an entity: Pipedrive columns, not linked yet."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf

import attrs
import polars as pl

from zsell_transform.issues import Told


@attrs.frozen(eq=False)
class Draft:
    """One entity as Pipedrive columns, not linked yet.

    Attributes:
        entity, target: the Sell entity and the Pipedrive item.
        frame: `_n, _id, _file, _row`, every header (String, null = empty) and the hidden columns of the
            entity.
        headers: in file order, standard fields before custom ones.
        counted: hidden columns of which the values are counted over the account.
        sure: headers that have a value wherever their Sell column has one, so that the survey's counts hold.
        whole: the frame with Sell's columns still beside it, from which `shown` makes `frame`.
        records: what it is made of.
        steps: what makes `whole` of the records, one layer of columns after the other; none is left where
            they are drafted, and their cells in memory (`hold`).
        audit: what is told of its rows.
        notes: issues about columns, schema `issues.RAW`.
        origins: header, source (the Sell column), kind (standard, custom), type, create (the field must be
            created).
        names: every custom column → the name of its field; also of those that an earlier run had.
        ordered: the names that the order of these columns alone gives, without any earlier run, and without
            the fields of deals that leads have.
    """

    entity: str
    target: str
    frame: pl.LazyFrame
    headers: tuple[str, ...]
    counted: tuple[str, ...]
    sure: frozenset[str]
    whole: pl.LazyFrame
    records: pl.LazyFrame
    steps: tuple[tuple[pl.Expr, ...], ...]
    shown: tuple[pl.Expr, ...]
    audit: tuple[Told, ...]
    notes: pl.DataFrame
    origins: pl.DataFrame
    names: MappingOf[str, str]
    ordered: MappingOf[str, str]

    @property
    def by_order(self) -> bool:
        """Whether the names are those that a later run works out from the columns alone."""
        return self.names == self.ordered

    @property
    def types(self) -> dict[str, str]:
        """Header → the type of its field."""
        return dict(zip(self.origins["header"].to_list(), self.origins["type"].to_list(), strict=True))

    def hold(self) -> Draft:
        """The same draft, made: for few records, which would else be drafted anew for each question."""
        whole = self.whole.collect().lazy()
        return attrs.evolve(self, frame=whole.select(self.shown), whole=whole, records=whole, steps=())

    def part(self, start: int, wanted: pl.Series) -> pl.DataFrame:
        """`whole` of those of the records from a place on that are wanted."""
        some = self.records.slice(start, wanted.len()).collect()
        return laid(some.filter(wanted).lazy(), self.steps).collect()

    def of(self, ids: pl.Series) -> pl.LazyFrame:
        """`whole` of the records of these ids."""
        return laid(self.records.filter(pl.col("_id").is_in(ids.implode())), self.steps)


def laid(records: pl.LazyFrame, steps: Iterable[Iterable[pl.Expr]]) -> pl.LazyFrame:
    """The records with one layer of columns after the other."""
    for step in steps:
        records = records.with_columns(step)
    return records

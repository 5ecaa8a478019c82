"""The words in which a transformer is written: Field, Relation, HtmlText, Remark, Table.

A `Table` says what becomes of one Sell entity; `interpret.py` reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs
import polars as pl

from zsell_transform.frames.sparse import BLANK

#: Columns that every frame of records has beside Sell's own.
PLACES: Final = ("_n", "_id", "_file", "_row")


@attrs.frozen
class Field:
    """One Pipedrive column.

    Attributes:
        header: as `pipedrive/fields.yaml` spells it.
        value: the cell, from Sell's columns and the table's `given` ones.
        only: the rows that may have it; elsewhere the cell is empty.
        expects: what a readable cell looks like; unset where every cell is readable.
        reads: the cell that `value` reads, where that is not simply its first column.
        longest: characters that the wizard takes; a longer cell is cut, and an issue holds the whole.
        always: the column stays even where nothing could fill it.
    """

    header: str
    value: pl.Expr
    only: pl.Expr | None = None
    expects: str = ""
    reads: pl.Expr | None = None
    longest: int | None = None
    always: bool = False


#: Sell columns whose cells may say nothing that is written: users who are left out, labels that are dropped.
DOUBTFUL: Final = frozenset({"owner", "tags", "_smart_list", "customer_status", "prospect_status", "status"})


@attrs.frozen(init=False)
class Relation:
    """References of a record, for the linker.

    `Relation("company", id=…, name=…)` gives the columns `_company_id` and `_company_name`.
    """

    name: str
    parts: dict[str, pl.Expr]

    def __init__(self, name: str, /, **parts: pl.Expr) -> None:
        self.__attrs_init__(name, parts)

    @property
    def columns(self) -> dict[str, pl.Expr]:
        return {f"_{self.name}_{part}": value for part, value in self.parts.items()}


@attrs.frozen
class HtmlText:
    """A text in HTML: heading, body and mark, one below the other.

    Columns that no one knows are told in the body.
    """

    header: str
    body: pl.Expr
    heading: pl.Expr = BLANK
    mark: pl.Expr = BLANK


@attrs.frozen
class Remark:
    """An issue about rows: one for each; where its code is an info, one for the column, with their count."""

    code: str
    when: pl.Expr
    field: str
    value: pl.Expr | None = None
    detail: pl.Expr | str | None = None


def _words(listed: str | frozenset[str]) -> frozenset[str]:
    return frozenset(listed.split()) if isinstance(listed, str) else listed


@attrs.frozen
class Table:
    """What becomes of one Sell entity. One row of the result a record.

    Attributes:
        given: expressions that are named once and used more than once; a later one may use an earlier one.
        hidden: further columns for other rooms, whose names begin with `_`.
        counted: those of them of which the values are counted over the account.
        ignored: Sell's bookkeeping, which has no place in Pipedrive; names with spaces between them.
        spare: columns that are read only where another one is blank → that other one.
        carried: columns that are not written themselves → what tells the same.
    """

    source: str
    target: str
    fields: tuple[Field, ...]
    relations: tuple[Relation, ...] = ()
    given: dict[str, pl.Expr] = attrs.field(factory=dict)
    hidden: dict[str, pl.Expr] = attrs.field(factory=dict)
    counted: tuple[str, ...] = ()
    html: HtmlText | None = None
    remarks: tuple[Remark, ...] = ()
    ignored: frozenset[str] = attrs.field(default="", converter=_words)
    spare: dict[str, str] = attrs.field(factory=dict)
    carried: dict[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        headers = [field.header for field in self.fields]
        twice = sorted({header for header in headers if headers.count(header) > 1})
        both = sorted(self.ignored & self.columns)
        if twice or both:
            raise ValueError(f"table {self.source}: written twice: {twice}; ignored and read: {both}")

    @property
    def expressions(self) -> Iterator[pl.Expr]:
        """Everything that reads a column."""
        for field in self.fields:
            yield from (value for value in (field.value, field.only, field.reads) if value is not None)
        for relation in self.relations:
            yield from relation.parts.values()
        yield from (*self.given.values(), *self.hidden.values())
        if self.html:
            yield from (self.html.heading, self.html.body, self.html.mark)
        for remark in self.remarks:
            yield from (value for value in (remark.when, remark.value) if value is not None)

    @property
    def columns(self) -> frozenset[str]:
        """The Sell columns that are read."""
        roots = {name for value in self.expressions for name in value.meta.root_names()}
        return frozenset(roots - self.given.keys() - set(PLACES))

    def sources(self, value: pl.Expr) -> list[str]:
        """The Sell columns that an expression reads, through `given` ones too; places count as columns."""
        reached: list[str] = []
        for name in value.meta.root_names():
            reached += self.sources(self.given[name]) if name in self.given else [name]
        return list(dict.fromkeys(reached))

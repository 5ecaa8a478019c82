"""The words in which a transformer is written (Field, Relation, Story, Remark, Table) and their interpreter.

A `Table` says what becomes of one Sell entity; `interpret` turns it and a frame of records into a `Draft`:
the Pipedrive columns, the references for the linker, and the issues that the same expressions found. Nothing
is collected here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning import iso, lines, said, shortened, text
from zsell_transform.issues import KINDS, Told, issue
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import field_facts
from zsell_transform.sell.columns import plain_name
from zsell_transform.survey import Column, Survey
from zsell_transform.transformers.custom import Custom, custom_fields

#: Columns that every frame of records has beside Sell's own.
PLACES: Final = ("_n", "_id", "_file", "_row")
#: Columns that are no field of their own anywhere: the id is `_id`.
CARRIED: Final = frozenset({"id"})
#: Bookkeeping of the programs that dump Sell's API, in any entity.
CONNECTORS: Final = ("_airbyte_", "_sdc_", "_fivetran_")
NOTHING: Final = pl.lit(None, dtype=pl.String)
ORIGINS: Final[dict[str, Any]] = {
    "header": pl.String, "source": pl.String, "kind": pl.String, "type": pl.String, "create": pl.Boolean,
}  # fmt: skip


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
class Story:
    """A text in HTML: heading, body and mark, one below the other.

    Columns that no one knows are told in the body.
    """

    header: str
    body: pl.Expr
    heading: pl.Expr = NOTHING
    mark: pl.Expr = NOTHING


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
    story: Story | None = None
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
        if self.story:
            yield from (self.story.heading, self.story.body, self.story.mark)
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


@attrs.frozen(eq=False)
class Draft:
    """One entity as Pipedrive columns, not linked yet.

    Attributes:
        entity, target: the Sell entity and the Pipedrive item.
        frame: `_n, _id, _file, _row`, every header (String, null = empty) and the hidden columns of the
            entity.
        headers: in file order, standard fields before custom ones.
        sure: headers that have a value wherever their Sell column has one, so that the survey's counts hold.
        whole: the frame with Sell's columns still beside it, from which `shown` makes `frame`.
        records: what it is made of.
        steps: what makes `whole` of the records, one layer of columns after the other; none is left where
            they are drafted, and their cells in memory (`hold`).
        audit: what is told of its rows.
        notes: issues about columns, schema `issues.RAW`.
        origins: header, source (the Sell column), kind (standard, custom), type, create (the field must be
            created).
    """

    entity: str
    target: str
    frame: pl.LazyFrame
    headers: tuple[str, ...]
    sure: frozenset[str]
    whole: pl.LazyFrame
    records: pl.LazyFrame
    steps: tuple[tuple[pl.Expr, ...], ...]
    shown: tuple[pl.Expr, ...]
    audit: tuple[Told, ...]
    notes: pl.DataFrame
    origins: pl.DataFrame

    def hold(self) -> Draft:
        """The same draft, made: for few records, which would else be drafted anew for each question."""
        whole = self.whole.collect().lazy()
        return attrs.evolve(self, frame=whole.select(self.shown), whole=whole, records=whole, steps=())

    def part(self, start: int, wanted: pl.Series) -> pl.DataFrame:
        """`whole` of those of the records from a place on that are wanted."""
        some = self.records.slice(start, wanted.len()).collect()
        return _laid(some.filter(wanted).lazy(), self.steps).collect()

    def of(self, ids: pl.Series) -> pl.LazyFrame:
        """`whole` of the records of these ids."""
        return _laid(self.records.filter(pl.col("_id").is_in(ids.implode())), self.steps)


def _laid(records: pl.LazyFrame, steps: Iterable[Iterable[pl.Expr]]) -> pl.LazyFrame:
    for step in steps:
        records = records.with_columns(step)
    return records


def interpret(table: Table, frame: pl.LazyFrame, ask: Mapping, seen: Survey) -> Draft:
    """Records → their draft, by the table. Columns that the table reads and the export lacks are null.

    Args:
        table: the transformer of the entity.
        frame: the records: `_n, _id, _file, _row` and Sell's columns, all text.
        ask: the mapping; here only for columns that it ignores.
        seen: the survey, for empty columns, date orders and the types of custom fields.
    """
    names = frame.collect_schema().names()
    inputs = [name for name in names if not name.startswith("_") or name.startswith(CONNECTORS)]
    known = (
        table.columns
        | table.ignored
        | table.carried.keys()
        | CARRIED
        | {name for name in inputs if name.startswith(CONNECTORS)}
    )
    wished_away = {name for name in inputs if ask.columns.get(table.source, {}).get(name) == "ignore"}
    strangers = [name for name in inputs if name not in known and name not in wished_away]
    filled = {name: _filled(table.source, name, seen) for name in inputs}
    tellable = [name for name in strangers if filled[name] != 0]
    customs = () if table.story else custom_fields(table.source, table.target, strangers, tellable, seen)
    own = [Field(custom.header, custom.value, expects=custom.expects) for custom in customs]
    fields = (*(f for f in table.fields if _alive(table, f, names, filled)), *own)

    read, columns = {*table.columns, *tellable}, seen.columns.get(table.source, {})
    hidden = table.hidden | {
        column: value for relation in table.relations for column, value in relation.columns.items()
    }
    written = [f.value if f.only is None else pl.when(f.only).then(f.value) for f in fields]
    steps = (
        *_cleaned(names, read, filled, columns, _turned_dates(table, names, seen)),
        *((value.alias(name),) for name, value in table.given.items()),
        (
            *(value.alias(f.header) for f, value in zip(fields, written, strict=True)),
            *(value.alias(name) for name, value in hidden.items()),
            *_story(table.story),
        ),
        *_told(table.story, tellable),
    )
    whole = _laid(frame, steps)
    headers = [*(f.header for f in fields), *([table.story.header] if table.story else [])]
    place = [column for column in PLACES if column in names]
    parts = ["_heading", "_body", "_mark"] if table.story else []
    cut = {f.header: f.longest for f in fields if f.longest}
    shown = (
        *(pl.col(column) for column in place),
        *(
            shortened(header, cut[header]).alias(header) if header in cut else pl.col(header)
            for header in headers
        ),
        *(pl.col(column) for column in (*hidden, *parts)),
    )

    return Draft(
        entity=table.source,
        target=table.target,
        frame=whole.select(shown),
        headers=tuple(headers),
        sure=frozenset(f.header for f in fields if _is_sure(table, f, filled)),
        whole=whole,
        records=frame,
        steps=steps,
        shown=shown,
        audit=(*_unread(table, fields), *_cut(table, cut), *_remarked(table)),
        notes=issues.gather(_notes(table, filled, wished_away, customs)),
        origins=_origins(table, fields, customs),
    )


def _is_sure(table: Table, field: Field, filled: dict[str, int | None]) -> bool:
    """Whether a field is a Sell column as it stands: unconditional, always readable, never dropped."""
    if field.always:
        return True
    sources = table.sources(field.value)
    plain = field.only is None and not field.expects and len(sources) == 1 and sources[0] not in DOUBTFUL
    return plain and bool(filled.get(sources[0]))


def _filled(entity: str, name: str, seen: Survey) -> int | None:
    """Cells of a column that hold something; None where the survey did not ask."""
    column = seen.columns.get(entity, {}).get(name)
    return None if column is None else column.filled


def _alive(table: Table, field: Field, names: Iterable[str], filled: dict[str, int | None]) -> bool:
    """Whether any cell of this export can fill the field."""
    present = [name for name in table.sources(field.value) if name in names]
    return field.always or any(filled.get(name, 1) != 0 for name in present)


def _cleaned(
    names: Iterable[str],
    read: Iterable[str],
    filled: dict[str, int | None],
    columns: MappingOf[str, Column],
    turned: dict[str, str],
) -> Iterator[tuple[pl.Expr, ...]]:
    """Every column that is read, once trimmed and freed of its apostrophe; one without any value is null."""
    alive = [name for name in sorted(read) if name in names and filled.get(name) != 0]
    dead = [NOTHING.alias(name) for name in sorted(read) if name not in alive]
    untidy = [name for name in alive if name not in columns or not columns[name].tidy]
    yield (*dead, *(text(name).alias(name) for name in untidy))
    if turned:
        yield tuple(pl.coalesce(iso(name, order), name).alias(name) for name, order in turned.items())


def _turned_dates(table: Table, names: Iterable[str], seen: Survey) -> dict[str, str]:
    """Sell's own date columns that a spreadsheet has turned round → their order."""
    columns = seen.columns.get(table.source, {})
    read = table.columns & columns.keys()
    orders = {name: columns[name].dates for name in names if name in read}
    return {name: order for name, order in orders.items() if order in ("dmy", "mdy")}


def _story(story: Story | None) -> list[pl.Expr]:
    if story is None:
        return []
    return [story.heading.alias("_heading"), story.body.alias("_body"), story.mark.alias("_mark")]


def _told(story: Story | None, strangers: list[str]) -> Iterator[tuple[pl.Expr, ...]]:
    if story is None:
        return
    if strangers:
        yield (lines("_body", *(said(plain_name(name), name) for name in strangers)).alias("_body"),)
    yield (lines("_heading", "_body", "_mark").alias(story.header),)


# --- what is told about it ---------------------------------------------------------------------------


def _unread(table: Table, fields: Iterable[Field]) -> Iterator[Told]:
    """Cells that hold something which is not what the field expects."""
    for field in fields:
        if not field.expects:
            continue
        source = table.sources(field.reads if field.reads is not None else field.value)[0]
        raw = pl.col(source) if field.reads is None else field.reads
        bad = raw.is_not_null() & pl.col(field.header).is_null()
        bad = bad if field.only is None else bad & field.only
        yield Told("unreadable_value", bad, table.source, source, raw, field.expects)


def _cut(table: Table, cut: dict[str, int]) -> Iterator[Told]:
    for header, longest in cut.items():
        too_long = pl.col(header).str.len_chars() > longest
        yield Told("value_shortened", too_long, table.source, header, pl.col(header), f"{longest} characters")


def _remarked(table: Table) -> Iterator[Told]:
    for remark in table.remarks:
        yield Told(
            remark.code,
            remark.when,
            table.source,
            remark.field,
            remark.value,
            remark.detail,
            counted=KINDS[remark.code].severity == "info",
        )


def _notes(
    table: Table,
    filled: dict[str, int | None],
    wished_away: set[str],
    customs: Iterable[Custom],
) -> Iterator[pl.DataFrame]:
    """What is told of whole columns: empty, ignored, read only in place of another, renamed."""

    def told(code: str, name: str, detail: str | None = None) -> pl.DataFrame:
        return issue(code, entity=table.source, field=name, value=filled[name], detail=detail)

    for name in filled:
        code, detail = (
            ("ignored_column", "the mapping ignores it")
            if name in wished_away
            else _fate(table, name, filled)
        )
        if code:
            yield told(code, name, detail)
    for custom in customs:
        if custom.renamed and not custom.is_time:
            yield told("custom_field_renamed", custom.column, custom.header)


def _fate(table: Table, name: str, filled: dict[str, int | None]) -> tuple[str, str | None]:
    """The code and detail of what is told of a whole column; blank where nothing is."""
    if name in table.ignored or name.startswith(CONNECTORS):
        return "ignored_column" if filled[name] != 0 else "", "bookkeeping of Sell's"
    if filled[name] == 0:
        return "empty_column", None
    if table.spare.get(name) in filled:
        return "spare_column", table.spare[name]
    return "carried_elsewhere" if name in table.carried else "", table.carried.get(name)


def _origins(table: Table, fields: Iterable[Field], customs: Iterable[Custom]) -> pl.DataFrame:
    facts, made = field_facts(), {custom.header: custom for custom in customs}
    rows = []
    for field in fields:
        if custom := made.get(field.header):
            rows.append((field.header, custom.column, "custom", custom.type, True))
            continue
        fact = facts.get(field.header)
        source = ", ".join(name for name in table.sources(field.value) if name not in PLACES)
        rows.append(
            (field.header, source, "standard", fact.type if fact else "text", bool(fact and fact.create))
        )
    if table.story:
        source = ", ".join(name for name in table.sources(table.story.body) if name not in PLACES)
        rows.append((table.story.header, source, "standard", "large_text", False))
    return pl.DataFrame(rows, schema=ORIGINS, orient="row")

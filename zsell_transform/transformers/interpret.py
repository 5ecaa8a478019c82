"""The interpreter of the transformers' tables: a `Table` and a frame of records → a `Draft`.

The Pipedrive columns, the references for the linker, and the issues that the same expressions found. Nothing
is collected here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as MappingOf
from types import MappingProxyType
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.markup import lines, said
from zsell_transform.cleaning.moments import UNDECIDED, iso
from zsell_transform.cleaning.texts import shortened
from zsell_transform.evidence import SHAPES
from zsell_transform.frames.sparse import BLANK
from zsell_transform.issues import KINDS, Told, issue
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import field_facts
from zsell_transform.sell.columns import plain_name
from zsell_transform.survey.facts import Column, Survey
from zsell_transform.survey.undecided import deciding
from zsell_transform.transformers.custom import Custom, custom_fields, unique_names
from zsell_transform.transformers.draft import Draft, laid
from zsell_transform.transformers.table import DOUBTFUL, PLACES, Field, HtmlText, Table

#: Columns that are no field of their own anywhere: the id is `_id`.
CARRIED: Final = frozenset({"id"})
#: Seconds that are not nought, or an offset from UTC that is not.
_MORE_THAN_MINUTES: Final = r"\d:\d\d:(?:[1-9]\d|0[1-9])|:\d\d(?:\.\d+)?\s*[+-](?:0[1-9]|[1-9]\d|00:?[1-9])"
ORIGINS: Final[dict[str, Any]] = {
    "header": pl.String, "source": pl.String, "kind": pl.String, "type": pl.String, "create": pl.Boolean,
}  # fmt: skip


@attrs.frozen(eq=False)
class _Columns:
    """The columns of this export, by what becomes of them.

    Attributes:
        names: all, also the places.
        filled: those of Sell → cells that hold something; None where the survey did not ask.
        wished_away: those that the mapping ignores.
        strangers: those that the table does not know; `tellable` ones hold something.
        turned: Sell's own date columns that a spreadsheet has turned round → their order.
        seen: what the survey knows of each.
    """

    names: list[str]
    filled: dict[str, int | None]
    wished_away: set[str]
    strangers: list[str]
    turned: dict[str, str]
    seen: MappingOf[str, Column]

    def is_blank(self, name: str) -> bool:
        """Whether nothing of a column is to be read: it holds nothing, or the mapping ignores it."""
        return name in self.wished_away or self.filled.get(name, 1) == 0

    @property
    def tellable(self) -> list[str]:
        return [name for name in self.strangers if self.filled[name] != 0]

    @classmethod
    def of(cls, table: Table, names: list[str], ask: Mapping, survey: Survey) -> _Columns:
        seen, wishes = survey.columns.get(table.source, {}), ask.columns.get(table.source, {})
        inputs = [name for name in names if not name.startswith("_")]
        wished_away = _ignored(wishes, inputs) - CARRIED
        known = {*table.columns, *table.ignored, *table.carried, *CARRIED, *wished_away}
        return cls(
            names,
            {name: seen[name].filled if name in seen else None for name in inputs},
            wished_away,
            [name for name in inputs if name not in known],
            _turned_dates(table, names, seen),
            seen,
        )


def _ignored(wishes: MappingOf[str, str], inputs: Collection[str]) -> set[str]:
    """The columns that the mapping ignores, as they are called after reading.

    It names headers: one that another header takes the place of is read as a custom field of its name, and
    `custom Slope` may be called `Slope` where no other one is.
    """
    taken = set(wishes.values()) - {"ignore", "custom"}
    ignored = {header for header, wish in wishes.items() if wish == "ignore"}
    exact = {f"custom {header}" if header in taken else header for header in ignored}
    return {name for name in inputs if name in exact or plain_name(name) in exact.difference(inputs)}


def interpret(
    table: Table,
    frame: pl.LazyFrame,
    ask: Mapping,
    seen: Survey,
    shared: MappingOf[str, str] = MappingProxyType({}),
) -> Draft:
    """Records → their draft, by the table. Columns that the table reads and the export lacks are null.

    Args:
        table: the transformer of the entity.
        frame: the records: `_n, _id, _file, _row` and Sell's columns, all text.
        ask: the mapping; here only for columns that it ignores.
        seen: the survey, for empty columns, date orders and the types of custom fields.
        shared: the names of the custom fields that these records have, too (`unique_names`).
    """
    given = _Columns.of(table, frame.collect_schema().names(), ask, seen)
    names = _names(table, given, seen, shared)
    customs = custom_fields(table.source, table.target, given.tellable if names else [], names, seen)
    own = (Field(custom.header, custom.value, expects=custom.expects) for custom in customs)
    fields = (*(field for field in table.fields if _alive(table, field, given)), *own)
    hidden = table.hidden | {
        column: value for relation in table.relations for column, value in relation.columns.items()
    }
    headers = (*(field.header for field in fields), *([table.html.header] if table.html else ()))
    cut = {field.header: field.longest for field in fields if field.longest}
    steps = tuple(_steps(table, fields, hidden, given))
    shown = tuple(_shown(table, headers, hidden, cut, given))
    whole = laid(frame, steps)
    return Draft(
        entity=table.source,
        target=table.target,
        frame=whole.select(shown),
        headers=headers,
        counted=tuple(column for column in table.counted if column in hidden),
        sure=frozenset(field.header for field in fields if _is_sure(table, field, given)),
        whole=whole,
        records=frame,
        steps=steps,
        shown=shown,
        audit=(
            *_unread(table, fields, given),
            *_cut(table, cut),
            *_remarked(table),
            *_rounded(table, customs),
        ),
        notes=issues.gather(_notes(table, given, customs)),
        origins=_origins(table, fields, customs),
        names=names,
        ordered=_names(table, given),
    )


def names_of(table: Table, names: list[str], ask: Mapping, seen: Survey) -> MappingOf[str, str]:
    """Custom column → the name of its field, of records with these columns."""
    return _names(table, _Columns.of(table, names, ask, seen), seen)


def _names(
    table: Table,
    given: _Columns,
    seen: Survey | None = None,
    shared: MappingOf[str, str] = MappingProxyType({}),
) -> MappingOf[str, str]:
    """A field's name for each unknown column, save where a text in HTML takes it in; of a survey, those that
    an earlier run gave come first.
    """
    earlier = seen.names.get(table.source, {}) if seen else {}
    return {} if table.html else unique_names(given.strangers, table.target, earlier, shared)


def _steps(
    table: Table, fields: Iterable[Field], hidden: MappingOf[str, pl.Expr], given: _Columns
) -> Iterator[tuple[pl.Expr, ...]]:
    """What makes the whole draft of the records, one layer of columns after the other."""
    yield from _cleaned({*table.columns, *given.tellable}, given)
    yield from ((value.alias(name),) for name, value in table.given.items())
    yield (
        *(_written(field).alias(field.header) for field in fields),
        *(value.alias(name) for name, value in hidden.items()),
        *_html_parts(table.html),
    )
    yield from _told(table.html, given.tellable)


def _written(field: Field) -> pl.Expr:
    return field.value if field.only is None else pl.when(field.only).then(field.value)


def _shown(
    table: Table,
    headers: Iterable[str],
    hidden: Iterable[str],
    cut: MappingOf[str, int],
    given: _Columns,
) -> Iterator[pl.Expr]:
    """The columns of `Draft.frame`; cells that are too long for the wizard are cut here."""
    yield from (pl.col(column) for column in PLACES if column in given.names)
    for header in headers:
        yield shortened(header, cut[header]).alias(header) if header in cut else pl.col(header)
    parts = ("_heading", "_body", "_mark") if table.html else ()
    yield from (pl.col(column) for column in (*hidden, *parts))


def _is_sure(table: Table, field: Field, given: _Columns) -> bool:
    """Whether a field is a Sell column as it stands: unconditional, always readable, never dropped."""
    if field.always:
        return True
    sources = table.sources(field.value)
    plain = field.only is None and not field.expects and len(sources) == 1 and sources[0] not in DOUBTFUL
    return plain and not given.is_blank(sources[0]) and bool(given.filled.get(sources[0]))


def _alive(table: Table, field: Field, given: _Columns) -> bool:
    """Whether any cell of this export can fill the field."""
    present = [name for name in table.sources(field.value) if name in given.names]
    return field.always or not all(map(given.is_blank, present))


def _cleaned(read: Iterable[str], given: _Columns) -> Iterator[tuple[pl.Expr, ...]]:
    """Every column that is read, once trimmed and freed of its apostrophe; one without any value is null."""
    alive = [name for name in sorted(read) if name in given.names and not given.is_blank(name)]
    dead = [BLANK.alias(name) for name in sorted(read) if name not in alive]
    untidy = [name for name in alive if name not in given.seen or not given.seen[name].tidy]
    yield (*dead, *(text(name).alias(name) for name in untidy))
    if given.turned:
        yield tuple(pl.coalesce(iso(name, order), name).alias(name) for name, order in given.turned.items())


def _turned_dates(table: Table, names: Iterable[str], seen: MappingOf[str, Column]) -> dict[str, str]:
    read = table.columns & seen.keys()
    orders = {name: seen[name].dates for name in names if name in read}
    return {name: order for name, order in orders.items() if order in ("dmy", "mdy")}


def _html_parts(html: HtmlText | None) -> list[pl.Expr]:
    if html is None:
        return []
    return [html.heading.alias("_heading"), html.body.alias("_body"), html.mark.alias("_mark")]


def _told(html: HtmlText | None, strangers: list[str]) -> Iterator[tuple[pl.Expr, ...]]:
    if html is None:
        return
    if strangers:
        yield (lines("_body", *(said(plain_name(name), name) for name in strangers)).alias("_body"),)
    yield (lines("_heading", "_body", "_mark").alias(html.header),)


# --- what is told about it ---------------------------------------------------------------------------


def _unread(table: Table, fields: Iterable[Field], given: _Columns) -> Iterator[Told]:
    """Cells that hold something which is not what the field expects."""
    for field in fields:
        if not field.expects:
            continue
        sources = table.sources(field.reads if field.reads is not None else field.value)
        unread = pl.col(field.header).is_null() & (pl.lit(value=True) if field.only is None else field.only)
        for source in [n for n in sources if n in given.names and not given.is_blank(n)]:
            raw = pl.col(source)
            filled = unread & raw.is_not_null()
            if source in given.seen and given.seen[source].dates == UNDECIDED:
                either = raw.str.contains(SHAPES["slashed"])
                line = deciding([(table.source, source)])
                yield Told("undecided_date", filled & either, table.source, source, raw, line)
                filled = filled & ~either
            yield Told("unreadable_value", filled, table.source, source, raw, field.expects)
            unread = unread & raw.is_null()  # the first filled one is read


def _cut(table: Table, cut: MappingOf[str, int]) -> Iterator[Told]:
    for header, longest in cut.items():
        too_long = pl.col(header).str.len_chars() > longest
        yield Told("value_shortened", too_long, table.source, header, pl.col(header), f"{longest} characters")


def _rounded(table: Table, customs: Iterable[Custom]) -> Iterator[Told]:
    """Times that say more than hours and minutes, which is what a field for times holds."""
    for custom in customs:
        if custom.type == "time":
            more = pl.col(custom.column).str.contains(_MORE_THAN_MINUTES)
            yield Told("time_shortened", more, table.source, custom.column, counted=True)


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


def _notes(table: Table, given: _Columns, customs: Iterable[Custom]) -> Iterator[pl.DataFrame]:
    """What is told of whole columns: empty, ignored, read only in place of another, renamed."""

    def told(code: str, name: str, detail: str | None = None) -> pl.DataFrame:
        return issue(code, entity=table.source, field=name, value=given.filled[name], detail=detail)

    if all(count == 0 for count in given.filled.values()):
        return  # no record: people and companies share a file, in which nothing is empty
    for name in given.filled:
        code, detail = (
            ("ignored_column", "the mapping ignores it")
            if name in given.wished_away
            else _fate(table, name, given)
        )
        if code:
            yield told(code, name, detail)
    for custom in customs:
        if custom.renamed and not custom.is_time:
            yield told("custom_field_renamed", custom.column, custom.header)


def _fate(table: Table, name: str, given: _Columns) -> tuple[str, str | None]:
    """The code and detail of what is told of a whole column; blank where nothing is."""
    if name in table.ignored:
        return "ignored_column" if given.filled[name] != 0 else "", "bookkeeping of Sell's"
    if given.filled[name] == 0:
        return "empty_column", None
    first = table.spare.get(name)
    if first in given.filled and not given.is_blank(first):  # of a blank one, every spare cell is written
        return "spare_column", first
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
    if table.html:
        source = ", ".join(name for name in table.sources(table.html.body) if name not in PLACES)
        fact = facts.get(table.html.header)
        rows.append((table.html.header, source, "standard", fact.type if fact else "large_text", False))
    return pl.DataFrame(rows, schema=ORIGINS, orient="row")

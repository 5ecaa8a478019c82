"""The one frame in which everything about a record is told; codes and wording stand in `catalogue/`.

Grammar of a message: where · what was found · what was expected · what we did about it.
Issues travel as rows with a code and raw values (`RAW`); the wording is rendered once, at the end (`render`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import attrs
import polars as pl
import polars.selectors as cs

from zsell_transform.catalogue import KINDS as KINDS

SEVERITIES: Final = ("error", "warning", "info")

#: How issues travel between rooms: the contract's columns, with `detail` (what was expected, candidates …)
#: for the message.
RAW: Final[dict[str, Any]] = {
    "code": pl.String,
    "entity": pl.String,
    "file": pl.String,
    "row": pl.Int64,
    "source_id": pl.String,
    "field": pl.String,
    "value": pl.String,
    "detail": pl.String,
}
#: What users get: `issues.csv`, `migration.issues` (contract, section 5).
SCHEMA: Final[dict[str, Any]] = {
    "severity": pl.String,
    "code": pl.String,
    "entity": pl.String,
    "file": pl.String,
    "row": pl.Int64,
    "source_id": pl.String,
    "field": pl.String,
    "value": pl.String,
    "message": pl.String,
}

#: What a wording of the catalogue is filled with; other braces are lines of a mapping. A slot of a number may
#: name what is counted, one and several of it: `{value|record|records}` is `1 record` or `7 records`. What is
#: blank between quotes is `nothing`.
_SLOT: Final = re.compile(r"(')?\{(field|value|detail)(?:\|([^|{}]*)\|([^|{}]*))?\}(?(1)')")


def _place(column: str, name: str) -> pl.Expr:
    """A column that a frame may have or not, told without asking the frame for its schema."""
    kind = RAW[name]
    return pl.coalesce(cs.by_name(column, require_all=False), pl.lit(None, kind)).cast(kind).alias(name)


_NONE: Final = pl.DataFrame(schema=RAW)
_PLACE: Final = (_place("_file", "file"), _place("_row", "row"), _place("_id", "source_id"))


def empty() -> pl.DataFrame:
    """The neutral element: no issue, in the travelling schema."""
    return _NONE.clone()


def _check(code: str) -> None:
    """An unknown code is a programming mistake: it fails where it is made, not where it is rendered."""
    if code not in KINDS:
        raise KeyError(f"no issue of the catalogue: {code}")


def listed(names: pl.Series, most: int = 5) -> str:
    """The first of some names, as an issue lists them: `a, b …`."""
    return ", ".join(names.head(most)) + (" …" if names.len() > most else "")


def issue(
    code: str,
    *,
    entity: str | None = None,
    file: str | None = None,
    row: int | None = None,
    field: str | None = None,
    value: object = None,
    detail: str | None = None,
) -> pl.DataFrame:
    """One issue as a frame of one row (schema `RAW`), about a file, a column or the whole export."""
    _check(code)
    text = None if value is None else str(value)
    return pl.DataFrame([[code, entity, file, row, None, field, text, detail]], schema=RAW, orient="row")


def found(
    frame: pl.LazyFrame,
    code: str,
    *,
    entity: str | None,
    field: str | pl.Expr | None = None,
    value: pl.Expr | None = None,
    detail: str | pl.Expr | None = None,
) -> pl.LazyFrame:
    """The rows of a filtered frame as issues, one each; placed by `_file`, `_row`, `_id` where present."""
    _check(code)

    def text(given: str | pl.Expr | None) -> pl.Expr:
        return given if isinstance(given, pl.Expr) else pl.lit(given, dtype=pl.String)

    return frame.select(
        pl.lit(code).alias("code"),
        pl.lit(entity, dtype=pl.String).alias("entity"),
        *_PLACE,
        text(field).cast(pl.String).alias("field"),
        text(value).cast(pl.String).alias("value"),
        text(detail).cast(pl.String).alias("detail"),
    )


@attrs.frozen(eq=False)
class Told:
    """What is told of the rows that a condition holds for: an issue each, or (`counted`) their number.

    Arguments are those of `found`; expressions read the rows.
    """

    code: str
    when: pl.Expr
    entity: str | None
    field: str
    value: pl.Expr | None = None
    detail: str | pl.Expr | None = None
    counted: bool = False

    def of(self, frame: pl.DataFrame) -> pl.LazyFrame:
        rows = frame.lazy().select(cells=self.when.sum()) if self.counted else few(frame, self.when)
        value = pl.col("cells") if self.counted else self.value
        return found(rows, self.code, entity=self.entity, field=self.field, value=value, detail=self.detail)


def few(frame: pl.DataFrame, wanted: pl.Expr) -> pl.LazyFrame:
    """The few rows of a frame that something is told of, in one piece each.

    polars 2.1 panics where rows are filtered lazily, texts are put together of them, and the pieces of their
    columns differ, as they do where columns come from different rooms.
    """
    return frame.filter(wanted).rechunk().lazy()


def tell(frame: pl.DataFrame, told: Sequence[Told]) -> pl.DataFrame:
    """The issues about a frame's rows, in the order declared (schema `RAW`).

    Nearly no condition holds anywhere: all are looked at in one pass, and only the others are put in words.
    """
    if not (told and frame.height):
        return empty()
    somewhere = frame.select(one.when.any().alias(str(n)) for n, one in enumerate(told)).row(0)
    asked = [one.of(frame) for one, holds in zip(told, somewhere, strict=True) if holds]
    return gather(pl.collect_all(asked))


def gather(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All issues in one frame, in the order given."""
    given = [frame for frame in frames if frame.height]
    return pl.concat(given).rechunk() if given else empty()


def summed(raw: pl.DataFrame) -> pl.DataFrame:
    """Issues of several chunks; those about a whole column, one a chunk, become one with their sum."""
    whole = pl.col("row").is_null() & pl.col("source_id").is_null()
    columns = raw.filter(whole)
    if not columns.height:
        return raw
    keys = ["code", "entity", "file", "row", "source_id", "field", "detail"]
    once = columns.group_by(keys, maintain_order=True).agg(
        pl.col("value").cast(pl.Int64, strict=False).sum().cast(pl.String)
    )
    return pl.concat([raw.filter(~whole), once.select(raw.columns)])


def render(raw: pl.DataFrame) -> pl.DataFrame:
    """Travelling issues → the contract's columns, with severity and message, in reading order."""
    if not raw.height:
        return pl.DataFrame(schema=SCHEMA)
    codes = raw["code"].unique(maintain_order=True).to_list()
    parts = [_message(raw.filter(pl.col("code") == code), code) for code in codes]
    order = pl.col("severity").replace_strict(
        {name: n for n, name in enumerate(SEVERITIES)}, return_dtype=pl.Int8
    )
    return pl.concat(parts).sort(
        order, "code", "entity", "file", "row", "field", nulls_last=False, maintain_order=True
    )


def _message(rows: pl.DataFrame, code: str) -> pl.DataFrame:
    kind = KINDS[code]
    place = pl.concat_str(
        pl.col("file").fill_null(""), pl.format(" row {}", pl.col("row")).fill_null("")
    ).str.strip_chars()
    named = pl.concat_str(
        pl.col("entity"), pl.when(place != "").then(place), separator=", ", ignore_nulls=True
    ).replace("", "export")
    where = pl.concat_str(named, pl.format(" (id {})", pl.col("source_id")).fill_null(""))
    return rows.select(
        pl.lit(kind.severity).alias("severity"),
        *("code", "entity", "file", "row", "source_id", "field", "value"),
        pl.concat_str(
            where, pl.lit(": "), _filled(kind.what), pl.lit("; " if kind.did else ""), _filled(kind.did)
        ).alias("message"),
    )


def _filled(template: str) -> pl.Expr:
    """A template with its slots filled from the row; long values are cut here only, never in `value`."""
    parts, end = [], 0
    for slot in _SLOT.finditer(template):
        parts += [pl.lit(template[end : slot.start()]), *_of_slot(*slot.groups())]
        end = slot.end()
    return pl.concat_str(*parts, pl.lit(template[end:]))


def _of_slot(quote: str | None, name: str, one: str | None, many: str | None) -> list[pl.Expr]:
    cell = pl.col(name).fill_null("")
    short = cell.str.slice(0, 200)
    if one:
        return [short, pl.when(cell == "1").then(pl.lit(f" {one}")).otherwise(pl.lit(f" {many}"))]
    if quote:
        return [pl.when(cell == "").then(pl.lit("nothing")).otherwise(pl.format("'{}'", short))]
    return [short]

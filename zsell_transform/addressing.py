"""Drafts and plans → the rows that go out, with their links, in file parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping as MappingOf
from typing import Final

import attrs
import polars as pl

from zsell_transform.lap.words import OUT, Plan
from zsell_transform.sell.entities import ITEMS, TARGETS
from zsell_transform.transformers.table import Draft

#: Header of the text that grows by an extra line, by item.
TEXTS: Final = {"leads": "Note - Content", "activities": "Activity - Note", "notes": "Note - Content"}

#: Header → name of the key column, by entity: what the linker compares (see `linker`).
_PERSON: Final = {
    "name": "Person - Name", "first": "Person - First name", "last": "Person - Last name",
    "email": "Person - Email (Work)", "work": "Person - Phone (Work)", "mobile": "Person - Phone (Mobile)",
    "city": "_city", "company_id": "_company_id", "company_name": "_company_name",
}
_ABOUT: Final = {
    f"about_{part}": f"_about_{part}" for part in ("type", "id", "first", "last", "company", "deal")
}
KEYS: Final[dict[str, dict[str, str]]] = {
    "companies": {"name": "Organization - Name", "address": "Organization - Address", "city": "_city"},
    "contacts": _PERSON,
    "deals": {
        "title": "Deal - Title", "main_contact_id": "_main_contact_id", "main_contact_name": "_main_contact_name",
        "main_contact_email": "_main_contact_email", "company_id": "_company_id", "company_name": "_company_name",
    },
    "leads": {"title": "Lead - Title", "left_out": "_leave_out", **_PERSON},
    **dict.fromkeys(("tasks", "notes", "calls", "emails", "texts", "visits"), _ABOUT),
}
_PLACE: Final = {"n": "_n", "id": "_id", "file": "_file", "row": "_row"}


def key_frame(draft: Draft) -> pl.LazyFrame:
    """The columns of one entity that linking needs; only these are held in memory."""
    there = set(draft.frame.collect_schema().names())
    wanted = {**_PLACE, **KEYS[draft.entity]}
    return draft.frame.select(
        (pl.col(column) if column in there else pl.lit(None, dtype=pl.String)).alias(name)
        for name, column in wanted.items()
    ).with_columns(pl.col("file").cast(pl.Categorical), pl.col("row").cast(pl.Int64))


def empty_keys(entity: str) -> pl.DataFrame:
    """The key frame of an entity that the export lacks."""
    schema = {"n": pl.UInt32, "id": pl.String, "file": pl.Categorical, "row": pl.Int64}
    return pl.DataFrame(schema={**schema, **dict.fromkeys(KEYS[entity], pl.String)})


def fills(draft: Draft) -> pl.LazyFrame:
    """How many records have a value, by header."""
    return draft.frame.select(pl.col(header).count() for header in draft.headers)


@attrs.frozen(eq=False)
class Addressed:
    """The rows of one item that go out.

    Attributes:
        parts: label → rows with `_id` and every column in file order.
        columns: label → the columns that stand in that part's file.
        rows: how many.
    """

    item: str
    parts: MappingOf[str, pl.LazyFrame]
    columns: MappingOf[str, tuple[str, ...]]
    rows: int

    @property
    def headers(self) -> tuple[str, ...]:
        """All columns that stand in any file of the item, in order."""
        return tuple(dict.fromkeys(c for label in self.parts for c in self.columns[label]))

    def files(self) -> list[pl.LazyFrame]:
        """The parts as they are written."""
        return [self.parts[label].select(self.columns[label]) for label in self.parts]

    def scan(self) -> pl.LazyFrame:
        """All rows under all columns that stand in any file, with `_id`."""
        return pl.concat([part.select("_id", *self.headers) for part in self.parts.values()])


def address(
    drafts: MappingOf[str, Draft], plans: MappingOf[str, Plan], filled: MappingOf[str, MappingOf[str, int]]
) -> dict[str, Addressed]:
    """The rows of this lap of every item that has any.

    Args:
        filled: entity → header → how many of all records have a value.
    """
    done = {}
    for item in ITEMS:
        entities = [entity for entity, plan in plans.items() if TARGETS[entity] == item and entity in drafts]
        addressed = _item(item, [(drafts[e], plans[e], filled[e]) for e in entities])
        if addressed.parts:
            done[item] = addressed
    return done


def _item(item: str, given: list[tuple[Draft, Plan, MappingOf[str, int]]]) -> Addressed:
    going = [plan.rows.filter(pl.col("state") == OUT) for _, plan, _ in given]
    links = list(dict.fromkeys(c for _, plan, _ in given for c in plan.link_columns))
    headers = list(dict.fromkeys(h for draft, plan, _ in given for h in (*draft.headers, *_added_headers(plan))))
    standing = _standing(given, going, headers)
    order = _ordered(item, [h for h in headers if h in standing and h not in links], links, headers)
    parts: dict[str, pl.LazyFrame] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for label in sorted({label for rows in going for label in rows["part"].unique().to_list()}):
        of_part = [rows.filter(pl.col("part") == label) for rows in going]
        frames = [
            _rows(item, draft, plan, rows, order)
            for (draft, plan, _), rows in zip(given, of_part, strict=True)
            if rows.height
        ]
        linked = {c for rows in of_part for c in links if c in rows.columns and rows[c].count()}
        parts[label] = pl.concat(frames)
        blank = _blank(given, of_part) if " joins " in label else set()
        columns[label] = tuple(
            h for h in order if (h not in links or h in linked or h in standing and h in headers) and h not in blank
        )
    return Addressed(item, parts, columns, sum(rows.height for rows in going))


def _blank(given: list[tuple[Draft, Plan, MappingOf[str, int]]], going: list[pl.DataFrame]) -> set[str]:
    """Headers that are blank on the rows of a part that merges with what Pipedrive holds."""
    counts: dict[str, int] = {}
    for (draft, _, _), rows in zip(given, going, strict=True):
        frame = draft.frame.join(rows.lazy().select(_n="n"), on="_n", how="semi")
        row = frame.select(pl.col(header).count() for header in draft.headers).collect().row(0, named=True)
        counts = {header: counts.get(header, 0) + count for header, count in row.items()}
    return {header for header, count in counts.items() if not count}


def _added_headers(plan: Plan) -> list[str]:
    return [c for c in plan.added.columns if c != "id"] if plan.added.height else []


def _ordered(item: str, standing: list[str], links: list[str], headers: list[str]) -> list[str]:
    """Own columns, then links; a lead's row ends with its note, and its organization stands before that."""
    note = [h for h in standing if item == "leads" and h == TEXTS["leads"]]
    return [*(h for h in standing if h not in note), *links, *note]


def _standing(
    given: list[tuple[Draft, Plan, MappingOf[str, int]]], going: list[pl.DataFrame], headers: Iterable[str]
) -> set[str]:
    """Headers with a value in this lap's rows; counted anew only where not all records go out."""
    standing: set[str] = set()
    for (draft, plan, filled), rows in zip(given, going, strict=True):
        mine = rows.filter(pl.col("n").is_not_null())
        counts: MappingOf[str, int] = filled
        if 0 < mine.height < plan.rows["n"].count():
            frame = draft.frame.join(mine.lazy().select(_n="n"), on="_n", how="semi")
            counts = frame.select(pl.col(header).count() for header in draft.headers).collect().row(0, named=True)
        if mine.height:
            standing |= {header for header in draft.headers if counts[header]}
            standing |= {h for h in plan.overrides.columns if h != "n" and plan.overrides[h].count()}
            if "_extra" in rows.columns and rows["_extra"].count():
                standing.add(TEXTS[draft.target])
        added = plan.added.join(rows.select("id"), on="id", how="semi")
        standing |= {h for h in added.columns if h != "id" and added[h].count()}
    return standing


def _rows(item: str, draft: Draft, plan: Plan, rows: pl.DataFrame, order: list[str]) -> pl.LazyFrame:
    """The rows of one entity in one part, with `_id` and all columns in order; added records last."""
    mine = rows.filter(pl.col("n").is_not_null())
    parts = []
    if mine.height:
        parts.append(_drafted(item, draft, plan, mine, order))
    added = rows.filter(pl.col("n").is_null())
    if added.height:
        cells = [c for c in plan.added.columns if c != "id"]
        links = [c for c in plan.link_columns if c not in cells]
        full = added.select("id", *links).join(plan.added, on="id", how="left", maintain_order="left")
        parts.append(_shaped(full.lazy().rename({"id": "_id"}), order))
    return pl.concat(parts)


def _drafted(item: str, draft: Draft, plan: Plan, mine: pl.DataFrame, order: list[str]) -> pl.LazyFrame:
    links = list(plan.link_columns)
    extra = ["_extra"] if "_extra" in mine.columns and mine["_extra"].count() else []
    needed = [c for c in links if mine[c].count()] + extra
    frame = draft.frame
    if needed or mine.height < plan.rows["n"].count():
        frame = frame.join(
            mine.lazy().select(pl.col("n").alias("_n"), *needed), on="_n", how="inner", maintain_order="left"
        )
    frame = _overridden(frame, plan.overrides)
    if extra:
        frame = frame.with_columns(_with_extra(item, frame).alias(TEXTS[item]))
    return _shaped(frame, order)


def _overridden(frame: pl.LazyFrame, overrides: pl.DataFrame) -> pl.LazyFrame:
    cells = [c for c in overrides.columns if c != "n"]
    if not overrides.height or not cells:
        return frame
    there = set(frame.collect_schema().names())
    small = overrides.select(pl.col("n").alias("_n"), pl.lit(True).alias("!"), *(pl.col(c).alias(f"!{c}") for c in cells))
    joined = frame.join(small.lazy(), on="_n", how="left", maintain_order="left")
    return joined.with_columns(
        pl.when(pl.col("!").is_not_null()).then(pl.col(f"!{c}"))
        .otherwise(pl.col(c) if c in there else pl.lit(None, dtype=pl.String)).alias(c)
        for c in cells
    )


def _with_extra(item: str, frame: pl.LazyFrame) -> pl.Expr:
    """The extra line stands between heading and text; behind a lead's description."""
    there = set(frame.collect_schema().names())
    pieces = [TEXTS[item], "_extra"] if item == "leads" else ["_heading", "_extra", "_body", "_mark"]
    text = pl.concat_str([c for c in pieces if c in there], separator="<br>", ignore_nulls=True)
    return pl.when(pl.col("_extra").is_not_null()).then(text).otherwise(pl.col(TEXTS[item]) if TEXTS[item] in there else None)


def _shaped(frame: pl.LazyFrame, order: list[str]) -> pl.LazyFrame:
    there = set(frame.collect_schema().names())
    return frame.select(
        "_id", *(pl.col(h) if h in there else pl.lit(None, dtype=pl.String).alias(h) for h in order)
    )

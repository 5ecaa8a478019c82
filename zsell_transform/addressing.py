"""Drafts and plans → the rows that go out, with their links, in file parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from typing import Final

import attrs
import polars as pl

from zsell_transform.frames.pieces import in_slices
from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.lap.plans import OUT, SKIPPED, Plan
from zsell_transform.pipedrive.fields import ACTIVITY_NOTE, NAMES, NOTE, ORGANIZATION_ADDRESS
from zsell_transform.pipedrive.lead_people import OWN
from zsell_transform.pipedrive.person_values import FIRST_NAME, FOUND_BY, LAST_NAME
from zsell_transform.sell.entities import ITEMS, LINKED, TARGETS
from zsell_transform.transformers.draft import Draft

#: Header of the text that grows by an extra line, by item.
TEXTS: Final = {"leads": NOTE, "activities": ACTIVITY_NOTE, "notes": NOTE}

#: Name of the key column → header, by entity: what the linker compares (see `linker`).
_PERSON: Final = {"name": NAMES["persons"], "company_id": "_company_id", "company_name": "_company_name"}
_ABOUT: Final = {
    f"about_{part}": f"_about_{part}" for part in ("type", "id", "first", "last", "company", "deal")
}
_CALL: Final = {**_ABOUT, "about_deal_id": "_about_deal_id"}
KEYS: Final[dict[str, dict[str, str]]] = {
    "companies": {
        "name": NAMES["organizations"],
        "address": ORGANIZATION_ADDRESS,
        "city": "_city",
        "email": "Organization - Email",
        "website": "Organization - Website",
    },
    "contacts": _PERSON,
    "deals": {
        "title": NAMES["deals"],
        "main_contact_id": "_main_contact_id",
        "main_contact_name": "_main_contact_name",
        "main_contact_email": "_main_contact_email",
        "company_id": "_company_id",
        "company_name": "_company_name",
    },
    "leads": {
        "title": NAMES["leads"],
        "left_out": "_leave_out",
        "first": FIRST_NAME,
        "last": LAST_NAME,
        **{value.key: value.header for value in FOUND_BY},
        "city": "_city",
        **_PERSON,
    },
    **dict.fromkeys(("tasks", "notes", "emails", "visits"), _ABOUT),
    **dict.fromkeys(("calls", "texts"), _CALL),
}
#: Records that are looked at first, to see which headers have values.
_FIRST: Final = 2_000
#: Key columns that say few different things: held as codes.
_WORDS: Final = ("file", "about_type")
_PLACE: Final = {"n": "_n", "id": "_id", "file": "_file", "row": "_row"}


def key_frame(draft: Draft) -> pl.LazyFrame:
    """The columns of one entity that linking needs; only these are held in memory."""
    there = set(draft.frame.collect_schema().names())
    wanted = {**_PLACE, **KEYS[draft.entity]}
    words = [name for name in _WORDS if name in wanted]
    return draft.frame.select(
        column_or_blank(there, column).alias(name) for name, column in wanted.items()
    ).with_columns(pl.col("row").cast(pl.Int64), pl.col(words).cast(pl.Categorical))


def empty_keys(entity: str) -> pl.DataFrame:
    """The key frame of an entity that the export lacks."""
    places = {"n": pl.UInt32, "id": pl.String, "file": pl.String, "row": pl.Int64}
    keys = pl.DataFrame(schema={**places, **dict.fromkeys(KEYS[entity], pl.String)})
    return keys.with_columns(pl.col(name).cast(pl.Categorical) for name in _WORDS if name in keys.columns)


def fills(
    draft: Draft,
    known: MappingOf[str, int],
    among: pl.DataFrame | None = None,
    without: pl.Series | None = None,
) -> dict[str, int]:
    """How many records have a value, by header; at least 1 where it is only known that some have.

    The first records answer for most headers; all of them are asked only about those that are blank on these.

    Args:
        known: what is known already, by header.
        among: the records that count, by `n`; None = all.
        without: `n` of records that do not count, of which there are few.
    """
    counts = dict(known)
    rows = None if among is None else among.lazy().select(_n="n")
    others = None if without is None else ~pl.col("_n").is_in(without.implode())
    for frame in (draft.frame.head(_FIRST), draft.frame):
        unknown = [header for header in draft.headers if not counts.get(header) and known.get(header) != 0]
        if unknown:
            counted = frame if rows is None else frame.join(rows, on="_n", how="semi")
            counted = counted if others is None else counted.filter(others)
            asked = counted.select(pl.col(header).count() for header in unknown)
            counts |= asked.collect(engine="streaming").row(0, named=True)
    return counts


def arriving_fills(
    drafts: MappingOf[str, Draft], plans: MappingOf[str, Plan], filled: MappingOf[str, MappingOf[str, int]]
) -> dict[str, MappingOf[str, int]]:
    """`filled`, of organizations, persons, deals and leads without what reaches Pipedrive in no lap: records
    that are left out, and cells that their rows do not say. Where it all does, nothing is asked.
    """
    done = dict(filled)
    for entity in filled.keys() & plans.keys() & LINKED.keys():
        draft, plan, counts = drafts[entity], plans[entity], dict(filled[entity])
        skipped = plan.rows["n"].filter(plan.rows["state"] == SKIPPED).drop_nulls()
        if skipped.len() == plan.rows["n"].count():
            counts = dict.fromkeys(counts, 0)
        elif skipped.len():
            counts = fills(draft, {h: 0 for h, count in counts.items() if not count}, without=skipped)
        for header, silent in plan.silent.items():
            if counts.get(header) and silent.len():
                others = pl.concat([skipped, silent]).unique()
                own = sum(cells[header].count() for cells in plan.overrides if header in cells.columns)
                one = {h: 1 for h in draft.headers if h != header}
                counts[header] = own + fills(draft, one, without=others)[header]
        done[entity] = counts
    return done


@attrs.frozen(eq=False)
class Layout:
    """Which columns stand in which file of an item.

    Attributes:
        order: every column of the item that stands in any of its files.
        columns: label of a part → the columns of its files, in upload order.
    """

    order: tuple[str, ...]
    columns: MappingOf[str, tuple[str, ...]]


@attrs.frozen(eq=False)
class _Given:
    """What one entity gives to the files of its item.

    Attributes:
        filled: header → how many of all records have a value (at least 1 where it is only known that some
            have).
        going: the rows of the plan that go out.
    """

    draft: Draft
    plan: Plan
    filled: MappingOf[str, int]
    going: pl.DataFrame


def layouts(
    drafts: MappingOf[str, Draft], plans: MappingOf[str, Plan], filled: MappingOf[str, MappingOf[str, int]]
) -> dict[str, Layout]:
    """The layout of every item that has rows in this lap.

    Args:
        filled: entity → header → how many of all records have a value (at least 1 where it is only known that
            some have).
    """
    done = {}
    for item in ITEMS:
        entities = [entity for entity, plan in plans.items() if TARGETS[entity] == item and entity in drafts]
        given = [_Given(drafts[e], plans[e], filled[e], _going(plans[e].rows)) for e in entities]
        layout = _layout(item, given)
        if layout.columns:
            done[item] = layout
    return done


def _layout(item: str, given: list[_Given]) -> Layout:
    links = list(dict.fromkeys(column for one in given for column in one.plan.link_columns))
    headers = list(dict.fromkeys(header for one in given for header in _headers(one.draft, one.plan)))
    standing = _standing(given)
    order = _ordered(item, [h for h in headers if h in standing and h not in links], links)
    columns: dict[str, tuple[str, ...]] = {}
    for label in sorted(
        {label for one in given for label in one.going["part"].unique().to_list()}, key=_upload_order
    ):
        here = pl.col("part") == label
        linked = {column for one in given for column in _linked(one, here)}
        blank = _blank(given, here) if " joins " in label else _not_said(given, label)
        columns[label] = tuple(
            h
            for h in order
            if (h not in links or h in linked or (h in standing and h in headers)) and h not in blank
        )
    return Layout(tuple(h for h in order if any(h in part for part in columns.values())), columns)


def _going(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that go out; no copy where all of them do."""
    out = rows.select((pl.col("state") == OUT).fill_null(value=False)).to_series()
    return rows if out.all() else rows.filter(out)


def _linked(given: _Given, here: pl.Expr) -> set[str]:
    """The link columns with a value in the rows of a part."""
    filled: set[str] = set()
    for some in in_slices(given.going):
        cells = given.plan.linked(some.filter(here))
        filled |= {column for column in given.plan.link_columns if cells[column].count()}
    return filled


def _upload_order(label: str) -> tuple[bool, str]:
    """People come with their own lead before other leads join them."""
    return (f"person={OWN}" not in label, label)


def _not_said(given: list[_Given], label: str) -> set[str]:
    """Columns of a linked person that no row of the part fills, while the people joined have values there."""
    one = given[0]
    if one.plan.entity != "leads" or f"person={OWN}" in label:
        return set()
    rows = one.going.select("n", "id", "part").filter(pl.col("part") == label)
    said = {c for frame in _own_cells(one.plan, rows) for c in frame.columns if frame[c].count()}
    return {h for h in one.draft.headers if h.startswith("Person - ") and h not in said}


def _blank(given: list[_Given], here: pl.Expr) -> set[str]:
    """Headers that are blank on the rows of a part that merges with what Pipedrive holds."""
    counts: dict[str, int] = {}
    for one in given:
        rows = one.going.select("n", "id", "part").filter(here)
        frame = one.draft.frame.join(rows.lazy().select(_n="n"), on="_n", how="semi")
        asked = frame.select(pl.col(header).count() for header in one.draft.headers).collect()
        row = asked.row(0, named=True)
        counts = {header: counts.get(header, 0) + count for header, count in row.items()}
        for cells in _own_cells(one.plan, rows):
            counts |= {h: counts.get(h, 0) + cells[h].count() for h in cells.columns if h not in ("id", "n")}
    return {header for header, count in counts.items() if not count}


def _own_cells(plan: Plan, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The cells of some rows that are not the draft's: of records that are only named, and of the plan's."""
    yield _added(plan, rows)
    yield from (own.join(rows, on="n", how="semi") for own in plan.overrides)


def _added(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The cells of those of the rows that the export only names."""
    named = rows.filter(pl.col("n").is_null())
    return plan.added.join(named.select("id"), on="id", how="semi")


def _headers(draft: Draft, plan: Plan) -> Iterator[str]:
    """The draft's headers, and those that only records with cells of their own, or added ones, fill."""
    yield from draft.headers
    yield from (column for own in plan.overrides if own.height for column in own.columns if column != "n")
    yield from (column for column in plan.added.columns if plan.added.height and column != "id")
    if "_extra" in plan.rows.columns and plan.rows["_extra"].count():
        yield TEXTS[draft.target]


def _ordered(item: str, standing: list[str], links: list[str]) -> list[str]:
    """Own columns, then links; a lead's row ends with its note, and its organization stands before that."""
    note = [h for h in standing if item == "leads" and h == TEXTS["leads"]]
    return [*(h for h in standing if h not in note), *links, *note]


def _standing(given: list[_Given]) -> set[str]:
    """Headers with a value in this lap's rows; counted anew only where not all records go out."""
    standing: set[str] = set()
    for one in given:
        draft, plan, rows = one.draft, one.plan, one.going
        mine = rows.select("n").drop_nulls()
        counts, some = one.filled, None
        if 0 < mine.height < plan.rows["n"].count():
            some = mine
            counts = fills(draft, {header: 0 for header, count in one.filled.items() if not count}, some)
        if mine.height:
            drafted = {header for header in draft.headers if counts[header]}
            own = {h for cells in plan.overrides for h in cells.columns if h != "n" and cells[h].count()}
            standing |= own | drafted - _all_overridden(one, drafted - own, some)
            if "_extra" in rows.columns and rows["_extra"].count():
                standing.add(TEXTS[draft.target])
        added = _added(plan, rows)
        standing |= {h for h in added.columns if h != "id" and added[h].count()}
    return standing


def _all_overridden(given: _Given, drafted: set[str], among: pl.DataFrame | None) -> set[str]:
    """Those of the headers that only rows fill of which the own cells, blank ones, take the place."""
    draft, cells = given.draft, [own for own in given.plan.overrides if own.height]
    together: dict[tuple[int, ...], list[str]] = {}
    for header in draft.headers:
        places = tuple(n for n, own in enumerate(cells) if header in own.columns)
        if places and header in drafted:
            together.setdefault(places, []).append(header)
    blank: set[str] = set()
    for places, headers in together.items():
        blanked = pl.concat([cells[n]["n"] for n in places]).unique()
        others = fills(draft, {h: 1 for h in draft.headers if h not in headers}, among, blanked)
        blank |= {header for header in headers if not others[header]}
    return blank


# --- rows ------------------------------------------------------------------------------------------


def addressed(
    item: str, plan: Plan, rows: pl.DataFrame, done: pl.DataFrame, order: Iterable[str]
) -> pl.DataFrame:
    """The rows of one chunk that go out, with their links.

    Args:
        rows: the plan's rows of the chunk, one for each of `done`, in its order.
        done: the chunk's draft.
        order: the columns of the item.

    Returns:
        `_id, _file, _row, part` and the columns in order.
    """
    rows = plan.linked(rows)
    extra = ["_extra"] if "_extra" in rows.columns and rows["_extra"].count() else []
    links = [c for c in plan.link_columns if rows[c].count()]
    frame = done.hstack(rows.select("state", "part", *links, *extra)).filter(pl.col("state") == OUT)
    for own in plan.overrides:
        frame = _overridden(frame, own)
    if extra:
        frame = frame.with_columns(_with_extra(item, frame.columns).alias(TEXTS[item]))
    return _shaped(frame, order)


def added_rows(plan: Plan, order: Iterable[str]) -> pl.DataFrame:
    """The rows of records that the export only names, in the same shape."""
    rows = plan.rows.filter(pl.col("n").is_null() & (pl.col("state") == OUT))
    links = [c for c in plan.link_columns if c not in plan.added.columns]
    full = (
        plan.linked(rows)
        .select("id", "part", *links)
        .join(plan.added, on="id", how="left", maintain_order="left")
    )
    return _shaped(full.rename({"id": "_id"}), order)


def _overridden(frame: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """The chunk with some records' own cells, blank ones too, in place of the draft's."""
    cells = [c for c in overrides.columns if c != "n"]
    if not overrides.height or not cells:
        return frame
    own = {c: f"own {c}" for c in cells}
    small = overrides.rename({"n": "_n", **own}).with_columns(_own=pl.lit(value=True))
    joined = frame.join(small, on="_n", how="left", maintain_order="left")
    there = [column_or_blank(frame.columns, c) for c in cells]
    return joined.with_columns(
        pl.when(pl.col("_own").is_not_null()).then(own[c]).otherwise(drafted).alias(c)
        for c, drafted in zip(cells, there, strict=True)
    ).drop("_own", *own.values())


def _with_extra(item: str, there: Iterable[str]) -> pl.Expr:
    """The extra line stands between heading and text; behind a lead's description."""
    there = set(there)
    pieces = [TEXTS[item], "_extra"] if item == "leads" else ["_heading", "_extra", "_body", "_mark"]
    text = pl.concat_str([c for c in pieces if c in there], separator="<br>", ignore_nulls=True)
    return pl.when(pl.col("_extra").is_not_null()).then(text).otherwise(column_or_blank(there, TEXTS[item]))


def _shaped(frame: pl.DataFrame, order: Iterable[str]) -> pl.DataFrame:
    def column(name: str, dtype: type[pl.DataType] | pl.DataType = pl.String) -> pl.Expr:
        return pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)

    return frame.select(
        "_id", column("_file"), column("_row", pl.Int64), "part", *(column(header) for header in order)
    )

"""Which person each row hits: the same name and any of organization, e-mail and phone (K5).

Joins tell apart what shares no such key, and what all meets the same record. Only where rows and records hang
together otherwise does a loop follow the order of the rows (`person_loop.py`). Numbers of records are as in
`match.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import polars as pl

from zsell_transform.pipedrive.assumptions import Readings
from zsell_transform.pipedrive.wizard.match import by_id, compared, compared_phone, made_or_met
from zsell_transform.pipedrive.wizard.person_loop import PersonLoop
from zsell_transform.pipedrive.wizard.rows import Rows
from zsell_transform.pipedrive.wizard.store import Store, column, is_contact


@attrs.frozen
class _People:
    """Everything that decides about people, as frames.

    Attributes:
        table: code, n (name), o (organization) of the records.
        own: _row, n, o, code (null save for rows with a System ID), history (the row has a deal, lead …).
        table_values, own_values: code or _row, v (an e-mail `e:…`, a phone `p:…`) and the field f it stands
            in.
        fields: the file's columns for e-mails and phones.
    """

    table: pl.DataFrame
    own: pl.DataFrame
    table_values: pl.DataFrame
    own_values: pl.DataFrame
    fields: tuple[str, ...]


def persons(
    rows: Rows, store: Store, readings: Readings, of_row: pl.DataFrame, *, loop: bool = False
) -> pl.DataFrame:
    """`_row, code, how` of every row with a person.

    Args:
        of_row: `_row, code` of the row's organization.
        loop: everything by the loop, nothing by joins.
    """
    item, records = "persons", store["persons"].height
    numbered = by_id(item, rows, store)
    if numbered.height == rows.of(item).height:
        return numbered
    people = _people(rows, store, readings, of_row, numbered)
    named = people.own.filter(pl.col("code").is_null())
    told = _told_apart(people, _moving(people, readings), loop=loop)
    plain = named.join(told.unsure, on="_row", how="anti", maintain_order="left").join(
        told.certain, on="_row", how="left", maintain_order="left", suffix="_hit"
    )
    followed = _followed(people, told, readings, records)
    made = pl.col("_row") + records
    return pl.concat(
        [
            numbered,
            made_or_met(plain, pl.coalesce("code_hit", made), records),
            made_or_met(followed, pl.col("code"), records),
        ]
    ).sort("_row")


def _followed(people: _People, told: _Told, readings: Readings, records: int) -> pl.DataFrame:
    """`_row, code` of the rows whose fate depends on the order."""
    table = people.table.join(told.records, on="code", how="semi", maintain_order="left")
    story = pl.concat(
        [
            people.own.filter(pl.col("code").is_null()).join(told.unsure, on="_row", how="semi"),
            people.own.join(told.records, on="code", how="semi"),
        ]
    ).sort("_row")
    loop = PersonLoop(readings, records)
    return loop.follow(table, people.table_values, story, people.own_values, people.fields)


def _moving(people: _People, readings: Readings) -> pl.Series:
    """The names in which a row with a System ID may take away what its record is found by."""
    changing = (
        people.own.filter(pl.col("code").is_not_null())
        .join(people.table, on="code", how="left", suffix="_was", maintain_order="left")
        .filter(
            (pl.col("n") != pl.col("n_was"))
            | pl.col("o").is_not_null() & pl.col("o").ne_missing(pl.col("o_was"))
            | pl.lit(readings["blank_on_id"] == "erases")
        )
    )
    return pl.concat([changing["n"], changing["n_was"]]).drop_nulls().unique()


@attrs.frozen
class _Told:
    """What joins can tell.

    Attributes:
        certain: _row, code: rows that hit that record, whatever the order; rows that are nowhere make a new
            one.
        unsure: _row: rows whose fate depends on the order; `records`: code of the records they may meet.
    """

    certain: pl.DataFrame
    unsure: pl.DataFrame
    records: pl.DataFrame


def _told_apart(people: _People, moving: pl.Series, *, loop: bool) -> _Told:
    """Rows and records that share a key (a name with a value) belong together, also through third ones.

    A row that shares no key is new. Where one record and the rows that all meet it are together, they are
    one. Everything that hangs together otherwise is left to the loop.
    """
    own = people.own.join(
        people.table.select("code", n_was="n"), on="code", how="left", maintain_order="left"
    ).with_columns(pl.coalesce("n", "n_was").alias("n"))
    of_rows = _keys(own, people.own_values, "_row")
    of_records = _keys(
        people.table.join(own.select("n").unique(), on="n", how="semi"), people.table_values, "code"
    )
    shared = pl.concat([of_rows.select("n", "v"), of_records.select("n", "v")]).group_by("n", "v").len()
    shared = shared.filter(pl.col("len") > 1).select("n", "v").with_row_index("k")
    row_keys = of_rows.join(shared, on=["n", "v"], how="inner").select("_row", "k")
    record_keys = of_records.join(shared, on=["n", "v"], how="inner").select("code", "k")

    known = own.select("_row", "code").drop_nulls()
    chosen = pl.concat([_met(row_keys.join(known, on="_row", how="anti"), record_keys), known])

    places = own.select("_row", "o").join(chosen, on="_row", how="inner").select("code", "o")
    all_places = pl.concat([places, people.table.select("code", "o")]).drop_nulls().group_by("code")
    movable = all_places.agg(n=pl.col("o").n_unique()).filter(pl.col("n") > 1)
    torn = row_keys.join(chosen, on="_row", how="inner").group_by("k").agg(n=pl.col("code").n_unique())
    start = pl.concat(
        [
            row_keys.join(chosen, on="_row", how="anti").select("_row"),
            row_keys.join(torn.filter(pl.col("n") > 1), on="k", how="semi").select("_row"),
            chosen.join(movable, on="code", how="semi").select("_row"),
            own.filter(pl.col("n").is_in(moving.implode()) | pl.lit(loop)).select("_row"),
        ]
    ).unique()
    unsure, records = _spread(start, row_keys, record_keys, chosen)
    conflicting = people.table.filter(pl.col("n").is_in(moving.implode()) | pl.lit(loop)).select("code")
    return _Told(chosen, unsure, pl.concat([records, conflicting]).unique())


def _met(row_keys: pl.DataFrame, record_keys: pl.DataFrame) -> pl.DataFrame:
    """`_row, code` of rows whose keys are those of one record; rows and records of a key are not paired."""
    holders = record_keys.group_by("k").agg(pl.col("code").first(), several=pl.len() > 1)
    met = row_keys.join(holders, on="k", how="inner")
    each = met.group_by("_row").agg(
        pl.col("code").first(), one=(pl.col("code").n_unique() == 1) & ~pl.col("several").any()
    )
    return each.filter("one").select("_row", "code")


def _keys(frame: pl.DataFrame, values: pl.DataFrame, key: str) -> pl.DataFrame:
    """`key, n, v`: the name with each e-mail, phone and the organization."""
    placed = frame.filter(pl.col("o").is_not_null()).select(
        key, "n", v=pl.lit("o:") + pl.col("o").cast(pl.String)
    )
    valued = values.join(frame.select(key, "n"), on=key, how="inner").select(key, "n", "v")
    return pl.concat([valued, placed]).unique()


def _spread(
    start: pl.DataFrame, row_keys: pl.DataFrame, record_keys: pl.DataFrame, chosen: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of `start`, and all that hang together with them through keys or records; these records.

    All other rows have chosen a record, and hang on it with all their keys. So one record leads to another
    through keys alone that both have or that rows of both have, and few keys are such.
    """
    held = record_keys.join(row_keys.select("k").unique(), on="k", how="semi").select("k", "code")
    hung = pl.concat([held, row_keys.join(chosen, on="_row", how="inner").select("k", "code")]).unique()
    keys = row_keys.join(start, on="_row", how="semi").select("k").unique()
    front = pl.concat(
        [
            hung.join(keys, on="k", how="semi").select("code"),
            chosen.join(start, on="_row", how="semi").select("code"),
        ]
    ).unique()
    leading = hung.filter(pl.len().over("k") > 1)
    codes = pl.DataFrame({"code": _reached(front, leading)}, schema={"code": pl.Int64})
    keys = pl.concat([keys, hung.join(codes, on="code", how="semi").select("k")]).unique()
    unsure = pl.concat(
        [
            start,
            row_keys.join(keys, on="k", how="semi").select("_row"),
            chosen.join(codes, on="code", how="semi").select("_row"),
        ]
    )
    return unsure.unique(), codes


def _reached(front: pl.DataFrame, leading: pl.DataFrame) -> list[int]:
    """The codes to which keys lead (`k, code`), one from the other; each key and each code is taken once."""
    of_key: dict[int, list[int]] = {}
    of_code: dict[int, list[int]] = {}
    for k, code in leading.iter_rows():
        of_key.setdefault(k, []).append(code)
        of_code.setdefault(code, []).append(k)
    left = front["code"].to_list()
    reached = set(left)
    while left:
        for k in of_code.get(left.pop(), ()):
            near = [code for code in of_key.pop(k, ()) if code not in reached]
            reached.update(near)
            left += near
    return list(reached)


def _people(
    rows: Rows, store: Store, readings: Readings, of_row: pl.DataFrame, numbered: pl.DataFrame
) -> _People:
    item = "persons"
    organization = _employers(rows, store, readings, of_row)
    places = store["organizations"].select(_organization="_id").with_row_index("o")
    table = (
        store[item]
        .with_row_index("code")
        .with_columns(column(store[item], "_organization").alias("_organization"))
    )
    placed = table.join(places, on="_organization", how="left", maintain_order="left").select(
        pl.col("code").cast(pl.Int64),
        n=compared(column(table, "Name"), readings),
        o=pl.col("o").cast(pl.Int64),
    )
    placed = _as_compared(placed, organization)
    history = pl.any_horizontal("deals", "leads", "activities", "notes")
    own = rows.of(item).select("_row", n=compared(rows.cell(item, "Name"), readings), history=history)
    own = own.join(of_row.select("_row", o="code"), on="_row", how="left", maintain_order="left")
    own = _as_compared(own, organization).join(
        numbered.select("_row", "code"), on="_row", how="left", maintain_order="left"
    )
    return _People(
        placed,
        own,
        _values(table, pl.col("code").cast(pl.Int64).alias("code"), store[item].columns, "", readings),
        _values(rows.of(item), pl.col("_row"), rows.fields.get(item, ()), "persons.", readings),
        tuple(field for field in rows.fields.get(item, ()) if is_contact(field)),
    )


def _employers(rows: Rows, store: Store, readings: Readings, of_row: pl.DataFrame) -> pl.DataFrame | None:
    """Organization → the number that stands for its name, where only the name counts."""
    if readings["organization_of_person"] == "record":
        return None
    there = (
        store["organizations"]
        .select(n=compared(column(store["organizations"], "Name"), readings))
        .with_row_index("o")
    )
    made = (
        rows.of("organizations")
        .select("_row", n=compared(rows.cell("organizations", "Name"), readings))
        .join(of_row, on="_row", how="inner", maintain_order="left")
    )
    both = pl.concat(
        [
            there.select(pl.col("o").cast(pl.Int64), "n"),
            made.filter(pl.col("how") == "new").select(o="code", n="n"),
        ]
    )
    return both.with_columns(same=pl.col("o").min().over("n")).select("o", "same")


def _as_compared(frame: pl.DataFrame, organization: pl.DataFrame | None) -> pl.DataFrame:
    if organization is None:
        return frame
    return frame.join(organization, on="o", how="left", maintain_order="left").drop("o").rename({"same": "o"})


def _values(
    frame: pl.DataFrame, key: pl.Expr, fields: Iterable[str], prefix: str, readings: Readings
) -> pl.DataFrame:
    """The e-mails and phones of rows or records, one a row."""
    name = key.meta.output_name()
    parts = [pl.DataFrame(schema={name: pl.Int64, "v": pl.String, "f": pl.String})]
    for field in fields:
        if not is_contact(field):
            continue
        cell = pl.col(f"{prefix}{field}").str.split(", ")
        kind, fold = ("e:", compared) if field.startswith("Email") else ("p:", compared_phone)
        pieces = frame.select(key, cell.alias("v")).explode("v")
        parts.append(
            pieces.select(name, v=pl.lit(kind) + fold(pl.col("v"), readings), f=pl.lit(field)).drop_nulls()
        )
    return pl.concat(parts).unique(maintain_order=True)

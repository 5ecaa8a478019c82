"""Record → System ID or merge key, and the proof that the wizard hits only it.

The wizard takes organizations of one name and one address for the same, and people of one name who share an
e-mail, a
phone or an organization (facts: K5, K18). Here every record gets *tokens*, the values by which the wizard
could find
it under its name; records that share name and token are one to the wizard. What might be equal counts as
equal when
rows are kept apart, and as unproven when they are linked (contract, section 4).

The room knows nothing of Sell: it sees records with an id, a name and values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count
from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import digits, fold, folded

#: Kinds of records in a pool: not in Pipedrive yet; there and ours; there and nobody's; there under an id not
#: given.
ABSENT: Final = "absent"
PRESENT: Final = "present"
OTHER: Final = "other"
FOREIGN: Final = "foreign"

#: What the wizard could find a record by: rows of `uid`, `n` (folded name) and `v` (a value).
Tokens = Callable[[pl.DataFrame], pl.DataFrame]

_POOL: Final = ["uid", "kind", "id", "name", "city"]


@attrs.frozen
class Keys:
    """What is known of each record of one kind.

    Attributes:
        frame: one row a record: id, system_id and printed (its name in Pipedrive; null where it is not
            there),
            name (as it is to be written), renamed, joins (System ID of a record that is not ours and that its
            row
            merges with), into (id of the record whose row carries it), proven (bool).
        collisions: id, name, final, with: records that the wizard would have merged, for the issues.
    """

    frame: pl.DataFrame
    collisions: pl.DataFrame


def organizations(sell: pl.DataFrame, held: pl.DataFrame, *, merge: bool, bare_separate: bool) -> Keys:
    """Organizations to be written, against those that Pipedrive holds.

    Args:
        sell: id, name, address, city.
        held: system_id, name, address, sell_id.
        merge: records that the wizard would merge become one row, instead of getting distinct names.
        bare_separate: the wizard keeps organizations of one name without address apart.
    """
    pool = _pool(sell, held, ["address"])
    seen = pl.concat(
        [
            pool.select("uid", n=folded(pl.col("name")), a=folded(pl.col("address"))),
            pool.filter(pl.col("kind") == PRESENT).select(
                "uid", n=folded(pl.col("printed")), a=folded(pl.col("held_address"))
            ),
        ]
    )

    def tokens(frame: pl.DataFrame) -> pl.DataFrame:
        addressed = frame.filter(pl.col("a").is_not_null()).select("uid", "n", v="a")
        if bare_separate:
            return addressed
        bare = frame.filter(pl.col("a").is_null()).select("n").unique()
        return pl.concat([addressed, frame.join(bare, on="n", how="semi").select("uid", "n", v=pl.lit("*"))])

    return _keys(pool, seen, tokens, merge=merge)


def persons(sell: pl.DataFrame, held: pl.DataFrame, *, merge: bool) -> Keys:
    """People to be written, against those that Pipedrive holds.

    Args:
        sell: id, name, email, work, mobile, city, place (token of the person's organization).
        held: system_id, name, emails, phones, place, sell_id.
        merge: as for organizations.
    """
    pool = _pool(sell, held, ["email", "work", "mobile", "place"])
    return _keys(pool, seen_persons(pool), person_tokens, merge=merge)


def seen_persons(pool: pl.DataFrame) -> pl.DataFrame:
    """Each person of a pool once as written and, if present, once as Pipedrive holds it, with the values
    compared.
    """
    none = pl.lit(None, dtype=pl.List(pl.String))
    return pl.concat(
        [
            pool.select("uid", "name", "email", "work", "mobile", "place", emails=none, phones=none),
            pool.filter(pl.col("kind") != ABSENT).select(
                "uid",
                pl.coalesce("printed", "name").alias("name"),
                *(pl.lit(None, dtype=pl.String).alias(c) for c in ("email", "work", "mobile")),
                place="held_place",
                emails="emails",
                phones="phones",
            ),
        ]
    ).with_columns(n=folded(pl.col("name")))


def person_tokens(frame: pl.DataFrame) -> pl.DataFrame:
    """uid, n, v: what the wizard could find each person by, beside the name."""

    def of(prefix: str, value: pl.Expr, rows: pl.DataFrame = frame) -> pl.DataFrame:
        return rows.select("uid", "n", v=pl.lit(prefix) + value)

    several = frame.filter(pl.col("emails").is_not_null() | pl.col("phones").is_not_null())
    parts = [
        of("e:", folded(pl.col("email"))),
        of("p:", digits(pl.col("work"))),
        of("p:", digits(pl.col("mobile"))),
        of("o:", pl.col("place")),
        of("e:", folded(pl.col("emails")), several.explode("emails")),
        of("p:", digits(pl.col("phones")), several.explode("phones")),
    ]
    return pl.concat(parts).filter(pl.col("n").is_not_null() & pl.col("v").is_not_null())


# --- the pool: all records that could be taken for one another ---------------------------------------


def _pool(sell: pl.DataFrame, held: pl.DataFrame, values: Sequence[str]) -> pl.DataFrame:
    """Sell's records with what Pipedrive holds of them, then Pipedrive's other records.

    A record that Pipedrive holds under `name:…` is the one record of that name, should the export hold one by
    now.
    """
    ours = held.filter(pl.col("sell_id").is_not_null()).unique("sell_id", keep="first", maintain_order=True)
    by_name = ours.filter(pl.col("sell_id").str.starts_with("name:")).select(
        named_id="sell_id", f=pl.col("sell_id").str.strip_prefix("name:")
    )
    single = sell.select("id", f=folded(pl.col("name"))).filter(
        pl.col("f").is_not_null() & pl.col("f").is_unique() & ~pl.col("id").str.starts_with("name:")
    )
    named_so = single.join(by_name, on="f", how="inner", maintain_order="left")
    alias = named_so.join(ours.select(id="sell_id"), on="id", how="anti", maintain_order="left")
    known = pl.concat(
        [
            ours.with_columns(id=pl.col("sell_id")),
            alias.select("id", sell_id="named_id")
            .join(ours, on="sell_id", how="inner", maintain_order="left")
            .select(*ours.columns, "id"),
        ]
    ).drop("sell_id")
    extra = [c for c in held.columns if c not in ("system_id", "name", "sell_id")]
    known = known.rename({"name": "printed", **{c: f"held_{c}" for c in extra if c in values}})
    mine = sell.join(known, on="id", how="left", maintain_order="left").with_columns(
        kind=pl.when(pl.col("system_id").is_not_null()).then(pl.lit(PRESENT)).otherwise(pl.lit(ABSENT))
    )
    rest = held.join(mine.select("system_id").drop_nulls(), on="system_id", how="anti", maintain_order="left")
    rest = rest.unique("system_id", keep="first", maintain_order=True)
    theirs = (
        rest.rename({c: f"held_{c}" for c in extra if c in values})
        .with_columns(
            id=pl.lit(None, dtype=pl.String),
            printed=pl.col("name"),
            kind=pl.when(pl.col("sell_id").is_null()).then(pl.lit(OTHER)).otherwise(pl.lit(FOREIGN)),
        )
        .drop("sell_id")
    )
    if "held_address" in theirs.columns:
        theirs = theirs.with_columns(address="held_address")
    return pl.concat([mine, theirs], how="diagonal_relaxed").with_row_index("uid")


def _keys(pool: pl.DataFrame, seen: pl.DataFrame, tokens: Tokens, *, merge: bool) -> Keys:
    spread = tokens(seen)
    components = list(collisions(spread, pool))
    decided = _decided(pool, components, merge=merge)
    named = pool.join(decided, on="uid", how="left", maintain_order="left").with_columns(
        final=pl.coalesce("final", "name"), renamed=pl.col("final").is_not_null()
    )
    return Keys(_frame(named, seen, tokens), _told(pool, decided, components))


def _frame(named: pl.DataFrame, seen: pl.DataFrame, tokens: Tokens) -> pl.DataFrame:
    """The proof, made over the final names: a record is proven if it has a token and shares none."""
    same = named.select("uid", one=pl.coalesce("into_uid", "uid"))
    joined = named.filter(pl.col("joins_uid").is_not_null()).select(uid="joins_uid", one="uid")
    one = pl.concat([same.join(joined, on="uid", how="anti"), joined])
    final = seen.join(
        named.filter("renamed").select("uid", "final"), on="uid", how="left", maintain_order="left"
    )
    renamed = final.with_columns(
        n=pl.when(pl.col("final").is_not_null()).then(folded(pl.col("final"))).otherwise("n")
    )
    spread = (
        tokens(renamed.drop("final"))
        .join(one, on="uid", how="left", maintain_order="left")
        .drop("uid")
        .rename({"one": "uid"})
    )
    shared = _shared(spread)
    found = spread.select("uid").unique().join(shared.select("uid").unique(), on="uid", how="anti")
    ids = named.select(into_uid="uid", into="id")
    systems = named.select(joins_uid="uid", joins="system_id")
    return (
        named.filter(pl.col("id").is_not_null())
        .join(ids, on="into_uid", how="left", maintain_order="left")
        .join(systems, on="joins_uid", how="left", maintain_order="left")
        .join(found.select(uid="uid", proven=pl.lit(True)), on="uid", how="left", maintain_order="left")
        .select(
            "id",
            "system_id",
            "printed",
            pl.col("final").alias("name"),
            "renamed",
            "joins",
            "into",
            pl.col("proven").fill_null(False),
        )
    )


# --- collisions ------------------------------------------------------------------------------------


def _shared(spread: pl.DataFrame) -> pl.DataFrame:
    """uid, n, v of tokens that several records have under one name. Compared by hash first: text is held
    for few.
    """
    hashed = spread.with_columns(h=pl.struct("n", "v").hash())
    several = hashed.filter(pl.col("h").is_duplicated()).unique(["h", "uid"])
    twice = several.filter(pl.col("h").is_duplicated())
    return twice.filter(pl.struct("n", "v").is_duplicated()).select("uid", "n", "v").sort("n", "v", "uid")


def collisions(spread: pl.DataFrame, pool: pl.DataFrame) -> Iterator[list[int]]:
    """Groups of uids that are one to the wizard, also through a third, with at least one that is not there
    yet.
    """
    shared = _shared(spread)
    if not shared.height:
        return
    parent: dict[int, int] = {}

    def root(uid: int) -> int:
        while parent.setdefault(uid, uid) != uid:
            parent[uid] = uid = parent[parent[uid]]
        return uid

    for members in shared.group_by("n", "v", maintain_order=True).agg("uid")["uid"].to_list():
        for other in members[1:]:
            parent[root(other)] = root(members[0])
    groups: dict[int, list[int]] = {}
    for uid in sorted(parent):
        groups.setdefault(root(uid), []).append(uid)
    absent = set(pool.filter((pl.col("kind") == ABSENT) & pl.col("uid").is_in(list(parent)))["uid"].to_list())
    yield from (group for group in groups.values() if len(group) > 1 and absent.intersection(group))


def _decided(pool: pl.DataFrame, components: list[list[int]], *, merge: bool) -> pl.DataFrame:
    """uid, final (a distinct name), joins_uid, into_uid for the records in conflict; the only loop over
    records.
    """
    schema = {"uid": pl.UInt32, "final": pl.String, "joins_uid": pl.UInt32, "into_uid": pl.UInt32}
    if not components:
        return pl.DataFrame(schema=schema)
    involved = [uid for group in components for uid in group]
    records = {row["uid"]: row for row in pool.filter(pl.col("uid").is_in(involved)).select(_POOL).to_dicts()}
    taken = Names(pool)
    rows: list[tuple[int, str | None, int | None, int | None]] = []
    for group in components:
        members = [records[uid] for uid in group]
        absent = sorted((m for m in members if m["kind"] == ABSENT), key=lambda m: by_id(m["id"]))
        there = [m for m in members if m["kind"] in (PRESENT, FOREIGN)]
        others = [m for m in members if m["kind"] == OTHER]
        first, rest = absent[0], absent[1:]
        if there or len(others) > 1:
            rest = absent
        elif others:
            rows.append((first["uid"], None, others[0]["uid"], None))
        for record in rest:
            if merge and record is not first and not there and len(others) < 2:
                rows.append((record["uid"], None, None, first["uid"]))
            else:
                rows.append((record["uid"], taken.distinct(record["name"], record["city"]), None, None))
    return pl.DataFrame(rows, schema=schema, orient="row")


def by_id(text: str) -> tuple[bool, int, str]:
    """Sort key: numeric Sell ids in their order, stand-ins behind them."""
    return (not text.isdigit(), int(text) if text.isdigit() else 0, text)


class Names:
    """The names that are taken: what a distinguished record may not be called."""

    def __init__(self, pool: pl.DataFrame) -> None:
        # Only names in brackets can be hit by a suffix, so only these are held.
        columns = [c for c in ("name", "printed") if c in pool.columns]
        bracketed = [
            pool[c].drop_nulls().to_frame("x").filter(pl.col("x").str.ends_with(")"))["x"] for c in columns
        ]
        self._taken = {fold(name) for series in bracketed for name in series.to_list()}

    def distinct(self, name: str, city: str | None) -> str:
        """The name with ` (City)`, else ` (2)`, ` (3)` … behind it, and from now on taken."""
        town = [f"{name} ({city.strip()})"] if city and city.strip() else []
        numbered = (f"{name} ({n})" for n in count(2))
        chosen = next(c for c in chain(town, numbered) if fold(c) not in self._taken)
        self._taken.add(fold(chosen))
        return chosen


def _told(pool: pl.DataFrame, decided: pl.DataFrame, components: list[list[int]]) -> pl.DataFrame:
    """id, name, final, joins, into, with: for each decided record, the records that it would have been
    taken for.
    """
    if not decided.height:
        return pl.DataFrame(schema=dict.fromkeys(("id", "name", "final", "joins", "into", "with"), pl.String))
    labels = pool.select(
        "uid",
        label=pl.coalesce(pl.col("id"), pl.format("Pipedrive {}", pl.col("system_id"))),
        id="id",
        name="name",
        system_id="system_id",
    )
    groups = pl.DataFrame(
        [(uid, other) for group in components for uid in group[:50] for other in group[:6] if other != uid],
        schema={"uid": pl.UInt32, "other": pl.UInt32},
        orient="row",
    )
    others = (
        groups.join(labels.select(other="uid", label="label"), on="other", maintain_order="left")
        .group_by("uid", maintain_order=True)
        .agg(pl.col("label").str.join(", ").alias("with"))
    )
    names = labels.select(into_uid="uid", into="id")
    systems = labels.select(joins_uid="uid", joins="system_id")
    return (
        decided.join(labels.select("uid", "id", "name"), on="uid", how="left", maintain_order="left")
        .join(names, on="into_uid", how="left", maintain_order="left")
        .join(systems, on="joins_uid", how="left", maintain_order="left")
        .join(others, on="uid", how="left", maintain_order="left")
        .select("id", "name", "final", "joins", "into", "with")
    )

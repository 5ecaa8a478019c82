"""Records that the wizard would take for one another: which merge, and which get a name of their own.

A *pool* holds both sides' records by `uid`; *tokens* are the values by which the wizard could find each
(`keys`); records that share one, also through a third, are one group.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform.folding import fold, folded
from zsell_transform.ids import rank
from zsell_transform.pipedrive.names import Names

#: Kinds of records in a pool: not in Pipedrive yet; there and ours; there and nobody's; there under an id
#: that was not given.
ABSENT: Final = "absent"
PRESENT: Final = "present"
OTHER: Final = "other"
FOREIGN: Final = "foreign"
KIND: Final = pl.Enum([ABSENT, PRESENT, OTHER, FOREIGN])

#: What the wizard could find a record by: rows of `uid`, `n` (folded name) and `v` (a value).
Tokens = Callable[[pl.DataFrame], pl.DataFrame]

#: Uids → the cities of these records, in their order: read only for those that get a name of their own.
Towns = Callable[[pl.Series], pl.Series]

#: uid, final, joins_uid, into_uid of a decided record.
_Row = tuple[int, str | None, int | None, int | None]

#: The token of an organization without address.
BARE: Final = "*"
#: A name with a number behind it.
_NUMBER: Final = re.compile(r"(.*) \((\d+)\)$", re.DOTALL)
_POOL: Final = ["uid", "kind", "id", "name", "printed"]


def shared_tokens(spread: pl.DataFrame) -> pl.DataFrame:
    """uid, n, v of tokens that several records have under one name."""
    each = spread.unique(["n", "v", "uid"])
    return each.filter(pl.struct("n", "v").is_duplicated()).select("uid", "n", "v").sort("n", "v", "uid")


def collisions(spread: pl.DataFrame, pool: pl.DataFrame) -> Iterator[list[int]]:
    """Groups of uids that are one to the wizard, also through a third, with at least one not there yet.

    Args:
        spread: uid, n, v: the tokens.
        pool: uid, kind.
    """
    shared = shared_tokens(spread)
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


@attrs.frozen
class Typed:
    """What is known of Pipedrive's records without a Sell id, against those that are to be written.

    Attributes:
        values: uid → the values by which the wizard could find that record, whatever the others are.
        suffixed: (folded name, value) → uid of those with a suffix behind their names, where only one has
            both, something of ours is there already, of whatever kind, and no record is really called so. A
            row that the wizard skipped was made all the same by the rows that link to it: under the name of
            its own that it had been given, and without its Sell id.
        numbers: folded name → the numbers behind it in `suffixed`.
    """

    values: dict[int, frozenset[str]]
    suffixed: dict[tuple[str, str], int]
    numbers: dict[str, tuple[int, ...]] = attrs.field(init=False)

    @numbers.default
    def _numbered(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, set[int]] = {}
        for name, _ in self.suffixed:
            if behind := _NUMBER.match(name):
                found.setdefault(behind[1], set()).add(int(behind[2]))
        return {name: tuple(numbers) for name, numbers in found.items()}

    @classmethod
    def of(
        cls,
        pool: pl.DataFrame,
        seen: Sequence[pl.DataFrame],
        groups: list[list[int]],
        tokens: Tokens,
        *,
        lap_before: bool = False,
    ) -> Typed:
        """What somebody typed, of the records that could be of a group.

        Args:
            pool: uid, kind, id, name, printed of both sides' records.
            seen: Pipedrive's records, with what their values are made of.
            groups: groups of uids, of `collisions`.
            tokens: makes the values by which the wizard could find a record.
            lap_before: records of another kind prove that a lap went in.
        """
        typed = pool.filter(pl.col("kind") == OTHER) if groups else pool.clear()
        if not typed.height:
            return cls({}, {})
        names = typed.filter(pl.col("name").str.ends_with(")")).select("uid", f=folded(pl.col("name")))
        wanted = {*names["uid"].to_list(), *(uid for group in groups for uid in group)}
        records = pl.concat(frame.filter(pl.col("uid").is_in(wanted)) for frame in seen)
        apart = records.with_columns(name=pl.format("{}", "uid"))
        found = tokens(apart).group_by("uid", maintain_order=True).agg("v")
        values = {
            uid: frozenset(of_it)
            for uid, of_it in zip(found["uid"].to_list(), found["v"].to_list(), strict=True)
        }
        ours = pool.filter(pl.col("kind") != OTHER)
        if not lap_before and (ours["kind"] == ABSENT).all():
            return cls(values, {})
        real = set(ours.filter(pl.col("name").str.ends_with(")")).select(folded(pl.col("name"))).to_series())
        called = zip(names["uid"].to_list(), names["f"].to_list(), strict=True)
        suffixed = [((name, value), uid) for uid, name in called for value in values.get(uid, ())]
        times = Counter(key for key, _ in suffixed)
        return cls(values, {key: uid for key, uid in suffixed if times[key] == 1 and key[0] not in real})

    def shared(self, one: int, other: int) -> bool:
        """Whether two records have a value in common."""
        return not self.values.get(one, frozenset()).isdisjoint(self.values.get(other, ()))

    def is_bare(self, uid: int) -> bool:
        """Whether an organization without address is found by its name alone."""
        return BARE in self.values.get(uid, ())

    def called(self, name: str, uid: int, claimed: Collection[int]) -> int | None:
        """The record of a suffixed name with a value of this one, unless another has claimed it."""
        found = (self.suffixed.get((name, value)) for value in sorted(self.values.get(uid, ())))
        return next((at for at in found if at is not None and at not in claimed), None)


def _joining(absent: list[dict[str, Any]], other: int, typed: Typed) -> dict[str, Any] | None:
    """Which of the records to be written merges with a typed one: the first with a value of it."""
    exact = (record for record in absent if typed.shared(record["uid"], other))
    bare = (record for record in absent if typed.is_bare(record["uid"]) or typed.is_bare(other))
    return next(chain(exact, bare), None)


def decided(
    pool: pl.DataFrame, components: list[list[int]], towns: Towns, typed: Typed, *, merge: bool
) -> pl.DataFrame:
    """uid, final (a distinct name), joins_uid, into_uid for the records in conflict, one by one.

    Names of their own go by id through all groups, so that they do not hang on the order of the rows.

    Args:
        pool: uid, kind, id, name, printed of both sides' records.
        components: groups of uids, of `collisions`.
        towns: tells the cities of those that get a name of their own.
        typed: records that somebody typed in Pipedrive, which one record each may join.
        merge: a group becomes one row, instead of getting distinct names.
    """
    schema = {"uid": pl.UInt32, "final": pl.String, "joins_uid": pl.UInt32, "into_uid": pl.UInt32}
    if not components:
        return pl.DataFrame(schema=schema)
    involved = [uid for group in components for uid in group]
    met = pool.filter(pl.col("uid").is_in(involved)).select(_POOL)
    records = {row["uid"]: row for row in met.with_columns(towns(met["uid"]).alias("city")).to_dicts()}
    rows: list[_Row] = []
    apart: list[dict[str, Any]] = []
    claimed: set[int] = set()
    for group in components:
        one, rest = _one_row([records[uid] for uid in group], typed, merge=merge)
        rows += one
        apart += rest
        claimed.update(joins for _, _, joins, _ in one if joins is not None)
    rows += _apart(sorted(apart, key=lambda m: rank(m["id"])), Names(pool), typed, claimed)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _one_row(
    members: list[dict[str, Any]], typed: Typed, *, merge: bool
) -> tuple[list[_Row], list[dict[str, Any]]]:
    """What is decided of a group by itself, and its records that get a name of their own."""
    absent = sorted((m for m in members if m["kind"] == ABSENT), key=lambda m: rank(m["id"]))
    there = [m for m in members if m["kind"] in (PRESENT, FOREIGN)]
    others = [m for m in members if m["kind"] == OTHER]
    # What is there under another name by now leaves its old one to whoever is called so.
    in_the_way = any(fold(m["printed"] or "") == fold(absent[0]["name"]) for m in there)
    first = absent[0]
    rows: list[_Row] = []
    if len(others) == 1 and not in_the_way:
        first = _joining(absent, others[0]["uid"], typed) or first
        rows.append((first["uid"], None, others[0]["uid"], None))
        rest = [record for record in absent if record is not first]
    else:
        rest = absent if there or others else absent[1:]
    if merge and not there and len(others) < 2:
        merged = [record for record in rest if record is not first]
        rows += [(record["uid"], None, None, first["uid"]) for record in merged]
        rest = [record for record in rest if record is first]
    return rows, rest


def _apart(
    records: Iterable[dict[str, Any]], taken: Names, typed: Typed, claimed: set[int]
) -> Iterator[_Row]:
    """Names of their own, one record after the other: several groups may have one name in common."""
    for record in records:
        own = partial(typed.called, uid=record["uid"], claimed=claimed)
        numbers = typed.numbers.get(fold(record["name"]), ())
        name = taken.distinct(record["name"], record["city"], own, numbers)
        joins = own(fold(name))
        yield record["uid"], name, joins, None
        claimed |= {joins} if joins is not None else set()


def told(pool: pl.DataFrame, found: pl.DataFrame, components: list[list[int]]) -> pl.DataFrame:
    """id, name, final, joins, into of each decided record; with: the records it would have been taken for.

    Args:
        pool: uid, id, name, system_id of both sides' records.
        found: uid, final, joins_uid, into_uid, of `decided`.
        components: the groups, of `collisions`.
    """
    if not found.height:
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
        found.join(labels.select("uid", "id", "name"), on="uid", how="left", maintain_order="left")
        .join(names, on="into_uid", how="left", maintain_order="left")
        .join(systems, on="joins_uid", how="left", maintain_order="left")
        .join(others, on="uid", how="left", maintain_order="left")
        .select("id", "name", "final", "joins", "into", "with")
    )

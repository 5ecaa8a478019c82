"""Record → System ID or merge key, and the proof that the wizard hits only it.

The wizard takes organizations of one name and one address for the same, and people of one name who share an
e-mail, a phone or an organization (facts: K5, K18). Here every record gets *tokens*, the values by which the
wizard could find it under its name; records that share name and token are one to the wizard. What might be
equal counts as equal when rows are kept apart, and as unproven when they are linked (contract, section 4).

The room knows nothing of Sell: it sees records with an id, a name and values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import folded, phone_key
from zsell_transform.frames.pieces import by_slices, in_slices
from zsell_transform.frames.positions import firsts, shared
from zsell_transform.frames.sparse import BLANK, below, beside, filled_first, has
from zsell_transform.ids import BY_NAME, is_by_name
from zsell_transform.pipedrive.conflicts import (
    ABSENT,
    BARE,
    FOREIGN,
    KIND,
    OTHER,
    PRESENT,
    Tokens,
    Towns,
    Typed,
    collisions,
    decided,
    shared_tokens,
    told,
)

#: Spreads the hashes of names before those of values are added; any odd number does.
_STIR: Final = 0x9E3779B97F4A7C15

#: People of whom folded texts are held together; two such slices are under way at a time.
_TRACED: Final = 100_000


@attrs.frozen
class Keys:
    """What is known of each record of one kind.

    Attributes:
        frame: one row a record: id, system_id and printed (its name in Pipedrive; null where it is not
            there), name (as it is to be written), renamed, joins (System ID of a record that is not ours and
            that its row merges with), into (id of the record whose row carries it), proven (bool).
        collisions: id, name, final, joins, into, with: records that the wizard would have merged, for the
            issues.
        traces: of each record as it is written, by its row in `frame`, the traces of its tokens.
    """

    frame: pl.DataFrame
    collisions: pl.DataFrame
    traces: pl.DataFrame


def organizations(
    sell: pl.DataFrame, held: pl.DataFrame, *, merge: bool, bare_separate: bool, lap_before: bool
) -> Keys:
    """Organizations to be written, against those that Pipedrive holds.

    Args:
        sell: id, name, address, city.
        held: system_id, name, address, sell_id.
        merge: records that the wizard would merge become one row, instead of getting distinct names.
        bare_separate: the wizard keeps organizations of one name without address apart.
        lap_before: Pipedrive holds something that an earlier lap wrote, of whatever kind.
    """
    pool = _pool(sell, held, ["address"])
    as_written = _same("printed", "name") & _same("held_address", "address")
    there = pool.filter((pl.col("kind") == PRESENT) & ~as_written)
    seen = [
        pool.select("uid", "name", "address"),
        there.select("uid", name="printed", address="held_address"),
    ]

    def tokens(frame: pl.DataFrame) -> pl.DataFrame:
        read = frame.select("uid", n=folded(pl.col("name")), a=folded(pl.col("address")))
        addressed = read.filter(pl.col("a").is_not_null()).select("uid", "n", v="a")
        if bare_separate:
            return addressed
        bare = read.filter(pl.col("a").is_null()).select("n").unique()
        return pl.concat([addressed, read.join(bare, on="n", how="semi").select("uid", "n", v=pl.lit(BARE))])

    def traces(frame: pl.DataFrame) -> pl.DataFrame:
        """All of one name leave the same trace: whether their address counts depends on the others."""
        read = frame.select("uid", n=folded(pl.col("name")), a=folded(pl.col("address")))
        found = pl.col("a").is_not_null() | (pl.col("n").is_not_null() & pl.lit(not bare_separate))
        return read.filter(found).select("uid", trace=_trace(pl.col("n").hash(), pl.lit(0, dtype=pl.UInt64)))

    return _keys(pool, seen, traces, tokens, pool["city"].gather, merge=merge, lap_before=lap_before)


def persons(
    sell: pl.DataFrame, held: pl.DataFrame, towns: Towns, *, merge: bool, lap_before: bool = False
) -> Keys:
    """People to be written, against those that Pipedrive holds.

    Args:
        sell: id, name, email, work, mobile, place (token of the person's organization).
        held: system_id, name, emails, phones, place, sell_id.
        towns: the cities of Sell's people, by their rows in `sell`.
        merge, lap_before: as for organizations.
    """
    pool = _pool(sell, held, ["email", "work", "mobile", "place"])
    return _keys(
        pool, seen_persons(pool), person_traces, person_tokens, towns, merge=merge, lap_before=lap_before
    )


def seen_persons(pool: pl.DataFrame) -> list[pl.DataFrame]:
    """Each person of a pool as it is written and, if Pipedrive holds it otherwise, as it is there."""
    none = pl.lit(None, dtype=pl.List(pl.String))
    as_written = held_as_written("emails", "phones") & _same("held_place", "place")
    there = pool.filter(pl.col("kind") != ABSENT)  # by itself: in a first lap that is nobody to be compared
    return [
        pool.select("uid", "name", "email", "work", "mobile", "place", emails=none, phones=none),
        there.filter(~as_written).select(
            "uid",
            pl.coalesce("printed", "name").alias("name"),
            *(BLANK.alias(c) for c in ("email", "work", "mobile")),
            place="held_place",
            emails="emails",
            phones="phones",
        ),
    ]


def held_as_written(emails: str, phones: str) -> pl.Expr:
    """Whether Pipedrive holds a person just as it is written, so that its tokens need no second look.

    Most people come back as they went in. They are compared letter by letter: who is the same only when
    folded is looked at twice, which changes nothing.
    """
    return _same("printed", "name") & _listed(emails, "email") & _listed(phones, "work", "mobile")


def _same(there: str, here: str) -> pl.Expr:
    return pl.col(there).eq_missing(pl.col(here))


def _listed(several: str, *cells: str) -> pl.Expr:
    """Whether a list has just the values of some cells, in their order."""
    between = "\x1f"
    written = pl.concat_str(cells, separator=between, ignore_nulls=True)
    return pl.col(several).list.join(between).fill_null("") == written


def person_tokens(frame: pl.DataFrame) -> pl.DataFrame:
    """uid, n (folded name), v: what the wizard could find each person by, beside the name.

    Args:
        frame: uid, name, email, work, mobile, place (of its organization), emails, phones (of Pipedrive's).
    """
    parts = [part.select("uid", "n", v=pl.lit(prefix) + pl.col("v")) for prefix, part in _values(frame)]
    return pl.concat(parts).filter(pl.col("n").is_not_null() & pl.col("v").is_not_null())


def person_traces(frame: pl.DataFrame) -> pl.DataFrame:
    """uid, trace: the same as one number each; folded texts are held of some people at a time only."""
    both = pl.col("n").is_not_null() & pl.col("v").is_not_null()

    def traced(some: pl.DataFrame) -> pl.DataFrame:
        return pl.concat(
            part.filter(both).select(
                "uid", trace=_trace(pl.col("n").hash(), pl.col("v").hash(seed=ord(prefix[0])))
            )
            for prefix, part in _values(some)
        )

    return by_slices(traced, frame, _TRACED)


def _values(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """uid, n (folded name), v (folded value) of one value after the other, under its prefix."""
    named = frame.with_columns(n=folded(pl.col("name")))
    several = named.filter(pl.col("emails").is_not_null() | pl.col("phones").is_not_null())
    yield "e:", named.select("uid", "n", v=folded(pl.col("email")))
    yield "p:", named.select("uid", "n", v=phone_key(pl.col("work")))
    yield "p:", named.select("uid", "n", v=phone_key(pl.col("mobile")))
    yield "o:", named.select("uid", "n", v="place")
    yield "e:", several.explode("emails").select("uid", "n", v=folded(pl.col("emails")))
    yield "p:", several.explode("phones").select("uid", "n", v=phone_key(pl.col("phones")))


# --- the pool: all records that could be taken for one another ---------------------------------------


def _pool(sell: pl.DataFrame, held: pl.DataFrame, values: Sequence[str]) -> pl.DataFrame:
    """Sell's records with what Pipedrive holds of them, then Pipedrive's other records.

    A record that Pipedrive holds under `name:…` is the one record of that name, should the export hold one by
    now.
    """
    ours = firsts(held, "sell_id")
    alias = _aliases(sell, ours)
    known = pl.concat(
        [
            ours.with_columns(id=pl.col("sell_id")),
            alias.join(ours, on="sell_id", how="inner", maintain_order="left").select(*ours.columns, "id"),
        ]
    ).drop("sell_id")
    extra = [c for c in held.columns if c not in ("system_id", "name", "sell_id")]
    known = known.rename({"name": "printed", **{c: f"held_{c}" for c in extra if c in values}})
    mine = beside(sell, known, "id").with_columns(
        kind=pl.when(pl.col("system_id").is_not_null()).then(_kind(PRESENT)).otherwise(_kind(ABSENT))
    )
    rest = held.join(mine.select("system_id").drop_nulls(), on="system_id", how="anti", maintain_order="left")
    theirs = (
        firsts(rest, "system_id")
        .rename({c: f"held_{c}" for c in extra if c in values})
        .with_columns(
            id=BLANK,
            printed=pl.col("name"),
            kind=pl.when(pl.col("sell_id").is_null()).then(_kind(OTHER)).otherwise(_kind(FOREIGN)),
        )
        .drop("sell_id")
    )
    if "held_address" in theirs.columns:
        theirs = theirs.with_columns(address="held_address")
    return below(mine, theirs).with_row_index("uid")


def _kind(word: str) -> pl.Expr:
    return pl.lit(word, dtype=KIND)


def _aliases(sell: pl.DataFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """id, sell_id of the records that Pipedrive holds under their name (`name:…`).

    The proof has this rule for itself, so that it would see it broken.
    """
    by_name = ours.filter(is_by_name("sell_id")).select(
        "sell_id", f=pl.col("sell_id").str.strip_prefix(BY_NAME)
    )
    if not by_name.height:
        return pl.DataFrame(schema={"id": pl.String, "sell_id": pl.String})
    single = sell.select("id", f=folded(pl.col("name"))).filter(
        pl.col("f").is_not_null() & pl.col("f").is_unique() & ~is_by_name("id")
    )
    named_so = single.join(by_name, on="f", how="inner", maintain_order="left")
    alias = named_so.join(ours.select(id="sell_id"), on="id", how="anti", maintain_order="left")
    return alias.select("id", "sell_id")


def _keys(
    pool: pl.DataFrame,
    seen: Sequence[pl.DataFrame],
    traces: Tokens,
    tokens: Tokens,
    towns: Towns,
    *,
    merge: bool,
    lap_before: bool,
) -> Keys:
    """The keys of a pool.

    Args:
        seen: each record as it is written, then each as Pipedrive holds it.
        traces: the tokens as numbers (uid, trace), of which equal tokens have equal ones.
        tokens: the tokens themselves, which are made only for records whose traces meet.
        towns: the cities of records.
    """
    there = [seen[0], *(frame for frame in seen[1:] if frame.height)]
    left = [traces(frame) for frame in there]
    every = Seen(pl.concat(there), pl.concat(left), traces, tokens)
    spread = every.meeting()
    components = list(collisions(spread, pool))
    typed = Typed.of(pool, there, components, tokens, lap_before=lap_before)
    found = decided(pool, components, towns, typed, merge=merge)
    named = beside(pool, found, "uid")
    if found.height:
        spread = every.renamed(named["final"]).meeting()
    frame = _frame(named.with_columns(proven=_proven(named, spread, every.traces["uid"])))
    mine = left[0] if frame.height == pool.height else left[0].filter(pl.col("uid") < frame.height)
    return Keys(frame, told(pool, found, components), mine)


def _proven(named: pl.DataFrame, spread: pl.DataFrame, found: pl.Series) -> pl.Series:
    """The proof, made over the final names: a record is proven if it has a token and shares none.

    Args:
        named: the pool with what was decided.
        spread: the tokens of records that could share one, by their final names.
        found: uids of records that have a token.
    """
    joined = named.filter(pl.col("joins_uid").is_not_null())
    one = named.select(pl.coalesce("into_uid", "uid")).to_series().scatter(joined["joins_uid"], joined["uid"])
    shared = shared_tokens(spread.with_columns(uid=one.gather(spread["uid"])))["uid"]
    proven = pl.repeat(False, named.height, dtype=pl.Boolean, eager=True)
    for some in in_slices(found.to_frame()):
        proven.scatter(one.gather(some.to_series()), True)
    return proven.scatter(shared, False)


def _frame(named: pl.DataFrame) -> pl.DataFrame:
    """Sell's records, which stand first, as `Keys` has them."""
    return (
        named.with_columns(into=_of(named, "id", "into_uid"), joins=_of(named, "system_id", "joins_uid"))
        .head(named["id"].count())
        .select(
            "id",
            "system_id",
            "printed",
            filled_first(named, "final", "name").alias("name"),
            pl.col("final").is_not_null().alias("renamed"),
            "joins",
            "into",
            "proven",
        )
    )


def _of(named: pl.DataFrame, column: str, at: str) -> pl.Expr:
    """A column of the record at the row in `at`; few rows say any, and most often none does."""
    return pl.col(column).gather(at) if has(named, at) else pl.lit(None, dtype=named.schema[column])


@attrs.frozen
class Seen:
    """The records that could be taken for one another, with the traces of their tokens."""

    frame: pl.DataFrame
    traces: pl.DataFrame
    made: Tokens
    tokens: Tokens

    def meeting(self) -> pl.DataFrame:
        """The tokens of all records that could share one."""
        left, uids = self.traces["trace"], self.traces["uid"]
        uids = uids.filter(left.is_in(shared(left, uids).implode()))
        return self.tokens(self.frame.filter(pl.col("uid").is_in(uids.implode())))

    def only(self, uids: pl.Series) -> Seen:
        """Without all other records."""
        if uids.len() == self.frame.height:
            return self
        wanted = pl.col("uid").is_in(uids.implode())
        return Seen(self.frame.filter(wanted), self.traces.filter(wanted), self.made, self.tokens)

    def renamed(self, names: pl.Series) -> Seen:
        """With other names, by uid; null where a record keeps its own."""
        frame = self.frame.with_columns(name=pl.coalesce(names.gather(self.frame["uid"]), "name"))
        other = pl.col("uid").is_in(names.is_not_null().arg_true().implode())
        traces = [self.traces.filter(~other), self.made(frame.filter(other))]
        return Seen(frame, pl.concat(traces), self.made, self.tokens)


def _trace(name: pl.Expr, value: pl.Expr) -> pl.Expr:
    """The hashes of a name and a value as one number."""
    return name * pl.lit(_STIR, dtype=pl.UInt64) + value

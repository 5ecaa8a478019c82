"""The person on a lead's row: its own, a contact, an earlier lead's, or one that Pipedrive already holds.

A lead carries its person on its row, and the wizard merges that person with any of the same name and one more
value (facts: K5). So that nothing is overwritten, a lead whose person is known is attached by that person's
key alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from zsell_transform.frames.sparse import BLANK
from zsell_transform.ids import rank
from zsell_transform.pipedrive import keys
from zsell_transform.pipedrive.conflicts import ABSENT, collisions
from zsell_transform.pipedrive.names import Names

#: Who the person on a lead's row is.
OWN: Final = "own"
CONTACT: Final = "contact"
LEAD: Final = "lead"
HELD: Final = "held"

#: Candidates that are told of a lead.
_MOST_TOLD: Final = 5
_LIST: Final = pl.lit(None, dtype=pl.List(pl.String))


def lead_people(
    leads: pl.DataFrame, contacts: pl.DataFrame, traces: pl.DataFrame | None, held: pl.DataFrame
) -> pl.DataFrame:
    """Who stands on each lead's row.

    Args:
        leads: id, name (of its person; null without one), email, work, mobile, city, place, there (bool: is
            present).
        contacts: id, name, final, printed, email, work, mobile, place, system_id, joins, held_emails,
            held_phones, one (id of the one that it was merged with, else its own).
        traces: of the contacts as they are written, by their rows (`keys.person_traces`), if they are known.
        held: people in Pipedrive that are not ours: system_id, name, emails, phones, place.

    Returns:
        One row a lead with a person that is not there yet, in order: id, who, person (id of contact or lead,
        System ID of the held person), name (as it is to be written), candidates (those among which it could
        not be decided).
    """
    wanted = leads.filter(pl.col("name").is_not_null() & ~pl.col("there")).with_row_index("uid")
    people = wanted.select("uid", "name", "email", "work", "mobile", "place", emails=_LIST, phones=_LIST)
    asked = keys.Seen(people, keys.person_traces(people), keys.person_traces, keys.person_tokens)
    hits = _hits(asked, contacts, traces, held)
    joined = wanted.join(hits, on="uid", how="left", maintain_order="left")
    free = joined.filter(pl.col("several").is_null())
    earlier = _earlier(free, asked)
    distinct = _distinct(joined.filter(pl.col("several") > 1), [contacts, held, leads])
    node = pl.when(pl.col("several") == 1).then("node")
    return (
        joined.join(earlier, on="uid", how="left", maintain_order="left")
        .join(distinct, on="uid", how="left", maintain_order="left")
        .select(
            "id",
            pl.when(node.str.starts_with("c:"))
            .then(pl.lit(CONTACT))
            .when(node.str.starts_with("h:"))
            .then(pl.lit(HELD))
            .when(pl.col("earlier").is_not_null())
            .then(pl.lit(LEAD))
            .otherwise(pl.lit(OWN))
            .alias("who"),
            pl.coalesce(node.str.slice(2), "earlier").alias("person"),
            pl.coalesce("distinct", "name").alias("name"),
            pl.when(pl.col("several") > 1).then("candidates").alias("candidates"),
        )
    )


def _distinct(doubtful: pl.DataFrame, taken: list[pl.DataFrame]) -> pl.DataFrame:
    """uid, distinct: a name of its own, by lead id, for each person that fits several known ones."""
    if not doubtful.height:
        return pl.DataFrame(schema={"uid": pl.UInt32, "distinct": pl.String})
    columns = [(frame, column) for frame in taken for column in ("name", "final") if column in frame.columns]
    names = Names(pl.concat(frame.select(name=column) for frame, column in columns))
    rows = sorted(doubtful.select("uid", "id", "name", "city").to_dicts(), key=lambda row: rank(row["id"]))
    return pl.DataFrame(
        [(row["uid"], names.distinct(row["name"], row["city"])) for row in rows],
        schema={"uid": pl.UInt32, "distinct": pl.String},
        orient="row",
    )


def _hits(
    asked: keys.Seen, contacts: pl.DataFrame, traces: pl.DataFrame | None, held: pl.DataFrame
) -> pl.DataFrame:
    """uid, node, several (1, or more), candidates: the known people whom the person of a lead could be."""
    sought = asked.traces["trace"]
    known = [
        ("c:", _as_written(contacts), traces),
        *((kind, frame, None) for kind, frame in _as_held(contacts, held) if frame.height),
    ]
    near = [_near(kind, frame, made, sought) for kind, frame, made in known]
    tokens = _known_tokens([frame for frame, _ in near])
    met = pl.concat([met for _, met in near]).unique()
    mine = asked.traces["uid"].filter(sought.is_in(met.implode()))
    spread = asked.tokens(asked.frame.filter(pl.col("uid").is_in(mine.implode())))
    # Thousands of leads and people may share one name and value; of each value, the first few tell enough.
    few = tokens.unique().sort("n", "v", "node").group_by("n", "v", maintain_order=True).head(_MOST_TOLD)
    return (
        spread.join(few, on=["n", "v"], how="inner")
        .unique(["uid", "node"])
        .sort("uid", "node")
        .group_by("uid", maintain_order=True)
        .agg(
            pl.col("node").first(),
            pl.len().alias("several"),
            _called("node").head(_MOST_TOLD).str.join(", ").alias("candidates"),
        )
    )


def _called(node: str) -> pl.Expr:
    """How people are told of: a contact by its id, somebody in Pipedrive by the System ID."""
    return pl.col(node).str.replace("^c:", "").str.replace("^h:", "System ID ")


def _near(
    kind: str, people: pl.DataFrame, traces: pl.DataFrame | None, sought: pl.Series
) -> tuple[pl.DataFrame, pl.Series]:
    """Known people of whom any trace is sought, with their `node`, and these traces."""
    traces = keys.person_traces(people.with_row_index("uid")) if traces is None else traces
    met = traces["trace"]
    hit = met.is_in(sought.implode())
    rows = traces["uid"].filter(hit).unique().sort()
    near = people.select(pl.all().gather(rows))
    return near.with_columns(node=pl.lit(kind) + pl.col("id")), met.filter(hit)


def _known_tokens(people: list[pl.DataFrame]) -> pl.DataFrame:
    """node, n, v of known people."""
    every = pl.concat(people).with_row_index("uid")
    tokens = keys.person_tokens(every)
    return tokens.select("n", "v", every["node"].gather(tokens["uid"]))


def _as_written(contacts: pl.DataFrame) -> pl.DataFrame:
    """Contacts as Sell has them, in their order."""
    id_ = pl.col("one").alias("id")
    return contacts.select(id_, "name", "email", "work", "mobile", "place", emails=_LIST, phones=_LIST)


def _as_held(contacts: pl.DataFrame, held: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Contacts as Pipedrive has them, where it has them otherwise, and Pipedrive's other people."""
    blank = dict.fromkeys(("email", "work", "mobile"), BLANK)
    taken = contacts["joins"].drop_nulls()
    as_written = keys.held_as_written("held_emails", "held_phones")
    there = contacts.filter(pl.col("system_id").is_not_null())
    yield (
        "c:",
        there.filter(~as_written).select(
            id="one",
            name="printed",
            **blank,
            place="place",
            emails="held_emails",
            phones="held_phones",
        ),
    )
    others = held.filter(~pl.col("system_id").is_in(taken.implode()))
    yield (
        "h:",
        others.select(
            pl.col("system_id").alias("id"), "name", **blank, place="place", emails="emails", phones="phones"
        ),
    )


def _earlier(free: pl.DataFrame, asked: keys.Seen) -> pl.DataFrame:
    """uid, earlier: for each lead that shares a person with an earlier one, the lowest id among those that
    have a person of their own. Who shares with one that is attached itself does not: its person is another.
    """
    tokens = asked.only(free["uid"]).meeting()
    pool = free.select("uid", kind=pl.lit(ABSENT))
    met = pool.select("uid").with_columns(id=free["id"]).filter(pl.col("uid").is_in(tokens["uid"].implode()))
    ids = dict(zip(met["uid"].to_list(), met["id"].to_list(), strict=True))
    shown: dict[int, list[tuple[str, str]]] = {}
    for uid, name, value in zip(*(tokens[column].to_list() for column in ("uid", "n", "v")), strict=True):
        shown.setdefault(uid, []).append((name, value))
    rows = []
    for group in collisions(tokens, pool):
        first: dict[
            tuple[str, str], tuple[int, int]
        ] = {}  # token → the place and uid of the first who has it
        for place, uid in enumerate(sorted(group, key=lambda uid: rank(ids[uid]))):
            known = [first[token] for token in shown[uid] if token in first]
            if known:
                rows.append((uid, ids[min(known)[1]]))
            else:
                first |= dict.fromkeys(shown[uid], (place, uid))
    return pl.DataFrame(rows, schema={"uid": pl.UInt32, "earlier": pl.String}, orient="row")

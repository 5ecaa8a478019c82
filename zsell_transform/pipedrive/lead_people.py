"""The person on a lead's row: its own, a contact, an earlier lead's, or one that Pipedrive already holds.

A lead carries its person on its row, and the wizard merges that person with any of the same name and one more
value
(facts: K5). So that nothing is overwritten, a lead whose person is known is attached by that person's key
alone.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.folding import folded
from zsell_transform.pipedrive import keys

#: Who the person on a lead's row is.
OWN: Final = "own"
CONTACT: Final = "contact"
LEAD: Final = "lead"
HELD: Final = "held"

_TEXT: Final = pl.lit(None, dtype=pl.String)
_LIST: Final = pl.lit(None, dtype=pl.List(pl.String))


def lead_people(leads: pl.DataFrame, contacts: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Who stands on each lead's row.

    Args:
        leads: id, name (of its person; null without one), email, work, mobile, city, place, there (bool: is
            present).
        contacts: id, name, final, printed, email, work, mobile, place, system_id, joins, held_emails,
            held_phones.
        held: people in Pipedrive that are not ours: system_id, name, emails, phones, place.

    Returns:
        One row a lead with a person that is not there yet, in order: id, who, person (id of contact or lead,
            System
        ID of the held person), name (as it is to be written), candidates (those among which it could not be
        decided).
    """
    wanted = leads.filter(pl.col("name").is_not_null() & ~pl.col("there")).with_row_index("uid")
    asked = keys.person_tokens(_seen(wanted.select("uid", "name", "email", "work", "mobile", "place")))
    known = _known_tokens(contacts, held)
    hits = (
        asked.with_columns(h=pl.struct("n", "v").hash())
        .join(known.with_columns(h=pl.struct("n", "v").hash()).drop("uid"), on="h", how="inner", suffix="_k")
        .filter((pl.col("n") == pl.col("n_k")) & (pl.col("v") == pl.col("v_k")))
        .unique(["uid", "node"])
        .sort("uid", "node")
        .group_by("uid", maintain_order=True)
        .agg(
            pl.col("node").first(),
            pl.len().alias("several"),
            pl.col("node").head(5).str.join(", ").alias("candidates"),
        )
    )
    joined = wanted.join(hits, on="uid", how="left", maintain_order="left")
    free = joined.filter(pl.col("several").is_null())
    earlier = _earlier(free, asked)
    names = keys.Names(
        pl.concat(
            [
                contacts.select("name"),
                contacts.select(name="final"),
                held.select("name"),
                leads.select("name"),
            ]
        )
    )
    doubtful = joined.filter(pl.col("several") > 1)
    distinct = pl.DataFrame(
        [
            (row["uid"], names.distinct(row["name"], row["city"]))
            for row in doubtful.select("uid", "name", "city").to_dicts()
        ],
        schema={"uid": pl.UInt32, "distinct": pl.String},
        orient="row",
    )
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


def _seen(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(emails=_LIST, phones=_LIST, n=folded(pl.col("name")))


def _known_tokens(contacts: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """node, n, v: contacts as Sell and as Pipedrive has them, and Pipedrive's other people."""
    taken = contacts.filter(pl.col("joins").is_not_null())["joins"]
    shape = ["node", "name", "email", "work", "mobile", "place", "emails", "phones"]
    as_in_sell = contacts.select(
        (pl.lit("c:") + pl.col("id")).alias("node"),
        "name",
        "email",
        "work",
        "mobile",
        "place",
        emails=_LIST,
        phones=_LIST,
    )
    there = contacts.filter(pl.col("system_id").is_not_null())
    as_held = there.select(
        (pl.lit("c:") + pl.col("id")).alias("node"),
        pl.col("printed").alias("name"),
        email=_TEXT,
        work=_TEXT,
        mobile=_TEXT,
        place="place",
        emails="held_emails",
        phones="held_phones",
    )
    others = held.filter(~pl.col("system_id").is_in(taken.implode())).select(
        (pl.lit("h:") + pl.col("system_id")).alias("node"),
        "name",
        email=_TEXT,
        work=_TEXT,
        mobile=_TEXT,
        place="place",
        emails="emails",
        phones="phones",
    )
    every = pl.concat([part.select(shape) for part in (as_in_sell, as_held, others)]).with_row_index("uid")
    tokens = keys.person_tokens(every.with_columns(n=folded(pl.col("name"))))
    return tokens.join(every.select("uid", "node"), on="uid", how="left", maintain_order="left")


def _earlier(free: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """uid, earlier: the lead with the lowest id among those that share a person, for all others of them."""
    tokens = asked.join(free.select("uid"), on="uid", how="semi")
    pool = free.select("uid", kind=pl.lit(keys.ABSENT))
    ids = dict(zip(free["uid"].to_list(), free["id"].to_list(), strict=True))
    rows = []
    for group in keys.collisions(tokens, pool):
        first, *rest = sorted(group, key=lambda uid: keys.by_id(ids[uid]))
        rows += [(uid, ids[first]) for uid in rest]
    return pl.DataFrame(rows, schema={"uid": pl.UInt32, "earlier": pl.String}, orient="row")

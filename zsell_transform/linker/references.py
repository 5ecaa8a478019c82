"""The relations of the account in one shape: who refers, to which id, e-mail or name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform.frames.positions import positions
from zsell_transform.frames.sparse import BLANK, sparse
from zsell_transform.sell.entities import HISTORY

#: What a note, task or call can hang on, as the column of its type says.
PARTY: Final = "contact"
DEAL: Final = "deal"
LEAD: Final = "lead"

_ENTITY: Final = pl.Enum(HISTORY)
#: What types say is told in few words.
_WORD: Final = pl.Categorical()
_ABOUT: Final = ("about_first", "about_last", "about_company", "about_deal")


@attrs.frozen
class References:
    """References of one relation: n, file, row, source (id of the referring record), id, email, name."""

    entity: str
    relation: str
    rows: pl.DataFrame


def references_of(keys: Mapping[str, pl.DataFrame], leads: pl.DataFrame) -> dict[str, References]:
    """The relations of parties, deals and leads; those of history are in `about_references`."""
    contacts, deals = keys["contacts"], keys["deals"]
    return {
        "employer": _reference("contacts", "company", contacts, "company_id", None, "company_name"),
        "main_contact": _reference(
            "deals", "main_contact", deals, "main_contact_id", "main_contact_email", "main_contact_name"
        ),
        "deal_company": _reference("deals", "company", deals, "company_id", None, "company_name"),
        "lead_company": _reference("leads", "company", _wished(leads), "company_id", None, "company_name"),
    }


def _wished(leads: pl.DataFrame) -> pl.DataFrame:
    """Leads, of which those that the mapping leaves out name no company: nobody else may know of it."""
    if "left_out" not in leads.columns:
        return leads
    stays = pl.col("left_out").ne_missing("true")
    return leads.with_columns(pl.when(stays).then(c).alias(c) for c in ("company_id", "company_name"))


def _reference(
    entity: str, relation: str, frame: pl.DataFrame, by_id: str, by_email: str | None, by_name: str
) -> References:
    rows = frame.select(
        "n",
        "file",
        "row",
        source="id",
        id=by_id,
        email=pl.col(by_email) if by_email else BLANK,
        name=by_name,
    )
    return References(entity, relation, rows)


def about_references(keys: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What all of history hangs on, entity by entity in the order of the records.

    Beside the columns of references: place (running number), entity, type (as in Sell), target (`contact`,
    `deal`, `lead`, or what else the type says; without a type, what the names beside it say) and the names
    themselves.
    """
    frames = {entity: keys[entity] for entity in HISTORY if entity in keys and keys[entity].height}
    shape: dict[str, Any] = {
        "place": pl.UInt32,
        "entity": _ENTITY,
        "n": pl.UInt32,
        "file": keys["companies"].schema["file"],
        "row": pl.Int64,
        **dict.fromkeys(("type", "target"), _WORD),
        **dict.fromkeys(("source", "id", "email", "name", *_ABOUT), pl.String),
    }
    if not frames:
        return pl.DataFrame(schema=shape)
    every = pl.concat((_about(entity, frame) for entity, frame in frames.items()), how="diagonal_relaxed")
    return sparse(_through_deals(every, keys["deals"]).with_row_index("place").select(*shape))


def _through_deals(about: pl.DataFrame, deals: pl.DataFrame) -> pl.DataFrame:
    """Calls and texts with the contact of the one deal that they belong to hang on that deal, which names its
    contact on each of its rows; so do those that name nobody.
    """
    if "about_deal_id" not in about.columns or not about["about_deal_id"].count():
        return about
    at = positions(about["about_deal_id"], deals["id"])
    parties = [deals[column].gather(at) == about["id"] for column in ("main_contact_id", "company_id")]
    with_it = (parties[0].fill_null(value=False) | parties[1].fill_null(value=False)) & (
        about["target"] == PARTY
    )
    nobody = (about["target"] == "none") & about["about_deal_id"].is_not_null()
    moves = (at.is_not_null() & with_it) | nobody
    return about.with_columns(
        target=pl.when(moves).then(pl.lit(DEAL).cast(_WORD)).otherwise("target"),
        id=pl.when(moves).then("about_deal_id").otherwise("id"),
        name=pl.when(~moves).then("name"),
    )


def _about(entity: str, frame: pl.DataFrame) -> pl.DataFrame:
    person = pl.concat_str("about_first", "about_last", separator=" ", ignore_nulls=True)
    party = pl.when(person.str.strip_chars() != "").then(person).otherwise("about_company")
    named = frame.with_columns(
        pl.lit(entity, dtype=_ENTITY).alias("entity"),
        party.alias("name"),
        source="id",
        type=pl.col("about_type").cast(_WORD),
        id="about_id",
    )
    target = (
        pl.when(pl.col("type").is_not_null())
        .then("type")
        .when(pl.col("name").is_not_null())
        .then(pl.lit(PARTY).cast(_WORD))
        .when(pl.col("about_deal").is_not_null())
        .then(pl.lit(DEAL).cast(_WORD))
        .otherwise(pl.lit("none").cast(_WORD))
    )
    return named.with_columns(email=BLANK, target=target).with_columns(
        name=pl.when(pl.col("target") == DEAL).then("about_deal").otherwise("name")
    )


def is_person() -> pl.Expr:
    """Whether a first or last name stands beside the reference, so that it means a person, not a company."""
    return pl.col("about_first").is_not_null() | pl.col("about_last").is_not_null()


def about_of(about: pl.DataFrame, target: str) -> pl.DataFrame:
    """The references that lead to one kind of record, with what it takes to resolve them."""
    wanted = about.select("place", "file", "row", "type", "id", "email", "name", *_ABOUT[:-1])
    mine = about["target"] == target
    return wanted if mine.all() else wanted.filter(mine)


def by_entity(about: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The references of each entity, which stand together."""
    counts = {entity: int((about["entity"] == entity).sum()) for entity in HISTORY}
    begins = accumulate(counts.values(), initial=0)
    parts = {
        entity: about.slice(begin, counts[entity]) for entity, begin in zip(HISTORY, begins, strict=False)
    }
    return {entity: rows for entity, rows in parts.items() if rows.height}

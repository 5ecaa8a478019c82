"""Links that Pipedrive shows and Sell does not have: on activities and notes, and companies of leads.

People and deals have a place for each of their links, so that `links` sees there what was added.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.frames.positions import firsts
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.proof.links import LINKS, with_system_ids
from zsell_transform.sell.entities import HISTORY
from zsell_transform.standing.account import OWN, is_of_lead, own_persons_of_leads, several
from zsell_transform.standing.shown_links import SHOWN, WORDS

#: Item → the relations in which something may have been added.
_LOOKED_AT: Final = {
    "activities": ("deals", "leads", "persons", "organizations"),
    "notes": ("deals", "leads", "persons", "organizations"),
    "leads": ("organizations",),
}
_OF_PERSON: Final = "place of its person"
#: Relation → who explains one that Sell does not have: Pipedrive itself adds the parties of what is linked.
_EXPLAINED: Final = {
    "persons": ("person of its deal", "person of its lead"),
    "organizations": ("place of its deal", "place of its lead", _OF_PERSON),
}


def added_links(wanted: pl.DataFrame, there: pl.DataFrame, asked: pl.DataFrame, held: Held) -> pl.DataFrame:
    """The links that nobody expects, with the columns of `LINKS`.

    Args:
        wanted: relations, as in `Account`.
        there: as of `presence`.
        asked: those whose links are looked at, as of `placeholders.settled`: what had no place in Sell
            may have found one since.
    """
    single = asked.filter(~several())
    hung = single.join(wanted, on=["entity", "id"], how="semi", maintain_order="left")
    known = with_system_ids(wanted, there, held)
    parties = known.filter(is_of_lead()).select(wanted.columns)
    wanted = pl.concat([wanted.filter(~is_of_lead()), parties])
    expected = known.filter(pl.col("how") == OWN)
    found = [pl.DataFrame(schema=LINKS)]
    for item, relations in _LOOKED_AT.items():
        raw = held.raw.get(item)
        mine = (single if item == "leads" else hung).filter(pl.col("item") == item)
        mine = mine.filter(pl.col("entity").is_in([*HISTORY, "leads"])).select("entity", "id", "system_id")
        if raw is None or not mine.height:
            continue
        rows = _with_parties(mine, expected, raw, held)
        if item == "leads":  # a person who came with the lead is at its company, and explains nothing
            own = pl.col("id").is_in(own_persons_of_leads(mine, held)["id"].implode())
            rows = rows.with_columns(pl.when(~own).then(_OF_PERSON).alias(_OF_PERSON))
        for relation in relations:
            if SHOWN[relation][0] in raw.columns:
                found.append(_added(rows, wanted, raw, relation))
    return pl.concat(found)


def _with_parties(mine: pl.DataFrame, expected: pl.DataFrame, raw: pl.DataFrame, held: Held) -> pl.DataFrame:
    """The records with what explains links of theirs: the parties of their deal, lead and person.

    Deal and lead are those that Pipedrive shows, else those that Sell has: a single pass names neither.
    """
    rows = mine
    for relation, frame in (("deals", held.deals), ("leads", held.leads)):
        sells = expected.filter(pl.col("relation") == relation).select("entity", "id", sells="to_system_id")
        rows = _shown(rows, raw, relation, "at").join(
            sells.unique(["entity", "id"], keep="first", maintain_order=True),
            on=["entity", "id"],
            how="left",
            maintain_order="left",
        )
        parties = firsts(frame, "system_id").select(
            at="system_id",
            **{
                f"person of its {WORDS[relation]}": "person_id",
                f"place of its {WORDS[relation]}": "organization_id",
            },
        )
        rows = rows.with_columns(at=pl.coalesce("at", "sells")).drop("sells")
        rows = rows.join(parties.with_columns(known=True), on="at", how="left", maintain_order="left")
        shows = _shows_parties(held.raw.get(relation))
        unseen = pl.col("at").is_not_null() & (pl.col("known").is_null() | pl.lit(not shows))
        rows = rows.with_columns(unseen.alias(f"unseen {relation}")).drop("at", "known")
    place = {"at": "system_id", _OF_PERSON: "organization_id"}
    people = firsts(held.persons, "system_id").select(**place)
    return (
        _shown(rows, raw, "persons", "at").join(people, on="at", how="left", maintain_order="left").drop("at")
    )


def _shows_parties(raw: pl.DataFrame | None) -> bool:
    """Whether an export of deals or leads shows the person and the organization of each."""
    return raw is not None and {SHOWN["persons"][0], SHOWN["organizations"][0]} <= set(raw.columns)


def _shown(rows: pl.DataFrame, raw: pl.DataFrame, relation: str, name: str) -> pl.DataFrame:
    """The records with the System ID that Pipedrive shows for a relation; null where it shows none."""
    number = SHOWN[relation][0]
    shown = raw.select(column_or_blank(raw.columns, number).alias(name), system_id="ID")
    return rows.join(shown, on="system_id", how="left", maintain_order="left")


def _added(rows: pl.DataFrame, wanted: pl.DataFrame, raw: pl.DataFrame, relation: str) -> pl.DataFrame:
    number, names = SHOWN[relation]
    name = next((column for column in names if column in raw.columns), number)
    shown = raw.select(system_id="ID", found_id=number, found_name=name).drop_nulls("found_id")
    # What a lead was linked to is linked to the deal that it became.
    alike = ["deals", "leads"] if relation in ("deals", "leads") else [relation]
    expected = wanted.filter(pl.col("relation").is_in(alike) & pl.col("to").is_not_null())
    added = rows.join(shown, on="system_id", how="inner", maintain_order="left").join(
        expected, on=["entity", "id"], how="anti", maintain_order="left"
    )
    if relation in _EXPLAINED:  # what may come from a deal or lead that the exports do not show is not told
        added = added.filter(~pl.col("unseen deals") & ~pl.col("unseen leads"))
    for reason in _EXPLAINED.get(relation, ()):
        added = added.filter(pl.col("found_id").ne_missing(pl.col(reason)))
    return added.select(
        "entity",
        "system_id",
        source_id="id",
        relation=pl.lit(WORDS[relation]),
        expected=BLANK,
        expected_system_id=BLANK,
        found=pl.format("{} ({})", pl.col("found_name").fill_null(""), "found_id"),
    ).select(*LINKS)

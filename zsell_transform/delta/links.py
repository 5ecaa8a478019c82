"""Relations that changed in Sell since an earlier run, and records that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.delta.cells import whose
from zsell_transform.delta.fates import (
    BOTH,
    DONE,
    EMPTIED,
    NOT_OWN,
    STUCK,
    UNSEEN,
    WAITS,
    WRITTEN,
    fate,
    first_that_holds,
    is_any,
)
from zsell_transform.delta.files import LINKS, WRITES
from zsell_transform.folding import folded
from zsell_transform.frames.sparse import BLANK
from zsell_transform.ids import is_by_name
from zsell_transform.lap.placeholder import PLACEHOLDER, PLACEHOLDER_ID
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NAMES, SYSTEM_IDS
from zsell_transform.standing.account import BESIDE, OF_LEAD, Account, is_of_lead, persons_of_leads
from zsell_transform.standing.shown_links import SHOWN, WORDS, shown_links

_KEY: Final = ("entity", "id", "relation")


@attrs.frozen(eq=False)
class ChangedLinks:
    """writes: the columns of `WRITES`; found: issues."""

    writes: pl.DataFrame
    found: pl.DataFrame


def changed_links(
    then: Account, now: Account, there: pl.DataFrame, places: pl.DataFrame, held: Held, *, alone: bool
) -> ChangedLinks:
    """Relations of records that are there, where Sell says otherwise than it did.

    Args:
        there: as of `standing.account.presence`.
        places: as of `standing.account.targets`, with `written`: a name as these updates leave it.
        alone: links are written by System ID, without the name beside it.
    """
    changed = _changed(then, now, there, places).with_columns(own=pl.lit(value=True))
    changed = pl.concat([changed, _of_their_people(changed, there, held)])
    parts, seen = [], []
    for (item, relation), rows in sorted(changed.partition_by("item", "relation", as_dict=True).items()):
        raw = held.raw.get(str(item))
        shown = None if raw is None else shown_links(raw, str(relation))
        if raw is None or shown is None:
            seen.append(rows.with_columns(fate=fate(UNSEEN), found_name=BLANK))
            continue
        joined = rows.join(shown, on="system_id", how="left", maintain_order="left")
        seen.append(_fated(joined, by_id=SHOWN[str(relation)][0] in raw.columns))
        parts.append(_writes(seen[-1], str(item), str(relation), alone=alone))
    empty = pl.DataFrame(schema=dict.fromkeys(WRITES, pl.String))
    return ChangedLinks(pl.concat([empty, *parts]), _told(seen, now, there))


def _changed(then: Account, now: Account, there: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """entity, id, relation, old, new, beside, moved, item, system_id; System IDs and names of both targets.

    `beside` is the party of what a record hangs on; `moved`, whether the record hangs on another one by now.
    """
    both = now.records.select("entity", "id").join(
        then.records, on=["entity", "id"], how="semi", maintain_order="left"
    )
    companies = _companies_of_leads(then, now)
    sides = [
        _with_companies(
            account.relations.join(both, on=["entity", "id"], how="semi", maintain_order="left"),
            companies.select("party", company=side),
        )
        for account, side in ((then, "old"), (now, "new"))
    ]
    of_changed = _paired(*sides).select("entity", "id").unique()
    placed = (
        _placed(side.join(of_changed, on=["entity", "id"], how="semi", maintain_order="left"), there, places)
        for side in sides
    )
    rows = _paired(*placed).with_columns(beside=pl.coalesce("new_beside", "old_beside"))
    # What the mapping leaves out by now has no link in Sell: it may well stand on the placeholder.
    unwished = now.records.filter("left_out").select("entity", "id", old=pl.lit(PLACEHOLDER_ID))
    rows = rows.join(unwished, on=["entity", "id", "old"], how="anti", maintain_order="left")
    moved = (~pl.col("beside")).any().over("entity", "id")
    own = there.select("entity", "id", "item", "system_id")
    return rows.with_columns(moved=moved).join(own, on=["entity", "id"], how="inner", maintain_order="left")


def _of_their_people(changed: pl.DataFrame, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """The people of leads whose company changed: they came with the lead, and their organization with it.

    `own` says whether a person is another record's, too: that one says where they are.
    """
    as_leads = (pl.col("entity") == "leads") & (pl.col("item") == "leads")
    rows = changed.filter(as_leads & (pl.col("relation") == "organizations"))
    if not rows.height:
        return rows
    people = persons_of_leads(there.filter(as_leads), held).filter(pl.col("system_id").is_not_null())
    return (
        rows.drop("system_id", "own")
        .join(people, on="id", how="inner", maintain_order="left")
        .with_columns(item=pl.lit("persons"))
        .select(changed.columns)
    )


def _paired(then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Relations that lead elsewhere by now, with `old` and `new`, and each other column once for either."""
    old, new = (
        frame.rename({c: f"{side}_{c}".removesuffix("_to") for c in frame.columns if c not in _KEY})
        for frame, side in ((then, "old"), (now, "new"))
    )
    both = new.join(old, on=_KEY, how="full", coalesce=True, maintain_order="left_right")
    return both.filter(pl.col("new").ne_missing(pl.col("old")))


def _companies_of_leads(then: Account, now: Account) -> pl.DataFrame:
    """party (`of lead 31`), old, new: companies of leads that Sell calls otherwise by now.

    The lead's row is updated together with its history, so that Pipedrive does not show the new one yet.
    """
    old, new = (
        account.relations.filter((pl.col("entity") == "leads") & (pl.col("relation") == "organizations"))
        .unique("id", keep="first", maintain_order=True)
        .select("id", pl.col("to").alias(name))
        for account, name in ((then, "old"), (now, "new"))
    )
    leads = then.records.filter(pl.col("entity") == "leads").select("id")
    rows = leads.join(new, on="id", how="inner", maintain_order="left").join(
        old, on="id", how="left", maintain_order="left"
    )
    return rows.filter(pl.col("new").ne_missing(pl.col("old"))).select(
        "old", "new", party=pl.lit(OF_LEAD) + pl.col("id")
    )


def _with_companies(relations: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Relations, in which a lead's organization is the company of that side where that changed."""
    rows = relations.unique(_KEY, keep="first", maintain_order=True)
    if not companies.height:
        return rows
    known = companies.with_columns(relation=pl.lit("organizations"), known=pl.lit(value=True))
    joined = rows.join(
        known.rename({"party": "to"}), on=["relation", "to"], how="left", maintain_order="left"
    )
    return joined.with_columns(to=pl.when("known").then("company").otherwise("to")).drop("company", "known")


def _placed(side: pl.DataFrame, there: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """One side's relations with where they lead to; none where a lead that is there has no such party."""
    rows = side.join(places, on=["relation", "to"], how="left", maintain_order="left")
    leads = there.filter(pl.col("entity") == "leads")["id"]
    nobody = is_of_lead() & pl.col("to_item").is_null()
    nobody = nobody & pl.col("to").str.strip_prefix(OF_LEAD).is_in(leads.implode())
    return rows.filter(~nobody).select(
        "entity",
        "id",
        "to",
        "written",
        relation=pl.coalesce("to_item", "relation"),  # a lead that was converted is a deal by now
        beside=pl.col("how") == BESIDE,
        system_id="to_system_id",
        name="to_name",
    )


def _fated(rows: pl.DataFrame, *, by_id: bool) -> pl.DataFrame:
    shown = pl.col("found_id") if by_id else folded(pl.col("found_name"))
    old, new = (
        pl.col(f"{side}_system_id") if by_id else folded(pl.col(f"{side}_name")) for side in ("old", "new")
    )
    gone = pl.col("new").is_null() | (pl.col("new") == PLACEHOLDER_ID)
    becomes = (
        (gone & shown.is_null(), DONE),
        (gone & (pl.col("old") == PLACEHOLDER_ID) & shown.ne_missing(old), DONE),
        (gone & (pl.col("old") == PLACEHOLDER_ID), STUCK),
        (gone, EMPTIED),
        (pl.col("new_system_id").is_null(), WAITS),
        (shown.eq_missing(new), DONE),
        (shown.eq_missing(old), WRITTEN),
    )
    chosen = first_that_holds(becomes, otherwise=BOTH)
    # What a lead lost or waits for is told of the lead itself.
    of_person = (pl.col("entity") == "leads") & (pl.col("item") == "persons")
    told_of_lead = of_person & is_any(chosen, EMPTIED, STUCK, WAITS)
    not_own = of_person & ~pl.col("own") & is_any(chosen, WRITTEN, BOTH)
    return rows.with_columns(
        fate=pl.when(told_of_lead).then(fate(None)).when(not_own).then(fate(NOT_OWN)).otherwise(chosen)
    )


def _writes(rows: pl.DataFrame, item: str, relation: str, *, alone: bool) -> pl.DataFrame:
    going = rows.filter(pl.col("fate") == WRITTEN)
    cells = {SYSTEM_IDS[relation]: "new_system_id", **({} if alone else {NAMES[relation]: "new_written"})}
    return pl.concat(
        going.select(
            "entity",
            pl.col("id").alias("source_id"),
            pl.lit(item).alias("item"),
            "system_id",
            pl.lit(header).alias("field"),
            pl.col(column).alias("value"),
            pl.lit(LINKS).alias("part"),
        )
        for header, column in cells.items()
    )


def _told(parts: Sequence[pl.DataFrame], now: Account, there: pl.DataFrame) -> pl.DataFrame:
    if not parts:
        return issues.empty()
    columns = ["entity", "id", "item", "system_id", "relation", "old", "new", "found_name", "fate"]
    # The party beside a note is no relation of Sell's: it follows where it can, and nobody need know; save of
    # a note that moved, and that it cannot follow.
    stuck = pl.col("moved") & is_any(pl.col("fate"), BOTH, EMPTIED, STUCK)
    said = [
        pl.when(is_of_lead(side) | is_by_name(side))
        .then(pl.coalesce(f"{side}_name", side))
        .otherwise(side)
        .alias(side)
        for side in ("old", "new")
    ]
    rows = pl.concat(
        part.with_columns(said).filter(~pl.col("beside") | stuck).select(columns) for part in parts
    )
    names = there.select("entity", "id", "item", "system_id", called="name")
    rows = rows.join(names, on=["entity", "id", "item", "system_id"], how="left", maintain_order="left")
    rows = rows.rename({"id": "_id"})
    # A deal whose company stands in `Company in Sell` by now has lost nothing.
    kept = now.company_in_sell.select(
        _id="id", entity=pl.lit("deals"), relation=pl.lit("organizations"), fate=fate(EMPTIED)
    )
    rows = rows.join(kept, on=["_id", "entity", "relation", "fate"], how="anti", maintain_order="left")
    word = pl.col("relation").replace_strict(WORDS, return_dtype=pl.String)
    of_person = (pl.col("entity") == "leads") & (pl.col("item") == "persons")
    field = pl.when(of_person).then(pl.format("person's {}", word)).otherwise(word)
    by_fate = {
        BOTH: (
            "changed_in_both",
            pl.col("new"),
            pl.format(
                "Pipedrive holds '{}' (it was {})",
                pl.col("found_name").fill_null(""),
                pl.col("old").fill_null("none"),
            ),
        ),
        EMPTIED: ("emptied_in_sell", pl.col("old"), BLANK),
        STUCK: (
            "left_on_placeholder",
            pl.coalesce("found_name", pl.lit(PLACEHOLDER)),
            _with_system_id(),
        ),
        NOT_OWN: ("not_its_own_person", pl.col("new"), whose(pl.col("found_name"))),
        UNSEEN: ("update_not_comparable", pl.col("new"), BLANK),
        WAITS: ("update_waits", pl.col("new"), BLANK),
    }
    told = [
        issues.found(
            issues.few(rows, (pl.col("fate") == word) & (pl.col("entity") == entity)),
            code,
            entity=entity,
            field=field,
            value=value,
            detail=detail,
        )
        for word, (code, value, detail) in by_fate.items()
        for entity in rows["entity"].unique(maintain_order=True).to_list()
    ]
    return issues.gather(pl.collect_all(told))


def _with_system_id() -> pl.Expr:
    """A record of Pipedrive's as people find it; notes have no name."""
    number = pl.format("System ID {}", "system_id")
    named = pl.format("'{}' ({})", "called", number)
    return pl.when(pl.col("called") != pl.col("system_id")).then(named).otherwise(number)


def deleted(then: Account, now: Account, there: pl.DataFrame, entities: Sequence[str]) -> pl.DataFrame:
    """Records of then that the present export neither holds nor names, one issue each.

    Args:
        entities: those of the present export; of an entity without any file nothing is said.
    """
    was = then.records.filter(~pl.col("added") & pl.col("entity").is_in(entities))
    gone = was.join(now.records, on=["entity", "id"], how="anti", maintain_order="left")
    placed = gone.join(
        there.select("entity", "id", "system_id"), on=["entity", "id"], how="left", maintain_order="left"
    )
    where = pl.coalesce(
        pl.format("Pipedrive holds it as System ID {}", "system_id"), pl.lit("Pipedrive does not hold it")
    )
    told = [
        issues.found(
            issues.few(placed, pl.col("entity") == entity).rename({"id": "_id"}),
            "deleted_in_sell",
            entity=entity,
            value=pl.col("name"),
            detail=where,
        )
        for entity in placed["entity"].unique(maintain_order=True).to_list()
    ]
    return issues.gather(pl.collect_all(told))

"""The account as it should stand in Pipedrive, and which of its records are there.

Both are worked out from the linked account and the exports alone, by the contract's rules (section 4), and
not by the code that wrote the files: a fault of a lap shows here. Whether there is to be a placeholder is a
question that both ask in one place: what is missed here, the next lap must write.
"""

from __future__ import annotations

from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import folded
from zsell_transform.frames.positions import firsts
from zsell_transform.frames.sparse import BLANK
from zsell_transform.ids import is_by_name, ranked
from zsell_transform.lap.placeholder import PLACEHOLDER_ID, needs_placeholder, with_placeholder
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.own_ids import id_in_mark
from zsell_transform.sell.entities import HISTORY, LINKED, TARGETS, mark_of

#: How a relation is meant: Sell's own; the deal's or lead's party beside it; or the placeholder.
OWN, BESIDE, PLACED = "own", "beside", "placed"
#: What stands for a lead's person or organization, before its id: which they are, Pipedrive's export says.
OF_LEAD: Final = "of lead "
PRESENCE: Final = dict.fromkeys(("entity", "id", "item", "system_id", "name"), pl.String)


@attrs.frozen(eq=False)
class Account:
    """The account as it should be in Pipedrive.

    Attributes:
        records: entity, id, name, added (the export only names it), left_out (by wish of the mapping).
        relations: entity, id, relation (item), to (Sell id, null for none; `of lead 31` for a lead's party),
            how (own, beside, placed).
        company_in_sell: id of a deal, and the company that its row cannot name.
        companies_of_deals: id of such a deal, and the Sell id of that company.
    """

    records: pl.DataFrame
    relations: pl.DataFrame
    company_in_sell: pl.DataFrame
    companies_of_deals: pl.DataFrame


def expected_account(graph: Graph, ask: Mapping, left_out: pl.Series, held: Held) -> Account:
    """What should stand in Pipedrive.

    Args:
        left_out: ids of leads that the mapping leaves out by their status.
        held: Pipedrive's exports, which show what people are one by wish of the mapping.
    """
    deals = _deals(graph, ask, held)
    leads = _leads(graph, ask, left_out)
    gone = pl.concat(
        [
            frame.filter("left_out").select(about=pl.lit(about), about_id="id", gone=pl.lit(True))
            for about, frame in (("deals", deals), ("leads", leads))
        ]
    )
    history = {
        entity: _history(entity, _hung(graph, rows), gone, deals, ask)
        for entity, rows in graph.history.items()
    }
    relations = pl.concat(
        [
            _related(_employed(graph), "contacts", "organizations", "company"),
            _related(deals, "deals", "persons", "person"),
            # What the mapping leaves out may be there from an earlier lap, wherever that hung it.
            _related(deals.filter(~pl.col("left_out")), "deals", "organizations", "organization", _how()),
            _related(
                leads.filter(pl.col("organization").is_not_null()),
                "leads",
                "organizations",
                "organization",
                _how(),
            ),
            *(part for parts in history.values() for part in parts[1]),
        ]
    )
    companies = graph.companies
    if needs_placeholder(graph, held, ask, left_out):
        companies = with_placeholder(companies)
    records = [
        _records("companies", companies),
        _records("contacts", graph.contacts),
        _records("deals", deals, "title"),
        _records("leads", leads, "title"),
        *(_records(entity, parts[0]) for entity, parts in history.items()),
    ]
    unnamed = deals.filter(pl.col("differing").is_not_null())
    return Account(
        pl.concat(records),
        relations,
        unnamed.select("id", value="differing"),
        unnamed.select("id", "company").drop_nulls(),
    )


def _employed(graph: Graph) -> pl.DataFrame:
    """id, company (id) of the contacts."""
    return graph.contacts.select("id", company=graph.ids("companies", graph.contacts["company_at"]))


def _employed_together(graph: Graph, ask: Mapping, held: Held) -> pl.DataFrame:
    """The same, where people whom the mapping merged have the company that any of them has: the first one's,
    by their ids, as the row has which carries them all.
    """
    people = _employed(graph)
    there = held.persons.filter(pl.col("system_id").is_duplicated() & pl.col("sell_id").is_not_null())
    if ask.duplicates["contacts"] != "merge" or not there.height:
        return people
    as_one = there.select("system_id", id="sell_id").unique("id", keep="first", maintain_order=True)
    known = people.join(as_one, on="id", how="left", maintain_order="left")
    rows = known.filter(pl.col("system_id").is_not_null() & pl.col("company").is_not_null())
    first = rows.sort(*ranked("id"), nulls_last=True).select("system_id", shared="company")
    first = first.unique("system_id", keep="first", maintain_order=True)
    joined = known.join(first, on="system_id", how="left", maintain_order="left")
    return joined.select("id", company=pl.coalesce("shared", "company"))


def _hung(graph: Graph, rows: pl.DataFrame) -> pl.DataFrame:
    """id, about, about_id of records of history."""
    return rows.select("id", pl.col("about").cast(pl.String), about_id=graph.hung_on(rows))


def _related(
    frame: pl.DataFrame, entity: str, relation: str, to: str, how: pl.Expr | None = None
) -> pl.DataFrame:
    """One relation of one entity; `to` is the column with the Sell id that it leads to."""
    return frame.select(
        pl.lit(entity).alias("entity"),
        "id",
        pl.lit(relation).alias("relation"),
        pl.col(to).alias("to"),
        (pl.lit(OWN) if how is None else how).alias("how"),
    )


def _how() -> pl.Expr:
    placed = (pl.col("organization") == PLACEHOLDER_ID) & ~pl.col("left_out")
    return pl.when(placed).then(pl.lit(PLACED)).otherwise(pl.lit(OWN))


def _records(entity: str, frame: pl.DataFrame, name: str = "name") -> pl.DataFrame:
    none = pl.lit(value=False)
    return frame.select(
        pl.lit(entity).alias("entity"),
        "id",
        pl.col(name).alias("name"),
        added=(pl.col("added") if "added" in frame.columns else none).fill_null(value=False),
        left_out=pl.col("left_out") if "left_out" in frame.columns else none,
    )


def _as_one(company: str, held: Held) -> pl.Expr:
    """A Sell id; of companies that are one record in Pipedrive, what they share."""
    there = held.organizations.filter(pl.col("system_id").is_duplicated() & pl.col("sell_id").is_not_null())
    ids = pl.lit("#") + there["system_id"]
    return pl.col(company).replace(there["sell_id"], pl.select(ids).to_series())


def _one_company(
    rows: pl.DataFrame, graph: Graph, employed: pl.DataFrame, held: Held, *, both: bool
) -> pl.DataFrame:
    """A row with a person names that person's own company, or none; `differing` is the other one."""
    own = employed.select(person="id", own_company="company")
    names = graph.companies.select(company="id", company_title="name")
    joined = rows.join(own, on="person", how="left", maintain_order="left").join(
        names, on="company", how="left", maintain_order="left"
    )
    there = pl.col("person").is_not_null() & pl.col("company").is_not_null()
    other = _as_one("company", held).ne_missing(_as_one("own_company", held))
    differs = there & other & pl.lit(not both)
    return joined.with_columns(
        organization=pl.when(~differs).then("company"),
        differing=pl.when(differs).then(pl.coalesce("company_title", "company_name")),
    )


def _with_orphans(rows: pl.DataFrame, wish: str, orphan: pl.Expr) -> pl.DataFrame:
    placed = pl.lit(wish == "placeholder")
    return rows.with_columns(orphan=orphan).with_columns(
        organization=pl.when(pl.col("orphan") & placed)
        .then(pl.lit(PLACEHOLDER_ID))
        .otherwise("organization"),
        left_out=pl.col("orphan") & ~placed,
    )


def _deals(graph: Graph, ask: Mapping, held: Held) -> pl.DataFrame:
    rows = graph.deals.select(
        "id",
        "title",
        "company_name",
        "other_company",
        person=graph.ids("contacts", graph.deals["person_at"]),
        company=graph.ids("companies", graph.deals["company_at"]),
    )
    employed = _employed_together(graph, ask, held)
    rows = _one_company(rows, graph, employed, held, both=ask.two_organizations == "both")
    other = pl.when("other_company").then("company_name")
    rows = rows.with_columns(differing=pl.coalesce("differing", other))
    orphan = pl.col("person").is_null() & pl.col("organization").is_null()
    return _with_orphans(rows, ask.orphans["deals"], orphan)


def _leads(graph: Graph, ask: Mapping, left_out: pl.Series) -> pl.DataFrame:
    organization = graph.ids("companies", graph.leads["company_at"])
    rows = graph.leads.select("id", "title", "name", "added", organization=organization)
    orphan = pl.col("name").is_null() & pl.col("organization").is_null()
    rows = _with_orphans(rows, ask.orphans["leads"], orphan)
    unwished = pl.col("id").is_in(left_out.implode())
    return rows.with_columns(
        organization=pl.when(~unwished).then("organization"), left_out=pl.col("left_out") | unwished
    )


def _history(
    entity: str, rows: pl.DataFrame, gone: pl.DataFrame, deals: pl.DataFrame, ask: Mapping
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Its records, and its relations by kind; one about a record that is left out has none."""
    joined = rows.join(gone, on=["about", "about_id"], how="left", maintain_order="left")
    stays = pl.col("gone").is_null()
    joined = joined.with_columns(pl.when(stays).then(c).alias(c) for c in ("about", "about_id"))
    notes = TARGETS[entity] == "notes"
    orphan = pl.col("about").is_null() & pl.lit(notes)
    placed = ask.orphans["notes"] == "placeholder"
    mark = pl.lit(mark_of(entity)) + pl.col("id")
    rows = joined.with_columns(left_out=orphan & pl.lit(not placed), name=mark)
    parts = [
        _related(rows.filter(pl.col("about") == about), entity, LINKED[about], "about_id")
        for about in ("contacts", "companies", "deals", "leads")
    ]
    of_deal = rows.filter(pl.col("about") == "deals").join(
        deals.select("person", "organization", about_id="id"),
        on="about_id",
        how="left",
        maintain_order="left",
    )
    parts += [
        _related(of_deal.filter(pl.col(to).is_not_null()), entity, item, to, pl.lit(BESIDE))
        for to, item in (("person", "persons"), ("organization", "organizations"))
    ]
    of_lead = rows.filter(pl.col("about") == "leads").with_columns(party=pl.lit(OF_LEAD) + pl.col("about_id"))
    parts += [
        _related(of_lead, entity, item, "party", pl.lit(BESIDE)) for item in ("persons", "organizations")
    ]
    if placed:
        orphans = rows.filter(orphan).with_columns(to=pl.lit(PLACEHOLDER_ID))
        parts.append(_related(orphans, entity, "organizations", "to", pl.lit(PLACED)))
    return rows, parts


# --- what is there --------------------------------------------------------------------------------------


def presence(records: pl.DataFrame, held: Held) -> pl.DataFrame:
    """entity, id, item, system_id, name of the records that Pipedrive holds, one row each.

    `name` is how Pipedrive prints it. A Sell id that stands on several records has them all in `system_id`,
    joined by `, `; a lead that was converted is there as a deal.
    """
    parts = []
    for entity in records["entity"].unique(maintain_order=True).to_list():
        ids = records.filter(pl.col("entity") == entity).select("entity", "id", "name")
        parts += [_there(entity, ids, held)]
    return pl.concat(parts or [pl.DataFrame(schema=PRESENCE)])


def _there(entity: str, ids: pl.DataFrame, held: Held) -> pl.DataFrame:
    item = TARGETS[entity]
    found = _by_id(entity, held)
    if entity in ("companies", "contacts"):
        found = pl.concat([found, _by_name(ids, found)])
    return (
        ids.select("entity", "id")
        .join(found, on="id", how="inner", maintain_order="left")
        .with_columns(item=pl.coalesce("item", pl.lit(item)))
        .select(*PRESENCE)
    )


def _by_id(entity: str, held: Held) -> pl.DataFrame:
    """id, item, system_id, name."""
    item = TARGETS[entity]
    frame = held[item]
    label = next(c for c in ("name", "title", "subject", "system_id") if c in frame.columns)
    own: pl.Expr
    if entity in HISTORY:
        mark = mark_of(entity)
        own = id_in_mark(entity, pl.col("mark"))
    else:
        own, mark = pl.col("sell_id"), ""
    found = frame.select(id=own, item=pl.lit(item), system_id="system_id", name=label)
    if entity == "leads":
        as_deal = held.deals.select(
            id="sell_lead_id", item=pl.lit("deals"), system_id="system_id", name="title"
        )
        found = pl.concat([found, as_deal])
    found = firsts(found, "id")
    twice = held.twice_of(item).select(
        id=pl.col("sell_id").str.strip_prefix(mark),
        item=pl.lit(item),
        system_id="system_ids",
        name=BLANK,
    )
    return pl.concat([found.join(twice, on="id", how="anti", maintain_order="left"), twice])


def _by_name(ids: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """A record that matches a present `name:` one, and is the only one of that name, is that one.

    A lap has this rule in `keys`; the proof, which judges laps, has it for itself.
    """
    named = found.filter(is_by_name("id"))
    numbered = ids.filter(~is_by_name("id")).select("id", f=folded(pl.col("name")))
    single = numbered.filter(pl.col("f").is_not_null() & pl.col("f").is_unique())
    of_name = named.select("item", "system_id", "name", f=pl.col("id").str.strip_prefix("name:"))
    alias = single.join(of_name, on="f", how="inner", maintain_order="left")
    return alias.join(found, on="id", how="anti", maintain_order="left").select(found.columns)


def own_persons_of_leads(there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """id of a lead, system_id of its person, where that person came with this one lead only."""
    return persons_of_leads(there, held).filter("own").select("id", "system_id")


def persons_of_leads(there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """id of a lead, system_id of its person (null without one), own: that came with this one lead only.

    Args:
        there: id and system_id of the leads that are there as leads, of `presence`.
    """
    people = held.leads.select("system_id", person_id="person_id").unique(
        "system_id", keep="first", maintain_order=True
    )
    others = [held.persons.filter(pl.col("sell_id").is_not_null())["system_id"], held.deals["person_id"]]
    shared = pl.concat([ids.rename("person_id").drop_nulls() for ids in others])
    person = pl.col("person_id")
    return there.join(people, on="system_id", how="inner", maintain_order="left").select(
        "id",
        system_id=person,
        own=person.is_not_null() & person.is_unique() & ~person.is_in(shared.implode()),
    )


def targets(there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """relation, to, to_item, to_system_id, to_name: all that a relation leads to and that is there once.

    A lead's person and organization are those that Pipedrive's export shows: the row of its history names
    them (contract, section 4).

    Args:
        there: as of `presence`.
    """
    single = there.filter(pl.col("entity").is_in(list(LINKED)) & ~several())
    own = single.select(
        pl.col("entity").replace_strict(LINKED, return_dtype=pl.String).alias("relation"),
        to="id",
        to_item="item",
        to_system_id="system_id",
        to_name="name",
    )
    leads = single.filter(pl.col("entity") == "leads")
    parties = [
        leads.filter(pl.col("item") == item)
        .join(firsts(held[item], "system_id"), on="system_id", how="inner", maintain_order="left")
        .select(
            pl.lit(f"{party}s").alias("relation"),
            to=pl.lit(OF_LEAD) + pl.col("id"),
            to_item=pl.lit(f"{party}s"),
            to_system_id=f"{party}_id",
            to_name=party,
        )
        .filter(pl.coalesce("to_system_id", "to_name").is_not_null())
        for item in ("leads", "deals")
        for party in ("person", "organization")
    ]
    return pl.concat([own, *parties])


def is_of_lead(column: str = "to") -> pl.Expr:
    """Whether a relation leads to a lead's person or organization."""
    return pl.col(column).str.starts_with(OF_LEAD).fill_null(value=False)


def several() -> pl.Expr:
    """Whether a Sell id stands on several records."""
    return pl.col("system_id").str.contains(", ", literal=True)

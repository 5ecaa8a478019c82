"""Every relation of Sell as it should stand in Pipedrive, and the one that Pipedrive's exports show.

What should stand there is worked out from the linked account alone, by the contract's rules (section 4), and not by
the code that wrote the files: a fault of a lap shows here.
"""

from __future__ import annotations

from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import digits, fold, folded
from zsell_transform.lap.words import PLACEHOLDER
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports import Held
from zsell_transform.sell.entities import HISTORY, MARK_WORDS, TARGETS

PLACEHOLDER_ID: Final = f"name:{fold(PLACEHOLDER)}"
#: How a relation is meant: Sell's own; the deal's or lead's party beside it; or the placeholder.
OWN, BESIDE, PLACED = "own", "beside", "placed"
RELATIONS: Final = dict.fromkeys(("entity", "id", "relation", "to", "how"), pl.String)
PRESENCE: Final = dict.fromkeys(("entity", "id", "item", "system_id", "name"), pl.String)
#: Relation → the columns of Pipedrive's exports that show it: ID, and names in order of preference.
SHOWN: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "organizations": ("Organization ID", ("Organization",)),
    "persons": ("Contact person ID", ("Contact person",)),
    "deals": ("Deal ID", ("Deal title", "Deal")),
    "leads": ("Lead ID", ("Lead",)),
}
WORDS: Final = {"organizations": "organization", "persons": "person", "deals": "deal", "leads": "lead"}
#: What stands in a text of a single pass for the deal or lead that the row could not name.
PARTIES_ONLY: Final = r"(?:^|>|\n)(?:Deal|Lead) in Sell: "


@attrs.frozen(eq=False)
class Account:
    """The account as it should be in Pipedrive.

    Attributes:
        records: entity, id, name, added (the export only names it), left_out (by wish of the mapping).
        relations: entity, id, relation (item), to (Sell id, null for none), how (own, beside, placed).
        company_in_sell: id of a deal, and the company that its row cannot name.
    """

    records: pl.DataFrame
    relations: pl.DataFrame
    company_in_sell: pl.DataFrame


def account(graph: Graph, ask: Mapping, left_out: pl.Series) -> Account:
    """What should stand in Pipedrive.

    Args:
        left_out: ids of leads that the mapping leaves out by their status.
    """
    deals = _deals(graph, ask)
    leads = _leads(graph, ask, left_out)
    gone = pl.concat([
        frame.filter("left_out").select(about=pl.lit(about), about_id="id", gone=pl.lit(True))
        for about, frame in (("deals", deals), ("leads", leads))
    ])
    history = {entity: _history(entity, rows, gone, deals, ask) for entity, rows in graph.history.items()}
    relations = pl.concat([
        _related(graph.contacts, "contacts", "organizations", "company"),
        _related(deals, "deals", "persons", "person"),
        _related(deals, "deals", "organizations", "organization", _how()),
        _related(leads.filter(pl.col("organization").is_not_null()), "leads", "organizations", "organization", _how()),
        *(part for parts in history.values() for part in parts[1]),
    ])
    companies = graph.companies
    if (relations["how"] == PLACED).any():
        extra = pl.DataFrame({"id": [PLACEHOLDER_ID], "name": [PLACEHOLDER], "added": [True]})
        companies = pl.concat([companies, extra], how="diagonal_relaxed")
    records = [
        _records("companies", companies), _records("contacts", graph.contacts), _records("deals", deals, "title"),
        _records("leads", leads, "title"), *(_records(entity, parts[0]) for entity, parts in history.items()),
    ]
    differing = deals.filter(pl.col("differing").is_not_null()).select("id", value="differing")
    return Account(pl.concat(records), relations, differing)


def _related(frame: pl.DataFrame, entity: str, relation: str, to: str, how: pl.Expr | None = None) -> pl.DataFrame:
    """One relation of one entity; `to` is the column with the Sell id that it leads to."""
    return frame.select(
        pl.lit(entity).alias("entity"), "id", pl.lit(relation).alias("relation"), pl.col(to).alias("to"),
        (pl.lit(OWN) if how is None else how).alias("how"),
    )


def _how() -> pl.Expr:
    return pl.when("orphan").then(pl.lit(PLACED)).otherwise(pl.lit(OWN))


def _records(entity: str, frame: pl.DataFrame, name: str = "name") -> pl.DataFrame:
    none = pl.lit(value=False)
    return frame.select(
        pl.lit(entity).alias("entity"), "id", pl.col(name).alias("name"),
        added=(pl.col("added") if "added" in frame.columns else none).fill_null(value=False),
        left_out=pl.col("left_out") if "left_out" in frame.columns else none,
    )


def _one_company(rows: pl.DataFrame, graph: Graph, *, both: bool) -> pl.DataFrame:
    """A row with a person names that person's own company, or none; `differing` is the one that it cannot name."""
    own = graph.contacts.select(person="id", own_company="company")
    names = graph.companies.select(company="id", company_title="name")
    joined = rows.join(own, on="person", how="left", maintain_order="left").join(
        names, on="company", how="left", maintain_order="left"
    )
    there = pl.col("person").is_not_null() & pl.col("company").is_not_null()
    differs = there & pl.col("company").ne_missing(pl.col("own_company")) & pl.lit(not both)
    return joined.with_columns(
        organization=pl.when(~differs).then("company"),
        differing=pl.when(differs).then(pl.coalesce("company_title", "company_name")),
    )


def _with_orphans(rows: pl.DataFrame, wish: str, orphan: pl.Expr) -> pl.DataFrame:
    placed = pl.lit(wish == "placeholder")
    return rows.with_columns(orphan=orphan).with_columns(
        organization=pl.when(pl.col("orphan") & placed).then(pl.lit(PLACEHOLDER_ID)).otherwise("organization"),
        left_out=pl.col("orphan") & ~placed,
    )


def _deals(graph: Graph, ask: Mapping) -> pl.DataFrame:
    rows = graph.deals.select("id", "title", "person", "company", "company_name", "other_company")
    rows = _one_company(rows, graph, both=ask.two_organizations == "both")
    other = pl.when(pl.col("other_company").is_not_null()).then("company_name")
    rows = rows.with_columns(differing=pl.coalesce("differing", other))
    orphan = pl.col("person").is_null() & pl.col("organization").is_null()
    return _with_orphans(rows, ask.orphans["deals"], orphan)


def _leads(graph: Graph, ask: Mapping, left_out: pl.Series) -> pl.DataFrame:
    rows = graph.leads.select("id", "title", "name", "added", organization="company")
    orphan = pl.col("name").is_null() & pl.col("organization").is_null()
    rows = _with_orphans(rows, ask.orphans["leads"], orphan)
    return rows.with_columns(left_out=pl.col("left_out") | pl.col("id").is_in(left_out.implode()))


def _history(
    entity: str, rows: pl.DataFrame, gone: pl.DataFrame, deals: pl.DataFrame, ask: Mapping
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Its records, and its relations by kind; one about a record that is left out has none."""
    joined = rows.select("id", "about", "about_id").join(
        gone, on=["about", "about_id"], how="left", maintain_order="left"
    )
    stays = pl.col("gone").is_null()
    joined = joined.with_columns(pl.when(stays).then(c).alias(c) for c in ("about", "about_id"))
    notes = TARGETS[entity] == "notes"
    orphan = pl.col("about").is_null() & pl.lit(notes)
    placed = ask.orphans["notes"] == "placeholder"
    mark = pl.format("Sell {} {}", pl.lit(MARK_WORDS[entity]), pl.col("id"))
    rows = joined.with_columns(left_out=orphan & pl.lit(not placed), name=mark)
    items = {"contacts": "persons", "companies": "organizations", "deals": "deals", "leads": "leads"}
    parts = [
        _related(rows.filter(pl.col("about") == about), entity, item, "about_id")
        for about, item in items.items()
    ]
    of_deal = rows.filter(pl.col("about") == "deals").join(
        deals.select("person", "organization", about_id="id"), on="about_id", how="left", maintain_order="left"
    )
    parts += [
        _related(of_deal.filter(pl.col(to).is_not_null()), entity, item, to, pl.lit(BESIDE))
        for to, item in (("person", "persons"), ("organization", "organizations"))
    ]
    if placed:
        orphans = rows.filter(orphan).with_columns(to=pl.lit(PLACEHOLDER_ID))
        parts.append(_related(orphans, entity, "organizations", "to", pl.lit(PLACED)))
    return rows, parts


# --- what is there --------------------------------------------------------------------------------------


def presence(records: pl.DataFrame, held: Held) -> pl.DataFrame:
    """entity, id, item, system_id, name of the records that Pipedrive holds, one row each.

    `name` is how Pipedrive prints it. A Sell id that stands on several records has them all in `system_id`, joined by
    `, `; a lead that was converted is there as a deal.
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
    return ids.select("entity", "id").join(found, on="id", how="inner", maintain_order="left").with_columns(
        item=pl.coalesce("item", pl.lit(item))
    ).select(*PRESENCE)


def _by_id(entity: str, held: Held) -> pl.DataFrame:
    """id, item, system_id, name."""
    item = TARGETS[entity]
    frame = held[item]
    label = next(c for c in ("name", "title", "subject", "system_id") if c in frame.columns)
    if entity in HISTORY:
        mark = f"Sell {MARK_WORDS[entity]} "
        own = pl.when(pl.col("mark").str.starts_with(mark)).then(pl.col("mark").str.strip_prefix(mark))
    else:
        own, mark = pl.col("sell_id"), ""
    found = frame.select(id=own, item=pl.lit(item), system_id="system_id", name=label)
    if entity == "leads":
        as_deal = held.deals.select(id="sell_lead_id", item=pl.lit("deals"), system_id="system_id", name="title")
        found = pl.concat([found, as_deal])
    found = found.filter(pl.col("id").is_not_null()).unique("id", keep="first", maintain_order=True)
    twice = held.twice.filter(pl.col("item") == item).select(
        id=pl.col("sell_id").str.strip_prefix(mark), item=pl.lit(item), system_id="system_ids",
        name=pl.lit(None, dtype=pl.String),
    )
    return pl.concat([found.join(twice, on="id", how="anti", maintain_order="left"), twice])


def _by_name(ids: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """A record that matches a present `name:` one, and is the only one of that name, is that one."""
    named = found.filter(pl.col("id").str.starts_with("name:"))
    single = ids.select("id", f=folded(pl.col("name"))).filter(
        pl.col("f").is_not_null() & pl.col("f").is_unique() & ~pl.col("id").str.starts_with("name:")
    )
    of_name = named.select("item", "system_id", "name", f=pl.col("id").str.strip_prefix("name:"))
    alias = single.join(of_name, on="f", how="inner", maintain_order="left")
    return alias.join(found, on="id", how="anti", maintain_order="left").select(found.columns)


def several() -> pl.Expr:
    """Whether a Sell id stands on several records."""
    return pl.col("system_id").str.contains(", ", literal=True)


# --- what the exports show --------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Links:
    """The relations of present records, compared.

    Attributes:
        wrong: entity, source_id, system_id, relation, expected (Sell id), expected_system_id, found.
        parties_only: the same columns, of records that were written without their deal or lead in a single pass.
        unseen: entity, relation, count: relations that the exports do not show.
    """

    wrong: pl.DataFrame
    parties_only: pl.DataFrame
    unseen: pl.DataFrame


LINKS: Final = dict.fromkeys(
    ("entity", "source_id", "system_id", "relation", "expected", "expected_system_id", "found"), pl.String
)
UNSEEN: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "entity": pl.String, "relation": pl.String, "count": pl.Int64,
}  # fmt: skip


def compare_links(wanted: pl.DataFrame, there: pl.DataFrame, held: Held) -> Links:
    """Compares relations with what the exports show, for records that are there once.

    Args:
        wanted: relations, as in `Account`.
        there: as of `presence`.
    """
    placed = _placed(wanted, there)
    wrong, unseen = [pl.DataFrame(schema=LINKS)], [pl.DataFrame(schema=UNSEEN)]
    parties = [pl.DataFrame(schema=LINKS)]
    for (item, relation), rows in sorted(placed.partition_by("item", "relation", as_dict=True).items()):
        raw = held.raw.get(str(item))
        shown = None if raw is None else shown_links(raw, str(relation))
        if raw is None or shown is None:
            counts = rows.filter(pl.col("to").is_not_null() & (pl.col("how") != BESIDE))
            unseen.append(counts.group_by("entity", maintain_order=True).agg(
                relation=pl.lit(WORDS[str(relation)]), count=pl.len().cast(pl.Int64)
            ))
            continue
        checked = _checked(rows, shown, has_id=SHOWN[str(relation)][0] in raw.columns)
        if item == "deals" and relation == "organizations":
            checked = _without_own(checked, held)
        checked = checked.with_columns(relation=pl.lit(WORDS[str(relation)]))
        of_parties = _only_parties(checked, str(item), raw)
        parties.append(of_parties.select(*LINKS))
        wrong.append(checked.join(of_parties, on=["entity", "source_id", "relation"], how="anti", maintain_order="left").select(*LINKS))
    return Links(pl.concat(wrong), pl.concat(parties), pl.concat(unseen))


def _placed(wanted: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Relations with the System IDs of both sides; a converted lead counts as the deal that it has become."""
    single = there.filter(~several())
    mine = single.select("entity", "id", "item", "system_id")
    order = {"organizations": "companies", "persons": "contacts", "deals": "deals", "leads": "leads"}
    target = single.filter(pl.col("entity").is_in(list(order.values()))).select(
        to="id", relation=pl.col("entity").replace_strict(list(order.values()), list(order), return_dtype=pl.String),
        to_item="item", to_system_id="system_id", to_name="name",
    )
    twice = there.filter(several()).select(to="id").unique()
    rows = wanted.join(mine, on=["entity", "id"], how="inner", maintain_order="left").join(
        target, on=["relation", "to"], how="left", maintain_order="left"
    ).join(twice, on="to", how="anti", maintain_order="left")
    return rows.with_columns(relation=pl.coalesce("to_item", "relation"))


def shown_links(raw: pl.DataFrame, relation: str) -> pl.DataFrame | None:
    """system_id, found_id, found_name of one relation in one item's export; None where it shows neither."""
    number, names = SHOWN[relation]
    name = next((c for c in names if c in raw.columns), None)
    if number not in raw.columns and name is None:
        return None
    none = pl.lit(None, dtype=pl.String)
    return raw.select(
        system_id="ID", found_id=pl.col(number) if number in raw.columns else none,
        found_name=pl.col(name) if name else none,
    )


def _checked(rows: pl.DataFrame, shown: pl.DataFrame, *, has_id: bool) -> pl.DataFrame:
    """The relations that are not as they should be."""
    joined = rows.join(shown, on="system_id", how="left", maintain_order="left")
    found = pl.coalesce("found_id", "found_name")
    by_id = pl.col("found_id").eq_missing(pl.col("to_system_id"))
    by_name = folded(pl.col("found_name")).eq_missing(folded(pl.col("to_name")))
    right = (by_id if has_id else by_name) & (pl.col("to").is_null() | pl.col("to_system_id").is_not_null())
    fine = (
        pl.when(pl.col("how") == OWN).then(right)
        .when(pl.col("how") == PLACED).then(found.is_not_null())  # somebody may have found its place since
        .otherwise(right | found.is_null())
    )
    return joined.filter(~fine).with_columns(
        source_id="id", expected="to", expected_system_id="to_system_id",
        found=pl.concat_str("found_name", pl.format("({})", pl.col("found_id")), separator=" ", ignore_nulls=True)
        .replace("", None),
    )


def _without_own(wrong: pl.DataFrame, held: Held) -> pl.DataFrame:
    """A deal that names no organization may stand under its person's own."""
    deals = held.deals.unique("system_id", keep="first", maintain_order=True).select("system_id", "person_id")
    people = held.persons.unique("system_id", keep="first", maintain_order=True).select(
        person_id="system_id", own="organization_id"
    )
    joined = wrong.join(deals, on="system_id", how="left", maintain_order="left").join(
        people, on="person_id", how="left", maintain_order="left"
    )
    return joined.filter(~(pl.col("to").is_null() & (pl.col("found_id") == pl.col("own")).fill_null(value=False)))


def _only_parties(wrong: pl.DataFrame, item: str, raw: pl.DataFrame) -> pl.DataFrame:
    """Those without a deal or lead whose text says so: a single pass wrote them."""
    column = {"activities": "Note", "notes": "Content"}.get(item)
    if column not in raw.columns or not wrong.height:
        return wrong.clear()
    lacking = wrong.filter(pl.col("relation").is_in(["deal", "lead"]) & pl.col("found").is_null())
    said = raw.filter(pl.col(str(column)).str.contains(PARTIES_ONLY)).select(system_id="ID")
    return lacking.join(said, on="system_id", how="semi", maintain_order="left")


def lead_people(leads: pl.DataFrame, there: pl.DataFrame, relations: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Leads whose person in Pipedrive cannot be theirs: another name, or none of their values.

    Args:
        leads: id, name, email, work, mobile, of the linker.
        there, relations: of `presence` and `Account`.
    """
    rows = leads.filter(pl.col("name").is_not_null()).select("id", "name", "email", "work", "mobile").join(
        there.filter((pl.col("entity") == "leads") & ~several()).select("id", "item", "system_id"),
        on="id", how="inner", maintain_order="left",
    )
    parts = [
        shown.with_columns(item=pl.lit(item))
        for item in ("leads", "deals")
        if item in held.raw and (shown := shown_links(held.raw[item], "persons")) is not None
    ]
    if not parts:
        return pl.DataFrame(schema=LINKS)
    company = relations.filter((pl.col("entity") == "leads") & (pl.col("relation") == "organizations")).select(
        "id", company="to"
    ).join(there.filter(pl.col("entity") == "companies").select(company="id", place="system_id"), on="company",
           how="left", maintain_order="left")
    people = held.persons.unique("system_id", keep="first", maintain_order=True).select(
        "emails", "phones", "organization_id", found_id="system_id"
    )
    joined = rows.join(pl.concat(parts), on=["item", "system_id"], how="inner", maintain_order="left").join(
        company, on="id", how="left", maintain_order="left"
    ).join(people, on="found_id", how="left", maintain_order="left")
    return joined.filter(~_may_be_theirs()).select(
        pl.lit("leads").alias("entity"), pl.col("id").alias("source_id"), "system_id", pl.lit("person").alias("relation"),
        pl.concat_str("name", "email", separator=", ", ignore_nulls=True).alias("expected"),
        pl.lit(None, dtype=pl.String).alias("expected_system_id"),
        pl.concat_str("found_name", pl.format("({})", pl.col("found_id")), separator=" ", ignore_nulls=True)
        .replace("", None).alias("found"),
    )


def _may_be_theirs() -> pl.Expr:
    name, found = folded(pl.col("name")), folded(pl.col("found_name"))
    named = (name == found) | (found.str.starts_with(name + " (") & found.str.ends_with(")"))
    emails = pl.col("emails").list.eval(folded(pl.element())).list.contains(folded(pl.col("email")))
    emails = emails & pl.col("email").is_not_null()
    known = pl.col("phones").list.eval(digits(pl.element()))
    phones = [known.list.contains(digits(pl.col(c))) & digits(pl.col(c)).is_not_null() for c in ("work", "mobile")]
    shares = [emails, *phones, pl.col("organization_id") == pl.col("place")]
    nothing = pl.all_horizontal(pl.col("email", "work", "mobile", "company").is_null())
    unseen = pl.col("found_id").is_null() | pl.col("emails").is_null()  # no persons' export: the name must do
    value = pl.any_horizontal(expr.fill_null(value=False) for expr in shares) | nothing | unseen
    return named.fill_null(value=False) & value


"""The relations that Pipedrive's exports show, compared with those that should stand there."""

from __future__ import annotations

import re
from typing import Final

import attrs
import polars as pl

from zsell_transform.details import Details, valued
from zsell_transform.folding import digits, folded
from zsell_transform.frames.sparse import BLANK
from zsell_transform.lap.added_lines import DEAL_IN_SELL, LEAD_IN_SELL
from zsell_transform.lap.placeholder import PLACEHOLDER_ID
from zsell_transform.linker import Graph
from zsell_transform.pipedrive.exports.held import Held, own_header
from zsell_transform.sell.entities import HISTORY
from zsell_transform.standing.account import BESIDE, PLACED, is_of_lead, several, targets
from zsell_transform.standing.shown_links import SHOWN, WORDS, shown_links

#: Why it is not known which record of an item has which System ID.
NOT_GIVEN: Final = "no export of {} was given"
IDLESS: Final = "the export of {} has records without System IDs (its column ID is blank)"
UNMARKED: Final = (
    "the export of {} has no column that is known to say which are Sell's; the mapping may name it, as in"
    " columns: {{pipedrive_{}: {{Their header: {}}}}}"
)
#: What stands in a text of a single pass for the deal or lead that the row could not name.
PARTIES_ONLY: Final = rf"(?:^|>|\n)(?:{re.escape(DEAL_IN_SELL)}|{re.escape(LEAD_IN_SELL)})"


@attrs.frozen(eq=False)
class Links:
    """The relations of present records, compared.

    Attributes:
        wrong: entity, source_id, system_id, relation, expected (Sell id), expected_system_id, found.
        parties_only: the same columns, of records that were written without their deal or lead in a single
            pass.
        unseen: entity, relation, count, why (null where only a column lacks): relations that the
            exports do not show.
    """

    wrong: pl.DataFrame
    parties_only: pl.DataFrame
    unseen: pl.DataFrame


LINKS: Final = dict.fromkeys(
    ("entity", "source_id", "system_id", "relation", "expected", "expected_system_id", "found"), pl.String
)
UNSEEN: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "entity": pl.String, "relation": pl.String, "count": pl.Int64, "why": pl.String,
}  # fmt: skip


def compare_links(
    wanted: pl.DataFrame, there: pl.DataFrame, held: Held, *, single_pass: bool = False
) -> Links:
    """Compares relations with what the exports show, for records that are there once.

    Args:
        wanted: relations, as in `Account`.
        there: as of `presence`.
        single_pass: the mapping wrote history in the same lap as the deals and leads that it hangs on.
    """
    placed = with_system_ids(wanted, there, held)
    wrong, unseen = [pl.DataFrame(schema=LINKS)], [pl.DataFrame(schema=UNSEEN)]
    parties = [pl.DataFrame(schema=LINKS)]
    for (item, relation), rows in sorted(placed.partition_by("item", "relation", as_dict=True).items()):
        raw = held.raw.get(str(item))
        shown = None if raw is None else shown_links(raw, str(relation))
        if raw is None or shown is None:
            unseen.append(_unseen(rows, str(relation)))
            continue
        if why := _unknown(str(relation), held):  # nobody knows which record of it is which
            no_id = pl.col("to_system_id").is_null() | pl.lit(relation not in held.given)
            hidden = pl.col("to").is_not_null() & no_id
            unseen.append(_unseen(rows.filter(hidden), str(relation), why))
            rows = rows.filter(~hidden)
        checked = _checked(rows, shown, has_id=SHOWN[str(relation)][0] in raw.columns)
        if relation == "organizations" and item in ("deals", "leads"):
            checked = _without_explained(checked, held)
        if relation == "organizations" and item == "persons":
            checked = _without_typed(checked, held)
        checked = checked.with_columns(relation=pl.lit(WORDS[str(relation)]))
        of_parties = _only_parties(checked, str(item), held, single_pass=single_pass)
        parties.append(of_parties.select(*LINKS))
        wrong.append(
            checked.join(
                of_parties, on=["entity", "source_id", "relation"], how="anti", maintain_order="left"
            ).select(*LINKS)
        )
    return Links(pl.concat(wrong), pl.concat(parties), pl.concat(unseen))


def _unknown(item: str, held: Held) -> str | None:
    """Why it is not known of some records of an item, where it is not."""
    if item not in held.given:
        return NOT_GIVEN.format(item)
    if item in held.idless:
        return IDLESS.format(item)
    return UNMARKED.format(item, item, own_header(item)) if item in held.unmarked else None


def _unseen(rows: pl.DataFrame, relation: str, why: str | None = None) -> pl.DataFrame:
    """How many of some relations cannot be seen, as `UNSEEN`."""
    counts = rows.filter(pl.col("to").is_not_null() & (pl.col("how") != BESIDE))
    return counts.group_by("entity", maintain_order=True).agg(
        relation=pl.lit(WORDS[relation]),
        count=pl.len().cast(pl.Int64),
        why=pl.lit(why, dtype=pl.String),
    )


def with_system_ids(wanted: pl.DataFrame, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Relations with the System IDs of both sides; a converted lead counts as the deal that it has become.

    A lead's person or organization that no export shows is none.
    """
    single = there.filter(~several())
    mine = single.select("entity", "id", "item", "system_id")
    twice = there.filter(several()).select(to="id").unique()
    rows = (
        wanted.join(mine, on=["entity", "id"], how="inner", maintain_order="left")
        .join(targets(there, held), on=["relation", "to"], how="left", maintain_order="left")
        .join(twice, on="to", how="anti", maintain_order="left")
    )
    known = rows.filter(~is_of_lead() | pl.col("to_item").is_not_null())
    return known.with_columns(relation=pl.coalesce("to_item", "relation"))


def _checked(rows: pl.DataFrame, shown: pl.DataFrame, *, has_id: bool) -> pl.DataFrame:
    """The relations that are not as they should be."""
    joined = rows.join(shown, on="system_id", how="left", maintain_order="left")
    found = pl.coalesce("found_id", "found_name")
    known = pl.coalesce("to_system_id", "to_name").is_not_null()
    # Of a lead's person, an export without System IDs shows the name alone.
    by_id = (pl.col("to_system_id").is_not_null() | ~known) & pl.lit(has_id)
    same_id = pl.col("found_id").eq_missing(pl.col("to_system_id"))
    same_name = folded(pl.col("found_name")).eq_missing(folded(pl.col("to_name")))
    right = pl.when(by_id).then(same_id).otherwise(same_name) & (pl.col("to").is_null() | known)
    placed = pl.col("how") == PLACED
    fine = pl.when(placed).then(found.is_not_null()).otherwise(right)  # it may have found its place since
    return joined.filter(~fine).with_columns(
        source_id="id",
        expected=pl.when(is_of_lead()).then(pl.coalesce("to_name", "to")).otherwise("to"),
        expected_system_id="to_system_id",
        found=_found(),
    )


def _without_explained(wrong: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Deals and leads without those whose organization their person explains.

    A deal that names no organization may stand under its person's own. A lead's row names its company only
    where that is its person's own too (contract, section 4): a lead that was attached to somebody of another
    company has none, and so has a deal whose person is one with somebody of another company.
    """
    parties = pl.concat(
        [held.deals.select("system_id", "person_id"), held.leads.select("system_id", "person_id")]
    )
    parties = parties.unique("system_id", keep="first", maintain_order=True).with_columns(
        shared=pl.col("person_id").is_duplicated()
    )
    several_in_one = pl.col("system_id").is_duplicated()
    people = held.persons.with_columns(one=several_in_one).unique(
        "system_id", keep="first", maintain_order=True
    )
    people = people.select(
        "one", person_id="system_id", own="organization_id", ours=pl.col("sell_id").is_not_null()
    )
    joined = wrong.join(parties, on="system_id", how="left", maintain_order="left").join(
        people, on="person_id", how="left", maintain_order="left"
    )
    under_own = pl.col("to").is_null() & (pl.col("found_id") == pl.col("own"))
    known = pl.col("ours") | pl.col("own").is_not_null() | pl.col("shared")
    elsewhere = pl.col("own").ne_missing(pl.col("to_system_id")) & known & pl.col("person_id").is_not_null()
    attached = ((pl.col("entity") == "leads") | pl.col("one")) & pl.col("found").is_null() & elsewhere
    return joined.filter(~(under_own.fill_null(value=False) | attached.fill_null(value=False)))


def _without_typed(wrong: pl.DataFrame, held: Held) -> pl.DataFrame:
    """People without those who have no company in Sell, and one in Pipedrive that is none of Sell's.

    No row of ours names such a company: somebody typed it, before the person was joined or since.
    """
    typed = held.organizations.filter(pl.col("sell_id").is_null())["system_id"]
    theirs = pl.col("to").is_null() & pl.col("found_id").is_in(typed.implode())
    return wrong.filter(~theirs.fill_null(value=False))


def without_sells_own(wrong: pl.DataFrame, companies: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Without deals that stand at the company which Sell itself names, and which their row could not name.

    Somebody has put them there, or their person has moved since: no link of Sell's is lost.

    Args:
        companies: id of a deal, company (Sell id), as in `Account.companies_of_deals`.
    """
    places = there.filter((pl.col("entity") == "companies") & ~several()).select(
        company="id", own="system_id"
    )
    known = companies.join(places, on="company", how="inner", maintain_order="left").select(
        "own", source_id="id"
    )
    marked = wrong.join(known, on="source_id", how="left", maintain_order="left")
    of_deal = (pl.col("entity") == "deals") & (pl.col("relation") == WORDS["organizations"])
    sells_own = (
        of_deal & pl.col("expected").is_null() & pl.col("found").str.ends_with(pl.format("({})", "own"))
    )
    return marked.filter(~sells_own.fill_null(value=False)).drop("own")


def _only_parties(wrong: pl.DataFrame, item: str, held: Held, *, single_pass: bool) -> pl.DataFrame:
    """Those without a deal or lead whose text says so, and that hang on a party: a single pass wrote them.

    The text of a record whose deal or lead was left out says the same, and that one hangs on nothing, or on
    the placeholder. A single pass hangs on the placeholder only what belongs to a deal that hangs there, too.
    """
    column = {"activities": "Note", "notes": "Content"}.get(item)
    raw = held.raw[item]
    if column not in raw.columns or not wrong.height:
        return wrong.clear()
    lacking = wrong.filter(pl.col("relation").is_in(["deal", "lead"]) & pl.col("found").is_null())
    said = raw.filter(pl.col(str(column)).str.contains(PARTIES_ONLY)).select(system_id="ID")
    parties = [
        shown for party in ("persons", "organizations") if (shown := shown_links(raw, party)) is not None
    ]
    if parties:  # an export without their columns says nothing of them
        at = pl.coalesce("found_id", "found_name")
        nobodys = held.organizations.filter(pl.col("sell_id") == PLACEHOLDER_ID)
        unplaced = ~at.is_in(nobodys["system_id"].implode()) & ~at.is_in(nobodys["name"].implode())
        hung = pl.concat(parties).filter(at.is_not_null() & (unplaced | pl.lit(single_pass)))
        said = said.join(hung, on="system_id", how="semi", maintain_order="left")
    return lacking.join(said, on="system_id", how="semi", maintain_order="left")


def wrong_people_of_leads(
    graph: Graph, there: pl.DataFrame, relations: pl.DataFrame, held: Held, details: Details
) -> pl.DataFrame:
    """Leads whose person in Pipedrive cannot be theirs: another name, or none of their values, neither as
    Pipedrive has that person nor as Sell does. A merge leaves out values of all but one.

    Args:
        there, relations: of `presence` and `Account`.
        details: reads the values of contacts.
    """
    rows = (
        graph.leads.filter(pl.col("name").is_not_null())
        .select("id", "name", "email", "work", "mobile")
        .join(
            there.filter((pl.col("entity") == "leads") & ~several()).select("id", "item", "system_id"),
            on="id",
            how="inner",
            maintain_order="left",
        )
    )
    parts = _shown_people(held)
    if not parts:
        return pl.DataFrame(schema=LINKS)
    company = (
        relations.filter((pl.col("entity") == "leads") & (pl.col("relation") == "organizations"))
        .select("id", company="to")
        .join(
            there.filter(pl.col("entity") == "companies").select(company="id", place="system_id"),
            on="company",
            how="left",
            maintain_order="left",
        )
    )
    people = held.persons.unique("system_id", keep="first", maintain_order=True).select(
        "emails", "phones", "organization_id", found_id="system_id"
    )
    joined = (
        rows.join(pl.concat(parts), on=["item", "system_id"], how="inner", maintain_order="left")
        .join(company, on="id", how="left", maintain_order="left")
        .join(people, on="found_id", how="left", maintain_order="left")
    )
    doubtful = joined.filter(~_may_be_theirs())
    in_sell = doubtful.drop("found_name", "emails", "phones", "organization_id").join(
        _as_in_sell(doubtful["found_id"].unique(), graph, there, details),
        on="found_id",
        how="inner",
        maintain_order="left",
    )
    theirs = in_sell.filter(_may_be_theirs())["id"].unique()
    return doubtful.filter(~pl.col("id").is_in(theirs.implode())).select(
        pl.lit("leads").alias("entity"),
        pl.col("id").alias("source_id"),
        "system_id",
        pl.lit("person").alias("relation"),
        pl.concat_str("name", "email", separator=", ", ignore_nulls=True).alias("expected"),
        BLANK.alias("expected_system_id"),
        _found().alias("found"),
    )


def _as_in_sell(people: pl.Series, graph: Graph, there: pl.DataFrame, details: Details) -> pl.DataFrame:
    """found_id, found_name, emails, phones, organization_id of some people of Pipedrive's, as Sell has each
    contact that they are.
    """
    single = there.filter(~several())
    contacts = single.filter((pl.col("entity") == "contacts") & pl.col("system_id").is_in(people.implode()))
    places = single.filter(pl.col("entity") == "companies").select(company="id", organization_id="system_id")
    own = graph.contacts.select(
        "id", found_name="name", company=graph.ids("companies", graph.contacts["company_at"])
    )
    return (
        contacts.select("id", found_id="system_id")
        .join(own, on="id", maintain_order="left")
        .join(valued(details.draft, contacts["id"]), on="id", how="left", maintain_order="left")
        .join(places, on="company", how="left", maintain_order="left")
        .select(
            "found_id",
            "found_name",
            "organization_id",
            emails=pl.concat_list("email").list.drop_nulls(),
            phones=pl.concat_list("work", "mobile").list.drop_nulls(),
        )
    )


def _may_be_theirs() -> pl.Expr:
    name, found = folded(pl.col("name")), folded(pl.col("found_name"))
    named = (name == found) | (found.str.starts_with(name + " (") & found.str.ends_with(")"))
    emails = pl.col("emails").list.eval(folded(pl.element())).list.contains(folded(pl.col("email")))
    emails = emails & pl.col("email").is_not_null()
    known = pl.col("phones").list.eval(digits(pl.element()))
    phones = [
        known.list.contains(digits(pl.col(c))) & digits(pl.col(c)).is_not_null() for c in ("work", "mobile")
    ]
    shares = [emails, *phones, pl.col("organization_id") == pl.col("place")]
    nothing = pl.all_horizontal(pl.col("email", "work", "mobile", "company").is_null())
    unseen = pl.col("found_id").is_null() | pl.col("emails").is_null()  # no persons' export: the name must do
    value = pl.any_horizontal(expr.fill_null(value=False) for expr in shares) | nothing | unseen
    return named.fill_null(value=False) & value


def without_misled(wrong: pl.DataFrame, relations: pl.DataFrame) -> pl.DataFrame:
    """Without activities and notes of deals and leads whose own person or organization is told as wrong
    already, or whose person's organization is.

    They are to follow what their deal or lead has once that is put right, and not before.

    Args:
        relations: as in `Account`.
    """
    told = wrong.select("entity", "source_id", "relation").unique()
    of_parents = told.filter(pl.col("entity").is_in(["deals", "leads"]))
    person = pl.lit(WORDS["persons"])
    organization = pl.lit(WORDS["organizations"]).alias("relation")
    moved = told.filter((pl.col("entity") == "contacts") & (pl.col("relation") == organization))
    deals = relations.filter((pl.col("entity") == "deals") & (pl.col("relation") == "persons"))
    of_moved = deals.join(moved.select(to="source_id"), on="to", how="semi", maintain_order="left")
    parents = pl.concat(
        [
            of_parents,
            # A row names its person's own organization: with another person, it would name another one.
            of_parents.filter(pl.col("relation") == person).with_columns(organization),
            of_moved.select("entity", organization, source_id="id").select(told.columns),
        ]
    ).unique(maintain_order=True)
    hung = relations.filter(pl.col("relation").is_in(["deals", "leads"]) & pl.col("entity").is_in(HISTORY))
    misled = hung.select("entity", about="relation", source_id="id", parent="to").join(
        parents.select("relation", about="entity", parent="source_id"),
        on=["about", "parent"],
        how="inner",
        maintain_order="left",
    )
    key = ["entity", "source_id", "relation"]
    marked = wrong.join(
        misled.select(*key, misled=pl.lit(True)).unique(key), on=key, how="left", maintain_order="left"
    )
    return marked.filter(pl.col("misled").is_null() | pl.col("expected").is_null()).drop("misled")


def _shown_people(held: Held) -> list[pl.DataFrame]:
    """system_id, found_id, found_name, item: the people shown on leads, and on deals that leads became."""
    return [
        shown.with_columns(item=pl.lit(item))
        for item in ("leads", "deals")
        if item in held.raw and (shown := shown_links(held.raw[item], "persons")) is not None
    ]


def _found() -> pl.Expr:
    """What an export shows, in words."""
    number = pl.format("({})", pl.col("found_id"))
    return pl.concat_str("found_name", number, separator=" ", ignore_nulls=True).replace("", None)

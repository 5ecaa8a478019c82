"""Sell relation → Sell record: by id, then e-mail, then name; at each step exactly one match, or on to the
next.

Nothing is guessed: what fits several records is left out and told with its candidates. A reference to a
record that
the export does not hold, with a name beside it, adds that record; a name that no record has adds
`name:<folded name>`
(contract, section 4). The room knows nothing of Pipedrive.

Key frames come in by entity, all text, with `n` (running number), `id`, `file` and `row`:

- companies: name, address, city, email, website
- contacts: name, first, last, email, work, mobile, city, company_id, company_name
- deals: title, main_contact_id, main_contact_name, main_contact_email, company_id, company_name
- leads: title, name, first, last, email, work, mobile, city, company_id, company_name
- tasks, notes, calls, emails, texts, visits: about_type, about_id, about_first, about_last, about_company,
about_deal
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.domains import by_domain, told
from zsell_transform.folding import folded
from zsell_transform.linker.parties import leads_of, parties_of
from zsell_transform.linker.references import References, about_references, by_entity, references_of
from zsell_transform.linker.resolving import LOST, Index, index_of, of_kind, resolve


@attrs.frozen
class Graph:
    """The Sell account as records and resolved links; every id is a Sell id or a stand-in such as
    `name:acme`.

    Attributes:
        companies: n, id, name, address, city, added; added records have no `n`.
        contacts: the same with first, last, email, work, mobile and `company` (id of the linked company).
        deals: n, id, title, person, company, other_company (ids), company_name, lost; person and company may
            both be
            set; other_company is the one named beside a main contact that is a company itself.
        leads: n, id, title, name, first, last, email, work, mobile, city, company (id), company_name, added.
        history: by entity: n, id, about (entity of the record it hangs on), about_id, deal_name, name.
            Everywhere, `asked` says whether the record has a relation in Sell.
        how: entity, relation, how, count: how references were resolved.
        found: issues in the travelling schema.
    """

    companies: pl.DataFrame
    contacts: pl.DataFrame
    deals: pl.DataFrame
    leads: pl.DataFrame
    history: Mapping[str, pl.DataFrame]
    how: pl.DataFrame
    found: pl.DataFrame


def link(keys: Mapping[str, pl.DataFrame], *, follow_domains: bool = False) -> Graph:
    """Resolves every relation of the account.

    Args:
        keys: the key frames by entity, as the module describes them.
        follow_domains: link people without a company by the domain of their address, instead of suggesting
            it.
    """
    about_any = about_references(keys)
    leads = leads_of(keys["leads"], about_any)
    references = references_of(keys, leads, about_any)
    companies, contacts, references = parties_of(keys, references)
    in_companies = index_of(of_kind(companies, "companies"))
    in_parties = index_of(pl.concat([of_kind(contacts, "contacts"), of_kind(companies, "companies")]))
    employer = resolve(references["employer"], in_companies)
    main_contact = resolve(references["main_contact"], in_parties)
    deal_company = resolve(references["deal_company"], in_companies)
    lead_company = resolve(references["lead_company"], in_companies)
    deals = _deals(keys["deals"], main_contact, deal_company)
    employer, from_deals = _employers_from_deals(employer, companies, deals)
    employer, from_domains = _employers_from_domains(employer, keys, follow=follow_domains)
    titles = _titles(deals, leads)
    about = {entity: _about(rows, in_parties, *titles) for entity, rows in by_entity(about_any).items()}
    resolved = [
        (references["employer"], employer),
        (references["main_contact"], main_contact),
        (references["deal_company"], deal_company),
        (references["lead_company"], lead_company),
        *((References(entity, "about", rows), rows) for entity, rows in about.items()),
    ]
    return Graph(
        companies=companies,
        contacts=contacts.join(
            employer.select(id="source", company="to", asked=pl.col("how").is_not_null()),
            on="id",
            how="left",
            maintain_order="left",
        ),
        deals=deals,
        leads=leads.join(
            lead_company.select(id="source", company="to", asked=pl.col("how").is_not_null()),
            on="id",
            how="left",
            maintain_order="left",
        ),
        history={
            entity: rows.select(
                "n",
                "file",
                "row",
                id="source",
                about="kind",
                about_id="to",
                deal_name="about_deal",
                name=pl.when(pl.col("type") != "deal").then("name"),
                asked=pl.col("how").is_not_null(),
            )
            for entity, rows in about.items()
        },
        how=_counted(resolved),
        found=issues.gather(
            [*(_told(reference, rows) for reference, rows in resolved), from_deals, from_domains]
        ),
    )


def _deals(frame: pl.DataFrame, main_contact: pl.DataFrame, company: pl.DataFrame) -> pl.DataFrame:
    """A main contact that is a company is the deal's organization; a differing company beside it stays a
    name.
    """
    joined = frame.select("n", "file", "row", "id", "title").with_columns(
        contact=main_contact["to"],
        kind=main_contact["kind"],
        company=company["to"],
        contact_how=main_contact["how"],
        company_how=company["how"],
        company_name=company["name"],
    )
    is_company = pl.col("kind").eq_missing("companies")
    other = is_company & pl.col("company").is_not_null() & (pl.col("company") != pl.col("contact"))
    return joined.select(
        "n",
        "file",
        "row",
        "id",
        "title",
        pl.when(~is_company).then("contact").alias("person"),
        pl.when(is_company).then("contact").otherwise("company").alias("company"),
        pl.when(other).then("company").alias("other_company"),
        "company_name",
        asked=pl.col("contact_how").is_not_null() | pl.col("company_how").is_not_null(),
        lost=pl.col("contact_how").is_in(LOST) | pl.col("company_how").is_in(LOST),
    )


def _employers_from_deals(
    employer: pl.DataFrame, companies: pl.DataFrame, deals: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """People without a company, or whose company's name fits several, get the one that all their deals
    name.
    """
    pairs = deals.filter(pl.col("person").is_not_null() & pl.col("company").is_not_null()).select(
        "person", "company"
    )
    if not pairs.height:
        return employer, issues.empty()
    named = (
        pairs.unique(maintain_order=True)
        .group_by("person", maintain_order=True)
        .agg(pl.col("company").first(), pl.len().alias("several"))
    )
    names = companies.select(from_deals="id", from_deals_f=folded(pl.col("name")))
    single = (
        named.filter(pl.col("several") == 1)
        .select(source="person", from_deals="company")
        .join(names, on="from_deals", how="left", maintain_order="left")
    )
    joined = employer.join(single, on="source", how="left", maintain_order="left")
    fits = pl.col("f") == pl.col("from_deals_f")
    taken = pl.col("from_deals").is_not_null() & (
        pl.col("how").is_null() | (pl.col("how").eq_missing("ambiguous") & fits)
    )
    told = issues.found(
        joined.lazy().filter(taken).rename({"file": "_file", "row": "_row", "source": "_id"}),
        "company_from_deals",
        entity="contacts",
        field="organisation_name",
        value=pl.col("name"),
        detail=pl.col("from_deals"),
    ).collect()
    decided = joined.with_columns(
        to=pl.when(taken).then("from_deals").otherwise("to"),
        kind=pl.when(taken).then(pl.lit("companies")).otherwise("kind"),
        how=pl.when(taken).then(pl.lit("deals")).otherwise("how"),
    )
    return decided.drop("from_deals", "from_deals_f"), told


def _employers_from_domains(
    employer: pl.DataFrame, keys: Mapping[str, pl.DataFrame], *, follow: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    found = by_domain(employer, keys["contacts"], keys["companies"])
    if not found.height or not follow:
        return employer, told(found, employer, linked=False) if found.height else issues.empty()
    taken = pl.col("by_domain").is_not_null()
    joined = employer.join(
        found.rename({"company": "by_domain"}), on="source", how="left", maintain_order="left"
    )
    linked = joined.with_columns(
        to=pl.coalesce("to", "by_domain"),
        kind=pl.when(taken).then(pl.lit("companies")).otherwise("kind"),
        how=pl.when(taken).then(pl.lit("domain")).otherwise("how"),
    )
    return linked.drop("by_domain"), told(found, employer, linked=True)


def _titles(deals: pl.DataFrame, leads: pl.DataFrame) -> tuple[Index, Index]:
    """Deals and leads as history names them."""
    nothing = pl.lit(None, dtype=pl.String).alias("email")
    of_leads = pl.coalesce("name", "company_name", "title").alias("name")
    return (
        index_of(deals.select("id", pl.col("title").alias("name"), pl.lit("deals").alias("kind"), nothing)),
        index_of(leads.select("id", of_leads, pl.lit("leads").alias("kind"), "email")),
    )


def _about(rows: pl.DataFrame, parties: Index, deals: Index, leads: Index) -> pl.DataFrame:
    """The record that a note, task or call hangs on, of whichever kind its type says."""
    entity = rows["entity"][0] if rows.height else "history"
    type_ = (
        pl.when(pl.col("type").is_not_null())
        .then("type")
        .when(pl.col("name").is_not_null())
        .then(pl.lit("contact"))
        .when(pl.col("about_deal").is_not_null())
        .then(pl.lit("deal"))
        .otherwise(pl.lit("none"))
    )
    typed = rows.with_columns(type_.alias("type"))
    of = {name: typed.filter(pl.col("type") == name) for name in ("contact", "deal", "lead")}
    of["deal"] = of["deal"].with_columns(name="about_deal")
    parts = [
        resolve(References(entity, "about", of["contact"]), parties),
        resolve(References(entity, "about", of["deal"]), deals),
        resolve(References(entity, "about", of["lead"]), leads),
    ]
    free = typed.filter(~pl.col("type").is_in(["contact", "deal", "lead"]))
    return pl.concat([*parts, free], how="diagonal").sort("n")


# --- telling ---------------------------------------------------------------------------------------


def _counted(resolved: Iterable[tuple[References, pl.DataFrame]]) -> pl.DataFrame:
    counts = [
        rows.filter(pl.col("how").is_not_null())
        .group_by("how")
        .len("count")
        .sort("how")
        .select(
            pl.lit(reference.entity).alias("entity"),
            pl.lit(reference.relation).alias("relation"),
            "how",
            pl.col("count").cast(pl.Int64),
        )
        for reference, rows in resolved
    ]
    return pl.concat(counts)


#: What a reference that was not simply found becomes in the issues.
_TOLD: Final = {"ambiguous": "link_ambiguous", "dangling": "link_dangling"}


def _told(reference: References, rows: pl.DataFrame) -> pl.DataFrame:
    placed = rows.lazy().rename({"file": "_file", "row": "_row", "source": "_id"})
    value = pl.coalesce(pl.concat_str("name", "id", separator=" · ", ignore_nulls=True), "email")
    told = [
        issues.found(
            placed.filter(pl.col("how") == how),
            code,
            entity=reference.entity,
            field=reference.relation,
            value=value,
            detail=pl.col("candidates"),
        )
        for how, code in _TOLD.items()
    ]
    told.append(
        issues.found(
            placed.filter(pl.col("says").is_not_null()),
            "link_evidence_differs",
            entity=reference.entity,
            field=reference.relation,
            value=value,
            detail=pl.col("says"),
        )
    )
    return issues.gather(pl.collect_all(told))

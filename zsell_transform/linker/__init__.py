"""Sell relation → Sell record: by id, then e-mail, then name; one match exactly, or on to the next step.

Nothing is guessed: what fits several records is left out and told with its candidates. A reference to a
record that the export does not hold, with a name beside it, adds that record; a name that no record has adds
`name:<folded name>` (contract, section 4). The room knows nothing of Pipedrive.

Key frames come in by entity, all text, with `n` (running number), `id`, `file` and `row`:

- companies: name, address, city, email, website; with `twin`, those of one name and twin will be one record
- contacts: name, company_id, company_name; their e-mails are read only if someone asks for them
- deals: title, main_contact_id, main_contact_name, main_contact_email, company_id, company_name
- leads: title, name, first, last, email, work, mobile, city, company_id, company_name;
  with `left_out`, those of which it is `true` name no company
- tasks, notes, calls, emails, texts, visits: about_type, about_id, about_first, about_last, about_company,
  about_deal
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.details import Details
from zsell_transform.linker.employers import employers_from_deals, employers_from_domains
from zsell_transform.linker.hung import history_of, resolved_about, with_other_company
from zsell_transform.linker.parties import leads_of, parties_of
from zsell_transform.linker.references import (
    PARTY,
    References,
    about_of,
    about_references,
    by_entity,
    references_of,
)
from zsell_transform.linker.resolving import KIND, LED, LOST, resolve
from zsell_transform.linker.told import counted, told_references


@attrs.frozen
class Graph:
    """The Sell account as records and resolved links; ids are Sell's, or stand-ins such as `name:acme`.

    A link is the row at which a record stands in its frame, in a column that ends in `_at`.

    Attributes:
        companies: n, id, name, address, city, added; added records have no `n`.
        contacts: the same with first, last (of added ones), company_at, and led: their own record names no
            company, their deals or the domain of their address led to it.
        deals: n, id, title, person_at, company_at, other_company, company_name, lost; person and company may
            both be set; other_company says whether another one is named beside a main contact that is a
            company itself.
        leads: n, id, title, name, first, last, email, work, mobile, city, company_at, company_name, added.
        history: by entity: n, id, file, row, about (entity of the record it hangs on), about_at, and how it
            calls what it hangs on: deal_name, lead_name, or name of a party.
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

    def ids(self, kind: str, at: pl.Series) -> pl.Series:
        """Ids of the records of a kind that stand at some rows."""
        frames = {
            "contacts": self.contacts,
            "companies": self.companies,
            "deals": self.deals,
            "leads": self.leads,
        }
        return frames[kind]["id"].gather(at)

    def hung_on(self, rows: pl.DataFrame) -> pl.Series:
        """Ids of the records that some rows of history hang on."""
        at = {kind: pl.when(pl.col("about") == kind).then("about_at") for kind in KIND.categories}
        ids = [self.ids(kind, rows.select(one).to_series()).alias(kind) for kind, one in at.items()]
        return pl.select(pl.coalesce(ids).alias("about_id")).to_series()


def link(
    keys: Mapping[str, pl.DataFrame],
    details: Details,
    *,
    longest_title: int,
    follow_domains: bool = False,
) -> Graph:
    """Resolves every relation of the account.

    Args:
        keys: the key frames by entity, as the module describes them.
        details: reads e-mails of contacts.
        longest_title: how many characters of a title are kept, so that names as titles are compared as far.
        follow_domains: link people without a company by the domain of their address, instead of suggesting
            it.
    """
    about = about_references(keys)
    leads = leads_of(keys["leads"], about)
    references = references_of(keys, leads)
    rows = {relation: reference.rows for relation, reference in references.items()}
    parties, ready = parties_of(keys, details, {**rows, "about": about_of(about, PARTY)})
    found = {relation: resolve(asked, parties.index(relation)) for relation, asked in ready.items()}
    del ready
    deals = _deals(keys["deals"], found["main_contact"], found["deal_company"], parties.companies["name"])
    found["employer"], from_deals = employers_from_deals(found["employer"], parties, deals)
    found["employer"], from_domains = employers_from_domains(
        found["employer"], parties, keys, details, follow=follow_domains
    )
    employers, lead_companies = (
        parties.companies["name"].gather(found[who]["at"]) for who in ("employer", "lead_company")
    )
    hung = resolved_about(about, found["about"], deals, leads, longest_title=longest_title)
    hung = with_other_company(
        hung,
        {
            "contacts": employers,
            "companies": parties.companies["name"],
            "leads": lead_companies.zip_with(lead_companies.is_not_null(), leads["company_name"]),
        },
    )
    history = by_entity(hung)
    resolved = [
        *((reference, found[relation]) for relation, reference in references.items()),
        *((References(entity, "about", records), records) for entity, records in history.items()),
    ]
    return Graph(
        companies=parties.companies,
        contacts=_with_company(parties.contacts, found["employer"]).with_columns(
            led=found["employer"]["how"].is_in(LED)
        ),
        deals=deals,
        leads=_with_company(leads, found["lead_company"]),
        history={entity: history_of(records) for entity, records in history.items()},
        how=counted(resolved),
        found=issues.gather(
            [
                *(told_references(*one, parties.contacts["id"]) for one in resolved),
                from_deals,
                from_domains,
            ]
        ),
    )


def _with_company(people: pl.DataFrame, employer: pl.DataFrame) -> pl.DataFrame:
    """People with their company; the references stand in the order of those who have them."""
    return people.with_columns(
        employer["at"].alias("company_at"),
        employer["how"].is_not_null().alias("asked"),
    )


def _deals(
    frame: pl.DataFrame, main_contact: pl.DataFrame, company: pl.DataFrame, names: pl.Series
) -> pl.DataFrame:
    """A main contact that is a company is the deal's organization; a differing company beside it stays a
    name, and is called as its record is where the deal gives its id alone.
    """
    linked_name = names.gather(company["at"])
    joined = frame.select("n", "file", "row", "id", "title").with_columns(
        contact_at=main_contact["at"],
        kind=main_contact["kind"],
        company_at=company["at"],
        contact_how=main_contact["how"],
        company_how=company["how"],
        company_name=company["name"].zip_with(company["name"].is_not_null(), linked_name),
    )
    is_company = pl.col("kind").eq_missing(pl.lit("companies", dtype=KIND))
    other = is_company & (pl.col("company_at") != pl.col("contact_at"))
    return joined.select(
        "n",
        "file",
        "row",
        "id",
        "title",
        pl.when(~is_company).then("contact_at").alias("person_at"),
        pl.when(is_company).then("contact_at").otherwise("company_at").alias("company_at"),
        other.fill_null(value=False).alias("other_company"),
        "company_name",
        asked=pl.col("contact_how").is_not_null() | pl.col("company_how").is_not_null(),
        # A relation that Sell does not have is not lost.
        lost=pl.any_horizontal(pl.col("contact_how", "company_how").is_in(LOST).fill_null(value=False)),
    )

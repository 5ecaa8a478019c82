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

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.texts import shortened
from zsell_transform.details import Details
from zsell_transform.domains import by_domain
from zsell_transform.evidence import TEXT_LIMIT
from zsell_transform.folding import folded
from zsell_transform.frames.pieces import in_slices
from zsell_transform.frames.positions import positions
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.linker.parties import Parties, leads_of, parties_of
from zsell_transform.linker.references import (
    DEAL,
    LEAD,
    PARTY,
    References,
    about_of,
    about_references,
    by_entity,
    is_person,
    references_of,
)
from zsell_transform.linker.resolving import ANSWER, HOW, KIND, LED, LOST, Index, of_kind, resolve, with_names

#: What may stand beside a reference of history.
_BESIDE: Final = ("about_first", "about_last", "about_company")


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


def link(keys: Mapping[str, pl.DataFrame], details: Details, *, follow_domains: bool = False) -> Graph:
    """Resolves every relation of the account.

    Args:
        keys: the key frames by entity, as the module describes them.
        details: reads e-mails of contacts.
        follow_domains: link people without a company by the domain of their address, instead of suggesting
            it.
    """
    about = about_references(keys)
    leads = leads_of(keys["leads"], about)
    references = references_of(keys, leads)
    rows = {relation: reference.rows for relation, reference in references.items()}
    parties, asked = parties_of(keys, details, {**rows, "about": about_of(about, PARTY)})
    found = {name: resolve(frame, parties.index(name)) for name, frame in asked.items()}
    del asked
    deals = _deals(keys["deals"], found["main_contact"], found["deal_company"], parties.companies["name"])
    found["employer"], from_deals = _employers_from_deals(found["employer"], parties, deals)
    found["employer"], from_domains = _employers_from_domains(
        found["employer"], parties, keys, details, follow=follow_domains
    )
    employers, lead_companies = (
        parties.companies["name"].gather(found[who]["at"]) for who in ("employer", "lead_company")
    )
    hung = _about(about, found["about"], deals, leads)
    hung = _with_other_company(
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
        *((References(entity, "about", asked), asked) for entity, asked in history.items()),
    ]
    return Graph(
        companies=parties.companies,
        contacts=_with_company(parties.contacts, found["employer"]).with_columns(
            led=found["employer"]["how"].is_in(LED)
        ),
        deals=deals,
        leads=_with_company(leads, found["lead_company"]),
        history={entity: _history(asked) for entity, asked in history.items()},
        how=_counted(resolved),
        found=issues.gather(
            [*(_told(*one, parties.contacts["id"]) for one in resolved), from_deals, from_domains]
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
        lost=pl.col("contact_how").is_in(LOST) | pl.col("company_how").is_in(LOST),
    )


def _employers_from_deals(
    employer: pl.DataFrame, parties: Parties, deals: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """People without a company, or with a name of several, get the company that all their deals name."""
    pairs = deals.select("person_at", "company_at").drop_nulls().unique()
    single = pairs.filter(pl.col("person_at").is_unique())
    if not single.height:
        return employer, issues.empty()
    at = pl.repeat(None, employer.height, dtype=pl.UInt32, eager=True)
    at = at.scatter(single["person_at"], single["company_at"])
    is_ambiguous = pl.col("how").eq_missing(pl.lit("ambiguous", dtype=HOW))
    named = pl.DataFrame([at.alias("at"), parties.companies["name"].gather(at)])
    said, led = (folded(pl.when(is_ambiguous).then(name)) for name in (pl.col("name"), named["name"]))
    fits = said == led
    taken = pl.lit(at).is_not_null() & (pl.col("how").is_null() | (is_ambiguous & fits))
    at = employer.select(pl.when(taken).then(at)).to_series()
    return _led_to(employer, at, "deals"), _told_employers(
        employer, at, parties.companies, "company_from_deals", value=pl.col("name"), detail=pl.col("company")
    )


def _employers_from_domains(
    employer: pl.DataFrame,
    parties: Parties,
    keys: Mapping[str, pl.DataFrame],
    details: Details,
    *,
    follow: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """People without any company, who may get the one that the domain of their address belongs to."""
    free = employer["how"].head(keys["contacts"].height).is_null()  # behind these stand people without e-mail
    if not free.any():
        return employer, issues.empty()
    at = by_domain(details.values.select(pl.when(free).then("email")).to_series(), keys["companies"])
    if at is None:
        return employer, issues.empty()
    at = at.extend_constant(None, employer.height - at.len())
    code = "company_from_domain" if follow else "link_suggested"
    found = _told_employers(employer, at, parties.companies, code, value=pl.col("company"))
    return _led_to(employer, at, "domain") if follow else employer, found


def _led_to(employer: pl.DataFrame, at: pl.Series, how: str) -> pl.DataFrame:
    """The references, with those led to the companies at some rows that have any there."""
    led = pl.lit(at).is_not_null()
    return employer.with_columns(
        at=pl.when(led).then(at).otherwise("at"),
        kind=pl.when(led).then(pl.lit("companies", dtype=KIND)).otherwise("kind"),
        how=pl.when(led).then(pl.lit(how, dtype=HOW)).otherwise("how"),
    )


def _told_employers(
    employer: pl.DataFrame, at: pl.Series, companies: pl.DataFrame, code: str, **said: pl.Expr
) -> pl.DataFrame:
    placed = employer.select(
        "name", _file="file", _row="row", _id="source", company=companies["id"].gather(at)
    )
    led = issues.few(placed, pl.col("company").is_not_null())
    return issues.found(led, code, entity="contacts", field="organisation_name", **said).collect()


def _about(
    about: pl.DataFrame, parties: pl.DataFrame, deals: pl.DataFrame, leads: pl.DataFrame
) -> pl.DataFrame:
    """The record that a note, task or call hangs on, of whichever kind its type says.

    Args:
        parties: the resolved references to companies and contacts.
    """
    # An e-mail or phone stands in for the name of nobody, and Sell calls such a lead by its company.
    values = pl.col("email", "work", "mobile")
    stands_in = pl.any_horizontal(values == pl.col("name"))
    person = pl.when(~stands_in.fill_null(value=False)).then("name")
    titles = {
        DEAL: _titled(deals.select("id", name="title"), "deals"),
        LEAD: _titled(
            leads.select(
                "id", name=pl.coalesce(person, "company_name", "name", "title"), also="company_name"
            ),
            "leads",
        ),
    }
    answers = [parties.select("place", *ANSWER)]
    for target, index in titles.items():
        asked = _cut_as_titles(about_of(about, target))
        asked = asked.with_columns(number=positions(asked["id"], index.records["id"]))
        answers.append(resolve(with_names(asked, index), index).select("place", *ANSWER))
    answers.append(about.select("place").filter(~about["target"].is_in([PARTY, *titles])))
    return about.hstack(_in_order([answers[0], *(answer for answer in answers[1:] if answer.height)]))


def _cut_as_titles(asked: pl.DataFrame) -> pl.DataFrame:
    """References with names as titles are that were too long for Pipedrive."""
    longest: Any = asked["name"].str.len_bytes().max()
    return asked if (longest or 0) <= TEXT_LIMIT else asked.with_columns(shortened("name", TEXT_LIMIT))


def _with_other_company(about: pl.DataFrame, companies: Mapping[str, pl.Series]) -> pl.DataFrame:
    """What history hangs on, with `other_company`: the company beside a person's name that is not the one of
    the record; `says` tells that one.

    Args:
        companies: kind of record → the company of each of them.
    """
    apart = pl.concat(
        _of_other_company(some, companies)
        for some in in_slices(about.with_row_index("nth").select("nth", "kind", "at", *_BESIDE))
    )
    if not apart.height:
        return about.with_columns(other_company=BLANK)
    said = pl.format("the record's company is {}", pl.col("own")).fill_null("the record has no company")
    told = apart.select("nth", said.alias("its"), other_company="about_company")
    spread = about.with_row_index("nth").join(told, on="nth", how="left", maintain_order="left")
    says = pl.concat_str("says", "its", separator=", and ", ignore_nulls=True).replace("", None)
    return spread.with_columns(says.alias("says")).drop("nth", "its")


def _of_other_company(about: pl.DataFrame, companies: Mapping[str, pl.Series]) -> pl.DataFrame:
    """The few of the references that name another company than the record has: with `own`, which is that."""
    rows = about.filter(pl.col("at").is_not_null() & pl.col("about_company").is_not_null() & is_person())
    at = {kind: pl.when(pl.col("kind") == kind).then("at") for kind in companies}
    own = [names.gather(rows.select(at[kind]).to_series()).alias(kind) for kind, names in companies.items()]
    rows = rows.with_columns(pl.select(pl.coalesce(own).alias("own")).to_series())
    # What is written the same is the same; only the others are folded.
    of_them = pl.any_horizontal(pl.col("kind") == kind for kind in companies)
    rows = rows.filter(of_them & pl.col("about_company").ne_missing(pl.col("own")))
    return rows.filter(folded(pl.col("about_company")).ne_missing(folded(pl.col("own"))))


def _titled(records: pl.DataFrame, kind: str) -> Index:
    """Records that no e-mail leads to."""
    return Index(of_kind(records, kind), lambda: records["id"].clear().extend_constant(None, records.height))


def _in_order(answers: list[pl.DataFrame]) -> pl.DataFrame:
    """Answers by the place of their question; what none of them says is no longer held for each."""
    said = [c for c in ANSWER if any(c in one.columns and one[c].count() for one in answers)]
    every = pl.concat(
        [one.select("place", *(c for c in said if c in one.columns)) for one in answers], how="diagonal"
    )
    ordered = every if every["place"].is_sorted() else every.sort("place")
    nothing = [pl.lit(None, dtype=answers[0].schema[c]).alias(c) for c in ANSWER if c not in said]
    return ordered.with_columns(nothing).select(ANSWER)


def _history(about: pl.DataFrame) -> pl.DataFrame:
    return about.select(
        "n",
        "file",
        "row",
        id="source",
        about="kind",
        about_at="at",
        deal_name=pl.when(pl.col("target") != LEAD).then("about_deal"),
        lead_name=pl.when(pl.col("target") == LEAD).then(pl.coalesce("name", "about_deal")),
        name=pl.when(~pl.col("target").is_in([DEAL, LEAD])).then("name"),
        asked=pl.col("how").is_not_null(),
    )


# --- telling ---------------------------------------------------------------------------------------


def _counted(resolved: Iterable[tuple[References, pl.DataFrame]]) -> pl.DataFrame:
    counts = [
        rows["how"]
        .drop_nulls()
        .value_counts()
        .select(
            pl.lit(reference.entity).alias("entity"),
            pl.lit(reference.relation).alias("relation"),
            pl.col("how").cast(pl.String),
            pl.col("count").cast(pl.Int64),
        )
        .sort("how")
        for reference, rows in resolved
    ]
    return pl.concat(counts)


#: What a reference that was not simply found becomes in the issues.
_TOLD: Final = {"ambiguous": "link_ambiguous", "dangling": "link_dangling"}


def _told(reference: References, rows: pl.DataFrame, people: pl.Series) -> pl.DataFrame:
    placed = rows.rename({"file": "_file", "row": "_row", "source": "_id"})
    missing = pl.lit("not in the export")
    if reference.relation == "company":  # people and companies have ids of one row of numbers
        is_person = pl.col("id").is_in(people.implode())
        missing = pl.when(is_person).then(pl.lit("a person, and no company")).otherwise(missing)
    details = {"ambiguous": pl.col("candidates"), "dangling": missing}
    other_company = column_or_blank(rows.columns, "other_company")
    value = pl.coalesce(
        pl.concat_str("name", other_company, "id", separator=" · ", ignore_nulls=True), "email"
    )
    told = [
        issues.found(
            issues.few(placed, pl.col("how") == how),
            code,
            entity=reference.entity,
            field=reference.relation,
            value=value,
            detail=details[how],
        )
        for how, code in _TOLD.items()
    ]
    told.append(
        issues.found(
            issues.few(placed, pl.col("says").is_not_null()),
            "link_evidence_differs",
            entity=reference.entity,
            field=reference.relation,
            value=value,
            detail=pl.col("says"),
        )
    )
    return issues.gather(pl.collect_all(told))

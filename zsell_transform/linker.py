"""Sell relation → Sell record: by id, then e-mail, then name; at each step exactly one match, or on to the next.

Nothing is guessed: what fits several records is left out and told with its candidates. A reference to a record that
the export does not hold, with a name beside it, adds that record; a name that no record has adds `name:<folded name>`
(contract, section 4). The room knows nothing of Pipedrive.

Key frames come in by entity, all text, with `n` (running number), `id`, `file` and `row`:

- companies: name, address, city, email, website
- contacts: name, first, last, email, work, mobile, city, company_id, company_name
- deals: title, main_contact_id, main_contact_name, main_contact_email, company_id, company_name
- leads: title, name, first, last, email, work, mobile, city, company_id, company_name
- tasks, notes, calls, emails, texts, visits: about_type, about_id, about_first, about_last, about_company, about_deal
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.domains import by_domain, told
from zsell_transform.folding import folded
from zsell_transform.sell.entities import HISTORY

#: How many candidates of an ambiguous reference an issue names.
CANDIDATES: Final = 5

#: How a reference that leads nowhere was resolved.
LOST: Final = ("ambiguous", "dangling")

PARTY: Final = ("id", "name", "first", "last", "email", "work", "mobile", "address", "city")


@attrs.frozen
class Graph:
    """The Sell account as records and resolved links; every id is a Sell id or a stand-in such as `name:acme`.

    Attributes:
        companies: n, id, name, address, city, added; added records have no `n`.
        contacts: the same with first, last, email, work, mobile and `company` (id of the linked company).
        deals: n, id, title, person, company, other_company (ids), company_name, lost; person and company may both be
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


@attrs.frozen
class _References:
    """References of one relation: n, file, row, source (id of the referring record), id, email, name."""

    entity: str
    relation: str
    rows: pl.DataFrame


def link(keys: Mapping[str, pl.DataFrame], *, follow_domains: bool = False) -> Graph:
    """Resolves every relation of the account.

    Args:
        keys: the key frames by entity, as the module describes them.
        follow_domains: link people without a company by the domain of their address, instead of suggesting it.
    """
    about_any = _about_references(keys)
    leads = _leads(keys["leads"], about_any)
    references = _references(keys, leads, about_any)
    companies, contacts, references = _parties(keys, references)
    in_companies = _index(_kind(companies, "companies"))
    in_parties = _index(pl.concat([_kind(contacts, "contacts"), _kind(companies, "companies")]))
    employer = _resolve(references["employer"], in_companies)
    main_contact = _resolve(references["main_contact"], in_parties)
    deal_company = _resolve(references["deal_company"], in_companies)
    lead_company = _resolve(references["lead_company"], in_companies)
    deals = _deals(keys["deals"], main_contact, deal_company)
    employer, from_deals = _employers_from_deals(employer, companies, deals)
    employer, from_domains = _employers_from_domains(employer, keys, follow=follow_domains)
    titles = _titles(deals, leads)
    about = {entity: _about(rows, in_parties, *titles) for entity, rows in _by_entity(about_any).items()}
    resolved = [
        (references["employer"], employer),
        (references["main_contact"], main_contact),
        (references["deal_company"], deal_company),
        (references["lead_company"], lead_company),
        *((_References(entity, "about", rows), rows) for entity, rows in about.items()),
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


# --- references ------------------------------------------------------------------------------------


def _references(
    keys: Mapping[str, pl.DataFrame], leads: pl.DataFrame, about: pl.DataFrame
) -> dict[str, _References]:
    """Every relation of the account in one shape."""
    contacts, deals = keys["contacts"], keys["deals"]
    return {
        "employer": _reference("contacts", "company", contacts, "company_id", None, "company_name"),
        "main_contact": _reference(
            "deals", "main_contact", deals, "main_contact_id", "main_contact_email", "main_contact_name"
        ),
        "deal_company": _reference("deals", "company", deals, "company_id", None, "company_name"),
        "lead_company": _reference("leads", "company", leads, "company_id", None, "company_name"),
        "about": _References("history", "about", about),
    }


def _reference(
    entity: str, relation: str, frame: pl.DataFrame, by_id: str, by_email: str | None, by_name: str
) -> _References:
    email = pl.col(by_email) if by_email else pl.lit(None, dtype=pl.String)
    rows = frame.select(
        "n",
        "file",
        "row",
        pl.col("id").alias("source"),
        pl.col(by_id).alias("id"),
        email.alias("email"),
        pl.col(by_name).alias("name"),
    )
    return _References(entity, relation, rows)


def _about_references(keys: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    history = [
        keys[entity].with_columns(pl.lit(entity).alias("entity"))
        for entity in HISTORY
        if entity in keys and keys[entity].height
    ]
    shape: dict[str, Any] = {
        "entity": pl.String,
        "n": pl.UInt32,
        "file": keys["companies"].schema["file"],
        "row": pl.Int64,
        "source": pl.String,
        "type": pl.String,
        "id": pl.String,
        "email": pl.String,
        "name": pl.String,
        "about_first": pl.String,
        "about_last": pl.String,
        "about_company": pl.String,
        "about_deal": pl.String,
    }
    if not history:
        return pl.DataFrame(schema=shape)
    person = pl.concat_str("about_first", "about_last", separator=" ", ignore_nulls=True)
    named = pl.when(person.str.strip_chars() != "").then(person).otherwise(pl.col("about_company"))
    return pl.concat(
        frame.select(
            "entity",
            "n",
            "file",
            "row",
            pl.col("id").alias("source"),
            pl.col("about_type").alias("type"),
            pl.col("about_id").alias("id"),
            pl.lit(None, dtype=pl.String).alias("email"),
            named.alias("name"),
            "about_first",
            "about_last",
            "about_company",
            "about_deal",
        )
        for frame in history
    )


def _by_entity(about: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {entity: rows for entity in HISTORY if (rows := about.filter(pl.col("entity") == entity)).height}


# --- parties: what the export holds, and what it only names -----------------------------------------


def _parties(
    keys: Mapping[str, pl.DataFrame], references: dict[str, _References]
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, _References]]:
    """Companies and contacts, with those that are only referred to added behind them.

    Added people refer to a company themselves, by the name that stood beside them: the references grow by these.
    """
    companies, contacts = _party(keys["companies"]), _party(keys["contacts"])
    held = pl.concat([companies["id"], contacts["id"]])
    missing_companies, missing_contacts = _missing_by_id(references, held)
    companies, contacts = _extended(companies, missing_companies), _extended(contacts, missing_contacts)
    employers = attrs.evolve(
        references["employer"],
        rows=pl.concat(
            [references["employer"].rows, _employer_rows(missing_contacts)], how="diagonal_relaxed"
        ),
    )
    references = {**references, "employer": employers}
    about = references["about"].rows
    loose = about.filter(pl.col("id").is_null() & (pl.col("type").is_null() | (pl.col("type") == "contact")))
    of_companies = [references[name].rows for name in ("employer", "deal_company", "lead_company")]
    companies = _extended(
        companies, _missing_by_name([*of_companies, loose.filter(~_is_person())], [companies["name"]])
    )
    people = references["main_contact"].rows.filter(pl.col("email").is_null())
    contacts = _extended(
        contacts,
        _missing_by_name([people, loose.filter(_is_person())], [contacts["name"], companies["name"]]),
    )
    return companies, contacts, references


def _is_person() -> pl.Expr:
    return pl.col("about_first").is_not_null() | pl.col("about_last").is_not_null()


def _party(frame: pl.DataFrame) -> pl.DataFrame:
    columns = [pl.col(c) if c in frame.columns else pl.lit(None, dtype=pl.String).alias(c) for c in PARTY]
    return frame.select("n", "file", "row", *columns, pl.lit(False).alias("added"))


def _extended(party: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    if not more.height:
        return party
    shaped = more.select(c for c in more.columns if c in party.columns).with_columns(added=pl.lit(True))
    return pl.concat([party, shaped], how="diagonal").rechunk()


def _employer_rows(missing_contacts: pl.DataFrame) -> pl.DataFrame:
    return missing_contacts.select(
        "file", "row", pl.col("id").alias("source"), pl.col("company_name").alias("name")
    )


def _missing_by_id(
    references: Mapping[str, _References], held: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records under ids that the export does not hold, with the first name that stands beside each."""
    as_company = pl.concat(
        references[relation].rows.select("file", "row", "id", "name")
        for relation in ("employer", "deal_company", "lead_company")
    ).with_columns(
        first=pl.lit(None, dtype=pl.String),
        last=pl.lit(None, dtype=pl.String),
        company_name=pl.lit(None, dtype=pl.String),
        person=pl.lit(False),
    )
    about = references["about"].rows.filter(pl.col("type") == "contact")
    as_party = pl.concat(
        [
            references["main_contact"]
            .rows.select("file", "row", "id", "name")
            .with_columns(
                first=pl.lit(None, dtype=pl.String),
                last=pl.lit(None, dtype=pl.String),
                company_name=pl.lit(None, dtype=pl.String),
                person=pl.lit(True),
            ),
            about.select(
                "file",
                "row",
                "id",
                "name",
                first="about_first",
                last="about_last",
                company_name=pl.when(_is_person()).then("about_company"),
                person=_is_person(),
            ),
        ]
    )
    wanted = pl.concat([as_company, as_party]).filter(
        pl.col("id").is_not_null() & pl.col("name").is_not_null()
    )
    lost = wanted.join(held.to_frame("id"), on="id", how="anti", maintain_order="left")
    first = lost.unique("id", keep="first", maintain_order=True)
    people = lost.group_by("id", maintain_order=True).agg(
        pl.col("person").all(), *(pl.col(c).drop_nulls().first() for c in ("first", "last", "company_name"))
    )
    named = first.select("file", "row", "id", "name").join(people, on="id", how="left", maintain_order="left")
    return named.filter(~pl.col("person")), named.filter("person")


def _missing_by_name(rows: Iterable[pl.DataFrame], known: Iterable[pl.Series]) -> pl.DataFrame:
    """Names without an id that no record has: one `name:` record each, in their first spelling."""
    names = pl.concat(frame.filter(pl.col("id").is_null()).select("name") for frame in rows)
    return (
        names.with_columns(pl.col("name").str.strip_chars(), folded(pl.col("name")).alias("f"))
        .filter(pl.col("f").is_not_null())
        .unique("f", keep="first", maintain_order=True)
        .join(
            pl.concat(known).to_frame("name").select(f=folded(pl.col("name"))),
            on="f",
            how="anti",
            maintain_order="left",
        )
        .select(id=pl.lit("name:") + pl.col("f"), name="name")
    )


def _leads(leads: pl.DataFrame, about: pl.DataFrame) -> pl.DataFrame:
    """Leads, with those added that history refers to by an id that the export does not hold, and names."""
    lost = (
        about.filter((pl.col("type") == "lead") & pl.col("id").is_not_null() & pl.col("name").is_not_null())
        .join(leads.select("id"), on="id", how="anti", maintain_order="left")
        .unique("id", keep="first", maintain_order=True)
    )
    person = pl.when(_is_person()).then("name")
    title = pl.concat_str(person, "about_company", separator=", ", ignore_nulls=True)
    more = lost.select(
        "id", title=title, name=person, first="about_first", last="about_last", company_name="about_company"
    )
    return pl.concat(
        [leads.with_columns(added=pl.lit(False)), more.with_columns(added=pl.lit(True))],
        how="diagonal_relaxed",
    ).rechunk()


# --- resolving -------------------------------------------------------------------------------------


@attrs.frozen
class _Index:
    """Targets by id, e-mail and name; `to` is null where several records share the value."""

    by_id: pl.DataFrame
    by_email: pl.DataFrame
    by_name: pl.DataFrame


def _kind(party: pl.DataFrame, kind: str) -> pl.DataFrame:
    return party.select("id", "name", "email", pl.lit(kind).alias("kind"))


def _index(party: pl.DataFrame) -> _Index:
    keyed = party.select("kind", "id", "name", e=folded(pl.col("email")), f=folded(pl.col("name")))
    return _Index(
        keyed.select(
            pl.col("id"), pl.col("id").alias("to"), "kind", "f", pl.col("name").alias("target_name")
        ),
        _grouped(keyed, "e"),
        _grouped(keyed, "f"),
    )


def _grouped(keyed: pl.DataFrame, by: str) -> pl.DataFrame:
    """Each value with the one record that has it, or with several; only these are gathered into groups."""
    valued = keyed.filter(pl.col(by).is_not_null())
    single = pl.col(by).is_unique()
    alone = valued.filter(single).select(
        by, pl.col("id").alias("to"), "kind", pl.col("name").alias("target_name"),
        pl.lit(1, dtype=pl.get_index_type()).alias("several"), pl.col("id").alias("candidates"),
    )  # fmt: skip
    crowded = valued.filter(~single).group_by(by, maintain_order=True).agg(
        pl.lit(None, dtype=pl.String).alias("to"),
        pl.col("kind").first(),
        pl.col("name").first().alias("target_name"),
        pl.len().alias("several"),
        pl.col("id").head(CANDIDATES).str.join(", ").alias("candidates"),
    )  # fmt: skip
    return pl.concat([alone, crowded])


def _resolve(reference: _References, index: _Index) -> pl.DataFrame:
    """References → the same rows with `to`, `kind`, `how`, `candidates`, and `says` where the name says otherwise."""
    rows = reference.rows.with_columns(e=folded(pl.col("email")), f=folded(pl.col("name")))
    found = (
        rows.join(index.by_id.rename({"f": "target_f"}), on="id", how="left", maintain_order="left")
        .join(index.by_email, on="e", how="left", maintain_order="left", suffix="_e")
        .join(index.by_name, on="f", how="left", maintain_order="left", suffix="_f")
    )
    by_id, by_email, by_name = (
        pl.col("to").is_not_null(),
        pl.col("to_e").is_not_null(),
        pl.col("to_f").is_not_null(),
    )
    has_id = pl.col("id").is_not_null()
    how = (
        pl.when(by_id)
        .then(pl.lit("id"))
        .when(has_id)
        .then(pl.lit("dangling"))
        .when(by_email)
        .then(pl.lit("email"))
        .when(by_name)
        .then(pl.lit("name"))
        .when(pl.col("several").is_not_null() | pl.col("several_f").is_not_null())
        .then(pl.lit("ambiguous"))
        .when(pl.col("e").is_not_null() | pl.col("f").is_not_null())
        .then(pl.lit("dangling"))
    )
    return found.with_columns(how=how).select(
        *rows.columns,
        pl.when(by_id)
        .then("to")
        .when(has_id)
        .then(None)
        .when(by_email)
        .then("to_e")
        .otherwise("to_f")
        .alias("to"),
        pl.when(by_id)
        .then("kind")
        .when(has_id)
        .then(None)
        .when(by_email)
        .then("kind_e")
        .when(by_name)
        .then("kind_f")
        .alias("kind"),
        "how",
        pl.coalesce("candidates", "candidates_f").alias("candidates"),
        _contradiction().alias("says"),
    )


def _contradiction() -> pl.Expr:
    """What the other evidence says, where it is not what the deciding evidence says."""
    used = pl.when(pl.col("to").is_not_null()).then(pl.col("to")).otherwise(pl.col("to_e"))
    email = pl.col("to_e").is_not_null() & (pl.col("to_e") != used)
    name_of_id = (
        pl.col("to").is_not_null() & pl.col("f").is_not_null() & pl.col("f").ne_missing(pl.col("target_f"))
    )
    name_of_email = pl.col("to").is_null() & pl.col("to_e").is_not_null() & (pl.col("to_f") != pl.col("to_e"))
    return (
        pl.when(email)
        .then(pl.format("the e-mail is that of {}", pl.col("to_e")))
        .when(name_of_id)
        .then(pl.format("the record is named {}", pl.col("target_name").fill_null("(without a name)")))
        .when(name_of_email)
        .then(pl.format("the name is that of {}", pl.col("to_f")))
    )


def _deals(frame: pl.DataFrame, main_contact: pl.DataFrame, company: pl.DataFrame) -> pl.DataFrame:
    """A main contact that is a company is the deal's organization; a differing company beside it stays a name."""
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
    """People without a company, or whose company's name fits several, get the one that all their deals name."""
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


def _titles(deals: pl.DataFrame, leads: pl.DataFrame) -> tuple[_Index, _Index]:
    """Deals and leads as history names them."""
    nothing = pl.lit(None, dtype=pl.String).alias("email")
    of_leads = pl.coalesce("name", "company_name", "title").alias("name")
    return (
        _index(deals.select("id", pl.col("title").alias("name"), pl.lit("deals").alias("kind"), nothing)),
        _index(leads.select("id", of_leads, pl.lit("leads").alias("kind"), "email")),
    )


def _about(rows: pl.DataFrame, parties: _Index, deals: _Index, leads: _Index) -> pl.DataFrame:
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
        _resolve(_References(entity, "about", of["contact"]), parties),
        _resolve(_References(entity, "about", of["deal"]), deals),
        _resolve(_References(entity, "about", of["lead"]), leads),
    ]
    free = typed.filter(~pl.col("type").is_in(["contact", "deal", "lead"]))
    return pl.concat([*parts, free], how="diagonal").sort("n")


# --- telling ---------------------------------------------------------------------------------------


def _counted(resolved: Iterable[tuple[_References, pl.DataFrame]]) -> pl.DataFrame:
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


def _told(reference: _References, rows: pl.DataFrame) -> pl.DataFrame:
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

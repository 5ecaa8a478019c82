"""A company's own mail domain or website against a person's address: a suggestion, and a link only on
demand.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform import issues

#: Providers whose addresses say nothing about an employer; a country's own endings of the same names count
#: too.
FREE_PROVIDERS: Final = (
    "gmail",
    "googlemail",
    "outlook",
    "hotmail",
    "live",
    "msn",
    "yahoo",
    "ymail",
    "aol",
    "icloud",
    "me",
    "mac",
    "gmx",
    "web",
    "mail",
    "proton",
    "protonmail",
    "zoho",
    "yandex",
    "fastmail",
    "hey",
    "posteo",
    "t-online",
    "freenet",
    "orange",
    "wanadoo",
    "laposte",
    "free",
    "libero",
    "virgilio",
    "tiscali",
    "uol",
    "bol",
    "terra",
    "telia",
    "comhem",
    "spray",
    "qq",
    "163",
    "126",
    "naver",
    "docomo",
    "ezweb",
    "comcast",
    "verizon",
    "att",
    "sbcglobal",
    "btinternet",
    "sky",
    "wp",
    "o2",
    "onet",
    "interia",
    "seznam",
    "ziggo",
    "kpnmail",
    "planet",
    "hetnet",
    "telenet",
    "skynet",
)


def _bare(domain: pl.Expr) -> pl.Expr:
    plain = domain.str.to_lowercase().str.strip_chars(" .").str.strip_prefix("www.")
    return pl.when(plain.str.contains(".", literal=True)).then(plain)


def of_email(address: pl.Expr) -> pl.Expr:
    """The domain of an address, unless it is a free provider's."""
    domain = _bare(address.str.extract(r"@([^@\s>]+)$", 1))
    return pl.when(~domain.str.extract(r"^([^.]+)", 1).is_in(FREE_PROVIDERS)).then(domain)


def of_website(address: pl.Expr) -> pl.Expr:
    """The host of a website, without `www.`."""
    return _bare(address.str.extract(r"^(?:[a-zA-Z]+://)?([^/?#:\s]+)", 1))


def by_domain(employer: pl.DataFrame, contacts: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """`source, company` of people without any company whose address belongs to exactly one company.

    Args:
        employer: the resolved references of people to their companies: source, how.
        contacts: id, email.
        companies: id, email, website.
    """
    owned = (
        pl.concat(
            [
                companies.select("id", domain=of_email(pl.col("email"))),
                companies.select("id", domain=of_website(pl.col("website"))),
            ]
        )
        .drop_nulls()
        .unique()
    )
    single = owned.filter(pl.col("domain").is_unique())
    if not single.height:
        return pl.DataFrame(schema={"source": pl.String, "company": pl.String})
    free = (
        employer.filter(pl.col("how").is_null())
        .select("source")
        .join(
            contacts.select(source="id", domain=of_email(pl.col("email"))), on="source", maintain_order="left"
        )
    )
    return free.join(single.rename({"id": "company"}), on="domain", maintain_order="left").select(
        "source", "company"
    )


def told(found: pl.DataFrame, employer: pl.DataFrame, *, linked: bool) -> pl.DataFrame:
    """One issue for each: the suggestion, or the link that was made."""
    placed = found.join(
        employer.select("source", "file", "row"), on="source", how="left", maintain_order="left"
    )
    code = "company_from_domain" if linked else "link_suggested"
    return issues.found(
        placed.lazy().rename({"file": "_file", "row": "_row", "source": "_id"}),
        code,
        entity="contacts",
        field="organisation_name",
        value=pl.col("company"),
    ).collect()

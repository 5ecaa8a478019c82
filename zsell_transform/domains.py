"""A company's own mail domain or website against a person's address: suggested, and linked on demand only."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.frames.positions import positions

#: Providers whose addresses say nothing about an employer; a country's own endings of the same names count
#: too.
FREE_PROVIDERS: Final = tuple(
    """
    gmail googlemail outlook hotmail live msn yahoo ymail aol icloud me mac gmx web mail proton
    protonmail zoho yandex fastmail hey posteo t-online freenet orange wanadoo laposte free libero
    virgilio tiscali uol bol terra telia comhem spray qq 163 126 naver docomo ezweb comcast verizon
    att sbcglobal btinternet sky wp o2 onet interia seznam ziggo kpnmail planet hetnet telenet
    skynet
    """.split()
)


def _bare(domain: pl.Expr) -> pl.Expr:
    plain = domain.str.to_lowercase().str.strip_chars(" .").str.strip_prefix("www.")
    return pl.when(plain.str.contains(".", literal=True)).then(plain)


def of_email(address: pl.Expr) -> pl.Expr:
    """The domain of an address."""
    return _bare(address.str.extract(r"@([^@\s>]+)$", 1))


def is_free(domain: pl.Expr) -> pl.Expr:
    """Whether a domain is a free provider's."""
    return domain.str.extract(r"^([^.]+)", 1).is_in(FREE_PROVIDERS)


def of_website(address: pl.Expr) -> pl.Expr:
    """The host of a website, without `www.`."""
    return _bare(address.str.extract(r"^(?:[a-zA-Z]+://)?([^/?#:\s]+)", 1))


def by_domain(emails: pl.Series, companies: pl.DataFrame) -> pl.Series | None:
    """Of each address, the row of the one company that its domain belongs to; None where that leads nowhere.

    Args:
        companies: email, website.
    """
    if not emails.count():
        return None
    at = pl.int_range(pl.len(), dtype=pl.UInt32).alias("at")
    domain = of_email(pl.col("email"))
    owned = (
        pl.concat(
            [
                companies.select(at, domain=domain),
                companies.select(at, domain=of_website(pl.col("website"))),
            ]
        )
        .drop_nulls()
        .unique()
    )
    single = owned.filter(pl.col("domain").is_unique() & ~is_free(pl.col("domain")))
    if not single.height:
        return None
    asked = emails.to_frame("email").select(domain).to_series()
    found = single["at"].gather(positions(asked, single["domain"]))
    return found if found.count() else None

"""A person whose mailbox is at a company's domain: suggested, linked on demand, never guessed."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from zsell_transform import transform
from zsell_transform.domains import by_domain


def people_of_domains() -> dict[str, pl.DataFrame]:
    """A company known by its website, one at a free provider, two that share a site; who has no company."""
    cells = {
        "id": ["1", "2", "3", "4", "11", "12", "13", "14", "15"],
        "is_organisation": ["true"] * 4 + ["false"] * 5,
        "name": ["Kelp", "Mail house", "Twin A", "Twin B", "Ann", "Bob", "Cid", "Dee", "Eve"],
        "organisation_name": ["Kelp", "Mail house", "Twin A", "Twin B", None, None, None, None, "Mail house"],
        "email": [
            None, "post@gmail.com", None, None,
            "ann@Kelp.example", "bob@gmail.com", "cid@twin.example", "dee@other.example", "eve@kelp.example",
        ],
        "website": ["https://www.kelp.example/about", None, "twin.example", "www.twin.example", *[None] * 5],
    }  # fmt: skip
    return {"contacts": pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))}


@pytest.mark.parametrize(
    ("wish", "code", "company"),
    [("suggest", "link_suggested", None), ("link", "company_from_domain", "Kelp")],
)
def test_a_domain_of_one_company_suggests_it_and_links_on_demand_only(
    wish: str, code: str, company: str | None
) -> None:
    """Never by a free provider's, by one that two companies have, nor over a company that Sell names."""
    run = transform(people_of_domains(), mapping={"email_domains": wish}, trial=0, rehearse=False)

    told = run.issues.filter(pl.col("code").is_in(["link_suggested", "company_from_domain"]))
    assert told.select("code", "source_id", "value").rows() == [(code, "11", "1")]
    linked = run.tables["persons"].select("Person - Zendesk Sell ID", "Organization - Name").rows()
    assert dict(linked) == {"11": company, "12": None, "13": None, "14": None, "15": "Mail house"}


@pytest.mark.parametrize(
    ("email", "website", "asked", "at"),
    [
        (None, "HTTP://WWW.Kelp.Example:8080/a?b", "ann@kelp.example", [0]),
        ("post@kelp.example", None, "Ann <ann@KELP.example>", None),  # no address
        ("post@kelp.example", None, "ann@kelp.example.", [0]),
        ("post@gmx.de", None, "ann@gmx.de", None),  # a free provider's own ending
        ("post@kelp", None, "ann@kelp", None),  # no domain
        ("post@kelp.example", "kelp.example", "ann@kelp.example", [0]),  # twice the same is one
        ("post@kelp.example", None, "ann@sub.kelp.example", None),
    ],
)
def test_whose_domain_it_is(email: str | None, website: str | None, asked: str, at: Any) -> None:
    companies = pl.DataFrame(
        {"email": [email], "website": [website]}, schema=dict.fromkeys(("email", "website"), pl.String)
    )

    found = by_domain(pl.Series([asked]), companies)

    assert (None if found is None else found.to_list()) == at

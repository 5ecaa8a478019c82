"""Who would be one to the wizard, where thousands would: nobody is compared with everybody."""

from __future__ import annotations

from collections import Counter

import polars as pl

from zsell_transform import transform
from zsell_transform.pipedrive.lead_people import lead_people
from zsell_transform.pipedrive.names import Names

MANY = 300
TEXT = pl.String()


def test_a_number_behind_a_name_is_looked_for_once() -> None:
    """Each of 20,000 records of one name asked from 2 on: a run of three minutes."""
    asked: Counter[str] = Counter()
    names = Names(pl.DataFrame({"name": ["Fern Ash"]}))

    given = [names.distinct("Fern Ash", None, asked.update) for _ in range(MANY)]

    assert given == [f"Fern Ash ({n})" for n in range(2, MANY + 2)]
    assert asked.total() == 0


def test_a_taken_number_that_may_be_its_own_is_asked_again() -> None:
    """The row that the wizard skipped left a record under the name that it had been given."""
    names = Names(pl.DataFrame({"name": ["Fern Ash", "Fern Ash (2)", "Fern Ash (3)"]}))
    assert names.distinct("Fern Ash", None) == "Fern Ash (4)"

    mine = {"fern ash (3)": 7}.get

    assert names.distinct("Fern Ash", None, mine, [3]) == "Fern Ash (3)"
    assert names.distinct("Fern Ash", None) == "Fern Ash (5)"


def people(kind: str, **columns: str | pl.Expr) -> pl.DataFrame:
    """Many people called Fern Ash; columns that are not given are blank."""
    blank = dict.fromkeys(
        "final printed email work mobile city place system_id joins".split(), pl.lit(None, dtype=TEXT)
    )
    texts = pl.lit(None, dtype=pl.List(TEXT))
    return pl.select(id=pl.format("{}{}", pl.lit(kind), pl.int_range(100, 100 + MANY))).with_columns(
        one="id",
        name=pl.lit("Fern Ash"),
        there=pl.lit(value=False),
        held_emails=texts,
        held_phones=texts,
        **{
            name: pl.lit(value) if isinstance(value, str) else value
            for name, value in {**blank, **columns}.items()
        },
    )


NOBODY = pl.DataFrame(
    schema={
        "system_id": TEXT, "name": TEXT, "emails": pl.List(TEXT), "phones": pl.List(TEXT), "place": TEXT,
    }
)  # fmt: skip


def test_leads_that_fit_many_people_tell_of_a_few() -> None:
    """The product of leads and people filled 3 GB with 4,000 of each."""
    mailbox = "info@fern.example"

    found = lead_people(people("l", email=mailbox), people("c", email=mailbox), None, NOBODY)

    assert set(found["who"]) == {"own"}
    assert set(found["candidates"]) == {"c100, c101, c102, c103, c104"}
    assert found["name"].to_list() == [f"Fern Ash ({n})" for n in range(2, MANY + 2)]


def test_leads_in_a_chain_are_attached_to_the_first_whom_they_share_with() -> None:
    """Each shares its e-mail with one neighbour and its phone with the other: every second is attached."""
    n = pl.int_range(MANY)
    chain = people(
        "l", email=pl.format("e{}@fern.example", n // 2), work=pl.format("+4420{}", 1000 + (n + 1) // 2)
    )

    found = lead_people(chain, people("c").clear(), None, NOBODY)

    assert found["who"].to_list() == ["own", "lead"] * (MANY // 2)
    assert found["person"].to_list()[:4] == [None, "l100", None, "l102"]


def test_a_name_of_its_own_hangs_on_the_id_and_not_on_the_row() -> None:
    """Two addresses with two companies each, all of one name: the second address's came first in the file."""
    companies = pl.DataFrame(
        {
            "id": ["10", "11", "1", "2"],
            "is_organisation": ["true"] * 4,
            "name": ["Acme"] * 4,
            "street": ["B street", "B street", "A street", "A street"],
        }
    )

    for rows in (companies, companies.reverse(), companies.sort(pl.col("id").cast(pl.Int64))):
        table = transform({"contacts": rows}, rehearse=False).tables["organizations"]
        names = dict(table.select("Organization - Zendesk Sell ID", "Organization - Name").iter_rows())
        assert names == {"1": "Acme", "2": "Acme (2)", "10": "Acme", "11": "Acme (3)"}


def test_a_leads_person_has_a_name_of_its_own_by_the_leads_id() -> None:
    """Of each mailbox there are two contacts already, so that nobody knows which of them a lead is."""
    mails = ["a@x.example", "b@x.example", "c@x.example"]
    contacts = pl.DataFrame(
        {
            "id": [str(n) for n in range(1, 7)],
            "is_organisation": ["false"] * 6,
            "name": ["Zoë Dell"] * 6,
            "email": sorted(mails * 2),
        }
    )
    leads = pl.DataFrame(
        {
            "id": ["9", "10", "11"],
            "first_name": ["Zoë"] * 3,
            "last_name": ["Dell"] * 3,
            "email": mails,
            "company_name": ["A", "B", "C"],
        }
    )

    for rows in (leads, leads.reverse()):
        table = transform({"contacts": contacts, "leads": rows}, rehearse=False).tables["leads"]
        names = dict(table.select("Lead - Zendesk Sell lead ID", "Person - Name").iter_rows())
        assert names == {"9": "Zoë Dell (5)", "10": "Zoë Dell (6)", "11": "Zoë Dell (7)"}

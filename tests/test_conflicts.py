"""Who would be one to the wizard, where thousands would: nobody is compared with everybody."""

from __future__ import annotations

from collections import Counter

import polars as pl

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

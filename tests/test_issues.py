"""Issues about frames in memory: what is told of them does not depend on how they came about."""

from __future__ import annotations

import random
import re

import polars as pl
import pytest

from zsell_transform import issues


def pieces(name: str, values: list[str], dice: random.Random) -> pl.Series:
    """A column in pieces of one to five cells."""
    parts = []
    while values:
        here, values = values[: (size := dice.randint(1, 5))], values[size:]
        parts.append(pl.Series(name, here))
    return pl.concat(parts)


@pytest.mark.parametrize("seed", range(40))
def test_columns_in_other_pieces_are_told_alike(seed: int) -> None:
    """polars 2.1 panics at several of these where they are filtered lazily and texts are put together."""
    dice = random.Random(seed)
    rows = dice.randint(3, 16)
    kinds = ["".join(dice.choices("xyz", k=rows)), "".join(dice.choices("pq", k=rows))]
    places = [str(n) for n in range(rows)]
    frame = pl.DataFrame([pieces("_id", places, dice)]).with_columns(
        pieces("kind", list(kinds[0]), dice), pieces("fate", list(kinds[1]), dice)
    )

    told = issues.few(frame, (pl.col("kind") == "x") & (pl.col("fate") == "p"))
    detail = pl.format("{} is {}", "_id", "kind")
    found = issues.found(told, "link_dangling", entity="deals", field="name", detail=detail).collect()

    wanted = [n for n in places if kinds[0][int(n)] == "x" and kinds[1][int(n)] == "p"]
    assert found["detail"].to_list() == [f"{n} is x" for n in wanted]


# ---- one and several ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "said"),
    [
        ("nul_removed", 1, "holds 1 NUL character; removed"),
        ("nul_removed", 2, "holds 2 NUL characters; removed"),
        ("owner_left_out", 1, ": 1 record belongs to users"),
        ("owner_left_out", 21, ": 21 records belong to users"),
        ("ignored_column", 1, "holds 1 value: "),
        ("said_by_absence", 1, "of 1 record says "),
        ("document_left_out", 1, ": 1 document belongs to no record"),
    ],
)
def test_one_is_told_as_one(code: str, value: int, said: str) -> None:
    """`1 records belong to users who are deleted`."""
    assert said in issues.render(issues.issue(code, entity="notes", field="x", value=value))["message"][0]


def test_every_number_of_the_catalogue_says_what_it_counts() -> None:
    """A slot before a plain plural would say `1 records`."""
    plural = re.compile(r"\{value\} (?:[a-z]+ )?(?!is\b|was\b|has\b)[a-z]+s\b")
    told = [(code, text) for code, kind in issues.KINDS.items() for text in (kind.what, kind.did)]
    several = {"contradicting_dates", "contradicting_numbers"}  # one alone contradicts nothing
    assert {code for code, text in told if plural.search(text)} == several


def test_a_blank_value_is_nothing() -> None:
    """`'organisation_name' holds ''`."""
    raw = issues.issue("company_from_deals", entity="contacts", field="company", detail="Lind")
    assert "'company' holds nothing, and all deals" in issues.render(raw)["message"][0]

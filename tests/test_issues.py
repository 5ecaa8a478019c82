"""Issues about frames in memory: what is told of them does not depend on how they came about."""

from __future__ import annotations

import random

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

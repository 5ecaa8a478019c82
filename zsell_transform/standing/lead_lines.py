"""What a lead says of its person, and what that person shows in Pipedrive."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from zsell_transform.frames.positions import firsts
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.person_values import FOUND_BY, TOLD_BESIDE
from zsell_transform.standing.shown_cells import in_pipedrive, is_shown, shown_beside

#: What a lead says of its person → how the line of its note begins that says it where the person does not.
LINES: Final[MappingOf[str, str]] = {value.header: value.caption for value in (*FOUND_BY, *TOLD_BESIDE)}


def people_shown(held: Held) -> pl.DataFrame:
    """person, and what it shows under each of `LINES` (`in_pipedrive`): all its addresses and numbers."""
    several = {value.header: value.held for value in FOUND_BY}
    single = [header for header in LINES if header not in several and is_shown(held, "persons", header)]
    every = firsts(held.persons, "system_id").select(
        person="system_id",
        **{in_pipedrive(header): pl.col(column).list.join(", ") for header, column in several.items()},
    )
    shown = shown_beside(held, "persons", single).rename({"system_id": "person"})
    return every.join(shown, on="person", how="left", maintain_order="left")

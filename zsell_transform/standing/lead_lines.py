"""What a lead says of its person, and what that person shows in Pipedrive."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from zsell_transform.frames.positions import firsts
from zsell_transform.lap.leads import COMPARED, LABELS
from zsell_transform.lap.words import PERSON_EMAIL, PERSON_MOBILE, PERSON_WORK
from zsell_transform.pipedrive.exports import Held
from zsell_transform.standing.shown_cells import shown

#: What a lead says of its person → how the line of its note begins that says it where the person does not.
LINES: Final[MappingOf[str, str]] = {
    PERSON_EMAIL: COMPARED["email"],
    PERSON_WORK: COMPARED["work"],
    PERSON_MOBILE: COMPARED["mobile"],
    "Person - Job title": LABELS["job"],
    "Person - Address": LABELS["address"],
}


def people_shown(held: Held) -> pl.DataFrame:
    """person, and what Pipedrive shows for each of `LINES` as `= header`: all its addresses and numbers."""
    raw = held.raw["persons"]
    cells = {header: shown("persons", header, raw.columns) for header in LINES}
    several = {PERSON_EMAIL: "emails", PERSON_WORK: "phones", PERSON_MOBILE: "phones"}
    every = firsts(held.persons, "system_id").select(
        person="system_id",
        **{f"= {header}": pl.col(column).list.join(", ") for header, column in several.items()},
    )
    return every.join(
        raw.select(
            pl.col("ID").alias("person"),
            *(
                cell.alias(f"= {header}")
                for header, cell in cells.items()
                if cell is not None and header not in several
            ),
        ),
        on="person",
        how="left",
        maintain_order="left",
    )

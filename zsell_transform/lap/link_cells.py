"""How a link is written on a row, and which rows may share a file: those whose links are written alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from zsell_transform.frames.sparse import has
from zsell_transform.lap.plans import OUT
from zsell_transform.pipedrive.fields import NAMES, ORGANIZATION_ADDRESS, SYSTEM_IDS
from zsell_transform.pipedrive.lead_people import OWN
from zsell_transform.pipedrive.person_values import FOUND_BY

#: How a linked record is written on a row: by System ID, by its proven key, not yet, or not at all.
BY_ID: Final = "id"
BY_KEY: Final = "key"
WAIT: Final = "wait"
#: The organization column must not stand in this row's file: the person has one that the row does not name.
ABSENT: Final = "absent"

#: A lead's row may also say that the person is its own.
FORM: Final = pl.Enum([BY_ID, BY_KEY, WAIT, ABSENT, OWN])

ORGANIZATION_LINK: Final = (SYSTEM_IDS["organizations"], NAMES["organizations"], ORGANIZATION_ADDRESS)
PERSON_LINK: Final = (SYSTEM_IDS["persons"], NAMES["persons"], *(value.header for value in FOUND_BY))


def form(word: str) -> pl.Expr:
    """One of the forms of a link, as it stands in a column."""
    return pl.lit(word, dtype=FORM)


def organization_cells(how: str, prefix: str, *, alone: bool) -> list[pl.Expr]:
    """The organization's columns on a row, from `<prefix>system_id`, `<prefix>name`, `<prefix>address`.

    Args:
        how: the column that says how the link is written.
        alone: a System ID stands without the name.
    """
    return _link_cells("organizations", {ORGANIZATION_ADDRESS: "address"}, how, prefix, alone=alone)


def person_cells(how: str, prefix: str, *, alone: bool) -> list[pl.Expr]:
    """The person's columns on a row, likewise."""
    return _link_cells("persons", {value.header: value.key for value in FOUND_BY}, how, prefix, alone=alone)


def _link_cells(item: str, keys: Mapping[str, str], how: str, prefix: str, *, alone: bool) -> list[pl.Expr]:
    by_id, by_key = (pl.col(how).eq_missing(form(word)) for word in (BY_ID, BY_KEY))
    named = by_key if alone else by_id | by_key
    return [
        pl.when(by_id).then(pl.col(f"{prefix}system_id")).alias(SYSTEM_IDS[item]),
        pl.when(named).then(pl.col(f"{prefix}name")).alias(NAMES[item]),
        *(pl.when(by_key).then(pl.col(f"{prefix}{key}")).alias(header) for header, key in keys.items()),
    ]


#: Under which prefix each link's target stands on a row, and the cells of its key that may be blank.
_KEY_CELLS: Final = {
    "person": ("p_", tuple(value.key for value in FOUND_BY)),
    "organization": ("o_", ("address",)),
}


def parted(rows: pl.DataFrame, forms: Mapping[str, str]) -> pl.DataFrame:
    """Rows with `part`: rows that fill links differently share no file (contract, `No blank over a value`).

    Args:
        forms: link → column that says how it is written; a row without that link goes with the most usual
            form.
    """
    going = pl.col("state") == OUT
    used = rows.select("state", *forms.values()).filter(going)
    links = [_labelled(link, used[c]) for link, c in forms.items()]
    typed = [_typed(link, c) for link, c in forms.items() if has_typed(rows, link)]
    label = pl.concat_str([*links, *typed], separator=" ", ignore_nulls=True)
    part = (label if forms else pl.lit("all")).cast(pl.Categorical)
    return rows.with_columns(pl.when(going).then(part).alias("part"))


def has_typed(rows: pl.DataFrame, link: str) -> bool:
    """Whether any row is linked to a record that merges with one which Pipedrive holds already."""
    if link not in _KEY_CELLS:  # deals and leads are linked by System ID alone
        return False
    joins = f"{_KEY_CELLS[link][0]}joins"
    return joins in rows.columns and has(rows, joins)


def _typed(link: str, how: str) -> pl.Expr:
    """Which cells of such a record's key are filled: Pipedrive may have a value where Sell has none."""
    prefix, cells = _KEY_CELLS[link]
    filled = [pl.col(f"{prefix}{cell}").is_not_null().cast(pl.UInt8).cast(pl.String) for cell in cells]
    by_key = pl.col(f"{prefix}joins").is_not_null() & (pl.col(how) == BY_KEY)
    return pl.when(by_key).then(pl.concat_str(pl.lit("filled "), *filled))


def _labelled(link: str, forms: pl.Series) -> pl.Expr:
    """How a link is written, as it stands in the label; a text where it is the same on all rows."""
    used = set(forms.unique().to_list())
    usual = BY_KEY if BY_KEY in used else BY_ID if used - {None, ABSENT} else "none"
    filled = {how or usual for how in used}
    if len(filled) == 1:
        return pl.lit(f"{link}={filled.pop()}")
    return pl.lit(f"{link}=") + pl.col(forms.name).cast(pl.String).fill_null(usual)

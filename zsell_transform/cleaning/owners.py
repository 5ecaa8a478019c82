"""Owners and authors: users of Sell's and of Pipedrive's."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from zsell_transform.cleaning.cells import Cell, cell
from zsell_transform.cleaning.texts import name
from zsell_transform.frames.sparing import once_each

DELETED: Final = " - Deleted"


def owner(column: Cell, owners: MappingOf[str, str | None]) -> pl.Expr:
    """The Pipedrive user: what `owners` makes of the Sell name, else that name; null where none follows."""
    return once_each(cell(column), lambda user: _owner(user, owners))


def lost_owner(column: Cell, owners: MappingOf[str, str | None]) -> pl.Expr:
    """The Sell name of an owner whom Pipedrive will not have, as Sell writes it."""
    return once_each(cell(column), lambda user: pl.when(_owner(user, owners).is_null()).then(name(user)))


def _owner(user: pl.Expr, owners: MappingOf[str, str | None]) -> pl.Expr:
    given = name(user)
    if not owners:
        return pl.when(~given.str.ends_with(DELETED)).then(given)
    users, mapped = _users(owners)
    new = given.replace(users, mapped)
    return pl.when(given.is_in(users.to_list()) | ~given.str.ends_with(DELETED)).then(new)


def author(column: Cell) -> pl.Expr:
    """A user's name for people to read: without ` - Deleted`."""
    return name(column).str.strip_suffix(DELETED)


def _users(owners: MappingOf[str, str | None]) -> tuple[pl.Series, pl.Series]:
    """Sell names → users.

    Who names a user means the deleted one of that name as well, unless that one is named too.
    """
    known = {f"{user}{DELETED}": new for user, new in owners.items() if not user.endswith(DELETED)} | dict(
        owners
    )
    return pl.Series(list(known), dtype=pl.String), pl.Series(list(known.values()), dtype=pl.String)

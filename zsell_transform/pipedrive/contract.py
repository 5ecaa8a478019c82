"""What the wizard takes: checks a finished table against `fields.yaml`, header by header.

The transformers keep these rules by themselves; what can still break them is the user's data (a custom text
of 300 characters, a number of 20 digits) and the user's mapping (a stage or label of its own).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from zsell_transform.issues import Told
from zsell_transform.pipedrive.fields import field_facts, type_limits


def checks(
    headers: Iterable[str],
    *,
    entity: str | None = None,
    types: Mapping[str, str] | None = None,
    beside: Iterable[str] = (),
) -> tuple[Told, ...]:
    """Cells that the wizard would refuse, cut or misread, to be told of a finished table (`issues.tell`).

    Args:
        headers: the columns to check, all text; one that is neither in `fields.yaml` nor in `types` counts as
            text.
        entity: the Sell entity that the issues name.
        types: header → type of created fields (`Draft.origins`).
        beside: columns of other items that the record itself fills, such as a lead's person and note; they
            may be blank, as not each record has one.

    Returns:
        What is told of `mandatory_blank`, `too_long`, `not_accepted` and `comma_in_option` cells.
    """
    facts, given = field_facts(), types or {}
    broken: list[Told] = []
    own = list(headers)
    for header in (*own, *beside):
        fact = facts.get(header)
        kind = given.get(header) or (fact.type if fact else "text")
        rules = list(_rules(pl.col(header), type_limits(kind)))
        if fact and fact.required and header in own:
            rules.append(("mandatory_blank", pl.col(header).is_null(), ""))
        broken += [
            Told(code, breach, entity, header, pl.col(header), expected or None)
            for code, breach, expected in rules
        ]
    return tuple(broken)


def _rules(cell: pl.Expr, limits: dict[str, Any]) -> Iterator[tuple[str, pl.Expr, str]]:
    """Issue code, which cells break the rule, and what was expected."""
    if longest := limits.get("longest"):
        yield "too_long", cell.str.len_chars() > longest, f"{longest:,} characters"
    if digits := limits.get("digits"):
        long = pl.when(cell.str.len_bytes() > digits).then(cell)  # the others are not counted
        yield "too_long", long.str.count_matches(r"\d") > digits, f"{digits} digits"
    if form := limits.get("form"):
        yield "not_accepted", ~cell.str.contains(form), limits["expects"]
    if words := limits.get("one_of"):
        yield "not_accepted", ~cell.is_in(words), f"one of {', '.join(words)}"
    if limits.get("comma") is False:
        yield "comma_in_option", cell.str.contains(",", literal=True), ""

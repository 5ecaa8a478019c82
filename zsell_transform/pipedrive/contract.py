"""What the wizard takes: checks a finished table against `fields.yaml`, header by header.

The transformers keep these rules by themselves; what can still break them is the user's data (a custom text
of 300 characters, a number of 20 digits) and the user's mapping (a stage or label of its own).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from zsell_transform.issues import found
from zsell_transform.pipedrive.fields import field_facts, type_limits


def check(
    frame: pl.LazyFrame,
    headers: Iterable[str],
    *,
    entity: str | None = None,
    types: Mapping[str, str] | None = None,
) -> tuple[pl.LazyFrame, ...]:
    """Cells that the wizard would refuse, cut or misread.

    Args:
        frame: a finished table: the headers as text, and `_file`, `_row`, `_id` where they are known.
        headers: the columns to check; one that is neither in `fields.yaml` nor in `types` counts as text.
        entity: the Sell entity that the issues name.
        types: header → type of created fields (`Draft.origins`).

    Returns:
        Issues of the schema `issues.RAW`, a lazy frame for each rule: `mandatory_blank`, `too_long`,
        `not_accepted`, `comma_in_option`.
    """
    facts, given = field_facts(), types or {}
    broken: list[pl.LazyFrame] = []
    for header in headers:
        fact = facts.get(header)
        kind = given.get(header) or (fact.type if fact else "text")
        rules = list(_rules(pl.col(header), type_limits(kind)))
        if fact and fact.required:
            rules.append(("mandatory_blank", pl.col(header).is_null(), ""))
        for code, breach, expected in rules:
            rows = frame.filter(breach)
            broken.append(
                found(rows, code, entity=entity, field=header, value=pl.col(header), detail=expected or None)
            )
    return tuple(broken)


def _rules(cell: pl.Expr, limits: dict[str, Any]) -> Iterator[tuple[str, pl.Expr, str]]:
    """Issue code, which cells break the rule, and what was expected."""
    if longest := limits.get("longest"):
        yield "too_long", cell.str.len_chars() > longest, f"{longest:,} characters"
    if digits := limits.get("digits"):
        yield "too_long", cell.str.count_matches(r"\d") > digits, f"{digits} digits"
    if form := limits.get("form"):
        yield "not_accepted", ~cell.str.contains(form), limits["expects"]
    if words := limits.get("one_of"):
        yield "not_accepted", ~cell.is_in(words), f"one of {', '.join(words)}"
    if limits.get("comma") is False:
        yield "comma_in_option", cell.str.contains(",", literal=True), ""

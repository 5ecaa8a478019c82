"""What the account's plan must hold: open deals and leads, custom fields, options, texts, numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from zsell_transform.guide.words import count
from zsell_transform.pipedrive.account import limit, pricings
from zsell_transform.sell.columns import plain_name
from zsell_transform.sell.stages import Stage
from zsell_transform.survey.facts import Column, Survey


def plan(
    seen: Survey,
    leads: int,
    fields: Sequence[dict[str, Any]],
    labels: Sequence[dict[str, Any]],
    placed: Sequence[Stage],
) -> list[dict[str, Any]]:
    """One row a check and plan, or a check of a field where no plan matters.

    Args:
        leads: how many there will be, with those that the export only names.
        fields, labels: the rows of those topics of the kit.
        placed: the stages of the survey in its order, with their status.

    Returns:
        Rows with `check, found, plan, limit, seats` (needed for open deals and leads), `fits, detail`.
    """
    counts = seen.stages["deals"].to_list()
    deals = seen.rows.get("deals", 0)
    closed = sum(count for stage, count in zip(placed, counts, strict=True) if stage.status != "Open")
    return [*_open(deals - closed, leads), *_fields(len(fields)), *_options(fields, labels), *_values(seen)]


def _row(check: str, found: int, most: int, *, plan: str | None = None, seats: int | None = None,
         fits: bool, detail: str | None = None) -> dict[str, Any]:  # fmt: skip
    return {
        "check": check,
        "found": found,
        "plan": plan,
        "limit": most,
        "seats": seats,
        "fits": fits,
        "detail": detail,
    }


def _open(deals: int, leads: int) -> Iterator[dict[str, Any]]:
    found = deals + leads
    for known in pricings():
        seats = max(1, math.ceil(found / known.open_per_seat))
        most = f"{known.open_per_seat:,} a seat, at most {known.cap:,} in all"
        detail = f"{count(deals, 'open deal')} and {count(leads, 'lead')}; {most}"
        yield _row("open deals and leads", found, known.open_per_seat, plan=known.name, seats=seats,
                   fits=found <= known.cap, detail=detail)  # fmt: skip


def _fields(found: int) -> Iterator[dict[str, Any]]:
    for known in pricings():
        yield _row("custom fields", found, known.fields, plan=known.name, fits=found <= known.fields)


def _options(fields: Sequence[dict[str, Any]], labels: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Fields of options and labels of an item; each only where it comes near the limit or passes it."""
    most = limit("options")
    sizes = {f"{field['name']} ({field['item']})": len(field["options"]) for field in fields}
    for row in labels:
        key = f"labels of {row['item']}"
        sizes[key] = sizes.get(key, 0) + 1
    for name, size in sizes.items():
        if size > most:
            yield _row(
                "options of a field",
                size,
                most,
                fits=False,
                detail=f"{name}: the API documents a higher limit",
            )


def _values(seen: Survey) -> Iterator[dict[str, Any]]:
    """Custom columns that no narrower field can hold: each became a wider one, so all of them fit."""
    for entity, columns in seen.columns.items():
        for column in columns.values():
            if column.custom and column.filled:
                yield from _value(entity, column)


def _value(entity: str, column: Column) -> Iterator[dict[str, Any]]:
    name = f"{plain_name(column.name)} ({entity})"
    if column.longest > limit("text"):
        yield _row(
            "characters of a text",
            column.longest,
            limit("text"),
            fits=True,
            detail=f"{name} became a large text",
        )
    if column.long_numbers:
        yield _row(
            "digits of a number",
            column.long_numbers,
            limit("digits"),
            fits=True,
            detail=f"{name} became a text",
        )
    if column.type == "text" and (column.distinct or 0) > limit("options"):
        yield _row(
            "options of a field",
            column.distinct or 0,
            limit("options"),
            fits=True,
            detail=f"{name} became a text",
        )

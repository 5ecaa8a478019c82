"""How a number and what it counts are said: `1 deal`, `12,480 deals`, in every room alike."""

from __future__ import annotations


def number(value: float | None) -> str:
    """12480 → `12,480`; nothing → an en dash."""
    return "–" if value is None else f"{value:,.0f}"


def count(value: int, one: str, many: str | None = None) -> str:
    """`1 deal`, `12,480 deals`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"

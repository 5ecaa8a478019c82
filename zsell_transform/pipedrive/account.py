"""What a Pipedrive account is like (`account.yaml`): plans, limits, defaults, and what the wizard asks."""

from __future__ import annotations

from typing import Any

import attrs

from zsell_transform.facts import facts


@attrs.frozen
class Pricing:
    """One plan: open deals and leads a seat and, at most, a company (`cap`); custom fields a company."""

    name: str
    open_per_seat: int
    fields: int
    cap: int


@attrs.frozen
class Click:
    """What is to be done in the wizard for a column, beside choosing its field; empty where nothing is."""

    text: str = ""
    sure: str = "high"


def _file() -> dict[str, Any]:
    found: dict[str, Any] = facts("pipedrive/account")
    return found


def pricings() -> tuple[Pricing, ...]:
    """The plans that can be bought, smallest first."""
    plans = _file()["plans"]
    return tuple(
        Pricing(name, plan["open"], plan["fields"], plans["cap"]) for name, plan in plans["known"].items()
    )


def limit(of: str) -> int:
    """`options` of a field, characters of a `text`, `digits` of a number."""
    return int(_file()["limits"][of]["value"])


def default_activity_types() -> tuple[str, ...]:
    """The activity types that a new account has."""
    return tuple(_file()["activity_types"]["known"])


def type_name(kind: str) -> str:
    """How Pipedrive calls a field type where one creates a field."""
    return str(_file()["type_names"].get(kind, kind.replace("_", " ").capitalize()))


def click(kind: str, label: str = "") -> Click:
    """What to click for a column of this type; `label` is that of an e-mail or phone (Work, Mobile)."""
    known = _file()["clicks"].get(kind)
    if known is None or ("{label}" in known["text"] and not label):
        return Click()
    return Click(known["text"].format(label=label), known["sure"])


def duplicates_answer() -> str:
    """What to answer when the wizard asks about duplicates."""
    return str(_file()["duplicates"]["answer"])

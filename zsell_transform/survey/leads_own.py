"""Fields that leads have of Sell's own columns, where deals have a custom field of the name: both are one.

A lead's fields are deal fields. So the type must take the values of both, also where those of deals alone
would prove another one.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import attrs

from zsell_transform.pipedrive.fields import PREFIXES, field_facts, field_key
from zsell_transform.sell.columns import plain_name
from zsell_transform.survey.facts import Column

#: Field of leads that deals have not by themselves → the columns of Sell's that fill it; a test holds it and
#: the leads' table together.
SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "Created in Sell": ("created_at",),
    "Unqualified reason": ("unqualified_reason",),
    "Website": ("website",),
    "Industry": ("industry",),
    "Fax": ("fax",),
    "LinkedIn": ("linkedin",),
    "Facebook": ("facebook",),
    "Twitter": ("twitter",),
    "Skype": ("skype",),
    "Job title": ("title",),
    "Address": ("address", "street", "zip", "city", "region", "country"),
}
#: Those that only a lead without a person fills, and what makes a person of a lead.
_WITHOUT_PERSON: Final = ("Job title", "Address")
_PERSON: Final = ("name", "first_name", "last_name", "email", "phone", "mobile")
#: Types that take whatever the others do.
_TEXTS: Final = ("text", "large_text")

Columns = dict[str, Column]


def typed_with_leads(deals: Columns, leads: MappingOf[str, Column], rows: int) -> Columns:
    """The columns of deals, typed so that the fields which leads fill, too, take both.

    Args:
        rows: how many leads there are.
    """
    filled = {name: column.filled for name, column in leads.items()}
    people = any(rows and filled.get(name, 0) == rows for name in _PERSON)
    named: dict[str, Column] = {}
    for column in deals.values():
        if column.custom:
            named.setdefault(field_key(plain_name(column.name)), column)
    typed = dict(deals)
    for name, sources in SOURCES.items():
        field = named.get(field_key(name))
        if field is None or not field.filled or not any(filled.get(source) for source in sources):
            continue
        if not (people and name in _WITHOUT_PERSON):
            typed[field.name] = _taking(field, field_facts()[f"{PREFIXES['leads']} - {name}"].type)
    return typed


def _taking(column: Column, of_leads: str) -> Column:
    if column.type in (*_TEXTS, of_leads) or (column.type, of_leads) == ("datetime", "date"):
        return column  # the times of a date-time have a field of their own
    evidence = f"{column.evidence}, but leads have other values under this name"
    return attrs.evolve(column, type="text", options=(), evidence=evidence)

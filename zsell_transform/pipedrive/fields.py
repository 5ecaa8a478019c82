"""Pipedrive's import fields, read from `fields.yaml` once."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import attrs

from zsell_transform.facts import facts
from zsell_transform.folding import plain
from zsell_transform.sell.entities import ITEMS

#: Pipedrive item → the prefix of its headers.
PREFIXES: Final[dict[str, str]] = {
    "organizations": "Organization", "persons": "Person", "deals": "Deal",
    "leads": "Lead", "activities": "Activity", "notes": "Note",
}  # fmt: skip
#: Item → the stem of its files; the number is the upload order.
STEMS: Final = {item: f"{n}-{item}" for n, item in enumerate(ITEMS, start=1)}
#: Item → the field by which a person recognises a record, and so Pipedrive's exports call its column.
TITLES: Final = {
    "organizations": "Name", "persons": "Name", "deals": "Title",
    "leads": "Title", "activities": "Subject", "notes": "Content",
}  # fmt: skip
#: Item → the wizard's header of that field: `Deal - Title`.
NAMES: Final = {item: f"{PREFIXES[item]} - {title}" for item, title in TITLES.items()}
#: Item → the wizard's header of the System ID, by which a row names a record that is there.
SYSTEM_IDS: Final = {
    item: f"{prefix} - Pipedrive {'system' if item == 'notes' else 'System'} ID"
    for item, prefix in PREFIXES.items()
}
#: Item → the header of the field that this library creates for the ids of Sell's records.
SELL_IDS: Final = {
    "organizations": "Organization - Zendesk Sell ID", "persons": "Person - Zendesk Sell ID",
    "deals": "Deal - Zendesk Sell ID", "leads": "Lead - Zendesk Sell lead ID",
}  # fmt: skip
#: Texts of which the cells are HTML.
NOTE: Final = NAMES["notes"]
ACTIVITY_NOTE: Final = "Activity - Note"
#: Headers that more than one module asks for.
ORGANIZATION_ADDRESS: Final = "Organization - Address"
DEAL_STAGE: Final = "Deal - Stage (pipeline)"
DEAL_STATUS: Final = "Deal - Status"
COMPANY_IN_SELL: Final = "Deal - Company in Sell"


@attrs.frozen
class Fact:
    """One field of the wizard.

    Attributes:
        item: organizations, persons …
        name, header: `Owner`, `Person - Owner`.
        type: what a cell may hold, a key of `types`.
        create: the field must be created before the import.
        required: the wizard skips a row without it.
        sure: how sure the header is.
    """

    item: str
    name: str
    header: str
    type: str
    create: bool
    required: bool
    sure: str


def _file() -> dict[str, Any]:
    found: dict[str, Any] = facts("pipedrive/fields")
    return found


@cache
def field_facts() -> dict[str, Fact]:
    """Header → what is known about the field, in the order of the file."""
    found: dict[str, Fact] = {}
    for item, prefix in PREFIXES.items():
        for kind in ("has", "create"):
            for name, (type_, sure, _, *rest) in _file()[item][kind].items():
                header = f"{prefix} - {name}"
                found[header] = Fact(
                    item,
                    name,
                    header,
                    type_,
                    kind == "create",
                    "required" in rest,
                    sure,
                )
    return found


def type_limits(type_: str) -> dict[str, Any]:
    """What a cell of a type may hold: `longest`, `digits`, `form` and `expects`, `one_of`, `comma`."""
    return dict(_file()["types"].get(type_) or {})


def longest(type_: str) -> int:
    """How many characters a cell of a type may have that has a limit."""
    return int(type_limits(type_)["longest"])


def field_key(name: str) -> str:
    """A field's name as Pipedrive's names are kept apart: without case, accents and spaces."""
    return plain(name).replace(" ", "")


@cache
def default_names(item: str) -> frozenset[str]:
    """The keys of the fields that Pipedrive has for an item; a lead's fields are deal fields as well."""
    names = (name for part in _parts(item) for name in (*_file()[part]["has"], *_file()[part]["taken"]))
    return frozenset(field_key(str(name)) for name in names)


@cache
def created_names(item: str) -> frozenset[str]:
    """The keys of the fields that this library creates for an item beside the custom ones.

    A lead's fields are deal fields. Of those, deals may have custom ones with it, save the lead's own id: it
    says of a deal which lead it was.
    """
    of_lead = [SELL_IDS["leads"].removeprefix("Lead - ")] if item == "deals" else []
    created = [str(name) for part in _parts(item) for name in _file()[part]["create"]]
    return frozenset(map(field_key, (*created, *of_lead)))


def _parts(item: str) -> tuple[str, ...]:
    return ("leads", "deals") if item == "leads" else (item,) if item in PREFIXES else ()

"""What a Sell account consists of, and which Pipedrive item each entity becomes."""

from __future__ import annotations

from typing import Final

#: Sell entity → Pipedrive item, in the order in which the ledger lists them.
TARGETS: Final[dict[str, str]] = {
    "companies": "organizations",
    "contacts": "persons",
    "deals": "deals",
    "leads": "leads",
    "tasks": "activities",
    "notes": "notes",
    "calls": "activities",
    "emails": "notes",
    "texts": "notes",
    "visits": "activities",
    "documents": "documents",
}
ENTITIES: Final[tuple[str, ...]] = tuple(TARGETS)

#: Pipedrive's items in upload order, by which `pipedrive.fields.STEMS` numbers the files.
ITEMS: Final[tuple[str, ...]] = ("organizations", "persons", "deals", "leads", "activities", "notes")

#: Item → the Sell entity that it is made of before all others; issues about the item are told under it.
ENTITY_OF: Final[dict[str, str]] = {
    item: next(entity for entity, target in TARGETS.items() if target == item) for item in ITEMS
}
#: The four main items: others link to their records, which bear Sell ids and have labels.
MAIN: Final[tuple[str, ...]] = ITEMS[:4]
#: Sell entity → its item, of the records that others link to.
LINKED: Final[dict[str, str]] = {ENTITY_OF[item]: item for item in MAIN}

#: Entities that hang on other records and come after them.
HISTORY: Final[tuple[str, ...]] = ("tasks", "notes", "calls", "emails", "texts", "visits")

#: The word that stands in the mark of a history record, `Sell task 7402212`, by which later laps find it.
MARK_WORDS: Final[dict[str, str]] = {
    "tasks": "task",
    "notes": "note",
    "calls": "call",
    "emails": "email",
    "texts": "text",
    "visits": "visit",
}


def mark_of(entity: str) -> str:
    """What stands before the Sell id in the mark of a history record: `Sell task `."""
    return f"Sell {MARK_WORDS[entity]} "

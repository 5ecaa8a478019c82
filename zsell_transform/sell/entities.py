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

#: Pipedrive items in upload order; the number is that of the file.
ITEMS: Final[tuple[str, ...]] = ("organizations", "persons", "deals", "leads", "activities", "notes")

#: Entities that hang on other records and come after them.
HISTORY: Final[tuple[str, ...]] = ("tasks", "notes", "calls", "emails", "texts", "visits")

#: The word that stands in the mark of a history record: `Sell task 7402212`.
MARK_WORDS: Final[dict[str, str]] = {
    "tasks": "task",
    "notes": "note",
    "calls": "call",
    "emails": "email",
    "texts": "text",
    "visits": "visit",
}

"""Sell records → Pipedrive columns: one module a Sell entity, each of which reads as its mapping table."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from zsell_transform.mapping import Mapping
from zsell_transform.survey.facts import Survey
from zsell_transform.transformers.calls import calls
from zsell_transform.transformers.companies import companies
from zsell_transform.transformers.contacts import contacts
from zsell_transform.transformers.deals import deals
from zsell_transform.transformers.documents import documents
from zsell_transform.transformers.draft import Draft
from zsell_transform.transformers.emails import emails
from zsell_transform.transformers.interpret import interpret, names_of
from zsell_transform.transformers.leads import leads
from zsell_transform.transformers.notes import notes
from zsell_transform.transformers.table import Table
from zsell_transform.transformers.tasks import tasks
from zsell_transform.transformers.texts import texts
from zsell_transform.transformers.visits import visits

#: Sell entity → the function that makes its table.
TABLES: Final[dict[str, Callable[[Mapping, Survey], Table]]] = {
    "companies": companies,
    "contacts": contacts,
    "deals": deals,
    "leads": leads,
    "tasks": tasks,
    "notes": notes,
    "calls": calls,
    "emails": emails,
    "texts": texts,
    "visits": visits,
    "documents": documents,
}


def draft(entity: str, frame: pl.LazyFrame, ask: Mapping, seen: Survey) -> Draft:
    """The records of one Sell entity as Pipedrive columns, not linked yet; nothing is collected.

    Args:
        entity: a key of `TABLES`.
        frame: `_n, _id, _file, _row` and the entity's Sell columns, all text; absent ones count as empty.
        ask: what the user wishes.
        seen: what the survey found.
    """
    shared = _names_of_deals(ask, seen) if entity == "leads" else {}
    return interpret(TABLES[entity](ask, seen), frame, ask, seen, shared)


def _names_of_deals(ask: Mapping, seen: Survey) -> MappingOf[str, str]:
    """Custom column of deals → the name of its field, which leads have, too."""
    columns = list(seen.columns.get("deals", {}))
    return names_of(deals(ask, seen), columns, ask, seen) if columns else seen.names.get("deals", {})


__all__ = ["TABLES", "Draft", "Table", "draft"]

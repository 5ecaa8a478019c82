"""Which column of which file goes to which Pipedrive field, and what has to be clicked for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import polars as pl

from zsell_transform.pipedrive.account import Click, click, type_name
from zsell_transform.pipedrive.fields import PREFIXES, Fact, field_facts

#: `Person - Phone (Mobile)`: the label that is chosen for it.
_LABEL: Final = re.compile(r"\((Work|Home|Mobile|Other)\)$")
#: Columns whose values are matched like options although their type says otherwise.
_MATCHED: Final = {"Activity - Type": "activity_type", "Deal - Lost reason": "reason"}
#: How sure what is said is, in words.
HEDGES: Final = {"high": "", "medium": " (likely, not confirmed)", "low": " (a guess, no source says it)"}


class Traced(Protocol):
    """What is needed of a draft here."""

    @property
    def target(self) -> str: ...
    @property
    def origins(self) -> pl.DataFrame: ...


def columns(headers: Mapping[str, Sequence[str]], drafts: Iterable[Traced]) -> list[dict[str, Any]]:
    """One row a column of a file.

    Args:
        headers: file name → its headers.
        drafts: with the origins of their headers: header, source, kind, type, create.

    Returns:
        Rows with `file, column, item, field, type, own` (Pipedrive has the field; else it is created first),
        `required, sell_column, click, sure` (high, medium, low: whether the wizard is known to have this
        field under this name).
    """
    origins: dict[tuple[str, str], dict[str, Any]] = {}
    for draft in drafts:
        for origin in draft.origins.iter_rows(named=True):
            origins.setdefault((draft.target, origin["header"]), origin)
    return [_column(file, header, origins) for file, names in headers.items() for header in names]


def item_of(file: str) -> str:
    """`2-persons-01.csv` → `persons`."""
    found = re.search(r"(?:^|/)\d-([a-z]+)", file)
    return found.group(1) if found else ""


def _column(file: str, header: str, origins: Mapping[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    prefix, _, name = header.partition(" - ")
    item = next((item for item, known in PREFIXES.items() if known == prefix), "")
    fact, origin = field_facts().get(header), origins.get((item_of(file), header))
    kind = fact.type if fact else origin["type"] if origin else "text"
    step = _click(header, prefix, kind, fact)
    return {
        "file": file,
        "column": header,
        "item": item,
        "field": name,
        "type": type_name(kind) if not fact or fact.create else kind,
        "own": fact is not None and not fact.create,
        "required": fact is not None and fact.required and item == item_of(file),
        "sell_column": origin["source"] if origin and origin["source"] else None,
        "click": f"{step.text}{HEDGES[step.sure]}" if step.text else None,
        "sure": fact.sure if fact else "high",
    }


def _click(header: str, prefix: str, kind: str, fact: Fact | None) -> Click:
    if fact is not None and fact.name.endswith("ystem ID"):
        return click("system_id", prefix)
    label = _LABEL.search(header)
    return click(_MATCHED.get(header, kind), label.group(1) if label else "")

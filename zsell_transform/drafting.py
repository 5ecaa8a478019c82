"""Records → drafts, and the key columns that linking compares; the only data that is held whole."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from zsell_transform.addressing import KEYS, empty_keys, fills, key_frame
from zsell_transform.mapping import Mapping
from zsell_transform.records import Records, once_each
from zsell_transform.transformers import Draft, draft

Drafts = dict[str, Draft]
Keys = dict[str, pl.DataFrame]
Filled = dict[str, MappingOf[str, int]]

#: Entities that can have records which the export only names, whether it has any of its own or not.
NAMED: Final = ("companies", "contacts", "leads")
_PLACES: Final = {"_n": pl.UInt32, "_id": pl.String, "_file": pl.String, "_row": pl.Int64}


def draft_all(records: Records, ask: Mapping) -> tuple[Records, Drafts, Keys, Filled]:
    """Every entity's draft, its key frame, and how many of its records have a value under each header.

    The records come back with them: those of one id are made one, should any stand twice.
    """
    frames = {**dict.fromkeys(NAMED, pl.LazyFrame(schema=_PLACES)), **records.frames}
    drafts = {entity: draft(entity, frame, ask, records.seen) for entity, frame in frames.items()}
    linked = [entity for entity in drafts if entity in KEYS]
    answers = pl.collect_all([key_frame(drafts[entity]) for entity in linked], engine="streaming")
    keys = {entity: empty_keys(entity) for entity in KEYS}
    keys |= dict(zip(linked, answers, strict=True))
    if doubled := [entity for entity in linked if keys[entity]["id"].is_duplicated().any()]:
        return draft_all(once_each(records, doubled), ask)
    return (
        records,
        drafts,
        keys,
        {entity: fills(drafts[entity], dict.fromkeys(drafts[entity].sure, 1)) for entity in linked},
    )

"""Records → drafts, and the key columns that linking compares; the only data that is held whole."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import attrs
import polars as pl

from zsell_transform.addressing import KEYS, empty_keys, fills, key_frame
from zsell_transform.frames.parallel import two_by_key
from zsell_transform.frames.pieces import gathered
from zsell_transform.frames.positions import stands_twice
from zsell_transform.mapping import Mapping
from zsell_transform.records import Records, without_doubles
from zsell_transform.transformers import Draft, draft

Drafts = dict[str, Draft]
Keys = dict[str, pl.DataFrame]
Filled = dict[str, MappingOf[str, int]]

#: Entities that can have records which the export only names, whether it has any of its own or not.
NAMED: Final = ("companies", "contacts", "leads")
#: Records that are drafted once and held; of more, each question drafts the columns that it asks about.
_MOST_HELD: Final = 2_000
_PLACES: Final = {"_n": pl.UInt32, "_id": pl.String, "_file": pl.String, "_row": pl.Int64}


@attrs.frozen(eq=False)
class Drafted:
    """An account as drafts.

    Attributes:
        records: what was drafted: those of one id are one.
        drafts: entity → its draft.
        keys: entity → its key frame, for linking; let go of this value once that is done.
        filled: entity → header → how many records have a value (`addressing.fills`).
    """

    records: Records
    drafts: Drafts
    keys: Keys
    filled: Filled


def draft_all(records: Records, ask: Mapping) -> Drafted:
    """Every entity's draft with what is asked of it at once."""
    frames = {**dict.fromkeys(NAMED, pl.LazyFrame(schema=_PLACES)), **records.frames}
    drafts = {entity: draft(entity, frame, ask, records.seen) for entity, frame in frames.items()}
    drafts |= {e: made.hold() for e, made in drafts.items() if records.seen.rows.get(e, 0) <= _MOST_HELD}
    linked = [entity for entity in drafts if entity in KEYS]
    keys = {entity: empty_keys(entity) for entity in KEYS}
    keys |= gathered({entity: key_frame(drafts[entity]) for entity in linked}, records.seen.rows)
    if doubled := [entity for entity in linked if stands_twice(keys[entity]["id"])]:
        return draft_all(without_doubles(records, doubled), ask)
    filled: Filled = two_by_key(
        lambda entity: fills(drafts[entity], _known(drafts[entity], keys[entity])), linked
    )
    return Drafted(records, drafts, keys, filled)


def with_documents(drafts: Drafts) -> pl.Series:
    """Ids of the records that have documents."""
    if "documents" not in drafts:
        return pl.Series(dtype=pl.String)
    return drafts["documents"].frame.select(pl.col("_about_id").unique()).collect().to_series()


def _known(draft: Draft, keys: pl.DataFrame) -> dict[str, int]:
    """What is known of headers without asking: some have a value for sure, and some are in the key frame."""
    keyed = {header: keys[name].count() for name, header in KEYS[draft.entity].items()}
    return {**dict.fromkeys(draft.sure, 1), **{h: keyed[h] for h in draft.headers if h in keyed}}

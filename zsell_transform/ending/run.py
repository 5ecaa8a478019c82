"""What one run knows when its tables are written: the value that its end, and its story, are told from."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

import attrs
import polars as pl

from zsell_transform.drafting import Drafts, Filled
from zsell_transform.lap import Lap
from zsell_transform.lap.plans import Plan
from zsell_transform.mapping import Mapping
from zsell_transform.output import Written
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.reading import Export
from zsell_transform.records import Records


@attrs.frozen(eq=False)
class Run:
    """A run from its input to the files that it wrote.

    Attributes:
        ask: the mapping.
        names: source, target, pipedrive, mapping, previous → how the user called it (None where not given).
        export, records: what Sell gave.
        held: what Pipedrive holds.
        drafts, filled: the records as drafted, and which of their headers hold anything.
        links: how each link was found (`Graph.how`).
        lap, plans: what becomes of each record.
        written: the files of this lap.
        told: all issues so far, in the travelling schema.
        updated: entity → records in `updates/`.
        spelled: our header → its spelling in `updates/`.
    """

    ask: Mapping
    names: MappingOf[str, str | None]
    export: Export
    records: Records
    held: Held
    drafts: Drafts
    filled: Filled
    links: pl.DataFrame
    lap: Lap
    plans: MappingOf[str, Plan]
    written: Written
    told: pl.DataFrame
    updated: MappingOf[str, int]
    spelled: MappingOf[str, str]

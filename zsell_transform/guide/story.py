"""What a lap has to tell: everything that report, trial page and notebook show, in one frozen value.

`ending/telling.py` fills it; the pages only read it. Each frame has a declared schema, so that a page never
has to ask whether a column is there; what is left out is empty, and the page then leaves out its section.
Nothing in it may depend on the time, the machine or a path: file names are bare names, as the manifest has
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform.issues import SCHEMA as ISSUES
from zsell_transform.ledger import SCHEMA as LEDGER

Schema = dict[str, Any]

#: What stands in a command for a mapping that came as a dict, and so has no name.
NAMELESS: Final = "…"
#: One row an input file: manifest.json's `inputs`, without the checksum.
INPUTS: Final[Schema] = {
    "file": pl.String,
    "entity": pl.String,
    "family": pl.String,
    "encoding": pl.String,
    "delimiter": pl.String,
    "rows": pl.Int64,
}
#: The CSV files of this lap in upload order; also documents.csv and updates/ (items "documents", "updates").
FILES: Final[Schema] = {"file": pl.String, "item": pl.String, "rows": pl.Int64, "bytes": pl.Int64}
#: What waits: `reason` is a phrase that ends "… waits because": "the deal has no System ID yet".
WAITING: Final[Schema] = {"entity": pl.String, "item": pl.String, "reason": pl.String, "count": pl.Int64}
#: How references were resolved: `how` is a key of `words.HOW` (id, email, name, deals, domain, ambiguous …).
LINKS: Final[Schema] = {"entity": pl.String, "relation": pl.String, "how": pl.String, "count": pl.Int64}
#: Deals by stage, in order. `side`: "Sell" or "Pipedrive" (when all is imported), `status`: Open, Won, Lost.
PIPELINE: Final[Schema] = {
    "side": pl.String,
    "pipeline": pl.String,
    "stage": pl.String,
    "status": pl.String,
    "currency": pl.String,
    "deals": pl.Int64,
    "value": pl.Float64,
}
#: The rehearsal, one row a file, in upload order.
REHEARSED: Final[Schema] = {
    "file": pl.String,
    "item": pl.String,
    "rows": pl.Int64,
    "created": pl.Int64,
    "merged": pl.Int64,
    "skipped": pl.Int64,
}
#: Why the rehearsed wizard skipped rows.
REASONS: Final[Schema] = {"file": pl.String, "reason": pl.String, "count": pl.Int64}
#: The trial, one row a record and point: `shows` is a key of `features.FEATURES`, `value` its cells.
TRIAL: Final[Schema] = {
    "item": pl.String, "id": pl.String, "name": pl.String, "shows": pl.String, "value": pl.String,
}  # fmt: skip


def empty(schema: Schema) -> pl.DataFrame:
    """The frame with nothing to tell."""
    return pl.DataFrame(schema=schema)


def shaped(schema: Schema) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """A converter: exactly these columns in these types, whatever else there is; a missing one raises."""

    def shape(given: pl.DataFrame) -> pl.DataFrame:
        return given.select(pl.col(name).cast(kind) for name, kind in schema.items())

    return shape


def _listed(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


def _of(schema: Schema) -> dict[str, Any]:
    """How a frame of this schema is declared as a field."""
    return {"factory": lambda: empty(schema), "converter": shaped(schema), "repr": False, "eq": False}


@attrs.frozen(kw_only=True, eq=False)
class Rehearsed:
    """What the rehearsal said of this lap's files.

    `assumptions`: the reading that was taken for each unsure fact, in words, e.g. "Organizations of one name
    and no address are taken for the same."
    """

    files: pl.DataFrame = attrs.field(**_of(REHEARSED))
    reasons: pl.DataFrame = attrs.field(**_of(REASONS))
    assumptions: tuple[str, ...] = ()


@attrs.frozen(kw_only=True, eq=False)
class Story:
    """All that a lap has to tell.

    `source`, `target`, `next_target`, `mapping`, `pipedrive`, `previous`: how the user's own folders and
    files are called in the commands that the page proposes (`NAMELESS`: a mapping that is no file).
    `unread`: files of the export of which nothing could be read. `again`: whether this lap had
    Pipedrive's exports, so that the next ones replace them. `exports_next`: the items to export from
    Pipedrive once this lap is uploaded, none when nothing is. `unexported`: main lists whose records all
    wait, as nothing of them could be written yet. `withheld`: item → records that wait for its export,
    which was missing or not whole. `doubted`: item → records that wait until somebody has looked whether
    Pipedrive's without these Sell ids are the same. `placeholder`: whether one of the organizations is
    ours, for records without any link. `mapping_sha256`: of the mapping in force, as in the manifest.
    """

    lap: int = 1
    complete: bool = False
    version: str = ""
    source: str = "sell_export"
    target: str | None = "lap_1"
    next_target: str = "lap_2"
    pipedrive: str = "pipedrive_export"
    mapping: str | None = None
    previous: str | None = None
    again: bool = False
    mapping_sha256: str | None = None
    inputs: pl.DataFrame = attrs.field(**_of(INPUTS))
    unread: tuple[str, ...] = attrs.field(default=(), converter=_listed)
    ledger: pl.DataFrame = attrs.field(**_of(LEDGER))
    files: pl.DataFrame = attrs.field(**_of(FILES))
    waiting: pl.DataFrame = attrs.field(**_of(WAITING))
    exports_next: tuple[str, ...] = attrs.field(default=(), converter=_listed)
    links: pl.DataFrame = attrs.field(**_of(LINKS))
    pipeline: pl.DataFrame = attrs.field(**_of(PIPELINE))
    setup: Mapping[str, pl.DataFrame] = attrs.field(factory=dict, repr=False)
    issues: pl.DataFrame = attrs.field(**_of(ISSUES))
    rehearsal: Rehearsed | None = None
    trial: pl.DataFrame = attrs.field(**_of(TRIAL))
    unexported: tuple[str, ...] = attrs.field(default=(), converter=_listed)
    withheld: Mapping[str, int] = attrs.field(factory=dict)
    doubted: Mapping[str, int] = attrs.field(factory=dict)
    placeholder: bool = False

    @property
    def called(self) -> str:
        """What this run is: a lap with its number, or what changed since an earlier run."""
        return f"Lap {self.lap}" if self.previous is None else "Delta"

    @property
    def unseen(self) -> bool:
        """Whether all was written as new although an earlier run was there: no exports of Pipedrive's."""
        return "previous_without_exports" in self.issues["code"]

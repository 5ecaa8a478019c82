"""The ledger: where every record of the export went. Its sum must hold, or nothing is written."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform.errors import ZsellError
from zsell_transform.sell.entities import ENTITIES, TARGETS


class LedgerError(ZsellError):
    """Records were lost or doubled on the way: a fault of this library, never of the data."""


@attrs.frozen(kw_only=True)
class Row:
    """What became of the records of one Sell entity.

    Attributes:
        entity, target: the Sell entity, and the Pipedrive item that it becomes.
        rows_in: records read.
        added: records that the export only names (companies of people, placeholders).
        rows_out: new records in the numbered files; not the trial, not a lead's note.
        present: records that Pipedrive already holds, the updated ones among them.
        waiting: records that need a System ID of a later lap.
        merged: records that went into another one's row.
        skipped: records left out, each named by an issue.
        updated: records in `updates/`.
        linked, unlinked: rows of this lap with relations in Sell: all are on the row, or one is not.
        errors, warnings: issues of these severities.
    """

    entity: str
    target: str
    rows_in: int = 0
    added: int = 0
    rows_out: int = 0
    present: int = 0
    waiting: int = 0
    merged: int = 0
    skipped: int = 0
    updated: int = 0
    linked: int = 0
    unlinked: int = 0
    errors: int = 0
    warnings: int = 0

    @property
    def came(self) -> int:
        return self.rows_in + self.added

    @property
    def went(self) -> int:
        return self.rows_out + self.present + self.waiting + self.merged + self.skipped


COUNTS: Final = tuple(field.name for field in attrs.fields(Row) if field.name not in ("entity", "target"))
#: The ledger as users see it: text, and every count as a whole number.
SCHEMA: Final[dict[str, Any]] = {
    "entity": pl.String,
    "target": pl.String,
    **dict.fromkeys(COUNTS, pl.Int64),
}


@attrs.frozen
class Ledger:
    """One row for each Sell entity, all eleven, in the order of the contract."""

    rows: tuple[Row, ...]

    @classmethod
    def of(cls, counts: MappingOf[str, MappingOf[str, int]]) -> Ledger:
        """The ledger of these counts (entity → column → number); what is not named is 0.

        Raises:
            KeyError, TypeError: an entity or a column that the ledger does not have.
        """
        if strangers := counts.keys() - TARGETS.keys():
            raise KeyError(f"no entity of the ledger: {', '.join(sorted(strangers))}")
        return cls(tuple(Row(entity=name, target=TARGETS[name], **counts.get(name, {})) for name in ENTITIES))

    def check(self, written: MappingOf[str, int] | None = None) -> Ledger:
        """The ledger itself, if its sums hold.

        Args:
            written: Pipedrive item → records counted in its numbered files. With it, what the ledger says was
                written must also be what stands in the files; an item that is not named must have none.

        Raises:
            LedgerError: records were lost or doubled.
        """
        faults = [
            f"{row.entity}: {row.rows_in} read + {row.added} added = {row.came}, but {row.rows_out} written"
            f" + {row.present} present + {row.waiting} waiting + {row.merged} merged + {row.skipped} skipped"
            f" = {row.went}"
            for row in self.rows
            if row.came != row.went or min(getattr(row, name) for name in COUNTS) < 0
        ]
        if written is not None:
            out = self._written()
            faults += [
                f"{item}: {out.get(item, 0)} records to write, but {written.get(item, 0)} in the files"
                for item in dict.fromkeys((*out, *written))
                if out.get(item, 0) != written.get(item, 0)
            ]
        if faults:
            raise LedgerError(
                f"internal error, nothing was written: the ledger does not balance ({'; '.join(faults)});"
                " please report it"
            )
        return self

    def _written(self) -> dict[str, int]:
        out = dict.fromkeys(TARGETS.values(), 0)
        for row in self.rows:
            out[row.target] += row.rows_out
        del out["documents"]  # they have no numbered file
        return out

    def records(self) -> list[dict[str, Any]]:
        """As the manifest holds it."""
        return [attrs.asdict(row) for row in self.rows]

    def frame(self) -> pl.DataFrame:
        """As users see it: the columns of `SCHEMA`, a row for each entity."""
        return pl.DataFrame(self.records(), schema=SCHEMA)

    @property
    def complete(self) -> bool:
        """Whether nothing was missing in Pipedrive and nothing waits."""
        return not any(row.rows_out or row.waiting for row in self.rows)

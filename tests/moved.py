"""An account that came through the loop, for whoever looks at what stands in Pipedrive then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from zsell_transform import transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse

Account = dict[str, pl.DataFrame]
Edit = Callable[[pl.DataFrame], pl.DataFrame]


def account() -> Account:
    """A lighthouse trust in Sell: two companies, three people, two deals, two leads, their history."""
    contacts = pl.DataFrame(
        {
            "id": ["1", "2", "11", "12", "13"],
            "is_organisation": ["true", "true", "false", "false", "false"],
            "name": ["Skerry Lights", "Fog & Sons", "Wilma Reef", "Otto Shoal", "Otto Shoal"],
            "organisation_name": ["Skerry Lights", "Fog & Sons", "Skerry Lights", "Fog & Sons", None],
            "first_name": [None, None, "Wilma", "Otto", "Otto"],
            "last_name": [None, None, "Reef", "Shoal", "Shoal"],
            "email": [None, None, "wilma@skerry.example", "otto@fog.example", "otto@fog.example"],
            "phone": ["+47 555 01", None, "+47 555 11", None, None],
            "tags": ["coast, VIP", None, "VIP,keeper", None, None],
            "owner": ["Ada Lamp", "Ada Lamp", "Ada Lamp", "Bo Wick", "Bo Wick"],
            "city": ["Bergen", "Oban", None, None, "Wick"],
            "custom Height (m)": [None, None, "12.50", "3", None],
            "created_at": ["2024-01-02T10:00:00Z"] * 5,
        }
    )
    deals = pl.DataFrame(
        {
            "id": ["21", "22"],
            "name": ["New lens", "Fog horn"],
            "decimal_value": ["1200.50", "80"],
            "currency": ["NOK", "NOK"],
            "pipeline_name": ["Sales", "Sales"],
            "stage_name": ["Incoming", "Won"],
            "last_stage_change_at": ["2024-02-01T10:00:00Z", "2024-03-01T12:30:00Z"],
            "main_contact_id": ["11", "12"],
            "main_contact": ["Wilma Reef", "Otto Shoal"],
            "company_id": ["1", "1"],
            "company": ["Skerry Lights", "Skerry Lights"],
            "owner": ["Ada Lamp", "Bo Wick"],
        }
    )
    leads = pl.DataFrame(
        {
            "id": ["31", "32"],
            "first_name": ["Ines", None],
            "last_name": ["Buoy", None],
            "company_name": ["Buoy & Bell", "Tidal"],
            "email": ["ines@buoy.example", None],
            "status": ["New", "Unqualified"],
            "description": ["Rings <twice>\nat noon", None],
            "owner": ["Ada Lamp", "Ada Lamp"],
        }
    )
    notes = pl.DataFrame(
        {
            "id": ["41", "42", "43"],
            "content": ["Lens is cracked.\nReplace & polish", "Likes herring", "No idea whose"],
            "noteable_type": ["Deal", "Contact", None],
            "noteable_id": ["21", "11", None],
            "owner": ["Ada Lamp"] * 3,
            "created_at": ["2024-04-01T08:00:00Z"] * 3,
        }
    )
    tasks = pl.DataFrame(
        {
            "id": ["51", "52"],
            "content": ["Call about the lens", "Ring Ines"],
            "taskable_type": ["Deal", "Lead"],
            "taskable_id": ["21", "31"],
            "date": ["2024-05-01T09:00:00Z", "2024-05-02T09:00:00Z"],
            "owner": ["Ada Lamp", "Bo Wick"],
            "done_at": [None, "2024-05-02T10:00:00Z"],
        }
    )
    return {"contacts": contacts, "deals": deals, "leads": leads, "notes": notes, "tasks": tasks}


@attrs.frozen
class Moved:
    """An account that came through the loop: Pipedrive's own exports, and the Pipedrive itself."""

    source: Any
    exports: Path
    held: Rehearsal

    def edited(self, folder: Path, item: str, edit: Edit) -> Path:
        """A copy of the exports in which one file is another."""
        folder.mkdir(exist_ok=True)
        for path in self.exports.iterdir():
            frame = pl.read_csv(path, infer_schema=False)
            edit_this = edit if path.name.startswith(item) else (lambda same: same)
            edit_this(frame).write_csv(folder / path.name)
        return folder


def move(source: Any, place: Path, mapping: Any = None, laps: int = 3) -> Moved:
    held, exports = None, None
    for lap in range(laps):
        done = transform(
            source, place / f"lap_{lap}", pipedrive=exports, mapping=mapping, trial=0, rehearse=False
        )
        if not done.summary()["rows_out"].sum():
            break
        held = rehearse(place / f"lap_{lap}", held)
        exports = place / f"exports_{lap}"
        held.export(exports)
    assert held is not None
    assert exports is not None
    return Moved(source, exports, held)


def set_cell(column: str, row: int, value: str | None) -> Edit:
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) == row).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )


def where(column: str, value: str, other: str, new: str | None) -> Edit:
    """Sets `other` on the rows whose `column` is `value`."""
    return lambda frame: frame.with_columns(
        pl.when(pl.col(column) == value).then(pl.lit(new)).otherwise(pl.col(other)).alias(other)
    )

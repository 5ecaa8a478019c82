"""Mistakes that people make in the wizard or with the exports: nothing is doubled in silence for them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.moved import Account, Edit, account
from zsell_transform import Migration, transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse

OWN = {"leads": "Lead - Zendesk Sell lead ID"} | {
    item: f"{name} - Zendesk Sell ID"
    for item, name in (("organizations", "Organization"), ("persons", "Person"), ("deals", "Deal"))
}


def upload(lap: Path, held: Rehearsal | None = None, **edits: Edit) -> Rehearsal:
    """Pipedrive after a lap of which some files were imported otherwise: `deals=…`."""
    for item, edit in edits.items():
        for path in lap.glob(f"[0-9]-{item}*.csv"):
            edit(pl.read_csv(path, infer_schema=False)).write_csv(path)
    return rehearse(lap, held)


def unmapped(*headers: str) -> Edit:
    """Columns that nobody mapped to a field of Pipedrive's."""
    return lambda frame: frame.drop(*headers, strict=False)


def exported(held: Rehearsal, folder: Path, **edits: Edit) -> Path:
    """What Pipedrive exports; the field of a Sell id was created before, and stands there though blank."""
    held.export(folder)
    files = {"organizations": "organizations", "persons": "people", "deals": "deals", "leads": "leads"}
    for item, own in OWN.items():
        for path in folder.glob(f"{files[item]}*.csv"):
            frame = pl.read_csv(path, infer_schema=False)
            if own not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.String).alias(own))
            edits.get(item, lambda same: same)(frame).write_csv(path)
    return folder


def next_lap(source: Account, held: Rehearsal, place: Path, mapping: object = None) -> Migration:
    return transform(source, place / "next", pipedrive=exported(held, place / "exports"), mapping=mapping)


def test_a_record_with_a_name_of_its_own_that_came_without_its_id_is_known_by_other_lists(
    tmp_path: Path,
) -> None:
    """Nobody has an id among the people, but deals do: `Otto Shoal (Wick)` was written again as `(2)`."""
    transform(account(), tmp_path / "lap_1")
    held = upload(tmp_path / "lap_1", persons=unmapped(OWN["persons"]))
    people = held.tables["persons"].height

    lap = next_lap(account(), held, tmp_path)

    assert "Otto Shoal (Wick)" in lap.tables["persons"]["Person - Name"]
    assert rehearse(tmp_path / "next", held).tables["persons"].height == people

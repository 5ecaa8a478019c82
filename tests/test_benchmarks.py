"""The generator of accounts: the same bytes for the same seed, and every family is read for what it is."""

from __future__ import annotations

import filecmp
import runpy
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import zsell_transform as zt

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
PEOPLE = 400
EXPECTED = {"companies": 80, "contacts": 400, "deals": 100, "leads": 100, "tasks": 400, "notes": 400}


def account(folder: Path, *options: str) -> Path:
    """An account of 400 people, written as a person at the shell would."""
    command = [
        sys.executable,
        str(BENCHMARKS / "accounts.py"),
        str(folder),
        "--contacts",
        str(PEOPLE),
        *options,
    ]
    subprocess.run(command, check=True)
    return folder


@pytest.mark.parametrize("family", "ABC")
def test_every_family_is_read(family: str, tmp_path: Path) -> None:
    """All records arrive under their entity; Smart Lists have no history."""
    with zt.read_export(account(tmp_path / "sell", "--family", family)) as export:
        found = {entity: frame.height for entity, frame in export.tables.items() if frame.height}

    history = {"tasks", "notes"} if family == "B" else set()
    assert found == {entity: n for entity, n in EXPECTED.items() if entity not in history}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Figures of two machines are about the same files."""
    first, second = account(tmp_path / "first"), account(tmp_path / "second")
    other = account(tmp_path / "other", "--seed", "2")
    names = [path.name for path in first.iterdir()]

    assert filecmp.cmpfiles(first, second, names, shallow=False)[0] == names
    assert "contacts.0.csv" not in filecmp.cmpfiles(first, other, names, shallow=False)[0]


def test_links_lead_to_records(tmp_path: Path) -> None:
    """But for one note in a thousand, on purpose, every reference is to a record of the account."""
    with zt.read_export(account(tmp_path / "sell")) as export:
        tables = export.tables
        known = {
            "Contact": tables["contacts"]["id"].append(tables["companies"]["id"]),
            "Deal": tables["deals"]["id"],
            "Lead": tables["leads"]["id"],
        }
        notes = tables["notes"].select("noteable_type", "noteable_id")
    lost = [
        notes.filter(
            (pl.col("noteable_type") == kind) & pl.col("noteable_id").is_in(ids.implode()).not_()
        ).height
        for kind, ids in known.items()
    ]

    assert lost == [1, 0, 0]


def test_contenders_run(tmp_path: Path) -> None:
    """The two plain copies write what they read, record for record."""
    source = account(tmp_path / "sell")
    for name in ("plain_polars", "plain_csv"):
        subprocess.run(
            [sys.executable, str(BENCHMARKS / f"{name}.py"), str(source), str(tmp_path / name)], check=True
        )

        for path in source.iterdir():
            copied = pl.read_csv(tmp_path / name / path.name, infer_schema=False).fill_null("")
            assert copied.equals(pl.read_csv(path, infer_schema=False).fill_null(""))


@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured as POSIX systems tell it")
@pytest.mark.parametrize("script", ["raise SystemExit(1)", "import no_such_library", "pass"])
def test_a_contender_that_writes_nothing_stops_the_benchmark(script: str, tmp_path: Path) -> None:
    """A script whose library is missing would else be the fastest of all."""
    measured = runpy.run_path(str(BENCHMARKS / "run.py"))["measured"]

    with pytest.raises(SystemExit, match="ended with"):
        measured(["-c", script], tmp_path, tmp_path / "written")

"""Rehearses lap 1 of the sample account and stores what Pipedrive would export afterwards.

    python sample_exports/make_pipedrive_export.py [FOLDER]

This is no export of a real Pipedrive: it is made by the library's model of the wizard.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import zsell_transform as zt

HERE = Path(__file__).parent


def make(folder: Path) -> None:
    """Write the exports of organizations, people, deals, leads, activities and notes into `folder`."""
    with tempfile.TemporaryDirectory() as scratch:
        lap_1 = Path(scratch) / "lap_1"
        zt.transform(HERE / "sell", lap_1, rehearse=False, trial=0)
        shutil.rmtree(folder, ignore_errors=True)
        zt.rehearse(lap_1).export(folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "pipedrive_after_lap_1")

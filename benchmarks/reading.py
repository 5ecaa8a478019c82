"""How much of a broken CSV file arrives: this library beside Python's csv module and plain polars.

    python benchmarks/reading.py [FOLDER]

FOLDER holds `polluted/` (a sample of the Pollock benchmark: `X.csv` as it came, `X.clean.csv` as it should
read) and `csv_spectrum/` (`csvs/X.csv`, `json/X.json`). No reader is told anything but the path. A file is
right when all its records are, header included; cells are counted as a multiset, so a shifted cell is not
lost, and precision and recall are put together (F1). The files were not made by this project and are not
part of it.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs
import polars as pl

import zsell_transform.reading as reading
from zsell_transform.errors import ExportError

Rows = list[list[str]]
#: Beside this repository, where the files may lie.
USUAL: Final = Path(__file__).parent.parent.parent / "shared" / "real"


def by_csv_module(path: Path) -> Rows:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8", "replace"), newline="")))


def by_polars(path: Path) -> Rows:
    frame = pl.read_csv(path, infer_schema=False)
    return [frame.columns, *([cell or "" for cell in row] for row in frame.rows())]


def by_library(path: Path) -> Rows:
    frame, _ = reading.read_csv(path)
    return [frame.columns, *([cell or "" for cell in row] for row in frame.rows())]


READERS: Final[dict[str, Callable[[Path], Rows]]] = {
    "zsell_transform": by_library,
    "csv module": by_csv_module,
    "polars": by_polars,
}


@attrs.define
class Score:
    """What one reader made of one set of files."""

    files: int = 0
    loaded: int = 0
    right: int = 0
    cells: int = 0
    cells_right: int = 0
    f1: float = 0.0
    seconds: float = 0.0

    def add(self, found: Rows | None, expected: Rows) -> None:
        wanted = Counter(cell for row in expected for cell in row)
        got = Counter(cell for row in found or [] for cell in row)
        common = (wanted & got).total()
        both = wanted.total() + got.total()
        self.files += 1
        self.loaded += found is not None
        self.right += found is not None and _without_blank(found) == _without_blank(expected)
        self.cells += wanted.total()
        self.cells_right += common
        self.f1 += 2 * common / both if both else 1.0


def expectations(folder: Path) -> dict[str, list[tuple[Path, Rows]]]:
    """Every file with the records that it should give, header first."""
    polluted = sorted(path for path in (folder / "polluted").glob("*.csv") if ".clean" not in path.name)
    spectrum = sorted((folder / "csv_spectrum" / "csvs").glob("*.csv"))
    return {
        "polluted": [(path, by_csv_module(path.with_suffix(".clean.csv"))) for path in polluted],
        "csv_spectrum": [
            (path, _from_json(folder / "csv_spectrum" / "json" / f"{path.stem}.json")) for path in spectrum
        ],
    }


def measure(cases: list[tuple[Path, Rows]], read: Callable[[Path], Rows]) -> Score:
    score = Score()
    for path, expected in cases:
        start = time.perf_counter()
        try:
            found: Rows | None = read(path)
        except ExportError as error:
            found = [] if "is empty" in str(error) else None
        except (pl.exceptions.PolarsError, csv.Error):
            found = None
        score.seconds += time.perf_counter() - start
        score.add(found, expected)
    return score


def table(folder: Path) -> pl.DataFrame:
    """One row a set of files and reader."""
    rows = []
    for name, cases in expectations(folder).items():
        for reader, read in READERS.items():
            read(cases[0][0])  # imports and YAML are not what is measured
            score = measure(cases, read)
            rows.append(
                {
                    "set": name,
                    "reader": reader,
                    "files": score.files,
                    "loaded": score.loaded,
                    "right": score.right,
                    "cells right": f"{score.cells_right / max(score.cells, 1):.1%}",
                    "mean F1": f"{score.f1 / max(score.files, 1):.3f}",
                    "seconds": f"{score.seconds:.2f}",
                }
            )
    return pl.DataFrame(rows)


def _from_json(path: Path) -> Rows:
    given = json.loads(path.read_text(encoding="utf-8"))
    records = given if isinstance(given, list) else [given]
    return [list(records[0]), *([str(value) for value in record.values()] for record in records)]


def _without_blank(rows: Rows) -> Rows:
    """Records without any value are none, to every reader."""
    return [row for row in rows if any(row)]


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else USUAL
    if not (folder / "polluted").is_dir():
        print(f"{folder} holds no polluted/: give the folder with the files to read", file=sys.stderr)
        return 2
    with pl.Config(
        tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, tbl_formatting="MARKDOWN"
    ):
        print(table(folder))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Golden folders: what goes in lies beside what must come out, and the two are compared cell by cell.

A folder under `golden/` is a test:

    in/            the Sell export, or in.txt: a path to one, from the folder
    pipedrive/     Pipedrive's export, for a later lap, or pipedrive.txt
    previous.txt   the case whose state is the earlier one (a delta)
    mapping.yaml   the user's wishes
    out/           every CSV file that the run writes; of issues.csv only which, where and how many
    error.txt      instead of out/: the one line of the error

`pytest tests/test_golden.py --golden` rewrites what must come out and shows what changed. Read the difference
before committing it: it is the review.
"""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import polars as pl
import pytest

import zsell_transform as zt
from zsell_transform.frames import sparing

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path for path in GOLDEN.iterdir() if path.is_dir()) if GOLDEN.exists() else []
#: Wording may be bettered without a look at every folder; codes and places may not.
ISSUE_COLUMNS = ["severity", "code", "entity", "row", "field"]
#: What is told of every column of every file; the sample's first lap looks at it, the others leave it out.
BOOKKEEPING = ["carried_elsewhere", "empty_column", "ignored_column", "said_by_absence", "spare_column"]

Files = dict[str, str]


@pytest.fixture(autouse=True)
def small_counts_as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """These accounts are small; what is done for large ones is done for them too."""
    monkeypatch.setattr(sparing, "_READ_AT_ONCE", 0)


def given(case: Path, name: str) -> Path | None:
    """A case's own folder, or the one that its text file names."""
    if (case / name).is_dir():
        return case / name
    pointer = case / f"{name}.txt"
    return (case / pointer.read_text(encoding="utf-8").strip()).resolve() if pointer.exists() else None


def issue_places(path: Path, left_out: list[str]) -> str:
    """issues.csv without its wording, sorted, so that a new message is no difference."""
    issues = pl.read_csv(path, infer_schema=False).filter(pl.col("code").is_in(left_out).not_())
    places = issues.select(ISSUE_COLUMNS).with_columns(pl.col("row").cast(pl.Int64))
    return places.sort(ISSUE_COLUMNS, maintain_order=True).write_csv()


def written(folder: Path, left_out: list[str]) -> Files:
    """Every CSV file of a run outside the trial, by its path in the folder."""
    found = {
        str(path.relative_to(folder)): path.read_bytes().decode()
        for path in sorted(folder.rglob("*.csv"))
        if path.relative_to(folder).parts[0] != "trial"
    }
    found["issues.csv"] = issue_places(folder / "issues.csv", left_out)
    return found


def run(case: Path, target: Path) -> Files:
    """The case's run: its files, or the line of its error."""
    source, mapping, previous = given(case, "in"), case / "mapping.yaml", given(case, "previous")
    assert source is not None, f"{case.name} has no in/"
    if previous is not None:
        zt.transform(previous, target / "previous", rehearse=False, trial=0)
    try:
        zt.transform(
            source,
            target / "out",
            pipedrive=given(case, "pipedrive"),
            mapping=mapping if mapping.exists() else None,
            previous=target / "previous" if previous is not None else None,
            rehearse=False,
            trial=0,
        )
    except zt.ZsellError as error:
        return {"error.txt": str(error).replace(f"{case}/", "").replace(f"{target}/", "") + "\n"}
    return written(target / "out", [] if case.name == "sample_lap_1" else BOOKKEEPING)


def expected(case: Path) -> Files:
    error = case / "error.txt"
    if error.exists():
        return {"error.txt": error.read_text(encoding="utf-8")}
    out = case / "out"
    return {str(path.relative_to(out)): path.read_bytes().decode() for path in sorted(out.rglob("*.csv"))}


def difference(before: Files, after: Files) -> str:
    """What a reader needs to see, file by file."""
    lines: list[str] = []
    for name in sorted(before | after):
        old, new = before.get(name, ""), after.get(name, "")
        lines += difflib.unified_diff(
            old.splitlines(), new.splitlines(), f"expected {name}", f"found {name}", lineterm="", n=0
        )
    return "\n".join(lines)


def rewrite(case: Path, found: Files) -> None:
    """Store what was found as what must come out."""
    shutil.rmtree(case / "out", ignore_errors=True)
    (case / "error.txt").unlink(missing_ok=True)
    for name, text in found.items():
        path = case / name if name == "error.txt" else case / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """What comes out is what lies in the folder."""
    found = run(case, tmp_path)
    changed = difference(expected(case), found)
    if request.config.getoption("--golden"):
        rewrite(case, found)
        reporter = request.config.pluginmanager.getplugin("terminalreporter")
        if changed and reporter is not None:
            reporter.write_line(f"\n{case.name}\n{changed}")
        return

    assert not changed, f"{case.name}:\n{changed}\n(if this is right: pytest tests/test_golden.py --golden)"

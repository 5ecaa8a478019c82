"""Times the library against the limits of its stack, as whole processes, interleaved, and prints a table.

    python benchmarks/run.py [--contacts 200000] [--runs 3] [--family A] [--only library,polars]

Every contender reads the same account and writes into an empty folder. Wall time and peak memory are those of
the whole process, imports included; the figures are medians, the ratios those of the medians. Memory is what
the system reports for the process (maximum resident set); a child starts with its parent's figure, which is
why this script imports nothing large and lets another process write the account. Modules are compiled, as
they are on a user's machine from the second run on: one turn that is not counted comes first.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
#: name → (what it is, its command; SOURCE and TARGET are filled in)
CONTENDERS: dict[str, tuple[str, list[str]]] = {
    "library": (
        "`python -m zsell_transform`",
        ["-m", "zsell_transform", "SOURCE", "TARGET", "--no-rehearse", "--overwrite", "--quiet"],
    ),
    "polars": ("plain copy, polars", [str(HERE / "plain_polars.py"), "SOURCE", "TARGET"]),
    "pandas": ("script for the same job, pandas", [str(HERE / "with_pandas.py"), "SOURCE", "TARGET"]),
    "csv": ("plain copy, csv module", [str(HERE / "plain_csv.py"), "SOURCE", "TARGET"]),
}
#: Without the wish that Python keeps no compiled modules, which a user's machine does not have.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
UNIT = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts in


def measured(command: list[str], source: Path, target: Path) -> tuple[float, float]:
    """Seconds and megabytes of one process; one that fails or writes nothing stops the benchmark.

    1 counts as done: the library ends so where not every value could be carried over.
    """
    shutil.rmtree(target, ignore_errors=True)
    filled = [{"SOURCE": str(source), "TARGET": str(target)}.get(part, part) for part in command]
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *filled], stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1} or not target.is_dir() or not any(target.iterdir()):
        sys.exit(f"{' '.join(filled)} failed, or wrote nothing; it ended with {process.returncode}")
    return seconds, usage.ru_maxrss * UNIT / 1e6


def machine() -> str:
    """Cores and memory, as the table's caption."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"
    )


def rows(found: dict[str, list[tuple[float, float]]]) -> list[str]:
    """One Markdown row for each contender; ratios say how many times the library takes."""
    medians = {name: [*map(statistics.median, zip(*runs, strict=True))] for name, runs in found.items()}
    ours = medians.get("library")

    def ratio(name: str, figure: int) -> str:
        return f"{ours[figure] / medians[name][figure]:.2f}" if ours and name != "library" else ""

    return [
        f"| {CONTENDERS[name][0]} | {seconds:.2f} s | {megabytes:,.0f} MB "
        f"| {ratio(name, 0)} | {ratio(name, 1)} |"
        for name, (seconds, megabytes) in medians.items()
    ]


def benchmark(source: Path, names: list[str], runs: int, scratch: Path) -> list[str]:
    """Every contender in turn, `runs` times over, so that a slow minute of the machine hits all of them."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for turn in range(runs + 1):
        for name in names:
            seconds, megabytes = measured(CONTENDERS[name][1], source, scratch / name)
            print(f"  run {turn} {name}: {seconds:.2f} s, {megabytes:,.0f} MB", file=sys.stderr)
            if turn:
                found[name].append((seconds, megabytes))
    return rows(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the library against the limits of its stack.")
    parser.add_argument("--contacts", type=int, nargs="+", default=[200_000])
    parser.add_argument("--family", choices="ABC", default="A")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default=",".join(CONTENDERS), help="contenders, comma-separated")
    options = parser.parse_args()
    names = [name for name in options.only.split(",") if name in CONTENDERS]
    print(f"{machine()}; medians of {options.runs} interleaved runs; family {options.family}\n")
    for contacts in options.contacts:
        with tempfile.TemporaryDirectory() as scratch:
            source = Path(scratch) / "sell"
            account = [HERE / "accounts.py", source, "--contacts", str(contacts), "--family", options.family]
            subprocess.run([sys.executable, *account], check=True)
            size = sum(path.stat().st_size for path in source.iterdir()) / 1e6
            print(f"| {contacts:,} contacts, {size:,.0f} MB | time | memory | library's time ÷ | memory ÷ |")
            print("|---|---|---|---|---|")
            print("\n".join(benchmark(source, names, options.runs, Path(scratch))) + "\n")


if __name__ == "__main__":
    main()

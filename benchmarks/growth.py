"""How time and memory grow with awkward accounts: twice the records should cost no more than twice as much.

    python benchmarks/growth.py [--contacts 10000] [--only "one name;leads in a chain"]

Each shape is the account of `accounts.py` with a few columns replaced: everybody has one name, leads share
values in a chain, nothing has an id. The library transforms it at N and at 2N contacts as whole processes.
Time is that of the processor, which other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
from run import ENVIRONMENT, HERE, UNIT

#: Entity (people and companies apart) → column → what stands in it instead.
Shape = Mapping[str, Mapping[str, pl.Expr]]

N = pl.int_range(pl.len())
IS_COMPANY = pl.col("is_organisation") == "true"
FERN = {"first_name": pl.lit("Fern"), "last_name": pl.lit("Ash")}
ONE_NAME = FERN | {"name": pl.lit("Fern Ash")}
ONE_EMAIL = {"email": pl.lit("info@fern.example")}
#: Each record shares its e-mail with one neighbour and its phone with the other.
CHAIN = {
    "email": pl.format("e{}@fern.example", N // 2),
    "phone": pl.format("+4420{}", 1_000_000 + (N + 1) // 2),
}
NOWHERE = pl.format("99{}", N)

SHAPES: dict[str, Shape] = {
    "as it is": {},
    "one name": {"people": ONE_NAME},
    "one e-mail": {"people": ONE_EMAIL},
    "one name and e-mail": {"people": ONE_NAME | ONE_EMAIL},
    "people in a chain": {"people": ONE_NAME | CHAIN},
    "one company name": {"companies": {"name": pl.lit("Ash"), "organisation_name": pl.lit("Ash")}},
    "one person on all leads": {"leads": FERN | ONE_EMAIL},
    "leads in a chain": {"leads": FERN | CHAIN},
    "leads and people of one name": {"people": ONE_NAME | ONE_EMAIL, "leads": FERN | ONE_EMAIL},
    "references to nobody": {
        "deals": {"main_contact_id": NOWHERE},
        "notes": {"noteable_id": NOWHERE},
        "tasks": {"taskable_id": NOWHERE},
    },
    "everything on one deal": {
        "notes": {"noteable_type": pl.lit("Deal"), "noteable_id": pl.lit("3000000001")},
        "tasks": {"taskable_type": pl.lit("Deal"), "taskable_id": pl.lit("3000000001")},
    },
    "unreadable dates": {"people": {"created_at": pl.lit("soon")}, "tasks": {"date": pl.lit("soon")}},
    "a label for each": {"people": {"tags": pl.format("t{}", N)}},
}  # fmt: skip


#: What stands in each line of the file of contacts instead.
DAMAGE: dict[str, Callable[[str], str]] = {
    "a quote opened in each record": lambda line: line.replace(",", ',"', 1),
    "a quote opened, a cell missing": lambda line: line.replace(",", ',"', 1).rpartition(",")[0],
    "a quote opened, a cell too many": lambda line: line.replace(",", ',"', 1) + ",more",
    "a word in each line": lambda line: line.partition(",")[0],
}


def written(folder: Path, contacts: int, shape: Shape) -> None:
    """The account in that shape."""
    command = [sys.executable, str(HERE / "accounts.py"), str(folder), "--contacts", str(contacts)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for entity, columns in shape.items():
        [path] = folder.glob(f"{'contacts' if entity in ('people', 'companies') else entity}.*.csv")
        frame = pl.read_csv(path, infer_schema=False)
        mine = {"people": ~IS_COMPANY, "companies": IS_COMPANY}.get(entity, pl.lit(value=True))
        frame.with_columns(
            pl.when(mine).then(value).otherwise(pl.col(column)).alias(column)
            for column, value in columns.items()
        ).write_csv(path)


def spoiled(folder: Path, damage: Callable[[str], str]) -> None:
    """The file of contacts with its records damaged, save the header."""
    [path] = folder.glob("contacts.*.csv")
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *map(damage, lines)]) + "\n", encoding="utf-8")


def measured(source: Path, target: Path) -> tuple[float, float]:
    """Seconds of the processor, and megabytes."""
    command = ["-m", "zsell_transform", str(source), str(target), "--no-rehearse", "--quiet"]
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        sys.exit(f"{source}: ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * UNIT / 1e6


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--contacts", type=int, default=10_000)
    asked.add_argument("--only", help="shapes, parted by semicolons")
    given = asked.parse_args()
    names = given.only.split(";") if given.only else [*SHAPES, *DAMAGE]
    print("| shape | N | 2N | time × | memory × |\n|---|---|---|---|---|")
    for name in names:
        found = []
        for contacts in (given.contacts, 2 * given.contacts):
            with tempfile.TemporaryDirectory() as room:
                written(Path(room) / "sell", contacts, SHAPES.get(name, {}))
                if name in DAMAGE:
                    spoiled(Path(room) / "sell", DAMAGE[name])
                found.append(measured(Path(room) / "sell", Path(room) / "lap"))
        (once, small), (twice, large) = found
        print(
            f"| {name} | {once:.1f} s | {twice:.1f} s | {twice / once:.1f} | {large / small:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

"""How time and memory grow with awkward accounts: twice the records should cost no more than twice as much.

    python benchmarks/growth.py [--contacts 10000] [--only "one name;leads in a chain"]

Each shape is the account of `accounts.py` with a few columns replaced: everybody has one name, leads share
values in a chain, nothing has an id. The library transforms it at N and at 2N contacts as whole processes.
Files in which every row clashes with every other, as no run writes them, are rehearsed at N and 2N rows each.
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
FERN_ASH = pl.lit("Fern Ash")
ONE_NAME = FERN | {"name": FERN_ASH}
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


#: A person of the one name and mailbox, on a row of a lap; and with a phone of its own.
PERSON = {"Person - Name": FERN_ASH, "Person - Email (Work)": ONE_EMAIL["email"]}
PHONED = PERSON | {"Person - Phone (Work)": N}
#: Shape of a lap → file → its columns.
LAPS: dict[str, Mapping[str, Mapping[str, pl.Expr]]] = {
    "rehearsed: one name": {"2-persons": {"Person - Name": FERN_ASH}},
    "rehearsed: one name and e-mail": {"2-persons": PERSON},
    "rehearsed: a phone each": {"2-persons": PHONED},
    "rehearsed: a label each": {"2-persons": PERSON | {"Person - Label": pl.format("t{}", N)}},
    "rehearsed: one e-mail": {"2-persons": PERSON | {"Person - Name": pl.format("Fern {}", N)}},
    "rehearsed: people in a chain": {
        "2-persons": PHONED
        | {"Person - Email (Work)": CHAIN["email"], "Person - Phone (Work)": CHAIN["phone"]}
    },
    "rehearsed: one company name": {
        "1-organizations": {"Organization - Name": pl.lit("Ash"), "Organization - Address": N}
    },
    "rehearsed: everything on one person": {
        file: {title: pl.format("t{}", N)} | PHONED | {"Organization - Name": pl.format("Ash {}", N)}
        for file, title in (
            ("3-deals", "Deal - Title"),
            ("4-leads", "Lead - Title"),
            ("5-activities", "Activity - Subject"),
            ("6-notes", "Note - Content"),
        )
    },
}


def lap(folder: Path, rows: int, files: Mapping[str, Mapping[str, pl.Expr]]) -> None:
    """A lap of so many rows a file."""
    folder.mkdir()
    for name, columns in files.items():
        numbers = pl.DataFrame({"n": range(rows)})
        cells = [value.alias(header) for header, value in columns.items()]
        numbers.with_columns(cells).drop("n").write_csv(folder / f"{name}.csv")


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


def measured(*arguments: str) -> tuple[float, float]:
    """Seconds of the processor, and megabytes."""
    command = [sys.executable, "-m", "zsell_transform", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        sys.exit(f"{' '.join(arguments)}: ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * UNIT / 1e6


def taken(name: str, contacts: int, room: Path) -> tuple[float, float]:
    """What a shape of so many contacts, or rows a file, takes."""
    if name in LAPS:
        lap(room / "lap", contacts, LAPS[name])
        return measured("rehearse", str(room / "lap"))
    written(room / "sell", contacts, SHAPES.get(name, {}))
    if name in DAMAGE:
        spoiled(room / "sell", DAMAGE[name])
    return measured(str(room / "sell"), str(room / "lap"), "--no-rehearse", "--quiet")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--contacts", type=int, default=10_000)
    asked.add_argument("--only", help="shapes, parted by semicolons")
    given = asked.parse_args()
    names = given.only.split(";") if given.only else [*SHAPES, *DAMAGE, *LAPS]
    print("| shape | N | 2N | time × | memory × |\n|---|---|---|---|---|")
    for name in names:
        found = []
        for contacts in (given.contacts, 2 * given.contacts):
            with tempfile.TemporaryDirectory() as room:
                found.append(taken(name, contacts, Path(room)))
        (once, small), (twice, large) = found
        print(
            f"| {name} | {once:.1f} s | {twice:.1f} s | {twice / once:.1f} | {large / small:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

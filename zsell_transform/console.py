"""What the command line says: frames as small text tables, and a run in the lines that fit on a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import polars as pl

from zsell_transform.guide.chapters import AGAINST, verdict
from zsell_transform.guide.steps import checklist, headline
from zsell_transform.guide.words import count, cut, listed, one, worded

if TYPE_CHECKING:
    from zsell_transform.guide.story import Story
    from zsell_transform.migrated import Migration
    from zsell_transform.proof import Proof

#: The columns of the ledger that say where records are; errors and warnings follow with the issues.
SHOWN: Final = ("rows_in", "added", "rows_out", "present", "waiting", "merged", "skipped", "updated")
MOST_CODES: Final = 6
MOST_FOUND: Final = 3


def told(migration: Migration, target: Path, program: str, given: MappingOf[str, str]) -> Iterator[str]:
    """A finished run: the ledger, what to upload, what waits, the issues, and what to do next.

    Args:
        target: the folder that was written, as the user called it.
        program: how the user calls this program.
        given: source, pipedrive, mapping, previous → what the user gave, for the next call needs it too.
    """
    ledger = migration.summary()
    yield from table(_short(ledger))
    yield from _section("Upload in this order", _files(migration, target))
    yield from _section("Waiting for a later lap", _waiting(ledger, migration.story))
    yield from _section("Issues", _issues(migration.issues, target))
    after = target.with_name(Path(migration.story.next_target).name)
    named: dict[str, Any] = {**given, "target": str(target), "next_target": str(after)}
    story = attrs.evolve(migration.story, **named)
    yield from _section("Next", _next(story, program))
    yield ""
    yield f"Report: {target / 'report.html'}"


def proved(proof: Proof, written: Path | None = None) -> Iterator[str]:
    """A proof: its summary, the first of what speaks against it, and where all of it is.

    Args:
        written: the folder that it was written to.
    """
    yield from table(proof.summary())
    for name, tell in _AGAINST.items():
        frame = getattr(proof, name)
        lines = [cut(tell(row), 160) for row in frame.head(MOST_FOUND).to_dicts()]
        if frame.height > MOST_FOUND:
            lines.append(f"and {frame.height - MOST_FOUND:,} more")
        yield from _section(f"{AGAINST[name][0]}: {frame.height:,}", lines)
    yield ""
    yield f"{verdict('All is there', proof.unseen)}." if proof.complete else "Not all is there."
    if proof.hint:
        yield proof.hint
    if written:
        yield f"Report: {written / 'proof.html'}"
    elif not proof.complete:
        yield "All of it as tables, and files that repair what can be repaired: --write DIR"


#: What speaks against a proof → how one row of it is told.
_AGAINST: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "unread": lambda row: str(row["reason"]),
    "missing": lambda row: f"{_record(row)} {row['name'] or ''}: {row['reason']}",
    "merged": lambda row: (
        f"{row['item']}, System ID {row['system_id']} {row['name'] or ''}: holds {row['source_ids']}"
    ),
    "differing": lambda row: (
        f"{_record(row)}, {row['field']}: {_value(row['sell'])} in Sell, "
        f"{_value(row['pipedrive'])} in Pipedrive"
    ),
    "links": lambda row: (
        f"{_record(row)} → {row['relation']}: {row['expected'] or 'nothing'} in Sell, "
        f"{row['found'] or 'nothing'} in Pipedrive"
    ),
}


def _record(row: MappingOf[str, Any]) -> str:
    return f"{row['entity']} {row['source_id']}"


def _value(cell: str | None) -> str:
    return "nothing" if cell is None else f"'{cut(cell, 40)}'"


def table(frame: pl.DataFrame) -> Iterator[str]:
    """A frame as aligned text: numbers to the right, a dot for zero, nothing for null."""
    columns = [[_heading(name), *map(_cell, frame[name].to_list())] for name in frame.columns]
    widths = [max(map(len, column)) for column in columns]
    right = [frame[name].dtype.is_numeric() for name in frame.columns]
    for line in zip(*columns, strict=True):
        cells = (
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(line, widths, right, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _heading(name: str) -> str:
    return {"rows_in": "read", "rows_out": "written"}.get(name, worded(name))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int):
        return " ".join(str(value).split())
    return f"{value:,}" if value else "·"


def _short(ledger: pl.DataFrame) -> pl.DataFrame:
    """The entities and the columns of the ledger in which there is something."""
    counts = [name for name in SHOWN if name in ("rows_in", "rows_out") or ledger[name].sum()]
    there = ledger.filter(pl.sum_horizontal(counts) > 0)
    return there.select("entity", *counts)


def _files(migration: Migration, target: Path) -> Iterator[str]:
    from zsell_transform.writing.manifest import read_manifest

    known = read_manifest(target) or {"outputs": []}
    rows = {target / facts.file: facts.rows for facts in known["outputs"]}
    updates = [target / "updates" / file.name for file in migration.files]
    files = [
        update if file.parent.name == "updates" and update in rows else target / file.name
        for file, update in zip(migration.files, updates, strict=True)
    ]
    width = max((len(str(file)) for file in files), default=0)
    for file in files:
        yield f"{str(file).ljust(width)}  {count(rows.get(file) or 0, 'record')}"


def _waiting(ledger: pl.DataFrame, story: Story) -> Iterator[str]:
    items = (
        ledger.group_by("target", maintain_order=True)
        .agg(pl.col("waiting").sum())
        .filter(pl.col("waiting") > 0)
    )
    if items.height:
        counts = [count(number, one(item), item) for item, number in items.iter_rows()]
        yield f"{', '.join(counts)}: {_for_what(story, int(items['waiting'].sum()))}"


def _for_what(story: Story, waiting: int) -> str:
    by_id = "an ID that only Pipedrive can give"
    waits = "it waits" if waiting == 1 else "each waits"
    withheld, doubted = sum(story.withheld.values()), sum(story.doubted.values())
    reasons = [
        (withheld, f"a whole export of {listed(story.withheld)}"),
        (doubted, f"a look at the {listed(story.doubted)} in Pipedrive"),
        (waiting - withheld - doubted, by_id),
    ]
    (first, why), *others = [(number, reason) for number, reason in reasons if number]
    if not others:
        return f"{waits} for {why}"
    *between, (_, last) = others
    told = [f"{first:,} for {why}", *(f"{number:,} for {reason}" for number, reason in between)]
    return f"{', '.join(told)}, the others for {last}"


def _issues(issues: pl.DataFrame, target: Path) -> Iterator[str]:
    if not issues.height:
        return
    by_severity = dict(issues.group_by("severity").len().iter_rows())
    called = {"error": "error", "warning": "warning", "info": "remark"}
    counts = [count(by_severity.get(severity, 0), name) for severity, name in called.items()]
    yield f"{', '.join(counts)}: {target / 'issues.csv'}"
    codes = (
        issues.filter(pl.col("severity") != "info")
        .group_by("severity", "code", maintain_order=True)
        .agg(pl.len().alias("count"), pl.col("message").first())
        .sort("severity", "count", descending=[False, True], maintain_order=True)
    )
    for severity, code, number, message in codes.head(MOST_CODES).iter_rows():
        yield f"  {severity} {code} ({number:,}), such as: {cut(message, 120)}"
    if codes.height > MOST_CODES:
        yield f"  and {count(codes.height - MOST_CODES, 'more kind')}"


def _next(story: Story, program: str) -> Iterator[str]:
    """The checklist of the report, a line a step."""
    if story.complete:
        yield f"{headline(story)['title']}: nothing was missing, and nothing waits."
    steps = checklist(story, program)
    for place, step in enumerate(steps, 1):
        shell = [piece for command in step.commands[-1:] for piece in command.pieces]
        number = f"{place}. " if len(steps) > 1 else ""
        yield f"{number}{step.title}: {' '.join([step.brief, *shell]).strip()}"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    shown = list(lines)
    if shown:
        yield from ("", title, *(f"  {line}" for line in shown))

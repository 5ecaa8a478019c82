"""The survey: facts about every column, gathered before the first row is written.

`study` asks the two rounds of `questions.py`, and `answer` turns what was counted into a `Survey`: what each
column proves (`evidence.py`), with leads and deals looked at together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.numbers import MARKS
from zsell_transform.evidence import (
    MAPPING,
    SERIAL_DAY,
    SHAPE_FAMILIES,
    SHAPES,
    THOUSANDTHS,
    Evidence,
    Verdict,
    date_order,
    decimal_mark,
    has_serial_days,
    judge,
    thousands_mark,
)
from zsell_transform.frames.parallel import two_by_key
from zsell_transform.mapping import Mapping
from zsell_transform.progress import unwatched
from zsell_transform.sell.columns import DATES, MONEY, NUMBERS, is_custom, plain_name
from zsell_transform.survey.questions import follow_ups, is_tidy, matters, questions, read_facts

STAGES: Final[dict[str, Any]] = {
    "pipeline_id": pl.String, "pipeline_name": pl.String, "stage_id": pl.String, "stage_name": pl.String,
    "deals": pl.Int64, "likelihood": pl.Float64, "category": pl.String,
}  # fmt: skip

#: Entities that share a file and its columns, or the fields that custom columns become.
_TWINS: Final = {"companies": "contacts", "contacts": "companies", "leads": "deals", "deals": "leads"}

Answers = dict[str, dict[str, pl.DataFrame]]


@attrs.frozen
class Column:
    """What is known about one column of one entity.

    `type` governs what is written, `dates` and `decimal` how it is read.

    Attributes:
        filled: cells that hold more than blanks.
        distinct: different values, where they were counted (up to about 1,100); None when there are more
            or nobody asked.
        longest: characters of the longest value; 0 where nobody asked.
        dates: "ymd", "dmy", "mdy" (years first may be mixed in), "undecided", "contradicts", or None: not all
            are dates.
        moments: some of its dates have a time.
        decimal: ".", ",", "undecided", "contradicts" (of Sell's own numbers), or None: it is no column of
            numbers.
        type: Pipedrive's field type; `datetime` stands for a date and a time field.
        options: for option types, most used first.
        evidence: what proves the type, in one phrase.
        custom: no Sell table has this column of its own.
        either_order: every value is a date that reads day first and month first alike, so that `day_first`
            decides.
        whole: every value is a whole number, which reads alike under each decimal mark.
        tidy: every cell is already as `cleaning.text` reads it, without outer spaces or apostrophe.
        serial_days: all are dates save some that a spreadsheet has made numbers of, in a custom field.
        long_numbers: values of more digits than a numerical field takes, in a column of numbers.
    """

    name: str
    filled: int
    distinct: int | None
    longest: int
    dates: str | None = None
    moments: bool = False
    decimal: str | None = None
    type: str = "text"
    options: tuple[str, ...] = ()
    evidence: str = ""
    custom: bool = False
    tidy: bool = False
    long_numbers: int = 0
    either_order: bool = False
    serial_days: bool = False
    whole: bool = False


@attrs.frozen(eq=False)
class Survey:
    """The facts about an export that must be known before its first row is written.

    Attributes:
        rows: records of each entity.
        columns: entity → column → `Column`.
        values: entity → vocabulary column → frame `value, count`, most used first (`tags` are counted one by
            one).
        stages: pipelines and stages in their order (schema `STAGES`), names trimmed.
        issues: columns whose dates or numbers nothing decides (schema `issues.RAW`).
        other_stages: of a dump's table and of an earlier run (schema `STAGES`), whatever deals are in them.
        stages_there: `pipeline, stage` of the deals that Pipedrive shows.
        names: entity → custom column → the name that an earlier run gave to its field.
    """

    rows: MappingOf[str, int]
    columns: MappingOf[str, MappingOf[str, Column]]
    values: MappingOf[str, MappingOf[str, pl.DataFrame]]
    stages: pl.DataFrame
    issues: pl.DataFrame
    other_stages: pl.DataFrame = attrs.field(factory=lambda: pl.DataFrame(schema=STAGES))
    stages_there: pl.DataFrame = attrs.field(factory=pl.DataFrame)
    names: MappingOf[str, MappingOf[str, str]] = attrs.field(factory=dict)

    def words(self, column: str, *entities: str) -> dict[str, int]:
        """The values of a vocabulary column with their counts, over some entities or all of them."""
        counts: Counter[str] = Counter()
        for entity, columns in self.values.items():
            if column in columns and (not entities or entity in entities):
                counts.update(dict(zip(columns[column]["value"], columns[column]["count"], strict=True)))
        return dict(counts)


def study(
    frames: MappingOf[str, pl.LazyFrame], ask: Mapping, seen: Callable[[int], object] = unwatched
) -> Survey:
    """Asks everything and answers: the whole survey in one call.

    Args:
        frames: entity → its records; columns that start with `_` are not surveyed.
        ask: the mapping, whose `day_first` decides what no value proves.
        seen: is told how many more records have been surveyed.
    """

    def asked(entity: str) -> dict[str, pl.DataFrame]:
        answers = _asked(entity, frames[entity])
        seen(_rows(answers))
        return answers

    return answer(two_by_key(asked, frames), ask)


def _asked(entity: str, frame: pl.LazyFrame) -> dict[str, pl.DataFrame]:
    """Both rounds of questions about one entity."""
    surveyed = [name for name in frame.collect_schema().names() if not name.startswith("_")]
    answers = _collected(questions(entity, surveyed, frame))
    return answers | _collected(follow_ups(entity, answers["facts"], frame))


def _rows(topics: MappingOf[str, pl.DataFrame]) -> int:
    return int(topics["facts"].item(0, "rows"))


def _collected(asked: dict[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    # Queries that share a scan wait for each other, and what one has not taken yet is held.
    apart = pl.QueryOptFlags(comm_subplan_elim=False)
    frames = pl.collect_all(list(asked.values()), engine="streaming", optimizations=apart)
    return dict(zip(asked, frames, strict=True))


def answer(answers: Answers, ask: Mapping) -> Survey:
    """What was asked → what is known.

    Args:
        answers: entity → the collected frames of `questions` and `follow_ups`.
        ask: the mapping, whose `day_first` decides what no value proves.
    """
    evidence = {entity: _evidence(topics) for entity, topics in answers.items()}
    read = _readings(evidence, ask, _has_no_thousandths(answers.get("deals", {}).get("values")))
    columns = {
        entity: {name: _column(entity, name, evidence, read) for name in evidence[entity]}
        for entity in answers
    }
    return Survey(
        rows={entity: _rows(topics) for entity, topics in answers.items()},
        columns=columns,
        values={entity: _values(topics.get("values")) for entity, topics in answers.items()},
        stages=_in_order(answers.get("deals", {}).get("stages")),
        issues=issues.gather(
            _doubt(entity, column, evidence[entity][name].counts)
            for entity in columns
            for name, column in columns[entity].items()
        ),
    )


def _evidence(topics: dict[str, pl.DataFrame]) -> dict[str, Evidence]:
    """The counts of every column of one entity, from the distinct values where they are few."""
    counts: dict[str, dict[str, int]] = {}
    for topic in topics.keys() & SHAPE_FAMILIES.keys():
        for row in read_facts(topics[topic]):
            counts.setdefault(row.pop("column"), dict.fromkeys(SHAPES, 0)).update(row)
    options: dict[str, dict[str, int]] = {}
    if "few" in topics:
        few = topics["few"]
        shapes = [pl.col("value").str.contains(pattern).alias(shape) for shape, pattern in SHAPES.items()]
        weighed = few.with_columns(shapes).with_columns(pl.col(*SHAPES) * pl.col("count"))
        sums = weighed.group_by("column", maintain_order=True).agg(pl.col(*SHAPES).sum())
        counts |= {row.pop("column"): row for row in sums.to_dicts()}
        options = {
            str(name): dict(zip(part["value"], part["count"], strict=True))
            for (name,), part in few.partition_by("column", maintain_order=True, as_dict=True).items()
        }
    facts = {fact["column"]: fact for fact in read_facts(topics["facts"])}
    return {
        name: Evidence(
            fact["filled"],
            fact.get("longest", 0),
            counts.get(name, dict.fromkeys(SHAPES, 0)),
            options.get(name),
            is_tidy(fact),
        )
        for name, fact in facts.items()
    }


@attrs.frozen
class _Reading:
    """How a column is read; `by` says who decides its order where its own values do not."""

    order: str | None
    mark: str | None
    by: str = ""


_Evidences = MappingOf[str, MappingOf[str, Evidence]]
_Readings = MappingOf[str, MappingOf[str, _Reading]]


def _readings(evidence: _Evidences, ask: Mapping, no_thousandths: bool) -> _Readings:
    """How every column is read: by what its values prove, else by what its twin's do, else by the mapping."""
    proven = {
        entity: {
            name: _Reading(
                date_order(seen, sells_own=name in DATES.get(entity, ())),
                decimal_mark(seen, sells_own=name in NUMBERS.get(entity, ())),
            )
            for name, seen in columns.items()
            if matters(entity, name)
        }
        for entity, columns in evidence.items()
    }

    def decided(entity: str, name: str) -> _Reading:
        own, (other, twin) = proven[entity][name], _twin(entity, name, proven)
        theirs = proven[other][twin] if twin else _Reading(None, None)
        order, mark, by = own.order, own.mark, ""
        wish = _day_first(entity, name, ask)
        wish = _day_first(other, twin, ask) if wish is None and twin else wish
        if order == "undecided" and theirs.order in ("dmy", "mdy"):
            order, by = theirs.order, f"the values in {other} prove"
        elif order == "undecided" and wish is not None:
            order, by = "dmy" if wish else "mdy", MAPPING
        if mark == "undecided" and theirs.mark in MARKS and not evidence[other][twin].every("whole"):
            mark = theirs.mark
        elif mark == "undecided" and no_thousandths and name in MONEY.get(entity, ()):
            mark = thousands_mark(evidence[entity][name])
        return _Reading(order, mark, by)

    return {entity: {name: decided(entity, name) for name in names} for entity, names in proven.items()}


def _twin(entity: str, name: str, read: _Readings) -> tuple[str, str]:
    """The column that is the same one (people and companies share a file), or becomes the same field (of
    leads and deals), with its entity; blank where there is none.
    """
    other = _TWINS.get(entity, "")
    names = read.get(other, {})
    if entity in ("companies", "contacts"):
        return other, name if name in names else ""
    if not is_custom(entity, name):
        return other, ""
    alike = (n for n in names if is_custom(other, n) and plain_name(n) == plain_name(name))
    return other, next(alike, "")


def _has_no_thousandths(values: pl.DataFrame | None) -> bool:
    """Whether the deals have currencies, and each of them has two decimals or none."""
    if values is None:
        return False
    currencies = values.filter(pl.col("column") == "currency")["value"].str.to_uppercase()
    return len(currencies) > 0 and not currencies.is_in(list(THOUSANDTHS)).any()


def _day_first(entity: str, name: str, ask: Mapping) -> bool | None:
    """The mapping names a column as the file does, or by the Sell field's own name."""
    wishes = ask.day_first.get(entity, {})
    return wishes.get(name, wishes.get(plain_name(name)))


def _column(entity: str, name: str, evidence: _Evidences, read: _Readings) -> Column:
    seen = evidence[entity][name]
    reading = read[entity].get(name)
    if reading is None:
        return Column(name, seen.filled, _distinct(seen), seen.longest, tidy=seen.tidy)
    verdict = _verdict(entity, name, evidence, read)
    custom = is_custom(entity, name)
    return Column(
        name=name,
        filled=seen.filled,
        distinct=_distinct(seen),
        longest=seen.longest,
        dates=reading.order,
        moments=seen.counts["moment"] > 0 and reading.order is not None,
        decimal=reading.mark,
        type=verdict.type,
        options=verdict.options,
        evidence=verdict.evidence,
        custom=custom,
        either_order=reading.order == "undecided" or reading.by == MAPPING,
        whole=seen.every("whole"),
        tidy=seen.tidy,
        long_numbers=seen.counts["digits"] if seen.every("dot") or seen.every("comma") else 0,
        serial_days=custom
        and verdict.type == "text"
        and has_serial_days(_joined(entity, name, evidence, read)),
    )


def _distinct(seen: Evidence) -> int | None:
    return 0 if not seen.filled else None if seen.options is None else len(seen.options)


def _joined(entity: str, name: str, evidence: _Evidences, read: _Readings) -> Evidence:
    """The evidence of the column's field, which leads and deals share."""
    other, twin = _twin(entity, name, read)
    shared = twin and entity in ("leads", "deals")
    return evidence[entity][name].merged(evidence[other][twin]) if shared else evidence[entity][name]


def _verdict(entity: str, name: str, evidence: _Evidences, read: _Readings) -> Verdict:
    """The type of the column's field."""
    seen, reading = evidence[entity][name], read[entity][name]
    both = _joined(entity, name, evidence, read)
    if both is seen:
        return judge(plain_name(name), seen, reading.order, reading.mark, reading.by)
    other, twin = _twin(entity, name, read)
    twin_reading = read[other][twin]
    if not seen.filled:
        return judge(plain_name(name), both, twin_reading.order, twin_reading.mark, twin_reading.by)
    order = _shared(reading.order, twin_reading.order, ("ymd", "mdy", "dmy"))
    mark = _shared(reading.mark, twin_reading.mark, MARKS)
    verdict = judge(plain_name(name), both, order, mark, reading.by or twin_reading.by)
    return attrs.evolve(verdict, evidence=f"{verdict.evidence}; leads and deals together")


def _shared(mine: str | None, theirs: str | None, proven: tuple[str, ...]) -> str | None:
    """What two columns of one field prove together: each is read its own way, but both must be readable."""
    return max(mine, theirs, key=proven.index) if mine in proven and theirs in proven else None


def _values(found: pl.DataFrame | None) -> dict[str, pl.DataFrame]:
    if found is None:
        return {}
    ordered = found.sort(["column", "count", "value"], descending=[False, True, False])
    return {
        str(name): part.select("value", "count")
        for (name,), part in ordered.partition_by("column", maintain_order=True, as_dict=True).items()
    }


def _in_order(stages: pl.DataFrame | None) -> pl.DataFrame:
    """Pipelines by id, their stages by win likelihood (closed ones have none and come last), then by id."""
    if stages is None:
        return pl.DataFrame(schema=STAGES)
    number = pl.col("pipeline_id", "stage_id").cast(pl.Int64, strict=False).name.suffix("_number")
    return (
        stages.filter(pl.col("stage_name").is_not_null())
        .with_columns(number)
        .sort(
            "pipeline_id_number",
            "pipeline_name",
            "likelihood",
            "stage_id_number",
            "stage_name",
            nulls_last=True,
        )
        .select(pl.col(name).cast(kind) for name, kind in STAGES.items())
    )


def contradictions(seen: Survey, entity: str, frame: pl.LazyFrame) -> list[pl.LazyFrame]:
    """The cells by which columns of dates contradict themselves, or are none, one issue each, lazily.

    Args:
        frame: the entity's records, with `_file`, `_row` and `_id` where there are any.
    """
    columns = seen.columns.get(entity, {}).values()
    return [
        *(_one_way_only(frame, entity, column.name) for column in columns if column.dates == "contradicts"),
        *(_serial_days(frame, entity, column.name) for column in columns if column.serial_days),
    ]


def _one_way_only(frame: pl.LazyFrame, entity: str, column: str) -> pl.LazyFrame:
    value = text(column)
    day_first, month_first = (value.str.contains(SHAPES[shape]) for shape in ("dmy", "mdy"))
    way = pl.when(day_first).then(pl.lit("day first")).otherwise(pl.lit("month first"))
    proving = frame.filter(day_first != month_first)
    return issues.found(proving, "contradicting_date", entity=entity, field=column, value=value, detail=way)


def _serial_days(frame: pl.LazyFrame, entity: str, column: str) -> pl.LazyFrame:
    spoiled = frame.filter(text(column).str.contains(SERIAL_DAY))
    return issues.found(spoiled, "serial_day", entity=entity, field=column, value=text(column))


def _doubt(entity: str, column: Column, counts: MappingOf[str, int]) -> pl.DataFrame:
    """What nothing in the column decides, and which line of the mapping would."""

    def told(code: str, detail: str, values: int = column.filled) -> pl.DataFrame:
        return issues.issue(code, entity=entity, field=column.name, value=values, detail=detail)

    left = "left as text" if column.custom else "left blank"
    if column.dates == "undecided":
        line = f"day_first: {{{entity}: {{{_quoted(plain_name(column.name))}: true}}}}"
        detail = f"{left}; the mapping decides with {line} (false for month first)"
        # None of its own: people's dates decide for companies, and leads' for deals.
        return told("undecided_date_order", detail, counts["slashed"] or column.filled)
    if column.dates == "contradicts":
        both = counts["dmy"] + counts["mdy"] - counts["slashed"]
        detail = f"{counts['dmy'] - both} can only be day first, {counts['mdy'] - both} only month first"
        return told("contradicting_dates", detail)
    if column.decimal == "undecided":
        return told("undecided_decimal_mark", left, counts["number"])
    if column.decimal == "contradicts":
        either = counts["dot"] + counts["comma"] - counts["number"]
        comma, dot = counts["comma"] - either, counts["dot"] - either
        said = f"{dot} can only have a decimal point, {comma} only a comma"
        return told("contradicting_numbers", said, counts["number"])
    return issues.empty()


def _quoted(name: str) -> str:
    """A name as a YAML key inside braces; plain where YAML would read it as itself."""
    return (
        name
        if name.replace(" ", "").isalnum() and not name.isdigit()
        else '"' + name.replace('"', '\\"') + '"'
    )

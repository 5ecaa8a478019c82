"""The survey: facts about every column, gathered before the first row is written.

`study` asks the two rounds of `questions.py`, and `answer` turns what was counted into a `Survey`:
what each column proves (`evidence.py`), with leads and deals looked at together (`readings.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingOf

import polars as pl

from zsell_transform import issues
from zsell_transform.evidence import MAPPING, SHAPE_FAMILIES, SHAPES, Evidence, has_serial_days
from zsell_transform.frames.parallel import two_by_key
from zsell_transform.mapping import Mapping
from zsell_transform.progress import unwatched
from zsell_transform.sell.columns import NO_FILES, Headers, is_custom
from zsell_transform.survey.facts import STAGES, Column, Survey
from zsell_transform.survey.leads_own import typed_with_leads
from zsell_transform.survey.questions import follow_ups, is_tidy, questions, read_facts
from zsell_transform.survey.readings import Evidences, Readings, decide_readings, joined_evidence, verdict_of
from zsell_transform.survey.undecided import doubt

Answers = dict[str, dict[str, pl.DataFrame]]


def study(
    frames: MappingOf[str, pl.LazyFrame],
    ask: Mapping,
    seen: Callable[[int], object] = unwatched,
    headers: MappingOf[str, Headers] = NO_FILES,
) -> Survey:
    """Asks everything and answers: the whole survey in one call.

    Args:
        frames: entity → its records; columns that start with `_` are not surveyed.
        ask: the mapping, whose `day_first` decides what no value proves.
        seen: is told how many more records have been surveyed.
        headers: entity → the headers of its files (`Export.headers`), by which the mapping may name columns.
    """

    def asked(entity: str) -> dict[str, pl.DataFrame]:
        answers = _asked(entity, frames[entity])
        seen(_rows(answers))
        return answers

    return answer(two_by_key(asked, frames), ask, headers)


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


def answer(answers: Answers, ask: Mapping, headers: MappingOf[str, Headers] = NO_FILES) -> Survey:
    """What was asked → what is known.

    Args:
        answers: entity → the collected frames of `questions` and `follow_ups`.
        ask: the mapping, whose `day_first` decides what no value proves.
        headers: as of `study`.
    """
    evidence = {entity: _evidence(topics) for entity, topics in answers.items()}
    read = decide_readings(evidence, ask, answers.get("deals", {}).get("values"), headers)
    columns = {
        entity: {name: _column(entity, name, evidence, read) for name in evidence[entity]}
        for entity in answers
    }
    rows = {entity: _rows(topics) for entity, topics in answers.items()}
    if "deals" in columns and "leads" in columns:
        columns["deals"] = typed_with_leads(columns["deals"], columns["leads"], rows["leads"])
    return Survey(
        rows=rows,
        columns=columns,
        values={entity: _values(topics.get("values")) for entity, topics in answers.items()},
        stages=_in_order(answers.get("deals", {}).get("stages")),
        headers=headers,
        issues=issues.gather(
            doubt(entity, column, evidence[entity][name].counts)
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


def _column(entity: str, name: str, evidence: Evidences, read: Readings) -> Column:
    seen = evidence[entity][name]
    reading = read[entity].get(name)
    if reading is None:
        return Column(name, seen.filled, _distinct(seen), seen.longest, tidy=seen.tidy)
    verdict = verdict_of(entity, name, evidence, read)
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
        either_mark=seen.either_mark,
        tidy=seen.tidy,
        long_numbers=seen.counts["digits"] if seen.every("dot") or seen.every("comma") else 0,
        serial_days=custom
        and verdict.type == "text"
        and has_serial_days(joined_evidence(entity, name, evidence, read)),
    )


def _distinct(seen: Evidence) -> int | None:
    return 0 if not seen.filled else None if seen.options is None else len(seen.options)


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

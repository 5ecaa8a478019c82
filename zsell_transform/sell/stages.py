"""What becomes of Sell's stages: which are won or lost, and where the deals in them stand in Pipedrive.

Sell closes a deal by a stage of its own (Won, Lost, Unqualified); Pipedrive by a status beside the stage.
So a closed deal needs a stage to stand in: one of its pipeline's open ones (contract, section 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from difflib import get_close_matches
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.folding import fold, plain
from zsell_transform.mapping import Mapping
from zsell_transform.sell.words import closing_words

#: What tells one stage from another in the deals of an export, in this order.
KEYS: Final = ("pipeline_id", "pipeline_name", "stage_id", "stage_name")
SEPARATOR: Final = "\x1f"
#: Sell's own columns that say why a deal was lost.
LOSS_REASONS: Final = ("loss_reason", "unqualified_reason")
#: An account with so many deals has some that are closed.
_SEVERAL: Final = 5
#: Names of stages that an issue lists, at most.
_LISTED: Final = 12
#: What a stage's category makes of its deals (facts on Sell exports, section 8: closing ones are presumed).
_CATEGORIES: Final = {
    **dict.fromkeys(("incoming", "in_progress"), "Open"),
    "won": "Won",
    **dict.fromkeys(("lost", "unqualified"), "Lost"),
}


def is_closing(category: str | None) -> bool:
    """Whether a stage of this category closes the deals in it."""
    return _CATEGORIES.get(plain(category or ""), "Open") != "Open"


@attrs.frozen
class Stage:
    """One stage that deals of the export are in.

    Attributes:
        key: its `KEYS`, joined; null is blank.
        pipeline: the pipeline's id, else its name: what its stages have in common.
        pipeline_name, name: trimmed, as in Sell; the pipeline's name is blank where the export names none.
        number: the stage's id, as a number where it is one.
        likelihood: median win likelihood of its deals.
        status: `Open`, `Won` or `Lost`.
        stands_in: the name of the stage that its deals stand in, after the mapping's renaming.
        cell: what `Deal - Stage (pipeline)` says.
    """

    key: str
    pipeline: str
    pipeline_name: str
    name: str
    number: float
    likelihood: float | None
    status: str
    stands_in: str = ""
    cell: str = ""


def stages(
    seen: pl.DataFrame, ask: Mapping, others: pl.DataFrame | None = None, there: pl.DataFrame | None = None
) -> tuple[Stage, ...]:
    """Every stage of the survey (`Survey.stages`, whose order is kept) with what becomes of it.

    Args:
        others, there: `Survey.other_stages` and `stages_there`, whose names count, too; None = none.
    """
    read = [_stage(row, ask) for row in seen.to_dicts()]
    open_ones = _in_order(read)
    placed = [
        attrs.evolve(stage, stands_in=_renamed(stage, _place(stage, open_ones, ask), ask)) for stage in read
    ]
    more = [] if others is None else _open_ones(others, ask)
    shown = [] if there is None else there.to_dicts()
    homes = _homes(placed, more, shown)
    return tuple(
        attrs.evolve(stage, cell=_cell(stage, shared=len(homes[plain(stage.stands_in)]) > 1))
        for stage in _spelled_as_there(_spelled_once(placed), shown)
    )


def _spelled_once(placed: Sequence[Stage]) -> list[Stage]:
    """A pipeline and a stage are spelled as they are met first in the order of the setup list, whatever their
    case: Pipedrive has one of each, and the list names one. Accents make another word (`Bán`, `Bạn`).
    """
    pipelines: dict[str, str] = {}
    names: dict[tuple[str, str], str] = {}
    for stage in sorted(placed, key=lambda stage: (stage.status != "Open", progress(stage))):
        pipelines.setdefault(stage.pipeline, stage.pipeline_name)
        names.setdefault((stage.pipeline, fold(stage.stands_in)), stage.stands_in)
    return [
        attrs.evolve(
            stage,
            pipeline_name=pipelines[stage.pipeline],
            stands_in=names[stage.pipeline, fold(stage.stands_in)],
        )
        for stage in placed
    ]


def _spelled_as_there(placed: Sequence[Stage], there: Sequence[MappingOf[str, str]]) -> list[Stage]:
    """A stage that Pipedrive has is spelled as it is there: else it would look like a new one.

    Pipelines are known by their names; the only one of either side may be called otherwise. Where only
    accents differ, it is that stage if neither side has two of such a name in its pipeline.
    """
    theirs = {plain(row["pipeline"]) for row in there}
    only = next(iter(theirs), "") if len(theirs) == 1 == len({stage.pipeline for stage in placed}) else ""
    spellings: dict[tuple[str, str], set[str]] = {}
    for row in there:
        spellings.setdefault((plain(row["pipeline"]), plain(row["stage"])), set()).add(row["stage"])
    ours: dict[tuple[str, str], set[str]] = {}
    for stage in placed:
        ours.setdefault((stage.pipeline, plain(stage.stands_in)), set()).add(fold(stage.stands_in))

    def spelled(stage: Stage) -> str:
        word = plain(stage.stands_in)
        known = spellings.get((only or plain(stage.pipeline_name), word), set())
        same = {one for one in known if fold(one) == fold(stage.stands_in)}
        if not same and len(ours[stage.pipeline, word]) == 1:
            same = known
        return next(iter(same)) if len(same) == 1 else stage.stands_in

    return [attrs.evolve(stage, stands_in=spelled(stage)) for stage in placed]


def as_listed(placed: Sequence[Stage], others: Iterable[Stage] = ()) -> list[Stage]:
    """Stages in the order of the setup list, pipelines mixed: the open ones as far as they are, then those
    that are closed in Sell.

    Args:
        others: open stages without deals, as `without_deals` gives them.
    """
    opened = sorted((stage for stage in (*placed, *others) if stage.status == "Open"), key=progress)
    return [*opened, *(stage for stage in placed if stage.status != "Open")]


def without_deals(placed: Sequence[Stage], others: pl.DataFrame, ask: Mapping) -> tuple[Stage, ...]:
    """The open stages among `others` (`Survey.other_stages`) of pipelines with deals, beside those that
    deals will stand in: no deal is written into one.
    """
    ours = {plain(stage.pipeline_name): stage.pipeline for stage in placed}
    known = {(stage.pipeline, fold(stage.stands_in)) for stage in placed}
    found: dict[tuple[str, str], Stage] = {}
    for one in _open_ones(others, ask):
        pipeline = ours.get(plain(one.pipeline_name))
        place = (pipeline or "", fold(one.stands_in))
        if pipeline is not None and place not in known:
            found.setdefault(place, attrs.evolve(one, pipeline=pipeline, cell=one.stands_in))
    return tuple(found.values())


def _open_ones(rows: pl.DataFrame, ask: Mapping) -> list[Stage]:
    read = (_stage(row, ask) for row in rows.to_dicts())
    return [attrs.evolve(one, stands_in=_renamed(one, one.name, ask)) for one in read if one.status == "Open"]


def _homes(
    known: Iterable[Stage], others: Iterable[Stage], there: Iterable[dict[str, str]]
) -> dict[str, set[str]]:
    """Stage → the pipelines that have one of that name.

    Pipedrive may call Sell's one pipeline otherwise: one that Sell does not have counts where another one has
    the stage there, too.
    """
    homes: dict[str, set[str]] = {}
    for stage in known:
        homes.setdefault(plain(stage.stands_in), set()).add(stage.pipeline)
    ours = {plain(stage.pipeline_name): stage.pipeline for stage in known}
    for stage in others:  # another kind of export may give no ids of pipelines
        pipeline = ours.setdefault(plain(stage.pipeline_name), stage.pipeline)
        homes.setdefault(plain(stage.stands_in), set()).add(pipeline)
    theirs: dict[str, set[str]] = {}
    for row in there:
        theirs.setdefault(plain(row["stage"]), set()).add(plain(row["pipeline"]))
    for name, pipelines in theirs.items():
        counting = pipelines if len(pipelines) > 1 else pipelines & ours.keys()
        homes.setdefault(name, set()).update(ours.get(one, one) for one in counting)
    return homes


def doubts(seen: pl.DataFrame, ask: Mapping) -> pl.DataFrame:
    """What a person should look at: open stages that may be closed ones, and wishes that name no stage."""
    known = stages(seen, ask)
    return issues.gather(
        [*_maybe_closed(seen, known, ask), _none_closed(seen, known, ask), *_new_ones(known, ask)]
    )


def _maybe_closed(seen: pl.DataFrame, known: Sequence[Stage], ask: Mapping) -> Iterator[pl.DataFrame]:
    """Open stages that something says are closed; what no dump's category calls open.

    Their deals have no win likelihood while others have one, or a reason why they were lost: half of them, or
    any where no stage is known as lost; deals that were reopened may keep one. Who names the lost stages has
    said that the others are none.
    Source: facts on Sell exports, section 2.3 (2026: likelihood blank on closed deals, mostly).
    """
    rows = seen.with_columns(
        is_open=pl.Series([stage.status == "Open" for stage in known], dtype=pl.Boolean),
        likely=pl.Series([stage.likelihood for stage in known], dtype=pl.Float64),
    )
    no_lost = all(stage.status != "Lost" for stage in known)
    without = pl.col("likely").is_null() & pl.col("likely").is_not_null().any()
    with_reasons = (pl.col("reasons") > 0) & (no_lost | (pl.col("reasons") * 2 >= pl.col("deals")))
    uncategorised = pl.col("category").fill_null("") == ""
    place = pl.when(pl.col("pipeline_name") != "").then(pl.format("pipeline {}, ", "pipeline_name"))
    for code, which, count in (
        ("stage_may_be_closed", without, pl.col("deals").cast(pl.String)),
        (
            "stage_may_be_lost",
            ~without & with_reasons & uncategorised & pl.lit(ask.lost_stages is None),
            pl.format("{} of {}", "reasons", "deals"),
        ),
    ):
        yield issues.found(
            rows.filter(pl.col("is_open") & which).lazy(),
            code,
            entity="deals",
            field="stage_name",
            value=pl.col("stage_name"),
            detail=pl.concat_str(place, count, ignore_nulls=True),
        ).collect()


def _none_closed(seen: pl.DataFrame, known: Sequence[Stage], ask: Mapping) -> pl.DataFrame:
    """Several deals, and nothing tells of any of them whether it is closed: told once, with all stages."""
    is_decided = ask.won_stages is not None or ask.lost_stages is not None
    is_told = any(stage.status != "Open" or stage.likelihood is not None for stage in known)
    deals = seen["deals"].sum()
    if is_decided or is_told or deals < _SEVERAL or seen["category"].count():
        return issues.empty()
    names = issues.listed(seen["stage_name"].unique(maintain_order=True), _LISTED)
    return issues.issue("no_stage_closed", entity="deals", field="stage_name", value=str(deals), detail=names)


def _new_ones(known: Sequence[Stage], ask: Mapping) -> Iterator[pl.DataFrame]:
    """Stages of `closed_stages` that no deal is in: wished for, or misspelled."""
    names = {plain(name): name for stage in known for name in (stage.name, stage.stands_in, "first", "last")}
    closed = {stage.status: stage.stands_in for stage in known if stage.status != "Open"}
    for status, wish in (("Won", ask.closed_stages.won), ("Lost", ask.closed_stages.lost)):
        others = [name for key, name in names.items() if key != plain(wish)]
        is_known = wish in ("first", "last") or any(plain(s.name) == plain(wish) for s in known)
        if status in closed and not is_known:
            nearest = next(iter(get_close_matches(wish, others, 1)), "")
            yield issues.issue(
                "closed_stage_new", field=f"closed_stages: {status.lower()}", value=wish, detail=nearest
            )


def status_of(name: str, ask: Mapping, category: str = "") -> str:
    """`Won`, `Lost` or `Open`: by the mapping's words, else by the stage's category, else by Sell's words.

    Args:
        category: as a dump's table of stages has it (`incoming`, `in_progress`, `won` …); blank elsewhere.
    """
    won, lost = closing_words()
    given_won = _plain_set(ask.won_stages) if ask.won_stages is not None else None
    given_lost = _plain_set(ask.lost_stages) if ask.lost_stages is not None else None
    word = plain(name)
    for status, given in (("Won", given_won), ("Lost", given_lost)):
        if given is not None and word in given:
            return status
    says = _CATEGORIES.get(plain(category))
    if given_won is None and (says == "Won" if says else word in won):
        return "Won"
    return "Lost" if given_lost is None and (says == "Lost" if says else word in lost) else "Open"


def _plain_set(names: Iterable[str]) -> frozenset[str]:
    return frozenset(plain(name) for name in names)


def _stage(row: dict[str, object], ask: Mapping) -> Stage:
    pipeline_id, pipeline_name, stage_id, name = (str(row[key] or "").strip() for key in KEYS)
    likelihood = row["likelihood"]
    return Stage(
        key=SEPARATOR.join((pipeline_id, pipeline_name, stage_id, name)),
        pipeline=pipeline_id or plain(pipeline_name),
        pipeline_name=pipeline_name,
        name=name,
        number=float(stage_id) if stage_id.isdecimal() else float("inf"),
        likelihood=likelihood if isinstance(likelihood, float) else None,
        status=status_of(name, ask, str(row.get("category") or "")),
    )


def _in_order(known: Iterable[Stage]) -> dict[str, list[Stage]]:
    """Pipeline → its open stages, the one with the least progress first."""
    found: dict[str, list[Stage]] = {}
    for stage in sorted(known, key=progress):
        if stage.status == "Open":
            found.setdefault(stage.pipeline, []).append(stage)
    return found


def _place(stage: Stage, open_ones: MappingOf[str, Sequence[Stage]], ask: Mapping) -> str:
    """The Sell stage that the deals of this one stand in."""
    if stage.status == "Open":
        return stage.name
    wish = ask.closed_stages.won if stage.status == "Won" else ask.closed_stages.lost
    if wish not in ("first", "last"):
        return wish
    siblings = open_ones.get(stage.pipeline, ())
    return siblings[0 if wish == "first" else -1].name if siblings else stage.name


def progress(stage: Stage) -> tuple[bool, float, float, str]:
    """How far a stage is: by win likelihood, those without one last, then by id."""
    return (stage.likelihood is None, stage.likelihood or 0.0, stage.number, stage.name)


def _renamed(stage: Stage, name: str, ask: Mapping) -> str:
    """The mapping's word for a stage; pipelines and stages are compared without case and accents."""
    for pipeline, renames in ask.stages.items():
        if plain(pipeline) == plain(stage.pipeline_name):
            return {plain(old): new.strip() for old, new in renames.items()}.get(plain(name), name)
    return name


def _cell(stage: Stage, *, shared: bool) -> str:
    return f"{stage.stands_in} ({stage.pipeline_name})" if shared and stage.pipeline_name else stage.stands_in

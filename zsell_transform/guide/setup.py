"""The setup kit: what has to exist in Pipedrive before the files are imported, and which column goes where.

`questions` asks the drafts which users, labels, stages … their columns name, of the whole account and not
only of this lap, so that the person who sets Pipedrive up does it once. `kit` turns the answers into one
frame a topic (contract, section 7); `guide/setup_page.py` writes them down as `setup.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from typing import Any, Final, Protocol

import attrs
import polars as pl

from zsell_transform.cleaning.labels import one_label
from zsell_transform.cleaning.owners import DELETED
from zsell_transform.folding import fold, letters, plain
from zsell_transform.guide.columns import columns
from zsell_transform.guide.limits import plan
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.account import default_activity_types, type_name
from zsell_transform.pipedrive.fields import PREFIXES, field_facts, field_key
from zsell_transform.sell.stages import Stage, as_listed, stages, without_deals
from zsell_transform.survey.facts import Column, Survey

Schema = dict[str, Any]

_TEXT, _NUMBER, _FLAG = pl.String, pl.Int64, pl.Boolean
#: The frames of the kit, in the order in which a person works through them.
TOPICS: Final[dict[str, Schema]] = {
    "users": {"user": _TEXT, "sell_user": _TEXT, "records": _NUMBER},
    "currencies": {"currency": _TEXT, "deals": _NUMBER},
    "fields": {
        "item": _TEXT, "name": _TEXT, "type": _TEXT, "options": pl.List(_TEXT), "evidence": _TEXT,
        "sell_field": _TEXT, "custom": _FLAG,
    },
    "labels": {"item": _TEXT, "label": _TEXT, "records": _NUMBER, "twins": _TEXT},
    "stages": {
        "pipeline": _TEXT, "position": _NUMBER, "stage": _TEXT, "probability": _NUMBER, "open": _NUMBER,
        "won": _NUMBER, "lost": _NUMBER, "cell": _TEXT,
    },
    "activity_types": {"type": _TEXT, "activities": _NUMBER, "create": _FLAG},
    "lost_reasons": {"reason": _TEXT, "deals": _NUMBER},
    "filters": {"label": _TEXT, "smart_list": _TEXT, "item": _TEXT, "records": _NUMBER, "filter": _TEXT},
    "columns": {
        "file": _TEXT, "column": _TEXT, "item": _TEXT, "field": _TEXT, "type": _TEXT, "own": _FLAG,
        "required": _FLAG, "sell_column": _TEXT, "click": _TEXT, "sure": _TEXT,
    },
    "plan": {
        "check": _TEXT, "found": _NUMBER, "plan": _TEXT, "limit": _NUMBER, "seats": _NUMBER, "fits": _FLAG,
        "detail": _TEXT,
    },
}  # fmt: skip

#: The item under whose settings a field is created: a lead's custom fields are those of deals.
SETTINGS: Final = {"leads": "deals"}
VALUES: Final[Schema] = {"value": pl.String, "count": pl.Int64}


class Drafted(Protocol):
    """What the kit needs of a draft (`transformers.draft.Draft`)."""

    @property
    def entity(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def frame(self) -> pl.LazyFrame: ...
    @property
    def headers(self) -> tuple[str, ...]: ...
    @property
    def counted(self) -> tuple[str, ...]: ...
    @property
    def origins(self) -> pl.DataFrame: ...


@attrs.frozen(eq=False)
class Setup:
    """The kit: a frame for each of `TOPICS`, and the users that Sell has deleted with their records."""

    tables: dict[str, pl.DataFrame]
    lost_users: pl.DataFrame


def closed(header: str) -> bool:
    """Whether a column's values must exist in Pipedrive before the import."""
    fact = field_facts().get(header)
    words = ("user", "labels", "stage", "currency", "multiple_option")
    return fact is not None and (fact.type in words or fact.name in ("Type", "Lost reason"))


def questions(drafts: Iterable[Drafted]) -> dict[str, pl.LazyFrame]:
    """Header → the values of its column with their counts (`value, count`), over all drafts of its item.

    So are hidden columns that a draft wants counted. Labels and tags are counted one by one; the owner of a
    lead's person, who is the lead's, does not count twice.
    """
    parts: dict[str, list[pl.LazyFrame]] = {}
    for draft in drafts:
        for header in filter(closed, draft.headers):
            if field_facts()[header].item != draft.target:
                continue
            parts.setdefault(header, []).append(_single_values(draft.frame, header))
        for column in draft.counted:
            parts.setdefault(column, []).append(_single_values(draft.frame, column))
    return {
        header: pl.concat(frames).group_by("value").agg(pl.col("count").sum()).sort("value")
        for header, frames in parts.items()
    }


def _single_values(frame: pl.LazyFrame, header: str) -> pl.LazyFrame:
    """`value, count`: cells are counted as they stand, and only the different ones are parted."""
    cells = frame.select(pl.col(header).alias("value")).drop_nulls()
    values = cells.group_by("value").agg(pl.len().cast(pl.Int64).alias("count")).sort("value")
    if closed(header) and field_facts()[header].type in ("labels", "multiple_option"):
        values = values.with_columns(pl.col("value").str.split(", ")).explode("value")
    return values.filter(pl.col("value") != "")


def kit(
    seen: Survey,
    drafts: Sequence[Drafted],
    values: MappingOf[str, pl.DataFrame],
    headers: MappingOf[str, Sequence[str]],
    ask: Mapping,
    filled: MappingOf[str, MappingOf[str, int]] | None = None,
    asked: Sequence[str] = (),
    arriving: MappingOf[str, int] | None = None,
) -> Setup:
    """The setup kit of an account.

    Args:
        seen: the survey.
        drafts: the drafts of all entities; only their `headers` and `origins` are used.
        values: the collected answers of `questions`.
        headers: file name → its headers, for the files that this lap writes, in upload order.
        ask: the mapping.
        filled: entity → header → records that have a value there; fields that none has are not listed. None =
            not known.
        asked: further headers whose fields an earlier lap asked for.
        arriving: entity → records that are in Pipedrive or will be: of others no field is created. None = as
            many as the export holds.
    """
    words = {header: _ordered(frame) for header, frame in values.items() if closed(header)}
    written = [*(name for names in headers.values() for name in names), *asked]
    coming = [draft for draft in drafts if arriving is None or arriving.get(draft.entity)]
    leads = (seen.rows if arriving is None else arriving).get("leads", 0)
    fields = _fields(seen, coming, words, written, filled or {})
    labels = _labels(words)
    placed = stages(seen.stages, ask, seen.other_stages, seen.stages_there)
    found: dict[str, list[dict[str, Any]]] = {
        "users": _users(words, seen, ask),
        "currencies": _pairs(words.get("Deal - Currency of value"), "currency", "deals"),
        "fields": fields,
        "labels": labels,
        "stages": _stages(placed, without_deals(placed, seen.other_stages, ask), seen),
        "activity_types": _activity_types(words),
        "lost_reasons": _pairs(words.get("Deal - Lost reason"), "reason", "deals"),
        "filters": _filters(labels, ask),
        "columns": columns(headers, drafts),
        "plan": plan(seen, leads, fields, labels, placed),
    }
    tables = {topic: pl.DataFrame(found[topic], schema=schema) for topic, schema in TOPICS.items()}
    return Setup(tables, _lost_users(seen))


def _ordered(values: pl.DataFrame) -> pl.DataFrame:
    """Most used first, equals by their text."""
    shaped = values.select(pl.col(name).cast(kind) for name, kind in VALUES.items())
    return shaped.sort(["count", "value"], descending=[True, False])


def _pairs(values: pl.DataFrame | None, word: str, number: str) -> list[dict[str, Any]]:
    return [] if values is None else values.rename({"value": word, "count": number}).to_dicts()


def _by_type(words: MappingOf[str, pl.DataFrame], kind: str) -> dict[str, pl.DataFrame]:
    return {header: frame for header, frame in words.items() if field_facts()[header].type == kind}


# --- users --------------------------------------------------------------------------------------------------


def _users(words: MappingOf[str, pl.DataFrame], seen: Survey, ask: Mapping) -> list[dict[str, Any]]:
    """Everyone whom an owner column names, with the names that stand for them in Sell."""
    frames = list(_by_type(words, "user").values())
    if not frames:
        return []
    sell_names: dict[str, list[str]] = {}
    for name in seen.words("owner"):
        if (user := ask.owners.get(name, name)) is not None:
            sell_names.setdefault(user, []).append(name)
    total = _ordered(pl.concat(frames).group_by("value", maintain_order=True).agg(pl.col("count").sum()))
    return [
        {"user": user, "sell_user": ", ".join(sell_names.get(user, [user])), "records": count}
        for user, count in total.iter_rows()
    ]


def _lost_users(seen: Survey) -> pl.DataFrame:
    gone = {
        name.removesuffix(DELETED): count
        for name, count in seen.words("owner").items()
        if name.endswith(DELETED)
    }
    rows = sorted(gone.items(), key=lambda pair: (-pair[1], pair[0]))
    return pl.DataFrame(rows, schema={"sell_user": pl.String, "records": pl.Int64}, orient="row")


# --- fields -------------------------------------------------------------------------------------------------


def _fields(
    seen: Survey,
    drafts: Sequence[Drafted],
    words: MappingOf[str, pl.DataFrame],
    written: Iterable[str],
    filled: MappingOf[str, MappingOf[str, int]],
) -> list[dict[str, Any]]:
    """The fields to create, each once: leads have those of deals; the custom ones come last."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for entity, origin in _to_create(drafts, written, filled):
        prefix, _, name = str(origin["header"]).partition(" - ")
        item = next(item for item, known in PREFIXES.items() if known == prefix)
        key = (SETTINGS.get(item, item), field_key(name))
        column = seen.columns.get(entity, {}).get(origin["source"]) if origin["kind"] == "custom" else None
        made = _field(item, name, origin, column, words)
        found[key] = _of_both(found[key], made) if key in found else made
    order = [SETTINGS.get(item, item) for item in PREFIXES]
    homes = {id(field): order.index(home) for (home, _), field in found.items()}

    def place(field: dict[str, Any]) -> tuple[int, bool, bool]:
        return homes[id(field)], field["custom"], not field["name"].startswith("Zendesk Sell")

    return sorted(found.values(), key=place)


def _of_both(known: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """A field that leads and deals have: with the options of both, and both names in Sell. The type of a
    custom column takes also what leads have in Sell's own.
    """
    typed = other if other["custom"] and not known["custom"] else known
    alike = known["type"] == other["type"]
    both = [field for field in (known, other) if field["sell_field"]]
    standard = not any(field["custom"] for field in both)  # else a name may hold a comma
    sources = dict.fromkeys(
        name for f in both for name in (f["sell_field"].split(", ") if standard else [f["sell_field"]])
    )
    return {
        **typed,
        "item": ", ".join(sorted({*known["item"].split(", "), other["item"]})),
        "name": known["name"],
        "options": list(dict.fromkeys((*known["options"], *other["options"]))) if alike else typed["options"],
        "sell_field": ", ".join(sources) or known["sell_field"],
    }


def _to_create(
    drafts: Sequence[Drafted], written: Iterable[str], filled: MappingOf[str, MappingOf[str, int]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The origins of the drafts' fields that are to be created, and of those that only linking added."""
    told: set[str] = set()
    for draft in drafts:
        if draft.target not in PREFIXES:  # a list for people, as of documents, has no fields in Pipedrive
            continue
        for origin in draft.origins.filter(pl.col("create")).iter_rows(named=True):
            if filled.get(draft.entity, {}).get(origin["header"], 1):
                told.add(origin["header"])
                yield draft.entity, origin
    for header in dict.fromkeys(written):
        fact = field_facts().get(header)
        if fact is not None and fact.create and header not in told:
            yield "", {"header": header, "source": None, "kind": "standard", "type": fact.type}


def _field(
    item: str,
    name: str,
    origin: MappingOf[str, Any],
    column: Column | None,
    words: MappingOf[str, pl.DataFrame],
) -> dict[str, Any]:
    options: Sequence[str] = column.options if column else ()
    if origin["type"] == "multiple_option" and origin["header"] in words:
        options = words[origin["header"]]["value"].to_list()
    typed_by_values = column is not None and column.evidence
    return {
        "item": item,
        "name": name,
        "type": type_name(origin["type"]),
        "options": list(options),
        "evidence": _said(name, column) if column and typed_by_values else "needed by this import",
        "sell_field": origin["source"],
        "custom": origin["kind"] == "custom",
    }


def _said(name: str, column: Column) -> str:
    return (
        f"the time of day of {name.removesuffix(' (time)')}"
        if column.type == "datetime" and name.endswith("(time)")
        else column.evidence
    )


# --- labels and filters -------------------------------------------------------------------------------------


def _labels(words: MappingOf[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """The labels of each item, most used first, with those that differ only in spelling."""
    found = []
    for header, values in _by_type(words, "labels").items():
        item = field_facts()[header].item
        spellings: dict[str, list[str]] = {}
        for label in values["value"]:
            spellings.setdefault(letters(label) or label, []).append(label)
        for label, count in values.iter_rows():
            twins = [twin for twin in spellings[letters(label) or label] if twin != label]
            found.append({"item": item, "label": label, "records": count, "twins": ", ".join(twins) or None})
    order = list(PREFIXES)
    return sorted(found, key=lambda row: order.index(row["item"]))


def _filters(labels: list[dict[str, Any]], ask: Mapping) -> list[dict[str, Any]]:
    """For each named Smart List the filter that recreates it, on every item that has its label."""
    found = []
    for file, name in ask.smart_lists.items():
        renamed = one_label(ask.labels.get(one_label(name), name) or "")
        for row in labels:
            if row["label"] == renamed:
                item, label = row["item"], row["label"]
                rule = f"{item.capitalize()} › filter › “{PREFIXES[item]} – Label” is “{label}”"
                found.append(
                    {
                        "label": label,
                        "smart_list": file,
                        "item": item,
                        "records": row["records"],
                        "filter": rule,
                    }
                )
    return found


# --- stages, activity types ---------------------------------------------------------------------------------


def _stages(placed: Sequence[Stage], others: Sequence[Stage], seen: Survey) -> list[dict[str, Any]]:
    """The stages of the pipelines that deals stand in, in their order; Sell's closed ones only where one is
    needed.
    """
    counts = dict(zip((stage.key for stage in placed), seen.stages["deals"].to_list(), strict=True))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for stage in as_listed(placed, others):
        row = found.setdefault(
            (stage.pipeline, fold(stage.stands_in)),
            {"pipeline": stage.pipeline_name or None, "stage": stage.stands_in, "probability": None,
             "open": 0, "won": 0, "lost": 0, "cell": stage.cell},
        )  # fmt: skip
        row[stage.status.lower()] += counts.get(stage.key, 0)
        if stage.status == "Open" and row["probability"] is None and stage.likelihood is not None:
            row["probability"] = round(stage.likelihood)
    pipelines = list(dict.fromkeys(stage.pipeline for stage in placed))
    ordered = sorted(found.items(), key=lambda entry: pipelines.index(entry[0][0]))
    positions: dict[str, int] = {}
    for (pipeline, _), row in ordered:
        row["position"] = positions[pipeline] = positions.get(pipeline, 0) + 1
    return [row for _, row in ordered]


def _activity_types(words: MappingOf[str, pl.DataFrame]) -> list[dict[str, Any]]:
    known = {plain(name) for name in default_activity_types()}
    used = words.get("Activity - Type")
    return (
        []
        if used is None
        else [
            {"type": name, "activities": count, "create": plain(name) not in known}
            for name, count in used.iter_rows()
        ]
    )

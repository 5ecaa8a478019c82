"""The chapters of the page: each takes its frame and gives plain values, capped, for the template to set.

A chapter's frame has the columns that `story.py` declares under the chapter's name (`INPUTS`, `WAITING` …; of
`pipelines` and `sums` under `PIPELINE`, of a rehearsal under `REHEARSED` and `REASONS`); issues have those of
`issues.SCHEMA`, the ledger those of `ledger.SCHEMA`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from zsell_transform.guide import words
from zsell_transform.guide.story import Rehearsed
from zsell_transform.issues import KINDS, SEVERITIES
from zsell_transform.sell.entities import ITEMS

#: Sums that are shown of one stage.
_CURRENCIES: Final = 3
#: How many rows of each list a page shows at most; the rest is counted.
CAPS: Final[dict[str, int]] = {
    "inputs": 24,
    "parts": 4,
    "examples": 3,
    "codes": 60,
    "pipelines": 8,
    "stages": 16,
    "links": 30,
    "reasons": 12,
    "waiting": 20,
    "proof": 12,
}

Values = dict[str, Any]


def capped(frame: pl.DataFrame, limit: int) -> Values:
    """The first rows as dicts, and how many more there are."""
    return {"rows": frame.head(limit).to_dicts(), "more": max(frame.height - limit, 0), "count": frame.height}


def uploads(ledger: pl.DataFrame) -> pl.DataFrame:
    """The ledger without documents, which no wizard imports."""
    return ledger.filter(pl.col("target").is_in(ITEMS))


def _piece(label: str, tone: str, count: int, whole: float) -> Values:
    """One piece of a bar."""
    return {"label": label, "tone": tone, "count": count, "width": words.share(count, whole)}


def fates(ledger: pl.DataFrame) -> Values:
    """One bar for the whole move: what became of all records, documents aside."""
    sums = uploads(ledger).select(pl.col("rows_in", "added", *words.FATES).sum()).row(0, named=True)
    total = sums["rows_in"] + sums["added"]
    parts = [_piece(*words.FATES[name], sums[name], total) for name in words.FATES if sums[name]]
    return {"total": total, "parts": parts}


def inputs(frame: pl.DataFrame) -> Values:
    """The files read, largest first when there are too many to show."""
    delimiters = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", " ": "space"}
    many = frame.height > CAPS["inputs"]
    shown = frame.sort("rows", descending=True, maintain_order=True) if many else frame
    named = shown.with_columns(pl.col("delimiter").replace(delimiters))
    return capped(named, CAPS["inputs"]) | {"rows_total": int(frame["rows"].sum())}


def ledger(frame: pl.DataFrame) -> Values:
    """The ledger's rows that hold anything, a bar for each, the sum, and the columns worth showing."""
    numbers = frame.columns[2:]
    used = frame.filter(pl.any_horizontal(pl.col(numbers) > 0))
    sums = used.select(pl.col(numbers).sum()).row(0, named=True)
    columns = [name for name in numbers if sums[name] or name in ("rows_in", "rows_out")]
    rows = used.to_dicts()
    longest = max((row["rows_in"] + row["added"] for row in rows), default=0)
    for row in rows:
        row["bar"] = [_piece(*words.FATES[name], row[name], longest) for name in words.FATES if row[name]]
    legend = [{"label": label, "tone": tone} for name, (label, tone) in words.FATES.items() if sums[name]]
    return {"columns": columns, "rows": rows, "legend": legend, "total": sums}


def waiting(frame: pl.DataFrame, withheld: int = 0) -> Values:
    """What waits, the most first: entity, item, reason, count; and how many wait for an ID (`by_id`).

    Args:
        withheld: how many wait for an export, or for a look, instead.
    """
    shown = capped(frame.sort("count", descending=True, maintain_order=True), CAPS["waiting"])
    return shown | {"by_id": int(frame["count"].sum()) - withheld}


def links(frame: pl.DataFrame) -> Values:
    """One stacked bar a relation, split by how its references were resolved; and the legend."""
    if not frame.height:
        return {"rows": [], "legend": [], "more": 0}
    order = {how: place for place, how in enumerate(words.HOW)}
    known = frame.filter(pl.col("count") > 0).sort(
        pl.col("how").replace_strict(order, return_dtype=pl.Int64), maintain_order=True
    )
    totals = frame.group_by("entity", "relation", maintain_order=True).agg(pl.col("count").sum())
    rows = []
    for entity, relation, total in totals.filter(pl.col("count") > 0).head(CAPS["links"]).rows():
        part = known.filter(pl.col("entity") == entity, pl.col("relation") == relation)
        bar = [
            _how(how) | {"count": n, "width": words.share(n, total)}
            for how, n in part.select("how", "count").rows()
        ]
        lost = [f"{words.number(piece['count'])} {piece['short']}" for piece in bar if not piece["linked"]]
        rows.append(
            {"entity": entity, "relation": relation, "total": total, "lost": ", ".join(lost), "bar": bar}
        )
    by_how = known.group_by("how", maintain_order=True).agg(pl.col("count").sum())
    return {
        "rows": rows,
        "legend": [_how(how) | {"count": n} for how, n in by_how.rows()],
        "more": max(totals.height - CAPS["links"], 0),
    }


def _how(how: str) -> Values:
    known = words.HOW[how]
    return {"label": known.label, "tone": known.tone, "linked": known.linked, "short": known.short}


#: The two sides of the pipeline, and what the colours of its bars mean.
SIDES: Final = ("Sell", "Pipedrive")
STATUSES: Final[dict[str, str]] = {"Open": "now", "Won": "won", "Lost": "calm"}


def pipelines(frame: pl.DataFrame) -> Values:
    """Each pipeline with its stages on both sides: deals by status as a bar, and their sums by currency."""
    suffix = pl.format(" ({})", pl.col("pipeline").fill_null(""))
    told = frame.with_columns(
        pl.col("pipeline").fill_null("No pipeline"),
        # below the name of its pipeline, the stage cell `Quote (Green walls)` is just `Quote`
        pl.when(pl.col("stage").str.ends_with(suffix))
        .then(pl.col("stage").str.head(pl.col("stage").str.len_chars() - suffix.str.len_chars()))
        .otherwise(pl.col("stage").fill_null("No stage"))
        .alias("stage"),
    )
    names = told["pipeline"].unique(maintain_order=True)
    by_stage = told.group_by("side", "pipeline", "stage", maintain_order=True).agg(pl.col("deals").sum())
    shown = []
    for name in names.head(CAPS["pipelines"]):
        part, stages = told.filter(pl.col("pipeline") == name), by_stage.filter(pl.col("pipeline") == name)
        longest = max(stages["deals"].to_list(), default=0)
        sides = [_side(side, part.filter(pl.col("side") == side), longest) for side in SIDES]
        shown.append({"name": name, "sides": sides})
    return {"rows": shown, "more": max(names.len() - CAPS["pipelines"], 0)}


def _side(side: str, part: pl.DataFrame, longest: int) -> Values:
    """The stages of one pipeline on one side."""
    names = part["stage"].unique(maintain_order=True)
    rows = [
        _stage(name, part.filter(pl.col("stage") == name), longest) for name in names.head(CAPS["stages"])
    ]
    more = max(names.len() - CAPS["stages"], 0)
    return {"side": side, "stages": {"rows": rows, "more": more, "deals": int(part["deals"].sum())}}


def _stage(name: str, here: pl.DataFrame, longest: int) -> Values:
    deals = {status: int(here.filter(pl.col("status") == status)["deals"].sum()) for status in STATUSES}
    found = [status for status, n in deals.items() if n]
    bar = [_piece(status.lower(), STATUSES[status], deals[status], longest) for status in found]
    said = [f"{words.number(deals[status])} {status.lower()}: {_value(here, status)}" for status in found]
    return {"stage": name, "deals": int(here["deals"].sum()), "bar": bar, "sums": said}


def _value(here: pl.DataFrame, status: str) -> str:
    """Sums by currency, those of most deals first; a fourth currency and more are counted."""
    held = here.filter(pl.col("status") == status, pl.col("value").fill_null(0) != 0)
    sums = held.group_by("currency", maintain_order=True).agg(pl.col("value", "deals").sum())
    ordered = sums.sort("deals", descending=True, maintain_order=True).select("value", "currency").rows()
    said = [words.money(value, currency or "(no currency)") for value, currency in ordered[:_CURRENCIES]]
    rest = len(ordered) - _CURRENCIES
    more = [f"and {words.count(rest, 'currency', 'currencies')} more"] if rest > 0 else []
    return ", ".join([*said, *more]) or "no value"


def sums(frame: pl.DataFrame) -> list[Values]:
    """Before and after, by currency and status: the figures by which a sales lead knows the pipeline.

    Returns:
        Rows of currency, status, deals and value of either side (`Sell_deals` …), and whether they are the
        same.
    """
    keys = ["currency", "status"]
    sides = [
        frame.filter(pl.col("side") == side)
        .group_by(keys, maintain_order=True)
        .agg(pl.col("deals").sum().alias(f"{side}_deals"), pl.col("value").sum().alias(f"{side}_value"))
        for side in ("Sell", "Pipedrive")
    ]
    order = pl.col("status").replace_strict({"Open": 0, "Won": 1, "Lost": 2}, default=3, return_dtype=pl.Int8)
    both = sides[0].join(
        sides[1], on=keys, how="full", coalesce=True, nulls_equal=True, maintain_order="left_right"
    )
    filled = both.with_columns(pl.col("^.*_(deals|value)$").fill_null(0)).with_columns(
        same=(pl.col("Sell_deals") == pl.col("Pipedrive_deals"))
        & ((pl.col("Sell_value") - pl.col("Pipedrive_value")).abs() < 0.005)
    )
    return filled.sort(
        pl.col("Sell_deals").sum().over("currency"), "currency", order, descending=[True, False, False]
    ).to_dicts()


def skipped_deals(said: Rehearsed | None) -> int:
    """Deals that the rehearsed wizard skips, which the pipeline's figures count all the same."""
    return 0 if said is None else int(said.files.filter(pl.col("item") == "deals")["skipped"].sum())


def rehearsal(said: Rehearsed) -> Values:
    """Created, merged and skipped by file, the reasons, and the readings it rests on."""
    total = said.files.select(pl.col("rows", "created", "merged", "skipped").sum()).to_dicts()[0]
    return {
        "files": capped(said.files, CAPS["inputs"]),
        "total": total,
        "reasons": capped(said.reasons.sort("count", descending=True, maintain_order=True), CAPS["reasons"]),
        "assumptions": list(said.assumptions),
    }


def issues(frame: pl.DataFrame) -> Values:
    """Issues by code, worst and most frequent first, each with a few examples and what to do."""
    order = {name: place for place, name in enumerate(SEVERITIES)}
    entities = pl.col("entity").drop_nulls().unique(maintain_order=True).head(6)
    groups = (
        frame.group_by("severity", "code", maintain_order=True)
        .agg(entities.alias("entities"), pl.len().cast(pl.Int64).alias("count"))
        .sort(pl.col("severity").replace_strict(order, return_dtype=pl.Int8), -pl.col("count"), "code")
    )
    longest = max(groups["count"].to_list(), default=0)
    examples = frame.group_by("code", maintain_order=True).head(CAPS["examples"])
    shown = [
        group
        | {
            "title": words.spoken(group["code"]),
            "todo": KINDS[group["code"]].todo if group["code"] in KINDS else "",
            "width": words.share(group["count"], longest),
            "examples": examples.filter(pl.col("code") == group["code"])["message"].to_list(),
            "more": max(group["count"] - CAPS["examples"], 0),
        }
        for group in groups.head(CAPS["codes"]).to_dicts()
    ]
    counts = {name: int(groups.filter(pl.col("severity") == name)["count"].sum()) for name in order}
    return {"groups": shown, "counts": counts, "more": max(groups.height - CAPS["codes"], 0)}


def files(frame: pl.DataFrame) -> Values:
    """The files by item, parts of a long item as a range; `uploads` are those for the wizard."""
    rows = []
    for (item,) in frame.select("item").unique(maintain_order=True).rows():
        part = frame.filter(pl.col("item").eq_missing(pl.lit(item, dtype=pl.String)))
        named = part["file"].to_list()
        if len(named) > CAPS["parts"]:
            total = part.select(pl.col("rows", "bytes").sum()).to_dicts()[0]
            rows.append({"file": f"{named[0]} … {named[-1]}", "item": item, "parts": len(named)} | total)
        else:
            rows += [row | {"parts": 1} for row in part.to_dicts()]
    return {"rows": rows, "uploads": [row for row in rows if row["item"] in (*ITEMS, "updates")]}


def trial(frame: pl.DataFrame) -> list[str]:
    """Records in the trial by item, in upload order."""
    counts = dict(
        frame.unique(["item", "id"], maintain_order=True).group_by("item", maintain_order=True).len().rows()
    )
    return [words.count(counts[item], words.one(item), item) for item in ITEMS if item in counts]


#: The parts of a proof that speak against it, and what each is.
AGAINST: Final[dict[str, tuple[str, str]]] = {
    "unread": ("Not read", "Files of the Sell export of which nothing was read, and so nothing compared."),
    "missing": ("Missing", "Records of Sell that Pipedrive does not hold."),
    "merged": ("Merged", "Records of Pipedrive that hold several records of Sell."),
    "differing": ("Differing", "Values that are not what the laps write."),
    "links": (
        "Wrong links",
        (
            "Links that are not as in Sell: missing, added, or to another record. One that somebody changed"
            " by hand in Pipedrive looks the same: delete its row from repair/links before you upload that,"
            " or it is put back. Activities and notes follow what they hang on, and are looked at once that"
            " is right."
        ),
    ),
}
BESIDE: Final[dict[str, tuple[str, str]]] = {
    "unverifiable": (
        "Cannot be seen",
        "What Pipedrive’s exports do not show, so that it can be neither proved nor disproved.",
    ),
    "ok": ("Confirmed", "Records and values found as the laps write them."),
}


def verdict(there: str, unseen: str) -> str:
    """What a proof comes to against which nothing speaks.

    Args:
        there: how it is said that all is there.
        unseen: how much stands in columns that the exports lack, where there is something.
    """
    return f"All that the exports show is there; {unseen}" if unseen else there


def proof_page(frames: Mapping[str, pl.DataFrame], version: str, hint: str = "", unseen: str = "") -> Values:
    """The proof as values: the verdict, the summary, and each part with its first rows.

    Args:
        hint: what may explain the differences, where there is something.
        unseen: as of `verdict`.
    """
    against = {name: frames[name].height for name in AGAINST if name in frames}
    found = sum(against.values())
    parts = [
        {
            "name": name,
            "title": title,
            "text": text,
            "against": name in AGAINST,
            "columns": frames[name].columns,
        }
        | capped(frames[name], CAPS["proof"])
        for name, (title, text) in (AGAINST | BESIDE).items()
        if name in frames
    ]
    summary = frames.get("summary")
    return {
        "headline": verdict("Everything is there", unseen)
        if not found
        else f"{words.count(found, 'difference')} to look at",
        "good": not found,
        "hint": hint,
        "parts": parts,
        "summary": summary.to_dicts() if summary is not None else [],
        "summary_columns": summary.columns if summary is not None else [],
        "version": version,
    }

"""`report.html`: one self-contained page that says what a lap is and what to do next.

Two steps: `page(story)` turns the frames into plain values, capped so that a page of a million records is as small as
one of a hundred; the templates only set them. Without jinja2 (the extra `report`) `plain(story)` writes the essentials.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

import polars as pl

from zsell_transform.guide import words
from zsell_transform.guide.story import Rehearsed, Story
from zsell_transform.issues import KINDS
from zsell_transform.sell.entities import ITEMS

#: How many rows of each list a page shows at most; the rest is counted.
CAPS: Final[dict[str, int]] = {
    "inputs": 24, "parts": 4, "examples": 3, "codes": 60, "pipelines": 8, "stages": 16, "links": 30, "reasons": 12,
    "waiting": 20, "proof": 12,
}

Values = dict[str, Any]


def report_html(story: Story) -> str:
    """The page as text, from the value alone: the same story gives the same bytes."""
    return _render("report.html.j2", page(story)) or plain(story)


def proof_html_page(frames: Mapping[str, pl.DataFrame], *, version: str = "") -> str:
    """The proof as a page in the same style.

    Args:
        frames: `summary` and any of `ok, missing, merged, differing, links, unverifiable` (contract, section 8).
        version: of the library, for the foot of the page.
    """
    return _render("proof.html.j2", proof_page(frames, version)) or _plain_page(
        proof_page(frames, version)["headline"], {name: frame.head(200) for name, frame in frames.items()}
    )


# --- rendering ----------------------------------------------------------------------------------------------------


def _render(template: str, values: Values) -> str | None:
    """None when jinja2 is not installed: the caller then writes its plain page."""
    try:
        import jinja2
    except ImportError:
        return None
    engine = jinja2.Environment(
        loader=jinja2.PackageLoader("zsell_transform.guide"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    engine.filters.update(number=words.number, size=words.size, money=words.money, cut=words.cut, ticked=_ticked)
    return engine.get_template(template).render(values)


def _ticked(text: str) -> Any:
    """`name` between backticks as code, all else escaped."""
    from markupsafe import Markup, escape as safe

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(safe(text))))


def plain(story: Story) -> str:
    """The page without a template engine: headline, checklist, ledger, files, what waits, issues by code."""
    by_code = story.issues.group_by("severity", "code", maintain_order=True).len("count")
    text = headline(story)
    steps = [
        " ".join([f"{step['title']}.", step["text"], ", ".join(step["items"]), *(" ".join(c["pieces"]) for c in step["commands"][1:])])
        for step in checklist(story)
    ]
    tables = {"Files": story.files, "Ledger": story.ledger, "What waits": story.waiting, "Issues": by_code}
    return _plain_page(text["title"], tables, [text["lead"], *steps])


def _plain_page(title: str, tables: Mapping[str, pl.DataFrame], lines: Iterable[str] = ()) -> str:
    said = "".join(f"<p>{escape(line.replace('`', ''))}</p>\n" for line in lines)
    shown = "".join(f"<h2>{escape(name)}</h2>\n{_plain_table(table)}" for name, table in tables.items() if table.height)
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui;"
        "max-width:60rem;margin:2rem auto;padding:0 1rem}table{display:block;overflow-x:auto}td,th{padding:.2rem .8rem .2rem 0;text-align:left}</style>\n"
        f"<h1>{escape(title)}</h1>\n{said}{shown}"
        "<p>With <code>pip install 'zsell-transform[report]'</code> this page has charts and examples.</p></html>\n"
    )


def _plain_table(table: pl.DataFrame) -> str:
    def row(cells: Iterable[Any], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape('' if c is None else str(c))}</{tag}>" for c in cells) + "</tr>\n"

    return "<table>\n" + row(table.columns, "th") + "".join(row(cells, "td") for cells in table.rows()) + "</table>\n"


# --- the page as values -------------------------------------------------------------------------------------------


def page(story: Story) -> Values:
    """Everything that the template sets, as plain values."""
    return {
        "story": story,
        "version": story.version,
        "names": words.COLUMNS,
        "headline": headline(story),
        "progress": fates(story.ledger),
        "steps": checklist(story),
        "inputs": inputs(story.inputs),
        "ledger": ledger(story.ledger),
        "waiting": capped(story.waiting.sort("count", descending=True, maintain_order=True), CAPS["waiting"]),
        "links": links(story.links),
        "pipelines": pipelines(story.pipeline),
        "sums": sums(story.pipeline),
        "rehearsal": rehearsal(story.rehearsal) if story.rehearsal else None,
        "issues": issues(story.issues),
        "files": files(story.files),
        "trial": trial(story.trial),
        "notes": list(story.notes),
    }


def capped(frame: pl.DataFrame, limit: int) -> Values:
    """The first rows as dicts, and how many more there are."""
    return {"rows": frame.head(limit).to_dicts(), "more": max(frame.height - limit, 0), "count": frame.height}


def _uploads(ledger: pl.DataFrame) -> pl.DataFrame:
    """The ledger without documents, which no wizard imports."""
    return ledger.filter(pl.col("target").is_in(ITEMS))


def headline(story: Story) -> dict[str, str]:
    """The title and the paragraph below it."""
    rows = _uploads(story.ledger)
    total, added, out, waits, lost = (
        int(rows[name].sum()) for name in ("rows_in", "added", "rows_out", "waiting", "skipped")
    )
    errors = int(story.ledger["errors"].sum())
    if story.complete:
        title = "The migration is complete"
        said = [f"All {words.count(total, 'record')} of the Sell export that can be imported are in Pipedrive."]
    elif out:
        title = f"{words.count(out, 'record')} ready for Pipedrive"
        said = [f"The Sell export holds {words.count(total, 'record')} for Pipedrive."]
        if added:
            said.append(f"{words.count(added, 'company or person', 'companies and people')} known only by name came in with them.")
        if waits:
            said.append(f"{words.number(waits)} follow in a later lap, when Pipedrive has given the IDs they hang on.")
    else:
        title = "Nothing to upload in this lap"
        said = [f"{words.count(waits, 'record')} of {words.number(total)} wait: see below for what."]
    if lost:
        said.append(f"{words.count(lost, 'record is', 'records are')} left out, each named in `issues.csv`.")
    if errors:
        said.append(f"{words.count(errors, 'error is', 'errors are')} listed below: something that does not arrive.")
    return {"title": title, "lead": " ".join(said)}


def fates(ledger: pl.DataFrame) -> Values:
    """One bar for the whole move: what became of all records, documents aside."""
    rows = _uploads(ledger)
    total = int((rows["rows_in"] + rows["added"]).sum())
    parts = [
        {"label": label, "tone": tone, "count": int(rows[name].sum()), "width": words.share(rows[name].sum(), total)}
        for name, (label, tone) in words.FATES.items()
    ]
    return {"total": total, "parts": [part for part in parts if part["count"]]}


def checklist(story: Story) -> list[Values]:
    """What to do next, in order: title, text, and what stands below it (files, items, commands)."""
    if story.complete:
        return [_verify_step(story)]
    steps: list[Values] = []
    out = files(story.files)
    if story.lap == 1 and (made := _to_create(story.setup)):
        steps.append(_step("Prepare Pipedrive", f"Create {made}. `setup.md` lists each, in order, to tick off."))
    if story.trial.height:
        shown = words.count(story.trial.select("item", "id").n_unique(), "record")
        steps.append(_step(
            "Try it with a few records",
            f"The folder `trial` holds {shown} that show what is special in this account; "
            "`trial.md` says what to look for and what to change if it came out differently.",
        ))
    if out["uploads"]:
        steps.append(_step(
            "Upload the files in this order",
            "One after the other, in Pipedrive’s import wizard. Let each finish, and answer its question about "
            "duplicates with “merge”. `setup.md` says which column goes to which field.",
            files=out["uploads"],
        ))
    if story.exports_next:
        steps.append(_step(
            "Export from Pipedrive",
            f"From each list, all records and all columns, into one folder, here called `{story.pipedrive}`. "
            "The next lap reads from them what arrived, and the System IDs.",
            items=[words.spoken(item) for item in story.exports_next],
        ))
    steps.append(_step("Run the next lap", "It writes what is missing then, and only that.", commands=_next(story)))
    return steps


def _step(title: str, text: str, **below: Any) -> Values:
    return {"title": title, "text": text, "files": [], "items": [], "commands": [], **below}


def _to_create(setup: Mapping[str, pl.DataFrame]) -> str:
    return words.listed(
        words.count(setup[topic].height, *names)
        for topic, names in words.TOPICS.items()
        if topic in setup and setup[topic].height
    )


def _next(story: Story) -> list[Values]:
    named = {"pipedrive": story.pipedrive} | ({"mapping": story.mapping} if story.mapping else {})
    return [
        _python("zt.transform", [story.source, story.next_target], named),
        _shell("zsell-transform", [story.source, story.next_target], named),
    ]


def _verify_step(story: Story) -> Values:
    given = [story.source, story.pipedrive]
    named = {"mapping": story.mapping} if story.mapping else {}
    return _step(
        "Prove it",
        "Export once more from Pipedrive, and compare value by value and link by link before Sell is switched off.",
        commands=[_python("zt.verify", given, named), _shell("zsell-transform verify", given, named)],
    )


def _python(call: str, given: list[str], named: Mapping[str, str]) -> Values:
    """A call, in pieces between which a line may break."""
    said = [json.dumps(value, ensure_ascii=False) for value in given]
    said += [f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in named.items()]
    ends = [","] * (len(said) - 1) + [")"]
    pieces = [piece + end for piece, end in zip(said, ends, strict=True)]
    return {"where": "In Python", "pieces": [f"{call}({pieces[0]}", *pieces[1:]]}


def _shell(command: str, given: list[str], named: Mapping[str, str]) -> Values:
    flags = [f"--{key} {shlex.quote(value)}" for key, value in named.items()]
    return {"where": "or at the command line", "pieces": [command, *map(shlex.quote, given), *flags]}


def inputs(frame: pl.DataFrame) -> Values:
    """The files read, largest first when there are too many to show."""
    delimiters = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", " ": "space"}
    shown = frame if frame.height <= CAPS["inputs"] else frame.sort("rows", descending=True, maintain_order=True)
    named = shown.with_columns(pl.col("delimiter").replace(delimiters))
    return capped(named, CAPS["inputs"]) | {"rows_total": int(frame["rows"].sum())}


def ledger(frame: pl.DataFrame) -> Values:
    """The ledger's rows that hold anything, a bar for each, the sum, and the columns worth showing."""
    numbers = [name for name in frame.columns if name not in ("entity", "target")]
    used = frame.filter(pl.any_horizontal(pl.col(numbers) > 0))
    always = {"rows_in", "rows_out"}
    columns = [name for name in numbers if name in always or int(used[name].sum())]
    longest = int((used["rows_in"] + used["added"]).max() or 0) if used.height else 0  # type: ignore[call-overload]
    rows = [
        row | {"bar": [
            {"tone": tone, "label": label, "count": row[name], "width": words.share(row[name], longest)}
            for name, (label, tone) in words.FATES.items() if row[name]
        ]}
        for row in used.to_dicts()
    ]
    seen = {part["tone"] for row in rows for part in row["bar"]}
    legend = [{"label": label, "tone": tone} for label, tone in words.FATES.values() if tone in seen]
    return {"columns": columns, "rows": rows, "legend": legend, "total": {name: int(used[name].sum()) for name in columns}}


def links(frame: pl.DataFrame) -> Values:
    """One stacked bar a relation, split by how its references were resolved; and the legend."""
    if not frame.height:
        return {"rows": [], "legend": [], "more": 0}
    order = {how: place for place, how in enumerate(words.HOW)}
    known = frame.filter(pl.col("count") > 0).sort(
        pl.col("how").replace_strict(order, default=len(order), return_dtype=pl.Int64), maintain_order=True
    )
    totals = frame.group_by("entity", "relation", maintain_order=True).agg(pl.col("count").sum())
    rows = []
    for entity, relation, total in totals.filter(pl.col("count") > 0).head(CAPS["links"]).rows():
        part = known.filter(pl.col("entity") == entity, pl.col("relation") == relation)
        bar = [_how(how) | {"count": n, "width": words.share(n, total)} for how, n in part.select("how", "count").rows()]
        lost = sum(piece["count"] for piece in bar if not piece["linked"])
        rows.append({"entity": entity, "relation": relation, "total": total, "lost": lost, "bar": bar})
    by_how = known.group_by("how", maintain_order=True).agg(pl.col("count").sum())
    return {
        "rows": rows,
        "legend": [_how(how) | {"count": n} for how, n in by_how.rows()],
        "more": max(totals.height - CAPS["links"], 0),
    }


def _how(how: str) -> Values:
    known = words.HOW.get(how, words.How(words.spoken(how).lower(), "calm"))
    return {"label": known.label, "tone": known.tone, "linked": known.linked}


def pipelines(frame: pl.DataFrame) -> Values:
    """Each pipeline with its stages on both sides: deals by status as a bar, open and closed sums by currency."""
    names = frame.group_by("pipeline", maintain_order=True).agg(pl.col("deals").sum())
    shown = []
    for pipeline in names["pipeline"].head(CAPS["pipelines"]).to_list():
        part = frame.filter(pl.col("pipeline").eq_missing(pl.lit(pipeline, dtype=pl.String)))
        longest = max((max(_by_stage(part, side)["deals"].to_list(), default=0) for side in ("Sell", "Pipedrive")), default=0)
        shown.append({
            "name": pipeline or "No pipeline",
            "sides": [{"side": side, "stages": _stages(part, side, longest)} for side in ("Sell", "Pipedrive")],
        })
    return {"rows": shown, "more": max(names.height - CAPS["pipelines"], 0)}


def _by_stage(part: pl.DataFrame, side: str) -> pl.DataFrame:
    return part.filter(pl.col("side") == side).group_by("stage", maintain_order=True).agg(pl.col("deals").sum())


def _stages(part: pl.DataFrame, side: str, longest: int) -> Values:
    tones = {"Open": "now", "Won": "won", "Lost": "calm"}
    totals = _by_stage(part, side)
    rows = []
    for stage, deals in totals.head(CAPS["stages"]).rows():
        here = part.filter(pl.col("side") == side, pl.col("stage").eq_missing(pl.lit(stage, dtype=pl.String)))
        status = dict(here.group_by("status", maintain_order=True).agg(pl.col("deals").sum()).rows())
        bar = [
            {"tone": tone, "label": name.lower(), "count": status[name], "width": words.share(status[name], longest)}
            for name, tone in tones.items() if status.get(name)
        ]
        said = [
            f"{words.number(status[name])} {name.lower()}: {', '.join(_sums(here.filter(pl.col('status') == name))) or 'no value'}"
            for name in tones if status.get(name)
        ]
        rows.append({"stage": stage or "No stage", "deals": deals, "bar": bar, "sums": said})
    return {"rows": rows, "more": max(totals.height - CAPS["stages"], 0), "deals": int(totals["deals"].sum())}


def _sums(part: pl.DataFrame, limit: int = 3) -> list[str]:
    """Sums by currency, the largest first; a fourth currency and more are counted."""
    held = part.filter(pl.col("value").is_not_null() & (pl.col("value") != 0))
    sums = held.group_by("currency", maintain_order=True).agg(pl.col("value").sum(), pl.col("deals").sum())
    ordered = sums.sort("deals", descending=True, maintain_order=True).select("value", "currency").rows()
    said = [words.money(value, currency) for value, currency in ordered[:limit]]
    return [*said, f"and {words.count(len(ordered) - limit, 'currency', 'currencies')} more"] if len(ordered) > limit else said


def sums(frame: pl.DataFrame) -> list[Values]:
    """Before and after, by currency and status: the figures by which a sales lead knows the pipeline."""
    keys = ["currency", "status"]
    sides = [
        frame.filter(pl.col("side") == side)
        .group_by(keys, maintain_order=True)
        .agg(pl.col("deals").sum().alias(f"{side}_deals"), pl.col("value").sum().alias(f"{side}_value"))
        for side in ("Sell", "Pipedrive")
    ]
    order = pl.col("status").replace_strict({"Open": 0, "Won": 1, "Lost": 2}, default=3, return_dtype=pl.Int8)
    both = sides[0].join(sides[1], on=keys, how="full", coalesce=True, nulls_equal=True, maintain_order="left_right")
    filled = both.with_columns(pl.col("^.*_(deals|value)$").fill_null(0)).with_columns(
        same=(pl.col("Sell_deals") == pl.col("Pipedrive_deals"))
        & ((pl.col("Sell_value") - pl.col("Pipedrive_value")).abs() < 0.005)
    )
    return filled.sort(pl.col("Sell_deals").sum().over("currency"), "currency", order, descending=[True, False, False]).to_dicts()


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
    order = {"error": 0, "warning": 1, "info": 2}
    groups = (
        frame.group_by("severity", "code", maintain_order=True)
        .agg(pl.len().alias("count"), pl.col("entity").drop_nulls().unique(maintain_order=True).head(6).alias("entities"))
        .sort(
            pl.col("severity").replace_strict(order, default=3, return_dtype=pl.Int8), -pl.col("count").cast(pl.Int64), "code",
        )
    )
    longest = int(groups["count"].max() or 0)  # type: ignore[call-overload]
    shown = []
    for group in groups.head(CAPS["codes"]).to_dicts():
        kind = KINDS.get(group["code"])
        examples = frame.filter(pl.col("code") == group["code"], pl.col("severity") == group["severity"]).head(CAPS["examples"])
        shown.append(group | {
            "title": words.spoken(group["code"]),
            "todo": kind.todo if kind else "",
            "width": words.share(group["count"], longest),
            "examples": examples.to_dicts(),
            "more": max(group["count"] - CAPS["examples"], 0),
        })
    counts = {name: int(frame["severity"].eq(name).sum()) for name in order}
    return {"groups": shown, "counts": counts, "more": max(groups.height - CAPS["codes"], 0)}


def files(frame: pl.DataFrame) -> Values:
    """The files by item, parts of a long item as a range; `uploads` are those for the wizard."""
    rows = []
    for item, in frame.select("item").unique(maintain_order=True).rows():
        part = frame.filter(pl.col("item").eq_missing(pl.lit(item, dtype=pl.String)))
        named = part["file"].to_list()
        if len(named) > CAPS["parts"]:
            total = part.select(pl.col("rows", "bytes").sum()).to_dicts()[0]
            rows.append({"file": f"{named[0]} … {named[-1]}", "item": item, "parts": len(named)} | total)
        else:
            rows += [row | {"parts": 1} for row in part.to_dicts()]
    return {"rows": rows, "uploads": [row for row in rows if row["item"] in ITEMS]}


def trial(frame: pl.DataFrame) -> list[str]:
    """Records in the trial by item, in upload order."""
    counts = dict(frame.unique(["item", "id"], maintain_order=True).group_by("item", maintain_order=True).len().rows())
    return [words.count(counts[item], _one(item), item) for item in ITEMS if item in counts]


def _one(item: str) -> str:
    return {"activities": "activity"}.get(item, item.removesuffix("s"))


# --- the proof ----------------------------------------------------------------------------------------------------

#: The parts of a proof that speak against it, and what each is.
AGAINST: Final[dict[str, tuple[str, str]]] = {
    "missing": ("Missing", "Records of Sell that Pipedrive does not hold."),
    "merged": ("Merged", "Records of Pipedrive that hold several records of Sell."),
    "differing": ("Differing", "Values that are not what was written."),
    "links": ("Links", "Relations of Sell that Pipedrive does not hold."),
}
BESIDE: Final[dict[str, tuple[str, str]]] = {
    "unverifiable": ("Cannot be seen", "What Pipedrive’s exports do not show, so that it can be neither proved nor disproved."),
    "ok": ("Confirmed", "Records and values found as written."),
}


def proof_page(frames: Mapping[str, pl.DataFrame], version: str) -> Values:
    """The proof as values: the verdict, the summary, and each part with its first rows."""
    against = {name: frames[name].height for name in AGAINST if name in frames}
    found = sum(against.values())
    parts = [
        {"name": name, "title": title, "text": text, "against": name in AGAINST, "columns": frames[name].columns}
        | capped(frames[name], CAPS["proof"])
        for name, (title, text) in (AGAINST | BESIDE).items()
        if name in frames
    ]
    summary = frames.get("summary")
    return {
        "headline": "Everything is there" if not found else f"{words.count(found, 'difference')} to look at",
        "good": not found,
        "parts": parts,
        "summary": summary.to_dicts() if summary is not None else [],
        "summary_columns": summary.columns if summary is not None else [],
        "version": version,
    }

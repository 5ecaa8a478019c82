"""How a migration and a proof show themselves: as text, and as HTML in a notebook.

The HTML takes colours and fonts from the page it stands in, so that light and dark notebooks both read well.
It has neither script nor network. Only small frames are shown: a ledger, a list of files, first rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import polars as pl

from zsell_transform.guide import chapters, words
from zsell_transform.guide.headline import headline
from zsell_transform.guide.steps import Step, checklist, unwritten
from zsell_transform.guide.story import Story

#: Rows of a table that a notebook shows; the rest is counted.
ROWS: Final = 12
#: The colours of a bar by tone; between the light and the dark of the report, to stand on either ground.
TONES: Final[dict[str, str]] = {
    "now": "#2a8573", "done": "#6d879a", "wait": "#b8862b", "calm": "#918b7e", "bad": "#c4574a",
}  # fmt: skip
_BOX: Final = "max-width:56rem;line-height:1.5;font-variant-numeric:tabular-nums"
_SOFT: Final = "opacity:.7"


# --- HTML -----------------------------------------------------------------------------------------


def migration_html(story: Story) -> str:
    """A migration: what it comes to, a bar, the ledger, and what to do next."""
    said = headline(story, "in `.issues`")
    bar = chapters.fates(story.ledger)
    told = chapters.ledger(story.ledger)
    shown = {"entity": "in Sell"} | {name: words.COLUMNS[name] for name in told["columns"]}
    rows = pl.DataFrame([{title: row[name] for name, title in shown.items()} for row in told["rows"]])
    steps = "".join(f"<li>{_step(step)}</li>" for step in _next(story))
    return _box(
        f"{story.called}: {said['title']}",
        _paragraph(said["lead"]),
        _bar(bar["parts"]),
        table_html(rows),
        _heading("Next"),
        f"<ol style='margin:0;padding-left:1.4em'>{steps}</ol>",
    )


def proof_html(frames: Mapping[str, pl.DataFrame], hint: str = "", unseen: str = "") -> str:
    """A proof (frames as for `report.proof_html_page`): verdict, summary, and what speaks against it."""
    told = chapters.proof_page(frames, "", unseen=unseen)
    against = [part for part in told["parts"] if part["against"] and part["count"]]
    return _box(
        told["headline"],
        _paragraph(hint) if hint else "",
        table_html(frames["summary"]) if "summary" in frames else "",
        *(_heading(part["title"], part["text"]) + table_html(frames[part["name"]]) for part in against),
    )


def table_html(frame: pl.DataFrame) -> str:
    """A compact table: numbers to the right, long texts cut, further rows counted; "" for an empty frame."""
    if not frame.height:
        return ""
    numbers = {name for name, kind in frame.schema.items() if kind.is_numeric() and words.counted(name)}

    def cell(tag: str, name: str, text: str) -> str:
        side = "right" if name in numbers else "left"
        return f"<{tag} style='text-align:{side};padding:.15em .9em .15em 0'>{text}</{tag}>"

    def shown(name: str, value: Any) -> str:
        if value is None or (value == 0 and name in numbers):
            return "–" if name in numbers else ""
        return words.number(value) if name in numbers else escape(words.cut(str(value), 90))

    head = "".join(cell("th", name, escape(words.worded(name))) for name in frame.columns)
    body = "".join(
        f"<tr>{''.join(cell('td', name, shown(name, value)) for name, value in row.items())}</tr>"
        for row in frame.head(ROWS).to_dicts()
    )
    rest = frame.height - ROWS
    more = f"<div style='{_SOFT}'>… and {words.number(rest)} more</div>" if rest > 0 else ""
    rows = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f"<table style='border-collapse:collapse;margin:.4em 0'>{rows}</table>{more}"


def _box(title: str, *parts: str) -> str:
    heading = f"<div style='font-size:1.25em;font-weight:600'>{escape(title)}</div>"
    return f"<div style='{_BOX}'>{heading}{''.join(parts)}</div>"


def _heading(title: str, text: str = "") -> str:
    return f"<p style='margin:.8em 0 .2em'><b>{title}</b> <span style='{_SOFT}'>{text}</span></p>"


def _paragraph(text: str) -> str:
    return f"<p style='margin:.2em 0 .6em;{_SOFT}'>{escape(text.replace('`', ''))}</p>"


def _bar(parts: Sequence[chapters.Values]) -> str:
    """The bar of the whole move, with its legend."""
    pieces = "".join(
        f"<span style='flex:1 1 {part['width']}%;min-width:2px;background:{TONES[part['tone']]}'></span>"
        for part in parts
    )
    legend = " · ".join(
        f"<span style='color:{TONES[part['tone']]}'>■</span> {words.number(part['count'])} {part['label']}"
        for part in parts
    )
    bar = f"<div style='display:flex;gap:1px;height:.8em;border-radius:3px;overflow:hidden'>{pieces}</div>"
    return f"{bar}<div style='margin:.3em 0 .8em'>{legend}</div>"


def _next(story: Story) -> list[Step]:
    return unwritten(story) if story.target is None else checklist(story)


def _step(step: Step) -> str:
    """A step in a line: files and items behind it, the Python command below it."""
    files = [f"{file['file']} ({words.count(file['rows'], 'row')})" for file in step.files]
    below = words.listed([*files, *step.items]) or ("" if step.commands else step.text.replace("`", ""))
    text = f"<b>{escape(step.title)}</b>{': ' + escape(below) if below else ''}"
    command = " ".join(step.commands[0].pieces) if step.commands else ""
    return f"{text}<br><code>{escape(command)}</code>" if command else text


# --- text -----------------------------------------------------------------------------------------


def migration_text(story: Story) -> str:
    """A migration in a few lines, for a terminal: what it comes to and what is next."""
    said = headline(story, "in `.issues`")
    parts = chapters.fates(story.ledger)["parts"]
    fates = ", ".join(f"{words.number(part['count'])} {part['label']}" for part in parts)
    steps = [_step_text(place, step) for place, step in enumerate(_next(story), start=1)]
    lead = said["lead"].replace("`", "")
    return "\n".join([f"{story.called}: {said['title']}", lead, fates, "", "Next:", *steps])


def _step_text(place: int, step: Step) -> str:
    below = [file["file"] for file in step.files] + list(step.items)
    command = ["\n     " + " ".join(step.commands[0].pieces)] if step.commands else []
    return f"  {place}. {step.title}{': ' if below else ''}{', '.join(below)}{''.join(command)}"


def proof_text(frames: Mapping[str, pl.DataFrame], hint: str = "", unseen: str = "") -> str:
    """A proof in a line: the verdict and how many of each kind; a hint stands in another."""
    told = chapters.proof_page(frames, "", unseen=unseen)
    counts = ", ".join(f"{words.number(part['count'])} {part['title'].lower()}" for part in told["parts"])
    return f"{told['headline']}: {counts}" + (f"\n{hint}" if hint else "")

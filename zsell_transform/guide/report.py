"""`report.html`: one self-contained page that says what a lap is and what to do next.

Two steps: `page(story)` turns the frames into plain values, capped so that the page of a million records is
no longer than that of a hundred; the templates only set them. Without jinja2 (the extra `report`)
`brief(story)` says the essentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from typing import Any, Final

import polars as pl

from zsell_transform.guide import chapters, steps, words
from zsell_transform.guide.chapters import Values
from zsell_transform.guide.headline import headline
from zsell_transform.guide.story import Story


def report_html(story: Story) -> str:
    """The page as text, from the value alone: the same story gives the same bytes."""
    return _render("report.html.j2", page(story)) or brief(story)


def proof_html_page(
    frames: Mapping[str, pl.DataFrame], *, version: str = "", hint: str = "", unseen: str = ""
) -> str:
    """The proof as a page in the same style.

    Args:
        frames: `summary` and any of `ok, missing, merged, differing, links, unverifiable`, as in a proof.
        version: of the library, for the foot of the page.
        hint: what may explain the differences.
        unseen: how much stands in columns that the exports lack.
    """
    values = chapters.proof_page(frames, version, hint, unseen)
    few = {name: frame.head(200) for name, frame in frames.items()}
    return _render("proof.html.j2", values) or _plain_page(values["headline"], few, [hint] if hint else [])


def page(story: Story) -> Values:
    """Everything that the template sets, as plain values."""
    return {
        "story": story,
        "version": story.version,
        "names": words.COLUMNS,
        "headline": headline(story),
        "progress": chapters.fates(story.ledger),
        "steps": steps.checklist(story),
        "inputs": chapters.inputs(story.inputs),
        "ledger": chapters.ledger(story.ledger),
        "waiting": chapters.waiting(story.waiting, sum((*story.withheld.values(), *story.doubted.values()))),
        "links": chapters.links(story.links),
        "pipelines": chapters.pipelines(story.pipeline),
        "sums": chapters.sums(story.pipeline),
        "skipped_deals": chapters.skipped_deals(story.rehearsal),
        "rehearsal": chapters.rehearsal(story.rehearsal) if story.rehearsal else None,
        "issues": chapters.issues(story.issues),
        "files": chapters.files(story.files),
        "trial": chapters.trial(story.trial),
    }


def _render(template: str, values: Values) -> str | None:
    """None when jinja2 is not installed: the caller then writes its plain page."""
    try:
        engine = _engine()
    except ImportError:
        return None
    return words.upright(str(engine.get_template(template).render(values)))


@cache
def _engine() -> Any:
    """jinja2 with our pages and words, which keeps the pages that it has read."""
    import jinja2  # an extra: without it the pages are plain

    engine = jinja2.Environment(
        loader=jinja2.PackageLoader("zsell_transform.guide", "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    engine.filters.update(
        number=words.number,
        size=words.size,
        money=words.money,
        cut=words.cut,
        ticked=_ticked,
        spoken=words.spoken,
    )
    engine.tests.update(counted=words.counted)
    return engine


def _ticked(text: str) -> Any:
    """`name` between backticks as code, all else escaped."""
    from markupsafe import Markup  # comes with jinja2
    from markupsafe import escape as safe

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(safe(text))))


def brief(story: Story) -> str:
    """The page without a template engine: headline, checklist, files, ledger, what waits, issues by code."""
    by_code = story.issues.group_by("severity", "code", maintain_order=True).len("count")
    said = headline(story)
    tables = {"Files": story.files, "Ledger": story.ledger, "What waits": story.waiting, "Issues": by_code}
    return _plain_page(said["title"], tables, [said["lead"], *map(_one_line, steps.checklist(story))])


def _one_line(step: steps.Step) -> str:
    commands = " or: ".join(" ".join(command.pieces) for command in step.commands)
    return " ".join([f"{step.title}.", step.text, ", ".join(step.items), commands]).strip()


PLAIN: Final = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
p {{ overflow-wrap: break-word }}
table {{ display: block; overflow-x: auto }} td, th {{ padding: .2rem .8rem .2rem 0; text-align: left }}
</style>
<h1>{title}</h1>
{body}
<p>With <code>pip install 'zsell_transform[report]'</code> this page has charts and examples.</p></html>
"""


def _plain_page(title: str, tables: Mapping[str, pl.DataFrame], lines: Iterable[str] = ()) -> str:
    said = [f"<p>{escape(line.replace('`', ''))}</p>" for line in lines]
    shown = [
        f"<h2>{escape(name)}</h2>\n{_plain_table(table)}" for name, table in tables.items() if table.height
    ]
    return words.upright(PLAIN.format(title=escape(title), body="\n".join(said + shown)))


def _plain_table(table: pl.DataFrame) -> str:
    def row(cells: Iterable[Any], tag: str) -> str:
        told = ("" if cell is None else escape(str(cell)) for cell in cells)
        return f"<tr>{''.join(f'<{tag}>{text}</{tag}>' for text in told)}</tr>"

    return "\n".join(
        ["<table>", row(table.columns, "th"), *(row(cells, "td") for cells in table.rows()), "</table>"]
    )

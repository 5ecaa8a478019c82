"""Fills the reference pages from the code and its YAML while the site is built, so that they cannot lie.

A line `<!-- generated: fields -->` in a page is replaced by what the function of that name returns.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

# The tutorial runs in a kernel of its own; a page needs no trace of its progress bars.
os.environ.setdefault("TQDM_DISABLE", "1")

NOTEBOOK_LINK = re.compile(r'href="([\w/.-]+\.md)(#[^"]*)?"')
MARK = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    header = list(header)
    return "\n".join([row(*header), row(*["---"] * len(header)), *(row(*cells) for cells in rows)])


def fields() -> str:
    """Each Pipedrive column, where it comes from in Sell, and whether it must be created first."""
    from zsell_transform.pipedrive.account import type_name
    from zsell_transform.pipedrive.fields import PREFIXES, field_facts

    sources = sell_columns()
    facts = field_facts().values()
    header = ("column", "type", "in Pipedrive", "sure", "from Sell")

    def created(fact: Any) -> str:
        return f"create as *{type_name(fact.type)}*" if fact.create else "default"

    parts = []
    for item, prefix in PREFIXES.items():
        rows = [
            (f"`{fact.name}`", fact.type, created(fact), fact.sure, sources.get(fact.header, ""))
            for fact in facts
            if fact.item == item
        ]
        parts.append(f"## {item.capitalize()}\n\nHeaders: `{prefix} - …`\n\n" + table(header, rows))
    return "\n\n".join(parts)


def sell_columns() -> dict[str, str]:
    """Pipedrive header → the Sell columns that its transformers read."""
    from zsell_transform.mapping import Mapping
    from zsell_transform.transformers import TABLES

    found: dict[str, list[str]] = {}
    for entity, make in TABLES.items():
        made = make(Mapping.load(None), nothing_seen())
        written = [(field.header, field.value.meta.root_names()) for field in made.fields]
        if made.html:  # heading, body and mark, one below the other
            parts = (made.html.heading, made.html.body, made.html.mark)
            written.append((made.html.header, [name for part in parts for name in part.meta.root_names()]))
        for header, roots in written:
            names = sorted(read(made, roots))
            found.setdefault(header, []).append(f"{entity}: {', '.join(names)}" if names else "")
    return {header: "; ".join(filter(None, texts)) for header, texts in found.items()}


def read(made: Any, names: list[str]) -> set[str]:
    """Sell's columns behind an expression: names that the table gave are followed to what they read."""
    found: set[str] = set()
    for name in names:
        if name in made.given:
            found |= read(made, made.given[name].meta.root_names())
        elif not name.startswith("_"):
            found.add(f"`{name}`")
    return found


def nothing_seen() -> Any:
    """The survey of an export without a record."""
    import polars as pl

    from zsell_transform.issues import empty
    from zsell_transform.survey.facts import STAGES, Survey

    return Survey({}, {}, {}, pl.DataFrame(schema=STAGES), empty())


def slots(template: str) -> str:
    """`{field}` stands for the row's field; said in italics, since braces mean something in Markdown.

    Of `{value|record|records}` the plural is said.
    """
    counted = re.sub(r"\{(\w+)\|[^|{}]*\|([^|{}]*)\}", r"*\1* \2", template)
    return re.sub(r"\{(\w+)\}", r"*\1*", counted)


def issues() -> str:
    """Every code, worst first."""
    from zsell_transform.issues import KINDS, SEVERITIES

    parts = []
    header = ("code", "what was found", "what was done", "what you can do")
    for severity in SEVERITIES:
        rows = [
            (f"`{code}`", slots(kind.what), slots(kind.did), kind.todo)
            for code, kind in sorted(KINDS.items())
            if kind.severity == severity
        ]
        parts.append(f"## {severity}\n\n" + table(header, rows))
    return "\n\n".join(parts)


def assumptions() -> str:
    """Every unsure fact about the wizard, with its other readings."""
    from zsell_transform.pipedrive.assumptions import table as known

    columns = ("question", "says", "reading", "others", "sure", "source", "wrong", "key")
    header = ("question", "we take it that", "called", "or", "sure", "source", "if wrong", "what helps")
    return table(header, known().select(columns).iter_rows())


def assumption_sources() -> str:
    """What the letters of the sources of the assumptions mean."""
    from zsell_transform.pipedrive.assumptions import SOURCES

    return table(("code", "source"), ((f"`{code}`", where) for code, where in SOURCES.items()))


def sources() -> str:
    """What the letters of the sources mean."""
    from zsell_transform.pipedrive.fields import _file

    return table(("code", "source"), ((f"`{code}`", where) for code, where in _file()["sources"].items()))


GENERATORS: dict[str, Callable[[], str]] = {
    "fields": fields,
    "issues": issues,
    "assumptions": assumptions,
    "assumption_sources": assumption_sources,
    "sources": sources,
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Called by MkDocs for every page before it is rendered."""
    return MARK.sub(lambda found: GENERATORS[found[1]](), markdown)


def on_page_content(html: str, *, page: Any, files: Any, **_: Any) -> str:
    """Links of a notebook to pages, which MkDocs turns into addresses in Markdown alone."""

    def address(found: re.Match[str]) -> str:
        target = files.get_file_from_path(found[1])
        return found[0] if target is None else f'href="{target.url_relative_to(page.file)}{found[2] or ""}"'

    of_notebook = page.file.src_uri.endswith(".ipynb")
    return NOTEBOOK_LINK.sub(address, html) if of_notebook else html

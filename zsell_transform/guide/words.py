"""How numbers, sizes, sums and names are said to people, so that page, notebook and trial agree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from typing import Final

import attrs

from zsell_transform.counts import count as count
from zsell_transform.counts import number as number

#: What becomes of a record, in the ledger's own order: column → (what it is called, tone of its bar).
FATES: Final[dict[str, tuple[str, str]]] = {
    "present": ("already in Pipedrive", "done"),
    "rows_out": ("to upload now", "now"),
    "waiting": ("waiting for the next lap", "wait"),
    "merged": ("merged into another", "calm"),
    "skipped": ("left out", "bad"),
}

#: The ledger's columns as a table shows them.
COLUMNS: Final[dict[str, str]] = {
    "rows_in": "In",
    "added": "Added",
    "rows_out": "To upload",
    "present": "There",
    "waiting": "Waiting",
    "merged": "Merged",
    "skipped": "Left out",
    "updated": "Updated",
    "linked": "Linked",
    "unlinked": "Link missing",
    "errors": "Errors",
    "warnings": "Warnings",
}


@attrs.frozen
class How:
    """One way in which a reference was resolved: its name, its tone, and whether the link is on the row.

    `short` says behind a number what became of those that are not.
    """

    label: str
    tone: str
    linked: bool = True
    short: str = ""


#: Ways in which a reference to another record was resolved (those of the linker), best first.
HOW: Final[dict[str, How]] = {
    "id": How("by Sell id", "now"),
    "email": How("by e-mail", "now-2"),
    "name": How("by name", "now-3"),
    "deals": How("from its deals", "now-4"),
    "domain": How("by the domain of its e-mail", "calm"),
    "ambiguous": How("several fit, left out", "warn", linked=False, short="ambiguous"),
    "dangling": How("not in the export", "bad", linked=False, short="not found"),
}

#: Signs that mean something in Markdown, as they may stand in a name.
_SIGNS: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|~"})

#: An ampersand that begins the name of a sign, as HTML and Markdown write it (`&amp;`).
_ENTITY: Final = re.compile(r"&(?=\w+;)")

#: Embeddings, overrides and isolates: one that a name leaves open turns the rest of its line around.
_TURNING: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))

#: Signs of control; those that pages are made of are none.
_CONTROL: Final = {sign: f"\\x{sign:02x}" for sign in (*range(9), *range(11, 32), *range(127, 160))}

_UNSEEN: Final = _TURNING | _CONTROL

TOPICS: Final[dict[str, tuple[str, str]]] = {
    "users": ("user", "users"),
    "currencies": ("currency", "currencies"),
    "fields": ("custom field", "custom fields"),
    "labels": ("label", "labels"),
    "stages": ("pipeline stage", "pipeline stages"),
    "activity_types": ("activity type", "activity types"),
    "lost_reasons": ("lost reason", "lost reasons"),
    "filters": ("filter", "filters"),
}


def size(octets: int | None) -> str:
    """Bytes as a file manager shows them."""
    if octets is None:
        return "–"
    value, units = float(octets), ["bytes", "kB", "MB", "GB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.0f} {units[0]}" if units[0] == "bytes" or value >= 100 else f"{value:.1f} {units[0]}"


def money(value: float | None, currency: str | None) -> str:
    """`1,250,000 SEK`; cents only where there are any."""
    if value is None:
        return "–"
    if not isfinite(value):  # a sum of numbers that are each just in reach
        return "∞"
    whole = abs(value - round(value)) < 0.005
    amount = f"{value:,.0f}" if whole else f"{value:,.2f}"
    return f"{amount}\u00a0{currency}" if currency else amount


def share(part: float, whole: float) -> float:
    """Per cent with two decimals, as the width of a bar; what is there is never invisible."""
    if not part or not whole:
        return 0.0
    return round(max(100 * part / whole, 0.4), 2)


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *head, tail = list(words) or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def worded(code: str) -> str:
    """`deleted_in_sell` → `deleted in Sell`: what has a name or is an identifier keeps its capitals."""
    return re.sub(
        r"\b(system id|ids?|sell|pipedrive|json)\b", lambda found: _NAMES[found[0]], code.replace("_", " ")
    )


#: Words of a code that are written otherwise.
_NAMES: Final = {
    "system id": "System ID", "id": "ID", "ids": "IDs", "sell": "Sell", "pipedrive": "Pipedrive",
    "json": "JSON",
}  # fmt: skip


def spoken(code: str) -> str:
    """The same at the beginning of a line: `two_organizations` → `Two organizations`."""
    text = worded(code)
    return text[:1].upper() + text[1:]


def cut(text: str | None, length: int = 140) -> str:
    """At most `length` characters, on one line."""
    flat = " ".join((text or "").split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def markdown(text: object) -> str:
    """Text that means only itself in Markdown, on one line."""
    return _ENTITY.sub(r"\\&", " ".join(str(text).split()).translate(_SIGNS))


def code(text: str, *, cell: bool = False) -> str:
    """Text as code in Markdown; a table cell also needs its bars guarded."""
    flat = " ".join(text.split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    pad = " " if "`" in flat else ""
    coded = f"{fence}{pad}{flat}{pad}{fence}"
    return coded.replace("|", r"\|") if cell else coded


def upright(page: str) -> str:
    """What people are shown, without what a name may hold to change the rest of it: marks that turn the
    direction of a line are left out, signs of control (`\\x1b` colours a terminal) are written out.
    """
    return page.translate(_UNSEEN)


def one(item: str) -> str:
    """`activities` → `activity`."""
    return "activity" if item == "activities" else item.removesuffix("s")


def counted(column: str) -> bool:
    """Whether numbers of this column are amounts, and not names of something such as ids and rows."""
    return column != "row" and not column.endswith("id")

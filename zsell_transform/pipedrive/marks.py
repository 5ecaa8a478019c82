"""The marks by which notes and activities of ours are found: in Pipedrive's HTML as it comes back."""

from __future__ import annotations

from typing import Final

import polars as pl

#: Item → the column of its export in which the marks stand.
MARKED_TEXT: Final = {"activities": "Note", "notes": "Content"}

_MARKS: Final = {
    "activities": r"^(Sell (?:task|call|visit) \S+)$",
    "notes": r"(?:^|· )(Sell (?:note|text|email) \S+)(?: · [a-z]+)?$",
}
_NEAR: Final = 1000  # no heading is longer; the rest of a long note is not looked at


def mark(item: str, text: pl.Expr) -> pl.Expr:
    """The mark in a note's first line or in an activity's last one, null when there is none.

    The text is Pipedrive's HTML as it comes back: lines end at `<br>`, `</p>`, `</div>` and the like.
    """
    first = item == "notes"
    near = text.str.strip_chars().str.head(_NEAR) if first else text.str.strip_chars().str.tail(_NEAR)
    lines = html_lines(near).str.strip_chars()
    line = lines.str.extract(r"^([^\n]*)" if first else r"([^\n]*)$")
    return line.str.strip_chars().str.replace_all(r"\s+", " ").str.extract(_MARKS[item])


def html_lines(text: pl.Expr) -> pl.Expr:
    """HTML → text with line breaks; the few entities that editors write are resolved."""
    plain = text.str.replace_all(r"(?i)<br\s*/?>|</?(?:p|div|li|ul|ol|h[1-6]|tr)(?:\s[^>]*)?>|\r\n?", "\n")
    plain = plain.str.replace_all(r"<[^>]*>", "")
    plain = plain.str.replace_all(r"&nbsp;|&#160;|&#xA0;|\u00a0", " ")
    plain = plain.str.replace_all(r"&middot;|&#183;|&#xB7;|&centerdot;", "·")
    for entity, character in _ENTITIES.items():
        plain = plain.str.replace_all(entity, character, literal=True)
    return plain


_ENTITIES: Final = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&apos;": "'", "&amp;": "&"}


def marked_column(item: str, table: pl.DataFrame) -> str | None:
    """The column with the marks: by its name, in an unknown language the one in which any stand."""
    if MARKED_TEXT[item] in table.columns or not table.width:
        return MARKED_TEXT[item] if table.width else None
    counts = table.select(mark(item, pl.col(name)).count().alias(name) for name in table.columns).row(
        0, named=True
    )
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else None

"""Sell's ids in Pipedrive: how a cell or a text is written that bears them, and how it is read again.

Later laps and the proof know a record by nothing else, so whatever is written here must come back as it was:
`sell_id_cell` and `mark_written` on the way in, `split_ids` and `mark` on the way back.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import polars as pl

from zsell_transform.frames.sparing import where_found
from zsell_transform.ids import exact
from zsell_transform.sell.entities import mark_of

#: Ids that stand in for none; names and e-mails are written as they are, unless part of one reads as an id.
_STAND_IN: Final = r"^(?:name|email):"
_NAMES: Final = r"(?:^|[,;/|]\s*)(?:name:|email:)"
#: What parts several ids in one cell, also numbers that people merged by hand (see `split_ids`).
_PARTS: Final = r"^\s*\d{5,}(?:\s*[,;/|]\s*\d{5,})+\s*$"


def _written_as(characters: str) -> dict[str, str]:
    """Characters that an id may not show → what stands for them, as in a web address; `%` itself as well."""
    return {
        character: f"%{ord(character):02X}" if ord(character) < 128 else quote(character)
        for character in f"%{characters}"
    }


# --- cells --------------------------------------------------------------------------------------------

_IN_CELLS: Final = _written_as(",;/|")
_CODED: Final = rf"%(?:{'|'.join(code[1:] for code in _IN_CELLS.values())})"
#: What within a name reads as a further id: `name:joe's pizza, 10001`.
_LIKE_ANOTHER: Final = r"[,;]\s*\d{5,}\s*$|.[,;/|]\s*(?:name:|email:)"


def sell_id_cell(id_: pl.Expr) -> pl.Expr:
    """A Sell id as a cell of its own: an id that holds what parts ids (`7,8`, of lists made by hand) does not
    show it (`7%2C8`).
    """
    unlike = rf",|{_PARTS}|{_CODED}|{_LIKE_ANOTHER}"

    def written(cell: pl.Expr) -> pl.Expr:
        coded = cell.str.replace_many(list(_IN_CELLS), list(_IN_CELLS.values()))
        plain = cell.str.contains(_STAND_IN) & ~cell.str.contains(rf"{_CODED}|{_LIKE_ANOTHER}")
        return pl.when(plain).then(cell).otherwise(coded)

    return where_found(id_, unlike, written, _are_numbers)


def _are_numbers(ids: pl.Series) -> bool:
    """Whether all are as Sell's own ids are: nothing in them needs a code."""
    return ids.cast(pl.UInt64, strict=False).null_count() == ids.null_count()


def split_ids(cell: pl.Expr) -> pl.Expr:
    """`123, 456` → a list; people who merge records by hand part ids by `;`, `/` or `|` as well.

    A name may hold all of these itself (`name:peter, paul`) and is cut at an id only; so may an id that is no
    long number (`2019/001`), which only a comma parts.
    """
    cell = where_found(exact(cell), r"^\d[\d.,;/|\s]*\.0", _each_exact)
    cell = where_found(cell, r"^\s*,|,\s*(?:,|$)", _without_blanks)
    is_mixed = cell.str.contains(_NAMES)
    mixed = cell.map_batches(_beside_names, return_dtype=pl.String, is_elementwise=True)
    plain = pl.when(cell.str.contains(_PARTS)).then(cell.str.replace_all(r"[;/|]", ",")).otherwise(cell)
    both = pl.when(is_mixed).then(mixed).otherwise(plain.str.replace_all(r"\s*,\s*", "\x1f"))
    return where_found(both, "%", _uncoded).str.split("\x1f")


def _beside_names(cells: pl.Series) -> pl.Series:
    """Cells with names in them, parted: each round parts one more id from either end of what is left."""
    some = cells.str.contains(_NAMES).arg_true()
    parted = cells.gather(some).str.replace_all(r"\s*[,;/|]\s*(name:|email:)", "\x1f${1}")
    while True:
        left = parted
        parted = left.str.replace_all(r"(^|\x1f)(\d+)\s*,\s*", "${1}${2}\x1f")
        parted = parted.str.replace_all(r"(^|\x1f)(\d{5,})\s*[;/|]\s*(\d{5,})", "${1}${2}\x1f${3}")
        parted = parted.str.replace_all(r"\s*[,;]\s*(\d{5,})($|\x1f)", "\x1f${1}${2}")
        if parted.equals(left):
            return cells.scatter(some, parted)


def _without_blanks(cell: pl.Expr) -> pl.Expr:
    """Ids without commas that part nothing; a name may hold them."""
    several = cell.str.strip_chars(" ,").str.replace_all(r",(?:\s*,)+", ",")
    return pl.when(cell.str.contains(_NAMES)).then(cell).otherwise(several)


def _uncoded(cell: pl.Expr) -> pl.Expr:
    """Ids with what they do not show in a cell."""
    return cell.str.replace_many(list(_IN_CELLS.values()), list(_IN_CELLS))


def _each_exact(cell: pl.Expr) -> pl.Expr:
    """Several ids of which a program made decimals; Pipedrive itself puts a space behind the comma. A name
    may end in such figures itself: `1.0, name:web 2.0`; and an id may hold them: `3.0.1`, `1/2.0`.
    """
    ids, names = cell.str.extract(r"^([\d.,;/|\s]*)", 1), cell.str.extract(r"^[\d.,;/|\s]*(.*)$", 1)
    for _ in range(2):  # what parts two ids is read with the first one
        ids = ids.str.replace_all(r"(^|[,;|]\s*)(\d+)\.0+(\s*(?:[,;|]|$))", "${1}${2}${3}")
    return ids + names


# --- marks --------------------------------------------------------------------------------------------

#: Item → the column of its export in which the marks stand.
MARKED_TEXT: Final = {"activities": "Note", "notes": "Content"}
#: A mark is one word in HTML: blanks, characters that nobody sees, and those of which HTML consists.
_IN_MARKS: Final = _written_as(
    "<>&" + "".join(c for c in map(chr, range(0x3001)) if c.isspace() or c < " " or "\x7f" <= c < "\xa0")
)
#: Behind the mark of a heading, words may stand (`restricted · important`).
_MARKS: Final = {
    "activities": r"^(Sell (?:task|call|visit) \S+)$",
    "notes": r"^(?:.*?· )??(Sell (?:note|text|email) \S+)(?: · .*)?$",
}
#: Nearly no heading is longer; of a long note, the rest is looked at only where one is.
_NEAR: Final = 1000


def mark_written(entity: str, id_: pl.Expr) -> pl.Expr:
    """`Sell task 7402212`, by which later laps find a record: HTML."""
    unsafe = r"[\s%<>&\x00-\x1f\x7f-\x9f]"
    word = where_found(
        id_, unsafe, lambda c: c.str.replace_many(list(_IN_MARKS), list(_IN_MARKS.values())), _are_numbers
    )
    return pl.concat_str(pl.lit(mark_of(entity)), word)


def id_in_mark(entity: str, marks: pl.Expr) -> pl.Expr:
    """The id in the marks of one entity; null in those of others."""
    own = mark_of(entity)
    return pl.when(marks.str.starts_with(own)).then(marks.str.strip_prefix(own))


def mark(item: str, text: pl.Expr) -> pl.Expr:
    """The mark in a note's first line or in an activity's last one, with the id as Sell has it; null when
    there is none.

    The text is Pipedrive's HTML as it comes back: lines end at `<br>`, `</p>`, `</div>` and the like.
    """
    whole, first = text.str.strip_chars(), item == "notes"
    near = html_lines(whole.str.head(_NEAR) if first else whole.str.tail(_NEAR)).str.strip_chars()
    goes_on = ~near.str.contains("\n", literal=True) & (whole.str.len_bytes() > _NEAR)
    every = html_lines(pl.when(goes_on).then(whole)).str.strip_chars()
    line = pl.coalesce(every, near).str.extract(r"^([^\n]*)" if first else r"([^\n]*)$")
    found = line.str.strip_chars().str.replace_all(r"\s+", " ").str.extract(_MARKS[item])
    return where_found(found, "%", lambda c: c.str.replace_many(list(_IN_MARKS.values()), list(_IN_MARKS)))


def marked_column(item: str, table: pl.DataFrame) -> str | None:
    """The column with the marks: by its name, in an unknown language the one in which any stand."""
    if MARKED_TEXT[item] in table.columns or not table.width:
        return MARKED_TEXT[item] if table.width else None
    counts = table.select(mark(item, pl.col(name)).count().alias(name) for name in table.columns).row(
        0, named=True
    )
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else None


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

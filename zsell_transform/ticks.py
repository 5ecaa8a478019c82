"""The words by which a tick says yes and no: one list for all who read ticks.

Sell's own tick columns, what says whether a contact is a company, and custom fields. Any other text is no
tick, and whoever reads it says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from zsell_transform.cleaning.cells import Cell, cell
from zsell_transform.folding import plain
from zsell_transform.frames.sparing import once_each

#: Yes and no: Sell's own way first, then those of people and of spreadsheets, in the languages of Sell's
#: pages and in some that its users write.
PAIRS: Final = (
    ("true", "false"), ("1", "0"), ("yes", "no"), ("y", "n"), ("on", "off"), ("checked", "unchecked"),
    ("ja", "nein"), ("wahr", "falsch"),
    ("ja", "nej"), ("sant", "falskt"),
    ("ja", "nee"), ("waar", "onwaar"),
    ("sí", "no"), ("verdadero", "falso"),
    ("si", "no"), ("vero", "falso"),
    ("sim", "não"), ("verdadeiro", "falso"),
    ("oui", "non"), ("vrai", "faux"),
    ("tak", "nie"), ("prawda", "fałsz"),
    ("ya", "tidak"),
    ("はい", "いいえ"),
)  # fmt: skip
#: These say it as well, but do not make a tick of a custom field: they may be numbers or initials there.
#: `1.0` is how pandas writes a tick in a column with a blank cell.
SHORT: Final = (("1.0", "0.0"), ("t", "f"))
#: A mark against nothing at all says yes, in a column that is known to hold ticks.
_MARKS: Final = ("x", "✓", "✔")


def _spelt(words: Iterable[str]) -> tuple[str, ...]:
    """Words as they are compared, in lower case; each also without accents that can be parted from it."""
    return tuple(dict.fromkeys(spelling for word in words for spelling in (word, plain(word))))


YES: Final = _spelt(yes for yes, _ in (*PAIRS, *SHORT))
NO: Final = _spelt(no for _, no in (*PAIRS, *SHORT))


def flag(column: Cell) -> pl.Expr:
    """Boolean, of a column of ticks: `true`, `1`, `yes`, `x` against `false`, `0`, `no`; else null."""
    given = cell(column)
    own = pl.when(given == "true").then(True).when(given == "false").then(False)  # as Sell writes it
    return own.otherwise(once_each(pl.when(~given.is_in(["true", "false"])).then(given), _said, pl.Boolean))


def _said(word: pl.Expr) -> pl.Expr:
    yes, no = (word.str.to_lowercase().is_in(words) for words in ((*YES, *_MARKS), NO))
    return pl.when(yes).then(True).when(no).then(False)


def tick(column: Cell) -> pl.Expr:
    """Boolean, of any column: the same, save that a lone mark is a text like any other."""
    return pl.when(~cell(column).str.to_lowercase().is_in(_MARKS)).then(flag(column))

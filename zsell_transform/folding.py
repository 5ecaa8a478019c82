"""What "equal" means: the one definition that linker, keys, lap and proof share (contract, section 4).

Names and e-mails are equal after trimming, folding of space and case, and NFKC; phones are equal by their
digits. Records are linked and merged by nothing else. Headers and words of a small vocabulary are compared
more freely:

- `folded`, `fold`: names and e-mails, as expression and for one text.
- `phone_key`, `digits`: phones.
- `folded_header`: headers of Pipedrive's exports, which differ in case and blanks alone.
- `plain`: stages, categories and words of a language, which people write with and without accents.
- `letters`: headers of Smart Lists and spellings of one label, in which signs and blanks mean nothing.

Names of Pipedrive's fields are kept apart by `pipedrive.fields.field_key`.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

import polars as pl

#: Text that folding changes by more than its case: a character other than ASCII and the Latin letters that
#: NFKC and upper-casing leave alone, needless spaces, or nothing at all.
_UNUSUAL: Final = r"[^ -~À-Þà-ÿĀ-įĴ-ľŁ-ňŊ-ž]|  |^ | $|^$"


def folded(text: pl.Expr) -> pl.Expr:
    """Text → the form in which names and e-mails are compared; blank becomes null."""
    return text.map_batches(_folded, return_dtype=pl.String, is_elementwise=True)


def _folded(values: pl.Series) -> pl.Series:
    """Lower case is the whole answer for nearly all names; the rest, ten times as slow, goes by itself."""
    text = values.cast(pl.String)  # a column without any value may have no type
    lower = text.str.to_lowercase()
    unusual = text.str.contains(_UNUSUAL).arg_true()
    if unusual.is_empty():
        return lower
    # Upper-casing before lower-casing folds what lower-casing alone leaves apart (`Straße`, `STRASSE`).
    cased = text.gather(unusual).str.normalize("NFKC").str.to_uppercase().str.to_lowercase()
    return lower.scatter(unusual, cased.str.replace_all(r"\s+", " ").str.strip_chars(" ").replace("", None))


def fold(text: str | None) -> str:
    """The same for one Python string."""
    return " ".join(unicodedata.normalize("NFKC", text or "").upper().lower().split())


def phone_key(text: pl.Expr) -> pl.Expr:
    """Phone → its digits; one without any (`n/a`, `-`) as it stands, since the wizard may compare texts."""
    found = text.str.replace_all(r"\D", "")
    return pl.when(found != "").then(found).otherwise(text.str.to_lowercase())


def digits(text: pl.Expr) -> pl.Expr:
    """Phone → its digits, null when there are none."""
    return text.str.replace_all(r"\D", "").replace("", None)


def folded_header(text: str) -> str:
    """A header without case, and with single blanks: as Pipedrive's are compared."""
    return " ".join(text.split()).casefold()


def plain(word: str) -> str:
    """A word without case, accents and needless spaces."""
    plain = unicodedata.normalize("NFKD", word)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


@cache
def letters(word: str) -> str:
    """A word without case, accents, spaces and signs: nothing of one that has signs alone."""
    return "".join(filter(str.isalnum, plain(word)))

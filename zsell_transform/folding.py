"""What "equal" means: the one definition that linker, keys, lap and proof share (contract, section 4).

Names and e-mails are equal after trimming, folding of space and case, and NFKC; phones are equal by their digits.
"""

from __future__ import annotations

import unicodedata

import polars as pl


def folded(text: pl.Expr) -> pl.Expr:
    """Text → the form in which names and e-mails are compared; blank becomes null.

    Upper-casing before lower-casing folds what lower-casing alone leaves apart (`Straße`, `STRASSE`).
    """
    spaced = text.str.normalize("NFKC").str.to_uppercase().str.to_lowercase().str.replace_all(r"\s+", " ")
    trimmed = spaced.str.strip_chars(" ")
    return pl.when(trimmed != "").then(trimmed)


def fold(text: str | None) -> str:
    """The same for one Python string."""
    return " ".join(unicodedata.normalize("NFKC", text or "").upper().lower().split())


def digits(text: pl.Expr) -> pl.Expr:
    """Phone → its digits, null when there are none."""
    only = text.str.replace_all(r"\D", "")
    return pl.when(only != "").then(only)

"""What counts as equal: the quick way for usual names gives what the full rule gives, for every character."""

from __future__ import annotations

import sys

import polars as pl
import pytest

from zsell_transform.folding import digits, fold, folded, phone_key

#: Every character but surrogates, alone and between letters of either case.
CHARACTERS = [chr(n) for n in range(1, sys.maxunicode + 1) if not 0xD800 <= n < 0xE000]


def by_the_full_rule(text: pl.Expr) -> pl.Expr:
    cased = text.str.normalize("NFKC").str.to_uppercase().str.to_lowercase()
    return cased.str.replace_all(r"\s+", " ").str.strip_chars(" ").replace("", None)


@pytest.mark.parametrize("form", ["a{}b", " {} "])
def test_the_quick_way_is_the_full_rule(form: str) -> None:
    frame = pl.DataFrame({"text": CHARACTERS}).select(text=pl.format(form, "text"))
    quick, full = folded(pl.col("text")), by_the_full_rule(pl.col("text"))
    assert frame.filter(quick.ne_missing(full)).is_empty()


def test_usual_texts_fold_as_single_ones_do() -> None:
    texts = [f"A{chr(n)}b {chr(n)}" for n in range(0x20, 0x500)]
    found = pl.DataFrame({"text": texts}).select(folded(pl.col("text"))).to_series()
    assert found.to_list() == [fold(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("  Åse   Øy ", "åse øy"),
        ("A\u030ase", "åse"),
        ("Ｗｉｄｅ", "wide"),
        ("İstanbul", "i\u0307stanbul"),
        ("a\u00a0b\tc", "a b c"),
        ("", None),
        ("   ", None),
        (None, None),
    ],
)
def test_names_that_are_equal(text: str | None, expected: str | None) -> None:
    frame = pl.DataFrame({"text": [text, "other"]}, schema={"text": pl.String})
    assert frame.select(folded(pl.col("text"))).to_series().to_list() == [expected, "other"]


def test_a_column_without_any_value_folds_to_nothing() -> None:
    frame = pl.DataFrame({"text": [None, None]})
    assert frame.select(folded(pl.col("text"))).to_series().to_list() == [None, None]


def test_phones_without_digits_are_equal_as_texts() -> None:
    """`n/a` of two people of one name makes one of them, where the wizard compares texts."""
    phones = pl.DataFrame({"p": ["+47 1-2", "n/a", "N/A", "-", None, ""]})

    assert phones.select(phone_key(pl.col("p")))["p"].to_list() == ["4712", "n/a", "n/a", "-", None, ""]


def test_phones_are_equal_by_their_digits() -> None:
    frame = pl.DataFrame({"phone": ["+44 (0)20 11", "none", "", None]})
    assert frame.select(digits(pl.col("phone"))).to_series().to_list() == ["4402011", None, None, None]

"""What tasks, notes, calls, texts, e-mails and visits have in common: what they are about, their type, heading and mark."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import polars as pl

from zsell_transform.cleaning import (
    author,
    first_line,
    html,
    joined,
    minute,
    name,
    other_lines,
    owner,
    said,
    shortened,
    text,
)
from zsell_transform.mapping import Mapping, Rule
from zsell_transform.sell.entities import MARK_WORDS
from zsell_transform.sell.words import activity_wording, record_types
from zsell_transform.transformers.table import Relation, Remark

#: Characters that a subject may have; Pipedrive documents them for titles (`title` in fields.yaml).
SUBJECT: Final = 255
SEPARATOR: Final = " · "


# --- what a record is about ------------------------------------------------------------------------------------------


def about(prefix: str) -> Relation:
    """The record that `<prefix>_type` and `<prefix>_id` name, with the names beside them.

    `_about_type` is deal, lead, contact or null; `SalesAccount` is a contact, person or company (facts, 6.2).
    """
    return Relation(
        "about",
        type=_record_type(f"{prefix}_type"),
        id=pl.col(f"{prefix}_id"),
        first=name(f"{prefix}_first_name"),
        last=name(f"{prefix}_last_name"),
        company=name(f"{prefix}_company_name"),
        deal=name(f"{prefix}_name"),
    )


def about_remark(prefix: str) -> Remark:
    """A type of record that nobody knows: the link cannot be made."""
    given = pl.col(f"{prefix}_type")
    unknown = given.is_not_null() & ~given.str.to_lowercase().is_in(list(record_types()))
    return Remark("record_type_unknown", unknown, f"{prefix}_type", value=given, detail=pl.col(f"{prefix}_id"))


def _record_type(column: str) -> pl.Expr:
    known = record_types()
    given = pl.col(column).str.to_lowercase()
    return given.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)


# --- subject and type ------------------------------------------------------------------------------------------------


def subject(column: str | pl.Expr, otherwise: pl.Expr) -> pl.Expr:
    """The first line; where it is too long, its beginning (and `rest` holds the whole)."""
    return pl.coalesce(shortened(first_line(column), SUBJECT), otherwise)


def rest(column: str | pl.Expr) -> pl.Expr:
    """HTML of what the subject does not hold: the other lines, or everything where the first line is too long."""
    too_long = first_line(column).str.len_chars() > SUBJECT
    return html(pl.when(too_long).then(pl.col(column)).otherwise(other_lines(column)))


def activity_type(column: str | pl.Expr, ask: Mapping, otherwise: str | None = None) -> pl.Expr:
    """The type that a subject tells: by the mapping's rules, then by the built-in words, else the default.

    `rules: []` in the mapping turns the built-in words off; `otherwise` is the default of what is no task.
    """
    wish = ask.activity_types
    line = first_line(column)
    default = pl.lit(otherwise or wish.default)
    built_in = () if wish.rules == () else _built_in(line)
    by_rule = [
        pl.when(line.str.contains(_pattern(rule))).then(pl.lit(rule.type)) for rule in wish.rules or ()
    ]
    return pl.coalesce(*by_rule, *(built_in if otherwise is None else ()), default)


def _pattern(rule: Rule) -> str:
    starts = [rf"^\s*{_whole(word)}" for word in rule.starts_with]
    return "|".join(f"(?:{one})" for one in (*map(_whole, rule.contains), *starts, *rule.regex)).join(
        ("(?i)(?:", ")")
    )


def _whole(word: str) -> str:
    """A word or phrase as a pattern that does not match inside another word; Japanese, which parts no words, does."""
    word = " ".join(word.split())
    escaped = re.sub(r"[\\.^$|?*+()\[\]{}]", r"\\\g<0>", word).replace(" ", r"\s+")
    edges = [r"\b" if re.fullmatch(r"[^\W一-鿿぀-ヿ]", letter) else "" for letter in (word[0], word[-1])]
    return f"{edges[0]}{escaped}{edges[1]}"


def _built_in(line: pl.Expr) -> tuple[pl.Expr, ...]:
    words = activity_wording()
    return (
        _first_word(line, words.starts, r"(?i)^\s*({})"),
        _first_word(line, words.words, r"(?i)({})"),
        _first_word(line, words.later, r"(?i)({})"),
    )


def _first_word(line: pl.Expr, words: dict[str, str], frame: str) -> pl.Expr:
    """The type of the earliest known word; of words that begin together, the longest counts."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    hit = line.str.extract(frame.format("|".join(map(_whole, longest_first))))
    spaced = hit.str.to_lowercase().str.replace_all(r"\s+", " ")
    return spaced.replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.String)


# --- the text --------------------------------------------------------------------------------------------------------


def heading(entity: str, at: str, ask: Mapping, *more: pl.Expr) -> pl.Expr:
    """`2014-09-03 08:49 · Kalle Kula · Sell note 22606121`: what the wizard cannot import, and the mark."""
    return joined(html(minute(at, ask.timezone)), html(author("owner")), mark(entity), *more, by=SEPARATOR)


def mark(entity: str) -> pl.Expr:
    """`Sell task 7402212`, by which later laps find the record."""
    return html(pl.concat_str(pl.lit(f"Sell {MARK_WORDS[entity]} "), "_id"))


def owner_line(ask: Mapping) -> pl.Expr:
    """The owner whom the activity cannot be assigned to."""
    return said("Owner in Sell", pl.when(owner("owner", ask.owners).is_null()).then(author("owner")))


def told(*named: tuple[str, str | pl.Expr]) -> Iterable[pl.Expr]:
    """Lines `Name: value` for columns that Pipedrive has no field for."""
    return [said(label, value) for label, value in named]

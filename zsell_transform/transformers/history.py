"""What tasks, notes, calls and the like have in common: what they are about, their type, heading and mark."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Final

import polars as pl

from zsell_transform.cleaning.markup import html, said
from zsell_transform.cleaning.moments import minute
from zsell_transform.cleaning.owners import author, owner
from zsell_transform.cleaning.texts import joined, name, other_lines, shortened
from zsell_transform.frames.sparing import first_found, once_each
from zsell_transform.frames.sparse import BLANK
from zsell_transform.mapping import Mapping, Rule
from zsell_transform.pipedrive.fields import longest
from zsell_transform.pipedrive.own_ids import mark_written
from zsell_transform.sell.words import activity_wording, record_types
from zsell_transform.transformers.table import Relation, Remark

SEPARATOR: Final = " · "
#: The hidden column that says which rule of the mapping decides an activity's type: its number in the list.
RULE: Final = "_rule"
#: Before such a number, where others are told by the type itself.
_NUMBERED: Final = "\x1f"
#: Where a word ends.
END: Final = r"(?:$|[^\p{L}\p{N}_])"


# --- what a record is about -------------------------------------------------------------------------------


def about(prefix: str, **more: pl.Expr) -> Relation:
    """The record that `<prefix>_type` and `<prefix>_id` name, with the names beside them.

    `_about_type` is deal, lead, contact or null; `SalesAccount` is a contact, person or company (facts, 6.2).

    Args:
        more: further parts, such as `deal_id` of a call that belongs to a deal as well.
    """
    return Relation(
        "about",
        type=_record_type(f"{prefix}_type"),
        id=pl.col(f"{prefix}_id"),
        first=name(f"{prefix}_first_name"),
        last=name(f"{prefix}_last_name"),
        company=name(f"{prefix}_company_name"),
        deal=name(f"{prefix}_name"),
        **more,
    )


def about_remarks(prefix: str) -> tuple[Remark, ...]:
    """A type that nobody knows, or an id without one: no link is made; and the type that says `none`."""
    given, id_ = pl.col(f"{prefix}_type"), pl.col(f"{prefix}_id")
    unknown = given.is_not_null() & ~given.str.to_lowercase().is_in(list(record_types()))
    none = (given.str.to_lowercase() == "none").fill_null(value=False)
    return (
        Remark("record_type_unknown", unknown, f"{prefix}_type", value=given, detail=id_),
        Remark("id_without_type", id_.is_not_null() & (given.is_null() | none), f"{prefix}_id", value=id_),
        Remark("said_by_absence", none, f"{prefix}_type", detail="none"),
    )


def _record_type(column: str) -> pl.Expr:
    known = record_types()
    return once_each(
        pl.col(column),
        lambda given: given.str.to_lowercase().replace_strict(
            list(known), list(known.values()), default=None, return_dtype=pl.String
        ),
    )


# --- subject and type -----------------------------------------------------------------------------


def subject(line: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
    """The first line; where it is too long, its beginning (and `rest` holds the whole)."""
    return pl.coalesce(shortened(line, longest("title")), otherwise)


def rest(line: pl.Expr, column: str) -> pl.Expr:
    """HTML of what the subject does not hold: the other lines; everything where the first one is too long."""
    too_long = line.str.len_chars() > longest("title")
    return html(pl.when(too_long).then(pl.col(column)).otherwise(other_lines(column)))


def sign_of_type(line: pl.Expr, ask: Mapping, otherwise: str | None = None) -> pl.Expr:
    """What in a subject tells its type: the mapping's first rule that fits, else a built-in word; or nothing.

    Args:
        line: the subject's line.
        ask: `rules: []` in it turns the built-in words off.
        otherwise: the type of what is no task, for which the built-in words do not count.
    """
    rules = ask.activity_types.rules
    ways = [partial(_by_rule, sign, _pattern(rule)) for sign, rule in _numbered(ask).items()]
    if otherwise is None and rules != ():
        ways += _built_in()
    return first_found(line.str.to_lowercase(), *ways) if ways else BLANK


def activity_type(sign: pl.Expr, ask: Mapping, otherwise: str | None = None) -> pl.Expr:
    """The type that a sign (`sign_of_type`) tells, else the default."""
    types = {number: rule.type for number, rule in _numbered(ask).items()}
    told = sign.replace(types) if types else sign
    return pl.coalesce(told, pl.lit(ask.activity_types.default if otherwise is None else otherwise))


def rule_of(sign: pl.Expr, ask: Mapping) -> dict[str, pl.Expr]:
    """The hidden column `RULE`, where the mapping has rules."""
    by_rule = pl.when(sign.str.starts_with(_NUMBERED)).then(sign.str.strip_prefix(_NUMBERED))
    return {RULE: by_rule} if ask.activity_types.rules else {}


def _numbered(ask: Mapping) -> dict[str, Rule]:
    return {f"{_NUMBERED}{n}": rule for n, rule in enumerate(ask.activity_types.rules or (), 1)}


def _by_rule(sign: str, pattern: str, lower: pl.Expr) -> pl.Expr:
    return pl.when(lower.str.contains(pattern)).then(pl.lit(sign))


def _pattern(rule: Rule) -> str:
    """One pattern for all words and expressions of a rule; what it meets is in lower case."""
    ways = [*rule.regex]
    if rule.contains:
        ways.append(_whole(rule.contains))
    if rule.starts_with:
        ways.append(rf"^(?:{_any(rule.starts_with)}){END}")
    return "(?i)" + "|".join(f"(?:{way})" for way in ways)


def _built_in() -> list[partial[pl.Expr]]:
    known = activity_wording()
    return [_sought(known.starts, r"^(?:{})\b"), *_earliest(known.words), *_earliest(known.later)]


def _earliest(types: dict[str, str]) -> list[partial[pl.Expr]]:
    """The type of the earliest known word. Japanese parts no words: its words are found inside others."""
    unparted = {word: kind for word, kind in types.items() if re.search("[\u3040-\u30ff\u4e00-\u9fff]", word)}
    parted = {word: kind for word, kind in types.items() if word not in unparted}
    return [_sought(parted, r"\b(?:{})\b"), _sought(unparted, "(?:{})")]


def _sought(types: dict[str, str], form: str) -> partial[pl.Expr]:
    return partial(_first_word, types, form.format(_any(types)))


def _first_word(types: dict[str, str], pattern: str, lower: pl.Expr) -> pl.Expr:
    """The type of the first word that the pattern finds; without a capturing group it is six times faster."""
    hit = lower.str.extract(pattern, 0).str.replace_all(r"\s+", " ")
    return hit.replace_strict(list(types), list(types.values()), default=None, return_dtype=pl.String)


def _whole(words: Iterable[str]) -> str:
    """A pattern for words that stand alone; unlike `\\b`, its edges also fit words like `c++`."""
    return rf"(?:^|[^\p{{L}}\p{{N}}_])(?:{_any(words)}){END}"


def _any(words: Iterable[str]) -> str:
    """Of words that begin together, the longest comes first. A space stands for any white space."""
    longest_first = sorted(
        {" ".join(word.lower().split()) for word in words}, key=lambda word: (-len(word), word)
    )
    return "|".join(
        re.sub(r"[\\.^$|?*+()\[\]{}]", r"\\\g<0>", word).replace(" ", r"\s+") for word in longest_first
    )


# --- the text ---------------------------------------------------------------------------------------------


def heading(entity: str, at: str, ask: Mapping, *more: pl.Expr) -> pl.Expr:
    """`2014-09-03 08:49 · Kalle Kula · Sell note 22606121`: what the wizard cannot import, and the mark.

    It is one line, whatever stands in it, so that the mark is found; `more` words stand behind it.
    """
    when = pl.coalesce(minute(at, ask.timezone), html(name(at)))
    return joined(when, html(author("owner")), mark(entity), *more, by=SEPARATOR)


def mark(entity: str) -> pl.Expr:
    """`Sell task 7402212`, by which later laps find the record."""
    return mark_written(entity, pl.col("_id"))


def owner_line(ask: Mapping) -> pl.Expr:
    """The owner whom the activity cannot be assigned to."""
    return said("Owner in Sell", pl.when(owner("owner", ask.owners).is_null()).then(author("owner")))


def only_id(column: str) -> pl.Expr:
    """The id of a list that holds no other: `[7]`."""
    return pl.col(column).str.extract(r"^\W*(\d+)(?:\.0)?\W*$")


def deals_remark() -> Remark:
    """Deals of a call or text beside whom it was with."""
    return Remark("deals_in_text", ids_in("associated_deal_ids").is_not_null(), "associated_deal_ids")


def ids_in(column: str) -> pl.Expr:
    """Ids as a dump lists them; an empty list is none."""
    return pl.when(pl.col(column) != "[]").then(pl.col(column))

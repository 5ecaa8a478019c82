"""Objects in JSON whose values are texts, whole numbers, yes, no or nothing: read by polars, key by key.

polars must know the keys beforehand, and reads decimals as numbers. So one expression finds the cells that
have no other keys than those known so far, and no value of another kind; those keys are taken from the first
cells that it does not find, until these have no new ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

#: Cells that are asked for their keys at once.
_CELLS_ASKED: Final = 200
#: More keys than this are no custom fields of an account.
_MOST_KEYS: Final = 2_000
#: Nor are keys that are longer together: an expression of megabytes takes seconds to build, if it can be.
_LONGEST: Final = 100_000

#: Half of a pair of numbers that are one character: no text holds one, but JSON may.
HALF: Final = re.compile("[\ud800-\udfff]")
#: A character by its number: no half of a pair, which readers of JSON take in different ways.
_NUMBERED: Final = r"\\u(?:[0-9a-cA-CefEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2})"
_TEXT: Final = rf'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|{_NUMBERED})*"'
_VALUE: Final = rf"(?:{_TEXT}|0|-?[1-9]\d{{0,17}}|true|false|null)"


def flat(cells: pl.Series) -> tuple[pl.Series, dict[str, pl.Series]]:
    """The cells that are flat objects, and what stands in them.

    Returns:
        For each cell whether it was read, and key → text for each cell: numbers as they stand, `true` and
        `false`; null where there is nothing, and in cells that were not read. Keys without any value are left
        out.
    """
    try:
        keys, read = _flat_ones(cells)
        texts = cells.zip_with(read, pl.repeat(None, cells.len(), dtype=pl.String, eager=True))
        found = texts.str.json_decode(pl.Struct(dict.fromkeys(keys, pl.String))).struct.unnest()
    except PolarsError:  # what polars cannot read after all, or keys too long for one expression
        return pl.repeat(False, cells.len(), eager=True), {}
    filled = found.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return read, {key: filled[key] for key in keys if filled[key].count()}


def _flat_ones(cells: pl.Series) -> tuple[dict[str, None], pl.Series]:
    """The keys of flat objects, and for each cell whether it is one that has no others."""
    keys: dict[str, None] = {}
    read = pl.repeat(False, cells.len(), eager=True)
    while True:
        rest = cells.filter(~read & cells.is_not_null())
        new = [key for key in _keys(rest.head(_CELLS_ASKED)) if key not in keys]
        if not new or len(keys) + len(new) > _MOST_KEYS or sum(map(len, [*keys, *new])) > _LONGEST:
            return keys, read
        keys |= dict.fromkeys(new)
        read = cells.str.contains(_pattern(keys)).fill_null(value=False)


def _keys(cells: Iterable[str]) -> dict[str, None]:
    """The keys of those cells that hold an object, in their order; none with half a character in it."""
    keys: dict[str, None] = {}
    for cell in cells:
        try:
            value = json.loads(cell)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            keys |= dict.fromkeys(key for key in value if not HALF.search(key))
    return keys


def _pattern(keys: Iterable[str]) -> str:
    """Finds objects of such values that have none but these keys, as JSON writes them."""
    spelled = {form for key in keys for form in (json.dumps(key), json.dumps(key, ensure_ascii=False))}
    key = "|".join(sorted(map(re.escape, spelled)))
    pair = rf"(?:{key})\s*:\s*{_VALUE}\s*"
    return rf"^\s*\{{\s*(?:{pair}(?:,\s*{pair})*)?\}}\s*$"

"""What Pipedrive writes in the language of the account: the status of a deal, whether an activity is done.

Its words in other languages: `words.yaml`. What it writes otherwise (days, numbers, names) has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from zsell_transform.folding import fold, folded
from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.pipedrive.exports.headers import vocabulary

#: Column → word in English → language → what it is called there.
_Lists = Mapping[str, Mapping[str, Mapping[str, list[str]]]]


def _closed_lists(item: str) -> _Lists:
    found: _Lists = vocabulary()["cells"].get(item, {})
    return found


@cache
def _english(item: str) -> Mapping[str, Mapping[str, str]]:
    """Column → folded word in any language → the word in English."""
    return {
        column: {
            fold(said): word
            for word, forms in words.items()
            for said in (word, *(each for several in forms.values() for each in several))
        }
        for column, words in _closed_lists(item).items()
    }


def in_other_words(item: str, table: pl.DataFrame) -> dict[str, str]:
    """Columns of closed lists of which no cell is a word that is known, and the first one."""
    found = {}
    for column, words in _english(item).items():
        said = column_or_blank(table.columns, column).drop_nulls()
        cells = table.select(said.alias("cell"), known=folded(said).is_in(list(words)))
        if cells.height and not cells["known"].any():
            found[column] = cells["cell"][0]
    return found


def in_english(item: str, table: pl.DataFrame) -> pl.DataFrame:
    """The table of an item with the words of its closed lists in English; what is no such word stays."""
    return table.with_columns(
        pl.coalesce(folded(pl.col(column)).replace_strict(words, default=None), pl.col(column)).alias(column)
        for column, words in _english(item).items()
        if column in table.columns
    )


def in_language(item: str, table: pl.DataFrame, language: str) -> pl.DataFrame:
    """The other way round, as an account of that language would export it."""
    spoken = {
        column: {word: forms[language][0] for word, forms in words.items() if language in forms}
        for column, words in _closed_lists(item).items()
    }
    return table.with_columns(
        pl.col(column).replace(words) for column, words in spoken.items() if column in table.columns
    )

"""Files from Pipedrive, or for it, that lie among Sell's: they are told by their headers, and left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from zsell_transform.facts import facts
from zsell_transform.folding import folded_header

#: So many columns that are Pipedrive's alone tell a table without prefixes.
_SURE: Final = 2


def is_pipedrives(headers: Sequence[str]) -> bool:
    """Whether a table is surely one of Pipedrive's, by headers that nobody else's lists have."""
    prefixed = sum(header.split(" - ", 1)[0] in _prefixes() for header in headers if " - " in header)
    if 2 * prefixed > len(headers):
        return True
    told = {_telling()[header] for header in map(folded_header, headers) if header in _telling()}
    return "ID" in headers and len(told) >= _SURE


@cache
def _prefixes() -> frozenset[str]:
    """What stands before the headers of Pipedrive's exports and templates, in all languages."""
    return frozenset(
        word for words in facts("pipedrive/exports/words")["prefixes"].values() for word in words.values()
    )


@cache
def _telling() -> dict[str, str]:
    """Folded spelling → column, of the columns that `pipedrive/exports/words.yaml` calls telling."""
    known = facts("pipedrive/exports/words")
    return {
        folded_header(spelling): name
        for columns in known["columns"].values()
        for name in known["telling"]
        for spelling in _spellings(name, columns.get(name, {}))
    }


def _spellings(name: str, forms: dict[str, Any]) -> Iterator[str]:
    yield name
    for kind, spelled in forms.items():
        if kind != "wizard":  # `E-mail` and `Phone` alone are anybody's
            yield from (one for one in spelled if " - " in one or " - " not in name)

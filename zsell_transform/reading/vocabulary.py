"""What `sell/*.yaml` say, loaded once: the headers of all three families, ready to be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import cache
from typing import Any, Final

import attrs

from zsell_transform.facts import facts
from zsell_transform.folding import letters
from zsell_transform.sell.columns import STANDARD

FULL_EXPORT: Final = "full_export"
SMART_LIST: Final = "smart_list"
API: Final = "api"
#: Whose values prevail where several files hold one record.
FAMILIES: Final = (FULL_EXPORT, API, SMART_LIST)

#: People and companies share one file in every family but Smart Lists, and one number range everywhere.
PARTIES: Final = ("contacts", "companies")


@attrs.frozen
class AllBut:
    """Every header but these, and those that say nothing; asked as a set is: `AllBut(known) & headers`."""

    known: frozenset[str]

    def __and__(self, headers: Set[str]) -> frozenset[str]:
        return frozenset(one for one in headers if one not in self.known and not _says_nothing(one))


def _says_nothing(header: str) -> bool:
    """Columns that connectors add, and that programs number rows with: blank, `Unnamed: 0` of pandas."""
    return is_bookkeeping(header) or bool(
        re.fullmatch(r"|column \d+|unnamed: \d+|_line|index", header.lower())
    )


@attrs.frozen
class TableKind:
    """One kind of table: how it is told, and what its headers mean.

    Attributes:
        entity: a Sell entity, a dictionary (`users`, `stages` …), a table whose rows belong to deals
            (`line_items` …), or what is known and not carried (`products` …).
        family: one of `FAMILIES`.
        language: of a Smart List, else empty.
        telling: any one of these sets of headers is enough.
        never: headers that speak against it.
        canonical: header, compared as `key` does, → canonical column.
        whole: headers, by their letters, that mean the whole name where another one has the part that they
            may mean, or none is a name.
        file: part of the name of a dictionary's file, where its header tells nothing.
    """

    entity: str
    family: str
    language: str = ""
    telling: tuple[frozenset[str], ...] = ()
    never: frozenset[str] | AllBut = frozenset()
    canonical: dict[str, str] = attrs.field(factory=dict, repr=False)
    whole: frozenset[str] = frozenset()
    file: str = ""

    def key(self, header: str) -> str:
        """A header as this family compares it."""
        return letters(header) if self.family == SMART_LIST else header.strip().lower()


@attrs.frozen
class Naming:
    """How an API dump's ids become names: which dump names those of `id_column`, and the name's column."""

    id_column: str
    dictionary: str
    column: str


@cache
def full_export() -> tuple[TableKind, ...]:
    """Family A: canonical names, so each header means itself."""
    return tuple(
        TableKind(
            entity,
            FULL_EXPORT,
            telling=_sets(given["telling"]),
            never=frozenset(given.get("never", ())),
            canonical={
                **{old: new for old, new in facts("sell/api")["v1"].items() if new in STANDARD[entity]},
                **{name: name for names in given["columns"].values() for name in names.split()},
            },
        )
        for entity, given in facts("sell/full_export").items()
    )


@cache
def api() -> tuple[TableKind, ...]:
    """Family C: entities, then dictionaries, then what has no place in Pipedrive."""
    whole = facts("sell/api")
    entities = (
        TableKind(
            entity,
            API,
            telling=_sets(given["telling"]),
            never=frozenset(given.get("never", ())),
            canonical={
                **{name: name for name in given["fields"].split()},
                **whole["v1"],
                **whole["everywhere"],
                **given.get("rename", {}),
            },
        )
        for entity, given in whole["entities"].items()
    )
    dictionaries = (
        TableKind(name, API, telling=_sets(given.get("telling", ())), file=given.get("file", ""))
        for name, given in whole["dictionaries"].items()
    )
    attached = (TableKind(name, API, telling=_sets(told)) for name, told in whole["attached"].items())
    labels = (
        TableKind(name, API, telling=_sets(given["telling"]), never=AllBut(frozenset(given["only"])))
        for name, given in whole["labels"].items()
    )
    others = (TableKind(name, API, telling=_sets([headers])) for name, headers in whole["others"].items())
    return (*entities, *dictionaries, *attached, *labels, *others)


@cache
def smart_lists() -> tuple[TableKind, ...]:
    """Family B: each entity in each language; `telling` is the id, which every such file has."""
    return tuple(
        each for code, given in facts("sell/smart_lists").items() for each in _of_language(code, given)
    )


def _of_language(code: str, given: dict[str, Any]) -> Iterator[TableKind]:
    for entity in ("contacts", "companies", "leads", "deals", "tasks"):
        groups = [
            given[entity],
            *([given["parties"]] if entity in (*PARTIES, "leads") else []),
            given["shared"],
        ]
        canonical: dict[str, str] = {}
        for group in groups:  # an entity's own words come before those that it shares
            for column, headers in group.items():
                for header in headers:
                    canonical.setdefault(letters(header), column)
        telling = tuple(frozenset({letters(header)}) for header in given[entity]["id"])
        whole = frozenset(map(letters, given.get("whole", ())))
        yield TableKind(entity, SMART_LIST, code, telling, canonical=canonical, whole=whole)
    if products := given.get("line_items"):
        canonical = {letters(header): column for column, headers in products.items() for header in headers}
        ids = (letters(products[column][0]) for column in ("product_id", "deal_id"))
        yield TableKind("line_items", SMART_LIST, code, (frozenset(ids),), canonical=canonical)


@cache
def canonical_columns(entity: str) -> frozenset[str]:
    """Every column that Sell is known to have for an entity, by its canonical name."""
    shared = PARTIES if entity in PARTIES else (entity,)
    layouts = (*full_export(), *api(), *smart_lists())
    of_it = (column for one in layouts if one.entity in shared for column in one.canonical.values())
    return STANDARD.get(entity, frozenset()).union(of_it)


@cache
def momentary() -> frozenset[str]:
    """Smart List columns, by their letters, that were true only at the moment of the export."""
    return frozenset(
        letters(each) for given in facts("sell/smart_lists").values() for each in given.get("momentary", ())
    )


def is_bookkeeping(header: str, family: str = API) -> bool:
    """Whether a column is one that connectors add for themselves.

    A field of Sell's own exports may be called like one, save where it begins with an underscore.
    """
    is_connectors = header.lower().startswith(tuple(facts("sell/api")["bookkeeping"]))
    return is_connectors and (family == API or header.startswith("_"))


def marks(family: str) -> dict[str, str]:
    """Header, in small letters, by which a connector marks rows that stand for no record → how it says so."""
    every: dict[str, str] = facts("sell/api")["marks"]
    return {header: sign for header, sign in every.items() if is_bookkeeping(header, family)}


def later(family: str) -> tuple[str, ...]:
    """Headers, in small letters, of what a connector says about when a row is from; the surer ones first."""
    return tuple(header for header in facts("sell/api")["later"] if is_bookkeeping(header, family))


@cache
def labels_of() -> dict[str, dict[str, Any]]:
    """Table of labels → what `sell/api.yaml` says of it."""
    return dict(facts("sell/api")["labels"])


@cache
def beside_records() -> frozenset[str]:
    """The tables whose rows belong to records: what hangs on deals, and labels."""
    whole = facts("sell/api")
    return frozenset(whole["attached"]) | frozenset(whole["labels"])


@cache
def address_parts() -> dict[str, str]:
    """Part of an API address → canonical column (`street` is `address` on contacts)."""
    return dict(facts("sell/api")["address"])


def street_column(entity: str) -> str:
    """The canonical column of an address's first line."""
    return str(facts("sell/api")["entities"].get(entity, {}).get("street", "street"))


@cache
def namings(entity: str) -> tuple[Naming, ...]:
    """The id columns of an entity in API dumps, with the dumps that name them."""
    given = facts("sell/api")["entities"].get(entity, {}).get("names", {})
    return tuple(Naming(id_column, *pair) for id_column, pair in given.items())


def instead(dictionary: str) -> str:
    """The dump that stands in for one that is not there; empty when there is none."""
    return str(facts("sell/api")["instead"].get(dictionary, ""))


@cache
def dictionaries() -> frozenset[str]:
    """The dumps that only name ids, and those that may stand in for one."""
    whole = facts("sell/api")
    return frozenset(whole["dictionaries"]) | frozenset(whole["instead"].values())


@cache
def _known_headers() -> frozenset[str]:
    layouts = (*full_export(), *api(), *smart_lists())
    exact = {header for one in layouts for header in one.canonical}
    telling = {header for one in layouts for headers in one.telling for header in headers}
    return frozenset(letters(header) for header in exact | telling)


def judge(cells: Any) -> int:
    """How many cells of a record are headers that Sell is known to write."""
    known = _known_headers()
    return sum(letters(cell.removeprefix("\ufeff")) in known for cell in cells if 0 < len(cell) < 100)


def _sets(given: Any) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(headers) for headers in given)

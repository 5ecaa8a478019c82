"""Header set → entity, family and each column's meaning. Names of files decide only where headers cannot."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Final

import attrs

from zsell_transform.folding import letters
from zsell_transform.reading.foreign import is_pipedrives
from zsell_transform.reading.vocabulary import (
    API,
    FULL_EXPORT,
    PARTIES,
    SMART_LIST,
    TableKind,
    api,
    dictionaries,
    full_export,
    momentary,
    smart_lists,
)
from zsell_transform.sell.columns import called
from zsell_transform.sell.entities import ENTITIES

#: A list without ids needs so many known headers to be taken for one; the name of its file counts for the
#: first.
_HEADERS_ENOUGH: Final = 3
#: Columns that hold a record's name, or a part of it.
_NAMES: Final = frozenset({"name", "full_name", "first_name", "last_name"})
#: Whether something holds of the cells under a header.
Asked = Callable[[str], bool]
#: How Sell ends the name of a Smart List's file: the day and time of the export.
_NAMED_BY_SELL: Final = re.compile(r"_\d{8}_\d{4}(?!\d)")
#: The word for an id, the same in most languages that Sell speaks.
_SAYS_ID: Final = re.compile(r"(?i)(?<!\w)id(?!\w)")
#: A word in the name of a file; `AllCompanies` has two.
_WORD: Final = re.compile(r"[^\W\d_]+?(?=[A-Z][a-z]|[\W\d_]|$)")
#: Words in names of files → entity, the longer ones first.
_FILE_WORDS: Final = (
    ("deals_by_products", "line_items"),
    ("people", "contacts"),
    ("person", "contacts"),
    ("contact", "contacts"),
    ("lead", "leads"),
    ("deal", "deals"),
    ("task", "tasks"),
    ("notes", "notes"),
    ("calls", "calls"),
)
#: Words for companies in names of files; only whole ones, since `Organic search` holds people. Many say what
#: is in the file; one may be a word about somebody else.
_MANY_COMPANIES: Final = frozenset(
    "companies organizations organisations organisationen empresas companhias organizaciones organizações"
    " organizzazioni".split()
)
_COMPANIES: Final = _MANY_COMPANIES | set("company organization organisation empresa companhia".split())
#: Words for companies and for people in the other languages whose headers are known; they say what is in a
#: file where they are all that its name says. German, French and Japanese ones are Sell's own (facts on Smart
#: List headers, section 4), the others our translation.
_COMPANIES_ABROAD: Final = frozenset(
    "unternehmen firmen entreprises sociétés compañías aziende bedrijven organisaties firmy organizacje"
    " perusahaan 会社".split()
)
_PEOPLE_ABROAD: Final = frozenset("personen personnes personas pessoas persone osoby orang 個人".split())
#: Words for people in names of files, and those behind which companies have people: `CEOs of companies`.
_PEOPLE: Final = _PEOPLE_ABROAD | set(
    "people person persons contact contacts lead leads buyer buyers founder founders director directors"
    " manager managers employee employees staff members"
    " contactos contatos contatti kontakte compradores of at de das der di".split()
)
#: Words that count before one for companies in the name of a file: `company leads`, `deals by company`.
_BEFORE_COMPANIES: Final = frozenset("lead leads deal deals task tasks".split())
#: Whole words in names of files → the one kind of records that these hold.
_KIND_WORDS: Final = {
    **dict.fromkeys(_COMPANIES | _COMPANIES_ABROAD, "companies"),
    **dict.fromkeys(("people", "person", "persons", *_PEOPLE_ABROAD), "people"),
    **dict.fromkeys(("contact", "contacts"), "contacts"),
}
#: Words that leave the name of a file plain, as days and numbers do.
_BESIDE_KIND: Final = frozenset("all my list lists lista of de export exports smart sell zendesk csv".split())


@attrs.frozen
class Meaning:
    """What a table is, and what each of its columns means.

    Attributes:
        entity: a Sell entity, a dictionary (`users`, `stages` …), a table whose rows belong to deals
            (`line_items` …), or known and not carried; empty for a stranger.
        family: `full_export`, `smart_list` or `api`; `pipedrive` where it is a file from or for Pipedrive.
        language: of a Smart List.
        columns: header → canonical column; a header that is not here keeps its name (a custom field).
        rivals: header → the header that took the same canonical column before it.
        momentary: headers that were true only at the moment of the export.
        is_parted: an export's own table, in which people and companies are told apart already.
    """

    entity: str
    family: str = ""
    language: str = ""
    columns: dict[str, str] = attrs.field(factory=dict)
    rivals: dict[str, str] = attrs.field(factory=dict)
    momentary: tuple[str, ...] = ()
    is_parted: bool = False

    @property
    def is_carried(self) -> bool:
        """Whether its records come into the migration."""
        return self.entity in ENTITIES

    @property
    def is_dictionary(self) -> bool:
        return self.entity in dictionaries()

    @property
    def is_pipedrives(self) -> bool:
        return self.family == PIPEDRIVES.family


def is_named_by_place(meaning: Meaning, header: str) -> bool:
    """Whether nothing but its place makes a Smart List's first header the name of its records."""
    known = (
        letters(header) in one.canonical
        for one in smart_lists()
        if (one.entity, one.language) == (meaning.entity, meaning.language)
    )
    named = meaning.columns.get(header) in ("name", "full_name")
    return meaning.family == SMART_LIST and meaning.is_carried and named and not any(known)


STRANGER: Final = Meaning("")
PIPEDRIVES: Final = Meaning("", family="pipedrive")


def meaning(
    headers: Sequence[str], file: str, wishes: dict[str, dict[str, str]], are_ids: Asked = lambda _: True
) -> Meaning:
    """The meaning of a table's headers.

    Args:
        headers: cleaned and unique, in order.
        file: its name, for what headers alone do not tell.
        wishes: the mapping's `columns`: entity → header → canonical column, `custom` or `ignore`.
        are_ids: whether the cells under a header may be Sell's ids; asked where only its place says so.
    """
    if is_pipedrives(headers):
        return PIPEDRIVES
    kind = _kind(headers, file, are_ids)
    if kind is None:
        return _wished(headers, file, wishes) or STRANGER
    return _columns(headers, kind, wishes_for(kind.entity, wishes))


def of_entity(headers: Sequence[str], entity: str, wishes: dict[str, dict[str, str]]) -> Meaning:
    """The meaning of headers whose entity is given, under the family that knows most of them."""
    of_it = [one for one in _all() if one.entity in ({"contacts", entity} if entity in PARTIES else {entity})]
    best = max(of_it, key=lambda one: _known(headers, one), default=TableKind(entity, FULL_EXPORT))
    return _columns(headers, attrs.evolve(best, entity=entity), wishes_for(entity, wishes))


def _all() -> tuple[TableKind, ...]:
    return (*full_export(), *api(), *smart_lists())


def _kind(headers: Sequence[str], file: str, are_ids: Asked) -> TableKind | None:
    """The kind of table: exact headers first, since `first_name` and `First name` differ only in display."""
    exact = {header.strip().lower() for header in headers}
    for family in (full_export(), api()):
        told = [one for one in family if not one.never & exact and any(t <= exact for t in one.telling)]
        if told:
            best = max(told, key=lambda one: (len(one.canonical) > 0, _known(headers, one)))
            return _by_file(best, exact, file)
    return _dictionary(exact, file) or _smart_list(headers, file, are_ids)


def _by_file(kind: TableKind, exact: set[str], file: str) -> TableKind:
    """A dump of names (`id, name …`) is what the name of its file says, whatever its header recalls."""
    return _dictionary(exact, file) or kind if not kind.canonical and kind.entity == "tags" else kind


def _dictionary(exact: set[str], file: str) -> TableKind | None:
    """A dump of ids and names, known by the name of its file."""
    if not {"id", "name"} <= exact or len(exact) > 30:
        return None
    stem = letters(PurePosixPath(file).stem)
    for one in api():
        if one.file and letters(one.file) in stem and one.entity in dictionaries():
            return one
    return TableKind("sources", API) if "source" in stem else None


def _smart_list(headers: Sequence[str], file: str, are_ids: Asked) -> TableKind | None:
    keys = [letters(header) for header in headers]
    hint = hinted(file)
    if hint == "line_items" and (products := _products(keys)):
        return products
    # `Lead ID` is a list's own id; `lead_id` is how programs call another record's.
    shown = {letters(header) for header in headers if "_" not in header}

    def merit(one: TableKind) -> tuple[int, int, int, int]:
        ids = {key for telling in one.telling for key in telling}
        told = any(telling <= shown for telling in one.telling)
        # Sell puts the id into the second column: a `Contact ID` elsewhere belongs to another record.
        second = told and len(keys) > 1 and (keys[1] in ids or one.entity == "line_items")
        told = told and (second or hint in ("", one.entity))
        return (second, told, _known(headers, one) + (one.entity == hint), one.entity == hint)

    best = max(smart_lists(), key=merit)
    second, told, known, by_name = merit(best)
    if not second and (of_file := _of_its_file(headers, keys, file, are_ids)):
        return of_file
    if not told:
        best = _doubted(best, headers, file)
    if told and (second or known >= _HEADERS_ENOUGH):
        return _named_by_place(best, keys) if second else best
    if letters("ID") in keys[:2] and by_name and known >= _HEADERS_ENOUGH:
        canonical = {**best.canonical, "id": "id"}
        return attrs.evolve(best, canonical=canonical)
    return best if known >= _HEADERS_ENOUGH and _is_list_of(best, headers) else None


def _of_its_file(headers: Sequence[str], keys: Sequence[str], file: str, are_ids: Asked) -> TableKind | None:
    """A list that the name of its file tells, and whose second header is an id's in words that nobody knows.

    Sell names the file after the kind of its records and puts their id into the second column (facts on Smart
    List headers, section 5). Of files that Sell did not name, only deals are known so, where the header says
    `ID`: a list of people may have a tax id there.
    """
    entity = hinted(file)
    if entity == "companies" != _plainly(file):
        entity = "contacts"  # `VIP company buyers`: which of them are companies is asked row by row
    of_it = [one for one in smart_lists() if one.entity == entity]
    is_sells = bool(_NAMED_BY_SELL.search(file))
    if not of_it or len(keys) < 2 or not (is_sells or (entity == "deals" and _SAYS_ID.search(headers[1]))):
        return None
    best = max(of_it, key=lambda one: _known(headers, one))
    if keys[1] not in best.canonical and are_ids(headers[1]):
        return _named_by_place(attrs.evolve(best, canonical=best.canonical | {keys[1]: "id"}), keys)
    return best if is_sells and _known(headers, best) >= _HEADERS_ENOUGH else None


def _products(keys: Sequence[str]) -> TableKind | None:
    """A deal list's companion in any language: nobody chooses its columns, so that their places tell them."""
    known = next(one for one in smart_lists() if one.entity == "line_items")
    if len(keys) != len(known.canonical) or keys[1] != "sku":
        return None
    return attrs.evolve(known, canonical=dict(zip(keys, known.canonical.values(), strict=True)))


def _named_by_place(kind: TableKind, keys: Sequence[str]) -> TableKind:
    """Sell puts the name before the id, whatever the language calls it; used where no header means a name."""
    meant = {kind.canonical.get(key) for key in keys}
    if keys[0] in kind.canonical or meant & _NAMES:
        return kind
    column = "full_name" if kind.entity == "leads" else "name"
    return attrs.evolve(kind, canonical=kind.canonical | {keys[0]: column})


def _is_list_of(kind: TableKind, headers: Sequence[str]) -> bool:
    """Whether a table without ids is surely a list of people or companies, or leads: named, and in reach."""
    found = {kind.canonical.get(letters(header)) for header in headers}
    return (
        kind.entity in (*PARTIES, "leads")
        and bool(found & _NAMES)
        and bool(found & {"email", "phone", "mobile"})
    )


def _doubted(kind: TableKind, headers: Sequence[str], file: str) -> TableKind:
    """A list of companies by no more than a word in its file's name is one of contacts, where it can be."""
    if kind.entity != "companies" or _plainly(file) == "companies":
        return kind
    contacts = next(
        (one for one in smart_lists() if one.entity == "contacts" and one.language == kind.language), kind
    )
    is_named = bool({contacts.canonical.get(letters(header)) for header in headers} & _NAMES)
    return contacts if is_named and _known(headers, contacts) >= _known(headers, kind) else kind


def hinted(file: str) -> str:
    """The entity that the name of a file speaks of; blank where it speaks of none."""
    name = PurePosixPath(file).name.casefold()
    words = _words(file)
    if "deals_by_products" not in name and words & _COMPANIES and not words & _BEFORE_COMPANIES:
        return "companies"
    plainly = {"companies": "companies", "people": "contacts"}.get(_plainly(file), "")
    return next((entity for word, entity in _FILE_WORDS if word in name), plainly)


def _words(file: str) -> frozenset[str]:
    """The words in the name of a file, less its ending; macOS writes accents apart from their letters."""
    stem = unicodedata.normalize("NFC", PurePosixPath(file).stem)
    return frozenset(word.casefold() for word in _WORD.findall(stem))


def _plainly(file: str) -> str:
    """`companies`, `people` or `contacts`, where the name of a file says that and nothing else; else blank.

    Users name their Smart Lists: `VIP company buyers` are people. Many companies are said beside any word but
    one for people: `companies_final`.
    """
    words = _words(file)
    if words & _MANY_COMPANIES and not words & _PEOPLE:
        return "companies"
    kinds = {_KIND_WORDS.get(word, "") for word in words - _BESIDE_KIND}
    return kinds.pop() if len(kinds) == 1 else ""


def says_kind(meaning: Meaning, file: str) -> str:
    """`companies` or `people`, where the name of a file says that it holds no others; else blank.

    Sell's contacts are both; a list of contacts that somebody made by hand is one of people.
    """
    kind = _plainly(file)
    if kind != "contacts":
        return kind
    ids = (header for header, column in meaning.columns.items() if column == "id")
    is_sells = bool(_NAMED_BY_SELL.search(file)) or any(letters(header) != "id" for header in ids)
    return "people" if meaning.family == SMART_LIST and not is_sells else ""


def _known(headers: Sequence[str], kind: TableKind) -> int:
    return sum(kind.key(header) in kind.canonical for header in headers)


def _wished(headers: Sequence[str], file: str, wishes: dict[str, dict[str, str]]) -> Meaning | None:
    """A table that only the mapping makes a list of an entity: it names its headers."""
    merit = {entity: sum(header in wish for header in headers) for entity, wish in wishes.items()}
    entity = max(merit, key=lambda each: (merit[each], each == hinted(file)), default="")
    if not entity or merit[entity] < 2:
        return None
    return _columns(headers, TableKind(entity, SMART_LIST), wishes_for(entity, wishes))


def wishes_for(entity: str, wishes: dict[str, dict[str, str]]) -> dict[str, str]:
    """The user's wishes for a file; the one of people and companies listens to both."""
    entities = PARTIES if entity in PARTIES else (entity,)
    return {header: wish for each in reversed(entities) for header, wish in wishes.get(each, {}).items()}


def _is_whole(header: str, column: str, wishes: dict[str, str], kind: TableKind) -> bool:
    """Whether a word for a part of the name means all of it: another header is that part, or none is a name.

    Args:
        wishes: header → what the mapping wants of it, for all of the table's.
    """
    if kind.key(header) not in kind.whole or column not in _NAMES:
        return False
    others = {
        wish or kind.canonical.get(kind.key(other), "") for other, wish in wishes.items() if other != header
    }
    return column in others or not others & _NAMES


def _wish(header: str, headers: Sequence[str], wishes: dict[str, str]) -> str:
    """What the mapping wants of a header."""
    return next((wishes[name] for name in called(header, headers) if name in wishes), "")


def _columns(headers: Sequence[str], kind: TableKind, wishes: dict[str, str]) -> Meaning:
    """Each header's canonical column: the user's wish, else the family's alias; no column is taken twice."""
    passing = momentary() if kind.family == SMART_LIST else frozenset()
    wishes = {header: _wish(header, headers, wishes) for header in headers}
    taken: dict[str, str] = {}
    rivals: dict[str, str] = {}
    by_wish = sorted(headers, key=lambda header: (wishes[header] or "custom") in ("custom", "ignore"))
    for header in by_wish:
        wish = wishes[header]
        plain = re.sub(r" \(\d+\)$", "", header)  # a second header of one name means what the first means
        column = kind.canonical.get(kind.key(header)) or kind.canonical.get(kind.key(plain), "")
        if wish == "custom":
            column = f"custom {header}" if column == header or header in kind.canonical.values() else header
        elif wish and wish != "ignore":
            column = wish
        elif _is_whole(header, column, wishes, kind):
            column = "full_name" if kind.entity == "leads" else "name"
        if not column or wish == "ignore":
            continue
        if column in taken:
            rivals[header] = taken[column]
        else:
            taken[column] = header
    columns = {header: column for column, header in taken.items()}
    return Meaning(
        kind.entity,
        kind.family,
        kind.language,
        {header: columns[header] for header in headers if header in columns},
        rivals,
        tuple(header for header in headers if letters(header) in passing and header not in columns),
    )

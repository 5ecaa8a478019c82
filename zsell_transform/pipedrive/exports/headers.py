"""Headers of Pipedrive's exports: which list a file holds, and what each of its columns is called in English.

Forms and languages that are known: `words.yaml`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from zsell_transform.facts import facts
from zsell_transform.folding import folded_header, plain
from zsell_transform.sell.entities import ITEMS


def vocabulary() -> dict[str, Any]:
    """`words.yaml`."""
    found: dict[str, Any] = facts("pipedrive/exports/words")
    return found


def columns_of(item: str) -> tuple[str, ...]:
    """The columns of an item's export that are known, by their English names, and those of our ids."""
    known = vocabulary()
    return (*known["columns"][item], *known["sell_ids"].get(item, {}).values())


def _spelling(header: str) -> str:
    """A header as it is compared: whatever its case, blanks and apostrophes."""
    return folded_header(header.replace("’", "'"))


@cache
def _spellings(item: str) -> dict[str, str]:
    """Folded spelling of a column, in any language → canonical column."""
    known: dict[str, str] = {}
    columns: dict[str, dict[str, Any]] = vocabulary()["columns"][item]
    for canonical in columns:
        known[_spelling(canonical)] = canonical
    for canonical, forms in columns.items():
        for spelling in [s for key, value in forms.items() if key != "wizard" for s in value]:
            known.setdefault(_spelling(spelling), canonical)
    for name in vocabulary()["sell_ids"].get(item, {}).values():
        known.setdefault(_spelling(name), name)
    return known


def is_known(item: str, column: str) -> bool:
    """Whether a column of an item's export is Pipedrive's own, or ours under its own name."""
    return _spelling(column) in _spellings(item)


def recognise(
    headers: Sequence[str], file: str, named: Mapping[str, Mapping[str, str]]
) -> tuple[str | None, dict[str, str]]:
    """Which item a file holds, and header → canonical column; an unknown header keeps its bare name."""
    (_, item), bare = _prefix(headers, file), bare_names(headers, file)
    if item is None:
        item = _by_mapping(headers, named) or _by_signs(list(bare.values()), item_named(file))
    if item is None:
        return None, bare
    spelled = _spellings(item)
    mapped = named.get(f"pipedrive_{item}", {})
    names = {h: spelled.get(_spelling(rest), rest) for h, rest in bare.items()}
    names |= {h: mapped.get(h) or mapped[rest] for h, rest in bare.items() if h in mapped or rest in mapped}
    return item, names


@cache
def _prefixes() -> dict[str, str]:
    """What stands before ` - ` in the headers of an item's export, in any language → the item."""
    return {word: item for item, words in vocabulary()["prefixes"].items() for word in words.values()}


def _prefix(headers: Sequence[str], file: str = "") -> tuple[str, str | None]:
    """The prefix of a file's own columns, and its item; None for one of an unknown language.

    A list shows columns of linked records, too, under the prefix of theirs, and may show more of these than
    of its own: then its name says which. Without a name, most columns are its own.
    """
    known, its_name = _prefixes(), item_named(file)
    heads = Counter(header.split(" - ", 1)[0] for header in headers if " - " in header)
    most = [head for head, count in heads.items() if count * 2 > len(headers)]
    with_id = [head for head in sorted(heads, key=lambda head: -heads[head]) if f"{head} - ID" in headers]
    if "ID" in headers:  # its own columns have no prefix, unless most have, and no record of another list
        own = [head for head in most if head in known and its_name in (None, known[head])]
    else:
        named = [head for head in heads if its_name and known.get(head) == its_name]
        strange = [head for head in with_id if head not in known]
        whole = [head for head in most if head in known or head in with_id]
        some = [head for head in with_id if not its_name]
        nearly = [head for head in heads if heads[head] * 5 >= len(headers) * 4]
        own = [*named, *(strange if its_name else []), *whole, *some, *nearly]
    return (own[0], known.get(own[0])) if own else ("", None)


def is_of_another(header: str, item: str, headers: Sequence[str]) -> bool:
    """Whether a header that stands without its file's prefix is one of a linked record (`Person - Name`)."""
    head, dash, _ = header.partition(" - ")
    becomes = "leads" if item == "deals" else item  # a deal keeps what its lead had
    return bool(dash) and (_prefixes().get(head, item) not in (item, becomes) or f"{head} - ID" in headers)


def bare_names(headers: Sequence[str], file: str = "") -> dict[str, str]:
    """Header → what it says without the prefix of the file."""
    prefix, _ = _prefix(headers, file)
    return {header: header.removeprefix(f"{prefix} - ") if prefix else header for header in headers}


def item_named(file: str) -> str | None:
    """The item that a file is called after, as Pipedrive calls its exports: `deals-….csv`."""
    word = re.split(r"[^a-z]", plain(file), maxsplit=1)[0]
    items: dict[str, list[str]] = vocabulary()["files"]
    return next((item for item, words in items.items() if word in map(plain, words)), None)


def _by_mapping(headers: Sequence[str], named: Mapping[str, Mapping[str, str]]) -> str | None:
    fits = [
        item
        for item in ITEMS
        if named.get(f"pipedrive_{item}") and set(named[f"pipedrive_{item}"]) <= set(headers)
    ]
    return fits[0] if len(fits) == 1 else None


def _by_signs(bare: list[str], from_name: str | None) -> str | None:
    """The item by its signs, by the name of the file, and by how many of its headers are known.

    A custom field may be called like a sign of another item, `Title` or `Content`. So the name of the file
    stands where nothing but such a field speaks against it, and a list of that item cannot do without twice
    as many headers that another one knows.
    """
    fits: list[str] = []
    nearly: list[str] = []
    for item, signs in vocabulary()["signs"].items():
        names = {_spellings(item).get(_spelling(header), header) for header in bare}
        if set(signs["with"]) <= names and set(signs.get("any", names)) & names:
            nearly.append(item)
            fits += [item] * (not set(signs["without"]) & names)
    if from_name in fits or not nearly:
        return from_name
    known = {item: sum(_spelling(header) in _spellings(item) for header in bare) for item in ITEMS}
    most = max([*fits, *nearly], key=lambda item: known[item])  # of equals the first, one that fits
    if from_name in nearly:
        return most if known[most] > 2 * known[from_name] else from_name
    return max([from_name or most, most], key=lambda item: known[item])  # of equals, that of the name


# --- the columns of our ids ---------------------------------------------------------------------------

#: What a reader puts behind the second of two columns of one name.
_AGAIN: Final = re.compile(r"(?:_duplicated_\d+| \(\d+\))$")


def own_columns(item: str) -> dict[str, str]:
    """What is ours (`sell_id`, `sell_lead_id`) → the column of an item's export that carries it."""
    found: dict[str, str] = vocabulary()["sell_ids"].get(item, {})
    return found


def own_twins(item: str, names: Mapping[str, str]) -> dict[str, list[str]]:
    """The headers of a column of our ids that a file has more than once: the field was made twice.

    Args:
        names: header → canonical column.
    """
    of_column = {
        own: [header for header in names if own in (names[header], names.get(_AGAIN.sub("", header)))]
        for own in own_columns(item).values()
    }
    return {own: headers for own, headers in of_column.items() if len(headers) > 1}


def guessed_ids(item: str, columns: Sequence[str], filled: Sequence[str]) -> dict[str, str]:
    """Columns that carry our ids under another name: one with `sell` and `id` in it, and with values.

    That of a lead says so: a lead has the custom fields of deals as well, and the id of a deal is not its
    own. A blank one may be anything (`Best-sell ID`), and would say that no record is from Sell; that of a
    linked record says where that one is from.
    """
    found: dict[str, str] = {}
    shown = [name for name in filled if not is_of_another(name, item, columns)]
    for own, canonical in own_columns(item).items():
        of_lead = item == "leads" or own == "sell_lead_id"
        fitting = [name for name in shown if _may_be_ours(name, of_lead=of_lead, item=item)]
        if canonical not in columns and fitting:
            found[fitting[0]] = canonical
    return found


def _may_be_ours(column: str, *, of_lead: bool, item: str) -> bool:
    words = re.findall(r"[a-z]+", column.lower())
    told = item in ("deals", "leads")  # both kinds of ids may stand in these lists
    return "sell" in words and "id" in words and (not told or ("lead" in words) == of_lead)

"""What Sell's words mean: `words.yaml`, read once.

Stages, statuses, record types, and the words of a task's subject.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import attrs

from zsell_transform.facts import facts
from zsell_transform.folding import plain


@attrs.frozen
class Wording:
    """How a subject names its activity type.

    Attributes:
        words: plain word or phrase → activity type; the earliest in a subject decides.
        starts: the same for words that count only as the first one.
        later: the same for words that count only where no other does.
    """

    words: dict[str, str]
    starts: dict[str, str]
    later: dict[str, str]


def _file() -> dict[str, Any]:
    found: dict[str, Any] = facts("sell/words")
    return found


@cache
def closing_words() -> tuple[frozenset[str], frozenset[str]]:
    """The names of Sell's won stages and of its lost ones, in all its languages, without case and accents."""
    languages = _file()["stages"].values()
    won, lost = (
        [plain(name) for language in languages for name in language[kind]] for kind in ("won", "lost")
    )
    return frozenset(won), frozenset(lost)


def status_labels(kind: str) -> dict[str, str | None]:
    """`customer` or `prospect`: Sell's value → the label; None for a value that says that it is none."""
    statuses = _file()["statuses"]
    return dict(statuses[kind]) | dict.fromkeys(statuses["none"])


def record_types() -> dict[str, str | None]:
    """A record type, in lower case → `deal`, `lead`, `contact`; None for what is no record."""
    records = _file()["records"]
    known = {word.lower(): kind for kind in ("deal", "lead", "contact") for word in records[kind]}
    return known | dict.fromkeys(word.lower() for word in (*records["none"], *records["elsewhere"]))


def elsewhere() -> list[str]:
    """Record types of documents that hang on nothing which is carried over."""
    return list(_file()["records"]["elsewhere"])


@cache
def activity_wording() -> Wording:
    """The built-in words of activity types, each as written and without its accents."""
    found: dict[str, dict[str, str]] = {"words": {}, "starts": {}, "later": {}}
    for kind, entry in _file()["activities"].items():
        if not isinstance(entry, dict):
            continue
        place = "later" if entry.get("later") else "words"
        for word in (word for language in entry["words"].values() for word in language):
            found[place].update({word.lower(): kind, plain(word): kind})
        found["starts"].update({word.lower(): kind for word in entry.get("starts", ())})
    return Wording(**found)

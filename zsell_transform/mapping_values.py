"""The readers that check a mapping: plain values in, right values out, and every mistake told at once.

A reader takes the value at one place (`owners.Kalle Kula`) and returns it in its right type; what is wrong it
notes in the `Reading` and goes on. It knows no key by name: which reader belongs to which key stands in
`mapping.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import polars as pl

from zsell_transform.errors import MappingError, ZsellError
from zsell_transform.machine.disk import reason
from zsell_transform.machine.encodings import ENCODING, known_encodings, known_name
from zsell_transform.machine.given import nearest
from zsell_transform.machine.paths import path_of, slashed
from zsell_transform.machine.zones import is_zone, similar

if TYPE_CHECKING:
    import yaml


@attrs.define
class Reading:
    """The mistakes found so far; a reader notes one and goes on, so that all are told at once."""

    folder: Path = Path()
    mistakes: list[str] = attrs.field(factory=list)

    def wrong(self, place: str, expected: str, found: object, hint: str = "") -> Any:
        """Notes a value that is not what it should be."""
        self.mistakes.append(f"{place} must be {expected}, not {shown(found)}{hint}")

    def unknown(self, place: str, key: str, known: Collection[str]) -> None:
        """Notes a key that does not exist, with the nearest that does."""
        where = f" in {place}" if place else ""
        hint = nearest(key, known) or f"; known are {', '.join(known)}"
        self.mistakes.append(f"unknown key {key!r}{where}{hint}")

    def end(self, source: str) -> None:
        """Ends the reading.

        Raises:
            MappingError: there were mistakes; it tells all of them, each with its place.
        """
        if len(self.mistakes) == 1:
            raise MappingError(f"{source}: {self.mistakes[0]}")
        if self.mistakes:
            listed = " ".join(f"({number}) {text}" for number, text in enumerate(self.mistakes, 1))
            raise MappingError(f"{source} has {len(self.mistakes)} mistakes: {listed}")


Reader = Callable[[Reading, str, Any], Any]


def shown(value: object) -> str:
    """A value as an error message shows it: short, and never a whole structure."""
    text = "nothing" if value is None else "a list" if isinstance(value, list | tuple) else repr(value)
    return "a group of keys" if isinstance(value, dict) else text if len(text) <= 60 else text[:57] + "…"


def text(expected: str = "text") -> Reader:
    """A text that is not blank; `expected` says which, should something else stand there."""

    def read(reading: Reading, place: str, value: Any) -> Any:
        if isinstance(value, str) and value.strip():
            return value
        return reading.wrong(place, expected, value)

    return read


def or_null(inner: Reader) -> Reader:
    """What another reader takes, or null."""
    return lambda reading, place, value: None if value is None else inner(reading, place, value)


def one_of(*choices: str) -> Reader:
    """One of these texts."""
    expected = " or ".join(repr(choice) for choice in choices)

    def read(reading: Reading, place: str, value: Any) -> Any:
        if isinstance(value, str) and value in choices:
            return value
        return reading.wrong(place, expected, value, nearest(str(value), choices) if len(choices) > 2 else "")

    return read


FLAGS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def flag(reading: Reading, place: str, value: Any) -> Any:
    """True or false, also in YAML's other words for them."""
    found = FLAGS.get(value.casefold()) if isinstance(value, str) else value
    return found if isinstance(found, bool) else reading.wrong(place, "true or false", value)


def positive(kind: type[int] | type[float]) -> Reader:
    """A number above 0, whole where `kind` is `int`."""
    expected = "a whole number above 0" if kind is int else "a number above 0"

    def read(reading: Reading, place: str, value: Any) -> Any:
        try:
            number = kind(str(value).replace("_", "")) if not isinstance(value, bool) else 0
        except ValueError:
            number = 0
        return number if 0 < number < 1e15 else reading.wrong(place, expected, value)

    return read


def list_of(inner: Reader, expected: str = "a list") -> Reader:
    """A list of what another reader takes."""

    def read(reading: Reading, place: str, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return reading.wrong(place, expected, value)
        return tuple(inner(reading, f"{place}[{number}]", one) for number, one in enumerate(value, 1))

    return read


def words(reading: Reading, place: str, value: Any) -> Any:
    """A list of texts, or one text alone."""
    return list_of(text(), "a list of texts")(reading, place, [value] if isinstance(value, str) else value)


def keys(inner: Reader, *known: str, defaults: dict[str, Any] | None = None) -> Reader:
    """A group of keys (any, or those known), perhaps empty; `defaults` fills what is not given."""

    def read(reading: Reading, place: str, value: Any) -> Any:
        value = {} if value is None else value
        if not isinstance(value, dict):
            return reading.wrong(place, "a group of keys, like {key: value}", value)
        found = dict(defaults or {})
        for key, one in value.items():
            name = str(key)
            if known and name not in known:
                reading.unknown(place, name, known)
            elif one is not None or not defaults:
                found[name] = inner(reading, f"{place}.{name}", one)
        return found

    return read


def by_file(inner: Reader) -> Reader:
    """A group of files, below the export's folder; on Windows people write `lists\\deals.csv`."""
    every = keys(inner)

    def read(reading: Reading, place: str, value: Any) -> Any:
        given = every(reading, place, value)
        return {slashed(name): one for name, one in given.items()} if isinstance(given, dict) else given

    return read


def by_key(readers: dict[str, Reader]) -> Reader:
    """A group of known keys, each with its own reader."""
    every = keys(lambda reading, place, value: value, *readers)

    def read(reading: Reading, place: str, value: Any) -> Any:
        given = every(reading, place, value)
        if not isinstance(given, dict):
            return given
        return {key: readers[key](reading, f"{place}.{key}", one) for key, one in given.items()}

    return read


def made(cls: Callable[..., Any], readers: dict[str, Reader], required: str | None = None) -> Reader:
    """One of the small classes; a key that is missing or empty keeps its default."""

    def read(reading: Reading, place: str, value: Any) -> Any:
        if not isinstance(value, dict):
            return reading.wrong(place, f"a group of keys ({', '.join(readers)})", value)
        before, found = len(reading.mistakes), {}
        for key, one in value.items():
            if str(key) not in readers:
                reading.unknown(place, str(key), readers)
            elif one is not None:
                found[str(key)] = readers[str(key)](reading, f"{place}.{key}", one)
        if required and required not in found and before == len(reading.mistakes):
            reading.mistakes.append(f"{place} has no {required!r}")
        return cls(**found) if before == len(reading.mistakes) else None

    return read


def zone(reading: Reading, place: str, value: Any) -> Any:
    """A zone that polars knows, which does all the work: Python knows none on Windows."""
    if is_zone(value):
        return value
    return reading.wrong(place, "a time zone like 'America/Santiago'", value, _nearest_zone(str(value)))


def _nearest_zone(word: str) -> str:
    """The nearest zone, also for a city alone or with a blank in it (`Buenos Aires`)."""
    if re.search(r"[+-]\d", word):
        return "; an offset knows no summer time: name a city of the zone"
    city, known = similar(word)
    return f"; did you mean {city!r}?" if city else nearest(word.replace(" ", "_"), known)


def encoding(reading: Reading, place: str, value: Any) -> Any:
    """An encoding of text that Python knows, under Python's name for it."""
    hint = nearest(str(value), known_encodings())
    return known_name(value) or reading.wrong(place, ENCODING, value, hint)


def patterns(reading: Reading, place: str, value: Any) -> Any:
    """A list of regular expressions that polars can read, or one alone."""
    for one in (found := words(reading, place, value)) or ():
        try:
            pl.Series([""]).str.contains(one or "")
        except pl.exceptions.PolarsError as error:
            reason = next((line for line in str(error).splitlines() if line.startswith("error:")), "error")
            reading.wrong(place, "a regular expression", one, f" ({reason})")
    return found


def folder(reading: Reading, place: str, value: Any) -> Any:
    """A folder that exists; a relative path counts from the mapping's own folder."""
    with suppress(OSError, ZsellError):  # no path can be called so: too long, or with a null in it
        if isinstance(value, str | Path) and (path := reading.folder / path_of(value)).is_dir():
            return path
    hint = _NO_BACKSLASH if re.search("[\x00-\x1f\x7f-\xa0]", str(value)) else ""
    return reading.wrong(place, "an existing folder", str(value) if isinstance(value, Path) else value, hint)


#: Values of one mapping, those that aliases repeat counted each time. Nobody writes so many by hand.
_MOST_VALUES: Final = 500_000


def yaml_file(path: Path) -> Any:
    """The file as plain dicts, lists, texts and None; an empty file is an empty mapping.

    Raises:
        MappingError: the file cannot be read, is no YAML in UTF-8, or names a key twice.
    """
    import yaml  # a mapping may be a dict, or none

    try:
        written = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise MappingError(f"{path.name} line {line}: is not UTF-8; save the file as UTF-8") from None
    except (OSError, ValueError) as error:  # no path may hold a null
        why = reason(error) if isinstance(error, OSError) else error
        raise MappingError(f"{path}: cannot be read as a mapping ({why})") from None
    try:
        node = yaml.compose(written, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {} if node is None else _Plain(path.name).value(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        why = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise MappingError(f"{path.name}{where}: is not YAML: {why}{_of_path(error, written)}") from None
    except RecursionError:
        raise MappingError(f"{path.name}: is nested too deeply, or refers to itself") from None


#: `"C:\\Users"` is no YAML, and `"C:\\new"` has a line break in it.
_NO_BACKSLASH: Final = "; in double quotes a backslash means more: write a path in single quotes, or with /"


def _of_path(error: yaml.YAMLError, written: str) -> str:
    """What to do about a path in double quotes, in which YAML takes `\\U` for the sign of a letter."""
    mark = getattr(error, "problem_mark", None)
    line = written.splitlines()[mark.line] if mark and mark.line < len(written.splitlines()) else ""
    if not re.search(r'"[^"]*\\', line):
        return ""
    return _NO_BACKSLASH


class _Plain:
    """YAML nodes as plain values, up to a number: what aliases repeat is written out wherever one stands."""

    def __init__(self, source: str) -> None:
        self.source, self._left = source, _MOST_VALUES

    def value(self, node: Any) -> Any:
        """A scalar is its text (an unquoted null is None), a key is always text."""
        self._left -= 1
        if self._left < 0:
            raise MappingError(
                f"{self.source}: holds more than {_MOST_VALUES:,} values, counted wherever an alias (*name)"
                " is"
            )
        if node.id == "scalar":
            return None if node.tag == "tag:yaml.org,2002:null" else node.value
        return [self.value(one) for one in node.value] if node.id == "sequence" else self._group(node)

    def _group(self, node: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            where = f"{self.source} line {key.start_mark.line + 1}"
            if key.id != "scalar":
                raise MappingError(f"{where}: a key must be text, not {shown(self.value(key))}")
            if key.value in found:
                raise MappingError(f"{where}: the key {key.value!r} appears twice")
            found[key.value] = self.value(value)
        return found

"""The files behind a value: no result is written over what it was made of, in whatever form it was given.

A path says by itself where it points. An export, a mapping or a table has forgotten it, and a user may hold
one for long; so whoever reads a file notes it here, for as long as what was read of it is held.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from zsell_transform.errors import ZsellError
from zsell_transform.machine.given import is_path
from zsell_transform.machine.paths import path_of

T = TypeVar("T")

#: By identity, since a table cannot be hashed; each is forgotten with its value.
_KNOWN: Final[dict[int, tuple[Path, ...]]] = {}


def made_of(value: T, paths: Iterable[Path]) -> T:
    """The same value; the files it was read from are known from here on, wherever one goes meanwhile."""
    found = tuple(path.absolute() for path in paths)
    if found != _KNOWN.get(id(value), ()):
        _KNOWN[id(value)] = found
        weakref.finalize(value, _KNOWN.pop, id(value), None).atexit = False
    return value


def origins(given: object) -> tuple[Path, ...]:
    """The paths of whatever a run reads: of paths, of what was read from files, and of lists and dicts of
    them.
    """
    if is_path(given):
        with suppress(ZsellError):  # whoever reads it says what is wrong with it
            return (path_of(given),) if str(given) else ()
        return ()
    if isinstance(given, list | tuple):
        return tuple(path for one in given for path in origins(one))
    if isinstance(given, dict):
        return origins(list(given.values()))
    return _KNOWN.get(id(given), ())

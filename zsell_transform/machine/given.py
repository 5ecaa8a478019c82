"""Arguments as people give them: what each may be is declared here once, and told in one line.

Nothing is guessed of a value of another kind: the text `"no"` is true to Python, and means the opposite.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Collection
from numbers import Integral
from typing import Any, Final, TypeGuard

import attrs

from zsell_transform.errors import ZsellError

#: Records that a file of the trial holds at most.
MOST_IN_TRIAL: Final = 10
#: Libraries whose frames, tables and columns people hold in a notebook.
_OF_FRAMES: Final = ("polars", "pandas", "pyarrow", "numpy", "dask")
#: What makes a polars frame of a pandas frame without pyarrow, which few have: blanks stay blank,
#: and whole numbers whole.
FROM_PANDAS: Final = (
    "pl.read_csv(io.StringIO(frame.convert_dtypes().to_csv(index=False)), infer_schema=False)"
)
#: So much of a value that is shown is shown.
_LONG: Final = 60


@attrs.frozen
class _Argument:
    """What an argument may be: in words, and how one sees it."""

    wanted: str
    fits: Callable[[Any], bool]


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


#: Arguments of public functions, by their name, which says the same in all of them. Paths, mappings and
#: sources are checked by who reads them.
_ARGUMENTS: Final = {
    "overwrite": _Argument("True or False", _is_flag),
    "rehearse": _Argument(
        "True, False, or None (yes up to 500,000 rows)", lambda value: value is None or _is_flag(value)
    ),
    "trial": _Argument(
        f"0 to {MOST_IN_TRIAL} (records per file; 0 for no trial)",
        lambda value: (
            isinstance(value, Integral) and not _is_flag(value) and 0 <= int(value) <= MOST_IN_TRIAL
        ),
    ),
    "progress": _Argument(
        "None, True, False, or a function of stage, done and total",
        lambda value: value is None or _is_flag(value) or callable(value),
    ),
    "assumptions": _Argument(
        "a dict of assumption → reading", lambda value: value is None or isinstance(value, dict)
    ),
}


def expect(**given: object) -> None:
    """Refuses arguments that are not what their name asks for.

    Raises:
        ZsellError: naming the argument, what it may be, and what was given.
    """
    for name, value in given.items():
        argument = _ARGUMENTS[name]
        if not argument.fits(value):
            raise ZsellError(f"{name} must be {argument.wanted}, not {repr_of(value)}")


def nearest(word: str, known: Collection[str]) -> str:
    """`; did you mean 'owners'?`, or nothing where no known word is near."""
    by_fold = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.6)
    return f"; did you mean {by_fold[close[0]]!r}?" if close else ""


def repr_of(value: object) -> str:
    """A small value as Python writes it, of any other one what it is."""
    if value is None or isinstance(value, str | bytes | bool | int | float):
        told = repr(value)
        return told if len(told) <= _LONG else f"{told[:_LONG]}…"
    return kind_of(value)


def kind_of(value: object) -> str:
    """What a value is, as people call it: `a pandas DataFrame`, `a list`, `None`."""
    if value is None:
        return "None"
    if isinstance(value, bytes | bytearray):
        return "bytes"
    kind = type(value)
    library = library_of(value)
    name = f"{library} {kind.__name__}" if library else kind.__name__
    article = "an" if name[0] in "aeiouAEIOU" else "a"
    return f"{article} {name}"


def library_of(value: object) -> str:
    """The library of frames that a value is of; blank for any other one. Nothing need be imported for it."""
    root = type(value).__module__.partition(".")[0]
    return root if root in _OF_FRAMES else ""


def is_frame(value: object) -> bool:
    """Whether a value is a table of some library's; LazyFrame's `columns` must not be asked for."""
    return bool(library_of(value)) and type(value).__name__ in ("DataFrame", "LazyFrame", "Table")


def is_path(value: object) -> TypeGuard[str | os.PathLike[str]]:
    """Whether a value says where something lies: text, a `Path`, and whatever else is a path of text."""
    return isinstance(value, str) or (isinstance(value, os.PathLike) and isinstance(os.fspath(value), str))

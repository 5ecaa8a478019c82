"""Paths as people write them: `~` is their home, and no path at all is not the folder they are in."""

from __future__ import annotations

from pathlib import Path

from zsell_transform.errors import ZsellError


def path_of(given: str | Path, what: str = "", error: type[ZsellError] = ZsellError) -> Path:
    """A path that a user gave; only a shell knows `~` by itself, and not between quotes.

    Args:
        what: what the path is for; where it is said, a blank path is refused.
        error: how it is refused.

    Raises:
        ZsellError: `error`, where the path is blank.
    """
    if what and not str(given).strip():
        raise error(f"{what} is blank: give a path")
    try:
        return Path(given).expanduser()
    except RuntimeError:  # nobody of that name has a home here: then it is a name like any other
        return Path(given)


def as_given(name: str | None) -> str | None:
    """A path as it was given, if it counts from where the user is; of one from the root the name alone."""
    if not name:
        return None
    path = Path(name)
    return path.name if path.is_absolute() else path.as_posix()

"""How laps and their folders are called. A number counts only where it is said to be a lap's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

#: `lap_2`, `lap-2`, `lap2`, also behind other words (`acme_lap_2`); `Skymoss 2026` is no lap.
_LAP: Final = re.compile(r"(?:^|[\W_])lap[ _-]?(\d{1,3})$", re.IGNORECASE)

#: `delta_2`; a year is no number of a delta.
_NUMBER: Final = re.compile(r"_(\d{1,2})$")


def named_lap(name: str) -> int | None:
    """The number of a lap that a folder's name tells."""
    found = _LAP.search(name)
    return int(found.group(1)) if found else None


def next_name(name: str, lap: int, *, delta: bool = False) -> str:
    """What to call the folder of the lap behind this one: `lap_1` → `lap_2`, `Skymoss` → `Skymoss_lap_2`.

    Args:
        delta: whether it is what changed since an earlier run, which is no lap: `evening` → `evening_2`.
    """
    if found := _LAP.search(name):
        return f"{name[: found.start(1)]}{int(found.group(1)) + 1}"
    if delta:
        number = _NUMBER.search(name)
        return f"{name[: number.start(1)]}{int(number.group(1)) + 1}" if number else f"{name}_2"
    return f"{name}_lap_{lap + 1}"


def next_folder(target: str | None, lap: int, *, delta: bool = False) -> str:
    """The same, for a folder as the user calls it."""
    if target is None:
        return "delta_2" if delta else f"lap_{lap + 1}"
    place = Path(target)
    return place.with_name(next_name(place.name, lap, delta=delta)).as_posix()

"""Time zones, as polars judges them: it brings its own, while Python has none on Windows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

import polars as pl

#: Names of the database that are no place: `Etc/GMT+1` is near by its letters, and an hour *behind* UTC.
_NO_PLACE: Final = ("Etc/GMT", "Factory", "localtime", "posix", "right/")
_AREAS: Final = ("Africa America America/Argentina America/Indiana Asia Atlantic Australia Europe Indian"
                 " Pacific").split()  # fmt: skip
#: Zones in which most people work, for slips of the pen on machines that cannot list any.
_COMMON: Final = """
    Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos Africa/Nairobi America/Anchorage
    America/Argentina/Buenos_Aires America/Bogota America/Caracas America/Chicago America/Denver
    America/Edmonton America/Guayaquil America/Halifax America/La_Paz America/Lima America/Los_Angeles
    America/Mexico_City America/Montevideo America/New_York America/Panama America/Phoenix America/Santiago
    America/Sao_Paulo America/Toronto America/Vancouver Asia/Bangkok Asia/Dubai Asia/Hong_Kong Asia/Jakarta
    Asia/Jerusalem Asia/Karachi Asia/Kolkata Asia/Kuala_Lumpur Asia/Manila Asia/Riyadh Asia/Seoul
    Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tokyo Australia/Brisbane Australia/Melbourne
    Australia/Perth Australia/Sydney Europe/Amsterdam Europe/Athens Europe/Berlin Europe/Brussels
    Europe/Bucharest Europe/Budapest Europe/Copenhagen Europe/Dublin Europe/Helsinki Europe/Istanbul
    Europe/Kyiv Europe/Lisbon Europe/London Europe/Madrid Europe/Moscow Europe/Oslo Europe/Paris
    Europe/Prague Europe/Riga Europe/Rome Europe/Sofia Europe/Stockholm Europe/Tallinn Europe/Vienna
    Europe/Vilnius Europe/Warsaw Europe/Zurich Pacific/Auckland Pacific/Honolulu UTC
""".split()


def is_zone(name: object) -> bool:
    """Whether polars can write a moment in this zone."""
    # polars also takes an offset and a blank text, which name no zone.
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][\w/+-]*", name):
        return False
    moment = pl.Series([0]).cast(pl.Datetime("us", "UTC"))
    try:
        moment.dt.convert_time_zone(name)
    except Exception:  # it has several errors for a name that it does not know
        return False
    return True


def _listed() -> Iterable[str]:
    """All names that this machine can list: none on Windows."""
    import zoneinfo  # only where a name was wrong

    return zoneinfo.available_timezones()


def similar(word: str, listed: Callable[[], Iterable[str]] = _listed) -> tuple[str | None, list[str]]:
    """The zone of a city that was named alone (`Buenos Aires`), if any; and all names to look for a near one.

    Args:
        word: what was written.
        listed: what the machine can list.
    """
    city = word.strip().replace(" ", "_")
    known = sorted(name for name in {*listed(), *_COMMON} if not name.startswith(_NO_PLACE))
    same = [name for name in known if name.rsplit("/", 1)[-1].casefold() == city.casefold()]
    guessed = (f"{area}/{city.title()}" for area in _AREAS)
    return next(iter(same), None) or next(filter(is_zone, guessed), None), known

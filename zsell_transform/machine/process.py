"""How a process of our own is set up before polars is loaded: its memory, and its threads.

In a notebook both are the user's. What the user has set in the environment stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from zsell_transform.machine.origins import origins

#: So many bytes of input are done sooner by one thread of polars: handing a small query from thread to thread
#: takes longer than its work (measured: a tenth less time for a megabyte, a twentieth for ten).
SMALL: Final = 10_000_000
#: Text in a zip takes about so much less room.
_ZIPPED: Final = 10


def set_up(given: Iterable[object]) -> None:
    """Sets what polars reads from the environment when it is loaded.

    Args:
        given: the arguments of the command; those that are paths tell how much there is to do.
    """
    os.environ.setdefault("_RJEM_MALLOC_CONF", allocator())
    if sum(map(_size, origins(list(given)))) < SMALL:
        os.environ.setdefault("POLARS_MAX_THREADS", "1")


def allocator() -> str:
    """Settings for polars' allocator.

    One pool of memory a core, where it would have four: what one thread has freed serves the next. Where the
    system limits what a process may reserve, reserved memory that is not used is given back, as it counts.
    """
    pools = f"narenas:{os.cpu_count() or 1}"
    try:
        import resource
    except ImportError:  # Windows, where polars has another allocator
        return pools
    kinds = [getattr(resource, name, None) for name in ("RLIMIT_DATA", "RLIMIT_AS")]
    limits = [resource.getrlimit(kind)[0] for kind in kinds if kind is not None]
    return pools if all(limit == resource.RLIM_INFINITY for limit in limits) else f"{pools},retain:false"


def _size(path: Path) -> int:
    """Bytes of a file or of all files in a folder, about; nothing where there is none."""
    try:
        files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
        return sum(one.stat().st_size * (_ZIPPED if one.suffix.lower() == ".zip" else 1) for one in files)
    except (OSError, ValueError):
        return 0

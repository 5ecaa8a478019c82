"""What file managers, notebooks and office programs leave in a folder: nobody's input, nobody's work."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

#: Names of files and folders: macOS', Windows', LibreOffice's locks, those of Microsoft's Office, Jupyter's.
_LITTER: Final = re.compile(
    r"\.ds_store|__macosx|\._.*|(?:eh)?thumbs\.db|desktop\.ini|\.~lock\..*#|~\$.*|\.ipynb_checkpoints"
)


def is_litter(parts: Iterable[str]) -> bool:
    """Whether a path, given by its parts, is litter or within it."""
    return any(_LITTER.fullmatch(part.lower()) for part in parts)


def is_hidden(parts: Iterable[str]) -> bool:
    """The same, or hidden by a dot in front."""
    given = list(parts)
    return is_litter(given) or any(part.startswith(".") for part in given)

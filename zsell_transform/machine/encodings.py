"""The encodings of text that Python knows, by all their names."""

from __future__ import annotations

import codecs
from encodings.aliases import aliases
from typing import Any, Final

#: What an encoding has to be, in words.
ENCODING: Final = "an encoding like 'cp1252'"
#: What Python calls a codec and is no encoding of text, with its other names.
_NO_TEXT: Final = frozenset(
    "base64 base_64 base64_codec bz2 bz2_codec hex hex_codec quopri quoted_printable quotedprintable"
    " quopri_codec rot13 rot_13 uu uu_codec zip zlib zlib_codec dbcs mbcs ansi".split()
)


def known_name(given: Any) -> str:
    """Python's name for an encoding of text; blank for what is none."""
    try:
        b"    ".decode(given, "replace")  # unlike codecs.lookup, refuses what is no text (base64)
        return codecs.lookup(given).name
    except (LookupError, TypeError, ValueError):
        return ""


def known_encodings() -> list[str]:
    """All names of encodings of text, for a hint at the one that was meant."""
    texts = {*aliases, *aliases.values()} - _NO_TEXT
    return sorted(name.replace("_", "-") for name in texts)

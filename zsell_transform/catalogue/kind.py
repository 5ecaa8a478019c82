"""What an issue code means."""

from __future__ import annotations

import attrs


@attrs.frozen
class Kind:
    """One code: how bad it is, what was found and expected, and what the library did about it.

    `what` and `did` may use {field}, {value}, {detail}, and of what is counted {value|record|records}: one
    and several of it. `todo` is what the user can do, for report and docs.
    """

    severity: str
    what: str
    did: str
    todo: str = ""

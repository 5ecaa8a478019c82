"""The catalogue of issue codes, one module a room: severity, what was found, what was done, what to do."""

from __future__ import annotations

from typing import Final

from zsell_transform.catalogue import cleaning, delta, linking, pipedrive, reading, survey
from zsell_transform.catalogue.kind import Kind

KINDS: Final[dict[str, Kind]] = {
    **reading.KINDS,
    **cleaning.KINDS,
    **survey.KINDS,
    **linking.KINDS,
    **pipedrive.KINDS,
    **delta.KINDS,
}

__all__ = ["KINDS", "Kind"]

"""Why a record waits for a later lap."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.sell.entities import ITEMS

NO_PERSON_KEY: Final = "the person has no proven key"
NO_ORGANIZATION_KEY: Final = "the organization has no proven key"
NO_KEYS: Final = "the person and the organization have no proven key"
NO_BASE: Final = "its person comes with an earlier lead that waits"
NO_DEAL_ID: Final = "the deal has no System ID yet"
NO_LEAD_ID: Final = "the lead has no System ID yet"
NO_PERSON_ID: Final = "the person has no System ID yet"
NO_ORGANIZATION_ID: Final = "the organization has no System ID yet"
#: The row of a lead's history names the person and organization that Pipedrive shows for the lead.
UNSEEN_PARTIES: Final = {
    item: f"the export of {item} lacks Contact person ID or Organization ID" for item in ("leads", "deals")
}
NO_EXPORT: Final = {item: f"no export of {item} says which of them are there" for item in ITEMS}
#: Why a record waits → the list that Pipedrive has to export, whole and with all columns.
WAITS_FOR_EXPORT: Final = {
    said: item for reasons in (NO_EXPORT, UNSEEN_PARTIES) for item, said in reasons.items()
}
_KEYLESS: Final = (NO_PERSON_KEY, NO_ORGANIZATION_KEY, NO_KEYS, NO_BASE)
_IDLESS: Final = (NO_DEAL_ID, NO_LEAD_ID, NO_PERSON_ID, NO_ORGANIZATION_ID)
REASON: Final = pl.Enum(sorted((*_KEYLESS, *_IDLESS, *UNSEEN_PARTIES.values(), *NO_EXPORT.values())))


def reason(word: str) -> pl.Expr:
    """Why a record waits, as it stands in a column."""
    return pl.lit(word, dtype=REASON)

"""Whether the earlier run is one of this account at all."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.standing.account import Account

_RECORD: Final = ["entity", "id"]


def nothing_shared(then: Account, now: Account) -> pl.DataFrame:
    """The issue that the earlier run holds not one record of today's kinds, or nothing.

    Records that an export only names tell nothing: two accounts may call a company the same.
    """
    before, today = (account.records.filter(~pl.col("added")) for account in (then, now))
    known = before.join(today, on="entity", how="semi")
    if not known.height or known.join(today, on=_RECORD, how="semi").height:
        return issues.empty()
    return issues.issue(
        "previous_shares_nothing", field="previous", detail=issues.listed(known["entity"].unique().sort())
    )

"""Closed deals that stand in another stage than the mapping would choose by now.

Which stage a closed deal stands in depends on the open deals of its pipeline (contract, section 4), so that
it changes while the deal itself does not. A delta leaves such deals where they are, and the proof tells of
them without counting them as different.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.drafting import Drafts
from zsell_transform.folding import folded
from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import DEAL_STAGE, DEAL_STATUS
from zsell_transform.sell.stages import KEYS, SEPARATOR
from zsell_transform.standing.account import several
from zsell_transform.transformers.deals import STAGE_KEY

PLACED_EARLIER: Final = (
    "closed deals stand in another stage of their pipeline than they would by now: an earlier run placed them"
)
#: The share of a stage's closed deals that tells an earlier run's choice from somebody's own.
_LEAST_SHARE: Final = 0.5
_CELL: Final = ["entity", "source_id", "field"]


def placed_earlier(found: pl.DataFrame, drafts: Drafts, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Those of the differing values that are no faults: stages of closed deals that an earlier run chose.

    It placed all that were closed then, so a stage counts where at least half of the closed deals of one Sell
    stage stand in it, and not in another pipeline. Of three or more, one that somebody moved is a difference;
    of one or two, nothing tells the two apart.

    Args:
        found: differing values, as of `differing`.
    """
    stages = found.filter((pl.col("entity") == "deals") & (pl.col("field") == DEAL_STAGE))
    if not stages.height:
        return stages
    raw = held.raw["deals"]
    pipeline = column_or_blank(raw.columns, "Pipeline")
    shown = raw.select("Stage", system_id="ID", pipeline=pipeline)
    alone = there.filter((pl.col("entity") == "deals") & ~several()).select("system_id", _id="id")
    closed = (
        drafts["deals"]
        .frame.filter(pl.col(DEAL_STATUS).is_in(["Won", "Lost"]))
        .select("_id", STAGE_KEY)
        .join(alone.lazy(), on="_id", how="inner", maintain_order="left")
        .join(shown.lazy(), on="system_id", how="inner", maintain_order="left")
        .collect(engine="streaming")
    )
    share = pl.len().over(STAGE_KEY, "pipeline", "Stage") / pl.len().over(STAGE_KEY)
    own = pl.col(STAGE_KEY).str.split(SEPARATOR).list.get(KEYS.index("pipeline_name"))
    elsewhere = (own != "") & (folded(own) != folded(pl.col("pipeline")))
    placed_then = (share >= _LEAST_SHARE) & ~elsewhere.fill_null(value=False)
    placed = closed.filter(placed_then).select(source_id="_id")
    return stages.join(placed, on="source_id", how="semi", maintain_order="left")


def without_placed_earlier(found: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """The differing values that are left."""
    return found.join(placed, on=_CELL, how="anti", maintain_order="left")

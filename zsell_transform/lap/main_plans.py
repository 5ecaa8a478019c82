"""What becomes of parties, deals and leads, and what their history needs to know of them."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

import attrs
import polars as pl

from zsell_transform.lap.plans import Plan
from zsell_transform.lap.targets import Targets


@attrs.frozen(eq=False)
class MainPlans:
    """What was decided of the records on which others hang.

    Attributes:
        plans: entity → its plan.
        companies, people: how each can be linked to.
        deals, leads: where each is in Pipedrive and what stands on its row, of `plan_deals` and `plan_leads`.
    """

    plans: MappingOf[str, Plan]
    companies: Targets
    people: Targets
    deals: pl.DataFrame
    leads: pl.DataFrame

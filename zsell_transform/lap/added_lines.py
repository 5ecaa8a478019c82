"""How the lines begin that a lap adds to a text, for what the row of an activity or a note could not name."""

from __future__ import annotations

from typing import Final

DEAL_IN_SELL: Final = "Deal in Sell: "
LEAD_IN_SELL: Final = "Lead in Sell: "
CONTACT_IN_SELL: Final = "Contact in Sell: "
LEFT_OUT: Final = "Left out of the move: "
#: Every one of them: no line that begins so is part of Sell's text.
ADDED: Final = (DEAL_IN_SELL, LEAD_IN_SELL, CONTACT_IN_SELL, LEFT_OUT)

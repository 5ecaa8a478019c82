"""Ways with polars frames that know nothing of Sell or Pipedrive."""

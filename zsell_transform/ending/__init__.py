"""The end of a run: the ledger is reckoned, everything is told, and the folder appears."""

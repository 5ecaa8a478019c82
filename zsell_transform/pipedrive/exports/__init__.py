"""Pipedrive's own exports → what is there already, with its System IDs.

What goes in: a folder (or zip) with any of Pipedrive's export files (`read`). What comes out: `held.Held`, by
which a lap decides what is present, and `verify` compares value by value. Headers, and words in cells, in the
languages that are known: `words.yaml`.
"""

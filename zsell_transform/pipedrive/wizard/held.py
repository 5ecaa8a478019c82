"""Pipedrive's own exports → the in-memory Pipedrive that a later lap is rehearsed against."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from zsell_transform.pipedrive.exports.headers import vocabulary
from zsell_transform.pipedrive.wizard.store import (
    _LINKS_OF,
    _PRINTED_LINKS,
    ITEMS,
    Store,
    empty_store,
    field_of,
)


def store_of(raw: Mapping[str, pl.DataFrame]) -> Store:
    """The store that would be exported as these tables.

    Args:
        raw: item → its export under canonical column names (`Held.raw`).
    """
    return {item: _table(item, raw[item]) if item in raw else empty_store()[item] for item in ITEMS}


def _table(item: str, shown: pl.DataFrame) -> pl.DataFrame:
    forms: Mapping[str, Mapping[str, str]] = vocabulary()["columns"][item]
    links = {number: link for link, (_, number) in _PRINTED_LINKS.items() if link in _LINKS_OF[item]}
    printed = {name for link, (name, _) in _PRINTED_LINKS.items() if link in _LINKS_OF[item]} | {"Deal title"}
    names = {name: form["wizard"] for name, form in forms.items() if "wizard" in form}
    renamed = {"ID": "_id", **links, **names}
    table = shown.drop(name for name in shown.columns if name in printed and name not in links)
    table = table.rename({name: renamed.get(name, field_of(name)) for name in table.columns})
    if {"Stage (pipeline)", "Pipeline"} <= set(table.columns):
        cell = pl.format("{} ({})", "Stage (pipeline)", "Pipeline")
        table = table.with_columns(pl.coalesce(cell, "Stage (pipeline)").alias("Stage (pipeline)")).drop(
            "Pipeline"
        )
    return table

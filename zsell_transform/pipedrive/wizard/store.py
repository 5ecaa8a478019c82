"""The in-memory Pipedrive of a rehearsal: its tables, what happened to them, and how Pipedrive shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.frames.unique import told_apart
from zsell_transform.pipedrive.exports.headers import vocabulary
from zsell_transform.pipedrive.own_ids import mark

ITEMS: Final = ("organizations", "persons", "deals", "leads", "activities", "notes")
#: A person's e-mails and phones, as the wizard calls them; `Phone (Sell)` is somebody's own field.
_CONTACT: Final = re.compile(r"(?:Email|Phone)(?: \((?:Work|Home|Mobile|Other)\))?")
#: Item → its table: `_id`, the wizard's fields by name (`Email (Work)`), and the link columns; all text.
Store = dict[str, pl.DataFrame]

#: Where a record's link to another one stands; also the order in which links of a row are made.
LINK: Final = {"deals": "_deal", "leads": "_lead", "persons": "_person", "organizations": "_organization"}
#: Each item counts from its own number, so that an id taken for another item's is never right by chance.
FIRST_ID: Final = {item: 10_000_000 * n + 1 for n, item in enumerate(ITEMS)}
LEAD_ID: Final = "5e110000-0000-4000-8000-{}"

_PLACE: Final[dict[str, Any]] = {"file": pl.String, "row": pl.Int64, "item": pl.String}
#: What happened, by kind; one row an event.
EVENTS: Final[dict[str, dict[str, Any]]] = {
    "created": _PLACE | dict.fromkeys(("id", "sell_id"), pl.String),
    "found": _PLACE | dict.fromkeys(("id", "how", "sell_id", "into"), pl.String),
    "skipped": _PLACE | {"reason": pl.String},
    "links": _PLACE | dict.fromkeys(("id", "target", "target_id", "how"), pl.String),
    "overwritten": _PLACE | dict.fromkeys(("id", "field", "old", "new"), pl.String),
    "altered": _PLACE | dict.fromkeys(("field", "value", "stored"), pl.String),
}
Events = dict[str, pl.DataFrame]

#: What the account puts where a record has nothing.
DEFAULTS: Final = {
    "organizations": {"Owner": "Importing user"},
    "persons": {"Owner": "Importing user"},
    "deals": {"Owner": "Importing user", "Status": "Open", "Stage (pipeline)": "Qualified (Pipeline)"},
    "leads": {"Owner": "Importing user"},
    "activities": {"Subject": "Call", "Type": "Call", "Done": "Undone", "Assigned to user": "Importing user"},
    "notes": {},
}
#: Link column → the columns that Pipedrive prints for it, by item where they differ.
_PRINTED_LINKS: Final = {
    "_deal": ("Deal", "Deal ID"),
    "_lead": ("Lead", "Lead ID"),
    "_organization": ("Organization", "Organization ID"),
    "_person": ("Contact person", "Contact person ID"),
}
_LINKS_OF: Final = {
    "organizations": (),
    "persons": ("_organization",),
    "deals": ("_organization", "_person"),
    "leads": ("_organization", "_person"),
    "activities": ("_deal", "_lead", "_organization", "_person"),
    "notes": ("_organization", "_person", "_deal", "_lead"),
}


def empty_store() -> Store:
    """A Pipedrive without any record."""
    return {item: pl.DataFrame(schema={"_id": pl.String}) for item in ITEMS}


def no_events() -> Events:
    """Kind of event → a frame without any, in the columns of `EVENTS`."""
    return {kind: pl.DataFrame(schema=schema) for kind, schema in EVENTS.items()}


def is_contact(field: str) -> bool:
    """Whether a field of persons holds e-mails or phones, by which they are told."""
    return bool(_CONTACT.fullmatch(field))


def title_field(item: str) -> str:
    """The field by which an item's records are called."""
    return {"organizations": "Name", "persons": "Name", "activities": "Subject", "notes": "Content"}.get(
        item, "Title"
    )


def sell_field(item: str) -> str:
    """The custom field that carries an item's Sell id."""
    return str(vocabulary()["sell_ids"][item]["sell_id"])


def column(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A column, or nulls where the table has none."""
    return column_or_blank(frame.columns, name)


def own_id(item: str, table: pl.DataFrame) -> pl.Expr:
    """Sell id of each record; for activities and notes the mark in its text."""
    if item in ("activities", "notes"):
        return mark(item, column(table, "Note" if item == "activities" else "Content"))
    return column(table, sell_field(item))


def names(store: Store, item: str) -> pl.DataFrame:
    """`id, name, sell_id` of an item's records."""
    table = store[item]
    return table.select(id="_id", name=column(table, title_field(item)), sell_id=own_id(item, table))


def field_of(label: str) -> str:
    """What the store calls a field: names that begin with `_` or a small letter are the model's own.

    All fields of Pipedrive's begin with a capital; a custom field may be called `code`.
    """
    return f" {label}" if label[0] == "_" or label[0].islower() else label


def label_of(field: str) -> str:
    """What Pipedrive calls a field of the store."""
    return field.removeprefix(" ")


def shown(item: str, store: Store) -> pl.DataFrame:
    """An item's table as Pipedrive exports it: canonical columns, then custom fields by label."""
    table = store[item]
    filled = [
        pl.coalesce(column(table, field), pl.lit(value)).alias(field)
        for field, value in DEFAULTS[item].items()
    ]
    frame = table.with_columns(filled).rename({"_id": "ID"})
    for link in _LINKS_OF[item]:
        printed, number = _PRINTED_LINKS[link]
        target = next(name for name, where in LINK.items() if where == link)
        named = names(store, target).select(pl.col("id").alias(link), pl.col("name").alias(printed))
        frame = frame.with_columns(column(frame, link).alias(link)).join(
            named, on=link, how="left", maintain_order="left"
        )
        frame = frame.rename({link: number})
    frame = frame.drop(name for name in frame.columns if name.startswith("_"))
    if item in ITEMS[:4]:
        # The field was created before the import, so exports have its column, whether it holds anything or
        # not.
        frame = frame.with_columns(column(frame, sell_field(item)).alias(sell_field(item)))
    if "Stage (pipeline)" in frame.columns:
        frame = _staged(frame)
    if item == "notes":
        frame = frame.rename({"Deal": "Deal title"})
    columns: Mapping[str, Mapping[str, str]] = vocabulary()["columns"][item]
    canonical = {forms["wizard"]: name for name, forms in columns.items() if "wizard" in forms}
    own = sorted(frame.columns, key=lambda name: name not in canonical)  # custom fields come second
    frame = frame.rename(told_apart({name: canonical.get(name, label_of(name)) for name in own}))
    known = [name for name in columns if name in frame.columns]
    return frame.select(*known, *(name for name in frame.columns if name not in known))


def _staged(frame: pl.DataFrame) -> pl.DataFrame:
    """`Quote (Rooftop gardens)` was matched by hand to that stage; Pipedrive shows the two apart."""
    stage = pl.col("Stage (pipeline)")
    return frame.with_columns(
        stage.str.extract(r" \(([^()]*(?:\([^()]*\)[^()]*)*)\)$").alias("Pipeline"),
        stage.str.replace(r" \(([^()]*(?:\([^()]*\)[^()]*)*)\)$", ""),
    )


def graph(store: Store) -> pl.DataFrame:
    """The links that are held: `item, sell_id, target, target_sell_id`, sorted; one row a link.

    Records without a Sell id or mark stand with null.
    """
    parts = [pl.DataFrame(schema=dict.fromkeys(("item", "sell_id", "target", "target_sell_id"), pl.String))]
    for item in ITEMS:
        table = store[item].with_columns(own_id(item, store[item]).alias("_own"))
        for link in _LINKS_OF[item]:
            if link not in table.columns:
                continue
            target = next(name for name, where in LINK.items() if where == link)
            named = names(store, target).select(
                pl.col("id").alias(link), pl.col("sell_id").alias("target_sell_id")
            )
            linked = table.filter(pl.col(link).is_not_null()).join(
                named, on=link, how="left", maintain_order="left"
            )
            parts.append(
                linked.select(
                    item=pl.lit(item), sell_id="_own", target=pl.lit(target), target_sell_id="target_sell_id"
                )
            )
    return pl.concat(parts).sort("item", "sell_id", "target", "target_sell_id")

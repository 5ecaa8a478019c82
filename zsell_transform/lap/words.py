"""The words of a lap: what can happen to a record, and how a link is written on a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
import polars as pl

#: What happens to a record in this lap; the ledger has a column for each.
OUT: Final = "out"
PRESENT: Final = "present"
WAITING: Final = "waiting"
MERGED: Final = "merged"
SKIPPED: Final = "skipped"

#: How a linked record is written on a row: by System ID, by its proven key, not yet, or not at all.
BY_ID: Final = "id"
BY_KEY: Final = "key"
WAIT: Final = "wait"
#: The organization column must not stand in this row's file: the person has one that the row does not name.
ABSENT: Final = "absent"

ORGANIZATION_ID: Final = "Organization - Pipedrive System ID"
ORGANIZATION: Final = "Organization - Name"
ORGANIZATION_ADDRESS: Final = "Organization - Address"
PERSON_ID: Final = "Person - Pipedrive System ID"
PERSON: Final = "Person - Name"
PERSON_EMAIL: Final = "Person - Email (Work)"
PERSON_WORK: Final = "Person - Phone (Work)"
PERSON_MOBILE: Final = "Person - Phone (Mobile)"
DEAL_ID: Final = "Deal - Pipedrive System ID"
DEAL: Final = "Deal - Title"
LEAD_ID: Final = "Lead - Pipedrive System ID"
LEAD: Final = "Lead - Title"

ORGANIZATION_LINK: Final = (ORGANIZATION_ID, ORGANIZATION, ORGANIZATION_ADDRESS)
PERSON_LINK: Final = (PERSON_ID, PERSON, PERSON_EMAIL, PERSON_WORK, PERSON_MOBILE)

#: The one organization on which records hang that have no link left.
PLACEHOLDER: Final = "Zendesk Sell (unlinked)"

TEXT: Final = pl.lit(None, dtype=pl.String)


@attrs.frozen
class Plan:
    """What one lap does with the records of one entity.

    Attributes:
        rows: one row a record, in input order, added ones last: n, id, state, reason (why it waits), part
            (label of
            the file part), linked (null without a relation in Sell), and for rows that go out the link
            columns.
        overrides: frames of n and cells that replace those of the draft, blank ones too, where a record
            differs from its mapping table.
        added: by id, the cells of records that the export only names.
        found: issues in the travelling schema.
        links: id, target (item), target_id (Sell id) of the links on the rows that go out.
    """

    entity: str
    rows: pl.DataFrame
    link_columns: tuple[str, ...]
    overrides: tuple[pl.DataFrame, ...]
    added: pl.DataFrame
    found: pl.DataFrame
    links: pl.DataFrame


@attrs.frozen
class Targets:
    """How each record of one kind can be linked to: id, form, system_id, name and the cells of its key."""

    frame: pl.DataFrame

    def on(self, rows: pl.DataFrame, column: str, prefix: str) -> pl.DataFrame:
        """The rows with this target's columns, each under a prefix, matched on the id in `column`."""
        named = self.frame.rename({c: f"{prefix}{c}" for c in self.frame.columns if c != "id"})
        return rows.join(named.rename({"id": column}), on=column, how="left", maintain_order="left")


def organization_cells(form: str, prefix: str, *, alone: bool) -> list[pl.Expr]:
    """The organization's columns on a row, from `<prefix>system_id`, `<prefix>name`, `<prefix>address`."""
    by_id, by_key = pl.col(form).eq_missing(BY_ID), pl.col(form).eq_missing(BY_KEY)
    named = by_key if alone else by_id | by_key
    return [
        pl.when(by_id).then(pl.col(f"{prefix}system_id")).alias(ORGANIZATION_ID),
        pl.when(named).then(pl.col(f"{prefix}name")).alias(ORGANIZATION),
        pl.when(by_key).then(pl.col(f"{prefix}address")).alias(ORGANIZATION_ADDRESS),
    ]


def person_cells(form: str, prefix: str, *, alone: bool) -> list[pl.Expr]:
    """The person's columns on a row, likewise."""
    by_id, by_key = pl.col(form).eq_missing(BY_ID), pl.col(form).eq_missing(BY_KEY)
    named = by_key if alone else by_id | by_key
    return [
        pl.when(by_id).then(pl.col(f"{prefix}system_id")).alias(PERSON_ID),
        pl.when(named).then(pl.col(f"{prefix}name")).alias(PERSON),
        pl.when(by_key).then(pl.col(f"{prefix}email")).alias(PERSON_EMAIL),
        pl.when(by_key).then(pl.col(f"{prefix}work")).alias(PERSON_WORK),
        pl.when(by_key).then(pl.col(f"{prefix}mobile")).alias(PERSON_MOBILE),
    ]


def parted(rows: pl.DataFrame, forms: Mapping[str, str]) -> pl.DataFrame:
    """Rows with `part`: those whose links are filled differently never share a file (contract, `No blank over
    a value`).

    Args:
        forms: link → column that says how it is written; a row without that link goes with the most usual
            form.
    """
    going = pl.col("state") == OUT
    labels = []
    for link, column in forms.items():
        used = rows.filter(going)[column].drop_nulls()
        used = used.filter(used != ABSENT)
        usual = BY_KEY if (used == BY_KEY).any() else BY_ID if used.len() else "none"
        labels.append(pl.lit(f"{link}=") + pl.col(column).fill_null(usual))
    label = pl.concat_str(labels, separator=" ") if labels else pl.lit("all")
    return rows.with_columns(pl.when(going).then(label).alias("part"))


def links_of(rows: pl.DataFrame, targets: Mapping[str, str]) -> pl.DataFrame:
    """id, target, target_id of the rows that go out; `targets` is item → column with the linked record's
    Sell id.
    """
    going = rows.filter(pl.col("state") == OUT)
    return pl.concat(
        [
            going.filter(pl.col(column).is_not_null()).select(
                "id", target=pl.lit(item), target_id=pl.col(column)
            )
            for item, column in targets.items()
        ]
        or [pl.DataFrame(schema={"id": pl.String, "target": pl.String, "target_id": pl.String})]
    )

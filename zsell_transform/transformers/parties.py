"""What companies, people, leads and deals have in common: labels, owner, address, social links."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.cleaning.labels import has_any, labels, tags, word
from zsell_transform.cleaning.owners import lost_owner, owner
from zsell_transform.cleaning.texts import address, email, is_email_alone, name, place, street
from zsell_transform.folding import folded
from zsell_transform.frames.sparing import once_each
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import PREFIXES
from zsell_transform.sell.columns import COMPANY, PERSON
from zsell_transform.sell.words import status_labels
from zsell_transform.ticks import flag
from zsell_transform.transformers.table import Field, Remark

#: The label column of each item; a person's and a deal's are named in the singular (Pipedrive's READ ME tab).
LABEL_HEADERS: Final = {"organizations": "Labels", "persons": "Label", "deals": "Label", "leads": "Labels"}
SOCIAL: Final = {"LinkedIn": "linkedin", "Facebook": "facebook", "Twitter": "twitter", "Skype": "skype"}
A_DAY: Final = "a day or moment such as 2024-05-31 or 2024-05-31T08:30:00Z"
A_MOMENT: Final = "a moment such as 2024-05-31T08:30:00Z"
AN_EMAIL: Final = "an e-mail address"

#: An address in one line, `street, zip city, region, country`, step by step: what is nested is read twice.
#: Sell has a street in `address` (full export), `street` (leads, API), or the same in both.
ADDRESS: Final = {
    "_street": street(pl.coalesce("address", "street")),
    "_place": place("zip", "city"),
    "_address": address("_street", "_place", "region", "country"),
}


def called(prefix: str) -> pl.Expr:
    """`Sell contact 123`: a name for a record that has none."""
    return pl.concat_str(pl.lit(f"{prefix} "), "_id")


def social(item: str) -> tuple[Field, ...]:
    """A field for each profile and address on the web that Sell has a column for."""
    return tuple(Field(f"{PREFIXES[item]} - {label}", name(column)) for label, column in SOCIAL.items())


def status(column: str, kind: str) -> pl.Expr:
    """A customer's or prospect's status as a label; null for `non` and `none`.

    An unknown status is its own label.
    """
    known = status_labels(kind)
    return once_each(
        pl.col(column),
        lambda given: given.str.to_lowercase().replace_strict(
            list(known), list(known.values()), default=word(given), return_dtype=pl.String
        ),
    )


def party_given(ask: Mapping) -> dict[str, pl.Expr]:
    """What contacts and companies read more than once."""
    return {
        "_customer": status("customer_status", "customer"),
        "_prospect": status("prospect_status", "prospect"),
        "_labels": listed("_customer", "_prospect"),
        "_lost_owner": lost_owner("owner", ask.owners),
        "_private": flag("private"),
        "_email": email("email"),
        **ADDRESS,
    }


def listed(*parts: str | pl.Expr) -> pl.Expr:
    """Labels in one cell, with commas between them: statuses, tags, and the Smart List of the record."""
    return pl.concat_str(*parts, "tags", "_smart_list", separator=",", ignore_nulls=True)


def label_field(item: str, ask: Mapping) -> Field:
    """The item's labels out of `_labels`, or its field `Tags` where the mapping asks for one."""
    header = "Tags" if ask.labels_as.get(item) == "field" else LABEL_HEADERS[item]
    written = once_each(pl.col("_labels"), lambda cell: labels(tags(cell), ask.labels))
    return Field(f"{PREFIXES[item]} - {header}", written)


def label_remarks(ask: Mapping) -> tuple[Remark, ...]:
    """Labels that the mapping drops; the table's `given` must name `_labels`."""
    dropped = [label for label, new in ask.labels.items() if new is None]
    if not dropped:
        return ()
    has_dropped = once_each(pl.col("_labels"), lambda cell: has_any(tags(cell), dropped), pl.Boolean)
    return (Remark("label_dropped", has_dropped, "tags", detail=", ".join(dropped)),)


def status_remarks() -> tuple[Remark, ...]:
    """`non` is said by having no label; and statuses that a label cannot be called."""
    kinds = ("customer", "prospect")
    return (
        *(
            Remark(
                "status_without_label",
                pl.col(f"{kind}_status").is_not_null() & pl.col(f"_{kind}").is_null(),
                f"{kind}_status",
            )
            for kind in kinds
        ),
        *(comma_remark(f"{kind}_status", f"_{kind}") for kind in kinds),
    )


def comma_remark(column: str, label: str) -> Remark:
    """Statuses that have a comma, which parts labels."""
    with_comma = pl.col(column).str.contains(",", literal=True)
    return Remark("status_with_comma", with_comma, column, value=pl.col(column), detail=pl.col(label))


def owner_fields(item: str, ask: Mapping) -> tuple[Field, ...]:
    """The owner, and the Sell name of one whom Pipedrive will not have (`_lost_owner`)."""
    prefix = PREFIXES[item]
    return (
        Field(f"{prefix} - Owner", owner("owner", ask.owners)),
        Field(f"{prefix} - Sell owner", pl.col("_lost_owner")),
    )


def owner_remark() -> Remark:
    """Owners who are no users of Pipedrive's; the table's `given` must name `_lost_owner`."""
    return Remark("owner_left_out", pl.col("_lost_owner").is_not_null(), "owner")


def private_remarks() -> tuple[Remark, ...]:
    """Records that are private in Sell, and what says so; the table's `given` must name `_private`."""
    private = pl.col("_private")
    return (
        Remark("private_record", private.fill_null(value=False), "private", value=pl.col("private")),
        Remark("said_by_absence", ~private.fill_null(value=True), "private", detail="false"),
        flag_remark("private"),
    )


def holds(column: str) -> pl.Expr:
    """What an issue says of the cell that was written in place of another one."""
    return pl.format(f"'{column}' holds '{{}}'", pl.col(column))


def differing(spare: str, written: str, apart: pl.Expr) -> Remark:
    """Cells of a spare column that say something else than the one which is written."""
    return Remark("values_differ", apart, spare, value=pl.col(spare), detail=holds(written))


def street_remark() -> Remark:
    """Two streets of one record, of which one is written (2026: equal in 8,960 of 8,960 contacts)."""
    unlike = pl.col("address") != pl.col("street")
    two = (street(pl.when(unlike).then(column)) for column in ("address", "street"))
    one, other = map(folded, two)
    return differing("street", "address", one != other)


def flag_remark(column: str) -> Remark:
    """A tick that is neither true nor false."""
    odd = pl.col(column).is_not_null() & flag(column).is_null()
    return Remark("unreadable_value", odd, column, value=pl.col(column), detail="true or false")


def kind_remark() -> Remark:
    """A tick that says neither company nor person."""
    given = pl.col("is_organisation")

    def is_odd(word: pl.Expr) -> pl.Expr:
        return ~word.str.strip_chars().str.to_lowercase().is_in([*COMPANY, *PERSON])

    odd = once_each(given, is_odd, pl.Boolean).fill_null(value=False)
    return Remark("kind_unreadable", odd, "is_organisation", value=given)


def email_remarks() -> tuple[Remark, ...]:
    """Cells with several e-mail addresses, of which one is written, or with words beside the one; the table's
    `given` must name `_email`.
    """
    raw, written = pl.col("email"), pl.col("_email")
    more = pl.when(raw != written).then(raw)
    several = more.str.contains("@[^@]*@")
    return tuple(
        Remark(code, which, "email", value=raw, detail=written)
        for code, which in (
            ("several_addresses", several),
            ("words_beside_address", ~several & ~is_email_alone(more)),
        )
    )

"""The words of a lap: what can happen to a record, and how a link is written on a row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import fold
from zsell_transform.frames.sparse import has, sparse
from zsell_transform.pipedrive.lead_people import OWN
from zsell_transform.sell.entities import ITEMS

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

STATE: Final = pl.Enum([OUT, PRESENT, WAITING, MERGED, SKIPPED])
#: A lead's row may also say that the person is its own.
FORM: Final = pl.Enum([BY_ID, BY_KEY, WAIT, ABSENT, OWN])

#: Why a record waits.
NO_PERSON_KEY: Final = "the person has no proven key"
NO_ORGANIZATION_KEY: Final = "the organization has no proven key"
NO_KEYS: Final = "the person and the organization have no proven key"
NO_BASE: Final = "its person comes with an earlier lead that waits"
NO_DEAL_ID: Final = "the deal has no System ID yet"
NO_LEAD_ID: Final = "the lead has no System ID yet"
NO_PERSON_ID: Final = "the person has no System ID yet"
NO_ORGANIZATION_ID: Final = "the organization has no System ID yet"
#: The row of a lead's history names the person and organization that Pipedrive shows for the lead.
UNSEEN_PARTIES: Final = {
    item: f"the export of {item} lacks Contact person ID or Organization ID" for item in ("leads", "deals")
}
NO_EXPORT: Final = {item: f"no export of {item} says which of them are there" for item in ITEMS}
#: Why a record waits → the list that Pipedrive has to export, whole and with all columns.
WAITS_FOR_EXPORT: Final = {
    said: item for reasons in (NO_EXPORT, UNSEEN_PARTIES) for item, said in reasons.items()
}
_KEYLESS: Final = (NO_PERSON_KEY, NO_ORGANIZATION_KEY, NO_KEYS, NO_BASE)
_IDLESS: Final = (NO_DEAL_ID, NO_LEAD_ID, NO_PERSON_ID, NO_ORGANIZATION_ID)
REASON: Final = pl.Enum(sorted((*_KEYLESS, *_IDLESS, *UNSEEN_PARTIES.values(), *NO_EXPORT.values())))

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
#: Its id, as of any record that only its name tells.
PLACEHOLDER_ID: Final = f"name:{fold(PLACEHOLDER)}"


@attrs.frozen
class Links:
    """The links on the rows that go out, by position: ids are read when someone asks.

    Attributes:
        ids: Sell ids of the plan's rows.
        to: item → of each row, at which of that item's records its link leads, and the Sell ids of these.
    """

    ids: pl.Series
    to: Mapping[str, tuple[pl.Series, pl.Series]]

    def of(self, ids: Collection[str]) -> pl.DataFrame:
        """id, target (item), target_id of the links of some records."""
        asked = self.ids.is_in(list(ids))
        shape = {"id": pl.String, "target": pl.String, "target_id": pl.String}
        parts = [
            pl.DataFrame(
                [self.ids.filter(asked).alias("id"), known.gather(at.filter(asked)).alias("target_id")]
            )
            .select("id", pl.lit(item).alias("target"), "target_id")
            .drop_nulls("target_id")
            for item, (at, known) in self.to.items()
        ]
        return pl.concat([pl.DataFrame(schema=shape), *parts])

    def leading_to(self, item: str) -> pl.Series:
        """Ids of the records that are linked to one of an item."""
        return self.ids.filter(self.to[item][0].is_not_null()) if item in self.to else self.ids.clear()


def _as_they_are(rows: pl.DataFrame) -> pl.DataFrame:
    return rows


@attrs.frozen
class Plan:
    """What one lap does with the records of one entity.

    Attributes:
        rows: one row a record, in input order, added ones last: n, id, state, reason (why it waits), part
            (label of the file part), joins (System ID of the record that its row merges with), into (id of
            the record whose row carries it; of companies and contacts), _extra (a further line of its text;
            of leads and history), linked (null without a relation in Sell), and for rows that go out what
            `linked` needs.
        overrides: frames of n and cells that replace those of the draft, blank ones too, where a record
            differs from its mapping table.
        added: by id, the cells of records that the export only names.
        found: issues in the travelling schema.
        links: the links on the rows that go out.
        linked: some of the rows → the same with their link columns; as they are where these stand in `rows`.
    """

    entity: str
    rows: pl.DataFrame = attrs.field(converter=sparse)
    link_columns: tuple[str, ...]
    overrides: tuple[pl.DataFrame, ...]
    added: pl.DataFrame
    found: pl.DataFrame
    links: Links
    linked: Callable[[pl.DataFrame], pl.DataFrame] = _as_they_are


#: Stands for the row of an organization that is none of Sell's.
ELSEWHERE: Final = 2**32 - 1


@attrs.frozen
class Targets:
    """How each record of one kind can be linked to: id, form, system_id, name and the cells of its key.

    The rows are those of the kind's frame in the graph, and are referred to by their position.

    Attributes:
        one: of each row, at which row stands what it is one with: itself, unless records were merged.
    """

    frame: pl.DataFrame
    one: pl.Series | None = None

    def on(self, rows: pl.DataFrame, at: str, prefix: str) -> pl.DataFrame:
        """The rows with this target's columns, each under a prefix, of the record at the row in `at`."""
        return read_at(rows, self.frame.drop("id"), at, prefix)

    def standing(self, rows: pl.DataFrame, at: str) -> pl.DataFrame:
        """The rows with those in `at` that were merged replaced by what they are one with."""
        return rows if self.one is None else rows.with_columns(self.one.gather(rows[at]).alias(at))


def read_at(rows: pl.DataFrame, of: pl.DataFrame, at: str, prefix: str) -> pl.DataFrame:
    """The rows with the columns of another frame, each under a prefix, read at its row in `at`."""
    blank = [column for column in of.columns if not has(of, column)]
    read = of.select(pl.all().exclude(blank).gather(rows[at]).name.prefix(prefix))
    nothing = [pl.lit(None, dtype=of.schema[column]).alias(f"{prefix}{column}") for column in blank]
    return rows.with_columns(*read.get_columns(), *nothing)


def state(word: str) -> pl.Expr:
    """One of the states, as it stands in a column."""
    return pl.lit(word, dtype=STATE)


def reason(word: str) -> pl.Expr:
    """Why a record waits, as it stands in a column."""
    return pl.lit(word, dtype=REASON)


def form(word: str) -> pl.Expr:
    """One of the forms of a link, as it stands in a column."""
    return pl.lit(word, dtype=FORM)


def organization_cells(form: str, prefix: str, *, alone: bool) -> list[pl.Expr]:
    """The organization's columns on a row, from `<prefix>system_id`, `<prefix>name`, `<prefix>address`."""
    by_id, by_key = (pl.col(form).eq_missing(pl.lit(word, dtype=FORM)) for word in (BY_ID, BY_KEY))
    named = by_key if alone else by_id | by_key
    return [
        pl.when(by_id).then(pl.col(f"{prefix}system_id")).alias(ORGANIZATION_ID),
        pl.when(named).then(pl.col(f"{prefix}name")).alias(ORGANIZATION),
        pl.when(by_key).then(pl.col(f"{prefix}address")).alias(ORGANIZATION_ADDRESS),
    ]


def person_cells(form: str, prefix: str, *, alone: bool) -> list[pl.Expr]:
    """The person's columns on a row, likewise."""
    by_id, by_key = (pl.col(form).eq_missing(pl.lit(word, dtype=FORM)) for word in (BY_ID, BY_KEY))
    named = by_key if alone else by_id | by_key
    return [
        pl.when(by_id).then(pl.col(f"{prefix}system_id")).alias(PERSON_ID),
        pl.when(named).then(pl.col(f"{prefix}name")).alias(PERSON),
        pl.when(by_key).then(pl.col(f"{prefix}email")).alias(PERSON_EMAIL),
        pl.when(by_key).then(pl.col(f"{prefix}work")).alias(PERSON_WORK),
        pl.when(by_key).then(pl.col(f"{prefix}mobile")).alias(PERSON_MOBILE),
    ]


#: Under which prefix each link's target stands on a row, and the cells of its key that may be blank.
_KEY_CELLS: Final = {"person": ("p_", ("email", "work", "mobile")), "organization": ("o_", ("address",))}


def parted(rows: pl.DataFrame, forms: Mapping[str, str]) -> pl.DataFrame:
    """Rows with `part`: rows that fill links differently share no file (contract, `No blank over a value`).

    Args:
        forms: link → column that says how it is written; a row without that link goes with the most usual
            form.
    """
    going = pl.col("state") == OUT
    used = rows.select("state", *forms.values()).filter(going)
    links = [_labelled(link, used[c]) for link, c in forms.items()]
    typed = [_typed(link, c) for link, c in forms.items() if has_typed(rows, link)]
    label = pl.concat_str([*links, *typed], separator=" ", ignore_nulls=True)
    part = (label if forms else pl.lit("all")).cast(pl.Categorical)
    return rows.with_columns(pl.when(going).then(part).alias("part"))


def has_typed(rows: pl.DataFrame, link: str) -> bool:
    """Whether any row is linked to a record that merges with one which Pipedrive holds already."""
    if link not in _KEY_CELLS:  # deals and leads are linked by System ID alone
        return False
    joins = f"{_KEY_CELLS[link][0]}joins"
    return joins in rows.columns and has(rows, joins)


def _typed(link: str, form: str) -> pl.Expr:
    """Which cells of such a record's key are filled: Pipedrive may have a value where Sell has none."""
    prefix, cells = _KEY_CELLS[link]
    filled = [pl.col(f"{prefix}{cell}").is_not_null().cast(pl.UInt8).cast(pl.String) for cell in cells]
    by_key = pl.col(f"{prefix}joins").is_not_null() & (pl.col(form) == BY_KEY)
    return pl.when(by_key).then(pl.concat_str(pl.lit("filled "), *filled))


def _labelled(link: str, forms: pl.Series) -> pl.Expr:
    """How a link is written, as it stands in the label; a text where it is the same on all rows."""
    used = set(forms.unique().to_list())
    usual = BY_KEY if BY_KEY in used else BY_ID if used - {None, ABSENT} else "none"
    filled = {form or usual for form in used}
    if len(filled) == 1:
        return pl.lit(f"{link}={filled.pop()}")
    return pl.lit(f"{link}=") + pl.col(forms.name).cast(pl.String).fill_null(usual)


def links_of(rows: pl.DataFrame, targets: Mapping[str, tuple[str, pl.Series]]) -> Links:
    """The links of the rows that go out.

    Args:
        targets: item → column with the row of the linked record, and the Sell ids of all records there.
    """
    going = rows.select(pl.when(pl.col("state") == OUT).then(at).alias(at) for at, _ in targets.values())
    return Links(
        rows["id"], {item: (going[at], ids) for item, (at, ids) in targets.items() if going[at].count()}
    )

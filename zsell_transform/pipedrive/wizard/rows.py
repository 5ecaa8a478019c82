"""One numbered file → its rows by item, and the rows that the wizard skips, with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform.facts import facts
from zsell_transform.frames.sparse import BLANK
from zsell_transform.machine.disk import readable
from zsell_transform.pipedrive.assumptions import Readings
from zsell_transform.pipedrive.wizard.store import (
    EVENTS,
    ITEMS,
    Store,
    column,
    field_of,
    sell_field,
    title_field,
)

SINGULAR: Final = dict(
    zip(ITEMS, ("Organization", "Person", "Deal", "Lead", "Activity", "Note"), strict=True)
)
SYSTEM_ID: Final = dict.fromkeys(ITEMS, "Pipedrive System ID") | {"notes": "Pipedrive system ID"}
#: Fields of Pipedrive's own that hold dates; a custom field of another item may be called the same.
DATE_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "organizations": ("Creation date",),
    "persons": ("Creation date",),
    "deals": ("Creation date", "Won time", "Lost time", "Closed on", "Expected close date"),
    "leads": ("Expected close date",),
    "activities": ("Creation date", "Due date", "Marked as done time"),
    "notes": (),
}
_DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$"
_NUMBER: Final = r"^-?[0-9]+(\.[0-9]+)?$"
_CURRENCY: Final = r"^[A-Z]{3}$"
_NUMBERED: Final = re.compile(r"(\d+)-[a-z]+(?:-(\d+))?\.csv")


@attrs.frozen
class Rows:
    """The rows of a file that are imported.

    Attributes:
        file: its name.
        frame: `_row` (as a spreadsheet numbers it), `<item>` (Boolean: the row has such an item) and
            `<item>.<field>`, blank cells null.
        fields: item → the fields that have a column, without the System ID.
    """

    file: str
    frame: pl.DataFrame
    fields: dict[str, tuple[str, ...]]

    def cell(self, item: str, field: str) -> pl.Expr:
        return column(self.frame, f"{item}.{field}")

    def of(self, item: str) -> pl.DataFrame:
        """The rows that have this item."""
        if item not in self.fields:
            return self.frame.clear()
        return self.frame.filter(pl.col(item))


def numbered(folder: Path) -> list[Path]:
    """The files of a lap in upload order: `2-persons.csv`, `2-persons-01.csv` …"""
    found = [(match, path) for path in folder.iterdir() if (match := _NUMBERED.fullmatch(path.name))]
    return [
        path for _, path in sorted(found, key=lambda one: (int(one[0][1]), int(one[0][2] or 0), one[1].name))
    ]


def read_rows(path: Path) -> Rows:
    """Reads a file as the wizard's upload does; columns that it cannot map are left out."""
    try:
        with readable(path):
            raw = pl.read_csv(path, infer_schema=False, row_index_name="_row", row_index_offset=2, glob=False)
    except pl.exceptions.NoDataError:
        raw = pl.DataFrame(schema={"_row": pl.UInt32})
    named = _places(raw.columns)
    frame = raw.select(
        pl.col("_row").cast(pl.Int64),
        *(
            pl.col(header).str.strip_chars().alias(f"{item}.{field}")
            for header, (item, field) in named.items()
        ),
    )
    text = pl.col(pl.String)
    frame = frame.with_columns(pl.when(text != "").then(text))
    fields: dict[str, tuple[str, ...]] = {}
    for item, field in named.values():
        fields[item] = (*fields.get(item, ()), field)
    frame = frame.with_columns(
        pl.any_horizontal(pl.col(f"{item}.{field}").is_not_null() for field in fields.get(item, ())).alias(
            item
        )
        if item in fields
        else pl.lit(False).alias(item)
        for item in ITEMS
    )
    if "persons" in fields:
        fields["persons"] = tuple(dict.fromkeys(("Name", *fields["persons"])))
        frame = frame.with_columns(_person_name(frame).alias("persons.Name"))
    kept = {item: tuple(f for f in names if f != SYSTEM_ID[item]) for item, names in fields.items()}
    return Rows(path.name, frame, kept)


def _person_name(frame: pl.DataFrame) -> pl.Expr:
    parts = [column(frame, f"persons.{field}") for field in ("First name", "Last name")]
    both = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    return pl.coalesce(column(frame, "persons.Name"), pl.when(both != "").then(both))


def _places(headers: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Header → item and field.

    A header of another language stands for a field of its own where the one that it translates is there too:
    a custom field may well be called `Phase`.
    """
    english = {header: _localized().get(header, header) for header in headers}
    places = {header: _place(header) for header, translated in english.items() if header == translated}
    for header, translated in english.items():
        if header not in places:
            place = _place(translated)
            places[header] = _place(header) if place in places.values() else place
    return {header: place for header in english if (place := places[header])}


@cache
def _place(header: str) -> tuple[str, str] | None:
    """An English header → item and field; the wizard's own templates mark some with ` *` or `(suggested)`."""
    plain = re.sub(r"\s*(?:\*|\(suggested\))$", "", header)
    prefix, _, field = plain.partition(" - ")
    item = next((item for item, word in SINGULAR.items() if word == prefix), None)
    return (item, field_of(field)) if item and field else None


@cache
def _localized() -> dict[str, str]:
    """A template's header in another language → the English one; also without its marks, where unique."""
    literal = {
        form: english
        for language in facts("pipedrive/spellings").values()
        for english, forms in language.get("spelled", {}).items()
        for form in forms
    }
    bare = {re.sub(r"\s*(?:\*|\([^)]*\))$", "", form): english for form, english in literal.items()}
    return bare | literal


# --- skipping -----------------------------------------------------------------------------------------


def skip(rows: Rows, store: Store, readings: Readings) -> tuple[Rows, pl.DataFrame]:
    """The rows that are imported, and the skipped ones (`file, row, item, reason`)."""
    reasons = rows.frame.select(
        "_row", *(_reason(item, rows, store, readings).alias(item) for item in ITEMS if item in rows.fields)
    )
    items = [item for item in ITEMS if item in reasons.columns]
    if not items:
        return rows, pl.DataFrame(schema=EVENTS["skipped"])
    refused = reasons.filter(pl.any_horizontal(pl.col(items).is_not_null()))
    first = pl.coalesce(pl.when(pl.col(item).is_not_null()).then(pl.lit(item)) for item in items)
    skipped = refused.select(file=pl.lit(rows.file), row="_row", item=first, reason=pl.coalesce(items))
    if readings["skipped_row"] == "nothing":
        frame = rows.frame.join(refused, on="_row", how="anti", maintain_order="left")
    else:
        contacts = [item for item in items if item in ("organizations", "persons")]
        gone = refused.filter(
            pl.any_horizontal([pl.lit(False), *(pl.col(c).is_not_null() for c in contacts)])
        )
        frame = rows.frame.join(gone, on="_row", how="anti", maintain_order="left")
        partly = pl.col("_row").is_in(refused["_row"].implode())
        frame = frame.with_columns((pl.col(item) & ~partly).alias(item) for item in ITEMS[2:])
    return attrs.evolve(rows, frame=frame), skipped


def _reason(item: str, rows: Rows, store: Store, readings: Readings) -> pl.Expr:
    """Why the wizard skips a row because of this item; null where it does not."""
    number = rows.cell(item, SYSTEM_ID[item])
    by_id = number.is_not_null()
    nameless = ~by_id | pl.lit(readings["id_alone"] == "needs_name")
    word = SINGULAR[item]
    checks: list[tuple[pl.Expr, str]] = [
        (by_id & ~number.is_in(store[item]["_id"].implode()), f"{word} not found"),
        *(
            (_wrong_date(rows.cell(item, field)), "Invalid date format")
            for field in rows.fields[item]
            if field in DATE_FIELDS[item]
        ),
    ]
    title = rows.cell(item, title_field(item))
    if item in ("organizations", "persons"):
        label = "Organization name" if item == "organizations" else "Name"
        checks.append((nameless & title.is_null(), f"{label} must be given"))
    elif item in ("deals", "leads"):
        alone = ~(pl.col("organizations") | pl.col("persons"))
        creates = ~by_id | pl.lit(readings["id_contact"] == "needed")
        checks += [
            (by_id & nameless & title.is_null(), f"{word} title must be given"),
            (alone & creates & title.is_null(), f"{word} title must be given"),
            (alone & creates, f"{word} needs a person or an organization"),
            (title.str.len_chars() > 255, "Title is longer than 255 characters"),
            (~rows.cell(item, "Currency of value").str.contains(_CURRENCY), "Please provide valid currency"),
        ]
    elif item == "notes":
        linked = pl.any_horizontal([targeted(target, rows, readings) for target in ITEMS[:4]])
        checks += [
            (~by_id & title.is_null(), "Note content must be given"),
            (
                ~by_id & ~linked,
                "Note must be associated with at least one organization, person, deal, lead or project",
            ),
        ]
    reason = pl.coalesce(pl.when(wrong).then(pl.lit(text)) for wrong, text in checks)
    return pl.when(pl.col(item)).then(reason)


def _wrong_date(cell: pl.Expr) -> pl.Expr:
    real = cell.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).is_not_null()
    return cell.is_not_null() & ~(cell.str.contains(_DATE) & real)


def targeted(target: str, rows: Rows, readings: Readings) -> pl.Expr:
    """Whether a note or activity on the row is linked to the row's record of this item."""
    reading = {"deals": "deal_by_id", "leads": "lead_by_id"}.get(target)
    if reading and readings[reading] == "ignored":
        return pl.col(target) & rows.cell(target, SYSTEM_ID[target]).is_null()
    return pl.col(target)


# --- repairing ----------------------------------------------------------------------------------------


def repair(rows: Rows, readings: Readings) -> tuple[Rows, pl.DataFrame]:
    """Cells as they are stored, and what was altered: a number with symbols, an unknown owner."""
    wrong: dict[str, tuple[str, pl.Expr, str]] = {}
    if "Value" in rows.fields.get("deals", ()):
        value = rows.cell("deals", "Value")
        wrong["deals.Value"] = ("deals", ~value.str.contains(_NUMBER), "0")
    if readings["owners"] == "importing_user":
        for item, fields in rows.fields.items():
            if (field := _user_field(item)) in fields:
                wrong[f"{item}.{field}"] = (item, rows.cell(item, field).is_not_null(), "Importing user")
    altered = [pl.DataFrame(schema=EVENTS["altered"])]
    for name, (item, where, stored) in wrong.items():
        found = rows.frame.filter(pl.col(item) & where)
        altered.append(
            found.select(
                file=pl.lit(rows.file),
                row="_row",
                item=pl.lit(item),
                field=pl.lit(name.partition(".")[2]),
                value=pl.col(name),
                stored=pl.lit(stored),
            )
        )
    frame = rows.frame.with_columns(
        pl.when(where).then(pl.lit(stored)).otherwise(pl.col(name)).alias(name)
        for name, (_, where, stored) in wrong.items()
    )
    return attrs.evolve(rows, frame=frame), pl.concat(altered)


def _user_field(item: str) -> str:
    return "Assigned to user" if item == "activities" else "Owner"


def sell_ids(item: str, rows: Rows) -> pl.Expr:
    """The row's own Sell id for an item that has one."""
    if item in ("activities", "notes"):
        return BLANK
    return rows.cell(item, sell_field(item))

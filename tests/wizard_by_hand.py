"""The wizard in plain Python, one row after the other: slow, and easy to check against the facts.

It is the reference that the fast model (`zsell_transform.pipedrive.wizard`) is held equal to.
"""

from __future__ import annotations

import csv
import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

from zsell_transform.pipedrive.assumptions import Readings

PREFIXES: Final = {
    "Organization": "organizations",
    "Person": "persons",
    "Deal": "deals",
    "Lead": "leads",
    "Activity": "activities",
    "Note": "notes",
}
ITEMS: Final = tuple(PREFIXES.values())
FIRST_ID: Final = {item: 10_000_000 * n + 1 for n, item in enumerate(ITEMS)}
TITLES: Final = {"organizations": "Name", "persons": "Name", "deals": "Title", "leads": "Title"}
DATES: Final = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")
DATE_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "organizations": ("Creation date",),
    "persons": ("Creation date",),
    "deals": ("Creation date", "Won time", "Lost time", "Closed on", "Expected close date"),
    "leads": ("Expected close date",),
    "activities": ("Creation date", "Due date", "Marked as done time"),
    "notes": (),
}
NUMBERS: Final = re.compile(r"-?\d+(\.\d+)?")

Cells = dict[str, str | None]
Record = dict[str, str | None]
Store = dict[str, dict[str, Record]]


@attrs.define
class Log:
    created: list[dict[str, object]] = attrs.Factory(list)
    found: list[dict[str, object]] = attrs.Factory(list)
    skipped: list[dict[str, object]] = attrs.Factory(list)
    links: list[dict[str, object]] = attrs.Factory(list)
    overwritten: list[dict[str, object]] = attrs.Factory(list)
    altered: list[dict[str, object]] = attrs.Factory(list)


def fold(text: str | None, compare: str) -> str | None:
    """What two texts must share to be the same for the wizard."""
    if text is None or compare == "exact":
        return text
    if compare == "forms":
        text = unicodedata.normalize("NFKC", text).upper()
    return " ".join(text.split()).lower()


def is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text[:10])
    except ValueError:
        return False
    return DATES.fullmatch(text) is not None


def digits(text: str, reading: str) -> str:
    return re.sub(r"\D", "", text) if reading == "digits" else text


def pieces(text: str | None) -> list[str]:
    return text.split(", ") if text else []


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, Cells]]]:
    """Row number and, by item, the cells of its columns (empty ones as None)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *records = list(csv.reader(file))
    places: list[tuple[int, str, str]] = []
    for n, name in enumerate(header):
        prefix, _, field = name.partition(" - ")
        if prefix in PREFIXES and field:
            places.append((n, PREFIXES[prefix], field.removesuffix(" *").removesuffix("*")))
    for number, record in enumerate(records, start=2):
        row: dict[str, Cells] = {}
        for n, item, field in places:
            row.setdefault(item, {})[field] = (record[n].strip() or None) if n < len(record) else None
        yield number, row


def id_field(item: str) -> str:
    return "Pipedrive system ID" if item == "notes" else "Pipedrive System ID"


@attrs.define
class ByHand:
    """A Pipedrive in dicts, and the wizard that imports into it."""

    store: Store
    readings: Readings
    log: Log = attrs.Factory(Log)
    known: dict[str, set[str]] = attrs.Factory(dict)
    first: dict[tuple[str, str], str | None] = attrs.Factory(dict)
    names: dict[tuple[str, str], str | None] = attrs.Factory(dict)
    written: dict[str, str | None] = attrs.Factory(dict)
    file: str = ""
    row: int = 0

    def import_file(self, path: Path) -> None:
        self.file = path.name
        self.known = {item: set(self.store[item]) for item in ITEMS}
        self.names = {
            (item, key): record.get("Name")
            for item in ("organizations", "persons")
            for key, record in self.store[item].items()
        }
        self.first = {
            (item, key): sell_id(item, self.store[item][key]) for item in ITEMS for key in self.store[item]
        }
        for self.row, cells in rows_of(path):
            self.import_row(cells)

    def import_row(self, all_cells: dict[str, Cells]) -> None:
        given = {item: cells for item, cells in all_cells.items() if any(cells.values())}
        refused = [(item, reason) for item in ITEMS if (reason := self.refusal(item, given))]
        if refused:
            item, reason = refused[0]
            self.log.skipped.append(self.place(item, reason=reason))
            if self.readings["skipped_row"] == "nothing" or {"organizations", "persons"} & {
                i for i, _ in refused
            }:
                return
            given = {item: given[item] for item in ("organizations", "persons") if item in given}
        self.written = {
            "organizations": given.get("organizations", {}).get("Name"),
            "persons": person_name(given.get("persons", {})),
        }
        hits: dict[str, tuple[str, str]] = {}
        for item in ITEMS:
            if item in given:
                self.take(item, given, hits)

    # --- refusing -----------------------------------------------------------------------------

    def refusal(self, item: str, given: dict[str, Cells]) -> str | None:
        cells = given.get(item)
        if cells is None:
            return None
        singular = next(prefix for prefix, name in PREFIXES.items() if name == item)
        number = cells.get(id_field(item))
        if number is not None and number not in self.known[item]:
            return f"{singular} not found"
        for field, value in cells.items():
            if field in DATE_FIELDS[item] and value is not None and not is_date(value):
                return "Invalid date format"
        nameless = number is None or self.readings["id_alone"] == "needs_name"
        if item == "organizations" and nameless and not cells.get("Name"):
            return "Organization name must be given"
        if item == "persons" and nameless and not person_name(cells):
            return "Name must be given"
        if item in ("deals", "leads"):
            return self.refusal_of_sale(singular, cells, number, given)
        if item == "notes" and number is None and not cells.get("Content"):
            return "Note content must be given"
        if item == "notes" and number is None and not self.targets(given):
            return "Note must be associated with at least one organization, person, deal, lead or project"
        return None

    def refusal_of_sale(
        self, singular: str, cells: Cells, number: str | None, given: dict[str, Cells]
    ) -> str | None:
        title, currency = cells.get("Title"), cells.get("Currency of value")
        contact = "organizations" in given or "persons" in given
        if number is not None and self.readings["id_alone"] == "needs_name" and not title:
            return f"{singular} title must be given"
        if not contact and (number is None or self.readings["id_contact"] == "needed"):
            return (
                f"{singular} needs a person or an organization"
                if title
                else f"{singular} title must be given"
            )
        if title and len(title) > 255:
            return "Title is longer than 255 characters"
        if currency and not re.fullmatch("[A-Z]{3}", currency):
            return "Please provide valid currency"
        return None

    def targets(self, given: dict[str, Cells]) -> list[str]:
        """The items of the row that a note or activity on it is linked to."""
        return [
            item
            for item in ("deals", "leads", "persons", "organizations")
            if item in given and not (item in ("deals", "leads") and self.unlinked_by_id(item, given[item]))
        ]

    def unlinked_by_id(self, item: str, cells: Cells) -> bool:
        reading = {"deals": "deal_by_id", "leads": "lead_by_id"}[item]
        return cells.get(id_field(item)) is not None and self.readings[reading] == "ignored"

    # --- taking over --------------------------------------------------------------------------

    def take(self, item: str, given: dict[str, Cells], hits: dict[str, tuple[str, str]]) -> None:
        cells = self.repaired(item, dict(given[item]))
        number = cells.pop(id_field(item), None)
        if item == "persons":
            cells["Name"] = person_name(cells)
        organization = hits.get("organizations", (None, ""))[0]
        match: str | None = number
        by = "id" if number else ""
        if match is None and item == "organizations":
            match, by = self.same_organization(cells)
        if match is None and item == "persons":
            match, by = self.same_person(cells, organization)
        if match is None:
            match = self.create(item, cells, hits)
            how = "new"
        else:
            how = "id" if by == "id" else "key"
            self.log.found.append(
                self.place(
                    item, id=match, how=how, sell_id=sell_id(item, cells), into=self.first.get((item, match))
                )
            )
            self.merge(item, match, cells, how)
        hits[item] = (match, how)
        self.link(item, match, how, given, hits)

    def create(self, item: str, cells: Cells, hits: dict[str, tuple[str, str]]) -> str:
        store = self.store[item]
        number = max((int(re.findall(r"\d+", key)[-1]) for key in store), default=FIRST_ID[item] - 1) + 1
        key = f"5e110000-0000-4000-8000-{number:012d}" if item == "leads" else str(number)
        record: Record = {field: value for field, value in cells.items() if value is not None}
        if item in ("deals", "leads") and "Title" not in record:
            owner = "organizations" if "organizations" in hits else "persons"
            name = self.written.get(owner) or self.names.get((owner, hits[owner][0]))
            record["Title"] = f"{name} {'deal' if item == 'deals' else 'lead'}"
        store[key] = record
        self.first[item, key] = sell_id(item, cells)
        self.log.created.append(self.place(item, id=key, sell_id=sell_id(item, cells)))
        return key

    def same_organization(self, cells: Cells) -> tuple[str | None, str]:
        compare = self.readings["compare"]
        name, address = fold(cells.get("Name"), compare), fold(cells.get("Address"), compare)
        for key, record in self.store["organizations"].items():
            if fold(record.get("Name"), compare) != name:
                continue
            other = fold(record.get("Address"), compare)
            if address is None and other is None:
                if self.readings["bare_organizations"] == "merge":
                    return key, "name"
            elif address == other:
                return key, "name and address"
            elif (address is None or other is None) and self.readings["blank_address"] == "matches":
                return key, "name, blank address"
        return None, ""

    def same_person(self, cells: Cells, organization: str | None) -> tuple[str | None, str]:
        compare = self.readings["compare"]
        name = fold(cells.get("Name"), compare)
        for key, record in self.store["persons"].items():
            if fold(record.get("Name"), compare) != name:
                continue
            if organization and self.same_employer(organization, record.get("_organization")):
                return key, "name and organization"
            if self.mails(cells) & self.mails(record):
                return key, "name and e-mail"
            if self.phones(cells) & self.phones(record):
                return key, "name and phone"
        return None, ""

    def same_employer(self, one: str, other: str | None) -> bool:
        if other is None or self.readings["organization_of_person"] == "record":
            return one == other
        names = [
            fold(self.store["organizations"][key].get("Name"), self.readings["compare"])
            for key in (one, other)
        ]
        return names[0] == names[1]

    def mails(self, cells: Mapping[str, str | None]) -> set[str | None]:
        found = [
            piece for field, value in cells.items() if field.startswith("Email") for piece in pieces(value)
        ]
        return {fold(piece, self.readings["compare"]) for piece in found}

    def phones(self, cells: Mapping[str, str | None]) -> set[str]:
        found = [
            piece for field, value in cells.items() if field.startswith("Phone") for piece in pieces(value)
        ]
        return {digits(piece, self.readings["phones"]) for piece in found} - {""}

    # --- merging ------------------------------------------------------------------------------

    def merge(self, item: str, key: str, cells: Cells, how: str) -> None:
        record = self.store[item][key]
        erases = self.readings["blank_on_id" if how == "id" else "blank_on_merge"] == "erases"
        for field, value in cells.items():
            old = record.get(field)
            several = is_list(item, field)
            if value is None:
                added_only = how == "key" and several != ""
                if erases and old is not None and field != TITLES.get(item) and not added_only:
                    self.set(item, key, field, None)
            elif several == "contact" or (several == "label" and self.readings["labels_on_merge"] == "added"):
                if old in (None, value):
                    record[field] = value
                    continue
                record[field] = ", ".join(dict.fromkeys([*pieces(old), *pieces(value)]))
            elif old is None or how == "id" or self.readings["differing_on_merge"] == "overwrites":
                self.set(item, key, field, value)

    def set(self, item: str, key: str, field: str, value: str | None) -> None:
        record = self.store[item][key]
        old = record.get(field)
        if old is not None and old != value:
            self.log.overwritten.append(self.place(item, id=key, field=field, old=old, new=value))
        record[field] = value

    def repaired(self, item: str, cells: Cells) -> Cells:
        """Numbers with symbols become 0; an unknown owner becomes the importing user."""
        value = cells.get("Value")
        if item == "deals" and value is not None and not NUMBERS.fullmatch(value):
            cells["Value"] = "0"
            self.log.altered.append(self.place(item, field="Value", value=value, stored="0"))
        for field in ["Assigned to user" if item == "activities" else "Owner"]:
            if cells.get(field) and self.readings["owners"] == "importing_user":
                self.log.altered.append(
                    self.place(item, field=field, value=cells[field], stored="Importing user")
                )
                cells[field] = "Importing user"
        return cells

    # --- linking ------------------------------------------------------------------------------

    def link(
        self, item: str, key: str, how: str, given: dict[str, Cells], hits: dict[str, tuple[str, str]]
    ) -> None:
        targets: list[str] = []
        if item == "persons":
            targets = ["organizations"]
        elif item in ("deals", "leads"):
            targets = ["persons", "organizations"]
        elif item in ("activities", "notes"):
            targets = self.targets(given)
        record = self.store[item][key]
        for target in targets:
            if target not in hits:
                continue
            column = LINK[target]
            old, (new, found) = record.get(column), hits[target]
            if old is not None and old != new and not self.may_move(item, how, given):
                continue
            if old is not None and old != new:
                self.log.overwritten.append(self.place(item, id=key, field=column, old=old, new=new))
            record[column] = new
            self.log.links.append(self.place(item, id=key, target=target, target_id=new, how=found))

    def may_move(self, item: str, how: str, given: dict[str, Cells]) -> bool:
        if how == "key":
            return self.readings["differing_on_merge"] == "overwrites"
        history = {"deals", "leads", "activities", "notes"} & set(given)
        return not (item == "persons" and history and self.readings["history_row_moves"] == "stays")

    def place(self, item: str, **more: object) -> dict[str, object]:
        return {"file": self.file, "row": self.row, "item": item, **more}


LINK: Final = {"organizations": "_organization", "persons": "_person", "deals": "_deal", "leads": "_lead"}


def is_list(item: str, field: str) -> str:
    if item == "persons" and field.startswith(("Email", "Phone")):
        return "contact"
    return "label" if field in ("Label", "Labels") else ""


def person_name(cells: Cells) -> str | None:
    both = " ".join(part for part in (cells.get("First name"), cells.get("Last name")) if part)
    return cells.get("Name") or both or None


def sell_id(item: str, cells: Mapping[str, str | None]) -> str | None:
    return cells.get("Zendesk Sell lead ID" if item == "leads" else "Zendesk Sell ID")


def run_by_hand(files: list[Path], store: Store, readings: Readings) -> tuple[Store, Log]:
    """Imports the files in order into a copy of `store`."""
    mine: Store = {item: {key: dict(record) for key, record in store.get(item, {}).items()} for item in ITEMS}
    wizard = ByHand(mine, readings)
    for path in files:
        wizard.import_file(path)
    return mine, wizard.log

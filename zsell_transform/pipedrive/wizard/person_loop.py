"""The loop over people who are in conflict: which record each row hits, one row after the other.

A row looks at what stands on it, and no further: what a record has is written down when it gets it.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import polars as pl

from zsell_transform.pipedrive.assumptions import Readings
from zsell_transform.pipedrive.wizard.oldest import Oldest

Values = dict[str, set[str]]  # field → what is compared of it
Key = tuple[str | None, object]  # a name, and an e-mail, a phone or an organization


@attrs.define
class Person:
    """A person, and what finds it beside the name: an organization, and the values of each field."""

    name: str | None
    place: int | None
    values: Values

    def found_by(self) -> Iterator[Key]:
        """What the person can be found by."""
        yield from ((self.name, value) for value in set().union(*self.values.values()))
        if self.place is not None:
            yield self.name, self.place

    def has(self, value: object) -> bool:
        """Whether an e-mail or phone is the person's."""
        return any(value in of_field for of_field in self.values.values())


@attrs.define
class PersonLoop:
    """People as they are after each row; a record is its number, as in `match.py`."""

    readings: Readings
    records: int
    known: dict[int, Person] = attrs.Factory(dict)
    found: Oldest[Key] = attrs.field(init=False)

    @found.default
    def _finding(self) -> Oldest[Key]:
        return Oldest(self.finds)

    def finds(self, code: int, key: Key) -> bool:
        """Whether a record is found by a key, as it is now."""
        person, (name, value) = self.known[code], key
        return person.name == name and (value == person.place or person.has(value))

    def follow(
        self,
        table: pl.DataFrame,
        table_values: pl.DataFrame,
        story: pl.DataFrame,
        story_values: pl.DataFrame,
        fields: tuple[str, ...],
    ) -> pl.DataFrame:
        """`_row, code` of the rows without a System ID.

        Args:
            table: code, n (name), o (organization) of the records that are there, the oldest first.
            story: _row, n, o, code (of rows with a System ID), history (the row has a deal, lead …), by row.
            table_values, story_values: code or _row, v (an e-mail, a phone) and the field f it stands in.
            fields: the file's columns for e-mails and phones.
        """
        of_record = _gathered(table_values, "code", table)
        for code, name, place in table.select("code", "n", "o").iter_rows():
            self.put(code, Person(name, place, of_record.get(code, {})))
        of_row = _gathered(story_values, "_row", story)
        hits: list[tuple[int, int]] = []
        for row, name, place, code, history in story.select("_row", "n", "o", "code", "history").iter_rows():
            person = Person(name, place, of_row.get(row, {}))
            if code is None:
                hits.append((row, self.find(row, person)))
            else:
                self.update(code, person, history, fields)
        return pl.DataFrame(hits, schema={"_row": pl.Int64, "code": pl.Int64}, orient="row")

    def put(self, code: int, person: Person) -> None:
        """A record that is there from now on."""
        self.known[code] = person
        for key in person.found_by():
            self.found.add(key, code)

    def update(self, code: int, row: Person, history: bool, fields: tuple[str, ...]) -> None:
        """A row that names the record's System ID writes over its name and adds e-mail and phone."""
        person = self.known[code]
        if self.readings["blank_on_id"] == "erases":
            for field in fields:
                if field not in row.values:
                    person.values.pop(field, None)
        stays = history and self.readings["history_row_moves"] == "stays"
        place = person.place if row.place is None or (stays and person.place is not None) else row.place
        name = person.name if row.name is None else row.name
        self.grow(code, name, place, row.values)

    def find(self, row: int, person: Person) -> int:
        """The oldest record that the row's person is, or the one that the row makes."""
        found = [code for key in person.found_by() if (code := self.found.of(key)) is not None]
        if not found:
            self.put(row + self.records, person)
            return row + self.records
        code = min(found)
        old = self.known[code]
        overwrites = old.place is None or self.readings["differing_on_merge"] == "overwrites"
        place = person.place if person.place is not None and overwrites else old.place
        self.grow(code, old.name, place, person.values)
        return code

    def grow(self, code: int, name: str | None, place: int | None, values: Values) -> None:
        """A record with another row's values beside its own; only what is new is looked at."""
        person = self.known[code]
        new: set[object] = {each for of_field in values.values() for each in of_field if not person.has(each)}
        if place is not None and place != person.place:
            new.add(place)
        for field, of_field in values.items():
            person.values.setdefault(field, set()).update(of_field)
        renamed, person.name, person.place = name != person.name, name, place
        for key in person.found_by() if renamed else ((name, value) for value in new):
            self.found.add(key, code)


def _gathered(values: pl.DataFrame, key: str, wanted: pl.DataFrame) -> dict[int, Values]:
    """By row or record, the values of each field."""
    found: dict[int, Values] = {}
    near = values.join(wanted.select(key), on=key, how="semi", maintain_order="left")
    for code, value, field in near.select(key, "v", "f").iter_rows():
        found.setdefault(code, {}).setdefault(field, set()).add(value)
    return found

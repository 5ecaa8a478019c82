"""What is not known for sure about Pipedrive's wizard, each in one place with its other reading.

The rehearsal (`wizard/`) asks `Readings` and nothing else; report, trial and docs show `table()`. Sources are
the codes of the fact sheets: K = Pipedrive's own knowledge base, R = a dated reference, N = third parties.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
import polars as pl


@attrs.frozen
class Assumption:
    """One unsure fact.

    Attributes:
        readings: the possible readings; the first one is the default.
        says: what each of them says, in a sentence.
        sure: how sure the default is: high, medium, low.
        source: where it comes from.
        wrong: what would go wrong if another reading held.
        key: the mapping key that answers it; "" where files are written so that both readings end alike.
    """

    question: str
    readings: tuple[str, ...]
    says: tuple[str, ...]
    sure: str
    source: str
    wrong: str
    key: str = ""

    def said(self, reading: str) -> str:
        """A reading in a sentence."""
        return self.says[self.readings.index(reading)]

    @property
    def default(self) -> str:
        return self.readings[0]


#: What the codes of the sources stand for.
SOURCES: Final = {
    "K1": "https://support.pipedrive.com/hc/en/articles/360013870858 (mandatory fields, 21 Apr 2026)",
    "K5": "https://support.pipedrive.com/hc/en-us/articles/208048865 (duplicates, Nov 2023)",
    "K11": "https://support.pipedrive.com/hc/nb/articles/360010859677 (followers and participants)",
    "K16": "https://support.pipedrive.com/cs/article/updating-pipedrive-data-with-a-spreadsheet",
    "F7": "docs.fintesk.com (Mar 2025), a copy of Pipedrive's article on updating with System IDs",
    "R2": "notes on merging of Sep 2026, by others; no address is known",
    "V1": "https://getcapt.com/blog/pipedrive-import-csv (a vendor, Feb 2026)",
    "N4": "https://support.pipedrive.com/cs/article/how-can-i-import-leads (31 Oct 2023)",
    "N5": "a migration vendor's checklist of 27 May 2026; no address is known",
}

ASSUMPTIONS: Final[dict[str, Assumption]] = {
    "bare_organizations": Assumption(
        "Are two organizations of one name, both without an address, the same?",
        ("merge", "separate"),
        (
            "Two organizations of one name, both without an address, are the same.",
            "Two organizations of one name, both without an address, are two.",
        ),
        "low",
        "K5 reads both ways; R2 says separate",
        "every row that names a company without address makes one more company of that name",
        "bare_organizations: separate",
    ),
    "blank_address": Assumption(
        "Does an organization without address match one of the same name with an address?",
        ("differs", "matches"),
        (
            "An organization without an address is not the one of its name that has one.",
            "An organization without an address is taken for the one of its name that has one.",
        ),
        "medium",
        "K5: name and address",
        "a company without address vanishes in its namesake that has one",
        "duplicates: {companies: distinguish}",
    ),
    "organization_of_person": Assumption(
        "Is a person's organization compared as a record or by its name?",
        ("record", "name"),
        (
            "A person's organization is compared as a record, not by its name.",
            "A person's organization is compared by its name.",
        ),
        "medium",
        "K5, example: a matching organization name ties row 2 to row 1",
        "people of one name in two companies of one name become one person",
        "duplicates: {contacts: distinguish}",
    ),
    "compare": Assumption(
        "How are names, addresses and e-mails compared?",
        ("folded", "exact", "forms"),
        (
            "Names, addresses and e-mails are compared without case and outer or repeated blanks.",
            "Names, addresses and e-mails are compared letter for letter.",
            "Names, addresses and e-mails are compared without case, blanks and Unicode forms.",
        ),
        "medium",
        "not documented; trimmed, without case and repeated blanks is usual",
        "records that differ by case or Unicode form only become one, or a link by key makes a double",
        "duplicates: {companies: distinguish, contacts: distinguish}",
    ),
    "phones": Assumption(
        "Are phone numbers compared by their digits or as text?",
        ("digits", "text"),
        (
            "Phone numbers are compared by their digits.",
            "Phone numbers are compared as text.",
        ),
        "low",
        "not documented",
        "namesakes whose numbers differ only in spelling are merged",
        "duplicates: {contacts: distinguish}",
    ),
    "blank_on_merge": Assumption(
        "Does a blank cell erase a value when a row merges into a record?",
        ("keeps", "erases"),
        (
            "A blank cell leaves the value of the record that its row merges into.",
            "A blank cell erases the value of the record that its row merges into.",
        ),
        "medium",
        "K5: adds new data; not documented for blanks",
        "merging rows empty the columns that they leave blank",
    ),
    "blank_on_id": Assumption(
        "Does a blank cell erase a value when a record is found by its System ID?",
        ("keeps", "erases"),
        (
            "A blank cell leaves the value of a record that is found by its System ID.",
            "A blank cell erases the value of a record that is found by its System ID.",
        ),
        "low",
        "K16: mapped columns are written over; not documented for blanks",
        "updates and links by System ID empty the columns that they leave blank",
    ),
    "differing_on_merge": Assumption(
        "Does a merging row overwrite a single value that differs?",
        ("overwrites", "keeps"),
        (
            "A merging row overwrites a single value that differs.",
            "A merging row leaves a single value that differs.",
        ),
        "medium",
        "K5, example of a person's organization; V1 says that existing data is preserved",
        "a value that was meant to be filled by a merge stays as it was",
    ),
    "labels_on_merge": Assumption(
        "Are labels added to those of the record, or do they replace them?",
        ("added", "replaced"),
        (
            "Labels are added to those that a record has.",
            "Labels replace those that a record has.",
        ),
        "low",
        "not documented",
        "labels that a record had are lost in a merge",
    ),
    "id_alone": Assumption(
        "Does a System ID alone, without name or title, identify a record?",
        ("suffices", "needs_name"),
        (
            "A System ID alone, without name or title, identifies a record.",
            "A System ID identifies a record only with its name or title.",
        ),
        "medium",
        "F7 updates by ID without title; K11 advises title and ID",
        "rows that link by ID alone are skipped",
        "id_links: with_name",
    ),
    "id_contact": Assumption(
        "May a deal or lead found by its ID stand on a row without person and organization?",
        ("not_needed", "needed"),
        (
            "A deal or lead that is found by its ID may stand on a row without person and organization.",
            "A deal or lead needs a person or organization on its row, even if it is found by its ID.",
        ),
        "medium",
        "F7, K16; the rule of mandatory contacts is about creation",
        "history of deals and leads is skipped where the row names no person or organization",
    ),
    "deal_by_id": Assumption(
        "Is a note or activity linked to the deal whose System ID stands on its row?",
        ("links", "ignored"),
        (
            "A note or activity is linked to the deal whose System ID stands on its row.",
            "The System ID of a deal on the row of a note or activity is ignored.",
        ),
        "medium",
        "K1, K16; no worked example",
        "history hangs on person and organization only",
        "single_pass: true",
    ),
    "lead_by_id": Assumption(
        "Is a note or activity linked to the lead whose System ID stands on its row?",
        ("links", "ignored"),
        (
            "A note or activity is linked to the lead whose System ID stands on its row.",
            "The System ID of a lead on the row of a note or activity is ignored.",
        ),
        "low",
        "N4 has the ID as a field; no example",
        "history of leads hangs on person and organization only",
        "single_pass: true",
    ),
    "history_row_moves": Assumption(
        "Does a row with a deal or history move a person found by System ID to its organization?",
        ("moves", "stays"),
        (
            "A row with a deal or history moves a person found by System ID to its organization.",
            "A row with a deal or history leaves a person found by System ID in their organization.",
        ),
        "low",
        "K5 for a person found by name; nothing for one found by ID",
        "with `two_organizations: both`, people are moved to the deal's other company",
        "two_organizations: person",
    ),
    "skipped_row": Assumption(
        "Is anything of a skipped row created?",
        ("nothing", "contacts"),
        (
            "Nothing of a skipped row is created.",
            "People and organizations of a skipped row are created.",
        ),
        "medium",
        "K1: no items will be created",
        "people and companies of skipped rows exist without their deal",
    ),
    "owners": Assumption(
        "What happens to records of an owner that Pipedrive does not know?",
        ("known", "importing_user"),
        (
            "All owners are users of Pipedrive, and get their records.",
            "Records of owners that Pipedrive does not know go to whoever runs the import.",
        ),
        "medium",
        "N5: every record is owned by one person; the default supposes that all users were invited",
        "all records belong to the person who imported them",
        "owners",
    ),
}


@attrs.frozen
class Readings:
    """Which reading of each assumption a rehearsal follows: `readings["phones"]` → "digits"."""

    chosen: Mapping[str, str]

    @classmethod
    def of(cls, chosen: Mapping[str, str] | None) -> Readings:
        """The defaults, save for what is `chosen`.

        Raises:
            ValueError: an assumption or a reading that does not exist.
        """
        for name, reading in (chosen or {}).items():
            if name not in ASSUMPTIONS:
                raise ValueError(f"no assumption {name!r}; there are {', '.join(ASSUMPTIONS)}")
            if reading not in ASSUMPTIONS[name].readings:
                raise ValueError(f"{name} is one of {', '.join(ASSUMPTIONS[name].readings)}, not {reading!r}")
        return cls({name: one.default for name, one in ASSUMPTIONS.items()} | dict(chosen or {}))

    def __getitem__(self, name: str) -> str:
        return self.chosen[name]


def table(readings: Readings | None = None) -> pl.DataFrame:
    """All assumptions, one a row: `assumption, question, reading, says, others, sure, source, wrong, key`."""
    now = readings or Readings.of(None)
    return pl.DataFrame(
        {
            "assumption": name,
            "question": one.question,
            "reading": now[name],
            "says": one.said(now[name]),
            "others": ", ".join(reading for reading in one.readings if reading != now[name]),
            "sure": one.sure,
            "source": one.source,
            "wrong": one.wrong,
            "key": one.key,
        }
        for name, one in ASSUMPTIONS.items()
    )

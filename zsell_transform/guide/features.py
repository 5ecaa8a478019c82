"""What a trial record can show: each point that is special in an account or unsure about the wizard.

A feature says which records have it, what to look for once such a record is in Pipedrive, and which line of
the mapping (or which click in the wizard) to change if it came out differently. `answers` names the unsure
facts (`pipedrive/assumptions.py`) that the record decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs
import polars as pl

from zsell_transform.evidence import TEXT_LIMIT
from zsell_transform.ids import BY_NAME
from zsell_transform.lap.placeholder import PLACEHOLDER
from zsell_transform.pipedrive.fields import (
    ACTIVITY_NOTE,
    COMPANY_IN_SELL,
    DEAL_STAGE,
    DEAL_STATUS,
    NAMES,
    NOTE,
)

Columns = tuple[str, ...]
#: Columns of a file → the expression that is true for records with the feature; None when none can have it.
When = Callable[[Columns], pl.Expr | None]

_PLACEHOLDER: Final = f"^{pl.escape_regex(PLACEHOLDER)}$"
_TWIN: Final = r" \([^()]+\)$"


@attrs.frozen
class Feature:
    """One thing that a record shows.

    Attributes:
        when: which records have it; for `same` and `each` unused.
        same: the column in which two records must be alike; with `twin`, save for brackets at the end.
        each: the column of which one record for each value is wanted.
        shows: the point, as a short phrase.
        look: what to look for in Pipedrive.
        otherwise: what to change if it came out differently.
        cells: columns to show with it, beside those that `when` asks; of long texts only the end (`ends`).
        answers: unsure facts that it decides; such features are chosen first.
        instead_of: the feature whose point it shows in another way: a lap that shows either lacks neither.
    """

    key: str
    item: str
    shows: str
    look: str
    otherwise: str = ""
    when: When | None = None
    same: str | None = None
    twin: bool = False
    each: str | None = None
    cells: Columns = ()
    ends: bool = False
    answers: Columns = ()
    unsure: bool = False
    instead_of: str | None = None

    @property
    def weight(self) -> int:
        return 4 if self.unsure or self.answers else 2 if self.each is None else 1


# --- words of which `when` consists ---------------------------------------------------------------


def filled(*headers: str) -> When:
    """Any of these columns has a value."""

    def when(columns: Columns) -> pl.Expr | None:
        found = [pl.col(header).is_not_null() for header in headers if header in columns]
        return pl.any_horizontal(found) if found else None

    return when


def lacking(*headers: str) -> When:
    """None of these columns has a value; a column that is not there has none."""

    def when(columns: Columns) -> pl.Expr:
        found = [pl.col(header).is_null() for header in headers if header in columns]
        return pl.all_horizontal([pl.lit(True), *found])

    return when


def like(header: str, pattern: str) -> When:
    """The column matches a pattern."""
    return lambda columns: pl.col(header).str.contains(pattern) if header in columns else None


def unlike(header: str, pattern: str) -> When:
    """The column does not match a pattern."""
    return lambda columns: ~pl.col(header).str.contains(pattern) if header in columns else None


def ending(suffix: str) -> When:
    """A column whose header ends so has a value."""
    return lambda columns: filled(*(header for header in columns if header.endswith(suffix)))(columns)


def longer(length: int, *headers: str) -> When:
    """A cell is longer than this: in these columns, or in any that is shown to people."""

    def when(columns: Columns) -> pl.Expr | None:
        asked = [
            header for header in columns if (header in headers if headers else not header.startswith("_"))
        ]
        found = [pl.col(header).str.len_chars() > length for header in asked]
        return pl.any_horizontal(found).fill_null(False) if found else None

    return when


def every(*whens: When) -> When:
    """All of these hold."""

    def when(columns: Columns) -> pl.Expr | None:
        found = [expression for one in whens if (expression := one(columns)) is not None]
        return pl.all_horizontal(found) if len(found) == len(whens) else None

    return when


# --- the features ---------------------------------------------------------------------------------

_OWNER = (
    "The owner is this user, and not whoever ran the import.",
    "invite the user before importing, or give the Pipedrive name or e-mail under `owners`",
)
_LABELS = (
    "All labels arrived, each as a label of its own, and none is called “A, B”.",
    "`labels_as: {{{item}: field}}` puts them into a multiple-option field",
)
_LETTERS = ("Letters and accents are the same as in Sell.", "`bom: true`")
_ADDED = ("It was created from a name in Sell, and is linked to the records that named it.", "")
_CUSTOM_TIME = ("The day is in one field and the time in another, both as in Sell, not shifted.", "")
_LONG = ("The text is complete to its last word.", "create the field as “Large text” (setup.md says which)")


def _shared(item: str, prefix: str) -> tuple[Feature, ...]:
    """What organizations, persons, deals and leads have in common."""
    name = NAMES[item]
    labels = f"{prefix} - Label" if item in ("persons", "deals") else f"{prefix} - Labels"
    return (
        Feature(
            f"{item}_labels",
            item,
            "several labels",
            _LABELS[0],
            _LABELS[1].format(item=item),
            like(labels, ", "),
            unsure=True,
        ),
        Feature(f"{item}_owner", item, "an owner", *_OWNER, filled(f"{prefix} - Owner"), answers=("owners",)),
        Feature(
            f"{item}_sell_owner",
            item,
            "an owner that has left",
            "The owner is whoever ran the import; the Sell user’s name stands in the field “Sell owner”.",
            "`owners: {Name in Sell: user in Pipedrive}` gives the record to somebody",
            filled(f"{prefix} - Sell owner"),
        ),
        Feature(f"{item}_letters", item, "letters beyond ASCII", *_LETTERS, like(name, r"[^\x00-\x7F]")),
        Feature(
            f"{item}_time", item, "a custom date with a time", *_CUSTOM_TIME, ending(" (time)"), unsure=True
        ),
        Feature(
            f"{item}_long",
            item,
            f"a text of more than {TEXT_LIMIT} characters",
            *_LONG,
            longer(TEXT_LIMIT),
            ends=True,
        ),
        _created(item, prefix),
    )


def _created(item: str, prefix: str) -> Feature:
    """The wizard takes no creation day of a lead: it stands in a field of ours."""
    if item == "leads":
        return Feature(
            f"{item}_created",
            item,
            "a creation date",
            "The day is in the field “Created in Sell”; Pipedrive’s own creation date is that of the import.",
            "create the field that setup.md lists",
            filled(f"{prefix} - Created in Sell"),
        )
    return Feature(
        f"{item}_created",
        item,
        "a creation date",
        "“Created” shows the day of Sell, not that of the import.",
        "let an administrator run the import; if it stays so, map the column to a date field of your own",
        filled(f"{prefix} - Creation date"),
        unsure=True,
    )


ORGANIZATIONS: Final = (
    Feature("organizations_bare", "organizations", "no address",
            "There is exactly one organization of this name, with the people and deals of the trial on it.",
            "`bare_organizations: separate`, if there is one for each row that names it",
            every(lacking("Organization - Address"), filled("Organization - Name")),
            answers=("bare_organizations",)),
    Feature("organizations_twins", "organizations", "one name twice in Sell, told apart by brackets",
            "Both are there, each with its own people.",
            "`duplicates: {companies: merge}`, if you would rather have one",
            same="Organization - Name", twin=True, answers=("compare",)),
    Feature("organizations_same", "organizations", "the same name as another, with another address",
            "Both are there, each with its own address and people.",
            "`duplicates: {companies: merge}` or a name of its own in Sell",
            same="Organization - Name", answers=("blank_address",)),
    Feature("organizations_address", "organizations", "an address",
            "The whole address is in the address field, and Pipedrive finds it on the map.",
            "in the wizard, map the column to the field “Address” itself, not to one of its parts",
            filled("Organization - Address"), unsure=True),
    Feature("organizations_unlinked", "organizations", "the placeholder for records without any link",
            "It holds the deals, leads and notes that have no person and no organization in Sell.",
            "`orphans: {deals: leave_out, leads: leave_out, notes: leave_out}`",
            like("Organization - Name", _PLACEHOLDER)),
    Feature("organizations_added", "organizations", "known only by name", *_ADDED,
            every(like("_id", f"^{BY_NAME}"), unlike("Organization - Name", _PLACEHOLDER))),
    *_shared("organizations", "Organization"),
)  # fmt: skip

PERSONS: Final = (
    Feature("persons_twins", "persons", "one name twice in Sell, told apart by brackets",
            "Both are there, each with its own e-mail, phone and organization.",
            "`duplicates: {contacts: merge}`, if they are the same person",
            same="Person - Name", twin=True, answers=("organization_of_person",)),
    Feature("persons_same", "persons", "the same name as another",
            "Both are there, each with its own e-mail, phone and organization.",
            "`duplicates: {contacts: distinguish}` (the default) with a name of its own in Sell",
            same="Person - Name", answers=("compare", "phones")),
    Feature("persons_keyless", "persons", "an organization, but neither e-mail nor phone",
            "There is exactly one person of this name, on its organization, with its deals.", "",
            every(lacking("Person - Email (Work)", "Person - Phone (Work)", "Person - Phone (Mobile)"),
                  filled("Organization - Name")), unsure=True),
    Feature("persons_organization", "persons", "an organization",
            "It is linked to the organization of the trial, and no second one of that name was created.",
            "`bare_organizations: separate`, if there are two",
            filled("Organization - Name"), answers=("bare_organizations",)),
    Feature("persons_alone", "persons", "no organization", "It has no organization.", "",
            lacking("Organization - Name")),
    Feature("persons_phones", "persons", "two phone numbers",
            "Both numbers are there, labelled Work and Mobile, with their plus sign and leading zeros.",
            "in the wizard, choose the label at the pencil beside the phone field",
            every(filled("Person - Phone (Work)"), filled("Person - Phone (Mobile)")), unsure=True),
    Feature("persons_added", "persons", "known only by name", *_ADDED, like("_id", f"^{BY_NAME}")),
    *_shared("persons", "Person"),
)  # fmt: skip

DEALS: Final = (
    Feature("deals_won", "deals", "won", "It is won, on the day and at the hour at which it was won in Sell.",
            "`timezone`, if the hour is shifted; `moments: day`, if it is missing or the row was skipped",
            like(DEAL_STATUS, "^Won$"), cells=("Deal - Won time",), unsure=True),
    Feature("deals_lost", "deals", "lost", "It is lost, with its day and its lost reason.",
            "`timezone`, `moments: day`; create the lost reasons that setup.md lists",
            like(DEAL_STATUS, "^Lost$"), cells=("Deal - Lost time", "Deal - Lost reason"), unsure=True),
    Feature("deals_stage", "deals", "a stage whose name two pipelines share",
            "It is in this stage of this pipeline.",
            "in the wizard, drag the value to its stage by hand; `stages` renames them",
            like(DEAL_STAGE, r"\(.+\)$"), unsure=True),
    Feature("deals_two_organizations", "deals", "a company that is not its contact’s",
            "It is linked to its person and that person’s organization; the other is in “Company in Sell”.",
            "`two_organizations: both` links both, and takes one more lap",
            filled(COMPANY_IN_SELL), cells=("Organization - Name",), answers=("history_row_moves",)),
    Feature("deals_company_only", "deals", "no person",
            "It is linked to its organization only, and no person was created.", "",
            every(lacking("Person - Name"), filled("Organization - Name"))),
    Feature("deals_person_only", "deals", "a person, and no organization on its row",
            "It is linked to its person, and to no organization but that person’s, if there is one.", "",
            every(filled("Person - Name"), lacking("Organization - Name"))),
    Feature("deals_by_id", "deals", "a link by System ID",
            "It is linked to the person or organization with this ID, whose name is as before.",
            "`id_links: alone`, if the row was skipped or a second record was created",
            filled("Person - Pipedrive System ID", "Organization - Pipedrive System ID"),
            answers=("id_alone", "blank_on_id")),
    Feature("deals_value", "deals", "a value with cents", "The value is the same, to the cent.", "",
            like("Deal - Value", r"\.\d*[1-9]"), cells=("Deal - Currency of value",)),
    Feature("deals_expected", "deals", "an expected close date", "The day is the same as in Sell.",
            "`timezone`", filled("Deal - Expected close date")),
    Feature("deals_currency", "deals", "a currency", "It has this currency; its row was not skipped.",
            "set up the currency in Pipedrive", each="Deal - Currency of value"),
    Feature("deals_stage_each", "deals", "a stage", "It is in this stage.",
            "in the wizard, drag the value to its stage; `stages` renames them",
            each=DEAL_STAGE),
    *_shared("deals", "Deal"),
)  # fmt: skip

LEADS: Final = (
    Feature("leads_joined", "leads", "a person who is a contact already",
            "The lead is linked to that person; the person is unchanged, and no second one was created.",
            "`duplicates: {contacts: merge}`, if there are two now",
            filled("_joined"), answers=("differing_on_merge", "blank_on_merge")),
    Feature("leads_new", "leads", "a person of its own",
            "Its person was created with the lead, with e-mail, phone and title.", "",
            every(lacking("_joined"), filled("Person - Name"))),
    Feature("leads_company_only", "leads", "no person", "It is linked to its organization only.", "",
            every(lacking("Person - Name"), filled("Organization - Name"))),
    Feature("leads_source", "leads", "a source", "The source is in the field that setup.md names.",
            "create the field, if the column could not be mapped", filled("Lead - Source"), unsure=True),
    Feature("leads_note", "leads", "a description", "It is a note of the lead, with its line breaks.", "",
            filled(NOTE), unsure=True),
    *_shared("leads", "Lead"),
)  # fmt: skip

_HISTORY_LINKS = (
    ("deal", "Deal", ("deal_by_id", "id_contact"), "`single_pass: true` links it to person and organization"),
    ("lead", "Lead", ("lead_by_id",), "`single_pass: true` links it to person and organization"),
    ("person", "Person", ("id_alone",), "`id_links: alone`, if there is a second person now"),
    ("organization", "Organization", ("id_alone",), "`id_links: alone`, if there is a second one now"),
)  # fmt: skip
#: In a single pass, rows name whom they are about by the key of its own file: a name with one more value.
_HISTORY_BY_KEY = (
    ("person", "Person", "a", ("Person - Email (Work)", "Person - Phone (Work)", "Person - Phone (Mobile)")),
    ("organization", "Organization", "an", ("Organization - Address",)),
)


def _links(item: str) -> tuple[Feature, ...]:
    return tuple(
        Feature(f"{item}_{name}", item, f"about {'an' if name[0] == 'o' else 'a'} {name}",
                f"It is in the history of its {name}, and no second {name} was created.",
                otherwise, filled(f"{prefix} - Pipedrive System ID"), answers=answers)
        for name, prefix, answers, otherwise in _HISTORY_LINKS
    ) + tuple(
        Feature(f"{item}_{name}_by_key", item, f"about {article} {name}, without a System ID",
                f"It is in the history of this very {name}, and no second {name} was created.",
                "`single_pass: false` links by System ID, in a later lap",
                every(lacking(f"{prefix} - Pipedrive System ID"), filled(NAMES[f"{name}s"])),
                cells=keys, unsure=True, instead_of=f"{item}_{name}")
        for name, prefix, article, keys in _HISTORY_BY_KEY
    )  # fmt: skip


ACTIVITIES: Final = (
    *_links("activities"),
    Feature("activities_done", "activities", "done", "It is done, at the same time as in Sell.",
            "`timezone`, if the time is shifted; `moments: day`, if it is missing",
            like("Activity - Done", "^Done$"), cells=("Activity - Marked as done time",), unsure=True),
    Feature("activities_time", "activities", "a due time", "Day and hour are the same as in Sell.",
            "`timezone`", filled("Activity - Due time"), cells=("Activity - Due date",), unsure=True),
    Feature("activities_undue", "activities", "no due date", "It has no date, and is not due today.", "",
            lacking("Activity - Due date"), unsure=True),
    Feature("activities_text", "activities", "a note with line breaks",
            "The lines stand one below the other, no “<br>” is shown, and the last line is the mark.", "",
            like(ACTIVITY_NOTE, "<br>.*<br>"), unsure=True),
    Feature("activities_duration", "activities", "a duration", "It lasts as long as in Sell.", "",
            filled("Activity - Duration"), unsure=True),
    Feature("activities_user", "activities", "a user", *_OWNER, filled("Activity - Assigned to user"),
            answers=("owners",)),
    Feature("activities_type", "activities", "a type", "It has this type, not another one.",
            "create the type first; `activity_types` says which tasks get which", each="Activity - Type"),
    Feature("activities_letters", "activities", "letters beyond ASCII", *_LETTERS,
            like("Activity - Subject", r"[^\x00-\x7F]")),
)  # fmt: skip

NOTES: Final = (
    *_links("notes"),
    Feature("notes_text", "notes", "line breaks",
            "The lines stand one below the other, and no “<br>” is shown.", "",
            like(NOTE, "<br>.*<br>"), unsure=True),
    Feature("notes_signs", "notes", "characters that mean something in HTML",
            "`<`, `>` and `&` are shown as such, and not as `&lt;`, `&gt;` and `&amp;`.", "",
            like(NOTE, "&(lt|gt|amp);"), unsure=True),
    Feature("notes_long", "notes", "a long text", "It is complete to its last word.", "",
            longer(5000, NOTE), ends=True),
    Feature("notes_letters", "notes", "letters beyond ASCII", *_LETTERS,
            like(NOTE, r"[^\x00-\x7F·]")),
)  # fmt: skip

FEATURES: Final[dict[str, Feature]] = {
    feature.key: feature
    for feature in (*ORGANIZATIONS, *PERSONS, *DEALS, *LEADS, *ACTIVITIES, *NOTES)
}  # fmt: skip


def alike(feature: Feature) -> pl.Expr:
    """The value in which records of a `same` feature must be equal."""
    name = pl.col(str(feature.same)).str.to_lowercase()
    return name.str.replace(_TWIN, "") if feature.twin else name


def cells_of(feature: Feature, condition: pl.Expr | None, columns: Columns) -> Columns:
    """The columns that show it (those of its condition too), in the order of the file."""
    asked = {*feature.cells, *(condition.meta.root_names() if condition is not None else ()), feature.each}
    return tuple(header for header in columns if header in asked and not header.startswith("_"))


def bracketed(feature: Feature) -> pl.Expr:
    """Whether the record is the one with the brackets."""
    return pl.col(str(feature.same)).str.contains(_TWIN)

"""Which columns of a Sell table are Sell's own, and what the survey wants to know of them.

Names are the canonical ones (full export of 2026) and those of API dumps that have no counterpart there; a
column that is not here is a custom field. Source: facts page on Sell exports, sections 2 and 4.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping as MappingOf
from types import MappingProxyType
from typing import Final

from zsell_transform.frames.unique import free
from zsell_transform.ticks import NO, YES

_PERSON: Final = (
    "id first_name last_name name owner creator creator_id user_id tags email address "
    "street city region zip country mobile phone fax skype facebook twitter linkedin "
    "linkedin_display website title industry description created_at updated_at "
    "last_activity_date billing_address shipping_address custom_fields"
)
_PARTY: Final = (
    f"{_PERSON} "
    "is_organisation organisation_name organisation_id customer_status prospect_status "
    "private parent_organization_id parent_organisation_id parent_organisation_name"
)
_ABOUT: Final = ("company_name", "first_name", "last_name", "name", "id", "type")


def _about(prefix: str) -> str:
    return " ".join(f"{prefix}_{part}" for part in _ABOUT)


STANDARD: Final[dict[str, frozenset[str]]] = {
    entity: frozenset(names.split())
    for entity, names in {
        "companies": _PARTY,
        "contacts": _PARTY,
        "leads": (
            f"{_PERSON} "
            "company_name status source source_id unqualified_reason unqualified_reason_id "
            "organisation_id"
        ),
        "deals": (
            "id name scope pipeline_name pipeline_id stage_name stage_id owner tags "
            "main_contact_id main_contact main_contact_email company_id company added_at added_on "
            "created_at creator creator_id currency current_win_likelihood decimal_value "
            "entity_id estimated_close_date forecasted_deal_value hot last_activity_date "
            "last_stage_change_at last_stage_change_by_id loss_reason loss_reason_id source "
            "source_id unqualified_reason unqualified_reason_id updated_at dropbox_email "
            "custom_fields associated_contacts line_items stage_category"
        ),
        "tasks": (
            f"{_about('taskable')} "
            "id content owner creator creator_id send_time done_at created_at updated_at date "
            "remind completed overdue"
        ),
        "notes": (
            f"{_about('noteable')} "
            "id content owner creator creator_id type tags is_important created_at updated_at"
        ),
        "calls": (
            "id owner user_id summary recording_url outcome outcome_id duration phone_number "
            "incoming missed resource_type resource_id associated_deal_ids external_id made_at "
            "created_at updated_at"
        ),
        "texts": (
            "id owner user_id user_phone_number content incoming resource_phone_number "
            "resource_type resource_id associated_deal_ids sent_at created_at updated_at"
        ),
        "emails": (
            "id owner creator_id subject content resource_type resource_id sent_at created_at updated_at"
        ),
        "visits": (
            "id owner creator_id outcome outcome_id resource_type resource_id visited_at "
            "resource_address rep_location_verification_status summary created_at updated_at"
        ),
        "documents": (
            "id uploaded_file_name uploaded_file_size_in_bytes documentable_id documentable_type created_at"
        ),
    }.items()
}

#: Sell's own columns that hold its ids: the record's, and those of others that it hangs on (`external_id` is
#: what a telephone system calls a call).
IDS: Final[dict[str, frozenset[str]]] = {
    entity: frozenset(
        name for name in names if name == "id" or (name.endswith("_id") and name != "external_id")
    )
    for entity, names in STANDARD.items()
}
_PARTYS_LINKS: Final = {
    "organisation_name": "organisation_id",
    "parent_organisation_name": "parent_organisation_id",
}
#: Column that names a record to which a row belongs → the one that holds its id.
LINKS: Final[dict[str, dict[str, str]]] = {
    "companies": _PARTYS_LINKS,
    "contacts": _PARTYS_LINKS,
    "deals": {"main_contact": "main_contact_id", "company": "company_id"},
    "tasks": {"taskable_name": "taskable_id"},
    "notes": {"noteable_name": "noteable_id"},
}
#: Sell's own columns that hold dates or numbers: a spreadsheet may have turned their values round.
DATES: Final[dict[str, frozenset[str]]] = {
    "companies": frozenset({"created_at"}),
    "contacts": frozenset({"created_at"}),
    "leads": frozenset({"created_at"}),
    "deals": frozenset(
        {"added_at", "added_on", "created_at", "estimated_close_date", "last_stage_change_at"}
    ),
    "tasks": frozenset({"date", "send_time", "done_at", "created_at"}),
    "notes": frozenset({"created_at"}),
    "calls": frozenset({"made_at", "created_at"}),
    "texts": frozenset({"sent_at", "created_at"}),
    "emails": frozenset({"sent_at", "created_at"}),
    "visits": frozenset({"visited_at", "created_at"}),
}
NUMBERS: Final[dict[str, frozenset[str]]] = {
    "deals": frozenset({"decimal_value", "scope", "current_win_likelihood"})
}
#: Those of them that hold money.
MONEY: Final[dict[str, frozenset[str]]] = {"deals": frozenset({"decimal_value", "scope"})}

#: Columns of few words, whose values the setup kit and the mapping draft list.
VOCABULARY: Final[dict[str, tuple[str, ...]]] = {
    "companies": ("owner", "tags", "customer_status", "prospect_status", "industry", "country"),
    "contacts": ("owner", "tags", "customer_status", "prospect_status", "industry", "country"),
    "leads": ("owner", "tags", "status", "source", "unqualified_reason", "industry", "country"),
    "deals": (
        "owner",
        "tags",
        "pipeline_name",
        "stage_name",
        "currency",
        "source",
        "loss_reason",
        "unqualified_reason",
        "hot",
    ),
    "tasks": ("owner", "taskable_type"),
    "notes": ("owner", "noteable_type", "type"),
    "calls": ("owner", "outcome", "incoming", "missed"),
    "texts": ("owner",),
    "emails": ("owner",),
    "visits": ("owner", "outcome"),
    "documents": ("documentable_type",),
}

#: What `is_organisation` may say of a company, and of a person.
COMPANY: Final = (*YES, "company", "organization", "organisation")
PERSON: Final = (*NO, "person", "people", "contact", "individual")

#: `custom X`, `custom (contact) X`, `custom (prospect/customer) X`; only these scopes are scopes, since field
#: names hold brackets.
CUSTOM: Final = re.compile(r"^custom (?:\((contact|prospect/customer)\) )?(.+)$", re.DOTALL)


def is_custom(entity: str, column: str) -> bool:
    """Whether no Sell table has this column of its own."""
    return not column.startswith("_") and (
        bool(CUSTOM.match(column)) or column not in STANDARD.get(entity, frozenset())
    )


def own_name(name: str, taken: Collection[str]) -> str:
    """What a custom field's column is called among others.

    `custom X`, as the full export has it, where `X` is one of them, or a name that the library needs itself.
    """
    return free(f"custom {name}", taken) if name in taken or is_ours(name) else name


def is_ours(name: str) -> bool:
    """Whether the library calls a column so that says where a record comes from (contract, section 3), or
    polars would take the name for a pattern of names.
    """
    is_pattern = name == "*" or (name.startswith("^") and name.endswith("$"))
    return name in ("source_id", "file", "row") or name.startswith("_") or is_pattern


def plain_name(column: str) -> str:
    """The Sell field's name as people know it: without `custom ` and without the scope."""
    found = CUSTOM.match(column)
    return (found.group(2) if found else column).strip()


#: Header, as a file spells it → the columns that it means; none where it keeps its name, or has no place.
Headers = MappingOf[str, tuple[str, ...]]
NO_HEADERS: Final[Headers] = MappingProxyType({})
#: Entity → the headers of its files, where none are known.
NO_FILES: Final[MappingOf[str, Headers]] = MappingProxyType({})


def called(column: str, columns: Collection[str], headers: Headers = NO_HEADERS) -> list[str]:
    """What the mapping may call a column, in `day_first` as in `columns`: by its own name or a header that
    means it; also without `custom `, where no other one is called so.

    Args:
        columns: it and those beside it.
        headers: those of their files.
    """
    spelled = [(column, columns), *((name, headers) for name, meant in headers.items() if column in meant)]
    plain = [plain_name(name) for name, beside in spelled if plain_name(name) not in beside]
    return list(dict.fromkeys([*(name for name, _ in spelled), *plain]))

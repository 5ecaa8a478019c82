"""Issues of cleaning and transformers: cells that cannot be read, columns that have no place."""

from __future__ import annotations

from typing import Final

from zsell_transform.catalogue.kind import Kind

KINDS: Final[dict[str, Kind]] = {
    "unreadable_value": Kind(
        "error",
        "'{field}' holds '{value}', which is not {detail}",
        "left blank",
        "Correct it in Sell, or add it by hand.",
    ),
    "value_shortened": Kind(
        "error",
        "'{field}' takes at most {detail}, and '{value}' is longer",
        "cut between words, with an ellipsis",
        "Shorten it in Sell, or keep the rest in a note by hand.",
    ),
    "several_addresses": Kind(
        "error",
        "'{field}' holds more than one e-mail address: '{value}'",
        "{detail} was written",
        "Add the others by hand: Pipedrive's wizard takes one address a column.",
    ),
    "empty_column": Kind("info", "'{field}' holds nothing in the whole export", "not written"),
    "ignored_column": Kind("info", "'{field}' holds {value} values: {detail}", "not written"),
    "spare_column": Kind("info", "'{field}' holds {value} values", "read only where '{detail}' is blank"),
    "carried_elsewhere": Kind(
        "info", "'{field}' holds {value} values", "told by {detail}, not written itself"
    ),
    "said_by_absence": Kind(
        "info", "'{field}' of {value} records says {detail}", "that is so where nothing else is said"
    ),
    "custom_field_renamed": Kind(
        "info",
        "the name of '{field}' is taken by another field of its item",
        "written as '{detail}'",
    ),
    "label_dropped": Kind(
        "info", "{value} records have labels that the mapping drops ({detail})", "written without them"
    ),
    "status_without_label": Kind(
        "info", "'{field}' of {value} records says that it is none", "no label stands for that"
    ),
    "owner_left_out": Kind(
        "info",
        "{value} records belong to users who are deleted or whom the mapping leaves out",
        "the owner is blank, the name stands in the field 'Sell owner'",
        "Name a Pipedrive user for them under `owners`.",
    ),
    "private_record": Kind(
        "warning",
        "is private in Sell",
        "imported like the others: whom it will be visible to is decided in Pipedrive",
        "Set 'Visible to' by hand after the import.",
    ),
    "restricted_note": Kind(
        "warning",
        "is restricted in Sell: not everybody who sees the record may see it",
        "written like the others, with the word in its first line, for all who see the record in Pipedrive",
        "Delete it in Pipedrive, or take its row out of the file before the import, if that must not be.",
    ),
    "reason_not_lost": Kind(
        "error",
        "'{field}' says '{value}', but the deal is {detail}",
        "left out: only lost deals have a reason",
    ),
    "second_reason": Kind(
        "error",
        "'{field}' says '{value}', and the loss reason '{detail}'",
        "the loss reason was written",
    ),
    "values_differ": Kind(
        "warning",
        "'{field}' holds '{value}', and 'decimal_value' {detail}",
        "'decimal_value' was written",
    ),
    "stage_change_of_open_deal": Kind(
        "info",
        "{value} open deals say in '{field}' when they came to their stage",
        "not written: Pipedrive sets it; of closed deals it is the won or lost time",
    ),
    "done_time_of_open_task": Kind(
        "error",
        "'{field}' says '{value}', and 'completed' that the task is open",
        "written as an open task, without that time",
    ),
    "time_shortened": Kind(
        "info",
        "{value} times in '{field}' have seconds or an offset from UTC",
        "written as hours and minutes, as they stand: Pipedrive's times have no more",
    ),
    "deals_in_text": Kind(
        "info",
        "'{field}' of {value} records names deals",
        "linked to the deal where it is one, and nobody else is named or its own contact; the text names all",
    ),
    "record_type_unknown": Kind(
        "warning",
        "'{field}' says '{value}' (id {detail}), which is no type of record that is known",
        "no link was made",
    ),
    "kind_unreadable": Kind(
        "warning",
        "'{field}' holds '{value}', which says neither company (true) nor person (false)",
        "read as a person where it has a first or last name, else as a company",
        "Correct it in the file.",
    ),
    "id_without_type": Kind(
        "warning",
        "'{field}' holds {value}, and the type beside it names no kind of record",
        "no link was made",
        "Look in Sell which record it belongs to.",
    ),
    "document_left_out": Kind(
        "info",
        "{value} documents hang on no record (templates, the account's library)",
        "not listed",
    ),
    "documents_by_hand": Kind(
        "warning",
        "{value} documents are listed; no export holds the files, and the wizard takes none",
        "documents.csv says which record each belongs to",
        "Download them from Sell before it closes.",
    ),
    "timezone_unset": Kind(
        "info",
        "no time zone is set; {value} was taken",
        "days and times are written in it",
        "Set `timezone:` in the mapping to that of the people who work with the data.",
    ),
}

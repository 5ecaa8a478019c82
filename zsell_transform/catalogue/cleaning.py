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
    "words_beside_address": Kind(
        "error",
        "'{field}' holds more than an e-mail address: '{value}'",
        "{detail} was written",
        "Read what stands beside it: it may say that the address is not to be used; add it by hand.",
    ),
    "empty_column": Kind("info", "'{field}' is empty in the whole export", "not written"),
    "ignored_column": Kind("info", "'{field}' holds {value|value|values}: {detail}", "not written"),
    "spare_column": Kind(
        "info", "'{field}' holds {value|value|values}", "read only where '{detail}' is blank"
    ),
    "carried_elsewhere": Kind(
        "info", "'{field}' holds {value|value|values}", "not written itself: {detail} says the same"
    ),
    "said_by_absence": Kind(
        "info",
        "'{field}' of {value|record|records} says {detail}",
        "this is the default, so nothing is written",
    ),
    "custom_field_renamed": Kind(
        "info",
        "the name of '{field}' is taken by another field of its item",
        "written as '{detail}'",
    ),
    "label_dropped": Kind(
        "info",
        "{value|record has|records have} labels that the mapping drops ({detail})",
        "written without them",
    ),
    "status_without_label": Kind(
        "info", "'{field}' of {value|record|records} says that there is none", "no label is written for that"
    ),
    "status_with_comma": Kind(
        "warning",
        "'{field}' holds '{value}', and commas part labels",
        "written as one label, '{detail}'",
        "Rename the label in Pipedrive if it matters: it cannot have a comma in the file.",
    ),
    "owner_left_out": Kind(
        "info",
        "{value|record belongs|records belong} to users who are deleted or whom the mapping leaves out",
        "the owner is blank, the name stands in the field 'Sell owner'",
        "Name a Pipedrive user for them under `owners`.",
    ),
    "private_record": Kind(
        "warning",
        "is private in Sell",
        "imported like the others; who can see it is decided in Pipedrive",
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
        "'{field}' says '{value}', but the loss reason says '{detail}'",
        "the loss reason was written",
    ),
    "values_differ": Kind(
        "warning",
        "'{field}' holds '{value}', but {detail}",
        "the latter was written",
        "Look which of them is right.",
    ),
    "spare_value_written": Kind(
        "error",
        "'{field}' holds '{value}', which cannot be read, while {detail}",
        "the latter was written",
        "Correct it in Sell, or add it by hand.",
    ),
    "stage_change_of_open_deal": Kind(
        "info",
        "'{field}' says when {value|open deal came to its|open deals came to their} stage",
        "not written: Pipedrive sets this itself; for closed deals it becomes the won or lost time",
    ),
    "done_time_of_open_task": Kind(
        "error",
        "'{field}' says '{value}', but 'completed' says that the task is open",
        "written as an open task, without that time",
    ),
    "time_shortened": Kind(
        "info",
        "'{field}' holds {value|time|times} with seconds or an offset from UTC",
        "written as hours and minutes, not converted: times in Pipedrive hold no more",
    ),
    "deals_in_text": Kind(
        "info",
        "'{field}' of {value|record|records} names deals",
        "linked to the deal where it is the only one and no contact but its own is named; the text names all",
    ),
    "record_type_unknown": Kind(
        "warning",
        "'{field}' says '{value}' (id {detail}), which is not a known type of record",
        "no link was made",
    ),
    "kind_unreadable": Kind(
        "warning",
        "'{field}' holds '{value}', which means neither company (true) nor person (false)",
        "read as a person where it has a first or last name, else as a company",
        "Correct it in the file.",
    ),
    "id_without_type": Kind(
        "warning",
        "'{field}' holds {value}, but the type beside it is not a kind of record",
        "no link was made",
        "Check in Sell which record it belongs to.",
    ),
    "document_left_out": Kind(
        "info",
        "{value|document belongs|documents belong} to no record (templates, the account's library)",
        "not listed",
    ),
    "documents_by_hand": Kind(
        "warning",
        "{value|document is|documents are} listed, but no export holds the files themselves, and the wizard"
        " imports none",
        "documents.csv says which record each belongs to",
        "Download them from Sell before it closes.",
    ),
    "timezone_unset": Kind(
        "info",
        "no time zone is set, so {value} was used",
        "days and times are written in it",
        "Set `timezone:` in the mapping to that of the people who work with the data.",
    ),
}

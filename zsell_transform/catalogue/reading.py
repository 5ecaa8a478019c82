"""Issues of the reading room: bytes, dialects, damage, families."""

from __future__ import annotations

from typing import Final

from zsell_transform.catalogue.kind import Kind

KINDS: Final[dict[str, Kind]] = {
    "encoding_guessed": Kind(
        "warning",
        "the text is not UTF-8 and seems to be {value} ({detail})",
        "read as that",
        "If letters look wrong, name the right encoding under `encoding:` in the mapping,"
        " or save the file as UTF-8.",
    ),
    "bytes_mended": Kind(
        "warning",
        "the record holds bytes that are not valid in the file's encoding ({detail}): {value}",
        "read as Windows-1252 characters, left out where there is no such character",
        "Compare the record with Sell.",
    ),
    "file_not_recognised": Kind(
        "info",
        "{field} is not a table that Zendesk Sell is known to export",
        "left alone",
        "If it holds records, name its columns under `columns:` in the mapping, or rename them as Sell does.",
    ),
    "list_not_csv": Kind(
        "error",
        "{field} is {detail}; it is named like one of Sell's lists, but none of its records was read",
        "left out; the other files were read",
        "Export it as CSV (UTF-8) into the same folder, and run again.",
    ),
    "list_packed": Kind(
        "error",
        "{field} is {detail}; it is named like one of Sell's lists, but none of its records was read",
        "left out; the other files were read",
        "Unpack it into the same folder, and run again.",
    ),
    "file_copied": Kind(
        "warning",
        "by its name, {field} is a copy of {detail}, which was read",
        "left alone",
        "If it holds other records, give it a name of its own, ending in `.csv`.",
    ),
    "file_not_csv": Kind(
        "warning",
        "{field} is {detail}; nothing in it was read",
        "left alone",
        "If Sell's records are in it, unpack it, export them as CSV (UTF-8), or give the zip itself.",
    ),
    "file_of_pipedrives": Kind(
        "warning",
        "{field} is a file from or for Pipedrive, with {value|record|records}",
        "left alone: only Sell's records are migrated",
        "If it is Pipedrive's own export, give its folder as `pipedrive`.",
    ),
    "file_empty": Kind("warning", "{field} is empty", "left out"),
    "table_not_recognised": Kind(
        "warning",
        "{field} is not a table that Zendesk Sell is known to export, and it holds {value|record|records}",
        "left alone; they are under `export.unknown`",
        "If they belong to the account, name its columns under `columns:` in the mapping,"
        " or rename them as Sell does.",
    ),
    "file_unreadable": Kind(
        "error",
        "{detail}",
        "left out; the other files were read",
        "Export it again as CSV (UTF-8).",
    ),
    "file_not_carried": Kind(
        "info",
        "{field} holds {value|record|records} of a kind that Pipedrive's import does not take",
        "not carried over; they are under `export.unknown`",
    ),
    "name_by_place": Kind(
        "warning",
        "no header is known as that of the name, and {field} is where Sell puts the name: before the ID",
        "used as the name of its {value|record|records}",
        "If it is not the name, say which column is: `columns: {deals: {Their header: name}}`.",
    ),
    "owner_not_known": Kind(
        "warning",
        "no column is known as that of the owner, and it may be under a header that is not known: {detail}",
        "its records ({value}) go to whoever imports them, unless another file says whose they are",
        "If a column says it under another name, name it in the mapping, as in"
        " `columns: {deals: {Responsible: owner}}`; else show the owner in the list, and export it again.",
    ),
    "link_id_not_known": Kind(
        "warning",
        "'{field}' may hold the IDs of what the list names under '{value}' ({detail}); no header is known"
        " as that of these",
        "read as a custom field; records are linked by the name alone, where it fits only one",
        "If it holds them, say so, as in `columns: {deals: {Their header: main_contact_id}}` (of the contact;"
        " `company_id` of the company; `organisation_id` in lists of leads and contacts). If not, `custom`"
        " in place of that.",
    ),
    "rows_attached": Kind(
        "info",
        "{value|row belongs to a deal and has no place of its|rows belong to deals and have no place of"
        " their} own in Pipedrive's import",
        "written as text into a field of their deals ({field})",
    ),
    "row_without_deal": Kind(
        "error",
        "the row belongs to a deal that the export does not hold ({detail}): {value}",
        "left out",
        "Export that deal too, or add by hand in Pipedrive what the row says.",
    ),
    "header_without_records": Kind("info", "{field} has a header but no records", "read as an empty table"),
    "preamble_skipped": Kind("info", "a line stands above the header: {value}", "skipped"),
    "header_repeated": Kind(
        "info", "the record repeats the header, as happens where files were joined", "not read as a record"
    ),
    "header_cut": Kind(
        "warning",
        "the header of another file follows the record's last cell, as happens where files were joined",
        "cut off",
        "Compare the record's last cell with Sell.",
    ),
    "short_row": Kind(
        "warning",
        "the record has {detail}",
        "the cells missing at its end were read as empty",
        "Check whether a cell is missing in its middle; if so, correct it in Sell or in the file.",
    ),
    "long_row": Kind(
        "error",
        "the record has {detail}; the surplus cells hold: {value}",
        "read without them",
        "Check whether an unquoted delimiter split a cell; if so, correct it in the file.",
    ),
    "blank_surplus": Kind(
        "warning",
        "the record has {detail}; the surplus cells are blank",
        "read without them",
        "Check whether an unquoted delimiter split a cell; if so, correct it in the file.",
    ),
    "stray_quote_repaired": Kind(
        "warning",
        "a quotation mark stands where none belongs",
        "read so that the record has as many cells as the header",
        "Compare the record with Sell.",
    ),
    "record_unwrapped": Kind("warning", "a spreadsheet put {detail}", "its cells were taken out of it"),
    "record_joined": Kind(
        "warning",
        "an unquoted line break splits the record into {detail}",
        "read as one record, with the line break in its cell",
        "Compare the record with Sell.",
    ),
    "nul_removed": Kind("warning", "the record holds {value|NUL character|NUL characters}", "removed"),
    "duplicate_header": Kind("info", "a second column is named {value}", "read as {field}"),
    "blank_header": Kind("info", "column {value} has no name", "read as {field}"),
    "mojibake_suspected": Kind(
        "warning",
        "{field} holds {value}, which looks like text that was saved in a wrong encoding before the export",
        "left as it stands",
        "Correct it in Sell, or export again.",
    ),
    "spreadsheet_damage": Kind(
        "warning",
        "{field} holds {value}: a spreadsheet changed the value, and the original cannot be restored",
        "left as it stands",
        "Use the file as Sell wrote it, without opening it in a spreadsheet.",
    ),
    "serial_day": Kind(
        "warning",
        "{field} holds {value}, a spreadsheet's number for a day",
        "not read as a day, since spreadsheets count from 1900 or from 1904",
        "Use the file as Sell wrote it, without opening it in a spreadsheet.",
    ),
    "id_ruined": Kind(
        "error",
        "{field} holds {value}: a spreadsheet changed the id, and the original cannot be restored",
        "not used as an id: records are identified by e-mail or name, and linked by the name"
        " beside it, if there is one",
        "Use the file as Sell wrote it, without opening it in a spreadsheet.",
    ),
    "ids_collide": Kind(
        "error",
        "{value} and {detail} both hold ids, and not the same ones",
        "the first is used: what names its records by the other loses the link, or adds them again",
        "Keep Sell's own ids: say `custom` of the other column under `columns:` in the mapping.",
    ),
    "columns_collide": Kind(
        "warning",
        "{value} and {detail} both mean {field}",
        "the first is used, and the other where the first is blank; the other is also kept as a custom field",
        "Say under `columns:` in the mapping which one it is.",
    ),
    "columns_united": Kind(
        "info",
        "{field} means the same as {detail}",
        "used where that one is blank, in {value|record|records}",
    ),
    "column_repeated": Kind("info", "{field} repeats {detail} in all of its {value|cell|cells}", "read once"),
    "momentary_column": Kind("info", "{field} was true only at export time ({value|cell|cells})", "left out"),
    "bookkeeping_dropped": Kind("info", "bookkeeping columns of the connector: {value}", "left out"),
    "records_deleted": Kind(
        "info",
        "{value|record was|records were} deleted in Sell, as the connector says ({field}): {detail}",
        "not read as records",
        "If they are to be migrated all the same, write `columns: {contacts: {_fivetran_deleted: ignore}}`"
        " into the mapping, with the list and the column that are meant.",
    ),
    "deletion_not_certain": Kind(
        "warning",
        "{value|record has|records have} a row that is deleted and one that is not ({field}), and nothing"
        " says which is later: {detail}",
        "read as records",
        "Look them up in Sell; delete the rows of those that are not there any more.",
    ),
    "states_not_current": Kind(
        "info",
        "{value|row is an earlier state of a record|rows are earlier states of records} ({field}): {detail}",
        "left out: their current states count",
    ),
    "labels_of_table": Kind(
        "info", "{value|row is the label of a record|rows are labels of records}", "read as `tags`"
    ),
    "labels_without_record": Kind(
        "warning",
        "{value|label belongs to a record|labels belong to records} that the export does not hold: {detail}",
        "left out",
        "Export these records, too, unless they were deleted in Sell.",
    ),
    "kind_assumed": Kind(
        "warning",
        "{field} does not tell people from companies in {detail|record|records}",
        "read as {value}; First name and Last name in the list tell them apart, or a column that the mapping"
        " names, as in columns: {contacts: {Type: is_organisation}}",
        "Show First name and Last name in the list; or export people and companies to two files that"
        " are called `people` and `companies`; or say in the mapping which column tells it (company or"
        " person, true or false), such as `columns: {contacts: {Type: is_organisation}}`.",
    ),
    "records_united": Kind(
        "info",
        "{value|record stands|records stand} in more than one file under the same id",
        "made one record each: the latest state of a full export, completed from the other files",
    ),
    "records_doubled": Kind(
        "warning",
        "{value|record appears|records appear} a second time in a file, under the same id",
        "made one record each: the latest state by updated_at, else the first, completed from the others",
    ),
    "record_repeated": Kind(
        "warning",
        "has no Sell id, and what it is known by says the same as {detail}",
        "made one record of both",
        "Where two records are meant, give each an id of its own in a column `id`, and run again.",
    ),
    "record_taken_for_another": Kind(
        "error",
        "has no Sell id and no e-mail, and is called as {detail}, but other cells say something else",
        "made one record of both; what differs is left out, and told by `records_differ`",
        "Where two records are meant, give each an id of its own in a column `id`, and run again.",
    ),
    "records_differ": Kind(
        "warning",
        "{field} is {value} here, but {detail} where the record was updated last, comes first or is"
        " in a file that takes precedence",
        "the latter is used",
        "Check in Sell which one is right.",
    ),
    "records_without_id": Kind(
        "warning",
        "{value|record has|records have} no Sell id",
        "each is identified by its {detail}",
        "An export with ids lets later laps find them with certainty.",
    ),
    "names_unknown": Kind(
        "warning",
        "{field} holds {value|id|different ids}, and no dump gives their names",
        "the ids are used as names; the connector's dump of {detail} has the real ones",
        "Give that dump, too: its file beside the others, or its frame under that name.",
    ),
    "ids_unnamed": Kind(
        "warning",
        "{field} holds ids that the dump of {detail} does not hold: {value}",
        "the ids were read as names",
        "Export that dump again, and whole; or say what they mean, such as `owners: {77: Kim Ek}`.",
    ),
    "label_parted": Kind(
        "warning",
        "{field} holds {value}, with a comma in a label",
        "read as several labels: Sell's own export and Pipedrive separate labels by commas",
        "Rename the label in Sell, and export again.",
    ),
    "cell_not_json": Kind(
        "warning", "{field} holds {value}, which should be JSON but is not", "kept as text under `{detail}`"
    ),
}

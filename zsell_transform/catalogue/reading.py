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
        "the record holds bytes that are no text in the file's encoding ({detail}): {value}",
        "read as Windows-1252 has them, left out where it has none",
        "Compare the record with Sell.",
    ),
    "file_not_recognised": Kind(
        "info",
        "{field} is no table that Zendesk Sell is known to export",
        "left alone",
        "If it holds records, name its columns under `columns:` in the mapping, or rename them as Sell does.",
    ),
    "list_not_csv": Kind(
        "error",
        "{field} is {detail}: by its name one of Sell's lists, and none of its records was read",
        "left out; the other files were read",
        "Export it as CSV (UTF-8) into the same folder, and run again.",
    ),
    "list_packed": Kind(
        "error",
        "{field} is {detail}: by its name one of Sell's lists, and none of its records was read",
        "left out; the other files were read",
        "Unpack it into the same folder, and run again.",
    ),
    "file_copied": Kind(
        "warning",
        "{field} is by its name a copy of {detail}, which was read",
        "left alone",
        "If it holds other records, give it a name of its own, ending in `.csv`.",
    ),
    "file_not_csv": Kind(
        "warning",
        "{field} is {detail}: nothing of it was read",
        "left alone",
        "If Sell's records are in it, unpack it, export them as CSV (UTF-8), or give the zip itself.",
    ),
    "file_of_pipedrives": Kind(
        "warning",
        "{field} is a file from or for Pipedrive, with {value} records",
        "left alone: only Sell's records are migrated",
        "If it is Pipedrive's own export, give its folder as `pipedrive`.",
    ),
    "file_empty": Kind("warning", "{field} holds nothing at all", "left out"),
    "table_not_recognised": Kind(
        "warning",
        "{field} is no table that Zendesk Sell is known to export, and holds {value} records",
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
        "{field} holds {value} records of a kind that has no place in Pipedrive's import",
        "not carried over; they are under `export.unknown`",
    ),
    "name_by_place": Kind(
        "warning",
        "no header is known to mean the name, and {field} stands where Sell puts it, before the ID",
        "the {value} records are called by it",
        "If it is not the name, say what is: `columns: {deals: {Their header: name}}`.",
    ),
    "rows_attached": Kind(
        "info",
        "{value} rows belong to deals and have no place of their own in Pipedrive's import",
        "written as text into a field of their deals ({field})",
    ),
    "row_without_deal": Kind(
        "error",
        "the row belongs to a deal that the export does not hold ({detail}): {value}",
        "left out",
        "Export that deal too, or add by hand in Pipedrive what the row says.",
    ),
    "header_without_records": Kind("info", "{field} has a header and no record", "read as an empty table"),
    "preamble_skipped": Kind("info", "a line stands above the header: {value}", "skipped"),
    "header_repeated": Kind(
        "info", "the record repeats the header, as where files were joined", "read as no record"
    ),
    "header_cut": Kind(
        "warning",
        "the header of another file stands behind the record's last cell, as where files were joined",
        "cut off",
        "Compare the record's last cell with Sell.",
    ),
    "short_row": Kind(
        "warning",
        "the record has {detail}",
        "the missing cells, at its end, were read as empty",
        "Look whether a cell is missing in its middle, and correct it in Sell or in the file.",
    ),
    "long_row": Kind(
        "error",
        "the record has {detail}; beyond it: {value}",
        "read without them",
        "Look whether a cell was split by an unquoted delimiter, and correct it in the file.",
    ),
    "blank_surplus": Kind(
        "warning",
        "the record has {detail}; those beyond it are blank",
        "read without them",
        "Look whether a cell was split by an unquoted delimiter, and correct it in the file.",
    ),
    "stray_quote_repaired": Kind(
        "warning",
        "a quote stands where none belongs",
        "read in the way that gives the header's number of cells",
        "Compare the record with Sell.",
    ),
    "record_unwrapped": Kind("warning", "a spreadsheet put {detail}", "its cells were taken out of it"),
    "record_joined": Kind(
        "warning",
        "an unquoted line break parts the record into {detail}",
        "read as one record, with the line break in its cell",
        "Compare the record with Sell.",
    ),
    "nul_removed": Kind("warning", "{value} NUL characters stand in the record", "removed"),
    "duplicate_header": Kind("info", "a second column is named {value}", "read as {field}"),
    "blank_header": Kind("info", "column {value} has no name", "read as {field}"),
    "mojibake_suspected": Kind(
        "warning",
        "{field} holds {value}, text that was saved in a wrong encoding before it came here",
        "left as it stands",
        "Correct it in Sell, or export again.",
    ),
    "spreadsheet_damage": Kind(
        "warning",
        "{field} holds {value}, which a spreadsheet made of another value that cannot be restored",
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
        "{field} holds {value}, which a spreadsheet made of an id that cannot be restored",
        "read as no id: records are known by e-mail or name, and linked by name where one stands beside it",
        "Use the file as Sell wrote it, without opening it in a spreadsheet.",
    ),
    "columns_collide": Kind(
        "warning",
        "{value} and {detail} both mean {field}",
        "the first is used, the other where that is blank; it is kept as a custom field",
        "Say under `columns:` in the mapping which one it is.",
    ),
    "columns_united": Kind(
        "info", "{field} means what {detail} means", "read where that one is blank, in {value} records"
    ),
    "column_repeated": Kind("info", "{field} repeats {detail} in all of its {value} cells", "read once"),
    "momentary_column": Kind(
        "info", "{value} cells of {field} tell of the moment of the export only", "left out"
    ),
    "bookkeeping_dropped": Kind("info", "{value} are bookkeeping columns of the connector", "left out"),
    "kind_assumed": Kind(
        "warning",
        "{field} does not tell people from companies",
        "all its records were read as {value}",
        "Add a column `is_organisation` (true or false), or export people and companies to two files.",
    ),
    "records_united": Kind(
        "info",
        "{value} records stand in more than one file under the same id",
        "united to one record each: a full export's latest state, and what it lacks from other files",
    ),
    "records_doubled": Kind(
        "warning",
        "{value} records stand in a file a second time, under the same id",
        "united to one record each",
    ),
    "records_differ": Kind(
        "warning",
        "{field} is {value} here and {detail} where the record stands first or in a file that prevails",
        "the latter is used",
        "Look which is right in Sell.",
    ),
    "records_without_id": Kind(
        "warning",
        "{value} records have no Sell id",
        "each is known by its {detail}",
        "An export with ids lets later laps find them with certainty.",
    ),
    "names_unknown": Kind(
        "warning",
        "{value} different ids stand in {field}, and no dump beside it names them",
        "the ids were read as names; the connector's dump of {detail} has them",
        "Add that dump to the folder.",
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
        "read as several labels: Sell's own export and Pipedrive part labels by commas",
        "Rename the label in Sell, and export again.",
    ),
    "cell_not_json": Kind(
        "warning", "{field} holds {value}, which should be JSON and is not", "kept as text under `{detail}`"
    ),
}

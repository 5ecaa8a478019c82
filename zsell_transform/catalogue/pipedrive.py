"""Issues of Pipedrive's side: its exports, the contract of its wizard, the rehearsal."""

from __future__ import annotations

from typing import Final

from zsell_transform.catalogue.kind import Kind

KINDS: Final[dict[str, Kind]] = {
    "export_not_recognised": Kind(
        "warning",
        "this CSV file among Pipedrive's exports is not one of the six known lists",
        "it was not read",
        "Name its columns in the mapping: `columns: {pipedrive_deals: {Their header: ID}}`.",
    ),
    "export_of_sells": Kind(
        "warning",
        "this file among Pipedrive's exports is one of Sell's",
        "it was not read as Pipedrive's",
        "Give the folder with Sell's export as the source, and keep the two apart.",
    ),
    "export_unreadable": Kind(
        "warning",
        "{detail}",
        "left out; the other files were read",
        "Export the list again, or take the file away.",
    ),
    "export_not_csv": Kind(
        "warning",
        "{field}, among Pipedrive's exports, is {detail}",
        "it was not read",
        "Export the list as CSV.",
    ),
    "export_id_missing": Kind(
        "error",
        "this export of Pipedrive's has no column ID",
        "it was not read",
        "Export it again with the column ID, or name it in the mapping:"
        " `columns: {pipedrive_deals: {Their header: ID}}`.",
    ),
    "system_ids_blank": Kind(
        "error",
        "the column ID is blank in {value} of the records in the export of {detail}",
        "they were not read; what of Sell's is not among the others waits, so that nothing is written twice",
        "Export it again, as Pipedrive writes it, with the column ID. If another column has these IDs, name"
        " it in the mapping: `columns: {pipedrive_deals: {Their header: ID}}`.",
    ),
    "words_not_known": Kind(
        "warning",
        "the export of {detail} says {field} in words of a language that is not known (such as '{value}')",
        "it is not compared with Sell's, nor written to `updates/`",
        "Set your language in Pipedrive to English for the export, or look at this column yourself.",
    ),
    "sell_ids_rounded": Kind(
        "error",
        "the export of {detail} has {value|Sell id|Sell ids} rounded by a spreadsheet (`4.1E+07`)",
        "nothing of it is written, so that no record is written twice",
        "Export it from Pipedrive again, and give the file without opening it in a spreadsheet. If Pipedrive"
        " itself shows such ids, the file was saved by a spreadsheet before its upload: delete its records in"
        " Pipedrive, export again, and upload the file of the next lap as it is.",
    ),
    "sell_id_twice": Kind(
        "error",
        "Sell id '{value}' stands on several records of Pipedrive's: {detail}",
        "it counts as present; nothing is linked to any of them",
        "Merge or correct these records in Pipedrive, then export again.",
    ),
    "mark_twice": Kind(
        "warning",
        "'{value}' stands on several records of Pipedrive's: {detail}",
        "it counts as present once",
        "Delete all but one of them in Pipedrive.",
    ),
    "mandatory_blank": Kind(
        "error", "'{field}' is blank", "written; the wizard will skip the row", "Fill it in by hand."
    ),
    "too_long": Kind(
        "error",
        "'{field}' takes at most {detail}, and '{value}' has more",
        "written whole; the wizard may cut or refuse it",
        "Make the field one of large text where the setup kit says so, or shorten the value.",
    ),
    "not_accepted": Kind(
        "error",
        "'{field}' holds '{value}', which is not {detail}",
        "written; the wizard will refuse or misread it",
        "Correct it in Sell or in the file.",
    ),
    "comma_in_option": Kind(
        "warning",
        "'{field}' holds '{value}': a comma inside an option, where the wizard may see two",
        "written as it stands",
        "Match the value by hand in the wizard, or make the field one of text.",
    ),
    "file_too_large": Kind(
        "error",
        "'{field}' has {value|byte|bytes}, but the wizard takes {detail}: one record is larger than a file"
        " may be",
        "written whole; the wizard will refuse the file",
        "Shorten the longest text of the record in Sell or in the file.",
    ),
    "rehearsal_skipped": Kind(
        "error",
        "the rehearsed wizard skips this row: {detail}",
        "written all the same",
        "Look at the row before the import, and please report it: no row should be skipped.",
    ),
    "rehearsal_merged": Kind(
        "error",
        "the rehearsed wizard takes record {value} for {detail}",
        "written all the same",
        "Look at both before the import, and please report it: no two records should become one.",
    ),
    "rehearsal_overwrote": Kind(
        "warning",
        "the rehearsed wizard overwrites '{value}' in {detail}",
        "written all the same",
        "Look at the record in Pipedrive after the import.",
    ),
}

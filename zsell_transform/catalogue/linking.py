"""Issues of linker, keys and lap: links, names, what waits."""

from __future__ import annotations

from typing import Final

from zsell_transform.catalogue.kind import Kind

#: Item → what people call it, and the column of Pipedrive's export that says which are from Sell.
_OURS: Final = {
    "organizations": ("organizations", "Zendesk Sell ID"),
    "persons": ("people", "Zendesk Sell ID"),
    "deals": ("deals", "Zendesk Sell ID"),
    "leads": ("leads", "Zendesk Sell lead ID"),
    "activities": ("activities", "Note"),
    "notes": ("notes", "Content"),
}

KINDS: Final[dict[str, Kind]] = {
    "link_ambiguous": Kind(
        "warning",
        "'{field}' says '{value}', which fits several records ({detail})",
        "a link needs exactly one, so none was made",
        "Make the names differ in Sell, or set the link by hand.",
    ),
    "link_dangling": Kind(
        "warning",
        "'{field}' refers to '{value}', which is {detail}",
        "no name beside it could become a record of its own, so the link was left out",
        "Export what is missing too, or set the link by hand.",
    ),
    "link_evidence_differs": Kind(
        "warning",
        "'{field}' says '{value}', but {detail}",
        "the id was followed, as Sell itself does; without one, the e-mail before the name",
        "Look at a few of them in Sell: the name beside the id is often an old one.",
    ),
    "company_from_deals": Kind(
        "info",
        "'{field}' holds '{value}', and all deals that name a company name {detail}",
        "linked to that company",
    ),
    "link_suggested": Kind(
        "info",
        "has no company, but its e-mail address has the domain of company {value}",
        "not linked: a domain proves nothing",
        "Set `email_domains: link` in the mapping to link all such people.",
    ),
    "company_from_domain": Kind(
        "info",
        "has no company, but its e-mail address has the domain of company {value}",
        "linked to it, as the mapping asks",
    ),
    "added_by_reference": Kind(
        "info",
        "other records refer to '{value}', which is not a record in the export",
        "added under that id or name",
        "Fill in what is known of it in Pipedrive.",
    ),
    "placeholder_added": Kind(
        "info",
        "'{value}' is no organization of Sell's",
        "added for records that have no link left, as the wizard skips such records",
        "Set `orphans: {deals: leave_out, leads: leave_out, notes: leave_out}` in the mapping to do without"
        " it and them.",
    ),
    "distinguished": Kind(
        "warning",
        "the wizard would take it for the same as {detail}",
        "named '{value}' to keep it apart",
        "Merge them in Pipedrive afterwards, or set `duplicates: {companies: merge, contacts: merge}` in the "
        "mapping.",
    ),
    "merged_duplicate": Kind(
        "warning",
        "the wizard would take '{value}' for the same as {detail}",
        "written as one row with both ids",
    ),
    "merged_value_lost": Kind(
        "error",
        "'{field}' holds '{value}', but the record it is merged with holds '{detail}'",
        "the value of the first record was kept",
        "Add the value by hand where it matters.",
    ),
    "joins_existing": Kind(
        "warning",
        "'{value}' is already in Pipedrive (System ID {detail}) without a Sell id",
        "written to merge with it",
        "Check the merged record in Pipedrive.",
    ),
    "two_organizations": Kind(
        "warning",
        "names the company '{value}', but its person belongs to another company or to none",
        "a row can name only one organization, so the company went to {detail}",
        "Set `two_organizations: both` to link both by System ID.",
    ),
    "two_organizations_written": Kind(
        "warning",
        "names the company '{value}', but its person belongs to another company or to none",
        "both are written by System ID, as the mapping asks; the wizard may move the person",
        "Check in Pipedrive whether the person still belongs to its own organization.",
    ),
    "lead_joins_person": Kind(
        "info",
        "its person '{value}' is {detail}",
        "attached without overwriting that person; what differs stands in the lead's note",
    ),
    "lead_person_ambiguous": Kind(
        "warning",
        "its person '{value}' fits several people ({detail})",
        "kept as a person of its own under a distinct name",
    ),
    "lead_left_out": Kind("error", "its status is set to leave_out in the mapping", "left out"),
    "placed_under_placeholder": Kind(
        "warning",
        "has no link left, and the wizard skips such records",
        "placed under the organization 'Zendesk Sell (unlinked)'",
    ),
    "orphan_left_out": Kind("error", "has no link left, and the wizard skips such records", "left out"),
    "link_to_left_out": Kind(
        "warning", "belongs to a record that is left out ('{value}')", "the text names it"
    ),
    "present_without_its_link": Kind(
        "warning",
        "is in Pipedrive without what it belongs to ('{value}'): left out then, or taken off since",
        "left as it is, as no lap writes a record twice",
        "`verify` writes a file that adds the link by System ID: `repair/links`.",
    ),
    "linked_to_parties_only": Kind(
        "warning",
        "'{value}' has no System ID yet in a single pass",
        "linked to its person and organization; the text names it",
    ),
    "parties_not_exported": Kind(
        "error",
        "the export of {detail} lacks Contact person ID or Organization ID: rows of its history name both, as"
        " others would move them",
        "records that wait for them: {value}",
        "Show both columns in Pipedrive's list and export it again; under other headers, name them in the"
        " mapping: `columns: {pipedrive_leads: {Their header: Contact person ID}}`.",
    ),
    "waits_for_system_id": Kind(
        "info",
        "records that wait: {value} ({detail})",
        "they follow in a later lap",
        "Upload this lap, export everything from Pipedrive and run again.",
    ),
    **{
        f"no_export_of_{item}": Kind(
            "error",
            f"no export of {item} was given in which Sell's ids or marks can be read, but Pipedrive holds"
            " records from Sell, as their ids or titles show",
            "all its records wait ({value}), so that none is written twice{detail}",
            f"Export {called} from Pipedrive, with all columns, as Pipedrive writes them. Where the column of"
            f" Sell's ids or marks has another header, name it: `columns: {{pipedrive_{item}: {{Their header:"
            f" {column}}}}}`. If there is none, as nobody mapped it in an import, undo that import or fill in"
            " the ids. Only if that list is empty in Pipedrive (look first), name it in"
            " `empty_in_pipedrive`: else all of it is written twice.",
        )
        for item, (called, column) in _OURS.items()
    },
    "not_empty_in_pipedrive": Kind(
        "error",
        "the mapping calls {field} empty in Pipedrive, and no export of them was given, but others show that"
        " there are some (for one, record {detail})",
        "all its records wait ({value}), so that none is written twice",
        "Export them from Pipedrive, too: with their export, `empty_in_pipedrive` may stand or go. If all"
        " were deleted and Pipedrive gives no export, a file called after them, such as `leads.csv` (of"
        " people `persons.csv`), with the one line `ID,Title,Name` says so.",
    ),
    "export_incomplete": Kind(
        "error",
        "the export of {field} lacks {value|record|records} to which records from Sell are linked in"
        " Pipedrive (for one, record {detail})",
        "what of Sell's is not in it waits, so that nothing is written twice",
        "Export the whole list again, without a filter (of leads, the archived ones as well). If these"
        " records were deleted in Pipedrive, name the type in `empty_in_pipedrive`, and what the export lacks"
        " is written.",
    ),
    "sell_id_not_imported": Kind(
        "error",
        "among the {field} in Pipedrive, some have a title of Sell's and no Sell id ({detail}): most likely"
        " its column was not mapped in an import",
        "what of Sell's is not there by its id waits ({value}), so that nothing is written twice",
        "Look at them in Pipedrive. If they came from a lap, undo that import or delete them, export again,"
        " run the lap again and map the column `Zendesk Sell ID` (leads: `Zendesk Sell lead ID`); or fill in"
        " their ids there. If they are other records, name the type in `empty_in_pipedrive` for this lap, and"
        " take it out again: while it stands there, a forgotten export is noticed only where others show it.",
    ),
    "known_under_other_ids": Kind(
        "error",
        "no record of this Sell export is among the {field} in Pipedrive by its Sell id, but some are called"
        " as Sell's and have other Sell ids ({detail})",
        "all that this export holds of them waits ({value}), so that nothing is written twice",
        "Look whether both exports are of one account. If they are, an earlier lap read a list without its"
        " column of ids, or this one does: give the same kind of list in every lap. If these are other"
        " records, name the type in `empty_in_pipedrive` for this lap, and take it out again: while it stands"
        " there, a forgotten export is noticed only where others show it.",
    ),
    "twin_without_id": Kind(
        "warning",
        "'{value}' stands twice among the {field} in Pipedrive, once without a Sell id ({detail})",
        "left alone: no lap writes to it",
        "If they are the same, merge them in Pipedrive and keep the one with the Sell id: the wizard makes a"
        " second one where the columns of System IDs are not mapped, or where it was told to create separate"
        " records.",
    ),
    "converted_leads_unknown": Kind(
        "warning",
        "leads that this lap writes: {value}; some may be deals by now, converted in Pipedrive, whose export"
        " does not show `Zendesk Sell lead ID`",
        "written all the same",
        "Before the import, show the column `Zendesk Sell lead ID` in Pipedrive's list of deals, export it"
        " again and run this lap again.",
    ),
    "foreign_sell_ids": Kind(
        "warning",
        "no Sell id in the export of {detail} is one of this Sell export ('{value}' for one)",
        "they count as those of other records",
        "Look whether both exports are of one account, and whether the column is the one with the Sell ids;"
        " if not, name that in the mapping: `columns: {pipedrive_deals: {Their header: Zendesk Sell ID}}`.",
    ),
    "present_by_name": Kind(
        "warning",
        "'{value}' is in Pipedrive by its name alone (System ID {detail}): no more was known when it was"
        " written",
        "counted as present; its other values are written only with `previous`",
        "Give the folder of the run that wrote the name as `previous`, or put them in by hand.",
    ),
    "counts_as_empty": Kind(
        "warning",
        "no export of {detail}",
        "counted as empty in Pipedrive",
        "If an earlier lap wrote any, do not upload these: give their export, and run again. From now on give"
        " it with every lap.",
    ),
}

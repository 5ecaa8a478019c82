"""Issues of a delta: what changed in Sell since an earlier run."""

from __future__ import annotations

from typing import Final

from zsell_transform.catalogue.kind import Kind

KINDS: Final[dict[str, Kind]] = {
    "changed_in_both": Kind(
        "warning",
        "'{field}' is now '{value}' in Sell, but {detail}",
        "left as it is in Pipedrive",
        "Decide which one is right and correct it by hand.",
    ),
    "field_type_changed": Kind(
        "warning",
        "the values of '{field}' ask for a field of the type {detail} by now, and since the earlier run"
        " it has one of the type {value}",
        "written in the type that the field has",
        "Nothing is to be done where no error names a cell of it; else change the field's type in Pipedrive.",
    ),
    "value_unfit_for_field": Kind(
        "error",
        "'{field}' is '{value}' in Sell by now, which a field of the type {detail} does not take",
        "not written",
        "Change the field's type in Pipedrive and put the value in by hand, or correct it in Sell.",
    ),
    "emptied_in_sell": Kind(
        "warning",
        "'{field}' was '{value}' and is now empty in Sell",
        "left as it is in Pipedrive",
        "Empty it there by hand where it matters.",
    ),
    "left_on_placeholder": Kind(
        "warning",
        "{detail} still hangs on '{value}' in Pipedrive, and Sell says by now to whom it belongs",
        "left there: an import can change a link, but not take one away",
        "Take the organization off it by hand, and off its activities and notes.",
    ),
    "deleted_in_sell": Kind(
        "info",
        "'{value}' has gone from Sell since the earlier run; {detail}",
        "left as it is in Pipedrive",
        "Delete it there by hand if it is no longer wanted.",
    ),
    "update_not_comparable": Kind(
        "warning",
        "'{field}' is now '{value}' in Sell, but Pipedrive's export has no such column",
        "not written",
        "Export again with that column shown, or change it by hand.",
    ),
    "not_in_earlier_run": Kind(
        "warning",
        "'{field}' is '{value}' in Sell, but {detail}; the earlier run did not have the record yet",
        "left as it is in Pipedrive",
        "Give the folder of the run that wrote it as `previous`, or decide by hand which one is right.",
    ),
    "label_removed": Kind(
        "warning",
        "'{field}' is now '{value}' in Sell, fewer than before, and {detail}",
        "an import can add labels, but not remove any",
        "Check whether the others are gone in Pipedrive, and remove them by hand where they are not.",
    ),
    "previous_without_exports": Kind(
        "error",
        "an earlier run was given, but no exports of Pipedrive",
        "every record is written as new, and no change is written",
        "Give Pipedrive's exports as `pipedrive`, and do not upload these files.",
    ),
    "previous_shares_nothing": Kind(
        "error",
        "the earlier run holds not one record of this export ({detail}): it seems to be of another account,"
        " or what stands in for ids has changed in all of them",
        "changes are not recognised, and new records take names and types of fields from that run",
        "Give the folder of the run whose files you uploaded as `previous`, and do not upload these files.",
    ),
    "not_its_own_person": Kind(
        "warning",
        "'{field}' is now '{value}' in Sell, but {detail}",
        "not written",
        "Change it there by hand where it matters.",
    ),
    "update_waits": Kind(
        "info",
        "'{field}' now leads to '{value}', which has no System ID yet",
        "follows in a later lap",
        "Give the same earlier folder again in the next lap.",
    ),
    "changed_after_conversion": Kind(
        "warning",
        "changed in Sell, but it is a deal in Pipedrive by now (System ID {detail})",
        "not written",
        "Change the deal by hand where it matters.",
    ),
}

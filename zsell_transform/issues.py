"""The catalogue of everything that can be told about a record, and the one frame it is told in.

Grammar of a message: where · what was found · what was expected · what we did about it.
Issues travel as rows with a code and raw values (`RAW`); the wording is rendered once, at the end (`render`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs
import polars as pl

SEVERITIES: Final = ("error", "warning", "info")

#: How issues travel between rooms: the contract's columns, with `detail` (what was expected, candidates …) for the message.
RAW: Final[dict[str, Any]] = {
    "code": pl.String,
    "entity": pl.String,
    "file": pl.String,
    "row": pl.Int64,
    "source_id": pl.String,
    "field": pl.String,
    "value": pl.String,
    "detail": pl.String,
}
#: What users get: `issues.csv`, `migration.issues` (contract, section 5).
SCHEMA: Final[dict[str, Any]] = {
    "severity": pl.String,
    "code": pl.String,
    "entity": pl.String,
    "file": pl.String,
    "row": pl.Int64,
    "source_id": pl.String,
    "field": pl.String,
    "value": pl.String,
    "message": pl.String,
}


@attrs.frozen
class Kind:
    """One code: how bad it is, what was found and expected, and what the library did about it.

    `what` and `did` may use {field}, {value}, {detail}; `todo` is what the user can do, for report and docs.
    """

    severity: str
    what: str
    did: str
    todo: str = ""


KINDS: Final[dict[str, Kind]] = {
    # --- reading ---------------------------------------------------------------------------------
    "encoding_guessed": Kind(
        "warning",
        "the text is not UTF-8 and seems to be {value} ({detail})",
        "read as that",
        "If letters look wrong, name the right encoding under `encoding:` in the mapping, or save the file as UTF-8.",
    ),
    "file_not_recognised": Kind(
        "info",
        "{field} is no table that Zendesk Sell is known to export",
        "left alone",
        "If it holds records, name its columns under `columns:` in the mapping, or rename them as Sell does.",
    ),
    "file_unreadable": Kind(
        "warning",
        "{detail}",
        "left out; the other files were read",
        "Export it again as CSV (UTF-8).",
    ),
    "file_not_carried": Kind(
        "info",
        "{field} holds {value} records of a kind that has no place in Pipedrive's import",
        "not carried over; they are under `export.unknown`",
    ),
    "header_without_records": Kind("info", "{field} has a header and no record", "read as an empty table"),
    "preamble_skipped": Kind("info", "a line stands above the header: {value}", "skipped"),
    "short_row": Kind(
        "warning",
        "the record has {detail}",
        "the missing cells, at its end, were read as empty",
        "Look whether a cell is missing in its middle, and correct it in Sell or in the file.",
    ),
    "long_row": Kind(
        "warning",
        "the record has {detail}; beyond it: {value}",
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
    "columns_collide": Kind(
        "warning",
        "{value} and {detail} both mean {field}",
        "the first is used, the other is kept as a custom field",
        "Say under `columns:` in the mapping which one it is.",
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
        "united to one record each; a full export prevails, other files fill what it has not",
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
        "the ids were read as names",
        "Add the connector's dump of {detail} to the folder.",
    ),
    "cell_not_json": Kind(
        "warning", "{field} holds {value}, which should be JSON and is not", "kept as text under `{detail}`"
    ),
    # --- cleaning and transformers ---------------------------------------------------------------
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
    "reason_not_lost": Kind(
        "warning",
        "'{field}' says '{value}', but the deal is {detail}",
        "left out: only lost deals have a reason",
    ),
    "second_reason": Kind(
        "warning",
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
    "record_type_unknown": Kind(
        "warning",
        "'{field}' says '{value}' (id {detail}), which is no type of record that is known",
        "no link was made",
    ),
    "document_left_out": Kind(
        "info",
        "{value} documents hang on no record (templates, the account's library)",
        "not listed",
    ),
    # --- survey, setup, mapping ------------------------------------------------------------------
    "undecided_date_order": Kind(
        "warning",
        "{value} dates in {field} read day first and month first alike, and none proves which",
        "left as they stand; the mapping decides with {detail} (false for month first)",
        "Ask someone who knows the field, then add the line to the mapping and run again.",
    ),
    "contradicting_dates": Kind(
        "warning",
        "{value} dates in {field} contradict each other: {detail}",
        "left as text",
        "Correct the dates of one kind in Sell, or keep the field as text.",
    ),
    "contradicting_date": Kind(
        "warning",
        "{field} holds {value}, which can only be {detail}, while other dates of the column cannot",
        "the column stays text",
        "Correct the dates of one kind in Sell, or keep the field as text.",
    ),
    "undecided_decimal_mark": Kind(
        "warning",
        "{value} numbers in {field} read with a decimal comma and a decimal point alike, and none proves which",
        "left as text",
        "Correct one number so that it reads only one way, or keep the field as text.",
    ),
    "mapping_unused": Kind(
        "warning",
        "mapping line {field} names {value}, which this export does not hold",
        "it had no effect{detail}",
        "Correct the spelling in the mapping or remove the line.",
    ),
    "mapping_needless": Kind(
        "info",
        "mapping line {field} decides the day/month order of {value}, whose values prove it or have none to decide",
        "the values decided",
        "Remove the line.",
    ),
    # --- linker, keys, lap -----------------------------------------------------------------------
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
    "link_ambiguous": Kind(
        "warning",
        "'{field}' says '{value}', which fits several records ({detail})",
        "a link needs exactly one, so none was made",
        "Make the names differ in Sell, or set the link by hand.",
    ),
    "link_dangling": Kind(
        "warning",
        "'{field}' refers to '{value}', which is not in the export",
        "no name stands beside it, or none that could be a record of its own, so the link was left out",
        "Export the missing records too, or set the link by hand.",
    ),
    "link_evidence_differs": Kind(
        "warning",
        "'{field}' says '{value}', but {detail}",
        "the id was followed, as Sell itself does",
        "Look at a few of them in Sell: the name beside the id is often an old one.",
    ),
    "company_from_deals": Kind(
        "info",
        "the company is '{value}' or not given, and all deals that name one name {detail}",
        "linked to that company",
    ),
    "link_suggested": Kind(
        "info",
        "has no company, and the domain of its address is that of company {value}",
        "not linked: a domain proves nothing",
        "Set `email_domains: link` in the mapping to link all such people.",
    ),
    "company_from_domain": Kind(
        "info",
        "has no company, and the domain of its address is that of company {value}",
        "linked to it, as the mapping asks",
    ),
    "added_by_reference": Kind(
        "info",
        "'{value}' is referred to, and no record of the export is it",
        "added under that id or name",
        "Fill in what is known of it in Pipedrive.",
    ),
    "distinguished": Kind(
        "warning",
        "the wizard would take it for the same as {detail}",
        "named '{value}' to keep it apart",
        "Merge them in Pipedrive afterwards, or set `duplicates: merge` in the mapping.",
    ),
    "merged_duplicate": Kind(
        "warning",
        "'{value}' is the same as {detail} to the wizard",
        "written as one row with both ids",
    ),
    "merged_value_lost": Kind(
        "error",
        "'{field}' holds '{value}', and the record it is merged with holds '{detail}'",
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
        "names the company '{value}', its person belongs to another or to none",
        "a row can name one organization, so the company went to {detail}",
        "Set `two_organizations: both` to link both by System ID.",
    ),
    "two_organizations_written": Kind(
        "warning",
        "names the company '{value}', its person belongs to another or to none",
        "both are written by System ID, as the mapping asks; the wizard may move the person",
        "Look in Pipedrive whether the person still belongs to its own organization.",
    ),
    "lead_joins_person": Kind(
        "info",
        "its person '{value}' is {detail}",
        "attached by key alone; what differs stands in its note",
    ),
    "lead_person_ambiguous": Kind(
        "warning",
        "its person '{value}' fits several ({detail})",
        "kept as a person of its own under a distinct name",
    ),
    "lead_left_out": Kind("warning", "its status is set to leave_out in the mapping", "left out"),
    "placed_under_placeholder": Kind(
        "warning",
        "has no link left, and the wizard takes no such record",
        "placed under the organization 'Zendesk Sell (unlinked)'",
    ),
    "orphan_left_out": Kind("error", "has no link left, and the wizard takes no such record", "left out"),
    "link_to_left_out": Kind(
        "warning", "hangs on a record that is left out ('{value}')", "the text names it"
    ),
    "linked_to_parties_only": Kind(
        "warning",
        "'{value}' has no System ID in a single pass",
        "hangs on its person and organization, and names it in the text",
    ),
    "waits_for_system_id": Kind(
        "info",
        "{value} records wait: {detail}",
        "they follow in a later lap",
        "Upload this lap, export everything from Pipedrive and run again.",
    ),
    **{
        f"no_export_of_{item}": Kind(
            "error",
            "no export of {detail} with its Sell ids was given, while others hold Sell ids",
            "all {value} records wait, so that none is doubled",
            f"Export {item} from Pipedrive too, or name it in `empty_in_pipedrive`.",
        )
        for item in ("organizations", "persons", "deals", "leads", "activities", "notes")
    },
    "counts_as_empty": Kind(
        "warning",
        "no export of {detail} was given",
        "counted as empty in Pipedrive",
        "From now on give their export with every lap.",
    ),
    # --- Pipedrive's exports, contract, wizard ---------------------------------------------------
    "export_not_recognised": Kind(
        "warning",
        "this CSV file among Pipedrive's exports is none of the six that are known",
        "it was not read",
        "Name its columns in the mapping: `columns: {pipedrive_deals: {Their header: ID}}`.",
    ),
    "export_id_missing": Kind(
        "error",
        "this export of Pipedrive's has no column ID",
        "it was not read",
        "Export it again with the column ID, or name it in the mapping: `columns: {pipedrive_deals: {Their header: ID}}`.",
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
    "rehearsal_skipped": Kind(
        "error",
        "the rehearsed wizard skips this row: {detail}",
        "written all the same",
        "Look at the row before the import; please report it, since no row should be skipped.",
    ),
    "rehearsal_merged": Kind(
        "error",
        "the rehearsed wizard takes record {value} for {detail}",
        "written all the same",
        "Look at both before the import; please report it, since no two records should become one.",
    ),
    "rehearsal_overwrote": Kind(
        "warning",
        "the rehearsed wizard overwrites '{value}' in {detail}",
        "written all the same",
        "Look at the record in Pipedrive after the import.",
    ),
    # --- writing ---------------------------------------------------------------------------------
    # --- proof and delta -------------------------------------------------------------------------
    "changed_in_both": Kind(
        "warning",
        "'{field}' is '{value}' in Sell by now, and {detail}",
        "left as it is in Pipedrive",
        "Decide which one is right and correct it by hand.",
    ),
    "emptied_in_sell": Kind(
        "warning",
        "'{field}' was '{value}' and is empty in Sell by now",
        "left as it is in Pipedrive",
        "Empty it there by hand where it matters.",
    ),
    "deleted_in_sell": Kind(
        "info",
        "'{value}' is gone from Sell since the earlier run; {detail}",
        "left as it is in Pipedrive",
        "Delete it there by hand if it is not wanted any more.",
    ),
    "update_not_comparable": Kind(
        "warning",
        "'{field}' is '{value}' in Sell by now, and Pipedrive's export has no such column",
        "not written",
        "Export again with that column shown, or change it by hand.",
    ),
    "update_waits": Kind(
        "info",
        "'{field}' leads to '{value}' by now, which has no System ID yet",
        "follows in a later lap",
        "Give the same earlier folder again in the next lap.",
    ),
    "changed_after_conversion": Kind(
        "warning",
        "changed in Sell, and Pipedrive holds it as a deal by now (System ID {detail})",
        "not written",
        "Change the deal by hand where it matters.",
    ),
}


def empty() -> pl.DataFrame:
    """The neutral element: no issue, in the travelling schema."""
    return pl.DataFrame(schema=RAW)


def issue(
    code: str,
    *,
    entity: str | None = None,
    file: str | None = None,
    row: int | None = None,
    source_id: str | None = None,
    field: str | None = None,
    value: object = None,
    detail: str | None = None,
) -> pl.DataFrame:
    """One issue as a frame of one row (schema `RAW`)."""
    KINDS[code]  # an unknown code is a programming mistake: fail where it is made
    text = None if value is None else str(value)
    return pl.DataFrame([[code, entity, file, row, source_id, field, text, detail]], schema=RAW, orient="row")


def found(
    frame: pl.LazyFrame,
    code: str,
    *,
    entity: str | None,
    field: str | pl.Expr | None = None,
    value: pl.Expr | None = None,
    detail: str | pl.Expr | None = None,
) -> pl.LazyFrame:
    """The rows of an already filtered frame as issues, one each; place comes from `_file`, `_row`, `_id` where present."""
    KINDS[code]
    names = frame.collect_schema().names()

    def place(column: str) -> pl.Expr:
        return pl.col(column) if column in names else pl.lit(None)

    def text(given: str | pl.Expr | None) -> pl.Expr:
        return given if isinstance(given, pl.Expr) else pl.lit(given, dtype=pl.String)

    return frame.select(
        pl.lit(code).alias("code"),
        pl.lit(entity, dtype=pl.String).alias("entity"),
        place("_file").cast(pl.String).alias("file"),
        place("_row").cast(pl.Int64).alias("row"),
        place("_id").cast(pl.String).alias("source_id"),
        text(field).cast(pl.String).alias("field"),
        text(value).cast(pl.String).alias("value"),
        text(detail).cast(pl.String).alias("detail"),
    )


def gather(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All issues in one frame, in the order given."""
    given = [frame for frame in frames if frame.height]
    return pl.concat(given).rechunk() if given else empty()


def summed(raw: pl.DataFrame) -> pl.DataFrame:
    """Issues of several chunks: those about a whole column, one a chunk, become one with the sum of their counts."""
    whole = pl.col("row").is_null() & pl.col("source_id").is_null()
    columns = raw.filter(whole)
    if not columns.height:
        return raw
    keys = ["code", "entity", "file", "row", "source_id", "field", "detail"]
    once = columns.group_by(keys, maintain_order=True).agg(
        pl.col("value").cast(pl.Int64, strict=False).sum().cast(pl.String)
    )
    return pl.concat([raw.filter(~whole), once.select(raw.columns)])


def render(raw: pl.DataFrame) -> pl.DataFrame:
    """Travelling issues → the contract's columns, with severity and message, in reading order."""
    if not raw.height:
        return pl.DataFrame(schema=SCHEMA)
    codes = raw["code"].unique(maintain_order=True).to_list()
    parts = [_message(raw.filter(pl.col("code") == code), code) for code in codes]
    order = pl.col("severity").replace_strict(
        {name: n for n, name in enumerate(SEVERITIES)}, return_dtype=pl.Int8
    )
    return pl.concat(parts).sort(
        order, "code", "entity", "file", "row", "field", nulls_last=False, maintain_order=True
    )


def _message(rows: pl.DataFrame, code: str) -> pl.DataFrame:
    kind = KINDS[code]
    place = pl.concat_str(
        pl.col("file").fill_null(""), pl.format(" row {}", pl.col("row")).fill_null("")
    ).str.strip_chars()
    named = pl.concat_str(
        pl.col("entity"), pl.when(place != "").then(place), separator=", ", ignore_nulls=True
    ).replace("", "export")
    where = pl.concat_str(named, pl.format(" (id {})", pl.col("source_id")).fill_null(""))
    return rows.select(
        pl.lit(kind.severity).alias("severity"),
        *("code", "entity", "file", "row", "source_id", "field", "value"),
        pl.concat_str(
            where, pl.lit(": "), _filled(kind.what), pl.lit("; " if kind.did else ""), _filled(kind.did)
        ).alias("message"),
    )


def _filled(template: str) -> pl.Expr:
    """A template with its slots filled from the row; long values are cut in the message only, never in `value`."""
    slots = {"{field}": "field", "{value}": "value", "{detail}": "detail", "{file}": "file"}
    text, columns = template, []
    while (
        first := min((text.find(s), s) for s in slots if s in text) if any(s in text for s in slots) else None
    ):
        at, slot = first
        columns.append((text[:at], slots[slot]))
        text = text[at + len(slot) :]
    pieces: list[pl.Expr] = []
    for before, column in columns:
        pieces += [pl.lit(before), pl.col(column).fill_null("").str.slice(0, 200)]
    return pl.concat_str([*pieces, pl.lit(text)])

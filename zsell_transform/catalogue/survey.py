"""Issues of survey, setup kit and mapping: what the data does not decide, what the mapping names in vain."""

from __future__ import annotations

from typing import Final

from zsell_transform.catalogue.kind import Kind

KINDS: Final[dict[str, Kind]] = {
    "closed_stage_new": Kind(
        "warning",
        "'{field}' names '{value}', which is not a stage in the export (nearest: '{detail}')",
        "used as it stands; the setup list has it among the stages to create",
        "If it is a typing mistake, correct it in the mapping.",
    ),
    "stage_may_be_closed": Kind(
        "warning",
        "no deal of stage '{value}' ({detail} in all) has a win likelihood, as closed deals have none",
        "written as open deals, in a stage of that name",
        "If they are won or lost, name the stage under `won_stages` or `lost_stages`, with the others.",
    ),
    "undecided_date_order": Kind(
        "warning",
        "{field} holds {value|date|dates} that can be read day first or month first, and none proves which",
        "{detail}",
        "Ask someone who knows the field, then add the line to the mapping and run again.",
    ),
    "undecided_date": Kind(
        "error",
        "'{field}' holds '{value}', which can be read day first or month first, and nothing proves which",
        "left blank until the mapping decides with {detail} (false for month first)",
        "Ask someone who knows the field, add the line to the mapping, and run this lap again before you"
        " upload anything: one line reads the whole column. Of several columns, the lines under"
        " `day_first:` go together, as the first of the next steps shows them.",
    ),
    "contradicting_dates": Kind(
        "warning",
        "{value} dates in {field} contradict each other: {detail}",
        "the column is not read as dates: a custom field is left as text, Sell's own date blank; where an"
        " earlier run made it a field of dates, those that read one way only are read so",
        "Correct the dates of one kind in Sell, or in the file.",
    ),
    "contradicting_date": Kind(
        "warning",
        "{field} holds {value}, which can only be {detail}, while other dates in the column cannot be that",
        "the column is not read as dates",
        "Correct the dates of one kind in Sell, or in the file.",
    ),
    "undecided_decimal_mark": Kind(
        "warning",
        "{field} holds {value|number|numbers} that can be read with a decimal comma or a decimal point,"
        " and none proves which",
        "{detail}",
        "Write one of them with two decimals in the file, so that it reads only one way, and run again."
        " A column of Sell's own, such as a deal's value, becomes a text field if the mapping names its"
        " header under `columns:` as `custom`; a custom field is text already.",
    ),
    "contradicting_numbers": Kind(
        "warning",
        "{value} numbers in {field} contradict each other: {detail}",
        "those that read one way only are read so, the others left blank",
        "Write all of them with one decimal mark in the file, and run again.",
    ),
    "mapping_unused": Kind(
        "warning",
        "mapping line {field} names {value}, which this export does not hold",
        "it had no effect{detail}",
        "Correct the spelling in the mapping or remove the line.",
    ),
    "label_with_comma": Kind(
        "warning",
        "mapping line {field} names a label '{value}', and commas part labels",
        "written as one label, '{detail}'",
        "Choose a name without a comma in the mapping.",
    ),
    "mapping_needless": Kind(
        "info",
        "mapping line {field} decides the day/month order of {value},"
        " whose values prove it or have none to decide",
        "the values decided",
        "Remove the line.",
    ),
}

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
        "the {detail} deals of stage '{value}' have no win likelihood, as closed deals have none",
        "written as open deals, in a stage of that name",
        "If they are won or lost, name the stage under `won_stages` or `lost_stages`, with the others.",
    ),
    "undecided_date_order": Kind(
        "warning",
        "{value} dates in {field} can be read day first or month first, and none proves which",
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
        "{field} holds {value}, which can only be {detail}, while other dates in the column cannot be that",
        "the column stays text",
        "Correct the dates of one kind in Sell, or keep the field as text.",
    ),
    "undecided_decimal_mark": Kind(
        "warning",
        "{value} numbers in {field} can be read with a decimal comma or a decimal point,"
        " and none proves which",
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
        "mapping line {field} decides the day/month order of {value},"
        " whose values prove it or have none to decide",
        "the values decided",
        "Remove the line.",
    ),
}

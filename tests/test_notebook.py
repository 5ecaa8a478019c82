"""The faces of a migration and a proof, as text and in a notebook."""

from __future__ import annotations

import attrs
import polars as pl

from zsell_transform.guide import notebook
from zsell_transform.guide.story import FILES, Story
from zsell_transform.issues import SCHEMA as ISSUES
from zsell_transform.ledger import SCHEMA as LEDGER

LEDGER_ROWS = [
    ("companies", "organizations", 40, 2, 42, *[0] * 9),
    ("notes", "notes", 100, 0, 0, 0, 100, *[0] * 7),
]
STORY = Story(
    ledger=pl.DataFrame(LEDGER_ROWS, schema=LEDGER, orient="row"),
    files=pl.DataFrame([("1-organizations.csv", "organizations", 42, 900)], schema=FILES, orient="row"),
    exports_next=("organizations", "people"),
)


def test_a_migration_says_what_is_next() -> None:
    shown = notebook.migration_html(STORY)
    assert "Lap 1: 42 records ready for Pipedrive" in shown
    assert "1-organizations.csv (42 rows)" in shown
    assert "zt.transform(&quot;sell_export&quot;, &quot;lap_2&quot;" in shown
    lead = (
        "The Sell export holds 140 records for Pipedrive. 2 companies and people are added by name. "
        "100 follow in a later lap, when Pipedrive has given the IDs they hang on."
    )
    assert notebook.migration_text(STORY).splitlines() == [
        "Lap 1: 42 records ready for Pipedrive",
        lead,
        "42 to upload now, 100 waiting for the next lap",
        "",
        "Next:",
        "  1. Upload the files in this order: 1-organizations.csv",
        "  2. Export from Pipedrive: Organizations, People",
        "  3. Run the next lap",
        '     zt.transform("sell_export", "lap_2", pipedrive="pipedrive_export")',
    ]


def test_what_is_not_written_cannot_be_uploaded() -> None:
    """The display named files in a folder that was not there."""
    told = notebook.migration_text(attrs.evolve(STORY, target=None)).splitlines()
    assert told[-2:] == ["  1. Write the files", '     .write("lap_1")']


def test_errors_are_named_where_they_are() -> None:
    """They are below in the report; in a notebook nothing is below."""
    one = {**dict.fromkeys(ISSUES), "severity": "error", "code": "list_packed"}
    wrong = attrs.evolve(STORY, issues=pl.DataFrame([one, one], schema=ISSUES))
    assert "2 errors are in .issues: values" in notebook.migration_text(wrong)
    assert "2 errors are in .issues: values" in notebook.migration_html(wrong)
    assert "below" not in notebook.migration_html(wrong)


def test_a_proof_says_its_verdict() -> None:
    frames = {"ok": pl.DataFrame({"id": range(7)}), "missing": pl.DataFrame({"id": range(40)})}
    assert notebook.proof_text(frames) == "40 differences to look at: 40 missing, 7 confirmed"
    assert "… and 28 more" in notebook.proof_html(frames)
    assert notebook.proof_text(frames, "a hint").endswith("confirmed\na hint")
    assert "a hint" in notebook.proof_html(frames, "a hint")
    assert notebook.proof_text(frames | {"missing": frames["missing"].clear()}).startswith(
        "Everything is there"
    )


def test_nothing_at_all_can_be_shown() -> None:
    assert "Nothing to upload" in notebook.migration_html(Story())
    assert "Nothing to upload" in notebook.migration_text(Story())
    assert notebook.proof_text({}).startswith("Everything is there")
    assert "Everything is there" in notebook.proof_html({})
    assert "<table" not in notebook.proof_html({})

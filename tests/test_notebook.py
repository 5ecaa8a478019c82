"""The faces of a migration, an export, a rehearsal and a proof, as text and in a notebook."""

from __future__ import annotations

import attrs
import polars as pl

from zsell_transform.guide import notebook
from zsell_transform.guide.story import FILES, INPUTS, REASONS, REHEARSED, Rehearsed, Story
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
READ = pl.DataFrame(
    [
        ("a.csv", "deals", "2026", "utf-8", ",", 1200),
        ("b.csv", "deals", "2016", "utf-8", ",", 5),
        ("c.csv", None, None, "utf-8", ",", 1),
    ],
    schema=INPUTS,
    orient="row",
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
    wrong = attrs.evolve(STORY, ledger=STORY.ledger.with_columns(errors=pl.lit(1, pl.Int64)))
    assert "2 errors are in `.issues`" in notebook.migration_text(wrong).replace("in .issues", "in `.issues`")
    assert "below" not in notebook.migration_html(wrong)


def test_an_export_says_what_it_holds() -> None:
    assert (
        notebook.export_text(READ, ["c.csv"]) == "Sell export: 1,205 deals (3 files; not recognised: c.csv)"
    )
    shown = notebook.export_html(READ, ["<c>.csv"])
    assert "1,205 records of a Sell export" in shown
    assert "2026, 2016" in shown
    assert "&lt;c&gt;.csv" in shown


def test_a_rehearsal_says_what_was_skipped_and_why() -> None:
    said = Rehearsed(
        files=pl.DataFrame([("3-deals.csv", "deals", 10, 9, 0, 1)], schema=REHEARSED, orient="row"),
        reasons=pl.DataFrame(
            [("3-deals.csv", "Please provide valid currency", 1)], schema=REASONS, orient="row"
        ),
        assumptions=("A blank cell clears nothing.",),
    )
    shown = notebook.rehearsal_html(said)
    assert "10 rows rehearsed: 9 created, 1 skipped" in shown
    assert "Please provide valid currency" in shown


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
    assert notebook.export_text(pl.DataFrame(schema=INPUTS)) == "Sell export: no records (0 files)"
    assert notebook.rehearsal_html(Rehearsed())
    assert notebook.proof_html({})

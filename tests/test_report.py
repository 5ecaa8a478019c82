"""The pages for people: what they say, that they stay small, and that a browser opens them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

import zsell_transform as zt
from zsell_transform.guide import chapters, laps, report, steps, words
from zsell_transform.guide.headline import headline
from zsell_transform.guide.story import (
    FILES,
    INPUTS,
    LINKS,
    NAMELESS,
    PIPELINE,
    REASONS,
    REHEARSED,
    TRIAL,
    WAITING,
    Rehearsed,
    Schema,
    Story,
)
from zsell_transform.issues import SCHEMA as ISSUES
from zsell_transform.ledger import SCHEMA as LEDGER
from zsell_transform.linker.resolving import HOW


def frame(schema: Schema, *rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def sample_pipeline() -> pl.DataFrame:
    sell = [
        ("Sales Pipeline", "Incoming", "Open", "SEK", 112, 2_840_500.0),
        ("Sales Pipeline", "Incoming", "Open", "EUR", 31, 412_000.0),
        ("Sales Pipeline", "Qualified", "Open", "SEK", 86, 3_115_000.0),
        ("Sales Pipeline", "Qualified", "Open", "EUR", 12, 98_250.5),
        ("Sales Pipeline", "Quote", "Open", "SEK", 54, 2_905_000.0),
        ("Sales Pipeline", "Closure", "Open", "SEK", 23, 1_460_000.0),
        ("Sales Pipeline", "Won", "Won", "SEK", 741, 38_214_900.0),
        ("Sales Pipeline", "Won", "Won", "EUR", 88, 1_204_310.25),
        ("Sales Pipeline", "Lost", "Lost", "SEK", 512, 21_008_000.0),
        ("Sales Pipeline", "Unqualified", "Lost", "SEK", 97, 1_150_000.0),
        ("Partners", "First talk", "Open", "EUR", 14, 320_000.0),
        ("Partners", "Contract", "Open", "EUR", 6, 175_000.0),
        ("Partners", "Won", "Won", "EUR", 19, 498_000.0),
    ]
    held = [
        ("Sales Pipeline", "Incoming", "Open", "SEK", 112, 2_840_500.0),
        ("Sales Pipeline", "Incoming", "Open", "EUR", 31, 412_000.0),
        ("Sales Pipeline", "Incoming", "Lost", "SEK", 609, 22_158_000.0),
        ("Sales Pipeline", "Qualified", "Open", "SEK", 86, 3_115_000.0),
        ("Sales Pipeline", "Qualified", "Open", "EUR", 12, 98_250.5),
        ("Sales Pipeline", "Quote", "Open", "SEK", 54, 2_905_000.0),
        ("Sales Pipeline", "Closure", "Open", "SEK", 23, 1_460_000.0),
        ("Sales Pipeline", "Closure", "Won", "SEK", 741, 38_214_900.0),
        ("Sales Pipeline", "Closure", "Won", "EUR", 88, 1_204_310.25),
        ("Partners", "First talk", "Open", "EUR", 14, 320_000.0),
        ("Partners", "Contract", "Open", "EUR", 6, 175_000.0),
        ("Partners", "Contract", "Won", "EUR", 19, 498_000.0),
    ]
    return frame(PIPELINE, *[("Sell", *row) for row in sell], *[("Pipedrive", *row) for row in held])


def sample_issues() -> pl.DataFrame:
    def said(severity: str, code: str, entity: str, n: int, text: str) -> list[tuple[Any, ...]]:
        where = ((2 + 7 * k, str(10_926_776 + k)) for k in range(n))
        return [
            (
                severity,
                code,
                entity,
                f"{entity}.csv",
                row,
                key,
                "field",
                "value",
                f"{entity} row {row} (id {key}): {text}",
            )
            for row, key in where
        ]

    lines = (
        (
            "error",
            "unreadable_number",
            "deals",
            3,
            "“ca 40 000” was found where a number was expected; it stays text",
        ),
        (
            "warning",
            "two_organizations",
            "deals",
            41,
            "the deal names Northwind Bygg AB, its contact is at Itteknik",
        ),
        (
            "warning",
            "link_ambiguous",
            "contacts",
            12,
            "“Bygg” fits companies 108910004 and 108910377; left out",
        ),
        (
            "warning",
            "orphan",
            "notes",
            6,
            "no record is left to hang it on; it goes to Zendesk Sell (unlinked)",
        ),
        (
            "info",
            "column_ignored",
            "deals",
            3,
            "updated_at is Sell’s own bookkeeping and is not carried over",
        ),
        ("info", "company_from_deals", "contacts", 28, "had no company; all its deals name Itteknik"),
    )
    return frame(ISSUES, *(row for line in lines for row in said(*line)))


def sample(**changes: Any) -> Story:
    """Lap 1 of an invented Swedish company of middling size."""
    told = Story(
        lap=1,
        version="1.0.0",
        mapping="mapping.yaml",
        mapping_sha256="9f2b6c1e" * 8,
        inputs=frame(
            INPUTS,
            ("contacts.0.csv", "contacts", "full export 2026", "utf-8", ",", 6120),
            ("deals.0.csv", "deals", "full export 2026", "utf-8", ",", 1795),
            ("leads.0.csv", "leads", "full export 2026", "utf-8", ",", 2204),
            ("notes.0.csv", "notes", "full export 2026", "utf-8", ",", 10000),
            ("notes.1.csv", "notes", "full export 2026", "utf-8", ",", 4317),
            ("tasks.0.csv", "tasks", "full export 2026", "utf-8", ",", 3861),
            ("deals_20260401_0752.csv", "deals", "Smart List (sv)", "windows-1252", ";", 64),
            ("budget 2025.csv", None, None, "utf-8", ",", 12),
        ),
        ledger=frame(
            LEDGER,
            ("companies", "organizations", 1842, 77, 1917, 0, 0, 2, 0, 0, 0, 0, 0, 0),
            ("contacts", "persons", 4278, 9, 4283, 0, 4, 0, 0, 0, 3907, 12, 0, 12),
            ("deals", "deals", 1795, 0, 1788, 0, 7, 0, 0, 0, 1751, 37, 3, 41),
            ("leads", "leads", 2204, 0, 2204, 0, 0, 0, 0, 0, 1120, 0, 0, 0),
            ("tasks", "activities", 3861, 0, 0, 0, 3861, 0, 0, 0, 0, 0, 0, 0),
            ("notes", "notes", 14317, 0, 0, 0, 14311, 0, 6, 0, 0, 0, 0, 6),
            ("calls", "activities", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            ("documents", "documents", 220, 0, 220, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        ),
        files=frame(
            FILES,
            ("1-organizations.csv", "organizations", 1917, 214_311),
            ("2-persons.csv", "persons", 4283, 903_250),
            ("3-deals-01.csv", "deals", 1744, 402_118),
            ("3-deals-02.csv", "deals", 44, 9_871),
            ("4-leads.csv", "leads", 2204, 611_005),
            ("documents.csv", "documents", 220, 31_020),
        ),
        waiting=frame(
            WAITING,
            (
                "notes",
                "notes",
                "the deal, lead, person or organization has no System ID yet",
                14311,
            ),
            (
                "tasks",
                "activities",
                "the deal, lead, person or organization has no System ID yet",
                3861,
            ),
            ("deals", "deals", "the person has no proven key", 7),
            ("contacts", "persons", "the organization has no proven key", 4),
        ),
        exports_next=("organizations", "persons", "deals", "leads"),
        links=frame(
            LINKS,
            ("contacts", "company", "id", 3610),
            ("contacts", "company", "name", 210),
            ("contacts", "company", "deals", 28),
            ("contacts", "company", "domain", 71),
            ("contacts", "company", "ambiguous", 12),
            ("deals", "main_contact", "id", 1702),
            ("deals", "main_contact", "email", 18),
            ("deals", "main_contact", "dangling", 3),
            ("deals", "company", "id", 1690),
            ("deals", "company", "ambiguous", 41),
            ("leads", "company", "name", 981),
            ("leads", "company", "dangling", 139),
            ("tasks", "about", "id", 3805),
            ("tasks", "about", "name", 40),
            ("tasks", "about", "dangling", 16),
            ("notes", "about", "id", 14290),
            ("notes", "about", "dangling", 27),
        ),
        pipeline=sample_pipeline(),
        setup={
            topic: pl.DataFrame({"name": [str(k) for k in range(n)]})
            for topic, n in {
                "users": 6,
                "currencies": 2,
                "fields": 14,
                "labels": 23,
                "stages": 6,
                "activity_types": 3,
                "lost_reasons": 5,
            }.items()
        },
        issues=sample_issues(),
        rehearsal=Rehearsed(
            files=frame(
                REHEARSED,
                ("1-organizations.csv", "organizations", 1917, 1917, 0, 0),
                ("2-persons.csv", "persons", 4283, 4283, 0, 0),
                ("3-deals-01.csv", "deals", 1744, 1744, 0, 0),
                ("3-deals-02.csv", "deals", 44, 43, 0, 1),
                ("4-leads.csv", "leads", 2204, 2204, 0, 0),
            ),
            reasons=frame(REASONS, ("3-deals-02.csv", "Please provide valid currency", 1)),
            assumptions=(
                "Organizations of one name and no address are taken for the same.",
                "A blank cell clears nothing.",
                "Several labels in one cell are separated by a comma.",
            ),
        ),
        trial=frame(
            TRIAL,
            ("organizations", "1", "Itteknik", "organizations_bare", None),
            (
                "organizations",
                "2",
                "Northwind Bygg AB",
                "organizations_labels",
                "Organization - Labels: vvs, el",
            ),
            ("persons", "3", "Anna Berg", "persons_organization", "Organization - Name: Itteknik"),
            ("deals", "4", "avtal, ca 40st", "deals_won", "Deal - Won time: 2015-10-05 08:28:47"),
            ("deals", "5", "Deal2", "deals_lost", None),
        ),
        unexported=("deals",),
    )
    return attrs.evolve(told, **changes)


PROOF = {
    "summary": pl.DataFrame(
        {
            "entity": ["companies", "deals"],
            "in_sell": [1842, 1795],
            "found": [1842, 1793],
            "differing": [0, 4],
        }
    ),
    "ok": pl.DataFrame({"entity": ["companies"] * 1842}),
    "missing": frame(
        {"entity": pl.String, "source_id": pl.String, "name": pl.String},
        ("deals", "11", "Deal2"),
        ("deals", "12", "<b>Deal3</b>"),
    ),
    "merged": pl.DataFrame(schema={"entity": pl.String, "system_id": pl.String}),
    "differing": frame(
        {
            "entity": pl.String,
            "source_id": pl.String,
            "field": pl.String,
            "expected": pl.String,
            "found": pl.String,
        },
        *[("deals", str(k), "Deal - Value", "100000", "10000") for k in range(40)],
    ),
    "links": pl.DataFrame(schema={"entity": pl.String}),
    "unverifiable": pl.DataFrame({"entity": ["tasks"], "what": ["an activity’s lead"], "count": [31]}),
}


# --- what is said ---------------------------------------------------------------------------------


def test_the_headline_counts_records_for_pipedrive_not_documents() -> None:
    said = headline(sample())
    assert said["title"] == "10,192 records ready for Pipedrive"
    assert "28,297 records" in said["lead"]
    assert "18,183 follow in a later lap" in said["lead"]


def test_the_checklist_is_the_loop() -> None:
    todo = steps.checklist(sample())
    assert [step.title.split()[0] for step in todo] == ["Prepare", "Try", "Upload", "Export", "Run"]
    assert todo[2].files[0]["file"] == "1-organizations.csv"
    assert "documents.csv" not in [file["file"] for file in todo[2].files]
    assert todo[3].items == ("Organizations", "People", "Deals", "Leads")
    assert " ".join(todo[4].commands[0].pieces) == (
        'zt.transform("sell_export", "lap_2", pipedrive="pipedrive_export", mapping="mapping.yaml")'
    )


def test_commands_quote_what_a_shell_would_split() -> None:
    todo = steps.checklist(sample(source="Sell export", mapping=None))
    assert "zsell-transform 'Sell export' lap_2" in " ".join(todo[-1].commands[1].pieces)


def test_a_complete_migration_asks_for_the_proof_only() -> None:
    done = sample(complete=True)
    assert [step.title for step in steps.checklist(done)] == ["Prove it"]
    assert "The migration is complete" in report.report_html(done)


def test_sums_say_where_both_sides_differ() -> None:
    same = chapters.sums(sample_pipeline())
    assert all(row["same"] for row in same)
    less = chapters.sums(sample_pipeline().head(-1))
    assert [(row["currency"], row["status"]) for row in less if not row["same"]] == [("EUR", "Won")]


def test_below_its_pipeline_a_stage_needs_no_second_name() -> None:
    shared = frame(PIPELINE, ("Pipedrive", "Green walls", "Quote (Green walls)", "Open", "GBP", 1, 5.0))
    stages = chapters.pipelines(shared)["rows"][0]["sides"][1]["stages"]["rows"]
    assert [stage["stage"] for stage in stages] == ["Quote"]
    nameless = frame(PIPELINE, ("Sell", None, None, "Open", None, 1, None))
    stages = chapters.pipelines(nameless)["rows"][0]["sides"][0]["stages"]["rows"]
    assert stages[0]["stage"] == "No stage"
    assert stages[0]["sums"] == ["1 open: no value"]


def test_references_are_found_and_not_called_linked() -> None:
    """A deal's second organization is found, and has no place on its row: there the ledger lacks a link."""
    page = report.report_html(sample())

    assert "not found" in page
    assert "all linked" not in page


def test_every_section_is_there_and_each_empty_one_is_left_out() -> None:
    sections = [
        "next",
        "in",
        "ledger",
        "waiting",
        "links",
        "pipeline",
        "rehearsal",
        "issues",
        "files",
    ]
    assert re.findall(r'<section id="(\w+)">', report.report_html(sample())) == sections
    assert re.findall(r'<section id="(\w+)">', report.report_html(Story())) == ["next", "ledger"]


def test_values_of_the_export_are_escaped() -> None:
    named = frame(FILES, ("<script>alert(1)</script>.csv", "deals", 1, 10))
    for page in (report.report_html(sample(files=named)), report.brief(sample(files=named))):
        assert "<script" not in page
        assert "&lt;script&gt;" in page
    assert "&lt;b&gt;Deal3" in report.proof_html_page(PROOF)


def test_no_name_turns_the_rest_of_its_line_around() -> None:
    """Marks of direction that a name leaves open; letters written from right to left need none."""
    named = frame(FILES, ("\u202egnp.\u2066שלום.csv", "deals", 1, 10))
    for page in (report.report_html(sample(files=named)), report.brief(sample(files=named))):
        assert "gnp.שלום.csv" in page
        assert not {"\u202e", "\u2066"} & set(page)


def test_signs_of_control_are_written_out() -> None:
    """Before, they stood in the page as in the cell: no HTML, and colours where somebody prints it."""
    named = frame(FILES, ("Acme \x1b[31mRED\x07\x9b.csv", "deals", 1, 10))
    for page in (report.report_html(sample(files=named)), report.brief(sample(files=named))):
        assert r"Acme \x1b[31mRED\x07\x9b.csv" in page
        assert not {"\x1b", "\x07", "\x9b"} & set(page)


def test_the_page_needs_no_network() -> None:
    for page in (report.report_html(sample()), report.proof_html_page(PROOF)):
        assert set(re.findall(r'(?:src|href)="([^"#]*)', page)) <= {"", "data:,"}
        assert not re.search(r"@import|url\(|https?:", page)


def test_the_same_story_gives_the_same_bytes() -> None:
    assert report.report_html(sample()) == report.report_html(sample())


def test_a_big_account_gets_a_small_page() -> None:
    issues = pl.concat([sample_issues()] * 1000)
    files = frame(FILES, *[(f"2-persons-{n:02}.csv", "persons", 50_000, 9_000_000) for n in range(40)])
    inputs = frame(INPUTS, *[(f"notes.{n}.csv", "notes", "full", "utf-8", ",", 10_000) for n in range(500)])
    stages = pl.concat(
        [
            sample_pipeline().with_columns(pl.format("{} {}", pl.col("stage"), pl.lit(n)).alias("stage"))
            for n in range(50)
        ]
    )
    page = report.report_html(sample(issues=issues, files=files, inputs=inputs, pipeline=stages))
    assert len(page) < 150_000
    assert "2-persons-00.csv … 2-persons-39.csv" in page
    assert "476 more files" in page


def test_without_jinja2_a_plain_page_says_the_essentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    report._engine.cache_clear()  # as in a process that never had it
    page = report.report_html(sample())
    for essential in (
        "10,192 records",
        "3-deals-02.csv",
        "link_ambiguous",
        "zsell-transform sell_export lap_2",
    ):
        assert essential in page
    assert "42 differences" in report.proof_html_page(PROOF)


def test_the_proof_gives_a_verdict() -> None:
    assert "42 differences to look at" in report.proof_html_page(PROOF)
    good = {name: frame.clear() if name in chapters.AGAINST else frame for name, frame in PROOF.items()}
    assert "Everything is there" in report.proof_html_page(good)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.number(1234567), "1,234,567"),
        (words.size(512), "512 bytes"),
        (words.size(9_871), "9.9 kB"),
        (words.size(999_999_999), "1000 MB"),
        (words.money(1250000.0, "SEK"), "1,250,000\u00a0SEK"),
        (words.money(98_250.5, "EUR"), "98,250.50\u00a0EUR"),
        (words.money(float("inf"), "EUR"), "∞"),
        (words.share(0, 10), 0.0),
        (words.share(1, 100_000), 0.4),
        (words.listed(["a", "b", "c"]), "a, b and c"),
        (words.listed([]), ""),
        (words.spoken("waits_for_system_id"), "Waits for System ID"),
        (words.count(1, "deal"), "1 deal"),
        (words.cut("a  b" + "c" * 200, 10), "a bcccccc…"),
    ],
)
def test_words(said: object, expected: object) -> None:
    assert said == expected


# --- in a real browser ----------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")


def chromium(folder: Path, page: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Opens the page headless; its console goes to standard error, the DOM to standard output."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    fixed = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --enable-logging=stderr --v=0 --virtual-time-budget=2000"
    ).split()
    command = [
        str(CHROMIUM),
        *fixed,
        f"--user-data-dir={folder / 'profile'}",
        *flags,
        (folder / "page.html").as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True)


@browser
@pytest.mark.parametrize("name", ["report", "proof", "plain"])
def test_a_browser_opens_it_without_a_word_in_the_console(tmp_path: Path, name: str) -> None:
    pages = {
        "report": report.report_html(sample()),
        "proof": report.proof_html_page(PROOF),
        "plain": report.brief(sample()),
    }
    shown = chromium(tmp_path, pages[name], "--dump-dom")
    assert "CONSOLE" not in shown.stderr
    assert shown.stdout.count("<table") == pages[name].count("<table")
    assert shown.stdout.rstrip().endswith("</html>")


def unbroken() -> Story:
    """Names and paths in which no line can break."""
    name = "Neukundengewinnung_Deutschland_Oesterreich_und_die_Schweiz_2026"
    rows = [(side, name, f"Verhandlung_{name}", "Open", "EUR", 3, 200.0) for side in ("Sell", "Pipedrive")]
    folder = f"{name}/{name}"
    return sample(pipeline=frame(PIPELINE, *rows), source=folder, pipedrive=f"{folder}_export")


@browser
@pytest.mark.parametrize("width", [360, 700])
@pytest.mark.parametrize("story", [sample, unbroken])
def test_it_fits_a_phone(tmp_path: Path, story: Any, width: int) -> None:
    """Nothing is wider than the frame, save tables in their own scroller; long names made the page wider."""
    (tmp_path / "inner.html").write_text(report.report_html(story()), encoding="utf-8")
    outer = (
        f'<!doctype html><iframe src="inner.html" width="{width}" height="800" style="border:0"></iframe>'
        "<script>"
        'onload = () => { const d = document.querySelector("iframe").contentDocument.documentElement; '
        'document.title = "over " + (d.scrollWidth - d.clientWidth) }</script>'
    )
    shown = chromium(tmp_path, outer, "--dump-dom", "--allow-file-access-from-files")
    assert "<title>over 0</title>" in shown.stdout


def luminance(colour: str) -> float:
    """As WCAG reckons it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_and_bars_stand_out_from_the_paper(mode: int) -> None:
    """Zeros, merged records and links that deals told were hardly to be seen."""
    style = (Path(report.__file__).parent / "pages" / "style.css").read_text(encoding="utf-8")
    block = style.split("* { box-sizing")[0].split("@media (prefers-color-scheme: dark)")[mode]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    texts = ("ink", "soft", *(name for name in colours if name.endswith("-text")))
    bars = [name for name in colours if f"--c: var(--{name});" in style]
    assert {"now-4", "calm", "wait", "won", "done"} <= set(bars)
    assert [name for name in texts if contrast(colours[name], colours["paper"]) < 4.5] == []
    assert [name for name in texts if contrast(colours[name], colours["wash"]) < 4.5] == []
    assert [name for name in bars if contrast(colours[name], colours["paper"]) < 3] == []
    assert "opacity" not in style


@browser
def test_it_prints(tmp_path: Path) -> None:
    chromium(tmp_path, report.report_html(sample()), f"--print-to-pdf={tmp_path / 'report.pdf'}")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "after"),
    [("delta", "delta_2"), ("delta_2", "delta_3"), ("lap_3", "lap_4"), ("Skymoss_2026", "Skymoss_2026_2")],
)
def test_what_follows_a_delta_is_no_lap(name: str, after: str) -> None:
    """`delta` was to be followed by `delta_lap_4`."""
    assert laps.next_name(name, 3, delta=True) == after


def test_a_delta_is_called_so() -> None:
    """Each of them was called lap 3."""
    story = attrs.evolve(sample(), lap=3, previous="lap_1")

    assert "<title>Delta: " in report.report_html(story)
    assert "<title>Lap 3: " in report.report_html(attrs.evolve(story, previous=None))


@pytest.mark.parametrize(
    ("name", "lap", "after"),
    [
        ("lap_1", 1, "lap_2"),
        ("acme-lap-9", 9, "acme-lap-10"),
        ("Lap 3", 3, "Lap 4"),
        ("lap2", 2, "lap3"),
        ("Skymoss 2026", None, "Skymoss 2026_lap_2"),
        ("overlap_2", None, "overlap_2_lap_2"),
        ("out", None, "out_lap_2"),
    ],
)
def test_a_number_counts_where_it_is_a_lap_s(name: str, lap: int | None, after: str) -> None:
    assert laps.named_lap(name) == lap
    assert laps.next_name(name, lap or 1) == after


def test_without_pipedrive_s_exports_it_is_lap_1(tmp_path: Path) -> None:
    """`Skymoss 2026` was lap 2026; the next one was `Skymoss 2027` or `lap_2027`."""
    people = pl.DataFrame({"id": ["1"], "name": ["Ada Quill"], "email": ["a@quill.example"]})
    for name in ("Skymoss 2026", "lap_7"):
        run = zt.transform({"contacts": people}, tmp_path / name, rehearse=False)
        assert run.story.lap == 1


def test_a_mapping_without_a_name_stands_in_the_commands_too() -> None:
    """Who gave a dict was told to run the next lap without it."""
    step = steps.checklist(sample(mapping=NAMELESS))[-1]
    assert step.commands[0].pieces[-1] == "mapping=…)"
    assert step.commands[1].pieces[-1] == "--mapping …"
    assert "the same mapping as this lap" in step.text
    people = pl.DataFrame({"id": ["1"], "name": ["Ada Quill"], "email": ["a@quill.example"]})
    assert zt.transform({"contacts": people}, mapping={"timezone": "UTC"}).story.mapping == NAMELESS


def test_a_later_lap_says_that_its_exports_replace_the_earlier_ones() -> None:
    [export] = [step for step in steps.checklist(sample(again=True)) if step.title.startswith("Export")]
    assert "`pipedrive_export`, in place of the earlier files." in export.text


def test_one_record_waits_and_many_wait() -> None:
    ledger = sample().ledger
    one = ledger.with_columns(waiting=pl.when(pl.col("target") == "notes").then(1).otherwise(0))
    assert "1 follows in a later lap" in headline(sample(ledger=one))["lead"]
    assert "the IDs it hangs on" in headline(sample(ledger=one))["lead"]


def test_every_way_of_the_linker_has_its_words() -> None:
    """The guide does not know the linker; with `email_domains: link` the page showed the bare word."""
    assert set(words.HOW) == set(HOW.categories)


def test_what_has_a_name_keeps_its_capitals() -> None:
    """The report said `Deleted in sell`, the proof `In sell`."""
    assert words.spoken("deleted_in_sell") == "Deleted in Sell"
    assert ">In Sell<" in report.proof_html_page(PROOF)


def test_what_the_legend_calls_ambiguous_is_not_called_not_found() -> None:
    links = frame(LINKS, ("deals", "person", "ambiguous", 1), ("deals", "person", "id", 3))
    page = report.report_html(sample(links=links))
    assert "1 ambiguous" in page
    assert "not found" not in page


def test_the_proof_names_the_file_with_the_other_rows() -> None:
    assert "28 more rows; differing.csv has them all." in report.proof_html_page(PROOF)


def test_deals_without_a_currency_are_named_so() -> None:
    """Two rows of the table were both called `Open`."""
    rows = [(side, "P", "New", "Open", None, 1, 200.0) for side in ("Sell", "Pipedrive")]
    page = report.report_html(sample(pipeline=frame(PIPELINE, *rows)))
    assert ">Open, no currency<" in page
    assert "200\u00a0(no currency)" in page


def test_deals_that_the_rehearsal_skips_are_not_the_same() -> None:
    """In green the page said that all arrive, and below that some are skipped."""
    rows = [(side, "P", "New", "Open", "EUR", 3, 200.0) for side in ("Sell", "Pipedrive")]
    files = frame(REHEARSED, ("3-deals.csv", "deals", 3, 1, 0, 2))
    page = report.report_html(sample(pipeline=frame(PIPELINE, *rows), rehearsal=Rehearsed(files=files)))
    assert "the wizard skips 2 of them" in page
    assert "the same, if none is skipped" in page
    assert ">the same<" not in page

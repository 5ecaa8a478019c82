"""The pages for people: what they say, that they stay small, and that a browser opens them."""

from __future__ import annotations

import builtins
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from zsell_transform.guide import report, words
from zsell_transform.guide.story import (
    FILES,
    INPUTS,
    LEDGER,
    LINKS,
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
    def said(severity: str, code: str, entity: str, n: int, message: str) -> list[tuple[Any, ...]]:
        return [
            (severity, code, entity, f"{entity}.csv", 2 + 7 * k, str(10_926_776 + k), "field", "value", message.format(2 + 7 * k, 10_926_776 + k))
            for k in range(n)
        ]

    return frame(
        ISSUES,
        *said("error", "unreadable_number", "deals", 3, "deals row {} (id {}): “ca 40 000” in custom Peso was read as text; a number was expected; it stays in the deal’s note"),
        *said("warning", "two_organizations", "deals", 41, "deals row {} (id {}): the deal names Northwind Bygg AB, its contact works at Itteknik; the deal’s company stands in Deal - Company in Sell"),
        *said("warning", "link_ambiguous", "contacts", 12, "contacts row {} (id {}): “Bygg” fits several companies (108910004, 108910377); the link was left out"),
        *said("warning", "orphan", "notes", 6, "notes row {} (id {}): no record is left to hang it on; it goes to Zendesk Sell (unlinked)"),
        *said("info", "column_ignored", "deals", 3, "deals: updated_at is Sell’s own bookkeeping and is not carried over (row {}, {})"),
        *said("info", "company_from_deals", "contacts", 28, "contacts row {} (id {}): had no company; all its deals name Itteknik, so it gets that one"),
    )


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
            ("notes", "notes", "the System ID of the deal, lead, person or organization they are about", 14311),
            ("tasks", "activities", "the System ID of the deal, lead, person or organization they are about", 3861),
            ("deals", "deals", "the System ID of their person, whom name and e-mail do not tell apart", 7),
            ("contacts", "persons", "the System ID of their organization, whose name others have too", 4),
        ),
        exports_next=("organizations", "people", "deals", "leads"),
        links=frame(
            LINKS,
            ("contacts", "company", "id", 3610), ("contacts", "company", "name", 210), ("contacts", "company", "deals", 28),
            ("contacts", "company", "added", 71), ("contacts", "company", "ambiguous", 12),
            ("deals", "main_contact", "id", 1702), ("deals", "main_contact", "email", 18), ("deals", "main_contact", "dangling", 3),
            ("deals", "company", "id", 1690), ("deals", "company", "two_organizations", 41),
            ("leads", "company", "name", 981), ("leads", "company", "added", 139),
            ("tasks", "about", "id", 3805), ("tasks", "about", "name", 40), ("tasks", "about", "dangling", 16),
            ("notes", "about", "id", 14290), ("notes", "about", "dangling", 27),
        ),
        pipeline=sample_pipeline(),
        setup={
            topic: pl.DataFrame({"name": [str(k) for k in range(n)]})
            for topic, n in {"users": 6, "currencies": 2, "fields": 14, "labels": 23, "stages": 6, "activity_types": 3, "lost_reasons": 5}.items()
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
            ("organizations", "1", "Itteknik", "bare"), ("organizations", "2", "Northwind Bygg AB", "labels"),
            ("persons", "3", "Anna Berg", "labels"), ("deals", "4", "avtal, ca 40st", "won"), ("deals", "5", "Deal2", "lost"),
        ),
        notes=("Times are written in Europe/Stockholm.", "One owner was mapped to nobody: Old User."),
    )
    return attrs.evolve(told, **changes)


PROOF = {
    "summary": pl.DataFrame({"entity": ["companies", "deals"], "in_sell": [1842, 1795], "found": [1842, 1793], "differing": [0, 4]}),
    "ok": pl.DataFrame({"entity": ["companies"] * 1842}),
    "missing": frame({"entity": pl.String, "source_id": pl.String, "name": pl.String}, ("deals", "11", "Deal2"), ("deals", "12", "<b>Deal3</b>")),
    "merged": pl.DataFrame(schema={"entity": pl.String, "system_id": pl.String}),
    "differing": frame(
        {"entity": pl.String, "source_id": pl.String, "field": pl.String, "expected": pl.String, "found": pl.String},
        *[("deals", str(k), "Deal - Value", "100000", "10000") for k in range(40)],
    ),
    "links": pl.DataFrame(schema={"entity": pl.String}),
    "unverifiable": pl.DataFrame({"entity": ["tasks"], "what": ["an activity’s lead"], "count": [31]}),
}

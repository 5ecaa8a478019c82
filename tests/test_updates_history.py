"""`updates/`: history that hangs on another record by now, and the parties beside it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.moved import move
from zsell_transform import transform
from zsell_transform.pipedrive.wizard import rehearse
from zsell_transform.proof import verify

Account = dict[str, pl.DataFrame]

#: What a note may hang on: its type and its Sell id.
PLACES = {
    "lead": ("Lead", "31"), "other lead": ("Lead", "32"), "deal": ("Deal", "21"),
    "contact": ("Contact", "11"), "company": ("Contact", "1"),
}  # fmt: skip
#: The person and the organization that stand in Pipedrive beside it.
PARTIES = {
    "lead": ("Ines Buoy", "Buoy & Bell"), "other lead": ("Eva Tide", "Tidal"),
    "deal": ("Pim Quill", "Gull Rock"), "contact": ("Pim Quill", None), "company": (None, "Gull Rock"),
}  # fmt: skip


def account(*places: str, company: str = "Tidal") -> Account:
    """A company with a person and a deal, two leads of other companies, a note and a task at each place."""
    about = [PLACES[place] for place in places]
    numbers = range(len(about))
    frames = {
        "contacts": {
            "id": ["1", "11"], "is_organisation": ["true", "false"], "name": ["Gull Rock", "Pim Quill"],
            "organisation_name": [None, "Gull Rock"], "email": [None, "pim@quill.example"],
        },
        "deals": {
            "id": ["21"], "name": ["New lens"], "pipeline_name": ["Sales"], "stage_name": ["Incoming"],
            "main_contact_id": ["11"], "main_contact": ["Pim Quill"], "company_id": ["1"],
            "company": ["Gull Rock"],
        },
        "leads": {
            "id": ["31", "32"], "first_name": ["Ines", "Eva"], "last_name": ["Buoy", "Tide"],
            "company_name": ["Buoy & Bell", company], "email": ["ines@buoy.example", "eva@tide.example"],
        },
        "notes": {
            "id": [f"4{n:02}" for n in numbers], "content": [f"Likes herring {n}" for n in numbers],
            "noteable_type": [kind for kind, _ in about], "noteable_id": [ident for _, ident in about],
        },
        "tasks": {
            "id": [f"5{n:02}" for n in numbers], "content": [f"Ring bell {n}" for n in numbers],
            "taskable_type": [kind for kind, _ in about], "taskable_id": [ident for _, ident in about],
        },
    }  # fmt: skip
    return {
        entity: pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
        for entity, cells in frames.items()
    }


def shown(exports: Path, item: str) -> list[tuple[str | None, str | None]]:
    """Person and organization of each record, in Sell's order."""
    frame = pl.read_csv(next(exports.glob(f"{item}*")), infer_schema=False)
    text = pl.col("Content" if item == "notes" else "Note")
    return frame.sort(text.str.extract(r"Sell \w+ (\d+)")).select("Contact person", "Organization").rows()


def test_the_parties_beside_history_follow_it(tmp_path: Path) -> None:
    """From a lead, or to one, the note kept the person and the company of where it had been."""
    moves = [(one, other) for one in PLACES for other in PLACES if one != other]
    before, after = (account(*(pair[side] for pair in moves)) for side in (0, 1))
    moved = move(before, tmp_path / "m")
    assert shown(moved.exports, "notes") == [PARTIES[one] for one, _ in moves]

    run = transform(
        after,
        tmp_path / "delta",
        pipedrive=moved.exports,
        previous=tmp_path / "m/lap_0",
        trial=0,
        rehearse=False,
    )
    rehearse(tmp_path / "delta/updates", moved.held).export(tmp_path / "after")

    wanted = [
        tuple(new or old for new, old in zip(PARTIES[other], PARTIES[one], strict=True))
        for one, other in moves
    ]
    assert shown(tmp_path / "after", "notes") == wanted
    assert shown(tmp_path / "after", "activities") == wanted
    assert "changed_in_both" not in run.issues["code"].to_list()
    links = verify(after, tmp_path / "after").links
    told = run.issues.filter(pl.col("code") == "emptied_in_sell").select("entity", "source_id", "field")
    assert set(links.select("entity", "source_id", "relation").rows()) <= set(told.rows())


def test_a_party_that_the_updates_cannot_take_away_is_told(tmp_path: Path) -> None:
    """The note's lead has no company: that of the other one stays beside it."""
    alone = pl.when(pl.col("id") != "32").then("company_name").alias("company_name")
    before, now = account("lead"), account("other lead")
    for one in (before, now):
        one["leads"] = one["leads"].with_columns(alone)
    moved = move(before, tmp_path / "m")

    run = transform(
        now,
        tmp_path / "delta",
        pipedrive=moved.exports,
        previous=tmp_path / "m/lap_0",
        trial=0,
        rehearse=False,
    )

    told = run.issues.filter(pl.col("code") == "emptied_in_sell")
    assert told.select("entity", "source_id", "field", "value").rows() == [
        ("notes", "400", "organization", "Buoy & Bell"),
        ("tasks", "500", "organization", "Buoy & Bell"),
    ]


def test_history_follows_its_lead_to_another_company(tmp_path: Path) -> None:
    """The lead was put at its new company, its notes stayed at the old one."""
    moved = move(account("other lead"), tmp_path / "m")
    now, held, exports = account("other lead", company="Tidal Power"), moved.held, moved.exports
    for lap in range(3):
        folder = tmp_path / f"delta_{lap}"
        run = transform(
            now, folder, pipedrive=exports, previous=tmp_path / "m/lap_0", trial=0, rehearse=False
        )
        if not run.files:
            break
        held = rehearse(folder, held)
        held = rehearse(folder / "updates", held)
        exports = tmp_path / f"after_{lap}"
        held.export(exports)

    assert shown(exports, "notes") == [("Eva Tide", "Tidal Power")]
    proof = verify(now, exports)
    assert proof.complete, proof.frames


def test_history_of_a_converted_lead_leaves_its_deal(tmp_path: Path) -> None:
    """Pipedrive shows it on the deal that the lead has become: that is where the link was."""
    moved = move(account("lead"), tmp_path / "m")
    leads = pl.read_csv(next(moved.exports.glob("leads*")), infer_schema=False)
    gone = leads.row(0, named=True)
    leads.slice(1).write_csv(next(moved.exports.glob("leads*")))
    deals = pl.read_csv(next(moved.exports.glob("deals*")), infer_schema=False)
    converted = {
        "Deal - ID": "77", "Deal - Title": gone["Lead - Title"], "Deal - Zendesk Sell lead ID": "31",
        **{
            f"Deal - {c}": gone[f"Lead - {c}"]
            for c in ("Contact person", "Contact person ID", "Organization", "Organization ID")
        },
    }  # fmt: skip
    schema = dict.fromkeys(converted, pl.String)
    pl.concat([deals, pl.DataFrame([converted], schema=schema)], how="diagonal").write_csv(
        next(moved.exports.glob("deals*"))
    )
    for item in ("notes", "activities"):
        path = next(moved.exports.glob(f"{item}*"))
        frame = pl.read_csv(path, infer_schema=False)
        frame = frame.with_columns(
            pl.lit(None, pl.String).alias("Lead"), pl.lit(None, pl.String).alias("Lead ID")
        )
        title = next(c for c in ("Deal title", "Deal") if c in frame.columns)
        frame = frame.with_columns(pl.lit(gone["Lead - Title"]).alias(title), pl.lit("77").alias("Deal ID"))
        frame.write_csv(path)
    assert verify(account("lead"), moved.exports).links.rows() == []

    run = transform(
        account("other lead"),
        tmp_path / "delta",
        pipedrive=moved.exports,
        previous=tmp_path / "m/lap_0",
        trial=0,
        rehearse=False,
    )

    told = run.issues.filter(pl.col("source_id") == "400").select("code", "field").rows()
    assert ("emptied_in_sell", "deal") in told
    assert "changed_in_both" not in [code for code, _ in told]
    written = pl.read_csv(tmp_path / "delta/updates/6-notes.csv", infer_schema=False)
    assert written["Lead - Title"].to_list() == ["Eva Tide, Tidal"]

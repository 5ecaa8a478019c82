"""The proof: what Pipedrive shows, against what Sell holds and the mapping would write."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.moved import Account, Moved, account, move, set_cell, where
from zsell_transform import ExportError, TargetError, transform
from zsell_transform.__main__ import main
from zsell_transform.pipedrive.wizard import rehearse
from zsell_transform.proof import verify


def in_files(frames: Account, folder: Path) -> Path:
    folder.mkdir()
    for entity, frame in frames.items():
        frame.write_csv(folder / f"{entity}.0.csv")
    return folder


# ---- a move that is whole -----------------------------------------------------------------------------


def test_a_whole_move_is_proved(moved: Moved) -> None:
    proof = verify(moved.source, moved.exports)

    assert proof.complete
    assert bool(proof)
    assert repr(proof).startswith("Everything is there")
    summary = proof.summary()
    assert summary.columns[0] == "entity"
    assert summary.filter(pl.col("entity") == "contacts")["there"].item() == 3
    assert (summary["in_sell"] + summary["added"] == summary["there"]).all()
    assert {"deals", "notes", "tasks"} <= set(proof.ok["entity"])


def test_the_sample_account_is_proved(sample: Path, tmp_path: Path) -> None:
    proof = verify(sample, move(sample, tmp_path).exports)

    assert proof.complete, proof.frames
    assert not proof.unverifiable.height


def test_people_who_are_not_shown_leave_nothing_for_a_note(sample: Path, tmp_path: Path) -> None:
    """Notes that no lap writes were to be added by `repair/values`."""
    exports = move(sample, tmp_path).exports
    people = exports / "people-1.csv"
    frame = pl.read_csv(people, infer_schema=False)
    frame.with_columns(pl.lit(None, pl.String).alias("Person - ID")).write_csv(people)

    proof = verify(sample, exports)

    assert "Note - Content" not in proof.differing["field"].to_list()
    assert "notes" not in proof.repairs["values"]


@pytest.mark.parametrize("language", ["de", "pt", "es", "fr", "nl"])
def test_a_whole_move_is_proved_in_the_language_of_the_account(
    moved: Moved, language: str, tmp_path: Path
) -> None:
    moved.held.export(tmp_path, language=language)

    proof = verify(moved.source, tmp_path)

    assert proof.complete, proof.frames
    assert not proof.unverifiable.height


def test_a_file_that_could_not_be_read_leaves_the_proof_open(moved: Moved, tmp_path: Path) -> None:
    """ "Everything is there", while no note of Sell's had been read."""
    source = in_files(moved.source, tmp_path / "sell")
    (source / "texts.0.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00")

    proof = verify(source, moved.exports)

    assert proof.unread["file"].to_list() == ["texts.0.csv"]
    assert not proof.complete
    assert not any(frame.height for frame in (proof.missing, proof.differing, proof.links))
    assert repr(proof).startswith("1 difference to look at: 1 not read, 0 missing")
    proof.write(tmp_path / "proof")
    assert "texts.0.csv" in (tmp_path / "proof" / "proof.html").read_text(encoding="utf-8")
    assert (tmp_path / "proof" / "unread.csv").exists()


def test_a_table_that_was_left_alone_is_named_beside_the_proof(moved: Moved, tmp_path: Path) -> None:
    source = in_files(moved.source, tmp_path / "sell")
    (source / "remarks.csv").write_text("Colour,Weight\nred,1\n", encoding="utf-8")

    proof = verify(source, moved.exports)

    assert proof.complete
    assert "remarks.csv" in proof.hint


def test_people_who_were_kept_apart_are_no_difference(moved: Moved) -> None:
    """The second Otto was written as `Otto Shoal (Wick)`, so that the wizard did not merge him."""
    names = moved.held.tables["persons"]["Name"].to_list()

    assert any(name.startswith("Otto Shoal (") for name in names)
    assert verify(moved.source, moved.exports).differing.height == 0


# ---- records ------------------------------------------------------------------------------------------


def test_a_missing_record_is_named_with_its_reason(moved: Moved, tmp_path: Path) -> None:
    exports = moved.edited(
        tmp_path / "e", "deals", lambda frame: frame.filter(pl.col("Deal - Title") != "Fog horn")
    )

    proof = verify(moved.source, exports)

    assert proof.missing.rows() == [
        ("deals", "deals", "22", "Fog horn", "not in Pipedrive: the next lap writes it")
    ]
    assert not proof


def test_a_forgotten_export_proves_nothing(moved: Moved, tmp_path: Path) -> None:
    exports = moved.edited(tmp_path / "e", "notes", lambda frame: frame)
    (exports / "notes-1.csv").unlink()

    proof = verify(moved.source, exports)

    assert proof.missing["reason"].unique().to_list() == ["no export of notes was given"]
    assert not proof.complete


def test_links_to_a_list_that_was_forgotten_are_unseen_and_not_wrong(moved: Moved, tmp_path: Path) -> None:
    """Each deal, person and note was said to stand at another organization."""
    exports = moved.edited(tmp_path / "e", "organizations", lambda frame: frame)
    (exports / "organizations-1.csv").unlink()

    proof = verify(moved.source, exports)

    assert not proof.links.height
    assert not proof.complete
    told = proof.unverifiable.filter(pl.col("field") == "link: organization")
    assert {"contacts", "deals"} <= set(told["entity"])
    assert set(told["reason"]) == {"no export of organizations was given"}


@pytest.mark.parametrize(("company", "wrong"), [("Skerry Lights", 0), ("Fog & Sons", 0), ("Elsewhere", 1)])
def test_a_deal_may_stand_at_the_company_that_sell_names(
    moved: Moved, tmp_path: Path, company: str, wrong: int
) -> None:
    """Its person works elsewhere, so that its row named none; somebody has put it there since."""
    organizations = moved.held.tables["organizations"]
    ids = dict(organizations.select("Name", "ID").rows()) | {"Elsewhere": "99"}

    def put(frame: pl.DataFrame) -> pl.DataFrame:
        named = where("Deal - Title", "Fog horn", "Deal - Organization", company)(frame)
        return where("Deal - Title", "Fog horn", "Deal - Organization ID", ids[company])(named)

    proof = verify(moved.source, moved.edited(tmp_path / "e", "deals", put))

    assert proof.links.height == wrong
    assert proof.complete == (not wrong)


def test_two_records_that_pipedrive_merged(moved: Moved, tmp_path: Path) -> None:
    def merge(frame: pl.DataFrame) -> pl.DataFrame:
        ids = "Person - Zendesk Sell ID"
        return where(ids, "12", ids, "12, 13")(frame).filter(pl.col(ids) != "13")

    proof = verify(moved.source, moved.edited(tmp_path / "e", "people", merge))

    assert proof.merged.select("entity", "source_ids", "records").rows() == [("contacts", "12, 13", 2)]
    assert not proof.missing.height


def test_a_wished_merge_is_none(tmp_path: Path) -> None:
    mapping = {"duplicates": {"contacts": "merge"}}
    moved = move(account(), tmp_path, mapping)

    proof = verify(moved.source, moved.exports, mapping=mapping)

    assert moved.held.tables["persons"].filter(pl.col("Zendesk Sell ID") == "12, 13").height == 1
    assert proof.complete, proof.frames


def test_what_a_merged_record_lacks_of_the_others_is_a_difference(tmp_path: Path) -> None:
    """The phone that the second record brought was lost, and the proof said that all was there."""
    mapping = {"duplicates": {"contacts": "merge"}}
    source = account()
    phones = pl.Series("phone", ["+47 555 01", None, "+47 555 11", None, "+47 555 13"])
    source["contacts"] = source["contacts"].with_columns(phones)
    moved = move(source, tmp_path, mapping)
    lost = where("Person - Zendesk Sell ID", "12, 13", "Person - Phone - Work", None)

    assert verify(moved.source, moved.exports, mapping=mapping).complete
    proof = verify(moved.source, moved.edited(tmp_path / "lost", "people", lost), mapping=mapping)

    assert proof.differing.select("source_id", "field", "sell", "pipedrive").rows() == [
        ("13", "Person - Phone (Work)", "+47 555 13", None)
    ]


def test_deals_of_a_merged_person_name_the_company_that_its_row_has(tmp_path: Path) -> None:
    """The second record has none of its own: its deal names that of the row, and was wrong."""
    mapping = {"duplicates": {"contacts": "merge"}}
    source = account()
    source["contacts"] = where("id", "12", "organisation_name", None)(source["contacts"])
    deal = source["deals"].tail(1)
    mine = [
        deal.with_columns(id=pl.lit(i), name=pl.lit(f"Horn {i}"), main_contact_id=pl.lit(who),
                          company_id=pl.lit(company), company=pl.lit(name))
        for i, who, company, name in (
            ("22", "12", "1", "Skerry Lights"),
            ("23", "13", "1", "Skerry Lights"),
            ("24", "13", "2", "Fog & Sons"),
        )
    ]  # fmt: skip
    source["deals"] = pl.concat([source["deals"].head(1), *mine])
    moved = move(source, tmp_path, mapping)

    proof = verify(moved.source, moved.exports, mapping=mapping)

    assert proof.complete, proof.frames
    deals = moved.held.tables["deals"]
    company = dict(deals.select("Zendesk Sell ID", "Organization").rows())
    assert [company[i] for i in ("22", "23", "24")] == ["Skerry Lights"] * 2 + [None]


def test_the_company_of_a_person_who_was_merged_into_another_is_told(tmp_path: Path) -> None:
    """A row names one company: that of the second record was lost without a word."""
    source = account()
    source["contacts"] = where("id", "13", "organisation_name", "Skerry Lights")(source["contacts"])

    made = transform(source, mapping={"duplicates": {"contacts": "merge"}}, trial=0, rehearse=False)

    lost = made.issues.filter(pl.col("code") == "merged_value_lost", pl.col("source_id") == "13")
    assert lost.select("field", "value").rows() == [("organisation_name", "Skerry Lights")]
    assert "Fog & Sons" in lost["message"][0]


def test_a_sell_id_on_two_records(moved: Moved, tmp_path: Path) -> None:
    def double(frame: pl.DataFrame) -> pl.DataFrame:
        twin = frame.filter(pl.col("Deal - Title") == "Fog horn").with_columns(
            pl.lit("999").alias("Deal - ID")
        )
        return pl.concat([frame, twin])

    proof = verify(moved.source, moved.edited(tmp_path / "e", "deals", double))

    assert proof.differing.select("source_id", "field", "sell").rows() == [
        ("22", "Zendesk Sell ID", "on one record")
    ]


def test_what_the_mapping_leaves_out_is_not_missing(tmp_path: Path) -> None:
    mapping = {"lead_statuses": {"Unqualified": "leave_out"}, "orphans": {"notes": "leave_out"}}
    moved = move(account(), tmp_path, mapping)

    proof = verify(moved.source, moved.exports, mapping=mapping)

    assert proof.complete, proof.frames
    left = dict(proof.summary().select("entity", "left_out").rows())
    assert (left["leads"], left["notes"]) == (1, 1)


def test_history_of_a_lead_that_is_left_out_since_stays_where_it_is(tmp_path: Path) -> None:
    """A single pass hung it on the lead's person; the proof asked for a placeholder that no lap writes."""
    lead = pl.DataFrame({"id": ["31"], "last_name": ["Buoy"], "status": ["Lost"], "email": ["b@b.example"]})
    note = pl.DataFrame({"id": ["41"], "content": ["Hi"], "noteable_type": ["Lead"], "noteable_id": ["31"]})
    source = {"leads": lead, "notes": note}
    transform(source, tmp_path / "lap_1", mapping={"single_pass": True}, trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    since = {
        "lead_statuses": {"Lost": "leave_out"},
        "empty_in_pipedrive": ["organizations", "persons", "deals"],
    }

    later = transform(source, pipedrive=tmp_path / "exports", mapping=since, trial=0, rehearse=False)
    proof = verify(source, tmp_path / "exports", mapping=since)

    assert later.complete
    assert proof.complete, proof.frames


def test_deals_that_are_left_out_since_stay_where_they_are(tmp_path: Path) -> None:
    """They hang on the placeholder, and the proof would have them hang on nothing."""
    deals = pl.DataFrame({"id": ["21"], "name": ["Roof"], "stage_name": ["Incoming"]})
    transform({"deals": deals}, tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    since = {"orphans": {"deals": "leave_out"}, "empty_in_pipedrive": ["persons", "leads"]}

    proof = verify({"deals": deals}, tmp_path / "exports", mapping=since)

    assert proof.complete, proof.frames


@pytest.mark.parametrize("notes", ["placeholder", "leave_out"])
def test_a_deal_left_out_for_want_of_a_link_asks_for_no_placeholder(notes: str, tmp_path: Path) -> None:
    """But its note does: it has no link left, and goes where the mapping says."""
    source = {
        "contacts": pl.DataFrame({"id": ["1"], "is_organisation": ["true"], "name": ["Skerry Lights"]}),
        "deals": pl.DataFrame(
            {
                "id": ["20", "21"],
                "name": ["Lamp", "Stray lamp"],
                "pipeline_name": ["Sales", "Sales"],
                "stage_name": ["Incoming", "Incoming"],
                "company_id": ["1", None],
            }
        ),
        "notes": pl.DataFrame(
            {"id": ["41"], "content": ["Fog."], "noteable_type": ["Deal"], "noteable_id": ["21"]}
        ),
    }
    mapping = {"orphans": {"deals": "leave_out", "notes": notes}}
    moved = move(source, tmp_path, mapping)

    proof = verify(source, moved.exports, mapping=mapping)

    assert proof.complete, proof.frames
    assert moved.held.store["notes"].height == (notes == "placeholder")
    assert moved.held.store["organizations"].height == (2 if notes == "placeholder" else 1)


@pytest.mark.parametrize("instead", [None, "1"])
def test_a_placeholder_that_somebody_deleted_is_wanted_by_nobody_who_is_there(
    instead: str | None, tmp_path: Path
) -> None:
    """Deleted, or merged into another organization: the proof missed it for ever, and no lap wrote it."""
    source = with_orphans(account())
    moved = move(source, tmp_path)
    names = moved.held.store["organizations"].select("_id", "Name")
    placeholder = names.filter(pl.col("Name") == "Zendesk Sell (unlinked)")["_id"][0]

    def edit(frame: pl.DataFrame) -> pl.DataFrame:
        if "Organization - ID" in frame.columns:
            return frame.filter(pl.col("Organization - ID") != placeholder)
        ids = [name for name in frame.columns if name.endswith("Organization ID")]
        there = [(name, pl.col(name) == placeholder) for name in ids]
        name = None if instead is None else "Skerry Lights"
        return frame.with_columns(
            pl.when(is_there).then(pl.lit(new)).otherwise(header).alias(header)
            for column, is_there in there
            for header, new in ((column, instead), (column.removesuffix(" ID"), name))
        )

    exports = moved.edited(tmp_path / "e", "", edit)

    assert transform(source, pipedrive=exports, trial=0, rehearse=False).complete
    proof = verify(source, exports)
    assert proof.complete, proof.frames

    # A note that comes behind needs one; what it hangs on is there without any.
    late = with_notes(source, ("44", None), ("45", "23"))
    lap = transform(late, pipedrive=exports, trial=0, rehearse=False)
    missing = verify(late, exports).missing
    assert lap.summary().filter(entity="companies")["rows_out"].item() == 1
    assert missing.filter(entity="companies")["source_id"].to_list() == ["name:zendesk sell (unlinked)"]
    of_deal = with_notes(source, ("45", "23"))
    lap = transform(of_deal, pipedrive=exports, trial=0, rehearse=False)
    missing = verify(of_deal, exports).missing
    assert lap.summary().filter(pl.col("rows_out") > 0).select("entity", "rows_out").rows() == [("notes", 1)]
    assert missing.select("entity", "source_id").rows() == [("notes", "45")]


def with_orphans(source: Account) -> Account:
    """With a deal and a lead that hang on nothing; note 43 does so already."""
    deal = pl.DataFrame({"id": ["23"], "name": ["Stray"], "stage_name": ["Incoming"]})
    lead = pl.DataFrame({"id": ["33"], "status": ["New"], "owner": ["Ada Lamp"]})
    return source | {
        "deals": pl.concat([source["deals"], deal], how="diagonal"),
        "leads": pl.concat([source["leads"], lead], how="diagonal"),
    }


def with_notes(source: Account, *notes: tuple[str, str | None]) -> Account:
    """With more notes: id, id of the deal."""
    more = [
        {"id": ident, "content": "Late", "noteable_type": deal and "Deal", "noteable_id": deal}
        for ident, deal in notes
    ]
    frame = pl.DataFrame(more, schema=dict.fromkeys(more[0], pl.String))
    return source | {"notes": pl.concat([source["notes"], frame], how="diagonal")}


def test_a_lead_on_the_placeholder_has_no_link_too_many(tmp_path: Path) -> None:
    source = with_orphans(account())

    proof = verify(source, move(source, tmp_path).exports)

    assert proof.complete, proof.frames


@pytest.mark.parametrize("ids", [["10", "11"], ["11", "10"], ["9", "10"], ["10", "9"]])
def test_of_merged_records_the_lowest_id_counts_wherever_it_stands(ids: list[str], tmp_path: Path) -> None:
    source = {
        "contacts": pl.DataFrame(
            {
                "id": ids,
                "is_organisation": ["true", "true"],
                "name": ["Skerry", "SKERRY"],
                "phone": ["+47 555 01", "+47 555 02"],
            }
        )
    }
    mapping = {"duplicates": {"companies": "merge"}}
    moved = move(source, tmp_path, mapping)

    proof = verify(source, moved.exports, mapping=mapping)

    assert proof.complete, proof.differing.rows()


# ---- skip files ---------------------------------------------------------------------------------------


def test_skip_files_say_why_and_what_to_do(moved: Moved, tmp_path: Path) -> None:
    (tmp_path / "skip.csv").write_text(
        "Deal - Title,Deal - Zendesk Sell ID,Skip reason\n"
        "Fog horn,22,Please provide valid currency\n"
        "Elsewhere,99,The moon is in the wrong quarter\n"
    )
    (tmp_path / "notes.csv").write_text(
        "Note - Content,Skip reason\n2024-04-01 08:00 · Ada · Sell note 42<br>Likes fish,Person not found\n"
    )
    exports = moved.edited(
        tmp_path / "e", "deals", lambda frame: frame.filter(pl.col("Deal - Title") != "Fog horn")
    )

    proof = verify(moved.source, exports, skip_file=[tmp_path / "skip.csv", tmp_path / "notes.csv"])

    assert proof.skipped.select("entity", "source_id", "reason").rows() == [
        ("deals", "22", "Please provide valid currency"),
        ("deals", "99", "The moon is in the wrong quarter"),
        ("notes", "42", "Person not found"),
    ]
    assert "Set up the currency" in proof.skipped["to_do"][0]
    assert proof.missing["reason"][0].startswith("skipped by Pipedrive: Please provide valid currency")


def test_a_folder_of_skip_files_may_hold_what_programs_leave(moved: Moved, tmp_path: Path) -> None:
    """The mark of a file that is open in Excel was no skip file; `SKIPPED.CSV` was not seen."""
    (tmp_path / "SKIPPED.CSV").write_text("Deal - Zendesk Sell ID,Skip reason\n22,No\n")
    for name in ("~$skipped.csv", "._SKIPPED.CSV"):
        (tmp_path / name).write_bytes(b"\5Maria" + bytes(160))

    assert verify(moved.source, moved.exports, skip_file=tmp_path).skipped["source_id"].to_list() == ["22"]


@pytest.mark.parametrize("bom", [True, False])
def test_files_of_the_proof_have_the_mark_that_the_mapping_asks_for(
    moved: Moved, tmp_path: Path, bom: bool
) -> None:
    exports = moved.edited(
        tmp_path / "e", "deals", lambda frame: frame.with_columns(pl.lit("1").alias("Deal - Value"))
    )

    folder = verify(moved.source, exports, mapping={"bom": bom}).write(tmp_path / "proof")

    files = list(folder.rglob("*.csv"))
    assert any("repair" in path.parts for path in files)
    assert {path.read_bytes().startswith(b"\xef\xbb\xbf") for path in files} == {bom}


def test_a_file_without_reasons_is_no_skip_file(moved: Moved, tmp_path: Path) -> None:
    (tmp_path / "skip.csv").write_text("Deal - Title,Deal - Value\nFog horn,1\n")

    with pytest.raises(ExportError, match="not one of Pipedrive"):
        verify(moved.source, moved.exports, skip_file=tmp_path / "skip.csv")


# ---- the folder ---------------------------------------------------------------------------------------


def test_the_proof_as_a_folder(moved: Moved, tmp_path: Path) -> None:
    exports = moved.edited(tmp_path / "e", "people", set_cell("Person - Phone - Work", 0, "1"))
    proof = verify(moved.source, exports)

    proof.write(tmp_path / "proof")

    names = {path.relative_to(tmp_path / "proof").as_posix() for path in (tmp_path / "proof").rglob("*.*")}
    assert {"proof.html", "summary.csv", "ok.csv", "differing.csv", "repair/values/2-persons.csv"} <= names
    repair = pl.read_csv(tmp_path / "proof" / "repair" / "values" / "2-persons.csv", infer_schema=False)
    assert repair.columns == ["Person - Pipedrive System ID", "Person - Name", "Person - Phone (Work)"]
    assert repair["Person - Phone (Work)"].to_list() == ["+47 555 11"]
    assert "1 difference" in proof._repr_html_()


def test_the_company_of_a_lead_that_is_left_out_is_not_written(tmp_path: Path) -> None:
    """Nobody else names it: it stood in the file of organizations for nothing."""
    mapping = {"lead_statuses": {"Unqualified": "leave_out"}}

    names = (
        transform(account(), mapping=mapping, trial=0, rehearse=False)
        .tables["organizations"]["Organization - Name"]
        .to_list()
    )
    assert "Tidal" not in names
    assert "Buoy & Bell" in names
    moved = move(account(), tmp_path)  # the lead went there before anybody wished it away
    assert verify(account(), moved.exports, mapping=mapping).links.rows() == []


def test_a_proof_takes_no_folder_of_a_lap(
    moved: Moved, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever slips by a name must not lose the files to upload; the command says so before the work."""
    transform(moved.source, tmp_path / "lap_1", trial=0, rehearse=False)
    proof = verify(moved.source, moved.exports)

    for overwrite in (False, True):
        with pytest.raises(TargetError, match=r"another kind \(it has no proof\.html\)"):
            proof.write(tmp_path / "lap_1", overwrite=overwrite)
    assert (tmp_path / "lap_1" / "2-persons.csv").exists()

    assert proof.write(proof.write(tmp_path / "proof")).is_dir()  # its own kind is replaced
    (tmp_path / "skip").mkdir()
    for name, said in (("lap_1", "no proof.html"), ("skip", "is also an input")):
        given = ["verify", str(tmp_path / "gone"), "exports", "--skip-file", str(tmp_path / "skip")]
        assert main([*given, "--write", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err

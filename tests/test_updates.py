"""`updates/` as a whole: a run before a change in Sell, one after it, and what Pipedrive holds then."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from zsell_transform import ExportError, TargetError, transform
from zsell_transform.__main__ import main
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import verify

Account = dict[str, pl.DataFrame]


def people(name: str = "Gull Rock", employer: str = "Otter Bay", person: str = "Pim Quill") -> Account:
    """Two companies and a person, who works at the second one unless said otherwise."""
    cells = {
        "id": ["1", "2", "3"],
        "is_organisation": ["true", "true", "false"],
        "name": [name, "Otter Bay", person],
        "organisation_name": [name, "Otter Bay", employer],
        "email": [None, None, "pim@quill.example"],
    }
    return {"contacts": pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))}


def in_stages(*stages: str) -> Account:
    """Deals in these stages, one after the other."""
    ids = [str(20 + n) for n in range(len(stages))]
    cells = {
        "id": ids,
        "name": [f"Roof {one}" for one in ids],
        "pipeline_name": ["Sales"] * len(ids),
        "stage_name": list(stages),
        "last_stage_change_at": ["2026-02-03T04:05:06Z"] * len(ids),
        "company_name": ["Gull Rock"] * len(ids),
        "company_id": ["1"] * len(ids),
    }
    return {**people(), "deals": pl.DataFrame(cells)}


def updated(before: Account, after: Account, place: Path, mapping: Any = None) -> tuple[Path, Rehearsal]:
    """The folder of the run after the changes, and Pipedrive before it."""
    transform(before, place / "lap_1", mapping=mapping, trial=0, rehearse=False)
    held = rehearse(place / "lap_1")
    held.export(place / "exports")
    transform(
        after,
        place / "delta",
        pipedrive=place / "exports",
        previous=place / "lap_1",
        mapping=mapping,
        trial=0,
        rehearse=False,
    )
    return place / "delta" / "updates", held


@pytest.mark.parametrize("links", ["with_name", "alone"])
def test_a_link_names_a_record_as_the_updates_leave_it(links: str, tmp_path: Path) -> None:
    """A later file would else turn the new name of its company back into the old one."""
    now = people("Gull Rock Group", "Gull Rock Group")
    folder, held = updated(people(), now, tmp_path, {"id_links": links})

    written = pl.read_csv(folder / "2-persons.csv", infer_schema=False).row(0, named=True)
    assert written.get("Organization - Name") == ("Gull Rock Group" if links == "with_name" else None)
    rehearse(folder, held).export(tmp_path / "after")
    assert verify(now, tmp_path / "after").complete


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Won", "Lost"), ("Incoming", "Lost")),
        (("Won", "Incoming"), ("Won", "Won")),
        (("Won", "Incoming"), ("Won", "Quote")),
    ],
)
def test_what_a_stage_meant_is_told_by_the_stages_of_then(
    before: tuple[str, ...], after: tuple[str, ...], tmp_path: Path
) -> None:
    """Else the deal that was the last one in `Won` would look as if it had always been open."""
    folder, held = updated(in_stages(*before), in_stages(*after), tmp_path)

    rehearse(folder, held).export(tmp_path / "after")
    assert verify(in_stages(*after), tmp_path / "after").complete


def test_closed_deals_stay_where_they_stand_when_open_ones_move(tmp_path: Path) -> None:
    """The last open stage is empty by now: that says nothing of deals that were won before."""
    before, after = (in_stages(stage, "Incoming", "Won", "Won") for stage in ("Quote", "Incoming"))
    before, after = (with_likelihood(one, Incoming="10", Quote="60") for one in (before, after))

    folder, held = updated(before, after, tmp_path)

    written = pl.read_csv(folder / "3-deals.csv", infer_schema=False)
    assert written["Deal - Title"].to_list() == ["Roof 20"]
    rehearse(folder, held).export(tmp_path / "after")
    proof = verify(after, tmp_path / "after")
    assert proof.complete, proof.differing.rows()
    assert ("deals", "Deal - Stage (pipeline)", 2) in proof.unverifiable.select(
        "entity", "field", "count"
    ).rows()


def test_a_closed_deal_that_somebody_moved_is_a_difference(tmp_path: Path) -> None:
    """Its like stand elsewhere; so no earlier run placed it there."""
    account = in_stages("Incoming", "Won", "Won", "Won")
    transform(account, tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    deals = next((tmp_path / "exports").glob("deals*"))
    frame = pl.read_csv(deals, infer_schema=False)
    moved = pl.when(pl.col("Deal - Title") == "Roof 21").then(pl.lit("Quote")).otherwise("Deal - Stage")
    frame.with_columns(moved.alias("Deal - Stage")).write_csv(deals)

    proof = verify(account, tmp_path / "exports")

    assert proof.differing.select("source_id", "pipedrive").rows() == [("21", "Quote")]


def with_likelihood(given: Account, **by_stage: str) -> Account:
    likelihood = pl.col("stage_name").replace_strict(by_stage, default=None)
    return {**given, "deals": given["deals"].with_columns(current_win_likelihood=likelihood)}


def test_a_stage_of_the_same_name_in_another_pipeline_is_a_change(tmp_path: Path) -> None:
    """It is called with its pipeline from then on, and was taken for the one of before."""
    before = in_stages("Incoming", "Incoming", "Incoming")
    second = pl.when(pl.col("id") == "20").then(pl.lit("Second")).otherwise("pipeline_name")
    after = {**before, "deals": before["deals"].with_columns(pipeline_name=second)}

    folder, held = updated(before, after, tmp_path)

    moved = pl.read_csv(folder / "3-deals.csv", infer_schema=False)
    assert moved.select("Deal - Title", "Deal - Stage (pipeline)").rows() == [
        ("Roof 20", "Incoming (Second)")
    ]
    rehearse(folder, held).export(tmp_path / "after")
    assert verify(after, tmp_path / "after").complete


def test_a_label_that_was_taken_away_is_told(tmp_path: Path) -> None:
    """An import may only add labels: they stayed, and were written again in each lap."""
    before, after = people(), people()
    before["contacts"] = before["contacts"].with_columns(tags=pl.lit("vip,news"))
    after["contacts"] = after["contacts"].with_columns(
        tags=pl.when(pl.col("id") == "3").then(pl.lit("vip")).otherwise(pl.lit("news,hot"))
    )

    folder, held = updated(before, after, tmp_path)
    rehearse(folder, held).export(tmp_path / "later")
    again = transform(
        after, pipedrive=tmp_path / "later", previous=tmp_path / "lap_1", trial=0, rehearse=False
    )

    def told(frame: pl.DataFrame) -> list[tuple[str, ...]]:
        mine = frame.filter(pl.col("code").is_in(["label_removed", "changed_in_both"]))
        return mine.select("code", "entity", "source_id").rows()

    first = pl.read_csv(tmp_path / "delta" / "issues.csv", infer_schema=False)
    every = [
        ("label_removed", kind, n) for kind, n in (("companies", "1"), ("companies", "2"), ("contacts", "3"))
    ]
    assert told(first) == told(again.issues) == every
    assert again.summary()["updated"].sum() == 0  # `vip` was written again in each lap


@pytest.mark.parametrize("name", ["own", "there", "system_id", "_id", "then", "now", "kind"])
def test_a_custom_field_may_be_called_as_it_likes(name: str, tmp_path: Path) -> None:
    """`own` ended every run with an earlier one; `system_id` was compared with Pipedrive's number."""
    before = people()["contacts"].with_columns(pl.lit("a").alias(f"custom {name}"))
    after = before.with_columns(pl.lit("b").alias(f"custom {name}"))

    folder, held = updated({"contacts": before}, {"contacts": after}, tmp_path)

    written = pl.read_csv(folder / "2-persons.csv", infer_schema=False)
    assert "b" in written.row(0)
    rehearse(folder, held).export(tmp_path / "after")
    assert verify({"contacts": after}, tmp_path / "after").complete


def test_labels_that_were_only_added_are_not_told(tmp_path: Path) -> None:
    tags = [None, "vip", "vip"]
    before = people()["contacts"].with_columns(tags=pl.Series(tags))
    after = people()["contacts"].with_columns(tags=pl.Series(["vip", "vip,hot", "vip,hot"]))
    transform({"contacts": before}, tmp_path / "lap_1", trial=0, rehearse=False)
    held = rehearse(tmp_path / "lap_1")
    theirs = pl.when(pl.col("Zendesk Sell ID") == "3").then(pl.lit("vip, hot, theirs")).otherwise("Label")
    store = {**held.store, "persons": held.store["persons"].with_columns(Label=theirs)}
    attrs.evolve(held, store=store).export(tmp_path / "exports")

    made = transform(
        {"contacts": after},
        pipedrive=tmp_path / "exports",
        previous=tmp_path / "lap_1",
        trial=0,
        rehearse=False,
    )

    assert not made.issues["code"].is_in(["label_removed", "changed_in_both"]).any()
    assert made.summary().filter(pl.col("updated") > 0).select("entity", "updated").rows() == [
        ("companies", 2)
    ]


def test_a_target_may_be_called_updates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people()["contacts"].write_csv(tmp_path / "contacts.csv")

    main([str(tmp_path / "contacts.csv"), str(tmp_path / "updates")])

    assert "updates/1-organizations.csv  2 records\n" in capsys.readouterr().out


def test_what_an_earlier_run_did_not_have_is_told_where_it_differs(tmp_path: Path) -> None:
    """In the second delta, with the same earlier run, a change of a record of the first one was dropped."""
    first = people()
    ada = (
        first["contacts"]
        .filter(pl.col("id") == "3")
        .with_columns(id=pl.lit("4"), name=pl.lit("Ada Lum"), email=pl.lit("ada@lum.example"))
    )
    more = {"contacts": pl.concat([first["contacts"], ada])}
    transform(first, tmp_path / "lap_1", trial=0, rehearse=False)
    held = rehearse(tmp_path / "lap_1")
    held.export(tmp_path / "exports_1")
    since = {"pipedrive": tmp_path / "exports_1", "previous": tmp_path / "lap_1"}
    transform(more, tmp_path / "lap_2", **since, trial=0, rehearse=False)
    rehearse(tmp_path / "lap_2", held).export(tmp_path / "exports_2")
    email = pl.when(pl.col("id") == "4").then(pl.lit("al@lum.example")).otherwise("email")
    later = {"contacts": more["contacts"].with_columns(email=email)}

    same = transform(
        more, pipedrive=tmp_path / "exports_2", previous=tmp_path / "lap_1", trial=0, rehearse=False
    ).issues
    told = transform(
        later, pipedrive=tmp_path / "exports_2", previous=tmp_path / "lap_1", trial=0, rehearse=False
    ).issues

    assert "not_in_earlier_run" not in same["code"]
    late = told.filter(pl.col("code") == "not_in_earlier_run")
    assert late.select("entity", "source_id", "field").rows() == [("contacts", "4", "Person - Email (Work)")]
    assert "'al@lum.example' in Sell, but Pipedrive holds 'ada@lum.example'" in late["message"][0]


def test_a_note_that_is_there_needs_no_placeholder(tmp_path: Path) -> None:
    """Its deal was deleted in Sell: an organization was made for nothing."""
    note = pl.DataFrame({"id": ["5"], "content": ["Hi"], "noteable_type": ["Deal"], "noteable_id": ["20"]})
    person = (
        people()["contacts"]
        .filter(pl.col("id") == "3")
        .with_columns(organisation_name=pl.lit(None, pl.String))
    )
    deal = pl.DataFrame(
        {"id": ["20"], "name": ["Roof"], "stage_name": ["Incoming"], "main_contact_id": ["3"]}
    )
    before = {"contacts": person, "deals": deal, "notes": note}
    held = None
    for lap in (1, 2):
        exports = tmp_path / f"exports_{lap - 1}" if held else None
        transform(before, tmp_path / f"lap_{lap}", pipedrive=exports, trial=0, rehearse=False)
        held = rehearse(tmp_path / f"lap_{lap}", held)
        held.export(tmp_path / f"exports_{lap}")

    made = transform(
        {"contacts": person, "notes": note},
        pipedrive=tmp_path / "exports_2",
        previous=tmp_path / "lap_1",
        trial=0,
        rehearse=False,
    )

    assert made.complete
    assert not made.issues["severity"].is_in(["error"]).any()


def test_a_person_who_becomes_sells_is_no_error_of_the_rehearsal(tmp_path: Path) -> None:
    """A lead's person is a contact by now: `joins_existing` announces what the rehearsal then saw."""
    lead = pl.DataFrame(
        {"id": ["7"], "first_name": ["Pim"], "last_name": ["Quill"], "email": ["pim@quill.example"]}
    )
    transform({"leads": lead}, tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    wish = {"empty_in_pipedrive": ["organizations", "deals"]}

    told = transform(
        {**people(), "leads": lead}, pipedrive=tmp_path / "exports", mapping=wish, trial=0, rehearse=False
    ).issues

    assert "joins_existing" in told["code"]
    assert not told["severity"].is_in(["error"]).any()


def test_damaged_records_of_an_earlier_run_are_told(tmp_path: Path) -> None:
    transform(people(), tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    (tmp_path / "lap_1" / "records" / "contacts.parquet").write_bytes(b"PAR1")

    with pytest.raises(ExportError, match=r"contacts\.parquet: damaged; give the folder"):
        transform(
            people(), pipedrive=tmp_path / "exports", previous=tmp_path / "lap_1", trial=0, rehearse=False
        )


def test_a_damaged_manifest_of_an_earlier_run_is_told(tmp_path: Path) -> None:
    """It ended in an internal error, or went by, and nobody looked for records that are gone."""
    transform(people(), tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    (tmp_path / "lap_1" / "manifest.json").write_text('{"outputs": [{"file": 5}], "ledger": []}')

    with pytest.raises(ExportError, match=r"lap_1: its manifest\.json is damaged; give the earlier run"):
        transform(
            people(), pipedrive=tmp_path / "exports", previous=tmp_path / "lap_1", trial=0, rehearse=False
        )


def test_records_of_an_earlier_run_that_are_gone_are_told(tmp_path: Path) -> None:
    """None of their changes was looked at, without a word."""
    transform(in_stages("Incoming"), tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    (tmp_path / "lap_1" / "records" / "deals.parquet").unlink()

    with pytest.raises(ExportError, match=r"records/deals\.parquet is missing; give the earlier"):
        transform(
            in_stages("Quote"),
            pipedrive=tmp_path / "exports",
            previous=tmp_path / "lap_1",
            trial=0,
            rehearse=False,
        )


def test_an_earlier_run_without_exports_is_an_error(tmp_path: Path) -> None:
    """All of it was written once more, without a word."""
    transform(people(), tmp_path / "lap_1", trial=0, rehearse=False)

    told = transform(
        people(), tmp_path / "again", previous=tmp_path / "lap_1", trial=0, rehearse=False
    ).issues

    assert told.filter(pl.col("severity") == "error")["code"].to_list() == ["previous_without_exports"]


def test_an_earlier_run_of_another_account_is_an_error(tmp_path: Path) -> None:
    """Nothing said that it was the wrong folder: only each record seemed to be written since."""
    other = {entity: frame.with_columns(pl.col("id") + "00") for entity, frame in people().items()}
    transform(people(), tmp_path / "lap_1", trial=0, rehearse=False)
    transform(other, tmp_path / "other", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")

    told = {
        previous: transform(
            people(), pipedrive=tmp_path / "exports", previous=tmp_path / previous, trial=0, rehearse=False
        ).issues.filter(pl.col("code") == "previous_shares_nothing")
        for previous in ("lap_1", "other")
    }

    assert told["lap_1"].is_empty()
    assert told["other"]["severity"].to_list() == ["error"]
    assert "(companies, contacts)" in told["other"]["message"].item()


def test_updates_are_spelled_as_the_templates_are(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "personas.csv").write_text("Persona - Nombre *\n", encoding="utf-8")
    wish = {"templates": str(tmp_path / "templates")}
    folder, _ = updated(people(), people(person="Pim Quillfeather"), tmp_path, wish)

    header = (folder / "2-persons.csv").read_text(encoding="utf-8").splitlines()[0]
    assert "Persona - Nombre *" in header.split(",")


def test_a_changed_description_leaves_what_stands_behind_it(tmp_path: Path) -> None:
    """What a lead says beside the person whom it joins stands in the same note."""
    contacts = "id,is_organisation,name,email,title\n11,false,Wilma Reef,wilma@reef.example,Keeper\n"
    leads = "id,first_name,last_name,email,title,phone,description\n"
    leads += "31,Wilma,Reef,wilma@reef.example,Head & hand,99,{}\n"
    for when, text in (("then", "Rings at noon"), ("now", "Rings at dusk")):
        (tmp_path / when).mkdir()
        (tmp_path / when / "contacts.csv").write_text(contacts)
        (tmp_path / when / "leads.csv").write_text(leads.format(text))
    transform(tmp_path / "then", tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "pipedrive")

    transform(
        tmp_path / "now",
        tmp_path / "lap_2",
        pipedrive=tmp_path / "pipedrive",
        previous=tmp_path / "lap_1",
        trial=0,
        rehearse=False,
    )

    [written] = pl.read_csv(tmp_path / "lap_2" / "updates" / "6-notes.csv")["Note - Content"].to_list()
    assert written == "Rings at dusk<br>Phone: 99<br>Job title: Head &amp; hand"


def test_a_changed_text_keeps_the_line_that_names_its_deal(tmp_path: Path) -> None:
    """A single pass cannot link a note or task to its deal: a line in its text is all that tells of it."""
    deals = "id,name,stage_name,main_contact_id,main_contact\n21,Roof & wall,Incoming,11,Wilma Reef\n"
    for when, text in (("then", "Ring her"), ("now", "Ring again")):
        (tmp_path / when).mkdir()
        (tmp_path / when / "contacts.csv").write_text(
            "id,is_organisation,name,email\n11,false,Wilma Reef,w@reef.example\n"
        )
        (tmp_path / when / "deals.csv").write_text(deals)
        for name, kind in (("notes", "noteable"), ("tasks", "taskable")):
            (tmp_path / when / f"{name}.csv").write_text(
                f"id,content,{kind}_type,{kind}_id,created_at,owner\n"
                f'41,"First line\n{text}",Deal,21,2026-02-03T04:05:06Z,Ada Lamp\n'
            )
    mapping = {"single_pass": True}
    transform(tmp_path / "then", tmp_path / "lap_1", trial=0, rehearse=False, mapping=mapping)
    rehearse(tmp_path / "lap_1").export(tmp_path / "pipedrive")

    transform(
        tmp_path / "now", tmp_path / "lap_2", pipedrive=tmp_path / "pipedrive", previous=tmp_path / "lap_1",
        mapping={**mapping, "empty_in_pipedrive": ["organizations", "leads"]},
        trial=0, rehearse=False)  # fmt: skip

    for name, header in (("6-notes", "Note - Content"), ("5-activities", "Activity - Note")):
        then = pl.read_csv(tmp_path / "lap_1" / f"{name}.csv")[header].item()
        now = pl.read_csv(tmp_path / "lap_2" / "updates" / f"{name}.csv")[header].item()
        assert "Deal in Sell: Roof &amp; wall" in then
        assert now == then.replace("Ring her", "Ring again")


def test_the_files_of_updates_are_among_those_to_upload(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command line said that all was done."""
    then = pl.DataFrame({"id": ["1"], "name": ["Bay Oil"], "phone": ["1"], "is_organisation": ["true"]})
    transform({"contacts": then}, tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    then.with_columns(phone=pl.lit("2")).write_csv(tmp_path / "contacts.csv")
    given = ("--pipedrive", str(tmp_path / "exports"), "--previous", str(tmp_path / "lap_1"))

    assert main([str(tmp_path / "contacts.csv"), str(tmp_path / "lap_2"), *given]) == 0

    said = capsys.readouterr().out
    assert "lap_2/updates/1-organizations.csv  1 record\n" in said
    told = ("1. Prepare Pipedrive for what is new", "2. Upload the files", "3. Export from Pipedrive again",
        "4. Prove it: zsell-transform verify")  # fmt: skip
    assert [said.index(step) for step in told] == sorted(said.index(step) for step in told)
    page = (tmp_path / "lap_2" / "report.html").read_text(encoding="utf-8")
    titles = ["Upload the files in this order", "Export from Pipedrive again", "Prove it"]
    assert re.findall(r"<h3>(.*?)</h3>", page)[1:4] == titles
    assert "in place of the earlier files" in page
    setup = (tmp_path / "lap_2" / "setup.md").read_text(encoding="utf-8")
    assert "### updates/1-organizations.csv" in setup
    assert "| `Organization - Pipedrive System ID` | Organization › Pipedrive System ID |" in setup
    assert "run the next lap" not in setup


def test_a_company_that_is_there_by_its_name_alone_is_told(tmp_path: Path) -> None:
    """A person named it; now it is a record of its own, with values that nothing writes."""
    header = "id,is_organisation,name,organisation_name,email,city\n"
    person = "11,false,Wilma Reef,Skerry,w@reef.example,\n"
    for when, more in (("then", ""), ("now", "5,true,Skerry,,,Lund\n")):
        (tmp_path / when).mkdir()
        (tmp_path / when / "contacts.csv").write_text(header + person + more)
    transform(tmp_path / "then", tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "pipedrive")

    run = transform(tmp_path / "now", pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    told = run.issues.filter(pl.col("code") == "present_by_name")
    assert told.select("entity", "source_id", "value").rows() == [("companies", "5", "Skerry")]


@pytest.mark.parametrize(("there", "written"), [(None, True), ("Bea Wick", False)])
def test_what_fell_to_whoever_imported_may_be_given_away(
    there: str | None, written: bool, tmp_path: Path
) -> None:
    """A deleted user's record, given to somebody in Sell: Pipedrive's importing user was nobody's choice."""
    owners = ["Ada Lamp", "Lou Branch - Deleted", "Lou Branch - Deleted"]
    before, after = people(), people()
    before["contacts"] = before["contacts"].with_columns(owner=pl.Series(owners))
    after["contacts"] = after["contacts"].with_columns(owner=pl.Series([*owners[:2], "Ada Lamp"]))
    transform(before, tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    if there:
        path = next((tmp_path / "exports").glob("people*"))
        frame = pl.read_csv(path, infer_schema=False)
        frame.with_columns(pl.lit(there).alias("Person - Owner")).write_csv(path)

    run = transform(
        after,
        tmp_path / "delta",
        pipedrive=tmp_path / "exports",
        previous=tmp_path / "lap_1",
        mapping={"empty_in_pipedrive": ["deals", "leads"]},
        trial=0,
        rehearse=False,
    )

    assert ("changed_in_both" in run.issues["code"].to_list()) is not written
    if written:
        people_ = pl.read_csv(tmp_path / "delta/updates/2-persons.csv", infer_schema=False)
        assert people_["Person - Owner"].to_list() == ["Ada Lamp"]


def test_where_nobody_had_an_owner_all_fell_to_whoever_imported(tmp_path: Path) -> None:
    """A column that nobody fills is not drafted: no record of it was looked at."""
    after = people()
    after["contacts"] = after["contacts"].with_columns(owner=pl.lit("Ada Lamp"))

    folder, _ = updated(people(), after, tmp_path)

    companies = pl.read_csv(folder / "1-organizations.csv", infer_schema=False)
    assert companies["Organization - Owner"].to_list() == ["Ada Lamp", "Ada Lamp"]


def test_one_record_does_not_tell_who_imported(tmp_path: Path) -> None:
    """Somebody may have given just that one to its owner, and Sell's word was written over it."""
    before, after = people(), people()
    before["contacts"] = before["contacts"].with_columns(owner=pl.Series(["Ada Lamp", "Ada Lamp", None]))
    after["contacts"] = after["contacts"].with_columns(owner=pl.lit("Ada Lamp"))
    transform(before, tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")

    run = transform(
        after, pipedrive=tmp_path / "exports", previous=tmp_path / "lap_1", trial=0, rehearse=False
    )

    told = run.issues.filter(code="changed_in_both")
    assert told.select("source_id", "field").rows() == [("3", "Person - Owner")]


def test_a_record_that_was_only_named_before_takes_its_new_name(tmp_path: Path) -> None:
    """It was called a change in both; the other way round, it was called gone."""
    named = in_stages("Incoming")
    named["deals"] = named["deals"].with_columns(company_id=pl.lit("7"), company=pl.lit("Fern"))
    known = {**named, "contacts": pl.concat([named["contacts"], named["contacts"].tail(1)])}
    last = pl.int_range(pl.len()) == pl.len() - 1
    company = {"id": "7", "is_organisation": "true", "name": "Fern Group", "organisation_name": "Fern Group"}
    known["contacts"] = known["contacts"].with_columns(
        [
            pl.when(last).then(pl.lit(value)).otherwise(column).alias(column)
            for column, value in company.items()
        ]
        + [pl.when(~last).then("email").alias("email")]
    )

    folder, _ = updated(named, known, tmp_path)
    written = pl.read_csv(folder / "1-organizations.csv", infer_schema=False)
    assert written["Organization - Name"].to_list() == ["Fern Group"]

    (tmp_path / "back").mkdir()
    folder, _ = updated(known, named, tmp_path / "back")
    told = pl.read_csv(folder.parent / "issues.csv", infer_schema=False)
    assert "deleted_in_sell" not in told["code"].to_list()


def test_what_a_file_that_could_not_be_read_may_hold_has_not_gone_from_sell(tmp_path: Path) -> None:
    """Who works through the list would delete them in Pipedrive."""
    people = "id,is_organisation,first_name,last_name,custom (contact) Size\n"
    sell = tmp_path / "sell"
    sell.mkdir()
    (sell / "contacts.0.csv").write_text(f"{people}1,false,Ines,Reef,7\n")
    (sell / "contacts.1.csv").write_text(f"{people}2,false,Dotty,Ledge,8\n")
    transform(sell, tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "held")

    def told() -> list[str]:
        run = transform(sell, pipedrive=tmp_path / "held", previous=tmp_path / "lap_1", trial=0)
        return run.issues["code"].to_list()

    (sell / "contacts.1.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00")
    assert "deleted_in_sell" not in told()
    (sell / "contacts.1.csv").unlink()
    assert "deleted_in_sell" in told()


def test_what_sell_only_names_may_be_called_otherwise_by_now(tmp_path: Path) -> None:
    """Nothing was said of a company, person or lead that stands under its id beside others alone."""

    def named(company: str, first: str, lead: str) -> Account:
        account = in_stages("Incoming")
        beside = {"company_id": "900", "company": company}
        account["deals"] = account["deals"].with_columns(pl.lit(v).alias(c) for c, v in beside.items())
        cells = {
            "id": ["41", "42"], "content": ["Likes herring", "Rings"],
            "noteable_type": ["Contact", "Lead"], "noteable_id": ["901", "902"],
            "noteable_first_name": [first, lead], "noteable_last_name": ["Away", "Gone"],
        }  # fmt: skip
        return {**account, "notes": pl.DataFrame(cells)}

    before, after = named("Far Inc", "Lea", "Max"), named("Far Ltd", "Leah", "Maxim")
    folder, held = updated(before, after, tmp_path)

    written = {
        path.name: pl.read_csv(path, infer_schema=False).to_dicts()[0] for path in folder.glob("[1-4]*")
    }
    assert written["1-organizations.csv"]["Organization - Name"] == "Far Ltd"
    assert written["4-leads.csv"]["Lead - Title"] == "Maxim Gone"
    rehearse(folder, held).export(tmp_path / "after")
    proof = verify(after, tmp_path / "after")
    assert not proof.differing.height, proof.differing.rows()
    assert not proof.links.height, proof.links.rows()


@pytest.mark.parametrize(("company", "told"), [("ACME", []), ("Acme Inc", ["Acme Inc"])])
def test_a_company_that_sell_only_names_changes_by_no_other_spelling(
    company: str, told: list[str], tmp_path: Path
) -> None:
    """Rows in another order, or one deleted, gave its first spelling, and an update to an unchanged deal."""
    people = {
        "id": ["1", "2", "3"],
        "is_organisation": ["false"] * 3,
        "name": ["Ann Dell", "Bob Vale", "Cid Loam"],
        "organisation_name": ["acme", "Acme", "Moth"],
        "email": ["a@x.example", "b@x.example", "c@x.example"],
    }
    deals = {"id": ["9"], "name": ["Garden"], "stage_name": ["Quote"], "main_contact_id": ["3"]}
    account = {"contacts": pl.DataFrame(people), "deals": pl.DataFrame({**deals, "company": ["acme"]})}
    after = {
        "contacts": account["contacts"].reverse(),
        "deals": account["deals"].with_columns(company=pl.lit(company)),
    }

    folder, held = updated(account, after, tmp_path)

    written = [pl.read_csv(path, infer_schema=False) for path in folder.glob("3-*")]
    assert [frame["Deal - Company in Sell"].item() for frame in written] == told
    (rehearse(folder, held) if told else held).export(tmp_path / "after")
    assert not verify(after, tmp_path / "after").differing.height


def test_what_a_run_has_read_is_not_written_over_later_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The earlier run is all that the next delta compares with: its `records/` are nowhere else."""
    monkeypatch.chdir(tmp_path)
    transform(people(), "lap_1", trial=0, rehearse=False)
    rehearse("lap_1").export("exports")
    lap = transform(people("Gull Cliff"), pipedrive="exports", previous="lap_1", trial=0, rehearse=False)
    before = (tmp_path / "lap_1" / "manifest.json").read_bytes()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    for overwrite in (False, True):
        with pytest.raises(TargetError, match="is also an input"):
            lap.write("../lap_1", overwrite=overwrite)

    assert (tmp_path / "lap_1" / "manifest.json").read_bytes() == before
    assert lap.write("lap_2").files


def with_company(company: str | None) -> dict[str, pl.DataFrame]:
    deal = {"id": "21", "name": "Roof", "company_id": company}
    return {
        **people(),
        "deals": pl.DataFrame({k: [v] for k, v in deal.items()}, schema=dict.fromkeys(deal, pl.String)),
    }


def test_a_deal_that_lost_its_company_does_not_go_to_the_placeholder(tmp_path: Path) -> None:
    """Sell names none by now: that is told, and Pipedrive keeps what it has."""
    folder, _ = updated(with_company("1"), with_company(None), tmp_path)

    told = pl.read_csv(folder.parent / "issues.csv", infer_schema=False)
    found = told.filter(
        pl.col("entity") == "deals",
        pl.col("code").is_in(["emptied_in_sell", "update_waits", "changed_in_both"]),
    )
    assert found.select("code", "source_id", "value").rows() == [("emptied_in_sell", "21", "1")]
    assert not list(folder.glob("3-*"))


def of_person(person: str | None, company: str | None = None) -> Account:
    """A deal of this person and at this company, and a note that hangs on the deal."""
    account = people()
    deal = {"id": "21", "name": "Roof", "main_contact_id": person, "company_id": company}
    note = {"id": "41", "content": "Slate", "noteable_type": "Deal", "noteable_id": "21"}
    for entity, row in (("deals", deal), ("notes", note)):
        account[entity] = pl.DataFrame({k: [v] for k, v in row.items()}, schema=dict.fromkeys(row, pl.String))
    return account


@pytest.mark.parametrize(("company", "moves"), [(None, False), ("1", False), ("2", True)])
def test_a_deal_that_stood_on_the_placeholder_is_moved_or_told(
    company: str | None, moves: bool, tmp_path: Path
) -> None:
    """Its company goes onto the row where it is the person's own; else nothing takes the placeholder off.

    It was said to be `name:zendesk sell (unlinked)`, and empty in Sell; and nothing at all was said of a deal
    whose company stands beside it by now.
    """
    folder, _ = updated(of_person(None), of_person("3", company), tmp_path)

    written = pl.read_csv(folder / "3-deals.csv", infer_schema=False)
    assert written["Person - Name"].to_list() == ["Pim Quill"]
    assert ("Organization - Name" in written.columns) == moves
    issues = pl.read_csv(folder.parent / "issues.csv", infer_schema=False)
    told = issues.filter(pl.col("code").is_in(["left_on_placeholder", "emptied_in_sell"]))
    expected = ("left_on_placeholder", "deals", "21", "organization", "Zendesk Sell (unlinked)")
    assert told.select("code", "entity", "source_id", "field", "value").rows() == [expected] * (not moves)
    assert moves or re.search(r"'Roof' \(System ID \d+\) still hangs on", told["message"][0])
    assert not issues.filter(pl.col("message").str.contains("name:")).height


def test_who_took_a_deal_off_the_placeholder_is_told_of_it_no_more(tmp_path: Path) -> None:
    transform(of_person(None), tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    path = next((tmp_path / "exports").glob("deals*"))
    moved = pl.read_csv(path, infer_schema=False).with_columns(
        pl.lit(None, dtype=pl.String).alias(f"Deal - {name}") for name in ("Organization", "Organization ID")
    )
    moved.write_csv(path)

    lap = transform(
        of_person("3"),
        pipedrive=tmp_path / "exports",
        previous=tmp_path / "lap_1",
        trial=0,
        rehearse=False,
    )

    assert not lap.issues.filter(pl.col("code") == "left_on_placeholder").height


def test_a_lead_that_is_left_out_by_now_may_stay_on_the_placeholder(tmp_path: Path) -> None:
    def of_nobody(status: str) -> Account:
        return {**people(), "leads": pl.DataFrame({"id": ["31"], "status": [status], "title": ["Slater"]})}

    mapping = {"lead_statuses": {"Unqualified": "leave_out"}}
    folder, _ = updated(of_nobody("New"), of_nobody("Unqualified"), tmp_path, mapping)

    told = pl.read_csv(folder.parent / "issues.csv", infer_schema=False)
    codes = ["left_on_placeholder", "emptied_in_sell"]
    assert not told.filter(pl.col("code").is_in(codes) & (pl.col("field") == "organization")).height


def dump(place: Path, *stages: str, emptied: bool = False) -> Path:
    """A dump of deals in these stages, of which one says how likely it is won; none says so if `emptied`."""
    place.mkdir()
    deals = "".join(
        f"{20 + n},Roof {n},{stage},1,{'' if emptied or n else '35'}\n" for n, stage in enumerate(stages)
    )
    files = {
        "contacts": "id,owner_id,is_organization,name,custom_fields\n1,,true,Acme,{}\n",
        "pipelines": "id,name,disabled\n7,Sales,false\n",
        "stages": "id,name,category,active,position,likelihood,pipeline_id\n31,In,incoming,true,1,10,7\n"
        "32,Quote,in_progress,true,2,,7\n40,Won,won,true,3,100,7\n",
        "deals": f"id,name,stage_id,organization_id,customized_win_likelihood\n{deals}",
    }
    for name, text in files.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


def emptied_in_sell(before: Any, after: Any, place: Path) -> list[tuple[Any, ...]]:
    """The values that are told to be empty in Sell by now."""
    folder, _ = updated(before, after, place)
    told = pl.read_csv(folder.parent / "issues.csv", infer_schema=False)
    found = told.filter(pl.col("code") == "emptied_in_sell")
    return found.select("source_id", "field", "value").rows()


def test_nobody_emptied_the_likelihood_of_a_deal_that_left_its_stage(tmp_path: Path) -> None:
    """A dump gives a deal its stage's likelihood: a won one, and one in a stage without any, has none."""
    before = dump(tmp_path / "before", "32", "31", "31", "31")
    after = dump(tmp_path / "after", "32", "40", "32", "31", emptied=True)

    told = emptied_in_sell(before, after, tmp_path)

    assert told == [("20", "Deal - Probability", "35")]  # its own, and it stays where it was


def test_nobody_emptied_how_a_deal_ended_that_ended_otherwise(tmp_path: Path) -> None:
    """Status and times are bound to each other; a reason that a lost deal has no more was taken away."""
    before = in_stages("Won", "Lost", "Lost", "Lost", "Incoming")
    after = in_stages("Lost", "Won", "Incoming", "Unqualified", "Incoming")
    why = pl.Series("loss_reason", [None, "Dear", "Dear", "Dear", None])
    before["deals"] = before["deals"].with_columns(why)
    after["deals"] = after["deals"].with_columns(loss_reason=pl.lit(None, dtype=pl.String))

    assert emptied_in_sell(before, after, tmp_path) == [("23", "Deal - Lost reason", "Dear")]


def test_what_nobody_can_read_is_told_as_such_and_not_called_emptied(tmp_path: Path) -> None:
    """A value of a record that is there by now; and an owner who has left stands beside, and was no blank."""

    def account(owner: str, **cells: str | None) -> Account:
        given = in_stages("Incoming", "Incoming")
        given["deals"] = given["deals"].with_columns(owner=pl.lit(owner), **cells_of(cells))
        return given

    def cells_of(cells: dict[str, str | None]) -> dict[str, pl.Expr]:
        first = pl.col("id") == "20"
        return {
            name: pl.when(first).then(pl.lit(value, dtype=pl.String)).otherwise(pl.lit("7"))
            for name, value in cells.items()
        }

    before = account("Kim Ledger", scope="5", source="Fair")
    after = account("Kim Ledger - Deleted", scope="n/a", source=None)

    folder, _ = updated(before, after, tmp_path)

    told = pl.read_csv(folder.parent / "issues.csv", infer_schema=False)
    found = told.filter(pl.col("code").is_in(["emptied_in_sell", "unreadable_value"]))
    assert found.select("code", "source_id", "field", "value").rows() == [
        ("unreadable_value", "20", "scope", "n/a"),
        ("emptied_in_sell", "20", "Deal - Source", "Fair"),
    ]
    written = pl.read_csv(folder / "3-deals.csv", infer_schema=False)
    assert written["Deal - Sell owner"].to_list() == ["Kim Ledger - Deleted"] * 2


def test_a_date_that_can_be_read_both_ways_round_is_not_called_emptied(tmp_path: Path) -> None:
    """A spreadsheet has turned the list round since."""

    def account(*closing: str) -> Account:
        given = in_stages("Incoming", "Incoming")
        given["deals"] = given["deals"].with_columns(estimated_close_date=pl.Series(closing))
        return given

    folder, _ = updated(account("2024-05-06", "2024-03-04"), account("05.06.2024", "04.03.2024"), tmp_path)

    told = pl.read_csv(folder.parent / "issues.csv", infer_schema=False)
    found = told.filter(pl.col("code").is_in(["emptied_in_sell", "unreadable_value", "undecided_date"]))
    assert found["code"].to_list() == ["undecided_date"] * 2

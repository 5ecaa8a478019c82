"""A stage is called with its pipeline where another one has a stage of that name, whoever knows of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from zsell_transform import transform
from zsell_transform.pipedrive.wizard import rehearse

CELL = "Deal - Stage (pipeline)"
EMPTY = {"empty_in_pipedrive": ["leads", "persons"]}
STAYS, MOVES = ("South", "Incoming"), ("North", "Incoming")


def account(*places: tuple[str, str]) -> dict[str, pl.DataFrame]:
    """Deals in these pipelines and stages."""
    ids = [str(20 + n) for n in range(len(places))]
    cells = {
        "id": ids,
        "name": [f"Roof {one}" for one in ids],
        "pipeline_name": [pipeline for pipeline, _ in places],
        "stage_name": [stage for _, stage in places],
        "company_name": ["Gull Rock"] * len(ids),
        "company_id": ["1"] * len(ids),
        "decimal_value": [str(len(ids))] * len(ids),
    }
    company = {"id": ["1"], "is_organisation": ["true"], "name": ["Gull Rock"]}
    return {"contacts": pl.DataFrame(company), "deals": pl.DataFrame(cells)}


def exported(source: dict[str, pl.DataFrame], place: Path) -> Path:
    transform(source, place / "lap_1", trial=0, rehearse=False)
    rehearse(place / "lap_1").export(place / "exports")
    return place / "exports"


def test_a_stage_keeps_its_pipeline_when_the_last_deal_has_left_the_other_one(tmp_path: Path) -> None:
    """Pipedrive still has two stages of that name, and the wizard would ask which one is meant."""
    exports = exported(account(STAYS, MOVES), tmp_path)

    run = transform(
        account(STAYS, ("North", "Quote"), STAYS),
        tmp_path / "lap_2",
        pipedrive=exports,
        previous=tmp_path / "lap_1",
        trial=0,
        mapping=EMPTY,
        rehearse=False,
    )

    assert run.tables["deals"][CELL].to_list() == ["Incoming (South)"]
    updates = pl.read_csv(tmp_path / "lap_2/updates/3-deals.csv", infer_schema=False)
    assert dict(updates.select("Deal - Title", CELL).rows()) == {
        "Roof 20": "Incoming (South)",
        "Roof 21": "Quote",
    }
    assert "Incoming (South)" in run.setup["stages"]["cell"].to_list()


@pytest.mark.parametrize("column", ["Pipeline", None])
def test_pipedrive_s_export_and_the_earlier_run_tell_of_it_each(column: str | None, tmp_path: Path) -> None:
    exports = exported(account(STAYS, MOVES), tmp_path)
    deals = next(exports.glob("deals*"))
    if column is None:
        pl.read_csv(deals, infer_schema=False).drop("Deal - Pipeline").write_csv(deals)

    run = transform(
        account(STAYS, ("North", "Quote"), STAYS),
        pipedrive=exports,
        previous=None if column else tmp_path / "lap_1",
        mapping=EMPTY,
        trial=0,
        rehearse=False,
    )

    assert run.tables["deals"][CELL].to_list() == ["Incoming (South)"]


def test_a_pipeline_that_pipedrive_calls_otherwise_is_no_second_one(tmp_path: Path) -> None:
    exports = exported(account(STAYS), tmp_path)
    deals = next(exports.glob("deals*"))
    frame = pl.read_csv(deals, infer_schema=False)
    frame.with_columns(pl.lit("Pipeline").alias("Deal - Pipeline")).write_csv(deals)

    run = transform(
        account(STAYS, STAYS),
        pipedrive=exports,
        mapping={"empty_in_pipedrive": ["leads"]},
        trial=0,
        rehearse=False,
    )

    assert run.tables["deals"][CELL].to_list() == ["Incoming"]


def test_the_stages_of_a_dump_count(tmp_path: Path) -> None:
    files = {
        "deals.csv": "id,name,stage_id,organization_id,value,currency,owner_id,created_at\n"
        "21,Roof,201,1,5,EUR,9,2026-01-01T00:00:00Z\n",
        "contacts.csv": "id,is_organization,name,owner_id,created_at\n"
        "1,true,Gull Rock,9,2026-01-01T00:00:00Z\n",
        "stages.csv": "id,name,category,active,position,likelihood,pipeline_id\n"
        "101,Incoming,incoming,true,1,10,1\n201,Incoming,incoming,true,1,10,2\n"
        "202,Quote,in_progress,true,2,50,2\n",
        "pipelines.csv": "id,name,created_at,updated_at,disabled\n"
        "1,North,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,false\n"
        "2,South,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,false\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    assert transform(tmp_path, trial=0, rehearse=False).tables["deals"][CELL].to_list() == [
        "Incoming (South)"
    ]


def test_the_setup_lists_stages_of_a_dump_in_which_no_deal_stands(tmp_path: Path) -> None:
    """Whoever creates the pipeline needs them, too; won deals go to the last one that open deals are in."""
    files = {
        "stages": "id,name,category,position,likelihood,pipeline_id\n11,Incoming,incoming,1,10,1\n"
        "12,Quote,in_progress,2,50,1\n13,Signed,won,3,100,1\n14,Talks,in_progress,4,30,1\n21,New,incoming,1,5,2\n",
        "pipelines": "id,name\n1,Sales\n2,Unused\n",
        "contacts": "id,is_organization,name,first_name,last_name\n2,false,Ann Dunn,Ann,Dunn\n",
        "deals": "id,name,stage_id,contact_id,owner_id,value\n5,Roof,11,2,1,7\n6,Barn,13,2,1,7\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")

    run = transform(tmp_path, mapping={"stages": {"Sales": {"Talks": "Talking"}}}, trial=0, rehearse=False)

    rows = run.setup["stages"].select("pipeline", "position", "stage", "probability", "open", "won").rows()
    assert rows == [
        ("Sales", 1, "Incoming", 10, 1, 1), ("Sales", 2, "Talking", 30, 0, 0), ("Sales", 3, "Quote", 50, 0, 0)
    ]  # fmt: skip


def test_stages_that_differ_by_an_accent_are_two(tmp_path: Path) -> None:
    """Deals of `Bạn hàng` stood in `Bán hàng`."""
    run = transform(account(("South", "Bán hàng"), ("South", "Bạn hàng")), trial=0, rehearse=False)

    assert run.tables["deals"][CELL].to_list() == ["Bán hàng", "Bạn hàng"]
    assert run.setup["stages"]["stage"].to_list() == ["Bán hàng", "Bạn hàng"]


def test_stages_that_differ_by_case_are_one_and_spelled_as_on_the_setup_list(tmp_path: Path) -> None:
    """The list had `B` alone, and the cells `B` and `b`; of pipelines it had `South`, and cells `SOUTH`."""
    run = transform(
        account(("South", "B"), ("SOUTH", "b"), ("South", "Quote"), ("North", "quote"), ("SOUTH", "QUOTE")),
        tmp_path / "lap_1",
        trial=0,
        rehearse=False,
    )

    cells = run.tables["deals"][CELL].to_list()
    assert len(set(cells)) == 3
    assert set(cells) == set(run.setup["stages"]["cell"])
    assert [len(set(part["pipeline"])) for part in run.setup["stages"].partition_by("cell")] == [1, 1, 1]
    assert run.setup["stages"]["pipeline"].n_unique() == 2


@pytest.mark.parametrize(("pipeline", "previous"), [("South", True), ("Pipeline", False)])
def test_a_stage_that_is_spelled_otherwise_by_now_is_the_one_that_is_there(
    pipeline: str, previous: bool, tmp_path: Path
) -> None:
    """The setup list named it as it is spelled now, as if it were to be created."""
    before = [("South", "Incoming"), ("South", "Réunion"), ("South", "Quote sent")]
    now = [("South", "INCOMING"), ("South", "Reunion"), ("South", "Quote  sent"), ("South", "quote sent")]
    exports = in_pipeline(pipeline, exported(account(*before), tmp_path))

    run = transform(
        account(*now),
        tmp_path / "lap_2",
        pipedrive=exports,
        previous=tmp_path / "lap_1" if previous else None,
        trial=0,
        mapping=EMPTY,
        rehearse=False,
    )

    assert sorted(run.setup["stages"]["cell"]) == sorted(stage for _, stage in before)
    assert run.tables["deals"][CELL].to_list() == ["Quote sent"]
    assert not (tmp_path / "lap_2" / "updates" / "3-deals.csv").exists() or (
        CELL not in pl.read_csv(tmp_path / "lap_2" / "updates" / "3-deals.csv").columns
    )


def test_a_stage_of_another_pipeline_lends_nobody_its_accents(tmp_path: Path) -> None:
    """`Reunion` was created where nothing was yet, and the next lap wrote `Réunion`."""
    exports = in_pipeline("Ventes", exported(account(("Ventes", "Réunion")), tmp_path))
    both = account(("Ventes", "Réunion"), ("Renouvellement", "Reunion"))

    run = transform(both, pipedrive=exports, mapping=EMPTY, trial=0, rehearse=False)

    assert set(run.setup["stages"]["stage"]) == {"Réunion", "Reunion"}


def in_pipeline(name: str, exports: Path) -> Path:
    """Pipedrive says of every deal in which pipeline it is."""
    deals = next(exports.glob("deals*"))
    frame = pl.read_csv(deals, infer_schema=False)
    frame.with_columns(pl.lit(name).alias("Deal - Pipeline")).write_csv(deals)
    return exports


def test_two_stages_that_differ_by_an_accent_stay_two_beside_pipedrive_s(tmp_path: Path) -> None:
    exports = in_pipeline("South", exported(account(("South", "Bán hàng")), tmp_path))

    run = transform(
        account(("South", "Bán hàng"), ("South", "Bạn hàng")),
        pipedrive=exports,
        trial=0,
        mapping=EMPTY,
        rehearse=False,
    )

    assert run.tables["deals"][CELL].to_list() == ["Bạn hàng"]

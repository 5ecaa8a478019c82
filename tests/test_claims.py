"""What the documentation promises and no other test looks at: each of these was once not so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import zsell_transform as zt
from tests.moved import Moved
from zsell_transform.errors import ExportError, MappingError
from zsell_transform.issues import KINDS
from zsell_transform.proof.skips import OTHERWISE, advice

LADDER = {"columns": {"contacts": {"Ladder code": "description"}}}


# ---- an export that was read, and a mapping that speaks of reading ---------------------------------------


@pytest.mark.parametrize(
    "mapping",
    [
        LADDER,
        {"encoding": {"notes.0.csv": "cp1252"}},
        {"smart_lists": {"deals.0.csv": "Hot deals"}},
    ],
)
def test_a_wish_about_reading_that_comes_too_late_is_told(sample: Path, mapping: dict[str, Any]) -> None:
    with zt.read_export(sample) as export:
        for ask in (
            lambda: zt.transform(export, mapping=mapping, trial=0, rehearse=False),
            lambda: zt.read_export(export, mapping=mapping),
            lambda: zt.draft_mapping(export, mapping=mapping),
        ):
            with pytest.raises(MappingError, match=r"read without.*zt\.read_export"):
                ask()


def test_a_proof_takes_no_export_that_was_read_otherwise(sample: Path, after_lap_1: Path) -> None:
    with zt.read_export(sample) as export, pytest.raises(MappingError, match="read without"):
        zt.verify(export, after_lap_1, mapping=LADDER)


def test_a_wrong_column_is_told_of_an_export_that_was_read(sample: Path) -> None:
    with zt.read_export(sample) as export, pytest.raises(MappingError, match=r"columns\.deals\.Season"):
        zt.transform(export, mapping={"columns": {"deals": {"Season": "descriptin"}}})


def test_an_export_that_was_read_with_its_mapping_is_taken(sample: Path) -> None:
    with zt.read_export(sample, mapping=LADDER) as export:
        whole = LADDER | {"timezone": "Europe/Malta", "columns": LADDER["columns"] | {"pipedrive_deals": {}}}
        lap = zt.transform(export, mapping=whole, trial=0, rehearse=False)
        assert not [name for name in lap.tables["persons"].columns if "Ladder" in name]


# ---- the trial of a lap that knows of Pipedrive's records ------------------------------------------------


def test_a_trial_with_system_ids_is_for_the_account_they_are_of(
    sample: Path, after_lap_1: Path, tmp_path: Path
) -> None:
    zt.transform(sample, tmp_path / "lap_1", rehearse=False)
    zt.transform(sample, tmp_path / "lap_2", pipedrive=after_lap_1, rehearse=False)
    first, second = ((tmp_path / lap / "trial" / "trial.md").read_text() for lap in ("lap_1", "lap_2"))
    assert "separate, empty account" in first
    assert "separate, empty account" not in second
    assert "into no other" in second
    assert "System IDs can be tried" not in first


# ---- a delta -----------------------------------------------------------------------------------------------


def test_a_delta_says_to_set_up_what_is_new(moved: Moved, tmp_path: Path) -> None:
    contacts = moved.source["contacts"].with_columns(tags=pl.lit("fresh"))
    exports = moved.exports
    told = zt.transform(
        {**moved.source, "contacts": contacts},
        tmp_path / "delta",
        pipedrive=exports,
        previous=exports.with_name("lap_0"),
        trial=0,
        rehearse=False,
    )
    assert sum(told.summary()["updated"])
    assert "Prepare Pipedrive for what is new" in repr(told)
    assert "Prepare Pipedrive for what is new" in (tmp_path / "delta" / "report.html").read_text()
    assert "needed in all" in (tmp_path / "delta" / "setup.md").read_text()


# ---- words -------------------------------------------------------------------------------------------------


def test_stages_of_one_name_are_told_apart_by_their_pipelines(sample: Path) -> None:
    lap = zt.transform(sample, mapping={"won_stages": ["Closure"]}, trial=0, rehearse=False)
    told = lap.issues.filter(code="stage_may_be_closed")["message"]
    assert told.n_unique() == told.len() > 1
    assert all("pipeline " in message for message in told)


def test_one_character_is_one() -> None:
    people = pl.DataFrame({"id": ["1", "2"], "name": ["Ed Vi", "Al Os"], "custom Slot": ["x", "y"]})
    kit = zt.transform({"contacts": people}, trial=0, rehearse=False).setup["fields"]
    assert "2 texts of at most 1 character" in kit["evidence"].to_list()


def test_a_currency_in_whatever_words_is_known_as_a_reason() -> None:
    reasons = pl.DataFrame({"reason": ["Currency is not supported", "Please provide valid currency", "Else"]})
    told = reasons.select(to_do=advice(pl.col("reason")))["to_do"].to_list()
    assert told[0] == told[1] != OTHERWISE == told[2]


def test_an_encoding_that_does_not_fit_is_said_to_be_the_callers(sample: Path) -> None:
    with pytest.raises(ExportError, match="encoding must be an encoding like") as told:
        zt.read_csv(sample / "deals.0.csv", encoding="nope")
    assert "mapping" not in str(told.value)


def test_people_are_people(sample: Path, tmp_path: Path) -> None:
    """The wizard, `setup.md` and the report call them so; issues and `trial.md` said persons."""
    zt.transform(sample, tmp_path / "lap_1", rehearse=False)
    page = (tmp_path / "lap_1" / "trial" / "trial.md").read_text()
    assert "## People" in page
    assert KINDS["no_export_of_persons"].todo.startswith("Export people")

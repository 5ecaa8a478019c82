"""Custom fields since an earlier run: Pipedrive has them in the type that the values of then proved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from zsell_transform import Migration, transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import Proof, verify

Account = dict[str, pl.DataFrame]
ALONE = {"empty_in_pipedrive": ["organizations", "persons", "deals", "leads"]}


def people(*cells: str | None, field: str = "custom Day") -> Account:
    """People with these values in one custom field."""
    ids = [str(11 + n) for n in range(len(cells))]
    table = {
        "id": ids,
        "is_organisation": ["false"] * len(ids),
        "name": [f"Ada{one} Lamp" for one in ids],
        "first_name": [f"Ada{one}" for one in ids],
        "last_name": ["Lamp"] * len(ids),
        "email": [f"ada{one}@lamp.example" for one in ids],
        field: list(cells),
    }
    return {"contacts": pl.DataFrame(table, schema=dict.fromkeys(table, pl.String))}


def first_lap(before: Account, place: Path, mapping: Any = None) -> Rehearsal:
    transform(before, place / "lap_1", mapping=mapping, trial=0, rehearse=False)
    held = rehearse(place / "lap_1")
    held.export(place / "exports")
    return held


def delta(now: Account, place: Path, mapping: Any = ALONE) -> Migration:
    return transform(
        now, place / "delta", pipedrive=place / "exports", previous=place / "lap_1", mapping=mapping,
        trial=0, rehearse=False,
    )  # fmt: skip


def proven(now: Account, held: Rehearsal, place: Path, mapping: Any = ALONE) -> Proof:
    """The proof once the numbered files and the updates are uploaded."""
    after = rehearse(place / "delta", held) if list((place / "delta").glob("[1-6]-*.csv")) else held
    if (place / "delta" / "updates").exists():
        after = rehearse(place / "delta" / "updates", after)
    after.export(place / "after")
    return verify(now, place / "after", mapping=mapping)


def told(made: Migration) -> list[tuple[Any, ...]]:
    """Code, record and value of what is told beside what is for information."""
    return made.issues.filter(pl.col("severity") != "info").select("code", "source_id", "value").rows()


def updates(place: Path, field: str = "Person - Day") -> list[str | None]:
    files = sorted((place / "delta" / "updates").glob("*.csv"))
    return [
        cell
        for file in files
        for frame in [pl.read_csv(file, infer_schema=False)]
        for cell in (frame[field] if field in frame.columns else [])
    ]


UNDECIDED = ("03/04/2024", "05/04/2024", "06/04/2024")


@pytest.mark.parametrize(
    ("before", "now", "written"),
    [
        (UNDECIDED, ("03/04/2024", "25/04/2024", "06/04/2024"), ["25/04/2024"]),
        (UNDECIDED, ("03/04/2024", "07/04/2024", "06/04/2024", "25/04/2024"), ["07/04/2024"]),
        (("1.200", "5", "6"), ("1.200", "7,5", "6"), ["7,5"]),
        (("unknown", "5", "6"), ("7", "5", "6"), ["7"]),
    ],
)
def test_text_of_then_stays_text(
    before: tuple[str, ...], now: tuple[str, ...], written: list[str], tmp_path: Path
) -> None:
    """Days that are proven by now were written as they stand; each change of them was `changed_in_both`."""
    held = first_lap(people(*before), tmp_path)

    made = delta(people(*now), tmp_path)

    assert [code for code, *_ in told(made)] == ["field_type_changed"]
    assert updates(tmp_path) == written
    proof = proven(people(*now), held, tmp_path)
    assert proof.complete, proof.differing.rows()


@pytest.mark.parametrize(
    ("before", "now", "written", "unfit"),
    [
        # A new record brings what is no date, and another date changed.
        (
            ("13/03/2024", "14/03/2024", "15/03/2024"), ("13/03/2024", "02/04/2024", "15/03/2024", "unknown"),
            ["2024-04-02"], [("unreadable_value", "14", "unknown")],
        ),
        # A date turned into what is none; so did a cell that was blank.
        (
            ("13/03/2024", "14/03/2024", None), ("13/03/2024", "unknown", "soon"),
            [], [("value_unfit_for_field", "12", "unknown"), ("value_unfit_for_field", "13", "soon")],
        ),
        (
            ("2024-03-01T10:00:00Z", "2024-03-02T11:00:00Z"), ("2024-03-01T10:00:00Z", "unknown"),
            [], [("value_unfit_for_field", "12", "unknown")],
        ),
        (
            ("1,200.50", "1,300.50", "6"), ("1,200.50", "1,400.50", "about 7"),
            ["1400.50"], [("value_unfit_for_field", "13", "about 7")],
        ),
        (
            ("1200", "5", "6"), ("1200", "123456789012345678", "6"),
            [], [("value_unfit_for_field", "12", "123456789012345678")],
        ),
        (("09:30", "10:00", "11:15"), ("09:30", "noon", "11:20"), ["11:20"],
            [("value_unfit_for_field", "12", "noon")]),
    ],
)  # fmt: skip
def test_what_the_type_of_then_does_not_take_is_an_error(
    before: tuple[str | None, ...],
    now: tuple[str, ...],
    written: list[str],
    unfit: list[tuple[str, ...]],
    tmp_path: Path,
) -> None:
    """One cell made text of the whole column, and all that is there differed from it."""
    held = first_lap(people(*before), tmp_path)

    made = delta(people(*now), tmp_path)

    assert [row for row in told(made) if row[0] != "field_type_changed"] == unfit
    assert [code for code, *_ in told(made)].count("field_type_changed") == 1
    assert updates(tmp_path) == written
    proof = proven(people(*now), held, tmp_path)
    assert sorted(proof.differing["source_id"]) == [source_id for _, source_id, _ in unfit]


@pytest.mark.parametrize(
    ("before", "now", "written"),
    [
        # Both read the dates of then: nothing is another type.
        (("2024-03-01", "2024-03-02"), ("2024-03-01", "13/03/2024"), ["2024-03-13"]),
        (("1200", "5"), ("1200", "7,5"), ["7.5"]),
        # The order of then is still known when what proved it is gone.
        (("03/04/2024", "25/04/2024"), ("03/04/2024", "05/04/2024"), ["2024-04-05"]),
        # A day that is swapped in Sell is a change there.
        (("03/04/2024", "25/04/2024"), ("04/03/2024", "25/04/2024"), ["2024-03-04"]),
    ],
)
def test_what_both_types_read_is_written_without_a_word(
    before: tuple[str, ...], now: tuple[str, ...], written: list[str], tmp_path: Path
) -> None:
    held = first_lap(people(*before), tmp_path)

    made = delta(people(*now), tmp_path)

    assert told(made) == []
    assert updates(tmp_path) == written
    proof = proven(people(*now), held, tmp_path)
    assert proof.complete, proof.differing.rows()


def test_a_day_that_gets_a_time_is_updated_in_two_fields(tmp_path: Path) -> None:
    held = first_lap(people("2024-03-01", "2024-03-02"), tmp_path)
    now = people("2024-03-01", "2024-03-02T10:00:00Z")

    made = delta(now, tmp_path)

    assert told(made) == []
    assert updates(tmp_path, "Person - Day (time)") == ["10:00"]
    assert proven(now, held, tmp_path).complete


def test_what_the_mapping_decides_since_stays_text_where_the_field_is_one(tmp_path: Path) -> None:
    """`undecided_date_order` asks for that line after the first lap; then each change was in both."""
    held = first_lap(people(*UNDECIDED), tmp_path)
    now = people("03/04/2024", "07/04/2024", "06/04/2024")
    mapping = {**ALONE, "day_first": {"contacts": {"Day": True}}}

    made = delta(now, tmp_path, mapping)

    assert told(made) == []
    assert updates(tmp_path) == ["07/04/2024"]
    assert proven(now, held, tmp_path, mapping).complete


def test_leads_get_the_type_that_the_field_has_of_deals(tmp_path: Path) -> None:
    """Leads have the fields of deals, and had none of this one in the earlier run."""
    deals = {"id": ["21", "22"], "name": ["Roof", "Door"], "custom Day": ["13/03/2024", "14/03/2024"]}
    leads = {"id": ["31"], "last_name": ["Reef"], "first_name": ["Ida"], "email": ["ida@reef.example"]}
    account = {**people(None), "deals": pl.DataFrame(deals), "leads": pl.DataFrame(leads)}
    first_lap(account, tmp_path)
    more = pl.DataFrame({**leads, "id": ["32"], "last_name": ["Skerry"], "custom Day": ["unknown"]})
    now = {**account, "leads": pl.concat([account["leads"], more], how="diagonal")}

    made = delta(now, tmp_path)

    assert ("unreadable_value", "32", "unknown") in told(made)


@pytest.mark.parametrize("change", [("04/04/2024", "05/04/2024"), ("3 April", "05/04/2024")])
def test_the_proof_sees_a_change_of_the_text_itself(change: tuple[str, ...], tmp_path: Path) -> None:
    """Both `unknown` and another day are no reading of what is there."""
    first_lap(people("03/04/2024", "25/04/2024"), tmp_path)

    proof = verify(people(*change), tmp_path / "exports", mapping=ALONE)

    assert sorted(proof.differing["source_id"]) == ["11", "12"]


def test_the_proof_sees_another_time_of_the_same_day(tmp_path: Path) -> None:
    """The column is text by now; its days and times stand in two fields since the first lap."""
    first_lap(people("2024-03-01T10:00:00Z", "2024-03-02T11:00:00Z", "2024-03-03T12:00:00Z"), tmp_path)
    now = people("2024-03-01T10:00:00Z", "2024-03-02T09:30:00Z", "unknown")

    proof = verify(now, tmp_path / "exports", mapping=ALONE)

    assert proof.differing["source_id"].to_list() == ["12", "13"]


def test_standard_columns_are_read_as_they_prove(tmp_path: Path) -> None:
    """A date of Sell's own that nothing decided was left blank: what decides it writes it."""
    deals = {
        "id": ["21", "22"],
        "name": ["Roof", "Door"],
        "estimated_close_date": ["03/04/2026", "05/04/2026"],
    }
    before = {**people(None), "deals": pl.DataFrame(deals)}
    held = first_lap(before, tmp_path)
    proving = {**deals, "estimated_close_date": ["03/04/2026", "25/04/2026"]}
    now = {**before, "deals": pl.DataFrame(proving)}

    delta(now, tmp_path)

    assert updates(tmp_path, "Deal - Expected close date") == ["2026-04-03", "2026-04-25"]
    assert proven(now, held, tmp_path).complete


def test_a_run_after_another_delta_writes_in_the_form_that_is_there(tmp_path: Path) -> None:
    """The earlier run that is given proves no dates any more; the field is one of dates since the first."""
    first = people("13/03/2024", "14/03/2024", "05/04/2024", "06/04/2024")
    held = first_lap(first, tmp_path)
    second = people("unknown", "14/03/2024", "05/04/2024", "06/04/2024")
    delta(second, tmp_path)
    third = people("unknown", "15/03/2024", "07/04/2024", "tomorrow")

    made = transform(
        third, tmp_path / "third", pipedrive=tmp_path / "exports", previous=tmp_path / "delta", mapping=ALONE,
        trial=0, rehearse=False,
    )  # fmt: skip

    assert [row for row in told(made) if row[0] != "field_type_changed"] == [
        ("changed_in_both", "14", "tomorrow")
    ]
    rehearse(tmp_path / "third" / "updates", held).export(tmp_path / "after")
    cells = [file.read_text(encoding="utf-8") for file in sorted((tmp_path / "third" / "updates").iterdir())]
    assert "2024-03-15" in cells[0]
    assert "2024-04-07" in cells[0]

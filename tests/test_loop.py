"""The loop ends, and Pipedrive then holds the graph of the Sell account: generated accounts, rehearsed.

The judge is `loop` (the laws) with `sell_graph` (the links, resolved apart from the library); `rehearse`
stands for Pipedrive's wizard. That the judge can find something is shown in `test_mutations`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.accounts import HEADERS, Account, random_account
from tests.loop import fingerprint, run_loop
from tests.moved import account, move
from tests.sell_graph import Wishes, expected
from zsell_transform import drafting, output
from zsell_transform.migration import transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.pipedrive.wizard.store import names

STYLES = ("prefixed", "bare")
LANGUAGES = ("en", "de", "pt", "es", "fr", "nl")


@pytest.mark.parametrize("seed", range(len(LANGUAGES)))
def test_it_ends_as_the_graph_of_sell(tmp_path: Path, seed: int) -> None:
    """In every form and language of Pipedrive's exports."""
    account = random_account(seed)

    course = run_loop(
        account.write(tmp_path / "sell"), tmp_path, style=STYLES[seed % 2], language=LANGUAGES[seed]
    )

    assert course.against(expected(account)) == ()


@pytest.mark.slow
@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],  # an account says itself what is wrong with it, shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(min_value=100, max_value=10**6))
def test_whatever_the_account(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    work, account = tmp_path_factory.mktemp("loop"), random_account(seed, size=10, districts=5)

    course = run_loop(account.write(work / "sell"), work)

    assert course.against(expected(account)) == ()


# --- what the user may wish ------------------------------------------------------------------------------

#: Wishes that change how it is written, and not what there is in the end.
WRITTEN_OTHERWISE: dict[str, dict[str, Any]] = {
    "bare_organizations": {"bare_organizations": "separate"},
    "id_links": {"id_links": "alone"},
    "limits": {
        "limits": {"rows": 2, "megabytes": 1},
        "moments": "day",
        "bom": True,
        "labels_as": {"persons": "field"},
    },
}


@pytest.mark.parametrize("seed", [10, pytest.param(11, marks=pytest.mark.slow)])
@pytest.mark.parametrize("wish", WRITTEN_OTHERWISE)
def test_wishes_that_leave_the_graph_alone(tmp_path: Path, seed: int, wish: str) -> None:
    account = random_account(seed)

    course = run_loop(account.write(tmp_path / "sell"), tmp_path, mapping=WRITTEN_OTHERWISE[wish])

    assert course.against(expected(account)) == ()


@pytest.mark.parametrize("seed", [20, pytest.param(21, marks=pytest.mark.slow)])
def test_organizations_of_one_name_that_the_wizard_keeps_apart(tmp_path: Path, seed: int) -> None:
    """The wizard's other reading, with the wish that answers it."""
    account = random_account(seed)
    reading = {"bare_organizations": "separate"}

    course = run_loop(account.write(tmp_path / "sell"), tmp_path, mapping=reading, assumptions=reading)

    assert course.against(expected(account)) == ()


@pytest.mark.parametrize("seed", [30, pytest.param(31, marks=pytest.mark.slow)])
def test_duplicates_merged(tmp_path: Path, seed: int) -> None:
    account = random_account(seed)
    merge = {"duplicates": {"companies": "merge", "contacts": "merge"}}

    course = run_loop(account.write(tmp_path / "sell"), tmp_path, mapping=merge)

    assert course.pipedrive is not None
    groups = united(course.pipedrive)
    assert len(set(groups.values())) < len(groups), "nothing was merged"
    assert course.against(expected(account, Wishes(merged_companies=True)).united(groups)) == ()


def united(pipedrive: Rehearsal) -> dict[str, str]:
    """Sell id → the first of the ids that its record in Pipedrive carries."""
    shown = pl.concat(names(pipedrive.store, item) for item in ("organizations", "persons"))[
        "sell_id"
    ].drop_nulls()
    return {one: ids.split(", ")[0] for ids in shown for one in ids.split(", ")}


@pytest.mark.parametrize("seed", [40, pytest.param(41, marks=pytest.mark.slow)])
def test_records_with_no_link_left_out(tmp_path: Path, seed: int) -> None:
    account = random_account(seed)
    wish = {"orphans": dict.fromkeys(("deals", "leads", "notes"), "leave_out")}

    course = run_loop(account.write(tmp_path / "sell"), tmp_path, mapping=wish)

    assert course.against(expected(account, Wishes(placeholder=False))) == ()


@pytest.mark.parametrize("seed", [50, pytest.param(51, marks=pytest.mark.slow)])
def test_leads_of_a_status_left_out(tmp_path: Path, seed: int) -> None:
    account = random_account(seed)
    wish = {"lead_statuses": {"Working": "leave_out"}}

    course = run_loop(account.write(tmp_path / "sell"), tmp_path, mapping=wish)

    assert course.against(expected(account, Wishes(lead_statuses=frozenset({"Working"})))) == ()


@pytest.mark.parametrize("seed", [60, pytest.param(61, marks=pytest.mark.slow)])
def test_a_single_pass(tmp_path: Path, seed: int) -> None:
    """Nothing is wrong; history hangs on its parties, so the links to its deal or lead are missing."""
    account = random_account(seed)

    course = run_loop(account.write(tmp_path / "sell"), tmp_path, mapping={"single_pass": True})

    faults = course.against(expected(account))
    missing = [fault.removeprefix("missing link: ").split() for fault in faults if "missing link" in fault]
    assert len(missing) == len(faults), "\n".join(faults)
    assert {item for item, *_ in missing} == {"activities", "notes"}
    assert {target for *_, target, _ in missing} == {"deals", "leads"}


# --- what may happen meanwhile ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [70])
def test_hand_made_lists_name_people_and_companies(tmp_path: Path, seed: int) -> None:
    account = random_account(seed).by_name_only()

    course = run_loop(account.write(tmp_path / "sell"), tmp_path)

    assert course.against(expected(account)) == ()


@pytest.mark.parametrize("seed", [80, pytest.param(81, marks=pytest.mark.slow)])
def test_a_kept_trial_import(tmp_path: Path, seed: int) -> None:
    account = random_account(seed)
    source = account.write(tmp_path / "sell")
    transform(source, tmp_path / "trial_of", trial=7, rehearse=False)
    kept = rehearse(tmp_path / "trial_of" / "trial")
    assert kept.created.height

    course = run_loop(source, tmp_path, start=kept)

    assert course.against(expected(account)) == ()


@pytest.mark.parametrize("item", ["1-organizations", "2-persons", "3-deals", "4-leads"])
def test_a_skipped_row_comes_again_and_nothing_doubles(tmp_path: Path, item: str) -> None:
    account = random_account(90)

    course = run_loop(
        account.write(tmp_path / "sell"),
        tmp_path,
        upload=lambda lap, folder: without_every_third_row(folder, item) if lap == 1 else None,
        most=5,
    )

    assert course.against(expected(account)) == ()


def without_every_third_row(folder: Path, stem: str) -> None:
    for path in sorted(folder.glob(f"{stem}*.csv")):
        rows = pl.read_csv(path, infer_schema=False)
        rows.filter(pl.int_range(pl.len()) % 3 != 0).write_csv(path)


@pytest.mark.parametrize("seed", [100, pytest.param(101, marks=pytest.mark.slow)])
def test_sell_goes_on_between_the_laps(tmp_path: Path, seed: int) -> None:
    """A further district, and further leads and history, appear after the first lap."""
    early, late = random_account(seed, districts=2), random_account(seed, districts=3)
    source = without_the_last(early).write(tmp_path / "sell")

    course = run_loop(
        source, tmp_path, upload=lambda lap, _: void(late.write(source)) if lap == 1 else None, most=4
    )

    assert course.against(expected(late)) == ()


def void(_: object) -> None:
    """An expression as a statement."""


def without_the_last(account: Account) -> Account:
    """Without the half of leads, notes and tasks that have the higher ids."""

    def first_half(entity: str) -> list[dict[str, str]]:
        rows = getattr(account, entity)
        low = sorted(int(row["id"]) for row in rows)[: len(rows) // 2]
        return [row for row in rows if int(row["id"]) in low]

    return attrs.evolve(account, **{entity: first_half(entity) for entity in ("leads", "notes", "tasks")})


@pytest.mark.parametrize("seed", [110, pytest.param(111, marks=pytest.mark.slow)])
def test_a_pipedrive_that_was_not_empty(tmp_path: Path, seed: int) -> None:
    """Some of its people and organizations are those of Sell, by name and one more value."""
    account = random_account(seed)
    start = rehearse(already_there(account, tmp_path / "before"))

    course = run_loop(account.write(tmp_path / "sell"), tmp_path, start=start)

    assert course.pipedrive is not None
    assert course.against(expected(account)) == ()


def already_there(account: Account, folder: Path) -> Path:
    """Files for the wizard with every third contact, as someone typed it in before, without ids."""
    folder.mkdir()
    rows = [row for row in account.contacts if int(row["id"]) % 3 == 0]
    companies = [row for row in rows if row["is_organisation"] == "true"]
    people = [row for row in rows if row["is_organisation"] == "false" and (row["email"] or row["phone"])]
    pl.DataFrame(
        {"Organization - Name": row["name"], "Organization - Address": row["address"] or None}
        for row in companies
    ).write_csv(folder / "1-organizations.csv")
    pl.DataFrame(
        {
            "Person - Name": row["name"],
            "Person - Email (Work)": row["email"] or None,
            "Person - Phone (Work)": row["phone"] or None,
        }
        for row in people
    ).write_csv(folder / "2-persons.csv")
    return folder


def test_the_same_bytes_twice_and_the_input_untouched(tmp_path: Path) -> None:
    source = random_account(120).write(tmp_path / "sell")
    before = fingerprint(source)

    for name in ("once", "again"):
        transform(source, tmp_path / name)

    assert fingerprint(source) == before
    files = [sorted((tmp_path / name).rglob("*.csv")) for name in ("once", "again")]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]
    assert len(files[0]) > len(HEADERS)


def test_how_many_are_drafted_at_once_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few records are drafted once and held, more are drafted anew for each question, chunk by chunk."""
    source = random_account(121).write(tmp_path / "sell")
    transform(source, tmp_path / "held")

    monkeypatch.setattr(drafting, "_MOST_HELD", -1)
    monkeypatch.setattr(output, "CHUNK", 5)
    transform(source, tmp_path / "anew")

    held, anew = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.csv")}
        for name in ("held", "anew")
    )
    assert len(held) > len(HEADERS)
    assert anew == held


def test_a_record_that_no_file_can_take_is_told(tmp_path: Path) -> None:
    """It keeps a file of its own, as nothing is cut; who uploads it would else meet a refusal."""
    source = random_account(122).write(tmp_path / "sell")

    made = transform(source, tmp_path / "out", mapping={"limits": {"megabytes": 0.0005}}, rehearse=False)

    told = made.issues.filter(pl.col("code") == "file_too_large")
    large = [path.name for path in (tmp_path / "out").glob("[1-6]-*.csv") if path.stat().st_size > 500]
    assert large
    assert sorted(told["field"]) == sorted(large)
    assert set(told["severity"]) == {"error"}


def test_a_complete_pipedrive_is_left_alone(tmp_path: Path) -> None:
    """The last run of a loop writes nothing, says so, and goes on saying so."""
    account = random_account(130, districts=1)
    source = account.write(tmp_path / "sell")
    course = run_loop(source, tmp_path)
    assert course.pipedrive is not None
    course.pipedrive.export(tmp_path / "pipedrive")

    further = transform(source, tmp_path / "further", pipedrive=tmp_path / "pipedrive")

    assert further.complete
    assert (list(further.files), further.summary()["rows_out"].sum()) == ([], 0)
    assert not sorted((tmp_path / "further").glob("[1-6]-*.csv"))


@pytest.mark.parametrize("item", ["organizations", "people"])
def test_of_records_that_are_there_twice_no_other_name_is_told(tmp_path: Path, item: str) -> None:
    """A file was uploaded twice: records that nobody writes were said to be named `Skerry Lights (2)`."""
    moved = move(account(), tmp_path)

    made = transform(moved.source, pipedrive=moved.edited(tmp_path / "e", item, twice))

    codes = set(made.issues["code"])
    assert "sell_id_twice" in codes
    assert codes.isdisjoint({"distinguished", "joins_existing", "merged_duplicate"})
    assert made.summary()["rows_out"].sum() == 0


@pytest.mark.parametrize("wish", ["merge", "distinguish"])
def test_a_record_is_never_merged_into_one_that_is_there_twice(tmp_path: Path, wish: str) -> None:
    """Both were renamed in Pipedrive: a new company of the old name went into a row that nobody writes."""
    moved = move(account(), tmp_path)
    renamed = moved.edited(
        tmp_path / "e",
        "organizations",
        lambda frame: twice(frame).with_columns(pl.lit("Elsewhere").alias("Organization - Name")),
    )
    new = pl.DataFrame({"id": ["3"], "is_organisation": ["true"], "name": ["Skerry Lights"]})
    source = moved.source | {"contacts": pl.concat([moved.source["contacts"], new], how="diagonal")}

    made = transform(source, pipedrive=renamed, mapping={"duplicates": {"companies": wish}})

    assert made.summary().filter(entity="companies").select("rows_out", "merged").row(0) == (1, 0)


def test_a_name_that_is_there_twice_is_there(tmp_path: Path) -> None:
    """Sell has the company under an id by now, and it was written a third time, under a name of its own."""
    person = pl.DataFrame(
        {"id": ["11"], "is_organisation": ["false"], "name": ["Wilma"], "organisation_name": ["Skerry"]}
    )
    moved = move({"contacts": person}, tmp_path)
    company = pl.DataFrame({"id": ["1"], "is_organisation": ["true"], "name": ["Skerry"]})
    more = {"contacts": pl.concat([person, company], how="diagonal")}

    made = transform(more, pipedrive=moved.edited(tmp_path / "e", "organizations", twice))

    assert made.summary()["rows_out"].sum() == 0


def twice(frame: pl.DataFrame) -> pl.DataFrame:
    """An export in which every record stands twice."""
    number = next(name for name in frame.columns if name.endswith(" - ID"))
    return pl.concat([frame, frame.with_columns((pl.lit("9") + pl.col(number)).alias(number))])


@pytest.mark.parametrize(
    ("lead", "named"), [("31", "taskable_name"), ("31", "taskable_last_name"), ("99", "taskable_name")]
)
def test_a_lead_that_is_not_there_is_called_a_lead(lead: str, named: str) -> None:
    """It is left out, or the export does not hold it; the text called it a contact, or a deal."""
    leads = {"id": ["31", "32"], "last_name": ["Ek", "Reef"], "status": ["Unqualified", "New"]}
    task = {"id": "51", "content": "Call", "taskable_type": "Lead", "taskable_id": lead, named: "Zoë Ek"}

    made = transform(
        {"leads": pl.DataFrame(leads), "tasks": pl.DataFrame([task])},
        mapping={"lead_statuses": {"Unqualified": "leave_out"}},
        rehearse=False,
    )

    assert made.tables["activities"]["Activity - Note"].to_list() == ["Lead in Sell: Zoë Ek<br>Sell task 51"]

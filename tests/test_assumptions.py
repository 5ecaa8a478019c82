"""Each assumption about the wizard turned to its other reading: what then goes wrong is known.

With the default mapping the files are written so that nearly all readings end alike. `OUTCOMES` holds the
others, each with what is then missing; `docs/reference/assumptions.md` tells of the same.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.accounts import random_account
from tests.loop import doubled, mishaps, run_loop, unlike
from tests.sell_graph import Expected, expected
from zsell_transform import transform
from zsell_transform.pipedrive.assumptions import ASSUMPTIONS
from zsell_transform.pipedrive.wizard import rehearse

Reading = tuple[str, str]

#: Reading → which links are then not as in Sell, as `item → target`; of all others none.
OUTCOMES: dict[Reading, set[str]] = {
    ("bare_organizations", "separate"): {
        *(f"{item} → organizations" for item in ("persons", "deals", "leads")),
        "deals → persons",  # people whose key is the company
    },
    ("deal_by_id", "ignored"): {"activities → deals", "notes → deals"},
    ("lead_by_id", "ignored"): {"activities → leads", "notes → leads"},
}
OTHERS = [(name, reading) for name, one in ASSUMPTIONS.items() for reading in one.readings[1:]]
#: All that end alike, at once; of an assumption with several other readings the first.
HARMLESS = {name: reading for name, reading in reversed(OTHERS) if (name, reading) not in OUTCOMES}


def faults_under(readings: dict[str, str], work: Path, seed: int) -> tuple[str, ...]:
    account = random_account(seed, size=10)
    return run_loop(account.write(work / "sell"), work, assumptions=readings).against(expected(account))


def touched(faults: tuple[str, ...]) -> set[str]:
    """`item → target` of the links that are missing or wrong; history only with what it hangs on."""
    links = [fault.partition("link: ")[2].split(" → ") for fault in faults if "link: " in fault]
    return {f"{own.split()[0]} → {target.split()[0]}" for own, target in links}


@pytest.mark.parametrize("seed", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_most_other_readings_change_nothing(tmp_path: Path, seed: int) -> None:
    """All of them together."""
    assert faults_under(HARMLESS, tmp_path, seed) == ()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], Expected]:
    """The laps of a loop under the usual readings, and what it must end as."""
    account, work = random_account(5, size=10), tmp_path_factory.mktemp("loop")
    course = run_loop(account.write(work / "sell"), work)
    return [work / f"lap_{lap}" for lap in range(1, course.laps + 1)], expected(account)


@pytest.mark.parametrize(
    "reading", [one for one in OTHERS if one not in OUTCOMES], ids=lambda one: "-".join(one)
)
def test_an_other_reading_that_changes_nothing(
    imported: tuple[list[Path], Expected], reading: Reading
) -> None:
    """Each alone: the same files, imported under it, end as the same graph."""
    (folders, wanted), pipedrive = imported, None
    faults: list[str] = []
    for lap, folder in enumerate(folders, start=1):
        pipedrive = rehearse(folder, pipedrive, assumptions=dict([reading]))
        faults += mishaps(lap, pipedrive)
    assert pipedrive is not None

    assert [*faults, *doubled(pipedrive), *unlike(pipedrive, wanted)] == []


@pytest.mark.parametrize("reading", OUTCOMES, ids=lambda one: "-".join(one))
def test_what_goes_wrong_is_known(tmp_path: Path, reading: Reading) -> None:
    name, _ = reading

    faults = faults_under(dict([reading]), tmp_path, 3)

    assert faults, "nothing went wrong: the table says too much"
    beside = {
        f"{item} → {target}" for item in ("activities", "notes") for target in ("persons", "organizations")
    }
    assert touched(faults) <= OUTCOMES[reading] | beside
    assert touched(faults) & OUTCOMES[reading]
    assert not [fault for fault in faults if "missing: " in fault or " is there " in fault], (
        "a record is lost"
    )
    assert ASSUMPTIONS[name].wrong
    assert ASSUMPTIONS[name].key, "what helps must be named"


def test_the_run_itself_reads_the_wizard_as_the_mapping_says() -> None:
    """Two companies of one name were errors in a run that was told that the wizard keeps them apart."""
    companies = {"id": ["1", "2"], "is_organisation": ["true", "true"], "name": ["Otter Bay", "Otter Bay"]}
    account = {"contacts": pl.DataFrame(companies)}

    made = transform(account, mapping={"bare_organizations": "separate"})

    assert made.rehearsal is not None
    assert made.tables["organizations"]["Organization - Name"].to_list() == ["Otter Bay", "Otter Bay"]
    assert not made.issues["severity"].is_in(["error"]).any()

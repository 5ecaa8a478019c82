"""The judge of `test_loop` can find something: a fault in the library lets the loop go wrong in a known way.

Each fault is one that a change could bring: a swapped key, a dropped condition, a proof that is not made.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from tests.accounts import random_account
from tests.loop import run_loop
from tests.sell_graph import expected
from zsell_transform import issues, linker
from zsell_transform.lap import deals as lap_deals
from zsell_transform.lap import leads as lap_leads
from zsell_transform.lap.link_cells import BY_KEY, form
from zsell_transform.linker import references, resolving
from zsell_transform.pipedrive import keys, lead_people
from zsell_transform.pipedrive.names import Names

#: Puts the fault in and says how the judge must tell of it, as the beginning of one of its lines.
Fault = Callable[[pytest.MonkeyPatch], str]


def deals_take_the_company_for_the_contact(patch: pytest.MonkeyPatch) -> str:
    """A swapped key in the linker."""
    right = references._reference

    def swapped(entity: str, relation: str, frame: pl.DataFrame, by_id: str, *names: Any) -> Any:
        return right(entity, relation, frame, "company_id" if by_id == "main_contact_id" else by_id, *names)

    patch.setattr(references, "_reference", swapped)
    return "missing link: deals"


def the_first_of_several_is_guessed(patch: pytest.MonkeyPatch) -> str:
    """A name that fits several companies leads to one of them."""
    right = resolving._grouped

    def guessed(keyed: pl.DataFrame, by: str) -> pl.DataFrame:
        return right(keyed.unique(by, keep="first", maintain_order=True), by)

    patch.setattr(resolving, "_grouped", guessed)
    return "wrong link: persons"


def no_company_from_deals(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(linker, "employers_from_deals", lambda employer, *_: (employer, issues.empty()))
    return "missing link: persons"


def people_are_not_compared_by_phone(patch: pytest.MonkeyPatch) -> str:
    """A dropped condition of the key: the wizard finds people by their phone all the same."""
    right = keys.person_tokens
    patch.setattr(
        keys, "person_tokens", lambda frame: right(frame).filter(pl.col("v").str.starts_with("p:").not_())
    )
    return "lap 1 collapsed"


def people_are_not_compared_by_organization(patch: pytest.MonkeyPatch) -> str:
    right = keys.person_tokens
    patch.setattr(
        keys, "person_tokens", lambda frame: right(frame).filter(pl.col("v").str.starts_with("o:").not_())
    )
    return "lap 1 collapsed"


def case_makes_a_difference(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(keys, "folded", lambda text: text.str.strip_chars())
    return "lap 1 collapsed"


def namesakes_keep_their_names(patch: pytest.MonkeyPatch) -> str:
    """Nothing is put behind the names of records that the wizard would merge."""
    patch.setattr(Names, "distinct", lambda self, name, *_: name)
    return "lap 1 collapsed"


def everything_counts_as_proven(patch: pytest.MonkeyPatch) -> str:
    right = keys._keys

    def proven(*given: Any, **wish: Any) -> keys.Keys:
        found = right(*given, **wish)
        return attrs.evolve(found, frame=found.frame.with_columns(proven=pl.lit(True)))

    patch.setattr(keys, "_keys", proven)
    by_key = pl.when(pl.col("person_at").is_not_null()).then(form(BY_KEY))
    patch.setattr(lap_deals, "person_form", lambda: by_key)
    return "wrong link: deals"


def a_deal_moves_its_person(patch: pytest.MonkeyPatch) -> str:
    """Both organizations on one row."""
    right = lap_deals.one_organization

    def both(rows: pl.DataFrame, *, both: bool) -> pl.DataFrame:
        return right(rows, both=True).with_columns(strict=pl.lit(False))

    patch.setattr(lap_deals, "one_organization", both)
    return "wrong link: persons"


def leads_never_join_a_contact(patch: pytest.MonkeyPatch) -> str:
    right = lead_people._known_tokens
    patch.setattr(lead_people, "_known_tokens", lambda *given: right(*given).clear())
    return "lap 1 overwritten"


def leads_that_are_there_come_again(patch: pytest.MonkeyPatch) -> str:
    right = lap_leads._with_presence

    def forgotten(frame: pl.DataFrame, as_lead: pl.DataFrame, as_deal: pl.DataFrame) -> pl.DataFrame:
        return right(frame, as_lead.clear(), as_deal)

    patch.setattr(lap_leads, "_with_presence", forgotten)
    return "leads "


def a_company_is_present_under_any_id(patch: pytest.MonkeyPatch) -> str:
    """Sell ids of companies are swapped when they are read from Pipedrive."""
    right = keys.organizations

    def swapped(sell: pl.DataFrame, held: pl.DataFrame, **wish: Any) -> keys.Keys:
        ids = held["sell_id"].drop_nulls().sort()
        other = dict(zip(ids, ids.reverse(), strict=True))
        return right(sell, held.with_columns(pl.col("sell_id").replace(other)), **wish)

    patch.setattr(keys, "organizations", swapped)
    return "wrong link: activities"


FAULTS: tuple[Fault, ...] = (
    deals_take_the_company_for_the_contact,
    the_first_of_several_is_guessed,
    no_company_from_deals,
    people_are_not_compared_by_phone,
    people_are_not_compared_by_organization,
    case_makes_a_difference,
    namesakes_keep_their_names,
    everything_counts_as_proven,
    a_deal_moves_its_person,
    leads_never_join_a_contact,
    leads_that_are_there_come_again,
    a_company_is_present_under_any_id,
)


def test_without_a_fault_nothing_is_found(tmp_path: Path) -> None:
    assert judged(tmp_path) == ()


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.__name__ for fault in FAULTS])
def test_a_fault_is_found(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = fault(monkeypatch)

    faults = judged(tmp_path, told)

    assert [line for line in faults if line.startswith(told)], "\n".join(faults) or "nothing was found"


def judged(work: Path, told: str = "nothing") -> tuple[str, ...]:
    """What the judge says of an account that has a case for each fault, as soon as it says what is `told`."""
    account = random_account(7, size=14, districts=6)
    course = run_loop(account.write(work / "sell"), work, until=lambda fault: fault.startswith(told))
    return course.against(expected(account))

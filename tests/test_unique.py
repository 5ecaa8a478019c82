"""A second thing of one name is told apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zsell_transform.frames.unique import Numbering, free, told_apart

NAMES = st.sampled_from(["a", "A", "a (2)", "a (3)", "b"])


@given(st.lists(NAMES, max_size=8))
def test_no_two_names_are_alike_and_the_first_keeps_its_own(names: list[str]) -> None:
    found = list(told_apart({str(n): name for n, name in enumerate(names)}).values())
    assert len(set(found)) == len(names)
    for n, name in enumerate(names):
        if name not in found[:n]:
            assert found[n] == name


def test_names_may_be_alike_by_a_key() -> None:
    assert free("A", {"a", "a (2)"}, str.lower) == "A (3)"


@given(st.lists(NAMES, max_size=12), st.sets(NAMES))
def test_numbering_gives_what_a_search_for_each_finds(names: list[str], before: set[str]) -> None:
    numbering, taken = Numbering(before), set(before)
    for name in names:
        wanted = free(name, taken)
        taken.add(wanted)
        assert numbering.free(name) == wanted


def test_thousands_of_one_name_are_not_looked_for_one_by_one() -> None:
    """Each search for the next number began at 2: fifty million looks for ten thousand columns."""
    numbering = Numbering()
    found = [numbering.free("a") for _ in range(100_000)]
    assert found[-1] == "a (100000)"

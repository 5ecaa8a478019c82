"""What stands further on in a text is looked for once."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from zsell_transform.reading.window import Ahead


class Counted:
    """A pattern that remembers from where it was searched."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.places = re.compile(pattern), list[int]()

    def search(self, text: str, at: int) -> re.Match[str] | None:
        self.places.append(at)
        return self.pattern.search(text, at)


@given(st.text("ax", max_size=12), st.lists(st.integers(0, 12), max_size=12))
def test_the_next_match_is_that_of_a_search_from_there(text: str, places: list[int]) -> None:
    ahead = Ahead("x+")
    for at in (min(at, len(text)) for at in places):
        found = re.compile("x+").search(text, at)
        begin, end = ahead.find(text, at)
        if found is None:
            assert begin > len(text)
        else:
            assert (begin, end) == found.span()


def test_what_one_search_passed_over_is_not_searched_again() -> None:
    """A quote that is opened in each record and closed in none: each looked through all that follows."""
    ahead = Ahead("x")
    ahead._pattern = counted = Counted("x")  # type: ignore[assignment]
    text = "a" * 500 + "x" + "a" * 500

    for at in range(len(text)):
        ahead.find(text, at)

    assert counted.places == [0, 501]


def test_another_text_is_searched_anew() -> None:
    ahead = Ahead("x")

    assert ahead.find("aax", 0) == (2, 3)
    assert ahead.find("ax", 0) == (1, 2)

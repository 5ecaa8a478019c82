"""Words by which an encoding is guessed: each is looked at once, however long it is."""

from __future__ import annotations

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from zsell_transform.reading import encoding

#: The rule as it was said first: right, and quadratic where a word has many letters of one kind.
BOTH_ENDS = re.compile(r"[åæøÅÆØ]\w*[áâèêìíîñòóõùúû]|[áâèêìíîñòóõùúû]\w*[åæøÅÆØ]")


@given(st.text("åØáûabÉ _-1¢\u0301", max_size=12))
def test_no_word_is_of_the_north_and_of_the_south(text: str) -> None:
    assert encoding.is_of_both_ends(text) == bool(BOTH_ENDS.search(text))


def test_a_word_of_a_hundred_thousand_letters_takes_no_minutes() -> None:
    """Each å looked for its opposite to the word's end: 17 seconds for 40,000."""
    began = time.process_time()
    assert not encoding.are_western({"å" * 100_000, "á" * 100_000})
    assert time.process_time() - began < 10

"""What the values of one column prove: its type, its day/month order, its decimal mark, its options.

Nothing here is a guess from a sample: a column has a type only if *every* filled value reads as one, and an
order or a decimal mark only if some value reads no other way. `SHAPES` declares what is counted, `judge`
reads the counts once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from typing import Final

import attrs

from zsell_transform.cleaning.moments import ORDERS
from zsell_transform.cleaning.numbers import MARKS
from zsell_transform.counts import count as counted
from zsell_transform.folding import plain
from zsell_transform.ticks import PAIRS

#: Pipedrive's limits, of which `account.yaml` says where they come from: a text field takes 255 characters, a
#: numerical one 14 digits, a field 500 options. The patterns below need them before any file is read; a test
#: holds both together.
TEXT_LIMIT: Final = 255
DIGIT_LIMIT: Final = 14
OPTION_LIMIT: Final = 500
#: Who says the order of day and month, where no value proves it.
MAPPING: Final = "the mapping says"
#: Currencies with thousandths (ISO 4217).
THOUSANDTHS: Final = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
#: Fewer values are too few to call them a list of options.
_LEAST_OPTIONS: Final = 4

# --- dates: every month with its own number of days, so that 31/02 is not one -------------------------------
_MONTHS: Final = (
    (r"(?:0?[13578]|1[02])", r"(?:0?[1-9]|[12][0-9]|3[01])"),
    (r"(?:0?[469]|11)", r"(?:0?[1-9]|[12][0-9]|30)"),
    (r"0?2", r"(?:0?[1-9]|[12][0-9])"),
)
_MINUTES: Final = r":[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
_CLOCK: Final = rf"(?:(?:[01]?[0-9]|2[0-3]){_MINUTES}|(?:0?[1-9]|1[0-2]){_MINUTES} ?[AaPp]\.?[Mm]\.?)"
_TAIL: Final = rf"(?:(?:,? +|T){_CLOCK}(?: ?(?:UTC|GMT|Z|[+-][0-9]{{2}}:?[0-9]{{2}}))?)?$"
_MONTH_DAY: Final = "(?:" + "|".join(f"{month}[-/.]{day}" for month, day in _MONTHS) + ")"
_DAY_MONTH: Final = "(?:" + "|".join(f"{day}[-/.]{month}" for month, day in _MONTHS) + ")"
_YEAR: Final = r"(?:1[6-9]|2[01])[0-9]{2}"
_SHORT_YEAR: Final = rf"(?:{_YEAR}|[0-9]{{2}})"

# --- numbers: under one decimal mark, the other may only part groups of three -------------------------------
_GROUPS: Final = " '’\u00a0\u202f"
_DOT: Final = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[,{_GROUPS}][0-9]{{3}})+)(?:\.[0-9]+)?"
_COMMA: Final = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[.{_GROUPS}][0-9]{{3}})+)(?:,[0-9]+)?"
_SIGN: Final = r"(?:[A-Z]{1,3}\$|[$€£¥₹]|[A-Z]{3}|kr\.?|zł)"

#: A day as a spreadsheet counts them, from 1954 to 2064, with or without a time.
SERIAL_DAY: Final = r"^[2-5][0-9]{4}(?:[.,][0-9]+)?$"
#: What is counted in a column, as patterns over its trimmed values; families are asked for as a whole.
SHAPE_FAMILIES: Final[dict[str, dict[str, str]]] = {
    "dates": {
        "ymd": rf"^{_YEAR}[-/.]{_MONTH_DAY}{_TAIL}",
        "dmy": rf"^{_DAY_MONTH}[-/.]{_SHORT_YEAR}{_TAIL}",
        "mdy": rf"^{_MONTH_DAY}[-/.]{_SHORT_YEAR}{_TAIL}",
        "slashed": rf"^(?:{_DAY_MONTH}|{_MONTH_DAY})[-/.]{_SHORT_YEAR}{_TAIL}",
        "moment": rf"^[0-9]{{1,4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,4}}(?:,? +|T){_CLOCK}",
        "clock": rf"^{_CLOCK}$",
        "serial": SERIAL_DAY,
    },
    "numbers": {
        "whole": r"^-?[0-9]+$",
        "negative": r"^-[0-9]",
        "dot": rf"^-?{_DOT}$",
        "comma": rf"^-?{_COMMA}$",
        "number": rf"^-?(?:{_DOT}|{_COMMA})$",
        "grouped": rf"^-?[1-9][0-9]{{0,2}}(?:[.,{_GROUPS}][0-9]{{3}})+(?:[.,][0-9]+)?$",
        "coded": r"^-?0[0-9]",
        "comma_group": r"^-?[0-9]{1,3},[0-9]{3}$",
        "dot_group": r"^-?[0-9]{1,3}\.[0-9]{3}$",
        "digits": rf"^(?:[^0-9]*[0-9]){{{DIGIT_LIMIT + 1},}}",
        "money": rf"^(?:-?{_SIGN} ?-?(?:{_DOT}|{_COMMA})|-?(?:{_DOT}|{_COMMA}) ?{_SIGN})$",
    },
    "phones": {
        "phone": r"^(?:\+|00)?[0-9(][0-9 ()./-]{5,}[0-9](?: ?(?:x|ext\.?) ?[0-9]+)?$",
        "abroad": r"^\+[0-9]",
    },
    "links": {
        "url": r"^(?:https?://|www\.)\S+$",
        "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    },
}
SHAPES: Final[dict[str, str]] = {
    shape: pattern for family in SHAPE_FAMILIES.values() for shape, pattern in family.items()
}
#: Shape → shapes that no value has beside it.
EXCLUDED: Final = {"ymd": ("dmy", "mdy", "slashed", "clock", "serial")}
#: Shape → shapes that its values have just where they have more characters than this.
LONGER: Final = {"ymd": {"moment": len("2024-05-31")}}

#: Words of a tick box, folded.
_YES_NO: Final = tuple(frozenset(map(plain, pair)) for pair in PAIRS)
#: What names of fields say, as patterns over their folded words. German, Dutch and Scandinavian join words
#: (`Diensthandy`, `Kundenadresse`), so that some may also end one; the short ones only begin a word, or are
#: one: "Hotel number", "Cancellation no", "Handyman" and "Automobile" are no phones.
_PHONE_NAMES: Final = re.compile(
    r"telefo|telefa[xk]|telephon|telepon|telemov|whats ?app"
    r"|\bphone|phones?\b|\btel(?:ef|f|p|s|nr|no|nummer)?\b"
    r"|\bmobil(?!i)|mobil(?:nummer|nr)\b|\bmovil|\bfono|\bfax|fax(?:nummer|nr)\b"
    r"|handy(?:s|nummer|nr)?\b|\bcelular|\bcell(?:s|nr|no|ula\w*)?\b"
)
#: Neither is "Madreselva", "Readressed to" or "Padres" an address, nor is who is addressed.
_ADDRESS_NAMES: Final = re.compile(
    r"(?<!\bre)add?ress(?!at|ier|e[de])|\badres(?!s)|(?<![lmpu])adres\b|anschrift"
    r"|\bdireccion|\bendereco|\bindirizzo|\balamat"
)


def families(example: str) -> list[str]:
    """The families to ask a column for that holds this value: in any other family not every value is."""
    return [
        family
        for family, shapes in SHAPE_FAMILIES.items()
        if any(re.search(pattern, example) for pattern in shapes.values())
    ]


@attrs.frozen
class Evidence:
    """The counts of one column: `counts` per shape, `options` value → times where the values are few.

    `tidy`: no cell has outer spaces, or an apostrophe in front.
    """

    filled: int
    longest: int
    counts: MappingOf[str, int] = attrs.field(factory=lambda: dict.fromkeys(SHAPES, 0))
    options: MappingOf[str, int] | None = None
    tidy: bool = False

    def every(self, shape: str) -> bool:
        return self.filled > 0 and self.counts[shape] == self.filled

    @property
    def either_mark(self) -> bool:
        """Whether it has numbers, and all of them say the same under each decimal mark."""
        numbers, dot, comma = (self.counts[shape] for shape in ("number", "dot", "comma"))
        groups = self.counts["comma_group"] + self.counts["dot_group"]
        return 0 < numbers == dot == comma and not groups

    def merged(self, other: Evidence) -> Evidence:
        """The evidence of two columns that share one field in Pipedrive."""
        if not self.filled or not other.filled:
            return self if self.filled else other
        few = None
        if self.options is not None and other.options is not None:
            few = dict(Counter(self.options) + Counter(other.options))
        counts = {shape: self.counts[shape] + other.counts[shape] for shape in SHAPES}
        return Evidence(self.filled + other.filled, max(self.longest, other.longest), counts, few)


@attrs.frozen
class Verdict:
    """A Pipedrive field type with what proves it, in one phrase."""

    type: str
    evidence: str
    options: tuple[str, ...] = ()


def date_order(seen: Evidence, *, sells_own: bool = False) -> str | None:
    """How the dates of a column read, from the whole column.

    Args:
        sells_own: a date column of Sell's own, which stays one whatever else stands in it.

    Returns:
        "ymd", "dmy", "mdy"; "undecided" when every value reads both ways round; "contradicts" when some value
        can only be day first and another only month first; None when not every value is a date.
    """
    years, either, day_first, month_first = (seen.counts[shape] for shape in ("ymd", "slashed", "dmy", "mdy"))
    if not years + either or (years + either != seen.filled and not sells_own):
        return None
    if not either:
        return "ymd"
    if day_first == month_first == either:
        return "undecided"
    return "dmy" if day_first == either else "mdy" if month_first == either else "contradicts"


def decimal_mark(seen: Evidence, *, sells_own: bool = False) -> str | None:
    """The decimal mark of a column, from the whole column.

    Args:
        sells_own: a column of Sell's own numbers, which stays one whatever else stands in it: its numbers
            decide.

    Returns:
        The mark by proof; "undecided" when every number reads either way (`1,234`); "contradicts" when some
        of Sell's own read with a point only and others with a comma only; None: no numbers.
    """
    numbers, whole, dot, comma = (seen.counts[shape] for shape in ("number", "whole", "dot", "comma"))
    if not numbers or (not sells_own and (numbers != seen.filled or seen.counts["coded"])):
        return None
    if numbers in (whole, dot):
        return "undecided" if comma == numbers != whole else "."
    return "," if comma == numbers else "contradicts" if sells_own else None


def thousands_mark(seen: Evidence) -> str | None:
    """The decimal mark of money that reads either way: the sign in `1,000` can only part thousands where no
    currency has thousandths. "undecided" where both signs stand in the column.
    """
    comma, dot = seen.counts["comma_group"], seen.counts["dot_group"]
    return "undecided" if comma and dot else "." if comma else ","


def has_serial_days(seen: Evidence) -> bool:
    """Whether all values are dates save some, not more, that a spreadsheet has made numbers of."""
    dates = seen.counts["ymd"] + seen.counts["slashed"]
    return 0 < seen.counts["serial"] <= dates == seen.filled - seen.counts["serial"]


def judge(name: str, seen: Evidence, order: str | None, mark: str | None, by: str = MAPPING) -> Verdict:
    """The type of one field, from all of its values.

    Args:
        name: the Sell field's name, which may hint at a phone or an address where the values allow it.
        seen: the counts, of both columns where leads and deals share the field.
        order: how its dates are read, as `date_order` says, or None when they stay text.
        mark: its decimal mark, as `decimal_mark` says, or None when its numbers stay text.
        by: what says the order where none of the values proves it.
    """
    if not seen.filled:
        return Verdict("text", "no value in this export")
    return (
        _as_date(seen, order, by)
        or _as_tick(seen)
        or _as_phone(name, seen)
        or _as_number(seen, mark)
        or _as_spoiled_dates(seen)
        or _as_options(seen)
        or _as_text(name, seen, order, mark)
    )


def _every(seen: Evidence, one: str, many: str, detail: str = "") -> str:
    return (
        f"all {seen.filled:,} values are {many}{detail}"
        if seen.filled > 1
        else f"its only value is {one}{detail}"
    )


def _as_date(seen: Evidence, order: str | None, said_by: str) -> Verdict | None:
    if seen.every("clock"):
        return Verdict("time", _every(seen, "a time of day", "times of day"))
    if order not in ORDERS:
        return None
    proof = abs(seen.counts["dmy"] - seen.counts["mdy"])
    words = {"ymd": "year first", "dmy": "day first", "mdy": "month first"}[order]
    by = (
        ""
        if order == "ymd"
        else f" ({proof:,} prove{'s' * (proof == 1)} it)"
        if proof
        else f" (as {said_by})" * bool(said_by)
    )
    timed = seen.counts["moment"]
    detail = f", {words}{by}" + (f", {timed:,} with a time" if timed else "")
    return Verdict("datetime" if timed else "date", _every(seen, "a date", "dates", detail))


def _as_spoiled_dates(seen: Evidence) -> Verdict | None:
    """Text: a column is a date only if every value reads as one."""
    if not has_serial_days(seen):
        return None
    return Verdict(
        "text", f"{counted(seen.filled, 'date')}, {seen.counts['serial']:,} of them a spreadsheet's numbers"
    )


def _as_tick(seen: Evidence) -> Verdict | None:
    if not seen.options:
        return None
    words = {plain(value) for value in seen.options}
    lonely_digit = len(words) == 1 and words <= {"0", "1"}  # may as well be a quantity
    if lonely_digit or not any(words <= pair for pair in _YES_NO):
        return None
    said = " or ".join(sorted(seen.options))
    return Verdict("yes_no", _every(seen, said, said), tuple(sorted(seen.options)))


def _named(name: str, hint: re.Pattern[str]) -> bool:
    """Whether the words of a name hint at something; `workPhone_2` is two of them."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return bool(hint.search(re.sub(r"[\W\d_]+", " ", plain(words))))


def _as_phone(name: str, seen: Evidence) -> Verdict | None:
    if seen.every("phone") and (seen.counts["abroad"] or _named(name, _PHONE_NAMES)):
        return Verdict("phone", _every(seen, "a phone number", "phone numbers"))
    return None


def _as_number(seen: Evidence, mark: str | None) -> Verdict | None:
    if mark not in MARKS or seen.counts["digits"]:
        return None
    if seen.every("whole"):
        size = (
            "" if seen.counts["negative"] else f" of at most {seen.longest} digit{'s' * (seen.longest > 1)}"
        )
        return Verdict("numerical", _every(seen, "a whole number", "whole numbers", size))
    detail = f" with a decimal {'comma' if mark == ',' else 'point'}"
    grouped = " and grouped thousands" if seen.counts["grouped"] else ""
    return Verdict("numerical", _every(seen, "a number", "numbers", detail + grouped))


def _as_options(seen: Evidence) -> Verdict | None:
    values = seen.options
    if not values or seen.longest > TEXT_LIMIT or any("\n" in value or "\r" in value for value in values):
        return None
    parts = _parts(values)
    if parts and 2 * len(parts) <= sum(parts.values()):
        return Verdict(
            "multiple_option",
            f"{seen.filled:,} values join only {len(parts)} words by commas",
            _ranked(parts),
        )
    if len(values) <= OPTION_LIMIT and 2 * len(values) <= seen.filled and seen.filled >= _LEAST_OPTIONS:
        said = (
            f"{seen.filled:,} values, only {len(values)} different"
            if len(values) > 1
            else f"{seen.filled:,} equal values"
        )
        return Verdict("single_option", said, _ranked(values))
    return None


def _parts(values: MappingOf[str, int]) -> dict[str, int]:
    """The words of comma-joined values with their counts; empty when the commas rather belong to the values.

    How Sell writes a multi-select field is not known (facts page, 6.4: by analogy with tags, a comma without
    a blank). So each word of a joined value must come back in another value, and the words must not outnumber
    the values.
    """
    joined = [value for value in values if "," in value]
    if not joined or any(", " in value for value in joined):
        return {}
    parts: dict[str, int] = {}
    spread: dict[str, int] = {}
    for value, times in values.items():
        for word in dict.fromkeys(word.strip() for word in value.split(",")):
            parts[word] = parts.get(word, 0) + times
            spread[word] = spread.get(word, 0) + 1
    returning = all(spread[word.strip()] > 1 for value in joined for word in value.split(","))
    small = len(parts) <= min(OPTION_LIMIT, len(values)) and "" not in parts
    return parts if returning and small and not all(word.isdigit() for word in parts) else {}


def _ranked(values: MappingOf[str, int]) -> tuple[str, ...]:
    """Most used first; equals in the order of their text, so that two runs agree."""
    return tuple(sorted(values, key=lambda value: (-values[value], value)))


def _as_text(name: str, seen: Evidence, order: str | None, mark: str | None) -> Verdict:
    if seen.longest > TEXT_LIMIT:
        return Verdict(
            "large_text",
            f"the longest of {counted(seen.filled, 'text')} has {seen.longest:,} characters, a text field "
            f"takes {TEXT_LIMIT}",
        )
    if _named(name, _ADDRESS_NAMES) and not any(map(seen.every, ("url", "email", "whole"))):
        return Verdict("address", f"{counted(seen.filled, 'text')} under a name that says address")
    return Verdict("text", next(_why_text(seen, order, mark)))


def _why_text(seen: Evidence, order: str | None, mark: str | None) -> Iterator[str]:
    """Why not something narrower: the first of these is said."""
    count = seen.counts.get
    if order in ("undecided", "contradicts"):
        yield _every(
            seen,
            "a date",
            "dates",
            ", but nothing proves the order of day and month"
            if order == "undecided"
            else ", but they contradict each other",
        )
    if mark == "undecided":
        yield _every(seen, "a number", "numbers", ", but nothing proves which mark is the decimal one")
    if seen.every("url"):
        yield _every(seen, "a web address", "web addresses")
    if seen.every("email"):
        yield _every(seen, "an e-mail address", "e-mail addresses")
    if seen.every("money"):
        yield _every(seen, "an amount", "amounts", " with a currency sign, which Pipedrive would import as 0")
    if seen.every("dot") and count("digits"):
        yield _every(
            seen,
            "a number",
            "numbers",
            f", {count('digits'):,} of more than the {DIGIT_LIMIT} digits that a number field takes",
        )
    if seen.every("dot") and count("coded"):
        yield _every(
            seen,
            "a number",
            "numbers",
            f", {count('coded'):,} with leading zeros that a number field would lose",
        )
    if seen.options is not None and len(seen.options) > OPTION_LIMIT and 2 * len(seen.options) <= seen.filled:
        yield f"{len(seen.options):,} different values, more than the {OPTION_LIMIT} options of a field"
    yield (
        f"{seen.filled:,} texts of at most {counted(seen.longest, 'character')}"
        if seen.filled > 1
        else f"a text of {counted(seen.longest, 'character')}"
    )

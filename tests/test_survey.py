"""What the survey concludes from a column's values, and that it concludes nothing that they do not prove."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from zsell_transform import evidence, issues, transform
from zsell_transform.cleaning.moments import iso
from zsell_transform.cleaning.numbers import number
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.account import limit
from zsell_transform.pipedrive.fields import field_facts
from zsell_transform.sell.columns import is_custom
from zsell_transform.survey import study
from zsell_transform.survey.facts import Column, Survey
from zsell_transform.survey.leads_own import SOURCES
from zsell_transform.survey.undecided import contradictions
from zsell_transform.transformers import TABLES

Values = list[str | None]


def survey_of(ask: dict[str, Any] | None = None, **tables: dict[str, Values]) -> Survey:
    frames = {
        entity: pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).lazy()
        for entity, columns in tables.items()
    }
    return study(frames, Mapping.load(ask))


def column(values: Values, name: str = "custom X", **ask: Any) -> Column:
    return survey_of(ask or None, deals={name: values}).columns["deals"][name]


# ---- types ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "type_", "evidence_"),
    [
        (["1", "25", "9999"], "numerical", "all 3 values are whole numbers of at most 4 digits"),
        (["1", "-25"], "numerical", "all 2 values are whole numbers"),
        (["1.5", "2"], "numerical", "all 2 values are numbers with a decimal point"),
        (["1.234,50", "12,5"], "numerical",
         "all 2 values are numbers with a decimal comma and grouped thousands"),
        (["1,234.50", "12.5"], "numerical",
         "all 2 values are numbers with a decimal point and grouped thousands"),
        (["2024-05-31"], "date", "its only value is a date, year first"),
        (["2024-05-31T10:00:00Z", "2024-06-01"], "datetime",
         "all 2 values are dates, year first, 1 with a time"),
        (["31/05/2024", "01/02/2024"], "date", "all 2 values are dates, day first (1 proves it)"),
        (["09:30", "23:59:10"], "time", "all 2 values are times of day"),
        (["true", "false", "true"], "yes_no", "all 3 values are false or true"),
        (["+46 70 123 45 67", "'+56912345678"], "phone", "all 2 values are phone numbers"),
        (["a" * 300, "b"], "large_text", "the longest of 2 texts has 300 characters, a text field takes 255"),
        (["Gold", "Tin", "Gold", "Tin"], "single_option", "4 values, only 2 different"),
        (["red,blue", "red", "blue,red", "blue"], "multiple_option", "4 values join only 2 words by commas"),
        (["https://a.example", "www.b.example/x"], "text", "all 2 values are web addresses"),
        (["€ 100", "€ 250.50"], "text",
         "all 2 values are amounts with a currency sign, which Pipedrive would import as 0"),
        ([None, None], "text", "no value in this export"),
    ],
)  # fmt: skip
def test_the_type_follows_from_all_values_and_says_why(values: Values, type_: str, evidence_: str) -> None:
    """A person can check the reason against the data."""
    found = column(values)

    assert (found.type, found.evidence) == (type_, evidence_)


@pytest.mark.parametrize(
    "values",
    [
        ["1", "2", "three"],  # one word among numbers
        ["007", "12"],  # zeros that a number would lose
        ["123456789012345"],  # 15 digits
        ["2024-02-30"],  # no such day
        ["2024-05-31 25:00"],  # no such hour
        ["1.2.3"],  # a version
        ["+46701234567", "none"],
        ["Berlin, Germany", "Berlin", "Germany", "Berlin, Germany"],  # commas that belong to the value
    ],
)
def test_one_value_that_does_not_fit_keeps_the_narrow_type_away(values: Values) -> None:
    """A field that refuses a value would lose it."""
    assert column(values).type in ("text", "single_option")


def test_a_name_decides_only_where_the_values_allow_it() -> None:
    """`Phone` over words is no phone field, and plain digits are a number unless the name says phone."""
    assert column(["5551234567"], "custom Celular").type == "phone"
    assert column(["5551234567"], "custom Contract").type == "numerical"
    assert column(["ask Anna"], "custom Celular").type == "text"
    assert column(["High Street 1, Lund"], "custom Dirección de envío").type == "address"


@pytest.mark.parametrize(
    "name",
    ["Phone", "Work phone 2", "workPhone", "work_phone", "Cellphone", "Tel.", "Tel no", "TelNr", "Teléfono 2",
     "Téléphone fixe", "Telefoonnummer", "Mobiltelefon", "Festnetztelefon", "Mobil", "Mobilnummer",
     "Mobile (private)", "Móvil", "Telemóvel", "Celular", "Cell", "Cellulare", "Fono", "Handy", "Diensthandy",
     "Handynummer", "Fax", "Telefax", "Faxnummer", "WhatsApp", "No. telepon", "Telp."],
)  # fmt: skip
def test_a_name_may_hint_at_a_phone(name: str) -> None:
    assert column(["48210000", "48210037"], f"custom {name}").type == "phone"


@pytest.mark.parametrize(
    "name",
    ["Hotel number", "Cancellation no", "Excellence score", "Telemetry id", "Handyman no", "Automobile no",
     "Mobility budget", "Mobiliario", "Cellar no", "Halifax policy", "Intelligence", "Afonso"],
)  # fmt: skip
def test_a_hint_inside_another_word_is_none(name: str) -> None:
    """Accounts of such numbers became phone fields."""
    assert column(["48210000", "48210037"], f"custom {name}").type == "numerical"


@pytest.mark.parametrize(
    ("name", "kind"),
    [(name, "address") for name in
     ("Address", "Address 2", "Home_address", "Streetaddress", "shippingAddress", "Addressline", "Adresse",
      "Kundenadresse", "Lieferadresse", "Lieferadresszeile", "Leveringsadresser", "Hemadress", "Adres",
      "Werkadres", "Adresgegevens", "Adresa", "Postanschrift", "Dirección", "Endereço", "Indirizzo",
      "Alamat")]
    + [(name, "text") for name in
       ("Madreselva", "Readressed to", "Readdressed to", "Padres", "Addressed to", "Addressee", "Adressat",
        "Redirección")],
)  # fmt: skip
def test_a_name_may_hint_at_an_address(name: str, kind: str) -> None:
    assert column(["High Street 1, Lund", "Low Street 2, Lund"], f"custom {name}").type == kind


def test_options_are_listed_most_used_first() -> None:
    """The order of the setup list is the same in every run."""
    assert column(["b", "a", "a", "c", "c", "b"]).options == ("a", "b", "c")
    assert column(["b", "a", "a", "a", "b", "a"]).options == ("a", "b")


def test_too_many_values_are_no_options() -> None:
    """More options than a field may have are text, and it is said."""
    many: Values = [f"value {n}" for n in range(501)] * 2
    found = column(many)

    assert found.type == "text"
    assert found.evidence == "501 different values, more than the 500 options of a field"


def test_the_limits_are_those_of_the_account_page() -> None:
    """Limits live in YAML; the patterns repeat them so that importing needs no file."""
    assert (
        limit("options"), limit("text"), limit("digits"),
    ) == (evidence.OPTION_LIMIT, evidence.TEXT_LIMIT, evidence.DIGIT_LIMIT)  # fmt: skip


# ---- day and month, decimal marks -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "dates"),
    [
        (["2024-05-31", "2024-01-02"], "ymd"),
        (["31/05/2024", "01/02/2024", "2024-05-31"], "dmy"),
        (["05/31/2024", "01/02/2024"], "mdy"),
        (["31.5.24, 9:15 AM", "1.2.24"], "dmy"),
        (["01/02/2024", "03/04/2024"], "undecided"),
        (["31/05/2024", "05/31/2024"], "contradicts"),
        (["31/05/2024", "soon"], None),
    ],
)
def test_the_order_of_day_and_month_is_proven_by_the_whole_column(values: Values, dates: str | None) -> None:
    """Never guessed: 01/02 alone proves nothing."""
    assert column(values).dates == dates


def test_undecided_dates_stay_text_and_the_issue_names_the_line_that_decides() -> None:
    """The user copies the line into the mapping. A date that reads one way only is not counted."""
    seen = survey_of(deals={"custom Start": ["01/02/2024", "2024-05-13"]})
    [row] = issues.render(seen.issues).to_dicts()

    assert seen.columns["deals"]["custom Start"].type == "text"
    assert (row["code"], row["entity"], row["field"]) == ("undecided_date_order", "deals", "custom Start")
    assert row["value"] == "1"
    assert "day_first: {deals: {Start: true}}" in row["message"]


@pytest.mark.parametrize("name", ["Start", "custom Start"])
@pytest.mark.parametrize(("first", "dates"), [(True, "dmy"), (False, "mdy")])
def test_the_mapping_decides_what_no_value_proves(name: str, first: bool, dates: str) -> None:
    """By the name in Sell, with or without the file's prefix."""
    found = column(["01/02/2024"], "custom Start", day_first={"deals": {name: first}})

    assert (found.dates, found.type) == (dates, "date")


def test_the_mapping_does_not_overrule_a_proof() -> None:
    """31 is no month, whatever the mapping says."""
    assert column(["31/01/2024"], "custom Start", day_first={"deals": {"Start": False}}).dates == "dmy"


def test_contradicting_dates_stay_text_and_are_told() -> None:
    """A column that is read half one way and half the other would be half wrong."""
    seen = survey_of(deals={"custom Start": ["31/05/2024", "05/31/2024", "01/02/2024"]})
    [row] = issues.render(seen.issues).to_dicts()

    assert seen.columns["deals"]["custom Start"].type == "text"
    assert row["code"] == "contradicting_dates"
    assert "1 can only be day first, 1 only month first" in row["message"]


@pytest.mark.parametrize("times", [1, 2, 6])
@pytest.mark.parametrize("name", ["Visit", "Last phone call", "Address since"])
@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (["01/02/2024", "03/04/2024"], "dates, but nothing proves the order of day and month"),
        (["13/02/2024", "02/13/2024"], "dates, but they contradict each other"),
        (["1,000", "1,250"], "numbers, but nothing proves which mark is the decimal one"),
    ],
)
def test_what_is_left_as_text_gets_a_text_field(
    pair: tuple[str, str], why: str, name: str, times: int
) -> None:
    """From four values on, of which half were different, the dates were the options of a field."""
    found = column([*pair] * times, f"custom {name}")

    assert (found.type, found.options) == ("text", ())
    assert found.evidence == f"all {2 * times} values are {why}"


def test_contradicting_dates_are_told_cell_by_cell() -> None:
    """Those that prove an order; the ones that read both ways accuse nobody."""
    cells = ["31/05/2024", "05/31/2024", "01/02/2024", None]
    frame = pl.DataFrame({"_row": [2, 3, 4, 5], "custom Start": cells}).lazy()
    seen = study({"deals": frame}, Mapping())
    [found] = contradictions(seen, "deals", frame)

    assert found.collect().select("code", "row", "value", "detail").rows() == [
        ("contradicting_date", 2, "31/05/2024", "day first"),
        ("contradicting_date", 3, "05/31/2024", "month first"),
    ]


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["1", "20"], "."),
        (["1,234", "5.5"], "."),
        (["1.234", "5,5"], ","),
        (["1,234"], "undecided"),
        (["0,234"], ","),
        (["1234.5"], "."),
        (["1 234,5"], ","),
        (["1,5", "1.5"], None),
    ],
)
def test_the_decimal_mark_is_proven_by_the_whole_column(values: Values, mark: str | None) -> None:
    """`1,234` alone is a thousand or little more than one."""
    assert column(values).decimal == mark


@pytest.mark.parametrize(
    ("values", "mark", "read"),
    [
        (["2.000", "3.500", "n/a"], ".", ["2.000", "3.500", None]),
        (["2.000", "n/a"], "undecided", [None, None]),
        (["1.000,50", "2.000", "n/a"], ",", ["1000.50", "2000", None]),
        (["1,000.50", "2,000", "7", "?"], ".", ["1000.50", "2000", "7", None]),
        (["1.000,50", "1,000.50", "2.000", "7"], "contradicts", ["1000.50", "1000.50", None, "7"]),
        (["007.5", "2.000"], ".", ["007.5", "2.000"]),
        (["n/a"], None, [None]),
    ],
)
def test_what_is_no_number_does_not_unsettle_the_others(
    values: Values, mark: str | None, read: Values
) -> None:
    """One `n/a` among the amounts of a list made `2.000` two, and with it every sum a thousandth."""
    found = survey_of(deals={"decimal_value": values}).columns["deals"]["decimal_value"]
    if read[:1] == ["2.000"]:  # a third value proves the point
        found = survey_of(deals={"decimal_value": [*values, "1.5"]}).columns["deals"]["decimal_value"]

    assert found.decimal == mark
    assert pl.DataFrame({"x": values}).select(number("x", found.decimal)).to_series().to_list() == read


def test_currencies_prove_the_mark_beside_what_is_no_number() -> None:
    seen = survey_of(deals={"decimal_value": ["2.000", "3.500", "n/a"], "currency": ["CLP", "CLP", "CLP"]})

    assert seen.columns["deals"]["decimal_value"].decimal == ","


def test_numbers_that_contradict_each_other_are_told() -> None:
    seen = survey_of(deals={"decimal_value": ["1,5", "2.000", "1.5", "n/a", "3"]})
    [row] = seen.issues.to_dicts()

    assert (row["code"], row["value"]) == ("contradicting_numbers", "4")
    assert row["detail"] == "1 can only have a decimal point, 1 only a comma"


def test_what_is_no_number_is_one_of_many_values() -> None:
    """Of many different values one is looked at; whichever it is, Sell's own amounts are numbers."""
    amounts: Values = [f"{n}.000,5" for n in range(1, 999)] + [f"{n},75" for n in range(999)]
    found = survey_of(deals={"decimal_value": [*amounts, "z" * 100]}).columns["deals"]["decimal_value"]

    assert (found.decimal, found.distinct) == (",", None)


@given(st.lists(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)), min_size=1, max_size=30))
def test_dates_that_the_survey_calls_day_first_are_read_as_they_were_written(
    days: list[datetime.date],
) -> None:
    """Survey and cleaning agree on what a date is."""
    written: Values = [day.strftime("%d/%m/%Y") for day in days]
    found = column(written)

    assert found.dates in ("dmy", "undecided")
    if found.dates == "dmy":
        read = pl.DataFrame({"x": written}).select(iso("x", "dmy")).to_series().to_list()
        assert read == [day.isoformat() for day in days]


@given(
    st.lists(st.decimals(min_value=0, max_value=10**9, places=2), min_size=1, max_size=30),
    st.sampled_from([("{:,}", "."), ("{}", ".")]),
    st.booleans(),
)
def test_numbers_are_read_with_the_mark_that_was_proven(
    amounts: list[Any], form: tuple[str, str], comma: bool
) -> None:
    """Survey and cleaning agree on what a number is."""
    texts = [form[0].format(amount) for amount in amounts]
    if comma:
        texts = [text.translate(str.maketrans(".,", ",.")) for text in texts]
    found = column(list(texts))

    assert found.decimal == ("," if comma else ".")
    read = pl.DataFrame({"x": texts}).select(number("x", found.decimal)).to_series().to_list()
    assert [float(text) for text in read] == [float(amount) for amount in amounts]


def test_many_different_values_are_judged_like_few() -> None:
    """Beyond a thousand values only shapes are counted; the verdict is the same."""
    start = datetime.date(2000, 1, 1)
    days: Values = [(start + datetime.timedelta(days=n)).strftime("%d.%m.%Y") for n in range(3000)]
    numbers: Values = [f"{n},5" for n in range(3000)]
    links: Values = [f"https://x.example/{n}" for n in range(3000)]
    seen = survey_of(deals={"custom A": days, "custom B": numbers, "custom C": links}).columns["deals"]

    assert [(c.type, c.dates, c.decimal, c.distinct) for c in seen.values()] == [
        ("date", "dmy", None, None), ("numerical", None, ",", None), ("text", None, None, None),
    ]  # fmt: skip
    assert seen["custom C"].evidence == "all 3,000 values are web addresses"


# ---- leads and deals ------------------------------------------------------------------------------------


def test_leads_and_deals_share_one_definition_of_a_field() -> None:
    """In Pipedrive a lead's custom field is the deal's."""
    seen = survey_of(
        deals={"custom Grade": ["A", "B", "A"]},
        leads={"custom Grade": ["C", "C", "A"], "custom Own": ["1", "2", "3"]},
    ).columns

    assert seen["deals"]["custom Grade"].type == seen["leads"]["custom Grade"].type == "single_option"
    assert seen["deals"]["custom Grade"].options == seen["leads"]["custom Grade"].options == ("A", "C", "B")
    assert seen["leads"]["custom Own"].type == "numerical"


def test_a_shared_field_is_as_wide_as_both_need() -> None:
    """Numbers on deals and words on leads make a text field of both."""
    seen = survey_of(deals={"custom X": ["1", "2"]}, leads={"custom X": ["many", "few"]}).columns

    assert seen["deals"]["custom X"].type == seen["leads"]["custom X"].type == "text"


def test_a_shared_date_is_read_by_each_column_s_own_order() -> None:
    """One definition, two spellings."""
    seen = survey_of(deals={"custom X": ["31/12/2024"]}, leads={"custom X": ["2024-12-31"]}).columns

    assert (seen["deals"]["custom X"].dates, seen["leads"]["custom X"].dates) == ("dmy", "ymd")
    assert seen["deals"]["custom X"].type == seen["leads"]["custom X"].type == "date"


def test_a_shared_field_is_text_where_either_column_is_left_as_text() -> None:
    """Together they prove no less than the one that nothing decides."""
    undecided: Values = ["01/02/2024", "03/04/2024"] * 4
    for theirs in (undecided, ["2024-12-31"] * 8, ["soon", "later"] * 4):
        seen = survey_of(deals={"custom X": theirs}, leads={"custom X": undecided}).columns

        assert seen["deals"]["custom X"].type == seen["leads"]["custom X"].type == "text"
    mixed = seen["deals"]["custom X"].evidence
    assert mixed == "16 texts of at most 10 characters; leads and deals together"


# ---- everything else ------------------------------------------------------------------------------------


def test_rows_words_and_stages_are_counted() -> None:
    """Tags one by one; stages by likelihood, those without one last."""
    seen = survey_of(
        deals={
            "owner": ["Kim", "Kim", "Lou"],
            "tags": ["a,b", "b", None],
            "pipeline_id": ["1", "1", "1"],
            "pipeline_name": ["Sales "] * 3,
            "stage_id": ["12", "11", "13"],
            "stage_name": ["Quote", "Incoming", "Won"],
            "current_win_likelihood": ["60", "10", None],
        }
    )

    assert seen.rows == {"deals": 3}
    assert seen.values["deals"]["owner"].rows() == [("Kim", 2), ("Lou", 1)]
    assert seen.values["deals"]["tags"].rows() == [("b", 2), ("a", 1)]
    assert seen.stages.select("pipeline_name", "stage_name", "deals", "likelihood").rows() == [
        ("Sales", "Incoming", 1, 10.0), ("Sales", "Quote", 1, 60.0), ("Sales", "Won", 1, None),
    ]  # fmt: skip


@pytest.mark.parametrize("written", [" {}", "{} ", "\u00a0{}\u00a0", "{}%", "{} %"])
def test_a_likelihood_is_read_as_the_deal_s_probability_is(written: str) -> None:
    """Stages stood in the order of their ids, and closed deals in the wrong one, without a word."""
    seen = survey_of(
        deals={
            "pipeline_name": ["Sales"] * 3,
            "stage_id": ["1", "2", "3"],
            "stage_name": ["Offer", "First talk", "Won"],
            "current_win_likelihood": [written.format("90"), written.format("10"), None],
        }
    )

    assert seen.stages.select("stage_name", "likelihood").rows() == [
        ("First talk", 10.0), ("Offer", 90.0), ("Won", None),
    ]  # fmt: skip


def test_other_digits_than_those_of_ascii_are_text() -> None:
    """Arabic digits are digits to Unicode; nothing says that a numerical field of Pipedrive's takes them."""
    assert column(["\u0661\u0662", "\u0663"]).type == "text"


def test_blank_cells_are_not_filled() -> None:
    """A column of spaces is an empty one."""
    found = column([" ", "", None, "x"])

    assert (found.filled, found.longest, found.distinct) == (1, 1, 1)


def test_headers_may_hold_anything() -> None:
    """Custom fields are named by people."""
    names = ["custom a:b", "custom {x}", "custom *Fecha Hito 1* (agregado el)", "rows", "custom 0:filled:y"]
    seen = survey_of(deals={name: ["1"] for name in names}).columns["deals"]

    assert [seen[name].filled for name in names] == [1] * 5


def test_an_export_with_nothing_has_a_survey() -> None:
    """An entity with a header and no record is not an error."""
    seen = survey_of(deals={"id": [], "custom X": []}, leads={"id": []})

    assert seen.rows == {"deals": 0, "leads": 0}
    assert seen.columns["deals"]["custom X"].filled == 0
    assert seen.stages.height == 0


def test_every_column_of_the_full_export_is_known_as_sells_own() -> None:
    """A header of Sell's that nobody knows would become a custom field."""
    facts = yaml.safe_load(
        (Path(__file__).parent.parent / "zsell_transform/sell/full_export.yaml").read_text("utf-8")
    )
    unknown = {
        (entity, name)
        for entity, entry in facts.items()
        for names in entry["columns"].values()
        for name in names.split()
        for known in (("companies", "contacts") if entity == "contacts" else (entity,))
        if is_custom(known, name)
    }

    assert unknown == set()


@given(st.from_regex(evidence.SHAPES["ymd"].replace(r"\d", "[0-9]"), fullmatch=True))
def test_a_date_has_a_time_just_where_it_is_longer_than_a_date(value: str) -> None:
    """By which a time is measured, and not looked for (`questions`)."""
    has_time = pl.select(pl.lit(value).str.contains(evidence.SHAPES["moment"])).item()
    assert has_time == (len(value.rstrip("\n")) > evidence.LONGER["ymd"]["moment"])


def test_times_are_counted_among_dates_of_any_order() -> None:
    timed = ["2024-05-31T10:00:00Z", "2024-05-31 6:05", "2024-5-1", "31/05/2024 09:30", "31/05/2024", "soon"]
    many = [f"{2000 + n % 20}-01-0{1 + n % 9} 0{n % 9}:{n % 59:02}:{n % 57:02}" for n in range(3000)]
    found = column([*timed, *many])
    assert (found.type, found.moments) == ("text", False)  # one of them is no date
    found = column([*timed[:-1], *many])
    assert (found.type, found.evidence) == (
        "datetime",
        "all 3,005 values are dates, day first (2 prove it), 3,003 with a time",
    )


# --- leads have the fields of deals -----------------------------------------------------------------------


def field_of(name: str, deals: dict[str, Any], leads: dict[str, Any]) -> tuple[Any, ...]:
    """A field on the setup list: item, type, name in Sell; and its cells in the deals' file."""
    ids = [str(n) for n in range(21, 21 + len(next(iter(deals.values()))))]
    of_deals = pl.DataFrame({"id": ids, "name": ids, "company_name": ["Gull"] * len(ids), **deals})
    of_leads = pl.DataFrame({"id": ["31"], "last_name": ["Reef"], **leads})

    run = transform({"deals": of_deals, "leads": of_leads}, trial=0, rehearse=False)

    named = (pl.col("name").str.to_lowercase() == name.lower()) & (pl.col("item") != "persons")
    (field,) = run.setup["fields"].filter(named).select("item", "type", "sell_field").rows()
    return (*field, run.tables["deals"][f"Deal - {name}"].to_list())


@pytest.mark.parametrize(
    ("name", "cells", "leads", "kind"),
    [
        ("Created in Sell", ["x", "y"], {"created_at": ["2024-05-31T08:00:00Z"]}, "Text"),
        ("Created in Sell", ["2024-05-31", "2024-06-01"], {"created_at": ["2024-05-31T08:00:00Z"]}, "Date"),
        ("Fax", ["1,5", "2,0"], {"fax": ["+46 1"]}, "Text"),
        ("Industry", ["1,5", "2,0"], {"industry": [None]}, "Numerical"),
        ("Job title", ["1,5", "2,0"], {"title": ["Boss"]}, "Numerical"),  # it is the person's
    ],
)
def test_a_field_of_deals_takes_what_leads_have_of_sell_s_own(
    name: str, cells: list[str], leads: dict[str, list[str | None]], kind: str
) -> None:
    """The setup list said Date, as of leads, and the deals' file held `x` and `y`."""
    _, found, _, written = field_of(name, {f"custom {name}": cells}, leads)

    assert (found, written) == (kind, ["1.5", "2.0"] if kind == "Numerical" else cells)


def test_a_field_that_leads_and_deals_spell_otherwise_takes_both() -> None:
    """Pipedrive has one field of the name; its type was that of leads, and the deals' cells were numbers."""
    found = field_of("Grade", {"custom Grade": ["1,5", "2,5"]}, {"custom grade": ["good"]})

    assert found == ("deals, leads", "Text", "custom grade, custom Grade", ["1,5", "2,5"])


def test_the_fields_of_sell_s_own_that_leads_have_are_those_of_their_table() -> None:
    table = TABLES["leads"](Mapping(), study({}, Mapping()))
    ours = {fact.name for fact in field_facts().values() if fact.item == "leads" and fact.create}
    deals_too = {fact.name for fact in field_facts().values() if fact.item == "deals" and fact.create}
    sources = {
        field.header.removeprefix("Lead - "): {*table.sources(field.value)}
        for field in table.fields
        if field.header.startswith("Lead - ")
    }

    assert SOURCES.keys() == ours - deals_too - {"Zendesk Sell lead ID"}
    assert {name: {*columns} for name, columns in SOURCES.items()} == {n: sources[n] for n in SOURCES}

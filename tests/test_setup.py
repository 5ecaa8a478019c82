"""The setup kit: whoever follows it finds everything that the files name; nothing is asked for in vain."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from zsell_transform import issues, transform
from zsell_transform.errors import MappingError, TargetError
from zsell_transform.guide.columns import item_of
from zsell_transform.guide.mapping_draft import DRAFT, SUBJECTS, Found, draft_text
from zsell_transform.guide.setup import TOPICS, Setup, kit, questions
from zsell_transform.guide.setup_page import setup_markdown
from zsell_transform.guide.templates import spell
from zsell_transform.guide.unused import unused
from zsell_transform.mapping import READERS, Mapping
from zsell_transform.pipedrive.fields import field_facts
from zsell_transform.pipedrive.wizard import rehearse
from zsell_transform.starter import draft_mapping
from zsell_transform.survey import study
from zsell_transform.transformers import draft

Tables = dict[str, dict[str, list[str | None]]]

ACCOUNT: Tables = {
    "companies": {
        "id": ["1", "2"], "name": ["Moss & Co", "Fern Ltd"], "owner": ["Kim", "Lou - Deleted"],
        "tags": ["VIP", "vip"],
        "custom (contact) Size": ["12", "7"],
    },
    "contacts": {
        "id": ["11"], "name": ["Anna Berg"], "last_name": ["Berg"], "owner": ["Kim"],
        "email": ["a@b.example"],
        "mobile": ["+46701234567"], "custom (contact) Size": ["big"],
    },
    "deals": {
        "id": ["21", "22", "23"], "name": ["One", "Two", "Three"], "owner": ["Kim", "Kim", "Kim"],
        "pipeline_id": ["1", "1", "1"], "pipeline_name": ["Sales", "Sales", "Sales"],
        "stage_id": ["5", "4", "6"],
        "stage_name": ["Quote", "Incoming", "Won"], "current_win_likelihood": ["60", "10", None],
        "decimal_value": ["1.0", "2.0", "3.0"], "currency": ["SEK", "EUR", "SEK"],
        "custom Grade": ["A", "B", "A"], "custom Start": ["01/02/2024", None, None],
    },
    "leads": {
        "id": ["31"], "last_name": ["Hood"], "owner": ["Kim"], "status": ["New"], "custom Grade": ["A"],
    },
    "tasks": {
        "id": ["41", "42"], "content": ["Call Anna", "Follow up on the quote"], "owner": ["Kim", "Kim"],
        "taskable_type": ["Deal", "Deal"], "taskable_id": ["21", "22"],
    },
}  # fmt: skip


def frames(tables: Tables) -> dict[str, pl.LazyFrame]:
    made = {}
    for entity, columns in tables.items():
        frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_row_index("_n")
        places = (
            pl.col("id").alias("_id"),
            pl.lit(f"{entity}.csv").alias("_file"),
            pl.col("_n").cast(pl.Int64).alias("_row"),
        )
        made[entity] = frame.with_columns(*places).lazy()
    return made


def setup_of(ask: dict[str, Any] | None = None, tables: Tables | None = None) -> Setup:
    wishes = Mapping.load(ask)
    given = frames(tables or ACCOUNT)
    seen = study(given, wishes)
    drafts = [draft(entity, frame, wishes, seen) for entity, frame in given.items()]
    asked = questions(drafts)
    values = dict(zip(asked, pl.collect_all(list(asked.values())), strict=True))
    names = ("organizations", "persons", "deals", "leads", "activities")
    headers = {
        f"{n}-{item}.csv": list(d.headers) for n, (item, d) in enumerate(zip(names, drafts, strict=True), 1)
    }
    headers["3-deals.csv"] += ["Deal - Company in Sell", "Person - Name", "Person - Pipedrive System ID"]
    return kit(seen, drafts, values, headers, wishes)


@pytest.fixture(scope="module")
def setup() -> Setup:
    return setup_of()


def rows(setup: Setup, topic: str, *columns: str) -> list[tuple[Any, ...]]:
    return setup.tables[topic].select(columns).rows()


# ---- the topics -----------------------------------------------------------------------------------------


def test_the_kit_has_the_topics_of_the_contract(setup: Setup) -> None:
    """Notebooks are written against these names."""
    assert list(setup.tables) == list(TOPICS) == [
        "users", "currencies", "fields", "labels", "stages", "activity_types", "lost_reasons", "filters",
        "columns", "plan",
    ]  # fmt: skip


def test_users_are_those_who_own_records(setup: Setup) -> None:
    """A deleted user is not invited, but told."""
    assert rows(setup, "users", "user", "sell_user", "records") == [("Kim", "Kim", 8)]
    assert setup.lost_users.rows() == [("Lou", 1)]


def test_mapped_users_stand_with_their_sell_names() -> None:
    """Whoever invites them knows the Pipedrive name, whoever checks knows the other."""
    setup = setup_of({"owners": {"Kim": "kim@b.example"}})

    assert rows(setup, "users", "user", "sell_user") == [("kim@b.example", "Kim")]


def test_currencies_are_counted(setup: Setup) -> None:
    """A deal in a currency that is not set up is skipped."""
    assert rows(setup, "currencies", "currency", "deals") == [("SEK", 2), ("EUR", 1)]


def test_fields_are_created_once_with_type_options_and_reason(setup: Setup) -> None:
    """A lead's field is the deal's; people and companies have their own."""
    custom = setup.tables["fields"].filter("custom").select("item", "name", "type", "options").rows()

    assert custom == [
        ("organizations", "Size", "Numerical", []),
        ("persons", "Size", "Text", []),
        ("deals, leads", "Grade", "Single option", ["A", "B"]),
        ("deals", "Start", "Text", []),
    ]
    reasons = dict(rows(setup, "fields", "name", "evidence"))
    assert reasons["Start"] == "its only value is a date, but nothing proves the order of day and month"
    assert "Company in Sell" in reasons, "a field that only linking fills is to be created too"


def test_every_column_is_pipedrives_own_or_on_the_list_of_fields(setup: Setup) -> None:
    """Nothing is uploaded into a field that does not exist."""
    created = {
        (item, name) for items, name in rows(setup, "fields", "item", "name") for item in items.split(", ")
    }
    for column, item, field, own in rows(setup, "columns", "column", "item", "field", "own"):
        fact = field_facts().get(column)
        assert own is (fact is not None and not fact.create)
        assert own or (item, field) in created


def test_labels_show_their_spelling_twins(setup: Setup) -> None:
    """Two spellings of one word are pointed out, and left to the user."""
    labels = setup.tables["labels"].filter(pl.col("item") == "organizations")

    assert labels.select("label", "records", "twins").rows() == [("VIP", 1, "vip"), ("vip", 1, "VIP")]


def test_stages_stand_in_order_and_closed_deals_in_open_ones(setup: Setup) -> None:
    """Sell's closed stages are not stages in Pipedrive."""
    wanted = ("pipeline", "position", "stage", "probability", "open", "won")

    assert rows(setup, "stages", *wanted) == [
        ("Sales", 1, "Incoming", 10, 1, 0), ("Sales", 2, "Quote", 60, 1, 1),
    ]  # fmt: skip


def test_only_new_activity_types_are_to_be_created(setup: Setup) -> None:
    """An account has Call from the start."""
    assert dict(rows(setup, "activity_types", "type", "create")) == {"Call": False, "Follow-up": True}


def test_a_named_smart_list_becomes_a_filter() -> None:
    """The list is its label; the filter asks for it."""
    setup = setup_of({"smart_lists": {"companies_1.csv": "VIP"}})

    assert rows(setup, "filters", "label", "smart_list", "item", "records", "filter") == [
        ("VIP", "companies_1.csv", "organizations", 1,
         "Organizations › filter › “Organization – Label” is “VIP”"),
    ]  # fmt: skip


def test_columns_say_what_to_click(setup: Setup) -> None:
    """Users, stages, options, labels of e-mails and phones, System IDs: what the wizard does not do alone."""
    clicks = {column: click for column, click in rows(setup, "columns", "column", "click") if click}

    assert clicks["Person - Phone (Mobile)"] == "at the pencil, choose the label Mobile"
    assert clicks["Person - Email (Work)"] == "at the pencil, choose the label Work (likely, not confirmed)"
    assert "`Pipedrive System ID - Person`" in clicks["Person - Pipedrive System ID"]
    assert clicks["Deal - Stage (pipeline)"].endswith("drag every value to its stage")
    assert clicks["Deal - Grade"].endswith("match every value to an option")
    assert "Deal - Title" not in clicks


def test_required_is_what_the_file_itself_needs(setup: Setup) -> None:
    """The name of a deal's person is a link there, not the deal's own title."""
    required = setup.tables["columns"].filter(pl.col("required") & (pl.col("file") == "3-deals.csv"))

    assert required["column"].to_list() == ["Deal - Title"]


def test_parts_of_an_item_are_known_by_their_names() -> None:
    """Split files share an item."""
    assert [item_of(name) for name in ("2-persons.csv", "3-deals-02.csv", "issues.csv")] == [
        "persons",
        "deals",
        "",
    ]


def test_the_plan_counts_open_deals_and_leads(setup: Setup) -> None:
    """Closed deals do not count; the seats follow from the limit of each plan."""
    plan = setup.tables["plan"].filter(pl.col("check") == "open deals and leads")

    assert plan["found"].unique().to_list() == [3]
    assert plan.select("plan", "limit", "seats", "fits").row(0) == ("Lite", 2500, 1, True)


def test_the_plan_counts_leads_that_the_export_only_names() -> None:
    """`4-leads.csv` held two, and the plan said one."""
    leads = pl.DataFrame({"id": ["31"], "last_name": ["Reef"], "email": ["a@reef.example"]})
    named = {"noteable_type": "Lead", "noteable_id": "32", "noteable_last_name": "Away"}
    notes = pl.DataFrame([{"id": "61", "content": "Hi", **named}])

    made = transform({"leads": leads, "notes": notes}, rehearse=False)

    assert made.tables["leads"].height == 2
    assert made.setup["plan"]["detail"][0].startswith("0 open deals and 2 leads; ")


def test_seats_grow_with_the_deals() -> None:
    """One record more than a seat holds needs another seat."""
    deals = {"id": [str(n) for n in range(2501)], "name": ["x"] * 2501, "stage_name": ["Quote"] * 2501}
    tables: Tables = {**ACCOUNT, "leads": {"id": [], "last_name": []}, "deals": deals}  # type: ignore[dict-item]
    plan = setup_of(tables=tables).tables["plan"]

    assert plan.filter(pl.col("check") == "open deals and leads")["seats"].to_list() == [2, 1, 1, 1]


def test_what_no_field_could_hold_is_told_in_the_plan() -> None:
    """Long texts, long numbers and too many options became wider fields; nobody should narrow them again."""
    many: list[str | None] = [f"v{n}" for n in range(501)] * 2
    deals = {
        "id": [str(n) for n in range(1002)], "name": ["x"] * 1002, "custom Long": ["y" * 300] * 1002,
        "custom Number": ["123456789012345"] * 1002, "custom Many": many,
    }  # fmt: skip
    plan = setup_of(tables={**ACCOUNT, "deals": deals}).tables["plan"]  # type: ignore[dict-item]
    details = plan.filter(pl.col("plan").is_null())["detail"].to_list()

    assert details == [
        "Long (deals) became a large text", "Number (deals) became a text", "Many (deals) became a text",
    ]  # fmt: skip


# ---- setup.md -------------------------------------------------------------------------------------------


def test_the_page_is_in_the_order_of_doing(setup: Setup) -> None:
    """Fields before files; empty sections are left out and the numbers have no gap."""
    titles = re.findall(r"^## (\d+)\. (.+)$", setup_markdown(setup), re.MULTILINE)

    assert [int(number) for number, _ in titles] == list(range(1, len(titles) + 1))
    assert [title for _, title in titles] == [
        "Who does it", "Does the plan hold it?", "Users", "Currencies", "Custom fields", "Labels",
        "Pipelines and stages", "Activity types", "The files, column by column", "Afterwards",
    ]  # fmt: skip


def test_the_page_names_everything_of_the_kit_once_to_tick_off(setup: Setup) -> None:
    """Whoever has ticked all is done."""
    page = setup_markdown(setup)
    things = {
        "users": "user",
        "currencies": "currency",
        "fields": "name",
        "labels": "label",
        "stages": "stage",
    }
    for topic, column in things.items():
        for thing in setup.tables[topic][column]:
            assert re.search(rf"^- \[ \] .*{re.escape(thing)}", page, re.MULTILINE), (topic, thing)
    for file, column in rows(setup, "columns", "file", "column"):
        assert f"### {file}" in page
        assert f"| `{column}` |" in page
    assert "merge duplicates" in page


def test_names_mean_themselves_on_the_page() -> None:
    """A field called `*Hito* | [x]` is not formatting."""
    name = "*Hito* | [x] `y`"
    deals = ACCOUNT["deals"] | {f"custom {name}": ["1", "2", "3"]}
    page = setup_markdown(setup_of(tables={**ACCOUNT, "deals": deals}))

    assert r"**\*Hito\* \| \[x\] \`y\`**" in page
    assert r"| `` Deal - *Hito* \| [x] `y` `` |" in page


def test_later_laps_say_that_setting_up_is_done(setup: Setup) -> None:
    """Nobody creates a field twice."""
    assert "This is lap 2" in setup_markdown(setup, lap=2)
    assert "This is lap" not in setup_markdown(setup)


def test_the_same_account_gives_the_same_page(setup: Setup) -> None:
    """Byte for byte."""
    assert setup_markdown(setup) == setup_markdown(setup_of())


# ---- the draft of a mapping -----------------------------------------------------------------------------


def found_in(tables: Tables, ask: Mapping | None = None) -> Found:
    wishes = ask or Mapping()
    subjects = pl.DataFrame([("Call", "Call Anna: now", 2)], schema=SUBJECTS, orient="row")
    lists = {"deals_20260401_0752.csv": 3}
    return Found(study(frames(tables), wishes), wishes, lists, subjects, {"deals.0.csv": "cp1252"})


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[[str], Mapping]:
    def load(text: str) -> Mapping:
        path = tmp_path / "mapping.yaml"
        path.write_text(text, encoding="utf-8")
        return Mapping.load(path)

    return load


#: A Smart List of deals says no pipeline.
BARE: Tables = {
    **ACCOUNT,
    "deals": {k: v for k, v in ACCOUNT["deals"].items() if not k.startswith("pipeline")},
}
AWKWARD: Tables = {
    **ACCOUNT,
    "deals": ACCOUNT["deals"]
    | {"tags": ["No", "a: b", "- x"], "owner": ["Null", "O'Neil, Jr", "2020"], "Feld #1": ["x", "y", "z"]},
}


@pytest.mark.parametrize("tables", [ACCOUNT, BARE, AWKWARD, {}])
def test_the_untouched_draft_means_the_defaults(tables: Tables, loaded: Callable[[str], Mapping]) -> None:
    """Whoever writes it and forgets it has changed nothing."""
    assert loaded(draft_text(found_in(tables))) == Mapping()


@pytest.mark.parametrize("tables", [ACCOUNT, BARE, AWKWARD, {}])
def test_every_line_of_the_draft_is_right_when_put_in_force(
    tables: Tables, loaded: Callable[[str], Mapping]
) -> None:
    """Taking the `# ` away is all that is needed, whatever people call their tags."""
    lines = draft_text(found_in(tables)).splitlines()
    mapping = loaded("\n".join(line.removeprefix("# ") for line in lines if not line.startswith("##")))

    files = ["deals_20260401_0752.csv", "deals.0.csv"]
    told = unused(mapping, study(frames(tables), mapping), files)
    examples = "won_stages|lost_stages|activity_types"
    assert told.filter(pl.col("field").str.contains(examples).not_()).height == 0
    if tables == AWKWARD:
        assert mapping.labels["No"] == "No"
        assert mapping.owners["Null"] == "Null"


def test_the_draft_knows_every_key() -> None:
    """A new key of the mapping is a new paragraph of the draft."""
    assert list(DRAFT) == list(READERS)


def test_the_draft_is_filled_with_the_export() -> None:
    """The names are there to be corrected, not to be looked up."""
    text = draft_text(found_in(ACCOUNT))

    for line in (
        "#   Kim: Kim   # 8 records",
        '#   "Lou - Deleted": null   # 1 record',
        "#     Incoming: Incoming",
        "#   vip: vip   # 1 record; also spelled VIP",
        "#     Start: true   # 1 date",
        "#   New: label   # 1 record",
        '##   Call (2): "Call Anna: now"',
        "#   deals_20260401_0752.csv: Deals list   # 3 records",
    ):
        assert line.replace('"Lou - Deleted"', "Lou - Deleted") in text.replace(
            '"Lou - Deleted"', "Lou - Deleted"
        )


def test_draft_mapping_reads_the_export_and_never_overwrites(sample: Path, tmp_path: Path) -> None:
    """A mapping that someone has worked on is not lost to a second call."""
    path = tmp_path / "mapping.yaml"

    assert draft_mapping(sample, path) == path
    assert path.read_text(encoding="utf-8") == draft_mapping(sample)
    assert "#     Planting day: true   # 2 dates" in path.read_text(encoding="utf-8")
    assert Mapping.load(path) == Mapping()
    with pytest.raises(TargetError, match=r"mapping\.yaml exists already"):
        draft_mapping(sample, path)


# ---- lines that match nothing ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "place", "hint"),
    [
        ({"owners": {"Kimm": None}}, "owners.Kimm", "did you mean 'Kim'?"),
        ({"labels": {"VIPs": "x"}}, "labels.VIPs", "did you mean 'vip'?"),
        ({"lead_statuses": {"Neu": "leave_out"}}, "lead_statuses.Neu", "did you mean 'New'?"),
        ({"day_first": {"deals": {"Stard": True}}}, "day_first.deals.Stard", "did you mean 'Start'?"),
        ({"columns": {"deals": {"Grad": "ignore"}}}, "columns.deals.Grad", ""),
        ({"stages": {"Sales": {"Quotes": "x"}}}, "stages.Sales.Quotes", "did you mean 'Quote'?"),
        ({"won_stages": ["Gone"]}, "won_stages: Gone", "the list won_stages replaces Sell's own names"),
        ({"smart_lists": {"deal.csv": "x"}}, "smart_lists.deal.csv", "did you mean 'deals.csv'?"),
        ({"encoding": {"y.csv": "cp1252"}}, "encoding.y.csv", ""),
    ],
)
def test_a_name_that_the_export_lacks_is_told_with_the_nearest(
    ask: dict[str, Any], place: str, hint: str
) -> None:
    """A spelling mistake in the mapping would otherwise pass unseen."""
    wishes = Mapping.load(ask)
    [row] = issues.render(unused(wishes, study(frames(ACCOUNT), wishes), ["deals.csv"])).to_dicts()

    assert (row["code"], row["field"]) == ("mapping_unused", place)
    assert hint in row["message"]


def test_a_header_is_known_as_its_file_spells_it(tmp_path: Path) -> None:
    """A line that had its effect was told to have had none; a custom field may be called by its own name."""
    (tmp_path / "contacts.csv").write_text(
        "id,is_organisation,name,custom (contact) Birthday,custom (contact) Pager\n1,false,Ada Lum,x,7\n"
    )
    wish = {"contacts": {"custom (contact) Birthday": "title", "Pager": "ignore", "Pagers": "ignore"}}

    told = transform(tmp_path, mapping={"columns": wish, "encoding": {"contacts.csv": "utf-8"}}).issues

    unused_lines = told.filter(pl.col("code") == "mapping_unused")
    assert unused_lines["field"].to_list() == ["columns.contacts.Pagers"]
    assert "did you mean 'Pager'?" in unused_lines["message"][0]


def test_near_names_are_looked_for_as_long_as_somebody_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mapping of another account: a thousand labels were each compared with all ten thousand tags."""
    monkeypatch.setattr("zsell_transform.guide.unused._COMPARISONS", 1)
    wishes = Mapping.load({"labels": {"VIPs": "x", "vipp": "y"}, "owners": {"Ann B": "a@b.example"}})

    told = issues.render(unused(wishes, study(frames(ACCOUNT), wishes), ["deals.csv"]))

    assert told["code"].to_list() == ["mapping_unused"] * 3
    labels = told.filter(pl.col("field").str.starts_with("labels"))["message"].to_list()
    assert ["did you mean" in message for message in labels] == [True, False]


def test_a_pipeline_that_there_is_not_is_told(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("id,name,stage_name,stage_id,pipeline_name\n1,Roof,Quote,3,Sales\n")

    told = transform(tmp_path, mapping={"stages": {"Sails": {"Quote": "Offer"}}}).issues

    (message,) = told.filter(pl.col("code") == "mapping_unused")["message"]
    assert "there is no pipeline 'Sails'; did you mean 'Sales'?" in message


def test_a_rule_by_which_no_activity_has_its_type_is_told() -> None:
    """One for each rule, whatever type it gives: a built-in word or an earlier rule may give the same."""
    rules = [
        {"contains": ["zzz", "yyy"], "type": "Call"},
        {"starts_with": "roof", "type": "Visit"},
        {"regex": "ro+f", "type": "Visit"},
        {"contains": "hello", "type": "Talk"},
    ]
    tables = {
        "tasks": pl.DataFrame({"id": ["1", "2"], "content": ["Call Ann", "Roof"]}),
        "calls": pl.DataFrame({"id": ["1"], "summary": ["Hello there"]}),
    }

    run = transform(tables, mapping={"activity_types": {"rules": rules}}, trial=0, rehearse=False)

    told = run.issues.filter(pl.col("code") == "mapping_unused")
    assert told.select("field", "value").rows() == [
        ("activity_types.rules[1]", "zzz, yyy"),
        ("activity_types.rules[3]", "ro+f"),
    ]
    assert sorted(run.tables["activities"]["Activity - Type"]) == ["Call", "Talk", "Visit"]
    assert sorted(run.setup["activity_types"]["type"]) == ["Call", "Talk", "Visit"]


def test_names_that_match_are_not_told() -> None:
    """Stages without case and accents; users also by the name they had before they were deleted."""
    wishes = Mapping.load({
        "owners": {"Kim": "k", "Lou": None}, "labels": {"VIP": "x", "Hot": None, "Customer": "y"},
        "lead_statuses": {"New": "label"},
        "stages": {"sales": {"QUOTE": "x"}}, "won_stages": ["won"], "day_first": {"deals": {"Start": True}},
        "columns": {"deals": {"custom Grade": "ignore"}},
    })  # fmt: skip

    assert unused(wishes, study(frames(ACCOUNT), wishes), []).height == 0


def test_an_order_that_the_data_proves_needs_no_line() -> None:
    """Told as an info, so that nobody thinks the line did it."""
    wishes = Mapping.load({"day_first": {"deals": {"Due": False}}})
    tables = {"deals": {"id": ["1"], "custom Due": ["31/12/2024"]}}
    [row] = issues.render(unused(wishes, study(frames(tables), wishes), [])).to_dicts()

    assert (row["code"], row["severity"]) == ("mapping_needless", "info")


# ---- templates ------------------------------------------------------------------------------------------

OURS = ["Person - Name", "Person - First name", "Person - Phone (Work)", "Organization - Name",
        "Deal - Title", "Person - Favourite plant"]  # fmt: skip


def test_headers_take_the_spelling_of_the_wizards_template(tmp_path: Path) -> None:
    """Letter for letter, marks included; what the template lacks keeps its own."""
    (tmp_path / "plantilla.csv").write_text(
        "Persona - Nombre *,Persona - Nombre,Persona - Teléfono (sugeridos),Organización - Nombre *\n",
        encoding="utf-8",
    )

    assert spell(OURS, tmp_path) == {
        "Person - Name": "Persona - Nombre *",
        "Person - First name": "Persona - Nombre",
        "Person - Phone (Work)": "Persona - Teléfono (sugeridos)",
        "Organization - Name": "Organización - Nombre *",
    }


def test_a_spelling_that_may_be_two_columns_is_neither_s(tmp_path: Path) -> None:
    """Without marks `Nombre` is the full name or the first one: one stood where the other goes."""
    (tmp_path / "plantilla.csv").write_text("Persona - Nombre,Organización - Nombre\n", encoding="utf-8")

    assert spell(OURS, tmp_path) == {"Organization - Name": "Organización - Nombre"}


def test_templates_may_be_workbooks(tmp_path: Path) -> None:
    """The wizard hands out .xlsx."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rich = "<si><r><t>Deal - </t></r><r><t>Title</t></r></si>"
    shared = f'<sst xmlns="{main}"><si><t>Person - Name *</t></si>{rich}</sst>'
    sheet = (
        f'<worksheet xmlns="{main}"><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c>'
        '<c t="inlineStr"><is><t>Organization - Name *</t></is></c></row></sheetData></worksheet>'
    )
    with zipfile.ZipFile(tmp_path / "template.xlsx", "w") as book:
        book.writestr("xl/sharedStrings.xml", shared)
        book.writestr("xl/worksheets/sheet1.xml", sheet)

    assert spell(OURS, tmp_path) == {
        "Person - Name": "Person - Name *", "Organization - Name": "Organization - Name *",
        "Deal - Title": "Deal - Title",
    }  # fmt: skip


def test_what_programs_leave_beside_templates_is_none(tmp_path: Path) -> None:
    """While the template was open in Excel, the mapping was refused."""
    (tmp_path / "people.csv").write_text("Person - Name *\n")
    (tmp_path / "~$people.xlsx").write_bytes(b"\5Maria" + bytes(160))
    (tmp_path / "._people.csv").write_bytes(b"\0\5\x16\7")

    assert spell(["Person - Name"], tmp_path) == {"Person - Name": "Person - Name *"}


def test_no_two_headers_get_one_spelling(tmp_path: Path) -> None:
    """A file with two equal headers could not be mapped."""
    (tmp_path / "a.csv").write_text("Person - Email,Deal - Title\n", encoding="utf-8")
    ours = ["Person - Email (Work)", "Person - Email", "Deal - Title"]

    assert spell(ours, tmp_path) == {"Deal - Title": "Deal - Title"}


def test_a_folder_without_templates_is_a_mistake_of_the_mapping(tmp_path: Path) -> None:
    """One clear line instead of files without effect."""
    with pytest.raises(MappingError, match="holds no template"):
        spell(OURS, tmp_path)
    (tmp_path / "a.xlsx").write_bytes(b"no workbook")
    with pytest.raises(MappingError, match=r"a\.xlsx cannot be read"):
        spell(OURS, tmp_path)


def test_files_that_are_no_templates_are_a_mistake_of_the_mapping(tmp_path: Path) -> None:
    """The line had no effect, and nobody knew."""
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")

    with pytest.raises(MappingError, match=r"has a column of Pipedrive's wizard .*\(found: 'a', 'b'\)"):
        spell(["Person - Name"], tmp_path)


def test_fields_are_created_for_what_the_account_has(tmp_path: Path) -> None:
    """An account of one person was to have fields of organizations and deals."""
    people = pl.DataFrame({"id": ["1"], "name": ["Ann"], "is_organisation": ["false"]})

    fields = transform({"contacts": people}, rehearse=False).setup["fields"]

    assert fields.select("item", "name").rows() == [("persons", "Zendesk Sell ID")]


def test_a_draft_without_tasks_does_not_announce_any(tmp_path: Path) -> None:
    """The comment ended in `the tasks become:`, and nothing followed."""
    (tmp_path / "sell").mkdir()
    (tmp_path / "sell" / "contacts.0.csv").write_text("id,name,is_organisation\n1,Ann,false\n")

    drafted = draft_mapping(tmp_path / "sell")

    assert "tasks become:" not in drafted
    assert "in Pipedrive, every record is written twice" in " ".join(drafted.replace("##", "").split())


def test_what_no_row_says_is_neither_written_nor_asked_for(tmp_path: Path) -> None:
    """The title and city of a lead that joins a contact stand in its note; two blank columns were written,
    and two fields of persons were to be created. The other lead has neither.
    """
    people = pl.DataFrame({"id": ["1"], "name": ["Ann Reef"], "email": ["ann@reef.example"]})
    names = {"first_name": ["Ann", "Ida"], "last_name": ["Reef", "Kelp"], "email": ["ann@reef.example", None]}
    leads = pl.DataFrame({"id": ["8", "9"], **names, "title": ["Boss", None], "city": ["Bath", None]})
    account = {"contacts": people, "leads": leads}
    of_persons = pl.col("item") == "persons"

    first = transform(account, tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    second = transform(account, pipedrive=tmp_path / "exports", trial=0, rehearse=False)

    written = first.tables["leads"]
    assert [column for column in written.columns if not written[column].count()] == []
    for run in (first, second):
        assert run.setup["fields"].filter(of_persons)["name"].to_list() == ["Zendesk Sell ID"]


def test_a_title_that_some_row_says_is_written_and_asked_for(tmp_path: Path) -> None:
    """Of two leads, one joins a contact; the other one's person got its title with it."""
    people = pl.DataFrame({"id": ["1"], "name": ["Ann Reef"], "email": ["ann@reef.example"]})
    names = {"first_name": ["Ann", "Ida"], "last_name": ["Reef", "Kelp"], "email": ["ann@reef.example", None]}
    leads = pl.DataFrame({"id": ["8", "9"], **names, "title": ["Boss", "Pilot"]})
    account = {"contacts": people, "leads": leads}

    transform(account, tmp_path / "lap_1", trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")
    second = transform(account, pipedrive=tmp_path / "exports", trial=0, rehearse=False)

    parts = [pl.read_csv(path, infer_schema=False) for path in sorted((tmp_path / "lap_1").glob("4-*.csv"))]
    titles = [part["Person - Job title"].to_list() for part in parts if "Person - Job title" in part.columns]
    assert titles == [["Pilot"]]
    assert "Job title" in second.setup["fields"]["name"].to_list()


def test_nothing_is_set_up_for_what_is_left_out() -> None:
    """Labels, fields and reasons that only leads and deals have which the mapping leaves out."""
    leads = {"id": ["8", "9"], "last_name": ["Reef", "Kelp"], "status": ["Bad", "New"],
             "website": ["reef.example", None], "tags": ["cold", None]}  # fmt: skip
    deals = {"id": ["21"], "name": ["Roof"], "stage_name": ["Lost"], "loss_reason": ["Price"],
             "tags": ["steep"], "currency": ["SEK"], "custom Slope": ["8"]}  # fmt: skip
    wishes = {"lead_statuses": {"Bad": "leave_out"}, "orphans": {"deals": "leave_out"}}

    setup = transform(
        {"leads": pl.DataFrame(leads), "deals": pl.DataFrame(deals)}, mapping=wishes, rehearse=False
    ).setup

    assert setup["labels"].select("item", "label").rows() == [("leads", "New")]
    assert setup["fields"]["name"].to_list() == ["Zendesk Sell lead ID"]
    assert setup["currencies"].height == setup["lost_reasons"].height == 0


def test_leads_and_deals_share_the_options_of_their_tags() -> None:
    leads = {"id": ["9"], "last_name": ["Reef"], "tags": ["one,both"]}
    deals = {"id": ["21"], "name": ["Roof"], "company_name": ["Gull"], "tags": ["two,both"]}
    account = {"leads": pl.DataFrame(leads), "deals": pl.DataFrame(deals)}

    run = transform(account, mapping={"labels_as": {"deals": "field", "leads": "field"}}, rehearse=False)

    (field,) = run.setup["fields"].filter(pl.col("name") == "Tags").to_dicts()
    assert (field["item"], field["options"]) == ("deals, leads", ["both", "one", "two"])
    assert len(set(field["sell_field"].split(", "))) == len(field["sell_field"].split(", "))


@pytest.mark.parametrize("renames", [{}, {"Incoming": "Waiting"}, {"Incoming": "Zenith", "Quote": "Alpha"}])
def test_the_report_has_stages_in_the_order_of_the_setup_list(renames: dict[str, str]) -> None:
    """Renamed ones stood behind all others: their place was looked up by Sell's name."""
    tables = {name: pl.DataFrame(columns) for name, columns in ACCOUNT.items()}

    made = transform(tables, mapping={"stages": {"Sales": renames}}, trial=0, rehearse=False)

    arriving = made.story.pipeline.filter(side="Pipedrive")["stage"].unique(maintain_order=True)
    assert arriving.to_list() == made.setup["stages"]["stage"].to_list()
    in_sell = made.story.pipeline.filter(side="Sell")["stage"].unique(maintain_order=True)
    assert in_sell.to_list() == ["Incoming", "Quote", "Won"]


@pytest.mark.parametrize(
    ("named", "needless"),
    [("Hinzugefügt am", "Voraussichtliches Abschlussdatum"), ("added_on", "estimated_close_date")],
)
def test_day_first_takes_a_header_as_the_file_spells_it(named: str, needless: str, tmp_path: Path) -> None:
    """`columns` did, and `day_first` only names of Sell's full export: the line had no effect."""
    (tmp_path / "deals_20260601_0901.csv").write_text(
        "Geschäftsname,Geschäfts-ID,Hinzugefügt am,Voraussichtliches Abschlussdatum,Firma\n"
        "Dach,1001,05.01.2026,30.06.2026,Moos\nTor,1002,06.01.2026,30.07.2026,Farn\n",
        "utf-8",
    )

    made = transform(
        tmp_path,
        mapping={"day_first": {"deals": {named: True, needless: True, "Angelegt am": True}}},
        trial=0,
        rehearse=False,
    )

    assert made.tables["deals"]["Deal - Creation date"].to_list() == ["2026-01-05", "2026-01-06"]
    told = made.issues.filter(pl.col("code").str.starts_with("mapping"))
    assert told.select("code", "value").rows() == [
        ("mapping_unused", "Angelegt am"),
        ("mapping_needless", needless),
    ]


def test_the_same_column_is_named_so_where_an_earlier_run_is_read(tmp_path: Path) -> None:
    """Both sides of a delta are read alike: else each date would have changed."""
    lists, wish = tmp_path / "lists", {"day_first": {"deals": {"Hinzugefügt am": True}}}
    lists.mkdir()
    deals = lists / "deals_20260601_0901.csv"
    deals.write_text("Geschäftsname,Geschäfts-ID,Hinzugefügt am,Firma\nDach,1001,05.01.2026,Moos\n", "utf-8")
    transform(lists, tmp_path / "lap_1", mapping=wish, trial=0, rehearse=False)
    rehearse(tmp_path / "lap_1").export(tmp_path / "exports")

    made = transform(
        lists, pipedrive=tmp_path / "exports", previous=tmp_path / "lap_1", mapping=wish, rehearse=False
    )

    assert made.summary()["updated"].sum() == 0
    assert not made.issues.filter(severity="error").height

"""The mapping: every default, every reader, and the words of its errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import attrs
import pytest

import zsell_transform as zt
from tests.exports import CONTACTS, folder
from zsell_transform.errors import MappingError
from zsell_transform.mapping import READERS, ActivityTypes, Limits, Mapping, Rule

DOCUMENTED = """
timezone: America/Santiago
day_first: {deals: {Start: true}}
owners: {Kalle Kula: kalle@kula.se, Old User: null}
stages: {Sales Pipeline: {Prospecting: Qualified}}
won_stages: [Won]
lost_stages: [Lost, Unqualified]
closed_stages: {won: last, lost: first}
activity_types: {default: Task, rules: [{contains: [call, ring], type: Call}]}
columns: {contacts: {Notes2: description}, deals: {Peso: ignore}}
labels: {vvs: Plumbing, from iPhone: null}
labels_as: {persons: labels}
lead_statuses: {Unqualified: leave_out}
empty_in_pipedrive: []
smart_lists: {deals_20260401_0752.csv: Hot deals}
duplicates: {companies: distinguish, contacts: distinguish}
orphans: {deals: placeholder, leads: placeholder, notes: placeholder}
two_organizations: person
bare_organizations: merge
id_links: with_name
single_pass: false
moments: datetime
encoding: {}
templates: null
bom: false
limits: {rows: 50000, megabytes: 50}
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "mapping.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(given: object) -> str:
    with pytest.raises(MappingError) as caught:
        Mapping.load(given)  # type: ignore[arg-type]
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_each_key_is_an_attribute_and_has_a_reader() -> None:
    assert [field.name for field in attrs.fields(Mapping)] == list(READERS)


def test_the_documented_file_is_read(tmp_path: Path) -> None:
    ask = Mapping.load(written(tmp_path, DOCUMENTED))
    assert ask.timezone == "America/Santiago"
    assert ask.day_first == {"deals": {"Start": True}}
    assert ask.owners == {"Kalle Kula": "kalle@kula.se", "Old User": None}
    assert ask.activity_types == ActivityTypes("Task", (Rule("Call", contains=("call", "ring")),))
    assert ask.labels == {"vvs": "Plumbing", "from iPhone": None}
    assert ask.lost_stages == ("Lost", "Unqualified")
    assert ask.limits == Limits(50_000, 50.0)
    assert ask.templates is None
    assert ask.single_pass is False


@pytest.mark.parametrize(
    "given", [None, {}, Mapping(), {"owners": None, "limits": {}, "duplicates": {"contacts": None}}]
)
def test_nothing_given_is_the_defaults(given: dict[str, object] | Mapping | None) -> None:
    assert Mapping.load(given) == Mapping()


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "owners:\nlabels:\nday_first: {deals: }\n", "\ufeff"]
)
def test_an_empty_file_is_the_defaults(tmp_path: Path, text: str) -> None:
    ask = Mapping.load(written(tmp_path, text))
    assert attrs.evolve(ask, day_first={}) == Mapping()


def test_part_of_a_group_keeps_the_other_defaults() -> None:
    ask = Mapping.load(
        {"duplicates": {"contacts": "merge"}, "orphans": {"notes": "leave_out"}, "limits": {"rows": 9}}
    )
    assert ask.duplicates == {"companies": "distinguish", "contacts": "merge"}
    assert ask.orphans == {"deals": "placeholder", "leads": "placeholder", "notes": "leave_out"}
    assert ask.limits == Limits(9, 50.0)


def test_words_that_yaml_takes_for_something_else_stay_text(tmp_path: Path) -> None:
    text = (
        "labels: {No: on, 2020-01-01: 12, Null: 1e3, x: ~}\nowners: {0777: yes}\nsingle_pass: yes\nbom: off\n"
    )
    ask = Mapping.load(written(tmp_path, text))
    assert ask.labels == {"No": "on", "2020-01-01": "12", "Null": "1e3", "x": None}
    assert ask.owners == {"0777": "yes"}
    assert ask.single_pass is True
    assert ask.bom is False


def test_templates_count_from_the_mapping_file(tmp_path: Path) -> None:
    (tmp_path / "wizard").mkdir()
    assert Mapping.load(written(tmp_path, "templates: wizard")).templates == tmp_path / "wizard"
    assert "templates must be an existing folder, not 'nowhere'" in refused(
        written(tmp_path, "templates: nowhere")
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"ower": {}}, "mapping: unknown key 'ower'; did you mean 'owners'?"),
        (
            {"closed_stages": {"won": 3}},
            "mapping: closed_stages.won must be 'last' or 'first' or a stage name, not 3",
        ),
        ({"closed_stages": {"wonn": "last"}}, "unknown key 'wonn' in closed_stages; did you mean 'won'?"),
        ({"timezone": "Santiago"}, "not 'Santiago'; did you mean 'America/Santiago'?"),
        ({"timezone": "america/santiag"}, "did you mean 'America/Santiago'?"),
        ({"timezone": "GMT+1"}, "an offset knows no summer time: name a city of the zone"),
        ({"timezone": 5}, "timezone must be a time zone like 'America/Santiago', not 5"),
        ({"day_first": {"deal": {}}}, "unknown key 'deal' in day_first; did you mean 'deals'?"),
        (
            {"day_first": {"deals": {"Start": "maybe"}}},
            "day_first.deals.Start must be true or false, not 'maybe'",
        ),
        ({"owners": ["a"]}, "owners must be a group of keys, like {key: value}, not a list"),
        ({"owners": {"Kalle": True}}, "owners.Kalle must be a Pipedrive user or null, not True"),
        ({"labels_as": {"person": "labels"}}, "did you mean 'persons'?"),
        ({"labels_as": {"notes": "labels"}}, "known are organizations, persons, deals, leads"),
        ({"moments": "date"}, "moments must be 'datetime' or 'day', not 'date'"),
        ({"empty_in_pipedrive": ["deal"]}, "empty_in_pipedrive[1] must be"),
        ({"empty_in_pipedrive": "deals"}, "must be a list of Pipedrive's types, not 'deals'"),
        ({"limits": {"rows": 0}}, "limits.rows must be a whole number above 0, not 0"),
        ({"limits": {"megabytes": "lots"}}, "limits.megabytes must be a number above 0, not 'lots'"),
        ({"limits": {"rows": True}}, "limits.rows must be a whole number above 0, not True"),
        ({"encoding": {"a.csv": "winows-1252"}}, "did you mean 'windows-1252'?"),
        ({"encoding": {"a.csv": "base64"}}, "encoding.a.csv must be an encoding like 'cp1252', not 'base64'"),
        ({"activity_types": {"rules": [{"type": "Call"}]}}, "activity_types.rules[1] needs 'contains'"),
        ({"activity_types": {"rules": [{"contains": "call"}]}}, "activity_types.rules[1] has no 'type'"),
        (
            {"activity_types": {"rules": [{"type": "Call", "regex": "(a"}]}},
            "activity_types.rules[1].regex must be a regular expression, not '(a' (error: unclosed group)",
        ),
        ({"activity_types": {"rules": [{"type": "Call", "contain": "x"}]}}, "did you mean 'contains'?"),
        (["owners"], "mapping must be a YAML path, a dict or a Mapping, not a list"),
        (Mapping(moments="never"), "moments must be 'datetime' or 'day', not 'never'"),
    ],
)
def test_a_wrong_key_or_value_is_told_with_its_place(given: object, told: str) -> None:
    assert told in refused(given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"columns": {"pipedrive_deals": {"Tunnus": "Idd"}}}, "did you mean 'ID'?"),
        ({"columns": {"pipedrive_deals": {"Vanha": "Zendesk Sell Id"}}}, "did you mean 'Zendesk Sell ID'?"),
        ({"columns": {"pipedrive_deals": {"Tunnus": "ignore"}}}, "a column of Pipedrive's export of deals"),
        ({"columns": {"pipedrive_deal": {"Tunnus": "ID"}}}, "did you mean 'pipedrive_deals'?"),
        ({"won_stages": ["Won"], "lost_stages": ["won"]}, "won_stages and lost_stages both hold 'Won'"),
        ({"templates": "é" * 300}, "templates must be an existing folder"),
        ({"templates": "a\0b"}, "templates must be an existing folder"),
        ("\0", r"\x00: a path cannot hold a NUL character"),
        ("no\nwhere.yaml", r"no\nwhere.yaml: cannot be read as a mapping"),
    ],
)
def test_what_was_taken_or_raised_as_it_came_is_one_line(given: object, told: str) -> None:
    """Columns of Pipedrive's were not looked at, and paths that cannot be ended in a traceback."""
    assert told in refused(given)
    assert "\n" not in refused(given)


@pytest.mark.parametrize("zone", ["Factory", "localtime", "Factry"])
def test_a_zone_that_is_no_place_is_no_hint(zone: str) -> None:
    """`not 'Factory'; did you mean 'Factory'?` helps nobody."""
    assert "did you mean 'Factory'" not in refused({"timezone": zone})
    assert "did you mean 'localtime'" not in refused({"timezone": zone})


def test_zones_need_none_of_python_s(tmp_path: Path) -> None:
    """Windows has no zones for Python: each was refused there, also UTC."""
    script = (
        "import zoneinfo; zoneinfo.reset_tzpath(()); import sys; sys.modules['tzdata'] = None\n"
        "from zsell_transform import transform\n"
        "from zsell_transform.mapping import Mapping\n"
        "for one in sys.argv[2:]:\n"
        "    try: print(Mapping.load({'timezone': one}).timezone)\n"
        "    except Exception as error: print(str(error).rpartition('; ')[2])\n"
        "deals = transform(sys.argv[1], mapping={'timezone': 'America/Lima'}).tables['deals']\n"
        "print(deals['Deal - Creation date'][0])\n"
    )
    (tmp_path / "deals.csv").write_text("id,name,stage_name,added_at\n1,Roof,Quote,2024-05-02T02:00:00Z\n")
    zones = ["UTC", "Europe/Berlin", "Tegucigalpa", "europe/berln", "Factory"]
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "deals.csv"), *zones],
        check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert done.stdout.splitlines() == [
        "UTC", "Europe/Berlin", "did you mean 'America/Tegucigalpa'?", "did you mean 'Europe/Berlin'?",
        "mapping: timezone must be a time zone like 'America/Santiago', not 'Factory'", "2024-05-01",
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["+01:00", "", " "])
def test_what_names_no_zone_is_refused_though_polars_takes_it(zone: str) -> None:
    assert "timezone must be a time zone" in refused({"timezone": zone})


@pytest.mark.parametrize("file", ["lists\\deals.csv", "lists/deals.csv", "deals.csv"])
def test_files_may_be_named_as_on_windows(tmp_path: Path, file: str) -> None:
    """A line with a backslash had no effect; one with the name alone was told to have none."""
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "deals.csv").write_text("id,name,stage_name\n1,Roof,Quote\n")

    export = zt.transform(tmp_path, mapping={"encoding": {file: "cp1252"}, "smart_lists": {file: "Hot"}})

    assert "mapping_unused" not in export.issues["code"]
    assert export.tables["deals"]["Deal - Label"].to_list() == ["Hot"]


@pytest.mark.parametrize("path", ["C:\\Users\\ana", "C:\\new"])
def test_a_path_in_double_quotes_is_told_how_to_be_written(tmp_path: Path, path: str) -> None:
    told = refused(written(tmp_path, f'bom: true\ntemplates: "{path}"\n'))
    assert told.endswith(
        "; in double quotes a backslash means more: write a path in single quotes, or with /"
    )
    assert "backslash" not in refused(written(tmp_path, f"templates: '{path}'"))
    assert "backslash" not in refused(written(tmp_path, 'owners: {"a" b'))


@pytest.mark.parametrize("bom", [True, False])
def test_all_files_of_a_lap_have_the_mark_that_is_asked_for(sample: Path, tmp_path: Path, bom: bool) -> None:
    """issues.csv and documents.csv, which people open in Excel, had none."""
    zt.transform(sample, tmp_path / "lap", mapping={"bom": bom}, rehearse=False)
    files = {path.name: path.read_bytes()[:3] for path in (tmp_path / "lap").rglob("*.csv")}
    assert {"issues.csv", "documents.csv", "1-organizations.csv"} <= {*files}
    assert {mark == b"\xef\xbb\xbf" for mark in files.values()} == {bom}


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = refused(written(tmp_path, "ower: {}\nmoments: never\nbom: perhaps\n"))
    assert text.startswith("mapping.yaml has 3 mistakes: (1) unknown key 'ower'")
    assert "(2) moments must be" in text
    assert "(3) bom must be true or false, not 'perhaps'" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("owners: {a: b\nbom: true", "mapping.yaml line 2: is not YAML: "),
        ("owners: {a: b, a: c}", "mapping.yaml line 1: the key 'a' appears twice"),
        ("bom: true\nbom: false", "mapping.yaml line 2: the key 'bom' appears twice"),
        ("- owners", "mapping.yaml: must hold keys like"),
        ("just words", "mapping.yaml: must hold keys like"),
        ("? [a, b]\n: c", "mapping.yaml line 1: a key must be text, not a list"),
        (b"labels: {caf\xe9: x}", "mapping.yaml line 1: is not UTF-8; save the file as UTF-8"),
        ("a: &a [*a]", "mapping.yaml: is nested too deeply, or refers to itself"),
        ("bom: true\n---\nbom: false", "mapping.yaml line 2: is not YAML: "),
        ("bom: \x07", "mapping.yaml"),
    ],
)
def test_what_is_no_mapping_file_is_told_with_its_line(tmp_path: Path, text: str | bytes, told: str) -> None:
    assert refused(written(tmp_path, text)).startswith(told)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "nowhere.yaml: cannot be read as a mapping (No such file or directory)" in refused(
        tmp_path / "nowhere.yaml"
    )


def test_the_checksum_does_not_depend_on_how_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    one = Mapping.load({"owners": {"a": "x", "b": None}, "bom": True})
    two = Mapping.load(written(tmp_path / "a", "bom: on\nowners:\n  b:\n  a: x\nlabels:\n"))
    assert one.mapping_sha256 == two.mapping_sha256 != Mapping().mapping_sha256
    assert len(one.mapping_sha256) == 64


def test_mentions_name_all_that_should_be_in_the_export() -> None:
    given = {"owners": {"A": "a"}, "won_stages": ["Signed"], "columns": {"deals": {"Peso": "ignore"}}}
    found = [(one.place, one.topic, one.group, one.name) for one in Mapping.load(given).mentions()]
    assert found == [
        ("owners.A", "owners", None, "A"),
        ("columns.deals.Peso", "columns", "deals", "Peso"),
        ("won_stages: Signed", "won_stages", None, "Signed"),
    ]


def test_targets_of_columns_are_checked_against_what_sell_knows() -> None:
    ask = Mapping.load({"columns": {"contacts": {"Notes2": "descripton", "X": "custom", "Y": "ignore"}}})
    with pytest.raises(MappingError, match=r"columns.contacts.Notes2 must be .* did you mean 'description'"):
        ask.check_columns({"contacts": {"description", "name"}})
    ask = Mapping.load({"columns": {"contacts": {"Notes2": "description"}}})
    ask.check_columns({"contacts": {"description", "name"}})


def test_a_label_of_the_mapping_with_a_comma_is_one_label_and_told(tmp_path: Path) -> None:
    """A named Smart List became two labels, and had no filter in the setup; a renamed tag was not told."""
    here = folder(
        tmp_path,
        contacts__0__csv=f"{CONTACTS.strip()},tags\nPe,One,false,,,p@x.example,200,VIP\n",
        deals_20260401_0752__csv="Deal name,Deal ID,Pipeline stage,Owner,Company\nRoof,400,In,Kim,Acme\n",
    )
    mapping = {"smart_lists": {"deals_20260401_0752.csv": "Team, North"}, "labels": {"VIP": "Very,Important"}}

    run = zt.transform(here, mapping=mapping, progress=False, rehearse=False)

    assert run.tables["deals"]["Deal - Label"].to_list() == ["Team North"]
    assert run.tables["persons"]["Person - Label"].to_list() == ["Very Important"]
    assert run.setup["filters"]["label"].to_list() == ["Team North"]
    told = run.issues.filter(code="label_with_comma").sort("field")
    assert told["field"].to_list() == ["labels.VIP", "smart_lists.deals_20260401_0752.csv"]
    assert not run.issues.filter(code="mapping_unused").height


@pytest.mark.parametrize("wish", ["ignore", "custom", "custom Old id", "name"])
def test_the_ids_stay_where_they_are(wish: str) -> None:
    """Records lost their ids, and with them all links; `ignore` alone was refused."""
    known = {"deals": frozenset({"id", "name"})}
    with pytest.raises(MappingError, match=r"columns\.deals\.id must be a wish for another column"):
        Mapping.load({"columns": {"deals": {"id": wish}}}).check_columns(known)


def test_another_column_may_take_the_place_of_the_ids() -> None:
    ask = Mapping.load({"columns": {"deals": {"Real id": "id", "id": "custom Row"}}})
    ask.check_columns({"deals": frozenset({"id", "name"})})


@pytest.mark.parametrize("key", ["a0", "won_stages"])
def test_aliases_of_aliases_are_not_written_out_for_ever(tmp_path: Path, key: str) -> None:
    """Ten levels of ten each are ten billion values, in a file of six hundred bytes."""
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    path = tmp_path / "mapping.yaml"
    path.write_text(f"{key}: &a0 [{', '.join('x' * 10)}]\n{levels}")
    with pytest.raises(MappingError, match=r"^mapping.yaml: holds more than 500,000 values"):
        Mapping.load(path)


def test_an_alias_is_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text("owners: {Kalle: &boss a@b.co, Ann: *boss}\n")
    assert Mapping.load(path).owners == {"Kalle": "a@b.co", "Ann": "a@b.co"}

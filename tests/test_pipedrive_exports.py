"""Pipedrive's own exports: recognised in every form, read for Sell ids and marks, honest about doubts."""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest

from zsell_transform.errors import ExportError
from zsell_transform.issues import KINDS, render
from zsell_transform.mapping import Mapping
from zsell_transform.migration import transform
from zsell_transform.pipedrive.exports.headers import recognise, vocabulary
from zsell_transform.pipedrive.exports.held import Held, empty_held
from zsell_transform.pipedrive.exports.read import read_pipedrive
from zsell_transform.pipedrive.fields import field_key
from zsell_transform.pipedrive.own_ids import mark, split_ids
from zsell_transform.pipedrive.wizard.exporting import headers
from zsell_transform.sell.entities import ITEMS
from zsell_transform.transformers.custom import unique_names


def given(folder: Path, ask: object = None, **files: str) -> Held:
    """Reads a folder with these files: `deals="ID,Title\\n1,Roof\\n"` → `deals.csv`."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_pipedrive(folder, ask)


# ---- recognising ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["prefixed", "bare"])
@pytest.mark.parametrize("language", ["en", "de", "pt", "es", "fr", "nl"])
@pytest.mark.parametrize("item", ITEMS)
def test_an_item_is_recognised_by_its_headers(item: str, language: str, style: str) -> None:
    """Whatever the file is called."""
    columns = list(vocabulary()["columns"][item])
    spelled = headers(item, columns, style=style, language=language)

    found, names = recognise(list(spelled.values()), "export.csv", {})

    assert found == item
    assert [names[spelled[column]] for column in columns] == columns


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("Deal - ID,Deal - Titel,Deal - Phase,Deal - Kontaktperson", "deals"),
        ("Negócio - ID,Negócio - Título,Negócio - Pessoa de contato", "deals"),
        ("Deal - ID,Deal - Title,Person - Email - Work,Organization - Address,Person - ID", "deals"),
        ("Person - ID,Person - Name,Person - Organization", "persons"),
        ("ID,Name,First name,Address,Email - Work", "persons"),
        ("ID,Name,Address,Phone,Email", "organizations"),
        ("ID,Content,Deal title,Lead,User", "notes"),
        ("Activity - ID,Activity - Subject,Activity - Due date,Activity - Deal", "activities"),
        ("severity,code,entity", None),
    ],
)
def test_real_header_lines(line: str, item: str | None) -> None:
    assert recognise(line.split(","), "x.csv", {})[0] == item


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("Negocio - ID,Negocio - Título,Negocio - Etapa,Persona - ID", "export.csv"),
        ("Affaire - ID,Affaire - Titre,Affaire - Valeur,Organisation - ID", "export.csv"),
        ("Sopimus - ID,Sopimus - Otsikko,Sopimus - Arvo,Person - ID", "deals-7.csv"),
        ("Deal - ID,Deal - Title,Person - ID,Person - Name,Person - Email - Work", "deals-7.csv"),
        ("Deal - Title,Deal - Stage,Person - ID,Person - Name,Organization - ID", "deals-7.csv"),
        ("ID,Title,Stage,Status,Zendesk Sell ID,Person - ID,Person - Name", "deals-7.csv"),
        ("ID,Title,Stage,Status,Zendesk Sell ID,Person - ID,Person - Name", "export.csv"),
        ("Sopimus - ID,Sopimus - Otsikko,Person - ID,Person - Name,Person - Owner", "deals-7.csv"),
        ("ID,Title,Stage,Person - ID,Person - Name,Person - Owner,Person - Label", "deals-7.csv"),
    ],
)
def test_a_list_may_show_more_of_linked_records_than_of_its_own(line: str, file: str) -> None:
    """Deals were read as people, whose ids were those of the deals: people and companies came twice."""
    assert recognise(line.split(","), file, {})[0] == "deals"


def test_a_kind_of_value_is_no_prefix() -> None:
    """A list without a column `ID` whose headers begin with `Email - ` had columns `Work` and `Home`."""
    columns = ["Name", "Organization", "Email - Work", "Email - Home", "Email - Other"]

    assert list(recognise(columns, "x.csv", {})[1].values()) == columns


@pytest.mark.parametrize("other", ["Person", "Organización", "Henkilö"])
def test_the_sell_id_of_a_linked_record_is_not_the_list_s_own(tmp_path: Path, other: str) -> None:
    """Deals had the Sell ids of their people, and were written again."""
    text = f"Deal - ID,Deal - Title,{other} - ID,{other} - Zendesk Sell ID\n5,Roof,1,80001\n"

    found = given(tmp_path, **{"deals-7": text})

    assert found.deals.select("system_id", "sell_id").rows() == [("5", None)]
    assert found.readable == frozenset()


@pytest.mark.parametrize(
    ("status", "done", "to_do"),
    [
        ("Won", "Done", "To do"),
        ("Gewonnen", "Erledigt", "Zu erledigen"),
        ("Ganho", "Concluído", "A fazer"),
        ("Ganado", "Completada", "Por hacer"),
        ("Gagnée", "Terminé", "À faire"),
        ("GAGNÉ", "yes", "no"),
    ],
)
def test_words_of_closed_lists_are_read_in_the_account_s_language(
    tmp_path: Path, status: str, done: str, to_do: str
) -> None:
    """A won deal was `changed_in_both` in every language but English, and `verify` called all different."""
    found = given(
        tmp_path,
        deals=f"ID,Title,Status,Zendesk Sell ID\n5,Roof,{status},70001\n",
        activities=f"ID,Subject,Note,Done\n1,Ring,Sell task 1,{done}\n2,Ask,Sell task 2,{to_do}\n",
    )

    assert found.raw["deals"]["Status"].to_list() == ["Won"]
    assert found.raw["activities"]["Done"].to_list() == ["Done", "Undone"]
    assert found.issues.height == 0


def test_words_of_an_unknown_language_are_told_and_compared_with_nothing(tmp_path: Path) -> None:
    text = "ID,Title,Status,Zendesk Sell ID\n5,Roof,Wygrana,70001\n6,Wall,,70002\n"

    found = given(tmp_path, deals=text)

    assert "Status" not in found.raw["deals"].columns
    [told] = found.issues.to_dicts()
    assert (told["code"], told["field"], told["value"]) == ("words_not_known", "Status", "Wygrana")


def test_an_unknown_language_is_read_by_file_name_and_sell_id(tmp_path: Path) -> None:
    text = "Sopimus - ID,Sopimus - Otsikko,Sopimus - Zendesk Sell ID\n7,Katto,70001\n"

    found = given(tmp_path, **{"deals-29684860-7": text})

    assert found.deals.select("system_id", "sell_id").rows() == [("7", "70001")]
    assert found.readable == {"deals"}


def test_the_mapping_names_columns_that_nobody_knows(tmp_path: Path) -> None:
    names = {"Tunnus": "ID", "Otsikko": "Title", "Vanha tunnus": "Zendesk Sell ID"}
    ask = Mapping.load({"columns": {"pipedrive_deals": names}})

    found = given(tmp_path, ask, kaupat="Tunnus,Otsikko,Vanha tunnus\n7,Katto,70001\n")

    assert found.deals.select("system_id", "title", "sell_id").rows() == [("7", "Katto", "70001")]


@pytest.mark.parametrize(
    "name", ["Old Sell id", "zendesk_sell_id", "Zendesk Sell ID (2)", "ZENDESK  SELL  ID"]
)
def test_a_sell_id_field_of_another_name(tmp_path: Path, name: str) -> None:
    assert (
        given(tmp_path, people=f"ID,Name,Organization,{name}\n1,Ada,,80001\n").persons["sell_id"][0]
        == "80001"
    )


def test_a_lead_that_became_a_deal_keeps_its_lead_id(tmp_path: Path) -> None:
    found = given(tmp_path, deals="ID,Title,Stage,Sell ID,Sell lead ID\n7,Roof,Won,,50001\n")

    assert found.deals.select("sell_id", "sell_lead_id").rows() == [(None, "50001")]


# ---- reading --------------------------------------------------------------------------------------------


def test_people_with_all_their_values(tmp_path: Path) -> None:
    text = (
        "ID,Name,Email - Work,Email - Home,Phone - Work,Organization,Organization ID,Zendesk Sell ID\n"
        '1,Ada,"a@b.example, c@d.example",e@f.example,+46 1,Lind AB,9,80001\n'
        "2,Bo,,,,,,\n"
    )

    found = given(tmp_path, people=text).persons

    assert found["emails"].to_list() == [["a@b.example", "c@d.example", "e@f.example"], []]
    assert found["phones"].to_list() == [["+46 1"], []]
    assert found["sell_id"].to_list() == ["80001", None]


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("11111", ["11111"]),
        ("11111, 22222,33333", ["11111", "22222", "33333"]),
        ("name:peter, paul & sons", ["name:peter, paul & sons"]),
        ("11111, name:peter, paul", ["11111", "name:peter, paul"]),
        ("name:acme, 22222", ["name:acme", "22222"]),
        ("name:acme, name:lind, 1 st", ["name:acme", "name:lind, 1 st"]),
        ("email:a@b.example, 11111", ["email:a@b.example", "11111"]),
    ],
)
def test_merged_records_carry_several_ids(tmp_path: Path, cell: str, ids: list[str]) -> None:
    found = given(tmp_path, organizations=f'ID,Name,Address,Zendesk Sell ID\n1,Acme,,"{cell}"\n')

    assert found.organizations["sell_id"].to_list() == ids
    assert set(found.organizations["system_id"]) == {"1"}
    assert found.raw["organizations"].height == 1


def test_two_records_of_one_sell_id_are_linked_to_by_nobody(tmp_path: Path) -> None:
    found = given(tmp_path, organizations="ID,Name,Zendesk Sell ID\n1,Acme,11111\n3,Acme,11111\n4,Lind,4\n")

    assert found.organizations["sell_id"].to_list() == [None, None, "4"]
    assert found.twice.rows() == [("organizations", "11111", "1, 3")]
    told = render(found.issues).row(0, named=True)
    assert (told["severity"], told["code"], told["entity"]) == ("error", "sell_id_twice", "companies")
    assert "1, 3" in told["message"]


OWN_SIGNS = {
    "a Sell id": {"deals": "ID,Title,Zendesk Sell ID\n1,Roof,5\n"},
    "a mark": {"notes": "ID,Content\n1,2014 · K · Sell note 226\n"},
    "an id that stands twice": {"deals": "ID,Title,Zendesk Sell ID\n1,Roof,5\n2,Barn,5\n"},
}


@pytest.mark.parametrize("sign", OWN_SIGNS)
def test_any_sign_says_that_something_came_from_sell(tmp_path: Path, sign: str) -> None:
    assert given(tmp_path / "with", **OWN_SIGNS[sign]).has_ours
    assert not given(tmp_path / "without", deals="ID,Title,Zendesk Sell ID\n1,Roof,\n").has_ours


def test_what_has_no_sign_of_sell_at_all_was_typed(tmp_path: Path) -> None:
    header = "ID,Title,Zendesk Sell ID,Zendesk Sell lead ID\n"
    rows = "1,Roof,5,\n2,Barn,,6\n3,Shed,7,\n4,Shed,7,\n8,Hut,,\n"

    found = given(tmp_path, deals=header + rows)

    assert found.typed("deals")["system_id"].to_list() == ["8"]


def test_links_are_shown_only_where_all_their_columns_are(tmp_path: Path) -> None:
    found = given(tmp_path, deals="ID,Title,Contact person ID,Zendesk Sell ID\n1,Roof,3,5\n")

    assert found.shows("deals", "person_id")
    assert not found.shows("deals", "person_id", "organization_id")
    assert not found.shows("leads", "person_id")


def test_a_record_in_two_files_is_one(tmp_path: Path) -> None:
    text = "ID,Name,Zendesk Sell ID\n1,Acme,11111\n"

    assert given(tmp_path, organizations=text, organizations_2=text).organizations.height == 1


def test_two_exports_of_one_list_are_refused(tmp_path: Path) -> None:
    """The older one won by its name, and `updates/` wrote its values over what was done since."""
    header = "ID,Name,Phone - Work,Zendesk Sell ID\n"
    older, newer = f"{header}1,Ada,111,80001\n2,Bo,,80002\n", f"{header}1,Ada,999,80001\n3,Cy,,80003\n"

    with pytest.raises(
        ExportError, match=r"people\.csv and people_2\.csv .*System ID 1\).*keep only the newer"
    ):
        given(tmp_path, people=older, people_2=newer)


def test_sells_own_files_are_not_taken_for_pipedrives(tmp_path: Path) -> None:
    sells = "id,name,first_name,last_name,is_organisation,email\n1,Ada Lum,Ada,Lum,false,\n"

    found = given(tmp_path, contacts=sells, people="ID,Name,First name,Zendesk Sell ID\n7,Ada,,1\n")

    assert found.persons["system_id"].to_list() == ["7"]
    assert found.issues["code"].to_list() == ["export_of_sells"]
    (tmp_path / "people.csv").unlink()
    with pytest.raises(ExportError, match=r"; contacts\.csv is Sell's$"):
        read_pipedrive(tmp_path)


def test_what_lies_beside_the_exports_is_told(tmp_path: Path) -> None:
    """A list that was saved as a workbook, and a file without anything in it."""
    (tmp_path / "deals-1.xlsx").write_bytes(b"PK")
    (tmp_path / "~$deals-1.xlsx").write_bytes(b"")
    with pytest.raises(ExportError, match=r"deals-1\.xlsx is an Excel workbook: export it as CSV$"):
        read_pipedrive(tmp_path)

    found = given(tmp_path, people="ID,Name,First name,Zendesk Sell ID\n7,Ada,,1\n", leads="")

    assert sorted(found.issues["code"]) == ["export_not_csv", "export_unreadable"]
    assert "deals-1.xlsx, among Pipedrive's exports, is an Excel workbook" in str(
        render(found.issues)["message"].to_list()
    )


def test_damaged_files_are_read_with_care(tmp_path: Path) -> None:
    """A semicolon from a spreadsheet program, a BOM, Windows-1252."""
    (tmp_path / "deals.csv").write_bytes(
        "ID;Title;Stage;Zendesk Sell ID\r\n7;Café;Won;70001\r\n".encode("cp1252")
    )
    (tmp_path / "people.csv").write_bytes(b"\xef\xbb\xbfID,Name,Organization,Zendesk Sell ID\n1,Ada,,80001\n")

    found = read_pipedrive(tmp_path)

    assert found.deals.select("title", "sell_id").rows() == [("Café", "70001")]
    assert found.persons["system_id"].to_list() == ["1"]


def test_a_zip_is_read_like_a_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr(
            "deep/leads-1.csv", "Lead - ID,Lead - Title,Lead - Zendesk Sell lead ID\nab-1,Hope,50001\n"
        )

    found = read_pipedrive(tmp_path / "export.zip")

    assert found.given == {"leads"}
    assert found.leads.select("system_id", "sell_id").rows() == [("ab-1", "50001")]


def test_what_is_no_export_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    for place in (tmp_path, tmp_path / "nowhere", tmp_path / "other.csv"):
        with pytest.raises(ExportError) as told:
            read_pipedrive(place)
        assert "\n" not in str(told.value)
    (tmp_path / "bad.zip").write_text("no zip")
    with pytest.raises(ExportError, match="zip"):
        read_pipedrive(tmp_path / "bad.zip")


def test_files_that_help_nobody_are_issues(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        other="a,b\n1,2\n",
        deals="Title,Stage\nRoof,Won\n",
        leads="ID,Title,Contact person\na,Roof,Ann\n",
    )

    assert sorted(found.issues["code"]) == ["export_id_missing", "export_not_recognised"]
    assert set(found.issues["code"]) <= KINDS.keys()
    assert found.given == {"deals", "leads"}
    assert found.readable == frozenset()


def test_nothing_is_held_where_no_export_was_given() -> None:
    held = empty_held()

    assert (held.given, held.readable, held.raw) == (frozenset(), frozenset(), {})
    assert all(held[item].height == 0 and "system_id" in held[item].columns for item in ITEMS)


# ---- marks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "text", "found"),
    [
        ("notes", "2014-09-03 08:49 · Kalle Kula · Sell note 226<br>Hi", "Sell note 226"),
        ("notes", "<p>2014 &middot; K &#183;&nbsp;Sell note 226</p><p>Hi</p>", "Sell note 226"),
        ("notes", "<div><b>2014 · K · Sell text 5 · restricted</b></div><div>Hi</div>", "Sell text 5"),
        ("notes", "\n<br/>2014 · K · Sell email x0123456789ab<br/>Hi", "Sell email x0123456789ab"),
        ("notes", "<h2>2014 · K · Sell note 226</h2>Hi", "Sell note 226"),
        ("notes", "Hi<br>2014 · K · Sell note 226", None),
        ("notes", "He wrote: Sell note 226 soon", None),
        ("notes", "Sell notebook 226", None),
        ("activities", "Hi<br>Sell task 74", "Sell task 74"),
        ("activities", "<p>Hi</p><p>Sell call 74</p><br />\n", "Sell call 74"),
        ("activities", "<ul><li>a</li></ul>Sell visit 74", "Sell visit 74"),
        ("activities", 'Hi<p class="x">Sell task 74</p>', "Sell task 74"),
        ("activities", "Sell task 74<br>done", None),
        ("activities", "Hi Sell task 74", None),
        ("activities", None, None),
    ],
)
def test_a_mark_counts_at_its_place_only(item: str, text: str | None, found: str | None) -> None:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})

    assert frame.select(mark(item, pl.col("text"))).item() == found


def test_marks_in_an_unknown_language(tmp_path: Path) -> None:
    found = given(tmp_path, notes="ID,Sisältö,Sopimus\n1,2014 · K · Sell note 226,x\n")

    assert found.notes["mark"].to_list() == ["Sell note 226"]
    assert found.readable == {"notes"}


def test_without_a_mark_in_any_column_nobody_knows_which_one_has_them(tmp_path: Path) -> None:
    found = given(tmp_path, notes="ID,Sisältö,Sopimus\n1,Moi,x\n")

    assert "notes" in found.given
    assert not found.readable


def test_a_note_that_came_twice_is_told(tmp_path: Path) -> None:
    found = given(tmp_path, notes="ID,Content\n1,2014 · K · Sell note 226\n2,2014 · K · Sell note 226\n")

    assert found.issues["code"].to_list() == ["mark_twice"]
    assert found.notes["mark"].to_list() == ["Sell note 226"] * 2


def test_no_custom_field_is_called_like_a_column_of_an_export() -> None:
    """The export could not tell the two apart."""
    for item in ("organizations", "persons", "deals", "leads"):
        columns = vocabulary()["columns"][item]
        names = unique_names([f"custom {column}" for column in columns], item)
        assert not {field_key(name) for name in names.values()} & {field_key(column) for column in columns}


def test_of_twins_the_second_is_a_custom_field(tmp_path: Path) -> None:
    """A custom field may be called like a column of an export in another language."""
    (tmp_path / "deals.csv").write_text(
        "Deal - ID,Deal - Title,Deal - Organization,Deal - Organização,Deal - Status,Deal - Pipeline\n"
        "1,Roof,Bolt Ltd,club,Open,Sales\n"
    )
    held = read_pipedrive(tmp_path)
    assert held.deals["organization"].to_list() == ["Bolt Ltd"]
    assert held.raw["deals"]["Organização"].to_list() == ["club"]


@pytest.mark.parametrize("form", ["{}", "{}.0", "'{}", "{:,}", "{:_}"])
def test_our_ids_are_known_in_every_form_that_other_programs_give_them(form: str, tmp_path: Path) -> None:
    """pandas and spreadsheets that saved Pipedrive's export again: no record is written twice."""
    cells = [form.format(number).replace("_", ".") for number in (41_000_011, 41_000_012)]
    rows = "".join(f'{n},Ann {n},"{cell}"\n' for n, cell in enumerate(cells))
    (tmp_path / "people.csv").write_text(f"Person - ID,Person - Name,Person - Zendesk Sell ID\n{rows}")
    held = read_pipedrive(tmp_path)
    assert held.persons["sell_id"].to_list() == ["41000011", "41000012"]
    assert held.issues.height == 0


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("name:web 2.0 gmbh", ["name:web 2.0 gmbh"]),
        ("12345.0, name:web 2.0 gmbh", ["12345", "name:web 2.0 gmbh"]),
        ("1.0, 2.0", ["1", "2"]),
        ("1.0, 2.00, 3.0", ["1", "2", "3"]),
    ],
)
def test_figures_in_a_name_are_no_decimals_of_an_id(cell: str, ids: list[str]) -> None:
    """A company known by its name only, `Web 2.0`, came back as another one, lap after lap."""
    assert pl.DataFrame({"cell": [cell]}).select(split_ids(pl.col("cell"))).item().to_list() == ids


def test_of_a_type_whose_ids_a_spreadsheet_rounded_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "sell").mkdir()
    (tmp_path / "sell" / "contacts.0.csv").write_text("id,is_organisation,name\n41000011,true,Bolt Ltd\n")
    (tmp_path / "pipedrive").mkdir()
    (tmp_path / "pipedrive" / "organizations.csv").write_text(
        "Organization - ID,Organization - Name,Organization - Zendesk Sell ID\n1,Bolt Ltd,4.1E+07\n"
    )
    run = transform(tmp_path / "sell", pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)
    assert run.summary().row(0, named=True)["waiting"] == 1
    assert {"sell_ids_rounded", "no_export_of_organizations"} <= set(run.issues["code"])


def test_ids_that_were_rounded_before_the_upload_are_nobody_s(tmp_path: Path) -> None:
    """Two deals had become `5.1E+07` in Pipedrive itself, and were to be merged there as one."""
    sell = after_a_lap(tmp_path, deals="ID,Title,Zendesk Sell ID\n5,Roof,5.1E+07\n6,Wall,5.1E+07\n")
    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    assert run.tables["deals"].height == 0
    assert "sell_ids_rounded" in run.issues["code"]
    assert "sell_id_twice" not in run.issues["code"]


def after_a_lap(folder: Path, **changed: str | None) -> Path:
    """A Sell export, and the lists of Pipedrive that hold its two deals and its note; None: no such file."""
    sell = folder / "sell"
    sell.mkdir()
    (sell / "contacts.0.csv").write_text("id,is_organisation,name\n41000011,true,Bolt Ltd\n")
    (sell / "deals.0.csv").write_text(
        "id,name,main_contact_id,stage_name\n51000011,Roof,41000011,Incoming\n51000012,Wall,41000011,Incoming\n"
        "51000013,Pond,41000011,Incoming\n"
    )
    (sell / "notes.0.csv").write_text("id,content,noteable_type,noteable_id\n61000011,Called,Deal,51000011\n")
    lists = {
        "organizations": "ID,Name,Address,Zendesk Sell ID\n1,Bolt Ltd,,41000011\n",
        "deals": "ID,Title,Zendesk Sell ID\n5,Roof,51000011\n6,Wall,51000012\n7,Pond,51000013\n",
        "notes": 'ID,Content,Deal ID\n9,"2014-09-03 08:49 · Kalle · Sell note 61000011<br>Called",5\n',
    }
    (folder / "pipedrive").mkdir()
    for name, text in (lists | changed).items():
        if text is not None:
            (folder / "pipedrive" / f"{name}.csv").write_text(text)
    return sell


def test_deals_whose_sell_ids_nobody_exported_are_not_written_again(tmp_path: Path) -> None:
    """The user left the column out of every list: the wizard recognises no deal, and all were doubled."""
    sell = after_a_lap(
        tmp_path,
        organizations="Organization - ID,Organization - Name\n1,Bolt Ltd\n",
        deals="Deal - ID,Deal - Title\n5,Roof\n6,Wall\n7,Pond\n",
        notes=None,
    )
    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    assert run.tables["deals"].height == 0
    assert "no_export_of_deals" in run.issues.filter(severity="error")["code"]


def test_deals_of_others_hold_nobody_back(tmp_path: Path) -> None:
    """An account that is used already, before the first lap."""
    typed = "Deal - ID,Deal - Title\n5,Old roof\n6,Wall\n7,Pond\n"
    sell = after_a_lap(tmp_path, organizations=None, deals=typed, notes=None)
    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    assert run.tables["deals"].height == 3


def test_notes_without_system_ids_are_not_written_again(tmp_path: Path) -> None:
    sell = after_a_lap(tmp_path, notes='Content,Deal ID\n"x · Sell note 61000011<br>Called",5\n')
    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    assert run.tables["notes"].height == 0
    assert {"export_id_missing", "no_export_of_notes"} <= set(run.issues["code"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.csv", b""),
        ("notes-2.csv", b"PK\x03\x04\0\0"),
        ("notes-1.xlsx", b"PK"),
        ("Notizen-1.xlsx", b"PK"),
    ],
)
def test_notes_whose_export_cannot_be_read_are_not_written_again(
    tmp_path: Path, name: str, content: bytes
) -> None:
    """They counted as empty, and a second import of notes is found by nothing."""
    sell = after_a_lap(tmp_path, notes="ID,Content,Deal ID\n1,Hello,5\n" if name == "notes-2.csv" else None)
    (tmp_path / "pipedrive" / name).write_bytes(content)
    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    assert run.tables["notes"].height == 0
    assert "no_export_of_notes" in run.issues.filter(severity="error")["code"]


@pytest.mark.parametrize("name", ["export-4711.csv", "deals-2.csv"])
def test_an_export_that_cannot_be_read_may_be_any_list_where_its_name_does_not_say(
    tmp_path: Path, name: str
) -> None:
    """The notes lay there under a name of somebody's own, could not be read, and were written again."""
    sell = after_a_lap(tmp_path, notes=None)
    (tmp_path / "pipedrive" / name).write_bytes(b"")
    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    unsaid = name.startswith("export")
    assert run.tables["notes"].height == (not unsaid)
    assert ("no_export_of_notes" in run.issues.filter(severity="error")["code"]) == unsaid
    told = run.issues.filter(code="export_unreadable")["message"].item()
    assert ("every list without a file waits" in told) == unsaid


def test_an_export_in_utf_16_without_quotes_is_read(tmp_path: Path) -> None:
    """Its headers were read as UTF-8 with a blank byte behind each letter: nobody knew the list."""
    (tmp_path / "people-1.csv").write_bytes("ID,Name,Zendesk Sell ID\n7,Ada Lamp,11\n".encode("utf-16"))

    held = read_pipedrive(tmp_path)

    assert held.persons.select("system_id", "name", "sell_id").rows() == [("7", "Ada Lamp", "11")]


def test_a_workbook_beside_the_same_list_as_csv_holds_nothing_back(tmp_path: Path) -> None:
    sell = after_a_lap(tmp_path, notes="ID,Content,Deal ID\n1,Hello,5\n")
    (tmp_path / "pipedrive" / "notes-1.xlsx").write_bytes(b"PK")
    run = transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    assert run.tables["notes"].height


def test_lists_without_system_ids_are_refused(tmp_path: Path) -> None:
    """Also the files that the library wrote: nothing in them says what Pipedrive holds."""
    sell = after_a_lap(tmp_path, organizations="Name\nBolt Ltd\n", deals="Title\nRoof\n", notes=None)
    with pytest.raises(ExportError, match=r"deals\.csv has no column ID"):
        transform(sell, pipedrive=tmp_path / "pipedrive", trial=0, rehearse=False)

    transform(sell, tmp_path / "lap_1", trial=0, rehearse=False)
    with pytest.raises(ExportError, match="folder of files for Pipedrive"):
        transform(sell, pipedrive=tmp_path / "lap_1", trial=0, rehearse=False)


@pytest.mark.parametrize(
    ("file", "item", "also"),
    [
        ("people-7.csv", "persons", "Title"),
        ("people-7.csv", "persons", "Content"),
        ("Personen-7.csv", "persons", "Content"),
        ("export.csv", "persons", "Title"),
        ("export.csv", "persons", "Content"),
        ("deals-7.csv", "deals", "Content"),
        ("export.csv", "deals", "Content"),
        ("leads-7.csv", "leads", "Content"),
        ("leads-7.csv", "leads", "Stage"),
        ("organizations-7.csv", "organizations", "Title"),
        ("organizations-7.csv", "organizations", "First name"),
        ("activities-7.csv", "activities", "Stage"),
        ("notes-7.csv", "notes", "Subject"),
        # What somebody renamed is told by its headers.
        ("deals-7.csv", "persons", "Title"),
        ("organizations-7.csv", "persons", "Organization"),
        ("leads-7.csv", "deals", "Stage"),
    ],
)
@pytest.mark.parametrize("language", ["en", "de", "pt", "es", "fr", "nl"])
def test_a_custom_field_may_be_called_like_another_list_s_column(
    file: str, item: str, also: str, language: str
) -> None:
    """People with a field `Title` were no people, and all of them waited for ever."""
    columns = vocabulary()["columns"][item]
    headers = [forms.get(language, [name])[0] for name, forms in columns.items()]

    assert recognise(list(dict.fromkeys([*headers, also])), file, {})[0] == item


def test_people_without_the_columns_of_their_names_are_people() -> None:
    """Most lists show few columns; those of which all lists have some are told apart by the file's name."""
    assert recognise(["ID", "Name", "Email - Work", "Zendesk Sell ID"], "people-7.csv", {})[0] == "persons"
    assert recognise(["ID", "Name", "Zendesk Sell ID"], "people-7.csv", {})[0] == "persons"


def test_columns_that_no_export_has_are_told(tmp_path: Path) -> None:
    """A slip of the pen in `pipedrive_deals` had no effect, and nothing said so."""
    ask = Mapping.load({"columns": {"pipedrive_deals": {"Sopimus - Tunus": "ID", "Nimi": "Title"}}})

    held = given(tmp_path, ask, **{"deals-1.csv": "Sopimus - Tunnus,Sopimus - Nimi,Sopimus - ID\n5,R,1\n"})

    [told] = render(held.issues).filter(pl.col("code") == "mapping_unused").to_dicts()
    assert told["field"] == "columns.pipedrive_deals.Sopimus - Tunus"
    assert "did you mean 'Sopimus - Tunnus'?" in told["message"]

"""Every damage that a file can have: repaired or told by record, with every other record right."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from zsell_transform.errors import ExportError
from zsell_transform.reading import read_csv, read_export

REAL = Path(__file__).parent.parent.parent / "shared" / "real"


def read(
    tmp_path: Path, content: str | bytes
) -> tuple[list[tuple[str | None, ...]], pl.DataFrame, list[str]]:
    """Records, issues and headers of a file with this content."""
    path = tmp_path / "any.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    frame, issues = read_csv(path)
    return frame.rows(), issues, frame.columns


@pytest.mark.parametrize(
    ("body", "records", "code"),
    [
        ('1,12" pipe,3\n4,5,6\n', [("1", '12" pipe', "3"), ("4", "5", "6")], "stray_quote_repaired"),
        (
            '1,"he said "hi" ok",3\n4,5,6\n',
            [("1", 'he said "hi" ok', "3"), ("4", "5", "6")],
            "stray_quote_repaired",
        ),
        (
            '1,"open,3\n4,5,6\n7,"x",9\n',
            [("1", '"open', "3"), ("4", "5", "6"), ("7", "x", "9")],
            "stray_quote_repaired",
        ),
        ('1,2,"open\n4,5,6\n', [("1", "2", '"open'), ("4", "5", "6")], "stray_quote_repaired"),
        ('1,"x"y,3\n', [("1", '"x"y', "3")], "stray_quote_repaired"),
        (r'1,"a \"b\" c",3' + "\n", [("1", 'a "b" c', "3")], "stray_quote_repaired"),
        ('1, "x, y", 3\n', [("1", "x, y", " 3")], "stray_quote_repaired"),
        ("1,2\n4,5,6\n", [("1", "2", None), ("4", "5", "6")], "short_row"),
        ('1,"a "b", c",3\n4,5,6\n', [("1", '"a "b"', ' c"'), ("4", "5", "6")], "long_row"),
        ("1,2,3,4,5\n4,5,6\n", [("1", "2", "3"), ("4", "5", "6")], "long_row"),
        ('"1,""x"",3"\n4,5,6\n', [("1", "x", "3"), ("4", "5", "6")], "record_unwrapped"),
        ('"1,""x\ny"",3"\n4,5,6\n', [("1", "x\ny", "3"), ("4", "5", "6")], "record_unwrapped"),
        ("1,a\0b,3\n4,5,6\n", [("1", "ab", "3"), ("4", "5", "6")], "nul_removed"),
        ("1,2\r4,5,6\n7,8,9\n", [("1", "2", None), ("4", "5", "6"), ("7", "8", "9")], "short_row"),
    ],
)
def test_one_damaged_record(
    tmp_path: Path, body: str, records: list[tuple[str | None, ...]], code: str
) -> None:
    """The damaged record is read as well as it can be, the others are right, and an issue names it alone."""
    found, issues, _ = read(tmp_path, f"a,b,c\n0,0,0\n{body}")

    assert found == [("0", "0", "0"), *records]
    assert issues.select("code", "row").rows() == [(code, 3)]


@pytest.mark.parametrize(
    ("body", "records", "told"),
    [
        ("1,a\rb,3\n4,5,6\n", [("1", "a\rb", "3"), ("4", "5", "6")], []),
        ('1,"x,y",a\rb\n4,5,6\n', [("1", "x,y", "a\rb"), ("4", "5", "6")], []),
        ("1,2,3\r4,5,6\n7,8,9\n", [("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9")], []),
        ("1,2,3\r\r4,5,6\n7,8,9\n", [("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9")], []),
        ("1,2,3\r4,5\n7,8,9\n", [("1", "2", "3"), ("4", "5", None), ("7", "8", "9")], ["short_row"]),
        (
            '1,2,"x,y"\r4,"5"\n7,8,9\n',
            [("1", "2", "x,y"), ("4", "5", None), ("7", "8", "9")],
            ["short_row"],
        ),
        ("4,5,6\n7,8\r", [("4", "5", "6"), ("7", "8", None)], ["short_row"]),
        (
            '1,"x,y"\n4,5 "pipe,"a,b\rc"\n',
            [("1", "x,y", None), ("4", '5 "pipe', "a,b\rc")],
            ["short_row", "stray_quote_repaired"],
        ),
    ],
)
def test_a_lone_carriage_return_is_text_or_ends_a_record(
    tmp_path: Path, body: str, records: list[tuple[str | None, ...]], told: list[str]
) -> None:
    """Whichever fits the header; what is damaged all the same is told."""
    found, issues, _ = read(tmp_path, f"a,b,c\n0,0,0\n{body}")

    assert found == [("0", "0", "0"), *records]
    assert issues["code"].to_list() == told


def test_cells_beyond_the_header_are_kept_in_the_issue(tmp_path: Path) -> None:
    """Nothing is lost by not having a header."""
    _, issues, _ = read(tmp_path, "a,b\n1,2\n3,4\n1,2,surplus,,more\n5,6,\n")

    assert issues.select("severity", "code", "value").rows() == [
        ("error", "long_row", "surplus | more"),
        ("warning", "blank_surplus", None),
    ]


def test_a_header_wider_than_every_record_keeps_its_names(tmp_path: Path) -> None:
    """The records are short, each told; the columns stay."""
    records, issues, headers = read(tmp_path, "a,b,c\n1,2\n3,4\n")

    assert headers == ["a", "b", "c"]
    assert records == [("1", "2", None), ("3", "4", None)]
    assert issues["code"].to_list() == ["short_row"] * 2


def test_a_header_narrower_than_most_records(tmp_path: Path) -> None:
    """Their last cells have a column without a name; a stray quote in the header costs no column."""
    assert read(tmp_path, "a,b\n1,2,3\n4,5,6\n")[2] == ["a", "b", "column 3"]
    assert read(tmp_path, 'a,"b,c\n1,2,3\n4,5,6\n')[2] == ["a", '"b', "c"]


@pytest.mark.parametrize(
    ("header", "text", "record"),
    [
        ("id,name,street,city", "7,Eva,Main\nRoad 5,Bath\n", ("7", "Eva", "Main\nRoad 5", "Bath")),
        ("id,name,street,city", "7,Eva,Main\n\nRoad\nB,Bath\n", ("7", "Eva", "Main\n\nRoad\nB", "Bath")),
        ("name,street,city,id", "Eva,Main\nRoad,Bath,7\n", ("Eva", "Main\nRoad", "Bath", "7")),
        ("Name,Contact ID,City", "Ek,\n7,Bath\n", None),
        ("Name,Contact ID,City", "Eva\nEk,7\n", None),
        ("Name,Contact ID,City,Zip", "Eva,7,Ba\nth,B5\n", ("Eva", "7", "Ba\nth", "B5")),
        ("id,name,street,city", "7,Eva,Main\n8,Bath\n", None),
        ("id,name,street,city", "7,Eva\nBo,Bath\n", None),
        ("id,name,email,phone", "7,Eva,eva@x.example\n,Bo\n", None),
        ("id,name,email,phone", "7,Eva,eva@x.example\nTotal,3\n", None),
        ("Name,Contact ID,City,Zip", "Eva,7,Ba\nth,5\n", None),
        ("name,street,city,zip", "Eva,Main\nRoad,Bath,5\n", None),
    ],
)
def test_an_unquoted_line_break_parts_no_record(
    tmp_path: Path, header: str, text: str, record: tuple[str, ...] | None
) -> None:
    """Where neither piece has an id of its own beside the record's: else each is short, as before."""
    whole = ",".join("1" * len(header.split(",")))
    records, issues, _ = read(tmp_path, f"{header}\n{whole}\n{text}{whole}\n")

    if record is None:
        pieces = [[cell or None for cell in line.split(",")] for line in text.splitlines()]
        width = len(header.split(","))
        assert records[1:-1] == [(*cells, *[None] * (width - len(cells))) for cells in pieces]
        assert issues.select("code", "row").rows() == [
            ("short_row", row) for row in range(3, 3 + len(pieces))
        ]
    else:
        assert records[1:-1] == [record]
        assert issues.select("severity", "code", "row").rows() == [("warning", "record_joined", 3)]


@pytest.mark.parametrize(
    ("body", "contents"),
    [
        ('1,"He said "hi" to\nall of us\n\nbye"\n2,ok\n', ['He said "hi" to\nall of us\n\nbye', "ok"]),
        ('1,"He said ""hi"" to "all" of\r\nus"\r\n2,ok\r\n', ['He said "hi" to "all" of\r\nus', "ok"]),
        ('1,"He said "hi"; to\nall of us"', ['He said "hi"; to\nall of us']),
        ('1,"open\n2,"x"\n', ['"open', "x"]),  # a record is no part of a text
        ('1,"o"pen\n2\n3,x"\n', ['"o"pen', None, 'x"']),  # nor is one that is short
        ('1,"open\nand never closed\n2,x\n', ['"open', None, "x"]),
    ],
)
def test_a_text_with_quotes_in_the_last_column_goes_on_over_lines(
    tmp_path: Path, body: str, contents: list[str | None]
) -> None:
    """Its further lines became records of their own, and the note was torn."""
    records, issues, _ = read(tmp_path, "id,content\n" + body)

    assert [content for _, content in records] == contents
    assert "stray_quote_repaired" in issues["code"].to_list()


def test_trailing_delimiters_are_a_habit_not_damage(tmp_path: Path) -> None:
    """Spreadsheets put them behind every record: no issue each."""
    records, issues, _ = read(tmp_path, "a,b\n1,2,\n3,4,\n5,6,\n")

    assert records == [("1", "2"), ("3", "4"), ("5", "6")]
    assert not issues.height


ONE, TWO = "1,Eva,x\n2,Bo,y\n", "3,Di,z\n"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("header", ["id,name,city", '"id","name","city"', "id,name,"])
@pytest.mark.parametrize("damage", ["", '8,stray " quote,w\n'])
@pytest.mark.parametrize("many", [1, 2_000])
def test_a_header_in_the_middle_is_no_record(
    tmp_path: Path, mark: str, header: str, damage: str, many: int
) -> None:
    """Where files were joined, a person was called `name`; by the fast path, in runs and one by one."""
    records, issues, _ = read(tmp_path, f"{mark}{header}\n{ONE * many}{damage}{mark}{header}\n{TWO}")

    assert [id_ for id_, *_ in records] == ["1", "2"] * many + ["8"] * bool(damage) + ["3"]
    repeated = issues.filter(code="header_repeated")
    assert repeated["row"].to_list() == [2 * many + bool(damage) + 2]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["y", '"y"', '"y, z"', ""])
@pytest.mark.parametrize("header", ["id,name,city", '"id","name","city"'])
def test_a_header_glued_to_the_last_cell_is_cut_off(
    tmp_path: Path, mark: str, last: str, header: str
) -> None:
    """Where the first of two joined files had no line end behind its last record."""
    records, issues, _ = read(tmp_path, f'{mark}{header}\n1,Eva,x\n2,Bo,{last}{mark}{header}\n3,"Di",z\n')

    assert records == [("1", "Eva", "x"), ("2", "Bo", last.strip('"') or None), ("3", "Di", "z")]
    assert issues.select("code", "row").rows() == [("header_cut", 3)]


def test_rows_count_as_in_a_spreadsheet(tmp_path: Path) -> None:
    """Blank lines and preamble count, a record with line breaks counts once."""
    text = 'Report of people\n\nid,name,city\n1,"a\nb\nc",x\n\n\n2,short\n'

    _, issues, headers = read(tmp_path, text)

    assert headers == ["id", "name", "city"]
    assert issues.filter(code="short_row")["row"].to_list() == [7]


def test_headers_are_told_apart(tmp_path: Path) -> None:
    """BOM, NBSP and outer spaces go; repeated and blank headers get names of their own."""
    _, issues, headers = read(tmp_path, "\ufeffid,\xa0Peso ,Peso,,Peso,Peso (2)\n1,2,3,4,5,6\n")

    assert headers == ["id", "Peso", "Peso (2)", "column 4", "Peso (3)", "Peso (2) (2)"]
    assert sorted(issues["code"].unique()) == ["blank_header", "duplicate_header"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_dialects(tmp_path: Path, delimiter: str, line_end: str) -> None:
    """Delimiters and line ends, without a question asked."""
    lines = [["id", "name", "city"], ["1", f'"a{delimiter}b"', "x"], ["2", "Åsa", ""]]
    text = line_end.join(delimiter.join(line) for line in lines)

    records, issues, headers = read(tmp_path, text)

    assert headers == ["id", "name", "city"]
    assert records == [("1", f"a{delimiter}b", "x"), ("2", "Åsa", None)]
    assert not issues.height


@pytest.mark.parametrize("above", ["", "\n", "Report\n\n", "sep=,\n", '"Report, all"\n'])
@pytest.mark.parametrize(
    "records",
    [
        "41,Lea,x\n42,Max,y\n",
        '41,"Lea\vLund",x\n42,"Max\v\vMo",y\n',
        '"41,""Lea\vLund"",x"\n"42,Max,y"\n',
        '41,Lea,x\n42,5" pipe,y\n43,"Lea\vLund",z\n',
        "41,Lea\n42,Max,y,z\n",
    ],
)
def test_lone_carriage_returns_end_records_as_line_feeds_do(tmp_path: Path, above: str, records: str) -> None:
    """Below a line above the header, or with line breaks in cells, records were lost or mixed."""
    text = f"{above}id,name,city\n{records}"
    wanted = read(tmp_path, text.replace("\v", "\n"))

    found = read(tmp_path, text.replace("\n", "\r").replace("\v", "\n"))

    assert found[0] == wanted[0]
    assert found[1].equals(wanted[1])
    assert found[2] == wanted[2]


def test_the_line_that_names_the_delimiter_is_no_header(tmp_path: Path) -> None:
    """Excel's `sep=;`."""
    records, _, headers = read(tmp_path, "sep=;\nid;name\n1;a,b\n2;c\n")

    assert headers == ["id", "name"]
    assert records == [("1", "a,b"), ("2", "c")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]
)
def test_unicode_is_proven(tmp_path: Path, encoding: str) -> None:
    """With and without a byte order mark, and without an issue."""
    records, issues, headers = read(tmp_path, "id,name\n1,Åsa Öberg\n2,María\n".encode(encoding))

    assert headers == ["id", "name"]
    assert records == [("1", "Åsa Öberg"), ("2", "María")]
    assert not issues.height


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Muñoz & Peña", "cp1252"), ("Linnéa Åkerfält", "cp1252"), ("Angebot – “Test” 5 €", "cp1252"),
        ("¿Qué tal?", "cp1252"), ("l’été, 20 °C", "cp1252"), ("Ærø", "cp1252"), ("Sœur Œuvre", "cp1252"),
        ("Kraków, ul. Świętej", "cp1250"), ("Nový Dvůr", "cp1250"), ("Dvořák", "cp1250"),
        ("Ľubomír Štúr", "cp1250"), ("Řeznictví Hák – Žďár", "cp1250"), ("Đorđe Čubrić", "cp1250"),
        ("Gergő Nagy, Győr", "cp1250"), ("Ştefan Rădulescu, Iaşi", "cp1250"), ("Łódź", "cp1250"),
        ("João Simões, São Tomé", "cp1252"), ("María Nº 5, 1ª", "cp1252"), ("Yıldız Şahin", "cp1254"),
        ("Þór Guðmundsson, Árni", "cp1252"), ("Anđelko Čubrić", "cp1250"),
        ("José Muñoz, Öberg", "mac_roman"), ("Müller, Größe", "cp850"), ("ישראל כהן", "cp1255"),
        ("Иван Петров", "cp1251"), ("Γιώργος", "cp1253"),
        ("田中太郎", "cp932"),
        ("שלום עולם, ישראל", "cp1255"), ("王小明", "big5"),
    ],
)  # fmt: skip
def test_few_words_with_accents_are_western_where_they_read_so(
    tmp_path: Path, words: str, encoding: str
) -> None:
    """Of three words, chardet made Hebrew, Chinese and Czech."""
    path = tmp_path / "leads.csv"
    path.write_bytes(f'id,name\n1,"{words}"\n'.encode(encoding))

    frame, issues = read_csv(path)

    assert frame["name"].to_list() == [words]
    assert issues["code"].to_list() == ["encoding_guessed"]


def test_a_file_of_few_words_is_read_as_its_neighbours_are(tmp_path: Path) -> None:
    """One person saves a folder's lists in one program: alone, `Černý` was `È` and `è`."""
    people = "Łukasz Wójcik, Gdańsk; Małgorzata Dąbrowska, Łódź; Jiří Černý, Plzeň; zażółć gęślą jaźń"
    header = "id,first_name,last_name,company_name,status"
    (tmp_path / "leads.0.csv").write_bytes(f'{header}\n1,Zoe,"{people}",,New\n'.encode("cp1250"))
    deals = "id,name,main_contact_id,stage_name\n5,Nový Dvůr,,Incoming\n"
    (tmp_path / "deals.0.csv").write_bytes(deals.encode("cp1250"))
    (tmp_path / "notes.0.csv").write_text("content,noteable_id,noteable_type,id\nÅsa,5,Deal,9\n", "utf-8")

    with read_export(tmp_path) as export:
        assert export.tables["deals"]["name"].to_list() == ["Nový Dvůr"]
        assert export.tables["notes"]["content"].to_list() == ["Åsa"]
        guessed = export.issues.filter(code="encoding_guessed")

    assert guessed["file"].to_list() == ["deals.0.csv", "leads.0.csv"]


MANY = "".join(f"{n},José Núñez\n" for n in range(5))


@pytest.mark.parametrize(
    ("content", "last", "told"),
    [
        (f"id,name\n{MANY}6,".encode() + b"Ren\xe9 Ek\n", "René Ek", "René"),
        (f"id,name\n{MANY}6,".encode() + b"Ren\xe9 \x81\n", "René ", "René …"),
        (f"id,name\n{MANY}6,Bo Ñandú".encode()[:-1], "Bo Ñand", "Ñand"),
        (f"id,name\r{MANY}6,".replace("\n", "\r").encode() + b"Ren\xe9\r", "René", "René"),
        ("\ufeffid,name\n6,".encode() + b"Ren\xe9\n", "René", "René"),
        (f"\ufeffid,name\n{MANY}6,René".encode("utf-16-le")[:-1], "Ren", "Ren"),
        (f"id,name\n{MANY * 500}6,".encode() + b"Ren\xe9\n", "René", "René"),
    ],
)
def test_bad_bytes_cost_no_other_record_its_accents(
    tmp_path: Path, content: bytes, last: str, told: str
) -> None:
    """One pasted byte, or a file cut within a character: the whole file was read as Thai, and names lost."""
    records, issues, _ = read(tmp_path, content)

    assert records[-1] == ("6", last)
    assert {name for _, name in records[:-1]} <= {"José Núñez"}
    assert issues.select("code", "row", "value").rows() == [("bytes_mended", len(records) + 1, told)]


@pytest.mark.parametrize("times", [1, 3, 30])
def test_text_of_another_encoding_below_text_in_utf8(tmp_path: Path, times: int) -> None:
    """Two files of one list were joined."""
    old = "".join(f"{n},Åsa Öberg\n" for n in range(times))

    records, issues, _ = read(tmp_path, f"id,name\n{MANY}".encode() + old.encode("cp1252"))

    assert {name for _, name in records[:5]} == {"José Núñez"}
    assert [name for _, name in records[5:]] == ["Åsa Öberg"] * times
    assert issues["code"].to_list() == ["bytes_mended"] * times


@pytest.mark.parametrize("cell", ["PRIORITÉ\xa0: haute", "RENÉ’S BAR", "CITÉ® Paris", "MENÜ“ sagte er"])
def test_a_line_that_is_utf8_by_chance_proves_nothing(tmp_path: Path, cell: str) -> None:
    """An accented capital before a sign is one character of UTF-8, and made the file so."""
    names = ["Crème brûlée", "Forêt", "à côté", "Noël"] * 10
    text = "id,name\n" + "".join(f"{n},{name}\n" for n, name in enumerate([*names, cell]))

    records, issues, _ = read(tmp_path, text.encode("cp1252"))

    assert [name for _, name in records] == [*names, cell]
    assert issues["code"].to_list() == ["encoding_guessed"]


def test_what_its_own_words_settle_no_neighbour_does(tmp_path: Path) -> None:
    """A French list beside Hungarian notes read `Crčme brűlée`."""
    header = "id,first_name,last_name,company_name,status"
    (tmp_path / "leads.0.csv").write_bytes(f"{header}\n1,Zoé,Forêt,Crème brûlée,New\n".encode("cp1252"))
    notes = "content,noteable_id,noteable_type,id\nGyőr és Łódź,1,Lead,9\n"
    (tmp_path / "notes.0.csv").write_bytes(notes.replace(" és Łódź", "").encode("cp1250"))

    with read_export(tmp_path) as export:
        assert export.tables["leads"]["company_name"].to_list() == ["Crème brûlée"]
        assert export.tables["notes"]["content"].to_list() == ["Győr"]


def test_an_encoding_without_ascii_is_no_guess(tmp_path: Path) -> None:
    """The header was plain to read, and the file was taken for one of a mainframe."""
    path = tmp_path / "notes.csv"
    text = "id,content\n1," + "Z" * 300 + " naïve Søren\n2,naïve\n3,Søren\n4,Zoë’s “déjà vu” – Über\n"
    path.write_bytes(text.encode("mac_roman"))

    frame, _ = read_csv(path)

    assert frame.columns == ["id", "content"]
    assert frame["id"].to_list() == ["1", "2", "3", "4"]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp1250"])
def test_old_encodings_are_guessed_and_told(tmp_path: Path, encoding: str) -> None:
    """A guess is an issue with its confidence and a sample; late accents are seen."""
    swedish = "Håkan Öberg, Göteborg; Anna Ståhl, Malmö; för möte på måndag är det försäljning"
    polish = "Łukasz Wójcik, Gdańsk, Małgorzata Dąbrowska, Łódź, święto, zażółć gęślą jaźń"
    names = polish if encoding == "cp1250" else swedish
    text = "id,name\n" + "1,plain words only\n" * 9_000 + f'2,"{names}"\n' * 3

    records, issues, _ = read(tmp_path, text.encode(encoding))

    assert records[-1] == ("2", names)
    assert issues["code"].to_list() == ["encoding_guessed"]
    assert issues["severity"].to_list() == ["warning"]


def test_the_user_may_name_the_encoding(tmp_path: Path) -> None:
    """Then nothing is guessed; where it cannot be, one line says so."""
    path = tmp_path / "any.csv"
    path.write_bytes("id,name\n1,Åsa\n".encode("cp1252"))

    frame, issues = read_csv(path, encoding="cp1252")

    assert frame["name"].to_list() == ["Åsa"]
    assert not issues.height
    for wrong in ("ascii", "utf-16", "utf-32"):
        with pytest.raises(ExportError, match=f"not {wrong}"):
            read_csv(path, encoding=wrong)


def test_spreadsheet_damage_and_mojibake_are_told_by_cell(tmp_path: Path) -> None:
    """What cannot be undone is not touched."""
    text = "id,phone,city\n1,4.67E+10,GÃ¶teborg\n2,070,#REF!\n3,SÃO JOSÉ,Âge\n"

    records, issues, _ = read(tmp_path, text)

    assert records[0] == ("1", "4.67E+10", "GÃ¶teborg")
    assert sorted(issues.select("code", "row", "field", "source_id").rows()) == [
        ("mojibake_suspected", 2, "city", "1"),
        ("spreadsheet_damage", 2, "phone", "1"),
        ("spreadsheet_damage", 3, "city", "2"),
    ]


@pytest.mark.parametrize("ruined", ["1.07E+09", "1.07e+09", "1.07E9", "1e+09", '"1,07E+9"', "#######"])
def test_ids_that_were_rounded_are_no_ids(tmp_path: Path, ruined: str) -> None:
    """Two records became one, as only one spelling was known."""
    header = "id,is_organisation,name,first_name,last_name,email"
    people = f"{header}\n{ruined},false,Eva Ek,Eva,Ek,e@x.se\n{ruined},false,Bo Al,Bo,Al,b@x.se\n"
    deals = f"id,name,stage_name,main_contact_id,main_contact\n5,Deal,Quote,{ruined},Eva Ek\n"
    (tmp_path / "contacts.csv").write_text(people)
    (tmp_path / "deals.csv").write_text(deals)

    with read_export(tmp_path) as export:
        assert export.tables["contacts"].select("id", "name").rows() == [(None, "Eva Ek"), (None, "Bo Al")]
        assert export.tables["deals"]["main_contact_id"].to_list() == [None]
        told = export.issues.filter(code="id_ruined").select("severity", "entity", "row", "field").rows()

    assert told == [
        ("error", "contacts", 2, "id"),
        ("error", "contacts", 3, "id"),
        ("error", "deals", 2, "main_contact_id"),
    ]


@pytest.mark.parametrize("written", ["1070000000.00", '"1,070,000,000"', "1.070.000.000", '="1070000000"'])
def test_ids_in_another_form_are_the_ids_they_are(tmp_path: Path, written: str) -> None:
    """In the record's own id, in all that refer to it, and in what is told of them."""
    header = "id,is_organisation,name,first_name,last_name,email"
    (tmp_path / "contacts.csv").write_text(f"{header}\n{written},false,Eva Ek,Eva,Ek,e@x.se\n")
    deals = f"id,name,stage_name,main_contact_id,main_contact\n{written},Deal,Quote,{written},Eva Ek\n"
    (tmp_path / "deals.csv").write_text(deals)
    beside = f"id,deal_id,contact_id,role,created_at,updated_at\n1,{written},{written},involved,,\n"
    (tmp_path / "associated_contacts.csv").write_text(beside)

    with read_export(tmp_path) as export:
        assert export.tables["contacts"]["id"].to_list() == ["1070000000"]
        deal = export.tables["deals"].row(0, named=True)

    assert (deal["id"], deal["main_contact_id"]) == ("1070000000", "1070000000")
    assert deal["associated_contacts"] == "Eva Ek (role involved, contact id 1070000000)"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"PK\x03\x04\x14\x00[Content_Types].xml", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (bytes(range(32)) * 20, "binary"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    """No traceback of a codec."""
    path = tmp_path / "any.csv"
    path.write_bytes(content)

    with pytest.raises(ExportError, match=said) as error:
        read_csv(path)

    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(ExportError, match=r"gone\.csv"):
        read_csv(tmp_path / "gone.csv")


@pytest.mark.skipif(not REAL.is_dir(), reason="the files that we did not make are not beside this checkout")
def test_corner_cases_that_we_did_not_make() -> None:
    """csv-spectrum: every file reads as its JSON says."""
    import json

    for path in sorted((REAL / "csv_spectrum" / "csvs").glob("*.csv")):
        if path.stem in ("location_coordinates", "newlines_crlf"):
            continue  # their JSON holds another telephone number, and other line ends, than the files
        expected = json.loads((REAL / "csv_spectrum" / "json" / f"{path.stem}.json").read_text())
        frame, _ = read_csv(path)
        found = [{name: value or "" for name, value in row.items()} for row in frame.to_dicts()]
        wanted = expected if isinstance(expected, list) else [expected]
        assert found == [{name: str(value) for name, value in row.items()} for row in wanted], path.name

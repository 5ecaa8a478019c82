"""The output folder: whole or not at all, never over what is not ours. Its files: split, counted, exact."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.machines import posix
from zsell_transform.errors import TargetError
from zsell_transform.machine import processes
from zsell_transform.writing import FileFacts, Folder, appearing, publish, read_manifest, rolling
from zsell_transform.writing.target import check_target

NOTHING = {"ledger": [], "inputs": [], "version": "0", "mapping_sha256": "0"}


def written(folder: Path, text: str = "one", **more: str) -> Path:
    """A folder of ours with a table and a text."""
    with Folder(folder, **({"overwrite": True} if folder.exists() else {})) as made:
        made.table("1-organizations", pl.LazyFrame({"Organization - Name": [text]}))
        for name, content in {"setup.md": text, **more}.items():
            made.text(name, content)
        return made.finish(**NOTHING)


def holds(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def numbered(count: int) -> pl.LazyFrame:
    number = pl.int_range(count, eager=True)
    frame = pl.DataFrame({"n": number})
    return frame.lazy().select(
        pl.format("Person {}", "n").alias("Person - Name"),
        pl.when(pl.col("n") % 3 == 0).then(pl.format('a "b",\nline {}', "n")).alias("Person - Description"),
    )


def read(files: list[FileFacts], folder: Path) -> list[list[str]]:
    """All records with the csv module, headers checked and left out."""
    rows: list[list[str]] = []
    for one in files:
        with (folder / one.file).open(encoding="utf-8", newline="") as file:
            header, *found = csv.reader(file)
        assert header == ["Person - Name", "Person - Description"]
        assert len(found) == one.rows
        rows += found
    return rows


# --- CSV files --------------------------------------------------------------------------------------------


def test_a_cell_is_quoted_only_where_it_must_be(tmp_path: Path) -> None:
    frame = pl.LazyFrame({"A": ["x", None, "", "é", "a,b", 'q"', "\r", "l\nm", " s "], "B": [""] * 9})
    with Folder(tmp_path / "out") as folder:
        [facts] = folder.table("2-persons", frame)
        got = (folder.path / "2-persons.csv").read_bytes()
    assert got == 'A,B\nx,\n,\n,\né,\n"a,b",\n"q""",\n"\r",\n"l\nm",\n s ,\n'.encode()
    assert facts == FileFacts("2-persons.csv", 9, len(got), hashlib.sha256(got).hexdigest())


def test_a_byte_order_mark_only_where_asked(tmp_path: Path) -> None:
    with Folder(tmp_path / "out") as folder:
        files = folder.table("2-persons", numbered(5), rows=2, bom=True)
        got = [(folder.path / one.file).read_bytes() for one in files]
    assert [one.rows for one in files] == [2, 2, 1]
    assert all(one.startswith(b"\xef\xbb\xbfPerson") and one.count(b"\xef\xbb\xbf") == 1 for one in got)


def test_nothing_to_write_is_no_file(tmp_path: Path) -> None:
    with Folder(tmp_path / "out") as folder:
        assert folder.table("2-persons", numbered(3).filter(pl.lit(False))) == []
        assert folder.table("3-deals", []) == []
        assert holds(folder.path) == []


@pytest.mark.parametrize("count", [1, 49_999, 50_000, 50_001, 230_001])
def test_rows_keep_their_order_over_the_files(tmp_path: Path, count: int) -> None:
    with Folder(tmp_path / "out") as folder:
        files = folder.table("2-persons", numbered(count))
        rows = read(files, folder.path)
    expected = numbered(count).fill_null("").collect()
    assert [row[0] for row in rows] == expected["Person - Name"].to_list()
    assert [row[1] for row in rows] == expected["Person - Description"].to_list()
    full, rest = divmod(count, 50_000)
    assert [one.rows for one in files] == [50_000] * full + ([rest] if rest else [])
    names = [f"2-persons-{n:02}.csv" for n in range(1, len(files) + 1)]
    assert [one.file for one in files] == (names if len(files) > 1 else ["2-persons.csv"])


@pytest.mark.parametrize("limits", [{}, {"rows": 700}, {"megabytes": 0.02}])
@pytest.mark.parametrize("bom", [True, False])
def test_single_rows_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: dict[str, Any], bom: bool
) -> None:
    """Also where a cell has line breaks, rows came in several pieces, and a file was cut for its size."""
    monkeypatch.setattr(rolling, "BLOCK", 400)
    whole = numbered(3_000).collect()
    with Folder(tmp_path / "out") as folder:
        part = folder.roll("2-persons", bom=bom, **limits)
        for piece in whole.iter_slices(1_100):
            part.add(piece)
        files, begin = folder.settle()["2-persons"], 0
        for one in files:
            assert folder.headers(one.file) == tuple(whole.columns)
            assert one.rows
            at = sorted({0, one.rows // 2, min(400, one.rows - 1), one.rows - 1})
            assert folder.read(one.file, at).equals(whole[[begin + n for n in at]])
            assert folder.read(one.file, []).height == 0
            begin += one.rows


def test_parts_are_numbered_through_and_keep_their_columns(tmp_path: Path) -> None:
    parts = [
        pl.LazyFrame({"A": ["1", "2", "3"]}),
        pl.LazyFrame({"A": []}, {"A": pl.String}),
        pl.LazyFrame({"B": ["4"]}),
    ]
    with Folder(tmp_path / "out") as folder:
        files = folder.table("3-deals", parts, rows=2)
        got = [(one.file, one.rows, (folder.path / one.file).read_text()) for one in files]
    assert got == [
        ("3-deals-01.csv", 2, "A\n1\n2\n"),
        ("3-deals-02.csv", 1, "A\n3\n"),
        ("3-deals-03.csv", 1, "B\n4\n"),
    ]


def test_numbers_grow_wider_than_two_digits(tmp_path: Path) -> None:
    with Folder(tmp_path / "out") as folder:
        files = folder.table("2-persons", numbered(101), rows=1)
    assert (files[0].file, files[-1].file) == ("2-persons-001.csv", "2-persons-101.csv")


@pytest.mark.parametrize("split_while_writing", [True, False])
@pytest.mark.parametrize("bom", [True, False])
def test_no_file_passes_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split_while_writing: bool, bom: bool
) -> None:
    """Rows of very different sizes: pieces are cut again until each fits, and no row is lost or moved."""
    if not split_while_writing:
        monkeypatch.delattr(pl, "PartitionBy")
    draw = random.Random(7)
    texts = [f"{n} " + "x\n" * int(draw.paretovariate(0.6)) for n in range(500)]
    texts = [text[:20_000] for text in texts]
    frame = pl.LazyFrame({"Person - Name": [str(n) for n in range(500)], "Person - Description": texts})
    with Folder(tmp_path / "out") as folder:
        files = folder.table("2-persons", frame, rows=200, megabytes=0.02, bom=bom)
        rows = []
        for one in files:
            got = (folder.path / one.file).read_bytes()
            assert len(got) == one.bytes
            assert hashlib.sha256(got).hexdigest() == one.sha256
            assert len(got) <= 20_000 or one.rows == 1
            assert (one.rows or 0) <= 200
            rows += list(csv.reader(got.decode("utf-8-sig").splitlines(keepends=True)))[1:]
        assert holds(folder.path) == sorted(one.file for one in files)
    assert rows == [[str(n), text] for n, text in enumerate(texts)]


def test_without_partitions_the_files_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Folder(tmp_path / "a") as folder:
        fast = folder.table("2-persons", numbered(1_000), rows=300)
    monkeypatch.delattr(pl, "PartitionBy")
    with Folder(tmp_path / "b") as folder:
        slow = folder.table("2-persons", numbered(1_000), rows=300)
    assert [one.file for one in slow] == [one.file for one in fast]
    assert sum(one.rows or 0 for one in slow) == 1_000
    assert all((one.rows or 0) <= 300 for one in slow)


def test_several_tables_are_written_in_one_pass(tmp_path: Path) -> None:
    with Folder(tmp_path / "out") as folder:
        persons, updates = folder.roll("2-persons", rows=3), folder.roll("updates/2-persons")
        chunk = numbered(7).collect()
        persons.add(chunk.head(4))
        updates.add(numbered(2).collect())
        persons.add(chunk.slice(4))
        settled = folder.settle()
        assert [one.file for one in settled["2-persons"]] == [f"2-persons-0{n}.csv" for n in (1, 2, 3)]
        assert [one.file for one in settled["updates/2-persons"]] == ["updates/2-persons.csv"]
        assert len(holds(folder.path)) == 5


@pytest.mark.slow
def test_the_same_bytes_at_any_number_of_threads(tmp_path: Path) -> None:
    script = (
        "import polars as pl, sys; from zsell_transform.writing import Folder\n"
        "n = pl.DataFrame({'n': pl.int_range(260_000, eager=True)}).lazy()\n"
        "names, keys = pl.format('Person {}', 'n'), pl.format('{}', pl.col('n') % 7)\n"
        "frame = n.select(names.alias('A'), keys.alias('B'))\n"
        "keys = pl.LazyFrame({'B': [str(k) for k in range(5)], 'C': [f'c{k}' for k in range(5)]})\n"
        "frame = frame.join(keys, on='B', how='left', maintain_order='left')\n"
        "with Folder(sys.argv[1]) as folder: print(folder.table('2-persons', frame, megabytes=0.9))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "out")],
            env={**os.environ, "POLARS_MAX_THREADS": threads},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads in ("1", "2", "5")
    }
    assert len(outputs) == 1


# --- whole or not at all ----------------------------------------------------------------------------------


def test_the_folder_appears_with_a_manifest_of_every_file(tmp_path: Path) -> None:
    with Folder(tmp_path / "new" / "lap_1") as folder:
        folder.table("2-persons", numbered(2))
        folder.text("setup.md", "Hallo\n")
        folder.place("records/deals.parquet").write_bytes(b"PAR1")
        assert not (tmp_path / "new" / "lap_1").exists()
        path = folder.finish(
            ledger=[{"entity": "deals"}], inputs=[{"file": "a.csv"}], version="1.2", mapping_sha256="f"
        )
    assert path == tmp_path / "new" / "lap_1" == folder.path
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["lap_1"]
    found = json.loads((path / "manifest.json").read_text())
    assert list(found) == ["ledger", "inputs", "outputs", "version", "mapping_sha256"]
    assert [(one["file"], one["rows"]) for one in found["outputs"]] == [
        ("2-persons.csv", 2),
        ("records/deals.parquet", None),
        ("setup.md", None),
    ]
    for one in found["outputs"]:
        got = (path / one["file"]).read_bytes()
        assert (one["bytes"], one["sha256"]) == (len(got), hashlib.sha256(got).hexdigest())
    assert not [name for name in holds(path) if ".parts" in name]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, None])
def test_left_early_it_leaves_nothing(tmp_path: Path, error: type[BaseException] | None) -> None:
    written(tmp_path / "lap_1")
    before = {path: path.read_bytes() for path in (tmp_path / "lap_1").rglob("*.*")}
    for place in (tmp_path / "lap_1", tmp_path / "a" / "b" / "lap_1"):
        try:
            with Folder(place) as folder:
                folder.text("setup.md", "other")
                if error:
                    raise error
        except (ValueError, KeyboardInterrupt):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["lap_1"]
    assert {path: path.read_bytes() for path in (tmp_path / "lap_1").rglob("*.*")} == before


@pytest.mark.parametrize("exchange", [True, False])
def test_an_earlier_folder_of_ours_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(appearing, "_exchange", lambda one, other: False)
    path = written(tmp_path / "lap_1", extra="gone later", **{"trial/trial.md": "t"})
    (path / ".DS_Store").write_text("litter")
    with Folder(path) as folder:
        folder.text("setup.md", "new")
        folder.finish(**NOTHING)
    assert holds(path) == ["manifest.json", "setup.md"]
    assert [one.name for one in tmp_path.iterdir()] == ["lap_1"]


@pytest.mark.parametrize(
    "litter", [".ipynb_checkpoints/setup-checkpoint.md", "trial/.~lock.1-organizations.csv#", "~$issues.csv"]
)
def test_what_programs_leave_behind_is_no_change(tmp_path: Path, litter: str) -> None:
    """Who looked at a file in a notebook or an office program could not run the lap again."""
    path = written(tmp_path / "lap_1")
    (path / litter).parent.mkdir(exist_ok=True)
    (path / litter).write_text("litter")
    with Folder(path) as folder:
        folder.text("setup.md", "new")
        folder.finish(**NOTHING)
    assert holds(path) == ["manifest.json", "setup.md"]


def test_a_notebook_s_copies_alone_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "work" / ".ipynb_checkpoints").mkdir(parents=True)
    (tmp_path / "work" / ".ipynb_checkpoints" / "plan-checkpoint.ipynb").write_text("all that is left")
    with pytest.raises(TargetError, match="did not write"):
        Folder(tmp_path / "work")


def test_a_folder_of_ours_with_changes_is_refused_unless_told_so(tmp_path: Path) -> None:
    path = written(tmp_path / "lap_1")
    (path / "setup.md").write_text("my own notes")
    (path / "todo.txt").write_text("call Kalle")
    with pytest.raises(
        TargetError, match=r"has changed files \(setup.md\) and added files \(todo.txt\) since"
    ):
        Folder(path)
    with Folder(path, overwrite=True) as folder:
        folder.text("setup.md", "new")
        folder.finish(**NOTHING)
    assert holds(path) == ["manifest.json", "setup.md"]


def test_a_file_that_was_taken_away_does_not_matter(tmp_path: Path) -> None:
    path = written(tmp_path / "lap_1")
    (path / "setup.md").unlink()
    with Folder(path) as folder:
        folder.finish(**NOTHING)
    assert holds(path) == ["manifest.json"]


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_text("years of work")
    (tmp_path / "file").write_text("x")
    with pytest.raises(TargetError, match=r"did not write \(thesis.doc\)"):
        Folder(tmp_path / "mine", overwrite=overwrite)
    (tmp_path / "mine" / "manifest.json").write_text('{"name": "a web page"}')
    with pytest.raises(TargetError, match=r"did not write \(manifest.json, thesis.doc\)"):
        Folder(tmp_path / "mine", overwrite=overwrite)
    with pytest.raises(TargetError, match="is a file, but the result is a folder"):
        Folder(tmp_path / "file", overwrite=overwrite)


@pytest.mark.parametrize(
    "change",
    [
        {"outputs": [{"file": 5, "rows": None, "bytes": 1, "sha256": "x"}]},
        {"fields": 5},
        {"fields": {"deals": ["custom Colour"]}},
        {"fields": {"deals": {"custom Colour": 5}}},
        {"outputs": [{"file": "a", "rows": "x", "bytes": "y", "sha256": 3}]},
        {"outputs": [{"file": "a", "rows": None, "bytes": 1, "sha256": ["x"]}]},
        {"outputs": [5]},
        {"outputs": 5},
    ],
)
def test_a_manifest_of_other_types_is_none(tmp_path: Path, change: dict[str, Any]) -> None:
    """A number for the name of a file was an internal error."""
    path = written(tmp_path / "lap_1")
    whole = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(whole | change))
    with pytest.raises(
        TargetError, match=r"did not write \(.*\), and a manifest.json that is damaged or anoth"
    ):
        Folder(path)


def test_an_empty_folder_is_fine(tmp_path: Path) -> None:
    (tmp_path / "lap_1").mkdir()
    assert holds(written(tmp_path / "lap_1")) == ["1-organizations.csv", "manifest.json", "setup.md"]


def test_target_and_sources_are_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "deals.csv").write_text("id\n")
    with pytest.raises(TargetError, match="is also an input"):
        Folder(tmp_path / "export" / ".." / "export", [tmp_path / "export"])
    with pytest.raises(TargetError, match=r"contains the input .*deals\.csv"):
        Folder(tmp_path, [None, {"a": 1}, [str(tmp_path / "export" / "deals.csv")]])
    Folder(tmp_path / "export" / "lap_1", [tmp_path / "export"])


@posix
def test_a_link_to_a_source_is_that_source(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "export")
    with pytest.raises(TargetError, match="is also an input"):
        Folder(tmp_path / "link", [tmp_path / "export"])


def test_a_target_changed_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = written(tmp_path / "lap_1")
    with Folder(path) as folder:
        (path / "todo.txt").write_text("call Kalle")
        with pytest.raises(TargetError, match="was changed while this run was working"):
            folder.finish(**NOTHING)
    assert (path / "todo.txt").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["lap_1"]


def test_what_a_killed_run_left_is_recovered(tmp_path: Path) -> None:
    path = written(tmp_path / "lap_1")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    there, number = processes.table(), processes._short(gone.pid)
    (tmp_path / f".zsell-{there}-{number}").mkdir()
    left = [processes.own_name(), f".zsell-0123-{number}", ".zsell-notes"]
    for name in left:  # of a run that goes on, here or in a container that shares the folder alone
        (tmp_path / name).mkdir()
    (tmp_path / f".zsell-4567-{number}-2").mkdir()
    os.utime(tmp_path / f".zsell-4567-{number}-2", (0, 0))
    path.rename(tmp_path / ".lap_1.old-by-zsell")
    Folder(path)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([*left, "lap_1"])
    assert read_manifest(path)


@posix
def test_the_folder_that_was_there_last_is_put_back(tmp_path: Path) -> None:
    """By its number, whatever its name sorts as; a link of such a name is nobody's folder."""
    target = tmp_path / "lap_1"
    for number in ("", "-9", "-10"):
        aside = tmp_path / f".lap_1.old-by-zsell{number}"
        aside.mkdir()
        (aside / f"file{number}").touch()
    (tmp_path / ".lap_1.old-by-zsell-11").symlink_to(tmp_path / ".lap_1.old-by-zsell", True)
    assert appearing._aside(target).name == ".lap_1.old-by-zsell-11"

    appearing.recover(target)

    assert [one.name for one in target.iterdir()] == ["file-10"]
    assert sorted(one.name for one in tmp_path.iterdir()) == [".lap_1.old-by-zsell-11", "lap_1"]


@posix
def test_who_closed_the_earlier_folder_to_others_means_the_next_one_too(tmp_path: Path) -> None:
    """Its owner can write into it all the same."""
    target = tmp_path / "lap_1"
    target.mkdir()
    target.chmod(0o550)

    assert stat.S_IMODE(appearing.hidden(target).stat().st_mode) == 0o750


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(TargetError, match="cannot be written"), Folder(tmp_path / "file" / "lap_1"):
        pass


def test_a_full_disk_is_told_in_the_words_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: rolling.Rolling, *given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rolling.Rolling, "_write", full)
    message = "lap_1 cannot be written: No space left on device"
    with pytest.raises(TargetError, match=message), Folder(tmp_path / "lap_1") as folder:
        folder.table("2-persons", numbered(3))
    assert list(tmp_path.iterdir()) == []


def test_without_a_target_the_folder_lives_until_closed_and_can_be_published(tmp_path: Path) -> None:
    with Folder(None) as folder:
        folder.text("setup.md", "x")
        made = folder.finish(**NOTHING)
    assert holds(made) == ["manifest.json", "setup.md"]
    assert publish(folder, tmp_path / "lap_1") == tmp_path / "lap_1"
    assert holds(tmp_path / "lap_1") == ["manifest.json", "setup.md"]
    Folder(tmp_path / "lap_1")
    folder.close()
    assert not made.exists()


def test_the_manifest_is_the_same_for_the_same_run(tmp_path: Path) -> None:
    one, two = written(tmp_path / "a"), written(tmp_path / "b")
    assert (one / "manifest.json").read_bytes() == (two / "manifest.json").read_bytes()


@pytest.mark.parametrize("name", [".", "", ".."])
def test_the_folder_that_one_is_in_is_no_target(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was an internal error; and who is in a folder that is replaced is nowhere."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    with pytest.raises(TargetError, match="the current folder"):
        check_target(Path(name))

"""What users' machines do to the input: it is never changed, and odd names or files are one line each."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import zsell_transform as zt
from tests.machines import CONTACTS, DEALS, QUICK, posix, small
from zsell_transform.machine.disk import readable
from zsell_transform.reading.source import natural

# --- the input is never changed ---------------------------------------------------------------------------


def lap_with_sell(tmp_path: Path) -> Path:
    """The folder of a lap, in which somebody has put an export."""
    zt.transform(small(tmp_path / "elsewhere"), tmp_path / "lap", **QUICK)
    return small(tmp_path / "lap" / "sell")


@pytest.mark.parametrize(
    "given",
    [
        lambda sell: sell,
        lambda sell: sorted(sell.iterdir()),
        lambda sell: iter(sorted(sell.iterdir())),
        lambda sell: zt.read_export(sell),
        lambda sell: dict(zt.read_export(sell).tables),
        lambda sell: zt.read_export(sell).tables,
        lambda sell: {"deals": pl.DataFrame({"id": ["1"], "name": ["X"]}), "contacts": _of(sell, "contacts")},
    ],
    ids=["path", "list", "iterator", "export", "dict", "tables", "scan"],
)
@pytest.mark.parametrize("later", [True, False])
def test_a_source_inside_the_target_is_refused_in_any_form(
    tmp_path: Path, given: Callable[[Path], Any], later: bool
) -> None:
    """With `overwrite`, an export and its tables were replaced by the files made of them."""
    sell = lap_with_sell(tmp_path)
    lap = sell.parent

    def run() -> None:
        made = zt.transform(given(sell), None if later else lap, overwrite=True, **QUICK)
        made.write(lap, overwrite=True)

    with pytest.raises(zt.TargetError, match=r"lap contains the input"):
        run()

    assert (sell / "deals.0.csv").read_text() == DEALS


_EXPORTS: list[Any] = []


def _of(sell: Path, entity: str) -> pl.LazyFrame:
    _EXPORTS[:] = [zt.read_export(sell)]  # its files last as long as it does
    scanned: pl.LazyFrame = _EXPORTS[0].scan(entity)
    return scanned


@posix
def test_a_link_to_a_file_of_the_target_is_a_source_inside_it(tmp_path: Path) -> None:
    sell = lap_with_sell(tmp_path)
    (tmp_path / "links").mkdir()
    for file in sell.iterdir():
        (tmp_path / "links" / file.name).symlink_to(file)

    with pytest.raises(zt.TargetError, match=r"(?:is also an|contains the) input"):
        zt.transform(tmp_path / "links", sell.parent, overwrite=True, **QUICK)

    assert (sell / "deals.0.csv").read_text() == DEALS


@pytest.mark.parametrize("loaded", [True, False])
def test_a_mapping_inside_the_target_is_refused(tmp_path: Path, sell: Path, loaded: bool) -> None:
    """Also when it was loaded before; and the templates that it names."""
    zt.transform(sell, tmp_path / "lap", **QUICK)
    file = tmp_path / "lap" / "mapping.yaml"
    file.write_text("timezone: UTC\n")
    ask = zt.Mapping.load(file) if loaded else file

    with pytest.raises(zt.TargetError, match=r"contains the input .*mapping\.yaml"):
        zt.transform(sell, tmp_path / "lap", mapping=ask, overwrite=True, **QUICK)
    (tmp_path / "lap" / "templates").mkdir()
    with pytest.raises(zt.TargetError, match=r"contains the input .*templates"):
        zt.transform(
            sell,
            tmp_path / "lap",
            mapping={"templates": str(tmp_path / "lap" / "templates")},
            overwrite=True,
            **QUICK,
        )

    assert file.exists()


def test_a_proof_is_not_written_over_what_it_read(sample: Path, after_lap_1: Path, tmp_path: Path) -> None:
    """`Proof.write` knew nothing of it: exports within an earlier proof were gone with it."""
    zt.verify(sample, after_lap_1).write(tmp_path / "proof")
    exports = shutil.copytree(after_lap_1, tmp_path / "proof" / "pipedrive_export")
    skip = tmp_path / "proof" / "skip.csv"
    skip.write_text("Skip reason,Deal - Title\n")

    for asked in ({"pipedrive": exports}, {"pipedrive": after_lap_1, "skip_file": [skip]}):
        with pytest.raises(zt.TargetError, match=r"(?:is also an|contains the) input"):
            zt.verify(sample, **asked).write(tmp_path / "proof", overwrite=True)

    assert len(list(exports.iterdir())) == len(list(after_lap_1.iterdir()))
    assert skip.exists()


def test_a_lap_is_not_copied_into_itself_nor_over_its_holder(tmp_path: Path, sell: Path) -> None:
    made = zt.transform(sell, tmp_path / "home" / "lap", **QUICK)

    with pytest.raises(zt.TargetError, match=r"is inside the input .*lap"):
        made.write(tmp_path / "home" / "lap" / "copy")
    with pytest.raises(zt.TargetError, match="did not write"):
        made.write(tmp_path / "home", overwrite=True)

    made.write(tmp_path / "home" / "lap")
    assert made.tables["persons"].height == 1


# --- names that are patterns elsewhere --------------------------------------------------------------------


def test_a_path_is_no_pattern(
    sample: Path, after_lap_1: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pd [1]` was read as `pd 1`, and what is there was written once more; elsewhere it was no file."""
    shutil.copytree(after_lap_1, tmp_path / "pd [1]")
    shutil.copytree(after_lap_1, tmp_path / "pd 1")
    deals = tmp_path / "pd 1" / "deals-1.csv"
    deals.write_text(deals.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    shutil.copytree(sample, tmp_path / "[Kunden] ACME*" / "sell")
    for place in ("T[1]", "here"):
        (tmp_path / place).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "T[1]"))
    monkeypatch.chdir(tmp_path / "[Kunden] ACME*")
    plain = zt.transform(sample, tmp_path / "here" / "lap", pipedrive=after_lap_1)

    first = zt.transform("sell", "lap [1]")
    second = zt.transform("sell", "lap*", pipedrive=tmp_path / "pd [1]", previous="lap [1]")
    third = zt.transform("sell", pipedrive=tmp_path / "pd [1]")

    assert second.summary().equals(plain.summary())
    assert {item: table.height for item, table in second.tables.items()} == {
        item: table.height for item, table in plain.tables.items()
    }
    assert third.tables["notes"].equals(plain.tables["notes"])
    assert zt.rehearse("lap [1]").created.height
    assert first.tables["deals"].height
    assert zt.verify("sell", tmp_path / "pd [1]").ok.height


# --- what is not ours -------------------------------------------------------------------------------------


def forbid(monkeypatch: pytest.MonkeyPatch, *places: Path) -> None:
    """These folders cannot be listed, nor these files opened, whoever asks (root may, elsewhere)."""
    listed, opened = os.scandir, Path.open

    def scandir(place: Any = ".") -> Any:
        if not isinstance(place, int) and Path(place) in places:
            raise PermissionError(13, "Permission denied", str(place))
        return listed(place)

    def open_(self: Path, *given: Any, **named: Any) -> Any:
        if self in places:
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *given, **named)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(Path, "open", open_)


@pytest.mark.parametrize("hidden", [".", "private"])
@pytest.mark.parametrize("overwrite", [True, False])
def test_a_folder_that_cannot_be_looked_into_is_not_replaced(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch, hidden: str, overwrite: bool
) -> None:
    """It counted as empty, was moved out of sight, and the next run deleted what was in it."""
    (tmp_path / "docs" / "private").mkdir(parents=True)
    (tmp_path / "docs" / "private" / "thesis.txt").write_text("years of work")
    forbid(monkeypatch, tmp_path / "docs" / hidden)

    with pytest.raises(zt.TargetError, match=r"docs cannot be replaced, since .* cannot be looked into"):
        zt.transform(sell, tmp_path / "docs", overwrite=overwrite, **QUICK)

    assert (tmp_path / "docs" / "private" / "thesis.txt").exists()


def test_a_file_of_an_earlier_run_that_cannot_be_read_is_told(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zt.transform(sell, tmp_path / "lap", **QUICK)
    forbid(monkeypatch, tmp_path / "lap" / "issues.csv")

    with pytest.raises(zt.TargetError, match=r"issues\.csv cannot be looked into"):
        zt.transform(sell, tmp_path / "lap", **QUICK)


def test_folders_that_somebody_made_are_somebody_s(tmp_path: Path, sell: Path) -> None:
    """A folder of empty folders counted as empty; of ours, one that was emptied is ours still."""
    (tmp_path / "plan" / "north").mkdir(parents=True)
    with pytest.raises(zt.TargetError, match=r"did not write \(north/\)"):
        zt.transform(sell, tmp_path / "plan", **QUICK)

    zt.transform(sell, tmp_path / "lap", **QUICK)
    for file in (tmp_path / "lap" / "records").iterdir():
        file.unlink()
    zt.transform(sell, tmp_path / "lap", **QUICK)
    (tmp_path / "lap" / "mine").mkdir()
    with pytest.raises(zt.TargetError, match=r"added files \(mine/\)"):
        zt.transform(sell, tmp_path / "lap", **QUICK)


@pytest.mark.parametrize("place", [".", "records"])
def test_a_lap_of_which_a_part_was_swept_away_is_not_written(tmp_path: Path, sell: Path, place: str) -> None:
    """Systems empty /tmp: a lap came without its `records/`, or the error was Python's own."""
    made = zt.transform(sell, **QUICK)
    shutil.rmtree(made._home.path / place)
    with pytest.raises(zt.TargetError, match="no longer where it was kept"):
        made.write(tmp_path / "lap")
    assert not (tmp_path / "lap").exists()


# --- what cannot be read, or changes ----------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["checking", "storing"])
@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_text(DEALS + "8,Wall,2,Incoming\n"),
        lambda file: file.write_text(DEALS.replace("name", "title,more")),
        lambda file: file.write_text(""),
        lambda file: file.unlink(),
        lambda file: shutil.rmtree(file.parent),
    ],
    ids=["more", "header", "empty", "gone", "all gone"],
)
def test_a_file_that_changes_while_it_is_read_stops_the_run(
    tmp_path: Path, sell: Path, stage: str, change: Callable[[Path], Any]
) -> None:
    """What was checked and what was stored were two states, under one's checksum; or polars' own words."""
    done: list[str] = []

    def tell(now: str, *_: int) -> None:
        if now == stage and not done:
            done.append(now)
            change(sell / "deals.0.csv")

    with pytest.raises(zt.ExportError, match=r"\.csv has changed"):
        zt.transform(sell, tmp_path / "lap", progress=tell, **QUICK)
    assert not (tmp_path / "lap").exists()


@pytest.mark.parametrize("pipedrive", [True, False])
@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(
            lambda file: file.symlink_to("gone.csv"), "is a link to a file that is not there", marks=posix
        ),
        pytest.param(lambda file: os.mkfifo(file), "is no ordinary file", marks=posix),
        (lambda file: file.mkdir(), "is a folder, and no file|no CSV file"),
    ],
    ids=["link", "pipe", "folder"],
)
def test_a_list_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, sell: Path, make: Callable[[Path], Any], said: str, pipedrive: bool
) -> None:
    """Its records were left out without a word; of Pipedrive's, what is there was written once more."""
    folder = tmp_path / "pipedrive" if pipedrive else sell
    folder.mkdir(exist_ok=True)
    (folder / "deals.0.csv").unlink(missing_ok=True)
    make(folder / "deals.0.csv")

    with pytest.raises(zt.ExportError, match=said):
        zt.transform(sell, pipedrive=tmp_path / "pipedrive" if pipedrive else None, **QUICK)


@pytest.mark.parametrize(
    ("place", "pipedrive"), [("deals", False), ("deals", True), ("deals/deals.0.csv", False)]
)
def test_what_may_not_be_read_is_told_by_its_name(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch, place: str, pipedrive: bool
) -> None:
    lists = tmp_path / "lists"
    for name in ("contacts", "deals"):
        (lists / name).mkdir(parents=True)
        shutil.copy(sell / f"{name}.0.csv", lists / name)
    forbid(monkeypatch, lists / place)

    with pytest.raises(zt.ExportError, match=f"{place} cannot be read: Permission denied"):
        zt.transform(*([sell, None] if pipedrive else [lists]), pipedrive=lists if pipedrive else None)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_names_that_are_no_text_are_read_and_told(
    tmp_path: Path, sell: Path, after_lap_1: Path, sample: Path
) -> None:
    """One such file, whatever it was, ended every run in an internal error."""
    (sell / os.fsdecode(b"le\xe9me.txt")).write_text("read me")
    (sell / "deals.0.csv").rename(sell / os.fsdecode(b"deals \xe9.csv"))
    holder = tmp_path / os.fsdecode(b"K\xf6ln")
    shutil.move(sell, holder / "sell")
    exports = shutil.copytree(after_lap_1, holder / "pipedrive")
    (exports / "deals-1.csv").rename(exports / os.fsdecode(b"deals \xe9.csv"))

    made = zt.transform(holder / "sell", tmp_path / "lap", **QUICK)
    assert made.summary().filter(pl.col("entity") == "deals")["rows_in"].item() == 1
    assert "le\\xe9me.txt" in made.issues["file"].to_list()
    read = zt.transform(sample, pipedrive=exports, **QUICK)
    assert read.summary().equals(zt.transform(sample, pipedrive=after_lap_1, **QUICK).summary())
    for lap, previous in ((holder / "lap", None), (None, holder / "lap")):
        with pytest.raises(zt.ZsellError, match="no text"):
            zt.transform(holder / "sell", lap, pipedrive=exports, previous=previous, **QUICK)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a\0b", "NUL"),
        ("a" * 300, "too long"),
        pytest.param("loop", "leads to itself", marks=posix),
        (b"abc", "must be|cannot read"),
    ],
    ids=["NUL", "long", "loop", "bytes"],
)
def test_paths_that_lead_nowhere_are_one_line(
    tmp_path: Path, sell: Path, after_lap_1: Path, monkeypatch: pytest.MonkeyPatch, path: Any, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if path == "loop":
        Path("loop").symlink_to("loop")
    asked: list[tuple[type[zt.ZsellError], Callable[[], Any]]] = [
        (zt.ExportError, lambda: zt.transform(path)),
        (zt.TargetError, lambda: zt.transform(sell, path)),
        (zt.ExportError, lambda: zt.transform(sell, pipedrive=path)),
        (zt.MappingError, lambda: zt.transform(sell, mapping=path)),
        (zt.ExportError, lambda: zt.rehearse(path)),
        (zt.ExportError, lambda: zt.transform(sell, pipedrive=after_lap_1, previous=path)),
        (zt.ZsellError, lambda: zt.read_csv(path)),
    ]
    for error, call in asked:
        with pytest.raises(error, match=said):
            call()


def test_what_polars_may_not_read_is_told_once(tmp_path: Path) -> None:
    with (
        pytest.raises(zt.ExportError, match=r"^x\.csv cannot be read: Permission denied(?!.*x.csv)"),
        readable(Path("x.csv")),
    ):
        raise PermissionError("Permission denied (os error 13): x.csv")


@posix
def test_a_pipe_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "contacts.csv")
    with pytest.raises(zt.ExportError, match="no ordinary file"):
        zt.transform(tmp_path / "contacts.csv")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the folder one is in cannot be removed")
def test_the_folder_that_one_is_in_may_be_gone(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    zt.transform(sell, tmp_path / "lap", **QUICK)
    with pytest.raises(zt.TargetError, match="is gone"):
        zt.transform(sell, "lap", **QUICK)


def test_an_export_is_where_it_was_wherever_one_goes(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    export = zt.read_export("sell")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert export.tables["deals"].height == 1


def test_locks_of_office_programs_are_no_lists(tmp_path: Path, sell: Path, after_lap_1: Path) -> None:
    """`~$contacts.xlsx` was one of Sell's lists, of which no record was read: an error."""
    exports = shutil.copytree(after_lap_1, tmp_path / "pipedrive")
    for folder in (sell, exports):
        for name in ("~$contacts.xlsx", "~$deals.csv", ".~lock.deals.0.csv#", "ehthumbs.db", "desktop.ini"):
            (folder / name).write_bytes(b"\5Maria" + bytes(160))
    files = zt.transform(sell, pipedrive=exports, **QUICK).issues["file"].drop_nulls()
    assert not files.str.contains(r"~|thumbs|desktop").any()


@pytest.mark.parametrize("names", [["contacts.1.csv", "contacts.01.csv"], ["Contacts.csv", "contacts.csv"]])
def test_the_order_of_files_is_their_names_alone(names: list[str]) -> None:
    """Where the names differ by case or zeros alone, the order in which the folder lists them decided."""
    other_way_round = names[::-1]
    assert sorted(names, key=natural) == sorted(other_way_round, key=natural)


# --- archives ---------------------------------------------------------------------------------------------


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("pipedrive", [True, False])
def test_many_members_may_not_be_what_one_must_not(tmp_path: Path, sell: Path, pipedrive: bool) -> None:
    """Forty files of zeros, each a little below the limit, filled the disk."""
    path = packed(tmp_path / "x.zip", {f"part{n}.csv": bytes(19_000_000) for n in range(3)})
    with pytest.raises(zt.ExportError, match=r"x\.zip is not safe to open: it would grow \d+-fold"):
        zt.transform(sell if pipedrive else path, pipedrive=path if pipedrive else None, **QUICK)


def test_a_zip_in_a_zip_is_to_be_unpacked(tmp_path: Path) -> None:
    """It was called a spreadsheet, to be exported as CSV."""
    inner = packed(tmp_path / "inner.zip", {"contacts.0.csv": CONTACTS.encode()})
    path = packed(tmp_path / "x.zip", {"inner.zip": inner.read_bytes()})
    with pytest.raises(
        zt.ExportError, match=r"^inner\.zip is a zip archive: unpack it and give what is in it"
    ):
        zt.transform(path, None, **QUICK)


def test_a_member_that_windows_takes_for_a_drive_is_told(tmp_path: Path) -> None:
    """`points outside the archive`, where a file was called `C:notes.csv` on a Mac."""
    path = packed(tmp_path / "x.zip", {"C:notes.csv": CONTACTS.encode()})
    with pytest.raises(zt.ExportError, match=r"its member 'C:notes\.csv' has a drive or a colon in its name"):
        zt.transform(path, **QUICK)


@pytest.mark.parametrize("error", [OSError(22, "Invalid argument"), RuntimeError("odd"), zlib.error("bad")])
def test_what_is_wrong_with_a_member_is_told_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    path = packed(tmp_path / "x.zip", {"contacts.0.csv": CONTACTS.encode(), "deals.0.csv": DEALS.encode()})
    opened = zipfile.ZipFile.open

    def fails(self: zipfile.ZipFile, member: zipfile.ZipInfo) -> Any:
        if member.filename == "deals.0.csv":
            raise error
        return opened(self, member)

    monkeypatch.setattr(zipfile.ZipFile, "open", fails)
    with pytest.raises(zt.ExportError, match=r"x\.zip: its member 'deals\.0\.csv' cannot be unpacked"):
        zt.transform(path, **QUICK)


def test_a_disk_that_is_full_of_a_zip_is_not_the_zip_s_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "x.zip", {"contacts.0.csv": CONTACTS.encode()})

    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(zipfile.ZipFile, "open", full)
    with pytest.raises(zt.ExportError, match="cannot hold the temporary files"):
        zt.transform(path, tmp_path / "lap", **QUICK)

"""What users' machines do to the result: full disks, places that cannot be written, whoever ends a run."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import zsell_transform as zt
from tests.machines import DEALS, QUICK, posix
from zsell_transform.__main__ import _Impatience, main
from zsell_transform.writing import Folder, appearing, rolling, target

# --- disks and places -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_leaves_nothing_also_where_a_file_cannot_be_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """What is buffered cannot be written either: closing failed again, and the work folder stayed."""

    class Full:
        def write(self, _: bytes) -> None:
            raise OSError(number, os.strerror(number))

        close = write

    def begin(self: rolling.Rolling, columns: list[str]) -> None:
        self.files.append(rolling.Rolled(self.place / "0.0", tuple(columns)))
        self._open = Full()  # type: ignore[assignment]

    monkeypatch.setattr(rolling.Rolling, "_next", begin)
    monkeypatch.setattr(Full, "close", lambda self: self.write(b""))
    with pytest.raises(zt.TargetError, match=f"lap cannot be written: {os.strerror(number)}"):
        _write(tmp_path / "lap")
    assert list(tmp_path.iterdir()) == []


def _write(place: Path) -> None:
    with Folder(place) as folder:
        folder.table("2-persons", pl.LazyFrame({"Person - Name": ["Ed"]}))
        folder.finish(ledger=[], inputs=[], version="0", mapping_sha256="")


def test_a_full_disk_in_polars_words_names_the_target(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any, **named: Any) -> Any:
        raise pl.exceptions.ComputeError("No space left on device (os error 28)")

    monkeypatch.setattr("zsell_transform.intake.keep", full)
    with pytest.raises(zt.TargetError, match="lap cannot be written: No space left"):
        zt.transform(sell, tmp_path / "lap", **QUICK)
    assert [one.name for one in tmp_path.iterdir()] == ["sell"]


def test_a_full_place_of_temporary_files_is_not_the_target(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`lap cannot be written`, where /tmp was full: people looked at the wrong disk."""

    def full(*given: Any, **named: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("zsell_transform.reading.csv_file._plain_table", full)
    with pytest.raises(zt.ExportError, match=r"cannot hold the temporary files .* TMPDIR"):
        zt.transform(sell, tmp_path / "lap", **QUICK)


@posix
def test_a_folder_closed_to_others_stays_closed(tmp_path: Path, sell: Path) -> None:
    """Names and deals of customers could be read by everybody, since a new folder took the place."""
    (tmp_path / "lap").mkdir(mode=0o700)
    for _ in range(2):
        zt.transform(sell, tmp_path / "lap", **QUICK)
        assert stat.S_IMODE((tmp_path / "lap").stat().st_mode) == 0o700
    (tmp_path / "usual").mkdir()
    zt.transform(sell, **QUICK).write(tmp_path / "later")
    assert (tmp_path / "later").stat().st_mode == (tmp_path / "usual").stat().st_mode


@posix
def test_a_place_that_cannot_be_taken_is_told_before_the_work(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A volume of a container, a folder in one where nobody may write, a colleague's in a shared folder."""
    lap, told = tmp_path / "lap", r"; name a folder in it, such as .*lap/lap_1"
    lap.mkdir()

    def refused(said: str) -> None:
        read: list[Any] = []
        with pytest.raises(zt.TargetError, match=said):
            zt.transform(sell, lap, progress=lambda *given: read.append(given), **QUICK)
        assert read == []

    with monkeypatch.context() as patch:
        patch.setattr(os.path, "ismount", lambda path: Path(path) == lap)
        refused(r"lap is a mount point \(a disk, or a volume of a container\).*" + told)
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
        refused(rf"takes its place in {tmp_path}, where you may not write{told}")
        lap.rmdir()
        refused(rf"takes its place in {tmp_path}, where you may not write$")
    lap.mkdir()
    tmp_path.chmod(0o1777)
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    refused("it is another user's")


def test_a_folder_mounted_from_the_same_disk_is_a_mount_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "my out").replace(" ", "\\040")
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"36 35 98:0 /a {place} rw - ext3 /dev/root rw\n")
    assert target._is_mount(tmp_path / "my out")
    assert not target._is_mount(tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "said"),
    [("b" * 240, "too long for"), ("file/lap", "file is a file")],
    ids=["long", "file"],
)
def test_names_that_no_result_can_have(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("x")
    with pytest.raises(zt.TargetError, match=said):
        zt.transform(sell, name, **QUICK)
    with pytest.raises(zt.TargetError, match="a whole disk"):
        target.check_target(Path(tmp_path.anchor))


@pytest.mark.parametrize("fails", ["first", "second"])
def test_where_folders_are_not_exchanged_a_step_that_fails_is_taken_back(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """On Windows, a report that is open in a browser: the earlier lap lay under another name."""
    lap = tmp_path / "lap"
    zt.transform(sell, lap, **QUICK)
    before = {path: path.read_bytes() for path in lap.rglob("*.*")}
    (sell / "deals.0.csv").write_text(DEALS.replace("Roof", "Floor"))
    rename = Path.rename

    def refuse(self: Path, other: Path) -> Path:
        if (self.name == "lap") if fails == "first" else (".zsell-" in self.name and other.name == "lap"):
            raise PermissionError(13, "Access is denied", str(self))
        return rename(self, other)

    monkeypatch.setattr(appearing, "_exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(zt.TargetError, match="lap cannot be replaced: Access is denied; close the programs"):
        zt.transform(sell, lap, **QUICK)

    assert {path: path.read_bytes() for path in lap.rglob("*.*")} == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["lap", "sell"]


def test_ctrl_c_while_the_earlier_folder_is_cleared_away_comes_too_late(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`stopped; nothing was written` was said of a lap that was written."""
    zt.transform(sell, tmp_path / "lap", **QUICK)
    (sell / "deals.0.csv").write_text(DEALS.replace("Roof", "Floor"))
    asked = []

    def interrupted(folder: Path) -> None:
        if ".zsell-" in folder.name and not asked:
            asked.append(folder)
            raise KeyboardInterrupt
        shutil.rmtree(folder, ignore_errors=True)

    monkeypatch.setattr(appearing, "discard", interrupted)
    assert main([str(sell), str(tmp_path / "lap"), "--no-rehearse", "--quiet"]) == 0

    assert asked
    assert capsys.readouterr().err == ""
    assert sorted(one.name for one in tmp_path.iterdir()) == ["lap", "sell"]


# --- once it is written -----------------------------------------------------------------------------------


def process(*command: str, **more: Any) -> subprocess.CompletedProcess[str]:
    shell = " ".join(command).replace("zsell-transform", f"{sys.executable} -m zsell_transform")
    return subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False, **more)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk to print to is Linux's")
def test_a_lap_that_is_written_is_written_whatever_becomes_of_its_summary(tmp_path: Path, sell: Path) -> None:
    """Exit code 2 means that nothing was written; scripts ran the lap again, or gave up."""
    closed = process("zsell-transform sell lap_1 --no-rehearse >&-", cwd=tmp_path)
    assert (closed.returncode, closed.stderr) == (0, "")
    full = process("zsell-transform sell lap_2 --no-rehearse >/dev/full", cwd=tmp_path)
    assert full.returncode == 0
    [line] = full.stderr.splitlines()
    assert "lap_2 is written" in line
    assert "No space left" in line
    assert sorted(one.name for one in tmp_path.iterdir()) == ["lap_1", "lap_2", "sell"]


def test_ctrl_c_while_the_summary_is_printed(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("zsell_transform.console.told", told)
    assert main([str(sell), str(tmp_path / "lap"), "--no-rehearse"]) == 0
    assert "lap is written" in capsys.readouterr().err


def test_memory_that_runs_out_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def out(*given: Any, **named: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(zt, "transform", out)
    assert main(["sell", "lap"]) == 2
    assert "memory ran out" in capsys.readouterr().err


def test_without_standard_error_there_is_no_bar(sell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `pythonw`: the run ended in an AttributeError."""
    monkeypatch.setattr(sys, "stderr", None)
    assert zt.transform(sell, progress=True, **QUICK).summary().height


def test_half_a_mapping_is_no_mapping(tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk half of it stayed, and the next draft was refused because of it."""
    write = Path.write_text

    def half(self: Path, text: str, **named: Any) -> int:
        write(self, text[:20], **named)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(zt.TargetError, match=r"mapping\.yaml cannot be written: No space"):
        zt.draft_mapping(sell, tmp_path / "mapping.yaml")
    assert [one.name for one in tmp_path.iterdir()] == ["sell"]


def test_ctrl_c_is_obeyed_once() -> None:
    """The second one ended the clearing up that the first had begun."""
    asked = _Impatience()
    with pytest.raises(KeyboardInterrupt):
        asked.stop(2, None)
    asked.stop(2, None)
    with pytest.raises(KeyboardInterrupt):
        asked.stop(2, None)

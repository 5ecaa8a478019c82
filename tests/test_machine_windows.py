"""What Windows does to a run: renames that are denied, files that are held, no exchange of folders."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import zsell_transform as zt
from tests.machines import CONTACTS, QUICK
from zsell_transform.__main__ import _lacking, _swallowed, main
from zsell_transform.machine import moves, paths, processes
from zsell_transform.machine.disk import reason
from zsell_transform.machine.system import longest_path, shell
from zsell_transform.writing import appearing, target

Rename = Callable[[Path, Path], Path]


@pytest.fixture
def lap(tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lap of an export that has changed since; nobody sleeps, and folders are not exchanged."""
    zt.transform(sell, tmp_path / "lap", **QUICK)
    (sell / "contacts.0.csv").write_text(CONTACTS.replace("Alpha", "Omega"))
    monkeypatch.setattr(appearing, "_exchange", lambda one, other: False)
    monkeypatch.setattr(moves.time, "sleep", lambda seconds: None)
    return tmp_path / "lap"


def renamed(monkeypatch: pytest.MonkeyPatch, what: Callable[[Rename, Path, Path], Path]) -> None:
    """Each renaming of a path goes through a function of the test's."""
    rename = Path.rename
    monkeypatch.setattr(Path, "rename", lambda self, other: what(rename, self, Path(other)))


def beside(lap: Path) -> list[str]:
    return sorted(one.name for one in lap.parent.iterdir())


def names(lap: Path) -> str:
    return (lap / "1-organizations.csv").read_text()


@pytest.mark.parametrize("step", [1, 2, 3])
def test_ctrl_c_between_the_two_renames_comes_too_late(
    lap: Path, sell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], step: int
) -> None:
    """`nothing was written` was said, and the earlier lap was gone until somebody ran it again."""
    done: list[Path] = []

    def asked(rename: Rename, one: Path, other: Path) -> Path:
        got = rename(one, other)
        if got.is_dir():
            done.append(got)
            if len(done) == step:
                signal.raise_signal(signal.SIGINT)
        return got

    renamed(monkeypatch, asked)
    assert main([str(sell), str(lap), "--no-rehearse", "--trial", "0", "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    assert len(done) == 3
    assert "Omega" in names(lap)
    assert beside(lap) == ["lap", "sell"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_behind_the_work_says_that_it_is_done(
    lap: Path, sell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(*given: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("zsell_transform.writing.folder.clear", asked)
    assert main([str(sell), str(lap), "--no-rehearse", "--quiet"]) == 130
    assert "lap is written" in capsys.readouterr().err
    assert "Omega" in names(lap)


@pytest.mark.parametrize("place", ["lap", "new"])
def test_a_short_denial_of_each_rename_does_not_matter(
    lap: Path, sell: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """A virus scanner looks at what was just written: the whole run was thrown away."""
    tried: set[tuple[str, str]] = set()

    def denied_once(rename: Rename, one: Path, other: Path) -> Path:
        if (one.name, other.name) not in tried:
            tried.add((one.name, other.name))
            raise PermissionError(13, "Access is denied", str(one))
        return rename(one, other)

    renamed(monkeypatch, denied_once)
    zt.transform(sell, lap.with_name(place), **QUICK)
    assert tried
    assert "Omega" in names(lap.with_name(place))
    assert beside(lap) == sorted({"lap", "sell", place})


def test_a_new_target_is_shown_by_no_program(lap: Path, sell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(rename: Rename, one: Path, other: Path) -> Path:
        if other.name == "new":
            raise PermissionError(13, "Access is denied", str(one))
        return rename(one, other)

    renamed(monkeypatch, denied)
    with pytest.raises(
        zt.TargetError, match="new cannot be written: Access is denied; another program, such"
    ):
        zt.transform(sell, lap.with_name("new"), **QUICK)
    assert beside(lap) == ["lap", "sell"]


def test_where_the_earlier_folder_cannot_be_put_back_it_is_said_where_it_is(
    lap: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = names(lap)

    def denied(rename: Rename, one: Path, other: Path) -> Path:
        if other.name == "lap":
            raise PermissionError(13, "Access is denied", str(one))
        return rename(one, other)

    with monkeypatch.context() as patch:
        renamed(patch, denied)
        for _ in range(2):  # also the next run says so, as long as it cannot
            with pytest.raises(
                zt.TargetError, match=r"folder that was there is .*[/\\]\.lap\.old-by-zsell now"
            ):
                zt.transform(sell, lap, **QUICK)
    assert beside(lap) == [".lap.old-by-zsell", "sell"]
    zt.transform(sell, lap, **QUICK)
    assert before != names(lap)
    assert beside(lap) == ["lap", "sell"]


def test_a_file_that_may_only_be_read_is_removed(
    lap: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stayed in a folder whose name the next replacement needs, and each run from then on failed."""
    unlink = os.unlink

    def as_windows(place: Any, **named: Any) -> None:
        if not os.stat(place, **named).st_mode & 0o200:  # noqa: PTH116 - within a folder that is open
            raise PermissionError(13, "Access is denied", str(place))
        unlink(place, **named)

    (lap / "1-organizations.csv").chmod(0o400)
    monkeypatch.setattr(os, "unlink", as_windows)
    zt.transform(sell, lap, **QUICK)
    assert beside(lap) == ["lap", "sell"]


def test_a_leftover_that_cannot_be_removed_is_in_nobody_s_way(
    lap: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = lap.with_name(".lap.old-by-zsell")
    shutil.copytree(lap, held)

    def denied(rename: Rename, one: Path, other: Path) -> Path:
        if one == held:
            raise PermissionError(13, "Access is denied", str(one))
        return rename(one, other)

    with monkeypatch.context() as patch:
        renamed(patch, denied)
        zt.transform(sell, lap, **QUICK)
        assert beside(lap) == [".lap.old-by-zsell", "lap", "sell"]
        assert "Omega" in names(lap)
        lap.rename(lap.with_name(".lap.old-by-zsell-1"))  # as a run that is killed leaves it
        with pytest.raises(zt.ExportError):
            zt.transform(sell / "nowhere", lap)
        assert "Omega" in names(lap)
    zt.transform(sell, lap, **QUICK)
    assert beside(lap) == ["lap", "sell"]


def test_what_is_removed_in_part_is_not_put_back(
    lap: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had the name of a whole folder, and was taken for the lap once that was not there."""
    with monkeypatch.context() as patch:
        patch.setattr(appearing, "discard", lambda folder: (folder / "manifest.json").unlink())
        zt.transform(sell, lap, **QUICK)
    left = [name for name in beside(lap) if name not in ("lap", "sell")]
    assert left == [processes.own_name()]
    shutil.rmtree(lap)
    zt.transform(sell, lap, **QUICK)
    assert "Omega" in names(lap)


# --- files that are held ----------------------------------------------------------------------------------


def test_a_file_that_is_open_is_told_before_the_work(
    lap: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel keeps its folder from being renamed; that was told when all was done."""
    rename, read = os.rename, []

    def held(one: Any, other: Any, **named: Any) -> None:
        if Path(one).name == "1-organizations.csv":
            raise PermissionError(13, "Access is denied", str(one))
        rename(one, other, **named)

    monkeypatch.setattr(os, "rename", held)
    monkeypatch.setattr(target, "WINDOWS", True)
    with pytest.raises(zt.TargetError, match=r"1-organizations\.csv is open in another program; close it"):
        zt.transform(sell, lap, progress=lambda *given: read.append(given), **QUICK)
    assert read == []
    monkeypatch.setattr(target, "WINDOWS", False)
    zt.transform(sell, lap, **QUICK)  # elsewhere an open file is in nobody's way


def test_a_denial_may_be_another_program_s() -> None:
    denied, gone = PermissionError(13, "Permission denied"), FileNotFoundError(2, "No such file")
    assert reason(denied, windows=True) == (
        "Permission denied; it may be open in another program, such as Excel: close it there"
    )
    assert reason(PermissionError("used by another (os error 32)"), windows=True).startswith(
        "used by another;"
    )
    assert reason(denied, windows=False) == "Permission denied"
    assert reason(gone, windows=True) == "No such file"


@pytest.mark.parametrize("previous", [True, False])
def test_a_manifest_that_cannot_be_read_is_not_damaged(
    lap: Path, sell: Path, after_lap_1: Path, monkeypatch: pytest.MonkeyPatch, previous: bool
) -> None:
    """`damaged or another program's`, where a viewer had it open."""
    text = Path.read_text

    def denied(self: Path, *given: Any, **named: Any) -> str:
        if self.name == "manifest.json":
            raise PermissionError(13, "Permission denied", str(self))
        return text(self, *given, **named)

    monkeypatch.setattr(Path, "read_text", denied)
    asked = {"previous": lap, "pipedrive": after_lap_1} if previous else {"target": lap}
    with pytest.raises(zt.ZsellError, match=r"manifest\.json cannot be .*Permission denied") as caught:
        zt.transform(sell, **asked, **QUICK)
    assert "damaged" not in str(caught.value)


# --- long paths -------------------------------------------------------------------------------------------


class Library:
    """What Windows says of long paths."""

    def __init__(self, *, long: bool) -> None:
        self.RtlAreLongPathsEnabled: Any = type("Told", (), {"__call__": lambda _: long})()


def test_windows_takes_short_paths_unless_it_is_told_otherwise() -> None:
    assert longest_path(windows=False) is None
    assert longest_path(windows=True, system=Library(long=True)) is None
    assert longest_path(windows=True, system=Library(long=False)) == 259
    assert longest_path(windows=True, system=object()) == 259


@pytest.fixture
def short_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A system that takes few characters more than the folder of the test has."""
    most = len(str(tmp_path)) + 60
    monkeypatch.setattr(paths, "longest_path", lambda: most)
    return most


def test_a_result_that_would_be_too_deep_is_told_before_the_work(
    tmp_path: Path, sell: Path, short_paths: int
) -> None:
    """`cannot be written: The system cannot find the path specified`, in the middle of it."""
    fits = short_paths - len(str(tmp_path)) - len("//") - len(target._IN_LAP) - len(processes.own_name())
    zt.transform(sell, tmp_path / ("d" * fits) / "lap", **QUICK)
    read: list[Any] = []
    told = rf"longest path in it is too long for Windows \({short_paths + 1} characters, where {short_paths}"
    with pytest.raises(zt.TargetError, match=told):
        zt.transform(
            sell, tmp_path / ("d" * (fits + 1)) / "lap", progress=lambda *given: read.append(given), **QUICK
        )
    assert read == []


@pytest.mark.parametrize("suffix", ["csv", "txt"])
@pytest.mark.parametrize("pipedrive", [True, False])
def test_a_list_that_is_too_deep_is_told(
    tmp_path: Path, sell: Path, short_paths: int, suffix: str, pipedrive: bool
) -> None:
    """It was `a link to a file that is not there`, or passed over without a word."""
    folder = tmp_path / "pipedrive" if pipedrive else sell
    folder.mkdir(exist_ok=True)
    (folder / f"{'long ' * 15}.{suffix}").write_text("ID\n1\n")
    with pytest.raises(zt.ExportError, match=r"its path is too long for Windows \(\d+ characters"):
        zt.transform(sell, pipedrive=folder if pipedrive else None, **QUICK)


# --- processes --------------------------------------------------------------------------------------------


class Kernel:
    """What Windows says of processes."""

    def __init__(self, handle: int, code: int = 0, error: int = 0) -> None:
        self.closed: list[object] = []
        self.OpenProcess: Any = lambda *given: handle
        self.GetExitCodeProcess = lambda _, answer: setattr(answer._obj, "value", code) or 1
        self.GetLastError = lambda: error
        self.CloseHandle = self.closed.append


@pytest.mark.parametrize(
    ("kernel", "runs"),
    [
        (Kernel(7, code=259), True),
        (Kernel(7, code=1), False),
        (Kernel(0, error=87), False),
        (Kernel(0, error=5), True),
        (Kernel(0, error=1450), None),
        (object(), None),
    ],
)
def test_windows_is_asked_for_a_process_without_ending_it(kernel: Any, runs: bool | None) -> None:
    """What a killed run left stayed for a day."""
    assert processes.is_running(4242, windows=True, system=kernel) is runs
    assert len(getattr(kernel, "closed", [])) == (getattr(kernel, "OpenProcess", int)() == 7)


def test_a_folder_is_its_process_s(tmp_path: Path) -> None:
    own = tmp_path / processes.own_name()
    own.mkdir()
    assert processes.is_running(os.getpid()) is True
    assert not processes.is_abandoned(own)
    assert processes.is_abandoned(own, lambda number: number != os.getpid())
    assert not processes.is_abandoned(own, lambda number: None)
    os.utime(own, (0, 0))
    assert processes.is_abandoned(own, lambda number: None)
    assert not processes.is_abandoned(own, lambda number: None, after=None)
    assert not processes.is_abandoned(tmp_path / ".zsell-notes")


def test_temporary_files_of_a_killed_run_are_swept(
    tmp_path: Path, sell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    left = tmp_path / "temporary" / f"zsell-{processes.table()}-{processes._short(gone.pid)}-a_b1c2d3"
    left.mkdir(parents=True)
    kept = left.with_name(f"{processes.own_prefix()}other")
    kept.mkdir()
    os.utime(kept, (0, 0))
    with zt.read_export(sell):
        assert not left.exists()
        assert kept.exists()


# --- commands ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "windows", "posix"),
    [
        (r"C:\Users\Ana\sell_export", r"C:\Users\Ana\sell_export", r"'C:\Users\Ana\sell_export'"),
        ("Müller", "Müller", "'Müller'"),
        ("Müller export", '"Müller export"', "'Müller export'"),
        (r".\a b" + "\\", r'".\a b\\"', r"'.\a b" + "\\'"),
        ("a&b", '"a&b"', "'a&b'"),
        ("it's", '"it\'s"', "'it'\"'\"'s'"),
        ("", '""', "''"),
        ("@home", '"@home"', "@home"),
        (r"C:\PROGRA~1", r"C:\PROGRA~1", r"'C:\PROGRA~1'"),
        ("lap_2", "lap_2", "lap_2"),
    ],
)
def test_a_word_of_a_command_is_one_where_it_is_typed(value: str, windows: str, posix: str) -> None:
    """cmd.exe took `'Müller export'` for two words, each with a quote."""
    assert shell(value, windows=True) == windows
    assert shell(value, windows=False) == posix


def test_the_command_behind_a_draft_can_be_copied(
    sell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name with a blank was printed bare."""
    monkeypatch.chdir(sell.parent)
    assert main(["draft-mapping", str(sell), "a map.yaml"]) == 0
    told = capsys.readouterr().out
    assert shlex.split(told.partition("run with ")[2]) == ["--mapping", "a map.yaml"]


def test_a_quote_that_powershell_swallowed_is_told() -> None:
    word = '.\\Sell export" lap_1'
    assert "write folders without a backslash at the end" in _swallowed([word], windows=True)
    assert f"`{word}`" in _swallowed([word], windows=True)
    assert _swallowed([word], windows=False) == ""
    assert _swallowed(["sell", "lap_1"], windows=True) == ""


def test_the_way_to_another_python_is_the_platform_s() -> None:
    assert r"`.venv\Scripts\python -m zsell_transform …`" in _lacking("polars", windows=True)
    assert "`source .venv/bin/activate`" in _lacking("polars", windows=False)

"""The command line: one line for what goes wrong, exit codes to rely on, and a summary to act on."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

import zsell_transform as zt
from zsell_transform import console, progress
from zsell_transform.__main__ import main
from zsell_transform.errors import ZsellError
from zsell_transform.guide.steps import checklist
from zsell_transform.guide.story import FILES, Story
from zsell_transform.issues import SCHEMA
from zsell_transform.ledger import Ledger
from zsell_transform.machine import process
from zsell_transform.progress import Progress, Stage

ISSUES = pl.DataFrame(schema=SCHEMA)


@attrs.define
class Done:
    """A migration as far as the command line looks at it."""

    files: tuple[Path, ...] = ()
    issues: pl.DataFrame = ISSUES
    complete: bool = False
    ledger: Ledger = attrs.field(factory=lambda: Ledger.of({}))
    story: Story = attrs.field(factory=Story)

    def summary(self) -> pl.DataFrame:
        return self.ledger.frame()


def issue(severity: str, code: str, message: str = "what was found") -> dict[str, Any]:
    return dict.fromkeys(SCHEMA) | {"severity": severity, "code": code, "message": message}


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The library's transform, replaced; holds what it was called with, and gives what `gives` says."""
    call: dict[str, Any] = {"gives": Done()}

    def transform(*given: Any, **named: Any) -> Any:
        call.update(given=given, named=named)
        if isinstance(call["gives"], BaseException):
            raise call["gives"]
        return call["gives"]

    monkeypatch.setattr(zt, "transform", transform)
    monkeypatch.delenv("ZSELL_DEBUG", raising=False)
    return call


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zsell_transform", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **more)


# --- arguments --------------------------------------------------------------------------------------------


def test_arguments_reach_the_library(called: dict[str, Any]) -> None:
    options = [
        "--pipedrive",
        "p",
        "--mapping",
        "m.yaml",
        "--previous",
        "lap_0",
        "--trial",
        "3",
        "--no-rehearse",
    ]
    assert main(["sell", "lap_1", *options, "--overwrite", "--quiet"]) == 0
    assert called["given"] == ("sell", Path("lap_1"))
    assert called["named"] == {
        "pipedrive": "p",
        "mapping": "m.yaml",
        "previous": "lap_0",
        "trial": 3,
        "rehearse": False,
        "overwrite": True,
        "progress": False,
    }


def test_the_defaults_leave_the_choice_to_the_library(called: dict[str, Any]) -> None:
    assert main(["transform", "sell", "lap_1"]) == 0
    assert called["named"] == {
        "pipedrive": None,
        "mapping": None,
        "previous": None,
        "trial": 7,
        "rehearse": None,
        "overwrite": False,
        "progress": None,
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "the following arguments are required: SOURCE, TARGET"),
        (["sell"], "the following arguments are required: TARGET"),
        (["sell", "lap_1", "--trial", "11"], "argument --trial: invalid choice"),
        (["sell", "lap_1", "--pipdrive", "x"], "unrecognized arguments: --pipdrive x"),
        (["verify", "sell"], "the following arguments are required: PIPEDRIVE"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert told in line
    assert "--help)" in line


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["verfy", "sell", "pipedrive"], "verify"),
        (["draft_mapping", "sell"], "draft-mapping"),
        (["Rehearse", "lap_1"], "rehearse"),
    ],
)
def test_a_command_with_a_slip_is_no_source(
    arguments: list[str], near: str, called: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Before, `draft_mapping sell` was the source `draft_mapping` and the target `sell`."""
    assert main(arguments) == 2
    told = f"{arguments[0]} is no command, and no file or folder; did you mean `{near}`?"
    assert capsys.readouterr().err == f"zsell-transform: {told}\n"
    assert "given" not in called


def test_a_folder_may_be_called_almost_as_a_command(
    called: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "verfy").mkdir()

    assert main(["verfy", "lap_1"]) == 0


def test_no_cell_commands_the_terminal(called: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Names come from the web; before, the escape in one coloured, or cleared, the screen."""
    called["gives"] = Done(
        issues=pl.DataFrame([issue("error", "odd", "Acme \x1b[31mRED\x07")], schema=SCHEMA)
    )
    main(["sell", "lap_1"])
    called["gives"] = OSError(2, "no such file", "a\x1b[2J.csv")
    main(["sell", "lap_1"])

    said = capsys.readouterr()
    assert r"Acme \x1b[31mRED\x07" in said.out
    assert r"a\x1b[2J.csv" in said.err
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["verify", "--help"], ["rehearse", "-h"], ["draft-mapping", "-h"]]
)
def test_help_and_version_end_well(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert "usage: " in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"zsell_transform {zt.__version__}\n"


# --- exit codes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("severity", "code"), [("error", 1), ("warning", 0), ("info", 0)])
def test_the_exit_code_tells_whether_all_could_be_carried(
    called: dict[str, Any], severity: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    called["gives"] = Done(issues=pl.DataFrame([issue(severity, "unparsed_value")], schema=SCHEMA))
    assert main(["sell", "lap_1", "--quiet"]) == code
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (zt.TargetError("lap_1 is a file"), 2, "zsell-transform: lap_1 is a file"),
        (zt.MappingError("two\nlines"), 2, "zsell-transform: two\\nlines"),
        (KeyboardInterrupt(), 130, "zsell-transform: stopped; nothing was written"),
        (FileNotFoundError(2, "No such file or directory", "x.csv"), 2, "x.csv: No such file or directory"),
        (pl.exceptions.ComputeError("bad\nplan"), 2, "internal error (ComputeError: bad); please report it"),
        (
            AssertionError(),
            2,
            "internal error (AssertionError); please report it, with what ZSELL_DEBUG=1 shows",
        ),
    ],
)
def test_what_goes_wrong_is_one_line_and_no_traceback(
    called: dict[str, Any], error: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    called["gives"] = error
    assert main(["sell", "lap_1"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert told in err


def test_the_traceback_can_be_had(called: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZSELL_DEBUG", "1")
    called["gives"] = AssertionError("here")
    with pytest.raises(AssertionError):
        main(["sell", "lap_1"])


def test_a_real_process_tells_of_a_missing_source(tmp_path: Path) -> None:
    ended = run(str(tmp_path / "nowhere"), str(tmp_path / "lap_1"))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "nowhere" in ended.stderr
    assert list(tmp_path.iterdir()) == []


SLEEPY = """
import sys, time
import zsell_transform as zt
from zsell_transform.__main__ import main
from zsell_transform.writing import Folder
def transform(source, target, **named):
    with Folder(target) as folder:
        folder.text("setup.md", "x")
        print("begun", flush=True)
        for _ in range(600):  # a signal that comes just before a sleep does not end it
            time.sleep(0.1)
zt.transform = transform
sys.argv = ["zsell-transform", "sell", sys.argv[1]]
sys.exit(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent differently elsewhere")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_stopped_from_outside_it_leaves_nothing(tmp_path: Path, name: str, code: int) -> None:
    command = [sys.executable, "-c", SLEEPY, str(tmp_path / "lap_1")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        assert [path.name[:7] for path in tmp_path.iterdir()] == [".zsell-"]
        process.send_signal(getattr(signal, name))
        assert process.wait(10) == code
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_keeps_its_own_memory_settings(
    called: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("_RJEM_MALLOC_CONF", raising=False)
    main(["sell", "lap_1"])
    assert "_RJEM_MALLOC_CONF" not in os.environ


@pytest.mark.skipif(os.name != "posix", reason="limits are told differently elsewhere")
@pytest.mark.parametrize("limited", [True, False])
def test_memory_that_is_not_used_is_given_back_where_it_counts(
    limited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    soft = 8 << 30 if limited else resource.RLIM_INFINITY
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, resource.RLIM_INFINITY))

    assert process.allocator().split(",") == [f"narenas:{os.cpu_count()}", *["retain:false"] * limited]


SETTINGS = """
import os, sys
from zsell_transform.__main__ import main
sys.argv = ["zsell-transform", sys.argv[1], "lap_1"]
main()
print(os.environ["_RJEM_MALLOC_CONF"], os.environ.get("POLARS_MAX_THREADS"))
"""


def settings_of_a_process(source: Path, **own: str) -> list[str]:
    """The settings of memory and threads of a process that transforms an export, with those of the user."""
    ours = ("_RJEM_MALLOC_CONF", "POLARS_MAX_THREADS")
    environment = {name: value for name, value in os.environ.items() if name not in ours} | own
    command = [sys.executable, "-c", SETTINGS, str(source)]
    ended = subprocess.run(
        command, cwd=source.parent, env=environment, capture_output=True, text=True, check=False
    )
    return ended.stdout.splitlines()[-1].split()


@pytest.mark.parametrize("own", ["", "dirty_decay_ms:0"], ids=["ours", "the user's"])
def test_a_process_of_our_own_sets_its_allocator_unless_the_user_has(own: str, tmp_path: Path) -> None:
    given = {"_RJEM_MALLOC_CONF": own} if own else {}
    settings = settings_of_a_process(tmp_path / "nowhere", **given)[0].split(
        ","
    )  # polars adds some of its own
    assert (f"narenas:{os.cpu_count()}" in settings) == (not own)
    assert not own or own in settings


@pytest.mark.parametrize(("rows", "own", "threads"), [(10, "", "1"), (10, "2", "2"), (500_000, "", "None")])
def test_a_small_export_takes_one_thread_unless_the_user_says_otherwise(
    rows: int, own: str, threads: str, tmp_path: Path
) -> None:
    source = tmp_path / "contacts.csv"
    source.write_text("no header of Sell's\n" + "some text for each row\n" * rows)
    given = {"POLARS_MAX_THREADS": own} if own else {}
    assert settings_of_a_process(source, **given)[1] == threads


def test_what_is_in_a_zip_counts_by_what_it_holds(tmp_path: Path) -> None:
    for name in ("export.csv", "export.zip"):
        (tmp_path / name).write_bytes(b"x" * 1_000)
    assert [process._size(tmp_path / name) for name in ("export.csv", "export.zip")] == [1_000, 10_000]
    assert process._size(tmp_path) == 11_000
    assert process._size(tmp_path / "nowhere") == 0


@pytest.mark.skipif(os.name != "posix", reason="pipes end differently elsewhere")
def test_a_reader_that_goes_away_does_not_matter(tmp_path: Path) -> None:
    script = (
        "import sys, zsell_transform.__main__ as m\n"
        "m._print(str(n) * 99 for n in range(9999)); print('end', file=sys.stderr)"
    )
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-c", script], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "end\n")


# --- what is said -----------------------------------------------------------------------------------------


def test_the_summary_says_what_came_and_what_to_do(
    called: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "lap_1"
    counts = {
        "contacts": {"rows_in": 1200, "added": 3, "rows_out": 1203},
        "tasks": {"rows_in": 2, "waiting": 2},
        "notes": {"rows_in": 1, "waiting": 1},
    }
    found = [issue("error", "unparsed_value", "deals row 3: 'x'"), issue("info", "empty_column")]
    story = Story(
        setup={"users": pl.DataFrame({"name": ["Kim"]})},
        files=pl.DataFrame([("2-persons.csv", "persons", 1203, 9)], schema=FILES, orient="row"),
        exports_next=("persons",),
    )
    called["gives"] = Done(
        (target / "2-persons.csv",), pl.DataFrame(found, schema=SCHEMA), ledger=Ledger.of(counts), story=story
    )
    assert main(["my sell", str(target), "--mapping", "m.yaml"]) == 1
    said = capsys.readouterr().out
    assert "entity     read  added  written  waiting\n" in said
    assert "contacts  1,200      3    1,203        ·\n" in said
    assert "companies" not in said
    assert f"  {target}/2-persons.csv" in said
    assert "2 activities, 1 note: each waits for an ID" in said
    assert "1 error, 0 warnings, 1 remark:" in said
    assert "error unparsed_value (1), such as: deals row 3: 'x'" in said
    assert f"1. Prepare Pipedrive: create what {target}/setup.md lists" in said
    call = f"zsell-transform 'my sell' {tmp_path}/lap_2 --pipedrive pipedrive_export --mapping m.yaml"
    assert f"4. Run the next lap: {call}\n" in said
    assert said.endswith(f"Report: {target}/report.html\n")


def test_a_complete_migration_is_told_how_to_prove_it(
    called: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = Ledger.of({"deals": {"rows_in": 1, "present": 1}})
    story = Story(complete=True, ledger=ledger.frame())
    called["gives"] = Done(complete=True, ledger=ledger, story=story)
    main(["sell", "lap_3", "--pipedrive", "out", "--mapping", "m.yaml"])
    said = capsys.readouterr().out
    assert "The migration is complete" in said
    assert "export once more from Pipedrive" in said  # as the report says, for people go on working
    assert "zsell-transform verify sell out --mapping m.yaml" in said
    assert "Upload" not in said


def test_report_and_terminal_say_the_same_is_next(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to do was decided in two places: the terminal's proof came without the last export."""
    monkeypatch.chdir(tmp_path)
    steps = checklist(zt.transform(sample, "lap_1", rehearse=False).story)

    main([str(sample), "lap_1", "--no-rehearse"])

    next_ones = capsys.readouterr().out.split("\nNext\n")[1].split("\n\n")[0].splitlines()
    assert [line.split(":")[0].strip() for line in next_ones] == [
        f"{number}. {step.title}" for number, step in enumerate(steps, 1)
    ]
    # The story calls a path from the root by its name alone; what is copied has to work.
    assert next_ones[-1].endswith(f"zsell-transform {sample} lap_2 --pipedrive pipedrive_export")


def test_a_table_is_aligned() -> None:
    frame = pl.DataFrame({"name": ["a", "bcd"], "rows_out": [0, 12345], "ok": [True, None]})
    assert list(console.table(frame)) == ["name  written  ok", "a           ·  True", "bcd    12,345"]


# --- progress ---------------------------------------------------------------------------------------------


def test_a_callable_gets_everything_at_once() -> None:
    got: list[tuple[str, int, int]] = []
    with Progress(lambda *told: got.append(told)) as tell:
        tell("reading", 0, 6)
        with Stage(tell, "writing", 10) as writing:
            writing.add(5)
            writing.add(15)
            writing.add(1)
    assert got == [("reading", 0, 6), ("writing", 0, 10), ("writing", 5, 10), ("writing", 10, 10)]


def test_a_stage_is_told_of_by_its_parts_and_ends_whatever_they_told() -> None:
    got: list[tuple[str, int, int]] = []
    with Stage(lambda *told: got.append(told), "checking", 100) as checking:
        with checking.share(60) as at:
            at(20)
            at(10)  # never back
        with contextlib.suppress(ZsellError), checking.share(30) as at:
            at(50)  # never above its size
            raise ZsellError("a file that cannot be read")
    assert [done for _, done, _ in got] == [0, 20, 60, 90, 100]


def test_a_stage_that_fails_does_not_end() -> None:
    got: list[tuple[str, int, int]] = []
    with contextlib.suppress(ZsellError), Stage(lambda *told: got.append(told), "checking", 100):
        raise ZsellError("nothing to read")
    assert got == [("checking", 0, 100)]


def test_a_run_tells_how_far_it_has_come(tmp_path: Path) -> None:
    """Each stage of a run from nothing to all of it, never back: bytes of the files, then records."""
    got: dict[str, list[tuple[int, int]]] = {}

    def tell(stage: str, done: int, total: int) -> None:
        got.setdefault(stage, []).append((done, total))

    sell = Path(__file__).parent.parent / "sample_exports" / "sell"
    zt.transform(sell, tmp_path / "lap_1", progress=tell)

    assert list(got) == [stage for stage in progress.STAGES if stage != "comparing"]
    for told in got.values():
        done, totals = [done for done, _ in told], {total for _, total in told}
        assert done == sorted(done)
        assert len(totals) == 1
        assert (done[0], done[-1]) == (0, totals.pop())
    tables = [file for file in sell.rglob("*") if file.suffix == ".csv"]
    assert got["checking"][0][1] == sum(file.stat().st_size for file in tables)
    written = (tmp_path / "lap_1").glob("[1-6]-*.csv")
    assert got["rehearsing"][0][1] == sum(file.stat().st_size for file in written)


def test_a_folder_without_exports_of_pipedrive_is_told_before_anything_is_read(tmp_path: Path) -> None:
    sell, got = Path(__file__).parent.parent / "sample_exports" / "sell", []
    (tmp_path / "empty").mkdir()
    for folder in ("nowhere", "empty"):
        with pytest.raises(zt.ExportError, match=folder):
            zt.transform(sell, pipedrive=tmp_path / folder, progress=lambda *told: got.append(told))
    assert got == []


def test_a_proof_tells_how_far_it_has_come(tmp_path: Path) -> None:
    samples = Path(__file__).parent.parent / "sample_exports"
    got: dict[str, None] = {}
    zt.verify(
        samples / "sell", samples / "pipedrive_after_lap_1", progress=lambda *told: got.setdefault(told[0])
    )
    assert list(got) == ["checking", "storing", "surveying", "drafting", "linking", "comparing"]


@pytest.mark.parametrize("wish", [None, False])
def test_nothing_is_shown_where_nobody_looks(wish: bool | None, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(wish) as tell:
        tell("reading", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_bar_appears_only_after_a_while(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_someone_looks", lambda: True)
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    with Progress() as tell:
        tell("reading", 1, 2)
        assert capsys.readouterr().err == ""
        time.sleep(0.06)
        tell("linking", 1, 2)
        tell("linking", 2, 2)
    assert "linking" in capsys.readouterr().err


def test_a_bar_moves_in_every_stage_whatever_it_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "INTERVAL", 0.01)
    with Progress(True) as tell:
        for stage, total in (("checking", 10**9), ("storing", 100)):
            for tenth in range(11):
                tell(stage, tenth * total // 10, total)
                time.sleep(0.02)
    shown = capsys.readouterr().err
    assert all(f"{stage}:  {tenth}0%" in shown for stage in ("checking", "storing") for tenth in range(2, 9))


def test_without_tqdm_there_are_plain_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with Progress(True) as tell:
        for stage in ("reading", "linking"):
            tell(stage, 1, 2)
            tell(stage, 2, 2)
    assert capsys.readouterr().err == "reading …\nlinking …\n"


def test_a_rehearsal_reads_the_wizard_as_the_mapping_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "contacts.csv").write_text("id,is_organisation,name\n1,true,Alpha\n2,true,Alpha\n")
    (tmp_path / "m.yaml").write_text("bare_organizations: separate\n")
    wish = ["--mapping", str(tmp_path / "m.yaml")]
    assert main([str(tmp_path / "contacts.csv"), str(tmp_path / "lap_1"), "--quiet", *wish]) == 0

    assert main(["rehearse", str(tmp_path / "lap_1"), *wish]) == 0
    with_wish = capsys.readouterr().out.splitlines()[1].split()
    assert main(["rehearse", str(tmp_path / "lap_1")]) == 0
    without = capsys.readouterr().out.splitlines()[1].split()

    assert with_wish[:3] == ["organizations", "2", "2"]
    assert with_wish != without


# --- the proof --------------------------------------------------------------------------------------------


def test_a_proof_names_the_first_of_what_is_missing(
    sample: Path, after_lap_1: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ended in "Not all is there.", and nobody knew what was not."""
    assert main(["verify", str(sample), str(after_lap_1)]) == 1
    said = capsys.readouterr().out
    assert "Missing: 22" in said
    assert "  deals 61000412 Nightjar roost: not in Pipedrive: the next lap writes it\n" in said
    assert "  and 19 more\n" in said
    assert "No mapping was given" in said
    assert said.rstrip().endswith("--write DIR")

    (tmp_path / "mapping.yaml").write_text("timezone: UTC\n", encoding="utf-8")
    given = ["--mapping", str(tmp_path / "mapping.yaml"), "--write", str(tmp_path / "proof")]
    assert main(["verify", str(sample), str(after_lap_1), *given]) == 1
    said = capsys.readouterr().out
    assert "No mapping was given" not in said
    assert f"Report: {tmp_path / 'proof' / 'proof.html'}" in said
    assert (tmp_path / "proof" / "missing.csv").is_file()


def test_a_proof_tells_each_kind_in_a_line() -> None:
    row = dict.fromkeys(("entity", "source_id", "field", "sell", "pipedrive"), "x") | {"pipedrive": None}
    assert console._AGAINST["differing"](row) == "x x, x: 'x' in Sell, nothing in Pipedrive"
    row = {"item": "persons", "system_id": "7", "name": "Ada", "source_ids": "1, 2"}
    assert console._AGAINST["merged"](row) == "persons, System ID 7 Ada: holds 1, 2"
    row = {"entity": "deals", "source_id": "5", "relation": "person", "expected": None, "found": "Ada (7)"}
    assert console._AGAINST["links"](row) == "deals 5 → person: nothing in Sell, Ada (7) in Pipedrive"


def test_a_proof_that_cannot_be_written_says_so_before_the_work(
    sample: Path, after_lap_1: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(sample), str(after_lap_1), "--write", str(sample)]) == 2
    assert "is also an input" in capsys.readouterr().err


def test_a_python_without_polars_says_how_to_run_it(
    called: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The Python of the system was told to report an internal error."""
    called["gives"] = ModuleNotFoundError("No module named 'polars'", name="polars")
    assert main(["sell", "lap_1"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"zsell-transform: polars is not installed for {sys.executable}; activate")
    assert said.count("\n") == 1

    called["gives"] = ModuleNotFoundError("No module named 'x'", name="zsell_transform.x")
    assert main(["sell", "lap_1"]) == 2
    assert "internal error" in capsys.readouterr().err


def test_a_list_that_cannot_be_exported_yet_is_named(tmp_path: Path) -> None:
    """The deals waited for their contact, their export was asked for lap after lap, and nothing said why."""
    sell = tmp_path / "sell"
    sell.mkdir()
    (sell / "contacts.0.csv").write_text(
        "id,is_organisation,name,first_name,last_name\n14,false,Ed Vi,Ed,Vi\n"
    )
    (sell / "deals.0.csv").write_text("id,name,main_contact_id,stage_name\n104,Roof,14,Incoming\n")

    done = run(str(sell), str(tmp_path / "lap_1"))

    assert "empty_in_pipedrive: [deals]" in done.stdout
    assert "empty_in_pipedrive: [deals]" in (tmp_path / "lap_1" / "report.html").read_text(encoding="utf-8")

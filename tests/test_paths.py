"""Paths as people write them: `~` is their home everywhere, and a blank path is nowhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import zsell_transform as zt
from zsell_transform.__main__ import main
from zsell_transform.machine.paths import path_of


@pytest.fixture
def home(tmp_path: Path, sample: Path, after_lap_1: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with both exports in it; the current folder is another one, and stays empty."""
    home, here = tmp_path / "home", tmp_path / "here"
    shutil.copytree(sample, home / "sell")
    shutil.copytree(after_lap_1, home / "pipedrive")
    here.mkdir()
    (home / "mapping.yaml").write_text("timezone: Europe/Stockholm\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(here)
    return home


def test_the_tilde_is_home_wherever_a_path_is_given(home: Path) -> None:
    """A notebook has no shell that would put the home in its place."""
    asked = {"mapping": "~/mapping.yaml", "trial": 0, "rehearse": False}
    zt.transform("~/sell", "~/lap_1", **asked)
    lap_2 = zt.transform(["~/sell"], pipedrive="~/pipedrive", previous="~/lap_1", **asked)
    lap_2.write("~/lap_2")
    zt.rehearse("~/lap_1").export("~/rehearsed")
    proof = zt.verify("~/sell", "~/pipedrive", mapping="~/mapping.yaml")
    proof.write("~/proof")
    zt.draft_mapping("~/sell", "~/drafts/mapping.yaml")
    frame, _ = zt.read_csv("~/lap_1/1-organizations.csv")

    assert frame.height
    made = {path.name for path in home.iterdir()}
    assert {"lap_1", "lap_2", "rehearsed", "proof", "drafts"} <= made
    assert list(Path.cwd().iterdir()) == []


def test_the_command_line_knows_the_tilde_between_quotes(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["~/sell", "~/lap_1", "--mapping", "~/mapping.yaml", "--no-rehearse"])

    assert f"Report: {home / 'lap_1' / 'report.html'}" in capsys.readouterr().out
    assert list(Path.cwd().iterdir()) == []


def test_nobody_s_home_is_a_name() -> None:
    assert path_of("~nobody_of_that_name/x") == Path("~nobody_of_that_name/x")


def test_a_blank_path_is_nowhere(home: Path) -> None:
    """It would be the current folder, and whatever lies there."""
    with pytest.raises(zt.ExportError, match="the path of the Sell export is blank"):
        zt.transform("")
    with pytest.raises(zt.ExportError, match="Pipedrive's exports is blank"):
        zt.transform("~/sell", pipedrive="")
    with pytest.raises(zt.ExportError, match="earlier run is blank"):
        zt.transform("~/sell", pipedrive="~/pipedrive", previous=" ")
    with pytest.raises(zt.TargetError, match="target is blank"):
        zt.transform("~/sell", "")
    with pytest.raises(zt.MappingError, match="mapping is blank"):
        zt.transform("~/sell", mapping="")


def test_a_draft_that_cannot_be_written_is_one_line(home: Path) -> None:
    with pytest.raises(zt.TargetError, match=r"sell/leads.*/mapping.yaml cannot be written"):
        zt.draft_mapping("~/sell", next(iter(home.glob("sell/leads*"))) / "mapping.yaml")

"""What users' machines do to a run: the input is never changed, a full disk or an odd name is one line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import zsell_transform as zt

CONTACTS = "id,is_organisation,name,first_name,last_name\n1,true,Alpha,,\n2,false,Ed Vi,Ed,Vi\n"
DEALS = "id,name,main_contact_id,stage_name\n7,Roof,2,Incoming\n"
QUICK: dict[str, Any] = {"trial": 0, "rehearse": False}


def small(folder: Path) -> Path:
    """A small Sell export."""
    folder.mkdir(parents=True)
    (folder / "contacts.0.csv").write_text(CONTACTS, encoding="utf-8")
    (folder / "deals.0.csv").write_text(DEALS, encoding="utf-8")
    return folder


@pytest.fixture
def sell(tmp_path: Path) -> Path:
    return small(tmp_path / "sell")


# --- the input is never changed ----------------------------------------------------------------------------


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

    with pytest.raises(zt.TargetError, match=r"lap holds .*, which is read"):
        run()

    assert (sell / "deals.0.csv").read_text() == DEALS


_EXPORTS: list[Any] = []


def _of(sell: Path, entity: str) -> pl.LazyFrame:
    _EXPORTS[:] = [zt.read_export(sell)]  # its files last as long as it does
    scanned: pl.LazyFrame = _EXPORTS[0].scan(entity)
    return scanned


def test_a_link_to_a_file_of_the_target_is_a_source_inside_it(tmp_path: Path) -> None:
    sell = lap_with_sell(tmp_path)
    (tmp_path / "links").mkdir()
    for file in sell.iterdir():
        (tmp_path / "links" / file.name).symlink_to(file)

    with pytest.raises(zt.TargetError, match="which is read"):
        zt.transform(tmp_path / "links", sell.parent, overwrite=True, **QUICK)

    assert (sell / "deals.0.csv").read_text() == DEALS


@pytest.mark.parametrize("loaded", [True, False])
def test_a_mapping_inside_the_target_is_refused(tmp_path: Path, sell: Path, loaded: bool) -> None:
    """Also when it was loaded before; and the templates that it names."""
    zt.transform(sell, tmp_path / "lap", **QUICK)
    file = tmp_path / "lap" / "mapping.yaml"
    file.write_text("timezone: UTC\n")
    ask = zt.Mapping.load(file) if loaded else file

    with pytest.raises(zt.TargetError, match=r"holds .*mapping\.yaml, which is read"):
        zt.transform(sell, tmp_path / "lap", mapping=ask, overwrite=True, **QUICK)
    (tmp_path / "lap" / "templates").mkdir()
    with pytest.raises(zt.TargetError, match=r"holds .*templates, which is read"):
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
        with pytest.raises(zt.TargetError, match="which is read"):
            zt.verify(sample, **asked).write(tmp_path / "proof", overwrite=True)

    assert len(list(exports.iterdir())) == len(list(after_lap_1.iterdir()))
    assert skip.exists()


def test_a_lap_is_not_copied_into_itself_nor_over_its_holder(tmp_path: Path, sell: Path) -> None:
    made = zt.transform(sell, tmp_path / "home" / "lap", **QUICK)

    with pytest.raises(zt.TargetError, match=r"is inside .*lap, which is read"):
        made.write(tmp_path / "home" / "lap" / "copy")
    with pytest.raises(zt.TargetError, match="did not write"):
        made.write(tmp_path / "home", overwrite=True)

    made.write(tmp_path / "home" / "lap")
    assert made.tables["deals"].height == 1

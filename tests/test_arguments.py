"""What people hand over in a notebook: what is not taken is named, with what would be."""

from __future__ import annotations

import copy
import io
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
import pytest

import zsell_transform as zt
from zsell_transform.pipedrive.wizard import rehearse


class DataFrame:
    """As pandas has them: this suite runs without pandas."""

    __module__ = "pandas.core.frame"


def quick(source: Any, target: Path | None = None, **wishes: Any) -> zt.Migration:
    return zt.transform(source, target, **{"trial": 0, "rehearse": False, **wishes})


def read(source: Any) -> dict[str, int]:
    """Entity → how many records were read of it."""
    ledger = quick(source).summary().filter(pl.col("rows_in") > 0)
    return dict(zip(ledger["entity"], ledger["rows_in"], strict=True))


# --- sources ------------------------------------------------------------------------------------------------


def test_any_path_is_taken_and_lists_in_lists(sample: Path) -> None:
    """A glob for each entity makes lists in a list; before, whatever was no `str` or `Path` was dropped."""
    contacts, deals = sorted(sample.glob("contacts.*.csv")), sample / "deals.0.csv"
    expected = read([*contacts, deals])
    with os.scandir(sample) as there:
        entries = [one for one in there if one.name.startswith(("contacts.", "deals."))]

    assert set(expected) == {"companies", "contacts", "deals"}
    assert read([contacts, [[deals]]]) == expected
    assert read([PurePosixPath(one) for one in (*contacts, deals)]) == expected
    assert read(entries) == expected
    assert read({*contacts, deals}) == expected
    assert read(PurePosixPath(deals)) == {"deals": expected["deals"]}


@pytest.mark.parametrize(
    ("stray", "told"),
    [
        (
            pl.DataFrame({"id": ["1"]}),
            r'is a polars DataFrame: .* give a dict .*`\{"deals": frame\}`; beside',
        ),
        (pl.LazyFrame({"id": ["1"]}), "is a polars LazyFrame"),
        (DataFrame(), r'is a pandas DataFrame: .*`\{"deals": pl.read_csv\(io.StringIO\('),
        (
            b"deals.0.csv",
            "is bytes: a list takes paths of files, folders and zips; leave it out",
        ),
        (None, "is None: a list takes"),
        (1, "is an int: a list takes"),
        ({"deals": pl.DataFrame()}, "is a dict: .* give the dict alone"),
    ],
)
def test_nothing_in_a_list_is_passed_over(sample: Path, stray: object, told: str) -> None:
    """Before, the deals of `[*paths, deals]` were left out without a word."""
    with pytest.raises(zt.ExportError, match=rf"^source\[1\] {told}"):
        quick([sample / "contacts.0.csv", stray])
    with pytest.raises(zt.ExportError, match=rf"^source\[0\]\[0\] {told}"):
        quick([[stray]])


def test_an_export_in_a_list_is_told(sample: Path) -> None:
    with pytest.raises(zt.ExportError, match=r"^source\[0\] is an Export: .*give the export alone"):
        quick([zt.read_export(sample)])


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (pl.DataFrame({"id": ["1"]}), 'from a polars DataFrame: give a dict of Sell entity → polars frame'),
        (DataFrame(), r'from a pandas DataFrame: .*`\{"deals": pl.read_csv\(io.StringIO\('),
        (b"sell", "from bytes: give a folder, a zip or CSV files"),
        (None, "from None: give a folder"),
        ({"contacts": DataFrame()}, "LazyFrame, not a pandas DataFrame; give `pl.read_csv"),
        ({"contacts": "contacts.csv"}, "not a str; files come as a list of paths, without a dict"),
        ({"contacts": pl.Series(["1"])}, "LazyFrame, not a polars Series"),
        (io.StringIO("id,name"), "from a StringIO: give the path of the file"),
        ([io.StringIO("id,name")], r"^source\[0\] is a StringIO: .* give the path of the file"),
        ([], "the list of files is empty"),
        ([[]], "the list of files is empty"),
    ],
)  # fmt: skip
def test_a_source_of_another_kind_is_called_what_it_is(source: object, told: str) -> None:
    """Before: `the list of files is empty` for one frame, `id does not exist` for one of pandas."""
    with pytest.raises(zt.ExportError, match=told):
        quick(source)


# --- wishes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"overwrite": "no"}, "overwrite must be True or False, not 'no'"),
        ({"overwrite": None}, "overwrite must be True or False, not None"),
        ({"rehearse": "no"}, r"rehearse must be True, False, or None \(.*\), not 'no'"),
        ({"progress": "x"}, "progress must be None, True, False, or a function of stage, .* not 'x'"),
        ({"progress": 1}, "progress must be .* not 1"),
        ({"trial": True}, r"trial must be 0 to 10 \(.*\), not True"),
        ({"trial": "7"}, "trial must be 0 to 10 .* not '7'"),
        ({"trial": 11}, "trial must be 0 to 10 .* not 11"),
        ({"trial": pl.DataFrame()}, "trial must be 0 to 10 .* not a polars DataFrame"),
    ],
)
def test_a_wish_of_another_kind_is_refused(sample: Path, wish: dict[str, Any], told: str) -> None:
    """The text "no" is true to Python."""
    with pytest.raises(zt.ZsellError, match=told):
        quick(sample, **wish)


def test_a_folder_is_not_replaced_by_a_no(sample: Path, tmp_path: Path) -> None:
    """Before, `overwrite="no"` removed what somebody had added to it."""
    lap = quick(sample, tmp_path / "lap_1")
    (tmp_path / "lap_1" / "mine.txt").write_text("mine")

    for again in (lambda **wish: quick(sample, tmp_path / "lap_1", **wish), lap_again(lap, tmp_path)):
        with pytest.raises(zt.ZsellError, match="overwrite must be True or False"):
            again(overwrite="no")
    assert (tmp_path / "lap_1" / "mine.txt").exists()


def lap_again(lap: zt.Migration, place: Path) -> Callable[..., object]:
    return lambda **wish: lap.write(place / "lap_1", **wish)


def test_proof_and_rehearsal_ask_for_the_same(sample: Path, after_lap_1: Path, tmp_path: Path) -> None:
    proof = zt.verify(sample, after_lap_1)
    quick(sample, tmp_path / "lap_1")

    with pytest.raises(zt.ZsellError, match="overwrite must be"):
        proof.write(tmp_path / "proof", overwrite="no")  # type: ignore[arg-type]
    with pytest.raises(zt.ZsellError, match="progress must be"):
        zt.verify(sample, after_lap_1, progress="x")  # type: ignore[arg-type]
    with pytest.raises(zt.ZsellError, match="progress must be"):
        zt.rehearse(tmp_path / "lap_1", progress="x")  # type: ignore[arg-type]
    with pytest.raises(zt.ZsellError, match="assumptions must be a dict"):
        zt.rehearse(tmp_path / "lap_1", assumptions="phones")  # type: ignore[arg-type]
    with pytest.raises(zt.ZsellError, match=r"database must be the `Rehearsal` of the lap before, .* 'x'"):
        zt.rehearse(tmp_path / "lap_1", database="x")  # type: ignore[arg-type]
    with pytest.raises(zt.ExportError, match="a skip file must be text or a Path, not an int"):
        zt.verify(sample, after_lap_1, skip_file=5)  # type: ignore[arg-type]
    with pytest.raises(zt.ExportError, match="CSV file must be text or a Path, not a polars DataFrame"):
        zt.read_csv(pl.DataFrame())  # type: ignore[arg-type]


# --- folders ------------------------------------------------------------------------------------------------


def test_only_a_lap_is_rehearsed(sample: Path, after_lap_1: Path, tmp_path: Path) -> None:
    """Before, a Sell export was rehearsed as a lap without a file, and all was well."""
    quick(sample, tmp_path / "lap_1", trial=7)
    (tmp_path / "empty").mkdir()

    for folder in (sample, after_lap_1):
        with pytest.raises(zt.ExportError, match=r"has no numbered file .* give the folder of a lap"):
            zt.rehearse(folder)
    with pytest.raises(zt.ExportError, match="is empty; give the folder of a lap"):
        zt.rehearse(tmp_path / "empty")
    assert zt.rehearse(tmp_path / "lap_1" / "trial").created.height
    for file in (tmp_path / "lap_1").glob("?-*.csv"):
        file.unlink()
    assert not zt.rehearse(tmp_path / "lap_1").created.height  # a lap that had nothing to write


def test_a_rehearsal_exports_into_no_folder_of_others(sample: Path, tmp_path: Path) -> None:
    """Before, `people-1.csv` and the like went into whatever folder, and replaced what was called so."""
    quick(sample, tmp_path / "lap_1")
    held = rehearse(tmp_path / "lap_1")
    shutil.copytree(sample, tmp_path / "sell")
    before = sorted(tmp_path.glob("*/*"))

    for name in ("sell", "lap_1"):
        with pytest.raises(zt.TargetError, match="has files that no rehearsal exported"):
            held.export(tmp_path / name)
    with pytest.raises(zt.TargetError, match=r"deals\.0\.csv cannot be written"):
        held.export(tmp_path / "sell" / "deals.0.csv")
    assert sorted(tmp_path.glob("*/*")) == before
    held.export(tmp_path / "exports")
    (tmp_path / "exports" / ".DS_Store").touch()
    assert held.export(tmp_path / "exports")


def test_a_draft_in_the_place_of_a_folder_is_told(sample: Path, tmp_path: Path) -> None:
    """Before: `D exists already; … or remove it first`."""
    with pytest.raises(zt.TargetError, match=r"is a folder; name a file in it, such as .*/mapping\.yaml"):
        zt.draft_mapping(sample, tmp_path)


# --- what one holds -----------------------------------------------------------------------------------------


def test_a_name_that_is_none_is_told_with_those_that_are(sample: Path, tmp_path: Path) -> None:
    lap = quick(sample, tmp_path / "lap_1")

    with pytest.raises(KeyError, match="'field' is none of users, currencies, fields"):
        lap.setup["field"]
    with pytest.raises(KeyError, match="'person' is none of organizations, persons"):
        rehearse(tmp_path / "lap_1").tables["person"]
    assert lap.setup.get("field") is None


def test_a_notebook_offers_what_a_user_needs(sample: Path) -> None:
    """Before, `story`, `raw_issues` and the like stood among the completions."""
    offered = [
        {name for name in dir(one) if name[0] != "_"} for one in (quick(sample), zt.read_export(sample))
    ]

    assert offered == [
        {"complete", "files", "issues", "rehearsal", "scan", "setup", "summary", "tables", "write"},
        {"close", "dictionaries", "entities", "files", "issues", "scan", "tables", "unknown"},
    ]


def test_what_has_files_is_copied_as_itself_and_not_pickled(sample: Path) -> None:
    """Before: `cannot pickle '_hashlib.HASH' object`, and an error of polars that asks for cloudpickle."""
    lap, export = quick(sample), zt.read_export(sample)

    for held in (lap, export):
        assert copy.copy(held) is held
        assert copy.deepcopy([held])[0] is held
    with pytest.raises(TypeError, match=r"Migration cannot be pickled: .*migration\.write"):
        pickle.dumps(lap)
    with pytest.raises(TypeError, match=r"Export cannot be pickled: .*read them there"):
        pickle.dumps(export)


@pytest.mark.parametrize(
    ("only", "told"),
    [
        (["deal"], "only: 'deal' is no item; did you mean 'deals'. there are organizations"),
        ("people", "only: 'people' is no item; there are organizations, persons"),
        (3, r"only must be a list of items, such as \['deals'\], not 3"),
    ],
)
def test_an_item_that_is_none_is_not_passed_over(only: object, told: str, tmp_path: Path) -> None:
    """`only=["deal"]` wrote nothing, and said nothing."""
    held = zt.Rehearsal.of({})
    with pytest.raises(zt.ZsellError, match=told):
        held.export(tmp_path / "out", only=only)
    assert not (tmp_path / "out").exists()
    assert [path.name for path in held.export(tmp_path / "out", only="deals")] == ["deals-1.csv"]
    assert len(held.export(tmp_path / "out", only=iter(["deals", "persons"]))) == 2


def test_an_encoding_that_is_none_is_told_as_that(tmp_path: Path) -> None:
    """It was said of the file that it is not in it."""
    path = tmp_path / "any.csv"
    path.write_text("id,name\n1,Ann\n")
    with pytest.raises(zt.ExportError, match="encoding must be an encoding like 'cp1252', not 'utf8x'; did"):
        zt.read_csv(path, encoding="utf8x")
    assert zt.read_csv(path, encoding="windows-1252")[0].rows() == [("1", "Ann")]

"""Small exports as folders, and what was found in them."""

from __future__ import annotations

from pathlib import Path

from zsell_transform.reading import Export

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_exports"
REAL = ROOT.parent / "shared" / "real" / "base_export_2016"

CONTACTS = "first_name,last_name,is_organisation,name,organisation_name,email,id\n"
LEADS = "first_name,last_name,company_name,status,owner,id\n"


def folder(tmp_path: Path, **files: str) -> Path:
    """A folder with these files; `__` in a name stands for a dot."""
    here = tmp_path / "export"
    here.mkdir(exist_ok=True)
    for name, text in files.items():
        (here / name.replace("__", ".")).write_text(text, encoding="utf-8", newline="")
    return here


def codes(export: Export) -> list[str]:
    return export.issues["code"].to_list()

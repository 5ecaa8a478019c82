"""A small Sell export, for tests of what users' machines do to a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

CONTACTS = "id,is_organisation,name,first_name,last_name\n1,true,Alpha,,\n2,false,Ed Vi,Ed,Vi\n"
DEALS = "id,name,main_contact_id,stage_name\n7,Roof,2,Incoming\n"
QUICK: dict[str, Any] = {"trial": 0, "rehearse": False}


def small(folder: Path) -> Path:
    """A small Sell export."""
    folder.mkdir(parents=True)
    (folder / "contacts.0.csv").write_text(CONTACTS, encoding="utf-8")
    (folder / "deals.0.csv").write_text(DEALS, encoding="utf-8")
    return folder


#: Windows asks for a privilege before it makes a link; it has no pipes among files, and no rights for others.
posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and rights are POSIX systems'")
